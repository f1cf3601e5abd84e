//! From the text of a plan back to its parts: whatever the text, an answer in linear time and space.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::datacenter::Manner;

use super::{Action, FORMAT, Kind, Micro, Opening, PlanFile, Retry, Timeout, Wait};

/// The longest text that is read, in bytes.
pub const MAX_BYTES: usize = 256 << 20;
/// The most actions that a plan may have.
pub const MAX_ACTIONS: usize = 2_000_000;

/// Why a text is no plan. Lines and columns count from 1, columns in bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The text is longer than [`MAX_BYTES`].
    #[error("the plan has {bytes} bytes, more than the {MAX_BYTES} that are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The plan has more actions than [`MAX_ACTIONS`].
    #[error("the plan has {actions} actions, more than the {MAX_ACTIONS} that are read")]
    TooMany {
        /// Their number.
        actions: usize,
    },
    /// The text is no JSON, or a value is missing or not what it has to be.
    #[error("line {line}, column {column}: {message}")]
    Malformed {
        /// Line of the text.
        line: usize,
        /// Column of the text.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// The text is JSON of another format.
    #[error("the format is `{found}`, not `{FORMAT}`")]
    Format {
        /// What it says to be.
        found: String,
    },
    /// Two actions have the same id.
    #[error("two actions have the id `{id}`")]
    Duplicate {
        /// The id.
        id: String,
    },
    /// An action comes after one that there is not.
    #[error("`{id}` is to come after `{after}`, which is no action of the plan")]
    Unknown {
        /// The action.
        id: String,
        /// What it is to come after.
        after: String,
    },
}

/// Reads a plan.
///
/// # Errors
/// The first reason why the text is no plan of the format [`FORMAT`]. That the plan holds is not looked into.
pub fn read(text: &str) -> Result<PlanFile, ReadError> {
    // The format first: what another version holds is not to be judged by the rules of this one.
    #[derive(Deserialize)]
    struct Head {
        format: String,
    }
    let bytes = text.len();
    if bytes > MAX_BYTES {
        return Err(ReadError::TooLong { bytes });
    }
    let found = serde_json::from_str::<Head>(text)
        .map_err(malformed)?
        .format;
    if found != FORMAT {
        return Err(ReadError::Format { found });
    }
    let file: PlanFile = serde_json::from_str(text).map_err(malformed)?;
    let actions = file.actions.len();
    if actions > MAX_ACTIONS {
        return Err(ReadError::TooMany { actions });
    }
    check_ids(&file.actions)?;
    Ok(file)
}

fn malformed(error: serde_json::Error) -> ReadError {
    let (line, column) = (error.line(), error.column());
    // The place is said apart.
    let place = format!(" at line {line} column {column}");
    let message = error.to_string();
    ReadError::Malformed {
        line,
        column,
        message: message.strip_suffix(&place).unwrap_or(&message).to_owned(),
    }
}

fn check_ids(actions: &[Action]) -> Result<(), ReadError> {
    let mut ids = BTreeSet::new();
    for action in actions {
        if !ids.insert(&action.id) {
            return Err(ReadError::Duplicate {
                id: action.id.clone(),
            });
        }
    }
    for action in actions {
        if let Some(after) = action.after.iter().find(|after| !ids.contains(after)) {
            return Err(ReadError::Unknown {
                id: action.id.clone(),
                after: after.clone(),
            });
        }
    }
    Ok(())
}

impl Kind {
    /// All kinds.
    pub(super) const ALL: [Kind; 7] = [
        Kind::Migrate,
        Kind::Boot,
        Kind::Shutdown,
        Kind::Start,
        Kind::Stop,
        Kind::Run,
        Kind::Pause,
    ];

    /// The keys that not all kinds have, and whether this one has them. What is moved cold may be without a bandwidth.
    pub(super) fn keys(self) -> [(&'static str, bool); 6] {
        let migrates = self == Kind::Migrate;
        let of_vm = matches!(self, Kind::Migrate | Kind::Start | Kind::Stop);
        let speaks = matches!(self, Kind::Run | Kind::Pause);
        [
            ("vm", of_vm),
            ("from", migrates),
            ("to", migrates),
            ("server", !migrates && self != Kind::Pause),
            ("text", speaks),
            ("bandwidth_mbps", migrates),
        ]
    }
}

/// An action whose keys may not be those of its kind.
#[derive(Deserialize)]
pub struct AnyAction {
    id: String,
    kind: Kind,
    vm: Option<String>,
    from: Option<String>,
    to: Option<String>,
    server: Option<String>,
    text: Option<String>,
    #[serde(default)]
    copy: Manner,
    pool: Option<u32>,
    start: i64,
    end: i64,
    bandwidth_mbps: Option<Micro>,
    after: Vec<String>,
    not_before: Option<i64>,
    #[serde(default)]
    waits: Vec<Wait>,
    #[serde(default)]
    may_start: Vec<Opening>,
    timeout: Option<Timeout>,
    retry: Option<Retry>,
}

impl TryFrom<AnyAction> for Action {
    type Error = String;

    fn try_from(any: AnyAction) -> Result<Self, String> {
        let there = [
            any.vm.is_some(),
            any.from.is_some(),
            any.to.is_some(),
            any.server.is_some(),
            any.text.is_some(),
            any.bandwidth_mbps.is_some(),
        ];
        if any.copy != Manner::Pre && any.kind != Kind::Migrate {
            return Err(format!(
                "the action `{}` cannot have the key `copy`",
                any.id
            ));
        }
        if any.pool.is_some() && !matches!(any.kind, Kind::Migrate | Kind::Start) {
            return Err(format!(
                "the action `{}` cannot have the key `pool`",
                any.id
            ));
        }
        for ((key, belongs), is_there) in any.kind.keys().into_iter().zip(there) {
            let may_lack = key == "bandwidth_mbps" && any.copy == Manner::Cold;
            if (is_there || !may_lack) && is_there != belongs {
                let verb = if belongs { "lacks" } else { "cannot have" };
                return Err(format!("the action `{}` {verb} the key `{key}`", any.id));
            }
        }
        if any.start < 0 || any.end < any.start {
            return Err(format!(
                "the action `{}` cannot run from second {} to {}",
                any.id, any.start, any.end
            ));
        }
        if any.bandwidth_mbps.is_some_and(|rate| rate.0 <= 0) {
            return Err(format!("the action `{}` has no bandwidth", any.id));
        }
        Ok(Action {
            id: any.id,
            kind: any.kind,
            vm: any.vm,
            from: any.from,
            to: any.to,
            server: any.server,
            text: any.text,
            start: any.start,
            end: any.end,
            copy: any.copy,
            pool: any.pool,
            bandwidth_mbps: any.bandwidth_mbps,
            after: any.after,
            not_before: any.not_before,
            waits: any.waits,
            may_start: any.may_start,
            timeout: any.timeout,
            retry: any.retry,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::{fixture, json};

    fn text() -> String {
        let (datacenter, plan) = fixture::evening();
        json::emit(&datacenter, &plan)
    }

    /// The error of the fixture's text with one thing changed.
    fn error(from: &str, to: &str) -> String {
        let changed = text().replacen(from, to, 1);
        assert_ne!(changed, text(), "`{from}` is in the text");
        read(&changed).expect_err(to).to_string()
    }

    #[test]
    fn another_version_is_refused_before_anything_else() {
        assert_eq!(
            read(r#"{"format": "mvm-plan/2", "plan": 7}"#),
            Err(ReadError::Format {
                found: "mvm-plan/2".to_owned()
            })
        );
    }

    #[test]
    fn errors_say_what_and_where() {
        let errors = [
            error("\"start\": 0", "\"start\": \"soon\""),
            error("\"kind\": \"boot\"", "\"kind\": \"reboot\""),
            error("\"kind\": \"boot\"", "\"kind\": \"migrate\""),
            error("\"from\": \"r1.s1\", ", ""),
            error("\"bandwidth_mbps\": 1000", "\"bandwidth_mbps\": 0"),
            error("\"end\": 120", "\"end\": -1"),
            error("\"id\": \"boot r2.s1\"", "\"id\": \"boot r2.s9\""),
            error("\"id\": \"migrate prod-web.01\"", "\"id\": \"boot r2.s1\""),
            error("\"slot\": 1,", ""),
            error("\"optimal\"", "\"best\""),
        ];
        insta::assert_snapshot!(errors.join("\n"));
    }

    #[test]
    fn no_text_makes_it_panic() {
        let text = text();
        for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
            if let Ok(file) = read(&text[..end]) {
                assert_eq!(text[end..].trim(), "", "{}", file.plan);
            }
        }
        assert!(read(&"[".repeat(1 << 20)).is_err());
        assert!(read("").is_err());
        assert!(read("{\"format\": \"mvm-plan/1\"}").is_err());
    }
}
