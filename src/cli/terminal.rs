//! What people see on standard error.

use std::io::{self, IsTerminal, Write};

use super::args::{Color, MessageFormat};
use crate::diag::Diagnostic;
use crate::diag::render::{self, Style};
use crate::source::SourceMap;

/// How messages are written.
pub struct Terminal {
    color: bool,
    format: MessageFormat,
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
        Terminal { color, format }
    }

    /// Writes diagnostics.
    pub fn show(&self, map: &SourceMap, diagnostics: &[Diagnostic]) {
        if diagnostics.is_empty() {
            return;
        }
        let text = match self.format {
            MessageFormat::Human => render::human(
                map,
                diagnostics,
                Style {
                    color: self.color,
                    ascii: false,
                },
            ),
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
        // Nobody is left to tell when standard error is closed.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}
