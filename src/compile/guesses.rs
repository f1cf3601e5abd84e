//! Migrations that are planned with a guess, told once for all plans of a file.

use std::collections::BTreeSet;

use super::Prospect;
use crate::datacenter::{Datacenter, VmId};
use crate::diag::{Code, Diagnostic};
use crate::request::Task;
use crate::show::show_count;

/// VMs that are named.
const NAMED: usize = 3;

/// Says how many VMs the plans move of which nothing is known of what they rewrite, at the first of them; nothing where there
/// are none.
pub(super) fn warning(datacenter: &Datacenter, prospects: &[Prospect]) -> Option<Diagnostic> {
    let problems = prospects.iter().filter_map(|prospect| match prospect {
        Prospect::Open(problem) | Prospect::Impossible(_, Some(problem)) => Some(problem),
        _ => None,
    });
    let work = problems.flat_map(|problem| &problem.work);
    let vms: BTreeSet<VmId> = work
        .filter(|work| work.assumed.guessed)
        .filter_map(|work| match work.task {
            Task::Migrate { vm, .. } => Some(vm),
            _ => None,
        })
        .collect();
    let first = &datacenter[*vms.first()?];
    let names: Vec<String> = vms
        .iter()
        .take(NAMED)
        .map(|&vm| format!("`{}`", datacenter[vm].name))
        .collect();
    let more = if vms.len() > NAMED { ", …" } else { "" };
    let verb = if vms.len() == 1 {
        "rewrites"
    } else {
        "rewrite"
    };
    let message = format!(
        "nothing is known of what {} {verb}: {}{more}",
        show_count(vms.len(), "VM"),
        names.join(", ")
    );
    let finding = match first.origin {
        Some(span) => Diagnostic::new(
            Code::Guessed,
            span,
            message,
            "neither `hot` nor `cold` nor `idle`",
        ),
        None => Diagnostic::without_place(Code::Guessed, message),
    };
    let finding = finding
        .with_note("as a guess, such a migration is planned to send twice the memory in use, and the plan marks it with `?`")
        .with_help("say `idle` where nothing is rewritten, `hot 96MiB in 2s  cold 3MiB/s` or a class of `std.workload` elsewhere");
    Some(finding)
}
