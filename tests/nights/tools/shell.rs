//! A command on a server, over ssh of OpenSSH 9.2: <https://man.openbsd.org/ssh>.

use crate::line::Reply;
use crate::tools::{Answer, proxmox, unreachable};
use crate::world::World;

/// `[-o OPTION]… [--] [USER@]ADDRESS COMMAND…`
pub fn call(world: &mut World, words: &[&str]) -> Answer {
    let mut words = words.iter().copied().peekable();
    while let Some(option) = words.next_if(|word| word.starts_with('-')) {
        if matches!(option, "-o" | "-p" | "-l" | "-i") {
            words.next();
        }
    }
    let to = words.next().unwrap_or_default();
    let address = to.rsplit('@').next().unwrap_or(to);
    if let Some(answer) = unreachable(world, address, "ssh: ") {
        return answer;
    }
    let host = world.host_at(address).unwrap_or_default();
    let command: Vec<&str> = words.collect();
    let command = command.join(" ");
    // The shell there takes the quotes away.
    let plain = command.replace(['\'', '"'], "");
    let words: Vec<&str> = plain.split(' ').collect();
    match words.as_slice() {
        ["date", "+%s"] => Answer::Now(Reply::out(format!("{}\n", world.now))),
        ["LC_ALL=C", "free", "-m"] => Answer::Now(Reply::out(free(world, host))),
        _ => proxmox::call(world, host, &words).unwrap_or_else(|| {
            Answer::Now(Reply::err(
                127,
                format!("bash: {command}: command not found"),
            ))
        }),
    }
}

/// `free -m` of procps 4.0: <https://man7.org/linux/man-pages/man1/free.1.html>.
fn free(world: &World, host: usize) -> String {
    let (total, free) = (world.hosts[host].memory, world.free(host));
    format!(
        "               total        used        free      shared  buff/cache   available\n\
         Mem:     {total:>11} {:>11} {:>11} {:>11} {:>11} {free:>11}\nSwap:    {:>11} {:>11} {:>11}\n",
        total - free,
        free / 2,
        3,
        free - free / 2,
        0,
        0,
        0
    )
}
