//! `mvm simulate`

use super::Status;
use super::args::{Simulate as Args, SimulateFormat};
use super::plan_file;
use super::terminal::Terminal;
use crate::emit::mermaid;
use crate::simulate::{
    Breach, Law, Stage, Told, Trouble, json, judge, picture, series, series_json, series_table,
    simulate, table,
};

/// Carries a plan out in the simulator, once or many times.
pub fn run(args: &Args, terminal: &Terminal) -> Status {
    tell(args, terminal).unwrap_or_else(|(status, why)| {
        if !why.is_empty() {
            terminal.say(&format!("error: {why}"));
        }
        status
    })
}

fn tell(args: &Args, terminal: &Terminal) -> Result<Status, (Status, String)> {
    let wrong = |why: String| (Status::WrongInput, why);
    if args.seeds.is_some() && matches!(args.emit, SimulateFormat::Svg | SimulateFormat::Mermaid) {
        let why = "many seeds make no chart: choose one with `--seed`";
        return Err((Status::WrongUsage, String::from(why)));
    }
    let opened = plan_file::open(&args.plan, args.source.as_deref(), terminal).map_err(wrong)?;
    let Some(opened) = opened else {
        return Err((Status::WrongInput, String::new()));
    };
    let (checked, file) = (&opened.checked, &opened.file);
    let refused = |mistakes: Vec<String>| {
        for mistake in mistakes {
            terminal.say(&format!("error: {mistake}"));
        }
        let why = "the plan does not hold for its source as it is now";
        (Status::DoesNotHold, String::from(why))
    };
    let plan = checked.restore(file).map_err(refused)?;
    let requests = &checked.analysis.requests;
    let at = requests
        .iter()
        .position(|request| request.name == plan.name);
    let settled = checked.settled(at.unwrap_or(0), file).map_err(refused)?;
    let datacenter = &checked.analysis.datacenter;
    let stage = Stage::new(datacenter, &settled.request, &settled.problem, &plan);
    let stage = stage.ok_or_else(|| wrong(String::from("the plan is none of its source")))?;
    let (text, status) = carried_out(args, &stage);
    super::output::write(args.output.as_deref(), &text).map_err(|why| (Status::WrongUsage, why))?;
    Ok(status)
}

fn carried_out(args: &Args, stage: &Stage) -> (String, Status) {
    let law: Law = args.model.unwrap_or(stage.law());
    let trouble = match args.seed.or(args.seeds.map(|_| 1)) {
        None => Trouble::NONE,
        Some(seed) => Trouble {
            seed,
            spread: args.spread,
            failures: args.failures,
        },
    };
    let told = Told {
        stage,
        law,
        trouble: &trouble,
    };
    if let Some(seeds) = args.seeds {
        let found = series(stage, law, &trouble, seeds);
        let text = match args.emit {
            SimulateFormat::Json => series_json(&told, &found),
            _ => series_table(&told, &found),
        };
        return (text, Status::Done);
    }
    let course = simulate(stage, law, &trouble);
    let breaches = judge(stage, &course);
    let text = match args.emit {
        SimulateFormat::Table => table(&told, &course, &breaches),
        SimulateFormat::Json => json(&told, &course, &breaches),
        SimulateFormat::Svg => picture(&told, &course),
        SimulateFormat::Mermaid => mermaid(stage.datacenter(), &course.as_plan(stage)),
    };
    let is_forbidden = |breach: &Breach| matches!(breach, Breach::Forbidden { .. });
    let status = match (breaches.is_empty(), breaches.iter().any(is_forbidden)) {
        (_, true) => Status::DoesNotHold,
        (false, false) => Status::Missed,
        (true, false) if course.is_done() => Status::Done,
        (true, false) => Status::Missed,
    };
    (text, status)
}
