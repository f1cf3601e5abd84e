//! The files that an editor has open, and what was found out about files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::Uri;
use walkdir::WalkDir;

use super::place::uri_of;
use crate::cli::disk::Disk;
use crate::editor::View;
use crate::source::{FileId, Loader};

/// Files of a folder that are looked at without being open.
const MAX_FILES: usize = 500;

/// Texts that are open, by path.
pub type Buffers = BTreeMap<PathBuf, Arc<str>>;

/// A file that is open.
pub struct Document {
    /// As the editor calls it.
    pub uri: Uri,
    pub version: i32,
    pub text: Arc<str>,
}

/// A file with all that it uses, as of one moment.
pub struct Entry {
    /// The project's root.
    pub root: PathBuf,
    pub view: View,
}

impl Entry {
    /// Checks a file, with the texts that are open in place of those on the disc.
    pub fn new(path: &Path, buffers: Arc<Buffers>) -> Entry {
        let (root, entry, disk) = match Disk::project_of(path) {
            Ok((disk, entry)) => (disk.root().to_path_buf(), entry, Some(disk)),
            // It is not there yet: then it stands alone.
            Err(_) => {
                let root = path.parent().unwrap_or(Path::new("")).to_path_buf();
                let name = path.file_name().unwrap_or(path.as_os_str());
                (root, name.to_string_lossy().into_owned(), None)
            }
        };
        let sources = Sources {
            root: root.clone(),
            disk,
            buffers,
        };
        let view = View::new(&entry, &sources);
        Entry { root, view }
    }

    /// Where a file of the view lies; one of the standard library where its text can be read.
    pub fn path_of(&self, file: FileId) -> PathBuf {
        let name = self.view.map().name_of(file);
        match name.strip_prefix("<std>/") {
            Some(name) => super::library::path_of(name),
            None => self.root.join(name),
        }
    }

    /// The file of the view that lies there.
    pub fn file(&self, path: &Path) -> Option<FileId> {
        let map = self.view.map();
        map.ids().find(|file| self.path_of(*file) == path)
    }

    /// All files of the view.
    pub fn paths(&self) -> BTreeSet<PathBuf> {
        self.view
            .map()
            .ids()
            .map(|file| self.path_of(file))
            .collect()
    }
}

/// Open texts, then the disc.
struct Sources {
    root: PathBuf,
    disk: Option<Disk>,
    buffers: Arc<Buffers>,
}

impl Loader for Sources {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        if let Some(text) = self.buffers.get(&self.root.join(path)) {
            return Ok(text.as_bytes().to_vec());
        }
        match &self.disk {
            Some(disk) => disk.load(path),
            None => Err(String::from("there is no such file")),
        }
    }
}

/// What the server knows.
#[derive(Default)]
pub struct Workspace {
    /// Folders that are open.
    pub folders: Vec<PathBuf>,
    pub documents: BTreeMap<PathBuf, Document>,
    pub entries: BTreeMap<PathBuf, Arc<Entry>>,
}

impl Workspace {
    /// The address of a file: what the editor calls it, where it is open.
    pub fn uri(&self, path: &Path) -> Option<Uri> {
        match self.documents.get(path) {
            Some(document) => Some(document.uri.clone()),
            None => uri_of(path),
        }
    }

    /// The text of a file as the editor shows it.
    pub fn text(&self, path: &Path) -> Option<&str> {
        self.documents
            .get(path)
            .map(|document| strip(&document.text))
    }

    pub fn buffers(&self) -> Arc<Buffers> {
        let open = self.documents.iter();
        Arc::new(
            open.map(|(path, open)| (path.clone(), Arc::clone(&open.text)))
                .collect(),
        )
    }

    /// Files that have to be checked again when one has changed: itself, then those that use it, open ones first.
    pub fn affected(&self, path: &Path) -> Vec<PathBuf> {
        let uses = |entry: &Entry| entry.file(path).is_some();
        let users = self
            .entries
            .iter()
            .filter(|(_, entry)| uses(entry))
            .map(|(user, _)| user);
        let others = users.filter(|user| *user != path);
        let (open, closed): (Vec<&PathBuf>, Vec<&PathBuf>) =
            others.partition(|user| self.documents.contains_key(*user));
        let own = self.documents.contains_key(path) || path.is_file();
        let own = own.then(|| path.to_path_buf());
        own.into_iter()
            .chain(open.into_iter().chain(closed).cloned())
            .collect()
    }

    /// All files of the folders.
    pub fn files(&self) -> Vec<PathBuf> {
        let walk = self.folders.iter().flat_map(|folder| {
            let inside = WalkDir::new(folder).sort_by_file_name().into_iter();
            inside.filter_entry(|entry| {
                let name = entry.file_name().to_string_lossy();
                entry.depth() == 0
                    || !(name.starts_with('.') || name == "target" || name == "node_modules")
            })
        });
        let files = walk
            .flatten()
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| entry.into_path());
        files
            .filter(|path| path.extension().is_some_and(|end| end == "mvm"))
            .take(MAX_FILES)
            .collect()
    }
}

/// The text without a byte order mark, as views have it.
fn strip(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
