//! The standard library as files, so that an editor can show them.

use std::fs;
use std::path::PathBuf;

use crate::sema::library_text;

/// Where a module's file is to be read: it is written when somebody asks for it.
pub fn path_of(name: &str) -> PathBuf {
    folder().join(name)
}

/// Writes a module's file, unless it is there. The folder belongs to this version of the program.
pub fn write(path: &std::path::Path) {
    let inside = path
        .strip_prefix(folder())
        .ok()
        .and_then(|name| name.to_str());
    let Some(text) = inside.and_then(library_text) else {
        return;
    };
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return;
    }
    // An editor that cannot read it says so.
    let _ = fs::create_dir_all(folder()).and_then(|()| fs::write(path, text));
}

/// In the user's cache.
fn folder() -> PathBuf {
    let variable = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let home = || variable("HOME").map(|home| home.join(".cache"));
    let cache = variable("XDG_CACHE_HOME")
        .or_else(home)
        .or_else(|| variable("LOCALAPPDATA"));
    let cache = cache.unwrap_or_else(std::env::temp_dir);
    cache
        .join("mvm")
        .join(concat!("std-", env!("CARGO_PKG_VERSION")))
}
