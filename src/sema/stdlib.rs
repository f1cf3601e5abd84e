//! The standard library: modules of classes, embedded in the program and read like any other file.
//!
//! A module's file names other classes of the library by their full path, and nothing else.

/// A module.
#[derive(Debug)]
pub(super) struct Module {
    /// Its name, such as `std.server`.
    pub name: &'static str,
    /// The name of its file in messages.
    pub file: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! modules {
    ($($name:literal)*) => {
        /// All modules, a module after those that it uses.
        pub(super) const MODULES: &[Module] = &[$(Module {
            name: concat!("std.", $name),
            file: concat!("<std>/", $name, ".mvm"),
            text: include_str!(concat!("../../stdlib/", $name, ".mvm")),
        }),*];
    };
}

modules! { "energy" "link" "platform" "server" "workload" }

/// Whether a module has that name.
pub(super) fn is_module(name: &str) -> bool {
    MODULES.iter().any(|module| module.name == name)
}

/// The text of a module, by the name of its file: `server.mvm`.
pub fn library_text(file: &str) -> Option<&'static str> {
    let module = MODULES
        .iter()
        .find(|module| module.file.strip_prefix("<std>/") == Some(file));
    module.map(|module| module.text)
}
