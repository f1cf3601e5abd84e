//! Plans with open destinations against the best of all plans in which each destination is said.

use super::plan;

/// Numbers that are the same everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// A small datacenter with VMs that leave `s1`, and rules.
struct Case {
    inventory: String,
    movers: usize,
    servers: u64,
    rules: String,
}

fn case(random: &mut Random) -> Case {
    let servers = 3 + random.below(2);
    let mut inventory = String::from("switch core\n");
    for server in 1..=servers {
        let memory = [8, 10, 12][random.below(3) as usize];
        let rate = [500, 1000][random.below(2) as usize];
        inventory +=
            &format!("server s{server} {{ memory {memory}GiB link {rate}Mbps to core }}\n");
    }
    let movers = 2 + random.below(2) as usize;
    for vm in 1..=movers {
        inventory += &format!(
            "vm v{vm} {{ memory {}GiB idle on s1 }}\n",
            1 + random.below(3)
        );
    }
    for (at, server) in (2..=servers).enumerate() {
        inventory += &format!(
            "vm w{} {{ memory {}GiB idle on s{server} }}\n",
            at + 1,
            1 + random.below(6)
        );
    }
    let mut rules = String::new();
    if random.below(2) == 0 {
        rules += "  spread v1, v2\n";
    }
    if random.below(3) == 0 {
        rules += "  gather v1, v2\n";
    }
    if random.below(3) == 0 {
        rules += "  lonely v1\n";
    }
    if random.below(3) == 0 {
        rules += "  keep v2 off s2\n";
    }
    if random.below(3) == 0 {
        rules += "  at most 1 vms on s3\n";
    }
    if random.below(2) == 0 {
        rules += "  seq v1, v2\n";
    }
    if random.below(3) == 0 {
        rules += &format!("  reserve 1 of s[2..{servers}]\n");
    }
    if random.below(3) == 0 {
        rules += "  shutdown s1\n";
    }
    if random.below(3) == 0 {
        rules += "  minimize makespan\n";
    }
    Case {
        inventory,
        movers,
        servers,
        rules,
    }
}

fn text(case: &Case, steps: &str) -> String {
    format!("{}plan p {{\n{steps}{}}}\n", case.inventory, case.rules)
}

/// Plans a text that may have errors or be impossible.
pub fn values(text: &str) -> Option<Vec<i64>> {
    let known = super::codes(text);
    if known.iter().any(|code| code.starts_with('E')) {
        return None;
    }
    plan(text).map(|plan| plan.objectives.iter().map(|o| o.value).collect())
}

/// The best values, first things first, of all plans that these steps make, `None` for a VM that stays.
fn best(case: &Case, places: impl Fn(usize) -> Vec<Option<u64>>) -> Option<Vec<i64>> {
    let mut all = vec![String::new()];
    for vm in 1..=case.movers {
        let longer = all.iter().flat_map(|steps| {
            let place = |place: Option<u64>| match place {
                Some(server) => format!("{steps}  migrate v{vm} to s{server}\n"),
                None => steps.clone(),
            };
            places(vm).into_iter().map(place).collect::<Vec<_>>()
        });
        all = longer.collect();
    }
    let values = all.iter().filter_map(|steps| values(&text(case, steps)));
    values.min()
}

#[test]
fn open_destinations_are_as_good_as_the_best_that_are_said() {
    let mut random = Random(7);
    let (mut found, mut none) = (0, 0);
    for _ in 0..40 {
        let case = case(&mut random);
        let best = best(&case, |_| (2..=case.servers).map(Some).collect());
        let open = text(&case, "  drain s1\n");
        let chosen = values(&open);
        assert_eq!(chosen, best, "{open}");
        if let Some(plan) = chosen.and_then(|_| plan(&open)) {
            assert!(plan.objectives[0].lower_bound <= plan.objectives[0].value);
            found += 1;
        } else {
            none += 1;
        }
    }
    // Both happen, or the test says little.
    assert!(found >= 10 && none >= 3, "{found} found, {none} impossible");
}

#[test]
fn those_that_may_stay_are_as_well_off_as_where_it_is_said_who_does() {
    let mut random = Random(11);
    let (mut some, mut nobody, mut none) = (0, 0, 0);
    for at in 0..40 {
        let mut case = case(&mut random);
        case.rules = case.rules.replace("  shutdown s1\n", "");
        if !case.rules.contains("minimize") {
            case.rules += ["  minimize moves, mttr\n", "  minimize mttr, moves\n", ""][at % 3];
        }
        let best = best(&case, |_| {
            let others = (2..=case.servers).map(Some);
            others.chain([None]).collect()
        });
        let steps = format!(
            "  migrate v[1..{}] to any of s[1..{}]\n",
            case.movers, case.servers
        );
        let open = text(&case, &steps);
        let chosen = values(&open);
        assert_eq!(chosen, best, "{open}");
        match chosen.and_then(|_| plan(&open)) {
            None => none += 1,
            Some(plan) if plan.actions.is_empty() => nobody += 1,
            Some(_) => some += 1,
        }
    }
    assert!(
        some >= 10 && nobody >= 3 && none >= 3,
        "{some} {nobody} {none}"
    );
}
