//! What is only preferred: rules that may be broken at a price, and the goal of balance.
//!
//! A preference is about where VMs are when the plan has ended. Where the steps leave that open, an action of its own, which does
//! nothing, chooses among prices: what VMs bring to places are levels to which nothing is given back, and each mode of
//! that action has a price and takes of these levels what it does not pay for. It runs in the first second, is in no goal
//! but its own, and in no plan. Where all places are said, the price is a constant.

use std::collections::{BTreeMap, BTreeSet};

use super::Cause;
use super::levels::Levels;
use super::placement::{Chosen, shared};
use super::rules::Sources;
use super::scopes::RuleAt;
use super::words;
use crate::datacenter::{Node, ServerId, Stock, VmId};
use crate::formulation::{
    Action, ActionId, Demand, Formulation, Mode, Resource, ResourceId, SourceId, Term, Unit, Window,
};
use crate::request::{GoalKind, RuleKind, Shared};

/// What VMs bring to a place where some of them may end.
#[derive(Default)]
struct Brought {
    /// By those that end there in any case.
    certain: i64,
    /// By each mode that leads there.
    by: Vec<(Chosen, i64)>,
    /// By all that may end there.
    most: i64,
}

/// Levels, and prices for how far they rise.
struct Choice {
    name: String,
    unit: Unit,
    levels: Vec<Brought>,
    /// `(price, room)`, ascending: up to how much of each level it pays for. The last one pays for all.
    offers: Vec<(i64, Vec<i64>)>,
}

/// What a rule, or a goal, comes to.
#[derive(Default)]
struct Account {
    /// What it costs in any case.
    constant: i64,
    /// What modes cost by themselves.
    prices: Vec<(Chosen, i64)>,
    choices: Vec<Choice>,
}

/// Adds what preferences and the goal of balance ask for to the objectives that are about them. What each preference costs, where
/// nothing is left to choose.
pub(super) fn add(
    levels: &Levels,
    sources: &mut Sources,
    out: &mut Formulation,
) -> Vec<(RuleAt, i64)> {
    let request = levels.request();
    let mut costs = Vec::new();
    for (goal, at) in request.goals.iter().zip(0..) {
        match goal.kind {
            GoalKind::Preferences => {
                for (rule, data) in request.rules.iter().enumerate() {
                    if let RuleKind::Prefer { rule: kind, weight } = &data.kind {
                        let account = preference(levels, rule, kind, i64::from(*weight));
                        costs.push((rule, account.constant));
                        let source = sources.rule(rule, out);
                        account.charge(at, source, out);
                    }
                }
            }
            GoalKind::Balance => {
                let source = sources.held(Cause::Stays, out);
                balance(levels).charge(at, source, out);
            }
            _ => {}
        }
    }
    costs
}

/// What a rule costs that is only preferred.
fn preference(levels: &Levels, at: RuleAt, kind: &RuleKind, weight: i64) -> Account {
    let (dc, request) = (levels.dc(), levels.request());
    let name = |node: Node| {
        let rule = words::rule(dc, request, &request.rules[at]);
        format!("{rule} on {}", dc.node_name(node))
    };
    match kind {
        RuleKind::Spread { vms, over } => {
            // Whoever shares a place with one that is there costs as much.
            let places = places(levels, vms, *over, |_| 1).into_iter();
            Account::of(places.map(|(node, brought)| {
                let rooms = brought.certain.max(1)..=brought.most.max(1);
                let offers = rooms.map(|room| ((room - 1) * weight, vec![room]));
                Choice::one(name(node), Unit::Count, brought, offers.collect())
            }))
        }
        RuleKind::Lonely { vms } => lonely(levels, vms, weight, &name),
        RuleKind::Gather { vms } => {
            // Each place costs as much, and one is free.
            let places = places(levels, vms, Shared::Server, |_| 1).into_iter();
            let mut account = Account::of(places.map(|(node, brought)| {
                let used = (weight, vec![brought.most]);
                let offers = match brought.certain {
                    0 => vec![(0, vec![0]), used],
                    _ => vec![used],
                };
                Choice::one(name(node), Unit::Count, brought, offers)
            }));
            account.constant -= weight;
            account
        }
        RuleKind::Keep {
            vms,
            servers,
            is_off,
        } => {
            let servers: BTreeSet<ServerId> = servers.iter().copied().collect();
            let price = |server: ServerId| match servers.contains(&server) == *is_off {
                true => weight,
                false => 0,
            };
            let mut account = Account::default();
            for &vm in vms {
                let ends = levels.last_places(vm);
                let prices: BTreeSet<i64> = ends.iter().map(|&(_, at)| price(at)).collect();
                match prices.first() {
                    Some(&only) if prices.len() == 1 => account.constant += only,
                    _ => {
                        let modes = ends.into_iter();
                        let modes = modes.filter_map(|(mode, at)| Some((mode?, price(at))));
                        account.prices.extend(modes);
                    }
                }
            }
            account
        }
        _ => Account::default(),
    }
}

/// Each of the VMs that ends beside one that is none of them costs as much.
fn lonely(levels: &Levels, vms: &[VmId], weight: i64, name: &impl Fn(Node) -> String) -> Account {
    let own: BTreeSet<VmId> = vms.iter().copied().collect();
    let others: Vec<VmId> = running_in_the_end(levels)
        .filter(|vm| !own.contains(vm))
        .collect();
    let others = places(levels, &others, Shared::Server, |_| 1);
    Account::of(own.iter().flat_map(|&vm| {
        let of_vm = places(levels, &[vm], Shared::Server, |_| 1);
        let others = &others;
        of_vm.into_iter().filter_map(move |(node, of_vm)| {
            let beside = others.get(&node)?;
            // It takes as much as all others together, so that there is room for it or for them.
            let part = beside.most;
            let brought = Brought {
                certain: of_vm.certain * part + beside.certain,
                by: (of_vm.by.iter().map(|&(chosen, _)| (chosen, part)))
                    .chain(beside.by.iter().copied())
                    .collect(),
                most: 2 * part,
            };
            let offers = match brought.certain {
                certain if certain > part => vec![(weight, vec![2 * part])],
                _ => vec![(0, vec![part]), (weight, vec![2 * part])],
            };
            let name = format!("{} of {}", name(node), levels.dc()[vm].name);
            Some(Choice::one(name, Unit::Count, brought, offers))
        })
    }))
}

/// The VMs that run when the plan has ended.
fn running_in_the_end(levels: &Levels) -> impl Iterator<Item = VmId> {
    let running = levels.walk().running.iter();
    let all = (0..).map(VmId).zip(running);
    all.filter(|(_, running)| **running).map(|(vm, _)| vm)
}

/// The largest share of a server's memory that its VMs have when the plan has ended, in whole percents, rounded up.
fn balance(levels: &Levels) -> Account {
    let (dc, request) = (levels.dc(), levels.request());
    let vms: Vec<VmId> = running_in_the_end(levels).collect();
    let memory = |vm: VmId| i64::try_from(dc[vm].memory.value).unwrap_or(i64::MAX / 4);
    let mut limited = BTreeMap::new();
    for (node, brought) in places(levels, &vms, Shared::Server, memory) {
        let Node::Server(server) = node else { continue };
        if let Some(gives) = request.gives(dc, server, Stock::Memory) {
            limited.insert(server, (i128::from(gives.value.max(1)), brought));
        }
    }
    let percent = |(gives, brought): &(i128, Brought)| percent(brought.certain.into(), *gives);
    let fixed = limited.values().map(percent).max().unwrap_or(0);
    let least = fixed.max(at_least(levels, &vms, &limited));
    let room = |gives: i128, percent: i64| {
        i64::try_from(gives * i128::from(percent) / 100).unwrap_or(i64::MAX / 4)
    };
    let open: Vec<(i128, Brought)> = limited
        .into_values()
        .filter(|(_, brought)| !brought.by.is_empty())
        .collect();
    if open.is_empty() {
        return Account {
            constant: least,
            ..Account::default()
        };
    }
    let offers = (least..=least.max(100)).map(|percent| {
        let rooms = open.iter().map(|&(gives, _)| room(gives, percent));
        (percent, rooms.collect())
    });
    Account::of([Choice {
        name: GoalKind::Balance.name().to_owned(),
        unit: Unit::Memory,
        offers: offers.collect(),
        levels: open.into_iter().map(|(_, brought)| brought).collect(),
    }])
}

/// A part of something in whole percents, rounded up.
fn percent(part: i128, whole: i128) -> i64 {
    i64::try_from((part * 100 + whole - 1) / whole).unwrap_or(i64::MAX / 4)
}

/// A share that no choice comes below: each VM has one beside what its servers have in any case, and so has the sum.
fn at_least(levels: &Levels, vms: &[VmId], limited: &BTreeMap<ServerId, (i128, Brought)>) -> i64 {
    let dc = levels.dc();
    let mut most = 0;
    let (mut moved, mut reached) = (0_i128, BTreeSet::new());
    for &vm in vms {
        let ends = levels.last_places(vm);
        let servers: BTreeSet<ServerId> = ends.into_iter().map(|(_, server)| server).collect();
        if servers.len() < 2 || servers.iter().any(|server| !limited.contains_key(server)) {
            continue;
        }
        let memory = i128::from(dc[vm].memory.value);
        let alone = servers.iter().map(|server| {
            let (gives, brought) = &limited[server];
            percent(i128::from(brought.certain) + memory, *gives)
        });
        most = most.max(alone.min().unwrap_or(0));
        moved += memory;
        reached.extend(servers);
    }
    let all = reached.iter().map(|server| &limited[server]);
    let (whole, certain) = all.fold((0_i128, 0_i128), |(whole, certain), (gives, brought)| {
        (whole + gives, certain + i128::from(brought.certain))
    });
    match whole {
        0 => most,
        whole => most.max(percent(moved + certain, whole)),
    }
}

/// What VMs bring to each place at which some of them may be in the end.
fn places(
    levels: &Levels,
    vms: &[VmId],
    over: Shared,
    amount: impl Fn(VmId) -> i64,
) -> BTreeMap<Node, Brought> {
    let dc = levels.dc();
    let mut places: BTreeMap<Node, Brought> = BTreeMap::new();
    for &vm in vms {
        let ends = levels.last_places(vm).into_iter();
        let ends: Vec<(Option<Chosen>, Node)> = ends
            .map(|(chosen, server)| (chosen, shared(dc, over, server)))
            .collect();
        let nodes: BTreeSet<Node> = ends.iter().map(|&(_, node)| node).collect();
        let is_certain = nodes.len() == 1;
        for &node in &nodes {
            let brought = places.entry(node).or_default();
            brought.most += amount(vm);
            if is_certain {
                brought.certain += amount(vm);
            }
        }
        for (chosen, node) in ends.into_iter().filter(|_| !is_certain) {
            if let (Some(chosen), Some(brought)) = (chosen, places.get_mut(&node)) {
                brought.by.push((chosen, amount(vm)));
            }
        }
    }
    places
}

impl Choice {
    /// Of a single level.
    fn one(name: String, unit: Unit, brought: Brought, offers: Vec<(i64, Vec<i64>)>) -> Choice {
        Choice {
            name,
            unit,
            levels: vec![brought],
            offers,
        }
    }
}

impl Account {
    /// What several choices come to; where nothing is left to choose, what that costs.
    fn of(choices: impl IntoIterator<Item = Choice>) -> Account {
        let mut account = Account::default();
        for choice in choices {
            match choice.offers.as_slice() {
                [(price, _)] => account.constant += price,
                _ => account.choices.push(choice),
            }
        }
        account
    }

    /// Adds it to the objective at that index.
    fn charge(self, objective: usize, source: SourceId, out: &mut Formulation) {
        out.objectives[objective].constant += self.constant;
        for ((ActionId(action), mode), price) in self.prices {
            let modes = out.actions[action as usize].modes.len();
            let term = &mut out.objectives[objective].terms[action as usize];
            term.modes.resize(modes, 0);
            term.modes[mode] += price;
        }
        for choice in self.choices {
            let prices = choice.offers.iter().map(|&(price, _)| price).collect();
            choice.make(source, out);
            for (at, known) in out.objectives.iter_mut().enumerate() {
                known.terms.push(Term::default());
                if let Some(term) = known.terms.last_mut().filter(|_| at == objective) {
                    term.modes = Vec::clone(&prices);
                }
            }
        }
    }
}

impl Choice {
    /// The levels, and the action that chooses.
    fn make(self, source: SourceId, out: &mut Formulation) {
        let chooser = ActionId(out.actions.len() as u32);
        let mut modes: Vec<Mode> = self
            .offers
            .iter()
            .map(|_| Mode {
                duration: 1,
                rate: None,
                demands: Vec::new(),
            })
            .collect();
        for (at, level) in self.levels.iter().enumerate() {
            let resource = ResourceId(out.resources.len() as u32);
            let most = self.offers.last().map_or(0, |(_, rooms)| rooms[at]);
            out.resources.push(Resource {
                name: match self.levels.len() {
                    1 => self.name.clone(),
                    _ => format!("{} ({})", self.name, at + 1),
                },
                unit: self.unit,
                initial: level.certain,
                capacity: vec![(0, most.max(level.certain))],
                source,
            });
            let takes = |take: i64| Demand {
                resource,
                take,
                give: 0,
            };
            for &((action, mode), amount) in &level.by {
                let mode = &mut out.actions[action.0 as usize].modes[mode];
                mode.demands.push(takes(amount));
            }
            for (mode, (_, rooms)) in modes.iter_mut().zip(&self.offers) {
                let take = most.max(level.certain) - rooms[at].max(level.certain);
                if take > 0 {
                    mode.demands.push(takes(take));
                }
            }
        }
        out.actions.push(Action {
            name: self.name,
            modes,
            span: None,
        });
        out.windows.push(Window {
            action: chooser,
            modes: None,
            intervals: vec![(0, 1)],
            source,
        });
    }
}
