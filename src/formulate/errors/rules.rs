//! What is wrong with a rule, or between several.

use super::super::order::Late;
use super::super::steps::Deed;
use super::super::words::{self, list};
use super::{also, at, vm_names};
use crate::datacenter::{Datacenter, ServerId, VmId};
use crate::diag::{Code, Diagnostic};
use crate::formulation::{ActionId, Formulation, Precedence};
use crate::request::{Request, Rule, Task, show_moment};
use crate::source::Span;

pub(in super::super) fn too_large(name: &str, span: Option<Span>) -> Diagnostic {
    let message = format!("`{name}` has more than can be planned with");
    at(Code::BeyondRange, span, message, "too large").with_help("check the unit")
}

pub(in super::super) fn limit_of_nothing(
    dc: &Datacenter,
    request: &Request,
    rule: &Rule,
) -> Diagnostic {
    let message = format!("`{}` lets nothing through", words::rule(dc, request, rule));
    at(
        Code::LimitOfNothing,
        rule.origin,
        message,
        "0 is no rate for a migration",
    )
    .with_help("to forbid migrations for a while, use `freeze … from … to …`")
}

pub(in super::super) fn too_many_pairs(
    dc: &Datacenter,
    request: &Request,
    rule: &Rule,
    first: usize,
    then: usize,
) -> Diagnostic {
    let message = format!(
        "`{}` puts {first} things before {then} others",
        words::rule(dc, request, rule)
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

pub(in super::super) fn on_both_sides(
    dc: &Datacenter,
    request: &Request,
    rule: &Rule,
    deed: &Deed,
) -> Diagnostic {
    let message = format!(
        "`{}` is on both sides of `{}`",
        deed.name,
        words::rule(dc, request, rule)
    );
    let from = deed.from.map_or("", |from| &dc[from].name);
    let why = match deed.task {
        Task::Migrate { to, .. } => format!(
            "it leaves `{from}` and arrives at `{}`, and a server stands for all that happens to it and on it",
            dc[to].name
        ),
        _ => format!("it happens on `{from}`"),
    };
    let error = at(
        Code::OnBothSides,
        rule.origin,
        message,
        "cannot end before it starts",
    )
    .with_note(why)
    .with_help(
        "name the VMs whose steps are ordered, on one side or on both, as in `before vms on r1 -> vms on r2`",
    );
    also(error, deed.origin, "the step")
}

pub(in super::super) fn sync_without_migration(
    dc: &Datacenter,
    rule: &Rule,
    still: &[VmId],
) -> Diagnostic {
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

pub(in super::super) fn sync_of_both_methods(
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
    let finding = also(
        finding,
        dc[post].origin,
        "post-copy: its state moves at the start",
    )
    .with_help("say which: `sync starts …` or `sync ends …`");
    let Some(origin) = rule.origin else {
        return finding;
    };
    let behind = origin.range().start + "sync".len();
    let behind = Span::new(origin.file, behind..behind);
    finding
        .with_fix(behind, " starts")
        .with_fix(behind, " ends")
}

pub(in super::super) fn cycle(out: &Formulation, cycle: &[&Precedence]) -> Diagnostic {
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

pub(in super::super) fn too_late(out: &Formulation, request: &Request, late: &Late) -> Diagnostic {
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
    let intervals = late.window.intervals.iter();
    let last = intervals.map(|&(_, to)| to).max().unwrap_or(0);
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
        Some(_) if late.earliest <= last => format!(
            "`{}` finds no moment at which all its rules let it run",
            out[action].name
        ),
        Some(_) => format!(
            "`{}` ends {} at the earliest, which is too late",
            out[action].name,
            match &request.start {
                Some(start) => format!("at {}", show_moment(Some(start), late.earliest)),
                None => format!("{} after the start", words::duration(late.earliest)),
            }
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

pub(in super::super) fn maybe_there(
    dc: &Datacenter,
    request: &Request,
    rule: &Rule,
    server: ServerId,
) -> Diagnostic {
    let name = &dc[server].name;
    let message = format!(
        "`{}` is about what happens on `{name}`, which migrations may choose",
        words::rule(dc, request, rule)
    );
    at(
        Code::MaybeThere,
        rule.origin,
        message,
        "whether a migration is of it is for the plan to decide",
    )
    .with_help(format!(
        "name VMs in place of `{name}`, or leave it out of the choice: `to … except {name}`"
    ))
}
