//! `expect on time`: a plan without slack is late in every second course, one with some is not.

use mvm::compile::check;
use mvm::schedule::{Options, Quiet};

use crate::support::Text;

/// What is not met of a plan with so much slack.
fn unmet(slack: &str, share: &str) -> Vec<String> {
    let text = format!(
        "switch tor\nserver s[1..2] {{ link 1Gbps to tor }}\n\
         vm v[1..4] {{ memory 4GiB idle on s1 }}\n\
         plan move {{ migrate vms to s2 {slack} before all by 150s expect on time in {share} }}"
    );
    let checked = check("test.mvm", &Text(&text));
    assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
    let plan = checked.plan(0, &Options::default(), &mut Quiet).unwrap();
    let unmet = checked.unmet(0, &plan);
    unmet.into_iter().map(|found| found.message).collect()
}

#[test]
fn a_deadline_with_room_is_kept_as_often_as_expected() {
    assert_eq!(unmet("", "99%"), Vec::<String>::new());
    assert_eq!(unmet("slack 5%", "99%"), Vec::<String>::new());
}

#[test]
fn a_tight_deadline_is_missed_as_often_as_is_said() {
    let text = "switch tor\nserver s[1..2] { link 1Gbps to tor }\n\
         vm v[1..4] { memory 4GiB idle on s1 }\n\
         plan move { migrate vms to s2 before all by 138s expect on time in 99% }";
    let checked = check("test.mvm", &Text(text));
    let plan = checked.plan(0, &Options::default(), &mut Quiet).unwrap();
    assert!(plan.makespan <= 138);
    let found = checked.unmet(0, &plan);
    assert_eq!(found.len(), 1, "{}", plan.makespan);
    assert!(
        found[0].message.contains("is on time in"),
        "{}",
        found[0].message
    );
    assert!(
        found[0].message.contains("of 1000 courses"),
        "{}",
        found[0].message
    );
}

#[test]
fn a_share_is_a_share() {
    for wrong in ["99s", "99%"] {
        let text = format!(
            "switch tor\nserver s[1..2] {{ link 1Gbps to tor }}\nvm v {{ memory 4GiB idle on s1 }}\n\
             plan move {{ migrate v to s2 expect on time in {wrong} }}"
        );
        let checked = check("test.mvm", &Text(&text));
        assert_eq!(checked.has_errors(), wrong == "99s", "{wrong}");
    }
}
