//! Which multiplier fits the others least, for those who look for a mistake in a certificate.
//!
//! What a certificate shows is concave in each of its multipliers, and where it shows the most, changing one of them
//! gains nothing. So one that is much too large or small is the one that gains the most by being another. Those are
//! tried that the cheapest starts contradict most: seconds that are paid for and have room left, or have none.

use crate::formulation::{Formulation, Seconds};

use super::format::Multipliers;
use super::model::{Change, Problem, Way};
use super::price::Prices;
use super::rejection::Suspect;
use super::turns::Checked;

/// The most steps of arithmetic that are spent on it.
const MOST_WORK: usize = 10_000_000;

/// No more multipliers are tried.
const MOST_TRIED: usize = 32;

/// The multiplier, or weight, that fits the others least; None where no other value of one of them shows more.
pub fn suspect(
    f: &Formulation,
    problem: &Problem,
    limits: &[i64],
    weights: &[i64],
    multipliers: &[Multipliers],
    cells: &[Checked],
) -> Option<Suspect> {
    let now = Prices::new(problem, limits, weights, multipliers).ok()?;
    let slack = now.slack(cells)?;
    // A price is made of the steps of all levels that a way changes.
    let mut steps = vec![1; problem.levels.len()];
    let known = problem.places();
    for row in multipliers {
        if let Some(&level) = known.get(&(row.kind, row.index)) {
            steps[level] += row.steps.len();
        }
    }
    let ways = problem.blocks.iter().flat_map(|block| &block.ways);
    let changes = ways.flat_map(|way: &Way| &way.changes);
    let together = cells.iter().map(|cell| cell.steps(problem));
    let one = changes.map(|change| steps[change.level]).sum::<usize>() + together.sum::<usize>();
    let mut places = strained(problem, &now, multipliers);
    places.truncate((MOST_WORK / (VALUES * one.max(1))).min(MOST_TRIED));
    let mut best: Option<(i128, Suspect)> = None;
    let mut consider = |left: Option<i128>, suspect: Suspect| {
        // Where nothing is left over, all is shown.
        let left = left.unwrap_or(-1);
        if left < best.as_ref().map_or(slack, |best| best.0) {
            best = Some((left, suspect));
        }
    };
    for (row, step) in places {
        let mut changed = multipliers.to_vec();
        let (from, value) = multipliers[row].steps[step];
        for other in others(&multipliers[row], step) {
            changed[row].steps[step].1 = other;
            if let Ok(prices) = Prices::new(problem, limits, weights, &changed) {
                let name = multipliers[row].name.clone();
                consider(
                    prices.slack(cells),
                    Suspect::Multiplier { name, from, value },
                );
            }
        }
    }
    for (at, &value) in weights.iter().enumerate() {
        for other in [
            0,
            value / 10,
            value / 2,
            value.saturating_mul(2),
            value.saturating_mul(10),
        ] {
            let mut changed = weights.to_vec();
            changed[at] = other;
            // All weights of 0 show nothing of limits.
            if changed.iter().any(|&weight| weight != 0)
                && let Ok(prices) = Prices::new(problem, limits, &changed, multipliers)
            {
                let name = f.objectives[at].name.clone();
                consider(prices.slack(cells), Suspect::Weight { name, value });
            }
        }
    }
    best.map(|best| best.1)
}

/// How many other values are tried for each multiplier.
const VALUES: usize = 7;

fn others(row: &Multipliers, step: usize) -> [i64; VALUES] {
    let value = row.steps[step].1;
    let beside = |at: Option<usize>| at.and_then(|at| row.steps.get(at)).map_or(0, |s| s.1);
    [
        0,
        value / 10,
        value / 2,
        value.saturating_mul(2),
        value.saturating_mul(10),
        beside(step.checked_sub(1)),
        beside(Some(step + 1)),
    ]
}

/// Rows and steps of multipliers, first those whose seconds the cheapest starts fit least.
fn strained(problem: &Problem, prices: &Prices, rows: &[Multipliers]) -> Vec<(usize, usize)> {
    let mut events: Vec<Vec<(Seconds, i128)>> = vec![Vec::new(); problem.levels.len()];
    for block in &problem.blocks {
        let cheapest = block.ways.iter().filter_map(|way| {
            let (price, start) = prices.cheapest(way)?;
            Some((price, start, way))
        });
        let Some((_, start, way)) = cheapest.min_by_key(|&(price, start, _)| (price, start)) else {
            continue;
        };
        for &Change { level, at, by } in &way.changes {
            events[level].push((start + at, by));
        }
    }
    let places = problem.places();
    let mut all = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let Some(&level) = places.get(&(row.kind, row.index)) else {
            continue;
        };
        let largest = row.steps.iter().map(|step| step.1).max().unwrap_or(0);
        let mut changes: Vec<(Seconds, i128)> = events[level].clone();
        let room = &problem.levels[level].room;
        let mut before = 0;
        for &(from, room) in room {
            changes.push((from, before - room));
            before = room;
        }
        changes.sort_unstable();
        let unused = excess(&changes, row);
        let scored = unused
            .into_iter()
            .enumerate()
            .map(|(step, area)| (area.unsigned_abs() as f64 / row.unit as f64, step));
        all.extend(scored.map(|(area, step)| (area * largest as f64, at, step)));
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    all.into_iter().map(|(_, row, step)| (row, step)).collect()
}

/// For each step of a row but the last, what is taken above the room, over its seconds.
fn excess(changes: &[(Seconds, i128)], row: &Multipliers) -> Vec<i128> {
    let (mut next, mut level) = (0, 0);
    let spans = row.steps.windows(2).map(|pair| (pair[0].0, pair[1].0));
    let areas = spans.map(|(from, to)| {
        let (mut area, mut at) = (0, from);
        while let Some(&(moment, by)) = changes.get(next).filter(|change| change.0 < to) {
            if moment > at {
                area += level * i128::from(moment - at);
                at = moment;
            }
            level += by;
            next += 1;
        }
        area + level * i128::from(to - at)
    });
    areas.collect()
}
