//! What plans are made of though it is a guess, told once for all plans of a file.

use std::collections::BTreeSet;

use super::Prospect;
use crate::datacenter::{Datacenter, VmId};
use crate::diag::{Code, Diagnostic};
use crate::formulate::Problem;
use crate::request::Task;
use crate::show::show_count;
use crate::source::Span;

/// VMs that are named.
const NAMED: usize = 3;

/// Says how many VMs the plans move of which nothing is known of what they rewrite, at the first of them; nothing where there
/// are none.
pub(super) fn warning(datacenter: &Datacenter, prospects: &[Prospect]) -> Option<Diagnostic> {
    let work = problems(prospects).flat_map(|problem| &problem.work);
    let vms: BTreeSet<VmId> = work
        .filter(|work| work.assumed.guessed)
        .filter_map(|work| match work.task {
            Task::Migrate { vm, .. } => Some(vm),
            _ => None,
        })
        .collect();
    let first = &datacenter[*vms.first()?];
    let verb = if vms.len() == 1 {
        "rewrites"
    } else {
        "rewrite"
    };
    let message = format!(
        "nothing is known of what {} {verb}: {}",
        show_count(vms.len(), "VM"),
        named(datacenter, &vms)
    );
    let place = (first.origin, "neither `hot` nor `cold` nor `idle`");
    let finding = finding(Code::Guessed, place, message)
        .with_note("as a guess, such a migration is planned to send twice the memory in use, and the plan marks it with `?`")
        .with_help("say `idle` where nothing is rewritten, `hot 96MiB in 2s  cold 3MiB/s` or a class of `std.workload` elsewhere");
    Some(finding)
}

/// Says of how many VMs the pool is a guess, at the first of them; nothing where there are none.
pub(super) fn pools(datacenter: &Datacenter, prospects: &[Prospect]) -> Option<Diagnostic> {
    problems(prospects).next()?;
    let vms = (0..datacenter.vms.len() as u32).map(VmId);
    let vms: BTreeSet<VmId> = vms.filter(|&vm| datacenter.is_pool_guessed(vm)).collect();
    let first = &datacenter[*vms.first()?];
    let verb = if vms.len() == 1 { "is" } else { "are" };
    let message = format!(
        "in which pool {} {verb} is not said: {}",
        show_count(vms.len(), "VM"),
        named(datacenter, &vms)
    );
    let place = (first.host.origin.or(first.origin), "on a server with pools");
    let finding = finding(Code::GuessedPool, place, message)
        .with_note(
            "as a guess, the largest come first, each into the pool where most memory is left",
        )
        .with_help("say it behind the server, as in `on s1 pool 0`");
    Some(finding)
}

fn problems(prospects: &[Prospect]) -> impl Iterator<Item = &Problem> {
    prospects.iter().filter_map(|prospect| match prospect {
        Prospect::Open(problem) | Prospect::Impossible(_, Some(problem)) => Some(&**problem),
        _ => None,
    })
}

fn finding(code: Code, (span, label): (Option<Span>, &str), message: String) -> Diagnostic {
    match span {
        Some(span) => Diagnostic::new(code, span, message, label),
        None => Diagnostic::without_place(code, message),
    }
}

/// The first of them: `web1`, `web2`, `web3`, …
fn named(datacenter: &Datacenter, vms: &BTreeSet<VmId>) -> String {
    let names = vms.iter().take(NAMED);
    let names: Vec<String> = names
        .map(|&vm| format!("`{}`", datacenter[vm].name))
        .collect();
    let more = if vms.len() > NAMED { ", …" } else { "" };
    names.join(", ") + more
}
