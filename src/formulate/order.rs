//! What the orders say before anything is searched: cycles, partners of a `sync` that exclude one another,
//! and deadlines before the earliest possible end.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::errors;
use crate::diag::Diagnostic;
use crate::formulation::{ActionId, Formulation, Precedence, Seconds, SourceId, Window};
use crate::request::Request;

/// A deadline that cannot hold.
pub(super) struct Late<'a> {
    /// The window that is missed.
    pub window: &'a Window,
    /// The action that is late, and those that it waits for, the first one first.
    pub chain: Vec<ActionId>,
    /// Its earliest end, as far as the other orders and windows say.
    pub earliest: Seconds,
    /// How many more actions miss windows of the same source.
    pub more: usize,
}

/// Finds cycles, or, without any, windows that no schedule can keep.
pub(super) fn check(out: &Formulation, request: &Request, findings: &mut Vec<Diagnostic>) {
    let graph = Graph::of(out);
    let cycles = graph.cycles();
    for cycle in &cycles {
        findings.push(errors::cycle(out, cycle));
    }
    if cycles.is_empty() {
        for late in graph.late() {
            findings.push(errors::too_late(out, request, &late));
        }
    }
}

/// Actions, those of a group as one node, and the orders between them.
struct Graph<'a> {
    out: &'a Formulation,
    /// The node of each action.
    node: Vec<usize>,
    members: Vec<Vec<ActionId>>,
    /// For each node the precedences that leave it.
    next: Vec<Vec<&'a Precedence>>,
    windows: BTreeMap<ActionId, Vec<&'a Window>>,
    /// How the members of each node belong together.
    together: Vec<Together>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Together {
    Alone,
    Starts,
    Ends,
    /// Groups of both kinds share members.
    Both,
}

impl<'a> Graph<'a> {
    fn of(out: &'a Formulation) -> Self {
        let mut parent: Vec<usize> = (0..out.actions.len()).collect();
        for group in &out.groups {
            let first = root(&mut parent, group.actions[0].0 as usize);
            for action in &group.actions {
                let other = root(&mut parent, action.0 as usize);
                parent[other] = first;
            }
        }
        let node: Vec<usize> = (0..parent.len()).map(|at| root(&mut parent, at)).collect();
        let mut together = vec![Together::Alone; parent.len()];
        for group in &out.groups {
            let how = if group.ends {
                Together::Ends
            } else {
                Together::Starts
            };
            let known = &mut together[node[group.actions[0].0 as usize]];
            *known = if *known == Together::Alone || *known == how {
                how
            } else {
                Together::Both
            };
        }
        let mut members = vec![Vec::new(); parent.len()];
        for action in out.ids() {
            members[node[action.0 as usize]].push(action);
        }
        let mut next = vec![Vec::new(); parent.len()];
        for precedence in &out.precedences {
            next[node[precedence.first.0 as usize]].push(precedence);
        }
        let mut windows: BTreeMap<ActionId, Vec<&Window>> = BTreeMap::new();
        for window in out.windows.iter().filter(|window| window.modes.is_none()) {
            windows.entry(window.action).or_default().push(window);
        }
        Graph {
            out,
            node,
            members,
            next,
            windows,
            together,
        }
    }

    /// One cycle for each part of the graph that has any.
    fn cycles(&self) -> Vec<Vec<&'a Precedence>> {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            Open,
            Done,
        }
        let mut state = vec![State::New; self.members.len()];
        let mut cycles = Vec::new();
        for start in 0..self.members.len() {
            if state[start] != State::New {
                continue;
            }
            // The way from the start: each node and how many of its precedences were followed.
            let mut way = vec![(start, 0)];
            state[start] = State::Open;
            while let Some((at, followed)) = way.last_mut() {
                let Some(precedence) = self.next[*at].get(*followed) else {
                    state[*at] = State::Done;
                    way.pop();
                    continue;
                };
                *followed += 1;
                let then = self.node[precedence.then.0 as usize];
                match state[then] {
                    State::Done => {}
                    State::New => {
                        state[then] = State::Open;
                        way.push((then, 0));
                    }
                    State::Open => {
                        let from = way.iter().position(|&(node, _)| node == then).unwrap_or(0);
                        let round = way[from..]
                            .iter()
                            .map(|&(node, followed)| self.next[node][followed - 1]);
                        cycles.push(round.collect());
                        // One is enough for everything that hangs together with it.
                        for (node, _) in way.drain(..) {
                            state[node] = State::Done;
                        }
                    }
                }
            }
        }
        cycles
    }

    /// The windows that are missed even when everything starts as early as orders allow, at most one for each
    /// source. A missed window delays nothing, so that what is late is late by itself.
    fn late(&self) -> Vec<Late<'a>> {
        let mut earliest: Vec<Seconds> = vec![0; self.out.actions.len()];
        let mut cause: Vec<Option<ActionId>> = vec![None; self.out.actions.len()];
        let mut found: BTreeMap<SourceId, Late<'a>> = BTreeMap::new();
        for node in self.sorted() {
            if let Err((action, window)) = self.place(node, &mut earliest) {
                let start = earliest[action.0 as usize];
                let start = self.fit(action, start, Some(window)).unwrap_or(start);
                let end = start + self.duration(action);
                self.note(&mut found, action, window, end, &cause);
            }
            for precedence in &self.next[node] {
                let end = earliest[precedence.first.0 as usize] + self.duration(precedence.first);
                let then = precedence.then.0 as usize;
                if end > earliest[then] {
                    earliest[then] = end;
                    cause[then] = Some(precedence.first);
                }
            }
        }
        found.into_values().collect()
    }

    fn note(
        &self,
        found: &mut BTreeMap<SourceId, Late<'a>>,
        action: ActionId,
        window: &'a Window,
        earliest: Seconds,
        cause: &[Option<ActionId>],
    ) {
        let mut chain = vec![action];
        while let Some(before) = chain.last().and_then(|last| cause[last.0 as usize]) {
            chain.push(before);
        }
        chain.reverse();
        let late = Late {
            window,
            chain,
            earliest,
            more: 0,
        };
        match found.entry(window.source) {
            Entry::Vacant(place) => {
                place.insert(late);
            }
            Entry::Occupied(mut place) => {
                let known = place.get_mut();
                let more = known.more + 1;
                if late.earliest > known.earliest {
                    *known = late;
                }
                known.more = more;
            }
        }
    }

    /// Moves the members of a node to the earliest starts that their windows and their group allow.
    fn place(&self, node: usize, earliest: &mut [Seconds]) -> Result<(), (ActionId, &'a Window)> {
        let offset = |action: ActionId| match self.together[node] {
            Together::Ends => self.duration(action),
            _ => 0,
        };
        loop {
            let mut moved = false;
            for &action in &self.members[node] {
                let start = &mut earliest[action.0 as usize];
                let fitted = self.fit(action, *start, None)?;
                moved |= fitted != *start;
                *start = fitted;
            }
            if matches!(self.together[node], Together::Alone | Together::Both) {
                return Ok(());
            }
            let times = self.members[node]
                .iter()
                .map(|&action| earliest[action.0 as usize] + offset(action));
            let together = times.max().unwrap_or(0);
            for &action in &self.members[node] {
                let start = together - offset(action);
                moved |= start != earliest[action.0 as usize];
                earliest[action.0 as usize] = start;
            }
            if !moved {
                return Ok(());
            }
        }
    }

    /// The first start from `start` on at which the action lies in an interval of each of its windows but one.
    fn fit(
        &self,
        action: ActionId,
        mut start: Seconds,
        but: Option<&Window>,
    ) -> Result<Seconds, (ActionId, &'a Window)> {
        let duration = self.duration(action);
        let windows = self.windows.get(&action).map_or(&[][..], Vec::as_slice);
        loop {
            let before = start;
            let asked = |window: &&&Window| but.is_none_or(|but| !std::ptr::eq(but, **window));
            for &window in windows.iter().filter(asked) {
                let fits = |&&(from, to): &&(Seconds, Seconds)| {
                    start.max(from).saturating_add(duration) <= to
                };
                match window.intervals.iter().find(fits) {
                    Some(&(from, _)) => start = start.max(from),
                    None => return Err((action, window)),
                }
            }
            if start == before {
                return Ok(start);
            }
        }
    }

    /// The nodes, each after those that come before it; the graph has no cycle.
    fn sorted(&self) -> Vec<usize> {
        let mut waiting = vec![0usize; self.members.len()];
        for precedence in &self.out.precedences {
            waiting[self.node[precedence.then.0 as usize]] += 1;
        }
        let is_node = |&node: &usize| !self.members[node].is_empty();
        let mut ready: Vec<usize> = (0..self.members.len())
            .rev()
            .filter(is_node)
            .filter(|&node| waiting[node] == 0)
            .collect();
        let mut sorted = Vec::new();
        while let Some(node) = ready.pop() {
            sorted.push(node);
            for precedence in &self.next[node] {
                let then = self.node[precedence.then.0 as usize];
                waiting[then] -= 1;
                if waiting[then] == 0 {
                    ready.push(then);
                }
            }
        }
        sorted
    }

    fn duration(&self, action: ActionId) -> Seconds {
        self.out[action]
            .modes
            .iter()
            .map(|mode| mode.duration)
            .min()
            .unwrap_or(0)
    }
}

/// The representative of a set, in a forest of parents.
pub(super) fn root(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}
