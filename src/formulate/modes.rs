//! How each action is done: the path of a migration, its rates, the durations, what it draws and costs.

use std::collections::{BTreeMap, BTreeSet};

use super::errors;
use super::places;
use super::routes::{self, Network, NoPath, Path};
use super::scopes::Scopes;
use super::shares::{self, Shares};
use super::spare;
use super::steps::{Deed, Stay, Walk};
use crate::datacenter::{
    Copy, Datacenter, LinkId, MigrationEnergy, Node, ServerId, SwitchId, VmId,
};
use crate::diag::Diagnostic;
use crate::migration::{self, NoDuration, Transfer};
use crate::request::{Bandwidth, Model, Period, Request, RuleKind, Seconds, Task, USUAL_PAUSE};

/// How an action is done.
#[derive(Debug, Clone, Default)]
pub(super) struct Method {
    /// Where it leads, and how; more than one where that is open.
    pub ways: Vec<Way>,
    /// At least one; those of one way together, the highest rate first.
    pub modes: Vec<Mode>,
}

/// From where to where an action leads, and how.
#[derive(Debug, Clone)]
pub(super) struct Way {
    /// Where the VM is before it, or the server itself.
    pub from: ServerId,
    /// Where a migration leads.
    pub to: Option<ServerId>,
    /// The path of a migration.
    pub path: Path,
    pub post_copy: bool,
    /// What the VM is where it leaves, and where it arrives.
    pub leaves: Stay,
    pub arrives: Stay,
}

impl Way {
    /// Whether the VM stays where it is.
    pub fn stays(&self) -> bool {
        self.to == Some(self.from)
    }
}

impl Method {
    /// The way of one of its modes; none of what is of no server.
    pub fn way(&self, mode: &Mode) -> Option<&Way> {
        self.ways.get(mode.way)
    }

    /// The way, where there is no other.
    pub fn only_way(&self) -> Option<&Way> {
        match self.ways.as_slice() {
            [way] => Some(way),
            _ => None,
        }
    }

    /// Whether its last mode is to stay.
    pub fn may_stay(&self) -> bool {
        self.ways.last().is_some_and(Way::stays)
    }

    /// Whether some way of it is by post-copy, or some is not.
    pub fn can_be(&self, post_copy: bool) -> bool {
        self.ways.iter().any(|way| way.post_copy == post_copy)
    }
}

/// What one choice of a way and a rate comes to.
#[derive(Debug, Clone, Default)]
pub(super) struct Mode {
    /// Index into [`Method::ways`].
    pub way: usize,
    pub duration: Seconds,
    /// bit/s of a migration.
    pub rate: Option<u64>,
    /// mW on top of what the servers draw.
    pub power: u64,
    /// mJ of the action itself.
    pub energy: u64,
}

/// The method of each deed; one without modes, and an error found, where there is none.
pub(super) fn methods(
    dc: &Datacenter,
    request: &Request,
    walk: &Walk,
    scopes: &Scopes,
    findings: &mut Vec<Diagnostic>,
) -> Vec<Method> {
    let mut planner = Planner {
        dc,
        network: Network::new(dc),
        limits: standing_limits(request),
        unlinked: BTreeSet::new(),
        reported: BTreeSet::new(),
        durations: Durations {
            model: request.model,
            slack: request.slack,
            known: BTreeMap::new(),
        },
        findings,
    };
    let fastest = walk.deeds.iter();
    let mut methods: Vec<Method> = fastest
        .map(|deed| planner.method(deed).unwrap_or_default())
        .collect();
    let mut durations = planner.durations;
    let shares = Shares::of(dc, request, walk, scopes);
    for (action, rates) in shares.lower_rates(&methods) {
        let at = action.0 as usize;
        durations.add_modes(dc, &walk.deeds[at], &rates, &mut methods[at]);
    }
    shares.prune(&mut methods);
    if request.bandwidth == Bandwidth::Choose {
        let spare = spare::rates(dc, request, walk, &methods, scopes);
        for (action, rates) in spare
            .into_iter()
            .filter(|&(action, _)| shares.is_free(action))
        {
            let at = action.0 as usize;
            choose(dc, &walk.deeds[at], rates, &mut durations, &mut methods[at]);
        }
    }
    for action in shares.thin(&mut methods) {
        let deed = &walk.deeds[action.0 as usize];
        findings.push(errors::too_many_together(deed, shares::MOST_COMBINATIONS));
    }
    methods
}

/// Adds modes with the rates that others leave over, as many as keep the choice small: of two that last equally long
/// the one with the lower rate.
fn choose(
    dc: &Datacenter,
    deed: &Deed,
    rates: BTreeSet<u64>,
    durations: &mut Durations,
    method: &mut Method,
) {
    let known: BTreeSet<u64> = method.modes.iter().filter_map(|mode| mode.rate).collect();
    let room = shares::LOWER.saturating_sub(known.len().saturating_sub(1));
    let mut spare = Method {
        ways: method.ways.clone(),
        modes: Vec::new(),
    };
    let rates: Vec<u64> = rates.difference(&known).copied().collect();
    durations.add_modes(dc, deed, &rates, &mut spare);
    // The rates ascend, so the first of each duration is the lowest.
    let mut lasting: BTreeSet<Seconds> = method.modes.iter().map(|mode| mode.duration).collect();
    spare.modes.retain(|mode| lasting.insert(mode.duration));
    spare.modes.reverse();
    shares::few(&mut spare.modes, room);
    method.modes.append(&mut spare.modes);
    method
        .modes
        .sort_by_key(|mode| std::cmp::Reverse(mode.rate));
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
    durations: Durations,
    findings: &'f mut Vec<Diagnostic>,
}

/// How long migrations take, each kind computed once: most VMs of a datacenter are like others, and exact fractions take
/// their time.
struct Durations {
    model: Model,
    /// Millionths by which the plan lengthens those of VMs that say nothing of it.
    slack: u32,
    known: BTreeMap<Transfer, Result<u32, NoDuration>>,
}

impl Durations {
    /// Seconds of a migration of a VM at a rate, by post-copy or by pre-copy, with what both ends need besides and its slack.
    fn of(
        &mut self,
        dc: &Datacenter,
        (vm, from, to): (VmId, ServerId, ServerId),
        rate: u64,
        post_copy: bool,
    ) -> Result<u32, NoDuration> {
        let vm = &dc[vm];
        let transfer = Transfer {
            workload: vm.workload,
            rate,
            post_copy,
            overhead_ms: dc[from].overhead_ms.saturating_add(dc[to].overhead_ms),
        };
        let known = self.known.entry(transfer);
        let seconds = *known.or_insert_with(|| migration::seconds(self.model, &transfer));
        migration::with_slack(seconds?, vm.slack.unwrap_or(self.slack))
    }

    /// Adds modes with lower rates. At a rate at which the VM does not converge there is none: that would not be
    /// the migration that its fastest mode is.
    fn add_modes(&mut self, dc: &Datacenter, deed: &Deed, rates: &[u64], method: &mut Method) {
        let (Task::Migrate { vm, to }, Some(from)) = (deed.task, deed.from) else {
            return;
        };
        let post_copy = method.can_be(true);
        for &rate in rates {
            if let Ok(seconds) = self.of(dc, (vm, from, to), rate, post_copy) {
                let model = &dc[from].migration;
                method.modes.push(migrating(model, rate, seconds));
            }
        }
    }
}

impl Planner<'_, '_> {
    /// None, and an error found, where there is none.
    fn method(&mut self, deed: &Deed) -> Option<Method> {
        let Some(from) = deed.from else {
            return Some(Method {
                ways: Vec::new(),
                modes: vec![lasting(deed.takes.unwrap_or(USUAL_PAUSE))],
            });
        };
        if deed.open.is_empty() {
            let (way, mode) = self.way(deed, from)?;
            return Some(Method {
                ways: vec![way],
                modes: vec![mode],
            });
        }
        // A place to which nothing leads is none to choose; where none is left, all that is wrong is said.
        let known = self.findings.len();
        let mut method = Method::default();
        let mut one = Deed {
            open: Vec::new(),
            ..deed.clone()
        };
        for choice in &deed.open {
            (one.from, one.task) = (Some(choice.from), choice.task);
            let found = match choice.stays() {
                true => Some(staying(choice.from)),
                false => self.way(&one, choice.from),
            };
            if let Some((way, mode)) = found {
                let at = method.ways.len();
                method.ways.push(Way {
                    leaves: choice.leaves,
                    arrives: choice.arrives,
                    ..way
                });
                method.modes.push(Mode { way: at, ..mode });
            }
        }
        if method.ways.first().is_none_or(Way::stays) {
            return None;
        }
        self.findings.truncate(known);
        Some(method)
    }

    /// One way, at the highest rate.
    fn way(&mut self, deed: &Deed, from: ServerId) -> Option<(Way, Mode)> {
        let dc = self.dc;
        let mode = match deed.task {
            Task::Migrate { vm, to } => return self.migration(deed, vm, from, to),
            Task::Boot(server) => {
                let seconds = deed.takes.unwrap_or(dc[server].boot.value).max(1);
                let power = dc[server].boot_power;
                Mode {
                    power,
                    energy: power.saturating_mul(u64::from(seconds)),
                    ..lasting(seconds)
                }
            }
            Task::Shutdown(server) => lasting(deed.takes.unwrap_or(dc[server].shutdown.value)),
            Task::Start(vm) => lasting(deed.takes.unwrap_or(dc[vm].boot.value)),
            Task::Stop(vm) => lasting(deed.takes.unwrap_or(dc[vm].shutdown.value)),
            Task::Run(_) | Task::Pause => lasting(deed.takes.unwrap_or(USUAL_PAUSE)),
        };
        let way = Way {
            from,
            to: None,
            path: Path::new(),
            post_copy: false,
            leaves: Stay::Settled,
            arrives: Stay::Settled,
        };
        Some((way, mode))
    }

    fn migration(
        &mut self,
        deed: &Deed,
        vm: VmId,
        from: ServerId,
        to: ServerId,
    ) -> Option<(Way, Mode)> {
        let dc = self.dc;
        let path = match self.network.path(from, to) {
            Ok(path) => path,
            Err(reason) => {
                self.report(deed, (from, to), &reason);
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
        let (seconds, post_copy) = self.duration(deed, (vm, from, to), rate, &possible)?;
        let model = &dc[from].migration;
        let way = Way {
            from,
            to: Some(to),
            path,
            post_copy,
            leaves: Stay::Settled,
            arrives: Stay::Settled,
        };
        Some((way, migrating(model, rate, seconds)))
    }

    /// Seconds, and whether they are by post-copy.
    fn duration(
        &mut self,
        deed: &Deed,
        transfer: (VmId, ServerId, ServerId),
        rate: u64,
        possible: &Bottleneck,
    ) -> Option<(u32, bool)> {
        let (vm, ..) = transfer;
        let pre = self.durations.of(self.dc, transfer, rate, false);
        let by_post_copy = match self.dc[vm].copy {
            Copy::Pre => false,
            Copy::Post => true,
            Copy::Either => pre.is_err(),
        };
        if let Some(seconds) = deed.takes {
            return Some((seconds.max(1), by_post_copy));
        }
        let result = match by_post_copy {
            true => self.durations.of(self.dc, transfer, rate, true),
            false => pre,
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

    fn report(&mut self, deed: &Deed, (from, to): (ServerId, ServerId), reason: &NoPath) {
        let dc = self.dc;
        let is_new = match reason {
            NoPath::Unlinked(server) => self.unlinked.insert(*server),
            _ => {
                let (a, b) = (dc[from].parent, dc[to].parent);
                self.reported.insert((a.min(b), a.max(b)))
            }
        };
        if is_new {
            self.findings
                .push(errors::no_path(dc, deed, (from, to), reason));
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

fn migrating(model: &MigrationEnergy, rate: u64, seconds: u32) -> Mode {
    Mode {
        rate: Some(rate),
        power: migration::power(model, rate),
        energy: migration::energy(model, rate, seconds),
        ..lasting(seconds)
    }
}

/// A VM stays where it is, which takes the shortest time that there is.
fn staying(server: ServerId) -> (Way, Mode) {
    let way = Way {
        from: server,
        to: Some(server),
        path: Path::new(),
        post_copy: false,
        leaves: Stay::Settled,
        arrives: Stay::Settled,
    };
    (way, lasting(1))
}

fn lasting(seconds: u32) -> Mode {
    Mode {
        duration: Seconds::from(seconds.max(1)),
        ..Mode::default()
    }
}
