mod places;

use std::fmt::Write;

use super::grammar::{self, Rule};
use super::*;
use crate::diag::Code;
use crate::source::SourceMap;

const EVERYTHING: &str = include_str!("testdata/everything.mvm");

/// `line:column code message`, with what else is said below.
fn show(text: &str) -> String {
    let mut map = SourceMap::new();
    let file = map.add("a.mvm", text);
    let mut shown = String::new();
    for d in parse(file, text).1 {
        let label = d.primary.expect("an error of syntax has a place");
        let at = map.position(label.span);
        let under = map.snippet(label.span).escape_debug().to_string();
        let _ = writeln!(
            shown,
            "  {}:{} {} {}  [{under}] {}",
            at.line, at.column, d.code, d.message, label.text
        );
        for help in d.notes.iter().chain(&d.help) {
            let _ = writeln!(shown, "      {help}");
        }
    }
    shown
}

#[test]
fn every_construct_is_read() {
    assert_eq!(show(EVERYTHING), "");
    grammar::parse(Rule::file, EVERYTHING).expect("the whole grammar accepts what the pieces do");
    let (ast, _) = parse(FileId(0), EVERYTHING);
    assert_eq!(ast.items.len(), 26);
    assert_eq!(ast.comments.len(), 5);
}

#[test]
fn mistakes_are_told_at_their_place() {
    let mut shown = String::new();
    for mistake in include_str!("testdata/mistakes.txt").lines() {
        let text = mistake.replace('⏎', "\n");
        let _ = write!(shown, "{mistake}\n{}", show(&text));
    }
    insta::assert_snapshot!(shown);
}

/// The example of each page triggers its code and no other; the mended one triggers none.
#[test]
fn pages_show_what_they_explain() {
    let codes = Code::ALL
        .iter()
        .filter(|code| code.as_str().starts_with("E01"));
    for code in codes {
        for (fence, count) in [("```mvm\n", 1), ("```mvm,fixed\n", 0)] {
            let example = code.page().split_once(fence).map(|(_, rest)| rest);
            let Some((example, _)) = example.and_then(|rest| rest.split_once("```")) else {
                continue;
            };
            let found: Vec<Code> = parse(FileId(0), example).1.iter().map(|d| d.code).collect();
            assert_eq!(found, vec![*code; count], "{code}");
        }
    }
}

#[test]
fn places_nest() {
    places::check(EVERYTHING);
    for mistake in include_str!("testdata/mistakes.txt").lines() {
        places::check(&mistake.replace('⏎', "\n"));
    }
}

#[test]
fn nesting_has_a_limit() {
    let nested = |depth: usize| format!("let x = {}1{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(show(&nested(MAX_DEPTH)), "");
    assert!(show(&nested(MAX_DEPTH + 1)).contains("E0104"));
    assert!(show(&nested(100_000)).contains("E0104"));
    let minuses = |depth: usize| format!("let x = {}1", "- ".repeat(depth));
    assert_eq!(show(&minuses(MAX_DEPTH)), "");
    assert!(show(&minuses(100_000)).contains("E0104"));
    let sets = |depth: usize| format!("set x = {}a{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(show(&sets(MAX_DEPTH)), "");
    let bodies = |depth: usize| format!("{}{}", "site a { ".repeat(depth), "}".repeat(depth));
    assert_eq!(show(&bodies(MAX_DEPTH)), "");
    assert!(show(&bodies(100_000)).contains("E0104"));
}

#[test]
fn long_chains_nest_no_deeper() {
    assert_eq!(show(&format!("let x = 1{}", " + 1".repeat(10_000))), "");
    assert_eq!(show(&format!("let x = 1{}", " * 2".repeat(10_000))), "");
    assert_eq!(show(&format!("set x = a{}", ", a".repeat(10_000))), "");
    assert_eq!(show(&format!("set x = a{}", " and a".repeat(10_000))), "");
    assert!(show(&format!("set x = a{}", ", a".repeat(500_000))).contains("E0107"));
}

#[test]
fn after_too_many_errors_reading_ends() {
    let shown = show(&"vm = a\n".repeat(200));
    assert_eq!(shown.matches("E0101").count(), MAX_ERRORS);
    assert_eq!(shown.matches("E0111").count(), 1, "{shown}");
}

/// The names that broken items would have declared, each with the text of its item.
fn lost(text: &str) -> String {
    let mut shown = String::new();
    for item in parse(FileId(0), text).0.items {
        if let crate::syntax::ast::ItemKind::Broken { names } = item.kind {
            let names: Vec<String> = names.into_iter().map(|name| name.text).collect();
            let _ = writeln!(shown, "[{}] {}", &text[item.span.range()], names.join(" "));
        }
    }
    shown
}

#[test]
fn the_names_of_broken_items_are_kept() {
    assert_eq!(
        lost("vm a, web[1..3].x on on\n"),
        "[vm a, web[1..3].x on on] a web\n"
    );
    assert_eq!(
        lost("let x = \nset y =\nclass vm z { memory }"),
        "[let x =] x\n[set y =] y\n[class vm z { memory }] z\n"
    );
    assert_eq!(
        lost("servr s1 { memory 1GiB }"),
        "[servr s1 { memory 1GiB }] s1\n"
    );
    assert_eq!(
        lost("rack r { server a server b { cpu } server c }"),
        "[] b\n"
    );
    assert_eq!(
        lost("rack r { cpu server a }"),
        "[rack r { cpu server a }] r a\n"
    );
    assert_eq!(
        lost("plan p { vm q[1..3] on s seq }\nplan \"b c\" seq"),
        "[] q\n[plan \"b c\"] b c\n[seq] \n"
    );
    assert_eq!(lost("use std.\nuse x.y z"), "[use std.] \n[use x.y z] \n");
}

#[test]
fn docs_belong_to_what_follows() {
    let text = "/// a\n\n// b\n/// one\n///two\nvm x on s\nplan p {\n  /// c\n  seq x\n}\n";
    let (ast, _) = parse(FileId(0), text);
    assert_eq!(ast.items[0].doc.as_deref(), Some("one\ntwo"));
    let crate::syntax::ast::ItemKind::Plan(plan) = &ast.items[1].kind else {
        panic!("a plan");
    };
    assert_eq!(plan.statements[0].doc.as_deref(), Some("c"));
}

/// Texts that are hard on a parser: unclosed, deep, or broken at every word.
#[test]
fn hard_texts_are_survived() {
    const LENGTH: usize = 1 << 12;
    let long = |unit: &str| unit.repeat(LENGTH / unit.len());
    for unit in [
        ";",
        "{",
        "}",
        "(",
        ")",
        "[",
        "\"",
        "/*",
        "*/",
        "#",
        "//",
        "-",
        "- ",
        ".",
        "a.",
        "a[",
        "a,",
        "1",
        "1.",
        "1s",
        "vm ",
        "vm a ",
        "use ",
        "plan p{",
        "plan p{seq a}",
        "class ",
        "memory ",
        "é",
        "\u{2028}",
        "\0",
        "\\",
        "\"\\",
        "a b ",
        "a\n",
        "vm a{memory}",
        "vm a{memory =1}\n",
        "rack a{",
        "x{",
        "at ",
        "at most ",
        "seq a,",
        "with ",
        "label vm ",
        "on ",
        "let x=",
        "(a on ",
        "a in b,",
        "for i in ",
        "\t",
        "\r\n",
        "\"a\\q\"",
        "migrate ",
    ] {
        places::check(&long(unit));
        places::check(&format!("vm a {{ {} }}", long(unit)));
        places::check(&format!("plan p {{ seq {} }}", long(unit)));
        places::check(&format!("let x = {}", long(unit)));
    }
}

mod random {
    use super::*;
    use proptest::prelude::*;

    fn soup() -> impl Strategy<Value = String> {
        let signs = [
            "{",
            "}",
            "[",
            "]",
            "(",
            ")",
            ",",
            ":",
            ".",
            "..",
            "->",
            "=",
            "*",
            "/",
            "+",
            "-",
            "<=",
            "\n",
            " ",
            ";",
            "\"",
            "\"x\"",
            "// c\n",
            "/// d\n",
            "2GiB",
            "1",
            "08:00",
            "2026-11-28",
            "a",
            "web",
            "Sat",
            "é",
            "%",
        ];
        let word = prop_oneof![
            proptest::sample::select(&words::KEYWORDS[..]),
            proptest::sample::select(signs.to_vec()),
        ];
        proptest::collection::vec(word, 0..200).prop_map(|words| words.join(" "))
    }

    fn mutated() -> impl Strategy<Value = String> {
        let change = (any::<prop::sample::Index>(), 0_usize..20, ".{0,3}");
        proptest::collection::vec(change, 1..6).prop_map(|changes| {
            let mut text = EVERYTHING.to_owned();
            for (at, length, new) in changes {
                let floor = |at: usize| {
                    (0..=at.min(text.len()))
                        .rev()
                        .find(|at| text.is_char_boundary(*at))
                };
                let start = floor(at.index(text.len() + 1)).unwrap_or(0);
                let end = floor(start + length).unwrap_or(start).max(start);
                text.replace_range(start..end, &new);
            }
            text
        })
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,300}|[ -~\n]{0,300}") {
            places::check(&text);
        }

        #[test]
        fn token_soup_is_survived(text in soup()) {
            places::check(&text);
        }

        #[test]
        fn mutated_files_are_survived(text in mutated()) {
            places::check(&text);
        }

        #[test]
        fn what_the_pieces_accept_the_grammar_accepts(text in mutated()) {
            let whole = grammar::parse(Rule::file, &text).is_ok();
            let pieces = show(&text);
            // Flawed strings are told, though the grammar does not know of them.
            let flawed = pieces.contains("E0110");
            prop_assert!(flawed || whole == pieces.is_empty(), "{pieces}\n{text}");
        }
    }
}
