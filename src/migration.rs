//! How long a migration takes and what it costs.
//!
//! Pre-copy has several [`Model`]s, one file each; [`seconds`] is the way to all of them. Post-copy sends every page once,
//! after the VM has moved: `d = mu / b + D`. What both ends need besides comes on top: starting the VM's process at the
//! destination, confirming that it runs there.
//!
//! A disk that lies on the server goes with the VM. Live, it is mirrored first: of `U` bytes in use, while the VM writes `w`
//! per second, that takes `U / (b - w)`; what it writes from then on is mirrored too, so that the memory has `b - w` left. It
//! never ends where `b <= w`. A VM that is moved cold stops, its disk is sent, `U / b`, and it starts: its memory is not
//! sent at all, and without such a disk it needs no network.
//!
//! In the models `b` is the bandwidth, `mu` the memory in use, `HPs` bytes of hot pages that are rewritten every
//! `HPd` seconds (`HPr = HPs / HPd`), `CPr` bytes of cold pages dirtied per second and `D` the downtime.
//!
//! Where nothing is known of what a VM rewrites, it is planned as if it rewrote memory at half the rate at which memory is
//! sent, whatever that rate is: `CPr = b / 2` and no hot pages, so `d = 2 * dmin + D`. That is far above the stressed
//! workload of the paper, converges on every path, and is no more than a guess. A disk of which nobody knows what is
//! written to it is planned to be sent twice for the same reason.
//!
//! Everything is computed in exact rationals and rounded to the nearest second (a half upwards), at least 1.
//! What a migration costs is equation 5 of UCC'15.

mod cloudsim;
mod comma;
mod entropy;
mod fluid;
mod liu;
mod papers;
mod simgrid;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};

use crate::datacenter::{Disk, Manner, MigrationEnergy, Workload};
use crate::request::{LONGEST, Model};

/// Why there is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoDuration {
    /// Pages become dirty as fast as they are sent, or faster.
    #[error("it never converges below {needed} bit/s")]
    NotConverging {
        /// The smallest rate in bit/s at which it converges.
        needed: u64,
    },
    /// It ends, but after [`LONGEST`].
    #[error("it takes longer than 366 days")]
    TooLong,
}

/// A migration as far as its duration goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transfer {
    /// What the VM does to its memory.
    pub workload: Workload,
    /// bit/s; at least 1.
    pub rate: u64,
    /// How it is done.
    pub manner: Manner,
    /// The disk that goes with the VM.
    pub disk: Option<Disk>,
    /// Milliseconds that both ends need besides the copy.
    pub overhead_ms: u64,
    /// Seconds to stop the VM and to start it, if that is done.
    pub restart: u32,
}

/// Seconds that a migration takes.
///
/// # Errors
/// When it never converges, or only after [`LONGEST`].
pub fn seconds(model: Model, transfer: &Transfer) -> Result<u32, NoDuration> {
    let exact = exact_seconds(model, transfer)?;
    let half = BigRational::new(1.into(), 2.into());
    match (exact + half).floor().to_integer().to_u32() {
        Some(seconds) if i64::from(seconds) <= LONGEST => Ok(seconds.max(1)),
        _ => Err(NoDuration::TooLong),
    }
}

/// The same before it is rounded, for those who compare it with what was measured.
///
/// # Errors
/// When it never converges.
pub fn exact_seconds(model: Model, transfer: &Transfer) -> Result<BigRational, NoDuration> {
    let b = bytes_per_second(transfer.rate.max(1));
    let copied = match transfer.manner {
        Manner::Cold => {
            let filled = transfer.disk.map_or(0, |disk| disk.filled);
            Some(whole(filled) / &b + whole(transfer.restart.into()))
        }
        Manner::Pre | Manner::Post => live(model, transfer, &b),
    };
    let copied = copied.ok_or_else(|| NoDuration::NotConverging {
        needed: needed(model, transfer),
    })?;
    Ok(copied + milliseconds(transfer.overhead_ms))
}

/// Seconds of a live migration at `b` bytes per second; None where it never ends.
fn live(model: Model, transfer: &Transfer, b: &BigRational) -> Option<BigRational> {
    let w = Exact::of(&transfer.workload);
    let (mirrored, b) = mirror(transfer.disk.as_ref(), b)?;
    let copied = match (transfer.manner, model) {
        (Manner::Pre, Model::Cloudsim) => Some(cloudsim::pre_copy(&w, &b)),
        (Manner::Pre, Model::Entropy) => Some(entropy::pre_copy(&w, &b)),
        (Manner::Pre, _) if transfer.workload.unknown => {
            Some((&w.used + &w.used) / &b + &w.downtime)
        }
        (Manner::Pre, Model::Papers) => papers::pre_copy(&w, &b),
        (Manner::Pre, Model::Fluid) => fluid::pre_copy(&w, &b),
        (Manner::Pre, Model::Simgrid) => simgrid::pre_copy(&w, &b),
        (Manner::Pre, Model::Comma) => comma::pre_copy(&w, &b),
        (Manner::Pre, Model::Liu) => liu::pre_copy(&w, &b),
        (Manner::Post | Manner::Cold, _) => Some(&w.used / &b + &w.downtime),
    };
    Some(mirrored + copied?)
}

/// Seconds until a disk is mirrored at `b` bytes per second, and what its writes leave of that; None where that never ends.
fn mirror(disk: Option<&Disk>, b: &BigRational) -> Option<(BigRational, BigRational)> {
    let Some(disk) = disk else {
        return Some((BigRational::zero(), b.clone()));
    };
    let filled = whole(disk.filled);
    if disk.unknown {
        return Some(((&filled + &filled) / b, b.clone()));
    }
    let left = b - whole(disk.writes);
    (left > BigRational::zero()).then(|| (filled / &left, left))
}

/// The smallest rate in bit/s at which a live migration ends.
fn needed(model: Model, transfer: &Transfer) -> u64 {
    let memory = match transfer.manner {
        Manner::Pre => converging_rate(model, &transfer.workload),
        Manner::Post | Manner::Cold => 1,
    };
    let writes = transfer.disk.map_or(0, |disk| disk.writes);
    memory.saturating_add(writes.saturating_mul(8))
}

/// Seconds with so many millionths of them on top, rounded up.
///
/// # Errors
/// When it takes longer than [`LONGEST`].
pub fn with_slack(seconds: u32, millionths: u32) -> Result<u32, NoDuration> {
    let more = (u64::from(seconds) * u64::from(millionths)).div_ceil(1_000_000);
    let all = u64::from(seconds) + more;
    u32::try_from(all)
        .ok()
        .filter(|&all| i64::from(all) <= LONGEST)
        .ok_or(NoDuration::TooLong)
}

/// The smallest rate in bit/s at which pre-copy converges; at least 1.
pub fn converging_rate(model: Model, workload: &Workload) -> u64 {
    if workload.unknown {
        return 1;
    }
    let w = Exact::of(workload);
    match model {
        Model::Papers => papers::converging_rate(&w),
        Model::Fluid => fluid::converging_rate(&w),
        Model::Cloudsim | Model::Entropy => 1,
        Model::Simgrid => simgrid::converging_rate(&w),
        Model::Comma => comma::converging_rate(&w),
        Model::Liu => liu::converging_rate(&w),
    }
}

/// mJ that a migration costs: alpha * rate * duration + beta (equation 5); [`u64::MAX`] beyond its range.
pub fn energy(model: &MigrationEnergy, rate: u64, seconds: u32) -> u64 {
    let nj = u128::from(model.per_byte_nj)
        .checked_mul(u128::from(rate))
        .and_then(|product| product.checked_mul(u128::from(seconds)));
    nj.map(|bits| (bits + 4_000_000) / 8_000_000 + u128::from(model.fixed_mj))
        .and_then(|mj| u64::try_from(mj).ok())
        .unwrap_or(u64::MAX)
}

/// mW that a power budget sees while a migration runs: alpha * rate, and beta in every second, since the
/// fixed energy may fall into any one of them. Rounded up; [`u64::MAX`] beyond its range.
pub fn power(model: &MigrationEnergy, rate: u64) -> u64 {
    let nw = u128::from(model.per_byte_nj) * u128::from(rate);
    u64::try_from(nw.div_ceil(8_000_000) + u128::from(model.fixed_mj)).unwrap_or(u64::MAX)
}

/// A workload in bytes, seconds and bytes per second.
struct Exact {
    used: BigRational,
    hot: BigRational,
    hot_time: BigRational,
    hot_rate: BigRational,
    cold: BigRational,
    downtime: BigRational,
}

impl Exact {
    fn of(workload: &Workload) -> Self {
        let hot = whole(workload.hot);
        // Hot pages that are rewritten in no time at all are taken as rewritten each millisecond.
        let hot_time = milliseconds(workload.hot_ms.max(1));
        Exact {
            used: whole(workload.used),
            hot_rate: &hot / &hot_time,
            hot,
            hot_time,
            cold: whole(workload.cold),
            downtime: milliseconds(workload.downtime_ms),
        }
    }
}

fn whole(value: u64) -> BigRational {
    BigRational::from_integer(value.into())
}

fn milliseconds(ms: u64) -> BigRational {
    BigRational::new(ms.into(), 1000.into())
}

fn bytes_per_second(rate: u64) -> BigRational {
    BigRational::new(rate.into(), 8.into())
}

/// The smallest whole bit/s above so many bytes per second; [`u64::MAX`] beyond its range.
fn above(bytes_per_second: &BigRational) -> u64 {
    let bits = bytes_per_second * BigRational::from_integer(8.into());
    (bits.floor().to_integer() + BigInt::from(1))
        .to_u64()
        .unwrap_or(u64::MAX)
}

/// The smallest rate in bit/s, at most `enough`, at which something holds that holds at all greater ones, too; it is asked in bytes
/// per second, and not at `enough`, where it is known.
fn least_rate(enough: u64, holds: impl Fn(&BigRational) -> bool) -> u64 {
    let (mut low, mut high) = (1, enough);
    while low < high {
        let middle = low + (high - low) / 2;
        match holds(&bytes_per_second(middle)) {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    high
}

#[cfg(test)]
mod tests;
