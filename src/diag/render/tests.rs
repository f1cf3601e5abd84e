use super::*;
use crate::diag::{Code, Severity};
use crate::source::FileId;

const PLAIN: Style = Style {
    color: false,
    ascii: false,
};

/// Two files with tabs, wide characters, line ends of two kinds and a line that is far too long.
fn sources() -> (SourceMap, FileId, FileId) {
    let mut map = SourceMap::new();
    let long = "x".repeat(100_000);
    let plan = map.add(
        "plan.mvm",
        format!("plan p {{\r\n\tbudget 9kw // 予算\r\n\tmigrate é to s2\r\n}}\r\n// {long}\r\n"),
    );
    let inventory = map.add(
        "sites/inventory.mvm",
        "server s1\nserver s2 { off }\nvm é\n",
    );
    (map, plan, inventory)
}

fn span_of(map: &SourceMap, file: FileId, text: &str) -> Span {
    let at = map.text(file).find(text).expect(text);
    Span::new(file, at..at + text.len())
}

fn findings(map: &SourceMap, plan: FileId, inventory: FileId) -> Vec<Diagnostic> {
    let unit = Span::new(plan, 19..21);
    vec![
        Diagnostic::new(
            Code::OutOfRange,
            span_of(map, plan, "é to s2"),
            "`é` cannot move to `s2`",
            "the server is too small",
        )
        .with_label(span_of(map, inventory, "server s2 { off }"), "it has 0 B")
        .with_label(span_of(map, inventory, "vm é"), "it takes 2 GiB")
        .with_label(span_of(map, plan, "plan p"), "in this plan")
        .with_note("VMs that are stopped take memory too")
        .with_help("give the server more memory"),
        Diagnostic::new(
            Code::UnknownUnit,
            unit,
            "no unit is called `kw`",
            "unknown unit",
        )
        .with_fix(unit, "kW"),
        Diagnostic::without_place(Code::Syntax, "the file `a.mvm` cannot be read")
            .with_help("check that it is there"),
        Diagnostic::new(
            Code::Syntax,
            span_of(map, plan, &"x".repeat(90_000)),
            "a line that no one can read",
            "much too long",
        ),
    ]
}

#[test]
fn every_form_of_several_places_in_several_files() {
    let (map, plan, inventory) = sources();
    assert_eq!(map.snippet(Span::new(plan, 19..21)), "kw");
    let all = findings(&map, plan, inventory);
    insta::assert_snapshot!("human", human(&map, &all, PLAIN));
    insta::assert_snapshot!("short", short(&map, &all));
    insta::assert_snapshot!("plain", plain(&map, &all));
    insta::assert_snapshot!("json", json(&map, &all));
}

#[test]
fn colours_only_where_they_are_wanted() {
    let (map, plan, inventory) = sources();
    let all = findings(&map, plan, inventory);
    let color = Style {
        color: true,
        ascii: true,
    };
    assert!(!human(&map, &all, PLAIN).contains('\u{1b}'));
    let colored = human(&map, &all, color);
    assert!(colored.contains('\u{1b}'));
    assert!(!colored.contains('─'));
}

#[test]
fn odd_spans_never_panic() {
    let texts = [
        "",
        "\n",
        "é",
        "a\r\nb",
        "ab  \n\n  c",
        "\t日本\n\u{2028}x\u{85}",
        " \u{feff}\r",
    ];
    for text in texts {
        let mut map = SourceMap::new();
        let file = map.add("a", text);
        let end = text.len() as u32 + 2;
        for start in 0..=end {
            for end in 0..=end {
                let span = Span { file, start, end };
                let all = [Diagnostic::new(Code::Syntax, span, "odd", "place")
                    .with_label(
                        Span {
                            file,
                            start: end,
                            end: start,
                        },
                        "other",
                    )
                    .with_fix(span, "")];
                assert!(
                    human(&map, &all, PLAIN).contains("odd"),
                    "{text:?} {span:?}"
                );
                assert!(short(&map, &all).starts_with("a:"), "{text:?} {span:?}");
                assert!(plain(&map, &all).contains("odd"));
                assert_eq!(json(&map, &all).lines().count(), 1);
            }
        }
    }
}

#[test]
fn a_flood_is_cut_and_nothing_is_said_twice() {
    let mut map = SourceMap::new();
    let file = map.add("a", "abc\n".repeat(200));
    let finding =
        |at: usize| Diagnostic::new(Code::Syntax, Span::new(file, at..at + 1), "no", "here");
    let many: Vec<Diagnostic> = (0..137).map(|line| finding(line * 4)).collect();
    let text = human(&map, &many, PLAIN);
    assert!(text.ends_with("\n… and 37 more findings\n"));
    assert_eq!(text.matches("Error").count(), picture::MAX_SHOWN);
    assert_eq!(
        short(&map, &[finding(4), finding(0), finding(4)])
            .lines()
            .count(),
        2
    );
}

#[test]
fn no_file_steers_the_terminal() {
    let mut map = SourceMap::new();
    let file = map.add("a\u{1b}", "vm \u{1b}[2J\u{202e} x\n");
    let all = [Diagnostic::new(
        Code::Syntax,
        Span::new(file, 3..7),
        "a \u{1b}[2J message",
        "and \u{7} label",
    )];
    for text in [
        human(&map, &all, PLAIN),
        short(&map, &all),
        plain(&map, &all),
        json(&map, &all),
    ] {
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{text:?}");
    }
    assert_eq!(all[0].severity(), Severity::Error);
}
