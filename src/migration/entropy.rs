//! Entropy's model (Hermenier, Lorca, Menaud, Muller and Lawall, "Entropy: a consolidation manager for clusters", VEE 2009), which BtrPlace
//! has kept (ComPAS'15, section 1): memory alone. UCC'15, section VI, has it as memory in use over bandwidth.
//!
//! ```text
//! d = mu / b
//! ```
//!
//! No page is ever rewritten and nothing stands still, so it always ends.

use num_rational::BigRational;

use super::Exact;

/// Seconds at `b` bytes per second.
pub(super) fn pre_copy(w: &Exact, b: &BigRational) -> BigRational {
    &w.used / b
}
