//! The pages of `mvm explain`: prose and examples, which the tests run.

use super::Code;

/// What an example shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ` ```mvm `: a file that triggers the page's code and no other error.
    Wrong,
    /// ` ```mvm,fixed `: a file without findings.
    Fixed,
    /// ` ```text `: what no file alone can trigger.
    Other,
}

/// A part of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// A paragraph.
    Prose(&'a str),
    /// An example.
    Example(Kind, &'a str),
}

/// Cuts a page into paragraphs and examples.
pub fn parts(page: &str) -> Vec<Part<'_>> {
    const FENCE: &str = "```";
    let mut parts = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find(FENCE) {
        let (prose, after) = rest.split_at(start);
        parts.extend(paragraphs(prose));
        let (language, body) = after[FENCE.len()..].split_once('\n').unwrap_or_default();
        let (example, after) = body.split_once(FENCE).unwrap_or((body, ""));
        let kind = match language.trim() {
            "mvm" => Kind::Wrong,
            "mvm,fixed" => Kind::Fixed,
            _ => Kind::Other,
        };
        parts.push(Part::Example(kind, example));
        rest = after;
    }
    parts.extend(paragraphs(rest));
    parts
}

fn paragraphs(prose: &str) -> impl Iterator<Item = Part<'_>> {
    prose
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .map(Part::Prose)
}

/// The page of a code as text for a terminal: a heading, prose, and examples that are set in.
pub fn explain(code: Code) -> String {
    let mut blocks = vec![format!("{code}: {}", code.title())];
    for part in parts(code.page()) {
        blocks.push(match part {
            Part::Prose(text) => text.to_owned(),
            Part::Example(_, text) => set_in(text),
        });
    }
    blocks.join("\n\n") + "\n"
}

fn set_in(example: &str) -> String {
    let lines = example.trim_end().lines().map(|line| match line {
        "" => String::new(),
        line => format!("    {line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_into_its_parts() {
        let page = "One.\n\nTwo\nlines.\n```mvm\nvm v\n\nvm w\n```\nTo mend it: x.\n\n```mvm,fixed\nvm u\n```\n";
        let expected = vec![
            Part::Prose("One."),
            Part::Prose("Two\nlines."),
            Part::Example(Kind::Wrong, "vm v\n\nvm w\n"),
            Part::Prose("To mend it: x."),
            Part::Example(Kind::Fixed, "vm u\n"),
        ];
        assert_eq!(parts(page), expected);
        assert_eq!(parts("```"), vec![Part::Example(Kind::Other, "")]);
        assert_eq!(parts(""), vec![]);
    }

    #[test]
    fn every_code_has_a_page_that_says_how_to_mend_it() {
        for code in Code::ALL {
            let parts = parts(code.page());
            assert!(matches!(parts.first(), Some(Part::Prose(_))), "{code}");
            let has = |test: fn(&Part) -> bool| parts.iter().any(test);
            assert!(
                has(|part| matches!(part, Part::Example(Kind::Wrong | Kind::Other, _))),
                "{code} has no example"
            );
            assert!(
                has(|part| matches!(part, Part::Prose(text) if text.starts_with("To mend it: "))),
                "{code} does not say how to mend it"
            );
        }
    }

    #[test]
    fn codes_are_in_order_and_once() {
        let texts: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        let mut sorted = texts.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(texts, sorted);
    }

    #[test]
    fn a_page_reads_well_in_a_terminal() {
        let text = explain(Code::DivisionByZero);
        assert!(text.starts_with("E0307: a division by zero\n\nThe right side"));
        assert!(text.contains("\n\n    let part = 9kW / 0\n\nTo mend it: "));
    }
}
