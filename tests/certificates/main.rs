//! Whoever reads CERTIFICATES.md can check a certificate: `check.py` is written from that page and from nothing else.

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;
use std::process::Command;

use targets::SHOP;

#[test]
fn a_checker_written_from_the_page_confirms_the_bounds() {
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is not here");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("a file can be written");
    };
    let certificate = &SHOP.written.certificate;
    write("shop.certificate.json", &mvm::certify::write(certificate));
    for (name, text) in &SHOP.written.files {
        write(name, text);
    }
    assert!(
        certificate
            .objectives
            .iter()
            .any(|proof| proof.clauses.is_some())
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates/check.py");
    let values = SHOP.plan.objectives.iter().map(|o| o.value.to_string());
    let run = |folder: &Path| {
        let mut command = Command::new("python3");
        command
            .arg(&script)
            .arg(folder)
            .arg("shop")
            .args(values.clone());
        command.output().expect("python3 runs")
    };
    let output = run(folder.path());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), SHOP.plan.objectives.len());
    for (line, objective) in lines.iter().zip(&SHOP.plan.objectives) {
        assert!(
            line.contains(&format!(" {} ", objective.lower_bound)),
            "{said}"
        );
    }
    // It refuses a bound that is one too high.
    let mut raised = certificate.clone();
    raised.objectives[0].lower_bound += 1;
    write("shop.certificate.json", &mvm::certify::write(&raised));
    assert!(!run(folder.path()).status.success());
}
