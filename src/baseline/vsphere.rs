//! VMware vSphere: 4 migrations at once on a network of 1 Gbit/s and 8 on one of 10 Gbit/s, at most 8 for each host, those that arrive
//! counted as well (vCenter Server and Host Management, "Limits on Simultaneous Migrations", 6.7). The VM is slowed down until its migration
//! ends; here that is waited for.

use super::{Policy, View, caps};
use crate::datacenter::{Node, ServerId};

pub(super) fn policy(view: &View) -> Policy {
    // What its fastest interface for migrations is sold as.
    let fastest = |server: ServerId| {
        let own = view.dc.links.iter().filter(|link| {
            !link.guests && (link.a == Node::Server(server) || link.b == Node::Server(server))
        });
        own.map(|link| link.nominal).max().unwrap_or(0)
    };
    let most = |server: ServerId| match fastest(server) {
        10_000_000_000.. => 8,
        _ => 4,
    };
    Policy {
        caps: caps::at_each(view, most),
        ..Policy::default()
    }
}
