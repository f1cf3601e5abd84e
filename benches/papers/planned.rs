//! A text, planned by mvm and by others, and carried out.

use mvm::baseline::{self, Baseline};
use mvm::compile::{Checked, Settled, check};
use mvm::plan::Plan;
use mvm::request::Task;
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

/// The files of the repository.
struct Repository;

impl Loader for Repository {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        std::fs::read(path).map_err(|error| error.to_string())
    }
}

/// A plan that was carried out.
pub struct Done {
    /// As it was planned.
    pub plan: Plan,
    /// As it was.
    pub course: Course,
}

impl Done {
    /// Seconds that each migration was planned with, and took, by its name.
    pub fn moves(&self) -> Vec<(String, f64, f64)> {
        let all = self.plan.actions.iter().zip(&self.course.actions);
        let moves = all.filter(|(planned, _)| matches!(planned.task, Task::Migrate { .. }));
        moves
            .filter_map(|(planned, happened)| {
                let took = happened.end()? - happened.start()?;
                let length = planned.end - planned.start;
                Some((planned.id.clone(), length as f64, took as f64))
            })
            .collect()
    }

    /// Means of the same: as planned, and as it was.
    pub fn means(&self) -> (f64, f64) {
        let moves = self.moves();
        let count = moves.len().max(1) as f64;
        let sum = |of: &dyn Fn(&(String, f64, f64)) -> f64| moves.iter().map(of).sum::<f64>();
        (sum(&|one| one.1) / count, sum(&|one| one.2) / count)
    }

    /// kJ in all.
    pub fn kilojoules(&self) -> f64 {
        self.course.energy as f64 / 1e6
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

/// A checked file of the repository.
pub fn file(path: &str) -> Checked {
    sound(check(path, &Repository))
}

fn sound(checked: Checked) -> Checked {
    assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
    checked
}

/// mvm's plan, carried out by a law; None: by its own model.
pub fn own(checked: &Checked, effort: Effort, law: Option<Law>) -> Done {
    let options = Options {
        effort,
        ..Options::default()
    };
    let plan = checked
        .plan(0, &options, &mut Quiet)
        .expect("there is a plan");
    let settled = checked.settled_by(0, &plan).expect("it is of its file");
    carried_out(checked, &settled, plan, law)
}

/// The plan of another planner, carried out by a law.
pub fn other(checked: &Checked, baseline: Baseline, seed: u64, law: Option<Law>) -> Done {
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
    carried_out(checked, &settled, plan, law)
}

fn carried_out(checked: &Checked, settled: &Settled, plan: Plan, law: Option<Law>) -> Done {
    let dc = &checked.analysis.datacenter;
    let stage = Stage::new(dc, &settled.request, &settled.problem, &plan);
    let stage = stage.expect("the plan is of its problem");
    let course = simulate(&stage, law.unwrap_or(stage.law()), &Trouble::NONE);
    Done { course, plan }
}
