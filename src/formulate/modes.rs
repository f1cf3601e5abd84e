//! How each action is done: the path of a migration, its rates, the durations, what it draws and costs.

use std::collections::{BTreeMap, BTreeSet};

use super::errors;
use super::levels::Key;
use super::places;
use super::routes::{self, Network, NoPath, Path};
use super::say_when;
use super::scopes::{RuleAt, Scopes};
use super::shares::{self, Shares};
use super::spare;
use super::steps::{Deed, Pools, Stay, Walk};
use super::traffic::{Change, Guests};
use crate::datacenter::{Copy, Datacenter, LinkId, Manner, Node, ServerId, SwitchId, VmId};
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
    pub manner: Manner,
    /// What guests send otherwise then.
    pub guests: Change,
    /// What the VM is where it leaves, and where it arrives.
    pub leaves: Stay,
    pub arrives: Stay,
    pub pools: Pools,
}

impl Way {
    fn new(from: ServerId, to: Option<ServerId>) -> Way {
        Way {
            from,
            to,
            path: Path::new(),
            manner: Manner::default(),
            guests: Change::default(),
            leaves: Stay::Settled,
            arrives: Stay::Settled,
            pools: Pools::default(),
        }
    }

    /// Whether the VM stays where it is, or the server as it is.
    pub fn stays(&self) -> bool {
        self.to == Some(self.from)
    }
}

impl Method {
    /// Adds a way with its fastest mode.
    fn add(&mut self, way: Way, mode: Mode) {
        let way_at = self.ways.len();
        self.ways.push(way);
        self.modes.push(Mode {
            way: way_at,
            ..mode
        });
    }

    /// Adds the mode of a migration that was chosen, with its length and its rate in bit/s, unless it has it.
    pub fn allow(&mut self, dc: &Datacenter, deed: &Deed, length: Seconds, rate: u64) {
        let is_it = |mode: &Mode| (mode.duration, mode.rate) == (length, Some(rate));
        let (Some(vm), Some(from), Some(way)) = (deed.task.vm(), deed.from, self.only_way()) else {
            return;
        };
        let Ok(seconds) = u32::try_from(length) else {
            return;
        };
        if !self.modes.iter().any(is_it) {
            let mode = migrating(dc, (vm, from), way.manner, rate, seconds);
            self.modes.push(mode);
            self.modes.sort_by_key(|mode| std::cmp::Reverse(mode.rate));
        }
    }

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

    /// Whether the plan chooses where an action of a VM happens, where it leads, or how.
    pub fn is_open(&self, deed: &Deed) -> bool {
        deed.task.vm().is_some() && (!deed.open.is_empty() || self.ways.len() > 1)
    }

    /// How it is done in its first mode.
    pub fn first_manner(&self) -> Manner {
        self.ways
            .first()
            .map_or(Manner::default(), |way| way.manner)
    }

    /// Whether its last mode is to stay.
    pub fn may_stay(&self) -> bool {
        self.ways.last().is_some_and(Way::stays)
    }

    /// Whether some way of it is by post-copy, or some is not.
    pub fn can_be(&self, post_copy: bool) -> bool {
        let is_post = |way: &Way| way.manner == Manner::Post;
        self.ways.iter().any(|way| is_post(way) == post_copy)
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
pub(super) fn methods<'a>(
    dc: &'a Datacenter,
    request: &'a Request,
    walk: &Walk,
    scopes: &Scopes,
    guests: &mut Guests<'a>,
    findings: &mut Vec<Diagnostic>,
) -> Vec<Method> {
    let mut planner = Planner {
        dc,
        guests,
        network: Network::new(dc),
        limits: standing_limits(request),
        unlinked: BTreeSet::new(),
        reported: BTreeSet::new(),
        downtimes: downtimes(request),
        request,
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
    let (mut durations, guests) = (planner.durations, &*planner.guests);
    let shares = Shares::of(dc, request, walk, scopes, guests);
    for (action, rates) in shares.lower_rates(&methods) {
        let at = action.0 as usize;
        durations.add_modes(dc, &walk.deeds[at], &rates, &mut methods[at]);
    }
    for (action, rates) in guests.lower_rates(&methods) {
        let at = action.0 as usize;
        if shares.is_free(action) {
            durations.add_modes(dc, &walk.deeds[at], &rates, &mut methods[at]);
        }
    }
    shares.prune(&mut methods);
    if request.bandwidth == Bandwidth::Choose {
        let spare = spare::rates(dc, request, walk, &methods, scopes, guests);
        for (action, rates) in spare
            .into_iter()
            .filter(|&(action, _)| shares.is_free(action))
            .filter(|(action, _)| methods[action.0 as usize].only_way().is_some())
            .collect::<Vec<_>>()
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

/// The shortest time in ms that each VM may stand still in a migration, and the rule that says so.
fn downtimes(request: &Request) -> BTreeMap<VmId, (u64, RuleAt)> {
    let mut limits: BTreeMap<VmId, (u64, RuleAt)> = BTreeMap::new();
    for (at, rule) in request.rules.iter().enumerate() {
        if let RuleKind::Downtime { vms, most } = &rule.kind {
            for &vm in vms {
                let limit = limits.entry(vm).or_insert((*most, at));
                *limit = (*limit).min((*most, at));
            }
        }
    }
    limits
}

struct Planner<'a, 'f> {
    dc: &'a Datacenter,
    guests: &'f mut Guests<'a>,
    request: &'a Request,
    downtimes: BTreeMap<VmId, (u64, RuleAt)>,
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
    /// Seconds of a migration of a VM at a rate, with what both ends need besides and its slack.
    fn of(
        &mut self,
        dc: &Datacenter,
        (vm, from, to): (VmId, ServerId, ServerId),
        rate: u64,
        manner: Manner,
    ) -> Result<u32, NoDuration> {
        let vm = &dc[vm];
        let is_cold = manner == Manner::Cold;
        let transfer = Transfer {
            workload: vm.workload,
            rate,
            manner,
            disk: vm.disk,
            overhead_ms: dc[from].overhead_ms.saturating_add(dc[to].overhead_ms),
            restart: if is_cold { vm.restart() } else { 0 },
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
        let Some(manner) = method.only_way().map(|way| way.manner) else {
            return;
        };
        for &rate in rates {
            if let Ok(seconds) = self.of(dc, (vm, from, to), rate, manner) {
                method
                    .modes
                    .push(migrating(dc, (vm, from), manner, rate, seconds));
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
        // A way that does not lead there is none to choose; where none is left, all that is wrong is said.
        let known = self.findings.len();
        let mut method = Method::default();
        if deed.open.is_empty() {
            for (way, mode) in self.ways(deed, from) {
                let pools = deed.pools;
                method.add(Way { pools, ..way }, mode);
            }
            if deed.is_optional && !method.ways.is_empty() {
                let (way, mode) = staying(from);
                method.add(way, mode);
            }
        }
        let mut one = Deed {
            open: Vec::new(),
            ..deed.clone()
        };
        for choice in &deed.open {
            (one.from, one.task) = (Some(choice.from), choice.task);
            let found = match choice.stays() {
                true => vec![staying(choice.from)],
                false => self.ways(&one, choice.from),
            };
            for (way, mode) in found {
                let way = Way {
                    leaves: choice.leaves,
                    arrives: choice.arrives,
                    pools: choice.pools,
                    ..way
                };
                method.add(way, mode);
            }
        }
        if method.ways.first().is_none_or(Way::stays) {
            return None;
        }
        self.findings.truncate(known);
        Some(method)
    }

    /// The ways from one place to another, each at the highest rate; none, and an error found, where there is none.
    fn ways(&mut self, deed: &Deed, from: ServerId) -> Vec<(Way, Mode)> {
        let dc = self.dc;
        let mode = match deed.task {
            Task::Migrate { vm, to } => return self.migrations(deed, (vm, from, to)),
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
        let mut way = Way::new(from, None);
        let (vm, ends) = match deed.task {
            Task::Start(vm) => (vm, (None, Some(from))),
            Task::Stop(vm) => (vm, (Some(from), None)),
            _ => return vec![(way, mode)],
        };
        way.guests = self.guests.change(vm, ends, self.findings);
        vec![(way, mode)]
    }

    /// A migration in each of the ways that the VM allows and both servers can.
    fn migrations(
        &mut self,
        deed: &Deed,
        transfer: (VmId, ServerId, ServerId),
    ) -> Vec<(Way, Mode)> {
        let (dc, (vm, from, to)) = (self.dc, transfer);
        let can = |server: ServerId, manner: Manner| dc[server].copy.manners().contains(&manner);
        let allowed = dc[vm].copy.manners().iter().copied();
        let able: Vec<Manner> = allowed
            .filter(|&manner| can(from, manner) && can(to, manner))
            .filter(|&manner| deed.manner.is_none_or(|decided| decided == manner))
            .collect();
        if able.is_empty() {
            self.findings.push(errors::no_way(dc, deed, vm, (from, to)));
        }
        let mut ways = Vec::new();
        for &manner in &able {
            let is_in_need = dc[vm].copy == Copy::Either && able.len() > 1;
            if is_in_need && manner == Manner::Post && !ways.is_empty() {
                continue;
            }
            // A length that is given is that of post-copy, where the other way never ends.
            if is_in_need && manner == Manner::Pre && deed.takes.is_some() {
                let rate = deed.rate.or_else(|| Some(self.possible(transfer)?.value));
                let ends = |rate| self.durations.of(dc, transfer, rate, manner).is_ok();
                if !rate.is_some_and(ends) {
                    continue;
                }
            }
            ways.extend(self.migration(deed, transfer, manner));
        }
        ways
    }

    /// The most that a migration can have on its path, if there is one.
    fn possible(&mut self, (vm, from, to): (VmId, ServerId, ServerId)) -> Option<Bottleneck> {
        let path = self.network.path(from, to).ok()?;
        let guests = self
            .guests
            .change(vm, (Some(from), Some(to)), self.findings);
        Some(self.rate(&path, &guests))
    }

    fn migration(
        &mut self,
        deed: &Deed,
        transfer: (VmId, ServerId, ServerId),
        manner: Manner,
    ) -> Option<(Way, Mode)> {
        let (dc, (vm, from, to)) = (self.dc, transfer);
        let mut way = Way {
            manner,
            guests: self
                .guests
                .change(vm, (Some(from), Some(to)), self.findings),
            ..Way::new(from, Some(to))
        };
        if !dc[vm].is_sent(manner) {
            let seconds = match deed.takes {
                Some(seconds) => Ok(seconds),
                None => self.durations.of(dc, transfer, 1, manner),
            };
            let Ok(seconds) = seconds else {
                self.findings.push(errors::takes_too_long(dc, deed, vm, 1));
                return None;
            };
            let mode = Mode {
                power: migration::power(&dc[from].migration, 0),
                energy: migration::energy(&dc[from].migration, 0, seconds),
                ..lasting(seconds)
            };
            return self.within_downtime(deed, vm, way, mode);
        }
        let path = match self.network.path(from, to) {
            Ok(path) => path,
            Err(reason) => {
                self.report(deed, (from, to), &reason);
                return None;
            }
        };
        let possible = self.rate(&path, &way.guests);
        let rate = deed.rate.unwrap_or(possible.value);
        if rate > possible.value || rate == 0 {
            let finding = errors::rate_too_high(dc, deed, rate, &possible);
            let vms = self.loose(&path, &possible);
            self.findings.push(match vms {
                Some(vms) => finding.with_help(say_when(dc, vms)),
                None => finding,
            });
            return None;
        }
        let seconds = self.duration(deed, transfer, rate, (&possible, manner))?;
        way.path = path;
        let mode = migrating(dc, (vm, from), manner, rate, seconds);
        self.within_downtime(deed, vm, way, mode)
    }

    /// A way, if its VM may stand still for so long.
    fn within_downtime(
        &mut self,
        deed: &Deed,
        vm: VmId,
        way: Way,
        mode: Mode,
    ) -> Option<(Way, Mode)> {
        let still = self.dc[vm].stands_still(way.manner, mode.duration);
        match self.downtimes.get(&vm) {
            Some(&(most, rule)) if still > most => {
                let (dc, request) = (self.dc, self.request);
                let finding =
                    errors::stands_still(dc, request, deed, (vm, way.manner), still, rule);
                self.findings.push(finding);
                None
            }
            _ => Some((way, mode)),
        }
    }

    /// Seconds, where the migration ends.
    fn duration(
        &mut self,
        deed: &Deed,
        transfer: (VmId, ServerId, ServerId),
        rate: u64,
        (possible, manner): (&Bottleneck, Manner),
    ) -> Option<u32> {
        let (vm, ..) = transfer;
        if let Some(seconds) = deed.takes {
            return Some(seconds.max(1));
        }
        match self.durations.of(self.dc, transfer, rate, manner) {
            Ok(seconds) => Some(seconds),
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

    /// The most that one migration can have on a path beside what guests always have there and what its VM has meanwhile, and
    /// what keeps it from more.
    fn rate(&self, path: &Path, change: &Change) -> Bottleneck {
        let dc = self.dc;
        let left =
            |key: Key, capacity: u64| capacity.saturating_sub(self.guests.kept_from(key, change));
        let links = path.iter().map(|hop| {
            let link = &dc[hop.link];
            let left = left(Key::Link(hop.link, hop.forward), link.rate.value);
            Bottleneck {
                value: link.rate_per_migration().min(left),
                at: Narrow::Link(hop.link),
            }
        });
        let switches = routes::switches(dc, path).filter_map(|switch| {
            dc[switch].capacity.map(|capacity| Bottleneck {
                value: left(Key::Switch(switch), capacity.value),
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

    /// Two VMs of which more may be counted at the narrowest place of a path than ever flows there.
    fn loose(&self, path: &Path, narrow: &Bottleneck) -> Option<[VmId; 2]> {
        let mut keys = Key::carried(self.dc, path).filter(|key| match (key, &narrow.at) {
            (Key::Link(link, _), Narrow::Link(at)) => link == at,
            (Key::Switch(switch), Narrow::Node(at)) => Node::Switch(*switch) == *at,
            _ => false,
        });
        keys.find_map(|key| self.guests.loose(key))
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
            self.findings.push(errors::no_path(
                dc,
                deed.origin,
                (Node::Server(from), Node::Server(to)),
                reason,
                errors::MIGRATIONS,
            ));
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

/// A migration that holds a rate. What is sent cold is the disk alone, while the VM stands still.
fn migrating(
    dc: &Datacenter,
    (vm, from): (VmId, ServerId),
    manner: Manner,
    rate: u64,
    seconds: u32,
) -> Mode {
    let model = &dc[from].migration;
    let sent = match (manner, dc[vm].disk) {
        (Manner::Cold, Some(disk)) => {
            let copied = (u128::from(disk.filled) * 8).div_ceil(u128::from(rate.max(1)));
            u32::try_from(copied).unwrap_or(u32::MAX).min(seconds)
        }
        _ => seconds,
    };
    Mode {
        rate: Some(rate),
        power: migration::power(model, rate),
        energy: migration::energy(model, rate, sent),
        ..lasting(seconds)
    }
}

/// A VM stays where it is, or a server as it is, which takes the shortest time that there is.
fn staying(server: ServerId) -> (Way, Mode) {
    (Way::new(server, Some(server)), lasting(1))
}

fn lasting(seconds: u32) -> Mode {
    Mode {
        duration: Seconds::from(seconds.max(1)),
        ..Mode::default()
    }
}
