//! From an instance to clauses; names no solver.

mod clauses;
mod model;
mod sum;

pub use clauses::{Clauses, Lit};
pub use model::{Candidates, Model, every};
