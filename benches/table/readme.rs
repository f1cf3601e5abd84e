//! The figures that README.md gives for groups of instances, and whether they are still true.

use std::collections::BTreeMap;

/// What was computed for an instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Its family and scale: `random_infra x1`.
    pub group: String,
    /// How many VMs there are.
    pub vms: usize,
    /// The objective.
    pub value: i64,
    /// Its bound.
    pub lower_bound: i64,
}

impl Measured {
    /// (value - bound) / value in percent.
    pub fn gap(&self) -> f64 {
        100.0 * (self.value - self.lower_bound) as f64 / (self.value as f64).max(1.0)
    }
}

/// A row of README's table, without what depends on the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its family and scale.
    pub group: String,
    /// The figures as they are written: VMs, value, bound and gap.
    pub figures: [String; 4],
}

/// The columns that are compared.
pub const COLUMNS: [&str; 4] = ["VMs", "value", "proved bound", "gap"];

/// The group of an instance that lies in a folder: `random_infra_scale/x1/instance_1.json` is of `random_infra x1`.
pub fn group(path: &str) -> Option<String> {
    let mut parts = path.rsplit('/').skip(1);
    let (scale, family) = (parts.next()?, parts.next()?);
    let family = family.strip_suffix("_scale").unwrap_or(family);
    Some(format!("{family} {scale}"))
}

/// A row for each group, as README has them: one figure, or the least and the greatest over its instances.
pub fn rows(all: &[Measured]) -> Vec<Row> {
    let mut groups: BTreeMap<&str, Vec<&Measured>> = BTreeMap::new();
    for measured in all {
        groups.entry(&measured.group).or_default().push(measured);
    }
    let rows = groups.into_iter().map(|(group, own)| {
        let count = |of: &dyn Fn(&Measured) -> i64| {
            let low = own.iter().map(|m| of(m)).min().unwrap_or(0);
            let high = own.iter().map(|m| of(m)).max().unwrap_or(0);
            range(&thousands(low), &thousands(high))
        };
        let gaps = own.iter().map(|m| m.gap());
        let (low, high) = gaps.fold((f64::MAX, 0.0_f64), |(low, high), gap| {
            (low.min(gap), high.max(gap))
        });
        Row {
            group: group.to_owned(),
            figures: [
                count(&|m| m.vms as i64),
                count(&|m| m.value),
                count(&|m| m.lower_bound),
                format!("{} %", range(&format!("{low:.2}"), &format!("{high:.2}"))),
            ],
        }
    });
    rows.collect()
}

/// The rows of the table whose first column is `instance`.
pub fn written(readme: &str) -> Vec<Row> {
    let cells = |line: &str| -> Vec<String> {
        let inside = line.trim().trim_matches('|');
        inside
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    let mut lines = readme
        .lines()
        .skip_while(|line| !line.starts_with("| instance |"));
    let head = cells(lines.next().unwrap_or_default());
    let places: Option<Vec<usize>> = COLUMNS
        .iter()
        .map(|name| head.iter().position(|cell| cell == name))
        .collect();
    let Some(places) = places else {
        return Vec::new();
    };
    let body = lines.skip(1).take_while(|line| line.starts_with('|'));
    let rows = body.filter_map(|line| {
        let cells = cells(line);
        let figure = |at: usize| cells.get(places[at]).cloned().unwrap_or_default();
        Some(Row {
            group: cells.first()?.clone(),
            figures: [figure(0), figure(1), figure(2), figure(3)],
        })
    });
    rows.collect()
}

/// What README says and what is not true any more: of each group that was computed, and that it names.
pub fn differences(readme: &str, measured: &[Measured]) -> Vec<String> {
    let written = written(readme);
    let mut found = Vec::new();
    for row in rows(measured) {
        let Some(known) = written.iter().find(|known| known.group == row.group) else {
            found.push(format!("{} is not in the table", row.group));
            continue;
        };
        for (column, (is, says)) in COLUMNS.iter().zip(row.figures.iter().zip(&known.figures)) {
            if is != says {
                found.push(format!(
                    "{}: {column} is {is}, README says {says}",
                    row.group
                ));
            }
        }
    }
    found
}

fn range(low: &str, high: &str) -> String {
    if low == high {
        low.to_owned()
    } else {
        format!("{low} to {high}")
    }
}

/// `41,820`
fn thousands(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
