//! Who listens, and when to end.

use std::cell::{Cell, RefCell};
use std::time::Instant;

use super::{Effort, Monitor, Options, Progress};

/// The listener and the clock, where there is a time limit.
pub struct Control<'a> {
    monitor: RefCell<&'a mut dyn Monitor>,
    deadline: Option<Instant>,
    effort: Effort,
    stopped: Cell<bool>,
}

impl<'a> Control<'a> {
    /// Starts the clock, if any.
    pub fn new(options: &Options, monitor: &'a mut dyn Monitor) -> Self {
        Control {
            monitor: RefCell::new(monitor),
            deadline: options
                .time_limit
                .and_then(|limit| Instant::now().checked_add(limit)),
            effort: options.effort,
            stopped: Cell::new(false),
        }
    }

    /// How much work to spend.
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// Tells the listener.
    pub fn report(
        &self,
        phase: &'static str,
        best: Option<i64>,
        bound: Option<i64>,
        done: Option<u32>,
    ) {
        self.monitor.borrow_mut().report(&Progress {
            phase,
            best,
            bound,
            done,
        });
    }

    /// Whether to end now; once true, always true.
    pub fn stopped(&self) -> bool {
        let late = || {
            self.deadline
                .is_some_and(|deadline| Instant::now() >= deadline)
        };
        if !self.stopped.get() && (late() || self.monitor.borrow().stop()) {
            self.stopped.set(true);
        }
        self.stopped.get()
    }

    /// Whether something other than the counted effort has ended the search.
    pub fn was_stopped(&self) -> bool {
        self.stopped.get()
    }
}
