//! A repository of git with plans.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A plan of two steps, the second one after the first.
pub const PLAN: &str = "\
switch tor
server s[1..2] { memory 8GiB link 1Gbps to tor }
vm a { memory 2GiB idle on s1 }
vm b { memory 4GiB idle on s1 }

plan away {
  start 02:00 UTC
  migrate a to s2
  migrate b to s2
  before b -> a
}
";

/// A folder in which the program and git are called.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// An empty folder.
    pub fn empty() -> Place {
        Place {
            folder: tempfile::tempdir().expect("a folder can be made"),
        }
    }

    /// A repository of git with a file with a plan; None, with a word, where there is no git.
    pub fn repository() -> Option<Place> {
        let place = Place::empty();
        if Command::new("git").arg("--version").output().is_err() {
            eprintln!("skipped: there is no git");
            return None;
        }
        place.git(&["init", "--quiet"]);
        place.write("away.mvm", PLAN);
        place.git(&["add", "."]);
        place.git(&["commit", "--quiet", "-m", "One"]);
        Some(place)
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("a file can be written");
    }

    /// A program in the folder, which finds `mvm` and what is in `bin` there; git has nobody's settings.
    pub fn call(&self, program: &str, words: &[&str]) -> Output {
        let bin = Path::new(env!("CARGO_BIN_EXE_mvm"))
            .parent()
            .expect("a folder");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let all: Vec<PathBuf> = [self.path().join("bin"), bin.to_path_buf()]
            .into_iter()
            .chain(std::env::split_paths(&path))
            .collect();
        let mut command = Command::new(program);
        command
            .current_dir(self.path())
            .args(words)
            .env("PATH", std::env::join_paths(all).expect("paths"))
            .env("HOME", self.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("NO_COLOR");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Nobody");
            command.env(format!("GIT_{who}_EMAIL"), "nobody@localhost");
        }
        // A hook that runs this test has its own repository in the environment.
        for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
            command.env_remove(name);
        }
        command
            .output()
            .unwrap_or_else(|e| panic!("{program}: {e}"))
    }

    pub fn git(&self, words: &[&str]) -> String {
        let said = self.call("git", words);
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        assert!(
            said.status.success(),
            "git {words:?}: {}",
            String::from_utf8_lossy(&said.stderr)
        );
        text
    }

    /// What mvm prints, and its status.
    pub fn mvm(&self, words: &[&str]) -> (String, i32) {
        let said = self.call(env!("CARGO_BIN_EXE_mvm"), words);
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&said.stdout),
            String::from_utf8_lossy(&said.stderr)
        );
        (text, said.status.code().unwrap_or(-1))
    }
}

/// The plan with half the rate, and without the order.
pub fn slower() -> String {
    PLAN.replace("1Gbps", "500Mbps")
        .replace("  before b -> a\n", "")
}
