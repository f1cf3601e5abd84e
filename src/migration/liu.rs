//! Liu et al.'s model (Liu, Xu, Jin, Gong and Liao, "Performance and energy modeling for live migration of virtual machines", HPDC 2011): all
//! memory first, then round by round what became dirty meanwhile, at one rate, until a round is so short that the VM may stand still
//! for it.
//!
//! ```text
//! lambda = (HPr + CPr) / b
//! n      = the least with mu * lambda^n <= b * D
//! V      = mu * (1 - lambda^(n + 1)) / (1 - lambda)          what is sent
//! d      = V / b
//! ```
//!
//! There, a round of which size ends it is the hypervisor's; here it follows from the downtime, and without one it is 30 ms, as in
//! `simgrid`. Their energy, `0.512 J/MB * V + 20.165 J`, is what UCC'15 has from them (equation 5). That pages which are rewritten all the
//! time wait for the last round is a refinement of theirs, with coefficients that were learned on their own machines; it is not
//! here. Rounds are counted in whole bytes, and after a thousand it is said never to end.
//!
//! No duration is published beside all that it follows from, so the tests hold this to the formula alone.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

use super::{Exact, above, least_rate, milliseconds};

/// More rounds are none that anybody waits for.
const ROUNDS: usize = 1000;

/// Seconds at `b` bytes per second; None where it does not converge.
pub(super) fn pre_copy(w: &Exact, b: &BigRational) -> Option<BigRational> {
    let rate = &w.hot_rate + &w.cold;
    let fits = match w.downtime.is_zero() {
        true => b * milliseconds(30),
        false => b * &w.downtime,
    };
    let mut round = w.used.clone();
    let mut sent = round.clone();
    for _ in 0..ROUNDS {
        if round <= fits {
            return Some(sent / b);
        }
        round = (&rate * &round / b).floor();
        sent += &round;
    }
    None
}

/// The smallest rate in bit/s at which it converges.
pub(super) fn converging_rate(w: &Exact) -> u64 {
    // At twice the rate of all pages each round is half of the one before.
    let twice = (&w.hot_rate + &w.cold) * BigRational::from_integer(BigInt::from(2));
    least_rate(above(&twice), |b| pre_copy(w, b).is_some())
}
