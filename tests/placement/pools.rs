//! Servers that are divided into pools: each of these is like a server of its own behind the link of the whole.

use proptest::prelude::*;

use super::{codes, plan};
use mvm::datacenter::Pool;
use mvm::request::Task;

/// A VM: GiB, where it is, and how it is dealt with.
#[derive(Debug, Clone)]
struct Guest {
    memory: u64,
    old: usize,
    /// 1: goes on to the second divided server, 2: to one that is not; else it stays.
    then: usize,
}

fn guests() -> impl Strategy<Value = Vec<Guest>> {
    let guest = (1..7_u64, 0..2_usize, 0..4_usize);
    let guest = guest.prop_map(|(memory, old, then)| Guest { memory, old, then });
    prop::collection::vec(guest, 1..4)
}

/// A datacenter in which `t` and `w` are divided into two, or are two servers each, and what is done there.
fn text(guests: &[Guest], pool: u64, is_divided: bool) -> String {
    let mut text = String::from(
        "switch core\nserver old[1..2] { memory 24GiB link 1Gbps to core }\nserver last { memory 24GiB link 1Gbps to core }\n",
    );
    for (name, rate) in [("t", "1Gbps"), ("w", "500Mbps")] {
        text += &match is_divided {
            true => format!(
                "server {name} {{ memory {}GiB pools 2 link {rate} to core }}\n",
                2 * pool
            ),
            false => format!(
                "switch x{name} {{ link {rate} to core }}\nserver {name}[0..1] {{ memory {pool}GiB link 10Gbps to x{name} }}\n"
            ),
        };
    }
    let to = |name: &str| match is_divided {
        true => name.to_owned(),
        false => format!("any of {name}[0..1]"),
    };
    let mut steps = String::new();
    for (at, guest) in guests.iter().enumerate() {
        text += &format!(
            "vm v{at} {{ memory {}GiB idle on old{} }}\n",
            guest.memory,
            guest.old + 1
        );
        steps += &format!("  migrate v{at} to {}\n", to("t"));
        match guest.then {
            1 => steps += &format!("  migrate v{at} to {}\n", to("w")),
            2 => steps += &format!("  migrate v{at} to last\n"),
            _ => {}
        }
    }
    format!("{text}plan p {{\n{steps}  minimize mttr, makespan\n}}\n")
}

/// What the goals come to, and whether that is proved; None where there is too much for all, or for one pool.
fn values(text: &str) -> Option<Vec<(i64, bool)>> {
    if codes(text).iter().any(|code| code.starts_with('E')) {
        return None;
    }
    let plan = plan(text)?;
    let values = plan.objectives.iter();
    let values = values.map(|goal| (goal.value, goal.value == goal.lower_bound));
    Some(values.collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_pool_is_like_a_server(guests in guests(), pool in 4..12_u64) {
        let (divided, apart) = (text(&guests, pool, true), text(&guests, pool, false));
        let (one, other) = (values(&divided), values(&apart));
        prop_assert_eq!(&one, &other, "{}", divided);
        // Small ones are proved.
        prop_assert!(one.is_none_or(|values| values.iter().all(|(_, proved)| *proved)), "{}", divided);
    }
}

const NODES: &str = "switch core
server old      { memory 64GiB cpu 32 link 10Gbps to core }
server new      { memory 64GiB cpu 32 pools 2 link 10Gbps to core }
vm a { memory 20GiB cpu 4 idle on old }
vm b { memory 14GiB cpu 4 idle on old }
vm c { memory 12GiB cpu 4 idle on old }
";

/// For each arrival its VM and its pool.
fn pools(text: &str) -> Vec<(u32, Option<Pool>)> {
    let plan = plan(text).expect(text);
    let arrivals = plan.actions.iter().filter_map(|action| match action.task {
        Task::Migrate { vm, .. } | Task::Start(vm) => Some((vm.0, action.pool)),
        _ => None,
    });
    let mut arrivals: Vec<_> = arrivals.collect();
    arrivals.sort_unstable();
    arrivals
}

#[test]
fn who_does_not_fit_into_one_pool_has_another_one() {
    let arrivals = pools(&format!("{NODES}plan p {{ migrate vms to new }}\n"));
    let [(0, a), (1, b), (2, c)] = arrivals[..] else {
        panic!("{arrivals:?}");
    };
    // 20 and 14 GiB do not fit into 32.
    assert!(
        a.is_some() && b.is_some() && a != b && c.is_some(),
        "{arrivals:?}"
    );
    // 46 of 64 GiB, but no two of the three in one pool of 16, nor the first one at all.
    let small = NODES.replace("pools 2", "pools 4");
    assert_eq!(
        codes(&format!("{small}plan p {{ migrate vms to new }}\n")),
        ["E0575"]
    );
    // It is never chosen for it.
    assert_eq!(
        codes(&format!("{small}plan p {{ drain old }}\n")),
        ["E0572"]
    );
    // CPUs are divided as well.
    let busy = NODES.replace("cpu 4", "cpu 9");
    assert_eq!(
        super::plan(&format!("{busy}plan p {{ migrate vms to new }}\n")),
        None
    );
}

#[test]
fn who_starts_again_may_take_another_pool() {
    // Each pool has 18 GiB left, and `a` needs 20.
    let text = "switch core
server old      { memory 64GiB link 10Gbps to core }
server new      { memory 64GiB pools 2 link 10Gbps to core }
vm a { memory 20GiB idle on old }
vm b { memory 14GiB idle on new pool 0 }
vm c { memory 14GiB idle on new pool 1 }
";
    let all_run = format!("{text}plan p {{ migrate a to new }}\n");
    assert_eq!(super::plan(&all_run), None);
    let arrivals = pools(&format!(
        "{text}plan p {{ migrate a to new  stop b  start b }}\n"
    ));
    assert_eq!(arrivals, [(0, Some(Pool(0))), (1, Some(Pool(1)))]);
}

#[test]
fn a_guess_is_said() {
    let text = NODES.replace("on old }\nvm b", "on new }\nvm b");
    assert_eq!(
        codes(&format!("{text}plan p {{ migrate b to new }}\n")),
        ["W0014"]
    );
    let text = text.replace("on new }", "on new pool 1 }");
    assert_eq!(
        codes(&format!("{text}plan p {{ migrate b to new }}\n")),
        [""; 0]
    );
    let none = text.replace("on new pool 1", "on new pool 2");
    assert_eq!(
        codes(&format!("{none}plan p {{ migrate b to new }}\n")),
        ["E0305"]
    );
}
