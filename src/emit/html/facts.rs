//! What an approver reads first: how good the plan is known to be, what it does and when, what to look out for.

use maud::{Markup, html};

use super::rules;
use crate::datacenter::Manner;
use crate::emit::amount;
use crate::emit::begin::begin;
use crate::emit::clock::Clock;
use crate::emit::text::printable;
use crate::formulation::Unit;
use crate::plan::{Achieved, Plan, Slack};
use crate::request::{GoalKind, Task};
use crate::show::show_count;

/// Rules that are named among what to look out for.
const TIGHTEST: usize = 3;
/// A rule that leaves a larger share is far from its limit.
const TIGHT: f64 = 0.1;

/// Name, verdict, figures, risks.
pub fn head(plan: &Plan, clock: &Clock) -> Markup {
    html! {
        header {
            p.kicker {
                "Plan"
                @if let Some(source) = &plan.source { " of " code { (printable(&source.file)) } }
            }
            h1 { (printable(&plan.name)) }
            @if let Some(doc) = &plan.doc {
                p.doc { @for line in doc.lines() { (printable(line)) br; } }
            }
            @if let Some(begin) = begin(plan) { p.begin { (begin) } }
            (verdict(plan))
            dl.facts {
                @for (name, value, note) in figures(plan, clock) {
                    div { dt { (name) } dd { (value) @if !note.is_empty() { " " small { (note) } } } }
                }
            }
            section.risks aria-labelledby="risks-title" {
                h2 #risks-title { "What to look out for" }
                ul { @for risk in risks(plan, clock) { li { (risk) } } }
            }
        }
    }
}

fn is_proved(achieved: &Achieved) -> bool {
    achieved.value == achieved.lower_bound
}

/// Rounded up, so that it is never said to be better than it is.
fn percent(achieved: &Achieved) -> String {
    format!("{:.2} %", (achieved.gap() * 1e4).ceil() / 1e2)
}

fn verdict(plan: &Plan) -> Markup {
    let open = plan.objectives.iter().find(|o| !is_proved(o));
    html! {
        @match open {
            None => p.verdict.proved {
                strong { "Proved optimal" }
                span { "No plan that keeps these rules is better. An independent checker has replayed it." }
            },
            Some(open) if open.gap().is_finite() => p.verdict.bounded {
                strong { "At most " (percent(open)) " from the optimum" }
                span { "No plan that keeps these rules lowers " (open.goal.name()) " by more than " (percent(open))
                    ". An independent checker has replayed it." }
            },
            Some(_) => p.verdict.bounded {
                strong { "It holds" }
                span { "How far it is from the optimum is not known. An independent checker has replayed it." }
            },
        }
    }
}

/// `(name, value, note)`
fn figures(plan: &Plan, clock: &Clock) -> Vec<(&'static str, String, String)> {
    let nothing = String::new;
    let mut figures = Vec::new();
    if let Some(start) = clock.start() {
        figures.push(("Starts", start, nothing()));
        figures.push(("Ends", clock.at(plan.makespan), nothing()));
    }
    figures.push(("Takes", amount::duration(plan.makespan), nothing()));
    let chosen = plan
        .actions
        .iter()
        .filter(|action| action.places > 1)
        .count();
    let chosen = (chosen > 0).then(|| format!("{chosen} to a server that the plan chose"));
    figures.push(("Does", deeds(plan), chosen.unwrap_or_default()));
    let limit = plan.profiles.first().map(|power| &power.capacity);
    let limit = limit.and_then(|capacity| capacity.iter().map(|c| c.1).min());
    let limit = limit.and_then(|limit| u64::try_from(limit).ok());
    let limit = limit.map(|limit| format!("of {}", amount::power(limit)));
    let peak = amount::power(plan.peak_power);
    figures.push(("Peak power", peak, limit.unwrap_or_default()));
    if !plan.objectives.iter().any(|o| o.goal == GoalKind::Energy) {
        figures.push(("Energy", amount::energy(plan.energy.into()), nothing()));
    }
    figures
}

/// `96 migrations, 24 boots, 48 shutdowns`
fn deeds(plan: &Plan) -> String {
    let count = |is: fn(Task) -> bool| plan.actions.iter().filter(|a| is(a.task)).count();
    let counts = [
        (count(|t| matches!(t, Task::Migrate { .. })), "migration"),
        (count(|t| matches!(t, Task::Boot(_))), "boot"),
        (count(|t| matches!(t, Task::Shutdown(_))), "shutdown"),
        (count(|t| matches!(t, Task::Start(_))), "VM start"),
        (count(|t| matches!(t, Task::Stop(_))), "VM stop"),
        (count(|t| matches!(t, Task::Run(_))), "command"),
        (count(|t| t == Task::Pause), "pause"),
    ];
    let some = counts.into_iter().filter(|&(count, _)| count > 0);
    let words: Vec<String> = some.map(|(count, one)| show_count(count, one)).collect();
    match words.is_empty() {
        true => String::from("nothing"),
        false => words.join(", "),
    }
}

fn risks(plan: &Plan, clock: &Clock) -> Vec<Markup> {
    let share = |at: &usize| plan.kept[*at].slack.share(plan.makespan);
    // That as many things happen at once as may is no risk; a level or a clock that is near its limit is.
    let is_risk = |at: &usize| match plan.kept[*at].slack {
        Slack::Room { unit, .. } => unit != Unit::Count && share(at) <= TIGHT,
        Slack::Time { .. } => share(at) <= TIGHT,
        Slack::Order { .. } | Slack::Equal | Slack::Throughout => false,
    };
    let mut tight: Vec<usize> = (0..plan.kept.len()).filter(is_risk).collect();
    tight.sort_by(|a, b| share(a).total_cmp(&share(b)));
    tight.truncate(TIGHTEST);
    let tight = tight.into_iter().map(|at| {
        let kept = &plan.kept[at];
        html! { code { (printable(&kept.rule)) } " leaves " (rules::slack(plan, kept.slack, clock)) }
    });
    let mut risks: Vec<Markup> = tight.collect();
    let broken = plan.preferences.iter().filter(|wish| wish.cost != 0);
    risks.extend(broken.map(|wish| {
        html! { "not kept, at a cost of " (wish.cost) ": " code { (printable(&wish.rule)) } }
    }));
    let count = |is: &dyn Fn(&crate::plan::Planned) -> bool| {
        plan.actions.iter().filter(|action| is(action)).count()
    };
    let mut tell = |count: usize, one: &str, what: &str| {
        if count > 0 {
            risks.push(html! { (show_count(count, one)) " " (what) });
        }
    };
    tell(
        count(&|a| a.is_moved(Manner::Post)),
        "migration",
        "by post-copy: a VM is lost where its source or the network fails meanwhile",
    );
    tell(
        count(&|a| a.is_moved(Manner::Cold)),
        "migration",
        "cold: the VM stands still from its stop to its start",
    );
    tell(
        count(&|a| a.assumed.guessed),
        "migration",
        "with a guessed length: nothing is known of what the VM rewrites",
    );
    tell(count(&|a| matches!(a.task, Task::Stop(_))), "VM", "stopped");
    tell(
        count(&|a| matches!(a.task, Task::Run(_))),
        "command",
        "whose length is what the file says",
    );
    tell(
        count(&|a| a.task == Task::Pause),
        "pause",
        "until somebody answers: all that follows moves with it",
    );
    if !plan.reproducible {
        risks.push(html! { "A time limit or an interrupt ended the search: another run may find another plan" });
    }
    if risks.is_empty() {
        risks.push(html! { "No rule is near its limit, and no length is a guess" });
    }
    risks
}

/// Values, bounds, and how to check them.
pub fn proof(plan: &Plan) -> Markup {
    html! {
        section #proof aria-labelledby="proof-title" {
            h2 #proof-title { "How it is proved" }
            div.scroll { table {
                thead { tr { th scope="col" { "Minimised" } th.n scope="col" { "Plan" } th.n scope="col" { "No plan is below" } th.n scope="col" { "Gap" } } }
                tbody { @for achieved in &plan.objectives { tr {
                    th scope="row" { (achieved.goal.name()) }
                    td.n { (amount::objective(achieved.goal, achieved.value)) }
                    td.n { (amount::objective(achieved.goal, achieved.lower_bound)) }
                    td.n { @if is_proved(achieved) { "none" } @else if achieved.gap().is_finite() { (percent(achieved)) } @else { "not known" } }
                } } }
            } }
            p.note {
                "Times, levels and rules were replayed by a checker that shares no code with the scheduler. To check the plan again: "
                code { "mvm verify" } " with the plan in JSON; to check the bound: " code { "--certificate" } "."
            }
            @if let Some(source) = &plan.source {
                p.note { "Inputs, SHA-256: " code.hash { (source.sha256) } ". Made by mvm " (env!("CARGO_PKG_VERSION")) "." }
            }
        }
    }
}
