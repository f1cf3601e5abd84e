//! The plan as JSON, format `mvm-plan/1`, and back.
//!
//! One object; its keys always come in this order, and numbers are integers where the value is one.
//!
//! | key | value |
//! |---|---|
//! | `format` | `"mvm-plan/1"` |
//! | `plan` | the plan's name |
//! | `start` | RFC 3339 with offset; null where the date is not known |
//! | `status` | `"optimal"` where every objective is proved, otherwise `"feasible"` |
//! | `objective` | `{name, value, lower_bound, gap}` of the first objective |
//! | `slot` | seconds in a slot of the encoding that was solved last |
//! | `makespan` | seconds from the start to the last end |
//! | `peak_power_w` | W that all servers and actions draw at most |
//! | `energy_j` | J that they take from the start to the last end |
//! | `actions` | the actions, by start |
//! | `objectives` | all objectives, the most important first; only where there are several |
//! | `reproducible` | `false`; only where a time limit or an interrupt ended the search |
//! | `bandwidth` | `"choose"`; only where migrations may have rates below the most of their paths (`--bandwidth choose`) |
//! | `source` | `{file, sha256}`; only where a file is known |
//!
//! Objectives count seconds (`mttr`, `makespan`) or J (`energy`); `gap` is (value - lower bound) / value, in
//! millionths, rounded up. An action has the keys that apply to it:
//!
//! | key | value |
//! |---|---|
//! | `id` | unique |
//! | `kind` | `migrate`, `boot`, `shutdown` (of a server), `start`, `stop` (of a VM) |
//! | `vm` | the VM; not of a boot or shutdown |
//! | `from`, `to` | servers; of a migration only |
//! | `server` | the server; not of a migration |
//! | `start`, `end` | seconds from the plan's start |
//! | `bandwidth_mbps` | Mbit/s; of a migration only |
//! | `after` | ids of the actions that must really have ended before: the transitive reduction |
//! | `not_before` | seconds from the plan's start; only where the clock keeps the action from starting earlier |
//! | `waits` | `[{for, until, lag, why}]`: all that it waits for. `until` is `"done"` where the other must have ended well, `"over"` where it is enough that it has ended, `"started"` where this one starts `lag` seconds after the other has really started; `why` names the line or the limit |
//! | `may_start` | `[{from, last, closed_by}]`, in seconds from the plan's start: when it may start so that its planned length lies inside all of its windows, from its planned start on; `closed_by` is the rule that ends it. Only where the clock limits it |
//! | `timeout` | `{late_after, limit, policy}`: seconds after its start at which it is late, and at which `"abort"`, `"suspend"`, `"post"` or `"wait"` is done about it; only where it is not the usual: late past the planned length, at least 10 s, and `"abort"` at three times that length, at least 300 s |
//! | `retry` | `{times, pause}`: how often it is tried again, and how many seconds later; only where it is |
//!
//! Readers pass over keys that they do not know.

mod fixed;
mod read;

pub use fixed::Fixed;
pub use read::{MAX_ACTIONS, MAX_BYTES, ReadError, read};

use serde::{Deserialize, Serialize};
use serde_json::ser::Formatter;

use super::{server_of, vm_of};
use crate::datacenter::{Datacenter, ServerId};
use crate::plan::{self, Achieved, Plan, Planned, Policy};
use crate::request::{Bandwidth, GoalKind, Task};

/// The format that is written and read.
pub const FORMAT: &str = "mvm-plan/1";

/// Thousandths of a unit, written in units: mW as W, mJ as J.
pub type Milli = Fixed<1_000>;
/// Millionths of a unit, written in units: bit/s as Mbit/s.
pub type Micro = Fixed<1_000_000>;

/// A plan as it stands in a file. The meaning of each field is in the module's table.
#[allow(missing_docs)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanFile {
    pub format: String,
    pub plan: String,
    pub start: Option<String>,
    pub status: Status,
    pub objective: Option<Objective>,
    pub slot: i64,
    pub makespan: i64,
    pub peak_power_w: Milli,
    pub energy_j: Milli,
    pub actions: Vec<Action>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Objective>,
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub reproducible: bool,
    #[serde(default, skip_serializing_if = "is_max")]
    pub bandwidth: Bandwidth,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

fn yes() -> bool {
    true
}

fn is_max(bandwidth: &Bandwidth) -> bool {
    *bandwidth == Bandwidth::Max
}

/// Whether a plan is proved to be the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every objective is proved.
    Optimal,
    /// It holds.
    Feasible,
}

/// An objective, its value and its bound.
#[allow(missing_docs)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objective {
    pub name: String,
    pub value: Milli,
    pub lower_bound: Milli,
    pub gap: Micro,
}

/// The file that a plan was made from.
#[allow(missing_docs)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub file: String,
    pub sha256: String,
}

/// An action. The keys that its kind asks for are there.
#[allow(missing_docs)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "read::AnyAction")]
pub struct Action {
    pub id: String,
    pub kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vm: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    pub start: i64,
    pub end: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth_mbps: Option<Micro>,
    pub after: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits: Vec<Wait>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may_start: Vec<Opening>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Timeout>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
}

/// What an action does.
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Migrate,
    Boot,
    Shutdown,
    Start,
    Stop,
}

/// What an action waits for.
#[allow(missing_docs)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    #[serde(rename = "for")]
    pub action: String,
    pub until: Until,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag: Option<i64>,
    pub why: String,
}

/// How far what is waited for must have got.
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Until {
    Done,
    Over,
    Started,
}

/// A time in which an action may start.
#[allow(missing_docs)]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub from: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<String>,
}

/// How long an action may take.
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeout {
    pub late_after: i64,
    pub limit: i64,
    pub policy: Policy,
}

/// How often an action is tried again.
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    pub times: u32,
    pub pause: u32,
}

/// The plan as JSON.
pub fn emit(datacenter: &Datacenter, plan: &Plan) -> String {
    write(&PlanFile::new(datacenter, plan))
}

impl PlanFile {
    /// The plan as it stands in a file.
    pub fn new(datacenter: &Datacenter, plan: &Plan) -> Self {
        let objectives: Vec<Objective> = plan.objectives.iter().map(objective).collect();
        let proved = plan.objectives.iter().all(|o| o.value == o.lower_bound);
        let instant = plan.start.as_ref().and_then(|s| s.instant.as_ref());
        PlanFile {
            format: FORMAT.to_owned(),
            plan: plan.name.clone(),
            start: instant.map(|at| at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()),
            status: if proved {
                Status::Optimal
            } else {
                Status::Feasible
            },
            objective: objectives.first().cloned(),
            slot: plan.slot,
            makespan: plan.makespan,
            peak_power_w: Fixed(plan.peak_power.into()),
            energy_j: Fixed(plan.energy.into()),
            actions: plan
                .actions
                .iter()
                .zip(plan.ended_before())
                .map(|(planned, after)| action(datacenter, plan, planned, &after))
                .collect(),
            objectives: if objectives.len() > 1 {
                objectives
            } else {
                Vec::new()
            },
            reproducible: plan.reproducible,
            bandwidth: plan.bandwidth,
            source: plan.source.as_ref().map(|source| Source {
                file: source.file.clone(),
                sha256: source.sha256.clone(),
            }),
        }
    }
}

fn objective(achieved: &Achieved) -> Objective {
    // Energy is in mJ, all else in whole seconds.
    let scale = match achieved.goal {
        GoalKind::Energy => 1,
        GoalKind::Mttr | GoalKind::Makespan => 1000,
    };
    let (value, bound) = (i128::from(achieved.value), i128::from(achieved.lower_bound));
    // Rounded up: 0 only where the objective is proved. A value of 0 above its bound has no ratio; 1 stands for it.
    let gap = match (value - bound, value.abs()) {
        (0, _) => 0,
        (_, 0) => 1_000_000,
        (above, size) => (above * 1_000_000 + size - 1) / size,
    };
    Objective {
        name: achieved.goal.name().to_owned(),
        value: Fixed(value * scale),
        lower_bound: Fixed(bound * scale),
        gap: Fixed(gap),
    }
}

fn action(datacenter: &Datacenter, plan: &Plan, action: &Planned, after: &[usize]) -> Action {
    let server = |id: ServerId| datacenter[id].name.clone();
    let (from, to, at) = match action.task {
        Task::Migrate { to, .. } => (Some(server(action.from)), Some(server(to)), None),
        _ => (None, None, Some(server(server_of(action)))),
    };
    Action {
        id: action.id.clone(),
        kind: match action.task {
            Task::Migrate { .. } => Kind::Migrate,
            Task::Boot(_) => Kind::Boot,
            Task::Shutdown(_) => Kind::Shutdown,
            Task::Start(_) => Kind::Start,
            Task::Stop(_) => Kind::Stop,
        },
        vm: vm_of(action.task).map(|vm| datacenter[vm].name.clone()),
        from,
        to,
        server: at,
        start: action.start,
        end: action.end,
        bandwidth_mbps: action.rate.map(|bits| Fixed(bits.into())),
        after: after
            .iter()
            .map(|&other| plan.actions[other].id.clone())
            .collect(),
        not_before: action.not_before(),
        waits: action.after.iter().map(|wait| waits(plan, wait)).collect(),
        may_start: action.openings.iter().map(opening).collect(),
        timeout: Some(action.timeout)
            .filter(|&timeout| timeout != plan::Timeout::usual(action.end - action.start))
            .map(|timeout| Timeout {
                late_after: timeout.late_after,
                limit: timeout.limit,
                policy: timeout.policy,
            }),
        retry: Some(action.retry)
            .filter(|retry| retry.times > 0)
            .map(|retry| Retry {
                times: retry.times,
                pause: retry.pause,
            }),
    }
}

fn waits(plan: &Plan, wait: &plan::Wait) -> Wait {
    let (until, lag) = match wait.until {
        plan::Until::Done => (Until::Done, None),
        plan::Until::Over => (Until::Over, None),
        plan::Until::Started(lag) => (Until::Started, Some(lag)),
    };
    Wait {
        action: plan.actions[wait.action].id.clone(),
        until,
        lag,
        why: wait.why.clone(),
    }
}

fn opening(opening: &plan::Opening) -> Opening {
    Opening {
        from: opening.from,
        last: opening.last,
        closed_by: opening.closed_by.clone(),
    }
}

/// A key of the document on each line, and an action on each: what changed between two plans is what a
/// comparison of lines shows.
fn write(file: &PlanFile) -> String {
    let document = serde_json::to_value(file).expect("a plan is plain data with text keys");
    let keys = document.as_object().into_iter().flatten();
    let lines: Vec<String> = keys
        .map(|(key, value)| match value.as_array() {
            Some(items) if !items.is_empty() => {
                let items: Vec<String> = items.iter().map(|i| format!("    {}", line(i))).collect();
                format!("  {}: [\n{}\n  ]", line(key), items.join(",\n"))
            }
            _ => format!("  {}: {}", line(key), line(value)),
        })
        .collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// On one line, with a space after each comma and colon.
fn line(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Spaced);
    value
        .serialize(&mut serializer)
        .expect("a plan is plain data with text keys");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> std::io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + std::io::Write>(
        &mut self,
        writer: &mut W,
    ) -> std::io::Result<()> {
        writer.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::{fixture, kind_of};

    #[test]
    fn what_is_written_is_read_back() {
        for (datacenter, plan) in fixture::all() {
            let written = PlanFile::new(&datacenter, &plan);
            assert_eq!(read(&write(&written)).as_ref(), Ok(&written));
        }
    }

    #[test]
    fn words_of_kinds_are_those_of_the_other_emitters() {
        let (datacenter, plan) = fixture::evening();
        for (written, planned) in PlanFile::new(&datacenter, &plan)
            .actions
            .iter()
            .zip(&plan.actions)
        {
            assert_eq!(
                line(&written.kind),
                format!("\"{}\"", kind_of(planned.task))
            );
        }
    }

    #[test]
    fn a_gap_is_0_only_where_it_is_proved() {
        let gap = |value, lower_bound| {
            objective(&Achieved {
                goal: GoalKind::Mttr,
                value,
                lower_bound,
            })
            .gap
        };
        assert_eq!(gap(4766, 4721), Fixed(9_442));
        assert_eq!(gap(i64::MAX, i64::MAX - 1), Fixed(1));
        assert_eq!(gap(5, 5), Fixed(0));
        assert_eq!(gap(0, -3), Fixed(1_000_000));
    }
}
