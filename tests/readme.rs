//! README's table is one that `cargo bench --bench table -- FOLDER --readme` can compare with what it computes.

#[path = "../benches/table/readme.rs"]
mod readme;

use std::fs;
use std::path::Path;

use readme::{Measured, differences, group, rows, written};

fn text() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    fs::read_to_string(path).expect("README can be read")
}

#[test]
fn each_row_of_the_table_is_read() {
    let rows = written(&text());
    assert!(rows.len() >= 16, "{} rows", rows.len());
    for row in rows {
        for figure in &row.figures {
            let is_number = |word: &str| {
                word.chars()
                    .all(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
            };
            let mut words = figure
                .split_whitespace()
                .filter(|word| !matches!(*word, "to" | "%"));
            assert!(!figure.is_empty() && words.all(is_number), "{row:?}");
        }
    }
}

#[test]
fn a_figure_that_is_not_true_any_more_is_told() {
    let measured = |value: i64| Measured {
        group: "random_infra x1".into(),
        vms: 96,
        value,
        lower_bound: 4700,
    };
    let both = [measured(4726), measured(4750)];
    assert_eq!(
        rows(&both)[0].figures,
        ["96", "4,726 to 4,750", "4,700", "0.55 to 1.05 %"]
    );
    let table = "| instance | VMs | value | proved bound | gap | time |\n|---|\n\
                 | random_infra x1 | 96 | 4,726 to 4,750 | 4,700 | 0.55 to 1.05 % | 2 s |\n";
    assert_eq!(differences(table, &both), Vec::<String>::new());
    assert_eq!(
        differences(table, &both[..1]),
        [
            "random_infra x1: value is 4,726, README says 4,726 to 4,750",
            "random_infra x1: gap is 0.55 %, README says 0.55 to 1.05 %"
        ]
    );
    assert_eq!(
        differences("", &both),
        ["random_infra x1 is not in the table"]
    );
    assert_eq!(
        group("data/random_vms_scale/x18/instance_2.json").as_deref(),
        Some("random_vms x18")
    );
}
