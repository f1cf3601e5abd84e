//! Plans that cannot be: what contradicts what, and what would help.
//!
//! Each case in `cases/` begins with `//# its name` and marks the lines that its explanation points at with `//~`.

mod scale;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::fmt::Write;

use mvm::change::Change;
use mvm::compile::{Checked, Prospect, check};
use mvm::datacenter::Datacenter;
use mvm::diag::has_errors;
use mvm::diag::render::{Style, human, plain};
use mvm::explain::{Explanation, explain};
use mvm::formulate::{Problem, formulate};
use mvm::formulation::{Formulation, SourceId, UNLIMITED};
use mvm::plan::{assemble, verify};
use mvm::request::Request;
use mvm::schedule::{Effort, Options, Outcome, Quiet, schedule};
use support::{Text, files, root};

const FAST: Options = Options {
    effort: Effort::Fast,
    time_limit: None,
};

/// A plan that cannot be, explained.
struct Case {
    name: String,
    text: String,
    checked: Checked,
    explanation: Explanation,
}

impl Case {
    /// Plans and explains it.
    fn new(name: &str, text: &str) -> Result<Case, String> {
        let checked = check("test.mvm", &Text(text));
        if checked.has_errors() {
            return Err(plain(&checked.map, &checked.diagnostics));
        }
        let problem = problem(&checked)?;
        let (dc, request) = (&checked.analysis.datacenter, &checked.analysis.requests[0]);
        let core = match schedule(&problem.formulation, &FAST, &mut Quiet) {
            Outcome::Infeasible(core) => core,
            Outcome::Found(_) => return Err(String::from("a plan exists")),
            Outcome::Unknown => return Err(String::from("nothing is known")),
        };
        let explanation = explain(dc, request, problem, &core, &mut Quiet);
        Ok(Case {
            name: name.to_owned(),
            text: text.to_owned(),
            explanation,
            checked,
        })
    }

    fn datacenter(&self) -> &Datacenter {
        &self.checked.analysis.datacenter
    }

    fn request(&self) -> &Request {
        &self.checked.analysis.requests[0]
    }

    fn problem(&self) -> &Problem {
        problem(&self.checked).expect("it was there before")
    }

    /// The lines that are marked.
    fn marked(&self) -> BTreeSet<usize> {
        let lines = self.text.lines().enumerate();
        let marked = lines.filter(|(_, line)| line.contains("//~"));
        marked.map(|(at, _)| at + 1).collect()
    }

    /// The lines that the picture points at.
    fn shown(&self) -> BTreeSet<usize> {
        let drawn = self
            .explanation
            .draw(self.datacenter(), self.request(), self.problem());
        let places = drawn.primary.iter().chain(&drawn.secondary);
        let map = &self.checked.map;
        places.map(|place| map.position(place.span).line).collect()
    }

    /// What is wrong with the core: it is no contradiction, or some member has no part in it.
    fn judge_core(&self, wrong: &mut String) {
        let f = &self.problem().formulation;
        let core: BTreeSet<SourceId> = self.explanation.core.iter().copied().collect();
        if !self.explanation.minimal {
            let _ = writeln!(wrong, "it is not known whether the core is minimal");
        }
        if !matches!(
            schedule(&only(f, &core), &FAST, &mut Quiet),
            Outcome::Infeasible(_)
        ) {
            let _ = writeln!(wrong, "the core is no contradiction");
        }
        for &member in &core {
            let rest = only(
                f,
                &core
                    .iter()
                    .copied()
                    .filter(|&other| other != member)
                    .collect(),
            );
            let holds = match schedule(&rest, &FAST, &mut Quiet) {
                Outcome::Found(solution) => verify(&rest, &solution.schedule).is_empty(),
                _ => false,
            };
            if !holds {
                let _ = writeln!(wrong, "`{}` has no part in it", f[member].label);
            }
        }
    }

    /// What is wrong with the changes that are offered: no plan with one, or one step less would do as well.
    fn judge_offers(&self, wrong: &mut String) {
        for offer in &self.explanation.offers {
            let shown = offer.change.show(self.datacenter(), self.request());
            if offer.is_enough && self.outcome(offer.change) != Some(true) {
                let _ = writeln!(wrong, "no plan with {shown}");
            }
            if let Change::Set(number, value) = offer.change
                && offer.is_enough
            {
                let step = number.quantity(self.datacenter(), self.request()).step();
                let less = match number.allows_more_when_higher(self.request()) {
                    true => value.saturating_sub(step),
                    false => value + step,
                };
                if !offer.least {
                    let _ = writeln!(wrong, "it is not known whether less than {shown} would do");
                } else if self.outcome(Change::Set(number, less)) != Some(false) {
                    let _ = writeln!(wrong, "less than {shown} would do");
                }
            }
        }
    }

    /// Whether a plan exists with a change, by planning it and by the checker; None where that is not known.
    fn outcome(&self, change: Change) -> Option<bool> {
        let (dc, request) = change.apply(self.datacenter(), self.request());
        let (problem, findings) = formulate(&dc, &request);
        let Some(problem) = problem else {
            return Some(false);
        };
        match schedule(&problem.formulation, &FAST, &mut Quiet) {
            Outcome::Found(solution) => {
                let plan = assemble(&dc, &request, &problem, &solution);
                (plan.is_ok() && !has_errors(&findings)).then_some(true)
            }
            Outcome::Infeasible(_) => Some(false),
            Outcome::Unknown => None,
        }
    }

    fn judge(&self) -> String {
        let mut wrong = String::new();
        let (marked, shown) = (self.marked(), self.shown());
        if marked != shown {
            let _ = writeln!(wrong, "it points at {shown:?}, marked are {marked:?}");
        }
        self.judge_core(&mut wrong);
        self.judge_offers(&mut wrong);
        wrong
    }

    /// The picture as `mvm plan` draws it.
    fn picture(&self) -> String {
        let why = match self.checked.plan(0, &FAST, &mut Quiet) {
            Err(mvm::compile::Failure::Impossible(why)) => why,
            other => panic!("{}: {other:?}", self.name),
        };
        human(&self.checked.map, &why, Style::default())
    }
}

fn problem(checked: &Checked) -> Result<&Problem, String> {
    match &checked.prospects[0] {
        Prospect::Open(problem) | Prospect::Impossible(_, Some(problem)) => Ok(problem),
        Prospect::Impossible(why, None) => Err(plain(&checked.map, why)),
        Prospect::Broken | Prospect::After(_) => Err(String::from("the input is broken")),
    }
}

/// The problem without the constraints of other sources.
fn only(f: &Formulation, sources: &BTreeSet<SourceId>) -> Formulation {
    let mut only = f.clone();
    only.precedences.retain(|p| sources.contains(&p.source));
    only.groups.retain(|g| sources.contains(&g.source));
    only.windows.retain(|w| sources.contains(&w.source));
    for resource in only
        .resources
        .iter_mut()
        .filter(|r| !sources.contains(&r.source))
    {
        resource.capacity = vec![(0, UNLIMITED)];
    }
    only
}

/// The cases of a file: name and text.
fn cases(path: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(root().join(path)).expect("the file is text");
    let mut cases: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("//# ") {
            Some(name) => cases.push((name.to_owned(), String::new())),
            None => {
                let (_, text) = cases.last_mut().expect("a case begins with its name");
                *text += line;
                text.push('\n');
            }
        }
    }
    cases
}

fn judge(file: &str) {
    let mut wrong = String::new();
    let mut drawn = String::new();
    for (name, text) in cases(&format!("tests/impossible/cases/{file}.mvm")) {
        let verdict = match Case::new(&name, &text) {
            Err(why) => why,
            Ok(case) => {
                let _ = writeln!(drawn, "# {name}\n{}", case.picture());
                case.judge()
            }
        };
        if !verdict.is_empty() {
            let _ = writeln!(wrong, "# {name}\n{verdict}");
        }
    }
    insta::assert_snapshot!(file, drawn);
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn deadlines() {
    judge("deadlines");
}

#[test]
fn memory() {
    judge("memory");
}

#[test]
fn network() {
    judge("network");
}

#[test]
fn orders() {
    judge("orders");
}

#[test]
fn power() {
    judge("power");
}

#[test]
fn windows() {
    judge("windows");
}

#[test]
fn what_was_not_tried_is_told() {
    let (name, text) = cases("tests/impossible/cases/power.mvm").swap_remove(0);
    let mut case = Case::new(&name, &text).expect("it is impossible");
    let notes = |case: &Case| {
        let drawn = case
            .explanation
            .draw(case.datacenter(), case.request(), case.problem());
        drawn.notes.join("\n")
    };
    assert!(!notes(&case).contains("effort"), "{}", notes(&case));
    case.explanation.untried = 3;
    assert!(notes(&case).contains("before 3 more"), "{}", notes(&case));
}

/// Whoever expects that no plan exists gets the conflict without a way out, which takes most of the time.
#[test]
fn nobody_pays_for_changes_that_nobody_sees() {
    let (_, text) = cases("tests/impossible/cases/power.mvm").swap_remove(0);
    let help = |text: &str| {
        let checked = check("test.mvm", &Text(text));
        match checked.plan(0, &FAST, &mut Quiet) {
            Err(mvm::compile::Failure::Impossible(why)) => why[0].help.len(),
            other => panic!("{other:?}"),
        }
    };
    assert_ne!(help(&text), 0);
    let expected = text.replacen("plan p {", "plan p {\n  expect impossible", 1);
    assert_eq!(help(&expected), 0);
}

/// However late the first moment is at which anything may run: what looks far away is no reason.
#[test]
fn the_horizon_is_never_the_cause() {
    for rule in [
        "after all from 30d",
        "freeze all until 300d",
        "allow a from 99d to 100d",
        "budget 250W until 7d",
        "at most 0 migrations until 200d",
        "limit tor to 1kbps until 20d",
        "freeze a until 40d  freeze b from 40d to 80d  before a -> b",
        "freeze a until 40d  freeze b from 40d to 80d  sync a, b",
    ] {
        let text = format!(
            "switch tor
            server s[1..2] {{ power 100W link 1Gbps to tor }}
            server t[1..2] {{ power 100W link 1Gbps to tor off }}
            vm a, b {{ memory 4GiB idle on s[1..2] }}
            plan p {{ migrate a, b to t[1..2]  shutdown s[1..2]  {rule} }}"
        );
        let checked = check("test.mvm", &Text(&text));
        let shown = plain(&checked.map, &checked.diagnostics);
        assert!(!checked.has_errors(), "{rule}: {shown}");
        let planned = checked.plan(0, &FAST, &mut Quiet);
        assert!(planned.is_ok(), "{rule}: {planned:?}");
    }
}

#[test]
fn every_case_is_judged() {
    let files = files("tests/impossible/cases", ".mvm");
    assert_eq!(files.len(), 6, "{files:?}");
    let cases: usize = files.iter().map(|path| cases(path).len()).sum();
    assert!(cases >= 60, "{cases} cases");
}
