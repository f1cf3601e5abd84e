//! Whatever the text, the analysis ends without a panic, and soon.

use proptest::prelude::*;

use super::check;

/// Pieces of files, right and wrong.
const PIECES: &[&str] = &[
    "use std.server.x3440\n",
    "use std.workload.*\n",
    "use \"main.mvm\"\n",
    "let n = 4\n",
    "let m = n * 2GiB\n",
    "let bad = bad + 1\n",
    "set gold = vms with tier gold\n",
    "set self = self except r1\n",
    "class server big : x3440, big { memory 64GiB hosting 16% }\n",
    "class vm busy : stressed { cpu 1/3 }\n",
    "switch core capacity 10Gbps\n",
    "site paris { rack r3 link 1Gbps to core { server s[1..n] : big off } }\n",
    "rack r[1..2] link 10Gbps to core { server s[1..4] : x3440 link 1Gbps label tier gold }\n",
    "server lone[001..010] memory m\n",
    "server s[1..9999999999]\n",
    "vm web[1..8] : idle { memory 2GiB on r[1..2].s[*] label tier gold }\n",
    "vm db[1..3], \"odd name\" { used 2000MB hot 96MiB in 2s on lone[1..2] }\n",
    "route r1 to r2 via core\n",
    "plan p {",
    "start 22:00 Europe/Paris ",
    "start 2026-11-28 22:00 ",
    "migrate vms on r1.s[i] to r2.s[n - i + 1] via lone001 for i in 1..4 ",
    "migrate g to r2 for g in web[1..8] by 3, k in 1..2 ",
    "migrate gold to s1 takes 3s at 1Gbps ",
    "shutdown r1 ",
    "sync web1, db1 ",
    "before web[1..2] -> db[1..3] -> all by Sat 08:00 + 1d ",
    "freeze all from 01:00 to 03:00 ",
    "budget 9kW on r1 until 90min ",
    "at most 2 migrations from s for s in servers in r1 ",
    "limit core to 4Gbps ",
    "expect gap <= 2% ",
    "}\n",
    "for i in 1..999999999 ",
    "(((",
    "] ",
    "\u{0}é\"",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn shuffled_pieces_never_panic(picks in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let source: String = picks.iter().map(|pick| PIECES[*pick]).collect();
        check(&source);
    }

    #[test]
    fn files_with_a_hole_never_panic(skip in 0usize..1_600, length in 1usize..30) {
        // Of a huge number a hole makes a large one, which is honest work and takes its time.
        let small = PIECES.iter().filter(|piece| !piece.contains("999999"));
        let whole: String = small.copied().collect();
        let mut characters: Vec<char> = whole.chars().collect();
        let start = skip.min(characters.len());
        let end = (start + length).min(characters.len());
        characters.drain(start..end);
        let source: String = characters.into_iter().collect();
        check(&source);
    }
}

#[test]
fn what_is_huge_is_refused_before_it_is_made() {
    for source in [
        "server s[1..9999999999]",
        "server s[1..1000][1..1000][1..1000]",
        "rack r[1..1000] { server s[1..1000] { } }\nrack q[1..1000] { server s[1..1000] { } }",
        "server s[0..999999999999999999 by 1]",
        "server s1\nplan p { boot s1 for i in 1..999999999 }",
        "server s1\nplan p { boot s1 for i in 1..10000, j in 1..10000, k in 1..10000 }",
        "server s1\nplan p { boot s[1..9999999] }",
    ] {
        let started = std::time::Instant::now();
        let outcome = check(source);
        assert!(outcome.contains("E0206"), "{source}\n{outcome}");
        assert!(started.elapsed().as_secs() < 20, "{source}");
    }
}

#[test]
fn long_chains_of_definitions_are_refused() {
    for line in [
        |i: usize| format!("let c{i} = c{}\n", i + 1),
        |i: usize| format!("set c{i} = c{}\n", i + 1),
        |i: usize| format!("class vm c{i} : c{} {{ }}\n", i + 1),
    ] {
        let source: String = (0..5_000).map(line).collect();
        assert!(check(&source).contains("E0206"));
    }
}

#[test]
fn diamonds_of_classes_are_resolved_once() {
    let mut source = String::from("class vm c0 { memory 1GiB }\n");
    for i in 1..60 {
        let parent = i - 1;
        source.push_str(&format!("class vm c{i} : c{parent}, c{parent} {{ }}\n"));
    }
    source.push_str("server s\nvm v : c59 on s\n");
    assert!(check(&source).contains("vm v on s memory=1073741824"));
}
