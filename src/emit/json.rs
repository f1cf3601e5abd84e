//! The plan as JSON, format `mvm-plan/1`, and back.
//!
//! One object, [`PlanFile`]; its keys always come in the order of the fields, and numbers are integers where the value is
//! one. What a key means stands at its field; [`schema()`] is the same as a JSON schema. Readers pass over keys that they do
//! not know.

mod fixed;
mod lines;
mod read;
mod schema;
mod since;

pub use fixed::Fixed;
pub(super) use lines::document;
pub use read::{MAX_ACTIONS, MAX_BYTES, ReadError, read};
pub use schema::schema;
pub use since::{Deed, Progress, Running, ServerSince, Since, VmSince};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{server_of, vm_of};
use crate::datacenter::{Datacenter, Manner, Pool, ServerId};
use crate::plan::{self, Achieved, Plan, Planned, Policy, SourceFile};
use crate::request::{Bandwidth, Task};
use crate::schedule::Effort;

/// The format that is written and read.
pub const FORMAT: &str = "mvm-plan/1";

/// Thousandths of a unit, written in units: mW as W, mJ as J.
pub type Milli = Fixed<1_000>;
/// Millionths of a unit, written in units: bit/s as Mbit/s.
pub type Micro = Fixed<1_000_000>;

/// A plan as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanFile {
    /// The format, `mvm-plan/1`.
    #[schemars(extend("const" = FORMAT))]
    pub format: String,
    /// The plan's name.
    pub plan: String,
    /// When the plan starts, in RFC 3339 with its offset; null where the date is not known.
    #[schemars(extend("format" = "date-time"))]
    pub start: Option<String>,
    /// How good the plan is known to be.
    pub status: Status,
    /// The first objective; null where there is none.
    pub objective: Option<Objective>,
    /// Seconds in a slot of the encoding that was solved last.
    pub slot: i64,
    /// Seconds from the start to the last end.
    #[schemars(range(min = 0))]
    pub makespan: i64,
    /// W that all servers and actions draw at most.
    pub peak_power_w: Milli,
    /// J that they take from the start to the last end.
    pub energy_j: Milli,
    /// The actions, by start.
    pub actions: Vec<Action>,
    /// All objectives, the most important first; only where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Objective>,
    /// The rules that are only preferred, each with what it costs that it is not kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preferences: Vec<Preference>,
    /// False, and only there, where a time limit or an interrupt ended the search.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub reproducible: bool,
    /// Which rates migrations may have: `choose`, and only there, where they may be below the most of their paths (`--bandwidth choose`).
    #[serde(default, skip_serializing_if = "is_max")]
    pub bandwidth: Bandwidth,
    /// Whose plan it is; only where it is not mvm's own, and then it need not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    /// How much work it is of; only in a snapshot, which is compared with plans of as much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// From where it starts; only where that is not what its file declares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
    /// What the plan was made from; only where a file is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

fn yes() -> bool {
    true
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_pre(manner: &Manner) -> bool {
    *manner == Manner::Pre
}

fn is_max(bandwidth: &Bandwidth) -> bool {
    *bandwidth == Bandwidth::Max
}

/// Whether a plan is proved to be the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every objective is proved.
    Optimal,
    /// It holds.
    Feasible,
}

/// An objective, its value and its bound: seconds, J (`energy`), migrations (`moves`), servers (`servers on`), W (`power`), a price (`preferences`) or percents (`balance`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Objective {
    /// `mttr`, `makespan`, `energy`, `moves`, `downtime`, `preferences`, `balance`, `power` or `servers on`.
    pub name: String,
    /// What the plan has.
    pub value: Milli,
    /// No plan has less.
    pub lower_bound: Milli,
    /// (value - lower bound) / value, rounded up to millionths: 0 only where the objective is proved.
    pub gap: Micro,
}

/// Whose plan it is, for comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct By {
    /// The planner, as `mvm plan --as` names it.
    pub planner: String,
    /// What does not hold if all goes as this planner has it, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<String>,
}

/// A rule that is only preferred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Preference {
    /// In words of the language.
    pub rule: String,
    /// 0: it is kept.
    pub cost: i64,
}

/// The file that a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// Its path, relative to the project's root.
    pub file: String,
    /// SHA-256 of it and of all files that it uses, in hexadecimal.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
    /// It and all files of the project that it uses, and those of the state that the plan assumed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Input>,
}

/// A file that a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// Its path, relative to the project's root.
    pub file: String,
    /// Its SHA-256 in hexadecimal.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
}

/// An action. The keys that its kind asks for are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "read::AnyAction")]
#[schemars(!try_from, transform = schema::keys_of_kinds)]
pub struct Action {
    /// Unique.
    pub id: String,
    /// What it does.
    pub kind: Kind,
    /// The VM; of `migrate`, `start` and `stop`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vm: Option<String>,
    /// The server where the VM is; of a migration only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The server where the VM goes; of a migration only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The server; not of a migration or a pause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The command of `run`, what `pause` asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Seconds from the plan's start.
    #[schemars(range(min = 0))]
    pub start: i64,
    /// Seconds from the plan's start.
    #[schemars(range(min = 0))]
    pub end: i64,
    /// How the VM is moved; of a migration only, and only where that is not by pre-copy.
    #[serde(default, skip_serializing_if = "is_pre")]
    pub copy: Manner,
    /// The pool of its server that the VM comes to; of `migrate` and `start`, and only where that is divided into pools.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<u32>,
    /// Mbit/s; of a migration only, and of one that is `cold` only if it sends something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth_mbps: Option<Micro>,
    /// Ids of the actions that must really have ended before: the transitive reduction.
    pub after: Vec<String>,
    /// Seconds from the plan's start; only where the clock keeps the action from starting earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<i64>,
    /// All that it waits for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits: Vec<Wait>,
    /// When it may start so that its planned length lies inside all of its windows, from its planned start on. Only where
    /// that is limited. First those that the clock tells, then those that are counted from when the plan is started; it
    /// starts in one of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may_start: Vec<Opening>,
    /// How long it may take; only where that is not the usual: late past the planned length, at least 10 s, and `abort` at three
    /// times that length, at least 300 s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Timeout>,
    /// How often it is tried again; only where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A VM goes to another server.
    Migrate,
    /// A server boots.
    Boot,
    /// A server shuts down.
    Shutdown,
    /// A VM starts.
    Start,
    /// A VM stops.
    Stop,
    /// A server carries out a command.
    Run,
    /// Somebody is asked before it goes on.
    Pause,
}

impl Kind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Migrate => "migrate",
            Kind::Boot => "boot",
            Kind::Shutdown => "shutdown",
            Kind::Start => "start",
            Kind::Stop => "stop",
            Kind::Run => "run",
            Kind::Pause => "pause",
        }
    }
}

/// What an action waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Wait {
    /// The other action's id.
    #[serde(rename = "for")]
    pub action: String,
    /// How far it must have got.
    pub until: Until,
    /// Of `started`: seconds from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag: Option<i64>,
    /// The line or the limit that asks for it.
    pub why: String,
}

/// How far what is waited for must have got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Until {
    /// It must have ended well.
    Done,
    /// It is enough that it has ended.
    Over,
    /// It must really have started, `lag` seconds before.
    Started,
}

/// A time in which an action may start, in seconds from the plan's start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Opening {
    /// Its first second; not there where nothing begins it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// Whether the two are times of day, that stay where they are if the plan is started at another time than planned.
    #[serde(default, skip_serializing_if = "is_false")]
    pub by_clock: bool,
    /// Its last second; not there where nothing ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<i64>,
    /// The rule that ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<String>,
}

/// How long an action may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timeout {
    /// Seconds after its start at which it is late.
    pub late_after: i64,
    /// Seconds after its start at which something is done about it.
    pub limit: i64,
    /// What.
    pub policy: Policy,
}

/// How often an action is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Retry {
    /// So many times.
    pub times: u32,
    /// Seconds before each of them.
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
            preferences: plan
                .preferences
                .iter()
                .map(|preference| Preference {
                    rule: preference.rule.clone(),
                    cost: preference.cost,
                })
                .collect(),
            reproducible: plan.reproducible,
            bandwidth: plan.bandwidth,
            by: plan.by.as_ref().map(|by| By {
                planner: by.planner.clone(),
                breaks: by.breaks.clone(),
            }),
            effort: None,
            since: plan
                .since
                .as_ref()
                .map(|since| Since::new(datacenter, since)),
            source: plan.source.as_ref().map(Source::from),
        }
    }
}

impl From<&SourceFile> for Source {
    fn from(source: &SourceFile) -> Source {
        let inputs = source.files.iter().map(|(file, sha256)| Input {
            file: file.clone(),
            sha256: sha256.clone(),
        });
        Source {
            file: source.file.clone(),
            sha256: source.sha256.clone(),
            files: inputs.collect(),
        }
    }
}

fn objective(achieved: &Achieved) -> Objective {
    let scale = i128::from(1000 / achieved.goal.scale());
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

impl From<Task> for Kind {
    fn from(task: Task) -> Self {
        match task {
            Task::Migrate { .. } => Kind::Migrate,
            Task::Boot(_) => Kind::Boot,
            Task::Shutdown(_) => Kind::Shutdown,
            Task::Start(_) => Kind::Start,
            Task::Stop(_) => Kind::Stop,
            Task::Run(_) => Kind::Run,
            Task::Pause => Kind::Pause,
        }
    }
}

fn action(datacenter: &Datacenter, plan: &Plan, action: &Planned, after: &[usize]) -> Action {
    let server = |id: ServerId| datacenter[id].name.clone();
    let (from, to, at) = match action.task {
        Task::Migrate { to, .. } => (action.from.map(server), Some(server(to)), None),
        _ => (None, None, server_of(action).map(server)),
    };
    Action {
        id: action.id.clone(),
        kind: action.task.into(),
        vm: vm_of(action.task).map(|vm| datacenter[vm].name.clone()),
        from,
        to,
        server: at,
        text: action.text.as_deref().map(str::to_owned),
        start: action.start,
        end: action.end,
        copy: action.manner,
        pool: action.pool.map(|Pool(pool)| pool),
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
        by_clock: opening.by_clock,
        last: opening.last,
        closed_by: opening.closed_by.clone(),
    }
}

/// The text of the file.
pub fn write(file: &PlanFile) -> String {
    document(&serde_json::to_value(file).expect("a plan is plain data with text keys"))
}

#[cfg(test)]
mod tests {
    use super::lines::line;
    use super::*;
    use crate::emit::{fixture, kind_of};
    use crate::request::GoalKind;

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
