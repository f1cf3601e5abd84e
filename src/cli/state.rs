//! The live state, against what a file says.

use std::path::Path;

use walkdir::WalkDir;

use super::disk::{self, Disk};
use super::import::{Memory, TEXT, input};
use super::terminal::Terminal;
use super::{Status, virsh};
use crate::compile::{self, Checked};
use crate::datacenter::Datacenter;
use crate::diag::{Code, Diagnostic, has_errors};
use crate::import::difference::displaced;
use crate::import::{Imported, json, libvirt, write};
use crate::source::SourceMap;

/// Compares, and shows what differs.
///
/// # Errors
/// That something does, or that the state cannot be read.
pub fn compare(checked: &Checked, state: &Path, terminal: &Terminal) -> Result<(), Status> {
    let live = read(state, terminal)?;
    let found = displaced(&checked.analysis.datacenter, &live);
    terminal.show(&checked.map, &found);
    match found.is_empty() {
        true => Ok(()),
        false => Err(Status::WrongInput),
    }
}

/// Reads a state.
///
/// # Errors
/// That it cannot be read, which is shown.
pub fn read(state: &Path, terminal: &Terminal) -> Result<Datacenter, Status> {
    let mut map = SourceMap::new();
    let read = match state.is_dir() {
        true => folder(state),
        false => file(state, &mut map),
    };
    let Imported {
        inventory,
        findings,
    } = read.map_err(|errors| {
        terminal.show(&map, &errors);
        Status::WrongInput
    })?;
    terminal.show(&map, &findings);
    let live = compile::check(TEXT, &Memory(&write(&inventory)));
    if has_errors(&live.diagnostics) {
        terminal.say("error: the state says what the language cannot");
        terminal.show(&live.map, &live.diagnostics);
        return Err(Status::WrongInput);
    }
    Ok(live.analysis.datacenter)
}

/// The files that a state consists of, by their paths from the project's root on, or by their full ones outside of it; none
/// where it came through a pipe.
pub fn files(state: &Path, disk: &Disk) -> Vec<(String, Vec<u8>)> {
    if disk::is_piped(state) {
        return Vec::new();
    }
    let entries = WalkDir::new(state)
        .sort_by_file_name()
        .into_iter()
        .flatten();
    let paths = entries.map(walkdir::DirEntry::into_path);
    let files = paths.filter(|path| path.is_file()).filter_map(|path| {
        let full = std::fs::canonicalize(&path).ok()?;
        let named = full.strip_prefix(disk.root()).unwrap_or(&full);
        Some((named.to_str()?.to_owned(), disk::read(&path).ok()?))
    });
    files.collect()
}

fn folder(state: &Path) -> Result<Imported, Vec<Diagnostic>> {
    let saved = virsh::saved(state);
    let saved = saved.map_err(|why| vec![Diagnostic::without_place(Code::FileNotRead, why)])?;
    libvirt::import(&saved)
}

fn file(state: &Path, map: &mut SourceMap) -> Result<Imported, Vec<Diagnostic>> {
    let file = input(state, map)?;
    json::import(file, map.text(file), "state")
}
