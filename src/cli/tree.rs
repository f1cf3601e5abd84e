//! The files of the language in a folder.

use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

/// The files that a name stands for: of a folder all of the language's inside, in order, but none in a hidden folder.
pub fn files(named: &Path) -> Vec<Result<PathBuf, String>> {
    if !named.is_dir() {
        return vec![Ok(named.to_path_buf())];
    }
    let is_hidden = |entry: &DirEntry| {
        entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
    };
    let inside = WalkDir::new(named).sort_by_file_name().into_iter();
    let inside = inside.filter_entry(|entry| !is_hidden(entry));
    let files = inside.filter_map(|entry| match entry {
        Ok(entry) => {
            let is_ours = entry.path().extension().is_some_and(|end| end == "mvm");
            (is_ours && entry.file_type().is_file()).then(|| Ok(entry.into_path()))
        }
        Err(why) => Some(Err(why.to_string())),
    });
    files.collect()
}
