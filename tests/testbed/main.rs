//! Plans on real hypervisors: libvirt and QEMU on hosts that are namespaces of this machine (see `testbed`).
//!
//! `cargo test` only says that it skips this: it needs root, Debian and minutes, and measures time.
//!
//! ```text
//! cargo test --test testbed -- migrations [run|ansible]   twelve migrations by the plan's script, by `mvm run` or by Ansible: all is
//!                                                 where it belongs, nothing was lost, and how long they took
//! cargo test --test testbed -- small              two migrations; where no testbed can be, it says so and is skipped
//! cargo test --test testbed -- failures [run] [NAME…]     what the operator sees when something breaks while the script or
//!                                                 `mvm run` is at work, and what is left then
//! cargo test --test testbed -- picture            `mvm run` with the same twelve, drawn for the README
//! cargo test --test testbed -- up FILE.mvm        sets the file's hosts and guests up, and leaves them there
//! cargo test --test testbed -- run COMMAND…       as on the operator's machine
//! cargo test --test testbed -- down               ends all of it
//! ```

#![allow(clippy::unwrap_used)]

#[cfg(target_os = "linux")]
mod failures;
#[cfg(target_os = "linux")]
mod meter;
#[cfg(target_os = "linux")]
mod migrations;
#[cfg(target_os = "linux")]
mod picture;
#[cfg(target_os = "linux")]
mod room;

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["small"] => small(),
        [
            "migrations" | "failures" | "picture" | "up" | "run" | "down",
            ..,
        ] if !room::is_root() => Err("only root can make namespaces".to_owned()),
        ["migrations", ref how @ ..] => room::Room::up(&migrations::file("twelve"))
            .and_then(|room| migrations::play(&room, "twelve", how.first().unwrap_or(&"script"))),
        ["picture"] => picture::play(),
        ["failures", ref names @ ..] => failures::play(names),
        ["up", file] => room::Room::up(file).map(std::mem::forget),
        ["run" | "down", ..] => room::call(&words),
        _ => {
            println!(
                "skipped: the testbed, which needs root, Debian and minutes (cargo test --test testbed -- migrations)"
            );
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("testbed: {why}");
            ExitCode::FAILURE
        }
    }
}

/// What a testbed anywhere should be able to do.
#[cfg(target_os = "linux")]
fn small() -> Result<(), String> {
    let room = match room::is_root() {
        true => room::Room::up(&migrations::file("small")),
        false => Err("only root can make namespaces".to_owned()),
    };
    match room {
        Ok(room) => migrations::play(&room, "small", "script"),
        Err(why) => {
            println!("skipped: there can be no testbed here: {why}");
            Ok(())
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    println!("skipped: the testbed, which is Linux's");
    ExitCode::SUCCESS
}
