//! Colours.

use std::ops::Range as Bytes;

use lsp_types::*;

use super::Refusal;
use crate::cli::lsp::place::Placed;
use crate::cli::lsp::server::Server;
use crate::editor::{Colour, colours};

/// The colours of the protocol, in the order of [`index_of`].
pub fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: vec![
            SemanticTokenType::KEYWORD,
            SemanticTokenType::COMMENT,
            SemanticTokenType::STRING,
            SemanticTokenType::NUMBER,
            SemanticTokenType::OPERATOR,
            SemanticTokenType::VARIABLE,
            SemanticTokenType::STRUCT,
            SemanticTokenType::NAMESPACE,
            SemanticTokenType::CLASS,
            SemanticTokenType::MACRO,
            SemanticTokenType::ENUM,
            SemanticTokenType::PARAMETER,
            SemanticTokenType::FUNCTION,
        ],
        token_modifiers: Vec::new(),
    }
}

/// The place of a colour in the legend; None for what has none.
fn index_of(colour: Colour) -> Option<u32> {
    Some(match colour {
        Colour::Keyword => 0,
        Colour::Comment => 1,
        Colour::Text => 2,
        Colour::Number => 3,
        Colour::Sign => 4,
        Colour::Vm => 5,
        Colour::Server => 6,
        Colour::Place => 7,
        Colour::Class => 8,
        Colour::Constant => 9,
        Colour::Set => 10,
        Colour::Variable => 11,
        Colour::Plan => 12,
        Colour::Name => return None,
    })
}

pub fn tokens(
    server: &Server<'_>,
    uri: &Uri,
    range: Option<Range>,
) -> Result<Option<SemanticTokens>, Refusal> {
    let Some(here) = server.here(uri) else {
        return Ok(None);
    };
    let text = here.text;
    let placed = Placed::new(text, server.encoding);
    let wanted = range.map_or(0..text.len(), |range| placed.bytes(range));
    let known: Vec<(Bytes<usize>, Colour)> = match here.entry {
        Some((entry, file)) => {
            let carry = server.places(entry).carry(file);
            let known = entry.view.colours(file).iter();
            known
                .filter_map(|(range, colour)| Some((carry.range(range.clone())?, *colour)))
                .collect()
        }
        None => colours(text),
    };
    let mut data = Vec::new();
    let mut walk = placed.walk();
    let mut before = Position::default();
    for (range, colour) in known {
        let is_wanted = range.start < wanted.end && range.end > wanted.start;
        let Some(token_type) = index_of(colour).filter(|_| is_wanted) else {
            continue;
        };
        let [start, end] = [range.start, range.end].map(|at| {
            let (line, column) = walk.position(at);
            Position::new(line as u32, column as u32)
        });
        let same_line = start.line == before.line;
        data.push(SemanticToken {
            delta_line: start.line - before.line,
            delta_start: if same_line {
                start.character - before.character
            } else {
                start.character
            },
            length: end.character.saturating_sub(start.character),
            token_type,
            token_modifiers_bitset: 0,
        });
        before = start;
    }
    Ok(Some(SemanticTokens {
        result_id: None,
        data,
    }))
}
