//! From foreign files to the language: each platform is one folder that reads its format into an [`inventory`], and
//! one writer makes readable `.mvm` text of it.

pub mod btrplace;
pub mod csv;
pub mod difference;
pub mod inventory;
pub mod json;
pub mod keep;
pub mod kubevirt;
pub mod libvirt;
pub mod network;
pub mod openstack;
pub mod proxmox;
mod rows;
pub mod simgrid;
pub mod units;
mod value;
mod write;

pub use write::write;

use crate::diag::Diagnostic;

/// What a reader found.
#[derive(Debug)]
pub struct Imported {
    /// What there is.
    pub inventory: inventory::Inventory,
    /// Warnings: what is missing or assumed, with its place in the foreign text.
    pub findings: Vec<Diagnostic>,
}
