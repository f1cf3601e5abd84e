//! Results: standard output, a device or pipe, or files that are there whole or not at all.

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
    let cannot = |e: io::Error| {
        format!(
            "`{}` cannot be written: {}",
            path.display(),
            super::disk::why(&e)
        )
    };
    // A device or a pipe is written to. To put a file in its place would take it away from everybody else.
    if std::fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return std::fs::write(path, text).map_err(cannot);
    }
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
    written.map_err(cannot)
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

/// Scripts can be run; what is there already keeps what it has; everything else can be read.
#[cfg(unix)]
fn permissions(path: &Path) -> std::fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    if path.extension().is_some_and(|e| e == "sh") {
        return std::fs::Permissions::from_mode(0o755);
    }
    let there = std::fs::metadata(path).map(|there| there.permissions());
    there.unwrap_or(std::fs::Permissions::from_mode(0o644))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::FileTypeExt;
    use std::process::Command;

    /// A pipe stands for all that is no file: a device such as `/dev/null` is replaced by the same mistake.
    #[test]
    fn a_pipe_is_written_to_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        if !Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .is_ok_and(|s| s.success())
        {
            println!("skipped: there is no mkfifo");
            return;
        }
        let (sender, receiver) = std::sync::mpsc::channel();
        let path = pipe.clone();
        std::thread::spawn(move || sender.send(std::fs::read_to_string(path)));
        super::write(Some(&pipe), "plan").unwrap();
        assert!(
            std::fs::symlink_metadata(&pipe)
                .unwrap()
                .file_type()
                .is_fifo()
        );
        let read = receiver.recv_timeout(std::time::Duration::from_secs(20));
        assert_eq!(read.unwrap().unwrap(), "plan");
    }
}
