//! What is measured while a plan is carried out: what the interfaces of hosts carry, and what the guests say of their memory.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::room::{first_process, folder};

/// How often counters are read.
const TICK: Duration = Duration::from_millis(100);
/// Over how long a rate is taken.
const WINDOW: Duration = Duration::from_secs(1);

/// Bytes that a link of the testbed lets through at once.
const BURST: u64 = 64 << 10;

/// The most that interfaces have carried over a second, in bit/s: `(received, sent)` by host.
pub type Peaks = BTreeMap<String, (f64, f64)>;

/// Reads the counters of hosts until it is asked.
pub struct Meter {
    is_over: Arc<AtomicBool>,
    reader: JoinHandle<Peaks>,
}

impl Meter {
    /// Begins, for hosts of these names; those that are off are looked for again.
    pub fn start(hosts: Vec<String>) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let reader = std::thread::spawn(move || {
            let mut processes: BTreeMap<String, u32> = BTreeMap::new();
            let mut samples: BTreeMap<String, Vec<(Instant, u64, u64)>> = BTreeMap::new();
            let mut peaks = Peaks::new();
            let mut round = 0;
            while !over.load(Ordering::SeqCst) {
                if round % 10 == 0 {
                    for host in &hosts {
                        if !processes.contains_key(host)
                            && let Some(pid) = first_process(host)
                        {
                            processes.insert(host.clone(), pid);
                        }
                    }
                }
                round += 1;
                for (host, pid) in &processes {
                    let before = Instant::now();
                    let Some((received, sent)) = counters(*pid) else {
                        continue;
                    };
                    let after = Instant::now();
                    let of_host = samples.entry(host.clone()).or_default();
                    of_host.push((before, received, sent));
                    let Some(at) = of_host.iter().rposition(|s| after - s.0 >= WINDOW) else {
                        continue;
                    };
                    // At least so much: the longest that may lie between the two readings, without a burst.
                    let (then, r, s) = of_host[at];
                    let rate = |more: u64| {
                        more.saturating_sub(BURST) as f64 * 8.0 / (after - then).as_secs_f64()
                    };
                    let peak = peaks.entry(host.clone()).or_default();
                    *peak = (peak.0.max(rate(received - r)), peak.1.max(rate(sent - s)));
                    of_host.drain(..at);
                }
                std::thread::sleep(TICK);
            }
            peaks
        });
        Meter { is_over, reader }
    }

    /// Ends, and says what was found.
    pub fn stop(self) -> Peaks {
        self.is_over.store(true, Ordering::SeqCst);
        self.reader.join().unwrap_or_default()
    }
}

/// Bytes that the interfaces of a process's network have received and sent.
fn counters(pid: u32) -> Option<(u64, u64)> {
    let table = fs::read_to_string(format!("/proc/{pid}/net/dev")).ok()?;
    let mut sums = (0, 0);
    for line in table.lines().skip(2) {
        let (name, numbers) = line.split_once(':')?;
        if name.trim() != "lo" {
            let numbers: Vec<u64> = numbers
                .split_whitespace()
                .filter_map(|n| n.parse().ok())
                .collect();
            sums = (sums.0 + numbers.first()?, sums.1 + numbers.get(8)?);
        }
    }
    Some(sums)
}

/// What a guest has said so far: `(beat, rounds, lost)` each second.
pub fn beats(guest: &str) -> Vec<[u64; 3]> {
    let text = fs::read_to_string(folder().join("guests").join(guest)).unwrap_or_default();
    let beat = |line: &str| {
        let numbers = line
            .split(' ')
            .map(|word| word.split_once('=')?.1.parse().ok());
        numbers.collect::<Option<Vec<u64>>>()?.try_into().ok()
    };
    text.lines().filter_map(beat).collect()
}

/// Waits until a guest has looked at all of its memory once more.
///
/// # Errors
/// What is wrong with it.
pub fn proves_itself(guest: &str) -> Result<(), String> {
    let first = beats(guest).last().map_or(0, |beat| beat[1]);
    let begun = Instant::now();
    loop {
        let beats = beats(guest);
        if let Some(jump) = beats.windows(2).find(|two| two[1][0] <= two[0][0]) {
            return Err(format!(
                "{guest} jumped from beat {} to {}",
                jump[0][0], jump[1][0]
            ));
        }
        let [_, rounds, lost] = beats.last().copied().unwrap_or_default();
        if lost > 0 {
            return Err(format!("{guest} lost {lost} pages"));
        }
        // The round that was going on, and a whole one.
        if rounds >= first + 2 {
            return Ok(());
        }
        if begun.elapsed() > Duration::from_secs(30) {
            return Err(format!("{guest} stands still at beat {:?}", beats.last()));
        }
        std::thread::sleep(TICK);
    }
}
