//! How each action is done: its duration, the path and rate of a migration, what it draws and costs.

use std::collections::{BTreeMap, BTreeSet};

use super::errors;
use super::places;
use super::routes::{self, Network, NoPath, Path};
use super::steps::Deed;
use crate::datacenter::{Copy, Datacenter, LinkId, Node, ServerId, SwitchId, VmId};
use crate::diag::Diagnostic;
use crate::migration::{self, NoDuration};
use crate::request::{Period, Request, RuleKind, Seconds, Task};

/// How an action is done.
#[derive(Debug, Clone, Default)]
pub(super) struct Mode {
    pub duration: Seconds,
    /// bit/s of a migration.
    pub rate: Option<u64>,
    pub path: Path,
    pub post_copy: bool,
    /// mW on top of what the servers draw.
    pub power: u64,
    /// mJ of the action itself.
    pub energy: u64,
}

/// The mode of each deed; a default one, with an error found, where there is none.
pub(super) fn modes(
    dc: &Datacenter,
    request: &Request,
    deeds: &[Deed],
    findings: &mut Vec<Diagnostic>,
) -> Vec<Mode> {
    let mut planner = Planner {
        dc,
        network: Network::new(dc),
        limits: standing_limits(request),
        unlinked: BTreeSet::new(),
        reported: BTreeSet::new(),
        findings,
    };
    deeds
        .iter()
        .map(|deed| planner.mode(deed).unwrap_or_default())
        .collect()
}

/// The rates that `limit` rules give for the whole plan: a migration can never have more.
fn standing_limits(request: &Request) -> BTreeMap<Node, u64> {
    let mut limits = BTreeMap::new();
    for rule in &request.rules {
        if let RuleKind::Limit {
            nodes,
            rate,
            period,
        } = &rule.kind
            && period.from <= Period::ALWAYS.from
            && period.to.is_none()
        {
            for &node in nodes {
                let limit = limits.entry(node).or_insert(*rate);
                *limit = (*limit).min(*rate);
            }
        }
    }
    limits
}

struct Planner<'a, 'f> {
    dc: &'a Datacenter,
    network: Network<'a>,
    limits: BTreeMap<Node, u64>,
    /// Servers and pairs of places of which it was said already that no path leads there.
    unlinked: BTreeSet<ServerId>,
    reported: BTreeSet<(Option<SwitchId>, Option<SwitchId>)>,
    findings: &'f mut Vec<Diagnostic>,
}

impl Planner<'_, '_> {
    fn mode(&mut self, deed: &Deed) -> Option<Mode> {
        let dc = self.dc;
        match deed.task {
            Task::Migrate { vm, to } => self.migration(deed, vm, to),
            Task::Boot(server) => {
                let seconds = deed.takes.unwrap_or(dc[server].boot.value).max(1);
                let power = dc[server].boot_power;
                Some(Mode {
                    power,
                    energy: power.saturating_mul(u64::from(seconds)),
                    ..lasting(seconds)
                })
            }
            Task::Shutdown(server) => {
                Some(lasting(deed.takes.unwrap_or(dc[server].shutdown.value)))
            }
            Task::Start(vm) => Some(lasting(deed.takes.unwrap_or(dc[vm].boot.value))),
            Task::Stop(vm) => Some(lasting(deed.takes.unwrap_or(dc[vm].shutdown.value))),
        }
    }

    fn migration(&mut self, deed: &Deed, vm: VmId, to: ServerId) -> Option<Mode> {
        let dc = self.dc;
        let path = match self.network.path(deed.from, to) {
            Ok(path) => path,
            Err(reason) => {
                self.report(deed, to, &reason);
                return None;
            }
        };
        let possible = self.rate(&path);
        let rate = deed.rate.unwrap_or(possible.value);
        if rate > possible.value || rate == 0 {
            self.findings
                .push(errors::rate_too_high(dc, deed, rate, &possible));
            return None;
        }
        let (seconds, post_copy) = self.duration(deed, vm, rate, &possible)?;
        let model = &dc[deed.from].migration;
        Some(Mode {
            rate: Some(rate),
            path,
            post_copy,
            power: migration::power(model, rate),
            energy: migration::energy(model, rate, seconds),
            ..lasting(seconds)
        })
    }

    /// Seconds, and whether they are by post-copy.
    fn duration(
        &mut self,
        deed: &Deed,
        vm: VmId,
        rate: u64,
        possible: &Bottleneck,
    ) -> Option<(u32, bool)> {
        let vm_data = &self.dc[vm];
        let workload = &vm_data.workload;
        let pre = migration::pre_copy(workload, rate);
        let by_post_copy = match vm_data.copy {
            Copy::Pre => false,
            Copy::Post => true,
            Copy::Either => pre.is_err(),
        };
        if let Some(seconds) = deed.takes {
            return Some((seconds.max(1), by_post_copy));
        }
        let result = if by_post_copy {
            migration::post_copy(workload, rate)
        } else {
            pre
        };
        match result {
            Ok(seconds) => Some((seconds, by_post_copy)),
            Err(NoDuration::NotConverging { needed }) => {
                let finding = errors::never_converges(self.dc, deed, vm, rate, needed, possible);
                self.findings.push(finding);
                None
            }
            Err(NoDuration::TooLong) => {
                self.findings
                    .push(errors::takes_too_long(self.dc, deed, vm, rate));
                None
            }
        }
    }

    /// The most that one migration can have on a path, and what keeps it from more.
    fn rate(&self, path: &Path) -> Bottleneck {
        let dc = self.dc;
        let links = path.iter().map(|hop| Bottleneck {
            value: dc[hop.link].rate_per_migration(),
            at: Narrow::Link(hop.link),
        });
        let switches = routes::switches(dc, path).filter_map(|switch| {
            dc[switch].capacity.map(|capacity| Bottleneck {
                value: capacity.value,
                at: Narrow::Node(Node::Switch(switch)),
            })
        });
        let limits = if self.limits.is_empty() {
            Vec::new()
        } else {
            places::flows(dc, path)
        };
        let limits = limits.into_iter().filter_map(|(node, _)| {
            self.limits.get(&node).map(|&value| Bottleneck {
                value,
                at: Narrow::Node(node),
            })
        });
        let all = links.chain(switches).chain(limits);
        all.min_by_key(|narrow| narrow.value).unwrap_or(Bottleneck {
            value: 0,
            at: Narrow::Nothing,
        })
    }

    fn report(&mut self, deed: &Deed, to: ServerId, reason: &NoPath) {
        let dc = self.dc;
        let is_new = match reason {
            NoPath::Unlinked(server) => self.unlinked.insert(*server),
            _ => {
                let (a, b) = (dc[deed.from].parent, dc[to].parent);
                self.reported.insert((a.min(b), a.max(b)))
            }
        };
        if is_new {
            self.findings.push(errors::no_path(dc, deed, to, reason));
        }
    }
}

/// The narrowest place of a path.
pub(super) struct Bottleneck {
    /// bit/s
    pub value: u64,
    pub at: Narrow,
}

/// What is narrow.
pub(super) enum Narrow {
    Link(LinkId),
    Node(Node),
    Nothing,
}

fn lasting(seconds: u32) -> Mode {
    Mode {
        duration: Seconds::from(seconds.max(1)),
        ..Mode::default()
    }
}
