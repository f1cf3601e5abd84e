//! How certificates are written; `CERTIFICATES.md` explains each field.

use serde::{Deserialize, Serialize};

use crate::formulation::{Formulation, Seconds};

/// The version of the format.
pub const FORMAT: &str = "mvm-certificate/1";

/// What proves the bounds of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// [`FORMAT`].
    pub format: String,
    /// The plan's name.
    pub plan: String,
    /// The file beside it that has the problem, see [`super::describe`].
    pub problem: String,
    /// One for each objective.
    pub objectives: Vec<Proof>,
}

/// What proves the bound of one objective.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The objective.
    pub name: String,
    /// No plan whose earlier objectives have their values has less; in s, or mJ for energy.
    pub lower_bound: i64,
    /// A weight for each objective up to this one.
    pub weights: Vec<i64>,
    /// What is shown of the last end before all else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_end: Option<LastEnd>,
    /// Multipliers of levels.
    pub multipliers: Vec<Multipliers>,
    /// Actions that are priced together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turns: Option<Turns>,
    /// What the multipliers leave open, as clauses, and their refutation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clauses: Option<Clauses>,
}

/// Actions that take turns, priced together in slots of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turns {
    /// Seconds in a slot.
    pub slot: Seconds,
    /// How many there are before all the time that comes after them.
    pub slots: usize,
    /// The actions.
    pub cells: Vec<Cell>,
}

/// Blocks of which no two run at once, and blocks before or after these; each named by its first action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The resource that never has room for two of them.
    pub machine: usize,
    /// The blocks; those of a kind are only counted.
    pub kinds: Vec<Vec<usize>>,
    /// `(first, then)`: kinds of which all are over before one of the other begins.
    pub orders: Vec<(usize, usize)>,
    /// Blocks that come before all of some kinds.
    pub leaders: Vec<(usize, Vec<usize>)>,
    /// Blocks that come after all of some kinds.
    pub followers: Vec<(usize, Vec<usize>)>,
}

/// Nothing can have ended before a second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastEnd {
    /// The last end is at least that.
    pub at_least: Seconds,
    /// Multipliers of levels that show it.
    pub multipliers: Vec<Multipliers>,
}

/// The multipliers of a level over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Multipliers {
    /// What kind of level it is.
    pub kind: Kind,
    /// Index of the resource, of the order, or of the first of the actions whose end it is.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// They are for the level divided by that.
    pub unit: i64,
    /// `(from, multiplier of each second from then on)`; the last one is 0.
    pub steps: Vec<(Seconds, i64)>,
}

/// Kinds of levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A resource.
    Resource,
    /// An action before another.
    Precedence,
    /// An action before the last end.
    End,
}

/// Files beside the certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clauses {
    /// Clauses in DIMACS.
    pub cnf: String,
    /// Their refutation in DRAT.
    pub drat: String,
}

impl Proof {
    /// How many numbers its multipliers have.
    pub fn numbers(&self) -> usize {
        let last_end = self
            .last_end
            .iter()
            .flat_map(|last_end| &last_end.multipliers);
        self.multipliers
            .iter()
            .chain(last_end)
            .map(|row| row.steps.len())
            .sum()
    }
}

/// The name of a level.
pub fn level_name(f: &Formulation, kind: Kind, index: usize) -> String {
    match kind {
        Kind::Resource => f.resources[index].name.clone(),
        Kind::Precedence => {
            let order = &f.precedences[index];
            format!("{} -> {}", f[order.first].name, f[order.then].name)
        }
        Kind::End => f.actions[index].name.clone(),
    }
}

/// Reads a certificate.
///
/// # Errors
/// In words.
pub fn read(text: &str) -> Result<Certificate, String> {
    let certificate: Certificate = serde_json::from_str(text).map_err(|e| e.to_string())?;
    if certificate.format != FORMAT {
        return Err(format!(
            "its format is `{}`, not `{FORMAT}`",
            certificate.format
        ));
    }
    Ok(certificate)
}

/// Writes a certificate, a line for each level.
pub fn write(certificate: &Certificate) -> String {
    let proofs: Vec<String> = certificate.objectives.iter().map(proof).collect();
    format!(
        "{{\n\"format\": {},\n\"plan\": {},\n\"problem\": {},\n\"objectives\": [{}]\n}}\n",
        json(&certificate.format),
        json(&certificate.plan),
        json(&certificate.problem),
        proofs.join(",")
    )
}

fn proof(proof: &Proof) -> String {
    let mut fields = vec![
        format!("\"name\": {}", json(&proof.name)),
        format!("\"lower_bound\": {}", proof.lower_bound),
        format!("\"weights\": {}", json(&proof.weights)),
    ];
    if let Some(LastEnd {
        at_least,
        multipliers,
    }) = &proof.last_end
    {
        fields.push(format!(
            "\"last_end\": {{\n  \"at_least\": {at_least},\n  \"multipliers\": {}}}",
            rows(multipliers)
        ));
    }
    fields.push(format!("\"multipliers\": {}", rows(&proof.multipliers)));
    if let Some(Turns { slot, slots, cells }) = &proof.turns {
        fields.push(format!(
            "\"turns\": {{\n  \"slot\": {slot},\n  \"slots\": {slots},\n  \"cells\": {}}}",
            rows(cells)
        ));
    }
    if let Some(clauses) = &proof.clauses {
        fields.push(format!("\"clauses\": {}", json(clauses)));
    }
    format!("{{\n  {}}}", fields.join(",\n  "))
}

fn rows(rows: &[impl Serialize]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|row| format!("\n    {}", json(row)))
        .collect();
    format!("[{}]", rows.join(","))
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data without maps is JSON")
}
