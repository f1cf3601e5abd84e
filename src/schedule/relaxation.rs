//! The Lagrangian relaxation of the time-indexed program (Christofides, Alvarez-Valdes, Tamarit 1987; Möhring,
//! Schulz, Stork, Uetz 2003): levels are priced instead of limited, and each job goes where it pays least.
//!
//! Multipliers are found by the volume algorithm (Barahona, Anbil 2000), which also gives an approximate primal
//! solution: how each job's start is spread, and from it the start that guides list scheduling.

use crate::formulation::Seconds;

use super::certificate::{Certificate, FRACTION};
use super::grid::Grid;
use super::instance::{Instance, Job, Mode, Origin};

/// The relaxation of one objective on one grid, the objectives before it being no worse than they are known to be.
///
/// Each row of levels and slots is followed by one number for each earlier objective, which is priced as they are.
pub struct Relaxation<'a> {
    instance: &'a Instance,
    goal: usize,
    /// What each objective before it may be at most.
    limits: Vec<i64>,
    grid: Grid,
    width: usize,
    /// By what a level's numbers are divided, and then those of each earlier objective.
    scale: Vec<f64>,
    /// Mean room of each level and slot, and then of each earlier objective.
    room: Vec<f64>,
    /// Multiplier of each level and slot, for the slot as a whole, and then of each earlier objective.
    lambda: Vec<f64>,
    best: f64,
    /// Average of the subgradients.
    volume: Vec<f64>,
    /// Average of the starts.
    mean: Vec<f64>,
    /// Until when starts count as early.
    front: Seconds,
    /// The share of each job that starts by then, on average.
    early: Vec<f64>,
    factor: f64,
    weight: f64,
    target: f64,
    bad: usize,
    stale: usize,
    checkpoint: f64,
    scratch: Scratch,
}

/// `constant + slope * start`
#[derive(Clone, Copy)]
struct Cost {
    constant: f64,
    slope: f64,
}

impl Cost {
    fn at(self, start: Seconds) -> f64 {
        self.constant + self.slope * start as f64
    }
}

#[derive(Default)]
struct Scratch {
    trial: Vec<f64>,
    tails: Vec<f64>,
    gradient: Vec<f64>,
    price: Vec<f64>,
    choice: Vec<(u32, Seconds)>,
}

impl<'a> Relaxation<'a> {
    /// With multipliers of 0, but where those would reward lateness; `values` are those of a known schedule.
    pub fn new(instance: &'a Instance, goal: usize, values: &[i64], grid: Grid) -> Self {
        let mut relaxation = Relaxation::blank(instance, goal, values, grid);
        let first = first_multipliers(instance, goal, &grid);
        relaxation.lambda[..first.len()].copy_from_slice(&first);
        relaxation
    }

    /// With what a unit of each level costs in each slot as a whole.
    pub fn at(
        instance: &'a Instance,
        goal: usize,
        values: &[i64],
        grid: Grid,
        prices: &[f64],
    ) -> Self {
        let mut relaxation = Relaxation::blank(instance, goal, values, grid);
        let width = relaxation.width;
        let rows = relaxation.lambda.chunks_mut(width).zip(&relaxation.scale);
        for ((row, scale), prices) in rows.zip(prices.chunks(width)) {
            for (l, price) in row.iter_mut().zip(prices) {
                *l = price * scale;
            }
        }
        // They are near: long steps would lead away.
        relaxation.factor = 0.1;
        relaxation
    }

    fn blank(instance: &'a Instance, goal: usize, values: &[i64], grid: Grid) -> Self {
        let levels = instance.levels.len();
        let width = grid.slots + 1;
        let mut scale = vec![1.0_f64; levels];
        for mode in instance.jobs.iter().flat_map(|job| &job.modes) {
            for event in &mode.events {
                let scale = &mut scale[event.level as usize];
                *scale = scale.max(event.change.unsigned_abs() as f64);
            }
        }
        let mut room = Vec::with_capacity(levels * width + goal);
        for (level, scale) in instance.levels.iter().zip(&scale) {
            for (slot, sum) in grid.sums(&level.room).into_iter().enumerate() {
                room.push(sum as f64 / grid.length(slot) as f64 / scale);
            }
        }
        let limits = values[..goal].to_vec();
        for (earlier, &limit) in limits.iter().enumerate() {
            let parts = instance.goals[earlier];
            // A job that moves through all slots changes as much as one that holds a level all the time.
            let slopes = instance.jobs.iter().flat_map(|job| &job.modes);
            let steepest = slopes.map(|mode| mode.cost[earlier].slope.unsigned_abs());
            let steepest = steepest.max().unwrap_or(0).max(1) as f64;
            scale.push(steepest * grid.slot as f64 * (width as f64).sqrt());
            room.push((limit - parts.constant) as f64 / scale[levels + earlier]);
        }
        let lambda = vec![0.0; levels * width + goal];
        Relaxation {
            instance,
            goal,
            limits,
            grid,
            width,
            scale,
            room,
            lambda,
            best: f64::NEG_INFINITY,
            volume: Vec::new(),
            mean: Vec::new(),
            front: -1,
            early: Vec::new(),
            factor: 0.5,
            weight: 0.1,
            target: 0.0,
            bad: 0,
            stale: 0,
            checkpoint: f64::NEG_INFINITY,
            scratch: Scratch::default(),
        }
    }

    /// The best bound so far, up to rounding of floats.
    pub fn best(&self) -> f64 {
        self.best
    }

    /// When the relaxation starts each job on average.
    pub fn starts(&self) -> &[f64] {
        &self.mean
    }

    /// Counts from now on which share of each job starts by a moment.
    pub fn watch(&mut self, front: Seconds) {
        self.front = front;
    }

    /// The share of each job that starts by then.
    pub fn early(&self) -> &[f64] {
        &self.early
    }

    /// What a unit of each level costs in each slot as a whole.
    pub fn prices(&self) -> Vec<f64> {
        let rows = self.lambda.chunks(self.width).zip(&self.scale);
        rows.flat_map(|(row, scale)| row.iter().map(move |l| l / scale))
            .collect()
    }

    /// What each job gains if it starts at a moment rather than later, the room of that moment itself being free of
    /// charge; slots are seconds.
    pub fn gains(&self, now: Seconds) -> Vec<f64> {
        let width = self.width;
        let mut tails = vec![0.0; self.instance.levels.len() * (width + 1)];
        for (row, tails) in self.lambda.chunks(width).zip(tails.chunks_mut(width + 1)) {
            for slot in (0..width).rev() {
                tails[slot] = tails[slot + 1] + row[slot];
            }
        }
        let mut price = Vec::new();
        let gain = |job: &Job| {
            let (mut at_once, mut later) = (f64::INFINITY, f64::INFINITY);
            for mode in &job.modes {
                let cost = self.cost(mode, &self.lambda[self.instance.levels.len() * width..]);
                if mode.starts.next(now) == Some(now) {
                    let events = mode.events.iter().map(|event| {
                        let slot = (now + event.at).clamp(now + 1, self.grid.horizon - 1);
                        let (slot, _) = self.grid.locate(slot);
                        let level = event.level as usize;
                        tails[level * (width + 1) + slot] * event.change as f64 / self.scale[level]
                    });
                    at_once = at_once.min(cost.at(now) + events.sum::<f64>());
                }
                let mut rest = mode.clone();
                rest.starts.intersect(&[(now + 1, Seconds::MAX)]);
                later = later.min(self.least(&rest, cost, &tails, &mut price).0);
            }
            later - at_once
        };
        self.instance.jobs.iter().map(gain).collect()
    }

    /// Where each job went in the last step.
    pub fn last(&self) -> Vec<f64> {
        self.scratch
            .choice
            .iter()
            .map(|&(_, start)| start as f64)
            .collect()
    }

    /// Takes a number of steps towards better multipliers; `upper` is the value of a known schedule.
    pub fn improve(&mut self, steps: usize, upper: f64) {
        if self.best == f64::NEG_INFINITY {
            self.begin();
        }
        for _ in 0..steps {
            if self.best >= upper - 1e-6 {
                break;
            }
            self.step(upper);
        }
    }

    fn begin(&mut self) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.trial.clone_from(&self.lambda);
        self.best = self.evaluate(&mut scratch);
        self.volume.clone_from(&scratch.gradient);
        self.mean = scratch
            .choice
            .iter()
            .map(|&(_, start)| start as f64)
            .collect();
        let early = scratch
            .choice
            .iter()
            .map(|&(_, start)| f64::from(u8::from(start <= self.front)));
        self.early = early.collect();
        self.checkpoint = self.best;
        self.scratch = scratch;
    }

    fn step(&mut self, upper: f64) {
        self.target = self.aim(upper);
        let norm: f64 = self
            .lambda
            .iter()
            .zip(&self.volume)
            .filter(|&(&lambda, &v)| lambda > 0.0 || v > 0.0)
            .map(|(_, v)| v * v)
            .sum();
        if norm < 1e-12 {
            return;
        }
        let length = self.factor * (self.target - self.best) / norm;
        let mut scratch = std::mem::take(&mut self.scratch);
        for ((trial, lambda), v) in scratch.trial.iter_mut().zip(&self.lambda).zip(&self.volume) {
            *trial = (lambda + length * v).max(0.0);
        }
        let value = self.evaluate(&mut scratch);
        let alpha = self.mixing(&scratch.gradient);
        let mut along = 0.0;
        for (v, g) in self.volume.iter_mut().zip(&scratch.gradient) {
            along += *v * g;
            *v += alpha * (g - *v);
        }
        for (mean, &(_, start)) in self.mean.iter_mut().zip(&scratch.choice) {
            *mean += alpha * (start as f64 - *mean);
        }
        for (early, &(_, start)) in self.early.iter_mut().zip(&scratch.choice) {
            *early += alpha * (f64::from(u8::from(start <= self.front)) - *early);
        }
        self.adapt(value, along, &mut scratch);
        self.scratch = scratch;
    }

    /// The value that steps aim at: a little above the bound, not above what is known to be possible.
    fn aim(&self, upper: f64) -> f64 {
        let above = self.best + 0.05 * self.best.abs().max(1.0);
        above.min(upper).max(self.best + 1e-9)
    }

    /// The share of a new subgradient that makes the average shortest, within limits.
    fn mixing(&self, gradient: &[f64]) -> f64 {
        let (mut vv, mut gv, mut gg) = (0.0, 0.0, 0.0);
        for (v, g) in self.volume.iter().zip(gradient) {
            vv += v * v;
            gv += g * v;
            gg += g * g;
        }
        let spread = vv - 2.0 * gv + gg;
        let best = if spread > 0.0 {
            (vv - gv) / spread
        } else {
            1.0
        };
        if best < 0.0 {
            self.weight / 10.0
        } else {
            best.clamp(self.weight / 10.0, self.weight)
        }
    }

    fn adapt(&mut self, value: f64, along: f64, scratch: &mut Scratch) {
        if value > self.best {
            self.best = value;
            std::mem::swap(&mut self.lambda, &mut scratch.trial);
            self.bad = 0;
            if along > 0.0 {
                self.factor = (self.factor * 1.1).min(2.0);
            }
        } else {
            self.bad += 1;
            if self.bad >= 10 {
                self.factor = (self.factor * 0.66).max(1e-5);
                self.bad = 0;
            }
        }
        self.stale += 1;
        if self.stale >= 100 {
            self.stale = 0;
            if self.best - self.checkpoint < 0.001 * self.best.abs() {
                self.weight = (self.weight * 0.5).max(1e-3);
            }
            self.checkpoint = self.best;
        }
    }

    /// Solves the relaxed problem for the trial multipliers: its value, each job's choice and a subgradient.
    fn evaluate(&self, scratch: &mut Scratch) -> f64 {
        let levels = self.instance.levels.len();
        scratch.tails.resize(levels * (self.width + 1), 0.0);
        let mut value = self.instance.goals[self.goal].constant as f64;
        for level in 0..levels {
            let row = &scratch.trial[level * self.width..][..self.width];
            let tails = &mut scratch.tails[level * (self.width + 1)..][..=self.width];
            tails[self.width] = 0.0;
            for slot in (0..self.width).rev() {
                tails[slot] = tails[slot + 1] + row[slot];
            }
        }
        value -= self
            .room
            .iter()
            .zip(&scratch.trial)
            .map(|(room, l)| room * l)
            .sum::<f64>();
        scratch.gradient.clear();
        scratch.gradient.extend(self.room.iter().map(|_| 0.0));
        scratch.choice.clear();
        for job in &self.instance.jobs {
            let mut least = (f64::INFINITY, 0, 0);
            for (index, mode) in job.modes.iter().enumerate() {
                let cost = self.cost(mode, &scratch.trial[levels * self.width..]);
                let (price, start) = self.least(mode, cost, &scratch.tails, &mut scratch.price);
                if price < least.0 {
                    least = (price, index as u32, start);
                }
            }
            let (price, mode, start) = least;
            value += price;
            scratch.choice.push((mode, start));
            self.add(&job.modes[mode as usize], start, &mut scratch.gradient);
        }
        for level in 0..levels {
            let row = &mut scratch.gradient[level * self.width..][..self.width];
            let mut sum = 0.0;
            for (slot, room) in row.iter_mut().zip(&self.room[level * self.width..]) {
                sum += *slot;
                *slot = sum - room;
            }
        }
        for (earlier, room) in self.room[levels * self.width..].iter().enumerate() {
            let jobs = self.instance.jobs.iter().zip(&scratch.choice);
            let costs =
                jobs.map(|(job, &(mode, start))| job.modes[mode as usize].cost[earlier].at(start));
            let sum = costs.map(|cost| cost as f64).sum::<f64>() / self.scale[levels + earlier];
            scratch.gradient[levels * self.width + earlier] = sum - room;
        }
        value
    }

    /// What a mode costs, earlier objectives included; they have these multipliers.
    fn cost(&self, mode: &Mode, earlier: &[f64]) -> Cost {
        let own = mode.cost[self.goal];
        let mut cost = Cost {
            constant: own.constant as f64,
            slope: own.slope as f64,
        };
        let scales = &self.scale[self.instance.levels.len()..];
        for ((other, multiplier), scale) in mode.cost.iter().zip(earlier).zip(scales) {
            cost.constant += other.constant as f64 * multiplier / scale;
            cost.slope += other.slope as f64 * multiplier / scale;
        }
        cost
    }

    /// Adds what a job changes, as differences between slots.
    fn add(&self, mode: &Mode, start: Seconds, differences: &mut [f64]) {
        for event in &mode.events {
            let at = start + event.at;
            if at >= self.grid.horizon {
                continue;
            }
            let (slot, over) = self.grid.locate(at);
            let level = event.level as usize;
            let change = event.change as f64 / self.scale[level];
            let over = over as f64 / self.grid.length(slot) as f64;
            let row = &mut differences[level * self.width..][..self.width];
            row[slot] += change * (1.0 - over);
            if slot + 1 < self.width {
                row[slot + 1] += change * over;
            }
        }
    }

    /// The cheapest start of a mode.
    fn least(
        &self,
        mode: &Mode,
        cost: Cost,
        tails: &[f64],
        price: &mut Vec<f64>,
    ) -> (f64, Seconds) {
        let mut best = (f64::INFINITY, 0);
        let mut consider = |value: f64, start: Seconds| {
            if value < best.0 - 1e-9 {
                best = (value, start);
            }
        };
        for &(first, last) in mode.starts.intervals() {
            let dense = last.min(self.grid.end());
            if first <= dense && self.grid.slot == 1 {
                let count = (dense - first + 1) as usize;
                self.dense(mode, cost, (first, count), tails, price);
                let mut least = (f64::INFINITY, 0);
                for (at, &value) in price.iter().enumerate() {
                    if value < least.0 {
                        least = (value, at);
                    }
                }
                consider(least.0, first + least.1 as Seconds);
            } else if first <= dense {
                self.coarse(mode, cost, (first, dense), tails, &mut consider);
            }
            if last > dense {
                consider(
                    self.price(mode, cost, first.max(dense), tails),
                    first.max(dense),
                );
                consider(self.price(mode, cost, last, tails), last);
            }
        }
        best
    }

    /// Prices at every moment of an interval, slots being seconds.
    fn dense(
        &self,
        mode: &Mode,
        cost: Cost,
        (first, count): (Seconds, usize),
        tails: &[f64],
        price: &mut Vec<f64>,
    ) {
        price.clear();
        price.extend((0..count as Seconds).map(|at| cost.at(first + at)));
        let end = self.grid.slots;
        for event in &mode.events {
            let level = event.level as usize;
            let change = event.change as f64 / self.scale[level];
            let row = &tails[level * (self.width + 1)..][..=self.width];
            let from = (first + event.at) as usize;
            let inside = (end + 1).saturating_sub(from).min(count);
            if inside > 0 {
                for (price, tail) in price[..inside].iter_mut().zip(&row[from..]) {
                    *price += change * tail;
                }
            }
            // In the last slot the sum falls evenly to nothing.
            if row[end] != 0.0 {
                let length = self.grid.length(end) as f64;
                for (at, price) in price.iter_mut().enumerate().skip(inside) {
                    let over = (from + at - end) as f64;
                    *price += change * row[end] * (1.0 - over / length).max(0.0);
                }
            }
        }
    }

    /// Prices where an event passes the edge of a slot, and at the ends of an interval.
    fn coarse(
        &self,
        mode: &Mode,
        cost: Cost,
        (first, last): (Seconds, Seconds),
        tails: &[f64],
        consider: &mut impl FnMut(f64, Seconds),
    ) {
        let mut offsets: Vec<Seconds> = mode.events.iter().map(|e| e.at % self.grid.slot).collect();
        offsets.sort_unstable();
        offsets.dedup();
        consider(self.price(mode, cost, first, tails), first);
        for offset in offsets {
            let mut start = first + (-offset - first).rem_euclid(self.grid.slot);
            while start <= last {
                consider(self.price(mode, cost, start, tails), start);
                start += self.grid.slot;
            }
        }
        consider(self.price(mode, cost, last, tails), last);
    }

    fn price(&self, mode: &Mode, cost: Cost, start: Seconds, tails: &[f64]) -> f64 {
        let mut price = cost.at(start);
        for event in &mode.events {
            let at = start + event.at;
            if at < self.grid.horizon {
                let (slot, over) = self.grid.locate(at);
                let level = event.level as usize;
                let row = &tails[level * (self.width + 1)..][..=self.width];
                let over = over as f64 / self.grid.length(slot) as f64;
                let tail = row[slot] + (row[slot + 1] - row[slot]) * over;
                price += tail * event.change as f64 / self.scale[level];
            }
        }
        price
    }

    /// The best multipliers, as a certificate.
    pub fn certificate(&self) -> Certificate {
        let unit = (1_u64 << FRACTION) as f64;
        let (lambda, earlier) = self
            .lambda
            .split_at(self.instance.levels.len() * self.width);
        let (scale, scales) = self.scale.split_at(self.instance.levels.len());
        let rows = lambda.chunks(self.width).zip(scale);
        let multipliers = rows.map(|(row, scale)| {
            let slots = row.iter().enumerate();
            slots
                .map(|(slot, &l)| (l / scale / self.grid.length(slot) as f64 * unit) as i64)
                .collect()
        });
        let earlier = earlier.iter().zip(scales).zip(&self.limits);
        let earlier = earlier.map(|((l, scale), &limit)| ((l / scale * unit) as i64, limit));
        Certificate {
            goal: self.goal,
            earlier: earlier.collect(),
            grid: self.grid,
            multipliers: multipliers.collect(),
        }
    }
}

/// Jobs that cost less the later they are would go to the horizon. What they earn with each second, the last end pays
/// at least as much: so much it owes each of them from the beginning, as multipliers of its levels.
fn first_multipliers(instance: &Instance, goal: usize, grid: &Grid) -> Vec<f64> {
    let slots = grid.slots + 1;
    let mut lambda = vec![0.0; instance.levels.len() * slots];
    for (row, level) in lambda.chunks_mut(slots).zip(&instance.levels) {
        if let Origin::End(job) = level.origin {
            let slope = |mode: &Mode| mode.cost[goal].slope;
            let earns = -instance.jobs[job]
                .modes
                .iter()
                .map(slope)
                .min()
                .unwrap_or(0)
                .min(0);
            for (slot, multiplier) in row.iter_mut().enumerate() {
                *multiplier = earns as f64 * grid.length(slot) as f64;
            }
        }
    }
    lambda
}
