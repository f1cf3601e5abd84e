//! The first hour with mvm, in a real terminal: an example in Neovim, a unit mistyped and mended, a server renamed in two files, the
//! layout, the commit with its hook, and what that did to the plan. What was on the screen is the picture in the README.

#[path = "../support/picture.rs"]
mod picture;
#[path = "../support/terminal.rs"]
mod terminal;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::neovim::{at_home, install};
use crate::{output, program, support};
use picture::{Frame, picture};
use terminal::Terminal;

/// The example that is worked on: an inventory and a plan over it.
const EXAMPLE: [&str; 2] = ["inventory.mvm", "web.mvm"];

/// The picture of it, in the project.
const PICTURE: &str = "editors/first-hour.svg";

/// Waits in Neovim for the server.
const READY: &str = ":lua vim.wait(100000, function() for _, c in pairs(vim.lsp.buf_get_clients()) do \
                     if c.initialized then print('server'..' is ready') return true end end end)\r";

/// What the program has to find: `mvm` and a home, nobody's settings, a fixed day.
fn environment(home: &Path) -> Vec<(String, Option<std::ffi::OsString>)> {
    let mut command = at_home(Command::new("true"), home);
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), "Nobody")
            .env(format!("GIT_{who}_EMAIL"), "nobody@localhost")
            .env(format!("GIT_{who}_DATE"), "2026-11-27T12:00:00Z");
    }
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_PAGER", "cat")
        .env("LC_ALL", "C.UTF-8")
        .env("PS1", "$ ")
        .env_remove("NO_COLOR")
        .env_remove("CI");
    // A hook that runs this test has its own repository in the environment.
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    let all = command.get_envs();
    all.map(|(name, value)| (name.to_string_lossy().into_owned(), value.map(Into::into)))
        .collect()
}

/// A repository with the example and the hook, committed.
fn repository(folder: &Path, home: &Path) -> PathBuf {
    let repository = folder.join("plans");
    fs::create_dir(&repository).expect("a folder can be made");
    let example = support::root().join("examples/scenarios/18-three-plans");
    for name in EXAMPLE {
        fs::copy(example.join(name), repository.join(name)).expect("it can be copied");
    }
    let git = |words: &[&str]| {
        let mut git = Command::new("git");
        for (name, value) in environment(home) {
            match value {
                Some(value) => git.env(name, value),
                None => git.env_remove(name),
            };
        }
        output(git.current_dir(&repository).args(words))
    };
    git(&["init", "--quiet", "--initial-branch", "main"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "A plan over an inventory"]);
    let hook = support::root().join("examples/integrations/pre-commit");
    fs::copy(hook, repository.join(".git/hooks/pre-commit")).expect("it can be copied");
    repository
}

/// A shell there.
fn shell(repository: &Path, home: &Path) -> Terminal {
    Terminal::new(|command| {
        let command = command
            .args(["--noprofile", "--norc", "-i"])
            .current_dir(repository);
        let changes = environment(home).into_iter();
        changes.fold(command, |command, (name, value)| match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        })
    })
}

#[test]
fn the_first_hour() {
    let (Some(_), Some(_), Some(_)) = (program("nvim"), program("git"), program("bash")) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let home = folder.path().join("home");
    install(&home);
    let repository = repository(folder.path(), &home);
    let mut terminal = shell(&repository, &home);
    let mut frames: Vec<Frame> = Vec::new();
    let mut step = |title: &'static str, keys: &str, is_so: &dyn Fn(&str) -> bool| {
        terminal.types(keys);
        let screen = terminal.until(keys, is_so);
        if !title.is_empty() {
            frames.push(Frame::new(title, screen));
        }
        screen.contents()
    };
    let is_prompt = |text: &str| text.trim() == "$";
    let is_done = |text: &str| text.trim_end().ends_with("\n$");

    step("", "", &is_prompt);
    step(
        "An example in Neovim",
        "nvim -o web.mvm inventory.mvm\r",
        &|text| text.contains("minimize mttr") && text.contains("switch core"),
    );
    // Somebody who types as fast as this would be told that no server is there yet.
    step("", READY, &|text| text.contains("server is ready"));
    step("", "\x0c", &|text| !text.contains("server is"));
    step(
        "A rule is written: names are completed",
        "Gkolimit   co\x18\x0f",
        &|text| text.contains("limit   core") && text.contains("INSERT"),
    );
    let wrong = "no unit is called `GBps`";
    step(
        "A wrong unit: the error stands at its place",
        " to 20GBps\x1b",
        &|text| text.contains(wrong),
    );
    step("What would be right is offered", "gra", &|text| {
        text.contains("2: ") && text.contains("Type number")
    });
    step("and chosen", "2\r", &|text| {
        text.contains("20Gbps") && !text.contains(wrong)
    });
    step("A server is to be called otherwise", "4Gfsgrn", &|text| {
        text.contains("New Name: s")
    });
    step("and is, in both files", "\x15node\r", &|text| {
        text.contains("r2.node[1..4]") && text.contains("server node[1..4]")
    });
    step("The one layout", ":MvmFormat\r", &|text| {
        text.contains("  limit core to 20Gbps")
    });
    step("", ":wall\r", &|text| text.contains("written"));
    step("", ":qall\r", &is_done);
    step("", "clear\r", &is_prompt);
    let said = step(
        "The commit: its hook checks both files",
        "git commit -am 'Half of the core is for the backup'\r",
        &is_done,
    );
    assert!(
        said.contains("8 servers, 12 VMs, 1 plan") && said.contains("2 files changed"),
        "{said}"
    );
    step("", "clear\r", &is_prompt);
    let said = step("What that did to the plan", "mvm diff HEAD~1\r", &|text| {
        text.contains("actions as before") && is_done(text)
    });
    assert!(said.contains("mttr") && said.contains("makespan"), "{said}");
    step("", "exit\r", &|_| true);
    show(&frames);

    let read = |name: &str| fs::read_to_string(repository.join(name)).expect("it is there");
    assert_eq!(
        read("web.mvm"),
        "use \"inventory.mvm\"\n\nplan web {\n  migrate web[1..8] to r2.node[1..4]\n  minimize mttr\n  limit core to 20Gbps\n}\n"
    );
    assert!(read("inventory.mvm").contains("server node[1..4]"));
}

/// Writes the picture where that is asked for. It is not held to the project's: when an editor draws what is nobody's affair.
fn show(frames: &[Frame]) {
    if !std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        return;
    }
    let version = output(Command::new("nvim").arg("--version"));
    let made = picture(
        "Neovim with mvm: a wrong unit is told and mended, a server renamed, the plan's change told",
        version.lines().next().unwrap_or_default(),
        frames,
    );
    fs::write(support::root().join(PICTURE), made).expect("it can be written");
}
