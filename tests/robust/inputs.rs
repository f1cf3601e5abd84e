//! Malformed files of every kind, by hand.

use super::Case;
use super::mutants::Random;

const WORLD: &str = "switch core\nserver s1, s2 { memory 8GiB link 1Gbps to core }\nvm v, w { memory 1GiB on s1 }\n";

/// All of them.
pub fn all() -> Vec<Case> {
    let mut cases = Cases(Vec::new());
    texts(&mut cases);
    quantities(&mut cases);
    ranges(&mut cases);
    cycles(&mut cases);
    nesting(&mut cases);
    noise(&mut cases);
    floods(&mut cases);
    plans(&mut cases);
    cases.0
}

struct Cases(Vec<Case>);

impl Cases {
    /// A file that must be refused.
    fn wrong(&mut self, text: impl Into<Vec<u8>>) {
        self.add(text.into(), true);
    }

    /// A file that may be valid.
    fn any(&mut self, text: impl Into<Vec<u8>>) {
        self.add(text.into(), false);
    }

    fn add(&mut self, bytes: Vec<u8>, is_wrong: bool) {
        let start: String = String::from_utf8_lossy(&bytes).chars().take(120).collect();
        let name = format!("case {} {start:?}", self.0.len());
        self.0.push(Case {
            name,
            path: "input.mvm".into(),
            bytes,
            is_wrong,
        });
    }
}

/// Texts that are no files of the language at all.
fn texts(cases: &mut Cases) {
    for text in [
        "",
        " ",
        "\n",
        "\r\r\r",
        "\u{feff}",
        "// only a comment",
        "//",
    ] {
        cases.any(text);
    }
    for text in [
        "\0",
        "\u{feff}\u{feff}x",
        "plan",
        "plan {",
        "}",
        "{}",
        "vm",
        "vm {",
        "vm v",
        "vm 1",
        "vm \"",
        "vm \"a",
        "vm \"\\",
        "vm v on",
        "vm v { memory }",
        "use",
        "use \"",
        "use \"\"",
        "use \"..\"",
        "use \"/etc/passwd\"",
        "use \"../../x\"",
        "use std",
        "use std.nothing",
        "use std.server",
        "use std.server.",
        "use std.server.{",
        "use std.server.{}",
        "let",
        "let x",
        "let x =",
        "let x = =",
        "set s =",
        "class",
        "class vm",
        "class vm x {",
        "class nothing x {}",
        "route",
        "route a to",
        "server s { server t }",
        "vm v { vm w }",
        "rack r { vm v }",
        "\u{2028}",
        "vm é",
        "vm v\u{85}",
        "migrate a to b",
        "server s s",
        "server s, s",
        "server s, , t",
        "server [1..3]",
        "server s[",
        "server s[]",
        "server s[1..",
        "server s[1..]",
        "server s[..2]",
        "server s[*]",
        "server s..t",
        "server .s",
        "server s.",
        "server s : ",
        "server s : nothing",
        "server s : s",
        "switch x : x",
        "command boot \"x",
        "command fly \"x\"",
        "plan p { migrate }",
        "plan p { fly v to s }",
        "plan p { start }",
        "plan p { start 25:00 }",
        "/* no such comment */",
        "# nor this",
        "server s { memory 1GiB memory 2GiB } server s",
    ] {
        cases.wrong(text);
    }
}

/// Quantities in places where they do not belong.
fn quantities(cases: &mut Cases) {
    const WRONG: [&str; 15] = [
        "9kw",
        "9 kW",
        "9kW kW",
        "9kW +",
        "0x9",
        "1e9kW",
        "9.kW",
        ".9kW",
        "9kW / 0",
        "9kW + 1s",
        "30min1h",
        "1h30",
        "99999999999999999999999999999999999999kW",
        "nothing",
        "9xW",
    ];
    const ODD: [&str; 10] = [
        "9",
        "-9kW",
        "9kW",
        "0GiB",
        "9GB",
        "9Gbps",
        "99999999999999999999h",
        "0.0000000001",
        "9%",
        "(1 + 2) * 3",
    ];
    let places: [&dyn Fn(&str) -> String; 10] = [
        &|q| format!("switch core capacity {q}"),
        &|q| format!("server s {{ memory {q} }}"),
        &|q| format!("server s {{ power {q} hosting {q} boot {q} extra {q} }}"),
        &|q| format!("server s {{ migration {q} }}"),
        &|q| format!("server s {{ cpu {q} }} vm v {{ memory 1GiB idle on s cpu {q} }}"),
        &|q| format!("server s vm v {{ memory {q} hot {q} in {q} cold {q} downtime {q} on s }}"),
        &|q| format!("switch c server s {{ link {q} usable {q} bond {q} to c }}"),
        &|q| {
            format!(
                "{WORLD} plan p {{ migrate v to s2 takes {q} at {q} budget {q} limit core to {q} }}"
            )
        },
        &|q| {
            format!(
                "{WORLD} plan p {{ migrate v to s2 at most {q} migrations weight {q} on v before v by {q} }}"
            )
        },
        &|q| {
            format!(
                "{WORLD} plan p {{ migrate v to s2 expect peak <= {q} expect gap <= {q} freeze w until {q} }}"
            )
        },
    ];
    for place in places {
        for text in WRONG {
            cases.wrong(place(text));
        }
        for text in ODD {
            cases.any(place(text));
        }
    }
}

/// Names and loops without end.
fn ranges(cases: &mut Cases) {
    for text in [
        "vm v[1..9999999999] { memory 1GiB idle on s }",
        "server s[1..1000001]",
        "server s[1..1000].t[1..1001]",
        "rack r[1..1000] { server s[1..1001] }",
        "server a[1..99999].b[1..99999].c[1..99999].d[1..99999].e[1..99999]",
        "server s[00000000000000000001..99999999999999999999]",
        "server s[1..18446744073709551616]",
        "server s[1..99999999999999999999999999999999999999999999999]",
        "server s[1..3 by 0]",
        "server s[1..3 by 1/2]",
        "server s[1/2..3]",
        "server s[-3..-1]",
        "server s[1GiB..2GiB]",
        "server s[a..b]",
        "server s[1..3, 2]",
        "server s[9999999999999999999..1]",
    ] {
        cases.wrong(text);
    }
    for clause in [
        "for i in 1..99999999999",
        "for i in 1..1000, j in 1..1000, k in 1..1000, l in 1..1000",
        "for i in 1..3 by 0",
        "for i in vms by 0",
        "for i in vms into 0",
        "for i in nothing",
        "for i in i",
        "for i in 1..2, i in 1..2",
        "for all in 1..2",
    ] {
        cases.wrong(format!("{WORLD} plan p {{ migrate v to s2 {clause} }}"));
    }
    for clause in [
        "for i in vms by 99999999",
        "for i in vms into 99999999",
        "for i in 3..1",
        "for i in 1..1",
    ] {
        cases.any(format!(
            "{WORLD} plan p {{ seq v, w {clause} migrate v to s2 }}"
        ));
    }
}

/// What leads back to itself.
fn cycles(cases: &mut Cases) {
    for text in [
        "use \"input.mvm\"",
        "let a = a",
        "let a = b let b = c let c = a",
        "set a = a",
        "set a = b, c set b = a set c = b",
        "class vm a : b {} class vm b : a {}",
        "class server a : a {}",
        "switch a { link 1Gbps to a }",
        "switch a link 1Gbps to b",
        "switch c server s, t { link 1Gbps to c } route s to t via s",
        "server s vm v { memory 1GiB idle on v }",
        "set v = v server s vm v { memory 1GiB idle on s }",
    ] {
        cases.wrong(text);
    }
    cases.any(format!(
        "{WORLD} plan p {{ migrate v, w to s2 before v -> w before w -> v }}"
    ));
    cases.any(format!(
        "{WORLD} plan p {{ migrate v to s2 before v -> v }}"
    ));
    cases.any(format!(
        "{WORLD} plan p {{ migrate v to s2 migrate v to s1 migrate v to s2 shutdown s1 boot s1 }}"
    ));
    // A long way, but no cycle.
    let chain: String = (1..3_000)
        .map(|i| format!("let a{i} = a{}\n", i - 1))
        .collect();
    cases.any(format!("let a0 = 1\n{chain}"));
    let classes: String = (1..3_000)
        .map(|i| format!("class vm a{i} : a{} {{}}\n", i - 1))
        .collect();
    cases.any(format!("class vm a0 {{}}\n{classes}"));
    let sets: String = (1..3_000)
        .map(|i| format!("set a{i} = a{}\n", i - 1))
        .collect();
    cases.any(format!("server s\nset a0 = s\n{sets}"));
    // Each twice the one before.
    let doubled: String = (1..200)
        .map(|i| format!("let a{i} = a{0} * a{0}\n", i - 1))
        .collect();
    cases.wrong(format!("let a0 = 3\n{doubled}"));
    let doubled: String = (1..60)
        .map(|i| format!("set a{i} = a{0}, a{0}\n", i - 1))
        .collect();
    cases.any(format!("server s\nset a0 = s\n{doubled}"));
    let doubled: String = (1..60)
        .map(|i| format!("class vm a{i} : a{0}, a{0} {{}}\n", i - 1))
        .collect();
    cases.any(format!("class vm a0 {{}}\n{doubled}"));
}

/// Deeper than any stack.
fn nesting(cases: &mut Cases) {
    for depth in [200, 20_000] {
        let twice = |open: &str, middle: &str, close: &str| {
            open.repeat(depth) + middle + &close.repeat(depth)
        };
        cases.wrong(format!("let a = {}", twice("(", "1", ")")));
        cases.wrong(format!("let a = {}", "(".repeat(depth)));
        cases.wrong(format!("let a = {}1 +", "-".repeat(depth)));
        cases.wrong(format!("set a = {}", twice("(", "vms", ")")));
        cases.wrong(format!("set a = {}", twice("vms except (", "vms", ")")));
        cases.wrong(twice("rack r {", "", "}"));
        cases.wrong("rack r {".repeat(depth));
        cases.wrong(format!("server s{}", twice("[", "1", "]")));
        cases.wrong("{".repeat(depth));
        cases.wrong("}".repeat(depth));
        cases.any(format!("let a = 1{}", " + 1".repeat(depth)));
        cases.any(format!("let a = 1{}", " * 1".repeat(depth)));
        cases.any(format!("server s\nset a = s{}", ", s".repeat(depth)));
        cases.any(format!(
            "server s\nset a = servers{}",
            " except s".repeat(depth)
        ));
        cases.any(format!("server s{}", ".a".repeat(depth)));
        cases.any(format!("server s{}", "[1]".repeat(depth)));
    }
}

/// Much of the same.
fn noise(cases: &mut Cases) {
    const SIZE: usize = 1 << 17;
    let mut random = Random(1);
    let mut bytes = |count: usize, from: u8, to: u8| -> Vec<u8> {
        let span = usize::from(to - from) + 1;
        (0..count)
            .map(|_| from + random.below(span) as u8)
            .collect()
    };
    cases.wrong(bytes(1 << 20, 0, 255));
    cases.wrong(bytes(1 << 20, b'\t', b'~'));
    cases.wrong(bytes(SIZE, b' ', b'~'));
    cases.wrong(bytes(SIZE, b'a', b'z'));
    cases.wrong(bytes(SIZE, b'(', b'/'));
    for piece in [
        "\"", "a.", "a ", "1+", "é", "[", "\n", "vm ", "plan p {", "// x\n", "0", "on ", "->",
        "\\", "\t", "\u{1b}[",
    ] {
        let text = piece.repeat(SIZE / piece.len());
        match piece {
            "\n" | "\t" | "// x\n" => cases.any(text),
            _ => cases.wrong(text),
        }
    }
    cases.wrong(vec![0xff; SIZE]);
    cases.wrong(vec![0; SIZE]);
    cases.wrong(" ".repeat(64 << 20) + "x");
    cases.wrong("vm v ".to_owned() + &"x".repeat(SIZE));
    cases.any(format!("server s{}", "x".repeat(SIZE / 4)));
    cases.any(format!("{WORLD}// {}", "x".repeat(SIZE / 2)));
    cases.wrong(b"server s \xff\nvm v { memory 1GiB on s }".to_vec());
    cases.wrong(b"\xff\xfes\0e\0r\0".to_vec());
    cases.any(WORLD.replace('\n', "\r\n"));
    cases.any(WORLD.replace('\n', "\r"));
}

/// More errors than anyone reads.
fn floods(cases: &mut Cases) {
    let lines =
        |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    cases.wrong(lines(2_000, &|_| "server s\n".into()));
    cases.wrong(lines(2_000, &|i| {
        format!("vm v{i} : nothing {{ memory 1kw on nowhere{i} }}\n")
    }));
    cases.wrong(lines(2_000, &|_| "vm { ] 9 }\n".into()));
    cases.wrong(lines(2_000, &|i| format!("use \"nothing{i}.mvm\"\n")));
    cases.wrong(lines(2_000, &|i| {
        format!("server s{i} {{ memory 1W cpu 1s power 1GiB }} ")
    }));
    let servers = "server server_with_a_long_name[1..2000]\n";
    let steps = lines(2_000, &|i| format!("boot server_with_a_wrong_name{i}\n"));
    cases.wrong(format!("{servers} plan p {{ {steps} }}"));
}

/// Plans that make no sense.
fn plans(cases: &mut Cases) {
    for statements in [
        "migrate v to v",
        "migrate s1 to s2",
        "migrate nothing to s2",
        "migrate v to nothing",
        "migrate v to core",
        "migrate v, w to s1, s2, s1",
        "boot v",
        "shutdown w",
        "stop s1",
        "sync s1, s2",
        "sync v, nothing",
        "start 02:00 start 03:00 migrate v to s2",
        "start 02:00 Europe/Nowhere migrate v to s2",
        "start Sat 02:00 migrate v to s2",
        "migrate v to s2 before v by 08:00",
        "start 2026-11-28 02:00 migrate v to s2 before v by 2026-11-27 02:00",
        "start 2026-02-30 02:00 migrate v to s2",
        "migrate v to s2 freeze v from 2h to 1h",
        "migrate v to s2 spread s1, s2",
        "migrate v to s2 limit v to 1Gbps",
        "migrate v to s2 limit core to 1GB",
        "migrate v to s2 budget 1kW on v",
        "migrate v to s2 at most 2.5 migrations",
        "migrate v to s2 at most 1 of vms on",
        "migrate v to s2 minimize nothing",
        "migrate v to s2 expect nothing",
        "migrate v to s2 weight -1 on v",
        "migrate v to s2 via nothing",
        "migrate v to s2 takes 400d",
        "migrate v[i] to s2",
        "migrate v to s2 for i in",
        "migrate vms like \"[\" to s2",
        "migrate vms of nothing to s2",
    ] {
        cases.wrong(format!("{WORLD} plan p {{ {statements} }}"));
    }
    for statements in [
        "",
        "migrate vms on s2 to s1",
        "migrate vms with x y to s2",
        "shutdown s1",
        "migrate v to s1",
        "start v",
        "stop v stop v",
        "boot s1",
        "migrate all to s2",
    ] {
        cases.any(format!("{WORLD} plan p {{ {statements} }}"));
    }
    cases.wrong(format!(
        "{WORLD} plan p {{ migrate v to s2 }} plan p {{ migrate w to s2 }}"
    ));
}
