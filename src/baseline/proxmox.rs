//! Proxmox VE: the HA manager's `max_workers`, by default 4 for each node (documentation of pve-ha-manager, "Shutdown policy" and
//! datacenter.cfg). No `bwlimit`. A migration that does not converge gets ever more downtime, so that it ends: here its VM is suspended
//! after ten minutes.

use super::{Patience, Policy, View, caps};

pub(super) fn policy(view: &View) -> Policy {
    Policy {
        caps: caps::out_of_each(view, |_| 4),
        patience: Patience::Suspend(600),
        ..Policy::default()
    }
}
