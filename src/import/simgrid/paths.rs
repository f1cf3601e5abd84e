//! Paths in the network that the text will describe, as the language finds them: the fewest links, over switches only.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// Nodes by number, and which of them are hosts.
pub struct Graph {
    pub is_host: Vec<bool>,
    pub neighbours: Vec<Vec<usize>>,
    trees: RefCell<BTreeMap<usize, Rc<Tree>>>,
}

/// From one node to all: the number of links, and of the ways with so few, as far as two are counted.
type Tree = Vec<Option<(u32, u8)>>;

impl Graph {
    pub fn new(is_host: Vec<bool>, neighbours: Vec<Vec<usize>>) -> Self {
        Graph {
            is_host,
            neighbours,
            trees: RefCell::default(),
        }
    }

    fn tree(&self, root: usize) -> Rc<Tree> {
        if let Some(tree) = self.trees.borrow().get(&root) {
            return Rc::clone(tree);
        }
        let mut tree: Tree = vec![None; self.is_host.len()];
        tree[root] = Some((0, 1));
        let mut queue = VecDeque::from([root]);
        while let Some(at) = queue.pop_front() {
            let Some((far, ways)) = tree[at] else {
                continue;
            };
            if self.is_host[at] && at != root {
                continue;
            }
            for &next in &self.neighbours[at] {
                match &mut tree[next] {
                    Some((known, others)) if *known == far + 1 => *others = (*others + ways).min(2),
                    Some(_) => {}
                    empty => {
                        *empty = Some((far + 1, ways));
                        queue.push_back(next);
                    }
                }
            }
        }
        let tree = Rc::new(tree);
        self.trees.borrow_mut().insert(root, Rc::clone(&tree));
        tree
    }

    /// Whether any way leads from one node to another.
    pub fn connects(&self, from: usize, to: usize) -> bool {
        self.tree(from)[to].is_some()
    }

    /// The fewest of a path's switches that a route must name so that the language takes that path.
    pub fn stops(&self, path: &[usize]) -> Vec<usize> {
        let mut stops = Vec::new();
        let mut at = 0;
        while at + 1 < path.len() {
            let tree = self.tree(path[at]);
            let shortest = |&next: &usize| tree[path[next]] == Some(((next - at) as u32, 1));
            // A single link is the shortest way, since no two join the same nodes.
            let next = (at + 1..path.len()).rev().find(shortest).unwrap_or(at + 1);
            if next + 1 < path.len() {
                stops.push(path[next]);
            }
            at = next;
        }
        stops
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two hosts, and between them a square of switches: 0 - 2, 2 - 3, 2 - 4, 3 - 5, 4 - 5, 5 - 1.
    fn square() -> Graph {
        let links = [(0, 2), (2, 3), (2, 4), (3, 5), (4, 5), (5, 1)];
        let mut neighbours = vec![Vec::new(); 6];
        for (a, b) in links {
            neighbours[a].push(b);
            neighbours[b].push(a);
        }
        Graph::new(vec![true, true, false, false, false, false], neighbours)
    }

    #[test]
    fn a_route_names_what_tells_its_path_from_others() {
        let graph = square();
        assert_eq!(graph.stops(&[0, 2, 3, 5, 1]), [3]);
        assert_eq!(graph.stops(&[0, 2, 4, 5, 1]), [4]);
        assert_eq!(graph.stops(&[0, 2, 3, 5, 4]), [3, 5]);
        assert!(graph.stops(&[0, 2, 3]).is_empty());
        assert!(graph.connects(0, 1));
    }
}
