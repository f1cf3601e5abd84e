//! One migration after the other, by VM: what a loop over `virsh migrate` does.

use super::{Cap, Policy, View, caps};

pub(super) fn policy(view: &View) -> Policy {
    Policy {
        caps: vec![Cap {
            name: String::from("migrations"),
            most: 1,
            of: caps::all(view),
        }],
        ..Policy::default()
    }
}
