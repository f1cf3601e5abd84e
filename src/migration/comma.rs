//! COMMA's model (Zheng, Ng, Sripanidkulchai and Liu, "COMMA: coordinating the migration of multi-tier applications", VEE 2014), as it stands
//! in their QEMU (`getExpectedSpeed` in `migration.c`, github.com/yujinyu/QEMU_PACER): memory at what the pages that become dirty
//! meanwhile leave of the bandwidth.
//!
//! ```text
//! m = min(HPs, HPr * 1 s) / 1 s + CPr        bytes that are dirtied within a second, each counted once
//! d = mu / (b - m)
//! ```
//!
//! They sample which pages are dirty after a second, so that one that is rewritten more often counts once. It never ends where `b <= m`;
//! their source has a guess for that. Their disk is sent as disks are here. That VMs which talk to each other arrive together is
//! `sync`, and what they send while they are apart is `traffic`.
//!
//! No duration is published beside all that it follows from, so the tests hold this to the formula alone.

use num_rational::BigRational;
use num_traits::Zero;

use super::{Exact, above};

/// Seconds at `b` bytes per second; None where it does not converge.
pub(super) fn pre_copy(w: &Exact, b: &BigRational) -> Option<BigRational> {
    let left = b - dirtied(w);
    (left > BigRational::zero()).then(|| &w.used / left)
}

/// The smallest rate in bit/s at which it converges.
pub(super) fn converging_rate(w: &Exact) -> u64 {
    above(&dirtied(w))
}

/// Bytes that are dirtied within a second.
fn dirtied(w: &Exact) -> BigRational {
    (&w.hot_rate).min(&w.hot) + &w.cold
}
