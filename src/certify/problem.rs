//! What a bound is proved for: the formulation as blocks that start in intervals and change levels.
//!
//! Actions that a group ties together are one *block*; a *way* to do it is a mode for each of them that the groups
//! allow. Everything that limits blocks is a *level*: resources, an order between two actions (the second takes 1 of
//! an empty level, the first gives it back), and, where the last end costs something, a block of its own named
//! [`END`] that comes after all others.

use crate::formulation::{Formulation, Objective, Seconds};

use super::blocks::blocks;
use super::format::{Kind, level_name};
use super::model::{Block, Change, END, Level, Problem, Way};
use super::rejection::Rejection;
use super::seal::seal;
use super::starts;

/// What is assumed of a schedule, in order to show that there is none.
#[derive(Debug, Clone, Default)]
pub struct Hypothesis<'a> {
    /// For the first objectives the most that each may be.
    pub limits: &'a [i64],
    /// The last end is no later.
    pub deadline: Option<Seconds>,
    /// The last end is no earlier, which was shown before.
    pub last_end: Seconds,
}

impl Problem {
    /// The formulation's schedules under a hypothesis, or some of them: if there is one at all, then one that is here.
    ///
    /// # Errors
    /// Where no horizon can be shown, or a group has too many ways.
    pub fn new(f: &Formulation, hypothesis: &Hypothesis) -> Result<Problem, Rejection> {
        let mut problem = Problem {
            blocks: blocks(f)?,
            levels: levels(f),
            constants: f.objectives.iter().map(|o| o.constant).collect(),
        };
        let objectives = &f.objectives[..hypothesis.limits.len()];
        let last = match hypothesis.deadline {
            Some(deadline) => deadline,
            None => problem.horizon(f, objectives)?,
        };
        starts::open(f, &mut problem, last);
        problem.drop_impossible();
        starts::tighten(&mut problem);
        if objectives.iter().any(|o| o.makespan > 0) {
            let last = problem.latest_end(objectives, hypothesis.limits, last);
            starts::end_by(&mut problem, last);
            starts::tighten(&mut problem);
            problem.add_last_end(f, hypothesis.last_end, last);
        }
        seal(&mut problem);
        Ok(problem)
    }

    /// By when some best schedule ends, if there is one. After the last change of a capacity or window, a second in
    /// which nothing runs can be cut out. That makes no objective worse as long as what all blocks together would
    /// earn by being late is no more than what the last end costs.
    fn horizon(&self, f: &Formulation, objectives: &[Objective]) -> Result<Seconds, Rejection> {
        for (at, objective) in objectives.iter().enumerate() {
            let earned = |block: &Block| {
                block
                    .ways
                    .first()
                    .map_or(0, |way| (-way.costs[at].1).max(0))
            };
            if self.blocks.iter().map(earned).sum::<i128>() > i128::from(objective.makespan) {
                return Err(Rejection::NoHorizon(objective.name.clone()));
            }
        }
        let changes = f
            .resources
            .iter()
            .flat_map(|r| r.capacity.iter().map(|&(from, _)| from));
        let edges = f
            .windows
            .iter()
            .flat_map(|w| w.intervals.iter().flat_map(|&(from, to)| [from, to]));
        let settled = changes
            .chain(edges)
            .filter(|&edge| edge < Seconds::MAX)
            .max()
            .unwrap_or(0);
        let longest = |block: &Block| {
            block
                .ways
                .iter()
                .map(|way| i128::from(way.span))
                .max()
                .unwrap_or(0)
        };
        let last = i128::from(settled) + self.blocks.iter().map(longest).sum::<i128>();
        let last = Seconds::try_from(last).ok().filter(|&last| last < 1 << 40);
        last.ok_or(Rejection::TooLarge)
    }

    /// Drops the ways for which there is never room, even if all other blocks relieve a level as far as they ever do.
    fn drop_impossible(&mut self) {
        let mut most: Vec<i128> = self
            .levels
            .iter()
            .map(|level| level.room.iter().map(|&(_, room)| room).max().unwrap_or(0))
            .collect();
        let reliefs: Vec<Vec<(usize, i128)>> = self.blocks.iter().map(relief).collect();
        for &(level, relief) in reliefs.iter().flatten() {
            most[level] += relief;
        }
        for (block, own) in self.blocks.iter_mut().zip(&reliefs) {
            let own = |level| {
                own.binary_search_by_key(&level, |&(l, _)| l)
                    .map_or(0, |at| own[at].1)
            };
            block.ways.retain(|way| {
                extremes(way)
                    .iter()
                    .all(|&(level, peak, _)| peak <= most[level] - own(level))
            });
        }
    }

    /// The latest last end with which no limit is exceeded.
    fn latest_end(&self, objectives: &[Objective], limits: &[i64], mut last: Seconds) -> Seconds {
        for (at, (objective, &limit)) in objectives.iter().zip(limits).enumerate() {
            let Some(least) = self
                .blocks
                .iter()
                .map(|block| cheapest(block, at))
                .sum::<Option<i128>>()
            else {
                continue;
            };
            let left = i128::from(limit) - i128::from(objective.constant) - least;
            if objective.makespan > 0 {
                let most = left.div_euclid(i128::from(objective.makespan)).max(-1);
                last = Seconds::try_from(most).map_or(last, |most| last.min(most));
            }
        }
        last
    }

    /// Adds the block that stands for the last end.
    fn add_last_end(&mut self, f: &Formulation, least: Seconds, last: Seconds) {
        let mut changes = Vec::new();
        for block in &mut self.blocks {
            let level = self.levels.len();
            self.levels.push(Level {
                kind: Kind::End,
                index: block.members[0].0 as usize,
                name: block.name.clone(),
                room: vec![(0, 0)],
            });
            for way in &mut block.ways {
                way.changes.push(Change {
                    level,
                    at: way.span,
                    by: -1,
                });
            }
            changes.push(Change {
                level,
                at: 0,
                by: 1,
            });
        }
        let end = |block: &Block| {
            block
                .ways
                .iter()
                .filter_map(|way| Some(way.starts.first()?.0 + way.span))
                .min()
        };
        let first = self
            .blocks
            .iter()
            .filter_map(end)
            .max()
            .unwrap_or(0)
            .max(least);
        let starts = if first <= last {
            vec![(first, last)]
        } else {
            Vec::new()
        };
        let costs = f
            .objectives
            .iter()
            .map(|o| (0, i128::from(o.makespan)))
            .collect();
        self.blocks.push(Block {
            members: Vec::new(),
            name: END.to_owned(),
            ways: vec![Way {
                choice: Vec::new(),
                runs: Vec::new(),
                span: 0,
                changes,
                starts,
                costs,
            }],
        });
    }
}

/// What a block costs at least in an objective; None where it cannot start.
fn cheapest(block: &Block, objective: usize) -> Option<i128> {
    let ways = block.ways.iter().flat_map(|way| {
        let (constant, slope) = way.costs[objective];
        let edges = [
            way.starts.first().map(|s| s.0),
            way.starts.last().map(|s| s.1),
        ];
        edges
            .into_iter()
            .flatten()
            .map(move |start| constant + slope * i128::from(start))
    });
    ways.min()
}

/// For each level that a way touches the most that it adds, and the most that it relieves.
fn extremes(way: &Way) -> Vec<(usize, i128, i128)> {
    let mut all: Vec<(usize, i128, i128)> = Vec::new();
    let mut sum = 0;
    for change in &way.changes {
        if all.last().is_none_or(|last| last.0 != change.level) {
            all.push((change.level, 0, 0));
            sum = 0;
        }
        sum += change.by;
        if let Some((_, peak, relief)) = all.last_mut() {
            *peak = sum.max(*peak);
            *relief = (-sum).max(*relief);
        }
    }
    all
}

/// The most that a block relieves each level, in any way; ordered by level.
fn relief(block: &Block) -> Vec<(usize, i128)> {
    let mut all: Vec<(usize, i128)> = block
        .ways
        .iter()
        .flat_map(extremes)
        .map(|(l, _, relief)| (l, relief))
        .collect();
    all.sort_unstable_by_key(|&(level, relief)| (level, -relief));
    all.dedup_by_key(|&mut (level, _)| level);
    all
}

fn levels(f: &Formulation) -> Vec<Level> {
    let resources = f
        .resources
        .iter()
        .enumerate()
        .map(|(index, resource)| Level {
            kind: Kind::Resource,
            index,
            name: resource.name.clone(),
            room: resource
                .capacity
                .iter()
                .map(|&(from, capacity)| {
                    (from, i128::from(capacity) - i128::from(resource.initial))
                })
                .collect(),
        });
    let orders = f.precedences.iter().enumerate().map(|(index, _)| Level {
        kind: Kind::Precedence,
        index,
        name: level_name(f, Kind::Precedence, index),
        room: vec![(0, 0)],
    });
    resources.chain(orders).collect()
}
