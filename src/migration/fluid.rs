//! Pre-copy as a flow: while dirty pages are sent, others become dirty, hot and cold ones alike, and when what is left
//! fits into the downtime it is sent in one stop.
//!
//! ```text
//! dmin  = mu / b                                             the first copy
//! dirty = min(HPs, HPr * dmin) + CPr * dmin                  what it leaves, at most mu
//! d     = dmin + dirty / b                                   when dirty <= b * D
//! d     = dmin + (dirty - b * D) / (b - HPr - CPr) + D       otherwise
//! ```
//!
//! It is the limit of the rounds that hypervisors send: a round of `r` bytes takes `r / b` and leaves
//! `(HPr + CPr) * r / b` dirty. What the papers' model leaves out are cold pages that become dirty while hot ones are sent, and
//! that the last batch, `b * D`, goes in one stop: it comes out up to 15 % short where both kinds are many, and up to 20 % long
//! where the hot rate is near `b`.

use num_rational::BigRational;
use num_traits::Zero;

use super::{Exact, above, least_rate};

/// Seconds at `b` bytes per second; None where it does not converge.
pub(super) fn pre_copy(w: &Exact, b: &BigRational) -> Option<BigRational> {
    let copy_all = &w.used / b;
    let dirty = dirty_after(w, &copy_all);
    let in_one_stop = b * &w.downtime;
    let rest = if dirty <= in_one_stop {
        dirty / b
    } else {
        let gain = b - &w.hot_rate - &w.cold;
        if gain <= BigRational::zero() {
            return None;
        }
        (dirty - in_one_stop) / gain + &w.downtime
    };
    Some(copy_all + rest)
}

/// The smallest rate in bit/s at which it converges: above that of all dirty pages, or with room in the downtime for
/// what the first copy leaves.
pub(super) fn converging_rate(w: &Exact) -> u64 {
    // The faster the first copy, the less it leaves and the more fits.
    let fits = |b: &BigRational| dirty_after(w, &(&w.used / b)) <= b * &w.downtime;
    least_rate(above(&(&w.hot_rate + &w.cold)), fits)
}

/// Bytes that are dirty after the first copy.
fn dirty_after(w: &Exact, copy_all: &BigRational) -> BigRational {
    let hot = (&w.hot_rate * copy_all).min(w.hot.clone());
    (hot + &w.cold * copy_all).min(w.used.clone())
}
