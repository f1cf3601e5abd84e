//! What was measured: a table of starts and ends, or the journal of a plan script.
//!
//! A table has a line of headings, among them `action`, `start` and `end` in any order and case, parted by `,`, `;` or
//! tabs. `action` is an id of the plan, or BtrPlace's `{action=migrate(vm=vm#7, …)}`; times are Unix seconds or RFC 3339.
//! In a journal, an action counts from its last `started` to its `ended`; those that failed count for nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// How long an action took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id in the plan.
    pub action: String,
    /// Whole seconds.
    pub seconds: i64,
}

/// Why a text says nothing of what was measured. Lines count from 1.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    /// There is neither a heading nor a journal.
    #[error(
        "line 1: expected the headings `action`, `start` and `end`, or a journal of a plan; `{0}` is missing"
    )]
    NoColumn(&'static str),
    /// The table is broken.
    #[error("line {line}: {what}")]
    Broken {
        /// Line of the text.
        line: u64,
        /// What is wrong.
        what: String,
    },
}

/// Reads a table or a journal.
///
/// # Errors
/// The first place that cannot be understood.
pub fn read(text: &str) -> Result<Vec<Run>, Malformed> {
    if text.starts_with("mvm-journal/") {
        return journal(text);
    }
    let heading = text.lines().next().unwrap_or("");
    let delimiter = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|&byte| heading.bytes().filter(|&b| b == byte).count())
        .unwrap_or(b',');
    let mut table = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let headings = table.headers().map_err(broken)?.clone();
    let column = |name: &'static str| {
        let found = headings.iter().position(|h| h.eq_ignore_ascii_case(name));
        found.ok_or(Malformed::NoColumn(name))
    };
    let (action, start, end) = (column("action")?, column("start")?, column("end")?);
    let mut runs = Vec::new();
    for record in table.records() {
        let record = record.map_err(broken)?;
        let line = record.position().map_or(0, csv::Position::line);
        let field = |column: usize| record.get(column).unwrap_or("");
        let time = |column: usize| {
            seconds(field(column)).ok_or_else(|| Malformed::Broken {
                line,
                what: format!(
                    "`{}` is no time: expected Unix seconds, or a date and time such as 2026-11-28T22:00:00Z",
                    field(column)
                ),
            })
        };
        runs.push(Run {
            action: id(field(action)),
            seconds: time(end)? - time(start)?,
        });
    }
    Ok(runs)
}

fn broken(error: csv::Error) -> Malformed {
    let line = error.position().map_or(1, csv::Position::line);
    Malformed::Broken {
        line,
        what: error.to_string(),
    }
}

fn seconds(text: &str) -> Option<i64> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole);
    }
    match text.parse::<f64>() {
        Ok(unix) if unix.abs() < 1e15 => Some(unix.round() as i64),
        Ok(_) => None,
        Err(_) => Some(text.parse::<Timestamp>().ok()?.as_second()),
    }
}

/// `migrate vm7` for `{action=migrate(vm=vm#7, from=node#3, …)}`; what is no such text is an id already.
fn id(text: &str) -> String {
    let vm = text
        .strip_prefix("{action=migrate(vm=vm#")
        .and_then(|rest| rest.split(',').next());
    vm.map_or_else(|| text.to_owned(), |vm| format!("migrate vm{vm}"))
}

fn journal(text: &str) -> Result<Vec<Run>, Malformed> {
    let mut started = BTreeMap::new();
    let mut runs = Vec::new();
    for (at, line) in text.lines().enumerate().skip(1) {
        let mut fields = line.split('\t');
        let (Some(when), Some(what), Some(number), Some(title)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            // The last line of a run that was killed may be cut off.
            continue;
        };
        let when: i64 = when.parse().map_err(|_| Malformed::Broken {
            line: at as u64 + 1,
            what: format!("`{when}` is no Unix time"),
        })?;
        match what {
            "started" => {
                started.insert(number, when);
            }
            "ended" => {
                if let Some(start) = started.remove(number) {
                    runs.push(Run {
                        action: title.to_owned(),
                        seconds: when - start,
                    });
                }
            }
            "failed" => {
                started.remove(number);
            }
            _ => {}
        }
    }
    Ok(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Vec<(String, i64)> {
        let runs = read(text).unwrap();
        runs.into_iter()
            .map(|run| (run.action, run.seconds))
            .collect()
    }

    #[test]
    fn tables_of_several_kinds() {
        let expected = vec![("migrate vm7".to_owned(), 34)];
        for text in [
            "action,start,end\nmigrate vm7,100,134\n",
            "END;start;Action\n134.4;100.2;\"migrate vm7\"\n",
            "start\tend\taction\n2026-11-28T22:00:00Z\t2026-11-28T23:00:34+01:00\tmigrate vm7\n",
            "ACTION;START;END;RUN\n{action=migrate(vm=vm#7, from=node#3, to=node#2, bw=1000)};100;134;1\n",
        ] {
            assert_eq!(read_all(text), expected, "{text}");
        }
    }

    #[test]
    fn a_journal_counts_from_the_last_start_and_what_ended_well() {
        let text = "mvm-journal/1\tabc\t100\tp\n100\tstarted\t0001\tmigrate a\n100\tstarted\t0002\tmigrate b\n\
                    110\tfailed\t0001\tmigrate a\n120\tstarted\t0001\tmigrate a\n125\tended\t0001\tmigrate a\n\
                    126\tfailed\t0002\tmigrate b\n130\tstar";
        assert_eq!(read_all(text), [("migrate a".to_owned(), 5)]);
    }

    #[test]
    fn what_cannot_be_understood_is_told_with_its_line() {
        let message = |text| read(text).unwrap_err().to_string();
        assert_eq!(
            message("who,start,end\n"),
            "line 1: expected the headings `action`, `start` and `end`, or a journal of a plan; `action` is missing"
        );
        assert_eq!(
            message("action,start,end\na,1,2\nb,noon,2\n"),
            "line 3: `noon` is no time: expected Unix seconds, or a date and time such as 2026-11-28T22:00:00Z"
        );
        assert!(message("action,start,end\na,1\n").starts_with("line 2: "));
    }
}
