//! What is wrong with a step.

use super::super::steps::{Deed, LeftOut};
use super::super::words::{self, list};
use super::{also, at, vm_names};
use crate::datacenter::{Datacenter, ServerId, Stock, VmId};
use crate::diag::{Code, Diagnostic};
use crate::formulation::Source;
use crate::request::{Request, Rule, Step, Task};
use crate::source::Span;

pub(in super::super) fn runs_on_server_that_is_off(
    dc: &Datacenter,
    server: ServerId,
    vms: &[VmId],
) -> Diagnostic {
    let name = &dc[server].name;
    let vm = &dc[vms[0]];
    let message = match vms {
        [_] => format!("`{}` runs on `{name}`, which is off", vm.name),
        _ => format!(
            "{} VMs run on `{name}`, which is off: {}",
            vms.len(),
            list(vm_names(dc, vms))
        ),
    };
    let finding = at(
        Code::RunsOnServerThatIsOff,
        vm.host.origin.or(vm.origin),
        message,
        "this server is off",
    );
    also(finding, dc[server].origin, "declared `off` here").with_help(format!(
        "drop `off` from `{name}`, or declare the VMs `off` as well"
    ))
}

pub(in super::super) fn migrates_while_stopped(
    dc: &Datacenter,
    step: &Step,
    vm: VmId,
) -> Diagnostic {
    let name = &dc[vm].name;
    let message = format!("`{name}` does not run, so there is no memory to migrate");
    let finding = at(
        Code::MigratesWhileStopped,
        step.origin,
        message,
        "stopped by then",
    );
    also(finding, dc[vm].origin, "declared here")
        .with_help(format!(
            "`start {name}` before this step, or leave it where it is: what is stopped does not keep its server up"
        ))
}

pub(in super::super) fn nowhere_to_go(
    dc: &Datacenter,
    request: &Request,
    step: &Step,
    vm: VmId,
    left_out: &[(ServerId, LeftOut)],
) -> Diagnostic {
    let name = &dc[vm].name;
    let message = format!("no server is left to which `{name}` could go");
    let mut finding = at(
        Code::NowhereToGo,
        step.origin,
        message,
        "none of these is left",
    );
    let reason = |why: LeftOut| match why {
        LeftOut::ItsOwn => "it is there already".to_owned(),
        LeftOut::IsOff => "off by then, or going down with it".to_owned(),
        LeftOut::Maintenance => "under maintenance".to_owned(),
        LeftOut::Lacks => format!("without what `{name}` needs"),
        LeftOut::Forbidden(rule) => {
            format!(
                "not allowed by `{}`",
                words::rule(dc, request, &request.rules[rule])
            )
        }
    };
    let mut grouped: Vec<(String, Vec<&str>)> = Vec::new();
    for &(server, why) in left_out {
        let (why, server) = (reason(why), dc[server].name.as_str());
        match grouped.iter_mut().find(|(known, _)| *known == why) {
            Some((_, servers)) => servers.push(server),
            None => grouped.push((why, vec![server])),
        }
    }
    for (why, servers) in grouped {
        finding = finding.with_note(format!("{}: {why}", list(servers.iter())));
    }
    finding.with_help(
        "name servers that are on, or `boot` some; a server that the plan drains is none to choose",
    )
}

pub(in super::super) fn too_many_ways(step: &Step, most: usize) -> Diagnostic {
    let message = format!("the plan leaves more than {most} choices of a VM and a server open");
    at(Code::TooManyWays, step.origin, message, "here they become too many").with_help(
        "let each VM choose among fewer servers: `drain r1 to r5.s[*]`, one statement for each part",
    )
}

pub(in super::super) fn too_many_together(deed: &Deed, most: usize) -> Diagnostic {
    let message = format!(
        "`{}` and those of its `sync` leave more than {most} choices of servers open together",
        deed.name
    );
    at(Code::TooManyWays, deed.origin, message, "one of them")
        .with_help("let each of them choose among fewer servers, or say where some of them go")
}

/// Energy is a goal where something is open that it depends on.
fn energy(
    goal: Option<Span>,
    message: impl Into<String>,
    open: Option<Span>,
    label: &str,
) -> Diagnostic {
    let finding = at(Code::EnergyOfChoice, goal.or(open), message, "this goal");
    also(finding, open, label)
}

pub(in super::super) fn energy_of_shutdown(
    dc: &Datacenter,
    goal: Option<Span>,
    rule: &Rule,
    (one, other): (ServerId, ServerId),
) -> Diagnostic {
    let message = format!(
        "energy cannot be minimized: `{}` and `{}` draw differently, and the plan may shut down either",
        dc[one].name, dc[other].name
    );
    energy(goal, message, rule.origin, "leaves it open which")
        .with_help("let it choose among servers with the same `power`, or minimize `power`, what is drawn in the end")
}

pub(in super::super) fn energy_of_any_number(goal: Option<Span>, rule: &Rule) -> Diagnostic {
    let message = "energy cannot be minimized where it is open how many servers are shut down";
    energy(goal, message, rule.origin, "leaves it open how many")
        .with_help("say how many, as in `shutdown any 2 of …`, or minimize `servers on` or `power`, what is drawn in the end")
}

pub(in super::super) fn energy_of_choice(
    dc: &Datacenter,
    goal: Option<Span>,
    deed: &Deed,
    (one, other): (ServerId, ServerId),
) -> Diagnostic {
    let message = format!(
        "energy cannot be minimized: `{}` may be between `{}` and `{}`, which draw differently for a VM",
        deed.name, dc[one].name, dc[other].name
    );
    energy(goal, message, deed.origin, "leaves the server open").with_help(
        "let it choose among servers with the same `hosting`, or minimize `power`, what is drawn in the end",
    )
}

pub(in super::super) fn switched_besides(
    dc: &Datacenter,
    step: &Step,
    server: ServerId,
    other: &Step,
) -> Diagnostic {
    let name = &dc[server].name;
    let finding = at(
        Code::SwitchedBesides,
        step.origin,
        format!("`{name}` may be chosen here, but other steps switch it or run on it"),
        "leaves it open",
    );
    also(finding, other.origin, "says what is done with it")
        .with_help(format!("leave `{name}` out of the servers to choose from"))
}

pub(in super::super) fn is_told_when(dc: &Datacenter, deed: &Deed, rule: &Source) -> Diagnostic {
    if let Task::Shutdown(server) = deed.task {
        let (name, rule) = (&dc[server].name, &rule.label);
        return at(
            Code::ToldWhen,
            deed.origin,
            format!("`{name}` may also stay on, but `{rule}` says when it is shut down"),
            "leaves it open whether it is shut down",
        )
        .with_help(format!(
            "leave `{name}` out of the servers to choose from, or of what says when it is shut down"
        ));
    }
    let vm = deed.task.vm().map_or("", |vm| &dc[vm].name);
    let own = deed.from.map_or("", |server| &dc[server].name);
    let rule = &rule.label;
    let message = format!("`{vm}` may also stay on `{own}`, but `{rule}` says when it moves");
    at(
        Code::ToldWhen,
        deed.origin,
        message,
        "leaves it open whether it moves",
    )
    .with_help(format!(
        "leave `{own}` out of the servers to choose from, or the VM out of what says when it moves"
    ))
}

pub(in super::super) fn under_maintenance(
    dc: &Datacenter,
    vm: VmId,
    server: ServerId,
    place: Option<Span>,
) -> Diagnostic {
    let (name, data) = (&dc[vm].name, &dc[server]);
    let message = format!(
        "`{name}` is sent to `{}`, which is under maintenance",
        data.name
    );
    let finding = at(Code::UnderMaintenance, place, message, "here");
    let declared = data.maintenance.and_then(|at| at.origin);
    let finding = also(finding, declared, "says so");
    finding.with_help(
        "send it elsewhere, take the word away, or `boot` or `reboot` the server before: then it is back",
    )
}

pub(in super::super) fn lacking(
    dc: &Datacenter,
    vm: VmId,
    server: ServerId,
    (key, value): &(String, String),
    place: Option<Span>,
) -> Diagnostic {
    let (name, data) = (&dc[vm].name, &dc[server]);
    let message = format!(
        "`{name}` needs {key} {value}, which `{}` does not have",
        data.name
    );
    let has: Vec<&str> = data
        .has
        .iter()
        .filter(|(kind, _)| kind == key)
        .map(|(_, value)| value.as_str())
        .collect();
    let is_amount = dc.resources.iter().any(|resource| resource.name == *key);
    let finding = at(Code::Lacking, place, message, "here");
    let finding = also(
        finding,
        data.origin,
        match has.as_slice() {
            [] => format!("has no {key}"),
            has => format!("has {key} {}", has.join(", ")),
        },
    );
    if is_amount {
        return finding.with_help(format!("send it to a server that has {key}"));
    }
    finding.with_help(format!(
        "send it to a server that `has {key} {value}`; if a later one does as well, say so: `generations {key} {value}, …`"
    ))
}

pub(in super::super) fn pools_too_small(
    dc: &Datacenter,
    vm: VmId,
    server: ServerId,
    stock: Stock,
    place: Option<Span>,
) -> Diagnostic {
    let (name, data) = (&dc[vm].name, &dc[server]);
    let needed = dc.measure(stock).show(dc[vm].takes_of(stock));
    let what = dc.stock_name(stock);
    let message = format!(
        "`{name}` takes {needed} of {what}, more than a pool of `{}` has",
        data.name
    );
    let finding = at(Code::Lacking, place, message, "here");
    let pools = data.pools.value;
    also(finding, data.pools.origin, format!("divided into {pools}"))
        .with_help("send it to a server that has larger pools, or is not divided")
}

pub(in super::super) fn kept_out(
    dc: &Datacenter,
    request: &Request,
    vm: VmId,
    server: Option<ServerId>,
    place: Option<Span>,
    rule: usize,
) -> Diagnostic {
    let (name, rule) = (&dc[vm].name, &request.rules[rule]);
    let words = words::rule(dc, request, rule);
    let message = match server {
        Some(server) => format!(
            "`{words}` does not let `{name}` be on `{}`",
            dc[server].name
        ),
        None => format!("`{words}` does not let `{name}` move"),
    };
    let finding = at(Code::KeptOut, place, message, "here");
    also(finding, rule.origin, "this rule").with_help(match server {
        Some(_) => {
            "send it elsewhere, leave the choice to the plan with `to any of`, or change the rule"
        }
        None => "leave it where it is: `stop` it if its server goes down, or change the rule",
    })
}

pub(in super::super) fn is_already_there(
    dc: &Datacenter,
    step: &Step,
    vm: VmId,
    to: ServerId,
) -> Diagnostic {
    let (name, server) = (&dc[vm].name, &dc[to].name);
    let message = format!("`{name}` is on `{server}` already");
    let finding = at(Code::IsAlreadyThere, step.origin, message, "moves nothing");
    also(
        finding,
        dc[vm].host.origin,
        format!("`{name}` is placed here"),
    )
    .with_help("migrate it to another server, or drop it from this step")
}

pub(in super::super) fn is_on_already(
    dc: &Datacenter,
    step: &Step,
    server: ServerId,
) -> Diagnostic {
    let name = &dc[server].name;
    let finding = at(
        Code::ServerIsOnAlready,
        step.origin,
        format!("`{name}` is on already"),
        "on by then",
    );
    also(finding, dc[server].origin, "declared here without `off`")
        .with_help(format!("declare `{name}` as `off`, or drop this boot"))
}

pub(in super::super) fn is_off_already(
    dc: &Datacenter,
    step: &Step,
    server: ServerId,
) -> Diagnostic {
    let name = &dc[server].name;
    let finding = at(
        Code::ServerIsOffAlready,
        step.origin,
        format!("`{name}` is off already"),
        "off by then",
    );
    also(finding, dc[server].origin, "declared here")
        .with_help("drop this shutdown, or boot the server before it")
}

pub(in super::super) fn is_not_empty(
    dc: &Datacenter,
    step: &Step,
    server: ServerId,
    vms: &[VmId],
    leaves_later: bool,
    brought: Option<(VmId, Span)>,
) -> Diagnostic {
    let name = &dc[server].name;
    let message = format!("`{name}` is shut down while {} on it", run(dc, vms));
    let finding = match brought {
        Some((vm, arrival)) if !leaves_later => {
            let label = format!("brings `{}` there", dc[vm].name);
            let finding = at(Code::ServerIsNotEmpty, Some(arrival), message, label);
            also(finding, step.origin, "shut down here")
        }
        _ => {
            let label = format!("still runs: {}", list(vm_names(dc, vms)));
            let finding = at(Code::ServerIsNotEmpty, step.origin, message, label);
            also(
                finding,
                dc[vms[0]].host.origin,
                format!("`{}` is placed here", dc[vms[0]].name),
            )
        }
    };
    finding.with_help(match (leaves_later, brought) {
        (true, _) => format!("write this shutdown below the steps that empty `{name}`"),
        (false, Some(_)) => format!(
            "bring them to servers that stay up, or add steps that migrate them on before the shutdown of `{name}`"
        ),
        (false, None) => format!(
            "before its shutdown, migrate what runs on `{name}`, or stop it: what is stopped may stay"
        ),
    })
}

fn run(dc: &Datacenter, vms: &[VmId]) -> String {
    match vms {
        [vm] => format!("`{}` runs", dc[*vm].name),
        _ => format!("{} VMs run", vms.len()),
    }
}

pub(in super::super) fn is_running_already(dc: &Datacenter, step: &Step, vm: VmId) -> Diagnostic {
    let name = &dc[vm].name;
    let finding = at(
        Code::VmRunsAlready,
        step.origin,
        format!("`{name}` runs already"),
        "runs by then",
    );
    also(finding, dc[vm].origin, "declared here without `off`")
        .with_help(format!("declare `{name}` as `off`, or drop this start"))
}

pub(in super::super) fn is_stopped_already(dc: &Datacenter, step: &Step, vm: VmId) -> Diagnostic {
    let name = &dc[vm].name;
    let finding = at(
        Code::VmIsStoppedAlready,
        step.origin,
        format!("`{name}` does not run"),
        "stopped by then",
    );
    also(finding, dc[vm].origin, "declared here").with_help("drop this stop")
}

pub(in super::super) fn runs_where_nothing_is_up(
    dc: &Datacenter,
    step: &Step,
    server: ServerId,
    is_booted_later: bool,
) -> Diagnostic {
    let name = &dc[server].name;
    let finding = at(
        Code::CommandOnServerThatIsOff,
        step.origin,
        format!("the command cannot run on `{name}`: it is off"),
        "off by then",
    );
    also(finding, dc[server].origin, "declared here").with_help(if is_booted_later {
        format!("write this step below the boot of `{name}`")
    } else {
        format!("add `boot {name}` before it")
    })
}

pub(in super::super) fn starts_on_server_that_is_off(
    dc: &Datacenter,
    step: &Step,
    vm: VmId,
    host: ServerId,
) -> Diagnostic {
    let (name, server) = (&dc[vm].name, &dc[host].name);
    let message = format!("`{name}` cannot start: `{server}` is off");
    let finding = at(
        Code::StartsOnServerThatIsOff,
        step.origin,
        message,
        format!("`{server}` is off by then"),
    );
    also(finding, dc[host].origin, "declared here").with_help(format!("add `boot {server}`"))
}
