//! What people see of a run: a line for each thing that happens, and on a terminal below them one for each action that runs.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::tz::TimeZone;

use super::{in_zone, now, zone};
use crate::emit::text::printable;
use crate::plan::Plan;
use crate::run::{Decision, Time};

/// What is shown.
pub struct Screen<'a> {
    plan: &'a Plan,
    zone: TimeZone,
    lines: MultiProgress,
    bars: BTreeMap<usize, (ProgressBar, Time)>,
    is_watched: bool,
}

/// The line of an action that runs, for whoever sees how it gets on.
pub struct Sight {
    bar: ProgressBar,
    what: String,
    begun: Time,
    planned: Time,
    rate: Option<u64>,
    zone: TimeZone,
}

impl<'a> Screen<'a> {
    /// Of a plan.
    pub fn new(plan: &'a Plan) -> Self {
        Screen {
            plan,
            zone: zone(plan),
            lines: MultiProgress::new(),
            bars: BTreeMap::new(),
            is_watched: std::io::stderr().is_terminal(),
        }
    }

    /// Whether somebody sees lines that change.
    pub fn is_watched(&self) -> bool {
        self.is_watched
    }

    /// A line, with the time.
    pub fn say(&mut self, line: &str) {
        let time = in_zone(now(), &self.zone).strftime("%T").to_string();
        self.lines.suspend(|| {
            // Whoever has left reads no more.
            let _ = writeln!(std::io::stdout().lock(), "{time}  {line}");
        });
    }

    /// Shows actions that run.
    pub fn follow(&mut self, decision: &Decision, now: Time) {
        let at = decision.action();
        match decision {
            Decision::Start { .. } if self.is_watched => {
                let sight = self.sight(at);
                sight.show(None, now);
            }
            Decision::Done { .. } | Decision::Failed { .. } | Decision::LookFor { .. } => {
                if let Some((bar, _)) = self.bars.remove(&at) {
                    bar.finish_and_clear();
                    self.lines.remove(&bar);
                }
            }
            _ => {}
        }
    }

    /// While somebody types an answer, no line changes.
    pub fn hide(&self) {
        let _ = self.lines.clear();
        self.lines.set_draw_target(ProgressDrawTarget::hidden());
    }

    /// Lines change again.
    pub fn unhide(&self) {
        self.lines.set_draw_target(ProgressDrawTarget::stderr());
    }

    /// The line of an action.
    pub fn sight(&mut self, at: usize) -> Sight {
        let action = &self.plan.actions[at];
        let lines = &self.lines;
        let (bar, begun) = self.bars.entry(at).or_insert_with(|| {
            let style = ProgressStyle::with_template("{spinner} {elapsed:>4} {msg}");
            let bar = lines.add(ProgressBar::new_spinner());
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.enable_steady_tick(Duration::from_millis(250));
            (bar, now())
        });
        Sight {
            bar: bar.clone(),
            what: printable(&action.title()),
            begun: *begun,
            planned: action.end - action.start,
            rate: action.rate,
            zone: self.zone.clone(),
        }
    }

    /// Nothing runs any more.
    pub fn end(&mut self) {
        for (bar, _) in std::mem::take(&mut self.bars).into_values() {
            bar.finish_and_clear();
        }
    }
}

impl Sight {
    /// Shows what the hypervisor says of a migration, in the words of `virsh domjobinfo`.
    pub fn see(&self, report: &str) {
        self.show(Progress::read(report), now());
    }

    fn show(&self, progress: Option<Progress>, now: Time) {
        let time = |at: Time| in_zone(at, &self.zone).strftime("%T %Z");
        let planned = format!("planned {}", time(self.begun + self.planned));
        let text = match (progress, self.rate) {
            (Some(Progress { left, rate }), Some(wanted)) if rate > 0.0 => {
                let end = now + (left / rate).ceil() as Time;
                let (rate, wanted) = (rate / MIB, wanted as f64 / 8.0 / MIB);
                format!(
                    "{}: {rate:.0} of {wanted:.0} MiB/s, {:.0} MiB left, ends about {} ({planned})",
                    self.what,
                    left / MIB,
                    time(end)
                )
            }
            _ => format!("{} ({planned})", self.what),
        };
        self.bar.set_message(text);
    }
}

const MIB: f64 = 1_048_576.0;

/// How a migration gets on: bytes that are left to copy, and bytes that are copied a second.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Progress {
    left: f64,
    rate: f64,
}

impl Progress {
    /// Of what `virsh domjobinfo` prints; None where no migration goes on.
    fn read(report: &str) -> Option<Self> {
        let amount = |name: &str| {
            let line = report
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            let mut words = line.split_whitespace();
            let number: f64 = words.next()?.parse().ok()?;
            let unit = match words.next()?.trim_end_matches("/s") {
                "B" => 1.0,
                "KiB" => 1024.0,
                "MiB" => MIB,
                "GiB" => MIB * 1024.0,
                "TiB" => MIB * 1024.0 * 1024.0,
                _ => return None,
            };
            Some(number * unit)
        };
        let (left, rate) = (amount("Memory remaining")?, amount("Memory bandwidth")?);
        Some(Progress { left, rate })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_of_libvirt_is_read() {
        let report = "Job type:         Unbounded   \nOperation:        Outgoing migration\nMemory remaining: 55.500 MiB\n\
                      Memory total:     160.508 MiB\nMemory bandwidth: 512.000 KiB/s\n";
        let expected = Progress {
            left: 55.5 * MIB,
            rate: 512.0 * 1024.0,
        };
        assert_eq!(Progress::read(report), Some(expected));
        assert_eq!(Progress::read("Job type:         None        \n"), None);
    }
}
