//! The machine, driven: what it decides happens, and what has happened it is told.

use std::collections::{BTreeMap, VecDeque};

use super::copying::Going;
use super::dice::Trouble;
use super::sent::Flowing;
use super::share::{Flow, share};
use super::stage::Stage;
use super::{Course, Fate, Happened, Law, Try, power};
use crate::datacenter::{Manner, Policy};
use crate::formulation::Seconds;
use crate::request::Task;
use crate::run::{Decision, End, Event, Journal, Machine, Zero};

/// Seconds that an action has to end once it was told to.
const GRACE: Seconds = 30;
/// The machine looks at what runs when it wants to, not every few seconds.
const WATCH: Seconds = 1 << 40;
/// A simulation ends so long after the plan's night, whatever still goes on.
const PATIENCE: Seconds = 7 * 86_400;

/// Carries a plan out.
pub fn simulate(stage: &Stage, law: Law, trouble: &Trouble) -> Course {
    let zero = Zero { clock: 0, start: 0 };
    let machine = Machine::new(stage.plan, &Journal::default(), zero, GRACE);
    let nothing = Happened {
        tries: Vec::new(),
        fate: Fate::Open,
    };
    let mut world = World {
        stage,
        law,
        trouble,
        machine: machine.looking_each(WATCH),
        now: 0,
        running: BTreeMap::new(),
        happened: vec![nothing; stage.jobs.len()],
        guests: stage.sent.begin(stage.capacity.len()),
    };
    world.play();
    power::figures(stage, world.happened)
}

struct World<'s> {
    stage: &'s Stage<'s>,
    law: Law,
    trouble: &'s Trouble,
    machine: Machine<'s>,
    now: Seconds,
    running: BTreeMap<usize, Running>,
    happened: Vec<Happened>,
    /// What guests send.
    guests: Flowing<'s>,
}

/// An action that goes on.
struct Running {
    going: Going,
    /// What its time is multiplied by.
    factor: f64,
    /// bit/s, and what its model says of a whole migration at it.
    rate: f64,
    length: Option<f64>,
    /// When it will end at that rate.
    due: Option<Seconds>,
    /// When it will fail.
    fails: Option<Seconds>,
    /// Since when its VM stands still, or has moved before its memory.
    still: Option<Seconds>,
    moved: Option<Seconds>,
    told: Try,
}

impl World<'_> {
    fn play(&mut self) {
        let horizon = self.stage.plan.night() + PATIENCE;
        let first = self.machine.proceed(0);
        self.obey(first);
        while !self.machine.is_over() {
            let ends = self.running.values().flat_map(|r| [r.due, r.fails]);
            let next = ends.flatten().chain([self.machine.wake(self.now)]).min();
            let Some(next) = next.filter(|&next| next <= horizon) else {
                break;
            };
            self.pass(next);
            let over = |running: &Running| {
                let is_past = |at: Option<Seconds>| at.is_some_and(|at| at <= next);
                match (is_past(running.due), is_past(running.fails)) {
                    (true, _) => Some(End::Done),
                    (false, true) => Some(End::Failed),
                    (false, false) => None,
                }
            };
            let running = self.running.iter();
            let ended: Vec<(usize, End)> = running
                .filter_map(|(&at, running)| Some((at, over(running)?)))
                .collect();
            for (at, end) in ended {
                self.end(at, end);
            }
            let more = self.machine.proceed(next);
            self.obey(more);
        }
        // What still goes on never ends.
        for (at, running) in std::mem::take(&mut self.running) {
            self.happened[at].tries.push(Try {
                end: self.now,
                ..running.told
            });
        }
    }

    /// Lets the time pass up to a moment.
    fn pass(&mut self, until: Seconds) {
        for (&at, running) in &mut self.running {
            let seconds = (until - self.now) as f64;
            running.told.bits += running.rate * seconds;
            if let Some(copies) = &self.stage.jobs[at].copies {
                let inner = seconds / running.factor;
                let (rate, length) = (running.rate, running.length);
                running.going.pass(&copies.memory, rate, length, inner);
            } else if let Going::Lasts(left) = &mut running.going {
                *left -= seconds / running.factor;
            }
        }
        self.now = until;
    }

    fn obey(&mut self, decisions: Vec<Decision>) {
        let mut todo = VecDeque::from(decisions);
        let mut changed = false;
        while let Some(decision) = todo.pop_front() {
            match decision {
                Decision::Start { action, .. } => {
                    self.start(action);
                    changed = true;
                    todo.extend(self.machine.take(self.now, Event::Started(action)));
                }
                Decision::Done { action } => self.happened[action].fate = Fate::Done,
                Decision::Failed { action, .. } | Decision::GiveUp { action, .. } => {
                    self.happened[action].fate = Fate::Failed;
                }
                Decision::Skip { action, .. } => self.happened[action].fate = Fate::Skipped,
                Decision::Retry { action, .. } => self.happened[action].fate = Fate::Open,
                Decision::Limit { action, policy, .. } => {
                    changed |= self.limit(action, policy);
                    todo.extend(self.failed_at_once(action));
                }
                Decision::Kill { action } => {
                    self.fail(action);
                    todo.extend(self.failed_at_once(action));
                }
                Decision::LookFor { .. } | Decision::Wait { .. } | Decision::Late { .. } => {}
            }
        }
        if changed {
            self.allocate();
        }
    }

    fn start(&mut self, at: usize) {
        let tries = self.happened[at].tries.len();
        let factor = self.trouble.factor(at, tries);
        let length = self.stage.jobs[at].length * factor;
        let fails = self.trouble.failure(at, tries);
        let fails = fails.map(|share| self.now + (share * length).round().max(1.0) as Seconds);
        let is_post_copy = self.stage.plan.actions[at].is_moved(Manner::Post);
        if is_post_copy && tries == 0 {
            self.moved(at);
        }
        let going = self.stage.begin(at, self.law);
        let due = match &going {
            Going::Lasts(seconds) => Some(self.nearest(self.now, seconds * factor)),
            _ => None,
        };
        let running = Running {
            going,
            factor,
            rate: 0.0,
            length: None,
            due,
            fails,
            still: None,
            moved: is_post_copy.then_some(self.now),
            told: Try {
                start: self.now,
                ..Try::default()
            },
        };
        self.running.insert(at, running);
    }

    /// The second that is nearest to an end, which is after the start.
    fn nearest(&self, start: Seconds, left: f64) -> Seconds {
        // Longer than any simulation lasts.
        let left = (left + 0.5).floor().min(WATCH as f64) as Seconds;
        (self.now + left).max(start + 1)
    }

    /// Something is done about an action that is past its limit; whether that changes its rate or its end.
    fn limit(&mut self, at: usize, policy: Option<Policy>) -> bool {
        let stage = self.stage;
        let (now, copies) = (self.now, &stage.jobs[at].copies);
        let Some(running) = self.running.get_mut(&at) else {
            return false;
        };
        match (policy, copies) {
            (Some(Policy::Suspend), Some(copies)) => {
                running.going.rest_once(&copies.memory);
                running.still = Some(now);
            }
            (Some(Policy::Post), Some(copies)) => {
                running.going.rest_once(&copies.memory);
                running.moved.get_or_insert(now);
            }
            (Some(Policy::Wait), _) => return false,
            _ => {
                running.fails = Some(now);
                return false;
            }
        }
        // What is left is other than it was.
        running.rate = 0.0;
        true
    }

    fn fail(&mut self, at: usize) {
        if let Some(running) = self.running.get_mut(&at) {
            running.fails = Some(self.now);
        }
    }

    /// Ends an action that was told to end.
    fn failed_at_once(&mut self, at: usize) -> Vec<Decision> {
        let is_told = self.running.get(&at).is_some_and(|running| {
            running.fails.is_some_and(|fails| fails <= self.now) && running.told.start < self.now
        });
        if !is_told {
            return Vec::new();
        }
        self.close(at, End::Failed);
        self.allocate();
        self.machine.take(self.now, Event::Ended(at, End::Failed))
    }

    fn end(&mut self, at: usize, end: End) {
        self.close(at, end);
        let decisions = self.machine.take(self.now, Event::Ended(at, end));
        self.obey(decisions);
        self.allocate();
    }

    /// What guests send goes other ways from now on.
    fn moved(&mut self, at: usize) {
        self.guests.moved(&self.stage.plan.actions[at]);
    }

    /// Keeps what is to be told of an action that has ended.
    fn close(&mut self, at: usize, end: End) {
        let Some(running) = self.running.remove(&at) else {
            return;
        };
        let mut told = running.told;
        (told.end, told.well) = (self.now, end == End::Done);
        let has_moved = self.stage.plan.actions[at].is_moved(Manner::Post);
        if told.well && !has_moved {
            self.moved(at);
        }
        if let (Task::Migrate { .. }, Some(copies)) = (
            self.stage.plan.actions[at].task,
            &self.stage.jobs[at].copies,
        ) {
            let since = |from: Option<Seconds>| from.map(|from| (self.now - from) as f64);
            told.downtime = match (since(running.still), &running.going) {
                (Some(still), _) => still,
                (None, _) if !told.well => 0.0,
                (None, Going::Rounds(rounds)) => rounds.stop.unwrap_or(copies.memory.downtime),
                (None, _) => copies.memory.downtime,
            };
            told.rounds = match &running.going {
                Going::Rounds(rounds) => rounds.count,
                _ => 0,
            };
            let moved = since(running.moved).filter(|_| running.still.is_none());
            told.faults = moved.map_or(0, |seconds| copies.memory.faults(seconds));
        }
        self.happened[at].tries.push(told);
    }

    /// Shares the bandwidth anew among those that run.
    fn allocate(&mut self) {
        let stage = self.stage;
        let jobs = self.running.keys();
        let copying = jobs.filter_map(|&at| Some((at, stage.jobs[at].copies.as_ref()?)));
        let copying: Vec<_> = copying.collect();
        let flow = |(_, copies): &(usize, &'_ super::stage::Copies)| copies.transfer.rate as f64;
        let flows: Vec<Flow> = copying
            .iter()
            .map(|one| Flow {
                cap: flow(one),
                path: &one.1.path,
            })
            .collect();
        // Guests have what they send; migrations share the rest.
        let left = stage.capacity.iter().zip(&self.guests.level);
        let left: Vec<f64> = left.map(|(has, guests)| (has - guests).max(0.0)).collect();
        let rates = share(&left, &flows);
        let (law, now) = (self.law, self.now);
        for ((at, copies), rate) in copying.into_iter().zip(rates) {
            let Some(running) = self.running.get(&at) else {
                continue;
            };
            if running.rate == rate {
                continue;
            }
            let length = stage.length(at, law, rate);
            let left = running.going.left(&copies.memory, rate, length);
            let left = left.map(|left| left * running.factor);
            let due = left.map(|left| self.nearest(running.told.start, left));
            if let Some(running) = self.running.get_mut(&at) {
                (running.rate, running.length, running.due) = (rate, length, due);
                running.told.rates.push((now, rate));
            }
        }
    }
}
