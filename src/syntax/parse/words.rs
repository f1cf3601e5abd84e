//! The words that begin something, by which a file is cut into pieces.

/// Words that begin a declaration of things.
pub(super) const DECLS: [&str; 5] = ["site", "rack", "switch", "server", "vm"];

/// Words that begin any other item.
pub(super) const ITEMS: [&str; 7] = ["use", "let", "set", "class", "route", "command", "plan"];

/// Words that begin a statement of a plan.
pub(super) const STATEMENTS: [&str; 18] = [
    "start", "stop", "migrate", "boot", "shutdown", "sync", "before", "after", "seq", "budget",
    "at", "limit", "freeze", "allow", "spread", "weight", "minimize", "expect",
];

/// Words that begin a property.
pub(super) const PROPERTIES: [&str; 23] = [
    "memory",
    "used",
    "cpu",
    "hot",
    "cold",
    "downtime",
    "copy",
    "force",
    "on",
    "off",
    "label",
    "power",
    "hosting",
    "boot",
    "shutdown",
    "migration",
    "address",
    "link",
    "capacity",
    "rate",
    "usable",
    "bond",
    "guests",
];

/// Whether a word begins an item.
pub(super) fn begins_item(word: &str) -> bool {
    is_decl(word) || ITEMS.contains(&word)
}

/// Whether a word begins a declaration of things.
pub(super) fn is_decl(word: &str) -> bool {
    DECLS.contains(&word)
}
