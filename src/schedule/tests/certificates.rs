//! Certificates of small random problems: those that are right are accepted, and no false bound is, whatever is written.

use std::collections::BTreeMap;

use super::*;
use crate::certify::{Certificate, Claim, Refutation, Rejection};
use crate::schedule::exact::sat::{Refuted, refute};

/// A problem with its solution and certificate.
struct Case {
    f: Formulation,
    solution: Solution,
    written: Written,
}

fn cases(seed: u64, rounds: usize) -> Vec<Case> {
    let mut random = Random::new(seed);
    let mut cases = Vec::new();
    for _ in 0..rounds {
        let f = random_formulation(&mut random);
        let (outcome, written) = certified(&f, &Options::default(), &mut Quiet, "p", "p");
        if let (Outcome::Found(solution), Some(written)) = (outcome, written) {
            cases.push(Case {
                f,
                solution,
                written,
            });
        }
    }
    assert!(cases.len() > rounds / 4);
    cases
}

impl Case {
    fn values(&self) -> Vec<i64> {
        self.solution.objectives.iter().map(|o| o.value).collect()
    }

    /// What the checker says where the plan says these bounds.
    fn check(
        &self,
        bounds: &[i64],
        certificate: &Certificate,
    ) -> Result<(), Vec<(String, Rejection)>> {
        let claims: Vec<Claim> = (self.values().iter().zip(bounds))
            .map(|(&value, &lower_bound)| Claim { value, lower_bound })
            .collect();
        let load = |name: &str| {
            let file = self.written.files.iter().find(|(known, _)| known == name);
            file.map(|(_, text)| text.clone())
                .ok_or(String::from("gone"))
        };
        certify::check(&self.f, "p", &claims, certificate, &load).map(|_| ())
    }

    fn reason(&self, certificate: &Certificate) -> Option<Rejection> {
        let bounds: Vec<i64> = self
            .solution
            .objectives
            .iter()
            .map(|o| o.lower_bound)
            .collect();
        let mut rejected = self.check(&bounds, certificate).err()?;
        Some(rejected.swap_remove(0).1)
    }
}

/// The clauses for the values of a solution have a solution, with the multipliers and without: nothing that is right
/// is ever excluded.
#[test]
fn a_schedule_within_the_limits_is_left_open() {
    let mut by_clauses = 0;
    for case in cases(3, 500) {
        let values = case.values();
        for (at, proof) in case.written.certificate.objectives.iter().enumerate() {
            by_clauses += usize::from(proof.clauses.is_some());
            let last_ends = [None, proof.last_end.as_ref()];
            let multipliers = [&[][..], &proof.multipliers];
            for (last_end, multipliers) in last_ends.into_iter().zip(multipliers) {
                let refutation = Refutation {
                    limits: &values[..=at],
                    weights: &proof.weights,
                    multipliers,
                    last_end,
                    turns: None,
                };
                let cnf = refutation.open(&case.f).expect("nothing is too large");
                let cnf = cnf.unwrap_or_else(|| panic!("{values:?} excluded: {:#?}", case.f));
                let verdict = refute(&cnf, u64::MAX, &|| false);
                assert_eq!(verdict, Refuted::Satisfiable, "{values:?} {:#?}", case.f);
            }
        }
    }
    assert!(by_clauses > 5, "{by_clauses} proofs by clauses");
}

/// No certificate shows a bound above the optimum, however its numbers are changed.
#[test]
fn no_false_bound_is_accepted() {
    let mut random = Random::new(11);
    for case in cases(4, 150) {
        for _ in 0..20 {
            let mut certificate = case.written.certificate.clone();
            let at = random.below(certificate.objectives.len());
            let mut bounds = case.values();
            bounds[at] += 1 + random.below(3) as i64;
            certificate.objectives[at].lower_bound = bounds[at];
            for _ in 0..random.below(4) {
                change(&mut certificate, &mut random);
            }
            let result = case.check(&bounds, &certificate);
            assert!(result.is_err(), "{bounds:?} {certificate:#?} {:#?}", case.f);
        }
    }
}

/// Changes one number somewhere.
fn change(certificate: &mut Certificate, random: &mut Random) {
    let mut numbers: Vec<&mut i64> = Vec::new();
    for proof in &mut certificate.objectives {
        numbers.extend(&mut proof.weights);
        let mut rows: Vec<_> = proof.multipliers.iter_mut().collect();
        if let Some(last_end) = &mut proof.last_end {
            numbers.push(&mut last_end.at_least);
            rows.extend(&mut last_end.multipliers);
        }
        for row in rows {
            numbers.push(&mut row.unit);
            numbers.extend(row.steps.iter_mut().flat_map(|(from, m)| [from, m]));
        }
    }
    let at = random.below(numbers.len());
    let number = &mut numbers[at];
    **number = match random.below(6) {
        0 => 0,
        1 => -1,
        2 => number.wrapping_mul(2),
        3 => i64::MAX,
        4 => number.wrapping_add(1),
        _ => random.bits() as i64 >> random.below(60),
    };
}

/// Each kind of nonsense is told apart.
#[test]
fn what_was_tampered_with_is_said() {
    let cases = cases(5, 400);
    let priced = cases
        .iter()
        .find(|case| {
            case.written
                .certificate
                .objectives
                .iter()
                .any(|p| p.multipliers.len() > 1)
        })
        .expect("some bound needs multipliers");
    let at = priced
        .written
        .certificate
        .objectives
        .iter()
        .position(|p| p.multipliers.len() > 1);
    let at = at.expect("found above");
    let reason = |change: &dyn Fn(&mut Certificate)| {
        let mut certificate = priced.written.certificate.clone();
        change(&mut certificate);
        priced.reason(&certificate)
    };
    assert_eq!(reason(&|_| {}), None);
    assert_eq!(
        reason(&|c| c.plan = "q".to_owned()),
        Some(Rejection::OtherPlan("q".to_owned()))
    );
    assert_eq!(
        reason(&|c| c.objectives[0].name.clear()),
        Some(Rejection::OtherObjectives)
    );
    assert_eq!(
        reason(&|c| c.objectives.clear()),
        Some(Rejection::OtherObjectives)
    );
    let lower = reason(&|c| c.objectives[at].lower_bound -= 1);
    assert!(matches!(lower, Some(Rejection::OtherBound { .. })));
    assert_eq!(
        reason(&|c| c.objectives[at].weights[at] = -1),
        Some(Rejection::Weights)
    );
    assert_eq!(
        reason(&|c| c.objectives[at].weights.push(0)),
        Some(Rejection::Weights)
    );
    assert!(reason(&|c| c.objectives[at].weights[at] = i64::MAX).is_some());
    let name = priced.written.certificate.objectives[at].multipliers[0]
        .name
        .clone();
    let steps = Some(Rejection::Steps(name.clone()));
    let level = Some(Rejection::UnknownLevel(name));
    assert_eq!(
        reason(&|c| c.objectives[at].multipliers[0].steps[0].1 = -1),
        steps
    );
    assert_eq!(
        reason(&|c| c.objectives[at].multipliers[0].steps[0].0 = -1),
        steps
    );
    assert_eq!(
        reason(&|c| c.objectives[at].multipliers[0].steps.reverse()),
        steps
    );
    assert_eq!(
        reason(&|c| c.objectives[at].multipliers[0].steps.clear()),
        steps
    );
    assert_eq!(
        reason(&|c| c.objectives[at].multipliers[0].steps.truncate(1)),
        steps
    );
    assert_eq!(reason(&|c| c.objectives[at].multipliers[0].unit = 0), level);
    assert_eq!(
        reason(&|c| c.objectives[at].multipliers[0].index = 99),
        level
    );
    let twice = |c: &mut Certificate| {
        let row = c.objectives[at].multipliers[0].clone();
        c.objectives[at].multipliers.push(row);
    };
    assert_eq!(reason(&twice), level);
    let unit = reason(&|c| c.objectives[at].multipliers[0].unit = 1 << 40);
    assert!(matches!(unit, Some(Rejection::Unit(_))), "{unit:?}");
    // Without its multipliers the bound is not shown.
    assert!(reason(&|c| c.objectives[at].multipliers.clear()).is_some());
    let last_end = |at_least| crate::certify::LastEnd {
        at_least,
        multipliers: Vec::new(),
    };
    for at_least in [i64::MIN, -1, 0, 1 << 20, i64::MAX] {
        let reason = reason(&|c| c.objectives[at].last_end = Some(last_end(at_least)));
        assert_eq!(reason, Some(Rejection::LastEnd(at_least)));
    }
}

/// Problems, clauses and proofs that were changed are found out.
#[test]
fn changed_files_are_rejected() {
    let mut random = Random::new(12);
    let mut rejected = BTreeMap::new();
    for mut case in cases(6, 400) {
        for at in 0..case.written.files.len() {
            let (name, text) = case.written.files[at].clone();
            let suffix = name.rsplit('.').next().expect("names have suffixes");
            let mut lines: Vec<&str> = text.lines().collect();
            if suffix == "drat" {
                // The empty clause at once, which follows where units refute the clauses, and else does not.
                lines = vec!["0"];
            } else {
                lines.remove(random.below(lines.len()));
            }
            case.written.files[at].1 = lines.join("\n");
            let reason = case.reason(&case.written.certificate);
            case.written.files[at].1 = text;
            match suffix {
                "json" => assert_eq!(reason, Some(Rejection::OtherProblem(name.clone()))),
                "cnf" => assert!(
                    matches!(&reason, Some(Rejection::OtherClauses { file, .. }) if *file == name),
                    "{reason:?}"
                ),
                _ => assert!(
                    matches!(reason, None | Some(Rejection::Proof { line: 1, .. })),
                    "{reason:?}"
                ),
            }
            *rejected.entry(suffix.to_owned()).or_insert(0) += usize::from(reason.is_some());
        }
        case.written.files.clear();
        let gone = case.reason(&case.written.certificate);
        assert!(matches!(gone, Some(Rejection::Unreadable(..))), "{gone:?}");
    }
    assert!(
        rejected.values().all(|&count| count > 0) && rejected.len() == 3,
        "{rejected:?}"
    );
}
