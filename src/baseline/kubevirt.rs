//! KubeVirt: `parallelMigrationsPerCluster`, 5, and `parallelOutboundMigrationsPerNode`, 2; a migration is cancelled after
//! `completionTimeoutPerGiB`, 800 s for each GiB (user guide, "Live Migration", and OKD, "Configuring live migration limits and
//! timeouts"). `bandwidthPerMigration` is 0: no limit.

use super::{Patience, Policy, View, caps};

pub(super) fn policy(view: &View) -> Policy {
    let mut caps = caps::out_of_each(view, |_| 2);
    caps.push(super::caps::in_all(view, 5));
    Policy {
        caps,
        patience: Patience::AbortPerGib(800),
        ..Policy::default()
    }
}
