//! What the page's script draws from: `script/model.js` says the same in its types.

use std::collections::BTreeMap;

use serde::Serialize;

use super::sources::line;
use crate::datacenter::{Datacenter, Manner, Node, SwitchKind};
use crate::emit::text::printable;
use crate::emit::{kind_of, server_of, vm_of};
use crate::formulation::{Seconds, Unit};
use crate::plan::{Plan, Planned, Profile, Until};
use crate::request::Task;

#[derive(Serialize)]
struct Data<'a> {
    end: Seconds,
    clock: Clock,
    places: Vec<Place>,
    servers: Vec<Server>,
    actions: Vec<Action<'a>>,
    /// Each reason once: actions have its index.
    reasons: Vec<String>,
    levels: Vec<Level>,
}

/// How moments are told: the seconds after midnight at the start, where that is known, and the clock's changes after it as
/// `(moment, seconds from UTC, words)`, the first of them at the start.
#[derive(Serialize)]
struct Clock {
    #[serde(skip_serializing_if = "Option::is_none")]
    midnight: Option<u32>,
    offsets: Vec<(Seconds, i32, String)>,
}

#[derive(Serialize)]
struct Place {
    name: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<u32>,
    /// Levels of what leaves the place and what reaches it by its links.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    out: Vec<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    into: Vec<usize>,
    /// The level of the switch itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    through: Option<usize>,
}

#[derive(Serialize)]
struct Server {
    name: String,
    own: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<u32>,
    on: bool,
    /// VMs that run on it when the plan starts.
    vms: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<usize>,
}

#[derive(Serialize)]
struct Action<'a> {
    id: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vm: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u32>,
    start: Seconds,
    end: Seconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    implied: bool,
    /// Servers among which the plan has chosen the one to go to.
    #[serde(skip_serializing_if = "is_none")]
    places: usize,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    guessed: bool,
    /// `(action, how far it must have got, seconds after its start, reason)`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waits: Vec<(usize, &'static str, Seconds, usize)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opens: Option<Seconds>,
    /// `(file, line)`
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<(usize, usize)>,
    late: Seconds,
    limit: Seconds,
    policy: &'a crate::plan::Policy,
    #[serde(skip_serializing_if = "is_zero")]
    retries: u32,
}

fn is_none(places: &usize) -> bool {
    *places < 2
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A level as pairs of moments and values, one behind the other.
#[derive(Serialize)]
struct Level {
    name: String,
    unit: &'static str,
    steps: Vec<i64>,
    /// What of it guests send.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    guests: Vec<i64>,
    limit: Vec<i64>,
}

/// The data as text that nothing in a page ends.
pub fn json(datacenter: &Datacenter, plan: &Plan) -> String {
    let levels: BTreeMap<&str, usize> = plan
        .profiles
        .iter()
        .map(|p| p.name.as_str())
        .zip(0..)
        .collect();
    let mut reasons = Reasons::default();
    let actions = plan
        .actions
        .iter()
        .map(|a| action(datacenter, plan, a, &mut reasons));
    let actions = actions.collect();
    let data = Data {
        end: plan.makespan,
        clock: clock(plan),
        places: places(datacenter, &levels),
        servers: servers(datacenter, &levels),
        actions,
        reasons: reasons.words,
        levels: plan
            .profiles
            .iter()
            .map(|p| level(p, plan.makespan))
            .collect(),
    };
    let text = serde_json::to_string(&data).expect("plain data with text keys");
    text.replace('<', "\\u003c")
}

#[derive(Default)]
struct Reasons {
    words: Vec<String>,
    known: BTreeMap<String, usize>,
}

impl Reasons {
    fn place(&mut self, words: &str) -> usize {
        *self.known.entry(words.to_owned()).or_insert_with(|| {
            self.words.push(printable(words));
            self.words.len() - 1
        })
    }
}

fn clock(plan: &Plan) -> Clock {
    let Some(start) = &plan.start else {
        return Clock {
            midnight: None,
            offsets: Vec::new(),
        };
    };
    let offset = |at: Seconds| {
        let instant = start.instant_at(at)?;
        Some((
            at,
            instant.offset().seconds(),
            start.offset(at).trim().to_owned(),
        ))
    };
    let mut offsets: Vec<_> = offset(0).into_iter().collect();
    if start.clocks_change_until(plan.makespan)
        && let Some(from) = &start.instant
    {
        let changes = from.time_zone().following(from.timestamp());
        let moments = changes.map(|change| {
            change
                .timestamp()
                .duration_since(from.timestamp())
                .as_secs()
        });
        offsets.extend(
            moments
                .take_while(|&at| at <= plan.makespan)
                .filter_map(offset),
        );
    }
    Clock {
        midnight: Some(start.time_of_day),
        offsets,
    }
}

fn places(datacenter: &Datacenter, levels: &BTreeMap<&str, usize>) -> Vec<Place> {
    let mut places: Vec<Place> = datacenter
        .switches
        .iter()
        .map(|switch| Place {
            name: printable(&switch.name),
            kind: match switch.kind {
                SwitchKind::Site => "site",
                SwitchKind::Rack => "rack",
                SwitchKind::Switch => "switch",
            },
            parent: switch.parent.map(|place| place.0),
            out: Vec::new(),
            into: Vec::new(),
            through: levels
                .get(format!("switch {}", switch.name).as_str())
                .copied(),
        })
        .collect();
    for link in &datacenter.links {
        // The lower end of a link comes first: its other end is outside.
        if let (Node::Switch(inner), Node::Switch(_)) = (link.a, link.b) {
            let (a, b) = (datacenter.node_name(link.a), datacenter.node_name(link.b));
            let level =
                |from: &str, to: &str| levels.get(format!("link {from} -> {to}").as_str()).copied();
            places[inner.0 as usize].out.extend(level(a, b));
            places[inner.0 as usize].into.extend(level(b, a));
        }
    }
    places
}

fn servers(datacenter: &Datacenter, levels: &BTreeMap<&str, usize>) -> Vec<Server> {
    let mut vms = vec![0; datacenter.servers.len()];
    for vm in datacenter.vms.iter().filter(|vm| vm.running) {
        vms[vm.host.value.0 as usize] += 1;
    }
    let servers = (0..)
        .map(crate::datacenter::ServerId)
        .zip(&datacenter.servers)
        .zip(vms);
    servers
        .map(|((id, server), vms)| Server {
            name: printable(&server.name),
            own: printable(datacenter.own_name(id)),
            place: server.parent.map(|place| place.0),
            on: server.on,
            vms,
            memory: levels
                .get(format!("memory {}", server.name).as_str())
                .copied(),
        })
        .collect()
}

fn action<'a>(
    datacenter: &Datacenter,
    plan: &Plan,
    action: &'a Planned,
    reasons: &mut Reasons,
) -> Action<'a> {
    let is_migration = matches!(action.task, Task::Migrate { .. });
    let to = server_of(action).filter(|_| is_migration);
    let waits = action.after.iter().map(|wait| {
        let lag = match wait.until {
            Until::Started(lag) => lag,
            Until::Done | Until::Over => 0,
        };
        (
            wait.action,
            wait.until.name(),
            lag,
            reasons.place(&wait.why),
        )
    });
    Action {
        id: printable(&action.id),
        kind: match action.manner {
            Manner::Pre => kind_of(action.task),
            manner => manner.word(),
        },
        text: action.text.as_deref().map(printable),
        vm: vm_of(action.task).map(|vm| printable(&datacenter[vm].name)),
        from: action.from.map(|server| server.0),
        to: to.map(|server| server.0),
        start: action.start,
        end: action.end,
        rate: action.rate,
        bytes: vm_of(action.task).map(|vm| datacenter[vm].memory.value),
        implied: action.inferred,
        places: action.places,
        guessed: action.assumed.guessed,
        waits: waits.collect(),
        opens: action.not_before(),
        line: line(plan, action.origin),
        late: action.timeout.late_after,
        limit: action.timeout.limit,
        policy: &action.timeout.policy,
        retries: action.retry.times,
    }
}

/// Up to the end of the plan.
fn level(profile: &Profile, end: Seconds) -> Level {
    let flat = |steps: &[(Seconds, i64)]| {
        let within = steps.iter().filter(|step| step.0 <= end);
        within.flat_map(|&(at, value)| [at, value]).collect()
    };
    Level {
        name: printable(&profile.name),
        unit: match profile.unit {
            Unit::Rate => "rate",
            Unit::Memory => "memory",
            Unit::Cpu => "cpu",
            Unit::Power => "power",
            Unit::Count => "count",
        },
        steps: flat(&profile.level),
        guests: flat(&profile.guests),
        limit: flat(&profile.capacity),
    }
}
