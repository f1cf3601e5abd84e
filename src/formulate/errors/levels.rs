//! Levels that no schedule can keep.

use super::super::checks::{Excess, When};
use super::super::levels::{Key, Levels};
use super::super::placement;
use super::super::steps::Walk;
use super::super::words::{self, list};
use super::{also, at, too_large, vm_names};
use crate::datacenter::{Datacenter, Node, Pool, ServerId, Stock, VmId};
use crate::diag::{Code, Diagnostic};
use crate::request::{RuleKind, Subject, Task};
use crate::show::show_count;
use crate::source::Span;

pub(in super::super) fn too_much(
    levels: &Levels,
    walk: &Walk,
    key: Key,
    excess: &Excess,
) -> Diagnostic {
    match key {
        Key::Stock(stock, server) => host(levels, walk, (stock, server, None), excess),
        Key::Pool(stock, server, pool) => host(levels, walk, (stock, server, Some(pool)), excess),
        Key::Spread(rule, place) | Key::Mended(rule, place) => {
            spread(levels, walk, rule, place, excess)
        }
        Key::Gather(rule, ..)
        | Key::Lonely(rule, ..)
        | Key::Reserve(rule)
        | Key::Vacant(rule, _)
        | Key::Chosen(rule, _) => misplaced(levels, rule, key, excess),
        Key::Power(rule) => power(levels, walk, rule, excess),
        Key::Link(..) | Key::Switch(_) | Key::Limit(..) => {
            cap(levels, walk, key, excess, words::rate)
        }
        Key::Up(_) | Key::Empty(_) | Key::Came(..) => too_large(&levels.describe(key).name, None),
        Key::Migrations(_) | Key::On(_) | Key::Seq(_) | Key::Vms(_) | Key::Off(_) => {
            cap(levels, walk, key, excess, |count| count.to_string())
        }
    }
}

fn host(
    levels: &Levels,
    walk: &Walk,
    (stock, server, pool): (Stock, ServerId, Option<Pool>),
    excess: &Excess,
) -> Diagnostic {
    let dc = levels.dc();
    let data = &dc[server];
    let what = dc.stock_name(stock);
    let in_words = |amount: i128| words::amount(dc, stock, amount);
    let capacity = data.has_of(stock);
    let missing = in_words(excess.level - excess.capacity);
    let (moment, vms): (String, Vec<VmId>) = match excess.when {
        When::Start => ("when the plan starts".to_owned(), dc_vms(dc, server)),
        When::During(action) => (
            format!("during `{}`", walk.deeds[action.0 as usize].name),
            Vec::new(),
        ),
        When::End | When::At(_) => (
            "when everything has moved".to_owned(),
            walk.running_on(server),
        ),
    };
    let whose = match pool {
        Some(Pool(pool)) => format!("pool {pool} of `{}`", data.name),
        None => format!("`{}`", data.name),
    };
    let message = format!("{whose} lacks {missing} of {what} {moment}");
    let arrival = walk
        .deeds
        .iter()
        .find(|deed| matches!(deed.task, Task::Migrate { to, .. } if to == server));
    let step = arrival.and_then(|deed| deed.origin);
    let place = if excess.when == When::Start {
        capacity.and_then(|at| at.origin)
    } else {
        step
    };
    let label = format!("needs {} of {what}", in_words(excess.level));
    let mut finding = at(Code::ServerTooSmall, place.or(data.origin), message, label);
    if excess.when != When::Start {
        let gives = in_words(excess.capacity);
        let text = match capacity.filter(|has| i128::from(has.value) != excess.capacity) {
            Some(has) => format!(
                "`{}` has {}, overbooked to {gives}",
                data.name,
                in_words(has.value.into())
            ),
            None => format!("`{}` has {gives}", data.name),
        };
        finding = also(finding, capacity.and_then(|at| at.origin), text);
    }
    if !vms.is_empty() {
        finding = finding.with_note(format!("on it then: {}", list(vm_names(dc, &vms))));
    }
    finding.with_help(match excess.when {
        When::Start => "correct the server or its VMs: they cannot all be there".to_owned(),
        _ => format!(
            "send some of them to another server, or away from `{}` in this plan",
            data.name
        ),
    })
}

fn dc_vms(dc: &Datacenter, server: ServerId) -> Vec<VmId> {
    let all = (0..).map(VmId).zip(&dc.vms);
    all.filter(|(_, vm)| vm.host.value == server && vm.running)
        .map(|(id, _)| id)
        .collect()
}

fn spread(levels: &Levels, walk: &Walk, rule: usize, place: Node, excess: &Excess) -> Diagnostic {
    let (dc, rule) = (levels.dc(), levels.rule(rule));
    let name = dc.node_name(place);
    let RuleKind::Spread { vms, over } = &rule.kind else {
        return too_large(name, rule.origin);
    };
    let at_start = excess.when == When::Start;
    let host = |vm: VmId| {
        if at_start {
            dc[vm].host.value
        } else {
            walk.host[vm.0 as usize]
        }
    };
    let together: Vec<VmId> = vms
        .iter()
        .copied()
        .filter(|&vm| placement::shared(dc, *over, host(vm)) == place)
        .collect();
    let when = if at_start {
        "when the plan starts"
    } else {
        "in the end"
    };
    let message = format!("{} share `{name}` {when}", list(vm_names(dc, &together)),);
    let mut finding = at(
        Code::SpreadBroken,
        rule.origin,
        message,
        format!("are never to share a {}", words::place(*over)),
    );
    for &vm in together.iter().take(2) {
        let last = walk.actions(Subject::Vm(vm)).last().filter(|_| !at_start);
        let span = last.map_or(dc[vm].host.origin, |action| {
            walk.deeds[action.0 as usize].origin
        });
        finding = also(
            finding,
            span,
            format!("`{}` on `{}`", dc[vm].name, dc[host(vm)].name),
        );
    }
    finding.with_help(format!(
        "give them {}s of their own, or drop one from this `spread`",
        words::place(*over)
    ))
}

/// A rule about places that the inventory or the steps break whatever is chosen.
fn misplaced(levels: &Levels, rule: usize, key: Key, excess: &Excess) -> Diagnostic {
    let rule = levels.rule(rule);
    let name = words::rule(levels.dc(), levels.request(), rule);
    let when = match excess.when {
        When::Start => "is broken when the plan starts",
        When::End | When::At(_) => "is broken in the end, whatever is chosen",
        When::During(_) => "is broken on the way, whatever is chosen",
    };
    let finding = at(
        Code::PlacementBroken,
        rule.origin,
        format!("`{name}` {when}"),
        levels.describe(key).name,
    );
    finding.with_help("leave more places to choose, name fewer VMs, or drop the rule")
}

/// Servers to choose from that have too little in all.
pub(in super::super) fn no_room_anywhere(
    dc: &Datacenter,
    origin: Option<Span>,
    vms: &[VmId],
    places: &[ServerId],
    stock: Stock,
    (needed, free): (i128, i128),
) -> Diagnostic {
    let what = dc.stock_name(stock);
    let in_words = |amount: i128| words::amount(dc, stock, amount);
    let message = format!(
        "{} lack {} of {what} for {}",
        show_count(places.len(), "server"),
        in_words(needed - free),
        show_count(vms.len(), "VM"),
    );
    let label = format!(
        "{} needed, {} free in all",
        in_words(needed),
        in_words(free)
    );
    let names = list(places.iter().map(|&server| dc[server].name.as_str()));
    at(Code::NoRoomAnywhere, origin, message, label)
        .with_note(format!("to choose from: {names}"))
        .with_help("name more servers to choose from, `boot` some, or leave VMs where they are")
}

fn power(levels: &Levels, walk: &Walk, rule: usize, excess: &Excess) -> Diagnostic {
    let (dc, rule) = (levels.dc(), levels.rule(rule));
    let (drawn, allowed) = (words::power(excess.level), words::power(excess.capacity));
    let name = words::rule(dc, levels.request(), rule);
    let message = match excess.when {
        When::Start => format!("{drawn} are drawn when the plan starts, more than `{name}` allows"),
        When::End => {
            format!("{drawn} are drawn when everything is done, more than `{name}` allows")
        }
        When::At(_) => {
            format!("at least {drawn} are drawn all the time, more than `{name}` allows")
        }
        When::During(action) => format!(
            "`{}` brings the power to {drawn} at least, more than `{name}` allows",
            walk.deeds[action.0 as usize].name
        ),
    };
    let finding = at(
        Code::BudgetTooLow,
        rule.origin,
        message,
        format!("allows {allowed}"),
    );
    let finding = match excess.when {
        When::During(action) => also(finding, walk.deeds[action.0 as usize].origin, "this action"),
        _ => finding,
    };
    let help = format!("allow {drawn} at least");
    finding.with_help(match excess.when {
        When::End => format!("{help}, or shut more servers down"),
        _ => help,
    })
}

fn cap(
    levels: &Levels,
    walk: &Walk,
    key: Key,
    excess: &Excess,
    in_words: impl Fn(i128) -> String,
) -> Diagnostic {
    let described = levels.describe(key);
    let (needed, allowed) = (in_words(excess.level), in_words(excess.capacity));
    let name = &described.name;
    let message = match excess.when {
        When::Start => {
            format!("`{name}` allows {allowed}, but it is {needed} when the plan starts")
        }
        When::End => {
            format!("`{name}` allows {allowed}, but it is {needed} when everything is done")
        }
        When::At(_) => format!("`{name}` allows {allowed}, but it is {needed} all the time"),
        When::During(action) => {
            format!(
                "`{name}` allows {allowed}, but `{}` needs {needed}",
                walk.deeds[action.0 as usize].name
            )
        }
    };
    let finding = at(
        Code::CapTooLow,
        described.span,
        message,
        format!("allows {allowed}"),
    );
    let finding = match excess.when {
        When::During(action) => also(finding, walk.deeds[action.0 as usize].origin, "this action"),
        _ => finding,
    };
    finding.with_help(format!("allow {needed} at least"))
}
