//! A sum over blocks that is at most a bound, as clauses: a decision diagram over the blocks' values (Abío,
//! Nieuwenhuis, Oliveras, Rodríguez-Carbonell: A new look at BDDs for pseudo-Boolean constraints, JAIR 2012).

use super::cnf::{Cnf, FALSE, Lit, TRUE};
use super::work::Work;

/// A summand: it is at least `value` where the literal is true, for each step; at least 0 where none is. Values ascend
/// and are above 0.
pub type Summand = Vec<(i128, Lit)>;

/// Adds the clauses for one sum; None where that is too much work.
pub fn at_most(
    cnf: &mut Cnf,
    work: &mut Work,
    mut summands: Vec<Summand>,
    bound: i128,
) -> Option<()> {
    summands.retain(|summand| !summand.is_empty());
    let largest = |summand: &Summand| summand.last().map_or(0, |step| step.0);
    // The largest first: then the diagram is narrow where it is long.
    summands.sort_by_key(|summand| std::cmp::Reverse(largest(summand)));
    let mut rest = vec![0; summands.len() + 1];
    for at in (0..summands.len()).rev() {
        rest[at] = rest[at + 1] + largest(&summands[at]);
    }
    let known = vec![Vec::new(); summands.len()];
    let root = Diagram {
        cnf,
        work,
        summands,
        rest,
        known,
    }
    .node(0, bound)?;
    cnf.add(&[root.lit]);
    Some(())
}

struct Diagram<'a> {
    cnf: &'a mut Cnf,
    work: &'a mut Work,
    summands: Vec<Summand>,
    /// For each summand, how much it and all after it are at most.
    rest: Vec<i128>,
    /// For each summand the nodes, ordered.
    known: Vec<Vec<Node>>,
}

/// A literal that implies that the summands from one on are at most a bound, whichever from `least` to `most`: between
/// these no sum lies.
#[derive(Debug, Clone, Copy)]
struct Node {
    least: i128,
    most: i128,
    lit: Lit,
}

impl Diagram<'_> {
    fn node(&mut self, at: usize, bound: i128) -> Option<Node> {
        if bound < 0 {
            return Some(Node {
                least: i128::MIN,
                most: -1,
                lit: FALSE,
            });
        }
        if bound >= self.rest[at] {
            return Some(Node {
                least: self.rest[at],
                most: i128::MAX,
                lit: TRUE,
            });
        }
        let place = self.known[at].partition_point(|node| node.most < bound);
        if let Some(&node) = self.known[at].get(place).filter(|node| node.least <= bound) {
            return Some(node);
        }
        self.work.spend(1 + self.summands[at].len())?;
        let Node {
            mut least,
            mut most,
            lit,
        } = self.node(at + 1, bound)?;
        let mut edges = vec![(TRUE, lit)];
        for step in 0..self.summands[at].len() {
            let (value, condition) = self.summands[at][step];
            let child = self.node(at + 1, bound - value)?;
            least = least.max(child.least.saturating_add(value));
            most = most.min(child.most.saturating_add(value));
            // Who has reached this value has reached those before it.
            if edges.last().is_some_and(|edge| edge.1 != child.lit) {
                edges.push((condition, child.lit));
            }
        }
        let lit = if edges.len() == 1 {
            lit
        } else {
            self.branch(&edges)?
        };
        let node = Node { least, most, lit };
        let place = self.known[at].partition_point(|node| node.most < bound);
        self.known[at].insert(place, node);
        Some(node)
    }

    /// A literal that implies the second of each pair of which the first holds.
    fn branch(&mut self, edges: &[(Lit, Lit)]) -> Option<Lit> {
        let node = self.cnf.fresh();
        for &(condition, child) in edges {
            self.cnf.add(&[-node, -condition, child]);
        }
        self.work.spend(3 * edges.len())?;
        Some(node)
    }
}
