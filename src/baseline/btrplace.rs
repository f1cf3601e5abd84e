//! BtrPlace without the papers' extensions: each action as soon as hosts have room, whatever the network carries (UCC'15, section V-C).
//!
//! The authors' executor gives `--timeout 600` to each migration, which suspends the VM then.

use super::{Patience, Policy, View};

pub(super) fn policy(_: &View) -> Policy {
    Policy {
        patience: Patience::Suspend(600),
        ..Policy::default()
    }
}
