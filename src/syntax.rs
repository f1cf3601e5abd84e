//! From text to a syntax tree.

pub mod ast;
mod errors;
pub mod lexeme;
mod parse;
mod text;

pub use parse::{Next, Slot, is_name, lexeme_at, lexemes, next, parse};
