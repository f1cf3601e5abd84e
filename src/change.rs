//! One number of the input made different, or one rule left out: what could make an impossible plan possible, or
//! a long one shorter.
//!
//! A change is applied to the datacenter and the request before anything is formulated, since a number can mean more
//! than the constraint that it stands for: the rate of a link also decides how long migrations over it take.

mod number;
mod words;

pub use number::{Number, Quantity};

use crate::datacenter::{Datacenter, ServerId};
use crate::request::{Request, Step, Task};

/// A change of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The number has that value, in the unit of the number.
    Set(Number, u64),
    /// The rule at that index is not there; those after it move up.
    Drop(usize),
    /// The VM that the step at that index migrates goes to that server first.
    StopOver(usize, ServerId),
}

impl Change {
    /// The input with the change. What the change is about is in the input; otherwise nothing changes.
    pub fn apply(&self, datacenter: &Datacenter, request: &Request) -> (Datacenter, Request) {
        let (mut datacenter, mut request) = (datacenter.clone(), request.clone());
        self.make(&mut datacenter, &mut request);
        (datacenter, request)
    }

    /// Makes the change in place.
    pub fn make(&self, datacenter: &mut Datacenter, request: &mut Request) {
        match *self {
            Change::Set(number, value) => number.set(value, datacenter, request),
            Change::Drop(rule) => {
                if rule < request.rules.len() {
                    request.rules.remove(rule);
                }
            }
            Change::StopOver(step, at) => {
                if let Some(&Step {
                    task: Task::Migrate { vm, .. },
                    among: None,
                    origin,
                    ..
                }) = request.steps.get(step)
                {
                    let stop = Step::of(Task::Migrate { vm, to: at }, origin);
                    request.steps.insert(step, stop);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
