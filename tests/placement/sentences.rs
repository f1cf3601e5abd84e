//! What each sentence about places means.

use super::{codes, moves, plan, support};
use mvm::request::GoalKind;

const RACKS: &str = "\
switch core
rack r[1..3] link 10Gbps to core { server s[1..2] { memory 32GiB boot 2min shutdown 30s link 1Gbps } }
vm web[1..4] { memory 4GiB idle on r1.s[1..2] }
vm db[1..3]  { memory 8GiB idle on r[1..3].s1 }
";

fn with(statements: &str) -> String {
    format!("{RACKS}plan p {{\n{statements}\n}}\n")
}

#[test]
fn a_drain_empties_servers_and_never_fills_another_drained_one() {
    let text = with("drain r1  shutdown r1");
    let plan = plan(&text).unwrap();
    let moved = moves(&text, &plan);
    assert_eq!(moved.len(), 5, "{moved:?}");
    assert!(moved.iter().all(|to| !to.contains("r1.")), "{moved:?}");
    let text = with("drain r1.s1  drain r1.s2");
    let moved = moves(&text, &super::plan(&text).unwrap());
    assert!(moved.iter().all(|to| !to.contains("r1.")), "{moved:?}");
}

#[test]
fn replicas_stay_on_racks_of_their_own() {
    // Rack 1 is emptied, and both other racks have a replica already.
    let text = with("drain r1 to r2, r3  spread db[1..3] over racks");
    assert_eq!(plan(&text), None);
    let text = with("drain r1.s1  spread db[1..3] over racks");
    let moved = moves(&text, &plan(&text).unwrap());
    assert!(moved.contains(&"db1 r1.s2".to_owned()), "{moved:?}");
}

#[test]
fn a_server_that_comes_back_is_a_destination_after_its_boot() {
    let text = "\
switch core
server s[1..2] { memory 16GiB boot 2min shutdown 30s link 1Gbps to core }
vm a { memory 12GiB idle on s1 }
vm b { memory 12GiB idle on s3 }
server s3 { memory 16GiB boot 2min shutdown 30s link 1Gbps to core }
plan p {
  drain s1  reboot s1
  drain s3  reboot s3
}
";
    let plan = plan(text).unwrap();
    let moved = moves(text, &plan);
    // One of them goes to s2, the other one to the server that is back by then.
    assert!(
        moved == ["a s2", "b s1"] || moved == ["a s3", "b s2"],
        "{moved:?}"
    );
}

#[test]
fn guests_of_a_reboot_come_home() {
    let text = "\
switch core
server s[1..3] { memory 16GiB boot 2min shutdown 30s link 1Gbps to core }
vm a { memory 8GiB idle on s1 }
vm b { memory 8GiB idle on s2 }
vm c { memory 8GiB idle on s3 }
plan p {
  drain s1  reboot s1  migrate a to s1
  drain s2  reboot s2  migrate b to s2
  drain s3  reboot s3  migrate c to s3
}
";
    let plan = plan(text).unwrap();
    assert_eq!(moves(text, &plan).len(), 6);
}

#[test]
fn rules_about_places_are_refused_where_they_cannot_hold() {
    assert_eq!(
        codes(&with("migrate web1 to r2.s1  keep web1 off r2.s1")),
        ["E0573"]
    );
    assert_eq!(codes(&with("migrate web1 to r2.s1  pin web1")), ["E0573"]);
    assert_eq!(
        codes(&with("drain r1  freeze r2.s1 until 10min")),
        ["E0574"]
    );
    assert_eq!(codes(&with("drain r1 to r1.s1")), ["E0572"]);
}

const CPUS: &str = "\
generations cpu skylake, icelake, sapphire
switch core
server old { memory 64GiB link 1Gbps to core has cpu skylake }
server new[1..2] { memory 64GiB link 1Gbps to core has cpu icelake }
server newest { memory 64GiB link 1Gbps to core has cpu sapphire }
vm v { memory 2GiB idle on new1 needs cpu icelake }
";

#[test]
fn a_vm_goes_only_where_it_has_what_it_needs() {
    let to = |steps: &str| format!("{CPUS}plan p {{ {steps} }}\n");
    assert_eq!(codes(&to("migrate v to old")), ["E0575"]);
    assert_eq!(codes(&to("migrate v to newest")), [""; 0]);
    assert_eq!(codes(&to("drain new1 to old")), ["E0572"]);
    let text = to("drain new1 to old, newest");
    assert_eq!(moves(&text, &plan(&text).unwrap()), ["v newest"]);
    // Where it is from the start counts as well.
    let text = CPUS.replace("on new1", "on old");
    assert_eq!(codes(&format!("{text}plan p {{ drain old }}\n")), ["E0575"]);
    // Without an order, another value is another thing.
    let text =
        to("migrate v to newest").replace("generations cpu skylake, icelake, sapphire\n", "");
    assert_eq!(codes(&text), ["E0575"]);
}

#[test]
fn the_case_of_guests_of_a_new_cpu_is_refused() {
    let case = support::root().join("../shared/cases/new-cpu.mvm");
    let Ok(text) = std::fs::read_to_string(case) else {
        println!("skipped: the case is not there");
        return;
    };
    // It says with labels what is now said with `has` and `needs`.
    let text = text
        .replace("label cpu", "has cpu")
        .replace("label needs", "needs cpu");
    assert_eq!(codes(&text), ["E0575"]);
}

#[test]
fn who_is_counted_is_counted_wherever_they_go() {
    let text = with("drain r1.s1  at most 3 vms on s for s in servers except r1.s1");
    let moved = moves(&text, &plan(&text).unwrap());
    let to = |place: &str| moved.iter().filter(|moved| moved.ends_with(place)).count();
    // r1.s2 has two already, r2.s1 and r3.s1 one each.
    assert!(
        to(" r1.s2") <= 1 && to(" r2.s1") <= 2 && to(" r3.s1") <= 2,
        "{moved:?}"
    );
}

#[test]
fn what_is_reserved_stays_free() {
    // 24 GiB are there besides what moves; with one of three servers in reserve 64 GiB are left.
    let fits = with("drain r1  reserve 1 of r2.s1, r2.s2, r3.s1");
    assert!(plan(&fits).is_some());
    let full = with("drain r1 to r2, r3.s1  reserve 2 of r2.s1, r2.s2, r3.s1");
    assert_eq!(plan(&full), None);
}

#[test]
fn replicas_that_share_a_rack_are_taken_apart() {
    let text = "\
switch core
rack r[1..3] link 10Gbps to core { server s[1..3] { memory 32GiB link 1Gbps } }
vm db[1..3] { memory 8GiB idle on r1.s[1..3] }
plan p {
  drain r1.s1, r1.s2
  spread db[1..3] over racks
}
";
    let moved = moves(text, &plan(text).unwrap());
    let to = |rack: &str| moved.iter().filter(|moved| moved.contains(rack)).count();
    assert_eq!((to(" r1."), to(" r2."), to(" r3.")), (0, 1, 1), "{moved:?}");
    // Nobody else may come to a server before those that share it have left.
    let text = "\
switch core
server s[1..4] { memory 32GiB link 1Gbps to core }
vm a, b { memory 8GiB idle on s1 }
vm c    { memory 8GiB idle on s2 }
plan p {
  migrate a to s3
  migrate b to s4
  migrate c to s1
  spread a, b, c
}
";
    let plan = plan(text).unwrap();
    let end = |id: &str| plan.actions.iter().find(|a| a.id == id).unwrap().end;
    let start = |id: &str| plan.actions.iter().find(|a| a.id == id).unwrap().start;
    assert!(start("migrate c") >= end("migrate a").max(end("migrate b")));
    // Two that stay are never apart.
    let stuck = text
        .replace("  migrate a to s3\n  migrate b to s4\n", "")
        .replace("spread a, b, c", "spread a, b");
    assert_eq!(codes(&stuck), ["E0654"]);
}

#[test]
fn who_need_not_move_stays() {
    // `db1` and `db2` share nothing but the plan's wish that the racks differ: one of them leaves.
    let two = "vm db4 { memory 8GiB idle on r1.s1 }";
    let text = format!(
        "{RACKS}{two}\nplan p {{ migrate vms to any of servers  spread db1, db4  minimize moves, mttr }}"
    );
    let found = plan(&text).unwrap();
    assert_eq!(moves(&text, &found).len(), 1, "{:?}", moves(&text, &found));
    assert_eq!(found.objectives[0].value, 1);
    assert_eq!(found.objectives[0].lower_bound, 1);

    // Nothing asks anybody to go.
    let text = with("migrate vms to any of servers  minimize makespan");
    let found = plan(&text).unwrap();
    assert!(found.actions.is_empty());
    assert_eq!(found.objectives[0].value, 0);

    // Whose own server is switched goes.
    let text = with("migrate vms on r1.s1 to any of r1, r2  shutdown r1.s1");
    assert_eq!(moves(&text, &plan(&text).unwrap()).len(), 3);

    // What says when somebody moves would be about nothing.
    for rule in ["before db3 -> web1", "before web1 -> db3", "sync web[1..2]"] {
        let text = with(&format!(
            "migrate web[1..2] to any of r1  migrate db3 to r3.s2  {rule}  minimize makespan"
        ));
        assert!(
            codes(&text).contains(&"E0578"),
            "{rule}: {:?}",
            codes(&text)
        );
    }
    // What is to be in some time, or in none, may as well not be.
    let rules = "after web1 from 10min  freeze web2  minimize makespan";
    let text = with(&format!("migrate web[1..2] to any of r1  {rules}"));
    assert!(plan(&text).unwrap().actions.is_empty());
    // Who can be nowhere else is left alone.
    let text = with("migrate vms to any of servers  keep web1 on r1.s1  spread db1, web1");
    assert_eq!(moves(&text, &plan(&text).unwrap()).len(), 1);
}

const UNLIKE: &str = "switch core
server thrifty { memory 32GiB power 80W  hosting 4W  shutdown 30s link 1Gbps to core }
server usual   { memory 32GiB power 110W hosting 10W shutdown 30s link 1Gbps to core }
server thirsty { memory 32GiB power 240W hosting 15W shutdown 30s link 1Gbps to core }
vm a    { memory 8GiB idle on usual }
vm b, c { memory 8GiB idle on thirsty }
";

/// What `minimize power, moves` comes to, in W.
fn power(statements: &str) -> f64 {
    let text = format!("{UNLIKE}plan p {{ {statements}  minimize power, moves }}\n");
    let plan = plan(&text).expect(&text);
    for goal in &plan.objectives {
        assert_eq!(goal.value, goal.lower_bound, "{text}");
    }
    let power = plan
        .objectives
        .iter()
        .find(|goal| goal.goal == GoalKind::Power);
    power.expect(&text).value as f64 / 1000.0
}

#[test]
fn what_is_drawn_in_the_end_decides_who_goes_down() {
    // Of two that must be left on the ones that draw least, and there the VMs.
    assert_eq!(power("shutdown any 1 of servers"), 80.0 + 110.0 + 3.0 * 4.0);
    assert_eq!(power("shutdown any of servers"), 80.0 + 3.0 * 4.0);
    // Full where two are there.
    assert_eq!(
        power("shutdown any 1 of servers  at most 2 vms on thrifty"),
        80.0 + 110.0 + 2.0 * 4.0 + 10.0
    );
    // Nobody need move from the usual one.
    assert_eq!(
        power("drain thirsty  spread b, c"),
        80.0 + 110.0 + 240.0 + 2.0 * 10.0 + 4.0
    );
    // Who is stopped draws nothing.
    assert_eq!(power("stop b  migrate c to usual"), 430.0 + 2.0 * 10.0);
}
