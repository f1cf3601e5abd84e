//! SimGrid's rounds (Hirofuchi, Lebre and Pouilloux, "SimGrid VM: virtual machine support for a simulation framework of distributed
//! systems", 2015; its plugin for live migration): all memory first, then round by round what became dirty meanwhile, at one rate, never
//! more than nine tenths of the memory; once that fits into the downtime, it is sent in a last round.
//!
//! ```text
//! v(0)   = mu
//! v(n+1) = min((HPr + CPr) * v(n) / b, 0.9 * mu)       in whole bytes
//! d      = (v(0) + v(1) + ...) / b                      up to the first v(n) <= b * D, n >= 1
//! ```
//!
//! There, the rate follows from the work that a VM computes; here it is that of its hot and cold pages together. Without a downtime
//! it takes the 30 ms that SimGrid takes then. After a thousand rounds it is said never to end.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

use super::{Exact, above, least_rate, milliseconds};

/// More rounds are none that anybody waits for.
const ROUNDS: usize = 1000;

/// Seconds at `b` bytes per second; None where it does not converge.
pub(super) fn pre_copy(w: &Exact, b: &BigRational) -> Option<BigRational> {
    let rate = &w.hot_rate + &w.cold;
    let most = &w.used * BigRational::new(9.into(), 10.into());
    let downtime = match w.downtime.is_zero() {
        true => milliseconds(30),
        false => w.downtime.clone(),
    };
    let fits = b * downtime;
    let mut sent = w.used.clone();
    let mut round = sent.clone();
    for _ in 0..ROUNDS {
        let dirty = (&rate * &round / b).floor().min(most.floor());
        sent += &dirty;
        if dirty <= fits {
            return Some(sent / b);
        }
        round = dirty;
    }
    None
}

/// The smallest rate in bit/s at which it converges.
pub(super) fn converging_rate(w: &Exact) -> u64 {
    // The faster, the less becomes dirty in each round, and at twice the rate of all pages half of what did before.
    let twice = (&w.hot_rate + &w.cold) * BigRational::from_integer(BigInt::from(2));
    least_rate(above(&twice), |b| pre_copy(w, b).is_some())
}
