//! VMs that are stopped: they stay where they are, and hold nothing.

use proptest::prelude::*;

use super::*;
use crate::schedule::{Effort, Options, Outcome, Quiet, schedule};

#[test]
fn a_stopped_vm_stays_while_its_server_reboots() {
    let (mut dc, s) = star(1);
    let a = dc.vm("a", s[0]).memory(GB(1)).id();
    dc.vm("template", s[0]).memory(GB(1)).off();
    let mut plan = RequestBuilder::new("p");
    plan.stop(a);
    plan.shutdown(s[0]);
    plan.boot(s[0]);
    plan.start(a);
    let problem = problem(dc, plan);
    assert_eq!(
        names(&problem),
        ["stop a", "shutdown s1", "boot s1", "start a"]
    );
    let orders = orders(&problem);
    for order in [
        ("stop a", "shutdown s1"),
        ("shutdown s1", "boot s1"),
        ("boot s1", "start a"),
    ] {
        assert!(orders.contains(&order), "{order:?} is in {orders:?}");
    }
}

#[test]
fn what_is_stopped_takes_no_memory() {
    let (mut dc, s) = star(2);
    let big = dc.vm("big", s[0]).memory(GiB(10)).id();
    let other = dc.vm("other", s[1]).memory(GiB(10)).id();
    let mut plan = RequestBuilder::new("p");
    plan.stop(big);
    plan.migrate(other, s[0]);
    let problem = problem(dc, plan);
    // Both do not fit at once, so `other` comes when `big` has stopped.
    assert_eq!(names(&problem), ["stop big", "migrate other"]);
    assert_eq!(starts(&problem), [0, 10]);
}

/// The starts of a good schedule.
fn starts(problem: &Problem) -> Vec<Seconds> {
    let options = Options {
        effort: Effort::Brief,
        time_limit: None,
    };
    match schedule(&problem.formulation, &options, &mut Quiet) {
        Outcome::Found(solution) => solution.schedule.start,
        other => panic!("{other:?}"),
    }
}

/// Steps that make sense one after the other, of what numbers say: on three servers, with three VMs, the last one stopped.
fn steps(choices: &[(u8, u8, u8)], plan: &mut RequestBuilder, s: &[ServerId], vms: &[VmId]) {
    let mut on = [true; 3];
    let mut host = [0, 1, 2];
    let mut running = [true, true, false];
    for &(kind, which, to) in choices {
        let (x, y) = (usize::from(which) % 3, usize::from(to) % 3);
        let is_empty = |server: usize| (0..3).all(|vm| !running[vm] || host[vm] != server);
        match kind % 5 {
            0 if running[x] && host[x] != y && on[y] => {
                plan.migrate(vms[x], s[y]);
                host[x] = y;
            }
            1 if running[x] => {
                plan.stop(vms[x]);
                running[x] = false;
            }
            2 if !running[x] && on[host[x]] => {
                plan.start(vms[x]);
                running[x] = true;
            }
            3 if on[x] && is_empty(x) => {
                plan.shutdown(s[x]);
                on[x] = false;
            }
            4 if !on[x] => {
                plan.boot(s[x]);
                on[x] = true;
            }
            _ => {}
        }
    }
}

/// When each server is off, or on its way there or back, as the actions say.
fn away(problem: &Problem, starts: &[Seconds], server: ServerId) -> Vec<(Seconds, Seconds)> {
    let mut away = Vec::new();
    let mut actions: Vec<(Seconds, Seconds, Task)> = Vec::new();
    for (at, work) in problem.work.iter().enumerate() {
        let lasts = problem.formulation.actions[at].modes[0].duration;
        if work.from == Some(server) {
            actions.push((starts[at], starts[at] + lasts, work.task));
        }
    }
    actions.sort();
    for (start, end, task) in actions {
        match task {
            Task::Shutdown(_) => away.push((start, Seconds::MAX)),
            Task::Boot(_) => away.last_mut().expect("it was shut down").1 = end,
            _ => {}
        }
    }
    away
}

/// Where and when a VM runs.
fn presence(
    problem: &Problem,
    starts: &[Seconds],
    vm: VmId,
    first: Option<ServerId>,
) -> Vec<(ServerId, Seconds, Seconds)> {
    let mut order: Vec<usize> = (0..problem.work.len()).collect();
    order.sort_by_key(|&at| starts[at]);
    let mut found: Vec<(ServerId, Seconds, Seconds)> = first
        .map(|server| (server, 0, Seconds::MAX))
        .into_iter()
        .collect();
    for at in order {
        let work = &problem.work[at];
        let end = starts[at] + problem.formulation.actions[at].modes[0].duration;
        match work.task {
            Task::Migrate { vm: moved, to } if moved == vm => {
                found.last_mut().expect("it runs").2 = end;
                found.push((to, starts[at], Seconds::MAX));
            }
            Task::Start(started) if started == vm => found.push((
                work.from.expect("a VM is somewhere"),
                starts[at],
                Seconds::MAX,
            )),
            Task::Stop(stopped) if stopped == vm => found.last_mut().expect("it runs").2 = end,
            _ => {}
        }
    }
    found
}

proptest! {
    /// Whatever is asked, in an order that makes sense: no VM runs where a server is off, on its way there or back.
    #[test]
    fn nothing_runs_on_a_server_that_is_away(
        choices in proptest::collection::vec((0..5u8, 0..3u8, 0..3u8), 1..24)
    ) {
        let (mut dc, s) = star(3);
        let vms: Vec<VmId> = (0..3)
            .map(|at| {
                let vm = dc.vm(format!("v{at}"), s[at]).memory(GiB(1));
                if at == 2 { vm.off().id() } else { vm.id() }
            })
            .collect();
        let mut plan = RequestBuilder::new("p");
        steps(&choices, &mut plan, &s, &vms);
        let problem = problem(dc, plan);
        let starts = starts(&problem);
        for (at, &vm) in vms.iter().enumerate() {
            let first = (at < 2).then(|| s[at]);
            for (server, from, to) in presence(&problem, &starts, vm, first) {
                for (off, on) in away(&problem, &starts, server) {
                    prop_assert!(to <= off || on <= from, "v{at} runs on {server:?} from {from} to {to}, away from {off} to {on}");
                }
            }
        }
    }
}
