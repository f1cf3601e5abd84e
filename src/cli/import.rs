//! `mvm import`

use std::path::Path;

use super::Status;
use super::args::{Import, ImportKind};
use super::disk::Disk;
use super::terminal::Terminal;
use super::{disk, output, virsh};
use crate::compile;
use crate::diag::{Code, Diagnostic, has_errors};
use crate::import::difference::differences;
use crate::import::{
    Imported, btrplace, csv, json, keep, kubevirt, libvirt, network, openstack, proxmox, simgrid,
    write,
};
use crate::source::{FileId, Loader, SourceMap};

/// The largest file that is read, in bytes.
const MAX_INPUT: u64 = 256 << 20;

/// Changes that are told.
const MAX_TOLD: usize = 60;

/// The name of the text before it is a file.
pub const TEXT: &str = "imported.mvm";

/// Imports the file, and checks the text that comes out before it is written.
pub fn run(args: &Import, terminal: &Terminal) -> Status {
    let of_several = [ImportKind::Openstack, ImportKind::Libvirt];
    if args.inputs.len() > 1 && !of_several.contains(&args.kind) {
        terminal.say("error: this format is imported from one file");
        return Status::WrongUsage;
    }
    if !args.connect.is_empty() && args.kind != ImportKind::Libvirt {
        terminal.say("error: `--connect` asks hosts of libvirt");
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
    write_out(args, &text, terminal).unwrap_or_else(|status| status)
}

/// Writes the text, checked, to where it is to go; over one that was imported before, with what was added to that.
fn write_out(args: &Import, text: &str, terminal: &Terminal) -> Result<Status, Status> {
    let wrong = |status| {
        move |why: String| {
            terminal.say(&format!("error: {why}"));
            status
        }
    };
    let there = args.output.as_ref().filter(|path| path.is_file());
    let (text, was, checked) = match (there, &args.output) {
        (Some(path), _) => {
            let shown = path.display();
            let old =
                disk::read_text(path).map_err(|why| format!("`{shown}` cannot be read: {why}"));
            let old = old.map_err(wrong(Status::WrongInput))?;
            let text =
                keep::again(&old, text).map_err(|why| format!("`{shown}` is left as it is: {why}"));
            let text = text.map_err(wrong(Status::WrongInput))?;
            if text == old {
                terminal.say(&format!("`{shown}` is as it was"));
                return Ok(Status::Done);
            }
            let (disk, entry) = Disk::project_of(path).map_err(wrong(Status::WrongInput))?;
            let was = compile::check(&entry, &disk);
            let checked = compile::check(
                &entry,
                &Over {
                    disk: &disk,
                    entry: &entry,
                    text: &text,
                },
            );
            (text, Some(was), checked)
        }
        (None, Some(_)) => (keep::begin(text), None, compile::check(TEXT, &Memory(text))),
        (None, None) => (text.to_owned(), None, compile::check(TEXT, &Memory(text))),
    };
    if has_errors(&checked.diagnostics) {
        terminal.say(match was {
            Some(_) => "error: what is kept of the file does not fit what it would say now; it is left as it is",
            None => "error: the file says what the language cannot: the text that would come out has errors",
        });
        terminal.show(&checked.map, &checked.diagnostics);
        return Err(Status::WrongInput);
    }
    output::write(args.output.as_deref(), &text).map_err(wrong(Status::WrongUsage))?;
    if let Some(was) = was {
        let words = differences(&was.analysis.datacenter, &checked.analysis.datacenter);
        words
            .iter()
            .take(MAX_TOLD)
            .for_each(|change| terminal.say(change));
        match words.len() {
            0 => terminal.say("only names and comments have changed"),
            told if told > MAX_TOLD => {
                terminal.say(&format!("and {} other changes", told - MAX_TOLD))
            }
            _ => {}
        }
    }
    Ok(Status::Done)
}

/// The text of the file, with what was found.
fn text(args: &Import, map: &mut SourceMap) -> Result<(String, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut files = Vec::new();
    // Of libvirt they are folders.
    for path in args
        .inputs
        .iter()
        .filter(|_| args.kind != ImportKind::Libvirt)
    {
        files.push(input(path, map)?);
    }
    let texts: Vec<(FileId, &str)> = files.iter().map(|&file| (file, map.text(file))).collect();
    let stem = args.inputs.first().and_then(|path| path.file_stem());
    let stem = stem
        .map(|stem| stem.to_string_lossy())
        .filter(|stem| stem != "-");
    let name = stem.as_deref().unwrap_or("imported");
    let mut imported = match (args.kind, texts.first()) {
        (ImportKind::Libvirt, _) => hosts(args)?,
        (_, None) => return Ok(Default::default()),
        (ImportKind::Btrplace, Some((_, text))) => {
            return btrplace::import(text.as_bytes(), name).map(|text| (text, Vec::new()));
        }
        (ImportKind::Simgrid, Some(&(file, text))) => simgrid::import(file, text, name)?,
        (ImportKind::Csv, Some(&(file, text))) => csv::import(file, text, name)?,
        (ImportKind::Json, Some(&(file, text))) => json::import(file, text, name)?,
        (ImportKind::Proxmox, Some(&(file, text))) => proxmox::import(file, text, name)?,
        (ImportKind::Kubevirt, Some(&(file, text))) => kubevirt::import(file, text, name)?,
        (ImportKind::Openstack, _) => openstack::import(&texts, name)?,
    };
    connect(args, map, &mut imported)?;
    Ok((write(&imported.inventory), imported.findings))
}

/// What the hosts said, in folders and at the other end of URIs.
fn hosts(args: &Import) -> Result<Imported, Vec<Diagnostic>> {
    let mut hosts = Vec::new();
    for folder in &args.inputs {
        let saved = virsh::saved(folder);
        hosts.extend(saved.map_err(|why| vec![Diagnostic::without_place(Code::FileNotRead, why)])?);
    }
    hosts.extend(virsh::live(&args.connect, &args.dirty_rate));
    libvirt::import(&hosts)
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
pub fn input(path: &Path, map: &mut SourceMap) -> Result<FileId, Vec<Diagnostic>> {
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

/// The files of a project, one of them with another text.
struct Over<'a> {
    disk: &'a Disk,
    entry: &'a str,
    text: &'a str,
}

impl Loader for Over<'_> {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        match path == self.entry {
            true => Ok(self.text.as_bytes().to_vec()),
            false => self.disk.load(path),
        }
    }

    fn shown(&self, path: &str) -> String {
        self.disk.shown(path)
    }
}

/// The text that is to be checked.
pub struct Memory<'a>(pub &'a str);

impl Loader for Memory<'_> {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        match path {
            TEXT => Ok(self.0.as_bytes().to_vec()),
            _ => Err(String::from("an imported text uses no other file")),
        }
    }
}
