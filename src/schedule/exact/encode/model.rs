//! Order literals for starts, and the instance's levels and objectives over them.

use std::collections::BTreeMap;

use crate::formulation::Seconds;
use crate::schedule::instance::{Instance, Mode, Placed};

use super::clauses::{Clauses, Lit};
use super::sum::{Sum, Summand};

/// For each job and mode the starts that are considered, ascending.
pub type Candidates = Vec<Vec<Vec<Seconds>>>;

/// The clauses of an instance, and what its variables mean.
pub struct Model<'a> {
    instance: &'a Instance,
    candidates: &'a Candidates,
    /// For each job, mode and candidate: the mode is chosen, and the start is at most that candidate.
    by: Vec<Vec<Vec<Lit>>>,
    goals: Vec<Option<(i64, Sum)>>,
    running: BTreeMap<(Lit, Lit), Lit>,
    /// What has been encoded.
    pub clauses: Clauses,
}

impl<'a> Model<'a> {
    /// Encodes starts and levels; the instance has no makespan of its own (see `Instance::with_sink`).
    pub fn new(instance: &'a Instance, candidates: &'a Candidates) -> Self {
        let mut model = Model {
            instance,
            candidates,
            by: Vec::new(),
            goals: instance.goals.iter().map(|_| None).collect(),
            running: BTreeMap::new(),
            clauses: Clauses::default(),
        };
        for job in candidates {
            model.add_job(job);
        }
        let mut users = vec![Vec::new(); instance.levels.len()];
        for (index, job) in instance.jobs.iter().enumerate() {
            for (at, mode) in job.modes.iter().enumerate() {
                let mut levels: Vec<u32> = mode.events.iter().map(|event| event.level).collect();
                levels.dedup();
                for level in levels {
                    users[level as usize].push((index, at));
                }
            }
        }
        for (level, users) in users.iter().enumerate() {
            model.add_level(level, users);
        }
        model
    }

    fn add_job(&mut self, modes: &[Vec<Seconds>]) {
        let clauses = &mut self.clauses;
        let possible = modes.iter().filter(|starts| !starts.is_empty()).count();
        let mut by = Vec::new();
        let mut chosen = Vec::new();
        for starts in modes {
            let mut lits: Vec<Lit> = starts.iter().skip(1).map(|_| clauses.fresh()).collect();
            if !starts.is_empty() {
                lits.push(if possible == 1 {
                    Lit::TRUE
                } else {
                    clauses.fresh()
                });
                chosen.extend(lits.last());
            }
            for pair in lits.windows(2) {
                clauses.add(&[!pair[0], pair[1]]);
            }
            by.push(lits);
        }
        clauses.add(&chosen);
        if chosen.len() > 1 {
            Sum::new(chosen.iter().map(|&lit| vec![(1, lit)]).collect()).at_most(clauses, 1);
        }
        self.by.push(by);
    }

    /// The mode is chosen and has started by a moment.
    fn started(&self, job: usize, mode: usize, at: Seconds) -> Lit {
        let count = self.candidates[job][mode].partition_point(|&start| start <= at);
        match count.checked_sub(1) {
            Some(last) => self.by[job][mode][last],
            None => Lit::FALSE,
        }
    }

    /// Started by one moment and not by another, earlier one.
    fn running(&mut self, from: Lit, to: Lit) -> Lit {
        if from == to || from == Lit::FALSE {
            return Lit::FALSE;
        }
        if to == Lit::FALSE {
            return from;
        }
        if from == Lit::TRUE {
            return !to;
        }
        let clauses = &mut self.clauses;
        *self.running.entry((from, to)).or_insert_with(|| {
            let both = clauses.fresh();
            clauses.add(&[!from, to, both]);
            clauses.add(&[!both, from]);
            clauses.add(&[!both, !to]);
            both
        })
    }

    fn add_level(&mut self, level: usize, users: &[(usize, usize)]) {
        let instance = self.instance;
        // A level is highest where something was just taken, or room just went.
        let room = &instance.levels[level].room;
        let mut moments: Vec<Seconds> = room.iter().map(|&(from, _)| from).collect();
        for &(job, mode) in users {
            let events = instance.jobs[job].modes[mode].events.iter();
            for event in events.filter(|e| e.level as usize == level && e.change > 0) {
                moments.extend(
                    self.candidates[job][mode]
                        .iter()
                        .map(|start| start + event.at),
                );
            }
        }
        moments.sort_unstable();
        moments.dedup();
        let mut before = (Vec::new(), i64::MAX);
        for at in moments {
            let room = room[room
                .partition_point(|&(from, _)| from <= at)
                .saturating_sub(1)]
            .1;
            let mut terms = Vec::new();
            for &(job, mode) in users {
                self.add_terms(level, job, mode, at, &mut terms);
            }
            terms.retain(|&(_, lit)| lit != Lit::FALSE);
            if before != (terms.clone(), room) {
                self.at_most(&terms, room);
                before = (terms, room);
            }
        }
    }

    /// What a mode adds to a level at a moment.
    fn add_terms(
        &mut self,
        level: usize,
        job: usize,
        mode: usize,
        at: Seconds,
        terms: &mut Vec<(i64, Lit)>,
    ) {
        let instance = self.instance;
        let events = &instance.jobs[job].modes[mode].events;
        let first = events.partition_point(|event| (event.level as usize) < level);
        let own: Vec<_> = events[first..]
            .iter()
            .take_while(|e| e.level as usize == level)
            .collect();
        if let [take, give] = own[..]
            && take.change > 0
            && give.change < 0
        {
            // What is given back of what was taken, and what stays or goes beyond it.
            let (from, to) = (
                self.started(job, mode, at - take.at),
                self.started(job, mode, at - give.at),
            );
            let held = take.change.min(-give.change);
            let running = self.running(from, to);
            terms.push((held, running));
            terms.push((take.change - held, from));
            terms.push((give.change + held, to));
            terms.retain(|&(weight, _)| weight != 0);
            return;
        }
        let mut amount = 0;
        for (index, event) in own.iter().enumerate() {
            amount += event.change;
            let from = self.started(job, mode, at - event.at);
            let to = own
                .get(index + 1)
                .map_or(Lit::FALSE, |e| self.started(job, mode, at - e.at));
            let running = self.running(from, to);
            if amount != 0 {
                terms.push((amount, running));
            }
        }
    }

    /// Demands that weights of either sign add up to at most a bound.
    fn at_most(&mut self, terms: &[(i64, Lit)], mut bound: i64) {
        let mut summands: Vec<Summand> = Vec::new();
        for &(weight, lit) in terms {
            let (weight, lit) = if weight < 0 {
                (-weight, !lit)
            } else {
                (weight, lit)
            };
            if weight > 0 && lit == Lit::TRUE {
                bound -= weight;
            } else if lit != Lit::FALSE {
                summands.push(vec![(weight, lit)]);
            }
        }
        // A turned sign counts its weight once too often.
        let turned: i64 = terms
            .iter()
            .filter(|&&(w, _)| w < 0)
            .map(|&(w, _)| -w)
            .sum();
        Sum::new(summands).at_most(&mut self.clauses, bound + turned);
    }

    /// Demands that an objective be at most a value.
    pub fn limit(&mut self, goal: usize, value: i64) {
        if self.goals[goal].is_none() {
            self.goals[goal] = Some(self.objective(goal));
        }
        if let Some((base, sum)) = &mut self.goals[goal] {
            sum.at_most(&mut self.clauses, value - *base);
        }
    }

    /// What an objective is at least, and what jobs add to that.
    fn objective(&mut self, goal: usize) -> (i64, Sum) {
        let mut base = self.instance.goals[goal].constant;
        let mut summands = Vec::new();
        for job in 0..self.candidates.len() {
            let mut costs = Vec::new();
            for (mode, starts) in self.candidates[job].iter().enumerate() {
                let cost = self.instance.jobs[job].modes[mode].cost[goal];
                costs.extend(starts.iter().map(|&start| cost.at(start)));
            }
            costs.sort_unstable();
            costs.dedup();
            base += costs.first().copied().unwrap_or(0);
            summands.push(self.summand(job, goal, &costs));
        }
        (base, Sum::new(summands))
    }

    /// For each cost above the least a literal that is true where the job costs that much.
    fn summand(&mut self, job: usize, goal: usize, costs: &[i64]) -> Summand {
        let Some((&least, above)) = costs.split_first() else {
            return Vec::new();
        };
        let modes: Vec<usize> = (0..self.candidates[job].len())
            .filter(|&m| !self.candidates[job][m].is_empty())
            .collect();
        let slope = |mode: &usize| self.instance.jobs[job].modes[*mode].cost[goal].slope;
        if let [mode] = modes[..] {
            // With one mode the order literals themselves say it.
            let cost = self.instance.jobs[job].modes[mode].cost[goal];
            let starts = &self.candidates[job][mode];
            let by = &self.by[job][mode];
            let mut steps = Vec::new();
            for at in 1..starts.len() {
                if slope(&mode) > 0 {
                    steps.push((cost.at(starts[at]) - least, !by[at - 1]));
                } else if slope(&mode) < 0 {
                    let at = starts.len() - 1 - at;
                    steps.push((cost.at(starts[at]) - least, by[at]));
                }
            }
            return steps;
        }
        let steps: Summand = above
            .iter()
            .map(|&cost| (cost - least, self.clauses.fresh()))
            .collect();
        for pair in steps.windows(2) {
            self.clauses.add(&[!pair[1].1, pair[0].1]);
        }
        for mode in modes {
            let cost = self.instance.jobs[job].modes[mode].cost[goal];
            for (at, &start) in self.candidates[job][mode].iter().enumerate() {
                let reached = steps.partition_point(|&(value, _)| value <= cost.at(start) - least);
                if let Some(step) = reached.checked_sub(1) {
                    let by = self.by[job][mode][at];
                    let before = if at == 0 {
                        Lit::FALSE
                    } else {
                        self.by[job][mode][at - 1]
                    };
                    self.clauses.add(&[!by, before, steps[step].1]);
                }
            }
        }
        steps
    }

    /// The schedule that an assignment means.
    pub fn decode(&self, bits: &[bool]) -> Placed {
        let mut placed = Placed {
            start: Vec::new(),
            mode: Vec::new(),
        };
        for (modes, by) in self.candidates.iter().zip(&self.by) {
            let chosen = by.iter().enumerate().find_map(|(mode, lits)| {
                let at = lits.iter().position(|lit| lit.value(bits))?;
                Some((mode, modes[mode][at]))
            });
            let (mode, start) = chosen.unwrap_or_default();
            placed.start.push(start);
            placed.mode.push(mode as u32);
        }
        placed
    }
}

/// All starts of a mode's domain, each `step` seconds.
pub fn every(mode: &Mode, step: Seconds) -> Vec<Seconds> {
    let intervals = mode.starts.intervals().iter();
    intervals
        .flat_map(|&(first, last)| (first..=last).step_by(step.max(1) as usize))
        .collect()
}
