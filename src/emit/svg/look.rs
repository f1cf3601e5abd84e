//! How an action looks in every chart: its colour, its name, what is told of it on demand; and what the colours mean.

use svg::node::element::{Group, Rectangle};

use super::paint::{INK, px, text, text_width};
use crate::datacenter::{Datacenter, Manner};
use crate::emit::amount;
use crate::emit::clock::Clock;
use crate::emit::kind_of;
use crate::emit::text::{printable, shorten};
use crate::plan::{Plan, Planned};
use crate::request::Task;

const NAME_LENGTH: usize = 60;

/// How kinds of actions are told apart: a name for the legend and a colour.
pub fn look(action: &Planned) -> (&'static str, &'static str) {
    let name = match action.task {
        Task::Boot(_) => "boot",
        Task::Migrate { .. } if action.is_moved(Manner::Post) => {
            return ("migrate by post-copy", "#56b4e9");
        }
        Task::Migrate { .. } if action.is_moved(Manner::Cold) => {
            return ("migrate cold", "#44aa99");
        }
        Task::Migrate { .. } => "migrate",
        Task::Shutdown(_) => "shut down",
        Task::Start(_) => "start VM",
        Task::Stop(_) => "stop VM",
        Task::Run(_) => "run a command",
        Task::Pause => "pause",
    };
    (name, colour_of(kind_of(action.task)))
}

/// The colour of a kind, which is a word of `mvm-plan/1`.
pub fn colour_of(kind: &str) -> &'static str {
    match kind {
        "boot" => "#e69f00",
        "migrate" => "#0072b2",
        "shutdown" => "#d55e00",
        "start" => "#009e73",
        "stop" => "#cc79a7",
        "run" => "#f0e442",
        _ => "#999999",
    }
}

/// The colour of the action; what is implied is paler, with an edge.
pub fn paint(bar: Rectangle, action: &Planned) -> Rectangle {
    let (_, colour) = look(action);
    let bar = bar.set("fill", colour);
    if action.inferred {
        bar.set("fill-opacity", IMPLIED).set("stroke", colour)
    } else {
        bar
    }
}

/// How a migration looks where it arrives, in charts that show it at both its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It is shown once.
    Absent,
    /// An edge in its colour.
    Hollow,
    /// Its colour, far paler.
    Pale,
}

impl Arrival {
    /// The colour of the action where it arrives.
    pub fn paint(self, bar: Rectangle, action: &Planned) -> Rectangle {
        let (_, colour) = look(action);
        match self {
            Arrival::Absent => paint(bar, action),
            Arrival::Hollow => bar
                .set("fill", "#ffffff")
                .set("stroke", colour)
                .set("stroke-width", 0.8),
            Arrival::Pale => bar.set("fill", colour).set("fill-opacity", PALE),
        }
    }
}

/// Opacity of what the plan implies.
pub const IMPLIED: f64 = 0.4;
/// Opacity of what arrives, where it is pale.
pub const PALE: f64 = 0.35;

/// Its name beside a bar: what moves, and where to.
pub fn name(datacenter: &Datacenter, action: &Planned) -> String {
    let name = match action.task {
        Task::Migrate { vm, to } => {
            format!("{} → {}", datacenter[vm].name, datacenter[to].name)
        }
        Task::Boot(server) | Task::Shutdown(server) | Task::Run(server) => {
            datacenter[server].name.clone()
        }
        Task::Pause => action.text.as_deref().unwrap_or_default().to_owned(),
        Task::Start(vm) | Task::Stop(vm) => datacenter[vm].name.clone(),
    };
    shorten(&printable(&name), NAME_LENGTH)
}

/// All that there is to tell of it.
pub fn tooltip(datacenter: &Datacenter, action: &Planned, clock: &Clock) -> String {
    let mut lines = vec![printable(&action.id)];
    lines.extend(action.text.as_deref().map(printable));
    if let (Task::Migrate { to, .. }, Some(from)) = (action.task, action.from) {
        let (from, to) = (&datacenter[from].name, &datacenter[to].name);
        lines.push(format!("{} → {}", printable(from), printable(to)));
    }
    lines.push(format!(
        "{} to {}, {}",
        clock.at(action.start),
        clock.at(action.end),
        amount::duration(action.end - action.start)
    ));
    lines.extend(action.rate.map(amount::rate));
    if action.inferred {
        lines.push("implied by the plan".to_owned());
    }
    lines.join("\n")
}

/// What the colours mean, between `left` and `right`, and its height: 0 without actions.
pub fn legend(plan: &Plan, arrival: Arrival, left: f64, right: f64, top: f64) -> (Group, f64) {
    let mut kinds: Vec<(&Planned, bool)> = Vec::new();
    for action in &plan.actions {
        let key = |a: &Planned| (look(a), a.inferred);
        if !kinds.iter().any(|(k, _)| key(k) == key(action)) {
            kinds.push((action, false));
        }
    }
    if arrival != Arrival::Absent {
        let is_migration = |action: &Planned| matches!(action.task, Task::Migrate { .. });
        let arriving = kinds.iter().find(|(action, _)| is_migration(action));
        kinds.extend(arriving.map(|&(action, _)| (action, true)).as_slice());
    }
    let mut group = Group::new();
    let (mut x, mut y) = (left, top + 8.0);
    for &(action, arrives) in &kinds {
        let (name, _) = look(action);
        let name = match (arrives, action.inferred) {
            (true, _) => String::from("arrives"),
            (false, true) => format!("{name} (implied)"),
            (false, false) => name.to_owned(),
        };
        let width = 20.0 + text_width(&name, 12.0) + 22.0;
        if x + width > right {
            (x, y) = (left, y + 20.0);
        }
        let swatch = Rectangle::new()
            .set("x", px(x))
            .set("y", px(y))
            .set("width", 14)
            .set("height", 10)
            .set("rx", 2);
        let swatch = match arrives {
            true => arrival.paint(swatch, action),
            false => paint(swatch, action),
        };
        group = group
            .add(swatch)
            .add(text(&name, x + 20.0, y + 9.5, 12.0, INK));
        x += width;
    }
    let height = if kinds.is_empty() {
        0.0
    } else {
        y + 14.0 - top
    };
    (group, height)
}
