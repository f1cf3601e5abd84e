//! What there is only so much of: memory, CPUs, links, switches, power, counts.
//!
//! Whoever starts is to blame if a level is then higher than it may be: now, or later in the time that is foreseen
//! for it, as far as the others end when they should. What is late by itself is nobody's fault.

use mvm::datacenter::{Node, ServerId};
use mvm::formulation::Seconds;
use mvm::request::{Direction, Period, RuleKind, Task};

use super::{Active, Judge, Now};

/// How high something is when everything that should have ended by a moment has ended.
type Level<'a> = Box<dyn Fn(&Now, Seconds) -> u64 + 'a>;

/// A level: its name, when it is limited, to how much, and how high it is.
struct Limited<'a> {
    name: String,
    period: Period,
    capacity: u64,
    level: Level<'a>,
}

impl Judge<'_> {
    pub(super) fn check_levels(&mut self, active: &Active) {
        let mut with = self.now.clone();
        with.active.push(active.clone());
        if let Task::Boot(server) = self.file.duties.all[active.duty].task {
            with.on[server.0 as usize] = true;
        }
        let mut wrong = Vec::new();
        for limit in self.limits(active) {
            let until = limit.period.to.unwrap_or(Seconds::MAX);
            let at = active.began.max(limit.period.from);
            if at >= until || limit.period.from >= active.end() {
                continue;
            }
            let (before, after) = ((limit.level)(&self.now, at), (limit.level)(&with, at));
            if after > limit.capacity && after > before {
                let name = &self.file.duties.all[active.duty].name;
                wrong.push(format!(
                    "`{name}`: {} is {after}, above {}",
                    limit.name, limit.capacity
                ));
            }
        }
        for wrong in wrong {
            self.wrong(wrong);
        }
    }

    /// Everything that an action can raise above its capacity.
    fn limits(&self, active: &Active) -> Vec<Limited<'_>> {
        let duty = &self.file.duties.all[active.duty];
        let mut limits = Vec::new();
        match duty.task {
            Task::Migrate { to, .. } => {
                self.hosts(to, &mut limits);
                self.network(active, &mut limits);
            }
            Task::Start(_) => self.hosts(duty.from, &mut limits),
            Task::Boot(_) | Task::Shutdown(_) | Task::Stop(_) | Task::Run(_) | Task::Pause => {}
        }
        self.ruled(&mut limits);
        limits
    }

    fn hosts<'a>(&'a self, server: ServerId, limits: &mut Vec<Limited<'a>>) {
        let dc = self.file.datacenter;
        for stock in dc.stocks() {
            let given = self.file.request.gives(dc, server, stock);
            let Some(capacity) = given.map(|at| at.value) else {
                continue;
            };
            let of = move |vm: &mvm::datacenter::Vm| vm.takes_of(stock);
            limits.push(Limited {
                name: format!("{} of {}", dc.stock_name(stock), dc[server].name),
                period: Period::ALWAYS,
                capacity,
                level: Box::new(move |now, at| {
                    let vms = dc.vms.iter().enumerate();
                    let here = vms.filter(|(vm, _)| now.runs[*vm] && now.place[*vm] == server);
                    let here: u64 = here.map(|(_, vm)| of(vm)).sum();
                    let comes = self
                        .moves(now, at)
                        .filter_map(|(_, vm, to)| (to == server).then_some(vm));
                    here + comes.map(|vm| of(&dc[vm])).sum::<u64>()
                }),
            });
        }
    }

    /// The migrations that go on, and still should at a moment.
    fn moves<'a>(
        &'a self,
        now: &'a Now,
        at: Seconds,
    ) -> impl Iterator<Item = (&'a Active, mvm::datacenter::VmId, ServerId)> {
        let present = now.at;
        let lasts = move |active: &&Active| at <= present || active.end() > at;
        now.active.iter().filter(lasts).filter_map(|active| {
            match self.file.duties.all[active.duty].task {
                Task::Migrate { vm, to } => Some((active, vm, to)),
                _ => None,
            }
        })
    }

    fn network<'a>(&'a self, active: &Active, limits: &mut Vec<Limited<'a>>) {
        let (dc, duties) = (self.file.datacenter, self.file.duties);
        let path = duties.all[active.duty].path.clone();
        for &hop in &path {
            limits.push(Limited {
                name: format!(
                    "link {} to {}",
                    dc.node_name(dc[hop.0].a),
                    dc.node_name(dc[hop.0].b)
                ),
                period: Period::ALWAYS,
                capacity: dc[hop.0].rate.value,
                level: Box::new(move |now, at| {
                    let uses = self
                        .moves(now, at)
                        .filter(|(a, ..)| duties.all[a.duty].path.contains(&hop));
                    uses.map(|(active, ..)| active.rate).sum()
                }),
            });
        }
        for (at, switch) in dc.switches.iter().enumerate() {
            let node = Node::Switch(mvm::datacenter::SwitchId(at as u32));
            let Some(capacity) = switch.capacity else {
                continue;
            };
            limits.push(Limited {
                name: format!("switch {}", switch.name),
                period: Period::ALWAYS,
                capacity: capacity.value,
                level: Box::new(move |now, at| self.through(now, at, node)),
            });
        }
        for rule in &self.file.request.rules {
            let RuleKind::Limit {
                nodes,
                rate,
                period,
            } = &rule.kind
            else {
                continue;
            };
            for &node in nodes {
                if matches!(node, Node::Switch(id) if dc[id].kind == mvm::datacenter::SwitchKind::Switch)
                {
                    limits.push(Limited {
                        name: format!("limit of {}", dc.node_name(node)),
                        period: *period,
                        capacity: *rate,
                        level: Box::new(move |now, at| self.through(now, at, node)),
                    });
                    continue;
                }
                for &(link, forward) in path.iter().filter(|(link, _)| dc[*link].a == node) {
                    limits.push(Limited {
                        name: format!("limit of the link of {}", dc.node_name(node)),
                        period: *period,
                        capacity: *rate,
                        level: Box::new(move |now, at| {
                            let uses = self.moves(now, at).filter(|(a, ..)| {
                                duties.all[a.duty].path.contains(&(link, forward))
                            });
                            uses.map(|(active, ..)| active.rate).sum()
                        }),
                    });
                }
            }
        }
    }

    /// bit/s that pass through a switch.
    fn through(&self, now: &Now, at: Seconds, node: Node) -> u64 {
        let dc = self.file.datacenter;
        let passes = |active: &Active| {
            let mut path = self.file.duties.all[active.duty].path.iter();
            path.any(|(link, _)| dc[*link].a == node || dc[*link].b == node)
        };
        self.moves(now, at)
            .filter(|(active, ..)| passes(active))
            .map(|(active, ..)| active.rate)
            .sum()
    }

    fn ruled<'a>(&'a self, limits: &mut Vec<Limited<'a>>) {
        for rule in &self.file.request.rules {
            let limit = match &rule.kind {
                RuleKind::Budget {
                    power,
                    servers,
                    period,
                } => Limited {
                    name: "power".into(),
                    period: *period,
                    capacity: *power,
                    level: Box::new(move |now, at| self.power(now, at, servers.as_deref())),
                },
                RuleKind::AtMostMigrations {
                    count,
                    scope,
                    period,
                } => Limited {
                    name: "the number of migrations".into(),
                    period: *period,
                    capacity: u64::from(*count),
                    level: Box::new(move |now, at| {
                        let counts = |from: ServerId, to: ServerId| match scope {
                            None => true,
                            Some((Direction::From, of)) => of.contains(&from),
                            Some((Direction::To, of)) => of.contains(&to),
                            Some((Direction::In, of)) => of.contains(&from) || of.contains(&to),
                        };
                        let from = |active: &Active| self.file.duties.all[active.duty].from;
                        self.moves(now, at)
                            .filter(|(a, _, to)| counts(from(a), *to))
                            .count() as u64
                    }),
                },
                RuleKind::AtMostOn {
                    count,
                    servers,
                    period,
                } => Limited {
                    name: "the number of servers that are on".into(),
                    period: *period,
                    capacity: u64::from(*count),
                    level: Box::new(move |now, at| {
                        servers
                            .iter()
                            .filter(|&&server| self.is_on(now, at, server))
                            .count() as u64
                    }),
                },
                _ => continue,
            };
            limits.push(limit);
        }
    }

    /// Whether a server has power, and still should at a moment.
    fn is_on(&self, now: &Now, at: Seconds, server: ServerId) -> bool {
        let goes = now.active.iter().any(|active| {
            let is_halt = self.file.duties.all[active.duty].task == Task::Shutdown(server);
            is_halt && at > now.at && active.end() <= at
        });
        now.on[server.0 as usize] && !goes
    }

    /// mW that servers draw.
    pub(super) fn power(&self, now: &Now, at: Seconds, servers: Option<&[ServerId]>) -> u64 {
        let (dc, duties) = (self.file.datacenter, self.file.duties);
        let counts = |server: ServerId| servers.is_none_or(|servers| servers.contains(&server));
        let mut sum = 0;
        for (index, server) in dc.servers.iter().enumerate() {
            let id = ServerId(index as u32);
            if !counts(id) || !self.is_on(now, at, id) {
                continue;
            }
            let vms = (0..dc.vms.len())
                .filter(|&vm| now.runs[vm] && now.place[vm] == id)
                .count();
            sum += server.power + vms as u64 * server.hosting;
        }
        for active in now
            .active
            .iter()
            .filter(|active| at <= now.at || active.end() > at)
        {
            let duty = &duties.all[active.duty];
            let to = match duty.task {
                Task::Migrate { to, .. } => to,
                _ => duty.from,
            };
            if counts(duty.from) || counts(to) {
                sum += duty.power(active.rate);
            }
        }
        sum
    }
}
