//! Files as they were in a revision of git, by calls of `git` that only read.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::source::Loader;

/// Reads the files of one revision of the repository that a file is in.
pub struct Revision {
    /// How the user names it.
    pub name: String,
    /// The file's path from the root of the repository on.
    pub entry: String,
    /// The commit: a name cannot change its meaning meanwhile, and is no option.
    commit: String,
    /// Where git is called.
    folder: PathBuf,
}

impl Revision {
    /// The revision of that name, in the repository around a file.
    ///
    /// # Errors
    /// In words, where there is no git, no repository or no such revision.
    pub fn of(name: &str, file: &Path) -> Result<Revision, String> {
        let folder = file.parent().filter(|f| !f.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).to_path_buf();
        let verify = format!("{name}^{{commit}}");
        let commit = git(
            &folder,
            &[
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &verify,
            ],
        )
        .map_err(|_| {
            format!(
                "`{name}` is neither a file nor a revision of the repository around `{}`",
                file.display()
            )
        })?;
        let prefix = git(&folder, &["rev-parse", "--show-prefix"])?;
        let last = file.file_name().and_then(|name| name.to_str());
        let last = last.ok_or("its path is not UTF-8")?;
        Ok(Revision {
            name: name.to_owned(),
            entry: text(prefix)? + last,
            commit: text(commit)?,
            folder,
        })
    }
}

impl Loader for Revision {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        let object = format!("{}:{path}", self.commit);
        git(&self.folder, &["cat-file", "blob", &object])
            .map_err(|_| format!("there is no such file in {}", self.name))
    }

    fn shown(&self, path: &str) -> String {
        format!("{}:{path}", self.name)
    }
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    let text = String::from_utf8(bytes).map_err(|_| "git says what is not UTF-8")?;
    Ok(text.trim_end_matches('\n').to_owned())
}

fn git(folder: &Path, words: &[&str]) -> Result<Vec<u8>, String> {
    let said = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(words)
        .output();
    let said = said.map_err(|e| format!("`git` cannot be called: {}", super::disk::why(&e)))?;
    match said.status.success() {
        true => Ok(said.stdout),
        false => Err(String::from_utf8_lossy(&said.stderr).trim().to_owned()),
    }
}
