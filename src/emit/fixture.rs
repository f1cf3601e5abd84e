//! Plans made by hand, for the tests of what is made of plans.

#![allow(clippy::unwrap_used, dead_code)]

use mvm::datacenter::*;
use mvm::formulate::Assumed;
use mvm::formulation::Unit;
use mvm::plan::*;
use mvm::request::{Bandwidth, GoalKind, Start, Task};
use mvm::source::{FileId, Span};

const GBPS: u64 = 1_000_000_000;

/// A datacenter and a plan over it, built action by action.
pub struct Made {
    pub datacenter: Datacenter,
    pub plan: Plan,
}

impl Made {
    pub fn new(name: &str) -> Self {
        let mut datacenter = Datacenter::default();
        datacenter.switches.push(Switch {
            name: "core".to_owned(),
            kind: SwitchKind::Switch,
            parent: None,
            capacity: Some(at(10 * GBPS)),
            labels: Vec::new(),
            origin: None,
        });
        let plan = Plan {
            name: name.to_owned(),
            doc: None,
            start: None,
            objectives: vec![Achieved {
                goal: GoalKind::Mttr,
                value: 0,
                lower_bound: 0,
            }],
            slot: 1,
            reproducible: true,
            bandwidth: Bandwidth::Max,
            makespan: 0,
            peak_power: 0,
            energy: 0,
            actions: Vec::new(),
            profiles: Vec::new(),
            kept: Vec::new(),
            by: None,
            preferences: Vec::new(),
            timed_levels: Vec::new(),
            held: Vec::new(),
            source: None,
            since: None,
        };
        Made { datacenter, plan }
    }

    pub fn rack(&mut self, name: &str) -> SwitchId {
        let id = SwitchId(self.datacenter.switches.len() as u32);
        self.datacenter.switches.push(Switch {
            name: name.to_owned(),
            kind: SwitchKind::Rack,
            parent: Some(SwitchId(0)),
            capacity: None,
            labels: Vec::new(),
            origin: None,
        });
        id
    }

    pub fn server(&mut self, name: &str, rack: SwitchId, on: bool) -> ServerId {
        self.datacenter.servers.push(Server {
            name: name.to_owned(),
            parent: Some(rack),
            memory: None,
            cpu: None,
            on,
            power: 110_000,
            hosting: 17_600,
            boot_power: 20_000,
            boot: at(120),
            shutdown: at(17),
            overhead_ms: 0,
            migration: MigrationEnergy {
                per_byte_nj: 512,
                fixed_mj: 20_165,
            },
            address: None,
            bmc: None,
            migration_address: None,
            commands: Commands::default(),
            copy: Copy::Any,
            classes: Vec::new(),
            labels: Vec::new(),
            own: Vec::new(),
            overbook: Vec::new(),
            pools: at(1),
            maintenance: None,
            has: Vec::new(),
            origin: None,
        });
        ServerId(self.datacenter.servers.len() as u32 - 1)
    }

    pub fn vm(&mut self, name: &str, host: ServerId) -> VmId {
        self.datacenter.vms.push(Vm {
            name: name.to_owned(),
            host: at(host),
            pool: None,
            running: true,
            memory: at(2 << 30),
            cpu: at(1000),
            workload: Workload {
                used: 2 << 30,
                hot: 5 << 20,
                hot_ms: 2000,
                cold: 0,
                unknown: false,
                downtime_ms: 30,
            },
            copy: Copy::Pre,
            disk: None,
            force: Force::Never,
            slack: None,
            timeout: None,
            retry: None,
            boot: at(30),
            shutdown: at(10),
            classes: Vec::new(),
            labels: Vec::new(),
            own: Vec::new(),
            needs: Vec::new(),
            origin: None,
        });
        VmId(self.datacenter.vms.len() as u32 - 1)
    }

    /// A command on a server, or a pause.
    pub fn say(&mut self, task: Task, text: &str, time: [i64; 2], after: &[usize]) -> usize {
        let from = match task {
            Task::Run(server) => Some(server),
            _ => None,
        };
        let action = self.act(task, ServerId(0), time, after);
        let planned = &mut self.plan.actions[action];
        planned.from = from;
        planned.text = Some(text.into());
        if task == Task::Pause {
            planned.timeout.policy = Policy::Wait;
        }
        action
    }

    /// An action after others; its place is where the VM or server is before it.
    pub fn act(&mut self, task: Task, from: ServerId, time: [i64; 2], after: &[usize]) -> usize {
        let dc = &self.datacenter;
        let (id, rate, power) = match task {
            Task::Migrate { vm, .. } => (format!("migrate {}", dc[vm].name), Some(GBPS), 84_165),
            Task::Boot(server) => (format!("boot {}", dc[server].name), None, 130_000),
            Task::Shutdown(server) => (format!("shutdown {}", dc[server].name), None, 0),
            Task::Start(vm) => (format!("start {}", dc[vm].name), None, 0),
            Task::Stop(vm) => (format!("stop {}", dc[vm].name), None, 0),
            Task::Run(server) => (format!("run {}", dc[server].name), None, 0),
            Task::Pause => ("pause".to_owned(), None, 0),
        };
        self.plan.actions.push(Planned {
            id,
            task,
            text: None,
            from: Some(from),
            start: time[0],
            end: time[1],
            rate,
            power,
            manner: Manner::Pre,
            pool: None,
            assumed: Assumed::default(),
            inferred: false,
            places: 0,
            after: after.iter().map(|&action| wait(action)).collect(),
            openings: Vec::new(),
            demands: Vec::new(),
            timeout: Timeout::usual(time[1] - time[0]),
            retry: Retry::default(),
            origin: None,
        });
        self.plan.actions.len() - 1
    }

    /// What a server is reached by: its own name, where it alone has it.
    fn reached(&self, server: ServerId) -> &str {
        let own = self.datacenter.address(server);
        let servers = (0..self.datacenter.servers.len() as u32).map(ServerId);
        match servers
            .filter(|&s| self.datacenter.address(s) == own)
            .count()
        {
            1 => own,
            _ => &self.datacenter[server].name,
        }
    }

    /// The plan with its figures and levels summed up from the actions.
    pub fn done(mut self) -> (Datacenter, Plan) {
        let plan = &mut self.plan;
        sort(&mut plan.actions);
        plan.makespan = plan.actions.iter().map(|a| a.end).max().unwrap_or(0);
        let sum: i64 = plan.actions.iter().map(|a| a.end).sum();
        plan.objectives[0] = Achieved {
            goal: GoalKind::Mttr,
            value: sum,
            lower_bound: sum,
        };
        let on = self.datacenter.servers.iter().filter(|s| s.on).count() as i64;
        let power = level(on * 110_000, plan.actions.iter().flat_map(draws).collect());
        let peak = power.iter().map(|p| p.1).max().unwrap_or(0);
        plan.peak_power = peak as u64;
        plan.energy = energy(&power, plan.makespan);
        plan.profiles = vec![Profile {
            name: "power".to_owned(),
            unit: Unit::Power,
            level: power,
            guests: Vec::new(),
            capacity: vec![(0, peak + 60_000)],
        }];
        let servers = (0..self.datacenter.servers.len() as u32).map(ServerId);
        for id in servers.clone() {
            let bmc = format!("{}-ipmi", self.reached(id));
            self.datacenter.servers[id.0 as usize].bmc = Some(bmc);
        }
        for id in servers {
            let traffic = self.plan.actions.iter().flat_map(|a| match a.task {
                Task::Migrate { to, .. } if to == id => {
                    let rate = a.rate.unwrap() as i64;
                    vec![(a.start, rate), (a.end, -rate)]
                }
                _ => Vec::new(),
            });
            let level = level(0, traffic.collect());
            if level.len() > 1 {
                self.plan.profiles.push(Profile {
                    name: format!("link core -> {}", self.datacenter[id].name),
                    unit: Unit::Rate,
                    level,
                    guests: Vec::new(),
                    capacity: vec![(0, GBPS as i64)],
                });
            }
        }
        (self.datacenter, self.plan)
    }
}

/// By start, as plans are; what comes after what stays.
fn sort(actions: &mut Vec<Planned>) {
    let mut order: Vec<usize> = (0..actions.len()).collect();
    order.sort_by_key(|&a| actions[a].start);
    let mut place = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    *actions = order.iter().map(|&old| actions[old].clone()).collect();
    for action in actions {
        action
            .after
            .iter_mut()
            .for_each(|wait| wait.action = place[wait.action]);
    }
}

/// A wait for an action that must have succeeded.
pub fn wait(action: usize) -> Wait {
    Wait {
        action,
        until: Until::Done,
        why: "what the steps imply".to_owned(),
        origin: None,
    }
}

/// From that moment on.
pub fn from_then(moment: i64) -> Vec<Opening> {
    vec![Opening {
        from: Some(moment),
        last: None,
        by_clock: false,
        closed_by: None,
        origin: None,
    }]
}

fn at<T>(value: T) -> At<T> {
    At {
        value,
        origin: None,
    }
}

/// What an action adds to the power, and when.
fn draws(action: &Planned) -> Vec<(i64, i64)> {
    let power = action.power as i64;
    match action.task {
        Task::Boot(_) => vec![(action.start, power), (action.end, -20_000)],
        Task::Shutdown(_) => vec![(action.end, -110_000)],
        _ => vec![(action.start, power), (action.end, -power)],
    }
}

/// The sum of changes over time.
fn level(initial: i64, mut changes: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    changes.sort_unstable();
    let mut levels = vec![(0, initial)];
    let mut now = initial;
    for (when, change) in changes {
        now += change;
        match levels.last_mut() {
            Some(last) if last.0 == when => last.1 = now,
            _ => levels.push((when, now)),
        }
    }
    levels.dedup_by_key(|l| l.1);
    levels
}

fn energy(power: &[(i64, i64)], end: i64) -> u64 {
    let ends = power.iter().skip(1).map(|p| p.0).chain([end]);
    let sum: i64 = power.iter().zip(ends).map(|(p, to)| p.1 * (to - p.0)).sum();
    sum as u64
}

/// An evening's work with an action of every kind: a server is booted, four VMs go to it in every way that
/// there is, one is stopped and started, the old server goes off.
pub fn evening() -> (Datacenter, Plan) {
    let mut made = Made::new("evening");
    let (r1, r2) = (made.rack("r1"), made.rack("r2"));
    let old = made.server("r1.s1", r1, true);
    let other = made.server("r1.s2", r1, true);
    let new = made.server("r2.s1", r2, false);
    made.datacenter.servers[2].address = Some("10.0.2.1".to_owned());
    let web = made.vm("prod-web.01", old);
    let db = made.vm("db", old);
    let slow = made.vm("slow", old);
    let busy = made.vm("busy", other);
    let batch = made.vm("batch", other);
    made.datacenter.vms[1].workload.downtime_ms = 2000;
    made.datacenter.vms[2].force = Force::Suspend(600);
    let go = |vm| Task::Migrate { vm, to: new };
    let boot = made.act(Task::Boot(new), new, [0, 120], &[]);
    let stop = made.act(Task::Stop(batch), other, [0, 10], &[]);
    let first = made.act(go(web), old, [120, 138], &[boot]);
    let second = made.act(go(db), old, [138, 156], &[first]);
    made.act(Task::Start(batch), other, [156, 186], &[stop, second]);
    let third = made.act(go(slow), old, [156, 176], &[second]);
    made.act(go(busy), other, [176, 193], &[third]);
    made.act(Task::Shutdown(old), old, [300, 317], &[third]);
    let actions = &mut made.plan.actions;
    actions[boot].inferred = true;
    actions[6].manner = Manner::Post;
    actions[6].rate = Some(888_888_888);
    actions[7].openings = from_then(300);
    made.plan.start = Some(Start {
        time_of_day: 86_280,
        instant: Some("2026-11-22T23:58:00+01:00[Europe/Paris]".parse().unwrap()),
        origin: None,
    });
    made.plan.doc = Some("Empties r1.s1 into r2.s1.\nThe old server goes off at 00:03.".to_owned());
    made.plan.source = Some(SourceFile {
        file: "plans/evening.mvm".to_owned(),
        sha256: "a5".repeat(32),
        files: ["plans/evening.mvm", "inventory.mvm"]
            .map(|name| (name.to_owned(), "5a".repeat(32)))
            .to_vec(),
        texts: vec![SourceText {
            file: "plans/evening.mvm".to_owned(),
            text: "plan evening {\n  migrate web to r2.s1 // \"new\" </script>\n}\n".into(),
        }],
    });
    let room = Slack::Room {
        unit: Unit::Power,
        left: 12_000,
        limit: 900_000,
        at: 156,
    };
    let ends = Slack::Time { left: 4, action: 7 };
    let order = Slack::Order { left: 0, action: 3 };
    let rules = [
        ("budget 900 W", room),
        ("before all by 00:03:21 +1d", ends),
        ("before web -> db", order),
        ("sync slow, busy", Slack::Equal),
        ("spread web, db", Slack::Throughout),
    ];
    made.plan.kept = rules.map(kept).to_vec();
    made.plan.actions[first].origin = Some(Span::new(FileId(0), 15..37));
    made.done()
}

/// A rule of the first line of the first file.
fn kept((rule, slack): (&str, Slack)) -> Kept {
    Kept {
        rule: rule.to_owned(),
        origin: Some(Span::new(FileId(0), 0..4)),
        slack,
    }
}

/// Names that mean something to shells, to options, to HTML, to terminals, to Mermaid.
pub const HOSTILE: [&str; 16] = [
    "a b",
    "$(touch canary)",
    "`touch canary`",
    "'; touch canary; '",
    "\"; touch canary; \"",
    "-rf",
    "--live",
    "x\ntouch canary\n",
    "\\",
    "~ * ? [a] {b,c} !!",
    "<b>&amp;\"'</b>",
    "a:b;c#d%%{e}",
    "\u{1b}[2J\u{202e}sdrawkcab",
    "虚拟机-ü-🚀",
    "${IFS}$((1/0))",
    "}\n}; touch canary; {",
];

/// VMs and servers with such names, in a plan with such a name.
pub fn hostile() -> (Datacenter, Plan) {
    let mut made = Made::new("'; touch canary; #\n$(touch canary)");
    let rack = made.rack("<r>");
    let mut last = Vec::new();
    for (at, name) in HOSTILE.iter().enumerate() {
        let from = made.server(&format!("{name} from"), rack, true);
        let to = made.server(name, rack, true);
        let vm = made.vm(name, from);
        made.datacenter.vms[at].workload.downtime_ms = 10;
        let start = 10 * at as i64;
        let go = Task::Migrate { vm, to };
        let gone = made.act(go, from, [start, start + 10], &last);
        last = vec![gone];
    }
    made.plan.source = Some(SourceFile {
        file: "a\ntouch canary".to_owned(),
        sha256: "00".repeat(32),
        files: vec![("a\ntouch canary".to_owned(), "00".repeat(32))],
        texts: Vec::new(),
    });
    made.done()
}

/// A server is emptied, somebody looks, it is upgraded and rebooted; texts mean something to shells and charts.
pub fn upgrade() -> (Datacenter, Plan) {
    let mut made = Made::new("upgrade");
    let rack = made.rack("r1");
    let (old, other) = (made.server("s1", rack, true), made.server("s2", rack, true));
    let vm = made.vm("web", old);
    let gone = Task::Migrate { vm, to: other };
    let gone = made.act(gone, old, [0, 18], &[]);
    let question = "look at the graphs: $(touch canary)\n<b>; ok?</b>";
    let pause = made.say(Task::Pause, question, [18, 78], &[gone]);
    let command = "DEBIAN_FRONTEND=noninteractive apt-get -y full-upgrade && echo \"it's done\"";
    let run = made.say(Task::Run(old), command, [78, 678], &[pause]);
    let off = made.act(Task::Shutdown(old), old, [678, 695], &[run]);
    made.act(Task::Boot(old), old, [695, 815], &[off]);
    made.done()
}

/// So many pairs of servers of 24 a rack: each boots, gets two VMs, and sets the old one free.
pub fn racks(pairs: usize) -> (Datacenter, Plan) {
    let mut made = Made::new("decommission");
    let racks = pairs.div_ceil(24);
    let old: Vec<SwitchId> = (1..=racks).map(|r| made.rack(&format!("r{r}"))).collect();
    let new: Vec<SwitchId> = (1..=racks).map(|r| made.rack(&format!("n{r}"))).collect();
    for pair in 0..pairs {
        let (rack, slot) = (pair / 24, pair % 24 + 1);
        let from = made.server(&format!("r{}.s{slot}", rack + 1), old[rack], true);
        let to = made.server(&format!("n{}.s{slot}", rack + 1), new[rack], false);
        let start = 25 * pair as i64;
        let boot = made.act(Task::Boot(to), to, [start, start + 120], &[]);
        made.plan.actions[boot].inferred = true;
        let web = made.vm(&format!("web{}", pair + 1), from);
        let db = made.vm(&format!("db{}", pair + 1), from);
        let first = Task::Migrate { vm: web, to };
        let first = made.act(first, from, [start + 120, start + 138], &[boot]);
        let second = Task::Migrate { vm: db, to };
        let second = made.act(second, from, [start + 138, start + 174], &[first]);
        let off = Task::Shutdown(from);
        made.act(off, from, [start + 174, start + 191], &[second]);
    }
    let (datacenter, mut plan) = made.done();
    plan.objectives[0].lower_bound -= plan.objectives[0].value / 100;
    plan.objectives.push(Achieved {
        goal: GoalKind::Energy,
        value: plan.energy as i64,
        lower_bound: plan.energy as i64 - 500,
    });
    plan.reproducible = false;
    (datacenter, plan)
}

/// Nothing to do.
pub fn empty() -> (Datacenter, Plan) {
    Made::new("nothing").done()
}

/// All of them.
pub fn all() -> Vec<(Datacenter, Plan)> {
    vec![evening(), hostile(), upgrade(), racks(24), empty()]
}
