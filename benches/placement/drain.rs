//! A quarter of the servers of each rack is drained into the others: in the usual two steps, first where to and then when, and both at
//! once; and both at once by CP-SAT.

use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

use mvm::schedule::{Bounded, Effort};

use crate::cluster::{Dice, SERVER};
use crate::cpsat;
use crate::planned::{checked, formulation, planned};

/// Servers of a rack that are drained, and that are not.
const OLD: usize = 2;
const NEW: usize = 6;
/// VMs on each of those that are drained, which is all that leave it.
const EACH: u64 = 20;

/// VMs with their MiB and their servers, and what is left of the memory of those that stay, all by rack.
struct Drain {
    racks: usize,
    vms: Vec<(u64, usize, usize)>,
    taken: Vec<[u64; NEW]>,
}

impl Drain {
    fn random(racks: usize, seed: u64) -> Drain {
        let mut dice = Dice::new(seed);
        let mut vms = Vec::new();
        for rack in 1..=racks {
            for server in 1..=OLD {
                vms.extend((0..EACH).map(|_| (1024 << dice.below(3), rack, server)));
            }
        }
        let mut guests = || (1 + dice.below(5)) * 8 * 1024;
        let taken = (0..racks)
            .map(|_| std::array::from_fn(|_| guests()))
            .collect();
        Drain { racks, vms, taken }
    }

    fn inventory(&self) -> String {
        let mut text = format!(
            "switch core\nrack r[1..{}] link 20Gbps to core {{\n\
               server old[1..{OLD}] {{ memory {SERVER}MiB link 10Gbps }}\n\
               server new[1..{NEW}] {{ memory {SERVER}MiB link 10Gbps }}\n}}\n",
            self.racks
        );
        for ((memory, rack, server), vm) in self.vms.iter().zip(1..) {
            let _ = writeln!(
                text,
                "vm v{vm} {{ memory {memory}MiB idle on r{rack}.old{server} }}"
            );
        }
        for (taken, rack) in self.taken.iter().zip(1..) {
            for (memory, server) in taken.iter().zip(1..) {
                let _ = writeln!(
                    text,
                    "vm guest{rack}x{server} {{ memory {memory}MiB idle on r{rack}.new{server} }}"
                );
            }
        }
        text
    }

    /// A plan to one server for each VM: the one that is chosen among those with room for it, by what is free there.
    fn to(&self, choose: impl Fn(&[(usize, u64)]) -> usize) -> String {
        let mut free: Vec<u64> = self
            .taken
            .iter()
            .flatten()
            .map(|taken| SERVER - taken)
            .collect();
        let mut plan = String::from("plan drain_all {\n");
        for (&(memory, ..), vm) in self.vms.iter().zip(1..) {
            let room = free
                .iter()
                .copied()
                .enumerate()
                .filter(|(_, free)| *free >= memory);
            let to = choose(&room.collect::<Vec<_>>());
            free[to] -= memory;
            let _ = writeln!(
                plan,
                "  migrate v{vm} to r{}.new{}",
                to / NEW + 1,
                to % NEW + 1
            );
        }
        plan + "}\n"
    }
}

/// A row for each size of at most so many servers.
pub fn table(largest: usize, effort: Effort, cp_sat: Option<(&Path, u32)>) -> Result<(), String> {
    let (heads, rule) = match cp_sat {
        Some(_) => (" CP-SAT | its bound | its time |", "---:|---:|---:|"),
        None => ("", ""),
    };
    println!(
        "| servers | VMs that leave | first fit, then when | least loaded, then when | both at once | bound | gap | time |{heads}\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|{rule}"
    );
    for racks in [3, 8, 25] {
        let servers = racks * (OLD + NEW);
        if servers > largest {
            continue;
        }
        let drain = Drain::random(racks, 1);
        let inventory = drain.inventory();
        let first = drain.to(|room| room.first().expect("there is room").0);
        let least = drain.to(|room| {
            let most = room
                .iter()
                .max_by_key(|(at, free)| (*free, std::cmp::Reverse(*at)));
            most.expect("there is room").0
        });
        let value =
            |plan: &str| planned(&(inventory.clone() + plan), effort).plan.objectives[0].value;
        let (first, least) = (value(&first), value(&least));
        let both = format!(
            "{inventory}plan drain_all {{ drain r[1..{racks}].old[*] to r[1..{racks}].new[*] }}\n"
        );
        let own = planned(&both, effort);
        let best = own.plan.objectives[0];
        print!(
            "| {servers} | {} | {first} | {least} | {} | {} | {:.2} % | {:.1} s |",
            drain.vms.len(),
            best.value,
            best.lower_bound,
            100.0 * best.gap(),
            own.seconds,
        );
        if let Some((python, seconds)) = cp_sat {
            let begin = Instant::now();
            let checked = checked(&both);
            match cpsat::solve(formulation(&checked), python, seconds)? {
                Some(Bounded { value, lower_bound }) => {
                    print!(" {value} | {lower_bound} |");
                }
                None => print!(" none | |"),
            }
            print!(" {:.1} s |", begin.elapsed().as_secs_f64());
        }
        println!();
    }
    Ok(())
}
