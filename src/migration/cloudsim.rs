//! CloudSim's model (Calheiros, Ranjan, Beloglazov, De Rose and Buyya, 2011; class `PowerDatacenter`): memory alone, over half of the
//! bandwidth, since the other half is the VMs' own.
//!
//! ```text
//! d = mu / (b / 2)
//! ```
//!
//! Nothing becomes dirty, so it always ends.

use num_rational::BigRational;

use super::Exact;

/// Seconds at `b` bytes per second.
pub(super) fn pre_copy(w: &Exact, b: &BigRational) -> BigRational {
    (&w.used + &w.used) / b
}
