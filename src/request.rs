//! What is asked of a datacenter: one plan's steps, rules and goals, checked and resolved.
//!
//! Times are whole seconds from the plan's start. Like [`crate::datacenter`], the module knows neither the
//! language nor the solver.

#![allow(missing_docs)] // Fields of a variant are explained by the variant.

mod rule;

use std::sync::Arc;

use crate::datacenter::{At, Datacenter, Manner, Patience, Retry};
pub use crate::datacenter::{LinkId, Node, Pool, ServerId, Stock, SwitchId, VmId};
use crate::show::show_seconds;
use crate::source::Span;
pub use rule::{Direction, Edge, Period, Rule, RuleKind, Shared, Subject};

/// Whole seconds from the plan's start.
pub type Seconds = i64;

/// No action takes longer: 366 days.
pub const LONGEST: Seconds = 366 * 24 * 3600;

/// One plan, as it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Its name.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// When it starts, as far as that is known.
    pub start: Option<Start>,
    /// Whose way back it is: the index of that plan among those of the file.
    pub reverses: Option<usize>,
    /// What is to be done. The steps of one VM or server happen in this order; those of different ones in any.
    pub steps: Vec<Step>,
    /// What must hold.
    pub rules: Vec<Rule>,
    /// What is to be minimised, the most important first; never empty.
    pub goals: Vec<Goal>,
    /// What the plan is expected to be.
    pub expectations: Vec<Expectation>,
    /// Which rates its migrations may have.
    pub bandwidth: Bandwidth,
    /// How long its migrations take.
    pub model: Model,
    /// Millionths by which its migrations are planned longer than the model has them, where the VM says nothing of it.
    pub slack: u32,
    /// How long its actions may take; a later one overrides an earlier one.
    pub timeouts: Vec<Asked<Patience>>,
    /// How often its actions are tried again; a later one overrides an earlier one.
    pub retries: Vec<Asked<Retry>>,
    /// What servers give their VMs of what they have, in place of what they say themselves; a later one overrides an
    /// earlier one.
    pub overbook: Vec<Overbook>,
    /// Its declaration.
    pub origin: Option<Span>,
}

impl Request {
    /// What a server gives its VMs of a stock while the plan is carried out; None: not limited.
    pub fn gives(
        &self,
        datacenter: &Datacenter,
        server: ServerId,
        stock: Stock,
    ) -> Option<At<u64>> {
        let server_data = &datacenter[server];
        let asked = self.overbook.iter().rfind(|overbook| {
            let servers = overbook.servers.as_ref();
            overbook.stock == stock && servers.is_none_or(|servers| servers.contains(&server))
        });
        let own = || server_data.overbooked(stock);
        server_data.gives(stock, asked.map_or_else(own, |overbook| overbook.factor))
    }

    /// Whether it leaves open where some migration leads, which servers are shut down or emptied, or in which order they have
    /// their turns.
    pub fn is_open(&self) -> bool {
        let step = |step: &Step| step.among.is_some() || step.is_optional;
        let rule = |rule: &Rule| {
            let kind = &rule.kind;
            matches!(
                kind,
                RuleKind::Roll { order: None, .. } | RuleKind::Any { chosen: None, .. }
            )
        };
        self.steps.iter().any(step) || self.rules.iter().any(rule)
    }

    /// The most that it overbooks a stock, in millionths; 0 where it says nothing of it.
    pub fn most_overbooked(&self, stock: Stock) -> u32 {
        let of = self.overbook.iter().filter(|of| of.stock == stock);
        of.map(|overbook| overbook.factor).max().unwrap_or(0)
    }
}

/// What servers give their VMs of a stock.
#[derive(Debug, Clone, PartialEq)]
pub struct Overbook {
    /// Of what.
    pub stock: Stock,
    /// Millionths of what they have.
    pub factor: u32,
    /// Which servers; None: all.
    pub servers: Option<Vec<ServerId>>,
}

/// Something that is asked of the plan's execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked<T> {
    /// What.
    pub value: T,
    /// Of whose actions; None: of all for which nothing else is asked.
    pub subjects: Option<Vec<Subject>>,
    /// Where it is written.
    pub origin: Option<Span>,
}

/// Which rates a migration may have, where its step gives none.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Bandwidth {
    /// The most that its path allows (UCC'15, MaxBandwidth), and less only where `sync` or `limit` needs that.
    #[default]
    Max,
    /// Also what others leave over of a link, a switch or a budget, where that pays.
    Choose,
}

/// How long a migration by pre-copy takes: one file each in [`crate::migration`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Model {
    /// UCC'15, equations 2 to 4.
    #[default]
    Papers,
    /// Dirty pages flow back as fast as they are made, until the rest fits into the downtime.
    Fluid,
    /// Memory over the bandwidth.
    Entropy,
    /// Memory over half of the bandwidth.
    Cloudsim,
    /// Rounds of what has become dirty, at one rate, each of nine tenths of the memory at most.
    Simgrid,
    /// Memory at what pages that become dirty leave of the bandwidth.
    Comma,
    /// Rounds of what has become dirty, at one rate.
    Liu,
}

impl Model {
    /// All models.
    pub const ALL: [Model; 7] = [
        Model::Papers,
        Model::Fluid,
        Model::Entropy,
        Model::Cloudsim,
        Model::Simgrid,
        Model::Comma,
        Model::Liu,
    ];

    /// The model of that name.
    pub fn parse(name: &str) -> Option<Model> {
        Model::ALL.into_iter().find(|model| model.name() == name)
    }

    /// Its name in the language.
    pub fn name(self) -> &'static str {
        match self {
            Model::Papers => "papers",
            Model::Fluid => "fluid",
            Model::Entropy => "entropy",
            Model::Cloudsim => "cloudsim",
            Model::Simgrid => "simgrid",
            Model::Comma => "comma",
            Model::Liu => "liu",
        }
    }
}

/// The start of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// Seconds after midnight.
    pub time_of_day: u32,
    /// The instant, where the date is known.
    pub instant: Option<jiff::Zoned>,
    /// Where it is written.
    pub origin: Option<Span>,
}

impl Start {
    /// Days after the day of the start, and seconds after midnight, at a moment of the plan.
    pub fn on_clock(&self, moment: Seconds) -> (i64, Seconds) {
        const DAY: Seconds = 86_400;
        let zoned = self.instant.as_ref().and_then(|from| {
            let to = self.instant_at(moment)?;
            let days = (to.date() - from.date()).get_days();
            let time = to.time();
            let seconds = Seconds::from(time.hour()) * 3600
                + Seconds::from(time.minute()) * 60
                + Seconds::from(time.second());
            Some((i64::from(days), seconds))
        });
        zoned.unwrap_or_else(|| {
            let moment = moment.saturating_add(self.time_of_day.into());
            (moment.div_euclid(DAY), moment.rem_euclid(DAY))
        })
    }

    /// The instant of a moment of the plan; None where no date is known, and beyond the calendar.
    pub fn instant_at(&self, moment: Seconds) -> Option<jiff::Zoned> {
        let from = self.instant.as_ref()?;
        from.checked_add(jiff::SignedDuration::from_secs(moment))
            .ok()
    }

    /// Whether the clocks change between the start and a moment of the plan.
    pub fn clocks_change_until(&self, moment: Seconds) -> bool {
        let Some((from, to)) = self.instant.as_ref().zip(self.instant_at(moment)) else {
            return false;
        };
        let to = to.timestamp();
        from.time_zone()
            .following(from.timestamp())
            .take_while(|change| change.timestamp() <= to)
            .any(|change| change.offset() != from.offset())
    }

    /// The offset from UTC at a moment, as ` +01:00`; nothing where no date is known.
    pub fn offset(&self, moment: Seconds) -> String {
        self.instant_at(moment)
            .map(|at| at.strftime(" %:z").to_string())
            .unwrap_or_default()
    }
}

/// A moment of a plan as people read it: `08:21`, `00:21:30 +1d` on the day after; `+4 min` without a start. In a
/// night in which the clocks change, with the offset: `02:15 +01:00`.
pub fn show_moment(start: Option<&Start>, moment: Seconds) -> String {
    const DAY: Seconds = 86_400;
    let Some(start) = start else {
        return format!("+{}", show_seconds(moment));
    };
    let (days, time) = start.on_clock(moment);
    let (hours, minutes, seconds) = (time / 3600, time / 60 % 60, time % 60);
    let mut text = format!("{hours:02}:{minutes:02}");
    if seconds != 0 {
        text += &format!(":{seconds:02}");
    }
    if start.clocks_change_until(moment.max(DAY)) {
        text += &start.offset(moment);
    }
    if days != 0 {
        text += &format!(" {days:+}d");
    }
    text
}

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What. Of a migration whose destination is open, the first of [`Step::among`].
    pub task: Task,
    /// The servers among which the plan chooses where a migration leads; None: where the task says.
    pub among: Option<Arc<[ServerId]>>,
    /// Seconds that it takes, in place of the model's.
    pub takes: Option<u32>,
    /// bit/s that a migration gets, in place of what its path allows.
    pub rate: Option<u64>,
    /// How a migration is done, where a plan has decided it; None: as the VM allows it.
    pub manner: Option<Manner>,
    /// The pool that the VM comes to, where a plan has decided it; None: the plan chooses, where the server has pools.
    pub pool: Option<Pool>,
    /// What a `run` carries out, and what a `pause` asks; nothing of all else.
    pub text: Option<Arc<str>>,
    /// The turn of a server in a `roll` that it is a part of.
    pub turn: Option<Turn>,
    /// Whether the plan may leave it out: the shutdown of a server that the plan may choose.
    pub is_optional: bool,
    /// Whether it has begun when the plan starts, and goes on from there.
    pub is_begun: bool,
    /// Where it is written.
    pub origin: Option<Span>,
}

impl Step {
    /// A step that says no more than its task.
    pub fn of(task: Task, origin: Option<Span>) -> Step {
        Step {
            task,
            among: None,
            takes: None,
            rate: None,
            manner: None,
            pool: None,
            text: None,
            turn: None,
            is_optional: false,
            is_begun: false,
            origin,
        }
    }
}

/// A server's turn in a `roll`: what is done with it, from the first step to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Turn {
    /// Unique in its request.
    pub id: u32,
    /// The server.
    pub server: ServerId,
    /// Whether those that leave it go only to servers whose turn is over, or that have none.
    pub is_forward: bool,
    /// Whether it has begun when the plan starts.
    pub is_begun: bool,
}

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// Moves a running VM from where it is by then.
    Migrate { vm: VmId, to: ServerId },
    /// Turns a server on.
    Boot(ServerId),
    /// Turns a server off; it is empty by then.
    Shutdown(ServerId),
    /// Starts a VM that is stopped, where it is.
    Start(VmId),
    /// Stops a VM.
    Stop(VmId),
    /// Carries out a command on a server that is up.
    Run(ServerId),
    /// Asks somebody: what is written before it has ended by then, what is written behind it starts after the answer.
    Pause,
}

/// Whose steps are done in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// A VM's.
    Vm(VmId),
    /// Those that a server does itself.
    Server(ServerId),
    /// The pauses, which are nobody's.
    Nobody,
}

impl Task {
    /// Who does it.
    pub fn actor(self) -> Actor {
        match self {
            Task::Migrate { vm, .. } | Task::Start(vm) | Task::Stop(vm) => Actor::Vm(vm),
            Task::Boot(server) | Task::Shutdown(server) | Task::Run(server) => {
                Actor::Server(server)
            }
            Task::Pause => Actor::Nobody,
        }
    }

    /// The VM that it is done to.
    pub fn vm(self) -> Option<VmId> {
        match self {
            Task::Migrate { vm, .. } | Task::Start(vm) | Task::Stop(vm) => Some(vm),
            Task::Boot(_) | Task::Shutdown(_) | Task::Run(_) | Task::Pause => None,
        }
    }

    /// Where a migration leads.
    pub fn to(self) -> Option<ServerId> {
        match self {
            Task::Migrate { to, .. } => Some(to),
            _ => None,
        }
    }
}

/// Seconds that a `pause` is planned with, unless its step says otherwise.
pub const USUAL_PAUSE: u32 = 60;

/// A goal, and where it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goal {
    /// What is minimised.
    pub kind: GoalKind,
    /// Where it is written.
    pub origin: Option<Span>,
}

/// What is minimised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GoalKind {
    /// The weighted sum over all actions of their end, in seconds (minMTTR).
    Mttr,
    /// The energy of the actions, and of the servers that are booted or shut down while they are on, in mJ.
    Energy,
    /// The last end, in seconds.
    Makespan,
    /// How many migrations there are.
    Moves,
    /// The time in ms that VMs stand still: in their migrations, and from a stop to the next start.
    Downtime,
    /// What rules cost that are only preferred.
    Preferences,
    /// The largest share of a server's memory that its VMs have when the plan has ended, in whole percents, rounded up.
    Balance,
    /// What servers draw when the plan has ended, in mW.
    Power,
    /// How many servers are on when the plan has ended.
    ServersOn,
}

impl GoalKind {
    /// All of them.
    pub const ALL: [GoalKind; 9] = [
        GoalKind::Mttr,
        GoalKind::Energy,
        GoalKind::Makespan,
        GoalKind::Moves,
        GoalKind::Downtime,
        GoalKind::Preferences,
        GoalKind::Balance,
        GoalKind::Power,
        GoalKind::ServersOn,
    ];

    /// Its name in the language and in plans.
    pub fn name(self) -> &'static str {
        match self {
            GoalKind::Mttr => "mttr",
            GoalKind::Energy => "energy",
            GoalKind::Makespan => "makespan",
            GoalKind::Moves => "moves",
            GoalKind::Downtime => "downtime",
            GoalKind::Preferences => "preferences",
            GoalKind::Balance => "balance",
            GoalKind::Power => "power",
            GoalKind::ServersOn => "servers on",
        }
    }

    /// Parts of what it is told in: mJ of a J, ms of a second, mW of a W.
    pub fn scale(self) -> i64 {
        match self {
            GoalKind::Energy | GoalKind::Downtime | GoalKind::Power => 1000,
            GoalKind::Mttr
            | GoalKind::Makespan
            | GoalKind::Moves
            | GoalKind::Preferences
            | GoalKind::Balance
            | GoalKind::ServersOn => 1,
        }
    }
}

/// What the plan is expected to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// What.
    pub kind: ExpectationKind,
    /// Where it is written.
    pub origin: Option<Span>,
}

/// What a plan is expected to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectationKind {
    /// No plan exists.
    Impossible,
    /// A plan exists.
    Possible,
    /// The plan is proved to be the best one.
    Optimal,
    /// It ends within so many seconds.
    Makespan(Seconds),
    /// Its sum of ends is at most that many seconds.
    Mttr(Seconds),
    /// It takes at most that many mJ.
    Energy(i64),
    /// It never draws more than that many mW.
    Peak(u64),
    /// The gap is at most that many millionths.
    Gap(u32),
    /// In that many millionths of the courses in which durations vary, all is done, in time and as expected.
    OnTime(u32),
}
