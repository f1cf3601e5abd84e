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
//!
//! # From text
//!
//! [`compile::check`] reads a file through a [`source::Loader`] and says what it found; [`compile::Checked::plan`]
//! computes a plan of it.
//!
//! # Features
//!
//! `cli`, a default, is the program: [`cli`] and the pictures of diagnostics for people at a terminal. With
//! `default-features = false` the library needs no parser of arguments, no progress bars and no drawing on terminals.
//!
//! # From Rust
//!
//! ```
//! use mvm::build::{DatacenterBuilder, Gbps, GiB, RequestBuilder, Secs, Watts};
//! use mvm::emit::Kind;
//! use mvm::request::GoalKind;
//! use mvm::schedule::{Options, Outcome, Quiet, schedule};
//!
//! // What there is: two servers on one switch, the second one off.
//! let mut dc = DatacenterBuilder::new();
//! let core = dc.switch("core").id();
//! let old = dc.server("old").power(Watts(110)).link(core, Gbps(1)).id();
//! let new = dc.server("new").power(Watts(110)).off().link(core, Gbps(1)).id();
//! let web = dc.vm("web", old).memory(GiB(2)).id();
//! let db = dc.vm("db", old).memory(GiB(4)).id();
//! let datacenter = dc.build()?;
//!
//! // What is asked: empty the old one, the database first, within an hour.
//! let mut plan = RequestBuilder::new("replace");
//! plan.migrate(web, new);
//! plan.migrate(db, new);
//! plan.shutdown(old);
//! plan.before([db], [web]);
//! plan.by([web], Secs(3600));
//! plan.minimize(GoalKind::Mttr);
//! let request = plan.build(&datacenter)?;
//!
//! // What is to be scheduled, the schedule, and the plan, which the checker has replayed.
//! let (problem, findings) = mvm::formulate::formulate(&datacenter, &request);
//! assert!(findings.is_empty());
//! let problem = problem.ok_or("no plan exists")?;
//! let Outcome::Found(solution) = schedule(&problem.formulation, &Options::default(), &mut Quiet) else {
//!     return Err("no plan was found".into());
//! };
//! let plan = mvm::plan::assemble(&datacenter, &request, &problem, &solution).map_err(|e| e.join("; "))?;
//!
//! // `new` boots for two minutes, then the VMs move one after the other, then `old` goes down.
//! assert_eq!(plan.actions[0].id, "boot new");
//! assert!(solution.is_optimal());
//! assert!(Kind::Script.emit(&datacenter, &plan).starts_with("#!"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// Fixtures that unit and integration tests share name the crate as its users do.
#[cfg(test)]
extern crate self as mvm;

pub mod source;
pub mod show;
pub mod diag;
pub mod syntax;
pub mod format;
pub mod datacenter;
pub mod request;
pub mod since;
pub mod sema;
pub mod build;
pub mod migration;
pub mod formulation;
pub mod formulate;
pub mod certify;
pub mod schedule;
pub mod plan;
pub mod change;
pub mod explain;
pub mod expect;
pub mod emit;
pub mod diff;
pub mod critical;
pub mod run;
pub mod simulate;
pub mod baseline;
pub mod import;
pub mod calibrate;
pub mod compile;
pub mod editor;
#[cfg(feature = "cli")]
pub mod cli;
