//! The arithmetic of multipliers: what each start costs, and which starts a hypothesis excludes.
//!
//! A schedule that keeps its limits has `sum of weight * value <= sum of weight * limit`, and each level is within its
//! room at every second. Add up all these inequalities, the levels' times their multipliers, none negative: each block
//! pays a *price* for its start, its part of the values and of the levels, and all prices together are at most
//!
//! ```text
//! allowed = sum of weight * (limit - constant) + sum of multiplier * room
//! ```
//!
//! If even the least prices add up to more, there is no such schedule (weak duality). Else a start whose price is
//! above its block's least by more than what is left over is in no such schedule.

use crate::formulation::Seconds;

use super::format::Multipliers;
use super::model::{Problem, Way};
use super::rejection::Rejection;
use super::turns::{self, Checked};

/// No sum may come near the range of integers.
const LARGEST: f64 = (1_u128 << 120) as f64;

/// A problem with the prices of its starts.
pub struct Prices<'a> {
    problem: &'a Problem,
    weights: &'a [i64],
    tails: Vec<Tail>,
    allowed: i128,
    /// No sum of prices is larger.
    size: f64,
}

/// A level's multipliers.
#[derive(Debug, Clone)]
struct Tail {
    /// They are for the level divided by that.
    unit: i128,
    /// From when on, the multiplier of each second, and the sum of all from then on; empty where all are 0.
    steps: Vec<(Seconds, i128, i128)>,
}

/// Some starts in a row, the price of the first, and by how much each next one costs more.
pub struct Piece {
    pub first: Seconds,
    pub last: Seconds,
    pub price: i128,
    pub slope: i128,
}

impl<'a> Prices<'a> {
    /// Prices under limits of the first objectives, each with a weight.
    ///
    /// # Errors
    /// Where multipliers do not fit the problem or are negative, or numbers are too large.
    pub fn new(
        problem: &'a Problem,
        limits: &[i64],
        weights: &'a [i64],
        multipliers: &[Multipliers],
    ) -> Result<Prices<'a>, Rejection> {
        if weights.len() != limits.len() || weights.iter().any(|&weight| weight < 0) {
            return Err(Rejection::Weights);
        }
        let mut prices = Prices {
            problem,
            weights,
            tails: vec![
                Tail {
                    unit: 1,
                    steps: Vec::new()
                };
                problem.levels.len()
            ],
            allowed: 0,
            size: 0.0,
        };
        let places = problem.places();
        for row in multipliers {
            let &at = places
                .get(&(row.kind, row.index))
                .ok_or_else(|| Rejection::UnknownLevel(row.name.clone()))?;
            if problem.levels[at].name != row.name
                || !prices.tails[at].steps.is_empty()
                || row.unit < 1
            {
                return Err(Rejection::UnknownLevel(row.name.clone()));
            }
            prices.tails[at] = tail(row)?;
        }
        prices.check_units()?;
        prices.size = prices.check_range(limits)?;
        for ((&weight, &limit), &constant) in weights.iter().zip(limits).zip(&problem.constants) {
            prices.allowed += i128::from(weight) * (i128::from(limit) - i128::from(constant));
        }
        for (level, tail) in problem.levels.iter().zip(&prices.tails) {
            prices.allowed += worth(&level.room, tail);
        }
        Ok(prices)
    }

    /// What is left over after each block has paid its least price, and each cell of blocks that of all its blocks; None where that is
    /// too much already.
    pub fn slack(&self, cells: &[Checked]) -> Option<i128> {
        // Apart they pay no more than together.
        let cells = if self.size < turns::LARGEST {
            cells
        } else {
            &[]
        };
        let mut is_single = vec![true; self.problem.blocks.len()];
        for block in cells.iter().flat_map(Checked::blocks) {
            is_single[block] = false;
        }
        let single = self.problem.blocks.iter().zip(is_single);
        let single = single.filter(|&(_, is_single)| is_single);
        let least =
            single.map(|(block, _)| block.ways.iter().filter_map(|way| self.least(way)).min());
        let together = cells.iter().map(|cell| cell.least(self.problem, self));
        // A block without any start leaves no schedule.
        let least: i128 = least.chain(together).sum::<Option<i128>>()?;
        (least <= self.allowed).then(|| self.allowed - least)
    }

    /// For each block and way the starts that a schedule may have; None where these are more than `most`.
    pub fn starts(&self, slack: i128, most: usize) -> Option<Vec<Vec<Vec<Seconds>>>> {
        let mut left = most;
        let mut all = Vec::new();
        for block in &self.problem.blocks {
            let least = block.ways.iter().filter_map(|way| self.least(way)).min()?;
            let mut ways = Vec::new();
            for way in &block.ways {
                let mut starts = Vec::new();
                self.walk(way, &mut |piece| {
                    // Among many starts few are cheap enough: those from where the line comes below the limit.
                    let room = least + slack - piece.price;
                    let (mut first, mut last) = (piece.first, piece.last);
                    match piece.slope {
                        0 if room < 0 => return,
                        0 => {}
                        slope if slope > 0 => {
                            let steps = i128::from(last - first).min(room.div_euclid(slope));
                            last = first + steps as Seconds;
                        }
                        slope => {
                            // The smallest number of steps with `slope * steps <= room`.
                            let steps = (-room).max(0).div_euclid(-slope)
                                + i128::from((-room).max(0).rem_euclid(-slope) > 0);
                            first += steps.min(i128::from(last - first) + 1) as Seconds;
                        }
                    }
                    starts.extend((first..=last).take(left.saturating_sub(starts.len()) + 1));
                });
                left = left.checked_sub(starts.len())?;
                ways.push(starts);
            }
            all.push(ways);
        }
        Some(all)
    }

    /// The least price of a way, and its first start that costs that; None where it has no start.
    pub fn cheapest(&self, way: &Way) -> Option<(i128, Seconds)> {
        let mut cheapest: Option<(i128, Seconds)> = None;
        self.walk(way, &mut |piece| {
            let end = piece.price + piece.slope * i128::from(piece.last - piece.first);
            let low = (piece.price, piece.first).min((end, piece.last));
            cheapest = Some(cheapest.map_or(low, |cheapest| cheapest.min(low)));
        });
        cheapest
    }

    fn least(&self, way: &Way) -> Option<i128> {
        self.cheapest(way).map(|cheapest| cheapest.0)
    }

    /// The prices of a way's starts, as pieces of lines.
    pub fn walk(&self, way: &Way, visit: &mut dyn FnMut(Piece)) {
        // Where a change passes a step of its level's multipliers, the slope is another one from then on.
        let mut kinks: Vec<(Seconds, i128)> = Vec::new();
        for change in &way.changes {
            let tail = &self.tails[change.level];
            let mut before = 0;
            for &(from, multiplier, _) in &tail.steps {
                kinks.push((
                    from - change.at,
                    (before - multiplier) * (change.by / tail.unit),
                ));
                before = multiplier;
            }
        }
        kinks.sort_unstable();
        let mut slope: i128 = self
            .weights
            .iter()
            .zip(&way.costs)
            .map(|(&weight, cost)| i128::from(weight) * cost.1)
            .sum();
        let mut next = 0;
        for &(first, last) in &way.starts {
            let (mut at, mut price) = (first, self.price(way, first));
            loop {
                while let Some(&(_, change)) = kinks.get(next).filter(|kink| kink.0 <= at) {
                    slope += change;
                    next += 1;
                }
                let end = kinks.get(next).map_or(last, |kink| last.min(kink.0 - 1));
                visit(Piece {
                    first: at,
                    last: end,
                    price,
                    slope,
                });
                if end == last {
                    break;
                }
                price += slope * i128::from(end + 1 - at);
                at = end + 1;
            }
        }
    }

    /// What a start costs.
    fn price(&self, way: &Way, start: Seconds) -> i128 {
        let costs = self.weights.iter().zip(&way.costs);
        let own =
            costs.map(|(&weight, cost)| i128::from(weight) * (cost.0 + cost.1 * i128::from(start)));
        let levels = way.changes.iter().map(|change| {
            let tail = &self.tails[change.level];
            change.by / tail.unit * rest(tail, start + change.at)
        });
        own.sum::<i128>() + levels.sum::<i128>()
    }

    /// A unit divides all that is taken and given of its level.
    fn check_units(&self) -> Result<(), Rejection> {
        let ways = self.problem.blocks.iter().flat_map(|block| &block.ways);
        for change in ways.flat_map(|way| &way.changes) {
            if change.by % self.tails[change.level].unit != 0 {
                return Err(Rejection::Unit(
                    self.problem.levels[change.level].name.clone(),
                ));
            }
        }
        Ok(())
    }

    /// What no sum exceeds; refuses numbers whose sums could overflow.
    fn check_range(&self, limits: &[i64]) -> Result<f64, Rejection> {
        let size = |number: i128| number.unsigned_abs() as f64;
        let mut sum = 0.0;
        for (&weight, (&limit, &constant)) in self
            .weights
            .iter()
            .zip(limits.iter().zip(&self.problem.constants))
        {
            sum += weight as f64 * (size(limit.into()) + size(constant.into()));
        }
        for (level, tail) in self.problem.levels.iter().zip(&self.tails) {
            let room = level
                .room
                .iter()
                .map(|&(_, room)| size(room))
                .fold(0.0, f64::max);
            sum += size(rest(tail, 0)) * room;
        }
        let last = |way: &Way| way.starts.last().map_or(0.0, |starts| starts.1 as f64) + 1.0;
        for way in self.problem.blocks.iter().flat_map(|block| &block.ways) {
            for (&weight, cost) in self.weights.iter().zip(&way.costs) {
                sum += weight as f64 * (size(cost.0) + size(cost.1) * last(way));
            }
            for change in &way.changes {
                let tail = &self.tails[change.level];
                let steepest = tail
                    .steps
                    .iter()
                    .map(|&(_, multiplier, _)| size(multiplier))
                    .fold(0.0, f64::max);
                sum += size(change.by) * (size(rest(tail, 0)) + steepest * last(way));
            }
        }
        if sum < LARGEST {
            Ok(sum)
        } else {
            Err(Rejection::TooLarge)
        }
    }
}

/// A row's multipliers in units of its level, with the sums from each step on.
fn tail(row: &Multipliers) -> Result<Tail, Rejection> {
    let ordered = row.steps.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let inside = row.steps.first().is_some_and(|step| step.0 >= 0)
        && row
            .steps
            .last()
            .is_some_and(|step| step.0 < 1 << 41 && step.1 == 0);
    if !ordered || !inside || row.steps.iter().any(|step| step.1 < 0) {
        return Err(Rejection::Steps(row.name.clone()));
    }
    let mut steps = Vec::new();
    let (mut sum, mut next) = (0_i128, 0);
    for &(from, multiplier) in row.steps.iter().rev() {
        let multiplier = i128::from(multiplier);
        sum += multiplier * i128::from(next - from);
        steps.push((from, multiplier, sum));
        next = from;
    }
    steps.reverse();
    Ok(Tail {
        unit: i128::from(row.unit),
        steps,
    })
}

/// The sum of a level's multipliers from a moment on.
fn rest(tail: &Tail, at: Seconds) -> i128 {
    let steps = &tail.steps;
    match steps
        .partition_point(|step| step.0 <= at)
        .checked_sub(1)
        .map(|step| steps[step])
    {
        Some((from, multiplier, sum)) => sum - multiplier * i128::from(at - from),
        None => steps.first().map_or(0, |step| step.2),
    }
}

/// The sum of multiplier times room over all seconds; room in which no full unit fits is none.
fn worth(room: &[(Seconds, i128)], tail: &Tail) -> i128 {
    let mut sum = 0;
    let mut after = 0;
    for &(from, room) in room.iter().rev() {
        let since = rest(tail, from);
        sum += room.div_euclid(tail.unit) * (since - after);
        after = since;
    }
    sum
}
