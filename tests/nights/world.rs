//! The machine room of a night: hosts, guests and a clock that only the night moves.

use std::collections::BTreeMap;

use crate::dice::Dice;
use crate::log::{Entry, Event, Time, Trouble};

/// A host's power, and its hypervisor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// Off.
    Off,
    /// It has power, but its hypervisor does not answer before that time, or it is off again then.
    Booting(Time, bool),
    /// Its hypervisor runs.
    On,
    /// It goes down and is off at that time, or has ignored that it should.
    Halting(Time, bool),
}

/// A host.
#[derive(Debug, Clone)]
pub struct Host {
    /// The server's full name.
    pub name: String,
    /// What its hypervisor is reached by.
    pub address: String,
    /// What its management controller is reached by.
    pub bmc: String,
    /// Power.
    pub power: Power,
    /// Whether the network to it is cut; its management controller has a network of its own.
    pub cut: bool,
    /// MiB.
    pub memory: u64,
    /// Seconds that it takes to boot and to go down.
    pub takes: (Time, Time),
    /// The guests that it has, by name.
    pub guests: BTreeMap<String, Guest>,
}

/// What a guest does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It runs.
    Running,
    /// It stands still.
    Paused,
    /// It was told to stop and is off at that time, or has ignored it.
    Stopping(Time, bool),
    /// It is off.
    Off,
}

/// A guest on a host.
#[derive(Debug, Clone, Copy)]
pub struct Guest {
    /// What it does.
    pub state: State,
    /// MiB.
    pub memory: u64,
    /// Seconds that it takes to stop.
    pub stops_in: Time,
}

/// A migration.
#[derive(Debug, Clone)]
pub struct Move {
    /// The guest.
    pub vm: String,
    /// From which host.
    pub from: usize,
    /// To which host.
    pub to: usize,
    /// When it ends.
    pub ends: Time,
    /// Whether it arrives then.
    pub arrives: bool,
    /// When whoever asked for it hears that it failed, though it goes on.
    pub denied: Option<Time>,
    /// How it ended.
    pub outcome: Option<bool>,
}

/// Seconds after which a migration that hangs fails.
const HANGS: Time = 5_000;

/// Everything.
#[derive(Debug)]
pub struct World {
    /// The clock: Unix seconds.
    pub now: Time,
    /// The hosts.
    pub hosts: Vec<Host>,
    /// All migrations so far.
    pub moves: Vec<Move>,
    /// What happened.
    pub log: Vec<Entry>,
    /// What is going to go wrong by itself.
    pub troubles: Vec<(Time, Trouble)>,
    /// The night's chances.
    pub dice: Dice,
    /// How much goes wrong.
    pub mood: crate::trouble::Mood,
    /// Seconds that the migration of a guest to a host should take.
    pub lengths: BTreeMap<(String, usize), Time>,
    /// Servers that have lost their power.
    broken: Vec<usize>,
    /// Guests that ran on servers that have lost their power.
    fallen: Vec<(usize, String)>,
    /// Guests that no file knows.
    strays: Vec<(usize, String)>,
    /// How often something of that name was tried.
    tries: BTreeMap<String, u32>,
}

impl World {
    /// A world at a time.
    pub fn new(now: Time, hosts: Vec<Host>, dice: Dice, mood: crate::trouble::Mood) -> Self {
        World {
            now,
            hosts,
            moves: Vec::new(),
            log: Vec::new(),
            troubles: Vec::new(),
            dice,
            mood,
            lengths: BTreeMap::new(),
            broken: Vec::new(),
            fallen: Vec::new(),
            strays: Vec::new(),
            tries: BTreeMap::new(),
        }
    }

    /// The operator mends everything, and nothing breaks any more.
    pub fn mend(&mut self) {
        self.mood = crate::trouble::Mood {
            late: self.mood.late,
            ..Default::default()
        };
        self.troubles.clear();
        for host in &mut self.hosts {
            host.cut = false;
        }
        for host in std::mem::take(&mut self.broken) {
            self.hosts[host].power = Power::On;
        }
        for (host, vm) in std::mem::take(&mut self.fallen) {
            if let Some(guest) = self.hosts[host].guests.get_mut(&vm) {
                guest.state = State::Running;
            }
        }
        for (host, vm) in std::mem::take(&mut self.strays) {
            self.hosts[host].guests.remove(&vm);
        }
        self.note(Event::Mended);
    }

    /// Writes down what happens now.
    pub fn note(&mut self, event: Event) {
        self.log.push(Entry {
            at: self.now,
            event,
        });
    }

    /// The host whose hypervisor has that address.
    pub fn host_at(&self, address: &str) -> Option<usize> {
        self.hosts.iter().position(|host| host.address == address)
    }

    /// The host with that name.
    pub fn host_named(&self, name: &str) -> Option<usize> {
        self.hosts.iter().position(|host| host.name == name)
    }

    /// The host whose management controller has that address.
    pub fn host_of_bmc(&self, bmc: &str) -> Option<usize> {
        self.hosts.iter().position(|host| host.bmc == bmc)
    }

    /// Whether the hypervisor of a host can be asked.
    pub fn answers(&self, host: usize) -> bool {
        let host = &self.hosts[host];
        !host.cut && matches!(host.power, Power::On | Power::Halting(..))
    }

    /// The migration of a guest away from a host that goes on.
    pub fn moving(&self, vm: &str, from: usize) -> Option<usize> {
        let goes_on = |m: &Move| m.outcome.is_none() && m.vm == vm && m.from == from;
        self.moves.iter().position(goes_on)
    }

    /// MiB of a host that no guest has, and none on its way to it.
    pub fn free(&self, host: usize) -> u64 {
        let guests = self.hosts[host].guests.values();
        let here: u64 = guests
            .filter(|g| g.state != State::Off)
            .map(|g| g.memory)
            .sum();
        let coming: u64 = self
            .moves
            .iter()
            .filter(|m| m.outcome.is_none() && m.to == host)
            .filter_map(|m| self.hosts[m.from].guests.get(&m.vm))
            .map(|guest| guest.memory)
            .sum();
        self.hosts[host].memory.saturating_sub(here + coming)
    }

    /// Seconds that the migration of a guest to a host should take.
    pub fn length(&self, vm: &str, to: usize) -> Time {
        self.lengths
            .get(&(vm.to_owned(), to))
            .copied()
            .unwrap_or(30)
    }

    /// What becomes of the next try of something that should take so long: how long it takes, and whether it works.
    fn fate(&mut self, what: &str, planned: Time, failing: u64) -> (Time, bool) {
        let tries = self.tries.entry(what.to_owned()).or_default();
        *tries += 1;
        let question = format!("{what} {tries}");
        let takes = self.mood.takes(self.dice, &question, planned);
        let fails = self.mood.fails.contains(&question.as_str())
            || self.dice.chance(&format!("fails {question}"), failing);
        if fails {
            self.note(Event::Trouble(Trouble::Fails { what: question }));
        }
        (takes, !fails)
    }

    /// Begins a migration that should take so many seconds. Whoever asks has made sure that it can.
    pub fn begin_move(
        &mut self,
        vm: &str,
        from: usize,
        to: usize,
        rate: Option<u64>,
        planned: Time,
    ) -> usize {
        let names = (self.hosts[from].name.clone(), self.hosts[to].name.clone());
        self.note(Event::MoveBegan {
            vm: vm.to_owned(),
            from: names.0,
            to: names.1,
            rate,
        });
        let (takes, arrives) = self.fate(&format!("migrate {vm}"), planned, self.mood.failing);
        let question = format!("{vm} {}", self.moves.len());
        let part = self.dice.between(&format!("part {question}"), 1, takes);
        let hangs = arrives
            && self
                .dice
                .chance(&format!("hangs {question}"), self.mood.hanging);
        let denied = arrives
            && self
                .dice
                .chance(&format!("denied {question}"), self.mood.lying);
        self.moves.push(Move {
            vm: vm.to_owned(),
            from,
            to,
            ends: self.now
                + if hangs {
                    HANGS
                } else if arrives {
                    takes
                } else {
                    part
                },
            arrives: arrives && !hangs,
            denied: (denied && !hangs).then_some(self.now + part),
            outcome: None,
        });
        self.moves.len() - 1
    }

    /// Ends a migration.
    pub fn end_move(&mut self, at: usize, arrived: bool) {
        let Move { vm, from, to, .. } = self.moves[at].clone();
        if let Some(mut guest) = arrived
            .then(|| self.hosts[from].guests.remove(&vm))
            .flatten()
        {
            guest.state = State::Running;
            self.hosts[to].guests.insert(vm.clone(), guest);
        }
        self.moves[at].outcome = Some(arrived);
        let (from, to) = (self.hosts[from].name.clone(), self.hosts[to].name.clone());
        self.note(Event::MoveEnded {
            vm,
            from,
            to,
            arrived,
        });
    }

    /// Turns a host on.
    pub fn boot(&mut self, host: usize) {
        let (name, planned) = (self.hosts[host].name.clone(), self.hosts[host].takes.0);
        self.note(Event::BootBegan { host: name.clone() });
        let (takes, works) = self.fate(&format!("boot {name}"), planned, self.mood.failing / 2);
        self.hosts[host].power = Power::Booting(self.now + takes, works);
    }

    /// Tells a host to go down.
    pub fn halt(&mut self, host: usize) {
        let (name, planned) = (self.hosts[host].name.clone(), self.hosts[host].takes.1);
        let guests = self.active(host);
        self.note(Event::HaltBegan {
            host: name.clone(),
            guests,
        });
        let (takes, works) = self.fate(&format!("halt {name}"), planned, self.mood.failing / 2);
        self.hosts[host].power = Power::Halting(self.now + takes, works);
    }

    /// Takes a host's power away.
    pub fn cut_power(&mut self, host: usize) {
        self.end_moves_of(host);
        for guest in self.hosts[host].guests.values_mut() {
            guest.state = State::Off;
        }
        self.hosts[host].power = Power::Off;
    }

    /// Ends the migrations from and to a host, where their guests are.
    fn end_moves_of(&mut self, host: usize) {
        for at in 0..self.moves.len() {
            let Move {
                from, to, outcome, ..
            } = self.moves[at];
            if outcome.is_none() && (from == host || to == host) {
                self.end_move(at, false);
            }
        }
    }

    /// Whether a guest ran on a host when that lost its power.
    pub fn has_fallen(&self, host: usize, vm: &str) -> bool {
        self.fallen
            .iter()
            .any(|(at, name)| *at == host && name == vm)
    }

    /// The guests of a host that are not off.
    pub fn active(&self, host: usize) -> Vec<String> {
        let guests = self.hosts[host].guests.iter();
        let active = guests.filter(|(_, guest)| guest.state != State::Off);
        active.map(|(name, _)| name.clone()).collect()
    }

    /// Starts a guest that is off; false if it fails to.
    pub fn start(&mut self, vm: &str, host: usize) -> bool {
        let (_, works) = self.fate(&format!("start {vm}"), 1, self.mood.failing);
        if let Some(guest) = works.then(|| self.hosts[host].guests.get_mut(vm)).flatten() {
            guest.state = State::Running;
        }
        let host = self.hosts[host].name.clone();
        self.note(Event::Started {
            vm: vm.to_owned(),
            host,
            works,
        });
        works
    }

    /// Tells a guest to stop.
    pub fn stop(&mut self, vm: &str, host: usize) {
        let name = self.hosts[host].name.clone();
        self.note(Event::StopBegan {
            vm: vm.to_owned(),
            host: name,
        });
        let planned = self.hosts[host]
            .guests
            .get(vm)
            .map_or(1, |guest| guest.stops_in);
        let (takes, works) = self.fate(&format!("stop {vm}"), planned, self.mood.failing / 2);
        if let Some(guest) = self.hosts[host].guests.get_mut(vm) {
            guest.state = State::Stopping(self.now + takes, works);
        }
    }

    /// The next moment at which something happens by itself.
    pub fn next(&self) -> Option<Time> {
        let moves = self.moves.iter().filter(|m| m.outcome.is_none());
        let moves = moves.flat_map(|m| m.denied.into_iter().chain([m.ends]));
        let hosts = self.hosts.iter().filter_map(|host| match host.power {
            Power::Booting(at, _) | Power::Halting(at, _) => Some(at),
            Power::On | Power::Off => None,
        });
        let guests = self.hosts.iter().flat_map(|host| host.guests.values());
        let guests = guests.filter_map(|guest| match guest.state {
            State::Stopping(at, _) => Some(at),
            _ => None,
        });
        let troubles = self.troubles.iter().map(|(at, _)| *at);
        let all = moves.chain(hosts).chain(guests).chain(troubles);
        all.filter(|&at| at > self.now).min()
    }

    /// Moves the clock to a moment not later than the next one, and lets happen what happens then.
    pub fn advance(&mut self, to: Time) {
        self.now = to;
        for at in 0..self.moves.len() {
            let Move {
                ends,
                arrives,
                outcome,
                ..
            } = self.moves[at];
            if outcome.is_none() && ends <= to {
                self.end_move(at, arrives);
            }
        }
        for host in 0..self.hosts.len() {
            self.advance_host(host);
        }
        let (due, later) = std::mem::take(&mut self.troubles)
            .into_iter()
            .partition(|&(at, _)| at <= to);
        self.troubles = later;
        for (_, trouble) in due {
            self.befall(trouble);
        }
    }

    fn advance_host(&mut self, at: usize) {
        let now = self.now;
        let name = self.hosts[at].name.clone();
        let mut stopped = Vec::new();
        for (vm, guest) in &mut self.hosts[at].guests {
            if let State::Stopping(end, works) = guest.state
                && end <= now
            {
                guest.state = if works { State::Off } else { State::Running };
                stopped.push((vm.clone(), works));
            }
        }
        for (vm, works) in stopped {
            self.note(Event::Stopped {
                vm,
                host: name.clone(),
                works,
            });
        }
        match self.hosts[at].power {
            Power::Booting(end, works) if end <= now => {
                self.hosts[at].power = if works { Power::On } else { Power::Off };
                self.note(Event::BootEnded { host: name, works });
            }
            Power::Halting(end, works) if end <= now => {
                let guests = self.active(at);
                self.note(Event::HaltEnded {
                    host: name,
                    guests,
                    works,
                });
                match works {
                    true => self.cut_power(at),
                    false => self.hosts[at].power = Power::On,
                }
            }
            _ => {}
        }
    }

    fn befall(&mut self, trouble: Trouble) {
        let host = match &trouble {
            Trouble::Guest { host, .. }
            | Trouble::Crash { host }
            | Trouble::Cut { host }
            | Trouble::Joined { host } => self.host_named(host),
            Trouble::Fails { .. } => None,
        };
        let Some(host) = host else { return };
        let is_on = self.hosts[host].power == Power::On;
        match &trouble {
            Trouble::Guest { vm, .. } if is_on => {
                let guest = Guest {
                    state: State::Running,
                    memory: 256,
                    stops_in: 5,
                };
                self.hosts[host].guests.insert(vm.clone(), guest);
                self.strays.push((host, vm.clone()));
            }
            // Nobody starts a guest on a host that is not there.
            Trouble::Guest { .. } => return,
            Trouble::Crash { .. } => {
                if !is_on {
                    return;
                }
                self.fallen
                    .extend(self.active(host).into_iter().map(|vm| (host, vm)));
                self.broken.push(host);
                self.note(Event::Trouble(trouble));
                self.cut_power(host);
                return;
            }
            Trouble::Cut { .. } => {
                self.hosts[host].cut = true;
                self.end_moves_of(host);
            }
            Trouble::Joined { .. } => self.hosts[host].cut = false,
            Trouble::Fails { .. } => {}
        }
        self.note(Event::Trouble(trouble));
    }
}
