//! A command on a server, over ssh of OpenSSH 9.2: <https://man.openbsd.org/ssh>.

use crate::line::Reply;
use crate::tools::{Answer, unreachable};
use crate::world::World;

/// `[-o OPTION]… [USER@]ADDRESS COMMAND…`
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
    let command: Vec<&str> = words.collect();
    match command.join(" ").as_str() {
        "date +%s" => Answer::Now(Reply::out(format!("{}\n", world.now))),
        other => Answer::Now(Reply::err(127, format!("bash: {other}: command not found"))),
    }
}
