//! `mvm run` at work, as a picture for the README: what its terminal really shows.

#[path = "../support/picture.rs"]
mod draw;
#[path = "../support/terminal.rs"]
mod terminal;

use std::fs;

use crate::migrations;
use crate::room::{Room, folder, root};
use draw::{Frame, picture};
use terminal::Terminal;

/// The picture, in the project.
const PICTURE: &str = "tests/testbed/run.svg";

/// Carries the twelve migrations out in a terminal, and draws it.
pub fn play() -> Result<(), String> {
    let room = Room::up(&migrations::file("twelve"))?;
    migrations::plan(&room, "twelve")?;
    let _ = fs::remove_file(folder().join("twelve.journal"));
    let command = room.command(None, &["mvm", "run", "twelve.json"]);
    let mut terminal = Terminal::new(|bash| {
        let words = command.get_args().map(|word| word.to_string_lossy());
        let words: Vec<_> = words.collect();
        let program = command.get_program().to_string_lossy();
        let bash = bash
            .args(["-c", &format!("exec {program} {}", words.join(" "))])
            .current_dir(folder());
        let changes = command.get_envs();
        changes.fold(bash, |bash, (name, value)| match value {
            Some(value) => bash.env(name, value),
            None => bash.env_remove(name),
        })
    });
    let copies = |text: &str| text.matches("MiB left").count();
    let frames = [
        Frame::new(
            "The first migrations, each with its rate and when it ends",
            terminal.until("the first migrations", |text| copies(text) >= 3),
        ),
        Frame::new(
            "Others follow as soon as there is room",
            terminal.until("others", |text| {
                copies(text) >= 2 && text.contains("start  migrate busy3")
            }),
        ),
        Frame::new(
            "All is done",
            terminal.until("the end", |text| text.contains("14 done")),
        ),
    ];
    let made = picture(
        "mvm run carries a plan out: a line for each thing that happens, and below them one for each migration that runs",
        "QEMU and libvirt on the testbed",
        &frames,
    );
    fs::write(root().join(PICTURE), made).map_err(|e| e.to_string())
}
