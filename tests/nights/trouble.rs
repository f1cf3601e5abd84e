//! What goes wrong in a night: decided by its number, before it begins.

use crate::dice::Dice;
use crate::log::{Time, Trouble};
use crate::world::Host;

// Of 100 nights, those with each kind of trouble.
const LATE: u64 = 80;
const FAILING: u64 = 25;
const HANGING: u64 = 15;
const LYING: u64 = 20;
const STRAYS: u64 = 15;
const CRASHES: u64 = 15;
const CUTS: u64 = 20;
const KILLED_ACTIONS: u64 = 15;

/// How much goes wrong by itself when something is done.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mood {
    /// What fails whatever chance says: `boot s1 1` is the first try of that.
    pub fails: &'static [&'static str],
    /// Whether things take other times than planned.
    pub late: bool,
    /// Migrations of 100 that fail; half as many boots, shutdowns and stops.
    pub failing: u64,
    /// Migrations of 100 that never end by themselves.
    pub hanging: u64,
    /// Migrations of 100 that are said to have failed, but arrive.
    pub lying: u64,
}

impl Mood {
    /// Seconds that something really takes: from half to ten times what is planned, mostly a little more.
    pub fn takes(self, dice: Dice, question: &str, planned: Time) -> Time {
        if !self.late {
            return planned;
        }
        let percent = match dice.roll(&format!("pace {question}")) % 10 {
            0..=5 => dice.between(&format!("near {question}"), 90, 120),
            6 | 7 => dice.between(&format!("early {question}"), 50, 100),
            8 => dice.between(&format!("late {question}"), 120, 300),
            _ => dice.between(&format!("very late {question}"), 300, 1000),
        };
        (planned * percent / 100).max(1)
    }
}

/// A blow at the script itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blow {
    /// `kill -9` of the script and everything that it has started.
    KillAll,
    /// `kill -9` of the script alone.
    KillScript,
    /// `kill -9` of an action's processes.
    KillAction,
    /// SIGTERM to all its processes, as a shutdown of the operator's machine does.
    Terminate,
    /// SIGINT to all its processes: Ctrl-C.
    Interrupt,
    /// The same script is started once more beside it.
    Second,
}

/// Everything that goes wrong in a night.
#[derive(Debug, Clone)]
pub struct Night {
    /// Its chances.
    pub dice: Dice,
    /// What goes wrong when something is done.
    pub mood: Mood,
    /// What goes wrong by itself, in seconds after the plan's start.
    pub troubles: Vec<(Time, Trouble)>,
    /// Blows at the script, each when it has waited so often.
    pub blows: Vec<(u32, Blow)>,
    /// Whether the operator mends what is broken before he starts the script again.
    pub mends: bool,
}

impl Night {
    /// The night of that number, over a plan that takes so many seconds.
    pub fn new(dice: Dice, hosts: &[Host], length: Time) -> Self {
        let some = |what: &str, percent: u64, amount: u64| {
            if dice.chance(what, percent) {
                amount
            } else {
                0
            }
        };
        let mood = Mood {
            fails: &[],
            late: dice.chance("late", LATE),
            failing: some("failing", FAILING, 20),
            hanging: some("hanging", HANGING, 10),
            lying: some("lying", LYING, 15),
        };
        let mut troubles = Vec::new();
        let at = |what: &str| dice.between(&format!("when {what}"), 1, length.max(2) * 3 / 2);
        let name = |what: &str| dice.pick(&format!("where {what}"), hosts).name.clone();
        if dice.chance("guest", STRAYS) {
            let vm = format!("stray-{}", dice.roll("stray") % 1000);
            troubles.push((
                at("guest"),
                Trouble::Guest {
                    host: name("guest"),
                    vm,
                },
            ));
        }
        if dice.chance("crash", CRASHES) {
            troubles.push((
                at("crash"),
                Trouble::Crash {
                    host: name("crash"),
                },
            ));
        }
        if dice.chance("cut", CUTS) {
            let (from, host) = (at("cut"), name("cut"));
            troubles.push((from, Trouble::Cut { host: host.clone() }));
            if dice.chance("joined", 60) {
                let to = from + dice.between("cut for", 5, length.max(60));
                troubles.push((to, Trouble::Joined { host }));
            }
        }
        Night {
            dice,
            mood,
            troubles,
            blows: blows(dice),
            mends: dice.chance("mends", 70),
        }
    }
}

fn blows(dice: Dice) -> Vec<(u32, Blow)> {
    const ALL: [Blow; 5] = [
        Blow::KillAll,
        Blow::KillScript,
        Blow::Terminate,
        Blow::Interrupt,
        Blow::Second,
    ];
    let mut blows = Vec::new();
    let mut after = 0;
    while blows.len() < 4 && dice.chance(&format!("blow {}", blows.len()), 35) {
        after += dice.between(&format!("after {}", blows.len()), 3, 60) as u32;
        blows.push((after, *dice.pick(&format!("which {}", blows.len()), &ALL)));
    }
    if dice.chance("killed action", KILLED_ACTIONS) {
        blows.push((dice.between("action", 3, 60) as u32, Blow::KillAction));
    }
    blows
}
