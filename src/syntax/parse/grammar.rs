//! The generated parser: `grammar/mvm.pest` as a function from a piece of text to pest's pairs.

use std::sync::Once;

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pairs;
use pest_derive::Parser;

/// The generated parser.
#[derive(Parser)]
#[grammar = "../grammar/mvm.pest"]
struct Grammar;

/// The longest piece (one statement, one declaration's properties) in bytes. It bounds the memory of pest's
/// tokens, of which there is about one for each two bytes.
pub(super) const MAX_PIECE: usize = 1 << 20;

/// Steps that pest may take for one piece. An honest piece needs 20 to 40 for each byte, so this stops only
/// what backtracks without end.
const MAX_CALLS: usize = 100 * MAX_PIECE;

/// Where a piece cannot be read, and what could stand there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// Byte of the piece.
    pub at: usize,
    /// The rules that would have fitted.
    pub expected: Vec<Rule>,
}

/// Parses `piece` by one rule.
pub(super) fn parse(rule: Rule, piece: &str) -> Result<Pairs<'_, Rule>, Failure> {
    // The limit is a static of pest: one value for the process, set before the first use.
    static LIMIT: Once = Once::new();
    LIMIT.call_once(|| pest::set_call_limit(std::num::NonZeroUsize::new(MAX_CALLS)));
    Grammar::parse(rule, piece).map_err(|error| {
        let at = match error.location {
            InputLocation::Pos(at) => at,
            InputLocation::Span((at, _)) => at,
        };
        let expected = match error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives,
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        Failure { at, expected }
    })
}
