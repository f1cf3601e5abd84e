//! Who listens, and when to end.

use std::cell::{Cell, RefCell};
use std::time::Instant;

use super::certificate::Certificate;
use super::evidence::Evidence;
use super::instance::Instance;
use super::{Effort, Monitor, Options, Progress};

/// The listener and the clock, where there is a time limit.
pub struct Control<'a> {
    monitor: RefCell<&'a mut dyn Monitor>,
    deadline: Option<Instant>,
    effort: Effort,
    stopped: Cell<bool>,
    evidence: Option<RefCell<Vec<Evidence>>>,
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
            evidence: None,
        }
    }

    /// The same, and keeps what shows the bounds.
    pub fn keeping(options: &Options, monitor: &'a mut dyn Monitor) -> Self {
        Control {
            evidence: Some(RefCell::default()),
            ..Control::new(options, monitor)
        }
    }

    /// Keeps what shows a bound, if somebody wants to know.
    pub fn keep(&self, instance: &Instance, certificate: &Certificate) {
        if let Some(evidence) = &self.evidence {
            let mut evidence = evidence.borrow_mut();
            evidence.push(Evidence::new(instance, certificate));
        }
    }

    /// What shows the bounds, as far as it was kept.
    pub fn evidence(&self) -> Vec<Evidence> {
        let evidence = self.evidence.as_ref();
        evidence.map(RefCell::take).unwrap_or_default()
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
