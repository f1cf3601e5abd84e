//! The words that begin something, by which a file is cut into pieces.

/// Words that begin a declaration of things.
pub(super) const DECLS: [&str; 5] = ["site", "rack", "switch", "server", "vm"];

/// Words that begin any other item.
pub(super) const ITEMS: [&str; 10] = [
    "use",
    "let",
    "set",
    "class",
    "route",
    "traffic",
    "command",
    "plan",
    "generations",
    "resource",
];

/// Words that begin a statement of a plan.
pub(super) const STATEMENTS: [&str; 38] = [
    "start",
    "stop",
    "migrate",
    "boot",
    "shutdown",
    "sync",
    "before",
    "after",
    "seq",
    "budget",
    "at",
    "limit",
    "freeze",
    "allow",
    "spread",
    "weight",
    "minimize",
    "expect",
    "bandwidth",
    "slack",
    "model",
    "timeout",
    "retry",
    "reboot",
    "drain",
    "keep",
    "gather",
    "lonely",
    "pin",
    "reserve",
    "run",
    "pause",
    "overbook",
    "downtime",
    "prefer",
    "roll",
    "return",
    "empty",
];

/// Words that begin a step in the braces of a `roll`; each of them begins a statement as well.
pub(super) const ROLL_STEPS: [&str; 6] = ["drain", "run", "reboot", "boot", "shutdown", "return"];

/// Words that begin a property.
pub(super) const PROPERTIES: [&str; 35] = [
    "memory",
    "used",
    "cpu",
    "hot",
    "cold",
    "idle",
    "slack",
    "downtime",
    "copy",
    "disk",
    "force",
    "on",
    "off",
    "label",
    "has",
    "needs",
    "overbook",
    "maintenance",
    "pools",
    "power",
    "hosting",
    "overhead",
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
    "bmc",
    "timeout",
    "retry",
];

/// Words that name what is minimized, but for `servers on`, in the order of the grammar's `goal`.
pub(super) const GOALS: [&str; 8] = [
    "mttr",
    "energy",
    "makespan",
    "moves",
    "downtime",
    "preferences",
    "balance",
    "power",
];

/// Words that cannot be names, in the order of the grammar's `keyword`.
pub(super) const KEYWORDS: [&str; 103] = [
    "used",
    "use",
    "let",
    "set",
    "class",
    "sites",
    "site",
    "racks",
    "rack",
    "switches",
    "switch",
    "servers",
    "server",
    "vms",
    "vm",
    "route",
    "traffic",
    "command",
    "plan",
    "start",
    "stop",
    "migrate",
    "boot",
    "shutdown",
    "sync",
    "before",
    "after",
    "seq",
    "budget",
    "at",
    "limit",
    "freeze",
    "allow",
    "spread",
    "weight",
    "minimize",
    "expect",
    "bandwidth",
    "slack",
    "model",
    "overhead",
    "all",
    "on",
    "into",
    "in",
    "off",
    "of",
    "with",
    "like",
    "except",
    "and",
    "force",
    "for",
    "by",
    "from",
    "to",
    "until",
    "via",
    "takes",
    "as",
    "most",
    "memory",
    "cpu",
    "hot",
    "cold",
    "downtime",
    "copy",
    "label",
    "power",
    "hosting",
    "migration",
    "address",
    "link",
    "capacity",
    "rate",
    "usable",
    "bond",
    "guests",
    "bmc",
    "timeout",
    "retry",
    "reboot",
    "run",
    "pause",
    "drain",
    "any",
    "keep",
    "gather",
    "lonely",
    "pin",
    "reserve",
    "has",
    "needs",
    "generations",
    "resource",
    "overbook",
    "maintenance",
    "pools",
    "disk",
    "prefer",
    "roll",
    "return",
    "empty",
];

/// Whether a word begins an item.
pub(super) fn begins_item(word: &str) -> bool {
    is_decl(word) || ITEMS.contains(&word)
}

/// Whether a word begins a declaration of things.
pub(super) fn is_decl(word: &str) -> bool {
    DECLS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words in quotes of an atomic rule of the grammar.
    fn words_of(rule: &str) -> Vec<&'static str> {
        let grammar = include_str!("../../../grammar/mvm.pest");
        let (_, rest) = grammar.split_once(&format!("\n{rule}= @{{")).expect(rule);
        let (text, _) = rest.split_once('}').expect(rule);
        let words = text.split('"').skip(1).step_by(2);
        words.filter(|word| *word != "[").collect()
    }

    #[test]
    fn the_goals_are_those_of_the_grammar() {
        assert_eq!(words_of("goal       "), GOALS);
    }

    #[test]
    fn the_keywords_are_those_of_the_grammar() {
        let words = words_of("keyword ");
        assert_eq!(words, KEYWORDS);
        for (at, word) in words.iter().enumerate() {
            let hidden = words[at + 1..].iter().find(|later| later.starts_with(word));
            assert_eq!(hidden, None, "`{word}` is tried first and hides it");
        }
        let all = [&DECLS[..], &ITEMS, &STATEMENTS, &PROPERTIES].concat();
        // A class of the standard library is called `idle`, which names may be therefore.
        let reserved = |word: &&str| KEYWORDS.contains(word) || *word == "idle";
        assert!(all.iter().all(reserved));
    }
}
