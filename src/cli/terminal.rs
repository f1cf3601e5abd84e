//! What people see: messages on standard error, and how results are shown where standard output is a terminal.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;

use super::args::{Color, MessageFormat};
use crate::diag::Diagnostic;
use crate::diag::render::{self, Style};
use crate::emit::Page;
use crate::source::SourceMap;

/// How messages are written.
pub struct Terminal {
    style: Style,
    format: MessageFormat,
    /// What is kept until somebody takes it; None: it is written at once.
    kept: Option<Mutex<String>>,
}

impl Terminal {
    /// Colour follows the choice, standard error and `NO_COLOR`.
    pub fn new(color: Color, format: MessageFormat) -> Self {
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                io::stderr().is_terminal()
                    && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
            }
        };
        let ascii = io::stderr().is_terminal() && !draws_unicode(|name| std::env::var_os(name));
        Terminal {
            style: Style { color, ascii },
            format,
            kept: None,
        }
    }

    /// One that keeps what it is to write, for whoever works beside others and is to be told behind them.
    pub fn keeping(&self) -> Self {
        Terminal {
            style: self.style,
            format: self.format,
            kept: Some(Mutex::default()),
        }
    }

    /// Writes what another one has kept.
    pub fn say_kept(&self, other: Terminal) {
        let kept = other.kept.and_then(|kept| kept.into_inner().ok());
        self.say_raw(&kept.unwrap_or_default());
    }

    /// What a table on standard output is read on. Only a terminal is narrow or knows no Unicode: in a pipe or a file the same plan
    /// is the same text wherever it is written.
    pub fn page() -> Page {
        let output = console::Term::stdout();
        if !output.is_term() {
            return Page::default();
        }
        Page {
            width: output.size_checked().map(|(_, columns)| columns.into()),
            ascii: !draws_unicode(|name| std::env::var_os(name)),
        }
    }

    /// Writes diagnostics.
    pub fn show(&self, map: &SourceMap, diagnostics: &[Diagnostic]) {
        if diagnostics.is_empty() {
            return;
        }
        let text = match self.format {
            MessageFormat::Human => render::human(map, diagnostics, self.style),
            MessageFormat::Short => render::short(map, diagnostics),
            MessageFormat::Json => render::json(map, diagnostics),
        };
        self.say_raw(&text);
    }

    /// Writes a line for people; nothing where programs listen.
    pub fn say(&self, line: &str) {
        if self.format != MessageFormat::Json {
            self.say_raw(&format!("{line}\n"));
        }
    }

    fn say_raw(&self, text: &str) {
        if let Some(Ok(mut kept)) = self.kept.as_ref().map(Mutex::lock) {
            kept.push_str(text);
            return;
        }
        // Nobody is left to tell when standard error is closed.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

/// Whether the locale has Unicode, as POSIX finds it: the first of these variables that is there and not empty says so. None of
/// them says ASCII, but on Windows, which does not have them.
fn draws_unicode(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let said = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(variable)
        .find(|value| !value.is_empty());
    match said {
        Some(locale) => {
            let locale = locale.to_string_lossy().to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        None => cfg!(windows),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_says_whether_there_is_unicode() {
        let with = |variables: &[(&str, &str)]| {
            draws_unicode(|name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| value.into())
            })
        };
        assert!(with(&[("LANG", "de_DE.UTF-8")]));
        assert!(with(&[
            ("LC_ALL", ""),
            ("LC_CTYPE", "C.utf8"),
            ("LANG", "C")
        ]));
        assert!(!with(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]));
        assert!(!with(&[("LANG", "de_DE.ISO-8859-1")]));
        assert_eq!(with(&[]), cfg!(windows));
    }
}
