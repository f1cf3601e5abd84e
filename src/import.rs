//! From foreign files to the language: each importer makes a readable `.mvm` text.

pub mod btrplace;
