//! What several test programs use.
#![allow(dead_code)] // Each program uses its part.

use std::fs;
use std::path::{Path, PathBuf};

use mvm::source::Loader;

/// The folder of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Loads from a folder.
pub struct Folder<'a>(pub &'a Path);

impl Loader for Folder<'_> {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        fs::read(self.0.join(path)).map_err(|e| e.to_string())
    }
}

/// One file that is held in memory.
pub struct Text<'a>(pub &'a str);

impl Loader for Text<'_> {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        if path == "test.mvm" {
            Ok(self.0.as_bytes().to_vec())
        } else {
            Err(String::from("there is no such file"))
        }
    }
}

/// The files below a folder of the project, by name, relative to its root.
pub fn files(folder: &str, suffix: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the folder is there").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(suffix) {
                let inside = path.strip_prefix(root()).expect("it is in the root");
                found.push(inside.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

/// The data that lies beside the project on some machines; None, with a word, elsewhere.
pub fn data(path: &str) -> Option<PathBuf> {
    let path = root().join("../shared/data").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not here", path.display());
    None
}
