//! Reboots of all servers of a cluster, in the waves of Ganeti's `hroller` and as `roll` plans them.
//!
//! `hroller` says which servers are rebooted at once, and where their VMs wait until they come back. Its waves are scheduled here, one after the
//! other, each as short as mvm can make it. `roll` is asked for the same, with as many turns at a time as the largest wave has servers.

use std::fmt::Write;
use std::ops::RangeInclusive;

use mvm::formulation::Seconds;
use mvm::plan::Plan;
use mvm::request::Task;
use mvm::schedule::Effort;

use crate::cluster::Cluster;
use crate::ganeti::{self, Wave};
use crate::planned::{moves, planned};

const CLUSTERS: [(usize, u64); 8] = [
    (20, 50),
    (20, 70),
    (50, 50),
    (50, 70),
    (100, 50),
    (100, 70),
    (200, 50),
    (200, 70),
];

/// A row for each cluster of so many servers.
pub fn table(sizes: RangeInclusive<usize>, effort: Effort) {
    if !ganeti::is_here("hroller") {
        println!("skipped: there is no hroller (Debian's ganeti-htools)");
        return;
    }
    println!(
        "| servers | VMs | memory taken | waves: hroller | mvm | moves: hroller | mvm | ends after: hroller | mvm | bound | time |\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    );
    for (servers, percent) in CLUSTERS
        .into_iter()
        .filter(|(servers, _)| sizes.contains(servers))
    {
        let cluster = Cluster::random(servers, percent, 1);
        let waves = ganeti::waves(&cluster.ganeti(&|_| None));
        let most = waves
            .iter()
            .map(|wave| wave.servers.len())
            .max()
            .unwrap_or(1);
        let inventory = cluster.inventory();
        // All of a wave is over, and every VM back, before the next one begins: each is a plan of its own.
        let theirs = waves.iter().map(|wave| {
            let plan = inventory.clone() + &in_one_wave(&cluster, wave);
            planned(&plan, effort).plan
        });
        let theirs: Vec<Plan> = theirs.collect();
        let roll = format!("roll s[1..{servers}] by {most} {{ drain reboot return }}");
        let roll = format!("{inventory}plan roll_all {{ {roll} minimize makespan }}\n");
        let own = planned(&roll, effort);
        println!(
            "| {servers} | {} | {percent} % | {} | {} | {} | {} | {} s | {} s | {} s | {:.1} s |",
            cluster.vms.len(),
            theirs.iter().map(count_waves).sum::<usize>(),
            count_waves(&own.plan),
            theirs.iter().map(moves).sum::<usize>(),
            moves(&own.plan),
            theirs.iter().map(|plan| plan.makespan).sum::<Seconds>(),
            own.plan.makespan,
            own.plan.objectives[0].lower_bound,
            own.seconds,
        );
    }
}

/// A wave as a plan: VMs leave, servers are rebooted, VMs come back.
fn in_one_wave(cluster: &Cluster, wave: &Wave) -> String {
    let mut plan = String::from("plan wave {\n");
    for (vm, to) in &wave.moves {
        let _ = writeln!(plan, "  migrate v{vm} to s{to}");
    }
    let servers: Vec<String> = wave
        .servers
        .iter()
        .map(|server| format!("s{server}"))
        .collect();
    let _ = writeln!(plan, "  reboot {}", servers.join(", "));
    for (vm, _) in &wave.moves {
        let _ = writeln!(plan, "  migrate v{vm} to s{}", cluster.vms[vm - 1].1);
    }
    plan + "  minimize makespan\n}\n"
}

/// In how many waves a plan reboots: the least number of moments such that each server is down at one of them, which is the most servers of
/// which no two are down at once.
fn count_waves(plan: &Plan) -> usize {
    let mut down: Vec<(Seconds, Seconds)> = Vec::new();
    for shutdown in &plan.actions {
        let Task::Shutdown(server) = shutdown.task else {
            continue;
        };
        let boots = plan
            .actions
            .iter()
            .filter(|action| action.task == Task::Boot(server));
        let up = boots.map(|boot| boot.end).find(|end| *end > shutdown.start);
        down.push((up.unwrap_or(plan.makespan), shutdown.start));
    }
    down.sort_unstable();
    let (mut waves, mut until) = (0, Seconds::MIN);
    for (up, from) in down {
        if from >= until {
            waves += 1;
            until = up;
        }
    }
    waves
}
