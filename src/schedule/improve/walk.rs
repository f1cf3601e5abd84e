//! One of the searches: it takes related jobs out of a schedule and puts them back in another order, all of them within
//! a part of the time.

use std::sync::Arc;

use crate::formulation::Seconds;
use crate::schedule::construct::list;
use crate::schedule::construct::partial::{ALWAYS, Partial, Place};
use crate::schedule::instance::Placed;
use crate::schedule::random::Random;

use super::Setting;

/// Jobs taken out at once, but for two. Twice as many were no better beyond chance, and take longer each time.
const LARGEST: usize = 15;

/// How often a job in the part is looked for.
const TRIES: usize = 16;

/// A way through schedules.
pub struct Walk<'a> {
    setting: Arc<Setting<'a>>,
    random: Random,
    partial: Partial<'a>,
    values: Vec<i64>,
    /// The best schedule on the way, if any was better than that which all walks know.
    best: Option<Vec<Place>>,
    best_values: Vec<i64>,
}

impl<'a> Walk<'a> {
    /// From a schedule.
    pub fn new(setting: Arc<Setting<'a>>, partial: Partial<'a>, seed: u64) -> Self {
        let mut walk = Walk {
            setting,
            random: Random::new(seed),
            partial,
            values: Vec::new(),
            best: None,
            best_values: Vec::new(),
        };
        walk.values = walk.values_now();
        walk
    }

    /// Takes a number of steps at a temperature, of jobs that run within a part of the time: something worse by that much is
    /// accepted once in e times.
    pub fn run(&mut self, part: (Seconds, Seconds), steps: usize, temperature: f64, best: &[i64]) {
        self.best = None;
        self.best_values = best.to_vec();
        self.partial.confine(part);
        for _ in 0..steps {
            let slack = -temperature * libm::log(1.0 - self.random.unit());
            self.step(slack as i64);
        }
    }

    /// The values of the schedule.
    pub fn values(&self) -> &[i64] {
        &self.values
    }

    /// The best schedule of the last steps, if it was better than the best before, and its values.
    pub fn best(&self) -> Option<(&[i64], &[Place])> {
        Some((&self.best_values, self.best.as_ref()?))
    }

    /// Where each job is.
    pub fn places(&self) -> Vec<Place> {
        let jobs = 0..self.setting.instance.jobs.len();
        jobs.map(|job| self.partial.place(job).expect("all are placed"))
            .collect()
    }

    /// Goes to another schedule.
    pub fn go(&mut self, places: &[Place]) {
        let moved = places.iter().enumerate();
        let moved = moved.filter(|&(job, place)| self.partial.place(job) != Some(*place));
        let moved: Vec<(usize, Place)> = moved.map(|(job, &place)| (job, place)).collect();
        self.partial.restore(&moved);
        self.values = self.values_now();
    }

    /// Moves each job to its best place among the others; the schedule, if no level is exceeded.
    pub fn compacted(&mut self) -> Option<Placed> {
        self.partial.confine(ALWAYS);
        list::compact(&mut self.partial, self.setting.instance);
        self.values = self.values_now();
        self.partial.finish()
    }

    fn step(&mut self, slack: i64) {
        let instance = self.setting.instance;
        let chosen = self.choose();
        if chosen.is_empty() {
            return;
        }
        let mut order = self.order(&chosen);
        let mut old: Vec<(usize, Place)> = Vec::with_capacity(chosen.len());
        old.extend(
            chosen
                .iter()
                .filter_map(|&job| Some((job, self.partial.remove(job)?))),
        );
        order.retain(|&job| self.partial.place(job).is_none());
        let place = if self.random.below(4) > 0 {
            list::place_by_time
        } else {
            list::place_all
        };
        let most = old
            .iter()
            .map(|&(job, place)| list::cost(instance, job, place));
        let most = most.sum::<i64>().saturating_add(slack);
        let mut placed = place(&mut self.partial, instance, &order, most);
        if placed {
            list::shift_late(&mut self.partial, instance, &chosen);
        }
        placed = placed && chosen.iter().all(|&job| self.partial.holds(job));
        let values = if placed {
            self.values_after(&old)
        } else {
            Vec::new()
        };
        if !placed || !self.accepts(&values, slack) {
            self.partial.restore(&old);
            return;
        }
        self.values = values;
        if self.values < self.best_values {
            self.best_values.clone_from(&self.values);
            self.best = Some(self.places());
        }
    }

    /// The values now, from those before and what has moved since.
    fn values_after(&self, old: &[(usize, Place)]) -> Vec<i64> {
        if self
            .setting
            .instance
            .goals
            .iter()
            .any(|goal| goal.makespan != 0)
        {
            return self.values_now();
        }
        let mut values = self.values.clone();
        for &(job, place) in old {
            let modes = &self.setting.instance.jobs[job].modes;
            let Some(now) = self.partial.place(job) else {
                continue;
            };
            for (goal, value) in values.iter_mut().enumerate() {
                *value += modes[now.mode as usize].cost[goal].at(now.start);
                *value -= modes[place.mode as usize].cost[goal].at(place.start);
            }
        }
        values
    }

    fn accepts(&self, values: &[i64], slack: i64) -> bool {
        values[0] <= self.values[0].saturating_add(slack) || values <= &self.values[..]
    }

    fn values_now(&self) -> Vec<i64> {
        let instance = self.setting.instance;
        let mut makespan = 0;
        let goals = instance.goals.iter();
        let mut values: Vec<i64> = goals.map(|goal| goal.constant).collect();
        for (index, job) in instance.jobs.iter().enumerate() {
            if let Some(place) = self.partial.place(index) {
                let mode = &job.modes[place.mode as usize];
                makespan = makespan.max(place.start + mode.span);
                for (value, cost) in values.iter_mut().zip(&mode.cost) {
                    *value += cost.at(place.start);
                }
            }
        }
        for (value, goal) in values.iter_mut().zip(&instance.goals) {
            *value += goal.makespan * makespan;
        }
        values
    }

    fn start(&self, job: usize) -> i64 {
        self.partial.place(job).map_or(0, |place| place.start)
    }

    /// Jobs that share levels with one another, near in time.
    fn choose(&mut self) -> Vec<usize> {
        let jobs = self.setting.instance.jobs.len();
        let seed = (0..TRIES).find_map(|_| {
            let job = self.random.below(jobs);
            self.partial.confines(job).then_some(job)
        });
        let Some(seed) = seed else {
            return Vec::new();
        };
        if self.random.below(4) == 0 {
            return self.window(seed);
        }
        let size = 2 + self.random.below(LARGEST.min(jobs));
        let mut chosen = Vec::with_capacity(size);
        chosen.push(seed);
        let mut tries = 0;
        while chosen.len() < size && tries < 4 * size {
            tries += 1;
            let from = chosen[self.random.below(chosen.len())];
            let job = self.relative(from);
            if !chosen.contains(&job) && self.partial.confines(job) {
                chosen.push(job);
            }
        }
        chosen
    }

    /// The jobs nearest in time on one level.
    fn window(&mut self, job: usize) -> Vec<usize> {
        let segments = &self.setting.instance.jobs[job].modes[0].segments;
        if segments.is_empty() {
            return vec![job];
        }
        let level = segments[self.random.below(segments.len())].level;
        let start = self.start(job);
        let users = &self.setting.users[level as usize];
        let mut near: Vec<(i64, usize)> = Vec::with_capacity(users.len());
        let users = users.iter().copied();
        near.extend(
            users
                .filter(|&user| self.partial.confines(user))
                .map(|user| ((self.start(user) - start).abs(), user)),
        );
        let size = 2 + self.random.below(LARGEST);
        if near.len() > size {
            near.select_nth_unstable(size);
            near.truncate(size);
        }
        near.into_iter().map(|(_, job)| job).collect()
    }

    /// A job that shares a level with another: the nearest in time of a few.
    fn relative(&mut self, job: usize) -> usize {
        let mode = self.partial.place(job).map_or(0, |place| place.mode);
        let events = &self.setting.instance.jobs[job].modes[mode as usize].events;
        if events.is_empty() {
            return self.random.below(self.setting.instance.jobs.len());
        }
        let level = events[self.random.below(events.len())].level;
        let users = &self.setting.users[level as usize];
        let start = self.start(job);
        let pick = |random: &mut Random| users[random.below(users.len())];
        let mut nearest = pick(&mut self.random);
        for _ in 0..2 {
            let other = pick(&mut self.random);
            let nearer = (self.start(other) - start).abs() < (self.start(nearest) - start).abs();
            if nearest == job || (nearer && other != job) {
                nearest = other;
            }
        }
        nearest
    }

    /// The order in which jobs are put back.
    fn order(&mut self, chosen: &[usize]) -> Vec<usize> {
        let rule = self.random.below(4);
        let mut keyed: Vec<(f64, usize)> = Vec::with_capacity(chosen.len());
        for &job in chosen {
            let noise = self.random.unit();
            let start = self.start(job) as f64;
            let key = match rule {
                0 => noise,
                1 => start + 40.0 * (noise - 0.5),
                2 => self.setting.target[job] + 40.0 * (noise - 0.5),
                _ => self.setting.instance.jobs[job].modes[0].span as f64 * (0.5 + noise),
            };
            keyed.push((key, job));
        }
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        keyed.into_iter().map(|(_, job)| job).collect()
    }
}
