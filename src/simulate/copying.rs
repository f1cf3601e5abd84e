//! How the copy of a VM goes on at the rates that it gets.

use crate::datacenter::Workload;

/// Bytes of a page.
const PAGE: f64 = 4096.0;

/// Something that goes on until it ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Going {
    /// So many seconds are left, whatever the network does.
    Lasts(f64),
    /// That share of a migration is left, which takes as long as its model says.
    Share(f64),
    /// Pre-copy, page by page.
    Rounds(Rounds),
    /// Each byte once: after a VM has moved, or while it stands still.
    Once(Once),
}

/// What is left to send, once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Once {
    /// Seconds before it begins, and behind it.
    around: f64,
    bytes: f64,
}

/// Rounds of pre-copy.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rounds {
    /// Seconds before it begins: what both ends need besides the copy.
    before: f64,
    /// Bytes that are left of this round, and that it has in all.
    left: f64,
    size: f64,
    /// Seconds that it has gone on.
    since: f64,
    /// How many have begun.
    pub count: u32,
    /// Seconds that the last one, for which the VM stands still, takes.
    pub stop: Option<f64>,
}

/// What a VM does to its memory, in bytes and seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Memory {
    pub used: f64,
    hot: f64,
    hot_time: f64,
    cold: f64,
    pub downtime: f64,
    is_unknown: bool,
}

impl Memory {
    pub fn of(workload: &Workload) -> Self {
        Memory {
            used: workload.used as f64,
            hot: workload.hot as f64,
            hot_time: workload.hot_ms.max(1) as f64 / 1e3,
            cold: workload.cold as f64,
            downtime: workload.downtime_ms as f64 / 1e3,
            is_unknown: workload.unknown,
        }
    }

    /// Bytes that are dirty after a round.
    fn dirty(&self, seconds: f64, sent: f64) -> f64 {
        if self.is_unknown {
            // The guess that plans are made with: half as fast as memory is sent.
            return sent / 2.0;
        }
        let hot = (self.hot * seconds / self.hot_time).min(self.hot);
        (hot + self.cold * seconds).min(self.used)
    }

    /// Pages that a VM misses that has moved before its memory, which then arrives within so many seconds: the pages that it
    /// rewrites, each as likely as not to be there as memory is.
    pub fn faults(&self, seconds: f64) -> u64 {
        // The integral of the share that has not arrived yet, up to a moment.
        let missing = |until: f64| {
            let until = until.min(seconds);
            until - until * until / (2.0 * seconds.max(1e-9))
        };
        let hot = self.hot / self.hot_time * missing(self.hot_time);
        ((hot + self.cold * missing(f64::INFINITY)) / PAGE).round() as u64
    }
}

impl Rounds {
    pub fn new(memory: &Memory, overhead: f64) -> Self {
        Rounds {
            before: overhead,
            left: memory.used,
            size: memory.used,
            since: 0.0,
            count: 1,
            stop: None,
        }
    }

    /// Goes on for so many seconds at so many bytes per second; the seconds after which it ended, if it did. Without an end in
    /// sight, it gives up where a round leaves as much as it has sent.
    fn go_on(&mut self, memory: &Memory, rate: f64, seconds: f64) -> Option<f64> {
        let mut spent = self.before.min(seconds);
        self.before -= spent;
        if self.before > 0.0 || rate <= 0.0 {
            return None;
        }
        loop {
            let needed = self.left / rate;
            if spent + needed > seconds {
                let rest = seconds - spent;
                self.left -= rate * rest;
                self.since += rest;
                return None;
            }
            spent += needed;
            if self.stop.is_some() {
                self.left = 0.0;
                return Some(spent);
            }
            let dirty = memory.dirty(self.since + needed, self.size);
            if dirty <= (rate * memory.downtime).max(PAGE) {
                self.stop = Some(dirty / rate);
            } else if seconds.is_infinite() && dirty >= self.size && self.count > 1 {
                return None;
            }
            (self.left, self.size, self.since) = (dirty, dirty, 0.0);
            self.count += 1;
        }
    }
}

impl Once {
    pub fn new(bytes: f64, around: f64) -> Self {
        Once { around, bytes }
    }
}

impl Going {
    /// Seconds until it ends at that many bit/s, `length` being what its model says for a whole migration then; None: it never
    /// ends.
    pub fn left(&self, memory: &Memory, rate: f64, length: Option<f64>) -> Option<f64> {
        match self {
            Going::Lasts(seconds) => Some(*seconds),
            Going::Share(share) => Some(share * length?),
            Going::Rounds(rounds) => rounds.clone().go_on(memory, rate / 8.0, f64::INFINITY),
            Going::Once(once) => (rate > 0.0).then(|| once.around + once.bytes / (rate / 8.0)),
        }
    }

    /// Goes on for so many seconds.
    pub fn pass(&mut self, memory: &Memory, rate: f64, length: Option<f64>, seconds: f64) {
        match self {
            Going::Lasts(left) => *left -= seconds,
            Going::Share(share) => *share -= length.map_or(0.0, |length| seconds / length),
            Going::Rounds(rounds) => {
                rounds.go_on(memory, rate / 8.0, seconds);
            }
            Going::Once(once) => {
                let around = once.around.min(seconds);
                once.around -= around;
                once.bytes = (once.bytes - rate / 8.0 * (seconds - around)).max(0.0);
            }
        }
    }

    /// Bytes that would be left if nothing became dirty any more.
    fn rest(&self, memory: &Memory) -> f64 {
        match self {
            Going::Lasts(_) => 0.0,
            Going::Share(share) => share.clamp(0.0, 1.0) * memory.used,
            Going::Rounds(rounds) => {
                let dirty = memory.dirty(rounds.since, rounds.size - rounds.left);
                (rounds.left + dirty).min(memory.used)
            }
            Going::Once(once) => once.bytes,
        }
    }

    /// The VM is suspended, or moves before what is left of its memory: all that is left is sent once.
    pub fn rest_once(&mut self, memory: &Memory) {
        if !matches!(self, Going::Lasts(_)) {
            *self = Going::Once(Once::new(self.rest(memory), 0.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datacenter::Manner;
    use crate::migration::{Transfer, exact_seconds};
    use crate::request::Model;
    use num_traits::ToPrimitive;

    const MB: u64 = 1_000_000;

    fn workload(used: u64, hot: u64, hot_ms: u64, cold: u64, downtime_ms: u64) -> Workload {
        Workload {
            used: used * MB,
            hot: hot * MB,
            hot_ms,
            cold: cold * MB,
            unknown: false,
            downtime_ms,
        }
    }

    fn seconds(workload: &Workload, rate: f64) -> Option<f64> {
        let memory = Memory::of(workload);
        Going::Rounds(Rounds::new(&memory, 0.0)).left(&memory, rate, None)
    }

    /// A VM that rewrites nothing takes what its memory takes; one that rewrites faster than it is sent never ends, but where all of that
    /// fits into its downtime.
    #[test]
    fn rounds_end_where_what_is_left_fits_into_the_downtime() {
        let gbit = 8e8;
        assert_eq!(seconds(&workload(2000, 0, 1, 0, 30), gbit), Some(20.0));
        assert_eq!(seconds(&workload(2000, 240, 2000, 0, 30), gbit), None);
        let stops = seconds(&workload(2000, 240, 2000, 0, 2400), gbit);
        assert!((stops.unwrap() - 22.4).abs() < 1e-9, "{stops:?}");
        // 20 s, then 100 MB, and of the second each round leaves half: 1, 0.5, 0.25 s, ... until 0.03 s are left.
        let halves = seconds(&workload(2000, 100, 2000, 0, 30), gbit).unwrap();
        assert!((21.9..22.0).contains(&halves), "{halves}");
    }

    /// In whatever pieces the time passes, the end is the same.
    #[test]
    fn pieces_of_time_make_no_difference() {
        let workload = workload(2000, 60, 1000, 5, 30);
        let memory = Memory::of(&workload);
        let whole = seconds(&workload, 8e8).unwrap();
        let mut going = Going::Rounds(Rounds::new(&memory, 0.0));
        let mut spent = 0.0;
        for step in [0.3, 7.0, 11.9, 2.0, 0.4] {
            going.pass(&memory, 8e8, None, step);
            spent += step;
            let left = going.left(&memory, 8e8, None).unwrap();
            assert!((spent + left - whole).abs() < 1e-6, "{spent}");
        }
    }

    /// The model `fluid` lets hot pages become dirty as long as anything is sent, a round only once: where cold pages make the second round
    /// long, it says too much.
    #[test]
    fn rounds_are_near_the_flow_that_they_make() {
        let cases = [
            (0, 1, 0, 0.001),
            (96, 2000, 2, 0.02),
            (16, 1000, 4, 0.02),
            (50, 1000, 20, 0.25),
        ];
        for (hot, hot_ms, cold, off) in cases {
            let workload = workload(4000, hot, hot_ms, cold, 30);
            let transfer = Transfer {
                workload,
                rate: 800 * MB,
                manner: Manner::Pre,
                disk: None,
                restart: 0,
                overhead_ms: 0,
            };
            let flow = exact_seconds(Model::Fluid, &transfer).unwrap();
            let (flow, rounds) = (flow.to_f64().unwrap(), seconds(&workload, 8e8).unwrap());
            assert!(
                rounds <= flow + 0.03 && rounds > flow * (1.0 - off),
                "{rounds} {flow}"
            );
        }
    }

    #[test]
    fn a_guess_sends_twice_the_memory() {
        let workload = Workload {
            unknown: true,
            ..workload(2000, 0, 1, 0, 30)
        };
        let guessed = seconds(&workload, 8e8).unwrap();
        assert!((39.9..40.1).contains(&guessed), "{guessed}");
    }

    #[test]
    fn what_is_left_is_sent_once_while_the_vm_stands_still() {
        let workload = workload(2000, 240, 2000, 0, 30);
        let memory = Memory::of(&workload);
        let mut going = Going::Rounds(Rounds::new(&memory, 0.0));
        going.pass(&memory, 8e8, None, 100.0);
        assert_eq!(going.left(&memory, 8e8, None), None);
        going.rest_once(&memory);
        let left = going.left(&memory, 8e8, None).unwrap();
        assert!(left > 0.0 && left <= 4.8, "{left}");
    }

    #[test]
    fn a_vm_that_has_moved_misses_what_has_not_arrived() {
        let memory = Memory::of(&workload(2000, 96, 2000, 0, 30));
        // 96 MB within 2 of 20 s: 95 % of them were not there.
        assert_eq!(memory.faults(20.0), (96e6 * 0.95 / PAGE).round() as u64);
        assert_eq!(Memory::of(&workload(2000, 0, 1, 0, 30)).faults(20.0), 0);
    }
}
