//! What is kept of a run: a line for each thing that happened.
//!
//! `mvm-journal/1`, the hash of the plan, the moment of its start and its name; then a line each with the moment, `started`, `ended` or
//! `failed`, the action's number and its title. Words are parted by tabs, moments are seconds since 1970, and a line that
//! was cut off counts for nothing.

use super::Time;

/// A journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Journal {
    /// The hash of the plan that it is of: SHA-256 of its JSON, in hexadecimal.
    pub hash: String,
    /// When the plan started, or starts.
    pub started: Time,
    /// The name of the plan.
    pub plan: String,
    /// What happened.
    pub lines: Vec<Line>,
}

/// Something that happened to an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Time,
    /// What.
    pub what: What,
    /// Index of the action in its plan.
    pub action: usize,
    /// What it is called.
    pub title: String,
}

/// What is kept of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Its command was given.
    Started,
    /// It ended well.
    Ended,
    /// It failed, or will never start.
    Failed,
}

/// The text is no journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is no journal of a plan")]
pub struct NotAJournal;

/// The format that is written and read.
const FORMAT: &str = "mvm-journal/1";

impl Journal {
    /// Reads a journal.
    ///
    /// # Errors
    /// If its first line is not that of one.
    pub fn read(text: &str) -> Result<Self, NotAJournal> {
        let mut lines = text.lines();
        let head: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
        let [FORMAT, hash, started, plan] = head[..] else {
            return Err(NotAJournal);
        };
        Ok(Journal {
            hash: hash.to_owned(),
            started: started.parse().map_err(|_| NotAJournal)?,
            plan: plan.to_owned(),
            lines: lines.filter_map(Line::read).collect(),
        })
    }

    /// Its first line.
    pub fn head(&self) -> String {
        let Journal {
            hash,
            started,
            plan,
            ..
        } = self;
        format!("{FORMAT}\t{hash}\t{started}\t{plan}\n")
    }

    /// When the last action ended well.
    pub fn last_end(&self) -> Option<Time> {
        let ends = self.lines.iter().filter(|line| line.what == What::Ended);
        ends.map(|line| line.at).next_back()
    }

    /// Of each action that ended well the last start and the end, in the order of the ends: what
    /// [`crate::calibrate::runs`] reads as a table.
    pub fn times(&self) -> Vec<(&str, Time, Time)> {
        let mut started = std::collections::BTreeMap::new();
        let mut times = Vec::new();
        for line in &self.lines {
            match (line.what, started.remove(&line.action)) {
                (What::Started, _) => drop(started.insert(line.action, line.at)),
                (What::Ended, Some(start)) => times.push((line.title.as_str(), start, line.at)),
                (What::Ended | What::Failed, _) => {}
            }
        }
        times
    }
}

impl std::fmt::Display for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.head())?;
        self.lines.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl Line {
    fn read(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.splitn(4, '\t').collect();
        let [at, what, number, title] = words[..] else {
            return None;
        };
        Some(Line {
            at: at.parse().ok()?,
            what: match what {
                "started" => What::Started,
                "ended" => What::Ended,
                "failed" => What::Failed,
                _ => return None,
            },
            action: number.parse::<usize>().ok()?.checked_sub(1)?,
            title: title.to_owned(),
        })
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.what {
            What::Started => "started",
            What::Ended => "ended",
            What::Failed => "failed",
        };
        write!(
            f,
            "{}\t{what}\t{:04}\t{}",
            self.at,
            self.action + 1,
            self.title
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_a_line_that_was_cut_off_is_not() {
        let text = "mvm-journal/1\tabc\t100\tp\n100\tstarted\t0001\tmigrate a\n110\tfailed\t0001\tmigrate a\n\
                    120\tstarted\t0001\tmigrate a\n125\tended\t0001\tmigrate a\n130\tstar";
        let journal = Journal::read(text).unwrap();
        let lines: Vec<String> = journal.lines.iter().map(Line::to_string).collect();
        assert_eq!(journal.head() + &lines.join("\n") + "\n130\tstar", text);
        assert_eq!(journal.times(), [("migrate a", 120, 125)]);
        assert_eq!(journal.last_end(), Some(125));
        assert_eq!(Journal::read("action,start,end\n"), Err(NotAJournal));
    }
}
