//! The tools that the script calls: what they make of their words, and what they print, as their documentation says.

mod ipmitool;
mod kubectl;
mod openstack;
mod proxmox;
mod shell;
mod virsh;

use crate::line::Reply;
use crate::log::Time;
use crate::world::World;

/// What comes of a call.
#[derive(Debug)]
pub enum Answer {
    /// It is over.
    Now(Reply),
    /// It will be.
    When(Wait),
}

/// What a call waits for.
#[derive(Debug)]
pub enum Wait {
    /// A moment, and what is answered then.
    Until(Time, Reply),
    /// The end of a migration.
    Move(usize),
}

impl Wait {
    /// The answer, if it is time.
    pub fn is_over(&self, world: &World) -> Option<Reply> {
        match self {
            Wait::Until(at, reply) => (*at <= world.now).then(|| reply.clone()),
            Wait::Move(at) => {
                let it = &world.moves[*at];
                match it.outcome {
                    Some(true) => Some(Reply::default()),
                    Some(false) => Some(Reply::err(
                        1,
                        "error: operation failed: migration out job: unexpectedly failed",
                    )),
                    None if it.denied.is_some_and(|at| at <= world.now) => Some(Reply::err(
                        1,
                        "error: internal error: client socket is closed",
                    )),
                    None => None,
                }
            }
        }
    }

    /// When, if that is known.
    pub fn at(&self) -> Option<Time> {
        match self {
            Wait::Until(at, _) => Some(*at),
            Wait::Move(_) => None,
        }
    }
}

/// Carries out a call.
pub fn call(world: &mut World, words: &[String]) -> Answer {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.first() {
        Some(&"virsh") => virsh::call(world, &words[1..]),
        Some(&"ipmitool") => ipmitool::call(world, &words[1..]),
        Some(&"openstack") => openstack::call(world, &words[1..]),
        Some(&"kubectl") => kubectl::call(world, &words[1..]),
        Some(&"ssh") => shell::call(world, &words[1..]),
        _ => Answer::Now(Reply::err(127, format!("{words:?}: command not found"))),
    }
}

/// Whether a call changes anything.
pub fn changes(words: &[String]) -> bool {
    let is = |word: &str| words.iter().any(|w| w == word);
    is("call")
        && ([
            "migrate", "start", "shutdown", "destroy", "on", "soft", "off", "abort", "create",
            "patch", "delete",
        ]
        .into_iter()
        .any(is)
            || is("ssh"))
}

/// The answer of a host's hypervisor, or of nobody if it cannot be reached.
fn unreachable(world: &World, address: &str, what: &str) -> Option<Answer> {
    let host = world.host_at(address);
    let Some(host) = host else {
        let why = format!("Unable to resolve address '{address}': Name or service not known");
        return Some(Answer::Now(Reply::err(1, format!("{what}{why}"))));
    };
    if world.answers(host) {
        return None;
    }
    // Without power nobody answers ARP; behind a cut network TCP tries for two minutes.
    let (after, why) = match world.hosts[host].cut {
        true => (127, "Connection timed out"),
        false => (3, "No route to host"),
    };
    let why = format!("{what}unable to connect to server at '{address}': {why}");
    Some(Answer::When(Wait::Until(
        world.now + after,
        Reply::err(1, why),
    )))
}
