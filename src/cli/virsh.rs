//! Calls of `virsh`: what it prints on live hosts, or has printed into files.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::disk;
use crate::import::libvirt::Saved;

/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a call is looked at.
const PAUSE: Duration = Duration::from_millis(20);

/// What is read of one call or file, in bytes.
const MOST: u64 = 256 << 20;

/// Reads the folder of a host, or a folder of such folders, by name. A host's folder has files that are called like the calls.
///
/// # Errors
/// In words, where there is no such folder, or none with a file that is known.
pub fn saved(folder: &Path) -> Result<Vec<Saved>, String> {
    if is_host(folder) {
        return Ok(vec![host(folder)?]);
    }
    let cannot = |e: io::Error| format!("`{}` cannot be read: {}", folder.display(), disk::why(&e));
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.is_dir() && is_host(&path) {
            folders.push(path);
        }
    }
    folders.sort();
    match folders.is_empty() {
        true => Err(format!(
            "`{}` has no file `nodeinfo` or `capabilities`, and no folder that has one",
            folder.display()
        )),
        false => folders.iter().map(|folder| host(folder)).collect(),
    }
}

fn is_host(folder: &Path) -> bool {
    ["nodeinfo", "capabilities"]
        .iter()
        .any(|file| folder.join(file).is_file())
}

fn host(folder: &Path) -> Result<Saved, String> {
    let read = |file: &str| {
        let path = folder.join(file);
        match path.is_file() {
            true => disk::read_text(&path)
                .map_err(|why| format!("`{}` cannot be read: {why}", path.display())),
            false => Ok(String::new()),
        }
    };
    // `.` and `..` have no name of their own.
    let full = std::fs::canonicalize(folder).map_err(|e| disk::why(&e))?;
    let uri = read("uri")?;
    Ok(Saved {
        name: full
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        uri: Some(uri.trim().to_owned()).filter(|uri| !uri.is_empty()),
        nodeinfo: read("nodeinfo")?,
        capabilities: read("capabilities")?,
        list: read("list")?,
        domains: read("domains")?,
        dommemstat: read("dommemstat")?,
        domstats: read("domstats")?,
        troubles: Vec::new(),
    })
}

/// Asks live hosts, all at once; those that do not answer have only their troubles to tell. Windows are lengths in seconds over
/// which dirty rates are measured, for which libvirt wants a connection that may write.
pub fn live(uris: &[String], windows: &[u32]) -> Vec<Saved> {
    std::thread::scope(|scope| {
        let asked: Vec<_> = uris
            .iter()
            .map(|uri| scope.spawn(move || ask(uri, windows)))
            .collect();
        let answer = |(uri, asked): (&String, std::thread::ScopedJoinHandle<'_, Saved>)| {
            asked.join().unwrap_or_else(|_| Saved {
                name: uri.clone(),
                ..Saved::default()
            })
        };
        uris.iter().zip(asked).map(answer).collect()
    })
}

fn ask(uri: &str, windows: &[u32]) -> Saved {
    let virsh = |args: &[&str]| call(&["-r", "-q", "-c", uri], args);
    let mut saved = Saved {
        name: uri.to_owned(),
        uri: Some(uri.to_owned()),
        ..Saved::default()
    };
    match virsh(&["hostname"]) {
        Ok(name) => saved.name = name.trim().to_owned(),
        Err(why) => {
            saved.troubles.push(format!("it does not answer: {why}"));
            return saved;
        }
    }
    let mut troubles = Vec::new();
    let mut told = |args: &[&str]| {
        virsh(args).unwrap_or_else(|why| {
            troubles.push(format!("`virsh {}` failed: {why}", args[0]));
            String::new()
        })
    };
    saved.nodeinfo = told(&["nodeinfo"]);
    saved.capabilities = told(&["capabilities"]);
    saved.list = told(&["list", "--all"]);
    let names = told(&["list", "--all", "--name"]);
    let running = told(&["list", "--name"]);
    saved.troubles = troubles;
    for name in names.lines().filter(|name| !name.is_empty()) {
        match virsh(&["dumpxml", "--domain", name]) {
            Ok(xml) => saved.domains += &format!("{}\n", xml.trim_end()),
            Err(why) => saved.troubles.push(format!(
                "the domain `{name}` is left out: it was in the list, and then: {why}"
            )),
        }
    }
    let running: Vec<&str> = running.lines().filter(|name| !name.is_empty()).collect();
    for name in &running {
        // What has no such figures has no balloon, or has just stopped.
        if let Ok(text) = virsh(&["dommemstat", "--domain", name]) {
            saved.dommemstat += &format!("Domain: '{name}'\n{text}\n");
        }
    }
    let stats = || virsh(&["domstats", "--state", "--balloon", "--dirtyrate"]);
    // Where nothing runs there is nothing to wait for.
    let windows = if running.is_empty() { &[] } else { windows };
    for &seconds in windows {
        let length = seconds.to_string();
        let mut refused: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for name in &running {
            let asked = call(
                &["-q", "-c", uri],
                &["domdirtyrate-calc", "--domain", name, "--seconds", &length],
            );
            if let Err(why) = asked {
                refused.entry(why).or_default().push(name);
            }
        }
        for (why, names) in refused {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            saved.troubles.push(format!(
                "the dirty rate of {} over {seconds} s is not measured: {why}",
                names.join(", ")
            ));
        }
        // A measurement takes a little longer than its window.
        std::thread::sleep(Duration::from_secs(u64::from(seconds)) + Duration::from_millis(500));
        saved.domstats += &stats().unwrap_or_default();
    }
    if windows.is_empty() {
        saved.domstats = stats().unwrap_or_default();
    }
    saved
}

/// What the call printed, or in words why it failed.
fn call(options: &[&str], args: &[&str]) -> Result<String, String> {
    let mut command = Command::new("virsh");
    command.args(options).args(args);
    // States are words, and a password is asked of nobody.
    command.env("LC_ALL", "C").stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|e| format!("`virsh` cannot be started: {}", disk::why(&e)))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        let out = scope.spawn(|| text(out));
        let err = scope.spawn(|| text(err));
        let ended = wait(&mut child);
        let (out, err) = (
            out.join().unwrap_or_default(),
            err.join().unwrap_or_default(),
        );
        match ended {
            Ok(true) => Ok(out),
            Ok(false) => Err(reason(&err)),
            Err(why) => Err(why),
        }
    })
}

/// Whether it ended well; it is ended when it takes too long.
fn wait(child: &mut Child) -> Result<bool, String> {
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if begun.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("no answer within {} s", PATIENCE.as_secs()));
            }
            Err(e) => return Err(disk::why(&e)),
        }
    }
}

fn text(pipe: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        let _ = pipe.take(MOST).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The last thing that `virsh` says is what went wrong.
fn reason(err: &str) -> String {
    let last = err.lines().rev().find(|line| !line.trim().is_empty());
    let last = last.map(|line| line.trim().trim_start_matches("error: ").to_owned());
    last.unwrap_or_else(|| String::from("it failed without a word"))
}
