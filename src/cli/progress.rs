//! Progress on a terminal, and Ctrl-C.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::compile::Watch;
use crate::schedule::{Monitor, Progress};

/// Draws a line on standard error while it is a terminal; silent in a pipe.
pub struct Line {
    bar: ProgressBar,
    /// What is being planned, where it is not just the plan.
    doing: Option<String>,
    interrupted: Arc<AtomicBool>,
}

impl Line {
    /// From now on Ctrl-C ends the search with the best plan found; a second one ends the program.
    pub fn new() -> Self {
        let interrupted = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&interrupted);
        // A program may have its handler already, in which case Ctrl-C is its matter.
        let _ = ctrlc::set_handler(move || {
            if seen.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        });
        let bar = if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new_spinner();
            bar.set_style(
                ProgressStyle::with_template("{spinner} {elapsed} {msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        } else {
            ProgressBar::hidden()
        };
        Line {
            bar,
            doing: None,
            interrupted,
        }
    }

    /// Says something in place of what is being done.
    pub fn say(&self, text: String) {
        self.bar.set_message(text);
    }

    /// For a search beside others: silent, and ended by Ctrl-C as this one.
    pub fn beside(&self) -> Beside {
        Beside(Arc::clone(&self.interrupted))
    }

    /// From now on that plan is being computed.
    pub fn start(&mut self, plan: &str) {
        self.doing = None;
        self.bar.set_message(format!("{plan}: planning"));
    }
}

/// A search beside others, whose progress nobody sees.
pub struct Beside(Arc<AtomicBool>);

impl Monitor for Beside {
    fn report(&mut self, _: &Progress) {}

    fn stop(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Watch for Line {
    fn begin(&mut self, what: &str) {
        self.doing = Some(what.to_owned());
        self.bar.set_message(what.to_owned());
    }
}

impl Monitor for Line {
    fn report(&mut self, progress: &Progress) {
        let mut text = match &self.doing {
            Some(what) => format!("{what}: {}", progress.phase),
            None => progress.phase.to_owned(),
        };
        if let Some(done) = progress.done {
            text += &format!(" {} %", done / 10);
        }
        if let Some(best) = progress.best {
            text += &format!(", best {best}");
        }
        if let Some(bound) = progress.bound {
            text += &format!(", bound {bound}");
        }
        if let (Some(best), Some(bound)) = (progress.best, progress.bound)
            && best > 0
        {
            text += &format!(", gap {:.2} %", (best - bound) as f64 / best as f64 * 100.0);
        }
        self.bar.set_message(text);
    }

    fn stop(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
