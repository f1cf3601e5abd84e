//! What the steps and rules say of when two VMs act, as far as it makes where they are at the same time plain.

use super::super::Cause;
use super::super::rules::{PAIRS, sides};
use super::super::steps::{Deed, Walk};
use crate::datacenter::{Datacenter, Manner, ServerId, VmId};
use crate::formulation::ActionId;
use crate::request::{Edge, Request, RuleKind, Subject, Task};

/// When two VMs act, seen from the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// The first has done all that it does, and is there then, before the other one starts anything; None: it does not run.
    Before(Option<ServerId>),
    /// The other way round: where the second is then.
    After(Option<ServerId>),
    /// Each migrates once, and they start together.
    Starts,
    /// Each migrates once, and they end together.
    Ends,
    /// Nothing of this is said.
    Open,
}

/// What is said of when actions happen.
pub(super) struct Known<'a> {
    dc: &'a Datacenter,
    walk: &'a Walk,
    /// What directly comes after each action.
    next: Vec<Vec<ActionId>>,
    /// The VMs of each `sync` of which it is known whether they end together.
    together: Vec<(&'a [VmId], bool)>,
    /// What comes after one action, for the last one that was asked in each direction: traffic of one VM is asked one after the other.
    after: [Option<(ActionId, Vec<bool>)>; 2],
}

impl<'a> Known<'a> {
    pub fn of(dc: &'a Datacenter, request: &'a Request, walk: &'a Walk) -> Self {
        let mut next = vec![Vec::new(); walk.deeds.len()];
        let deed = |action: ActionId| &walk.deeds[action.0 as usize];
        for order in &walk.orders {
            // What follows from where an action might lead may follow no more once that is decided.
            let is_open = [order.first, order.then]
                .iter()
                .any(|&action| !is_settled(deed(action)));
            if !is_open || matches!(order.cause, Cause::VmInOrder(_) | Cause::Pause(_)) {
                next[order.first.0 as usize].push(order.then);
            }
        }
        let mut together = Vec::new();
        for rule in &request.rules {
            match &rule.kind {
                RuleKind::Before { first, then } => {
                    // Others are refused.
                    if let Ok((ends, starts)) = sides(walk, first, then)
                        && ends.len().saturating_mul(starts.len()) <= PAIRS
                    {
                        for first in ends {
                            next[first.0 as usize].extend(&starts);
                        }
                    }
                }
                RuleKind::Sync { vms, edge } => {
                    let ends = edge.map(|edge| edge == Edge::Ends);
                    let ends = ends.or_else(|| usual_edge(dc, vms));
                    together.extend(ends.map(|ends| (vms.as_slice(), ends)));
                }
                _ => {}
            }
        }
        Known {
            dc,
            walk,
            next,
            together,
            after: [None, None],
        }
    }

    /// When two VMs act that both do.
    pub fn relation(&mut self, one: VmId, other: VmId) -> Relation {
        let actions = |vm: VmId| self.walk.actions(Subject::Vm(vm));
        let (ones, others) = (actions(one), actions(other));
        let (Some(&first), Some(&last)) = (ones.first(), ones.last()) else {
            return Relation::Open;
        };
        let (Some(&other_first), Some(&other_last)) = (others.first(), others.last()) else {
            return Relation::Open;
        };
        if let ([one_action], [other_action]) = (ones, others)
            && [one_action, other_action]
                .iter()
                .all(|action| self.is_one_migration(**action))
            && let Some(ends) = self.ends_together(one, other)
        {
            return if ends {
                Relation::Ends
            } else {
                Relation::Starts
            };
        }
        if let Some(there) = self.end(last)
            && self.comes_after(0, last, other_first)
        {
            return Relation::Before(there);
        }
        if let Some(there) = self.end(other_last)
            && self.comes_after(1, other_last, first)
        {
            return Relation::After(there);
        }
        Relation::Open
    }

    fn is_one_migration(&self, action: ActionId) -> bool {
        let deed = &self.walk.deeds[action.0 as usize];
        is_settled(deed) && matches!(deed.task, Task::Migrate { .. })
    }

    fn ends_together(&self, one: VmId, other: VmId) -> Option<bool> {
        let mut groups = self.together.iter();
        let is_both = |vms: &[VmId]| [one, other].iter().all(|vm| vms.contains(vm));
        groups.find_map(|&(vms, ends)| is_both(vms).then_some(ends))
    }

    /// Where an action leaves its VM, where that is not open; within, None: it does not run.
    fn end(&self, action: ActionId) -> Option<Option<ServerId>> {
        let deed = &self.walk.deeds[action.0 as usize];
        is_settled(deed).then(|| left_at(deed.task, deed.from))
    }

    fn comes_after(&mut self, way: usize, action: ActionId, then: ActionId) -> bool {
        let is_known = matches!(&self.after[way], Some((of, _)) if *of == action);
        if !is_known {
            let mut after = vec![false; self.next.len()];
            let mut open = vec![action];
            while let Some(at) = open.pop() {
                for &next in &self.next[at.0 as usize] {
                    if !std::mem::replace(&mut after[next.0 as usize], true) {
                        open.push(next);
                    }
                }
            }
            self.after[way] = Some((action, after));
        }
        let after = self.after[way].as_ref();
        after.is_some_and(|(_, after)| after[then.0 as usize])
    }

    /// All places where a VM may be at some time.
    pub fn places(&self, vm: VmId) -> Vec<Option<ServerId>> {
        let data = &self.dc[vm];
        let mut places = vec![data.running.then_some(data.host.value)];
        for &action in self.walk.actions(Subject::Vm(vm)) {
            let deed = &self.walk.deeds[action.0 as usize];
            if deed.open.is_empty() {
                places.push(left_at(deed.task, deed.from));
            }
            let open = deed.open.iter();
            places.extend(open.map(|choice| left_at(choice.task, Some(choice.from))));
        }
        places
    }
}

/// Whether it happens in any case, and is known where it leads.
fn is_settled(deed: &Deed) -> bool {
    deed.open.is_empty() && !deed.is_optional
}

/// Where a VM is once that is done; None: it does not run.
fn left_at(task: Task, from: Option<ServerId>) -> Option<ServerId> {
    match task {
        Task::Migrate { to, .. } => Some(to),
        Task::Start(_) => from,
        _ => None,
    }
}

/// Whether VMs end together that a `sync` names which does not say so (see `rules::constrain`); None where that depends on how each
/// is migrated.
fn usual_edge(dc: &Datacenter, vms: &[VmId]) -> Option<bool> {
    let can = |post: bool| {
        let mut manners = vms.iter().flat_map(|&vm| dc[vm].copy.manners());
        manners.any(|&manner| (manner == Manner::Post) == post)
    };
    match (can(false), can(true)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}
