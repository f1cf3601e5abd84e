//! Servers of which so many are empty in the end: `empty any 2 of …`.
//!
//! For each of them a mark says whether it is one of those: an action of the first second that is no part of any plan and costs
//! nothing. In one mode it takes all the room of the level that counts the VMs that end there; in the other one it takes one of
//! those that need not be empty. Nothing of either is given back, so all that counts is what is chosen.

use super::levels::{Key, Levels};
use super::rules::Sources;
use super::turns::{demand, level, mark_of};
use crate::datacenter::ServerId;
use crate::formulation::{ActionId, Formulation, Mode, ResourceId, Schedule, Window};
use crate::request::{Request, RuleKind};

/// Whether a server is one of those that are empty in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vacancy {
    /// The server.
    pub server: ServerId,
    /// Its mark; in the first mode it is empty.
    pub mark: ActionId,
    /// The level that counts its VMs.
    pub level: ResourceId,
}

/// Adds the marks of the servers to choose from.
pub(super) fn mark(
    request: &Request,
    levels: &Levels,
    sources: &mut Sources,
    out: &mut Formulation,
) -> Vec<Vacancy> {
    let mut found = Vec::new();
    for (at, rule) in request.rules.iter().enumerate() {
        let RuleKind::Any {
            count: Some(count),
            servers,
            is_shutdown: false,
            chosen: None,
        } = &rule.kind
        else {
            continue;
        };
        let source = sources.rule(at, out);
        let others = servers.len() as i64 - i64::from(*count);
        let label = out[source].label.clone();
        let left = level(out, &label, others, source);
        for &server in servers {
            let key = Key::Vacant(at, server);
            let Some(counted) = levels.table.get(&key) else {
                continue;
            };
            let most = counted.capacity[0].1 as i64;
            let vms = level(out, &levels.describe(key).name, most, source);
            out.resources[vms.0 as usize].initial = counted.initial as i64;
            for change in &counted.changes {
                let modes = &mut out.actions[change.action.0 as usize].modes;
                for &(mode, effect) in &change.effects {
                    demand(&mut modes[mode as usize], vms, (effect.take as i64, 0));
                }
            }
            let mode = Mode {
                duration: 1,
                rate: None,
                demands: Vec::new(),
            };
            let mut modes = vec![mode.clone(), mode];
            demand(&mut modes[0], vms, (most, 0));
            demand(&mut modes[1], left, (1, 0));
            let name = format!("have {} empty", levels.dc()[server].name);
            let mark = mark_of(out, name, modes, source);
            out.windows.push(Window {
                action: mark,
                modes: None,
                intervals: vec![(0, 1)],
                source,
            });
            let level = vms;
            found.push(Vacancy {
                server,
                mark,
                level,
            });
        }
    }
    found
}

impl Vacancy {
    /// Whether nobody is there in the end.
    pub fn is_empty(&self, f: &Formulation, schedule: &Schedule) -> bool {
        let others = f.ids().filter(|&action| action != self.mark);
        let taken = others.flat_map(|action| {
            let mode = schedule.mode[action.0 as usize] as usize;
            let own = f[action].modes[mode].demands.iter();
            own.filter(|demand| demand.resource == self.level)
                .map(|demand| demand.take)
        });
        f[self.level].initial + taken.sum::<i64>() == 0
    }

    /// Lets the mark say whether the server is empty.
    pub fn put(&self, f: &Formulation, schedule: &mut Schedule) {
        let is_empty = self.is_empty(f, schedule);
        let at = self.mark.0 as usize;
        (schedule.start[at], schedule.mode[at]) = (0, u32::from(!is_empty));
    }
}
