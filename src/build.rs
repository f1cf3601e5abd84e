//! A datacenter and a request from Rust, without any text.
//!
//! Declarations return typed ids, quantities carry their unit in their type, and mistakes are collected until
//! `build`. What comes out is the same plain data that a `.mvm` file becomes.
//!
//! ```
//! use mvm::build::{DatacenterBuilder, GiB, Gbps, RequestBuilder, Secs, Watts};
//! use mvm::request::GoalKind;
//!
//! let mut dc = DatacenterBuilder::new();
//! let core = dc.switch("core").capacity(Gbps(10)).id();
//! let old = dc.server("old").power(Watts(110)).link(core, Gbps(1)).id();
//! let new = dc.server("new").memory(GiB(16)).power(Watts(110)).off().link(core, Gbps(1)).id();
//! let web = dc.vm("web", old).memory(GiB(2)).id();
//! let db = dc.vm("db", old).memory(GiB(4)).hot(GiB(1), Secs(60)).id();
//! let datacenter = dc.build()?;
//!
//! let mut plan = RequestBuilder::new("decommission");
//! plan.migrate(web, new);
//! plan.migrate(db, new);
//! plan.shutdown(old);
//! plan.before([db], [web]);
//! plan.by([db], Secs(3600));
//! plan.minimize(GoalKind::Mttr);
//! let request = plan.build(&datacenter)?;
//!
//! let (problem, findings) = mvm::formulate::formulate(&datacenter, &request);
//! assert!(findings.is_empty());
//! let problem = problem.ok_or("there is no plan")?;
//! // `new` is off, so its boot is part of the plan.
//! assert_eq!(problem.formulation.actions[0].name, "boot new");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod datacenter;
mod quantity;
mod request;

pub use datacenter::{DatacenterBuilder, ServerSpec, SwitchSpec, VmSpec};
pub use quantity::*;
pub use request::{RequestBuilder, StepSpec};

use crate::datacenter::{ServerId, SwitchId, VmId};

/// All that is wrong with what was built; at least one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.0.iter().map(BuildError::to_string).collect::<Vec<_>>().join("; "))]
pub struct BuildErrors(pub Vec<BuildError>);

/// Something that is wrong with what was built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Two things have one name.
    #[error("two things are called `{0}`")]
    DuplicateName(String),
    /// A thing has no name.
    #[error("a name is empty")]
    EmptyName,
    /// A VM has neither `memory` nor `used`.
    #[error("`{0}` has no memory")]
    NoMemory(String),
    /// A VM is in a pool that its server does not have.
    #[error("`{0}` is in a pool that its server does not have")]
    NoSuchPool(String),
    /// A place stands in one that is declared after it, or in itself.
    #[error("`{0}` stands in a place that is not declared before it")]
    MisplacedIn(String),
    /// A link leads from a thing to itself.
    #[error("a link leads from `{0}` to itself")]
    LinkToItself(String),
    /// A rate, capacity or duration is 0.
    #[error("`{0}` has a rate or capacity of 0")]
    Zero(String),
    /// A `run` has no command, or a `pause` no question.
    #[error("a `run` or `pause` has no text")]
    NoText,
    /// No server has this id; it may be another datacenter's.
    #[error("no server has the id {}", .0.0)]
    UnknownServer(ServerId),
    /// No switch has this id; it may be another datacenter's.
    #[error("no switch has the id {}", .0.0)]
    UnknownSwitch(SwitchId),
    /// No VM has this id; it may be another datacenter's.
    #[error("no VM has the id {}", .0.0)]
    UnknownVm(VmId),
}

#[cfg(test)]
mod tests;
