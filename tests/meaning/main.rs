//! Sentences of the language that once meant less than they say: each file is such a case.

#[path = "../support/mod.rs"]
mod support;

mod beside;
mod clock_change;
mod mistakes;
mod places;
