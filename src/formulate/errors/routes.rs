//! What is wrong with a path or with what migrates over it.

use super::super::modes::{Bottleneck, Narrow};
use super::super::routes::{NoPath, Path, switches};
use super::super::steps::Deed;
use super::super::words;
use super::{also, at};
use crate::datacenter::{Copy, Datacenter, Manner, Node, ServerId, SwitchId, VmId};
use crate::diag::{Code, Diagnostic};
use crate::request::Request;
use crate::show::show_milliseconds;
use crate::source::Span;
use crate::syntax::is_name;

pub(in super::super) fn no_path(
    dc: &Datacenter,
    used: Option<Span>,
    (from, to): (Node, Node),
    reason: &NoPath,
    who: &str,
) -> Diagnostic {
    let (a, b) = (dc.node_name(from), dc.node_name(to));
    let declared = |node: Node| match node {
        Node::Server(server) => dc[server].origin,
        Node::Switch(switch) => dc[switch].origin,
    };
    match reason {
        NoPath::Unlinked(server) => {
            let name = &dc[*server].name;
            let message = format!("`{name}` has no link that {who} may use");
            let finding = at(Code::NoRoute, used, message, format!("from `{a}` to `{b}`"));
            let apart = match who {
                MIGRATIONS => ", that is not for `guests`",
                _ => "",
            };
            also(finding, dc[*server].origin, "declared here")
                .with_help(format!("give `{name}` a link, such as `link 1Gbps`{apart}"))
        }
        NoPath::Unconnected => {
            let message = format!("no path leads from `{a}` to `{b}`");
            let finding = at(Code::NoRoute, used, message, "nothing connects the two");
            let finding = also(finding, declared(from), "from here");
            also(finding, declared(to), "to here")
                .with_help("connect their racks: `link 10Gbps to core`")
        }
        NoPath::Several(paths) => several(dc, used, (from, to), paths),
        NoPath::Loop(route, switch) => {
            let name = &dc[*switch].name;
            let message = format!("the route from `{a}` to `{b}` passes `{name}` twice");
            let finding = at(
                Code::RouteLoop,
                dc.routes[*route].origin,
                message,
                "this route",
            );
            also(finding, used, "used here")
                .with_help("name only switches that lie on the way, in their order")
        }
    }
}

/// Who uses a path.
pub(in super::super) const MIGRATIONS: &str = "migrations";
pub(in super::super) const GUESTS: &str = "guests";

fn several(
    dc: &Datacenter,
    used: Option<Span>,
    (from, to): (Node, Node),
    paths: &[Path],
) -> Diagnostic {
    let (a, b) = (dc.node_name(from), dc.node_name(to));
    let passed: Vec<Vec<SwitchId>> = paths
        .iter()
        .map(|path| switches(dc, path).collect())
        .collect();
    let message = format!("several paths from `{a}` to `{b}` are equally short");
    let mut finding = at(Code::SeveralRoutes, used, message, "which path?");
    for path in &passed {
        let names: Vec<&str> = path
            .iter()
            .map(|&switch| dc[switch].name.as_str())
            .collect();
        finding = finding.with_note(format!("one path passes {}", names.join(", ")));
    }
    let own: Vec<&str> = passed[0]
        .iter()
        .filter(|switch| !passed.iter().all(|path| path.contains(switch)))
        .map(|&switch| dc[switch].name.as_str())
        .collect();
    let place = |node: Node| match node {
        Node::Server(server) => dc[server]
            .parent
            .map_or(dc.node_name(node), |rack| &dc[rack].name),
        Node::Switch(_) => dc.node_name(node),
    };
    if own.is_empty() {
        return finding.with_help(
            "several links connect the same two places: make them one link with `bond`, or mark those that \
             migrations must not use with `guests`",
        );
    }
    let (a, b) = (place(from), place(to));
    let route = format!("route {a} to {b} via {}", own.join(", "));
    let names = [a, b].into_iter().chain(own.iter().copied());
    let is_plain = names.flat_map(|name| name.split('.')).all(is_name);
    finding = finding.with_help(format!("say which: `{route}`"));
    match used.filter(|_| is_plain) {
        Some(used) => finding.with_fix(Span::new(used.file, 0..0), format!("{route}\n")),
        None => finding,
    }
}

pub(in super::super) fn rate_too_high(
    dc: &Datacenter,
    deed: &Deed,
    rate: u64,
    possible: &Bottleneck,
) -> Diagnostic {
    let most = words::rate(i128::from(possible.value));
    if possible.value == 0 {
        let message = format!("guests leave `{}` nothing of its path", deed.name);
        let finding = at(Code::RateTooHigh, deed.origin, message, "has no bandwidth");
        return narrow(dc, finding, possible).with_help(
            "let less flow there, or give the guests links of their own: `link 1Gbps guests`",
        );
    }
    let message = format!(
        "`{}` cannot have {}: its path allows {most}",
        deed.name,
        words::rate(i128::from(rate))
    );
    let finding = at(
        Code::RateTooHigh,
        deed.origin,
        message,
        "more than the path allows",
    );
    narrow(dc, finding, possible)
        .with_help(format!("at most {most}; without `at` it gets just that"))
}

/// Shows what is narrow.
fn narrow(dc: &Datacenter, finding: Diagnostic, possible: &Bottleneck) -> Diagnostic {
    let most = words::rate(i128::from(possible.value));
    match possible.at {
        Narrow::Link(link) => {
            let (a, b) = (dc.node_name(dc[link].a), dc.node_name(dc[link].b));
            let text = format!("the link between `{a}` and `{b}` allows {most}");
            also(finding, dc[link].rate.origin, text)
        }
        Narrow::Node(node) => {
            let span = match node {
                Node::Switch(switch) => dc[switch]
                    .capacity
                    .and_then(|at| at.origin)
                    .or(dc[switch].origin),
                Node::Server(server) => dc[server].origin,
            };
            also(
                finding,
                span,
                format!("`{}` allows {most}", dc.node_name(node)),
            )
        }
        Narrow::Nothing => finding,
    }
}

pub(in super::super) fn never_converges(
    dc: &Datacenter,
    deed: &Deed,
    vm: VmId,
    rate: u64,
    needed: u64,
    possible: &Bottleneck,
) -> Diagnostic {
    let data = &dc[vm];
    let (has, needs) = (
        words::rate(i128::from(rate)),
        words::rate(i128::from(needed)),
    );
    let message = format!(
        "`{}` never converges at {has}: it needs more than {needs}",
        data.name
    );
    let finding = at(
        Code::NeverConverges,
        data.origin.or(deed.origin),
        message,
        "rewrites its memory faster than it is sent",
    );
    let finding = also(finding, deed.origin, format!("migrated here at {has}"));
    let finding = narrow(dc, finding, possible);
    if data
        .disk
        .is_some_and(|disk| disk.writes.saturating_mul(8) >= rate)
    {
        return finding.with_help(format!(
            "its disk is written to faster than it is sent: give it a faster path, or let `{}` stand still meanwhile: `copy cold`",
            data.name
        ));
    }
    let ms = (data.workload.hot.saturating_mul(8000)).div_ceil(rate.max(1));
    finding
        .with_help(format!(
            "`copy post` or `copy either` on `{}` moves it first and its memory afterwards",
            data.name
        ))
        .with_help(format!(
            "`downtime {ms}ms` lets it stand still while its hot pages are sent"
        ))
}

/// What is left of the ways that a VM allows.
pub(in super::super) fn no_way(
    dc: &Datacenter,
    deed: &Deed,
    vm: VmId,
    (from, to): (ServerId, ServerId),
) -> Diagnostic {
    let data = &dc[vm];
    let allowed = data.copy.words();
    let message = format!(
        "`{}` may be moved by `copy {allowed}` only, which its servers cannot do",
        data.name
    );
    let finding = at(Code::NoWay, deed.origin, message, "moved here");
    let finding = also(finding, data.origin, format!("copy {allowed}"));
    let can = |server: ServerId| {
        let server = &dc[server];
        format!("`{}` can do `copy {}`", server.name, server.copy.words())
    };
    let finding = finding.with_note(format!("{}, {}", can(from), can(to)));
    finding.with_help(format!("allow `{}` another way", data.name))
}

/// A VM that would stand still for longer than a rule lets it.
pub(in super::super) fn stands_still(
    dc: &Datacenter,
    request: &Request,
    deed: &Deed,
    (vm, manner): (VmId, Manner),
    still: u64,
    rule: usize,
) -> Diagnostic {
    let (data, rule) = (&dc[vm], &request.rules[rule]);
    let still = show_milliseconds(still);
    let message = format!(
        "`{}` would stand still for {still}, longer than `{}` lets it",
        data.name,
        words::rule(dc, request, rule)
    );
    let finding = at(
        Code::NoWay,
        deed.origin,
        message,
        format!("by `copy {}`", manner.word()),
    );
    let finding = also(finding, rule.origin, "the limit");
    finding.with_help(match manner {
        Manner::Cold => format!("let `{}` move live as well: `copy pre or cold`", data.name),
        _ => format!(
            "give `{}` a `downtime` of its own within the limit",
            data.name
        ),
    })
}

pub(in super::super) fn takes_too_long(
    dc: &Datacenter,
    deed: &Deed,
    vm: VmId,
    rate: u64,
) -> Diagnostic {
    let vm = &dc[vm];
    let message = format!(
        "the migration of `{}` takes longer than 366 days at {}",
        vm.name,
        words::rate(i128::from(rate))
    );
    let finding = at(Code::TakesTooLong, deed.origin, message, "far too slow");
    let size = words::memory(i128::from(vm.workload.used));
    let finding = also(finding, vm.origin, format!("{size} to copy"));
    let finding = match vm.workload.unknown && vm.copy != Copy::Post {
        true => finding.with_note(format!(
            "nothing is known of what `{}` rewrites: as a guess, twice that is sent",
            vm.name
        )),
        false => finding,
    };
    finding.with_help("give it more bandwidth, or `copy post`")
}

/// Traffic of which both ends act in the plan, at more pairs of places than are looked at.
pub(in super::super) fn too_many_places(
    dc: &Datacenter,
    origin: Option<Span>,
    [one, other]: [VmId; 2],
    most: usize,
) -> Diagnostic {
    let (a, b) = (&dc[one].name, &dc[other].name);
    let message =
        format!("`{a}` and `{b}` can be at too many places to count what flows between them");
    at(
        Code::TooManyPlaces,
        origin,
        message,
        "both ends act in the plan",
    )
    .with_note(format!(
        "at most {most} pairs of switches are looked at, for all traffic of which both ends act"
    ))
    .with_help("let fewer servers be chosen, or leave this traffic out")
}
