//! The formats through the program: what it prints, and what it says.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

use crate::support::root;
use crate::{clouds, tables};

fn mvm(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("mvm").expect("the program is built");
    command.current_dir(folder).args(args).env("NO_COLOR", "1");
    command
}

/// Both outputs of a call, and its status where that is not 0.
fn said(mut command: Command) -> String {
    let output = command.output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let status = match output.status.code() {
        Some(0) => String::new(),
        code => format!("--- status {code:?}\n"),
    };
    format!(
        "{}--- said\n{}{status}",
        text(&output.stdout),
        text(&output.stderr)
    )
}

#[test]
fn hosts_of_libvirt_are_imported_from_what_was_saved() {
    let folder = root().join("tests/import");
    insta::assert_snapshot!(said(mvm(
        &folder,
        &["import", "libvirt", "libvirt", "--links", "10Gbps"]
    )));
    // A host alone, and with others.
    let alone = said(mvm(&folder, &["import", "libvirt", "libvirt/kvm2"]));
    assert!(alone.contains("server kvm2") && !alone.contains("kvm1"));
    let twice = said(mvm(
        &folder,
        &["import", "libvirt", "libvirt/kvm2", "libvirt"],
    ));
    assert!(
        twice.contains("`kvm2`: the host is left out: another one is called so"),
        "{twice}"
    );
    let none = said(mvm(&folder, &["import", "libvirt", "simgrid"]));
    assert!(none.contains("`simgrid` has no file `nodeinfo`"), "{none}");
    assert!(none.contains("status Some(1)"), "{none}");
}

#[test]
fn libvirt_is_asked_only_where_it_is_imported() {
    let said = said(mvm(
        root(),
        &["import", "csv", "--connect", "test:///default"],
    ));
    assert!(said.contains("`--connect` asks hosts of libvirt") && said.contains("status Some(2)"));
}

/// Each format from a file and, the same, from standard input.
#[test]
fn every_format_is_read_from_a_file_and_from_standard_input() {
    let folder = tempfile::tempdir().expect("there is room");
    for (kind, file, text) in [
        ("csv", "site.csv", tables::TABLE),
        ("json", "site.json", tables::LIST),
        ("proxmox", "site.json", clouds::PROXMOX),
        ("kubevirt", "site.json", clouds::KUBEVIRT),
    ] {
        fs::write(folder.path().join(file), text).expect("there is room");
        let from_file = said(mvm(folder.path(), &["import", kind, file]));
        let mut piped = mvm(folder.path(), &["import", kind, "-"]);
        piped.write_stdin(text);
        let names = |text: String| text.replace("imported", "site");
        assert_eq!(names(said(piped)), names(from_file.clone()), "{kind}");
        insta::assert_snapshot!(format!("program.{kind}"), from_file);
    }
}

#[test]
fn a_cloud_is_read_from_several_files_one_of_them_standard_input() {
    let folder = tempfile::tempdir().expect("there is room");
    for (file, text) in [
        ("servers.json", clouds::SERVERS),
        ("flavors.json", clouds::FLAVORS),
        ("groups.json", clouds::GROUPS),
    ] {
        fs::write(folder.path().join(file), text).expect("there is room");
    }
    let args = [
        "import",
        "openstack",
        "servers.json",
        "-",
        "flavors.json",
        "groups.json",
        "--links",
        "25Gbps",
        "-o",
        "site.mvm",
    ];
    let mut command = mvm(folder.path(), &args);
    command.write_stdin(clouds::HYPERVISORS);
    let said = said(command);
    let written = fs::read_to_string(folder.path().join("site.mvm")).expect("it is written");
    insta::assert_snapshot!(format!("{written}{said}"));
    mvm(folder.path(), &["check", "site.mvm"])
        .assert()
        .success();
}

const SITE: &str = "\
name,kind,on,memory (GiB),link,to,state,label rack
tor,switch,,,,,,
s1,,,64,10Gbps,tor,,a
s2,,,64,10Gbps,tor,off,b
web,,s1,4,,,,
old,,s1,2,,,,
";

/// What was added by hand is there after a second import, and the change is said; what would be lost is refused.
#[test]
fn importing_again_keeps_what_was_added() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("inventory.mvm");
    let import = |text: &str| {
        fs::write(folder.path().join("site.csv"), text).expect("there is room");
        said(mvm(
            folder.path(),
            &["import", "csv", "site.csv", "-o", "inventory.mvm"],
        ))
    };
    let read = || fs::read_to_string(&path).expect("it is written");
    assert_eq!(import(SITE), "--- said\n");
    assert_eq!(import(SITE), "--- said\n`inventory.mvm` is as it was\n");
    let theirs = "\n// By hand.\nset precious = web\n";
    fs::write(&path, read() + theirs).expect("there is room");

    let changed = SITE
        .replace("web,,s1,4", "web,,s2,8")
        .replace("off,b", ",b")
        .replace("old,,s1,2", "new,,s1,2");
    let told = import(&changed);
    assert!(read().ends_with(theirs), "{}", read());
    insta::assert_snapshot!(format!("{}{told}", read()));

    // What is kept uses a VM that is gone.
    let before = read();
    let told = import(&changed.replace("web,", "webs,"));
    assert!(
        told.contains("what is kept") && told.contains("status Some(1)"),
        "{told}"
    );
    assert_eq!(read(), before);

    // A change by hand in what is mvm's.
    let mended = before.replacen("8GiB", "9GiB", 1);
    assert_ne!(mended, before);
    fs::write(&path, &mended).expect("there is room");
    let told = import(SITE);
    assert!(
        told.contains("changed by hand") && told.contains("status Some(1)"),
        "{told}"
    );
    assert_eq!(read(), mended);
}

/// A plan begins from what is so.
#[test]
fn a_plan_is_refused_where_the_live_state_differs() {
    let folder = tempfile::tempdir().expect("there is room");
    let night = "switch tor\nserver s[1..3] memory 16GiB link 10Gbps to tor\nvm web, db { memory 4GiB hot 5MiB in 3s cold 0MiB/s on s1 }\n\
        plan night {\n  migrate web to s2\n}\n";
    fs::write(folder.path().join("night.mvm"), night).expect("there is room");
    let plan = |state: &str| {
        fs::write(folder.path().join("state.json"), state).expect("there is room");
        said(mvm(
            folder.path(),
            &[
                "plan",
                "night.mvm",
                "--state",
                "state.json",
                "--effort",
                "fast",
            ],
        ))
    };
    let same = r#"{ "servers": [{ "name": "s1" }, { "name": "s2" }],
        "vms": [{ "name": "web", "on": "s1", "memory": "4GiB" }, { "name": "db", "on": "s1", "memory": "4GiB" }] }"#;
    let planned = plan(same);
    assert!(
        planned.contains("migrate web") && planned.ends_with("--- said\n"),
        "{planned}"
    );
    // The plan remembers the state that it assumed.
    let written = said(mvm(
        folder.path(),
        &[
            "plan",
            "night.mvm",
            "--state",
            "state.json",
            "--effort",
            "fast",
            "--emit",
            "json",
            "-o",
            "night.json",
        ],
    ));
    assert!(folder.path().join("night.json").exists(), "{written}");
    let verify = || said(mvm(folder.path(), &["verify", "night.json"]));
    assert!(!verify().contains("state.json"), "{}", verify());
    fs::write(folder.path().join("state.json"), same.replace("db", "web2")).expect("there is room");
    assert!(
        verify().contains("`state.json` has changed since the plan was made"),
        "{}",
        verify()
    );
    fs::remove_file(folder.path().join("state.json")).expect("it is there");
    assert!(!verify().contains("state.json"), "{}", verify());
    let other = r#"{ "servers": [{ "name": "s1" }, { "name": "s2" }, { "name": "s3", "state": "off" }],
        "vms": [{ "name": "web", "on": "s2", "memory": "8GiB", "state": "off" }, { "name": "guest", "on": "s2", "memory": "1GiB" }] }"#;
    insta::assert_snapshot!(plan(other));
}
