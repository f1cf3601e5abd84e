//! What is different between two plans: which actions appear, vanish, move, change rate or length, and what that does to the
//! figures.
//!
//! [`compare`] finds it, from the plans as they stand in files; [`text`], [`markdown`], [`json`] and [`picture`] tell it.

mod order;
mod rest;
mod tell;
#[cfg(test)]
mod tests;

pub use tell::{json, listing, markdown, picture, text};

use std::collections::BTreeMap;

use serde::Serialize;

use crate::emit::json::{Action, Kind, Micro, Milli, PlanFile, Source};
use crate::request::Bandwidth;
use rest::beside;

/// What is different between two plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The name of the newer one.
    pub plan: String,
    /// What is said of the plan as a whole and is not the same.
    pub figures: Vec<Figure>,
    /// Files that the plans were made from and that are not the same.
    pub inputs: Vec<InputChange>,
    /// What is gone on with, where the newer one goes on with the older one: then the times of the older one count from the newer one's
    /// start, and no figures but the end compare.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goes_on: Option<GoesOn>,
    /// VMs and servers that are not alike when the plans start.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub begins: Vec<Begin>,
    /// Rules that are only preferred, and are not kept alike.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub preferences: Vec<Kept>,
    /// What is done to servers one after the other, and in another order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<Order>,
    /// Actions that only the newer one has.
    pub appear: Vec<Action>,
    /// Actions that only the older one has.
    pub vanish: Vec<Action>,
    /// Actions of both that are not the same.
    pub change: Vec<Changed>,
    /// How many actions are the same.
    pub same: usize,
}

impl Difference {
    /// Whether what is to be done, and when, is the same in both.
    pub fn is_none(&self) -> bool {
        self.figures.is_empty()
            && self.goes_on.is_none()
            && self.begins.is_empty()
            && self.preferences.is_empty()
            && self.appear.is_empty()
            && self.vanish.is_empty()
            && self.change.is_empty()
    }
}

/// A figure of the plan, in the unit of the plan's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Figure {
    /// `mttr`, `makespan`, `peak_power_w`, `start`, …
    pub name: String,
    /// What it was; none where the older plan has no such figure.
    pub old: Option<Value>,
    /// What it is.
    pub new: Option<Value>,
}

/// A value of a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// In thousandths of its unit.
    Number(Milli),
    /// A share.
    Share(Micro),
    /// In words.
    Words(String),
}

/// How far the older plan had come when the newer one was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GoesOn {
    /// Seconds from the older plan's start to the newer one's.
    pub elapsed: i64,
    /// Ids of its actions that are done.
    pub done: Vec<String>,
    /// How many run.
    pub running: usize,
}

/// Where a VM or a server begins that does not begin alike; in words, none of what is as its file declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Begin {
    /// Its name.
    pub name: String,
    /// Where it was, or how.
    pub old: Option<String>,
    /// Where it is, or how.
    pub new: Option<String>,
}

/// A rule that is only preferred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// In words of the language.
    pub rule: String,
    /// What it cost that it was not kept, 0 where it was; none where the older plan has no such rule.
    pub old: Option<i64>,
    /// What it costs.
    pub new: Option<i64>,
}

/// Servers to which the same is done, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Order {
    /// What is done.
    pub kind: Kind,
    /// The servers of both plans by start, those that start at once together.
    pub old: Vec<Vec<String>>,
    /// The same in the newer plan.
    pub new: Vec<Vec<String>>,
}

/// A file that plans were made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputChange {
    /// Its path, relative to the project's root.
    pub file: String,
    /// What became of it.
    pub is: Became,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Became {
    /// It says something else.
    Changed,
    /// It was not there.
    Added,
    /// It is no longer there.
    Removed,
}

impl Became {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Became::Changed => "changed",
            Became::Added => "added",
            Became::Removed => "removed",
        }
    }
}

/// An action of both plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// What it was.
    pub old: Action,
    /// What it is.
    pub new: Action,
    /// In what they differ.
    pub what: Vec<What>,
}

/// In what two actions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// The start.
    Start,
    /// The length.
    Length,
    /// The rate.
    Rate,
    /// The servers.
    Place,
    /// How a VM is moved.
    Copy,
    /// The pool of its server.
    Pool,
    /// What is carried out or asked.
    Text,
    /// What it waits for.
    Waits,
    /// How long it may take, how often it is tried, when it may start.
    Execution,
}

/// What is different in `new` from what `old` has.
pub fn compare(old: &PlanFile, new: &PlanFile) -> Difference {
    let by_id = |file: &PlanFile| -> BTreeMap<String, Action> {
        let actions = file.actions.iter();
        actions.map(|a| (a.id.clone(), a.clone())).collect()
    };
    let (old, new) = (&bare(old), &bare(new));
    let goes_on = rest::goes_on(old, new);
    let old = &beside(old, new);
    let (known, mut left) = (by_id(old), by_id(old));
    let mut figures = figures(old, new);
    if goes_on.is_some() {
        // A sum of all ends, say, is of fewer actions now.
        figures.retain(|figure| figure.name == "makespan");
    }
    let mut difference = Difference {
        plan: new.plan.clone(),
        figures,
        inputs: inputs(old.source.as_ref(), new.source.as_ref()),
        goes_on,
        begins: rest::begins(old, new),
        preferences: preferences(old, new),
        orders: order::orders(old, new),
        appear: Vec::new(),
        vanish: Vec::new(),
        change: Vec::new(),
        same: 0,
    };
    for action in &new.actions {
        left.remove(&action.id);
        match known.get(&action.id) {
            None => difference.appear.push(action.clone()),
            Some(before) if before == action => difference.same += 1,
            Some(before) => difference.change.push(Changed {
                what: what(before, action),
                old: before.clone(),
                new: action.clone(),
            }),
        }
    }
    let vanished = old.actions.iter().filter(|a| left.contains_key(&a.id));
    difference.vanish = vanished.cloned().collect();
    difference
}

/// The plan without its reasons, which name lines of its files.
fn bare(file: &PlanFile) -> PlanFile {
    let mut file = file.clone();
    for action in &mut file.actions {
        action.waits.clear();
        for opening in &mut action.may_start {
            opening.closed_by = None;
        }
    }
    file
}

/// The plan as far as it is what is done, where, when, and after what: without what it was made from, why, and when its actions may
/// start if they are late.
pub fn lasting(file: &PlanFile) -> PlanFile {
    let mut file = bare(file);
    file.source = None;
    for action in &mut file.actions {
        action.may_start.clear();
    }
    file
}

/// Rules that are only preferred and are not kept alike.
fn preferences(old: &PlanFile, new: &PlanFile) -> Vec<Kept> {
    let of = |file: &PlanFile| -> BTreeMap<String, i64> {
        let rules = file.preferences.iter();
        rules.map(|wish| (wish.rule.clone(), wish.cost)).collect()
    };
    let (before, after) = (of(old), of(new));
    let rules = new.preferences.iter().chain(
        old.preferences
            .iter()
            .filter(|wish| !after.contains_key(&wish.rule)),
    );
    let kept = rules.map(|wish| Kept {
        rule: wish.rule.clone(),
        old: before.get(&wish.rule).copied(),
        new: after.get(&wish.rule).copied(),
    });
    kept.filter(|kept| kept.old != kept.new).collect()
}

fn what(old: &Action, new: &Action) -> Vec<What> {
    let length = |action: &Action| action.end - action.start;
    let place = |a: &Action| {
        (
            a.kind,
            a.vm.clone(),
            a.from.clone(),
            a.to.clone(),
            a.server.clone(),
        )
    };
    let found = [
        (What::Start, old.start != new.start),
        (What::Length, length(old) != length(new)),
        (What::Rate, old.bandwidth_mbps != new.bandwidth_mbps),
        (What::Place, place(old) != place(new)),
        (What::Copy, old.copy != new.copy),
        (What::Pool, old.pool != new.pool),
        (What::Text, old.text != new.text),
        (What::Waits, old.after != new.after),
        (
            What::Execution,
            (old.timeout, old.retry, &old.may_start, old.not_before)
                != (new.timeout, new.retry, &new.may_start, new.not_before),
        ),
    ];
    let found = found.into_iter().filter(|&(_, differs)| differs);
    found.map(|(what, _)| what).collect()
}

/// The figures of a plan, by name; all objectives, the first one too where it is the only one.
fn all_figures(file: &PlanFile) -> Vec<(String, Value)> {
    let objectives = match file.objectives.is_empty() {
        true => file.objective.as_slice(),
        false => &file.objectives,
    };
    let mut all = Vec::new();
    for objective in objectives {
        all.push((objective.name.clone(), Value::Number(objective.value)));
        all.push((
            format!("{} gap", objective.name),
            Value::Share(objective.gap),
        ));
    }
    if !objectives.iter().any(|o| o.name == "makespan") {
        let makespan = i128::from(file.makespan) * 1000;
        all.push((
            "makespan".to_owned(),
            Value::Number(super::emit::json::Fixed(makespan)),
        ));
    }
    all.push(("peak power".to_owned(), Value::Number(file.peak_power_w)));
    if !objectives.iter().any(|o| o.name == "energy") {
        all.push(("energy".to_owned(), Value::Number(file.energy_j)));
    }
    let words = [
        ("start", file.start.clone()),
        ("planner", file.by.as_ref().map(|by| by.planner.clone())),
        (
            "bandwidth",
            (file.bandwidth == Bandwidth::Choose).then(|| "choose".to_owned()),
        ),
        (
            "search",
            (!file.reproducible).then(|| "ended early".to_owned()),
        ),
    ];
    all.extend(
        words
            .into_iter()
            .filter_map(|(name, words)| Some((name.to_owned(), Value::Words(words?)))),
    );
    all
}

fn figures(old: &PlanFile, new: &PlanFile) -> Vec<Figure> {
    let (old, new) = (all_figures(old), all_figures(new));
    let of = |all: &[(String, Value)], name: &str| {
        let found = all.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    };
    let gone = old.iter().filter(|(name, _)| of(&new, name).is_none());
    let names = new.iter().chain(gone).map(|(name, _)| name.clone());
    let figures = names.map(|name| Figure {
        old: of(&old, &name),
        new: of(&new, &name),
        name,
    });
    figures.filter(|figure| figure.old != figure.new).collect()
}

/// What the files that come with the program are called together.
const LIBRARY: &str = "the standard library";

/// What became of the files that a plan was made from; nothing where they are not known.
pub fn inputs(old: Option<&Source>, new: Option<&Source>) -> Vec<InputChange> {
    let (Some(old), Some(new)) = (old, new) else {
        return Vec::new();
    };
    let by_name = |source: &Source| -> BTreeMap<String, String> {
        let files = source.files.iter();
        files.map(|f| (f.file.clone(), f.sha256.clone())).collect()
    };
    let (before, after) = (by_name(old), by_name(new));
    let changed = |file: &str| InputChange {
        file: file.to_owned(),
        is: Became::Changed,
    };
    let is_same_text = old.sha256 == new.sha256;
    if before.is_empty() {
        // A plan of an older version says only whether something is not the same.
        return (!is_same_text)
            .then(|| changed(&new.file))
            .into_iter()
            .collect();
    }
    if before == after && !is_same_text {
        return vec![changed(LIBRARY)];
    }
    let added = after.keys().filter(|file| !before.contains_key(*file));
    let added = added.map(|file| (file, Became::Added));
    let others = before
        .iter()
        .filter_map(|(file, hash)| match after.get(file) {
            None => Some((file, Became::Removed)),
            Some(now) if now != hash => Some((file, Became::Changed)),
            Some(_) => None,
        });
    let found = others.chain(added);
    found
        .map(|(file, is)| InputChange {
            file: file.clone(),
            is,
        })
        .collect()
}
