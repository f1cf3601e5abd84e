//! Sums of weights bounded from above: a decision diagram (Abío, Nieuwenhuis, Oliveras, Rodríguez-Carbonell 2012),
//! or binary adders (Eén, Sörensson 2006) where the diagram would be large.

use super::clauses::{Clauses, Lit};

/// The most nodes of a diagram.
const MOST_NODES: usize = 30_000;

/// A summand: it is at least `value` where `lit` is true, for each step; 0 where none is.
///
/// Values ascend and are at least 1; a later literal implies the ones before it.
pub type Summand = Vec<(i64, Lit)>;

/// A sum whose bound can be lowered again and again.
#[derive(Debug)]
pub struct Sum {
    summands: Vec<Summand>,
    /// From each summand on, the most that the rest can add up to.
    rest: Vec<i64>,
    /// For each summand, nodes by interval: least and most bound for which the node is right.
    nodes: Vec<Vec<(i64, i64, Lit)>>,
    count: usize,
    adder: Option<Vec<Lit>>,
}

impl Sum {
    /// A sum; nothing is encoded yet.
    pub fn new(mut summands: Vec<Summand>) -> Sum {
        summands.retain(|summand| !summand.is_empty());
        summands.sort_by_key(|summand| std::cmp::Reverse(summand.last().map(|&(value, _)| value)));
        let mut rest = vec![0; summands.len() + 1];
        for (at, summand) in summands.iter().enumerate().rev() {
            rest[at] = rest[at + 1] + summand.last().map_or(0, |&(value, _)| value);
        }
        Sum {
            nodes: vec![Vec::new(); summands.len()],
            summands,
            rest,
            count: 0,
            adder: None,
        }
    }

    /// Demands that the sum be at most a bound.
    pub fn at_most(&mut self, clauses: &mut Clauses, bound: i64) {
        if self.adder.is_none() {
            if let Some((_, _, root)) = self.node(clauses, 0, bound) {
                clauses.add(&[root]);
                return;
            }
            self.adder = Some(self.add_up(clauses));
        }
        let bits = self.adder.as_deref().unwrap_or_default();
        compare(clauses, bits, bound);
    }

    /// A literal that implies that the summands from `at` on add up to at most `bound`, and the bounds for which it is right.
    fn node(&mut self, clauses: &mut Clauses, at: usize, bound: i64) -> Option<(i64, i64, Lit)> {
        if bound < 0 {
            return Some((i64::MIN, -1, Lit::FALSE));
        }
        if bound >= self.rest[at] {
            return Some((self.rest[at], i64::MAX, Lit::TRUE));
        }
        let place = self.nodes[at].partition_point(|&(_, most, _)| most < bound);
        if let Some(&known) = self.nodes[at].get(place).filter(|known| known.0 <= bound) {
            return Some(known);
        }
        if self.count >= MOST_NODES {
            return None;
        }
        self.count += 1;
        let (mut least, mut most, child) = self.node(clauses, at + 1, bound)?;
        let mut children = vec![(Lit::TRUE, child)];
        for step in 0..self.summands[at].len() {
            let (value, lit) = self.summands[at][step];
            let (low, high, child) = self.node(clauses, at + 1, bound - value)?;
            least = least.max(low.saturating_add(value));
            most = most.min(high.saturating_add(value));
            children.push((lit, child));
        }
        let node = if children.iter().all(|&(_, child)| child == children[0].1) {
            children[0].1
        } else {
            let node = clauses.fresh();
            for &(lit, child) in &children {
                clauses.add(&[!node, !lit, child]);
            }
            node
        };
        let place = self.nodes[at].partition_point(|&(_, most, _)| most < bound);
        self.nodes[at].insert(place, (least, most, node));
        Some((least, most, node))
    }

    /// The sum as a binary number, least bit first; at least as large as the sum is enough, but it is exact.
    fn add_up(&self, clauses: &mut Clauses) -> Vec<Lit> {
        let mut columns: Vec<Vec<Lit>> = vec![Vec::new(); 64];
        for summand in &self.summands {
            let mut before = 0;
            for &(value, lit) in summand {
                let weight = value - before;
                before = value;
                for (bit, column) in columns.iter_mut().enumerate().take(62) {
                    if weight >> bit & 1 == 1 {
                        column.push(lit);
                    }
                }
            }
        }
        let mut bits = Vec::new();
        for column in 0..columns.len() {
            while columns[column].len() > 1 {
                let third = if columns[column].len() > 2 {
                    columns[column].pop()
                } else {
                    None
                };
                let second = columns[column].pop().unwrap_or(Lit::FALSE);
                let first = columns[column].pop().unwrap_or(Lit::FALSE);
                let (sum, carry) = full_adder(clauses, first, second, third.unwrap_or(Lit::FALSE));
                columns[column].insert(0, sum);
                if let Some(next) = columns.get_mut(column + 1) {
                    next.push(carry);
                }
            }
            bits.push(columns[column].first().copied().unwrap_or(Lit::FALSE));
        }
        bits
    }
}

/// Demands that a binary number be at most a bound.
fn compare(clauses: &mut Clauses, bits: &[Lit], bound: i64) {
    if bound < 0 {
        clauses.add(&[]);
        return;
    }
    // Where the bound has a 0, the bit is 0 or the number is already smaller at a higher bit.
    for (at, &bit) in bits.iter().enumerate() {
        if at < 63 && bound >> at & 1 == 1 {
            continue;
        }
        let mut clause = vec![!bit];
        let higher = bits.iter().enumerate().skip(at + 1);
        clause.extend(
            higher
                .filter(|&(at, _)| at < 63 && bound >> at & 1 == 1)
                .map(|(_, &bit)| !bit),
        );
        clauses.add(&clause);
    }
}

fn full_adder(clauses: &mut Clauses, a: Lit, b: Lit, c: Lit) -> (Lit, Lit) {
    let (sum, carry) = (clauses.fresh(), clauses.fresh());
    for bits in 0..8 {
        let pick = |bit: u32, lit: Lit| if bits >> bit & 1 == 1 { !lit } else { lit };
        let ones = (bits & 1) + (bits >> 1 & 1) + (bits >> 2 & 1);
        let inputs = [pick(0, a), pick(1, b), pick(2, c)];
        let result = |lit: Lit, on: bool| if on { lit } else { !lit };
        let [x, y, z] = inputs;
        clauses.add(&[x, y, z, result(sum, ones % 2 == 1)]);
        clauses.add(&[x, y, z, result(carry, ones >= 2)]);
    }
    (sum, carry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::exact::sat::{Solver, Verdict};
    use crate::schedule::random::Random;

    /// Every assignment of the inputs is allowed exactly where the sum is within the bound.
    fn check(summands: &[Vec<i64>], bound: i64, adder: bool) {
        let mut clauses = Clauses::default();
        let mut inputs = Vec::new();
        let mut sum = Vec::new();
        for values in summands {
            let lits: Vec<Lit> = values.iter().map(|_| clauses.fresh()).collect();
            for pair in lits.windows(2) {
                clauses.add(&[!pair[1], pair[0]]);
            }
            sum.push(values.iter().copied().zip(lits.iter().copied()).collect());
            inputs.push(lits);
        }
        let mut sum = Sum::new(sum);
        if adder {
            sum.adder = Some(sum.add_up(&mut clauses));
        }
        sum.at_most(&mut clauses, bound);
        let mut choice = vec![0; summands.len()];
        loop {
            let total: i64 = choice
                .iter()
                .zip(summands)
                .filter(|&(&c, _)| c > 0)
                .map(|(&c, s)| s[c - 1])
                .sum();
            let mut assumptions = Vec::new();
            for (lits, &chosen) in inputs.iter().zip(&choice) {
                assumptions.extend(
                    lits.iter()
                        .enumerate()
                        .map(|(at, &l)| if at < chosen { l } else { !l }),
                );
            }
            let mut solver = Solver::new(u64::MAX);
            let verdict = solver.solve(&clauses, &assumptions);
            assert_eq!(
                matches!(verdict, Verdict::Sat(_)),
                total <= bound,
                "{summands:?} {choice:?} {bound}"
            );
            let Some(next) = (0..choice.len()).rfind(|&at| choice[at] < summands[at].len()) else {
                return;
            };
            choice[next] += 1;
            choice[next + 1..].fill(0);
        }
    }

    #[test]
    fn truth_tables() {
        let mut random = Random::new(7);
        for round in 0..60 {
            let summands: Vec<Vec<i64>> = (0..1 + random.below(4))
                .map(|_| {
                    let mut value = 0;
                    (0..random.below(3))
                        .map(|_| {
                            value += 1 + random.below(6) as i64;
                            value
                        })
                        .collect()
                })
                .collect();
            let bound = random.below(16) as i64 - 1;
            check(&summands, bound, round % 2 == 0);
        }
    }

    #[test]
    fn a_bound_can_be_lowered() {
        let mut clauses = Clauses::default();
        let lits: Vec<Lit> = (0..5).map(|_| clauses.fresh()).collect();
        let mut sum = Sum::new(
            lits.iter()
                .enumerate()
                .map(|(at, &l)| vec![(at as i64 + 1, l)])
                .collect(),
        );
        for bound in (-1..16).rev() {
            sum.at_most(&mut clauses, bound);
            let mut solver = Solver::new(u64::MAX);
            let sat = |verdict| matches!(verdict, Verdict::Sat(_));
            assert_eq!(sat(solver.solve(&clauses, &[])), bound >= 0);
            let mut solver = Solver::new(u64::MAX);
            assert_eq!(sat(solver.solve(&clauses, &[lits[4]])), bound >= 5);
        }
    }
}
