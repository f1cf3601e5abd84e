//! Words that people bring along from other tools and other languages, and what mvm has in their place.

use super::diagnose::Place;
use crate::syntax::errors::Hint;

/// Words and what to write in their place: one word of the language, or a remark.
type Table = &'static [(&'static [&'static str], Hint<'static>)];

const STATEMENTS: Table = &[
    (
        &["move", "relocate", "mv", "livemigrate", "migration"],
        Hint::Word("migrate"),
    ),
    (
        &["halt", "kill", "destroy"],
        Hint::Advice("a VM is stopped with `stop`, a server is turned off with `shutdown`"),
    ),
    (
        &["poweroff", "turnoff", "offline", "shut"],
        Hint::Advice("a server is turned off with `shutdown s1`, in one word"),
    ),
    (&["poweron", "turnon", "online"], Hint::Word("boot")),
    (
        &["restart", "cycle"],
        Hint::Advice("write `reboot s1`, or `stop` and `start` for a VM"),
    ),
    (
        &[
            "exec", "execute", "ssh", "shell", "script", "upgrade", "patch",
        ],
        Hint::Advice(
            "a command on servers is written `run \"apt-get -y full-upgrade\" on s1 takes 10min`",
        ),
    ),
    (
        &["confirm", "approve", "approval", "ask", "prompt", "wait"],
        Hint::Advice(
            "what somebody has to agree to is written `pause \"look at the graphs\"`, a start no earlier than some time `after vm1 from 22:30`",
        ),
    ),
    (&["evacuate", "clear"], Hint::Word("drain")),
    (
        &["fence", "among", "place"],
        Hint::Advice("where VMs may be is said by `keep web on r1.s[*]`"),
    ),
    (
        &["ban", "quarantine"],
        Hint::Advice("where VMs may not be is said by `keep web off r1.s[*]`"),
    ),
    (&["root"], Hint::Word("pin")),
    (
        &["maxonline", "license", "licence"],
        Hint::Advice("write `at most 10 of servers on`, with the servers that are counted"),
    ),
    (&["max", "maximum", "atmost"], Hint::Word("at most")),
    (
        &["parallel", "concurrency", "concurrent"],
        Hint::Advice("how many migrations run at once is limited as in `at most 2 migrations`"),
    ),
    (
        &["minimise", "minimizing", "minimising"],
        Hint::Word("minimize"),
    ),
    (
        &["together", "synchronize", "synchronise", "simultaneous"],
        Hint::Word("sync"),
    ),
    (
        &["serial", "serialize", "serialise", "sequence", "onebyone"],
        Hint::Word("seq"),
    ),
    (
        &["split", "separate", "apart", "antiaffinity"],
        Hint::Word("spread"),
    ),
    (
        &["by", "until", "deadline", "finish", "end"],
        Hint::Advice("a deadline is written `before all by 08:00`"),
    ),
    (
        &["from", "delay", "sleep"],
        Hint::Advice("a start no earlier than some time is written `after vm1 from 22:30`"),
    ),
    (
        &["then"],
        Hint::Advice("an order is written `before vm1 -> vm2`"),
    ),
    (
        &[
            "objective",
            "optimize",
            "optimise",
            "goal",
            "maximize",
            "maximise",
        ],
        Hint::Advice("write `minimize mttr`, `minimize makespan` or `minimize energy`"),
    ),
    (
        &["forbid", "exclude", "block", "blackout"],
        Hint::Advice("a time without actions is written `freeze vm1 from 01:00 to 03:00`"),
    ),
    (
        &["window", "maintenance", "permit", "only"],
        Hint::Advice("the times that are allowed are written `allow all from 22:00 to 06:00`"),
    ),
    (
        &["priority", "prio"],
        Hint::Advice("write `weight 10 on vm1`"),
    ),
    (
        &["cap", "throttle"],
        Hint::Advice("write `limit core to 4Gbps`, with the place that is limited"),
    ),
    (
        &["power", "watts"],
        Hint::Advice("a limit on power is written `budget 9kW`"),
    ),
    (
        &["assert", "test", "ensure", "require"],
        Hint::Word("expect"),
    ),
    (&["begin"], Hint::Word("start")),
    (
        &["for", "foreach", "loop", "while"],
        Hint::Advice(
            "a statement is repeated by what stands behind it: `migrate vm[i] to s[i] for i in 1..4`",
        ),
    ),
];

const ITEMS: Table = &[
    (
        &["host", "node", "machine", "hypervisor", "pm"],
        Hint::Word("server"),
    ),
    (
        &["guest", "instance", "domain", "virtualmachine"],
        Hint::Word("vm"),
    ),
    (
        &["datacenter", "datacentre", "dc", "room", "region"],
        Hint::Word("site"),
    ),
    (&["cluster", "chassis", "enclosure"], Hint::Word("rack")),
    (&["router", "network"], Hint::Word("switch")),
    (
        &["const", "constant", "var", "variable", "define"],
        Hint::Word("let"),
    ),
    (&["import", "include", "require", "load"], Hint::Word("use")),
    (&["type", "template", "flavor", "kind"], Hint::Word("class")),
    (&["group", "selection"], Hint::Word("set")),
    (&["maintenance", "job", "script"], Hint::Word("plan")),
];

const PROPERTIES: Table = &[
    (&["mem", "ram"], Hint::Word("memory")),
    (
        &["vcpu", "vcpus", "cpus", "core", "cores"],
        Hint::Word("cpu"),
    ),
    (
        &["uplink", "nic", "interface", "network", "net"],
        Hint::Word("link"),
    ),
    (
        &["bandwidth", "speed"],
        Hint::Advice("a rate stands in a link: `link 1Gbps to tor`"),
    ),
    (
        &["host", "node", "hypervisor", "placed", "location"],
        Hint::Word("on"),
    ),
    (&["watts", "consumption"], Hint::Word("power")),
    (&["tag", "tags", "labels"], Hint::Word("label")),
    (&["ip", "hostname", "fqdn"], Hint::Word("address")),
    (
        &["dirty", "dirtyrate"],
        Hint::Advice(
            "memory that is rewritten is `hot 96MiB in 2s` and `cold 3MiB/s`; where that is not known, say neither",
        ),
    ),
    (
        &["storage", "size"],
        Hint::Advice(
            "`disk 200GiB` is a disk that moves with its VM; one that all servers reach is left out",
        ),
    ),
    (
        &["state", "status"],
        Hint::Advice("what is not on at first is `off`; all else is on"),
    ),
];

/// What a word that means something elsewhere is here.
pub(super) fn meant(word: &str, place: Place) -> Option<Hint<'static>> {
    /// No word of the tables is longer.
    const LONG: usize = 32;
    if word.len() > LONG {
        return None;
    }
    let folded = word.replace('_', "").to_ascii_lowercase();
    let tables: &[Table] = match place {
        Place::File => &[ITEMS],
        Place::Braces => &[PROPERTIES, ITEMS],
        Place::Plan | Place::Roll => &[STATEMENTS],
    };
    tables
        .iter()
        .flat_map(|table| *table)
        .find(|(words, _)| words.contains(&folded.as_str()))
        .map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;

    #[test]
    fn what_is_suggested_can_be_written_there() {
        let all: &[(Table, &[&[&str]])] = &[
            (STATEMENTS, &[&words::STATEMENTS]),
            (ITEMS, &[&words::ITEMS, &words::DECLS]),
            (PROPERTIES, &[&words::PROPERTIES]),
        ];
        for (table, known) in all {
            for (foreign, hint) in *table {
                let is_known = |word: &str| known.iter().any(|words| words.contains(&word));
                if let Hint::Word(word) = hint {
                    let first = word.split(' ').next().unwrap_or(word);
                    assert!(is_known(first), "{word}");
                }
                for word in *foreign {
                    // `power` and `boot` are words of the language, but of another place.
                    assert!(!is_known(word), "{word} needs no hint");
                }
            }
        }
    }

    #[test]
    fn case_and_underscores_do_not_matter() {
        assert_eq!(
            meant("maxOnline", Place::Plan),
            meant("max_online", Place::Plan)
        );
        assert_eq!(meant("RAM", Place::Braces), Some(Hint::Word("memory")));
        assert_eq!(meant("ram", Place::Plan), None);
    }
}
