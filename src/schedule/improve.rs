//! Large neighbourhood search: takes related jobs out of a schedule and puts them back in another order
//! (Shaw 1998), accepting what is a little worse as simulated annealing does (Kirkpatrick, Gelatt, Vecchi 1983).

use super::instance::{Instance, Placed};
use super::list;
use super::partial::{Partial, Place};
use super::random::Random;

/// Jobs taken out at once, but for two. Twice as many were no better beyond chance, and take longer each time.
const LARGEST: usize = 15;

/// A search from one schedule on.
pub struct Search<'a> {
    instance: &'a Instance,
    users: Vec<Vec<u32>>,
    random: Random,
    partial: Partial<'a>,
    values: Vec<i64>,
    best: Placed,
    best_values: Vec<i64>,
    target: &'a [f64],
}

impl<'a> Search<'a> {
    /// From a feasible schedule; `target` says when the relaxation would start each job.
    pub fn new(instance: &'a Instance, from: &Placed, target: &'a [f64], seed: u64) -> Self {
        let mut users = vec![Vec::new(); instance.levels.len()];
        for (index, job) in instance.jobs.iter().enumerate() {
            for event in job.modes.iter().flat_map(|mode| &mode.events) {
                let users: &mut Vec<u32> = &mut users[event.level as usize];
                if users.last() != Some(&(index as u32)) {
                    users.push(index as u32);
                }
            }
        }
        let values = instance.values(from);
        Search {
            instance,
            users,
            random: Random::new(seed),
            partial: Partial::from_placed(instance, from),
            best: from.clone(),
            best_values: values.clone(),
            values,
            target,
        }
    }

    /// The best schedule so far.
    pub fn best(&self) -> &Placed {
        &self.best
    }

    /// Its values.
    pub fn best_values(&self) -> &[i64] {
        &self.best_values
    }

    /// How much worse, in the first objective, a schedule is by a typical delay of one job: the unit of temperatures.
    pub fn unit(&self) -> f64 {
        let mut sum = 0.0;
        for mode in self.instance.jobs.iter().map(|job| &job.modes[0]) {
            sum += mode.cost[0].slope.abs() as f64 * mode.span as f64;
        }
        let makespan =
            self.instance.goals[0].makespan as f64 * self.instance.makespan(&self.best) as f64;
        sum / self.instance.jobs.len().max(1) as f64 + 0.001 * makespan
    }

    /// Takes a number of steps at a temperature: something worse by that much is accepted once in e times.
    pub fn run(&mut self, steps: usize, temperature: f64) {
        for _ in 0..steps {
            let slack = -temperature * libm::log(1.0 - self.random.unit());
            self.step(slack as i64);
        }
    }

    fn step(&mut self, slack: i64) {
        let chosen = self.choose();
        let mut order = self.order(&chosen);
        let old: Vec<(usize, Place)> = chosen
            .iter()
            .filter_map(|&job| Some((job, self.partial.remove(job)?)))
            .collect();
        order.retain(|&job| self.partial.place(job).is_none());
        let place = if self.random.below(4) > 0 {
            list::place_by_time
        } else {
            list::place_all
        };
        let most = old
            .iter()
            .map(|&(job, place)| list::cost(self.instance, job, place));
        let most = most.sum::<i64>().saturating_add(slack);
        let mut placed = place(&mut self.partial, self.instance, &order, most);
        if placed {
            list::shift_late(&mut self.partial, self.instance, &chosen);
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
            self.record();
        }
    }

    /// The values now, from those before and what has moved since.
    fn values_after(&self, old: &[(usize, Place)]) -> Vec<i64> {
        if self.instance.goals.iter().any(|goal| goal.makespan != 0) {
            return self.values_now();
        }
        let mut values = self.values.clone();
        for &(job, place) in old {
            let modes = &self.instance.jobs[job].modes;
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

    fn record(&mut self) {
        list::compact(&mut self.partial, self.instance);
        if let Some(placed) = self.partial.finish() {
            let values = self.instance.values(&placed);
            if values < self.best_values {
                self.best_values.clone_from(&values);
                self.best = placed;
            }
            self.values = values;
        }
    }

    fn accepts(&self, values: &[i64], slack: i64) -> bool {
        values[0] <= self.values[0].saturating_add(slack) || values <= &self.values[..]
    }

    fn values_now(&self) -> Vec<i64> {
        let mut makespan = 0;
        let mut values: Vec<i64> = self
            .instance
            .goals
            .iter()
            .map(|goal| goal.constant)
            .collect();
        for (index, job) in self.instance.jobs.iter().enumerate() {
            if let Some(place) = self.partial.place(index) {
                let mode = &job.modes[place.mode as usize];
                makespan = makespan.max(place.start + mode.span);
                for (value, cost) in values.iter_mut().zip(&mode.cost) {
                    *value += cost.at(place.start);
                }
            }
        }
        for (value, goal) in values.iter_mut().zip(&self.instance.goals) {
            *value += goal.makespan * makespan;
        }
        values
    }

    fn start(&self, job: usize) -> i64 {
        self.partial.place(job).map_or(0, |place| place.start)
    }

    /// Jobs that share levels with one another, near in time.
    fn choose(&mut self) -> Vec<usize> {
        let jobs = self.instance.jobs.len();
        let seed = self.random.below(jobs);
        if self.random.below(4) == 0 {
            return self.window(seed);
        }
        let size = 2 + self.random.below(LARGEST.min(jobs));
        let mut chosen = vec![seed];
        let mut tries = 0;
        while chosen.len() < size && tries < 4 * size {
            tries += 1;
            let from = chosen[self.random.below(chosen.len())];
            let job = self.relative(from);
            if !chosen.contains(&job) {
                chosen.push(job);
            }
        }
        chosen
    }

    /// The jobs nearest in time on one level.
    fn window(&mut self, job: usize) -> Vec<usize> {
        let segments = &self.instance.jobs[job].modes[0].segments;
        if segments.is_empty() {
            return vec![job];
        }
        let level = segments[self.random.below(segments.len())].level;
        let start = self.start(job);
        let users = self.users[level as usize].iter();
        let mut near: Vec<(i64, usize)> = users
            .map(|&user| ((self.start(user as usize) - start).abs(), user as usize))
            .collect();
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
        let events = &self.instance.jobs[job].modes[mode as usize].events;
        if events.is_empty() {
            return self.random.below(self.instance.jobs.len());
        }
        let level = events[self.random.below(events.len())].level;
        let users = &self.users[level as usize];
        let start = self.start(job);
        let pick = |random: &mut Random| users[random.below(users.len())] as usize;
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
        let mut keyed: Vec<(f64, usize)> = Vec::new();
        for &job in chosen {
            let noise = self.random.unit();
            let start = self.start(job) as f64;
            let key = match rule {
                0 => noise,
                1 => start + 40.0 * (noise - 0.5),
                2 => self.target[job] + 40.0 * (noise - 0.5),
                _ => self.instance.jobs[job].modes[0].span as f64 * (0.5 + noise),
            };
            keyed.push((key, job));
        }
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        keyed.into_iter().map(|(_, job)| job).collect()
    }
}
