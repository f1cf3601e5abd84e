//! Nights in which the clocks change.

use mvm::compile::{Checked, check};
use mvm::diag::Severity;
use mvm::diag::render::plain;
use mvm::emit::Kind;
use mvm::request::{Period, RuleKind};
use mvm::schedule::{Effort, Options, Quiet};

use crate::support::Text;

const BACK: &str = include_str!("clock-back.mvm");
const FORWARD: &str = include_str!("clock-forward.mvm");

fn checked(text: &str) -> Checked {
    check("test.mvm", &Text(text))
}

fn said(text: &str) -> String {
    let checked = checked(text);
    plain(&checked.map, &checked.diagnostics)
}

/// Applies each fix of the only error to the text.
fn mended(text: &str) -> Vec<String> {
    let checked = checked(text);
    let errors = checked.diagnostics.iter();
    let errors: Vec<_> = errors.filter(|d| d.severity() == Severity::Error).collect();
    assert_eq!(errors.len(), 1, "{}", said(text));
    let fixes = errors[0].fixes.iter();
    fixes
        .map(|fix| {
            let mut text = text.to_owned();
            text.replace_range(fix.span.range(), &fix.replacement);
            text
        })
        .collect()
}

#[test]
fn a_freeze_covers_both_quarters_past_two() {
    let checked = checked(BACK);
    let freezes: Vec<Period> = checked.analysis.requests[0]
        .rules
        .iter()
        .filter_map(|rule| match rule.kind {
            RuleKind::Freeze { period, .. } => Some(period),
            _ => None,
        })
        .collect();
    let minutes = |from: i64, to: i64| Period {
        from: from * 60,
        to: Some(to * 60),
    };
    // From 01:50 +02:00.
    assert_eq!(freezes, [minutes(25, 55), minutes(85, 115)]);
}

#[test]
fn no_output_runs_backwards() {
    // Without the deadline, which the freeze leaves too little time for.
    let text = BACK.replace("  before all by 03:45\n", "");
    let checked = checked(&text);
    let options = Options {
        effort: Effort::Fast,
        time_limit: None,
    };
    let plan = checked.plan(0, &options, &mut Quiet).expect("a plan");
    let datacenter = &checked.analysis.datacenter;
    let table = Kind::Table.emit(datacenter, &plan);
    insta::assert_snapshot!("clock_back.txt", table);
    let chart = Kind::Mermaid.emit(datacenter, &plan);
    assert!(chart.contains("(all times in +02:00)"), "{chart}");
    let starts = chart.lines().filter_map(|line| line.split(", ").nth(1));
    let starts: Vec<&str> = starts.filter(|text| text.contains('T')).collect();
    assert!(starts.len() == 12 && starts.is_sorted(), "{starts:?}");
    let picture = Kind::Svg.emit(datacenter, &plan);
    let script = Kind::Script.emit(datacenter, &plan);
    for (name, text) in [("svg", &picture), ("script", &script)] {
        assert!(text.contains("+02:00") && text.contains("+01:00"), "{name}");
    }
}

#[test]
fn a_time_that_does_not_exist_has_two_neighbours() {
    insta::assert_snapshot!(said(FORWARD));
    let mended = mended(FORWARD);
    assert_eq!(mended.len(), 2);
    for text in mended {
        assert_eq!(said(&text), "", "{text}");
    }
}

#[test]
fn a_deadline_asks_which_of_two() {
    let text = BACK.replace("by 03:45", "by 02:30");
    insta::assert_snapshot!(said(&text));
    let mended = mended(&text);
    assert!(mended[0].contains("by 02:30 CEST") && mended[1].contains("by 02:30 CET"));
    for text in mended {
        let errors = checked(&text);
        assert!(!errors.has_errors(), "{text}");
    }
}

#[test]
fn a_period_with_one_end_twice_is_the_longer_one() {
    for (period, from, to) in [
        ("from 02:15 to 03:15", 25, 145),
        ("from 01:55 to 02:15", 5, 85),
        ("until 02:15", 0, 85),
        ("from 02:45 to 02:15", 55, 85),
        ("from 02:15 CET to 02:45", 85, 115),
        ("from 02:15 CEST to 02:45 CEST", 25, 55),
    ] {
        let text = BACK.replace("from 02:15 to 02:45", period);
        let checked = checked(&text);
        assert!(!checked.has_errors(), "{}", said(&text));
        let rules = &checked.analysis.requests[0].rules;
        let freezes = rules.iter().filter(|rule| {
            let expected = Period {
                from: from * 60,
                to: Some(to * 60),
            };
            matches!(&rule.kind, RuleKind::Freeze { period, .. } if *period == expected)
        });
        assert_eq!(freezes.count(), 1, "{period}: {rules:?}");
    }
}
