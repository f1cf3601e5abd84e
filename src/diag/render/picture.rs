//! Pictures of sources, drawn by ariadne: the one module that knows it.

use std::collections::BTreeMap;

use ariadne::{Cache, CharSet, Color, Config, IndexType, Label, Report, ReportKind, Source};

use super::{helps, in_order, is_on_a_long_line, printable, trimmed};
use crate::diag::{self, Diagnostic, Severity};
use crate::show::show_count;
use crate::source::{FileId, SourceMap, Span};

/// Colours of the places that are not the main one, in turn.
const COLORS: [Color; 4] = [Color::Blue, Color::Cyan, Color::Magenta, Color::Green];

/// How many diagnostics [`human`] shows; who has that many mends the first ones first.
pub(super) const MAX_SHOWN: usize = 100;

/// How [`human`] draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// With terminal colours.
    pub color: bool,
    /// With ASCII characters only.
    pub ascii: bool,
}

/// Pictures of the sources with the labels drawn in, at most a hundred.
pub fn human(map: &SourceMap, diagnostics: &[Diagnostic], style: Style) -> String {
    let ordered = in_order(diagnostics);
    let map = printable::sources(map);
    let mut pictures = Pictures::new(&map, style);
    let shown: Vec<String> = ordered
        .iter()
        .take(MAX_SHOWN)
        .map(|diagnostic| trimmed(&pictures.draw(diagnostic)))
        .collect();
    let mut out = shown.join("\n");
    if ordered.len() > MAX_SHOWN {
        let more = show_count(ordered.len() - MAX_SHOWN, "more finding");
        out.push_str(&format!("\n… and {more}\n"));
    }
    out
}

/// The files that were drawn, cut into lines once.
struct Pictures<'a> {
    map: &'a SourceMap,
    style: Style,
    sources: BTreeMap<FileId, Source<String>>,
}

impl Cache<FileId> for Pictures<'_> {
    type Storage = String;

    fn fetch(&mut self, id: &FileId) -> Result<&Source<String>, impl std::fmt::Debug> {
        let map = self.map;
        let source = self
            .sources
            .entry(*id)
            .or_insert_with(|| Source::from(map.text(*id).to_owned()));
        Ok::<_, std::fmt::Error>(source)
    }

    fn display<'a>(&self, id: &'a FileId) -> Option<impl std::fmt::Display + 'a> {
        Some(self.map.name_of(*id).to_owned())
    }
}

impl<'a> Pictures<'a> {
    fn new(map: &'a SourceMap, style: Style) -> Self {
        Pictures {
            map,
            style,
            sources: BTreeMap::new(),
        }
    }

    /// The picture of a diagnostic, or words where none can be drawn.
    fn draw(&mut self, diagnostic: &Diagnostic) -> String {
        let labels = self.labels(diagnostic);
        let too_long = |label: &&diag::Label| is_on_a_long_line(self.map, label.span);
        if labels.is_empty() || labels.iter().any(too_long) {
            return self.words(diagnostic);
        }
        self.picture(diagnostic, &labels)
            .unwrap_or_else(|| self.words(diagnostic))
    }

    /// The main file's places first, each file's from top to bottom.
    fn labels<'d>(&self, diagnostic: &'d Diagnostic) -> Vec<&'d diag::Label> {
        let Some(primary) = &diagnostic.primary else {
            return Vec::new();
        };
        let mut labels: Vec<&diag::Label> = diagnostic.secondary.iter().collect();
        labels.insert(0, primary);
        labels.sort_by_key(|label| {
            let span = label.span;
            (span.file != primary.span.file, span.file, span.start)
        });
        labels
    }

    fn picture(&mut self, diagnostic: &Diagnostic, labels: &[&diag::Label]) -> Option<String> {
        let primary = diagnostic.primary.as_ref()?;
        let (kind, main_color) = match diagnostic.severity() {
            Severity::Error => (ReportKind::Error, Color::Red),
            Severity::Warning => (ReportKind::Warning, Color::Yellow),
        };
        let config = Config::new()
            .with_index_type(IndexType::Byte)
            .with_color(self.style.color)
            .with_char_set(match self.style.ascii {
                true => CharSet::Ascii,
                false => CharSet::Unicode,
            });
        let mut report = Report::build(kind, self.place(primary.span))
            .with_config(config)
            .with_code(diagnostic.code)
            .with_message(printable::line(&diagnostic.message));
        let mut colors = COLORS.iter().cycle();
        for (order, label) in labels.iter().enumerate() {
            let color = match *label == primary {
                true => main_color,
                false => *colors.next()?,
            };
            report.add_label(
                Label::new(self.place(label.span))
                    .with_message(printable::line(&label.text))
                    .with_color(color)
                    .with_order(order as i32),
            );
        }
        for note in &diagnostic.notes {
            report.add_note(printable::line(note));
        }
        for help in helps(self.map, diagnostic) {
            report.add_help(help);
        }
        let mut bytes = Vec::new();
        report.finish().write(self, &mut bytes).ok()?;
        String::from_utf8(bytes).ok()
    }

    /// What ariadne can draw: on character boundaries, and not ending in the blanks of a line's end, which it cuts.
    fn place(&self, span: Span) -> (FileId, std::ops::Range<usize>) {
        let range = self.map.clamp(span).range();
        let text = &self.map.text(span.file)[range.clone()];
        let end = range.start + text.trim_end().len();
        (span.file, range.start..end)
    }

    /// The same without a picture.
    fn words(&self, diagnostic: &Diagnostic) -> String {
        let kind = match diagnostic.severity() {
            Severity::Error => "Error",
            Severity::Warning => "Warning",
        };
        let message = printable::line(&diagnostic.message);
        let mut lines = vec![format!("[{}] {kind}: {message}", diagnostic.code)];
        for label in diagnostic.primary.iter().chain(&diagnostic.secondary) {
            let name = self.map.name_of(label.span.file);
            let at = self.map.position(label.span);
            let (text, piece) = (printable::line(&label.text), excerpt(self.map, label.span));
            let place = format!("{name}:{}:{}", at.line, at.column);
            lines.push(match piece.is_empty() {
                true => format!("  at {place}: {text}"),
                false => format!("  at {place}: `{piece}`: {text}"),
            });
        }
        let notes = diagnostic.notes.iter().map(|note| printable::line(note));
        lines.extend(notes.map(|note| format!("  Note: {note}")));
        let helps = helps(self.map, diagnostic).into_iter();
        lines.extend(helps.map(|help| format!("  Help: {help}")));
        lines.push(String::new());
        lines.join("\n")
    }
}

/// A short piece of a long text, for places where no picture can be drawn.
fn excerpt(map: &SourceMap, span: Span) -> String {
    const MAX_CHARS: usize = 60;
    let text = map.snippet(span);
    let mut short: String = text.chars().take(MAX_CHARS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    printable::line(&short)
}
