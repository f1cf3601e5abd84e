//! From text to a syntax tree.

pub mod ast;
mod errors;
mod parse;
mod text;

pub use parse::{is_name, parse};
