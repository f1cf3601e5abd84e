//! Repairs of a cluster by Ganeti's `hbal` and by mvm: servers that are emptied, VMs that must not share a server, memory that is to be even.
//!
//! `hbal` says which VM goes where, one after the other; its moves are scheduled here together, as short as mvm can make it.

use std::fmt::Write;
use std::time::Instant;

use mvm::formulation::Seconds;
use mvm::plan::Plan;
use mvm::request::{GoalKind, Task};
use mvm::schedule::{Effort, Options, Outcome, Quiet, schedule};

use crate::cluster::Cluster;
use crate::ganeti;
use crate::planned::{checked, formulation, moves, planned};

/// Seconds that `hbal` may take.
const PATIENCE: u32 = 120;
/// Percent of the memory that is taken.
const TAKEN: u64 = 60;
/// On each server whose number is one more than a multiple of this, two VMs must not share it.
const CONFLICT: usize = 4;

/// What both are asked.
struct Question {
    name: &'static str,
    options: Vec<String>,
    /// Groups of VMs, no two of which are to share a server.
    apart: Vec<Vec<usize>>,
    /// As mvm's plan says it.
    plan: String,
}

/// A row for each question and each size of at most so many servers.
pub fn table(largest: usize, effort: Effort) {
    if !ganeti::is_here("hbal") {
        println!("skipped: there is no hbal (Debian's ganeti-htools)");
        return;
    }
    println!(
        "| what | servers | VMs | moves: hbal | mvm | fullest server: hbal | mvm | ends after: hbal | mvm | bounds | time: hbal | mvm |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|---|---:|---:|"
    );
    for servers in [20, 50, 100, 200] {
        if servers > largest {
            continue;
        }
        let cluster = Cluster::random(servers, TAKEN, 1);
        for question in [emptied(&cluster), apart(&cluster), even()] {
            row(&cluster, &question, effort);
        }
    }
}

/// A tenth of the servers is emptied, and memory is then as even as it can be.
fn emptied(cluster: &Cluster) -> Question {
    let count = cluster.servers / 10;
    let mut options = vec![String::from("--evac-mode")];
    options.extend((1..=count).map(|server| format!("-Os{server}")));
    Question {
        name: "a tenth is emptied",
        options,
        apart: Vec::new(),
        plan: format!("drain s[1..{count}] minimize balance, makespan"),
    }
}

/// Two VMs on a server that must not share one.
fn apart(cluster: &Cluster) -> Question {
    let mut apart = Vec::new();
    for server in (1..=cluster.servers).step_by(CONFLICT) {
        let own = cluster
            .vms
            .iter()
            .zip(1..)
            .filter(|((_, at), _)| *at == server);
        let pair: Vec<usize> = own.map(|(_, vm)| vm).take(2).collect();
        apart.extend((pair.len() == 2).then_some(pair));
    }
    let mut plan = String::from("migrate vms to any of servers minimize moves, makespan");
    for pair in &apart {
        let _ = write!(plan, "\n  spread v{}, v{}", pair[0], pair[1]);
    }
    Question {
        name: "pairs are taken apart",
        // It would go on, and balance.
        options: vec![
            String::from("--exclusion-tags=pair"),
            format!("-l{}", apart.len()),
        ],
        apart,
        plan,
    }
}

fn even() -> Question {
    Question {
        name: "memory is made even",
        options: Vec::new(),
        apart: Vec::new(),
        plan: String::from("migrate vms to any of servers minimize balance, moves, makespan"),
    }
}

/// What came of a question.
struct Answer {
    moves: usize,
    /// Percent of the fullest server's memory.
    peak: u64,
    end: Seconds,
    seconds: f64,
}

fn row(cluster: &Cluster, question: &Question, effort: Effort) {
    let inventory = cluster.inventory();
    let own = planned(
        &format!("{inventory}plan own {{ {} }}\n", question.plan),
        effort,
    );
    let theirs = by_hbal(cluster, question, effort);
    let bounds = own.plan.objectives.iter();
    let bounds: Vec<String> = bounds
        .map(|goal| format!("{} {}", goal.goal.name(), goal.lower_bound))
        .collect();
    let answer = Answer {
        moves: moves(&own.plan),
        peak: cluster.peak(moved(&own.plan)),
        end: own.plan.makespan,
        seconds: own.seconds,
    };
    print(
        cluster,
        question.name,
        (theirs.as_ref(), &answer),
        &bounds.join(", "),
    );
    if let Some(theirs) = theirs.filter(|_| question.options.is_empty()) {
        let (answer, bounds) = as_even(cluster, theirs.peak, effort);
        print(
            cluster,
            "as even, by fewer moves",
            (Some(&theirs), &answer),
            &bounds,
        );
    }
}

fn print(cluster: &Cluster, what: &str, (theirs, own): (Option<&Answer>, &Answer), bounds: &str) {
    let cell = |of: &dyn Fn(&Answer) -> String, none: &str| theirs.map_or(none.to_owned(), of);
    println!(
        "| {what} | {} | {} | {} | {} | {} | {} % | {} | {} s | {bounds} | {} | {:.1} s |",
        cluster.servers,
        cluster.vms.len(),
        cell(&|theirs| theirs.moves.to_string(), ""),
        own.moves,
        cell(&|theirs| format!("{} %", theirs.peak), ""),
        own.peak,
        cell(&|theirs| format!("{} s", theirs.end), ""),
        own.end,
        cell(
            &|theirs| format!("{:.1} s", theirs.seconds),
            &format!("over {PATIENCE} s")
        ),
        own.seconds,
    );
}

/// What `hbal` does; None where that takes it too long.
fn by_hbal(cluster: &Cluster, question: &Question, effort: Effort) -> Option<Answer> {
    let tag = |vm: usize| {
        let pair = question.apart.iter().position(|pair| pair.contains(&vm));
        pair.map(|pair| format!("pair:{pair}"))
    };
    let begin = Instant::now();
    let moved = ganeti::balance(&cluster.ganeti(&tag), &question.options, PATIENCE)?;
    let seconds = begin.elapsed().as_secs_f64();
    let steps = moved
        .iter()
        .map(|(vm, to)| format!("migrate v{vm} to s{to} "));
    let steps: String = steps.collect();
    let text = format!(
        "{}plan theirs {{ {steps} minimize makespan }}\n",
        cluster.inventory()
    );
    Some(Answer {
        moves: moved.len(),
        peak: cluster.peak(moved),
        end: planned(&text, effort).plan.makespan,
        seconds,
    })
}

/// The fewest moves after which no server is fuller than so many percent, and their bound.
fn as_even(cluster: &Cluster, percent: u64, effort: Effort) -> (Answer, String) {
    let begin = Instant::now();
    let goals = "minimize moves, balance, makespan";
    let text = format!(
        "{}plan own {{ migrate vms to any of servers {goals} }}\n",
        cluster.inventory()
    );
    let checked = checked(&text);
    let mut formulation = formulation(&checked).clone();
    // The last action chooses how full servers may be: its modes are percents, and cost as many.
    let at = formulation.actions.len() - 1;
    assert_eq!(formulation.actions[at].name, GoalKind::Balance.name());
    let prices = &mut formulation.objectives[1].terms[at].modes;
    prices.retain(|price| *price <= percent as i64);
    let count = prices.len();
    formulation.actions[at].modes.truncate(count);
    for objective in &mut formulation.objectives {
        objective.terms[at].modes.truncate(count);
    }
    let options = Options {
        effort,
        ..Options::default()
    };
    let Outcome::Found(solution) = schedule(&formulation, &options, &mut Quiet) else {
        panic!("hbal found a way");
    };
    let [moves, peak, end] = solution.objectives[..] else {
        panic!("there are three goals");
    };
    let answer = Answer {
        moves: moves.value as usize,
        peak: peak.value as u64,
        end: end.value,
        seconds: begin.elapsed().as_secs_f64(),
    };
    (answer, format!("moves {}", moves.lower_bound))
}

/// Who moves where; ids count from 0, names from 1.
fn moved(plan: &Plan) -> Vec<(usize, usize)> {
    let moves = plan.actions.iter().filter_map(|action| match action.task {
        Task::Migrate { vm, to } => Some((vm.0 as usize + 1, to.0 as usize + 1)),
        _ => None,
    });
    moves.collect()
}
