//! What programs read of a run: a line of JSON for each decision, and a table of how long actions took.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::output;
use crate::plan::Plan;
use crate::run::{Decision, Journal, Time};

/// The log.
pub struct Record<'a> {
    plan: &'a Plan,
    file: Option<File>,
}

impl<'a> Record<'a> {
    /// Goes on with a file, where one is wanted.
    ///
    /// # Errors
    /// In words.
    pub fn new(path: Option<&Path>, plan: &'a Plan) -> Result<Self, String> {
        let open = |path: &Path| {
            super::append(path).map_err(|e| format!("`{}` cannot be written: {e}", path.display()))
        };
        let file = path.map(open).transpose()?;
        Ok(Record { plan, file })
    }

    /// `{"at":1795816800,"event":"start","action":"migrate web1","planned":20,"text":"start  migrate web1"}`
    pub fn write(&mut self, now: Time, decision: &Decision, clock: impl Fn(Time) -> String) {
        let Some(file) = &mut self.file else { return };
        let action = &self.plan.actions[decision.action()];
        let mut line = json!({
            "at": now,
            "event": decision.name(),
            "action": action.id,
            "planned": action.end - action.start,
        });
        let ran = match decision {
            Decision::Late { ran, .. } | Decision::Limit { ran, .. } => Some(*ran),
            _ => None,
        };
        if let Some(ran) = ran {
            line["ran"] = Value::from(ran);
        }
        line["text"] = Value::from(decision.words(self.plan, &clock));
        // The plan goes on, whatever becomes of its log.
        let _ = writeln!(file, "{line}");
    }
}

/// Writes the times that a journal has.
///
/// # Errors
/// In words.
pub fn times(journal: &str, to: &Path) -> Result<(), String> {
    let journal = Journal::read(journal).map_err(|e| e.to_string())?;
    let mut table = csv::Writer::from_writer(Vec::new());
    let cannot = |e: csv::Error| e.to_string();
    table
        .write_record(["action", "start", "end"])
        .map_err(cannot)?;
    for (action, start, end) in journal.times() {
        table
            .write_record([action, &start.to_string(), &end.to_string()])
            .map_err(cannot)?;
    }
    let bytes = table.into_inner().map_err(|e| e.to_string())?;
    output::write(Some(to), &String::from_utf8_lossy(&bytes))
}
