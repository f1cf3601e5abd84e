//! The machine: the same decisions as `emit/script/engine.bash` and `late.bash`, in the same order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Decision, End, Event, Journal, Reason, Time, What, Zero};
use crate::datacenter::{Manner, Policy};
use crate::plan::{Plan, Planned, Until};
use crate::request::Task;

/// Seconds between two looks at what runs, where nothing else happens.
const WATCH: Time = 5;

/// How far an action has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Waiting,
    /// An earlier run began it, and nobody knows how it ended.
    Begun,
    Running,
    Ended,
    Failed,
    Skipped,
}

/// What is known of an action.
#[derive(Debug, Clone)]
struct Known {
    state: State,
    /// What it was before it started.
    before: State,
    /// What it still waits for, and of that what is not over.
    pending: usize,
    unover: usize,
    finished: bool,
    released: bool,
    really_started: Option<Time>,
    earliest: Time,
    begun: Time,
    next_look: Time,
    tries: u32,
    at_limit: bool,
    looked_for: bool,
    told_wait: Option<Time>,
    next_done: Vec<usize>,
    next_over: Vec<usize>,
    next_started: Vec<(usize, Time)>,
}

/// Whether an action may start.
enum Chance {
    Now,
    /// At that moment.
    At(Time),
    /// When others give back what they have taken.
    Room(Reason),
    /// Never again.
    Never(Reason),
}

/// A plan that is being carried out.
#[derive(Debug, Clone)]
pub struct Machine<'a> {
    plan: &'a Plan,
    zero: Zero,
    grace: Time,
    watch: Time,
    known: Vec<Known>,
    levels: Vec<i64>,
    ready: Vec<usize>,
    blocked: Vec<usize>,
    due: BTreeMap<Time, Vec<usize>>,
    running: BTreeSet<usize>,
    stopping: bool,
    out: Vec<Decision>,
}

impl<'a> Machine<'a> {
    /// A plan that starts then, of which the journal says what was done before. `grace` is how many seconds an action has to end
    /// once it was told to.
    pub fn new(plan: &'a Plan, journal: &Journal, zero: Zero, grace: Time) -> Self {
        let mut known: Vec<Known> = plan.actions.iter().map(Known::new).collect();
        for (at, action) in plan.actions.iter().enumerate() {
            for wait in &action.after {
                let other = &mut known[wait.action];
                match wait.until {
                    Until::Done => other.next_done.push(at),
                    Until::Over => other.next_over.push(at),
                    Until::Started(lag) => other.next_started.push((at, lag)),
                }
            }
        }
        for line in &journal.lines {
            let Some(known) = known.get_mut(line.action) else {
                continue;
            };
            known.state = match line.what {
                What::Started => {
                    known.really_started = Some(line.at);
                    State::Begun
                }
                What::Ended => State::Ended,
                What::Failed => State::Failed,
            };
        }
        let mut machine = Machine {
            plan,
            zero,
            grace,
            watch: WATCH,
            levels: plan
                .timed_levels
                .iter()
                .map(|level| level.initial)
                .collect(),
            ready: Vec::new(),
            blocked: Vec::new(),
            due: BTreeMap::new(),
            running: BTreeSet::new(),
            stopping: false,
            out: Vec::new(),
            known,
        };
        let all = 0..machine.known.len();
        machine.ready = all
            .clone()
            .filter(|&at| machine.known[at].pending == 0)
            .collect();
        let restored: Vec<usize> = all
            .filter(|&at| machine.known[at].state == State::Ended)
            .collect();
        for at in restored {
            machine.restore(at);
        }
        machine
    }

    /// With so many seconds between two looks at what runs.
    pub fn looking_each(mut self, seconds: Time) -> Self {
        self.watch = seconds;
        self
    }

    /// Takes what happened and says what follows.
    pub fn take(&mut self, now: Time, event: Event) -> Vec<Decision> {
        match event {
            Event::Started(at) if self.running.contains(&at) => {
                self.known[at].really_started = Some(now);
                self.release_started(at, now);
            }
            Event::Ended(at, end) if self.running.remove(&at) => self.end(now, at, end),
            Event::Stop => self.stopping = true,
            // One that was taken for lost has spoken after all.
            Event::Started(_) | Event::Ended(..) => {}
        }
        self.proceed(now)
    }

    /// What follows from the time alone.
    pub fn proceed(&mut self, now: Time) -> Vec<Decision> {
        loop {
            self.launch_ready(now);
            if self.ready.is_empty() || self.stopping {
                break;
            }
        }
        let running: Vec<usize> = self.running.iter().copied().collect();
        for at in running {
            if now >= self.known[at].next_look {
                self.look_after(now, at);
            }
        }
        std::mem::take(&mut self.out)
    }

    /// Whether nothing runs and nothing more will.
    pub fn is_over(&self) -> bool {
        let waits = !(self.ready.is_empty() && self.blocked.is_empty() && self.due.is_empty());
        self.running.is_empty() && (self.stopping || !waits)
    }

    /// The moment at which it wants to [`Machine::proceed`] if nothing happens before.
    pub fn wake(&self, now: Time) -> Time {
        let looks = self.running.iter().map(|&at| self.known[at].next_look);
        let next = looks.chain(self.due.keys().copied()).min();
        next.unwrap_or(Time::MAX)
            .clamp(now + 1, now + self.watch.max(1))
    }

    /// The actions that run, with the moment at which each was started.
    pub fn running(&self) -> impl Iterator<Item = (usize, Time)> {
        self.running.iter().map(|&at| (at, self.known[at].begun))
    }

    /// How many have ended well, failed, were skipped, and are left.
    pub fn counts(&self) -> [usize; 4] {
        let count = |states: &[State]| {
            let of = self
                .known
                .iter()
                .filter(|known| states.contains(&known.state));
            of.count()
        };
        let left = [State::Waiting, State::Begun, State::Running];
        [
            count(&[State::Ended]),
            count(&[State::Failed]),
            count(&[State::Skipped]),
            count(&left),
        ]
    }

    /// The actions that have not ended well, with what they are: `failed`, `skipped` or `left`.
    pub fn not_done(&self) -> impl Iterator<Item = (usize, &'static str)> {
        let all = self.known.iter().enumerate();
        all.filter_map(|(at, known)| match known.state {
            State::Ended => None,
            State::Failed => Some((at, "failed")),
            State::Skipped => Some((at, "skipped")),
            State::Waiting | State::Begun | State::Running => Some((at, "left")),
        })
    }

    /// Whether somebody has told it to stop.
    pub fn is_stopping(&self) -> bool {
        self.stopping
    }

    fn action(&self, at: usize) -> &'a Planned {
        &self.plan.actions[at]
    }

    // ── Who may start ──

    fn launch_ready(&mut self, now: Time) {
        let due: Vec<Time> = self.due.range(..=now).map(|(&moment, _)| moment).collect();
        for moment in due {
            self.ready
                .extend(self.due.remove(&moment).unwrap_or_default());
        }
        let mut ready = std::mem::take(&mut self.ready);
        ready.append(&mut self.blocked);
        for at in ready {
            if matches!(
                self.known[at].state,
                State::Ended | State::Skipped | State::Running
            ) {
                continue;
            }
            if self.stopping {
                self.ready.push(at);
                continue;
            }
            match self.may_start(now, at) {
                Chance::Now => self.launch(now, at),
                Chance::Room(_) => self.blocked.push(at),
                Chance::Never(reason) => self.give_up(at, reason),
                Chance::At(moment) => {
                    self.due.entry(moment).or_default().push(at);
                    if moment > now + 60
                        && now >= self.zero.start
                        && self.known[at].told_wait != Some(moment)
                    {
                        self.known[at].told_wait = Some(moment);
                        self.out.push(Decision::Wait {
                            action: at,
                            until: moment,
                        });
                    }
                }
            }
        }
        // Nobody is left to make room.
        if self.running.is_empty() && self.due.is_empty() && self.ready.is_empty() && !self.stopping
        {
            for at in std::mem::take(&mut self.blocked) {
                if let Chance::Room(reason) | Chance::Never(reason) = self.may_start(now, at) {
                    self.give_up(at, reason);
                }
            }
        }
    }

    fn may_start(&self, now: Time, at: usize) -> Chance {
        let moment = now.max(self.zero.start).max(self.known[at].earliest);
        match self.next_opening(moment, at) {
            Err(reason) => Chance::Never(reason),
            Ok(start) if start > now => Chance::At(start),
            Ok(_) => self.find_room(now, at),
        }
    }

    /// The first moment from that one on at which the clock and what is counted from the start both let it start.
    fn next_opening(&self, mut moment: Time, at: usize) -> Result<Time, Reason> {
        loop {
            let before = moment;
            for by_clock in [true, false] {
                moment = self.opening_told(moment, at, by_clock)?;
            }
            if moment == before {
                return Ok(moment);
            }
        }
    }

    /// The same for the openings that are told so.
    fn opening_told(&self, moment: Time, at: usize, by_clock: bool) -> Result<Time, Reason> {
        let zero = self.zero(by_clock);
        let mut closed = None;
        for opening in self.action(at).openings(by_clock) {
            match opening.last {
                Some(last) if zero + last < moment => {
                    let rule = opening.closed_by.clone();
                    let by = zero + last;
                    closed = Some(Reason::TooLate { by, rule });
                }
                _ => return Ok(opening.from.map_or(moment, |from| moment.max(zero + from))),
            }
        }
        closed.map_or(Ok(moment), Err)
    }

    fn zero(&self, by_clock: bool) -> Time {
        match by_clock {
            true => self.zero.clock,
            false => self.zero.start,
        }
    }

    /// The same for levels whose capacity falls at some time: there must be room as long as it is to take.
    fn find_room(&self, now: Time, at: usize) -> Chance {
        let action = self.action(at);
        for &(level, take, _) in &action.demands {
            let timed = &self.plan.timed_levels[level];
            let zero = self.zero(timed.by_clock);
            let (here, end) = (now - zero, now - zero + action.end - action.start);
            let wanted = self.levels[level] + take;
            // Before the first piece begins, what it says holds too.
            let mut worst = timed.capacity.first().map_or(i64::MAX, |piece| piece.1);
            let mut rise = None;
            for &(from, capacity) in &timed.capacity {
                if from <= here {
                    worst = capacity;
                } else if from < end {
                    worst = worst.min(capacity);
                }
                if from > here && wanted <= capacity && rise.is_none() {
                    rise = Some(from);
                }
            }
            if wanted > worst {
                let level = timed.name.clone();
                let never = Chance::Room(Reason::NoRoom { level });
                return rise.map_or(never, |rise| Chance::At(zero + rise));
            }
        }
        Chance::Now
    }

    fn launch(&mut self, now: Time, at: usize) {
        for &(level, take, _) in &self.action(at).demands {
            self.levels[level] += take;
        }
        let late = self.action(at).timeout.late_after;
        let known = &mut self.known[at];
        let resumed = known.really_started.is_some();
        (known.before, known.state) = (known.state, State::Running);
        (known.begun, known.next_look, known.at_limit) = (now, now + late, false);
        self.running.insert(at);
        self.out.push(Decision::Start {
            action: at,
            resumed,
        });
    }

    fn give_up(&mut self, at: usize, reason: Reason) {
        self.known[at].state = State::Failed;
        self.out.push(Decision::GiveUp { action: at, reason });
        self.settle_failed(at);
    }

    // ── What follows from the end of an action ──

    fn end(&mut self, now: Time, at: usize, end: End) {
        self.give_back(at, end == End::Done);
        match end {
            End::Done => {
                self.known[at].state = State::Ended;
                self.out.push(Decision::Done { action: at });
                self.settle_ended(at, now);
            }
            End::Lost { begun: true } if !self.known[at].looked_for => {
                // Its command may have done what it should: once, both ends are asked as after a restart.
                let known = &mut self.known[at];
                known.looked_for = true;
                known.really_started.get_or_insert(now);
                known.state = State::Begun;
                self.out.push(Decision::LookFor { action: at });
                self.ready.push(at);
            }
            End::Open | End::Lost { begun: false } => {
                self.known[at].state = self.known[at].before;
                self.ready.push(at);
            }
            End::Failed | End::Lost { .. } => self.fail(now, at, end != End::Failed),
        }
    }

    fn fail(&mut self, now: Time, at: usize, lost: bool) {
        self.known[at].state = State::Failed;
        self.out.push(Decision::Failed { action: at, lost });
        if self.known[at].tries == 0 {
            self.settle_failed(at);
            return;
        }
        let pause = self.action(at).retry.pause;
        let known = &mut self.known[at];
        known.tries -= 1;
        known.earliest = now + Time::from(pause);
        let left = known.tries;
        self.out.push(Decision::Retry {
            action: at,
            pause,
            left,
        });
        self.ready.push(at);
    }

    /// What it took of levels: all, if it came to nothing.
    fn give_back(&mut self, at: usize, well: bool) {
        for &(level, take, give) in &self.action(at).demands {
            self.levels[level] -= if well { give } else { take };
        }
    }

    /// What an earlier run has done counts as done.
    fn restore(&mut self, at: usize) {
        for &(level, take, give) in &self.action(at).demands {
            self.levels[level] += take - give;
        }
        self.settle_ended(at, self.known[at].really_started.unwrap_or(self.zero.start));
    }

    fn settle_ended(&mut self, at: usize, now: Time) {
        self.release_started(at, now);
        for next in self.known[at].next_done.clone() {
            self.release(next);
        }
        self.settle_over(at);
    }

    fn settle_failed(&mut self, at: usize) {
        let mut todo = VecDeque::from([at]);
        while let Some(cause) = todo.pop_front() {
            let known = &self.known[cause];
            let started = known.next_started.iter().map(|&(next, _)| next);
            let next: Vec<usize> = known.next_done.iter().copied().chain(started).collect();
            for next in next {
                if matches!(
                    self.known[next].state,
                    State::Skipped | State::Running | State::Ended
                ) {
                    continue;
                }
                self.known[next].state = State::Skipped;
                self.out.push(Decision::Skip {
                    action: next,
                    cause,
                });
                todo.push_back(next);
                self.settle_over(next);
            }
        }
        self.settle_over(at);
    }

    /// It is over, however it ended, once all that it waits for are: others wait for these through it alone.
    fn settle_over(&mut self, at: usize) {
        self.known[at].finished = true;
        let is_over = self.known[at].unover == 0;
        let mut todo: VecDeque<usize> = is_over.then_some(at).into_iter().collect();
        while let Some(over) = todo.pop_front() {
            let known = &self.known[over];
            let over = known.next_over.clone();
            let started = known.next_started.iter().map(|&(next, _)| next);
            let others = known.next_done.iter().chain(&over).copied().chain(started);
            let others: Vec<usize> = others.collect();
            for next in over {
                self.release(next);
            }
            for next in others {
                let known = &mut self.known[next];
                known.unover -= 1;
                if known.finished && known.unover == 0 {
                    todo.push_back(next);
                }
            }
        }
    }

    /// One that it waits for less.
    fn release(&mut self, at: usize) {
        let known = &mut self.known[at];
        known.pending = known.pending.saturating_sub(1);
        if known.pending == 0 {
            self.ready.push(at);
        }
    }

    /// Those that start a while after it.
    fn release_started(&mut self, at: usize, now: Time) {
        if std::mem::replace(&mut self.known[at].released, true) {
            return;
        }
        let began = self.known[at].really_started.unwrap_or(now);
        for (next, lag) in self.known[at].next_started.clone() {
            self.known[next].earliest = self.known[next].earliest.max(began + lag);
            self.release(next);
        }
    }

    // ── What runs too long ──

    fn look_after(&mut self, now: Time, at: usize) {
        let ran = now - self.known[at].begun;
        let action = self.action(at);
        let (timeout, is_pause) = (action.timeout, action.task == Task::Pause);
        let limit = timeout.limit;
        // What is moved cold is ended like any other command.
        let migrates = matches!(action.task, Task::Migrate { .. }) && action.manner != Manner::Cold;
        let known = &mut self.known[at];
        if ran < limit || is_pause {
            let early = is_pause || 2 * ran < limit;
            known.next_look = if early {
                now + ran
            } else {
                known.begun + limit
            };
            self.out.push(Decision::Late {
                action: at,
                ran,
                first: true,
            });
        } else if !known.at_limit {
            known.at_limit = true;
            known.next_look = now + self.grace;
            let policy = (migrates || timeout.policy == Policy::Wait).then_some(timeout.policy);
            self.out.push(Decision::Limit {
                action: at,
                ran,
                policy,
            });
        } else if timeout.policy == Policy::Wait || migrates && timeout.policy != Policy::Abort {
            known.next_look = now + limit;
            self.out.push(Decision::Late {
                action: at,
                ran,
                first: false,
            });
        } else {
            known.next_look = now + self.grace;
            self.out.push(Decision::Kill { action: at });
        }
    }
}

impl Known {
    fn new(action: &Planned) -> Self {
        Known {
            state: State::Waiting,
            before: State::Waiting,
            pending: action.after.len(),
            unover: action.after.len(),
            finished: false,
            released: false,
            really_started: None,
            earliest: 0,
            begun: 0,
            next_look: 0,
            tries: action.retry.times,
            at_limit: false,
            looked_for: false,
            told_wait: None,
            next_done: Vec::new(),
            next_over: Vec::new(),
            next_started: Vec::new(),
        }
    }
}
