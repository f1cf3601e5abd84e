//! Decisions as the script says them.

use super::{Decision, Reason, Time};
use crate::datacenter::Policy;
use crate::emit::text::printable;
use crate::plan::{Plan, Planned, Until};

/// Those that are named of many that wait.
const NAMED: usize = 3;

impl Decision {
    /// The action that it is about.
    pub fn action(&self) -> usize {
        match *self {
            Decision::Start { action, .. }
            | Decision::Done { action }
            | Decision::Failed { action, .. }
            | Decision::Retry { action, .. }
            | Decision::LookFor { action }
            | Decision::GiveUp { action, .. }
            | Decision::Skip { action, .. }
            | Decision::Wait { action, .. }
            | Decision::Late { action, .. }
            | Decision::Limit { action, .. }
            | Decision::Kill { action } => action,
        }
    }

    /// Its name in logs.
    pub fn name(&self) -> &'static str {
        match self {
            Decision::Start { .. } => "start",
            Decision::Done { .. } => "done",
            Decision::Failed { .. } | Decision::GiveUp { .. } => "failed",
            Decision::Retry { .. } => "retry",
            Decision::LookFor { .. } => "lost",
            Decision::Skip { .. } => "skip",
            Decision::Wait { .. } => "wait",
            Decision::Late { .. } => "late",
            Decision::Limit { .. } => "limit",
            Decision::Kill { .. } => "kill",
        }
    }

    /// For people, on one line; `clock` shows a moment.
    pub fn words(&self, plan: &Plan, clock: &dyn Fn(Time) -> String) -> String {
        let title = |at: usize| printable(&plan.actions[at].title());
        let what = title(self.action());
        let planned = &plan.actions[self.action()];
        let planned = planned.end - planned.start;
        let held = || held_up(plan, self.action());
        match self {
            Decision::Start { .. } => format!("start  {what}"),
            Decision::Done { .. } => format!("done   {what}"),
            Decision::Failed { lost: false, .. } => format!("FAILED {what}"),
            Decision::Failed { lost: true, .. } => format!("FAILED {what}: its process was killed"),
            Decision::Retry { pause, left, .. } => {
                format!("retry  {what} in {pause} s ({left} more)")
            }
            Decision::LookFor { .. } => {
                format!("lost   {what}: its process was killed; it is looked at what became of it")
            }
            Decision::GiveUp { reason, .. } => format!("FAILED {what}: {}", reason.words(clock)),
            Decision::Skip { action, cause } => {
                let waits = plan.actions[*action].after.iter();
                let why = waits.clone().find(|wait| wait.action == *cause);
                let why = why.map(|wait| format!(" ({})", printable(&wait.why)));
                format!(
                    "skip   {what}: it needs {}{}",
                    title(*cause),
                    why.unwrap_or_default()
                )
            }
            Decision::Wait { until, .. } => format!("wait   {what}: not before {}", clock(*until)),
            Decision::Late {
                ran, first: true, ..
            } => {
                format!(
                    "LATE   {what}: {planned} s were planned, it has run for {ran} s{}",
                    held()
                )
            }
            Decision::Late {
                ran, first: false, ..
            } => {
                format!("LATE   {what}: it has run for {ran} s{}", held())
            }
            Decision::Limit { ran, policy, .. } => {
                let ran = format!("LIMIT  {what}: it has run for {ran} s");
                match policy {
                    None => format!("{ran} and is given up"),
                    Some(Policy::Wait) => format!("{ran}; the plan says to wait{}", held()),
                    Some(policy) => format!("{ran}; the plan says: {}", policy.word()),
                }
            }
            Decision::Kill { .. } => format!("kill   {what}: it goes on"),
        }
    }
}

impl Reason {
    fn words(&self, clock: &dyn Fn(Time) -> String) -> String {
        match self {
            Reason::TooLate { by, rule } => {
                let rule = rule.as_ref().map(|rule| format!(" ({})", printable(rule)));
                format!(
                    "too late: it had to start by {}{}",
                    clock(*by),
                    rule.unwrap_or_default()
                )
            }
            Reason::NoRoom { level } => {
                format!(
                    "no room in {}, and nothing runs that will give some back",
                    printable(level)
                )
            }
        }
    }
}

/// Who waits for an action to end.
fn held_up(plan: &Plan, at: usize) -> String {
    let waits = |action: &&Planned| {
        let mut ended = action
            .after
            .iter()
            .filter(|wait| !matches!(wait.until, Until::Started(_)));
        ended.any(|wait| wait.action == at)
    };
    let names: Vec<String> = plan
        .actions
        .iter()
        .filter(waits)
        .map(|action| printable(&action.title()))
        .collect();
    match names.len() {
        0 => String::new(),
        count if count <= NAMED => format!("; it holds up {}", names.join(", ")),
        count => format!(
            "; it holds up {} and {} more",
            names[..NAMED].join(", "),
            count - NAMED
        ),
    }
}
