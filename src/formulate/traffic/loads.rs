//! What guests put on the network, for whoever reads a plan.

use std::collections::BTreeMap;

use super::super::levels::Key;
use super::super::routes::Network;
use crate::datacenter::{Datacenter, LinkId, Node, ServerId, SwitchId, VmId};
use crate::formulation::ActionId;

/// Where the VMs may be whose traffic is counted at one of its ends.
pub(in super::super) type Whereabouts = BTreeMap<VmId, Vec<Option<ServerId>>>;

/// What carries traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carrier {
    /// A link, from its `a` to its `b` or not.
    Link(LinkId, bool),
    /// A switch.
    Switch(SwitchId),
}

/// What guests put on the network in a plan that leaves nothing open, in bit/s.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loads {
    /// Before anything happens.
    pub initial: Vec<(Carrier, u64)>,
    /// What the actions change, in their order; those that change nothing are left out.
    pub changes: Vec<LoadChange>,
    /// What counts although it may not always flow, and the first two VMs between which it does.
    pub loose: Vec<(Carrier, [VmId; 2])>,
    /// Where those VMs may be: a plan that decides where they go is counted in the same way.
    pub(in super::super) whereabouts: Whereabouts,
}

/// What an action changes.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadChange {
    /// The action.
    pub action: ActionId,
    /// What comes once its VM has moved or runs.
    pub comes: Vec<(Carrier, u64)>,
    /// What goes then.
    pub goes: Vec<(Carrier, u64)>,
}

/// The paths of what guests send.
pub struct GuestPaths<'a> {
    dc: &'a Datacenter,
    network: Network<'a>,
}

impl<'a> GuestPaths<'a> {
    /// Those of a datacenter.
    pub fn of(dc: &'a Datacenter) -> Self {
        let network = Network::of_guests(dc);
        GuestPaths { dc, network }
    }

    /// What is on the path from one node to another; nothing where there is none.
    pub fn between(&mut self, from: Node, to: Node) -> Vec<Carrier> {
        let path = self.network.between(from, to).unwrap_or_default();
        Key::carried(self.dc, &path).filter_map(carrier).collect()
    }
}

pub(super) fn carrier(key: Key) -> Option<Carrier> {
    match key {
        Key::Link(link, forward) => Some(Carrier::Link(link, forward)),
        Key::Switch(switch) => Some(Carrier::Switch(switch)),
        _ => None,
    }
}
