//! Plans side by side, as they were carried out.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::emit::text::printable;
use crate::emit::{Page, Panel, PanelBar, amount, kind_of, panels, ruled};
use crate::formulate::Cause;
use crate::formulation::Seconds;
use crate::request::Task;
use crate::show::show_count;
use crate::simulate::{Course, Stage, judge};

/// What became of a request in the hands of one planner.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Who planned it, or by which model.
    pub planner: String,
    /// What came of the plan, or why there is none.
    pub outcome: Result<Figures, String>,
}

/// A plan that was carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// Seconds to the last end, as planned and as it was.
    pub planned: Seconds,
    /// The same as it was.
    pub end: Seconds,
    /// The sum of the ends of all actions that were done.
    pub ends: Seconds,
    /// Seconds of a migration in the mean.
    pub mean: f64,
    /// Seconds of the longest one.
    pub longest: Seconds,
    /// Mean of `|as it was - as planned| / as it was` over the lengths of migrations.
    pub off: f64,
    /// Seconds for which VMs stood still, together.
    pub downtime: f64,
    /// mW at most.
    pub peak_power: u64,
    /// mJ
    pub energy: u64,
    /// Actions that were not done.
    pub undone: usize,
    /// Limits that were broken, in words; not links and switches, which are shared.
    pub broken: Vec<String>,
    /// The actions.
    pub bars: Vec<PanelBar>,
}

impl Figures {
    /// What came of a plan that was carried out so.
    pub fn of(stage: &Stage, course: &Course) -> Self {
        let plan = stage.plan();
        let all = || plan.actions.iter().zip(&course.actions);
        let done = || all().filter_map(|(planned, happened)| Some((planned, happened.end()?)));
        let moves: Vec<(Seconds, Seconds)> = all()
            .filter(|(planned, _)| matches!(planned.task, Task::Migrate { .. }))
            .filter_map(|(planned, happened)| {
                let took = happened.end()? - happened.start()?;
                Some((planned.end - planned.start, took))
            })
            .collect();
        let count = moves.len().max(1) as f64;
        let sum = |of: &dyn Fn(Seconds, Seconds) -> f64| {
            moves
                .iter()
                .map(|&(planned, took)| of(planned, took))
                .sum::<f64>()
                / count
        };
        let is_shared = |cause: Cause| matches!(cause, Cause::Link(_) | Cause::Switch(_));
        let broken = judge(stage, course);
        let broken = broken.iter().map(|breach| breach.source());
        let broken: BTreeSet<_> = broken
            .filter(|source| !is_shared(stage.cause(*source)))
            .collect();
        let bars = all().flat_map(|(planned, happened)| {
            happened.tries.iter().map(|one| PanelBar {
                name: printable(&planned.id),
                kind: kind_of(planned.task),
                time: (one.start, one.end),
            })
        });
        Figures {
            planned: plan.makespan,
            end: course.end,
            ends: done().map(|(_, end)| end).sum(),
            mean: sum(&|_, took| took as f64),
            longest: moves.iter().map(|&(_, took)| took).max().unwrap_or(0),
            off: sum(&|planned, took| ((planned - took) as f64 / took.max(1) as f64).abs()),
            downtime: course.downtime().0,
            peak_power: course.peak_power,
            energy: course.energy,
            undone: plan.actions.len() - done().count(),
            broken: broken
                .into_iter()
                .map(|source| stage.words(source))
                .collect(),
            bars: bars.collect(),
        }
    }

    /// In a few words.
    fn note(&self) -> String {
        let mut note = format!(
            "ends after {}, a migration takes {:.0} s",
            amount::duration(self.end),
            self.mean
        );
        if self.undone > 0 {
            note += &format!(", {} not done", show_count(self.undone, "action"));
        }
        if !self.broken.is_empty() {
            note += &format!(", breaks {}", show_count(self.broken.len(), "limit"));
        }
        note
    }
}

/// For people at a terminal.
pub fn table(title: &str, rows: &[Row]) -> String {
    const HEADS: [&str; 10] = [
        "",
        "planned",
        "ends",
        "sum of ends",
        "migration",
        "off",
        "stood still",
        "peak power",
        "energy",
        "breaks",
    ];
    let mut shown = Vec::new();
    let mut notes = String::new();
    for row in rows {
        let name = printable(&row.planner);
        match &row.outcome {
            Ok(figures) => {
                shown.push([
                    name.clone(),
                    amount::duration(figures.planned),
                    amount::duration(figures.end),
                    format!("{} s", figures.ends),
                    format!("{:.1} s", figures.mean),
                    format!("{:.0} %", figures.off * 100.0),
                    format!("{:.1} s", figures.downtime),
                    amount::power(figures.peak_power),
                    amount::energy(figures.energy.into()),
                    match figures.broken.len() {
                        0 => String::new(),
                        count => count.to_string(),
                    },
                ]);
                let broken: Vec<String> = figures
                    .broken
                    .iter()
                    .map(|what| format!("`{}`", printable(what)))
                    .collect();
                if !broken.is_empty() {
                    notes += &format!("{name} breaks {}\n", shortened(&broken));
                }
                if figures.undone > 0 {
                    let undone = show_count(figures.undone, "action");
                    notes += &format!("{name} leaves {undone} undone\n");
                }
            }
            Err(why) => notes += &format!("{name} {}\n", printable(why)),
        }
    }
    let lines = ruled(HEADS, shown, &Page::default(), |at| at > 0);
    format!("{title}\n{lines}{notes}")
}

/// The first few, and how many more.
fn shortened(all: &[String]) -> String {
    const NAMED: usize = 4;
    let named = all
        .iter()
        .take(NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match all.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// The courses below one another.
pub fn picture(title: &str, rows: &[Row], moment: &dyn Fn(Seconds) -> String) -> String {
    let all = rows.iter().map(|row| match &row.outcome {
        Ok(figures) => Panel {
            title: printable(&row.planner),
            note: figures.note(),
            bars: figures.bars.clone(),
        },
        Err(why) => Panel {
            title: printable(&row.planner),
            note: printable(why),
            bars: Vec::new(),
        },
    });
    panels(title, &all.collect::<Vec<_>>(), moment)
}

#[derive(Serialize)]
struct File<'a> {
    format: &'static str,
    plan: &'a str,
    rows: Vec<RowFile<'a>>,
}

#[derive(Serialize)]
struct RowFile<'a> {
    planner: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    stuck: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    figures: Option<FiguresFile<'a>>,
}

#[derive(Serialize)]
struct FiguresFile<'a> {
    planned_s: Seconds,
    ends_s: Seconds,
    sum_of_ends_s: Seconds,
    migration_s: f64,
    longest_s: Seconds,
    off: f64,
    downtime_s: f64,
    peak_power_w: f64,
    energy_j: f64,
    undone: usize,
    broken: &'a [String],
}

/// For programs: `mvm-comparison/1`.
pub fn json(plan: &str, rows: &[Row]) -> String {
    let rounded = |value: f64| (value * 1e3).round() / 1e3;
    let file = File {
        format: "mvm-comparison/1",
        plan,
        rows: rows
            .iter()
            .map(|row| RowFile {
                planner: &row.planner,
                stuck: row.outcome.as_ref().err().map(String::as_str),
                figures: row.outcome.as_ref().ok().map(|figures| FiguresFile {
                    planned_s: figures.planned,
                    ends_s: figures.end,
                    sum_of_ends_s: figures.ends,
                    migration_s: rounded(figures.mean),
                    longest_s: figures.longest,
                    off: rounded(figures.off),
                    downtime_s: rounded(figures.downtime),
                    peak_power_w: figures.peak_power as f64 / 1e3,
                    energy_j: figures.energy as f64 / 1e3,
                    undone: figures.undone,
                    broken: &figures.broken,
                }),
            })
            .collect(),
    };
    let text = serde_json::to_string_pretty(&file);
    text.expect("it is plain data with text keys") + "\n"
}
