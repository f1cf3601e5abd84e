//! The numbers that the relaxation keeps for each row and slot, and the passes over them.
//!
//! There are millions of them, and each step reads them all: they are kept in single precision and in blocks of rows,
//! which the cores share. All sums are taken within a block and then over the blocks in order, so that they are the same
//! on any number of cores.

use rayon::prelude::*;

/// Numbers in a block, unless a row has more.
const BLOCK: usize = 1 << 14;

/// With fewer numbers, one core is done sooner than the others hear of it.
const SHARED: usize = 1 << 17;

/// Rows of equally many slots: one for each level, or for each earlier objective.
pub struct Rows {
    width: usize,
    /// Rows in each block but the last: two to the power of that.
    rows: u32,
    blocks: Vec<Block>,
    shared: bool,
}

/// Some rows, one after the other.
struct Block {
    width: usize,
    /// The best multipliers so far.
    lambda: Vec<f32>,
    /// Those that are tried.
    trial: Vec<f32>,
    /// For each slot the sum of the tried ones from there on; each row ends with a 0 more.
    tails: Vec<f32>,
    /// What there is of each.
    room: Vec<f32>,
    /// What is taken, as differences between slots; then the subgradient.
    gradient: Vec<f32>,
    /// Average of the subgradients.
    volume: Vec<f32>,
}

/// Inner products of the average of the subgradients and a new one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Products {
    pub volume_volume: f64,
    pub volume_new: f64,
    pub new_new: f64,
}

impl Rows {
    /// With what there is of each; multipliers are 0.
    pub fn new(width: usize, room: &[f32]) -> Rows {
        let rows = (BLOCK / width).max(1).ilog2();
        let blocks = room.chunks(width << rows).map(|room| Block {
            width,
            lambda: vec![0.0; room.len()],
            trial: vec![0.0; room.len()],
            tails: vec![0.0; room.len() / width * (width + 1)],
            room: room.to_vec(),
            gradient: vec![0.0; room.len()],
            volume: vec![0.0; room.len()],
        });
        Rows {
            width,
            rows,
            blocks: blocks.collect(),
            shared: room.len() >= SHARED,
        }
    }

    /// The same in slots half as long, but for the last of each row: their multipliers, and the average of subgradients.
    pub fn take_halved(&mut self, long: &Rows) -> f64 {
        let long = long.blocks.iter().flat_map(|b| {
            let rows = b.lambda.chunks(b.width);
            rows.zip(b.volume.chunks(b.width))
        });
        let rows = self.blocks.iter_mut().flat_map(|b| {
            let rows = b.lambda.chunks_mut(b.width);
            rows.zip(b.volume.chunks_mut(b.width))
        });
        let mut norm = 0.0;
        for ((lambda, volume), (long_lambda, long_volume)) in rows.zip(long) {
            let last = long_lambda.len() - 1;
            for (slot, (lambda, volume)) in lambda.iter_mut().zip(volume.iter_mut()).enumerate() {
                let share = if slot / 2 < last { 0.5 } else { 1.0 };
                *lambda = long_lambda[slot / 2] * share;
                *volume = long_volume[slot / 2];
            }
            norm += inside(volume, lambda);
        }
        norm
    }

    /// Whether there are so many that cores had better share the work.
    pub fn shared(&self) -> bool {
        self.shared
    }

    /// The best multipliers so far, row by row.
    pub fn lambda(&self) -> impl Iterator<Item = &[f32]> {
        self.blocks.iter().flat_map(|b| b.lambda.chunks(b.width))
    }

    /// The same, to begin with.
    pub fn lambda_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        let blocks = self.blocks.iter_mut();
        blocks.flat_map(|b| b.lambda.chunks_mut(b.width))
    }

    /// The multipliers that are tried, row by row.
    pub fn trial(&self) -> impl Iterator<Item = &[f32]> {
        self.blocks.iter().flat_map(|b| b.trial.chunks(b.width))
    }

    /// For each slot of a row the sum of the tried multipliers from there on, and a 0.
    pub fn tails(&self, row: usize) -> &[f32] {
        let width = self.width + 1;
        let (block, row) = self.locate(row);
        &self.blocks[block].tails[row * width..][..width]
    }

    /// Tries multipliers so far along the average of the subgradients; returns what the room costs at them.
    pub fn advance(&mut self, length: f64) -> f64 {
        let parts = self.each(|block| block.advance(length as f32));
        parts.iter().sum()
    }

    /// Takes a change from a slot on.
    pub fn take(&mut self, row: usize, slot: usize, change: f32) {
        let (block, row) = self.locate(row);
        self.blocks[block].gradient[row * self.width + slot] += change;
    }

    /// A row's block, and which of its rows it is.
    fn locate(&self, row: usize) -> (usize, usize) {
        (row >> self.rows, row & ((1 << self.rows) - 1))
    }

    /// Makes the subgradient of what was taken.
    pub fn settle(&mut self) -> Products {
        let mut sum = Products::default();
        for part in self.each(Block::settle) {
            sum = sum.and(part);
        }
        sum
    }

    /// Mixes a share of the subgradient into the average, keeping what was tried if it is better; returns the square of
    /// the average's length, as far as steps can follow it.
    pub fn mix(&mut self, share: f64, better: bool) -> f64 {
        let parts = self.each(|block| block.mix(share as f32, better));
        parts.iter().sum()
    }

    fn each<T: Send>(&mut self, pass: impl Fn(&mut Block) -> T + Sync + Send) -> Vec<T> {
        if self.shared {
            self.blocks.par_iter_mut().map(pass).collect()
        } else {
            self.blocks.iter_mut().map(pass).collect()
        }
    }
}

impl Products {
    /// The products of longer vectors.
    pub fn and(self, other: Products) -> Products {
        Products {
            volume_volume: self.volume_volume + other.volume_volume,
            volume_new: self.volume_new + other.volume_new,
            new_new: self.new_new + other.new_new,
        }
    }
}

impl Block {
    fn advance(&mut self, length: f32) -> f64 {
        self.gradient.fill(0.0);
        let tails = self.tails.chunks_mut(self.width + 1);
        let rows = self.trial.chunks_mut(self.width).zip(tails);
        let old = self.lambda.chunks(self.width);
        let old = old.zip(self.volume.chunks(self.width));
        let room = self.room.chunks(self.width);
        let mut cost = 0.0;
        for (((trial, tails), (lambda, volume)), room) in rows.zip(old).zip(room) {
            for ((trial, lambda), volume) in trial.iter_mut().zip(lambda).zip(volume) {
                *trial = (lambda + length * volume).max(0.0);
            }
            sum_tails(trial, tails);
            cost += dot(trial, room);
        }
        cost
    }

    fn settle(&mut self) -> Products {
        let mut products = Products::default();
        let rows = self.gradient.chunks_mut(self.width);
        let rows = rows.zip(self.room.chunks(self.width));
        for ((gradient, room), volume) in rows.zip(self.volume.chunks(self.width)) {
            sum_heads(gradient);
            for (gradient, room) in gradient.iter_mut().zip(room) {
                *gradient -= room;
            }
            products = products.and(Products {
                volume_volume: dot(volume, volume),
                volume_new: dot(volume, gradient),
                new_new: dot(gradient, gradient),
            });
        }
        products
    }

    fn mix(&mut self, share: f32, better: bool) -> f64 {
        if better {
            std::mem::swap(&mut self.lambda, &mut self.trial);
        }
        let rows = self.volume.chunks_mut(self.width);
        let rows = rows.zip(self.gradient.chunks(self.width));
        let mut norm = 0.0;
        for ((volume, gradient), lambda) in rows.zip(self.lambda.chunks(self.width)) {
            for (volume, gradient) in volume.iter_mut().zip(gradient) {
                *volume += share * (gradient - *volume);
            }
            norm += inside(volume, lambda);
        }
        norm
    }
}

/// Partial sums that do not wait for one another.
const LANES: usize = 8;

/// Numbers that are summed before the sum so far is added, so that sums do not wait for one another.
const STRIDE: usize = 4;

/// The sum of what a term makes of pairs of numbers.
fn sum(a: &[f32], b: &[f32], term: impl Fn(f32, f32) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            lanes[lane] += term(a[lane], b[lane]);
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(&a, &b)| term(a, b));
    lanes.iter().sum::<f64>() + rest.sum::<f64>()
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    sum(a, b, |a, b| f64::from(a) * f64::from(b))
}

/// The square of a direction's length, without what leads below multipliers of 0.
fn inside(direction: &[f32], lambda: &[f32]) -> f64 {
    sum(direction, lambda, |d, l| {
        let d = f64::from(if l > 0.0 { d } else { d.max(0.0) });
        d * d
    })
}

/// Sums from each number on to the last, some at a time.
fn sum_tails(numbers: &[f32], tails: &mut [f32]) {
    let mut carry = 0.0;
    let (last, tails) = tails.split_last_mut().expect("a 0 more than numbers");
    *last = 0.0;
    let (first, numbers) = numbers.as_rchunks::<STRIDE>();
    let (first_tails, tails) = tails.as_rchunks_mut::<STRIDE>();
    for (tails, numbers) in tails.iter_mut().zip(numbers).rev() {
        let mut sum = 0.0;
        for at in (0..STRIDE).rev() {
            sum += f64::from(numbers[at]);
            tails[at] = (carry + sum) as f32;
        }
        carry += sum;
    }
    for (tail, &number) in first_tails.iter_mut().zip(first).rev() {
        carry += f64::from(number);
        *tail = carry as f32;
    }
}

/// Sums from the first number to each, some at a time.
fn sum_heads(numbers: &mut [f32]) {
    let mut carry = 0.0;
    let (numbers, rest) = numbers.as_chunks_mut::<STRIDE>();
    for numbers in numbers {
        let mut sum = 0.0;
        for number in numbers {
            sum += f64::from(*number);
            *number = (carry + sum) as f32;
        }
        carry += sum;
    }
    for number in rest {
        carry += f64::from(*number);
        *number = carry as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::random::Random;

    /// A step over many rows, shared or not, is what the definitions say.
    #[test]
    fn passes_agree_with_definitions() {
        let mut random = Random::new(3);
        let width = 130;
        for rows in [1, 3, 1_100] {
            let mut numbers = |of: f64| -> Vec<f32> {
                let numbers = (0..rows * width).map(|_| (random.unit() * of) as f32);
                numbers.collect()
            };
            let (room, lambda, taken) = (numbers(2.0), numbers(1.0), numbers(4.0));
            let mut all = Rows::new(width, &room);
            assert_eq!(all.shared(), rows == 1_100);
            let old = lambda.chunks(width);
            for (row, lambda) in all.lambda_mut().zip(old) {
                row.copy_from_slice(lambda);
            }
            let near = |a: f64, b: f64| (a - b).abs() < 1e-4 * b.abs().max(1.0);
            let sum = |of: &dyn Fn(usize) -> f32| -> f64 {
                (0..rows * width).map(|at| f64::from(of(at))).sum()
            };
            assert!(near(all.advance(0.5), sum(&|at| room[at] * lambda[at])));
            let last = (rows - 1) * width;
            let tail: f32 = lambda[last + 7..].iter().sum();
            assert!(near(all.tails(rows - 1)[7].into(), tail.into()));
            for (at, &taken) in taken.iter().enumerate() {
                all.take(at / width, at % width, taken);
            }
            let heads = taken.chunks(width).flat_map(|row| {
                row.iter().scan(0.0, |sum, taken| {
                    *sum += taken;
                    Some(*sum)
                })
            });
            let new: Vec<f32> = heads.zip(&room).map(|(head, room)| head - room).collect();
            let products = all.settle();
            assert!(near(products.new_new, sum(&|at| new[at] * new[at])));
            assert_eq!((products.volume_new, products.volume_volume), (0.0, 0.0));
            assert!(near(
                all.mix(0.5, false),
                sum(&|at| 0.25 * new[at] * new[at])
            ));
            all.advance(0.1);
            let trial = all.trial().flatten().zip(&lambda).zip(&new);
            for ((&trial, lambda), new) in trial {
                let along = (lambda + 0.1 * 0.5 * new).max(0.0);
                assert!(near(trial.into(), along.into()));
            }
        }
    }
}
