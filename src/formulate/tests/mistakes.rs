//! Plans that the model itself refuses, and what is said of them.

use super::*;

pub(super) fn findings(dc: DatacenterBuilder, plan: RequestBuilder) -> Vec<String> {
    let dc = dc.build().unwrap();
    let request = plan.build(&dc).unwrap();
    let (_, findings) = formulate(&dc, &request);
    assert!(!findings.is_empty());
    findings
        .iter()
        .map(|finding| format!("{}: {}", finding.code, finding.message))
        .collect()
}

/// Everything that the findings say.
fn told(dc: DatacenterBuilder, plan: RequestBuilder) -> String {
    let dc = dc.build().unwrap();
    let request = plan.build(&dc).unwrap();
    let (_, findings) = formulate(&dc, &request);
    let told = findings.iter().map(|finding| {
        let notes = finding.notes.iter().map(|note| format!("\n  note: {note}"));
        let help = finding.help.iter().map(|help| format!("\n  help: {help}"));
        format!(
            "{}: {}{}",
            finding.code,
            finding.message,
            notes.chain(help).collect::<String>()
        )
    });
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn mistakes_in_steps_are_told_once() {
    let (mut dc, s) = star(3);
    let off = dc.server("off").off().id();
    let x = dc.vm("x", s[0]).memory(GB(1)).id();
    let y = dc.vm("y", s[0]).memory(GB(1)).off().id();
    let z = dc.vm("z", s[1]).memory(GB(1)).id();
    let w = dc.vm("w", off).memory(GB(1)).off().id();
    let mut plan = RequestBuilder::new("p");
    plan.boot(s[0]);
    plan.migrate(y, s[1]);
    plan.migrate(y, s[2]);
    plan.migrate(x, s[1]);
    plan.shutdown(s[1]);
    plan.migrate(z, s[2]);
    plan.shutdown(off);
    plan.start(x);
    plan.stop(y);
    plan.start(w);
    plan.migrate(z, s[2]);
    assert_eq!(
        findings(dc, plan),
        [
            "E0553: `s1` is on already",
            "E0551: `y` does not run, so there is no memory to migrate",
            "E0555: `s2` is shut down while 2 VMs run on it",
            "E0554: `off` is off already",
            "E0556: `x` runs already",
            "E0552: `z` is on `s3` already",
        ]
    );
}

#[test]
fn a_server_without_room_is_found() {
    let (mut dc, s) = star(3);
    let x = dc.vm("x", s[0]).memory(GiB(10)).id();
    let y = dc.vm("y", s[1]).memory(GiB(10)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, s[2]);
    plan.migrate(y, s[2]);
    assert_eq!(
        findings(dc, plan),
        ["E0653: `s3` lacks 4 GiB of memory when everything has moved"]
    );
}

#[test]
fn a_vm_that_never_converges_is_found() {
    let (mut dc, s) = star(2);
    let x = dc.vm("x", s[0]).memory(GiB(4)).hot(MB(300), Secs(1)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, s[1]);
    assert_eq!(
        findings(dc, plan),
        ["E0651: `x` never converges at 1 Gbit/s: it needs more than 2.4 Gbit/s"]
    );
}

#[test]
fn contradictions_of_rules_are_found() {
    let (mut dc, s) = star(3);
    let x = dc.vm("x", s[0]).memory(GB(8)).id();
    let y = dc.vm("y", s[0]).memory(GB(8)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, s[1]);
    plan.migrate(y, s[2]);
    plan.before([x], [y]);
    plan.by([y], Secs(127));
    plan.budget(Watts(300));
    plan.at_most_migrations(0);
    assert_eq!(
        findings(dc, plan),
        [
            "E0655: `migrate y` ends 2 min 8 s after the start at the earliest, which is too late",
            "E0657: 350 W are drawn when the plan starts, more than `budget 300 W` allows",
            "E0658: `at most 0 migrations` allows 0, but `migrate x` needs 1",
        ]
    );

    let (mut dc, s) = star(3);
    let x = dc.vm("x", s[0]).memory(GB(8)).id();
    let y = dc.vm("y", s[0]).memory(GB(8)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, s[1]);
    plan.migrate(y, s[1]);
    plan.before([x], [y]);
    plan.sync([x, y]);
    plan.spread([x, y]);
    assert_eq!(
        findings(dc, plan),
        [
            "E0656: `migrate x` and `migrate y` are to be together, but one has to end before the other starts",
            "E0654: `x`, `y` share `s2` in the end",
        ]
    );
}

#[test]
fn a_cycle_through_implied_orders_is_found() {
    let (mut dc, s) = star(2);
    let x = dc.vm("x", s[0]).memory(GB(8)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, s[1]);
    plan.shutdown(s[0]);
    plan.before([s[0]], [x]);
    assert_eq!(
        findings(dc, plan),
        ["E0656: `migrate x`, `shutdown s1` wait for one another"]
    );
}

#[test]
fn what_is_told_of_steps_and_paths() {
    let mut dc = DatacenterBuilder::new();
    let spines = [dc.switch("spine1").id(), dc.switch("spine2").id()];
    let racks = ["r1", "r2"].map(|name| {
        dc.rack(name)
            .link(spines[0], Gbps(10))
            .link(spines[1], Gbps(10))
            .id()
    });
    let a = dc.server("a").inside(racks[0]).link(racks[0], Gbps(1)).id();
    let b = dc.server("b").inside(racks[1]).link(racks[1], Gbps(1)).id();
    let twin = dc
        .server("twin")
        .inside(racks[0])
        .link(racks[0], Gbps(1))
        .link(racks[0], Gbps(1))
        .id();
    let lone = dc.server("lone").id();
    let off = dc.server("off").off().link(racks[0], Gbps(1)).id();
    let near = dc
        .server("near")
        .inside(racks[0])
        .link(racks[0], Gbps(1))
        .id();
    let mut vm = |name: &str| dc.vm(name, a).memory(GiB(4)).hot(MB(300), Secs(1)).id();
    let (x, y, z, busy, fast) = (vm("x"), vm("y"), vm("z"), vm("busy"), vm("fast"));
    let stopped = dc.vm("stopped", off).memory(GiB(1)).off().id();
    let stranded = dc.vm("stranded", off).memory(GiB(1)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, b);
    plan.migrate(y, twin);
    plan.migrate(z, lone);
    plan.migrate(busy, near);
    plan.migrate(fast, near).rate(Gbps(2));
    plan.start(stopped);
    plan.migrate(stranded, a);
    plan.shutdown(a);
    insta::assert_snapshot!(told(dc, plan));
}

#[test]
fn what_is_told_of_rules() {
    let (mut dc, s) = star(4);
    let x = dc.vm("x", s[0]).memory(GiB(8)).id();
    let y = dc.vm("y", s[1]).memory(GiB(8)).id();
    let z = dc.vm("z", s[2]).memory(GiB(8)).id();
    let w = dc.vm("w", s[3]).memory(GiB(8)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, s[3]);
    plan.migrate(y, s[3]);
    plan.migrate(z, s[0]);
    plan.before([x], [y]);
    plan.before([y], [z]);
    plan.by([z], Secs(30));
    plan.by([x], Secs(3));
    plan.rule(RuleKind::Freeze {
        subjects: vec![y.into()],
        period: Period::ALWAYS,
    });
    plan.spread([w, x]);
    plan.budget(Watts(479));
    plan.budget_during(Watts(450), Period::between(Mins(10), Mins(20)));
    plan.rule(RuleKind::AtMostOn {
        count: 3,
        servers: s.clone(),
        period: Period::between(Hours(1), Hours(2)),
    });
    insta::assert_snapshot!(told(dc, plan));
}

#[test]
fn what_is_told_of_orders() {
    let (mut dc, s) = star(3);
    let x = dc.vm("x", s[0]).memory(GiB(2)).id();
    let y = dc.vm("y", s[1]).memory(GiB(2)).id();
    let z = dc
        .vm("z", s[1])
        .memory(GiB(2))
        .copy(crate::datacenter::Copy::Post)
        .id();
    let still = dc.vm("still", s[1]).memory(GiB(2)).id();
    let mut plan = RequestBuilder::new("p");
    plan.migrate(x, s[2]);
    plan.migrate(y, s[2]);
    plan.migrate(z, s[2]);
    plan.before([x], [y]);
    plan.before([y], [z]);
    plan.sync([x, y]);
    plan.sync([y, z]);
    plan.sync([x, still]);
    plan.rule(RuleKind::Sync {
        vms: vec![x, z],
        edge: Some(crate::request::Edge::Ends),
    });
    insta::assert_snapshot!(told(dc, plan));
}
