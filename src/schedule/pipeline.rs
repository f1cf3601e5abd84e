//! The order of work: presolve, a first schedule, one in waves, bound and guidance by the relaxation, a schedule in long slots,
//! improvement, proof.

mod relax;
mod work;

use std::rc::Rc;

use crate::formulation::{Formulation, Seconds, SourceId};

use super::bound::certificate::Certificate;
use super::bound::evidence::Evidence;
use super::bound::pool::Pool;
use super::construct::{list, waves};
use super::control::Control;
use super::exact::{self, Answer, branch};
use super::feasible::{self, First, lasting};
use super::improve::order::Orders;
use super::improve::window::Windows;
use super::improve::{Annealed, Search};
use super::instance::{Instance, Job, Placed, Refusal};
use super::presolve::seal::seal;
use super::presolve::sink::{with_sink, without_sink};
use super::proof::conflict;
use super::propagate::makespan;
use super::slots::aligned::Aligned;
use super::slots::arrange::Rough;
use super::{Bounded, Outcome, Solution};
use work::{FEW, Work, affordable, passes};

/// The temperature from which a schedule is improved that came of long slots.
const NEAR: f64 = 0.2;

/// The gap above which a schedule in long slots is worth its time: what comes of it is hardly ever nearer than that.
const FAR: f64 = 0.015;

/// How a search cools down: temperatures in units of what a typical delay of one job costs.
struct Cooling {
    phase: &'static str,
    /// Of whatever the search counts.
    work: usize,
    hottest: f64,
    coldest: f64,
}

impl Cooling {
    /// That of the neighbourhood search.
    fn of_moves(work: usize, hottest: f64) -> Cooling {
        Cooling {
            phase: "improvement",
            work,
            hottest,
            coldest: 0.03,
        }
    }

    /// After some of the work.
    fn temperature(&self, done: usize) -> f64 {
        let left = 1.0 - done as f64 / self.work as f64;
        self.coldest * libm::pow(self.hottest / self.coldest, left)
    }
}

/// Schedules a formulation; says also what the relaxation knew of each bound.
pub fn run(formulation: &Formulation, control: &Control) -> (Outcome, Vec<Evidence>) {
    let mut evidence = Vec::new();
    let outcome = search(formulation, control, &mut evidence);
    (outcome, evidence)
}

fn search(formulation: &Formulation, control: &Control, evidence: &mut Vec<Evidence>) -> Outcome {
    let kept = |_: SourceId| true;
    let instance = match Instance::new(formulation, &kept) {
        Ok(instance) => instance,
        Err(Refusal::TooLarge) => return Outcome::Unknown,
        Err(Refusal::Infeasible) => {
            return Outcome::Infeasible(conflict::conflict(formulation, control));
        }
    };
    control.report("first schedule", None, None, None);
    let first = match feasible::first(formulation, &instance, &kept, feasible::EFFORT, control) {
        First::Found(placed) => placed,
        First::Infeasible => return Outcome::Infeasible(conflict::conflict(formulation, control)),
        First::Unknown => return Outcome::Unknown,
    };
    let least = makespan::least(&instance);
    let mut closed = with_sink(&instance, least);
    seal(&mut closed);
    let mut run = Run {
        formulation,
        instance: &instance,
        closed: Rc::new(closed),
        bounds: trivial(&instance, least),
        best: first,
        certificate: None,
        evidence,
        work: Work::of(control.effort(), instance.jobs.len()),
        control,
    };
    run.report("waves");
    if let Some(placed) = waves::generate(&instance, run.work.waves) {
        run.offer(placed);
    }
    for &effort in passes(control.effort()) {
        run.work = Work::of(effort, instance.jobs.len());
        run.optimise();
        if run.is_proved() || control.stopped() {
            break;
        }
    }
    Outcome::Found(run.solution())
}

/// Bounds without any search: each job at its cheapest, and the least makespan.
fn trivial(instance: &Instance, makespan: Seconds) -> Vec<i64> {
    let goals = instance.goals.iter().enumerate();
    let least = |job: &Job, goal: usize| {
        let ends = job.modes.iter().flat_map(|mode| {
            let ends = [mode.starts.first(), mode.starts.last()];
            ends.into_iter()
                .flatten()
                .map(|start| mode.cost[goal].at(start))
        });
        ends.min().unwrap_or(0)
    };
    goals
        .map(|(goal, parts)| {
            let jobs: i64 = instance.jobs.iter().map(|job| least(job, goal)).sum();
            parts.constant + parts.makespan * makespan + jobs
        })
        .collect()
}

struct Run<'a, 'm> {
    formulation: &'a Formulation,
    instance: &'a Instance,
    closed: Rc<Instance>,
    bounds: Vec<i64>,
    best: Placed,
    certificate: Option<Certificate>,
    evidence: &'a mut Vec<Evidence>,
    work: Work,
    control: &'a Control<'m>,
}

impl Run<'_, '_> {
    fn value(&self, goal: usize) -> i64 {
        self.instance.values(&self.best)[goal]
    }

    /// Whether nothing can be better.
    fn is_proved(&self) -> bool {
        self.bounds == self.instance.values(&self.best)
    }

    fn offer(&mut self, placed: Placed) {
        if self.instance.values(&placed) < self.instance.values(&self.best) {
            self.best = placed;
        }
    }

    /// By which share of its value the schedule may be worse than the best, in the first objective.
    fn gap(&self) -> f64 {
        let (value, bound) = (self.value(0) as f64, self.bounds[0] as f64);
        (value - bound) / value.abs().max(1.0)
    }

    fn report(&self, phase: &'static str) {
        self.control
            .report(phase, Some(self.value(0)), Some(self.bounds[0]), None);
    }

    fn optimise(&mut self) {
        let makespan = self.instance.makespan(&self.best);
        let pool = Pool::of(&self.closed);
        let wanted = self.work.arrange.priced > 0;
        // In slots it is the order that counts, not which of those that are alike somebody chooses.
        let coarse = Pool::of(self.instance);
        let coarse = coarse.as_ref().map_or(self.instance, |pool| &pool.instance);
        let aligned = wanted.then(|| Aligned::new(coarse, makespan));
        let aligned = aligned.flatten();
        let rough = aligned.as_ref();
        let rough =
            rough.map(|aligned| Rough::new(aligned, makespan, &self.work.arrange, self.control));
        let target = self.relax(0, self.work.rounds, rough.as_ref(), pool.as_ref());
        self.lower();
        // A little improvement is enough where few starts are left: SAT does the rest.
        self.improve(&target, self.work.moves / 16, self.work.hottest);
        self.branch();
        // What is easy to prove needs no more improvement; what is not is tried again at the end.
        if self.instance.jobs.len() <= FEW {
            self.prove(0, self.work.starts, self.work.proof);
        } else {
            self.prove(0, self.work.starts / 2, self.work.proof / 4);
        }
        let before = self.value(0);
        let arranged = rough.and_then(|rough| self.arrange(&rough));
        // From what came of long slots, what is far is not better.
        let hottest = if self.value(0) < before {
            NEAR
        } else {
            self.work.hottest
        };
        let target = arranged.unwrap_or(target);
        self.improve(&target, self.work.moves, hottest);
        if self.reorder() {
            self.improve(&target, self.work.moves / 4, NEAR);
        }
        self.rearrange();
        for goal in 0..self.instance.goals.len() {
            if goal > 0 {
                self.certificate = None;
                self.relax(goal, self.work.rounds.min(3), None, pool.as_ref());
            }
            self.prove(goal, self.work.starts, self.work.proof);
        }
    }

    /// Looks for schedules with lower values of the first goals, as long as these have no times: each by halves between its bound and what
    /// is known. Where no modes lead to a value, whatever the times, that is a bound as well.
    fn lower(&mut self) {
        if !self.instance.is_timeless(0) {
            return;
        }
        let mut limited = self.instance.clone();
        for goal in 0..self.instance.goals.len() {
            if !self.instance.is_timeless(goal) {
                return;
            }
            let (mut low, mut high) = (self.bounds[goal], self.value(goal));
            while low < high && !self.control.stopped() {
                let aim = low + (high - low) / 2;
                let lower = lasting::limited(&limited, goal, aim);
                let effort = self.work.lower;
                match lasting::search(self.formulation, &lower, effort, self.control) {
                    First::Found(placed) => {
                        self.offer(placed);
                        high = self.value(goal);
                        self.report("lower values");
                    }
                    First::Infeasible => {
                        low = aim + 1;
                        self.bounds[goal] = low;
                    }
                    First::Unknown => low = aim + 1,
                }
            }
            limited = lasting::limited(&limited, goal, self.value(goal));
        }
    }

    /// Schedules in long slots, then in seconds in the order that comes of it; says when jobs start then.
    fn arrange(&mut self, rough: &Rough) -> Option<Vec<f64>> {
        if self.gap() < FAR {
            return None;
        }
        self.report("long slots");
        let aligned = rough.aligned;
        let fixed = rough.fix(&self.work.arrange, self.control)?;
        self.follow(aligned, &fixed);
        let starts: Vec<f64> = fixed.start.iter().map(|&start| start as f64).collect();
        let mut search = Search::new(&aligned.instance, &fixed, &starts, 1);
        // Its values are not in seconds.
        let best = self.value(0);
        let cooling = Cooling::of_moves(self.work.moves / 8, NEAR);
        self.anneal(&mut search, cooling, Some(best));
        self.follow(aligned, &search.best().placed);
        let seconds = |&start: &i64| (start * aligned.slot) as f64;
        Some(search.best().placed.start.iter().map(seconds).collect())
    }

    /// A schedule in seconds in the order of one in long slots.
    fn follow(&mut self, aligned: &Aligned, placed: &Placed) {
        let order = aligned.order(self.instance, placed);
        for by_time in [false, true] {
            if let Some(placed) = list::generate(self.instance, &order, by_time) {
                self.offer(placed);
            }
        }
    }

    fn improve(&mut self, target: &[f64], moves: usize, hottest: f64) {
        if moves == 0 || self.is_proved() {
            return;
        }
        let from = self.best.clone();
        let mut search = Search::new(self.instance, &from, target, moves as u64);
        self.anneal(&mut search, Cooling::of_moves(moves, hottest), None);
        self.offer(search.best().placed.clone());
    }

    /// Looks for better orders; says whether one was found.
    fn reorder(&mut self) -> bool {
        // A step of the other search places about so many jobs.
        let work = 5 * self.work.moves;
        if work == 0 || self.is_proved() {
            return false;
        }
        let before = self.instance.values(&self.best);
        let from = self.best.clone();
        let mut search = Orders::new(self.instance, &from, 1);
        let cooling = Cooling {
            phase: "orders",
            work,
            hottest: 0.2,
            coldest: 0.01,
        };
        self.anneal(&mut search, cooling, None);
        self.offer(search.best().placed.clone());
        self.instance.values(&self.best) < before
    }

    /// Simulated annealing from a temperature down; `shown` is what the listener is told of the best value, where that of the search
    /// says nothing.
    fn anneal(&self, search: &mut impl Annealed, cooling: Cooling, shown: Option<i64>) {
        const REPORTS: usize = 20;
        let Cooling { work, .. } = cooling;
        let (mut done, mut reported) = (0, 0);
        while done < work && !self.control.stopped() && search.best().values != self.bounds {
            if done >= reported {
                let best = shown.unwrap_or_else(|| search.best().values[0]);
                let share = (1000 * done / work) as u32;
                self.control
                    .report(cooling.phase, Some(best), Some(self.bounds[0]), Some(share));
                reported = done + work / REPORTS;
            }
            let temperature = search.unit() * cooling.temperature(done);
            done += search.anneal(temperature);
        }
    }

    /// Solves windows of the schedule by SAT.
    fn rearrange(&mut self) {
        if self.work.windows == 0 {
            return;
        }
        let closed = Rc::clone(&self.closed);
        let mut search = Windows::new(&closed, self.close(&self.best));
        for window in 0..self.work.windows {
            if self.control.stopped() || self.value(0) <= self.bounds[0] {
                break;
            }
            if search.step(self.control) {
                self.offer(without_sink(self.instance, search.placed().clone()));
            }
            let done = (1000 * window / self.work.windows) as u32;
            let (best, bound) = (self.value(0), self.bounds[0]);
            self.control
                .report("windows", Some(best), Some(bound), Some(done));
        }
    }

    /// A schedule with the sink, if there is one, at its last end.
    fn close(&self, placed: &Placed) -> Placed {
        let mut placed = placed.clone();
        let makespan = self.instance.makespan(&placed);
        placed.start.resize(self.closed.jobs.len(), makespan);
        placed.mode.resize(self.closed.jobs.len(), 0);
        placed
    }

    /// Solves the first goal exactly where there are few jobs.
    fn branch(&mut self) {
        let value = self.value(0);
        if self.bounds[0] >= value || self.work.nodes == 0 || self.control.stopped() {
            return;
        }
        self.report("branching");
        let answer = branch::minimise(self.instance, value, self.work.nodes, self.control);
        let Some(Answer::Optimal(found) | Answer::Spent(found)) = &answer else {
            return;
        };
        found.iter().for_each(|placed| self.offer(placed.clone()));
        if matches!(answer, Some(Answer::Optimal(_))) {
            self.bounds[0] = self.value(0);
        }
        self.report("proof");
    }

    /// Solves a goal exactly where few enough starts are left.
    fn prove(&mut self, goal: usize, starts: usize, effort: u64) {
        let values = self.instance.values(&self.best);
        if starts == 0 || self.bounds[goal] >= values[goal] || self.control.stopped() {
            return;
        }
        let certificate = self.certificate.as_ref().map(|c| (c, values[goal]));
        let Some(candidates) = exact::candidates(&self.closed, certificate, starts) else {
            return;
        };
        let count: usize = candidates.iter().flatten().map(Vec::len).sum();
        let effort = affordable(effort, count);
        let answer = exact::minimise(
            &self.closed,
            &candidates,
            goal,
            &values,
            effort,
            self.control,
        );
        let (found, proved) = match answer {
            Answer::Optimal(found) => (found, true),
            Answer::Spent(found) => (found, false),
        };
        if let Some(placed) = found {
            self.offer(without_sink(self.instance, placed));
        }
        if proved {
            self.bounds[goal] = self.value(goal);
        }
        self.report("proof");
    }

    fn solution(&self) -> Solution {
        let values = self.instance.values(&self.best);
        let pairs = values.iter().zip(&self.bounds);
        Solution {
            schedule: self.instance.expand(&self.best),
            objectives: pairs
                .map(|(&value, &lower_bound)| Bounded { value, lower_bound })
                .collect(),
            slot: 1,
            reproducible: !self.control.was_stopped(),
        }
    }
}
