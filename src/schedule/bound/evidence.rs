//! What the relaxation knew, in the terms of the formulation.

use crate::certify::{self, Kind, Multipliers, Turns};
use crate::schedule::instance::{Instance, Origin};

use super::cells::{Cell, Side};
use super::certificate::Certificate;

/// The multipliers that the relaxation of an objective has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Index of the objective.
    pub goal: usize,
    /// Multipliers of the objectives before it, where any are not 0.
    pub earlier: Vec<i64>,
    /// The multipliers; levels have no names yet.
    pub multipliers: Vec<Multipliers>,
    /// What was priced together.
    pub turns: Option<Turns>,
}

impl Evidence {
    /// From a certificate of an instance.
    pub fn new(instance: &Instance, certificate: &Certificate) -> Evidence {
        let grid = certificate.grid;
        let rows = instance.levels.iter().zip(&certificate.multipliers);
        let multipliers = rows.filter_map(|(level, row)| {
            let mut steps: Vec<_> = row
                .iter()
                .enumerate()
                .map(|(slot, &m)| (grid.slot * slot as i64, m))
                .collect();
            steps.push((grid.horizon, 0));
            // Each step differs from the one before it, and from 0 at first.
            let mut before = 0;
            steps.retain(|&(_, m)| std::mem::replace(&mut before, m) != m);
            let (kind, index) = place(instance, level.origin);
            (!steps.is_empty()).then(|| Multipliers {
                kind,
                index,
                name: String::new(),
                unit: level.unit,
                steps,
            })
        });
        Evidence {
            goal: certificate.goal,
            earlier: certificate.earlier.iter().map(|&(m, _)| m).collect(),
            multipliers: multipliers.collect(),
            turns: (!certificate.cells.is_empty()).then(|| Turns {
                slot: grid.slot,
                slots: grid.slots,
                cells: certificate
                    .cells
                    .iter()
                    .map(|c| named(instance, c))
                    .collect(),
            }),
        }
    }
}

/// A cell, jobs named by their first actions.
fn named(instance: &Instance, cell: &Cell) -> certify::Cell {
    let name = |&job: &usize| instance.jobs[job].members[0].0 as usize;
    let (_, machine) = place(instance, instance.levels[cell.machine].origin);
    let kinds = cell
        .kinds
        .iter()
        .map(|kind| kind.jobs.iter().map(name).collect());
    let orders = cell.kinds.iter().enumerate().flat_map(|(then, kind)| {
        let after = kind.after.iter();
        after.map(move |&first| (first, then))
    });
    let hung = |side: Side| {
        let own = cell.hangers.iter().filter(|hanger| hanger.side == side);
        own.map(|hanger| (name(&hanger.job), hanger.kinds.clone()))
            .collect()
    };
    certify::Cell {
        machine,
        kinds: kinds.collect(),
        orders: orders.collect(),
        leaders: hung(Side::Before),
        followers: hung(Side::After),
    }
}

/// What a level is in the formulation.
pub fn place(instance: &Instance, origin: Origin) -> (Kind, usize) {
    match origin {
        Origin::Resource(index) => (Kind::Resource, index),
        Origin::Precedence(index) => (Kind::Precedence, index),
        Origin::End(job) => (Kind::End, instance.jobs[job].members[0].0 as usize),
    }
}
