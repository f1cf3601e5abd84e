//! What Linux says of processes.

use std::fs;
use std::path::Path;

/// The fields of a process behind its name: state, parent, process group and more.
fn fields(pid: u32) -> Option<Vec<String>> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields = stat.rsplit_once(')')?.1.split_whitespace();
    Some(fields.map(str::to_owned).collect())
}

/// The process that started it.
pub fn parent(pid: u32) -> Option<u32> {
    fields(pid)?.get(1)?.parse().ok()
}

/// Its process group.
pub fn group(pid: u32) -> Option<u32> {
    fields(pid)?.get(2)?.parse().ok()
}

/// All that run the script with files in that folder, with what they are doing: one a line.
pub fn list(folder: &Path) -> String {
    let folder = folder.to_string_lossy();
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let lines = pids.filter_map(|pid| {
        let words = fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
        let fields = words.contains(&*folder).then(|| fields(pid))??;
        let waits = fs::read_to_string(format!("/proc/{pid}/wchan")).unwrap_or_default();
        Some(format!("{pid}: {} {waits}\n", fields[..3].join(" ")))
    });
    lines.collect()
}
