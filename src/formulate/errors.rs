//! The wording of what is wrong with a plan's model.

use super::checks::{Excess, When};
use super::levels::{Key, Levels};
use super::modes::{Bottleneck, Narrow};
use super::order::Late;
use super::routes::{NoPath, Path, switches};
use super::steps::{Deed, Walk};
use super::words::{self, list};
use crate::datacenter::{Datacenter, Node, ServerId, SwitchId, VmId};
use crate::diag::{Code, Diagnostic};
use crate::formulation::{ActionId, Formulation, Precedence};
use crate::request::{Rule, RuleKind, Step, Subject, Task};
use crate::source::Span;

/// A diagnostic at a place, or without one where a program built the model and no file did.
fn at(
    code: Code,
    span: Option<Span>,
    message: impl Into<String>,
    label: impl Into<String>,
) -> Diagnostic {
    match span {
        Some(span) => Diagnostic::new(code, span, message, label),
        None => Diagnostic::without_place(code, message),
    }
}

/// Adds another place, where there is one.
fn also(diagnostic: Diagnostic, span: Option<Span>, text: impl Into<String>) -> Diagnostic {
    match span {
        Some(span) => diagnostic.with_label(span, text),
        None => diagnostic,
    }
}

fn vm_names<'a>(dc: &'a Datacenter, vms: &'a [VmId]) -> impl ExactSizeIterator<Item = &'a str> {
    vms.iter().map(|&vm| dc[vm].name.as_str())
}

// ---------------------------------------------------------------------------------- steps

pub(super) fn runs_on_server_that_is_off(
    dc: &Datacenter,
    server: ServerId,
    vms: &[VmId],
) -> Diagnostic {
    let name = &dc[server].name;
    let vm = &dc[vms[0]];
    let message = match vms {
        [_] => format!("`{}` runs on `{name}`, which is off", vm.name),
        _ => format!(
            "{} VMs run on `{name}`, which is off: {}",
            vms.len(),
            list(vm_names(dc, vms))
        ),
    };
    let finding = at(
        Code::RunsOnServerThatIsOff,
        vm.host.origin.or(vm.origin),
        message,
        "this server is off",
    );
    also(finding, dc[server].origin, "declared `off` here").with_help(format!(
        "drop `off` from `{name}`, or declare the VMs `off` as well"
    ))
}

pub(super) fn migrates_while_stopped(dc: &Datacenter, step: &Step, vm: VmId) -> Diagnostic {
    let name = &dc[vm].name;
    let message = format!("`{name}` does not run, so there is no memory to migrate");
    let finding = at(
        Code::MigratesWhileStopped,
        step.origin,
        message,
        "stopped by then",
    );
    also(finding, dc[vm].origin, "declared here")
        .with_help(format!("`start {name}` before this step"))
}

pub(super) fn is_already_there(dc: &Datacenter, step: &Step, vm: VmId, to: ServerId) -> Diagnostic {
    let (name, server) = (&dc[vm].name, &dc[to].name);
    let message = format!("`{name}` is on `{server}` already");
    let finding = at(Code::IsAlreadyThere, step.origin, message, "moves nothing");
    also(
        finding,
        dc[vm].host.origin,
        format!("`{name}` is placed here"),
    )
    .with_help("migrate it to another server, or drop it from this step")
}

pub(super) fn is_on_already(dc: &Datacenter, step: &Step, server: ServerId) -> Diagnostic {
    let name = &dc[server].name;
    let finding = at(
        Code::ServerIsOnAlready,
        step.origin,
        format!("`{name}` is on already"),
        "on by then",
    );
    also(finding, dc[server].origin, "declared here without `off`")
        .with_help(format!("declare `{name}` as `off`, or drop this boot"))
}

pub(super) fn is_off_already(dc: &Datacenter, step: &Step, server: ServerId) -> Diagnostic {
    let name = &dc[server].name;
    let finding = at(
        Code::ServerIsOffAlready,
        step.origin,
        format!("`{name}` is off already"),
        "off by then",
    );
    also(finding, dc[server].origin, "declared here")
        .with_help("drop this shutdown, or boot the server before it")
}

pub(super) fn is_not_empty(
    dc: &Datacenter,
    step: &Step,
    server: ServerId,
    vms: &[VmId],
    leaves_later: bool,
) -> Diagnostic {
    let name = &dc[server].name;
    let message = format!("`{name}` is shut down while {} on it", are(dc, vms));
    let label = format!("not empty: {}", list(vm_names(dc, vms)));
    let finding = at(Code::ServerIsNotEmpty, step.origin, message, label);
    let finding = also(
        finding,
        dc[vms[0]].host.origin,
        format!("`{}` is placed here", dc[vms[0]].name),
    );
    finding.with_help(match leaves_later {
        true => format!("write this shutdown below the steps that empty `{name}`"),
        false => format!("migrate what is on `{name}` before its shutdown"),
    })
}

fn are(dc: &Datacenter, vms: &[VmId]) -> String {
    match vms {
        [vm] => format!("`{}` is", dc[*vm].name),
        _ => format!("{} VMs are", vms.len()),
    }
}

pub(super) fn is_running_already(dc: &Datacenter, step: &Step, vm: VmId) -> Diagnostic {
    let name = &dc[vm].name;
    let finding = at(
        Code::VmRunsAlready,
        step.origin,
        format!("`{name}` runs already"),
        "runs by then",
    );
    also(finding, dc[vm].origin, "declared here without `off`")
        .with_help(format!("declare `{name}` as `off`, or drop this start"))
}

pub(super) fn is_stopped_already(dc: &Datacenter, step: &Step, vm: VmId) -> Diagnostic {
    let name = &dc[vm].name;
    let finding = at(
        Code::VmIsStoppedAlready,
        step.origin,
        format!("`{name}` does not run"),
        "stopped by then",
    );
    also(finding, dc[vm].origin, "declared here").with_help("drop this stop")
}

pub(super) fn starts_on_server_that_is_off(
    dc: &Datacenter,
    step: &Step,
    vm: VmId,
    host: ServerId,
) -> Diagnostic {
    let (name, server) = (&dc[vm].name, &dc[host].name);
    let message = format!("`{name}` cannot start: `{server}` is off");
    let finding = at(
        Code::StartsOnServerThatIsOff,
        step.origin,
        message,
        format!("`{server}` is off by then"),
    );
    also(finding, dc[host].origin, "declared here").with_help(format!("add `boot {server}`"))
}

// --------------------------------------------------------------------------------- routes

pub(super) fn no_path(dc: &Datacenter, deed: &Deed, to: ServerId, reason: &NoPath) -> Diagnostic {
    let (from, to) = (deed.from, to);
    let (a, b) = (&dc[from].name, &dc[to].name);
    match reason {
        NoPath::Unlinked(server) => {
            let name = &dc[*server].name;
            let message = format!("`{name}` has no link that migrations may use");
            let finding = at(
                Code::NoRoute,
                deed.origin,
                message,
                format!("from `{a}` to `{b}`"),
            );
            also(finding, dc[*server].origin, "declared here").with_help(format!(
                "give `{name}` a link, such as `link 1Gbps`, that is not for `guests`"
            ))
        }
        NoPath::Unconnected => {
            let message = format!("no path leads from `{a}` to `{b}`");
            let finding = at(
                Code::NoRoute,
                deed.origin,
                message,
                "nothing connects the two servers",
            );
            let finding = also(finding, dc[from].origin, "from here");
            also(finding, dc[to].origin, "to here")
                .with_help("connect their racks: `link 10Gbps to core`")
        }
        NoPath::Several(paths) => several(dc, deed, to, paths),
        NoPath::Loop(route, switch) => {
            let name = &dc[*switch].name;
            let message = format!("the route from `{a}` to `{b}` passes `{name}` twice");
            let finding = at(
                Code::RouteLoop,
                dc.routes[*route].origin,
                message,
                "this route",
            );
            also(finding, deed.origin, "used here")
                .with_help("name only switches that lie on the way, in their order")
        }
    }
}

fn several(dc: &Datacenter, deed: &Deed, to: ServerId, paths: &[Path]) -> Diagnostic {
    let (a, b) = (&dc[deed.from].name, &dc[to].name);
    let passed: Vec<Vec<SwitchId>> = paths
        .iter()
        .map(|path| switches(dc, path).collect())
        .collect();
    let message = format!("several paths from `{a}` to `{b}` are equally short");
    let mut finding = at(Code::SeveralRoutes, deed.origin, message, "which path?");
    for path in &passed {
        let names: Vec<&str> = path
            .iter()
            .map(|&switch| dc[switch].name.as_str())
            .collect();
        finding = finding.with_note(format!("one path passes {}", names.join(", ")));
    }
    let own: Vec<&str> = passed[0]
        .iter()
        .filter(|switch| !passed.iter().all(|path| path.contains(switch)))
        .map(|&switch| dc[switch].name.as_str())
        .collect();
    let place = |server: ServerId| {
        dc[server]
            .parent
            .map_or(dc[server].name.as_str(), |rack| &dc[rack].name)
    };
    finding.with_help(match own.as_slice() {
        [] => "several links connect the same two places: make them one link with `bond`, or mark those that \
               migrations must not use with `guests`"
            .to_owned(),
        own => format!("say which: `route {} to {} via {}`", place(deed.from), place(to), own.join(", ")),
    })
}

pub(super) fn rate_too_high(
    dc: &Datacenter,
    deed: &Deed,
    rate: u64,
    possible: &Bottleneck,
) -> Diagnostic {
    let most = words::rate(i128::from(possible.value));
    let message = format!(
        "`{}` cannot have {}: its path allows {most}",
        deed.name,
        words::rate(i128::from(rate))
    );
    let finding = at(
        Code::RateTooHigh,
        deed.origin,
        message,
        "more than the path allows",
    );
    narrow(dc, finding, possible)
        .with_help(format!("at most {most}; without `at` it gets just that"))
}

/// Shows what is narrow.
fn narrow(dc: &Datacenter, finding: Diagnostic, possible: &Bottleneck) -> Diagnostic {
    let most = words::rate(i128::from(possible.value));
    match possible.at {
        Narrow::Link(link) => {
            let (a, b) = (dc.node_name(dc[link].a), dc.node_name(dc[link].b));
            let text = format!("the link between `{a}` and `{b}` allows {most}");
            also(finding, dc[link].rate.origin, text)
        }
        Narrow::Node(node) => {
            let span = match node {
                Node::Switch(switch) => dc[switch]
                    .capacity
                    .and_then(|at| at.origin)
                    .or(dc[switch].origin),
                Node::Server(server) => dc[server].origin,
            };
            also(
                finding,
                span,
                format!("`{}` allows {most}", dc.node_name(node)),
            )
        }
        Narrow::Nothing => finding,
    }
}

pub(super) fn never_converges(
    dc: &Datacenter,
    deed: &Deed,
    vm: VmId,
    rate: u64,
    needed: u64,
    possible: &Bottleneck,
) -> Diagnostic {
    let data = &dc[vm];
    let (has, needs) = (
        words::rate(i128::from(rate)),
        words::rate(i128::from(needed)),
    );
    let message = format!(
        "`{}` never converges at {has}: it needs more than {needs}",
        data.name
    );
    let finding = at(
        Code::NeverConverges,
        data.origin.or(deed.origin),
        message,
        "rewrites its memory faster than it is sent",
    );
    let finding = also(finding, deed.origin, format!("migrated here at {has}"));
    let finding = narrow(dc, finding, possible);
    let ms = (data.workload.hot.saturating_mul(8000)).div_ceil(rate.max(1));
    finding
        .with_help(format!(
            "`copy post` or `copy either` on `{}` moves it first and its memory afterwards",
            data.name
        ))
        .with_help(format!(
            "`downtime {ms}ms` lets it stand still while its hot pages are sent"
        ))
}

pub(super) fn takes_too_long(dc: &Datacenter, deed: &Deed, vm: VmId, rate: u64) -> Diagnostic {
    let message = format!(
        "the migration of `{}` takes longer than 366 days at {}",
        dc[vm].name,
        words::rate(i128::from(rate))
    );
    let finding = at(Code::TakesTooLong, deed.origin, message, "far too slow");
    also(
        finding,
        dc[vm].origin,
        format!(
            "{} to copy",
            words::memory(i128::from(dc[vm].workload.used))
        ),
    )
    .with_help("give it more bandwidth, or `copy post`")
}

// ---------------------------------------------------------------------------------- rules

pub(super) fn too_large(name: &str, span: Option<Span>) -> Diagnostic {
    let message = format!("`{name}` has more than can be planned with");
    at(Code::BeyondRange, span, message, "too large").with_help("check the unit")
}

pub(super) fn limit_of_nothing(dc: &Datacenter, rule: &Rule) -> Diagnostic {
    let message = format!("`{}` lets nothing through", words::rule(dc, rule));
    at(
        Code::LimitOfNothing,
        rule.origin,
        message,
        "0 is no rate for a migration",
    )
    .with_help("to forbid migrations for a while, use `freeze … from … to …`")
}

pub(super) fn too_many_pairs(
    dc: &Datacenter,
    rule: &Rule,
    first: usize,
    then: usize,
) -> Diagnostic {
    let message = format!(
        "`{}` puts {first} things before {then} others",
        words::rule(dc, rule)
    );
    at(
        Code::TooManyPairs,
        rule.origin,
        message,
        "too many pairs to order",
    )
    .with_help(
        "let both wait for a moment in between: `before … by 04:00` and `after … from 04:00`",
    )
}

pub(super) fn sync_without_migration(dc: &Datacenter, rule: &Rule, still: &[VmId]) -> Diagnostic {
    let (who, verb) = match still {
        [vm] => (format!("`{}`", dc[*vm].name), "does"),
        _ => (list(vm_names(dc, still)), "do"),
    };
    let message =
        format!("{who} {verb} not migrate in this plan, so there is nothing to synchronise");
    at(
        Code::SyncWithoutMigration,
        rule.origin,
        message,
        "not all of them move",
    )
    .with_help("add their migrations, or drop them from this `sync`")
}

pub(super) fn sync_of_both_methods(
    dc: &Datacenter,
    rule: &Rule,
    pre: VmId,
    post: VmId,
) -> Diagnostic {
    let (pre_name, post_name) = (&dc[pre].name, &dc[post].name);
    let message = format!(
        "`{pre_name}` is migrated by pre-copy and `{post_name}` by post-copy: which ends are to be equal?"
    );
    let finding = at(
        Code::SyncOfBothMethods,
        rule.origin,
        message,
        "mixes both ways",
    );
    let finding = also(
        finding,
        dc[pre].origin,
        "pre-copy: its state moves at the end",
    );
    also(
        finding,
        dc[post].origin,
        "post-copy: its state moves at the start",
    )
    .with_help("say which: `sync … starts` or `sync … ends`")
}

pub(super) fn cycle(out: &Formulation, cycle: &[&Precedence]) -> Diagnostic {
    let name = |action: ActionId| &out[action].name;
    let mut sources: Vec<_> = cycle.iter().map(|precedence| precedence.source).collect();
    // Where one precedence arrives at an action and the next one leaves another, a group joins the two.
    let next = cycle.iter().cycle().skip(1);
    for (this, next) in cycle
        .iter()
        .zip(next)
        .filter(|(this, next)| this.then != next.first)
    {
        let joins =
            |actions: &[ActionId]| actions.contains(&this.then) && actions.contains(&next.first);
        sources.extend(
            out.groups
                .iter()
                .filter(|group| joins(&group.actions))
                .map(|group| group.source),
        );
    }
    sources.sort();
    sources.dedup();
    // A rule is more likely to be the mistake than what the steps imply.
    sources.sort_by_key(|&source| out[source].kind);
    let message = match cycle {
        [one] if one.first == one.then => {
            format!("`{}` would have to end before it starts", name(one.first))
        }
        [one] => format!(
            "`{}` and `{}` are to be together, but one has to end before the other starts",
            name(one.first),
            name(one.then)
        ),
        _ => format!(
            "{} wait for one another",
            list(cycle.iter().map(|precedence| name(precedence.first)))
        ),
    };
    let first = &out[sources[0]];
    let mut finding = at(Code::OrderCycle, first.span, message, first.label.clone());
    for &source in &sources[1..] {
        finding = also(finding, out[source].span, out[source].label.clone());
    }
    for precedence in cycle {
        finding = finding.with_note(format!(
            "`{}` ends before `{}` starts",
            name(precedence.first),
            name(precedence.then)
        ));
    }
    finding.with_help("drop one of these rules")
}

pub(super) fn too_late(out: &Formulation, late: &Late) -> Diagnostic {
    /// How many actions of a chain are told.
    const TOLD: usize = 8;
    let action = late.window.action;
    let source = &out[late.window.source];
    let longest = late
        .window
        .intervals
        .iter()
        .map(|&(from, to)| to.saturating_sub(from))
        .max();
    let duration = out[action]
        .modes
        .iter()
        .map(|mode| mode.duration)
        .min()
        .unwrap_or(0);
    // Waiting is what makes it late only where its time would be long enough.
    let waits = longest.is_some_and(|longest| longest >= duration);
    let message = match longest {
        None => format!("`{}` is never allowed to run", out[action].name),
        Some(longest) if longest < duration => format!(
            "`{}` takes {}, longer than it is ever allowed to run",
            out[action].name,
            words::duration(duration)
        ),
        Some(_) => format!(
            "`{}` ends {} after the start at the earliest, which is too late",
            out[action].name,
            words::duration(late.earliest)
        ),
    };
    let mut finding = at(Code::DeadlineTooEarly, source.span, message, "cannot hold");
    finding = also(
        finding,
        out[action].span,
        format!("takes {}", words::duration(duration)),
    );
    if waits && late.chain.len() > 1 {
        let told = late.chain.iter().rev().take(TOLD).rev().map(|&action| {
            let duration = out[action]
                .modes
                .iter()
                .map(|mode| mode.duration)
                .min()
                .unwrap_or(0);
            format!("{} ({})", out[action].name, words::duration(duration))
        });
        finding = finding.with_note(format!(
            "one after the other: {}",
            told.collect::<Vec<_>>().join(", ")
        ));
    }
    if late.more > 0 {
        finding = finding.with_note(format!("{} more actions are too late for it", late.more));
    }
    finding.with_help("give it more time")
}

// --------------------------------------------------------------------------------- levels

pub(super) fn too_much(levels: &Levels, walk: &Walk, key: Key, excess: &Excess) -> Diagnostic {
    match key {
        Key::Memory(server) => host(levels, walk, server, excess, true),
        Key::Cpu(server) => host(levels, walk, server, excess, false),
        Key::Spread(rule, server) => spread(levels, walk, rule, server, excess),
        Key::Power(rule) => power(levels, walk, rule, excess),
        Key::Link(..) | Key::Switch(_) | Key::Limit(..) => {
            cap(levels, walk, key, excess, words::rate)
        }
        Key::Migrations(_) | Key::On(_) | Key::Seq(_) => {
            cap(levels, walk, key, excess, |count| count.to_string())
        }
    }
}

fn host(
    levels: &Levels,
    walk: &Walk,
    server: ServerId,
    excess: &Excess,
    memory: bool,
) -> Diagnostic {
    let dc = levels.dc();
    let data = &dc[server];
    let (what, in_words): (_, fn(i128) -> String) = if memory {
        ("memory", words::memory)
    } else {
        ("CPU", words::cpu)
    };
    let capacity = if memory { data.memory } else { data.cpu };
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
    let message = format!("`{}` lacks {missing} of {what} {moment}", data.name);
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
        let text = format!("`{}` has {}", data.name, in_words(excess.capacity));
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

fn spread(
    levels: &Levels,
    walk: &Walk,
    rule: usize,
    server: ServerId,
    excess: &Excess,
) -> Diagnostic {
    let (dc, rule) = (levels.dc(), levels.rule(rule));
    let RuleKind::Spread { vms } = &rule.kind else {
        return too_large(&dc[server].name, rule.origin);
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
        .filter(|&vm| host(vm) == server)
        .collect();
    let when = if at_start {
        "when the plan starts"
    } else {
        "in the end"
    };
    let message = format!(
        "{} share `{}` {when}",
        list(vm_names(dc, &together)),
        dc[server].name
    );
    let mut finding = at(
        Code::SpreadBroken,
        rule.origin,
        message,
        "are never to share a server",
    );
    for &vm in together.iter().take(2) {
        let last = walk.actions(Subject::Vm(vm)).last().filter(|_| !at_start);
        let span = last.map_or(dc[vm].host.origin, |action| {
            walk.deeds[action.0 as usize].origin
        });
        finding = also(
            finding,
            span,
            format!("`{}` on `{}`", dc[vm].name, dc[server].name),
        );
    }
    finding.with_help("give them servers of their own, or drop one from this `spread`")
}

fn power(levels: &Levels, walk: &Walk, rule: usize, excess: &Excess) -> Diagnostic {
    let (dc, rule) = (levels.dc(), levels.rule(rule));
    let (drawn, allowed) = (words::power(excess.level), words::power(excess.capacity));
    let name = words::rule(dc, rule);
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
        levels.span(&described),
        message,
        format!("allows {allowed}"),
    );
    let finding = match excess.when {
        When::During(action) => also(finding, walk.deeds[action.0 as usize].origin, "this action"),
        _ => finding,
    };
    finding.with_help(format!("allow {needed} at least"))
}
