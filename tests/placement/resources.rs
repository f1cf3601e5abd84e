//! Resources of one's own, overbooking and maintenance, and choices among them against all choices by hand.

use super::choices::{Random, values};
use super::{codes, moves, plan};

const TWO_KINDS: &str = "\
resource hugepages in bytes
resource gpu
switch core
server s1 { memory 64GiB link 1Gbps to core has hugepages 32GiB has gpu 2 }
server s2 { memory 64GiB link 1Gbps to core has hugepages 16GiB }
server s3 { memory 64GiB link 1Gbps to core has hugepages 16GiB has gpu 1 }
server s4 { memory 64GiB link 1Gbps to core }
vm a { memory 2GiB idle on s1 needs hugepages 16GiB }
vm b { memory 2GiB idle on s1 needs hugepages 16GiB needs gpu 1 }
vm c { memory 2GiB idle on s1 }
";

fn with(statements: &str) -> String {
    format!("{TWO_KINDS}plan p {{ {statements} }}\n")
}

#[test]
fn who_needs_some_goes_only_where_there_is_enough_at_every_moment() {
    let text = with("drain s1  keep c on s1, s4");
    let moved = moves(&text, &plan(&text).unwrap());
    assert_eq!(moved, ["a s2", "b s3", "c s4"]);
    // A server that says nothing of it has none.
    assert_eq!(codes(&with("migrate a to s4")), ["E0575"]);
    assert_eq!(codes(&with("drain s1 to s4")), ["E0572"]);
    // There is room for one of them, before and after.
    assert_eq!(codes(&with("migrate a, b to s3")), ["E0653"]);
    let text = with("migrate a to s2  migrate a to s3  migrate b to s3");
    assert!(codes(&text).contains(&"E0653"), "{:?}", codes(&text));
    // Only once one has left is there room for the other.
    let text = with("migrate a to s3  migrate a to s2  migrate b to s3");
    let found = plan(&text).unwrap();
    let of = |id: &str| found.actions.iter().find(|a| a.id == id).unwrap();
    assert!(of("migrate b").start >= of("migrate a (2)").end);
}

#[test]
fn overbooking_gives_more_than_there_is() {
    let text = "\
switch core
class server twice { overbook cpu 2 }
server s1 { memory 64GiB cpu 8 link 1Gbps to core }
server s2 : twice { memory 64GiB cpu 4 link 1Gbps to core }
vm a, b { memory 2GiB cpu 4 idle on s1 }
plan p { drain s1 }
";
    assert!(plan(text).is_some());
    let text = text.replace(" : twice", "");
    assert_eq!(codes(&text), ["W0001", "E0653"]);
    let asked = text.replace("drain s1", "drain s1  overbook cpu 2 on s2");
    assert!(plan(&asked).is_some());
    let less = text.replace("drain s1", "drain s1  overbook cpu 2 overbook cpu 150%");
    assert_eq!(codes(&less), ["W0001", "E0653"]);
    // A part may be kept back.
    let kept = asked.replace("overbook cpu 2 on s2", "overbook cpu 2 overbook memory 5%");
    assert!(codes(&kept).iter().any(|code| code.starts_with("E06")));
}

#[test]
fn mistakes_about_resources_are_told() {
    let inventory = |more: &str| {
        format!(
            "{more}\nswitch core\nserver s1 {{ memory 8GiB link 1Gbps to core has big 4GiB }}\n\
             vm a {{ memory 1GiB idle on s1 }}\n"
        )
    };
    assert_eq!(codes(&inventory("")), ["E0201"]);
    assert_eq!(codes(&inventory("resource big in bytes")), [""; 0]);
    assert_eq!(codes(&inventory("resource big")), ["E0303"]);
    assert_eq!(
        codes(&inventory("resource big in bytes resource big")),
        ["E0202"]
    );
    assert_eq!(
        codes(&inventory("resource big in bytes resource memory")),
        ["E0202"]
    );
    let named = inventory("resource big in bytes").replace("4GiB", "\"much\"");
    assert_eq!(codes(&named), ["E0407"]);
    let own = inventory("resource big in bytes").replace("has big", "has memory");
    assert_eq!(codes(&own), ["E0407"]);
    let twice = inventory("resource big in bytes").replace("has big", "has big 2GiB has big");
    assert_eq!(codes(&twice), ["E0402"]);
    let unknown = inventory("resource big in bytes").replace("has big", "overbook bgi 2 has big");
    assert_eq!(codes(&unknown), ["E0201"]);
    // What the inventory has too much of is told as for memory.
    let full = inventory("resource big in bytes").replace("idle", "idle needs big 8GiB");
    assert_eq!(codes(&full), ["W0010"]);
}

#[test]
fn nobody_comes_to_a_server_under_maintenance_before_it_is_back() {
    let text = |steps: &str| {
        format!(
            "switch core\nserver s1, s2 {{ memory 8GiB link 1Gbps to core }}\n\
             server s3 {{ memory 8GiB boot 2min link 1Gbps to core maintenance }}\n\
             vm a {{ memory 1GiB idle on s1 }}\nplan p {{ {steps} }}\n"
        )
    };
    let drained = text("drain s1");
    assert_eq!(moves(&drained, &plan(&drained).unwrap()), ["a s2"]);
    assert_eq!(codes(&text("migrate a to s3")), ["E0585"]);
    assert_eq!(codes(&text("drain s1 to s3")), ["E0572"]);
    let back = text("reboot s3  migrate a to s3");
    let found = plan(&back).unwrap();
    assert!(
        found
            .actions
            .iter()
            .any(|a| a.id == "migrate a" && a.start >= 120)
    );
    let chosen = text("reboot s3  drain s1  keep a off s2");
    assert_eq!(moves(&chosen, &plan(&chosen).unwrap()), ["a s3"]);
    // Who is there may leave, and does where it is free to choose.
    let free = text("migrate a to any of servers").replace("idle on s1", "idle on s3");
    assert_eq!(moves(&free, &plan(&free).unwrap()).len(), 1);
}

/// Servers with amounts of a resource, some overbooked, and VMs that leave the first one.
fn case(random: &mut Random) -> (String, u64, u64) {
    let servers = 3 + random.below(2);
    let vms = 2 + random.below(2);
    let mut text = String::from("resource big in bytes\nresource gpu\nswitch core\n");
    for server in 1..=servers {
        let (big, gpus) = (2 + 2 * random.below(3), 1 + random.below(2));
        let big = if server == 1 { 16 } else { big };
        let rate = [500, 1000][random.below(2) as usize];
        let overbook = ["", "overbook gpu 2", "overbook big 150%"][random.below(3) as usize];
        let gpus = if server == 1 { 8 } else { gpus };
        text += &format!(
            "server s{server} {{ memory 64GiB link {rate}Mbps to core has big {big}GiB has gpu {gpus} {overbook} }}\n"
        );
    }
    for vm in 1..=vms {
        let memory = 1 + random.below(3);
        let (big, gpus) = (1 + random.below(4), random.below(2));
        let gpus = ["", "needs gpu 1"][gpus as usize];
        text +=
            &format!("vm v{vm} {{ memory {memory}GiB idle on s1 needs big {big}GiB {gpus} }}\n");
    }
    text += &format!(
        "vm w {{ memory 1GiB idle on s2 needs big {}GiB }}\n",
        1 + random.below(2)
    );
    (text, servers, vms)
}

#[test]
fn choices_among_resources_are_as_good_as_the_best_that_are_said() {
    let mut random = Random(23);
    let (mut found, mut none) = (0, 0);
    for _ in 0..30 {
        let (inventory, servers, vms) = case(&mut random);
        let text = |steps: &str| format!("{inventory}plan p {{\n{steps}}}\n");
        let mut all = vec![String::new()];
        for vm in 1..=vms {
            let places = 2..=servers;
            let longer = all.iter().flat_map(|steps| {
                let more = move |to| format!("{steps}  migrate v{vm} to s{to}\n");
                places.clone().map(more)
            });
            all = longer.collect();
        }
        let best = all.iter().filter_map(|steps| values(&text(steps))).min();
        let chosen = values(&text("  drain s1\n"));
        assert_eq!(chosen, best, "{inventory}");
        match chosen {
            Some(_) => found += 1,
            None => none += 1,
        }
    }
    assert!(found >= 10 && none >= 3, "{found} found, {none} impossible");
}
