//! The model of the papers (UCC'15, section III-C).
//!
//! ```text
//! dmin = mu / b
//! dCP  = (HPs + (dmin - HPd) * CPr) / (b - CPr)              (2)
//! dHP  = HPs / b * HPr / (b - HPr)                           (3)
//! d    = dmin + dCP + dHP + D                                (4)
//! d    = dmin + HPr * dmin / (b - HPr) + D                   when dmin < HPd
//! ```
//!
//! It never ends when `b <= HPr` or `b <= CPr`.
//!
//! One thing is our own. Where the whole hot set fits into the downtime (`HPs <= b * D`) it can be sent
//! while the VM stands still, which takes `HPs / b`: this replaces the hot pages' part when it is shorter
//! or when `b <= HPr`. So a VM that is granted two seconds of downtime converges where one with 30 ms does not.

use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};

use super::{Exact, above};

/// Seconds at `b` bytes per second; None where it does not converge.
pub(super) fn pre_copy(w: &Exact, b: &BigRational) -> Option<BigRational> {
    if *b <= w.cold {
        return None;
    }
    let copy_all = &w.used / b;
    let in_one_stop = (w.hot <= b * &w.downtime).then(|| &w.hot / b);
    let in_passes = |bytes: BigRational| (*b > w.hot_rate).then(|| bytes / (b - &w.hot_rate));
    let shortest = |passes: Option<BigRational>| match (passes, in_one_stop) {
        (Some(passes), Some(stop)) => Some(passes.min(stop)),
        (passes, stop) => passes.or(stop),
    };
    let rest = if copy_all < w.hot_time {
        shortest(in_passes(&w.hot_rate * &copy_all))?
    } else {
        let cold = (&w.hot + (&copy_all - &w.hot_time) * &w.cold) / (b - &w.cold);
        cold + shortest(in_passes(&w.hot / b * &w.hot_rate))?
    };
    Some(copy_all + rest + &w.downtime)
}

/// The smallest rate in bit/s at which it converges: above that of the cold pages, and above that of
/// the hot pages or with room for all of them in the downtime.
pub(super) fn converging_rate(w: &Exact) -> u64 {
    let mut hot = above(&w.hot_rate);
    if !w.downtime.is_zero() {
        let in_one_stop = (&w.hot * BigRational::from_integer(8.into()) / &w.downtime).ceil();
        hot = hot.min(in_one_stop.to_integer().to_u64().unwrap_or(u64::MAX));
    }
    hot.max(above(&w.cold))
}
