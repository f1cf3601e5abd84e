//! Diagnostics and analyses as short lines.

use std::fmt::Write;

use crate::datacenter::{Datacenter, End, Server, Vm};
use crate::diag::{Diagnostic, Label};
use crate::request::{Request, RuleKind, Shared, Subject, Task};
use crate::sema::Analysis;
use crate::source::SourceMap;

/// `line:column code message`, its labels, notes, help and fix.
pub fn diagnostic(diagnostic: &Diagnostic, map: &SourceMap) -> String {
    let place = |label: &Label| {
        let at = map.position(label.span);
        let file = match map.name_of(label.span.file) {
            "main.mvm" => String::new(),
            other => format!("{other}:"),
        };
        format!(
            "{file}{}:{} [{}] {}",
            at.line,
            at.column,
            map.snippet(label.span).replace('\n', "⏎"),
            label.text
        )
    };
    let syntax = diagnostic.code.as_str().starts_with("E01");
    if let (true, Some(label)) = (syntax, &diagnostic.primary) {
        // The parser's own tests show its words.
        return format!("syntax error in line {}\n", map.position(label.span).line);
    }
    let mut out = format!("{} {}\n", diagnostic.code, diagnostic.message);
    for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
        let _ = writeln!(out, "  {}", place(label));
    }
    for note in &diagnostic.notes {
        let _ = writeln!(out, "  note: {note}");
    }
    for help in &diagnostic.help {
        let _ = writeln!(out, "  help: {help}");
    }
    for fix in &diagnostic.fixes {
        let _ = writeln!(
            out,
            "  fix: {} -> {}",
            map.snippet(fix.span),
            fix.replacement
        );
    }
    out
}

/// A datacenter and its requests.
pub fn analysis(analysis: &Analysis) -> String {
    let dc = &analysis.datacenter;
    let mut out = String::new();
    for switch in &dc.switches {
        let capacity = switch.capacity.map(|c| format!(" {}bps", c.value));
        let labels = labels(&switch.labels);
        let _ = writeln!(
            out,
            "{:?} {}{}{labels}",
            switch.kind,
            switch.name,
            capacity.unwrap_or_default()
        );
    }
    for item in &dc.servers {
        let _ = writeln!(out, "{}", server(item));
    }
    for link in &dc.links {
        let _ = writeln!(
            out,
            "link {} - {} {}bps{}{}",
            dc.node_name(link.a),
            dc.node_name(link.b),
            link.rate.value,
            if link.lanes > 1 {
                format!(" in {} lanes", link.lanes)
            } else {
                String::new()
            },
            if link.guests { " guests" } else { "" },
        );
    }
    for route in &dc.routes {
        let via: Vec<&str> = route.via.iter().map(|id| dc[*id].name.as_str()).collect();
        let (from, to) = (dc.node_name(route.from), dc.node_name(route.to));
        let _ = writeln!(out, "route {from} - {to} via {}", via.join(", "));
    }
    for traffic in &dc.traffic {
        let name = |end: End| match end {
            End::Vm(vm) => dc[vm].name.as_str(),
            End::Switch(switch) => dc[switch].name.as_str(),
        };
        let (from, to) = (name(traffic.from), name(traffic.to));
        let _ = writeln!(out, "traffic {from} -> {to} {} bit/s", traffic.rate);
    }
    if dc.commands != Default::default() {
        let _ = writeln!(out, "{:?}", dc.commands);
    }
    for item in &dc.vms {
        let _ = writeln!(out, "{}", vm(dc, item));
    }
    for item in &analysis.requests {
        out.push_str(&request(dc, item));
    }
    out
}

fn labels(labels: &[(String, String)]) -> String {
    labels.iter().map(|(k, v)| format!(" {k}={v}")).collect()
}

fn server(server: &Server) -> String {
    let mut out = format!("server {}", server.name);
    if let Some(memory) = server.memory {
        let _ = write!(out, " memory={}", memory.value);
    }
    if let Some(cpu) = server.cpu {
        let _ = write!(out, " cpu={}", cpu.value);
    }
    for (own, amount) in &server.own {
        let _ = write!(out, " own{own}={}", amount.value);
    }
    for (stock, factor) in &server.overbook {
        let _ = write!(out, " {stock:?}*{factor}");
    }
    if server.maintenance.is_some() {
        out.push_str(" maintenance");
    }
    if !server.on {
        out.push_str(" off");
    }
    if server.power + server.hosting + server.boot_power > 0 {
        let _ = write!(
            out,
            " power={}+{}+{}",
            server.power, server.hosting, server.boot_power
        );
    }
    if (server.boot.value, server.shutdown.value) != (120, 30) {
        let _ = write!(
            out,
            " boot={} shutdown={}",
            server.boot.value, server.shutdown.value
        );
    }
    if server.migration != Default::default() {
        let _ = write!(
            out,
            " migration={}nJ/B+{}mJ",
            server.migration.per_byte_nj, server.migration.fixed_mj
        );
    }
    if let Some(address) = &server.address {
        let _ = write!(out, " address={address}");
    }
    if let Some(bmc) = &server.bmc {
        let _ = write!(out, " bmc={bmc}");
    }
    if let Some(address) = &server.migration_address {
        let _ = write!(out, " migration={address}");
    }
    if server.commands != Default::default() {
        let _ = write!(out, " {:?}", server.commands);
    }
    out + &labels(&server.labels) + &classes(&server.classes)
}

fn classes(classes: &[String]) -> String {
    match classes {
        [] => String::new(),
        classes => format!(" : {}", classes.join(", ")),
    }
}

fn vm(dc: &Datacenter, vm: &Vm) -> String {
    let w = vm.workload;
    let mut out = format!(
        "vm {} on {} memory={} used={} hot={}/{}ms cold={}",
        vm.name, dc[vm.host.value].name, vm.memory.value, w.used, w.hot, w.hot_ms, w.cold
    );
    if vm.cpu.value > 0 {
        let _ = write!(out, " cpu={}", vm.cpu.value);
    }
    for (own, amount) in &vm.own {
        let _ = write!(out, " own{own}={}", amount.value);
    }
    if !vm.running {
        out.push_str(" off");
    }
    if w.downtime_ms != 30 {
        let _ = write!(out, " downtime={}ms", w.downtime_ms);
    }
    let how = format!(" {:?} {:?}", vm.copy, vm.force);
    if how != " Pre Never" {
        out.push_str(&how);
    }
    if let Some(disk) = vm.disk {
        let _ = write!(
            out,
            " disk={}/{}/{}",
            disk.filled, disk.writes, disk.unknown
        );
    }
    if let Some(timeout) = vm.timeout {
        let _ = write!(out, " {timeout:?}");
    }
    if let Some(retry) = vm.retry {
        let _ = write!(out, " {retry:?}");
    }
    if (vm.boot.value, vm.shutdown.value) != (30, 10) {
        let _ = write!(
            out,
            " boot={} shutdown={}",
            vm.boot.value, vm.shutdown.value
        );
    }
    out + &labels(&vm.labels) + &classes(&vm.classes)
}

fn request(dc: &Datacenter, request: &Request) -> String {
    let mut out = format!("plan {}", request.name);
    if let Some(start) = &request.start {
        let _ = write!(out, " at {}s", start.time_of_day);
        if let Some(instant) = &start.instant {
            let _ = write!(out, " {instant}");
        }
    }
    out.push('\n');
    for step in &request.steps {
        let task = match step.task {
            Task::Migrate { vm, to } => format!("migrate {} to {}", dc[vm].name, dc[to].name),
            Task::Boot(id) => format!("boot {}", dc[id].name),
            Task::Shutdown(id) => format!("shutdown {}", dc[id].name),
            Task::Start(id) => format!("start {}", dc[id].name),
            Task::Stop(id) => format!("stop {}", dc[id].name),
            Task::Run(id) => format!("run on {}", dc[id].name),
            Task::Pause => "pause".to_owned(),
        };
        let text = step.text.as_deref().map(|text| format!(" {text:?}"));
        let text = text.unwrap_or_default();
        let takes = step
            .takes
            .map(|s| format!(" takes {s}s"))
            .unwrap_or_default();
        let rate = step.rate.map(|r| format!(" at {r}bps")).unwrap_or_default();
        let turn = step.turn.map(|turn| {
            let forward = if turn.is_forward { " forward" } else { "" };
            format!(" in turn {}{forward}", turn.id + 1)
        });
        let turn = turn.unwrap_or_default();
        let task = match step.is_optional {
            true => format!("perhaps {task}"),
            false => task,
        };
        let _ = writeln!(out, "  {task}{text}{takes}{rate}{turn}");
    }
    for asked in &request.timeouts {
        let whose = whose(dc, asked.subjects.as_deref());
        let _ = writeln!(out, "  {:?} of {whose}", asked.value);
    }
    for asked in &request.retries {
        let whose = whose(dc, asked.subjects.as_deref());
        let _ = writeln!(out, "  {:?} of {whose}", asked.value);
    }
    for rule in &request.rules {
        let _ = writeln!(out, "  {}", self::rule(dc, &rule.kind));
    }
    let goals: Vec<&str> = request.goals.iter().map(|goal| goal.kind.name()).collect();
    let _ = writeln!(out, "  minimize {}", goals.join(", "));
    for expectation in &request.expectations {
        let _ = writeln!(out, "  expect {:?}", expectation.kind);
    }
    out
}

fn whose(dc: &Datacenter, subjects: Option<&[Subject]>) -> String {
    let Some(subjects) = subjects else {
        return "all others".to_owned();
    };
    let names = subjects.iter().map(|subject| match subject {
        Subject::Vm(id) => dc[*id].name.as_str(),
        Subject::Server(id) | Subject::Own(id) => dc[*id].name.as_str(),
    });
    names.collect::<Vec<_>>().join(" ")
}

fn rule(dc: &Datacenter, rule: &RuleKind) -> String {
    let subjects = |list: &[Subject]| whose(dc, Some(list));
    let vms = |list: &[crate::datacenter::VmId]| {
        list.iter()
            .map(|id| dc[*id].name.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let servers = |list: &[crate::datacenter::ServerId]| {
        list.iter()
            .map(|id| dc[*id].name.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let period = |period: &crate::request::Period| match (period.from, period.to) {
        (0, None) => String::new(),
        (from, None) => format!(" from {from}"),
        (from, Some(to)) => format!(" from {from} to {to}"),
    };
    match rule {
        RuleKind::Sync { vms: list, edge } => format!("sync {edge:?} {}", vms(list)),
        RuleKind::Before { first, then } => {
            format!("before {} -> {}", subjects(first), subjects(then))
        }
        RuleKind::By { subjects: s, time } => format!("by {time} {}", subjects(s)),
        RuleKind::After { subjects: s, time } => format!("after {time} {}", subjects(s)),
        RuleKind::Seq { subjects: s } => format!("seq {}", subjects(s)),
        RuleKind::Freeze {
            subjects: s,
            period: p,
        } => format!("freeze {}{}", subjects(s), period(p)),
        RuleKind::Allow {
            subjects: s,
            periods,
        } => {
            let periods: String = periods.iter().map(period).collect();
            format!("allow {}{periods}", subjects(s))
        }
        RuleKind::Spread { vms: list, over } => match over {
            Shared::Server => format!("spread {}", vms(list)),
            over => format!("spread {} over {over:?}", vms(list)),
        },
        RuleKind::Gather { vms: list } => format!("gather {}", vms(list)),
        RuleKind::Lonely { vms: list } => format!("lonely {}", vms(list)),
        RuleKind::Prefer {
            rule: preferred,
            weight,
        } => format!("prefer {} weight {weight}", self::rule(dc, preferred)),
        RuleKind::Downtime { vms: list, most } => format!("downtime of {} <= {most}ms", vms(list)),
        RuleKind::Pin { vms: list } => format!("pin {}", vms(list)),
        RuleKind::Keep {
            vms: list,
            servers: places,
            is_off,
        } => {
            let word = if *is_off { "off" } else { "on" };
            format!("keep {} {word} {}", vms(list), servers(places))
        }
        RuleKind::Reserve {
            count,
            servers: list,
        } => format!("reserve {count} of {}", servers(list)),
        RuleKind::AtMostVms {
            count,
            servers: list,
            period: p,
        } => format!("at most {count} vms on {}{}", servers(list), period(p)),
        RuleKind::AtMostOff {
            count,
            servers: list,
            period: p,
        } => format!("at most {count} off of {}{}", servers(list), period(p)),
        RuleKind::Any {
            count,
            servers: list,
            is_shutdown,
            ..
        } => {
            let word = if *is_shutdown { "shutdown" } else { "empty" };
            let count = count.map_or(String::new(), |count| format!("{count} "));
            format!("{word} any {count}of {}", servers(list))
        }
        RuleKind::Roll { count, turns, .. } => {
            let list: Vec<_> = turns.iter().map(|turn| turn.server).collect();
            format!("roll {} by {count}", servers(&list))
        }
        RuleKind::Budget {
            power,
            servers: list,
            period: p,
        } => {
            let on = list.as_ref().map(|l| format!(" on {}", servers(l)));
            format!("budget {power}mW{}{}", on.unwrap_or_default(), period(p))
        }
        RuleKind::AtMostMigrations {
            count,
            scope,
            period: p,
        } => {
            let scope = scope
                .as_ref()
                .map(|(d, l)| format!(" {d:?} {}", servers(l)));
            format!(
                "at most {count} migrations{}{}",
                scope.unwrap_or_default(),
                period(p)
            )
        }
        RuleKind::AtMostOn {
            count,
            servers: list,
            period: p,
        } => {
            format!("at most {count} on of {}{}", servers(list), period(p))
        }
        RuleKind::Limit {
            nodes,
            rate,
            period: p,
        } => {
            let nodes: Vec<&str> = nodes.iter().map(|node| dc.node_name(*node)).collect();
            format!("limit {} to {rate}bps{}", nodes.join(" "), period(p))
        }
        RuleKind::Weight {
            subjects: s,
            factor,
        } => format!("weight {factor} on {}", subjects(s)),
    }
}
