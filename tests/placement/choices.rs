//! Plans with open destinations against the best of all plans in which each destination is said.

use super::plan;

/// Numbers that are the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
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
fn value(text: &str) -> Option<i64> {
    let known = super::codes(text);
    if known.iter().any(|code| code.starts_with('E')) {
        return None;
    }
    plan(text).map(|plan| plan.objectives[0].value)
}

#[test]
fn open_destinations_are_as_good_as_the_best_that_are_said() {
    let mut random = Random(7);
    let (mut found, mut none) = (0, 0);
    for _ in 0..40 {
        let case = case(&mut random);
        let choices = case.servers - 1;
        let mut best: Option<i64> = None;
        for mut number in 0..choices.pow(case.movers as u32) {
            let mut steps = String::new();
            for vm in 1..=case.movers {
                steps += &format!("  migrate v{vm} to s{}\n", 2 + number % choices);
                number /= choices;
            }
            let value = value(&text(&case, &steps));
            best = [best, value].into_iter().flatten().min();
        }
        let open = text(&case, "  drain s1\n");
        let chosen = value(&open);
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
