//! Results: standard output, or files that are there whole or not at all.

use std::io::{self, Write};
use std::path::Path;

/// Writes to the file, or to standard output where none is given. A reader that has left is no error.
///
/// # Errors
/// In words.
pub fn write(to: Option<&Path>, text: &str) -> Result<(), String> {
    let Some(path) = to else {
        return match io::stdout().lock().write_all(text.as_bytes()) {
            Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(format!("standard output: {e}")),
            _ => Ok(()),
        };
    };
    let folder = path
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.as_file().set_permissions(permissions(path))?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    });
    written.map_err(|e| {
        format!(
            "`{}` cannot be written: {}",
            path.display(),
            super::disk::why(&e)
        )
    })
}

/// A name as the beginning of a file's name; what that should not hold becomes `_`.
pub fn stem(name: &str) -> String {
    let safe = |c: char| {
        if c.is_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '_'
        }
    };
    let stem: String = name.chars().map(safe).collect();
    stem.trim_start_matches('.').to_owned()
}

/// Scripts can be run, everything else be read.
#[cfg(unix)]
fn permissions(path: &Path) -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    let script = path.extension().is_some_and(|e| e == "sh");
    std::fs::Permissions::from_mode(if script { 0o755 } else { 0o644 })
}
