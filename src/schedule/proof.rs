//! Proofs for others: certificates of bounds, and what contradicts what where there is no schedule.

pub mod conflict;
pub mod written;
