//! The commands that reach a platform: templates, by what they are for.

use std::collections::BTreeMap;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident $word:literal;)*) => {
        /// What a command is for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum CommandKind {
            $($(#[$doc])* $name,)*
        }

        impl CommandKind {
            /// All kinds.
            pub const ALL: &[CommandKind] = &[$(CommandKind::$name),*];

            /// Its word in the language.
            pub fn word(self) -> &'static str {
                match self { $(CommandKind::$name => $word),* }
            }
        }
    };
}
kinds! {
    /// Boots a server.
    Boot "boot";
    /// Shuts a server down.
    Shutdown "shutdown";
    /// Starts a VM.
    Start "start";
    /// Stops a VM.
    Stop "stop";
    /// The URI of a server's hypervisor.
    Uri "uri";
    /// Migrates a VM, and ends when the migration has ended.
    Migrate "migrate";
    /// Takes a VM that is stopped to another server.
    Cold "cold";
    /// Prints the names of all guests that run, are paused or are in between on a server, one a line.
    Guests "guests";
    /// Has status 0 if the hypervisor of a server answers.
    Answers "answers";
    /// Prints `on` or `off`.
    Power "power";
    /// Prints the free memory of a server in MiB.
    Free "free";
    /// Has status 0 while a migration of the VM goes on.
    Migrating "migrating";
    /// Ends the migration of a VM, which stays where it was.
    Abort "abort";
    /// Suspends a VM that is being migrated, so that the rest is copied while it stands still.
    Suspend "suspend";
    /// Switches the migration of a VM to post-copy.
    Post "post";
    /// Prints all names that are taken on a server, of guests that do not run too, one a line.
    Defined "defined";
    /// Prints a server's Unix time.
    Clock "clock";
    /// Carries out a command of the plan's own on a server.
    Run "run";
}

impl CommandKind {
    /// The kind of that word.
    pub fn of_word(word: &str) -> Option<CommandKind> {
        CommandKind::ALL
            .iter()
            .copied()
            .find(|kind| kind.word() == word)
    }

    /// The words that stand in braces in its templates for what differs from action to action: the server's full
    /// name and its own, its address, that of its management controller; the VM's name; a hypervisor's URI; for a migration the
    /// servers that it leads from and to, the address of the one that it leads to, the same in the network of
    /// migrations, that server's URI, the rate in MiB/s and KiB/s, whether a disk goes along, and like a start the pool that the VM comes to; for
    /// `run` the command.
    pub fn placeholders(self) -> &'static [&'static str] {
        use CommandKind::*;
        match self {
            Uri => &["server", "name", "address"],
            Boot | Shutdown | Power => &["server", "name", "address", "bmc", "uri"],
            Run => &["server", "name", "address", "uri", "command"],
            Guests | Answers | Free | Defined | Clock => &["server", "name", "address", "uri"],
            Start => &["server", "name", "address", "uri", "vm", "pool"],
            Stop | Migrating | Abort | Suspend | Post => {
                &["server", "name", "address", "uri", "vm"]
            }
            Migrate | Cold => &[
                "server",
                "name",
                "address",
                "uri",
                "vm",
                "from",
                "to",
                "to-address",
                "to-uri",
                "migration",
                "rate-mib",
                "rate-kib",
                "disk",
                "pool",
            ],
        }
    }
}

/// Command templates, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commands {
    templates: BTreeMap<CommandKind, String>,
}

impl Commands {
    /// The template of a kind.
    pub fn get(&self, kind: CommandKind) -> Option<&str> {
        self.templates.get(&kind).map(String::as_str)
    }

    /// Sets the template of a kind.
    pub fn set(&mut self, kind: CommandKind, template: impl Into<String>) {
        self.templates.insert(kind, template.into());
    }

    /// Takes over what `other` gives.
    pub fn override_with(&mut self, other: &Commands) {
        let others = other.templates.iter();
        self.templates
            .extend(others.map(|(&kind, template)| (kind, template.clone())));
    }

    /// Whether no kind has one.
    pub fn is_empty(&self) -> bool {
        self.templates.is_empty()
    }
}
