//! The Lagrangian relaxation of the time-indexed program (Christofides, Alvarez-Valdes, Tamarit 1987; Möhring,
//! Schulz, Stork, Uetz 2003): levels are priced instead of limited, and each job goes where it pays least.
//!
//! Multipliers are found by the volume algorithm (Barahona, Anbil 2000), which also gives an approximate primal
//! solution: how each job's start is spread, and from it the start that guides list scheduling.

mod pricing;
mod rows;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::formulation::Seconds;

use super::cells::turns::Turns;
use super::cells::{Cell, Cells};
use super::certificate::{Certificate, FRACTION};
use super::grid::Grid;
use crate::schedule::instance::{Instance, Job, Mode, Origin};
use pricing::{Buffer, Choice, Cost, Pricing};
use rows::{Products, Rows};

/// Jobs that a core looks at before it asks for more.
const JOBS: usize = 16;

/// Where multipliers are near the best ones, longer steps would lead away.
const NEAR: f64 = 0.1;

/// How long steps are when they are longer again, and how large a share then is.
const AGAIN: f64 = 0.02;

/// The largest share of a new subgradient in the average, at first.
const WEIGHT: f64 = 0.1;

/// The relaxation of one objective on one grid, the objectives before it being no worse than they are known to be.
pub struct Relaxation<'a> {
    instance: &'a Instance,
    /// Jobs that are priced together.
    cells: Option<&'a Cells>,
    goal: usize,
    /// What each objective before it may be at most.
    limits: Vec<i64>,
    grid: Grid,
    /// By what a level's numbers are divided.
    scale: Vec<f64>,
    /// The inverse of that.
    unit: Vec<f64>,
    /// By what those of an earlier objective are divided.
    scales: Vec<f64>,
    /// A row for each level; multipliers are for a slot as a whole, room is the mean of the slot.
    levels: Rows,
    /// A row of one slot for each earlier objective, which is priced as levels are.
    earlier: Rows,
    best: f64,
    /// Where each job goes at the multipliers tried last.
    choices: Vec<Choice>,
    /// Average of the starts.
    mean: Vec<f64>,
    /// Until when starts count as early.
    front: Seconds,
    /// The share of each job that starts by then, on average.
    early: Vec<f64>,
    /// The square of the length of the average of the subgradients.
    norm: f64,
    factor: f64,
    weight: f64,
    bad: usize,
    stale: usize,
    checkpoint: f64,
}

impl<'a> Relaxation<'a> {
    /// With multipliers of 0, but where those would reward lateness; `values` are those of a known schedule.
    pub fn new(instance: &'a Instance, goal: usize, values: &[i64], grid: Grid) -> Self {
        let mut relaxation = Relaxation::blank(instance, goal, values[..goal].to_vec(), grid);
        begin_with_lateness(instance, goal, &grid, &mut relaxation.levels);
        relaxation
    }

    /// With what a unit of each level costs in each slot as a whole.
    pub fn at(
        instance: &'a Instance,
        goal: usize,
        values: &[i64],
        grid: Grid,
        prices: &[f32],
    ) -> Self {
        let mut relaxation = Relaxation::blank(instance, goal, values[..goal].to_vec(), grid);
        let rows = relaxation.levels.lambda_mut().zip(&relaxation.scale);
        for ((row, &scale), prices) in rows.zip(prices.chunks(grid.slots + 1)) {
            for (l, price) in row.iter_mut().zip(prices) {
                *l = price * scale as f32;
            }
        }
        relaxation.factor = NEAR;
        relaxation
    }

    /// That of cells, with the multipliers of a certificate of the instance that they are of.
    pub fn of_cells(cells: &'a Cells, values: &[i64], from: &Certificate) -> Self {
        let unit = (1_u64 << FRACTION) as f64;
        let prices = cells.levels.iter().flat_map(|&level| {
            let slots = from.multipliers[level].iter().enumerate();
            slots.map(|(slot, &m)| (m as f64 / unit * from.grid.length(slot) as f64) as f32)
        });
        let prices: Vec<f32> = prices.collect();
        let mut relaxation = Relaxation::at(&cells.instance, from.goal, values, from.grid, &prices);
        relaxation.cells = Some(cells);
        let earlier = from.earlier.iter().zip(&relaxation.scales);
        for (row, (&(m, _), scale)) in relaxation.earlier.lambda_mut().zip(earlier) {
            row[0] = (m as f64 / unit * scale) as f32;
        }
        relaxation
    }

    fn blank(instance: &'a Instance, goal: usize, limits: Vec<i64>, grid: Grid) -> Self {
        let width = grid.slots + 1;
        let mut scale = vec![1.0_f64; instance.levels.len()];
        for mode in instance.jobs.iter().flat_map(|job| &job.modes) {
            for event in &mode.events {
                let scale = &mut scale[event.level as usize];
                *scale = scale.max(event.change.unsigned_abs() as f64);
            }
        }
        // A pool has more to spare by as much as it has parts: so that this does not drown what binds elsewhere.
        for (scale, level) in scale.iter_mut().zip(&instance.levels) {
            *scale *= level.parts as f64;
        }
        let mut room = Vec::with_capacity(scale.len() * width);
        for (level, scale) in instance.levels.iter().zip(&scale) {
            let sums = grid.sums(&level.room).into_iter().enumerate();
            room.extend(
                sums.map(|(slot, sum)| (sum as f64 / grid.length(slot) as f64 / scale) as f32),
            );
        }
        let (mut scales, mut least) = (Vec::new(), Vec::new());
        for (earlier, &limit) in limits.iter().enumerate() {
            let parts = instance.goals[earlier];
            // A job that moves through all slots changes as much as one that holds a level all the time.
            let slopes = instance.jobs.iter().flat_map(|job| &job.modes);
            let steepest = slopes.map(|mode| mode.cost[earlier].slope.unsigned_abs());
            let steepest = steepest.max().unwrap_or(0).max(1) as f64;
            let scale = steepest * grid.slot as f64 * (width as f64).sqrt();
            least.push(((limit - parts.constant) as f64 / scale) as f32);
            scales.push(scale);
        }
        let jobs = instance.jobs.len();
        Relaxation {
            instance,
            cells: None,
            goal,
            limits,
            grid,
            unit: scale.iter().map(|scale| 1.0 / scale).collect(),
            scale,
            scales,
            levels: Rows::new(width, &room),
            earlier: Rows::new(1, &least),
            best: f64::NEG_INFINITY,
            choices: vec![Choice::default(); jobs],
            mean: vec![0.0; jobs],
            front: -1,
            early: vec![0.0; jobs],
            norm: 0.0,
            factor: 0.5,
            weight: WEIGHT,
            bad: 0,
            stale: 0,
            checkpoint: f64::NEG_INFINITY,
        }
    }

    /// The same in slots half as long.
    pub fn halved(self) -> Self {
        let mut fine = Relaxation::blank(self.instance, self.goal, self.limits, self.grid.halved());
        let norm = fine.levels.take_halved(&self.levels);
        let earlier = self.earlier.lambda().zip(&self.scales);
        let scaled = earlier.zip(&fine.scales);
        for (fine, ((l, old), new)) in fine.earlier.lambda_mut().zip(scaled) {
            fine[0] = l[0] * (new / old) as f32;
        }
        Relaxation {
            best: self.best,
            choices: self.choices,
            mean: self.mean,
            front: self.front,
            early: self.early,
            norm,
            factor: NEAR,
            checkpoint: self.checkpoint,
            ..fine
        }
    }

    /// Takes steps that are longer again, though not as long as at first.
    pub fn restart(&mut self) {
        (self.factor, self.weight) = (AGAIN, AGAIN);
        (self.bad, self.stale) = (0, 0);
        self.checkpoint = self.best;
    }

    /// How time is cut.
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// How many numbers each step touches.
    pub fn numbers(&self) -> usize {
        numbers(self.instance, self.grid)
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
    pub fn prices(&self) -> Vec<f32> {
        let rows = self.levels.lambda().zip(&self.scale);
        let priced = rows.flat_map(|(row, &scale)| row.iter().map(move |l| l / scale as f32));
        priced.collect()
    }

    /// What each job gains if it starts at a moment rather than later, the room of that moment itself being free of
    /// charge; slots are seconds.
    pub fn gains(&mut self, now: Seconds) -> Vec<f64> {
        self.levels.advance(0.0);
        self.earlier.advance(0.0);
        let pricing = self.pricing();
        let mut buffer = Buffer::default();
        let gain = |job: &Job| {
            let (mut at_once, mut later) = (f64::INFINITY, f64::INFINITY);
            for mode in &job.modes {
                let cost = self.cost(mode);
                if mode.starts.next(now) == Some(now) {
                    let events = mode.events.iter().map(|event| {
                        let slot = (now + event.at).clamp(now + 1, self.grid.horizon - 1);
                        let (slot, _) = self.grid.locate(slot);
                        let level = event.level as usize;
                        let tail = f64::from(self.levels.tails(level)[slot]);
                        tail * event.change as f64 * self.unit[level]
                    });
                    at_once = at_once.min(cost.at(now) + events.sum::<f64>());
                }
                let mut rest = mode.clone();
                rest.starts.intersect(&[(now + 1, Seconds::MAX)]);
                later = later.min(pricing.least(&rest, cost, &mut buffer).0);
            }
            later - at_once
        };
        self.instance.jobs.iter().map(gain).collect()
    }

    /// Where each job went in the last step.
    pub fn last(&self) -> Vec<f64> {
        let starts = self.choices.iter().map(|choice| choice.start as f64);
        starts.collect()
    }

    /// Takes a number of steps towards better multipliers; `upper` is the value of a known schedule.
    pub fn improve(&mut self, steps: usize, upper: f64) {
        if self.best == f64::NEG_INFINITY {
            let value = self.evaluate(0.0);
            self.settle();
            self.mix(1.0, true);
            self.best = value;
            self.checkpoint = value;
        }
        for _ in 0..steps {
            if self.best >= upper - 1e-6 || self.norm < 1e-12 {
                break;
            }
            self.step(upper);
        }
    }

    fn step(&mut self, upper: f64) {
        let length = self.factor * (self.aim(upper) - self.best) / self.norm;
        let value = self.evaluate(length);
        let products = self.settle();
        let better = value > self.best;
        self.mix(self.share(products), better);
        if better {
            self.best = value;
            self.bad = 0;
            if products.volume_new > 0.0 {
                self.factor = (self.factor * 1.1).min(2.0);
            }
        } else {
            self.bad += 1;
            // Alike cells all do the same: it takes longer until their average says something.
            let (patience, shorter) = match self.cells {
                Some(_) => (30, 0.9),
                None => (10, 0.66),
            };
            if self.bad >= patience {
                self.factor = (self.factor * shorter).max(1e-5);
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

    /// The value that steps aim at: a little above the bound, not above what is known to be possible.
    fn aim(&self, upper: f64) -> f64 {
        let above = self.best + 0.05 * self.best.abs().max(1.0);
        above.min(upper).max(self.best + 1e-9)
    }

    /// The share of a new subgradient that makes the average shortest, within limits.
    fn share(&self, products: Products) -> f64 {
        let Products {
            volume_volume,
            volume_new,
            new_new,
        } = products;
        let spread = volume_volume - 2.0 * volume_new + new_new;
        let best = if spread > 0.0 {
            (volume_volume - volume_new) / spread
        } else {
            1.0
        };
        if best < 0.0 {
            self.weight / 10.0
        } else {
            best.clamp(self.weight / 10.0, self.weight)
        }
    }

    /// Solves the relaxed problem for multipliers so far along the average of the subgradients: returns its value, and
    /// keeps each job's choice and what they take.
    fn evaluate(&mut self, length: f64) -> f64 {
        let room = self.levels.advance(length) + self.earlier.advance(length);
        let mut choices = std::mem::take(&mut self.choices);
        let pricing = self.pricing();
        let cost = |mode: &Mode| self.cost(mode);
        let choose = |buffer: &mut Buffer, (job, choice): (&Job, &mut Choice)| {
            *choice = pricing.cheapest(&job.modes, cost, buffer);
        };
        if let Some(cells) = self.cells {
            let mut buffer = Buffer::default();
            for &job in &cells.single {
                choose(&mut buffer, (&self.instance.jobs[job], &mut choices[job]));
            }
            self.choose_cells(cells, &mut choices);
        } else if self.levels.shared() {
            let jobs = self.instance.jobs.par_iter().zip(&mut choices);
            jobs.with_min_len(JOBS)
                .for_each_init(Buffer::default, choose);
        } else {
            let mut buffer = Buffer::default();
            let jobs = self.instance.jobs.iter().zip(&mut choices);
            jobs.for_each(|each| choose(&mut buffer, each));
        }
        self.choices = choices;
        let paid: f64 = self.choices.iter().map(|choice| choice.price).sum();
        self.instance.goals[self.goal].constant as f64 + paid - room
    }

    /// Places the jobs of cells where they pay least; the first job of each cell pays for all.
    fn choose_cells(&self, cells: &Cells, choices: &mut [Choice]) {
        let pricing = self.pricing();
        let solve = |buffer: &mut Buffer, (at, cell): (usize, &Cell)| {
            (cells.like[at] == at).then(|| {
                let prices = |mode: &Mode| pricing.prices(mode, self.cost(mode), buffer);
                let turns = Turns::new(
                    cell,
                    self.instance,
                    self.grid.slot,
                    (0.0, f64::INFINITY),
                    prices,
                );
                (turns.least(), turns.placed())
            })
        };
        let numbered = cells.cells.par_iter().enumerate();
        let solved: Vec<_> = numbered.map_init(Buffer::default, solve).collect();
        for (cell, &like) in cells.cells.iter().zip(&cells.like) {
            let Some((least, placed)) = &solved[like] else {
                continue;
            };
            // The jobs of like cells are in the same order.
            let names = cells.cells[like].jobs().zip(cell.jobs());
            let names: BTreeMap<usize, usize> = names.collect();
            let mut price = *least;
            for at in placed {
                let job = names[&at.job];
                let starts = &self.instance.jobs[job].modes[at.mode].starts;
                let start = at.slot as Seconds * self.grid.slot;
                choices[job] = Choice {
                    price: std::mem::take(&mut price),
                    mode: at.mode as u32,
                    start: starts.next(start).or(starts.last()).unwrap_or(start),
                };
            }
        }
    }

    /// The subgradient at what was evaluated last.
    fn settle(&mut self) -> Products {
        for (job, choice) in self.instance.jobs.iter().zip(&self.choices) {
            let mode = &job.modes[choice.mode as usize];
            for event in &mode.events {
                let at = choice.start + event.at;
                if at >= self.grid.horizon {
                    continue;
                }
                let (slot, over) = self.grid.locate(at);
                let level = event.level as usize;
                let change = event.change as f64 / self.scale[level];
                // In the shortest slots there is never anything over.
                if over == 0 {
                    self.levels.take(level, slot, change as f32);
                    continue;
                }
                let over = over as f64 / self.grid.length(slot) as f64;
                self.levels
                    .take(level, slot, (change * (1.0 - over)) as f32);
                if slot < self.grid.slots {
                    self.levels.take(level, slot + 1, (change * over) as f32);
                }
            }
            for (earlier, &scale) in self.scales.iter().enumerate() {
                let cost = mode.cost[earlier].at(choice.start) as f64;
                self.earlier.take(earlier, 0, (cost / scale) as f32);
            }
        }
        self.levels.settle().and(self.earlier.settle())
    }

    /// Mixes a share of what was evaluated last into the averages, keeping its multipliers if they are better.
    fn mix(&mut self, share: f64, better: bool) {
        self.norm = self.levels.mix(share, better) + self.earlier.mix(share, better);
        for (mean, choice) in self.mean.iter_mut().zip(&self.choices) {
            *mean += share * (choice.start as f64 - *mean);
        }
        for (early, choice) in self.early.iter_mut().zip(&self.choices) {
            *early += share * (f64::from(u8::from(choice.start <= self.front)) - *early);
        }
    }

    fn pricing(&self) -> Pricing<'_> {
        Pricing {
            grid: self.grid,
            unit: &self.unit,
            rows: &self.levels,
        }
    }

    /// What a mode costs, earlier objectives at the multipliers tried included.
    fn cost(&self, mode: &Mode) -> Cost {
        let own = mode.cost[self.goal];
        let mut cost = Cost {
            constant: own.constant as f64,
            slope: own.slope as f64,
        };
        let multipliers = self.earlier.trial().flatten().zip(&self.scales);
        for (other, (&multiplier, scale)) in mode.cost.iter().zip(multipliers) {
            let price = f64::from(multiplier) / scale;
            cost.constant += other.constant as f64 * price;
            cost.slope += other.slope as f64 * price;
        }
        cost
    }

    /// The best multipliers, as a certificate.
    pub fn certificate(&self) -> Certificate {
        let unit = (1_u64 << FRACTION) as f64;
        let rows = self.levels.lambda().zip(&self.scale);
        let multipliers = rows.map(|(row, scale)| {
            let slots = row.iter().enumerate();
            let second = |(slot, &l): (usize, &f32)| {
                (f64::from(l) / scale / self.grid.length(slot) as f64 * unit) as i64
            };
            slots.map(second).collect()
        });
        let earlier = self.earlier.lambda().flatten().zip(&self.scales);
        let earlier = earlier.map(|(&l, scale)| (f64::from(l) / scale * unit) as i64);
        Certificate {
            cells: Vec::new(),
            goal: self.goal,
            earlier: earlier.zip(self.limits.iter().copied()).collect(),
            grid: self.grid,
            multipliers: multipliers.collect(),
        }
    }
}

/// How many numbers a step touches: those of a level several times.
pub fn numbers(instance: &Instance, grid: Grid) -> usize {
    let modes = instance.jobs.iter().flat_map(|job| &job.modes);
    let events: usize = modes.map(|mode| mode.events.len()).sum();
    (6 * instance.levels.len() + events) * (grid.slots + 1)
}

/// Jobs that cost less the later they are would go to the horizon. What they earn with each second, the last end pays
/// at least as much: so much it owes each of them from the beginning, as multipliers of its levels.
fn begin_with_lateness(instance: &Instance, goal: usize, grid: &Grid, levels: &mut Rows) {
    for (row, level) in levels.lambda_mut().zip(&instance.levels) {
        if let Origin::End(job) = level.origin {
            let slope = |mode: &Mode| mode.cost[goal].slope;
            let slopes = instance.jobs[job].modes.iter().map(slope);
            let earns = -slopes.min().unwrap_or(0).min(0);
            for (slot, multiplier) in row.iter_mut().enumerate() {
                *multiplier = (earns as f64 * grid.length(slot) as f64) as f32;
            }
        }
    }
}
