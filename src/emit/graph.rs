//! The plan's graph, as engines of others that carry plans out want it: who waits for whom, for how long, how often.

use crate::datacenter::Policy;
use crate::plan::{Plan, Planned, Until};
use crate::request::{Seconds, Task};

/// An action, and what it waits for. Actions are told by their numbers: `0001` is the first.
pub struct Node<'a> {
    /// Its own.
    pub number: String,
    /// What it does.
    pub action: &'a Planned,
    /// Those that must be over before it, well or not.
    pub over: Vec<String>,
    /// Those of them that must have ended well.
    pub needs: Vec<String>,
    /// Those that must have started before it, and for how many seconds.
    pub starts: Vec<(String, Seconds)>,
    /// Seconds that it may take; a year where nothing ends it.
    pub limit: Seconds,
}

impl Node<'_> {
    /// Whether what has begun of it goes on without its process, until it is aborted.
    pub fn is_migration(&self) -> bool {
        matches!(self.action.task, Task::Migrate { .. })
    }
}

/// All actions, in their order.
pub fn nodes(plan: &Plan) -> impl Iterator<Item = Node<'_>> {
    plan.actions.iter().enumerate().map(|(at, action)| {
        let those = |wanted: fn(Until) -> bool| {
            let waits = action.after.iter().filter(|wait| wanted(wait.until));
            waits.map(|wait| number(wait.action)).collect()
        };
        let starts = action.after.iter().filter_map(|wait| match wait.until {
            Until::Started(lag) => Some((number(wait.action), lag)),
            Until::Done | Until::Over => None,
        });
        Node {
            number: number(at),
            action,
            over: those(|until| !matches!(until, Until::Started(_))),
            needs: those(|until| until == Until::Done),
            starts: starts.collect(),
            limit: match action.timeout.policy {
                Policy::Wait => 31_536_000,
                _ => action.timeout.limit,
            },
        }
    })
}

/// `0001` for the first.
fn number(at: usize) -> String {
    format!("{:04}", at + 1)
}
