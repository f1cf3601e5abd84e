//! How a VM comes from one server to another, and its disk with it.

/// How a VM comes from one server to another.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Manner {
    /// Live, by pre-copy: the VM's state moves at the end.
    #[default]
    Pre,
    /// Live, by post-copy: the VM's state moves at the start.
    Post,
    /// The VM is stopped, and started at the other server.
    Cold,
}

impl Manner {
    /// All of them.
    pub const ALL: [Manner; 3] = [Manner::Pre, Manner::Post, Manner::Cold];

    /// Its name in files.
    pub fn word(self) -> &'static str {
        match self {
            Manner::Pre => "pre",
            Manner::Post => "post",
            Manner::Cold => "cold",
        }
    }
}

/// The ways that a VM may be moved, or that a server's platform can move one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copy {
    /// Pre-copy.
    Pre,
    /// Post-copy.
    Post,
    /// Stopped and started.
    Cold,
    /// Pre-copy where it converges on the path, post-copy otherwise.
    Either,
    /// Pre-copy or post-copy, whichever the plan chooses.
    PreOrPost,
    /// Pre-copy, or stopped and started.
    PreOrCold,
    /// Post-copy, or stopped and started.
    PostOrCold,
    /// Any of the three.
    Any,
}

impl Copy {
    /// One of several ways, in any order; None where there is none.
    pub fn one_of(manners: &[Manner]) -> Option<Copy> {
        Some(match Manner::ALL.map(|manner| manners.contains(&manner)) {
            [true, false, false] => Copy::Pre,
            [false, true, false] => Copy::Post,
            [false, false, true] => Copy::Cold,
            [true, true, false] => Copy::PreOrPost,
            [true, false, true] => Copy::PreOrCold,
            [false, true, true] => Copy::PostOrCold,
            [true, true, true] => Copy::Any,
            [false, false, false] => return None,
        })
    }

    /// The ways that it allows, those that are least felt first.
    pub fn manners(self) -> &'static [Manner] {
        match self {
            Copy::Pre => &[Manner::Pre],
            Copy::Post => &[Manner::Post],
            Copy::Cold => &[Manner::Cold],
            Copy::Either | Copy::PreOrPost => &[Manner::Pre, Manner::Post],
            Copy::PreOrCold => &[Manner::Pre, Manner::Cold],
            Copy::PostOrCold => &[Manner::Post, Manner::Cold],
            Copy::Any => &Manner::ALL,
        }
    }

    /// In words of the language: `pre or cold`.
    pub fn words(self) -> String {
        match self {
            Copy::Either => "either".to_owned(),
            Copy::Any => "any".to_owned(),
            _ => {
                let words: Vec<&str> = self.manners().iter().map(|manner| manner.word()).collect();
                words.join(" or ")
            }
        }
    }
}

/// A disk of a VM that lies on its server, and moves with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disk {
    /// Bytes of it that are in use, which are copied.
    pub filled: u64,
    /// Bytes per second that the VM writes to it.
    pub writes: u64,
    /// Whether nothing is known of that: then it is 0, and a live migration is planned with a guess (see
    /// [`crate::migration`]).
    pub unknown: bool,
}
