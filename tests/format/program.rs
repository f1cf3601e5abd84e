//! `mvm fmt` from outside.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

const BAD: &str = "vm  a {memory 2GiB on s}";
const GOOD: &str = "vm a { memory 2GiB on s }\n";
const BROKEN: &str = "vm a {\n";

/// What the program prints, says, and how it ends, run in a folder.
fn session(folder: &Path, arguments: &[&str], input: &str) -> String {
    let output = Command::cargo_bin("mvm")
        .expect("the program is built")
        .current_dir(folder)
        .args(["fmt", "--message-format", "short"])
        .args(arguments)
        .write_stdin(input)
        .output()
        .expect("the program runs");
    format!(
        "$ mvm fmt {}\n{}--- stderr\n{}--- status {}\n",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        output.status.code().unwrap_or(-1)
    )
}

/// A folder with files of each kind.
fn tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for inside in ["sub", ".hidden"] {
        fs::create_dir(folder.path().join(inside)).expect("a folder can be made");
    }
    for (name, text) in [
        ("a.mvm", BAD),
        ("good.mvm", GOOD),
        ("sub/b.mvm", BAD),
        ("sub/broken.mvm", BROKEN),
        ("sub/notes.txt", BAD),
        (".hidden/c.mvm", BAD),
    ] {
        fs::write(folder.path().join(name), text).expect("a file can be written");
    }
    folder
}

#[test]
fn whole_trees_are_formatted_and_what_is_broken_is_left_alone() {
    let folder = tree();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("it is there");
    let mut text = session(folder.path(), &["--check", "."], "");
    text += &session(folder.path(), &["--diff", "a.mvm", "good.mvm"], "");
    text += &session(folder.path(), &["--check", "--diff", "a.mvm"], "");
    assert_eq!(read("a.mvm"), BAD, "it was only looked at");
    text += &session(folder.path(), &["."], "");
    for (name, is) in [
        ("a.mvm", GOOD),
        ("sub/b.mvm", GOOD),
        ("sub/broken.mvm", BROKEN),
        ("sub/notes.txt", BAD),
        (".hidden/c.mvm", BAD),
    ] {
        assert_eq!(read(name), is, "{name}");
    }
    text += &session(folder.path(), &["a.mvm", "nowhere.mvm"], "");
    insta::assert_snapshot!(text);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = tree();
    let mut text = session(folder.path(), &["-"], BAD);
    text += &session(folder.path(), &["-"], GOOD);
    text += &session(folder.path(), &["-"], BROKEN);
    text += &session(folder.path(), &["--check", "-"], BAD);
    text += &session(folder.path(), &["--check", "-"], GOOD);
    text += &session(folder.path(), &["--diff", "-"], BAD);
    insta::assert_snapshot!(text);
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_permissions_and_a_link_its_target() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tree();
    let (file, link) = (folder.path().join("a.mvm"), folder.path().join("link.mvm"));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("it is ours");
    symlink(&file, &link).expect("a link can be made");
    session(folder.path(), &["link.mvm"], "");
    assert!(
        fs::symlink_metadata(&link)
            .expect("it is there")
            .is_symlink()
    );
    assert_eq!(fs::read_to_string(&file).expect("it is there"), GOOD);
    let mode = fs::metadata(&file)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
