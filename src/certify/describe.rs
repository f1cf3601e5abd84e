//! The formulation as JSON, so that others can check certificates without a line of ours.

use serde_json::{Value, json};

use crate::formulation::{Action, Formulation, Group, Objective, Resource, Seconds, Unit, Window};

/// The version of the format.
const FORMAT: &str = "mvm-problem/1";

/// All of a formulation that its schedules depend on, a line for each part.
pub fn describe(f: &Formulation) -> String {
    // Every part of a formulation is named here, so that a new kind of constraint cannot be forgotten.
    let Formulation {
        actions,
        resources,
        precedences,
        groups,
        windows,
        objectives,
        sources: _,
    } = f;
    let precedences = precedences.iter().map(|p| json!([p.first.0, p.then.0]));
    let parts = [
        ("resources", lines(resources.iter().map(resource))),
        ("actions", lines(actions.iter().map(action))),
        ("precedences", lines(precedences)),
        ("groups", lines(groups.iter().map(group))),
        ("windows", lines(windows.iter().map(window))),
        ("objectives", lines(objectives.iter().map(objective))),
    ];
    let mut text = format!("{{\n\"format\": {}", json!(FORMAT));
    for (name, lines) in parts {
        text += &format!(",\n\"{name}\": [{lines}]");
    }
    text + "\n}\n"
}

fn lines(values: impl Iterator<Item = Value>) -> String {
    let lines: Vec<String> = values.map(|value| format!("\n  {value}")).collect();
    lines.join(",")
}

fn resource(resource: &Resource) -> Value {
    let unit = match resource.unit {
        Unit::Rate => "bit/s",
        Unit::Memory => "B",
        Unit::Cpu => "mCPU",
        Unit::Power => "mW",
        Unit::Count => "1",
    };
    json!({
        "name": resource.name,
        "unit": unit,
        "initial": resource.initial,
        "capacity": resource.capacity,
    })
}

fn action(action: &Action) -> Value {
    let modes = action.modes.iter().map(|mode| {
        let demands = mode
            .demands
            .iter()
            .map(|d| json!([d.resource.0, d.take, d.give]));
        json!({ "duration": mode.duration, "demands": demands.collect::<Vec<_>>() })
    });
    json!({ "name": action.name, "modes": modes.collect::<Vec<_>>() })
}

fn group(group: &Group) -> Value {
    let actions: Vec<u32> = group.actions.iter().map(|action| action.0).collect();
    json!({ "together": if group.ends { "end" } else { "start" }, "actions": actions })
}

fn window(window: &Window) -> Value {
    // What nothing ends has no end.
    let end = |to: Seconds| {
        if to == Seconds::MAX {
            Value::Null
        } else {
            json!(to)
        }
    };
    let intervals = window
        .intervals
        .iter()
        .map(|&(from, to)| json!([from, end(to)]));
    let mut told = json!({ "action": window.action.0, "intervals": intervals.collect::<Vec<_>>() });
    if let Some(modes) = &window.modes {
        told["modes"] = json!([modes.start, modes.end]);
    }
    told
}

fn objective(objective: &Objective) -> Value {
    let terms = objective
        .terms
        .iter()
        .map(|t| json!([t.start, t.end, t.modes]));
    json!({
        "name": objective.name,
        "scale": objective.scale,
        "constant": objective.constant,
        "last_end": objective.makespan,
        "terms": terms.collect::<Vec<_>>(),
    })
}
