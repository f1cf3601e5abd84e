//! Blocks that take turns, with those that come before and after them, priced together: the least of all their orders.
//!
//! Of a *cell*, no two of the blocks in its kinds run at once, since each takes more than half of what its machine ever has, from its
//! start to its end. So in a schedule they follow one another, and what they pay together, with the blocks that come before the first
//! of some of them or after the last, is no less than the least over all orders and starts. That is found from the end: for
//! each number of blocks of each kind that are over, and each slot, the least that all the others pay which begin then or later.

use std::collections::{BTreeMap, BTreeSet};

use crate::formulation::Seconds;

use super::format::{Cell, Kind, Turns};
use super::model::{Block, Problem, Way};
use super::price::Prices;
use super::rejection::Rejection;
use super::starts;
use super::windows::moment;

/// No more steps are worth checking, of all cells together: that takes about a second.
const MOST_STEPS: usize = 1 << 28;

/// No cell has more states and slots, multiplied.
const MOST_NUMBERS: usize = 1 << 22;

/// A cell of blocks, every claim of which holds.
pub struct Checked {
    slot: Seconds,
    slots: usize,
    /// For each kind its blocks, and the kinds that are over before.
    kinds: Vec<(Vec<usize>, Vec<usize>)>,
    hangers: Vec<Hanger>,
}

/// A block before the first of some others, or after the last.
struct Hanger {
    block: usize,
    is_leader: bool,
    kinds: Vec<usize>,
    /// By how many slots later it may start.
    lag: Seconds,
}

/// More than what all together ever pay, as long as that is below [`LARGEST`]; a thousand times as much can be added up.
const NONE: i128 = 1 << 110;

/// Larger prices are not summed up here.
pub const LARGEST: f64 = (1_u128 << 100) as f64;

/// No more blocks hang on others in a cell.
const MOST_HANGERS: usize = 1_000;

/// What holds of cells; blocks in none of them are left out.
///
/// # Errors
/// Where a claim does not hold, or to check it would take too long.
pub fn check(problem: &Problem, turns: &Turns) -> Result<Vec<Checked>, Rejection> {
    let mut block_of = BTreeMap::new();
    for (at, block) in problem.blocks.iter().enumerate() {
        if let Some(first) = block.members.first() {
            block_of.insert(first.0 as usize, at);
        }
    }
    let mut orders: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (level, first, then) in starts::orders(problem) {
        orders.entry((first, then)).or_insert(level);
    }
    let (mut checked, mut seen, mut steps) = (Vec::new(), BTreeSet::new(), 0_usize);
    for (at, cell) in turns.cells.iter().enumerate() {
        let cell = read(problem, turns, cell, &block_of, &orders).ok_or(Rejection::Cell(at))?;
        if !cell.blocks().all(|block| seen.insert(block)) {
            return Err(Rejection::Cell(at));
        }
        steps = steps.saturating_add(cell.steps(problem));
        if cell.states().saturating_mul(cell.slots) > MOST_NUMBERS || steps > MOST_STEPS {
            return Err(Rejection::TooLarge);
        }
        checked.push(cell);
    }
    Ok(checked)
}

/// A cell; None where something is not as it says.
fn read(
    problem: &Problem,
    turns: &Turns,
    cell: &Cell,
    block_of: &BTreeMap<usize, usize>,
    orders: &BTreeMap<(usize, usize), usize>,
) -> Option<Checked> {
    let named = |action: &usize| block_of.get(action).copied();
    let mut kinds: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for kind in &cell.kinds {
        let blocks: Option<Vec<usize>> = kind.iter().map(named).collect();
        kinds.push((blocks?, Vec::new()));
    }
    let places = problem.places();
    let machine = *places.get(&(Kind::Resource, cell.machine))?;
    let room = problem.levels[machine].room.iter().map(|&(_, room)| room);
    let most = room.max()?;
    let fills = |way: &Way| {
        let mut own = way.changes.iter().filter(|change| change.level == machine);
        match (own.next(), own.next(), own.next()) {
            (Some(from), Some(to), None) => {
                (from.at, to.at) == (0, way.span) && from.by == -to.by && 2 * from.by > most
            }
            _ => false,
        }
    };
    let mut blocks = kinds.iter().flat_map(|(blocks, _)| blocks);
    let fills = blocks.all(|&block| problem.blocks[block].ways.iter().all(fills));
    if !fills || kinds.iter().any(|(blocks, _)| blocks.is_empty()) || kinds.is_empty() {
        return None;
    }
    for &(first, then) in &cell.orders {
        if kinds.get(then)?.1.contains(&first) {
            continue;
        }
        for before in &kinds.get(first)?.0 {
            for after in &kinds.get(then)?.0 {
                let &level = orders.get(&(*before, *after))?;
                // One gives back at its end what the other takes at its start.
                let ends = |way: &Way| moment(way, level) == way.span;
                let starts = |way: &Way| moment(way, level) == 0;
                let (before, after) = (&problem.blocks[*before], &problem.blocks[*after]);
                if !before.ways.iter().all(ends) || !after.ways.iter().all(starts) {
                    return None;
                }
            }
        }
        kinds[then].1.push(first);
    }
    let leaders = cell.leaders.iter().map(|hanger| (hanger, true));
    let followers = cell.followers.iter().map(|hanger| (hanger, false));
    let mut hangers = Vec::new();
    for ((action, on), is_leader) in leaders.chain(followers) {
        let block = named(action)?;
        let mut lag: Option<Seconds> = None;
        for &kind in on {
            for &other in &kinds.get(kind)?.0 {
                let (hanger, turn) = (&problem.blocks[block], &problem.blocks[other]);
                let own = match is_leader {
                    true => latest(hanger, turn, *orders.get(&(block, other))?)?,
                    false => earliest(hanger, turn, *orders.get(&(other, block))?)?,
                };
                lag = Some(match (lag, is_leader) {
                    (None, _) => own,
                    (Some(lag), true) => lag.max(own),
                    (Some(lag), false) => lag.min(own),
                });
            }
        }
        let lag = lag?;
        hangers.push(Hanger {
            block,
            is_leader,
            kinds: on.clone(),
            lag: match is_leader {
                // The other one may start at the end of its slot.
                true => (lag + turns.slot - 1).div_euclid(turns.slot),
                false => lag.div_euclid(turns.slot),
            },
        });
    }
    let is_grid = (1..1 << 32).contains(&turns.slot) && (1..=MOST_NUMBERS).contains(&turns.slots);
    (is_grid && hangers.len() <= MOST_HANGERS).then_some(Checked {
        slot: turns.slot,
        slots: turns.slots,
        kinds,
        hangers,
    })
}

/// By how much later than the start of another one a block that comes before it starts at the latest.
fn latest(leader: &Block, other: &Block, level: usize) -> Option<Seconds> {
    let taken = other.ways.iter().map(|way| moment(way, level)).max()?;
    let given = leader.ways.iter().map(|way| moment(way, level)).min()?;
    Some(taken - given)
}

/// By how much later than the end of another one a block that comes after it starts at the earliest.
fn earliest(follower: &Block, other: &Block, level: usize) -> Option<Seconds> {
    let given = other.ways.iter().map(|way| moment(way, level) - way.span);
    let taken = follower.ways.iter().map(|way| moment(way, level)).max()?;
    Some(given.min()? - taken)
}

impl Checked {
    /// All of its blocks.
    pub fn blocks(&self) -> impl Iterator<Item = usize> {
        let turns = self
            .kinds
            .iter()
            .flat_map(|(blocks, _)| blocks.iter().copied());
        turns.chain(self.hangers.iter().map(|hanger| hanger.block))
    }

    fn states(&self) -> usize {
        let counts = self.kinds.iter().map(|(blocks, _)| blocks.len() + 1);
        counts.fold(1, usize::saturating_mul)
    }

    /// How many steps it takes to find the least price.
    pub fn steps(&self, problem: &Problem) -> usize {
        let ways = self.blocks().map(|block| problem.blocks[block].ways.len());
        let ways: usize = ways.sum::<usize>() + self.hangers.len();
        let one = ways.saturating_mul(self.slots);
        self.states().saturating_mul(one)
    }

    /// The least that its blocks pay together; None where that is more than anything pays.
    pub fn least(&self, problem: &Problem, prices: &Prices) -> Option<i128> {
        let slots = self.slots;
        // By kind, for each number of slots that a way spans the least price in each slot: of all blocks of a kind alike.
        let kinds = self.kinds.iter().map(|(blocks, _)| {
            let mut spans: BTreeMap<usize, Vec<i128>> = BTreeMap::new();
            for way in blocks.iter().flat_map(|&block| &problem.blocks[block].ways) {
                let least = spans
                    .entry((way.span / self.slot) as usize)
                    .or_insert_with(|| vec![NONE; slots + 1]);
                self.lower(least, way, prices);
            }
            spans
        });
        let kinds: Vec<BTreeMap<usize, Vec<i128>>> = kinds.collect();
        let hung = self.hangers.iter().map(|hanger| {
            let mut least = vec![NONE; slots + 1];
            for way in &problem.blocks[hanger.block].ways {
                self.lower(&mut least, way, prices);
            }
            for at in 0..slots {
                match hanger.is_leader {
                    true => least[at + 1] = least[at].min(least[at + 1]),
                    false => least[slots - 1 - at] = least[slots - 1 - at].min(least[slots - at]),
                }
            }
            least
        });
        let hung: Vec<Vec<i128>> = hung.collect();
        let mut rest = vec![vec![0; slots + 1]; self.states()];
        let mut over: Vec<usize> = self.kinds.iter().map(|(blocks, _)| blocks.len()).collect();
        let full = over.clone();
        for state in (0..rest.len() - 1).rev() {
            // The digits of the state, those of the first kind change fastest.
            let mut digits = state;
            for (over, full) in over.iter_mut().zip(&full) {
                (*over, digits) = (digits % (full + 1), digits / (full + 1));
            }
            let mut least = vec![NONE; slots + 1];
            let mut stride = 1;
            for (kind, spans) in kinds.iter().enumerate() {
                let next = state + stride;
                stride *= full[kind] + 1;
                let may_begin = self.kinds[kind].1.iter().all(|&k| over[k] == full[k]);
                if over[kind] == full[kind] || !may_begin {
                    continue;
                }
                let paid = self.hangers.iter().zip(&hung).filter(|(hanger, _)| {
                    let is_last = |&k: &usize| over[k] + usize::from(k == kind) == full[k];
                    hanger.kinds.contains(&kind)
                        && match hanger.is_leader {
                            true => hanger.kinds.iter().all(|&k| over[k] == 0),
                            false => hanger.kinds.iter().all(is_last),
                        }
                });
                let paid: Vec<(&Hanger, &Vec<i128>)> = paid.collect();
                for (span, prices) in spans {
                    for at in 0..=slots {
                        let end = (at + span).min(slots);
                        let mut sum = prices[at] + rest[next][end];
                        for (hanger, least) in &paid {
                            sum += hanger.beside(least, at, end);
                        }
                        least[at] = least[at].min(sum);
                    }
                }
            }
            for at in (0..slots).rev() {
                least[at] = least[at].min(least[at + 1]);
            }
            rest[state] = least;
        }
        Some(rest[0][0]).filter(|&least| least < NONE / 2)
    }

    /// Lowers the least price in each slot to that of a way; the last number is of all that comes after the slots.
    fn lower(&self, least: &mut [i128], way: &Way, prices: &Prices) {
        prices.walk(way, &mut |piece| {
            let end = self.slot * self.slots as Seconds;
            let mut from = piece.first;
            while from <= piece.last {
                let slot = (from / self.slot).min(self.slots as Seconds);
                let to = match from < end {
                    true => piece.last.min((slot + 1) * self.slot - 1),
                    false => piece.last,
                };
                let of = |at: Seconds| piece.price + piece.slope * i128::from(at - piece.first);
                let least = &mut least[slot as usize];
                *least = (*least).min(of(from)).min(of(to));
                from = to + 1;
            }
        });
    }
}

impl Hanger {
    /// The least that it pays beside a block that starts in a slot and ends in another.
    fn beside(&self, least: &[i128], start: usize, end: usize) -> i128 {
        let last = least.len() as Seconds - 1;
        match self.is_leader {
            false => least[(end as Seconds + self.lag).clamp(0, last) as usize],
            // What starts after the slots may start at any time.
            true if start as Seconds == last => least[last as usize],
            true => match (start as Seconds + self.lag).min(last) {
                ..0 => NONE,
                at => least[at as usize],
            },
        }
    }
}
