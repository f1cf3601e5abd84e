//! Files on the disc, confined to the project, and what comes through a pipe.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::source::Loader;

/// Reads the files of one project: everything at or below its root.
pub struct Disk {
    root: PathBuf,
    /// The root as the user would write it, so that messages name files as the user does.
    shown: PathBuf,
    /// The file that came through a pipe, which can be read once.
    piped: Option<(String, Vec<u8>)>,
}

/// The largest file that is read at all; the parser sets its own, lower limit.
const LARGEST: u64 = 1 << 30;

impl Disk {
    /// The project of a file, and the file's path in it. The root is the nearest folder above the file that holds
    /// a `.git`; the file's own folder where there is none. What comes through a pipe (`-` is standard input) lies in the
    /// working directory.
    ///
    /// # Errors
    /// In words, where the file cannot be found.
    pub fn project_of(file: &Path) -> Result<(Disk, String), String> {
        if is_piped(file) {
            let bytes = read(file)?;
            let name = PathBuf::from(PIPED);
            let folder = fs::canonicalize(".").map_err(|e| why(&e))?;
            let (mut disk, entry) = Disk::around(&name, &folder.join(&name))?;
            disk.piped = Some((entry.clone(), bytes));
            return Ok((disk, entry));
        }
        Disk::around(file, &fs::canonicalize(file).map_err(|e| why(&e))?)
    }

    /// The folder that everything lies in.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The project of a file that has that full path.
    fn around(file: &Path, full: &Path) -> Result<(Disk, String), String> {
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
        let disk = Disk {
            root,
            shown,
            piped: None,
        };
        Ok((disk, entry))
    }
}

impl Loader for Disk {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        if let Some((piped, bytes)) = &self.piped
            && piped == path
        {
            return Ok(bytes.clone());
        }
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

/// What a file that came through a pipe is called: no file of the working directory.
const PIPED: &str = "-";

/// Whether a file can be read only once: standard input, another pipe.
pub fn is_piped(file: &Path) -> bool {
    let is_special = |meta: fs::Metadata| !meta.is_file() && !meta.is_dir();
    file == Path::new(PIPED) || fs::metadata(file).is_ok_and(is_special)
}

/// The bytes of a file; `-` is standard input.
///
/// # Errors
/// In words.
pub fn read(file: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let most = LARGEST + 1;
    let read = match file == Path::new(PIPED) {
        true => io::stdin().lock().take(most).read_to_end(&mut bytes),
        false => fs::File::open(file).and_then(|file| file.take(most).read_to_end(&mut bytes)),
    };
    read.map_err(|e| why(&e))?;
    match bytes.len() as u64 > LARGEST {
        true => Err(format!("it has more than {} MiB", LARGEST >> 20)),
        false => Ok(bytes),
    }
}

/// The text of a file; `-` is standard input.
///
/// # Errors
/// In words.
pub fn read_text(file: &Path) -> Result<String, String> {
    String::from_utf8(read(file)?).map_err(|_| String::from("it is not UTF-8 text"))
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
