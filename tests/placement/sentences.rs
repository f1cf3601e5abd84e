//! What each sentence about places means.

use super::{codes, moves, plan};

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
