//! What happened, for people and for programs.

use serde::Serialize;

use super::{Breach, Course, Fate, Law, Quantiles, Series, Stage, Trouble};
use crate::emit::amount;
use crate::emit::clock::Clock;
use crate::emit::text::printable;
use crate::emit::{Page, Pair, kind_of, pairs, ruled};
use crate::formulation::Seconds;
use crate::plan::Planned;
use crate::show::show_count;

/// Rows of the picture; of more actions only the first are in it.
const ROWS: usize = 150;

/// How a plan was carried out.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    /// The plan.
    pub stage: &'a Stage<'a>,
    /// How migrations go on.
    pub law: Law,
    /// What may go wrong.
    pub trouble: &'a Trouble,
}

impl Told<'_> {
    /// Its name, and how it was carried out.
    fn title(&self, how: &str) -> String {
        let mut title = printable(&self.stage.plan.name);
        if let Some(start) = Clock::new(self.stage.plan).start() {
            title += &format!(", from {start}");
        }
        let Trouble {
            spread, failures, ..
        } = self.trouble;
        title += &format!(": {how}, migrations by `{}`", self.law.name());
        if *spread > 0.0 {
            title += &format!(", durations vary by {}", percent(*spread));
        }
        if *failures > 0.0 {
            title += &format!(", {} of starts fail", percent(*failures));
        }
        title + "\n"
    }
}

/// What happened, beside the plan.
pub fn table(told: &Told, course: &Course, breaches: &[Breach]) -> String {
    let plan = told.stage.plan;
    let actual = course.as_plan(told.stage);
    // Both have hours and offsets where the longer one needs them.
    let longer = if actual.makespan > plan.makespan {
        &actual
    } else {
        plan
    };
    let clock = Clock::new(longer);
    let how = match *told.trouble == Trouble::NONE {
        true => String::from("nothing goes wrong"),
        false => format!("seed {}", told.trouble.seed),
    };
    let mut out = told.title(&how);
    let heads = ["what", "planned", "", "actual", "", "late", "stood still"];
    let rows = plan.actions.iter().zip(&course.actions);
    let rows = rows.map(|(planned, happened)| {
        let (start, end) = (happened.start(), happened.tries.last().map(|one| one.end));
        let moment = |at: Option<Seconds>| at.map_or(String::new(), |at| clock.at(at));
        let late = match (happened.fate, happened.end()) {
            (Fate::Done, Some(end)) => lateness(end - planned.end),
            (fate, _) => fate.name().to_owned(),
        };
        let still: f64 = happened.tries.iter().map(|one| one.downtime).sum();
        [
            printable(&planned.id),
            clock.at(planned.start),
            clock.at(planned.end),
            moment(start),
            moment(end),
            late,
            if still > 0.0 {
                milliseconds(still)
            } else {
                String::new()
            },
        ]
    });
    out += &ruled(heads, rows, &Page::default(), |at| at >= 5);
    out.push('\n');
    let figure = |name: &str, planned: String, actual: String| [name.to_owned(), planned, actual];
    let mut figures = vec![figure(
        "makespan",
        amount::duration(plan.makespan),
        amount::duration(course.end),
    )];
    for (planned, happened) in plan.objectives.iter().zip(&actual.objectives) {
        if planned.goal.name() != "makespan" && course.is_done() {
            let show = |value| amount::objective(planned.goal, value);
            figures.push(figure(
                planned.goal.name(),
                show(planned.value),
                show(happened.value),
            ));
        }
    }
    let power = amount::power;
    figures.push(figure(
        "peak power",
        power(plan.peak_power),
        power(course.peak_power),
    ));
    let energy = |mj: u64| amount::energy(mj.into());
    figures.push(figure("in all", energy(plan.energy), energy(course.energy)));
    out += &ruled(["", "planned", "actual"], figures, &Page::default(), |_| {
        false
    });
    let (sum, most) = course.downtime();
    if sum > 0.0 {
        out += &format!(
            "VMs stood still for {} together, {} at most\n",
            milliseconds(sum),
            milliseconds(most)
        );
    }
    let tries = course.actions.iter().flat_map(|action| &action.tries);
    let faults: u64 = tries.map(|one| one.faults).sum();
    if faults > 0 {
        out += &format!("{faults} pages were missed by VMs that had moved before them\n");
    }
    for breach in breaches {
        let f = &told.stage.problem.formulation;
        let rule = printable(&f[breach.source()].label);
        match breach {
            Breach::Forbidden { what, .. } => {
                out += &format!("broken: {} (`{rule}`)\n", printable(what));
            }
            Breach::Late { what, .. } => {
                out += &format!("missed: {} (`{rule}`)\n", printable(what));
            }
        }
    }
    out
}

/// Each action as planned, and below that as it was.
pub fn picture(told: &Told, course: &Course) -> String {
    let plan = told.stage.plan;
    let actual = course.as_plan(told.stage);
    let clock = Clock::new(match actual.makespan > plan.makespan {
        true => &actual,
        false => plan,
    });
    let all = plan.actions.iter().zip(&course.actions);
    let mut shown: Vec<Pair> = all
        .map(|(planned, happened)| Pair {
            name: printable(&planned.id),
            kind: kind_of(planned.task),
            old: Some((planned.start, planned.end)),
            new: happened.tries.last().map(|one| (one.start, one.end)),
            words: String::new(),
        })
        .collect();
    let more = shown.len().saturating_sub(ROWS);
    shown.truncate(ROWS);
    let title = format!("{}: planned and carried out", printable(&plan.name));
    let caption = "above: planned, below: carried out";
    pairs(&title, &[caption.to_owned()], &shown, more, &|at| {
        clock.at(at)
    })
}

/// What came of many seeds.
pub fn series_table(told: &Told, series: &Series) -> String {
    let plan = told.stage.plan;
    let how = format!(
        "{} from {} on",
        show_count(series.seeds as usize, "seed"),
        told.trouble.seed
    );
    let mut out = told.title(&how);
    let row = |name: &str, planned: Option<i64>, all: Quantiles, show: &dyn Fn(i64) -> String| {
        let Quantiles {
            least,
            median,
            usual,
            most,
        } = all;
        let cells = [least, median, usual, most].map(show);
        let [least, median, usual, most] = cells;
        let planned = planned.map_or(String::new(), show);
        [name.to_owned(), planned, least, median, usual, most]
    };
    let natural = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let power = |mw: i64| amount::power(mw.unsigned_abs());
    let rows = [
        row(
            "makespan",
            Some(plan.makespan),
            series.end,
            &amount::duration,
        ),
        row(
            "peak power",
            Some(natural(plan.peak_power)),
            series.peak_power,
            &power,
        ),
        row("energy", Some(natural(plan.energy)), series.energy, &|mj| {
            amount::energy(mj.into())
        }),
        row("stood still", None, series.downtime, &|ms| {
            milliseconds(ms as f64 / 1e3)
        }),
    ];
    let heads = ["", "planned", "least", "median", "95 of 100", "most"];
    out += &ruled(heads, rows, &Page::default(), |at| at >= 1);
    let of_all = |count: u64| format!("{count} of {}", series.seeds);
    out += &format!(
        "\nall done in {}; all done, in time and as expected, in {}\n",
        of_all(series.done),
        of_all(series.on_time)
    );
    for (rule, count) in &series.missed {
        out += &format!("missed in {}: `{}`\n", of_all(*count), printable(rule));
    }
    for (words, count) in &series.unmet {
        out += &format!("missed in {}: {words} is expected\n", of_all(*count));
    }
    const NAMED: usize = 5;
    let mut undone: Vec<&(usize, u64)> = series.undone.iter().collect();
    undone.sort_by_key(|&&(at, count)| (std::cmp::Reverse(count), at));
    for &(at, count) in undone.iter().take(NAMED) {
        let name = printable(&plan.actions[*at].id);
        out += &format!("not done in {}: `{name}`\n", of_all(*count));
    }
    if undone.len() > NAMED {
        out += &format!("and {} more are not always done\n", undone.len() - NAMED);
    }
    if let Some(seed) = series.first {
        out += &format!("the first of these is seed {seed}: `--seed {seed}` shows it\n");
    }
    out
}

/// `+3 s`; nothing where it is as planned.
fn lateness(seconds: Seconds) -> String {
    match seconds {
        0 => String::new(),
        late if late > 0 => format!("+{}", amount::duration(late)),
        early => format!("-{}", amount::duration(-early)),
    }
}

fn milliseconds(seconds: f64) -> String {
    match seconds {
        long if long >= 10.0 => format!("{long:.0} s"),
        long if long >= 1.0 => format!("{long:.1} s"),
        short => format!("{:.0} ms", short * 1e3),
    }
}

fn percent(share: f64) -> String {
    amount::share((share * 1e6).round() as u32)
}

/// A course as it stands in a file.
#[derive(Serialize)]
struct CourseFile<'a> {
    format: &'static str,
    plan: &'a str,
    model: &'static str,
    seed: u64,
    spread: f64,
    failures: f64,
    planned: Figures,
    actual: Figures,
    done: bool,
    downtime_ms: i64,
    actions: Vec<ActionFile<'a>>,
    missed: Vec<BreachFile<'a>>,
}

#[derive(Serialize)]
struct Figures {
    makespan: Seconds,
    peak_power_w: f64,
    energy_j: f64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    objectives: Vec<Objective>,
}

#[derive(Serialize)]
struct Objective {
    name: &'static str,
    value: i64,
}

#[derive(Serialize)]
struct ActionFile<'a> {
    id: &'a str,
    is: &'static str,
    planned: (Seconds, Seconds),
    #[serde(skip_serializing_if = "Option::is_none")]
    actual: Option<(Seconds, Seconds)>,
    #[serde(skip_serializing_if = "is_one")]
    tries: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    sent_mb: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    downtime_ms: Option<i64>,
    #[serde(skip_serializing_if = "is_zero")]
    rounds: u32,
    #[serde(skip_serializing_if = "is_none")]
    faults: u64,
}

fn is_one(tries: &usize) -> bool {
    *tries == 1
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

#[derive(Serialize)]
struct BreachFile<'a> {
    rule: &'a str,
    forbidden: bool,
    what: &'a str,
}

/// What happened, as `mvm-course/1`.
pub fn json(told: &Told, course: &Course, breaches: &[Breach]) -> String {
    let plan = told.stage.plan;
    let f = &told.stage.problem.formulation;
    let watts = |mw: u64| mw as f64 / 1e3;
    let actual = course.as_plan(told.stage);
    let objectives = |of: &crate::plan::Plan| {
        let all = of.objectives.iter().map(|achieved| Objective {
            name: achieved.goal.name(),
            value: achieved.value,
        });
        all.collect::<Vec<_>>()
    };
    let file = CourseFile {
        format: "mvm-course/1",
        plan: &plan.name,
        model: told.law.name(),
        seed: told.trouble.seed,
        spread: told.trouble.spread,
        failures: told.trouble.failures,
        planned: Figures {
            makespan: plan.makespan,
            peak_power_w: watts(plan.peak_power),
            energy_j: watts(plan.energy),
            objectives: objectives(plan),
        },
        actual: Figures {
            makespan: course.end,
            peak_power_w: watts(course.peak_power),
            energy_j: watts(course.energy),
            objectives: match course.is_done() {
                true => objectives(&actual),
                false => Vec::new(),
            },
        },
        done: course.is_done(),
        downtime_ms: (course.downtime().0 * 1e3).round() as i64,
        actions: plan
            .actions
            .iter()
            .zip(&course.actions)
            .map(|(planned, happened)| action(planned, happened))
            .collect(),
        missed: breaches
            .iter()
            .map(|breach| {
                let (forbidden, what) = match breach {
                    Breach::Forbidden { what, .. } => (true, what),
                    Breach::Late { what, .. } => (false, what),
                };
                BreachFile {
                    rule: &f[breach.source()].label,
                    forbidden,
                    what,
                }
            })
            .collect(),
    };
    written(&file)
}

fn action<'a>(planned: &'a Planned, happened: &super::Happened) -> ActionFile<'a> {
    let last = happened.tries.last();
    let copied = planned.rate.and(last);
    ActionFile {
        id: &planned.id,
        is: happened.fate.name(),
        planned: (planned.start, planned.end),
        actual: last.map(|one| (one.start, one.end)),
        tries: happened.tries.len(),
        sent_mb: copied.map(|one| (one.bits / 8e6).round() as i64),
        downtime_ms: copied.map(|one| (one.downtime * 1e3).round() as i64),
        rounds: last.map_or(0, |one| one.rounds),
        faults: last.map_or(0, |one| one.faults),
    }
}

#[derive(Serialize)]
struct SeriesFile<'a> {
    format: &'static str,
    plan: &'a str,
    model: &'static str,
    seed: u64,
    seeds: u64,
    spread: f64,
    failures: f64,
    done: u64,
    on_time: u64,
    makespan: QuantilesFile,
    peak_power_mw: QuantilesFile,
    energy_mj: QuantilesFile,
    downtime_ms: QuantilesFile,
    missed: Vec<CountFile<'a>>,
    unmet: Vec<CountFile<'a>>,
    undone: Vec<CountFile<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_missed: Option<u64>,
}

#[derive(Serialize)]
struct QuantilesFile {
    least: i64,
    median: i64,
    p95: i64,
    most: i64,
}

impl From<Quantiles> for QuantilesFile {
    fn from(all: Quantiles) -> Self {
        QuantilesFile {
            least: all.least,
            median: all.median,
            p95: all.usual,
            most: all.most,
        }
    }
}

#[derive(Serialize)]
struct CountFile<'a> {
    what: &'a str,
    seeds: u64,
}

/// What came of many seeds, as `mvm-courses/1`.
pub fn series_json(told: &Told, series: &Series) -> String {
    let plan = told.stage.plan;
    let file = SeriesFile {
        format: "mvm-courses/1",
        plan: &plan.name,
        model: told.law.name(),
        seed: told.trouble.seed,
        seeds: series.seeds,
        spread: told.trouble.spread,
        failures: told.trouble.failures,
        done: series.done,
        on_time: series.on_time,
        makespan: series.end.into(),
        peak_power_mw: series.peak_power.into(),
        energy_mj: series.energy.into(),
        downtime_ms: series.downtime.into(),
        missed: counted(&series.missed),
        unmet: counted(&series.unmet),
        undone: series
            .undone
            .iter()
            .map(|&(at, seeds)| CountFile {
                what: &plan.actions[at].id,
                seeds,
            })
            .collect(),
        first_missed: series.first,
    };
    written(&file)
}

fn counted(all: &[(String, u64)]) -> Vec<CountFile<'_>> {
    let all = all.iter();
    all.map(|(what, seeds)| CountFile {
        what,
        seeds: *seeds,
    })
    .collect()
}

fn written(file: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(file);
    text.expect("it is plain data with text keys") + "\n"
}
