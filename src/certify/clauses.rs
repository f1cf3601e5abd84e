//! What multipliers leave open, as clauses that can be satisfied if there is a schedule.
//!
//! The variables say that a block *has started by* one of the starts that are left to it, in one of its ways (order
//! encoding: Crawford, Baker 1994). Each level, at each second in which it may rise or its room may fall, and each
//! limit of an objective is a sum of one value for each block, which depends on the block's start.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::formulation::Seconds;

use super::problem::{Problem, Way};
use super::sum::{self, Summand};

/// A literal as DIMACS writes it: a variable from 1 on, or minus it.
pub type Lit = i32;

/// Always true.
pub const TRUE: Lit = 1;

/// Always false.
pub const FALSE: Lit = -1;

/// Clauses over variables, the first of which is true.
#[derive(Debug, Clone)]
pub struct Cnf {
    variables: Lit,
    literals: Vec<Lit>,
    ends: Vec<usize>,
    notes: Vec<String>,
    nodes: usize,
}

impl Cnf {
    /// Nothing but that the first variable is true.
    pub(super) fn empty() -> Cnf {
        Cnf {
            variables: 1,
            literals: vec![TRUE],
            ends: vec![1],
            notes: vec!["1 is true".to_owned()],
            nodes: 0,
        }
    }

    /// The clauses for the starts that are left to each block in each way, and for limits of the first objectives;
    /// None where there are too many.
    pub fn new(problem: &Problem, starts: &[Vec<Vec<Seconds>>], limits: &[i64]) -> Option<Cnf> {
        let cnf = Cnf::empty();
        let mut encoder = Encoder {
            problem,
            starts,
            by: Vec::new(),
            sets: BTreeMap::new(),
            cnf,
        };
        encoder.add_blocks()?;
        encoder.add_levels()?;
        for (objective, &limit) in limits.iter().enumerate() {
            encoder.add_limit(objective, limit)?;
        }
        Some(encoder.cnf)
    }

    /// How many clauses there are.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// Variables are numbered from 1 to that.
    pub fn variables(&self) -> usize {
        self.variables as usize
    }

    /// The clauses.
    pub fn clauses(&self) -> impl Iterator<Item = &[Lit]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins
            .zip(&self.ends)
            .map(|(begin, &end)| &self.literals[begin..end])
    }

    /// The text of the clauses, and what the variables mean.
    pub fn dimacs(&self) -> String {
        let mut text = String::new();
        for note in &self.notes {
            let _ = writeln!(text, "c {note}");
        }
        let _ = writeln!(text, "p cnf {} {}", self.variables, self.count());
        for clause in self.clauses() {
            for lit in clause {
                let _ = write!(text, "{lit} ");
            }
            text.push_str("0\n");
        }
        text
    }

    pub(super) fn fresh(&mut self) -> Lit {
        self.variables += 1;
        self.variables
    }

    /// Adds a clause, unless it holds anyway.
    pub(super) fn add(&mut self, clause: &[Lit]) {
        if !clause.contains(&TRUE) {
            self.literals
                .extend(clause.iter().filter(|&&lit| lit != FALSE));
            self.ends.push(self.literals.len());
        }
    }

    /// Whether another node of a diagram may be added.
    pub(super) fn count_node(&mut self, most: usize) -> bool {
        self.nodes += 1;
        self.nodes <= most
    }
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
                        self.cnf.notes.push(format!(
                            "{} is: `{}` in way {way} by {start}",
                            self.cnf.variables, block.name
                        ));
                    }
                }
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
            let mut before = None;
            for (moment, room) in self.moments(level, users) {
                let values = |way: &Way, start: Seconds| added(way, level, moment - start);
                let mut summands = Vec::new();
                let mut bound = room;
                for &block in users {
                    let (least, summand) = self.summand(block, &values);
                    bound -= least;
                    summands.push(summand);
                }
                summands.retain(|summand| !summand.is_empty());
                let same = before.as_ref() == Some(&(summands.clone(), bound));
                if !same {
                    before = Some((summands.clone(), bound));
                    sum::at_most(&mut self.cnf, summands, bound)?;
                }
            }
        }
        Some(())
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
        let values = |way: &Way, start: Seconds| {
            let (constant, slope) = way.costs[objective];
            constant + slope * i128::from(start)
        };
        let mut bound = i128::from(limit) - i128::from(self.problem.constants[objective]);
        let mut summands = Vec::new();
        for block in 0..self.problem.blocks.len() {
            let (least, summand) = self.summand(block, &values);
            bound -= least;
            summands.push(summand);
        }
        sum::at_most(&mut self.cnf, summands, bound)
    }

    /// The least value of a block, and how much above it the value is.
    fn summand(&mut self, block: usize, values: &dyn Fn(&Way, Seconds) -> i128) -> (i128, Summand) {
        let problem = self.problem;
        let mut runs: Vec<(i128, Run)> = Vec::new();
        for (at, (way, starts)) in problem.blocks[block]
            .ways
            .iter()
            .zip(&self.starts[block])
            .enumerate()
        {
            for (place, &start) in starts.iter().enumerate() {
                let value = values(way, start);
                match runs.last_mut() {
                    Some((last, run)) if *last == value && run.0 == at => run.2 = place + 1,
                    _ => runs.push((value, (at, place, place + 1))),
                }
            }
        }
        let mut steps: Vec<i128> = runs.iter().map(|run| run.0).collect();
        steps.sort_unstable();
        steps.dedup();
        let least = steps.first().copied().unwrap_or(0);
        let mut summand = Summand::new();
        for &value in steps.iter().skip(1) {
            let mut set: Vec<Run> = Vec::new();
            for &(_, run) in runs.iter().filter(|run| run.0 >= value) {
                match set.last_mut() {
                    Some(last) if last.0 == run.0 && last.2 == run.1 => last.2 = run.2,
                    _ => set.push(run),
                }
            }
            let lit = self.within(block, set);
            summand.push((value - least, lit));
        }
        (least, summand)
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

/// What a way has added to a level so long after its start.
fn added(way: &Way, level: usize, after: Seconds) -> i128 {
    let first = way.changes.partition_point(|change| change.level < level);
    let own = way.changes[first..]
        .iter()
        .take_while(|change| change.level == level);
    own.filter(|change| change.at <= after)
        .map(|change| change.by)
        .sum()
}
