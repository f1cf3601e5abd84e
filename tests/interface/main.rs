//! The public interface of the library is what `recorded.txt` says, or more: whoever depends on it can go on to.
//!
//! `MVM_INTERFACE=record cargo test --test interface` writes it anew, so that a change which breaks is seen in review. Once that version is
//! published, such a change needs another one first.

mod breaks;

use std::path::Path;
use std::process::Command;

use public_api::Builder;

/// The format of rustdoc's output that the crate `public-api` reads; another version of Rust writes another one.
const FORMAT: u64 = 57;

/// The interface, an item a line; None, with a word, where this Rust's format is not known.
fn interface() -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Beside what Cargo built for this test, so that dependencies are there already.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("it is inside the target folder");
    let output = Command::new(env!("CARGO"))
        .args([
            "rustdoc",
            "--lib",
            "--offline",
            "--locked",
            "--quiet",
            "--target-dir",
        ])
        .arg(target)
        .args([
            "--",
            "-Z",
            "unstable-options",
            "--output-format",
            "json",
            "--cap-lints",
            "allow",
        ])
        .env("RUSTDOC", root.join("tests/interface/rustdoc"))
        .env_remove("RUSTDOCFLAGS")
        .current_dir(root)
        .output()
        .expect("cargo can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let json = target.join("doc/mvm.json");
    let text = std::fs::read_to_string(&json).expect("rustdoc wrote it");
    let text: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    if text["format_version"] != FORMAT {
        let is = &text["format_version"];
        eprintln!("skipped: rustdoc writes format {is}, `public-api` reads {FORMAT}");
        return None;
    }
    let interface = Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build();
    let items = interface.expect("the format is known").to_string();
    Some(without_methods_of_traits(&items))
}

/// The items but for what a line of the kind `impl Trait for Type` says already: what stands behind it until something else begins. Nobody
/// can name `StructuralPartialEq`.
fn without_methods_of_traits(items: &str) -> String {
    let mut is_of_trait = false;
    let mut kept = String::new();
    for item in items.lines() {
        let is_part = ["pub fn ", "pub type ", "pub const "]
            .iter()
            .any(|kind| item.starts_with(kind));
        is_of_trait =
            (is_of_trait && is_part) || item.contains(" for ") && item.starts_with("impl");
        let is_said = is_of_trait && is_part || item.contains("::StructuralPartialEq ");
        if !is_said {
            kept += item;
            kept += "\n";
        }
    }
    kept
}

#[test]
#[cfg(unix)]
fn what_was_promised_is_still_there() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interface/recorded.txt");
    let Some(now) = interface() else { return };
    let version = env!("CARGO_PKG_VERSION");
    if std::env::var_os("MVM_INTERFACE").is_some() {
        let text = format!("mvm {version}\n{now}");
        std::fs::write(&path, text).expect("it can be written");
        return;
    }
    let recorded = std::fs::read_to_string(&path).expect("it can be read");
    let (head, recorded) = recorded.split_once('\n').expect("a version and items");
    let before = head.strip_prefix("mvm ").expect("it names the version");
    let found = breaks::between(recorded, &now);
    assert!(
        found.is_empty() || !breaks::are_compatible(before, version),
        "{} breaks what depends on {before}:\n  {}\n\
         `MVM_INTERFACE=record cargo test --test interface` records it as it is now",
        version,
        found.join("\n  ")
    );
}
