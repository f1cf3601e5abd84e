//! What is told about what stands under the cursor, in Markdown.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::Range;

use super::View;
use super::declarations::DeclarationKind;
use super::manual;
use crate::compile::Prospect;
use crate::datacenter::{Datacenter, ServerId, SwitchId, SwitchKind, VmId};
use crate::formulate::{Problem, Work};
use crate::request::Task;
use crate::sema::Thing;
use crate::show::{show_bytes, show_count, show_power, show_rate, show_seconds};
use crate::source::FileId;
use crate::syntax::lexeme::LexemeKind;
use crate::syntax::{lexeme_at, next};

/// Names that are listed.
const MANY: usize = 12;

/// Migrations that are told of one VM.
const MIGRATIONS: usize = 4;

impl View {
    /// What is told about a place, and what it is told about.
    pub fn hover(&self, file: FileId, at: usize) -> Option<(Range<usize>, String)> {
        if let Some(named) = self.named(file, at) {
            let text = self.about(&named.declared, &named.things);
            return (!text.is_empty()).then(|| (named.span.range(), text));
        }
        self.keyword(file, at).or_else(|| self.set(file, at))
    }

    /// What a name says.
    fn about(&self, declared: &[usize], things: &[Thing]) -> String {
        let mut text = String::new();
        for &at in declared.iter().take(3) {
            let declaration = &self.declarations[at];
            let value = self.index.values.get(&declaration.span);
            let value = value.map_or(String::new(), |value| format!(" = {value}"));
            let (kind, name) = (declaration.kind.words(), &declaration.name);
            let _ = writeln!(text, "```mvm\n{kind} {name}{value}\n```\n");
            if matches!(declaration.kind, DeclarationKind::Class(_)) {
                let _ = writeln!(
                    text,
                    "```mvm\n{}\n```\n",
                    self.map().snippet(declaration.whole)
                );
            }
            if let Some(doc) = &declaration.doc {
                let _ = writeln!(text, "{doc}\n");
            }
        }
        match things {
            [] => {}
            [one] => text += &self.one(*one),
            several => text += &self.members(several),
        }
        text.trim_end().to_owned()
    }

    /// Members of a set, and what they have together.
    fn members(&self, things: &[Thing]) -> String {
        let datacenter = &self.checked.analysis.datacenter;
        let count = |is: fn(&Thing) -> bool| things.iter().filter(|thing| is(thing)).count();
        let counts = [
            (count(|t| matches!(t, Thing::Vm(_))), "VM"),
            (count(|t| matches!(t, Thing::Server(_))), "server"),
            (count(|t| matches!(t, Thing::Switch(_))), "place"),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts.map(|(count, one)| show_count(*count, one)).collect();
        let names: Vec<String> = things
            .iter()
            .take(MANY)
            .map(|thing| format!("`{}`", self.name_of(*thing)))
            .collect();
        let more = match things.len() > MANY {
            true => ", …",
            false => "",
        };
        let memory: u64 = things
            .iter()
            .filter_map(|thing| match thing {
                Thing::Vm(id) => Some(datacenter[*id].memory.value),
                _ => None,
            })
            .fold(0, u64::saturating_add);
        let memory = match memory {
            0 => String::new(),
            memory => format!(", {} in all", show_bytes(memory)),
        };
        format!(
            "{}{memory}: {}{more}\n",
            counts.join(", "),
            names.join(", ")
        )
    }

    fn one(&self, thing: Thing) -> String {
        let datacenter = &self.checked.analysis.datacenter;
        match thing {
            Thing::Vm(id) => self.vm(datacenter, id),
            Thing::Server(id) => server(datacenter, id),
            Thing::Switch(id) => switch(datacenter, id),
        }
    }

    fn vm(&self, datacenter: &Datacenter, id: VmId) -> String {
        let vm = &datacenter[id];
        let mut text = format!(
            "`{}`: VM on `{}`, {}{}\n\n",
            vm.name,
            datacenter[vm.host.value].name,
            show_bytes(vm.memory.value),
            if vm.running { "" } else { ", stopped" }
        );
        let w = &vm.workload;
        text += &match (w.unknown, w.hot, w.cold) {
            (true, ..) => String::from("what it rewrites is not known\n\n"),
            (_, 0, 0) => String::from("idle: it rewrites nothing\n\n"),
            (_, hot, cold) => format!(
                "{} in use; rewrites {} in {} ms, and {}/s besides\n\n",
                show_bytes(w.used),
                show_bytes(hot),
                w.hot_ms,
                show_bytes(cold)
            ),
        };
        text + &self.migrations(datacenter, id)
    }

    /// The path, rate and duration of a VM's migrations in each plan.
    fn migrations(&self, datacenter: &Datacenter, id: VmId) -> String {
        let plans = self
            .checked
            .analysis
            .requests
            .iter()
            .zip(&self.checked.prospects);
        let mut lines = Vec::new();
        for (request, prospect) in plans {
            let problem = match prospect {
                Prospect::Open(problem) | Prospect::Impossible(_, Some(problem)) => problem,
                _ => continue,
            };
            for (at, work) in problem.work.iter().enumerate() {
                if let Task::Migrate { vm, .. } = work.task
                    && vm == id
                {
                    lines.push(format!(
                        "- `{}`: {}",
                        request.name,
                        migration(datacenter, problem, at, work)
                    ));
                }
            }
        }
        let more = lines.len().saturating_sub(MIGRATIONS);
        lines.truncate(MIGRATIONS);
        if more > 0 {
            lines.push(format!("- and {more} more"));
        }
        lines.join("\n")
    }

    /// What a set holds that is more than a name.
    fn set(&self, file: FileId, at: usize) -> Option<(Range<usize>, String)> {
        let (span, members) = Self::innermost(&self.index.sets, file, at)?;
        (!members.is_empty()).then(|| (span.range(), self.members(members)))
    }

    /// What the reference says of a word of the language.
    fn keyword(&self, file: FileId, at: usize) -> Option<(Range<usize>, String)> {
        let text = self.map().text(file);
        let token = lexeme_at(text, at).filter(|token| token.kind == LexemeKind::Keyword)?;
        let (start, end) = (token.start, token.end);
        let next = next(&text[..start]);
        let (head, inside) = (next.before.first(), next.inside.last());
        let [head, inside] = [head, inside].map(|word| word.map(String::as_str));
        let about = manual::about(&text[start..end], head, inside)?;
        Some((start..end, about))
    }
}

fn server(datacenter: &Datacenter, id: ServerId) -> String {
    let server = &datacenter[id];
    let mut facts = Vec::new();
    facts.extend(server.memory.map(|memory| show_bytes(memory.value)));
    facts.extend(
        server
            .cpu
            .map(|cpu| format!("{} CPUs", cpu.value as f64 / 1000.0)),
    );
    if server.power > 0 {
        facts.push(show_power(server.power));
    }
    if !server.on {
        facts.push(String::from("off"));
    }
    let guests: Vec<_> = datacenter
        .vms
        .iter()
        .filter(|vm| vm.host.value == id)
        .collect();
    let memory: u64 = guests
        .iter()
        .map(|vm| vm.memory.value)
        .fold(0, u64::saturating_add);
    let mut text =
        format!("`{}`: server, {}\n\n", server.name, facts.join(", ")).replace(", \n", "\n");
    if !guests.is_empty() {
        let _ = writeln!(
            text,
            "{} on it, {}",
            show_count(guests.len(), "VM"),
            show_bytes(memory)
        );
    }
    text
}

fn switch(datacenter: &Datacenter, id: SwitchId) -> String {
    let switch = &datacenter[id];
    let kind = match switch.kind {
        SwitchKind::Site => "site",
        SwitchKind::Rack => "rack",
        SwitchKind::Switch => "switch",
    };
    let capacity = switch
        .capacity
        .map_or(String::new(), |c| format!(", {}", show_rate(c.value)));
    let place = crate::datacenter::Node::Switch(id);
    let servers = (0..).map(ServerId).take(datacenter.servers.len());
    let servers = servers
        .filter(|server| datacenter.is_within(crate::datacenter::Node::Server(*server), place));
    let servers = match servers.count() {
        0 => String::new(),
        count => format!(", {}", show_count(count, "server")),
    };
    format!("`{}`: {kind}{capacity}{servers}\n", switch.name)
}

/// `to s2 over tor at 10 Gbit/s, 12 s`
fn migration(datacenter: &Datacenter, problem: &Problem, at: usize, work: &Work) -> String {
    let action = &problem.formulation.actions[at];
    let mut text = match work.task {
        Task::Migrate { .. } if !work.open.is_empty() => {
            let places: BTreeSet<ServerId> = work.open.iter().filter_map(|led| led.to).collect();
            match places.first() {
                Some(&only) if places.len() == 1 => format!("to `{}`", datacenter[only].name),
                _ => format!("to any of {} servers", places.len()),
            }
        }
        Task::Migrate { to, .. } => format!("to `{}`", datacenter[to].name),
        _ => String::new(),
    };
    let stops: Vec<String> = work
        .path
        .iter()
        .filter_map(|(link, forward)| {
            let link = &datacenter[*link];
            let node = if *forward { link.b } else { link.a };
            matches!(node, crate::datacenter::Node::Switch(_))
                .then(|| format!("`{}`", datacenter.node_name(node)))
        })
        .collect();
    if !stops.is_empty() {
        let _ = write!(text, " over {}", stops.join(", "));
    }
    if let Some(mode) = action.modes.first() {
        if let Some(rate) = mode.rate {
            let _ = write!(text, " at {}", show_rate(rate));
        }
        let _ = write!(text, ", {}", show_seconds(mode.duration));
    }
    if work.assumed.guessed {
        text.push_str(" (guessed)");
    }
    text
}
