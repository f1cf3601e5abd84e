//! The parser: alone knows pest.

use super::ast::Ast;
use crate::diag::Diagnostic;
use crate::source::FileId;

/// Reads a file. There is always a tree: text that cannot be read is left out of it, with a diagnostic each.
pub fn parse(file: FileId, _text: &str) -> (Ast, Vec<Diagnostic>) {
    let ast = Ast {
        file,
        items: Vec::new(),
        comments: Vec::new(),
    };
    (ast, Vec::new())
}
