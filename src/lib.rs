//! Plans for the live migration and maintenance of virtualised datacenters.
//!
//! ```text
//!  .mvm files --syntax--> Ast --sema--> Datacenter + Request --formulate--> Formulation
//!                                  (or build, from Rust)                        |
//!                                                                           schedule
//!                                                                               |
//!  table, JSON, script, charts <--emit-- Plan <----plan (verify, depend)---- Schedule
//! ```
//!
//! Each arrow is a function between plain data; a module uses only what stands above it in the list below.

// Fixtures that unit and integration tests share name the crate as its users do.
#[cfg(test)]
extern crate self as mvm;

pub mod source;
pub mod show;
pub mod diag;
pub mod syntax;
pub mod datacenter;
pub mod request;
pub mod sema;
pub mod build;
pub mod migration;
pub mod formulation;
pub mod formulate;
pub mod schedule;
pub mod plan;
pub mod explain;
pub mod expect;
pub mod emit;
pub mod import;
pub mod compile;
pub mod cli;
