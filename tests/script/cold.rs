//! VMs that are stopped, taken to another server and started there.

use super::cases::{SOME, assert_says, night, planned};
use super::*;

/// Where a guest is, and whether it runs there.
fn place(stage: &Stage, vm: &str) -> (String, bool) {
    let runs = stage.path(&format!("fake/vm-{}", hash(vm)));
    let off = stage.path(&format!("fake/off-{}", hash(vm)));
    let is_running = runs.exists();
    assert_ne!(is_running, off.exists(), "{vm} is in one place");
    let text = fs::read_to_string(if is_running { runs } else { off }).unwrap();
    let uri = text.lines().next().unwrap();
    let server = uri.trim_start_matches("qemu+ssh://");
    (server.trim_end_matches("/system").to_owned(), is_running)
}

/// What was asked of the hypervisors and hosts to change something, in order: the verb alone.
fn verbs(stage: &Stage) -> Vec<String> {
    let changing = ["shutdown", "migrate", "start", "rsync"];
    let calls = stage.calls().into_iter();
    let verbs = calls.filter_map(|call| {
        let verb = call
            .words
            .iter()
            .find(|word| changing.contains(&word.as_str()));
        verb.cloned()
    });
    verbs.collect()
}

#[test]
fn it_is_stopped_taken_along_with_its_disk_and_started() {
    let stage = night(planned("cold"), SOME);
    let output = stage.play(&[]);
    assert_status(&output, 0);
    for vm in ["a", "b c"] {
        assert_eq!(place(&stage, vm), ("s2".to_owned(), true));
    }
    let calls = stage.calls();
    let copied = calls.iter().find(|c| c.words.contains(&"rsync".to_owned()));
    let words = copied.unwrap().words.join("|");
    assert!(words.starts_with("ssh|-o|BatchMode=yes|--|root@s1|rsync|-s|--sparse|--bwlimit="));
    let image = "'/var/lib/libvirt/images/b c.qcow2'";
    assert!(
        words.ends_with(&format!("|--|{image}|root@s2:{image}")),
        "{words}"
    );
    let mut all = verbs(&stage);
    all.sort();
    let one = ["migrate", "rsync", "shutdown", "start"];
    let twice = [
        "migrate", "migrate", "rsync", "shutdown", "shutdown", "start", "start",
    ];
    assert_eq!(all, twice, "{one:?} of one and all but one of the other");
    assert_status(&stage.play(&[]), 6);
}

#[test]
fn who_cannot_be_taken_along_is_started_again_where_it_was() {
    let stage = night(planned("cold"), SOME);
    stage.tell("fail", "a");
    let output = stage.play(&[]);
    assert_status(&output, 1);
    assert_says(
        &output,
        &[
            "a is started again on s1",
            "1 done, 1 failed, 0 skipped, 0 left",
        ],
    );
    assert_eq!(place(&stage, "a"), ("s1".to_owned(), true));
    // Once that is mended, the next start does it.
    fs::remove_file(stage.path("fake/fail")).unwrap();
    assert_status(&stage.play(&[]), 0);
    assert_eq!(place(&stage, "a"), ("s2".to_owned(), true));
}

#[test]
fn a_second_start_goes_on_where_the_first_was_ended() {
    let stage = night(planned("cold"), SOME);
    stage.tell("fail", "a");
    assert_status(&stage.play(&[]), 1);
    fs::remove_file(stage.path("fake/fail")).unwrap();
    // The machine of the script went down when it had been taken along and not yet started.
    fs::remove_file(stage.path(&format!("fake/vm-{}", hash("a")))).unwrap();
    stage.put("a", "qemu+ssh://s2/system", false);
    let before = verbs(&stage).len();
    let output = stage.play(&[]);
    assert_status(&output, 0);
    assert_eq!(verbs(&stage)[before..], ["start"]);
    assert_eq!(place(&stage, "a"), ("s2".to_owned(), true));
}

#[test]
fn one_that_is_stopped_by_somebody_else_is_left_alone() {
    let stage = night(planned("cold"), SOME);
    fs::remove_file(stage.path(&format!("fake/vm-{}", hash("a")))).unwrap();
    stage.put("a", "qemu+ssh://s1/system", false);
    let output = stage.play(&["--no-preflight"]);
    assert_status(&output, 1);
    assert_says(&output, &["a runs neither on s1 nor on s2"]);
    assert_eq!(place(&stage, "a"), ("s1".to_owned(), false));
}

#[test]
fn a_dry_run_says_all_three_parts() {
    let stage = night(planned("cold"), SOME);
    let output = stage.play(&["--dry-run"]);
    assert_status(&output, 0);
    assert_says(
        &output,
        &[
            "virsh -c qemu+ssh://s1/system shutdown -- a && virsh -c qemu+ssh://s1/system migrate --offline --persistent \
             --undefinesource -- a qemu+ssh://s2/system && virsh -c qemu+ssh://s2/system start -- a",
            "copy_images b\\ c qemu+ssh://s1/system s1 s2",
        ],
    );
    assert!(verbs(&stage).is_empty());
}

#[test]
fn a_platform_stops_and_takes_at_one_end_and_starts_at_the_other() {
    let stage = night(planned("cold-proxmox"), SOME);
    let output = stage.play(&["--dry-run"]);
    assert_status(&output, 0);
    let text = text(&output);
    let parts = [
        "root@pve1 qm shutdown",
        "root@pve1 qm migrate",
        "root@pve2 qm start",
    ];
    let mut from = 0;
    for part in parts {
        let at = text[from..].find(part);
        from += at.unwrap_or_else(|| panic!("{part}, from {from}: {text}"));
    }
    assert!(!text.contains("--online"), "{text}");
}
