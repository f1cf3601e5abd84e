//! Which servers, racks, sites and switches a path touches, and how.

use super::routes::Path;
use crate::datacenter::{Datacenter, Node, SwitchKind};

/// How a path touches a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Flow {
    /// It leaves the server or place.
    Out,
    /// It enters the server or place.
    In,
    /// It passes the switch.
    Through,
}

/// The places that a path leaves and enters and the plain switches that it passes, once for each time.
///
/// A limit on a server, rack or site is one on the links by which it hangs on the network; a limit on a plain
/// switch is one on all of its traffic.
pub(super) fn flows(dc: &Datacenter, path: &Path) -> Vec<(Node, Flow)> {
    let mut flows = Vec::new();
    for hop in path {
        let (from, to) = (hop.from(dc), hop.to(dc));
        let (left, entered) = (places_around(dc, from), places_around(dc, to));
        let without = |these: &[Node], those: &[Node], flow| -> Vec<(Node, Flow)> {
            let these = these.iter().filter(|node| !those.contains(node));
            these.map(|&node| (node, flow)).collect()
        };
        flows.extend(without(&left, &entered, Flow::Out));
        flows.extend(without(&entered, &left, Flow::In));
        if matches!(to, Node::Switch(_)) && !is_place(dc, to) {
            flows.push((to, Flow::Through));
        }
    }
    flows
}

fn is_place(dc: &Datacenter, node: Node) -> bool {
    match node {
        Node::Server(_) => true,
        Node::Switch(switch) => dc[switch].kind != SwitchKind::Switch,
    }
}

/// The places that a node stands in, itself included, inside out.
fn places_around(dc: &Datacenter, node: Node) -> Vec<Node> {
    let mut nodes = vec![node];
    let mut parent = dc.parent(node);
    while let Some(place) = parent {
        nodes.push(Node::Switch(place));
        parent = dc[place].parent;
    }
    nodes.retain(|&node| is_place(dc, node));
    nodes
}
