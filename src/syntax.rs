//! From text to a syntax tree.

pub mod ast;
mod parse;

pub use parse::parse;
