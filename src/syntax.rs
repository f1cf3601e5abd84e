//! From text to a syntax tree.

pub mod ast;
mod errors;
pub mod lexeme;
mod parse;
mod text;

pub use parse::{is_name, lexemes, parse};
