//! What forbids a start by itself: moments, order, company.

use mvm::datacenter::{Copy, ServerId, VmId};
use mvm::formulation::Seconds;
use mvm::request::{Edge, Period, RuleKind, Subject, Task};

use super::{Active, Duties, Judge};

/// Seconds by which the members of a `sync` may miss each other: a question that is not answered takes so long.
const NEAR: Seconds = 20;

/// The moments at which something of that length may start by one rule: `from` to `last`, both inside.
fn openings(kind: &RuleKind, subject: Subject, length: Seconds) -> Option<Vec<(Seconds, Seconds)>> {
    const EVER: Seconds = Seconds::MAX / 4;
    let end = |period: &Period| period.to.unwrap_or(EVER);
    match kind {
        RuleKind::By { subjects, time } if subjects.contains(&subject) => {
            Some(vec![(-EVER, time - length)])
        }
        RuleKind::After { subjects, time } if subjects.contains(&subject) => {
            Some(vec![(*time, EVER)])
        }
        RuleKind::Freeze { subjects, period } if subjects.contains(&subject) => {
            Some(vec![(-EVER, period.from - length), (end(period), EVER)])
        }
        RuleKind::Allow { subjects, periods } if subjects.contains(&subject) => {
            Some(periods.iter().map(|p| (p.from, end(p) - length)).collect())
        }
        _ => None,
    }
}

impl Judge<'_> {
    /// The moments at which a duty may start by all rules.
    pub(super) fn openings(&self, duty: usize, length: Seconds) -> Vec<(Seconds, Seconds)> {
        let subject = self.file.duties.all[duty].subject();
        let mut open = vec![(Seconds::MIN / 4, Seconds::MAX / 4)];
        for rule in &self.file.request.rules {
            let Some(others) = openings(&rule.kind, subject, length) else {
                continue;
            };
            let both = open.iter().flat_map(|&(from, last)| {
                let cut = others.iter().map(move |&(f, l)| (from.max(f), last.min(l)));
                cut.filter(|(from, last)| from <= last)
            });
            open = both.collect();
        }
        open
    }

    pub(super) fn check_rules(&mut self, active: &Active) {
        let duties = self.file.duties;
        let duty = &duties.all[active.duty];
        let at = active.began;
        let open = self.openings(active.duty, active.length);
        if !open.iter().any(|&(from, last)| from <= at && at <= last) {
            self.wrong(format!("`{}` may start in {open:?}, not then", duty.name));
        }
        let request = self.file.request;
        for rule in &request.rules {
            let why = match &rule.kind {
                RuleKind::Before { first, then } if then.contains(&duty.subject()) => self
                    .first_undone(first)
                    .map(|first| format!("comes after `{first}`")),
                RuleKind::Seq { subjects } if subjects.contains(&duty.subject()) => self
                    .company(active.duty, subjects)
                    .map(|other| format!("one at a time, beside `{other}`")),
                RuleKind::Spread { vms, .. } => match duty.task {
                    Task::Migrate { vm, to } if vms.contains(&vm) => self.sharing(vm, to, vms),
                    _ => None,
                },
                RuleKind::Sync { vms, edge } => match duty.task {
                    Task::Migrate { vm, .. } if vms.contains(&vm) => {
                        self.missed(active, vms, *edge)
                    }
                    _ => None,
                },
                _ => None,
            };
            if let Some(why) = why {
                self.wrong(format!("`{}`: {why}", duty.name));
            }
        }
    }

    /// The first duty of some subjects that is not done.
    pub(super) fn first_undone(&self, subjects: &[Subject]) -> Option<String> {
        let mut duties = subjects
            .iter()
            .flat_map(|&subject| self.file.duties.by(subject));
        let undone = duties.find(|&duty| self.now.done[duty].is_none())?;
        Some(self.file.duties.all[undone].name.clone())
    }

    fn company(&self, duty: usize, subjects: &[Subject]) -> Option<String> {
        let all: &Duties = self.file.duties;
        let other = self.now.active.iter().find(|active| {
            active.duty != duty && subjects.contains(&all.all[active.duty].subject())
        })?;
        Some(all.all[other.duty].name.clone())
    }

    /// A VM of the set that is on a server, or on its way to it or from it.
    pub(super) fn sharing(&self, vm: VmId, server: ServerId, vms: &[VmId]) -> Option<String> {
        let other = vms.iter().find(|&&other| {
            let comes = self.now.active.iter().any(|active| {
                self.file.duties.all[active.duty].task
                    == Task::Migrate {
                        vm: other,
                        to: server,
                    }
            });
            other != vm && (comes || self.now.place[other.0 as usize] == server)
        })?;
        Some(format!(
            "shares a server with `{}`",
            self.file.datacenter[*other].name
        ))
    }

    /// A member of the same round that this one does not meet.
    fn missed(&self, active: &Active, vms: &[VmId], edge: Option<Edge>) -> Option<String> {
        let duties = self.file.duties;
        let round = vms.iter().find_map(|&vm| {
            duties
                .migrations(vm)
                .iter()
                .position(|&duty| duty == active.duty)
        })?;
        // Whoever had to try again cannot meet the others any more.
        if self.now.failed.contains(&active.duty) || self.now.tried.contains(&active.duty) {
            return None;
        }
        let ends = match edge {
            Some(edge) => edge == Edge::Ends,
            None => self.file.datacenter[vms[0]].copy != Copy::Post,
        };
        let moment = |of: &Active| if ends { of.end() } else { of.began };
        let others = vms
            .iter()
            .filter_map(|&vm| duties.migrations(vm).get(round).copied());
        let others: Vec<usize> = others.filter(|&duty| duty != active.duty).collect();
        let mut active_ones = self
            .now
            .active
            .iter()
            .filter(|other| others.contains(&other.duty));
        let far = active_ones.find(|other| (moment(other) - moment(active)).abs() > NEAR)?;
        Some(format!("does not meet `{}`", duties.all[far.duty].name))
    }
}
