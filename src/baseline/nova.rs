//! OpenStack Nova: `max_concurrent_live_migrations`, by default 1, of each host that is left; a migration is aborted after
//! `live_migration_completion_timeout`, by default 800 s for each GiB (options `[DEFAULT]` and `[libvirt]` of nova.conf, with
//! `live_migration_timeout_action = abort`). `live_migration_bandwidth` is 0: no limit.

use super::{Patience, Policy, View, caps};

pub(super) fn policy(view: &View) -> Policy {
    Policy {
        caps: caps::out_of_each(view, |_| 1),
        patience: Patience::AbortPerGib(800),
        ..Policy::default()
    }
}
