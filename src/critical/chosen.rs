//! Why there, why this way: what else those migrations could have done that the plan had to decide about.
//!
//! Each is looked at by itself, beside what the plan decides about all others: another server has no room in the end, takes longer
//! by itself, or would do as well as far as that goes. Which of them is best for all together is what the search has found
//! out, and its bound says how far from the best it can be.

use std::collections::BTreeMap;

use crate::datacenter::{Datacenter, Manner, ServerId, Stock, VmId};
use crate::emit::text::printable;
use crate::formulate::{Problem, Work};
use crate::formulation::{Action, Seconds};
use crate::plan::{Plan, Planned};
use crate::request::{Request, Task};
use crate::show::{show_count, show_milliseconds, show_seconds};

/// Migrations that are told.
const TOLD: usize = 12;

/// A migration that could have gone another way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Its id.
    pub action: String,
    /// Where it leads.
    pub to: ServerId,
    /// How.
    pub manner: Manner,
    /// Other servers that would have taken it as quickly by itself.
    pub as_quick: Vec<ServerId>,
    /// Those that take longer, and the shortest time there.
    pub slower: Vec<(ServerId, Seconds)>,
    /// Those that have no room for it beside what is there in the end, and of what.
    pub full: Vec<(ServerId, Stock)>,
    /// The other ways to where it goes: how long each takes, and the ms that the VM stands still.
    pub ways: Vec<(Manner, Seconds, u64)>,
}

/// What else the migrations of a plan could have done, by the problem before anything was decided.
pub fn chosen(dc: &Datacenter, request: &Request, problem: &Problem, plan: &Plan) -> Vec<Chosen> {
    let free = Free::of(dc, request, plan);
    let open = problem.formulation.actions.iter().zip(&problem.work);
    let open: BTreeMap<&str, (&Action, &Work)> = open
        .filter(|(_, work)| !work.open.is_empty())
        .map(|(action, work)| (action.name.as_str(), (action, work)))
        .collect();
    let planned = plan.actions.iter();
    let found = planned.filter_map(|planned| {
        let &(action, work) = open.get(planned.id.as_str())?;
        one(dc, &free, planned, (action, work))
    });
    found.collect()
}

fn one(
    dc: &Datacenter,
    free: &Free,
    planned: &Planned,
    (action, work): (&Action, &Work),
) -> Option<Chosen> {
    let Task::Migrate { vm, to } = planned.task else {
        return None;
    };
    let from = planned.from?;
    let length = planned.end - planned.start;
    let modes = work.open.iter().zip(&action.modes);
    let modes = modes.filter_map(|(led, mode)| Some((led, led.to?, mode)));
    let modes = modes.filter(|(led, there, _)| led.from == from && *there != from);
    let mut places: BTreeMap<ServerId, Seconds> = BTreeMap::new();
    let mut ways: BTreeMap<Manner, Seconds> = BTreeMap::new();
    for (led, there, mode) in modes {
        if there == to {
            if led.manner != planned.manner {
                let known = ways.entry(led.manner).or_insert(mode.duration);
                *known = (*known).min(mode.duration);
            }
        } else {
            let known = places.entry(there).or_insert(mode.duration);
            *known = (*known).min(mode.duration);
        }
    }
    let mut chosen = Chosen {
        action: planned.id.clone(),
        to,
        manner: planned.manner,
        as_quick: Vec::new(),
        slower: Vec::new(),
        full: Vec::new(),
        ways: ways
            .into_iter()
            .map(|(manner, seconds)| (manner, seconds, dc[vm].stands_still(manner, seconds)))
            .collect(),
    };
    for (server, seconds) in places {
        match free.lacks(dc, vm, server) {
            Some(stock) => chosen.full.push((server, stock)),
            None if seconds > length => chosen.slower.push((server, seconds)),
            None => chosen.as_quick.push(server),
        }
    }
    let is_only = chosen.as_quick.is_empty()
        && chosen.slower.is_empty()
        && chosen.full.is_empty()
        && chosen.ways.is_empty();
    (!is_only).then_some(chosen)
}

/// What is left of each stock of each server when the plan has ended.
struct Free {
    left: BTreeMap<(ServerId, Stock), i128>,
    /// Where each VM is then.
    host: Vec<ServerId>,
}

impl Free {
    fn of(dc: &Datacenter, request: &Request, plan: &Plan) -> Free {
        let mut host: Vec<ServerId> = dc.vms.iter().map(|vm| vm.host.value).collect();
        let mut runs: Vec<bool> = dc.vms.iter().map(|vm| vm.running).collect();
        for action in &plan.actions {
            match action.task {
                Task::Migrate { vm, to } => host[vm.0 as usize] = to,
                Task::Start(vm) => runs[vm.0 as usize] = true,
                Task::Stop(vm) => runs[vm.0 as usize] = false,
                Task::Boot(_) | Task::Shutdown(_) | Task::Run(_) | Task::Pause => {}
            }
        }
        let mut left = BTreeMap::new();
        for server in (0..dc.servers.len() as u32).map(ServerId) {
            for stock in dc.stocks() {
                if let Some(gives) = request.gives(dc, server, stock) {
                    left.insert((server, stock), i128::from(gives.value));
                }
            }
        }
        for (vm, &server) in dc
            .vms
            .iter()
            .zip(&host)
            .zip(&runs)
            .filter_map(|(v, r)| r.then_some(v))
        {
            for stock in dc.stocks() {
                if let Some(left) = left.get_mut(&(server, stock)) {
                    *left -= i128::from(vm.takes_of(stock));
                }
            }
        }
        Free { left, host }
    }

    /// What a server has too little of for a VM that is elsewhere.
    fn lacks(&self, dc: &Datacenter, vm: VmId, server: ServerId) -> Option<Stock> {
        if self.host[vm.0 as usize] == server {
            return None;
        }
        let mut stocks = dc.stocks();
        stocks.find(|&stock| {
            let left = self.left.get(&(server, stock));
            left.is_some_and(|&left| left < i128::from(dc[vm].takes_of(stock)))
        })
    }
}

/// The same in words; nothing where nothing was chosen.
pub fn show_chosen(dc: &Datacenter, chosen: &[Chosen]) -> String {
    if chosen.is_empty() {
        return String::new();
    }
    let mut out = String::from("\nwhy there, why this way\n");
    for one in chosen.iter().take(TOLD) {
        out += &format!("  {}\n", line(dc, one));
    }
    if chosen.len() > TOLD {
        out += &format!(
            "  and {}\n",
            show_count(chosen.len() - TOLD, "more migration")
        );
    }
    out
}

/// ``migrate a to s2: 3 other servers take as long, 1 longer (25 s); 2 have too little memory in the end``
fn line(dc: &Datacenter, one: &Chosen) -> String {
    let name = |server: ServerId| printable(&dc[server].name);
    let mut reasons = Vec::new();
    match one.as_quick.as_slice() {
        [] => {}
        [only] => reasons.push(format!("{} would take as long", name(*only))),
        more => reasons.push(format!("{} others would take as long", more.len())),
    }
    if let Some(&(first, least)) = one.slower.iter().min_by_key(|&&(_, seconds)| seconds) {
        let least = show_seconds(least);
        reasons.push(match one.slower.len() {
            1 => format!("to {} it takes {least}", name(first)),
            more => format!("to {more} others it takes {least} or longer"),
        });
    }
    let mut full: BTreeMap<Stock, Vec<ServerId>> = BTreeMap::new();
    for &(server, stock) in &one.full {
        full.entry(stock).or_default().push(server);
    }
    for (stock, servers) in full {
        let what = dc.stock_name(stock);
        reasons.push(match servers.as_slice() {
            [only] => format!("{} has too little {what} left", name(*only)),
            more => format!("{} have too little {what} left", more.len()),
        });
    }
    for &(manner, seconds, still) in &one.ways {
        let way = match manner {
            Manner::Pre => "by pre-copy",
            Manner::Post => "by post-copy",
            Manner::Cold => "cold",
        };
        let still = show_milliseconds(still);
        let seconds = show_seconds(seconds);
        reasons.push(format!(
            "{way} it takes {seconds} and stands still for {still}"
        ));
    }
    let manner = match one.manner {
        Manner::Pre => "",
        Manner::Post => " by post-copy",
        Manner::Cold => " cold",
    };
    let (action, to) = (printable(&one.action), name(one.to));
    format!("{action} to {to}{manner}: {}", reasons.join("; "))
}
