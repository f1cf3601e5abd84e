//! The page of `--emit html` in a browser, and its script under the checker of types.
//!
//! `npm install --no-package-lock --prefix tests/page` brings what drives them; where that, Node or Chromium is not there, the
//! tests say so. The pictures of the last run are in `target/page`.

#[path = "../../src/emit/fixture.rs"]
mod fixture;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use mvm::emit::Kind;
use mvm::schedule::{Effort, Options, Quiet};
use support::{Folder, root};

/// A program of that name, by its output for `--version`.
fn is_there(program: &str) -> bool {
    let said = Command::new(program).arg("--version").output();
    said.is_ok_and(|said| said.status.success())
}

/// What npm has brought for these tests; None, with a word, where it has not.
fn tool(path: &str) -> Option<PathBuf> {
    let path = root().join("tests/page/node_modules").join(path);
    if is_there("node") && path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} or Node is not here", path.display());
    None
}

/// A page of a plan as it comes from a file, with links, memory and rules.
fn planned() -> String {
    let checked = mvm::compile::check("examples/micro.mvm", &Folder(root()));
    let options = Options {
        effort: Effort::Fast,
        ..Options::default()
    };
    let mut plan = checked
        .plan(0, &options, &mut Quiet)
        .expect("it has a plan");
    checked.hold(0, &mut plan);
    Kind::Html.emit(&checked.analysis.datacenter, &plan)
}

/// A page of that many actions.
fn made(actions: usize) -> String {
    let (datacenter, plan) = fixture::racks(actions / 4);
    assert_eq!(plan.actions.len(), actions);
    Kind::Html.emit(&datacenter, &plan)
}

fn hostile() -> String {
    let (datacenter, plan) = fixture::hostile();
    Kind::Html.emit(&datacenter, &plan)
}

#[test]
fn a_reader_in_chromium() {
    let browsers = ["chromium", "chromium-browser", "google-chrome"];
    let Some(browser) = browsers.into_iter().find(|name| is_there(name)) else {
        eprintln!("skipped: Chromium is not here");
        return;
    };
    if tool("playwright-core").and(tool("axe-core")).is_none() {
        return;
    }
    let browser = which(browser);
    let folder = root().join("target/page");
    fs::create_dir_all(&folder).expect("a folder");
    let pages = [
        ("ten", planned()),
        ("night", page_of("night")),
        ("two-hundred", made(200)),
        ("ten-thousand", made(10_000)),
        ("hostile", hostile()),
    ];
    let files = pages.map(|(name, page)| {
        let path = folder.join(format!("{name}.html"));
        fs::write(&path, page).expect("it can be written");
        path
    });
    let said = Command::new("node")
        .arg(root().join("tests/page/drive.mjs"))
        .arg(browser)
        .arg(&folder)
        .args(files)
        .output()
        .expect("node runs");
    let text = String::from_utf8_lossy(&said.stdout);
    let errors = String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success(), "{text}{errors}");
}

/// The path of a program, which the driver wants.
fn which(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path).map(|folder| folder.join(program));
    folders.find(|path| path.exists()).expect("it has run")
}

/// From the start to the end without a hole.
#[test]
fn what_holds_the_end_is_told() {
    let page = planned();
    let table = page.split("id=\"held\"").nth(1).expect("it is told");
    let table = table.split("</table>").next().expect("it ends");
    let rows = table.split("<tr>").skip(2);
    let times: Vec<(&str, &str)> = rows
        .map(|row| {
            let mut cells = row.split("<td>").skip(1).map(|cell| cell.split('<').next());
            let mut cell = || cells.next().flatten().expect("a time");
            (cell(), cell())
        })
        .collect();
    assert!(times.len() > 1, "{table}");
    assert_eq!(times[0].0, "+00:00");
    for pair in times.windows(2) {
        assert_eq!(pair[0].1, pair[1].0, "{times:?}");
    }
    assert!(table.contains("begins with the plan"), "{table}");
}

const NIGHT: &str = "\
switch core
switch internet { link 10Gbps to core }
rack r[1..2] link 2Gbps to core { server s[1..2] { memory 64GiB link 1Gbps } }
vm shop { memory 8GiB idle on r1.s1 }
vm db[1..2] { memory 16GiB idle copy post on r1.s[1..2] }
vm batch { memory 8GiB idle copy cold on r1.s2 }
traffic shop to internet 150Mbps

plan night {
  start 22:00 UTC
  migrate shop, batch to r2.s1
  migrate db[1..2] to any of r2.s[1..2]
  prefer keep batch off r2.s1 weight 5
  prefer keep db[1..2] on r2
  pause \"look at the graphs\" takes 5min
  run \"true\" on r1.s1 takes 1min
}

plan home reverse night { start 23:00 UTC }
";

/// The page of a plan of that text.
fn page_of(name: &str) -> String {
    let checked = mvm::compile::check("test.mvm", &support::Text(NIGHT));
    assert!(!checked.has_errors(), "{:#?}", checked.diagnostics);
    let requests = &checked.analysis.requests;
    let index = requests.iter().position(|request| request.name == name);
    let index = index.expect("it is there");
    let options = Options {
        effort: Effort::Fast,
        ..Options::default()
    };
    let plan = checked
        .plan(index, &options, &mut Quiet)
        .expect("it has a plan");
    let seen = checked.seen_by(index, plan.since.as_ref());
    let seen = seen.as_ref().unwrap_or(&checked);
    Kind::Html.emit(&seen.analysis.datacenter, &plan)
}

/// A wish that is not kept is not among the rules that hold, and what guests send is on their links.
#[test]
fn whoever_approves_it_reads_what_was_chosen_and_what_is_at_risk() {
    let page = page_of("night");
    for said in [
        "not kept, at a cost of 5",
        "2 migrations by post-copy: a VM is lost",
        "1 migration cold: the VM stands still",
        "1 pause until somebody answers",
        "1 command whose length is what the file says",
        "look at the graphs",
        "2 to a server that the plan chose",
        "<small>of 2</small>",
    ] {
        assert!(page.contains(said), "`{said}` is not on the page");
    }
    let rules = page.split("id=\"rules\"").nth(1).expect("rules");
    let rules = rules.split("</table>").next().expect("they end");
    assert_eq!(
        rules.matches("prefer keep batch off r2.s1").count(),
        1,
        "{rules}"
    );
    let data = page.split("id=\"data\">").nth(1).expect("data");
    let data = data.split("</script>").next().expect("they end");
    let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
    let levels = data["levels"].as_array().expect("levels");
    let of = |name: &str| levels.iter().find(|level| level["name"] == name);
    let out = of("link core -> internet").expect("guests use it");
    assert_eq!(out["guests"][1], 150_000_000);
    assert_eq!(out["steps"], out["guests"]);
    let uplink = of("link r1 -> core").expect("both use it");
    assert!(
        uplink["steps"][1].as_u64() > uplink["guests"][1].as_u64(),
        "{uplink}"
    );
}

#[test]
fn a_way_back_says_from_where_it_starts() {
    assert!(page_of("home").contains("It starts from where `night` ends."));
}

#[test]
fn the_types_of_the_script_hold() {
    let Some(compiler) = tool("typescript/bin/tsc") else {
        return;
    };
    let said = Command::new("node")
        .arg(compiler)
        .arg("-p")
        .arg(root().join("src/emit/html/script"))
        .output()
        .expect("node runs");
    let text = String::from_utf8_lossy(&said.stdout);
    assert!(said.status.success(), "{text}");
}

/// The page is put together of the files that the checker reads, in its order.
#[test]
fn the_page_has_every_script_in_the_order_of_the_checker() {
    let folder = root().join("src/emit/html/script");
    let config = fs::read_to_string(folder.join("tsconfig.json")).expect("it is there");
    let config: serde_json::Value = serde_json::from_str(&config).expect("JSON");
    let files = config["files"].as_array().expect("a list");
    let (datacenter, plan) = fixture::evening();
    let page = Kind::Html.emit(&datacenter, &plan);
    let mut rest = page.as_str();
    for file in files {
        let file = file.as_str().expect("a name");
        let text = fs::read_to_string(folder.join(file)).expect("it is there");
        let at = rest
            .find(&text)
            .unwrap_or_else(|| panic!("{file} is not in its place"));
        rest = &rest[at + text.len()..];
    }
    let all = support::files("src/emit/html/script", ".js");
    assert_eq!(all.len(), files.len());
}
