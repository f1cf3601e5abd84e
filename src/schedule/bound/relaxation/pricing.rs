//! Where a job pays least when levels are priced.

use crate::formulation::Seconds;

use super::rows::Rows;
use crate::schedule::bound::grid::Grid;
use crate::schedule::instance::Mode;

/// What a job pays for where it is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Choice {
    pub price: f64,
    pub mode: u32,
    pub start: Seconds,
}

/// `constant + slope * start`
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub constant: f64,
    pub slope: f64,
}

impl Cost {
    pub fn at(self, start: Seconds) -> f64 {
        self.constant + self.slope * start as f64
    }
}

/// Space that is used again.
#[derive(Default)]
pub struct Buffer {
    offsets: Vec<Seconds>,
    prices: Vec<f64>,
}

/// Prices of levels on a grid.
pub struct Pricing<'a> {
    pub grid: Grid,
    /// What each level's numbers are multiplied by.
    pub unit: &'a [f64],
    /// What a level costs from each slot on.
    pub rows: &'a Rows,
}

impl Pricing<'_> {
    /// The cheapest start of a job's modes, `cost` saying what each costs beside the levels; `buffer` is for use again.
    pub fn cheapest(
        &self,
        modes: &[Mode],
        cost: impl Fn(&Mode) -> Cost,
        buffer: &mut Buffer,
    ) -> Choice {
        let mut least = Choice {
            price: f64::INFINITY,
            ..Choice::default()
        };
        for (index, mode) in modes.iter().enumerate() {
            let (price, start) = self.least(mode, cost(mode), buffer);
            if price < least.price {
                let mode = index as u32;
                least = Choice { price, mode, start };
            }
        }
        least
    }

    /// The cheapest start of a mode.
    pub fn least(&self, mode: &Mode, cost: Cost, buffer: &mut Buffer) -> (f64, Seconds) {
        self.least_within(mode, mode.starts.intervals(), cost, buffer)
    }

    /// The cheapest start of a mode in intervals.
    fn least_within(
        &self,
        mode: &Mode,
        intervals: &[(Seconds, Seconds)],
        cost: Cost,
        buffer: &mut Buffer,
    ) -> (f64, Seconds) {
        let mut best = (f64::INFINITY, 0);
        let mut consider = |value: f64, start: Seconds| {
            if value < best.0 - 1e-9 {
                best = (value, start);
            }
        };
        let slot = self.grid.slot;
        for &(first, last) in intervals {
            let dense = last.min(self.grid.end());
            if first <= dense {
                // Between the moments at which an event passes the edge of a slot, prices change evenly.
                buffer.offsets.clear();
                if slot == 1 {
                    buffer.offsets.push(0);
                } else {
                    let offsets = mode.events.iter().map(|e| (-e.at - first).rem_euclid(slot));
                    buffer.offsets.extend(offsets);
                    buffer.offsets.sort_unstable();
                    buffer.offsets.dedup();
                    consider(self.price(mode, cost, first), first);
                    consider(self.price(mode, cost, dense), dense);
                }
                for &offset in &buffer.offsets {
                    let first = first + offset;
                    if first <= dense {
                        let count = ((dense - first) / slot + 1) as usize;
                        self.sweep(mode, cost, (first, count), &mut buffer.prices);
                        let (value, at) = least_of(&buffer.prices);
                        consider(value, first + slot * at as Seconds);
                    }
                }
            } else {
                consider(self.price(mode, cost, first), first);
            }
            if last > dense {
                consider(self.price(mode, cost, last), last);
            }
        }
        best
    }

    /// The least that a mode costs in each slot, infinity where it may not start; the last number is that of all that comes after
    /// the slots.
    pub fn prices(&self, mode: &Mode, cost: Cost, buffer: &mut Buffer) -> Vec<f64> {
        let Grid { slot, slots, .. } = self.grid;
        let mut all = vec![f64::INFINITY; slots + 1];
        let mut later = Vec::new();
        // Between the moments at which an event passes the edge of a slot, prices change evenly.
        let edges = mode.events.iter().map(|event| -event.at).chain([0]);
        let around = edges.flat_map(|edge| [edge - 1, edge].map(|at| at.rem_euclid(slot)));
        let mut offsets: Vec<Seconds> = around.collect();
        offsets.sort_unstable();
        offsets.dedup();
        for &(first, last) in mode.starts.intervals() {
            let dense = last.min(self.grid.end() - 1);
            let ends = [first, dense]
                .into_iter()
                .filter(|_| slot > 1 && first <= dense);
            for start in ends {
                let least = &mut all[(start / slot) as usize];
                *least = least.min(self.price(mode, cost, start));
            }
            for offset in &offsets {
                let first = first + (offset - first).rem_euclid(slot);
                if first > dense {
                    continue;
                }
                let count = ((dense - first) / slot + 1) as usize;
                self.sweep(mode, cost, (first, count), &mut buffer.prices);
                let least = all[(first / slot) as usize..].iter_mut();
                for (least, &price) in least.zip(&buffer.prices) {
                    *least = if price < *least { price } else { *least };
                }
            }
            if last >= self.grid.end() {
                later.push((first.max(self.grid.end()), last));
            }
        }
        all[slots] = self.least_within(mode, &later, cost, buffer).0;
        all
    }

    /// Prices of starts that are a slot apart.
    fn sweep(
        &self,
        mode: &Mode,
        cost: Cost,
        (first, count): (Seconds, usize),
        prices: &mut Vec<f64>,
    ) {
        let Grid { slot, slots, .. } = self.grid;
        prices.clear();
        let starts = (0..count as Seconds).map(|at| first + slot * at);
        prices.extend(starts.map(|start| cost.at(start)));
        for event in &mode.events {
            let level = event.level as usize;
            let change = event.change as f64 * self.unit[level];
            let row = self.rows.tails(level);
            let at = first + event.at;
            let (from, over) = self.grid.split(at);
            let over = over as f64 / slot as f64;
            let inside = slots.saturating_sub(from).min(count);
            if over > 0.0 && inside > 0 {
                let (rest, over) = (change * (1.0 - over), change * over);
                let tails = row[from..].iter().zip(&row[from + 1..]);
                for (price, (&tail, &next)) in prices[..inside].iter_mut().zip(tails) {
                    *price += rest * f64::from(tail) + over * f64::from(next);
                }
            } else if inside > 0 {
                for (price, &tail) in prices[..inside].iter_mut().zip(&row[from..]) {
                    *price += change * f64::from(tail);
                }
            }
            // In the last slot the sum falls evenly to nothing.
            if row[slots] != 0.0 {
                let (tail, length) = (f64::from(row[slots]), self.grid.length(slots) as f64);
                for (index, price) in prices.iter_mut().enumerate().skip(inside) {
                    let over = (at + slot * index as Seconds - self.grid.end()) as f64;
                    *price += change * tail * (1.0 - over / length).max(0.0);
                }
            }
        }
    }

    fn price(&self, mode: &Mode, cost: Cost, start: Seconds) -> f64 {
        let mut price = cost.at(start);
        for event in &mode.events {
            let at = start + event.at;
            if at < self.grid.horizon {
                let (slot, over) = self.grid.locate(at);
                let level = event.level as usize;
                let row = self.rows.tails(level);
                let mut tail = f64::from(row[slot]);
                if over > 0 {
                    let over = over as f64 / self.grid.length(slot) as f64;
                    tail += (f64::from(row[slot + 1]) - tail) * over;
                }
                price += tail * event.change as f64 * self.unit[level];
            }
        }
        price
    }
}

/// The least of some numbers, and where it is first.
fn least_of(numbers: &[f64]) -> (f64, usize) {
    const LANES: usize = 8;
    let mut lanes = [f64::INFINITY; LANES];
    for numbers in numbers.chunks(LANES) {
        for (lane, &number) in lanes.iter_mut().zip(numbers) {
            *lane = if number < *lane { number } else { *lane };
        }
    }
    let least = lanes.iter().copied().fold(f64::INFINITY, f64::min);
    let at = numbers.iter().position(|&number| number == least);
    (least, at.unwrap_or(0))
}
