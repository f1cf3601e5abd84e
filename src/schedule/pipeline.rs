//! The order of work: presolve, a first schedule, one in waves, bound and guidance by the relaxation, a schedule in long slots,
//! improvement, proof.

use std::rc::Rc;

use crate::formulation::{Formulation, Seconds, SourceId};

use super::bound::cells::Cells;
use super::bound::certificate::Certificate;
use super::bound::evidence::Evidence;
use super::bound::grid::Grid;
use super::bound::pool::Pool;
use super::bound::refine::{self, Next, Refinement};
use super::bound::relaxation::Relaxation;
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
use super::slots::arrange::{self, Rough};
use super::slots::dive;
use super::{Bounded, Effort, Outcome, Solution};

/// The temperature from which a schedule is improved that came of long slots.
const NEAR: f64 = 0.2;

/// The gap above which a schedule in long slots is worth its time: what comes of it is hardly ever nearer than that.
const FAR: f64 = 0.015;

/// The share of a value by which a bound must be better to be a better guide.
const MUCH: f64 = 1e-3;

/// So many jobs are few.
const FEW: usize = 30;

/// Counted work of each stage.
struct Work {
    /// Looks at modes where what is done at once is packed.
    waves: u64,
    /// Rounds of relaxation and list scheduling.
    rounds: usize,
    /// Steps of the relaxation in a round.
    steps: usize,
    /// How much more than a first round each relaxation may cost.
    refine: usize,
    /// Numbers that may be touched to price jobs that take turns.
    cells: usize,
    /// Lists that are made of what a round has shown, the quick ones first.
    lists: usize,
    /// Steps of improvement, in all.
    moves: usize,
    /// The temperature at the beginning, in units of what a typical delay of one job costs: with few moves there
    /// is no time to come back from far.
    hottest: f64,
    /// Work for a schedule in long slots.
    arrange: arrange::Work,
    /// Effort of each search for a schedule with a lower value, where the first goals have no times.
    lower: u64,
    /// Windows of the schedule that are solved by SAT.
    windows: usize,
    /// Starts that an exact search may have.
    starts: usize,
    /// Effort of an exact search.
    proof: u64,
    /// Nodes of a branch and bound.
    nodes: u64,
}

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

/// What an effort does, one after the other, each from what those before it have found: so more effort is never worse.
fn passes(effort: Effort) -> &'static [Effort] {
    match effort {
        Effort::Instant => &[Effort::Instant],
        Effort::Brief => &[Effort::Brief],
        Effort::Fast => &[Effort::Fast],
        Effort::Normal => &[Effort::Fast, Effort::Normal],
        Effort::Best => &[Effort::Fast, Effort::Normal, Effort::Best],
    }
}

fn work(effort: Effort, jobs: usize) -> Work {
    // Beyond so many jobs more steps would take longer than people wait.
    let once = |most: usize| 4_000 + 150 * jobs.min(most);
    let (rounds, moves, proof) = match effort {
        Effort::Instant => (1, 0, 0),
        Effort::Brief => (2, once(1_000) / 4, 8_000_000),
        Effort::Fast => (5, once(1_000), 8_000_000),
        // Few jobs are worth more: a better one may be the best.
        Effort::Normal => (10, (10 * once(2_000)).max(30 * once(100)), 10_000_000),
        Effort::Best => (40, 150 * once(1_000), 400_000_000),
    };
    let (again, priced) = match effort {
        Effort::Instant | Effort::Brief => (0, 0),
        Effort::Fast => (0, 3_000_000_000),
        Effort::Normal => (30, 100_000_000_000),
        Effort::Best => (100, 600_000_000_000),
    };
    Work {
        waves: match effort {
            Effort::Instant => 20_000_000,
            Effort::Brief | Effort::Fast | Effort::Normal | Effort::Best => 2_000_000_000,
        },
        rounds,
        steps: match effort {
            // A moment for any number of jobs.
            Effort::Instant => (40_000 / jobs.max(1)).clamp(20, 200),
            _ => 100,
        },
        refine: if effort == Effort::Instant { 0 } else { rounds },
        cells: match effort {
            Effort::Instant | Effort::Brief => 0,
            Effort::Fast => 600_000_000,
            Effort::Normal => 10_000_000_000,
            Effort::Best => 100_000_000_000,
        },
        lists: if effort == Effort::Instant { 2 } else { 4 },
        moves,
        hottest: match effort {
            Effort::Instant | Effort::Brief | Effort::Fast => 0.2,
            Effort::Normal | Effort::Best => 0.8,
        },
        arrange: arrange::Work {
            steps: 2_000,
            dive: dive::Work {
                steps: 300,
                sets: 4,
                batches: if effort == Effort::Fast { 1 } else { 8 },
                trial: 60,
                exchanges: 1_000,
            },
            again,
            priced,
        },
        lower: match effort {
            Effort::Instant => 100_000,
            Effort::Brief | Effort::Fast => 1_000_000,
            Effort::Normal => 4_000_000,
            Effort::Best => 20_000_000,
        },
        // After reinsertion they found nothing on the instances measured, and cost as much time again.
        windows: if effort == Effort::Best { 400 } else { 0 },
        starts: match effort {
            Effort::Instant => 0,
            Effort::Brief | Effort::Fast | Effort::Normal => 4_000,
            Effort::Best => 20_000,
        },
        nodes: match effort {
            Effort::Instant | Effort::Brief | Effort::Fast => 0,
            Effort::Normal => 1_000_000,
            Effort::Best => 20_000_000,
        },
        // Of few jobs, a proof finds the best schedule sooner than a search.
        proof: if jobs <= FEW { 4 * proof } else { proof },
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
        work: work(control.effort(), instance.jobs.len()),
        control,
    };
    run.report("waves");
    if let Some(placed) = waves::generate(&instance, run.work.waves) {
        run.offer(placed);
    }
    for &effort in passes(control.effort()) {
        run.work = work(effort, instance.jobs.len());
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

    /// Bounds a goal; returns when the relaxation would start each job.
    fn relax(
        &mut self,
        goal: usize,
        rounds: usize,
        rough: Option<&Rough>,
        pool: Option<&Pool>,
    ) -> Vec<f64> {
        let closed = Rc::clone(&self.closed);
        let relaxed = pool.map_or(&*closed, |pool| &pool.instance);
        let makespan = self.instance.makespan(&self.best);
        let mut refinement = Refinement::new(refine::shortest(makespan), rounds, self.work.refine);
        let mut relaxation = self.begin(relaxed, goal, rough, &refinement);
        // What is proved already only lacks something for others to check.
        let has_evidence = goal > 0 || !self.evidence.is_empty();
        let is_proved = has_evidence && self.bounds[goal] >= self.value(goal);
        while !self.control.stopped() {
            let steps = refinement.steps(self.work.steps, relaxation.numbers());
            relaxation.improve(steps, self.value(goal) as f64);
            let last = relaxation.last();
            let lists = [relaxation.starts(), &last]
                .into_iter()
                .flat_map(|keys| [(keys, true), (keys, false)]);
            for (keys, by_time) in lists.take(self.work.lists) {
                let mut order: Vec<usize> = (0..self.instance.jobs.len()).collect();
                order.sort_by(|&a, &b| keys[a].total_cmp(&keys[b]));
                if let Some(placed) = list::generate(self.instance, &order, by_time) {
                    self.offer(placed);
                }
            }
            let (best, bound) = (self.value(0), relaxation.best());
            let shown = if goal == 0 {
                bound.floor() as i64
            } else {
                i64::MIN
            };
            let shown = Some(shown.max(self.bounds[0]));
            self.control.report("relaxation", Some(best), shown, None);
            // What is proved in floats may not be in the certificate's integers yet.
            let value = self.value(goal);
            let shows = || {
                relaxation
                    .certificate()
                    .bound(relaxed)
                    .is_some_and(|shown| shown >= value)
            };
            if is_proved || bound > value as f64 - 1.0 && shows() {
                break;
            }
            let work = steps * relaxation.numbers();
            match refinement.next(relaxation.grid(), bound, work) {
                Next::Again => {}
                Next::Halve => relaxation = relaxation.halved(),
                Next::Restart => relaxation.restart(),
                Next::Done => break,
            }
        }
        let certificate = relaxation.certificate();
        if let Some(bound) = certificate.bound(relaxed) {
            self.bounds[goal] = self.bounds[goal].max(bound.min(self.value(goal)));
            let certificate = match pool {
                Some(pool) => pool.expand(&certificate),
                None => certificate,
            };
            self.evidence.push(Evidence::new(&closed, &certificate));
            let by_cells = self.price_cells(&certificate);
            self.certificate = Some(certificate);
            if let Some(starts) = by_cells {
                return starts;
            }
        }
        let mut target = relaxation.starts().to_vec();
        target.resize(self.instance.jobs.len().max(target.len()), 0.0);
        target
    }

    /// Bounds a goal better where jobs take turns, from what a relaxation has found; returns when that starts each job, where it is better by much.
    fn price_cells(&mut self, from: &Certificate) -> Option<Vec<f64>> {
        let goal = from.goal;
        let value = self.value(goal);
        if self.work.cells == 0 || self.bounds[goal] >= value {
            return None;
        }
        let cells = Cells::of(&self.closed)?;
        let values = self.instance.values(&self.best);
        let mut relaxation = Relaxation::of_cells(&cells, &values, from);
        let numbers = cells.numbers(from.grid.slots);
        let before = self.bounds[goal];
        let mut rounds = refine::Rounds::new(before as f64, self.work.cells / numbers.max(1));
        while let Some(steps) = rounds.steps().filter(|_| !self.control.stopped()) {
            relaxation.improve(steps, value as f64);
            rounds.after(relaxation.best());
            let bound = relaxation.best().floor() as i64;
            let shown = if goal == 0 {
                bound.max(before)
            } else {
                self.bounds[0]
            };
            self.control
                .report("turns", Some(self.value(0)), Some(shown), None);
        }
        let certificate = relaxation.certificate().of_all(&cells, &self.closed);
        let bound = certificate.bound(&self.closed)?.min(value);
        if bound > before {
            self.bounds[goal] = bound;
            self.evidence
                .push(Evidence::new(&self.closed, &certificate));
        }
        let is_much = (bound - before) as f64 > MUCH * value.abs() as f64;
        is_much.then(|| relaxation.starts().to_vec())
    }

    /// The relaxation in the first slots, from what longer ones have shown.
    fn begin<'c>(
        &self,
        closed: &'c Instance,
        goal: usize,
        rough: Option<&Rough>,
        refinement: &Refinement,
    ) -> Relaxation<'c> {
        let makespan = self.instance.makespan(&self.best);
        let slot = refine::longest(closed, makespan, self.work.steps);
        let grid = Grid::new(slot, makespan + 1, refine::until(closed, goal));
        let values = self.instance.values(&self.best);
        let mut cold = Relaxation::new(closed, goal, &values, grid);
        // Levels may be pooled in another way where some are sealed.
        let fits = |rough: &&Rough| rough.levels() == closed.levels.len();
        let Some(rough) = rough.filter(fits) else {
            return cold;
        };
        let mut warm = Relaxation::at(closed, goal, &values, grid, &rough.in_seconds(grid));
        let upper = values[goal] as f64;
        let steps = refinement.steps(self.work.steps, cold.numbers());
        cold.improve(steps, upper);
        warm.improve(steps, upper);
        // Where its slots do not fit well, it is better to begin anew.
        if warm.best() > cold.best() {
            warm
        } else {
            cold
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

/// The proof that may be written for that many starts: each byte of it takes longer where there are many.
fn affordable(effort: u64, starts: usize) -> u64 {
    const CHEAP: u64 = 2_000;
    let starts = (starts as u64).max(CHEAP);
    effort / starts * CHEAP / starts * CHEAP
}
