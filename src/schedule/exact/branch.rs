//! Branch and bound over who waits for whom, for few jobs whose first objective never gains by waiting.
//!
//! Some best schedule is the earliest one in which, of each level, some changes come no later than others: take those pairs of
//! it where one gives and the other takes afterwards, and start all jobs as early as these pairs allow. Whenever a level is
//! high then, all that take until then had been given room in the schedule by the same others. So a node is a set of pairs,
//! its schedule is the earliest one, and where that exceeds a level, one of those who take must wait for one of those who
//! give later (minimal forbidden sets, Igelmund and Radermacher 1983, here with levels that are relieved for good). Of each
//! branch the ones before it are excluded, so that none is searched twice.
//!
//! A node's bound is the cost of its earliest schedule, and what jobs on a level that holds one at a time cost more even if they could
//! be interrupted (shortest remaining time first, Schrage 1968).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::formulation::Seconds;
use crate::schedule::control::Control;
use crate::schedule::instance::{Event, Instance, Linear, Origin, Placed};

use super::Answer;

/// So many jobs are few.
pub const FEW: usize = 40;

/// Levels that are exceeded of which the best one to branch on is chosen.
const CHOICE: usize = 6;

/// `start of then >= start of first + lag`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wait {
    first: usize,
    then: usize,
    lag: Seconds,
}

impl Wait {
    /// The opposite.
    fn not(self) -> Wait {
        Wait {
            first: self.then,
            then: self.first,
            lag: 1 - self.lag,
        }
    }
}

/// A change of a level by a job.
#[derive(Debug, Clone, Copy)]
struct Change {
    job: usize,
    at: Seconds,
    by: i64,
}

/// Jobs that use a level one at a time: each with when it begins after its start, and how long it takes.
struct Queue {
    uses: Vec<(usize, Seconds, Seconds)>,
    /// What a second of each costs at least.
    slope: i64,
}

/// A set of waits, and the earliest starts that keep them.
#[derive(Clone)]
struct Node {
    waits: Vec<Wait>,
    start: Vec<Seconds>,
    bound: i64,
}

struct Tree<'a, 'm> {
    instance: &'a Instance,
    /// For each level who changes it.
    changes: Vec<Vec<Change>>,
    queues: Vec<Queue>,
    /// Nothing may cost as much.
    value: i64,
    best: Option<Vec<Seconds>>,
    /// Nodes that may still be made.
    left: u64,
    control: &'a Control<'m>,
}

/// Searches schedules better than `value` in the first goal; None where it cannot. The effort is how many nodes may be made.
pub fn minimise(instance: &Instance, value: i64, effort: u64, control: &Control) -> Option<Answer> {
    if !applies(instance) {
        return None;
    }
    let mut changes = vec![Vec::new(); instance.levels.len()];
    for (job, Event { level, at, change }) in events(instance) {
        let by = change;
        changes[level as usize].push(Change { job, at, by });
    }
    let mut tree = Tree {
        instance,
        queues: queues(instance, &changes),
        changes,
        value,
        best: None,
        left: effort,
        control,
    };
    let first = instance.jobs.iter().map(|job| job.modes[0].starts.first());
    let root = Node {
        waits: Vec::new(),
        start: first.collect::<Option<_>>()?,
        bound: i64::MIN,
    };
    let mut known = tree.known();
    let twins = tree.twins(&known);
    known.extend(twins);
    let done = match tree.child(&root, &known) {
        Some(root) => tree.search(root),
        None => tree.left > 0,
    };
    let placed = tree.best.map(|start| Placed {
        mode: vec![0; start.len()],
        start,
    });
    Some(if done {
        Answer::Optimal(placed)
    } else {
        Answer::Spent(placed)
    })
}

/// Whether the earliest schedules are enough: rooms that stay what they are, nobody better off later, one way to do each job.
fn applies(instance: &Instance) -> bool {
    let early = |cost: &Linear| cost.slope >= 0;
    instance.jobs.len() <= FEW
        && instance.goals[0].makespan >= 0
        && instance.levels.iter().all(|level| level.room.len() == 1)
        && instance.jobs.iter().all(|job| {
            let [mode] = &job.modes[..] else { return false };
            mode.starts.intervals().len() == 1 && early(&mode.cost[0])
        })
}

fn events(instance: &Instance) -> impl Iterator<Item = (usize, Event)> {
    let jobs = instance.jobs.iter().enumerate();
    jobs.flat_map(|(job, own)| own.modes[0].events.iter().map(move |&event| (job, event)))
}

/// Levels that hold one of their users at a time, each job in the longest of its queues only.
fn queues(instance: &Instance, changes: &[Vec<Change>]) -> Vec<Queue> {
    let mut all = Vec::new();
    for (level, changes) in changes.iter().enumerate() {
        let room = instance.levels[level].room[0].1;
        let mut amounts = Vec::new();
        let mut uses = Vec::new();
        for own in changes.chunk_by(|a, b| a.job == b.job) {
            if let [take, give] = own
                && take.by > 0
                && give.by == -take.by
            {
                amounts.push(take.by);
                uses.push((take.job, take.at, give.at - take.at));
            }
        }
        amounts.sort_unstable();
        let alone = amounts.len() >= 2 && amounts[0] + amounts[1] > room;
        // What is relieved for good may hold more than one.
        let whole = changes.iter().map(|change| change.by).sum::<i64>() == 0;
        if alone && whole && 2 * uses.len() == changes.len() {
            all.push(uses);
        }
    }
    all.sort_by_key(|uses| Reverse(uses.iter().map(|&(_, _, length)| length).sum::<Seconds>()));
    let slope = |job: usize| instance.jobs[job].modes[0].cost[0].slope;
    let mut taken = vec![false; instance.jobs.len()];
    let mut queues = Vec::new();
    for mut uses in all {
        uses.retain(|&(job, ..)| !taken[job] && slope(job) > 0);
        if uses.len() > 1 {
            uses.iter().for_each(|&(job, ..)| taken[job] = true);
            let slope = uses.iter().map(|&(job, ..)| slope(job)).min().unwrap_or(0);
            queues.push(Queue { uses, slope });
        }
    }
    queues
}

impl Tree<'_, '_> {
    /// The wait that a level says, if it is the order of two jobs and nothing else.
    fn order(&self, level: usize) -> Option<Wait> {
        let [a, b] = self.changes[level][..] else {
            return None;
        };
        let (give, take) = if a.by < 0 { (a, b) } else { (b, a) };
        let is_order = matches!(self.instance.levels[level].origin, Origin::Precedence(_));
        (is_order && a.job != b.job).then(|| wait(give, take))
    }

    fn known(&self) -> Vec<Wait> {
        (0..self.changes.len())
            .filter_map(|level| self.order(level))
            .collect()
    }

    /// Jobs that are alike in all respects may start in the order of their numbers.
    fn twins(&self, known: &[Wait]) -> Vec<Wait> {
        let instance = self.instance;
        let jobs = instance.jobs.len();
        let mut far = vec![vec![None; jobs]; jobs];
        for wait in known {
            let lag = &mut far[wait.first][wait.then];
            *lag = (*lag).max(Some(wait.lag));
        }
        for via in 0..jobs {
            for first in 0..jobs {
                for then in 0..jobs {
                    let around: Option<Seconds> =
                        far[first][via].zip(far[via][then]).map(|(a, b)| a + b);
                    far[first][then] = far[first][then].max(around);
                }
            }
        }
        // Seen from all other jobs two are alike, and neither is before the other.
        let alike = |a: usize, b: usize| {
            let (own, other) = (&instance.jobs[a].modes[0], &instance.jobs[b].modes[0]);
            let counted = |job: usize| -> Vec<Event> {
                let events = instance.jobs[job].modes[0].events.iter().copied();
                events
                    .filter(|event| self.order(event.level as usize).is_none())
                    .collect()
            };
            own.span == other.span
                && own.cost == other.cost
                && own.starts == other.starts
                && counted(a) == counted(b)
                && far[a][b].is_none()
                && far[b][a].is_none()
                && (0..jobs).all(|job| {
                    job == a
                        || job == b
                        || (far[a][job] == far[b][job] && far[job][a] == far[job][b])
                })
        };
        let mut waits = Vec::new();
        for then in 1..jobs {
            if let Some(first) = (0..then).rev().find(|&first| alike(first, then)) {
                waits.push(Wait {
                    first,
                    then,
                    lag: 0,
                });
            }
        }
        waits
    }

    /// The node with more waits; None if nothing better is in it.
    fn child(&mut self, node: &Node, more: &[Wait]) -> Option<Node> {
        self.left = self.left.saturating_sub(1);
        let mut child = node.clone();
        child.waits.extend_from_slice(more);
        let mut rounds = 0;
        let mut changed = true;
        while changed {
            changed = false;
            for &Wait { first, then, lag } in &child.waits {
                let start = child.start[first] + lag;
                if start > child.start[then] {
                    if Some(start) > self.instance.jobs[then].modes[0].starts.last() {
                        return None;
                    }
                    child.start[then] = start;
                    changed = true;
                }
            }
            rounds += 1;
            // Longer than the longest path: there is a circle.
            if rounds > child.start.len() + 1 {
                return None;
            }
        }
        child.bound = self.cost(&child.start) + self.queueing(&child.start);
        (child.bound < self.value).then_some(child)
    }

    fn cost(&self, start: &[Seconds]) -> i64 {
        let goal = self.instance.goals[0];
        let mut cost = goal.constant;
        let mut end = 0;
        for (job, &start) in self.instance.jobs.iter().zip(start) {
            cost += job.modes[0].cost[0].at(start);
            end = end.max(start + job.modes[0].span);
        }
        cost + goal.makespan * end
    }

    /// What is lost at least where jobs take turns.
    fn queueing(&self, start: &[Seconds]) -> i64 {
        let queues = self.queues.iter();
        queues.map(|queue| queue.slope * delay(queue, start)).sum()
    }

    /// Searches a node; says whether all of it was.
    fn search(&mut self, node: Node) -> bool {
        if node.bound >= self.value {
            return true;
        }
        if self.left == 0 || self.control.stopped() {
            return false;
        }
        let mut choice: Option<Vec<Node>> = None;
        let mut conflicts = self.conflicts(&node);
        if conflicts.is_empty() {
            self.value = self.cost(&node.start);
            self.best = Some(node.start);
            self.control.report("proof", Some(self.value), None, None);
            return true;
        }
        conflicts.sort_by_key(|conflict| conflict.len());
        for conflict in conflicts.iter().take(CHOICE) {
            let children = self.children(&node, conflict);
            if self.left == 0 {
                return false;
            }
            let better = |known: &Vec<Node>| rank(&children) > rank(known);
            if choice.as_ref().is_none_or(better) {
                let few = children.len() < 2;
                choice = Some(children);
                if few {
                    break;
                }
            }
        }
        choice.into_iter().flatten().all(|child| self.search(child))
    }

    /// The node with each of some waits in turn, and without those before it; the least bound first.
    fn children(&mut self, node: &Node, waits: &[Wait]) -> Vec<Node> {
        let alone = waits.iter().map(|&wait| (wait, self.child(node, &[wait])));
        let mut open: Vec<(i64, Wait)> = alone
            .filter_map(|(wait, child)| Some((child?.bound, wait)))
            .collect();
        open.sort_unstable();
        let mut children = Vec::new();
        let mut more: Vec<Wait> = Vec::new();
        for (_, wait) in open {
            more.push(wait);
            children.extend(self.child(node, &more));
            more.pop();
            more.push(wait.not());
        }
        children
    }

    /// For each level that the earliest schedule exceeds, the waits one of which must be.
    fn conflicts(&self, node: &Node) -> Vec<Vec<Wait>> {
        let levels = self.changes.iter().zip(&self.instance.levels);
        let conflicts = levels.filter_map(|(changes, level)| {
            let room = level.room[0].1;
            let when = |change: &Change| node.start[change.job] + change.at;
            let mut order: Vec<&Change> = changes.iter().collect();
            order.sort_by_key(|change| when(change));
            let mut held = 0;
            for now in order.chunk_by(|a, b| when(a) == when(b)) {
                held += now.iter().map(|change| change.by).sum::<i64>();
                if held <= room {
                    continue;
                }
                let moment = when(now[0]);
                let (until, later): (Vec<&Change>, Vec<&Change>) =
                    changes.iter().partition(|change| when(change) <= moment);
                let takes = until.into_iter().filter(|change| change.by > 0);
                let waits = takes.flat_map(|take| {
                    let gives = later.iter().filter(|change| change.by < 0);
                    let others = gives.filter(|give| give.job != take.job);
                    others.map(|give| wait(**give, *take))
                });
                return Some(waits.collect());
            }
            None
        });
        conflicts.collect()
    }
}

/// Fewer branches are better, and the higher bounds of them.
fn rank(children: &[Node]) -> (bool, Option<i64>, Reverse<usize>) {
    let least = children.iter().map(|child| child.bound).min();
    (children.is_empty(), least, Reverse(children.len()))
}

fn wait(give: Change, take: Change) -> Wait {
    Wait {
        first: give.job,
        then: take.job,
        lag: give.at - take.at,
    }
}

/// By how much all ends in a queue are later, in all, than if each began at once: at least what they would be if any
/// could be interrupted for a shorter one.
fn delay(queue: &Queue, start: &[Seconds]) -> Seconds {
    let mut coming: Vec<(Seconds, Seconds)> = queue
        .uses
        .iter()
        .map(|&(job, at, length)| (start[job] + at, length))
        .collect();
    coming.sort_unstable();
    let alone: Seconds = coming.iter().map(|&(at, length)| at + length).sum();
    let mut waiting: BinaryHeap<Reverse<Seconds>> = BinaryHeap::new();
    let (mut now, mut ends, mut next) = (Seconds::MIN, 0, 0);
    while next < coming.len() || !waiting.is_empty() {
        if waiting.is_empty() {
            now = now.max(coming[next].0);
        }
        while next < coming.len() && coming[next].0 <= now {
            waiting.push(Reverse(coming[next].1));
            next += 1;
        }
        let Some(Reverse(length)) = waiting.pop() else {
            continue;
        };
        let until = coming.get(next).map_or(Seconds::MAX, |&(at, _)| at);
        if length <= until - now {
            now += length;
            ends += now;
        } else {
            waiting.push(Reverse(length - (until - now)));
            now = until;
        }
    }
    ends - alone
}
