//! What a check costs.

use std::cell::Cell;

use super::*;
use crate::compile::{Prospect, check};
use crate::schedule::{Options, Quiet};
use crate::source::Loader;

/// A night that takes clauses to prove.
const NIGHT: &str = "
switch t
server a[1..5] { memory 16GiB link 1Gbps to t power 100W }
server b       { memory 32GiB link 2.5Gbps to t power 120W boot 30s extra 20W off }
vm x[1..3] { memory 4GiB idle on a[1..3] }
vm y[4..5] { memory 2GiB on a[4..5] hot 100MB in 4s }
plan night {
  start 2026-11-28 23:30 UTC
  migrate x[1..3] to b
  migrate y[4..5] to b
  shutdown a1
  before x1 -> y4
  freeze x3 from 23:30 to 23:31
  minimize mttr, energy
}
";

struct Night;

impl Loader for Night {
    fn load(&self, _: &str) -> Result<Vec<u8>, String> {
        Ok(NIGHT.into())
    }
}

/// One number of the certificate that is changed costs no more than the files are worth, and is named: with another
/// value in its place more is shown.
#[test]
fn a_changed_multiplier_is_refused_at_once_and_named() {
    let checked = check("night.mvm", &Night);
    let (plan, written) = checked
        .plan_certified(0, &Options::default(), &mut Quiet, "night")
        .expect("there is a plan");
    let mut proofs = written.certificate.objectives.iter();
    assert!(proofs.any(|proof| proof.clauses.is_some()));
    let Prospect::Open(problem) = &checked.prospects[0] else {
        panic!("there is a plan");
    };
    let f = &problem.formulation;
    let read = Cell::new(0);
    let load = |name: &str| {
        let file = written.files.iter().find(|(known, _)| known == name);
        let text = file.map(|(_, text)| text.clone());
        read.set(read.get() + text.as_ref().map_or(0, String::len));
        text.ok_or(String::from("gone"))
    };
    let (mut changed, mut refused, mut named) = (0, 0, 0);
    for (at, proof) in written.certificate.objectives.iter().enumerate() {
        let mut limits: Vec<i64> = plan.objectives[..=at].iter().map(|o| o.value).collect();
        limits[at] = proof.lower_bound - 1;
        let (verdict, work) = check_proof(f, &limits, proof, &load);
        assert!(verdict.is_ok(), "{verdict:?}");
        println!(
            "{}: {} of {} steps of work, {} multipliers",
            proof.name,
            work.spent,
            work.most,
            proof.numbers()
        );
        assert!(work.spent <= work.most / 4, "{work:?}");
        let rows = proof.multipliers.iter().enumerate();
        let places: Vec<(usize, usize)> = rows
            .flat_map(|(row, of)| (0..of.steps.len() - 1).map(move |step| (row, step)))
            .filter(|&(row, step)| proof.multipliers[row].steps[step].1 >= 10)
            .collect();
        for &(row, step) in places.iter().step_by(1 + places.len() / 25) {
            for (times, over) in [(10, 1), (1, 10)] {
                let mut wrong = proof.clone();
                let multiplier = &mut wrong.multipliers[row].steps[step].1;
                *multiplier = multiplier.saturating_mul(times) / over;
                read.set(0);
                let (verdict, work) = check_proof(f, &limits, &wrong, &load);
                changed += 1;
                assert!(work.spent <= work.most + read.get() as u64, "{work:?}");
                let Err(why) = verdict else { continue };
                refused += 1;
                let name = format!("`{}`", wrong.multipliers[row].name);
                named += usize::from(why.to_string().contains(&name));
            }
        }
    }
    println!("{changed} changed, {refused} refused, {named} named");
    assert!(
        refused > 0 && named * 4 >= refused * 3,
        "{named} of {refused}"
    );
}
