//! Files on the disc, confined to the project.

use std::fs;
use std::path::{Path, PathBuf};

use crate::source::Loader;

/// Reads the files of one project: everything at or below its root.
pub struct Disk {
    root: PathBuf,
    /// The root as the user would write it, so that messages name files as the user does.
    shown: PathBuf,
}

/// The largest file that is read at all; the parser sets its own, lower limit.
const LARGEST: u64 = 1 << 30;

impl Disk {
    /// The project of a file, and the file's path in it. The root is the nearest folder above the file that holds
    /// a `.git`; the file's own folder where there is none.
    ///
    /// # Errors
    /// In words, where the file cannot be found.
    pub fn project_of(file: &Path) -> Result<(Disk, String), String> {
        let full = fs::canonicalize(file).map_err(|e| why(&e))?;
        let folder = full.parent().unwrap_or(Path::new("/"));
        let root = folder
            .ancestors()
            .find(|a| a.join(".git").exists())
            .unwrap_or(folder)
            .to_path_buf();
        let inside = full.strip_prefix(&root).map_err(|e| e.to_string())?;
        let parts: Option<Vec<&str>> = inside.iter().map(|part| part.to_str()).collect();
        let entry = parts.ok_or("its path is not UTF-8")?.join("/");
        let mut shown = file.to_path_buf();
        for _ in inside.iter() {
            // A path such as `x.mvm` runs out of parts below the root: then names begin at the root.
            if !shown.pop() {
                break;
            }
        }
        if shown.join(inside) != file {
            shown = PathBuf::new();
        }
        Ok((Disk { root, shown }, entry))
    }
}

impl Loader for Disk {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        let full = fs::canonicalize(self.root.join(path)).map_err(|e| why(&e))?;
        if !full.starts_with(&self.root) {
            return Err(String::from("it is a link that leads out of the project"));
        }
        let meta = fs::metadata(&full).map_err(|e| why(&e))?;
        if !meta.is_file() {
            return Err(String::from("it is not a file"));
        }
        if meta.len() > LARGEST {
            return Err(format!("it has {} MiB", meta.len() >> 20));
        }
        fs::read(&full).map_err(|e| why(&e))
    }

    fn shown(&self, path: &str) -> String {
        self.shown.join(path).display().to_string()
    }
}

/// Why a file cannot be used, without the number that the system gives it.
pub fn why(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => String::from("there is no such file"),
        ErrorKind::PermissionDenied => String::from("it may not be read"),
        _ => error.to_string(),
    }
}
