//! What multipliers leave open, as clauses that can be satisfied if there is a schedule.
//!
//! The variables say that a block *has started by* one of the starts that are left to it, in one of its ways (order
//! encoding: Crawford, Baker 1994). Each level, at each second in which it may rise or its room may fall, and each
//! limit of an objective is a sum of one value for each block, which depends on the block's start.

use std::collections::BTreeMap;

use crate::formulation::Seconds;

use super::cnf::{Cnf, FALSE, Lit, TRUE};
use super::model::{Change, Problem, Way};
use super::sum::{self, Summand};
use super::work::Work;

/// The clauses for the starts that are left to each block in each way, and for limits of the first objectives; None
/// where that is too much work.
pub fn clauses(
    problem: &Problem,
    starts: &[Vec<Vec<Seconds>>],
    limits: &[i64],
    work: &mut Work,
) -> Option<Cnf> {
    let mut encoder = Encoder {
        problem,
        starts,
        by: Vec::new(),
        sets: BTreeMap::new(),
        cnf: Cnf::empty(),
        work,
    };
    encoder.add_blocks()?;
    encoder.add_levels()?;
    for (objective, &limit) in limits.iter().enumerate() {
        encoder.add_limit(objective, limit)?;
    }
    Some(encoder.cnf)
}

/// Starts of a block in a row: its way, the first one's place among the starts left, and one past the last one's.
type Run = (usize, usize, usize);

struct Encoder<'a> {
    problem: &'a Problem,
    starts: &'a [Vec<Vec<Seconds>>],
    /// For each block, way and start left: it is done that way and has started by then.
    by: Vec<Vec<Vec<Lit>>>,
    /// Literals that hold where a block's start is in one of some runs.
    sets: BTreeMap<(usize, Vec<Run>), Lit>,
    cnf: Cnf,
    work: &'a mut Work,
}

impl Encoder<'_> {
    fn add_blocks(&mut self) -> Option<()> {
        for (block, ways) in self.problem.blocks.iter().zip(self.starts) {
            let open = ways.iter().filter(|starts| !starts.is_empty()).count();
            let mut by = Vec::new();
            for (way, starts) in ways.iter().enumerate() {
                let mut lits = Vec::new();
                for (at, start) in starts.iter().enumerate() {
                    // The last start of an only way: it has started by then for sure.
                    let certain = open == 1 && at + 1 == starts.len();
                    lits.push(if certain { TRUE } else { self.cnf.fresh() });
                    if !certain {
                        self.cnf
                            .note(&format!("`{}` in way {way} by {start}", block.name));
                    }
                }
                self.work.spend(lits.len())?;
                for pair in lits.windows(2) {
                    self.cnf.add(&[-pair[0], pair[1]]);
                }
                by.push(lits);
            }
            // Exactly one way.
            let chosen: Vec<Lit> = by.iter().filter_map(|lits| lits.last().copied()).collect();
            self.cnf.add(&chosen);
            if chosen.len() > 1 {
                sum::at_most(
                    &mut self.cnf,
                    self.work,
                    chosen.iter().map(|&lit| vec![(1, lit)]).collect(),
                    1,
                )?;
            }
            self.by.push(by);
        }
        Some(())
    }

    fn add_levels(&mut self) -> Option<()> {
        let problem = self.problem;
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); problem.levels.len()];
        for (at, block) in problem.blocks.iter().enumerate() {
            let mut levels: Vec<usize> = block
                .ways
                .iter()
                .flat_map(|way| way.changes.iter().map(|c| c.level))
                .collect();
            levels.sort_unstable();
            levels.dedup();
            for level in levels {
                users[level].push(at);
            }
        }
        for (level, users) in users.iter().enumerate() {
            if !self.can_be_full(level, users) {
                continue;
            }
            let mut before = None;
            for (moment, room) in self.moments(level, users) {
                let mut summands = Vec::new();
                let mut bound = room;
                for &block in users {
                    let runs = self.levels_runs(block, level, moment);
                    let (least, summand) = self.summand(block, &runs)?;
                    bound -= least;
                    if !summand.is_empty() {
                        summands.push(summand);
                    }
                }
                let same = before.as_ref() == Some(&(summands.clone(), bound));
                if !same {
                    before = Some((summands.clone(), bound));
                    sum::at_most(&mut self.cnf, self.work, summands, bound)?;
                }
            }
        }
        Some(())
    }

    /// Whether the most that all users ever add to a level is above its least room.
    fn can_be_full(&self, level: usize, users: &[usize]) -> bool {
        let most = users.iter().map(|&block| {
            let ways = self.problem.blocks[block]
                .ways
                .iter()
                .zip(&self.starts[block]);
            let ways = ways.filter(|(_, starts)| !starts.is_empty());
            ways.map(|(way, _)| peak(way, level)).max().unwrap_or(0)
        });
        let room = &self.problem.levels[level].room;
        let least = room.iter().map(|&(_, room)| room).min().unwrap_or(0);
        most.sum::<i128>() > least
    }

    /// When a level may rise or its room may fall, with the room then.
    fn moments(&self, level: usize, users: &[usize]) -> Vec<(Seconds, i128)> {
        let room = &self.problem.levels[level].room;
        let mut moments: Vec<Seconds> = room.iter().map(|&(from, _)| from).collect();
        for &block in users {
            for (way, starts) in self.problem.blocks[block]
                .ways
                .iter()
                .zip(&self.starts[block])
            {
                for change in way.changes.iter().filter(|c| c.level == level && c.by > 0) {
                    moments.extend(starts.iter().map(|start| start + change.at));
                }
            }
        }
        moments.sort_unstable();
        moments.dedup();
        let room_at = |moment| {
            room[room
                .partition_point(|&(from, _)| from <= moment)
                .saturating_sub(1)]
            .1
        };
        moments
            .into_iter()
            .map(|moment| (moment, room_at(moment)))
            .collect()
    }

    fn add_limit(&mut self, objective: usize, limit: i64) -> Option<()> {
        let mut bound = i128::from(limit) - i128::from(self.problem.constants[objective]);
        let mut summands = Vec::new();
        for block in 0..self.problem.blocks.len() {
            let runs = self.limits_runs(block, objective);
            let (least, summand) = self.summand(block, &runs)?;
            bound -= least;
            summands.push(summand);
        }
        sum::at_most(&mut self.cnf, self.work, summands, bound)
    }

    /// What a block has added to a level by a moment, by its start.
    fn levels_runs(&self, block: usize, level: usize, moment: Seconds) -> Vec<(i128, Run)> {
        let mut runs = Vec::new();
        let ways = &self.problem.blocks[block].ways;
        for (at, (way, starts)) in ways.iter().zip(&self.starts[block]).enumerate() {
            // The later a block starts, the fewer of its changes have come.
            let own = own(way, level);
            let mut value = own.iter().map(|change| change.by).sum();
            let mut from = 0;
            for change in own.iter().rev() {
                let to = starts.partition_point(|start| start + change.at <= moment);
                join(&mut runs, value, (at, from, to));
                (value, from) = (value - change.by, to);
            }
            join(&mut runs, value, (at, from, starts.len()));
        }
        runs
    }

    /// What a block costs in an objective, by its start.
    fn limits_runs(&self, block: usize, objective: usize) -> Vec<(i128, Run)> {
        let mut runs = Vec::new();
        let ways = &self.problem.blocks[block].ways;
        for (at, (way, starts)) in ways.iter().zip(&self.starts[block]).enumerate() {
            let (constant, slope) = way.costs[objective];
            for (place, &start) in starts.iter().enumerate() {
                let value = constant + slope * i128::from(start);
                join(&mut runs, value, (at, place, place + 1));
            }
        }
        runs
    }

    /// The least value of a block, and how much above it the value is.
    fn summand(&mut self, block: usize, runs: &[(i128, Run)]) -> Option<(i128, Summand)> {
        self.work.spend(1 + runs.len())?;
        let mut falling = runs.to_vec();
        falling.sort_by_key(|&(value, _)| std::cmp::Reverse(value));
        let least = falling.last().map_or(0, |run| run.0);
        // The starts at which it is at least so much: the higher the value, the fewer they are.
        let mut steps: Vec<(i128, Vec<Run>)> = Vec::new();
        for (value, run) in falling.into_iter().filter(|run| run.0 > least) {
            if steps.last().is_none_or(|step| step.0 != value) {
                let set = steps.last().map_or(Vec::new(), |step| step.1.clone());
                self.work.spend(1 + set.len())?;
                steps.push((value, set));
            }
            if let Some((_, set)) = steps.last_mut() {
                include(set, run);
            }
        }
        let mut summand = Summand::new();
        for (value, set) in steps.into_iter().rev() {
            summand.push((value - least, self.within(block, set)));
        }
        Some((least, summand))
    }

    /// A literal that holds where a block's start is in one of some runs.
    fn within(&mut self, block: usize, set: Vec<Run>) -> Lit {
        let parts: Vec<(Lit, Lit)> = set
            .iter()
            .map(|&(way, from, to)| {
                let by = &self.by[block][way];
                (by[to - 1], if from == 0 { FALSE } else { by[from - 1] })
            })
            .collect();
        if let [(by, before)] = parts[..] {
            if before == FALSE {
                return by;
            }
            if by == TRUE {
                return -before;
            }
        }
        let cnf = &mut self.cnf;
        *self.sets.entry((block, set)).or_insert_with(|| {
            let lit = cnf.fresh();
            for (by, before) in parts {
                cnf.add(&[-by, before, lit]);
            }
            lit
        })
    }
}

/// What a way does to a level, ordered by time.
fn own(way: &Way, level: usize) -> &[Change] {
    let from = way.changes.partition_point(|change| change.level < level);
    let to = way.changes.partition_point(|change| change.level <= level);
    &way.changes[from..to]
}

/// The most that a way ever adds to a level; 0 before it starts.
fn peak(way: &Way, level: usize) -> i128 {
    let sums = own(way, level).iter().scan(0, |sum, change| {
        *sum += change.by;
        Some(*sum)
    });
    sums.max().unwrap_or(0).max(0)
}

/// Adds a run of a value, to the one before where that has the same.
fn join(runs: &mut Vec<(i128, Run)>, value: i128, run: Run) {
    match runs.last_mut() {
        _ if run.1 == run.2 => {}
        Some((last, before)) if *last == value && before.0 == run.0 && before.2 == run.1 => {
            before.2 = run.2;
        }
        _ => runs.push((value, run)),
    }
}

/// Adds a run to a set of them, ordered and apart.
fn include(set: &mut Vec<Run>, (way, from, to): Run) {
    let at = set.partition_point(|run| (run.0, run.1) < (way, from));
    let joins_next = set
        .get(at)
        .is_some_and(|next| (next.0, next.1) == (way, to));
    let joins_last = at > 0 && (set[at - 1].0, set[at - 1].2) == (way, from);
    match (joins_last, joins_next) {
        (true, true) => set[at - 1].2 = set.remove(at).2,
        (true, false) => set[at - 1].2 = to,
        (false, true) => set[at].1 = from,
        (false, false) => set.insert(at, (way, from, to)),
    }
}
