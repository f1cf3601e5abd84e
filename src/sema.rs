//! From syntax trees to a datacenter and the plans asked for: names, units, types.

#[allow(dead_code)] // Used by the passes to come.
pub(crate) mod quantity;
#[allow(dead_code)] // Used by the passes to come.
pub(crate) mod clock;

use crate::datacenter::Datacenter;
use crate::diag::Diagnostic;
use crate::request::Request;
use crate::source::{Loader, SourceMap};

/// What a file and those that it uses say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Analysis {
    /// What there is.
    pub datacenter: Datacenter,
    /// The plans of the entry file, in order.
    pub requests: Vec<Request>,
}

/// Reads `entry` and what it uses, and checks names, units and types.
///
/// With errors among the diagnostics, the analysis holds what could be understood and must not be planned.
pub fn analyse(
    _entry: &str,
    _loader: &dyn Loader,
    _map: &mut SourceMap,
) -> (Analysis, Vec<Diagnostic>) {
    (Analysis::default(), Vec::new())
}
