//! The words of every message about syntax.

use super::text::Flaw;
use crate::diag::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// A file beyond the limit.
pub(super) fn file_too_large(at: Span, size: usize, limit: usize) -> Diagnostic {
    Diagnostic::new(
        Code::TooLarge,
        at,
        format!(
            "the file has {} MiB, more than {} MiB",
            size >> 20,
            limit >> 20
        ),
        "too large",
    )
    .with_help("split it into files that `use` one another")
}

/// A statement or declaration beyond the limit.
pub(super) fn piece_too_long(at: Span, limit: usize) -> Diagnostic {
    Diagnostic::new(
        Code::TooLarge,
        at,
        format!("what begins here is longer than {} MiB", limit >> 20),
        "too long",
    )
    .with_help("choose with ranges, filters or named sets instead of a long list")
}

/// Nesting beyond the limit.
pub(super) fn too_deep(at: Span, limit: usize) -> Diagnostic {
    Diagnostic::new(
        Code::NestingTooDeep,
        at,
        format!("brackets nest deeper than {limit}"),
        "one too many",
    )
    .with_help("name a part of it with `let` or `set`")
}

/// Something wrong inside a string.
pub(super) fn flawed_string(file: FileId, base: usize, flaw: &Flaw) -> Diagnostic {
    let place =
        |range: &std::ops::Range<usize>| Span::new(file, base + range.start..base + range.end);
    match flaw {
        Flaw::Escape(range) => Diagnostic::new(
            Code::BadEscape,
            place(range),
            "no such escape in a string",
            "unknown escape",
        )
        .with_help(r#"the escapes are `\"`, `\\`, `\n`, `\t` and `\u{e9}`"#),
        Flaw::Control(range, c) => Diagnostic::new(
            Code::BadEscape,
            place(range),
            format!(
                "a string holds the control character U+{:04X}",
                u32::from(*c)
            ),
            "control character",
        )
        .with_help(format!(r"write it as `\u{{{:x}}}`", u32::from(*c))),
    }
}

/// The file has more errors than anyone mends at once.
pub(super) fn too_many(at: Span, count: usize) -> Diagnostic {
    Diagnostic::new(
        Code::TooManyErrors,
        at,
        format!("the rest of the file is not read, since it has {count} errors so far"),
        "stopped here",
    )
    .with_help("mend those above and check again")
}

/// A piece on which the parser gave up.
pub(super) fn too_complex(at: Span) -> Diagnostic {
    Diagnostic::new(
        Code::TooLarge,
        at,
        "what begins here is too long and tangled to be read",
        "too complex",
    )
    .with_help("name parts of it with `let` or `set`")
}

/// What was likely meant by text that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint<'w> {
    /// Another word in its place.
    Word(&'w str),
    /// Something else, in a sentence.
    Advice(&'w str),
}

fn hinted(diagnostic: Diagnostic, at: Span, hint: Option<Hint>) -> Diagnostic {
    match hint {
        Some(Hint::Word(word)) => diagnostic
            .with_help(format!("did you mean `{word}`?"))
            .with_fix(at, word),
        Some(Hint::Advice(advice)) => diagnostic.with_help(advice),
        None => diagnostic,
    }
}

/// Text that does not fit.
pub(super) fn unexpected(
    at: Span,
    expected: &[&str],
    found: Option<&str>,
    hint: Option<Hint>,
) -> Diagnostic {
    let message = format!("expected {}, found {}", any_of(expected), quote(found));
    let diagnostic = Diagnostic::new(Code::Syntax, at, message, "not expected here");
    hinted(diagnostic, at, hint)
}

/// `link 1Gbps tor`: a word that should stand before a name.
pub(super) fn word_left_out(at: Span, word: &str, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::Syntax,
        at,
        format!("expected `{word}`, found {}", quote(Some(name))),
        format!("`{word}` is missing before this"),
    )
    .with_help(format!("write `{word} {name}`"))
    .with_fix(at, format!("{word} {name}"))
}

/// A sign or word in place of the one that the language has.
pub(super) fn other_sign(at: Span, found: &str, sign: &str) -> Diagnostic {
    Diagnostic::new(
        Code::Syntax,
        at,
        format!("expected `{sign}`, found `{found}`"),
        format!("expected `{sign}`"),
    )
    .with_help(format!("write `{sign}`"))
    .with_fix(at, sign)
}

/// `from 22:00 - 06:00`
pub(super) fn dash_for_to(at: Span, dash: &str) -> Diagnostic {
    Diagnostic::new(
        Code::Syntax,
        at,
        format!("expected `to`, found `{dash}`"),
        "expected `to`",
    )
    .with_help("a period is written as in `from 22:00 to 06:00`")
    .with_fix(at, " to ")
}

/// `web*`
pub(super) fn wildcard(at: Span, beginning: &str) -> Diagnostic {
    let (all, like) = (
        format!("{beginning}[*]"),
        format!("vms like \"{beginning}*\""),
    );
    Diagnostic::new(
        Code::Syntax,
        at,
        format!("`{beginning}*` is no name: `*` stands in brackets or in a pattern"),
        "not a name",
    )
    .with_help(format!(
        "write `{all}` for every index that is declared, or `{like}` for all names that begin so"
    ))
    .with_fix(at, all)
    .with_fix(at, like)
}

/// `at most 2 parallel migrations`
pub(super) fn meant_already(at: Span, word: &str) -> Diagnostic {
    Diagnostic::new(
        Code::Syntax,
        at,
        format!("expected `migrations`, found `{word}`"),
        "not needed",
    )
    .with_note("`at most 2 migrations` is about those that run at once")
    .with_fix(at, "")
}

/// `migrate web1 to s2 by 23:00`; whether the rule can stand right there.
pub(super) fn deadline_of_step(at: Span, subjects: &str, fits: bool) -> Diagnostic {
    let error = Diagnostic::new(
        Code::Syntax,
        at,
        "a step has no deadline of its own",
        "a rule says by when",
    )
    .with_help(format!(
        "write the rule behind the step: `before {subjects} by …`"
    ));
    match fits {
        true => error.with_fix(at, format!("before {subjects} by")),
        false => error,
    }
}

/// `link tor 1Gbps`
pub(super) fn rate_behind_place(at: Span, rate: &str) -> Diagnostic {
    Diagnostic::new(
        Code::Syntax,
        at,
        format!("expected a property, found `{rate}`"),
        "not expected here",
    )
    .with_help(format!(
        "the rate of a link stands before the place it leads to: `link {rate} to tor`"
    ))
}

/// A comma between properties.
pub(super) fn needless_comma(at: Span) -> Diagnostic {
    Diagnostic::new(
        Code::Syntax,
        at,
        "no `,` stands between properties",
        "not needed",
    )
    .with_fix(at, "")
}

/// `class big { … }`
pub(super) fn class_of_what(at: Span, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::Syntax,
        at,
        format!("it is not said what `{name}` is a class of"),
        "expected `server`, `vm`, `link`, `switch`, `rack` or `site` before this",
    )
    .with_help(format!(
        "write `class server {name}`, for a class of servers"
    ))
}

/// `at 22:30`, `after 22:30 …`
pub(super) fn time_here(at: Span, time: &str) -> Diagnostic {
    Diagnostic::new(
        Code::Syntax,
        at,
        format!("a time of day cannot stand here, found `{time}`"),
        "not expected here",
    )
    .with_help(format!(
        "times are given by rules: `after vm1 from {time}` for the earliest start, `before vm1 by {time}` for the latest end"
    ))
}

/// A piece that ends too early, at `last`.
pub(super) fn incomplete(
    at: Span,
    expected: &[&str],
    last: &str,
    next: Option<&str>,
) -> Diagnostic {
    let message = format!(
        "expected {} after {}, found {}",
        any_of(expected),
        quote(Some(last)),
        quote(next)
    );
    Diagnostic::new(
        Code::Syntax,
        at,
        message,
        "something is missing behind this",
    )
}

/// `a, b or c`, not too many of them.
fn any_of(expected: &[&str]) -> String {
    /// More choices than this help nobody.
    const MANY: usize = 7;
    match expected {
        [] => "something else".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] if expected.len() <= MANY => {
            format!("{} or {last}", first.join(", "))
        }
        _ => format!("{} or the like", expected[..MANY].join(", ")),
    }
}

/// What was found, in a few characters.
fn quote(found: Option<&str>) -> String {
    /// Longer text is cut.
    const LONG: usize = 30;
    match found {
        None => "the end of the file".to_owned(),
        Some(text) if text.chars().count() <= LONG => format!("`{text}`"),
        Some(text) => format!("`{}…`", text.chars().take(LONG).collect::<String>()),
    }
}

/// A class or plan without braces.
pub(super) fn missing_brace(at: Span, what: &str, found: Option<&str>) -> Diagnostic {
    Diagnostic::new(
        Code::Syntax,
        at,
        format!(
            "expected `{{` after the head of the {what}, found {}",
            quote(found)
        ),
        "expected `{`",
    )
}

/// An opening bracket without its closing one.
pub(super) fn unclosed(at: Span, open: &str) -> Diagnostic {
    let close = match open {
        "{" => "}",
        "[" => "]",
        _ => ")",
    };
    Diagnostic::new(
        Code::UnclosedBrace,
        at,
        format!("this `{open}` is never closed"),
        "opened here",
    )
    .with_help(format!("write `{close}` where the part ends"))
}

/// A `}` that closes nothing.
pub(super) fn unopened(at: Span) -> Diagnostic {
    Diagnostic::new(
        Code::Syntax,
        at,
        "this `}` closes nothing",
        "no `{` is open here",
    )
    .with_help("remove it, or look for a `{` that is missing above or a `}` that is too early")
}

/// A string that its line does not close.
pub(super) fn unclosed_string(at: Span) -> Diagnostic {
    Diagnostic::new(
        Code::UnclosedString,
        at,
        "this string is not closed on its line",
        "expected `\"` before the end of the line",
    )
    .with_help(r#"write `\n` for a line end in a string and `\"` for a quote"#)
}

/// A comment between `/*` and `*/`.
pub(super) fn block_comment(at: Span, text: &str) -> Diagnostic {
    let diagnostic = stray(
        at,
        "comments begin with `//` and end with their line",
        "no comment",
    )
    .with_help("write `//` before each line of it");
    match text.strip_prefix("/*").and_then(|t| t.strip_suffix("*/")) {
        // What stands behind the comment on its line would become a part of it.
        Some(body) if !body.contains('\n') => diagnostic.with_note(format!("it says:{body}")),
        _ => diagnostic,
    }
}

/// A comment that begins with `#`.
pub(super) fn hash_comment(at: Span, sign: Span) -> Diagnostic {
    stray(at, "comments begin with `//`, not with `#`", "no comment")
        .with_help("write `//` in place of `#`")
        .with_fix(sign, "//")
}

/// A `;`.
pub(super) fn semicolon(at: Span) -> Diagnostic {
    stray(
        at,
        "no `;` stands between or behind statements",
        "not needed",
    )
    .with_fix(at, "")
}

/// `“a”`
pub(super) fn foreign_quotes(at: Span, text: &str) -> Diagnostic {
    stray(
        at,
        "strings and quoted names stand in the plain quotes of the keyboard",
        "other quotes",
    )
    .with_help(format!("write `\"{text}\"`"))
    .with_fix(at, format!("\"{text}\""))
}

/// A `'`.
pub(super) fn single_quote(at: Span) -> Diagnostic {
    stray(
        at,
        "strings and quoted names stand in `\"`, not in `'`",
        "not a quote here",
    )
    .with_help("write `\"` in place of `'`")
}

/// A sign that only looks like one of the language, or is none at all.
pub(super) fn foreign_sign(at: Span, sign: char) -> Diagnostic {
    let number = format!("U+{:04X}", u32::from(sign));
    let meant = match sign {
        '‐' | '‑' | '‒' | '–' | '—' | '−' => "-",
        '“' | '”' | '„' | '‟' | '«' | '»' | '‘' | '’' | '‚' | '″' => "\"",
        '…' => "..",
        '→' | '⇒' | '➔' => "->",
        '×' | '·' | '⋅' => "*",
        '÷' | '∕' | '⁄' => "/",
        '≤' | '⩽' => "<=",
        '，' => ",",
        '：' => ":",
        '；' => "",
        c if c.is_whitespace() || is_invisible(c) => " ",
        _ => {
            return stray(
                at,
                &format!("the language does not use the character {number}"),
                "not used",
            )
            .with_help("remove it, or put the text in quotes");
        }
    };
    let said = match meant {
        " " => "a blank or line end".to_owned(),
        "" => "`;`, which nothing needs".to_owned(),
        meant => format!("`{meant}`"),
    };
    stray(
        at,
        &format!("the character {number} only looks like {said}"),
        "not the one of the keyboard",
    )
    .with_help("replace it")
    .with_fix(at, meant)
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
    )
}

/// A name with letters outside of a to z.
pub(super) fn foreign_letters(at: Span, word: &str) -> Diagnostic {
    stray(
        at,
        &format!("`{word}` has letters other than a to z, so it needs quotes"),
        "needs quotes",
    )
    .with_help(format!("write `\"{word}\"`"))
    .with_fix(at, format!("\"{word}\""))
}

/// `prod-web`
pub(super) fn hyphen(at: Span, name: &str) -> Diagnostic {
    stray(
        at,
        &format!("`{name}` has a hyphen, so as a name it needs quotes"),
        "needs quotes",
    )
    .with_help(format!("write `\"{name}\"`"))
    .with_fix(at, format!("\"{name}\""))
}

fn stray(at: Span, message: &str, label: &str) -> Diagnostic {
    Diagnostic::new(Code::StrayCharacter, at, message, label)
}

/// `memory = 2GiB`, `memory: 2GiB`
pub(super) fn needless_sign(at: Span, word: &str, sign: char) -> Diagnostic {
    stray(
        at,
        &format!("no `{sign}` stands between `{word}` and what follows it"),
        "not needed",
    )
    .with_help(format!("write a blank in place of the `{sign}`"))
    .with_fix(at, " ")
}

/// `:=`
pub(super) fn colon_equals(at: Span) -> Diagnostic {
    stray(at, "`let` and `set` take `=`, not `:=`", "expected `=`")
        .with_help("write `=`")
        .with_fix(at, "=")
}

/// `migrate a -> b`
pub(super) fn arrow_for_to(at: Span) -> Diagnostic {
    Diagnostic::new(
        Code::Syntax,
        at,
        "expected `to`, found `->`",
        "expected `to`",
    )
    .with_help("the arrow stands only between the sets of `before`; write `to`")
    .with_fix(at, "to")
}

/// `2 GiB`
pub(super) fn apart(at: Span, number: &str, unit: &str) -> Diagnostic {
    Diagnostic::new(
        Code::Syntax,
        at,
        "no blank stands between a number and its unit",
        "one word",
    )
    .with_help(format!("write `{number}{unit}`"))
    .with_fix(at, unit)
}

/// A word of the language as a name, or where a name begins: `quoted` is the whole of it, where quotes help.
pub(super) fn reserved(at: Span, word: &str, quoted: Option<&str>) -> Diagnostic {
    let message = match quoted {
        Some(name) if name != word => {
            format!(
                "`{name}` is more than a word of letters and digits, so as a name it needs quotes"
            )
        }
        _ => format!("`{word}` is a word of the language and cannot be a name"),
    };
    let diagnostic = Diagnostic::new(Code::ReservedWord, at, message, "expected a name");
    match quoted {
        Some(name) => diagnostic
            .with_help(format!("put it in quotes: `\"{name}\"`"))
            .with_fix(at, format!("\"{name}\"")),
        None => diagnostic.with_help("choose another name"),
    }
}

/// A word that begins nothing.
pub(super) fn unknown_word(at: Span, word: &str, expected: &str, hint: Option<Hint>) -> Diagnostic {
    let message = format!("expected {expected}, found {}", quote(Some(word)));
    let diagnostic = Diagnostic::new(Code::UnknownWord, at, message, "begins nothing");
    hinted(diagnostic, at, hint)
}

/// A statement outside of a plan.
pub(super) fn misplaced_statement(at: Span, word: &str) -> Diagnostic {
    misplaced(
        at,
        format!("`{word}` is a statement and stands only in a plan"),
    )
    .with_help("write it in the braces of `plan some_name { … }`")
}

/// A statement between the steps of a `roll`.
pub(super) fn misplaced_in_roll(at: Span, word: &str) -> Diagnostic {
    misplaced(at, format!("`{word}` is no step of a `roll`"))
        .with_help("a `roll` holds `drain`, `run`, `shutdown`, `boot`, `reboot` and `return`: write all else behind its braces")
}

/// A step of a `roll` that stands outside of one.
pub(super) fn misplaced_roll_step(at: Span, word: &str) -> Diagnostic {
    misplaced(
        at,
        format!("`{word}` stands only in the braces of a `roll`"),
    )
    .with_help("VMs are brought back to a server by `migrate … to …`")
}

/// A step of a `roll` names things.
pub(super) fn named_in_roll(at: Span, word: &str) -> Diagnostic {
    misplaced(
        at,
        format!("in a `roll`, `{word}` is about the server whose turn it is"),
    )
    .with_help(format!("name no server: write `{word}` alone"))
}

/// A property that belongs to no declaration.
pub(super) fn misplaced_property(at: Span, word: &str) -> Diagnostic {
    misplaced(
        at,
        format!("`{word}` is a property and stands only in a declaration or class"),
    )
    .with_help("write it behind the name of what it describes, or in its braces")
}

/// An item inside something that holds none.
pub(super) fn misplaced_item(at: Span, word: &str, place: &str) -> Diagnostic {
    misplaced(at, format!("`{word}` cannot stand in {place}"))
        .with_help("move it to the top level of the file")
}

/// A declaration in a class.
pub(super) fn misplaced_in_class(at: Span) -> Diagnostic {
    misplaced(
        at,
        "a class has properties only, and nothing inside it".to_owned(),
    )
    .with_help("declare it in the braces of a site or rack")
}

fn misplaced(at: Span, message: String) -> Diagnostic {
    Diagnostic::new(Code::MisplacedStatement, at, message, "not here")
}
