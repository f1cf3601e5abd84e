//! A text that is imported again: what is mvm's is written anew, what is somebody's stays.
//!
//! A line parts the two. It has a hash of all above it, so that a change there by hand is seen, and never lost.

use sha2::{Digest, Sha256};

/// How the line begins.
const LINE: &str = "// Importing again writes all above this line anew, and keeps all below it. (";

/// How it ends.
const END: &str = ")";

/// Why a text cannot be written anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It has no such line.
    #[error(
        "it was not written by an import, or its line `{LINE}…{END}` is gone: give another name, or take it away"
    )]
    NotImported,
    /// What is above the line is not what was written.
    #[error(
        "it was changed by hand above line {line}, and that would be lost: take the change back, and say it below that line, where it stays, or in a file of its own that uses this one"
    )]
    Changed {
        /// The line, from 1.
        line: usize,
    },
}

/// A first text, with the line at its end.
pub fn begin(generated: &str) -> String {
    format!("{generated}\n{LINE}{}{END}\n", hash(generated))
}

/// The text with what is mvm's as it is now, and what is somebody's as it is there.
///
/// # Errors
/// That something would be lost.
pub fn again(there: &str, generated: &str) -> Result<String, Refused> {
    let mut at = 0;
    for (number, line) in there.split_inclusive('\n').enumerate() {
        let hashed = line
            .trim_end()
            .strip_prefix(LINE)
            .and_then(|rest| rest.strip_suffix(END));
        if let Some(hashed) = hashed {
            let (above, below) = (&there[..at], &there[at + line.len()..]);
            let above = above.replace("\r\n", "\n");
            if above.strip_suffix('\n').map(hash).as_deref() != Some(hashed) {
                return Err(Refused::Changed { line: number + 1 });
            }
            return Ok(begin(generated) + below);
        }
        at += line.len();
    }
    Err(Refused::NotImported)
}

/// Enough of a hash to see a change.
fn hash(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_the_line_stays() {
        let first = begin("server s1 memory 8GiB\n");
        let theirs = "\nset mine = s1 // by hand";
        let second =
            again(&(first.clone() + theirs), "server s1 memory 16GiB\n").expect("nothing is lost");
        assert_eq!(second, begin("server s1 memory 16GiB\n") + theirs);
        assert_eq!(again(&first, "server s1 memory 8GiB\n"), Ok(first.clone()));
        // Another system's ends of lines are no change.
        assert!(again(&first.replace('\n', "\r\n"), "x\n").is_ok());
    }

    #[test]
    fn what_would_be_lost_is_refused() {
        let first = begin("server s1 memory 8GiB\n");
        assert_eq!(
            again(&first.replace("8GiB", "9GiB"), "x\n"),
            Err(Refused::Changed { line: 3 })
        );
        assert_eq!(again("server s1\n", "x\n"), Err(Refused::NotImported));
        assert_eq!(again("", "x\n"), Err(Refused::NotImported));
    }
}
