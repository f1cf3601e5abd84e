//! `mvm import`

use std::path::Path;

use super::Status;
use super::args::{Import, ImportKind};
use super::terminal::Terminal;
use super::{disk, output};
use crate::compile;
use crate::diag::{Code, Diagnostic, has_errors};
use crate::import::{
    Imported, btrplace, csv, json, kubevirt, network, openstack, proxmox, simgrid, write,
};
use crate::source::{FileId, Loader, SourceMap};

/// The largest file that is read, in bytes.
const MAX_INPUT: u64 = 256 << 20;

/// The name of the text before it is a file.
const TEXT: &str = "imported.mvm";

/// Imports the file, and checks the text that comes out before it is written.
pub fn run(args: &Import, terminal: &Terminal) -> Status {
    if args.inputs.len() > 1 && args.kind != ImportKind::Openstack {
        terminal.say("error: this format is imported from one file");
        return Status::WrongUsage;
    }
    let mut map = SourceMap::new();
    let (text, findings) = match text(args, &mut map) {
        Ok(imported) => imported,
        Err(errors) => {
            terminal.show(&map, &errors);
            return Status::WrongInput;
        }
    };
    terminal.show(&map, &findings);
    let checked = compile::check(TEXT, &Memory(&text));
    if has_errors(&checked.diagnostics) {
        terminal.say("error: the file says what the language cannot: the text that would come out has errors");
        terminal.show(&checked.map, &checked.diagnostics);
        return Status::WrongInput;
    }
    match output::write(args.output.as_deref(), &text) {
        Ok(()) => Status::Done,
        Err(why) => {
            terminal.say(&format!("error: {why}"));
            Status::WrongUsage
        }
    }
}

/// The text of the file, with what was found.
fn text(args: &Import, map: &mut SourceMap) -> Result<(String, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut files = Vec::new();
    for path in &args.inputs {
        files.push(input(path, map)?);
    }
    let Some((&file, path)) = files.first().zip(args.inputs.first()) else {
        return Ok(Default::default());
    };
    let foreign = map.text(file);
    let stem = path.file_stem().map(|stem| stem.to_string_lossy());
    let name = stem
        .as_deref()
        .filter(|&stem| stem != "-")
        .unwrap_or("imported");
    let mut imported = match args.kind {
        ImportKind::Btrplace => {
            return btrplace::import(foreign.as_bytes(), name).map(|text| (text, Vec::new()));
        }
        ImportKind::Simgrid => simgrid::import(file, foreign, name)?,
        ImportKind::Csv => csv::import(file, foreign, name)?,
        ImportKind::Json => json::import(file, foreign, name)?,
        ImportKind::Proxmox => proxmox::import(file, foreign, name)?,
        ImportKind::Kubevirt => kubevirt::import(file, foreign, name)?,
        ImportKind::Openstack => {
            let texts: Vec<(FileId, &str)> =
                files.iter().map(|&file| (file, map.text(file))).collect();
            openstack::import(&texts, name)?
        }
    };
    connect(args, map, &mut imported)?;
    Ok((write(&imported.inventory), imported.findings))
}

/// Adds the links that LLDP tells, and those that are to be assumed.
fn connect(
    args: &Import,
    map: &mut SourceMap,
    imported: &mut Imported,
) -> Result<(), Vec<Diagnostic>> {
    let mut neighbours = Vec::new();
    for told in &args.lldp {
        let (host, path) = match told.split_once('=') {
            Some((host, path)) => (host.to_owned(), Path::new(path)),
            None => {
                let path = Path::new(told);
                let stem = path.file_stem().unwrap_or_default();
                (stem.to_string_lossy().into_owned(), path)
            }
        };
        let file = input(path, map)?;
        let value = json::parse(file, map.text(file))?;
        neighbours.extend(network::neighbours(&host, &value));
    }
    let left_out = network::connect(&mut imported.inventory, &neighbours, args.links);
    let finding = |message| Diagnostic::without_place(Code::ImportLeftOut, message);
    imported.findings.extend(left_out.into_iter().map(finding));
    if let Some(rate) = args.links {
        network::assume(&mut imported.inventory, rate);
    }
    Ok(())
}

/// Reads a file, or standard input for `-`.
fn input(path: &Path, map: &mut SourceMap) -> Result<FileId, Vec<Diagnostic>> {
    let shown = path.display();
    let error = |code, message: String| vec![Diagnostic::without_place(code, message)];
    let large = |length: u64| length > MAX_INPUT;
    let too_large = || {
        let message = format!("`{shown}` is larger than {} MiB", MAX_INPUT >> 20);
        error(Code::ImportTooLarge, message)
    };
    if std::fs::metadata(path).is_ok_and(|there| large(there.len())) {
        return Err(too_large());
    }
    let unread = |why| {
        error(
            Code::FileNotRead,
            format!("`{shown}` cannot be read: {why}"),
        )
    };
    let bytes = disk::read(path).map_err(unread)?;
    if large(bytes.len() as u64) {
        return Err(too_large());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(map.add(shown.to_string(), text)),
        Err(_) => Err(error(
            Code::InvalidUtf8,
            format!("`{shown}` is not UTF-8 text"),
        )),
    }
}

/// The text that is to be checked.
struct Memory<'a>(&'a str);

impl Loader for Memory<'_> {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        match path {
            TEXT => Ok(self.0.as_bytes().to_vec()),
            _ => Err(String::from("an imported text uses no other file")),
        }
    }
}
