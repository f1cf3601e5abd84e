//! ipmitool 1.8.19: <https://manpages.debian.org/bookworm/ipmitool/ipmitool.1.en.html>.

use crate::line::Reply;
use crate::tools::{Answer, Wait};
use crate::world::{Power, World};

/// `-I lanplus -H BMC -U USER -E chassis power status|on|soft|off`
pub fn call(world: &mut World, words: &[&str]) -> Answer {
    let mut words = words.iter().copied();
    let (mut bmc, mut rest) = ("", Vec::new());
    while let Some(word) = words.next() {
        match word {
            "-H" => bmc = words.next().unwrap_or_default(),
            "-I" | "-U" | "-L" | "-C" | "-N" | "-R" => {
                words.next();
            }
            word if word.starts_with('-') => {}
            word => rest.push(word),
        }
    }
    let Some(host) = world.host_of_bmc(bmc) else {
        let why = "Error: Unable to establish IPMI v2 / RMCP+ session";
        return Answer::When(Wait::Until(world.now + 20, Reply::err(1, why)));
    };
    let is_on = world.hosts[host].power != Power::Off;
    let said = match rest.as_slice() {
        ["chassis", "power", "status"] | ["power", "status"] => {
            format!("Chassis Power is {}\n", if is_on { "on" } else { "off" })
        }
        ["chassis", "power", "on"] | ["power", "on"] => {
            // A server that is on stays as it is.
            if !is_on {
                world.boot(host);
            }
            "Chassis Power Control: Up/On\n".to_owned()
        }
        ["chassis", "power", "soft"] | ["power", "soft"] if is_on => {
            // One that goes down already is not told twice.
            if !matches!(world.hosts[host].power, Power::Halting(..)) {
                world.halt(host);
            }
            "Chassis Power Control: Soft\n".to_owned()
        }
        ["chassis", "power", "soft"] | ["power", "soft"] => {
            return Answer::Now(Reply::err(
                1,
                "Set Chassis Power Control to Soft failed: Command not supported in present state",
            ));
        }
        _ => return Answer::Now(Reply::err(1, format!("Invalid command: {rest:?}"))),
    };
    Answer::Now(Reply::out(said))
}
