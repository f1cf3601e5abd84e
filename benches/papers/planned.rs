//! A text, planned by mvm and by others, and carried out.

use mvm::baseline::{self, Baseline};
use mvm::compile::{Checked, Settled, check};
use mvm::plan::{Plan, Planned};
use mvm::request::{Model, Task};
use mvm::schedule::{Effort, Options, Quiet};
use mvm::simulate::{Course, Law, Stage, Trouble, simulate};
use mvm::source::Loader;

/// A text that is the only file.
struct Memory<'a>(&'a str);

impl Loader for Memory<'_> {
    fn load(&self, _: &str) -> Result<Vec<u8>, String> {
        Ok(self.0.as_bytes().to_vec())
    }
}

/// The files of the repository; the plan of one of them says more.
struct Repository<'a> {
    path: &'a str,
    says: &'a str,
}

impl Loader for Repository<'_> {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let text = std::fs::read(file).map_err(|error| error.to_string())?;
        if self.path != path {
            return Ok(text);
        }
        let text = String::from_utf8(text).map_err(|error| error.to_string())?;
        let (before, last) = text.rsplit_once('}').ok_or("there is a plan at its end")?;
        Ok(format!("{before}{}}}{last}", self.says).into_bytes())
    }
}

/// By which method something is planned and carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The papers': their model, full rates; carried out as fast as the model says.
    Papers,
    /// The model `fluid`, rates to choose from; carried out page by page.
    Now,
}

impl Method {
    /// Both, in the order of the columns.
    pub const ALL: [Method; 2] = [Method::Papers, Method::Now];

    /// What a plan says for it beside its steps.
    pub fn says(self) -> &'static str {
        match self {
            Method::Papers => "",
            Method::Now => "  model fluid\n  bandwidth choose\n",
        }
    }

    fn law(self) -> Law {
        match self {
            Method::Papers => Law::Model(Model::Papers),
            Method::Now => Law::Pages,
        }
    }
}

/// What a plan says whose migrations take as long as BtrPlace expects.
pub const ENTROPY: &str = "  model entropy\n";

/// A plan that was carried out.
pub struct Done {
    /// As it was planned.
    pub plan: Plan,
    /// As it was.
    pub course: Course,
}

/// A migration of it.
pub struct Move {
    /// `migrate vm`
    pub name: String,
    /// Seconds that it was planned with.
    pub planned: f64,
    /// When it started and ended.
    pub time: (i64, i64),
}

impl Move {
    /// Seconds that it took.
    pub fn took(&self) -> f64 {
        (self.time.1 - self.time.0) as f64
    }
}

impl Done {
    /// When those of some kind started and ended.
    fn times(&self, is_it: impl Fn(Task) -> bool) -> Vec<(&Planned, (i64, i64))> {
        let all = self.plan.actions.iter().zip(&self.course.actions);
        let some = all.filter(|(planned, _)| is_it(planned.task));
        some.filter_map(|(planned, happened)| Some((planned, (happened.start()?, happened.end()?))))
            .collect()
    }

    /// The migrations.
    pub fn moves(&self) -> Vec<Move> {
        let all = self.times(|task| matches!(task, Task::Migrate { .. }));
        let all = all.into_iter().map(|(planned, time)| Move {
            name: planned.id.clone(),
            planned: (planned.end - planned.start) as f64,
            time,
        });
        all.collect()
    }

    /// Mean seconds of a migration: as planned, and as it was.
    pub fn means(&self) -> (f64, f64) {
        let moves = self.moves();
        let count = moves.len().max(1) as f64;
        let sum = |of: &dyn Fn(&Move) -> f64| moves.iter().map(of).sum::<f64>();
        (sum(&|one| one.planned) / count, sum(&Move::took) / count)
    }

    /// The most migrations at once.
    pub fn at_once(&self) -> usize {
        let moves = self.moves();
        let count = |at| {
            let running = moves
                .iter()
                .filter(|one| one.time.0 <= at && at < one.time.1);
            running.count()
        };
        moves.iter().map(|one| count(one.time.0)).max().unwrap_or(0)
    }

    /// When the last migration ended.
    pub fn last_move(&self) -> i64 {
        self.moves().iter().map(|one| one.time.1).max().unwrap_or(0)
    }

    /// When the first server began to go off.
    pub fn first_off(&self) -> i64 {
        let all = self.times(|task| matches!(task, Task::Shutdown(_)));
        all.iter().map(|(_, time)| time.0).min().unwrap_or(0)
    }

    /// Seconds by which it ended later than planned.
    pub fn late(&self) -> i64 {
        self.course.end - self.plan.makespan
    }

    /// kJ up to a second at which it has ended: what is on by then stays on.
    pub fn kilojoules(&self, until: i64) -> f64 {
        let last = self.course.power.last().map_or(0, |&(_, mw)| mw);
        let more = (until - self.course.end) as f64 * last as f64;
        (self.course.energy as f64 + more) / 1e6
    }

    /// kW over minutes.
    pub fn power(&self) -> Vec<(f64, f64)> {
        let level = self.course.power.iter();
        let mut points: Vec<(f64, f64)> = level
            .filter(|(from, _)| *from <= self.course.end)
            .map(|&(from, mw)| (from as f64 / 60.0, mw as f64 / 1e6))
            .collect();
        if let Some(&(_, last)) = points.last() {
            points.push((self.course.end as f64 / 60.0, last));
        }
        points
    }
}

/// A checked file.
pub fn text(text: &str) -> Checked {
    sound(check("bench.mvm", &Memory(text)))
}

/// A checked file of the repository, whose plan says more.
pub fn file(path: &str, says: &str) -> Checked {
    sound(check(path, &Repository { path, says }))
}

fn sound(checked: Checked) -> Checked {
    assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
    checked
}

/// mvm's plan, carried out.
pub fn own(checked: &Checked, effort: Effort, method: Method) -> Done {
    let options = Options {
        effort,
        ..Options::default()
    };
    let plan = checked
        .plan(0, &options, &mut Quiet)
        .expect("there is a plan");
    let settled = checked.settled_by(0, &plan).expect("it is of its file");
    carried_out(checked, &settled, plan, method)
}

/// The plan of another planner, carried out.
pub fn other(checked: &Checked, baseline: Baseline, seed: u64, method: Method) -> Done {
    let settled = checked.for_others(0, &Options::default(), &mut Quiet);
    let settled = settled.expect("there is something to plan");
    let (request, problem) = (&*settled.request, &*settled.problem);
    let plan = baseline::plan(
        baseline,
        &checked.analysis.datacenter,
        request,
        problem,
        seed,
    );
    let plan = plan.expect("it does not get stuck");
    carried_out(checked, &settled, plan, method)
}

fn carried_out(checked: &Checked, settled: &Settled, plan: Plan, method: Method) -> Done {
    let dc = &checked.analysis.datacenter;
    let stage = Stage::new(dc, &settled.request, &settled.problem, &plan);
    let stage = stage.expect("the plan is of its problem");
    let course = simulate(&stage, method.law(), &Trouble::NONE);
    Done { course, plan }
}
