//! Emacs, without a terminal.

use std::fs;

use crate::{output, program, support};

const TEXT: &str = "\
rack r1 {
  server s[1..2] {
    memory 8GiB
    link 1Gbps
  }
}
switch core
plan away {
  // Later.
  migrate \"a } b\"
    to s2
}
";

/// What was flushed left is indented by its braces; the mode compiles without a warning.
#[test]
fn the_mode_loads_indents_and_knows_how_to_check() {
    let Some(mut emacs) = program("emacs") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("a.mvm");
    let flat: String = TEXT
        .lines()
        .map(|line| format!("{}\n", line.trim_start()))
        .collect();
    fs::write(&file, &flat).expect("a file can be written");
    let mode = folder.path().join("mvm-mode.el");
    fs::copy(support::root().join("editors/emacs/mvm-mode.el"), &mode).expect("it can be copied");
    let program = "(progn
      (setq byte-compile-error-on-warn t)
      (unless (byte-compile-file \"mvm-mode.el\") (kill-emacs 1))
      (load-file \"mvm-mode.elc\")
      (find-file \"a.mvm\")
      (unless (equal compile-command \"mvm check --message-format short a.mvm\") (error compile-command))
      (goto-char (point-min))
      (re-search-forward \"migrate\")
      (comment-line 1)
      (indent-region (point-min) (point-max))
      (princ (buffer-string)))";
    let said = output(
        emacs
            .current_dir(&folder)
            .args(["--batch", "--eval", program]),
    );
    let expected = TEXT
        .replace("  migrate", "  // migrate")
        .replace("    to s2", "  to s2");
    assert_eq!(said, expected);
}

/// Emacs 29 brings eglot, which finds the server by the mode.
#[test]
fn eglot_finds_the_server() {
    let Some(mut emacs) = program("emacs") else {
        return;
    };
    let found = emacs
        .args([
            "--batch",
            "--eval",
            "(kill-emacs (if (require 'eglot nil t) 0 1))",
        ])
        .status();
    if !found.is_ok_and(|status| status.success()) {
        eprintln!("skipped: this Emacs has no eglot");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::write(folder.path().join("a.mvm"), "switch tor\nlet x = 5 GiB\n")
        .expect("it can be written");
    let program = format!(
        "(progn
          (require 'mvm-mode) (require 'eglot)
          (setq mvm-command {:?} eglot-server-programs (list (list 'mvm-mode {:?} \"lsp\")) eglot-sync-connect 60)
          (find-file \"a.mvm\") (flymake-mode 1) (call-interactively #'eglot)
          (let ((tries 0))
            (while (and (< tries 600) (not (flymake-diagnostics))) (setq tries (1+ tries)) (accept-process-output nil 0.1)))
          (princ (flymake-diagnostic-text (car (flymake-diagnostics)))))",
        env!("CARGO_BIN_EXE_mvm"),
        env!("CARGO_BIN_EXE_mvm"),
    );
    let mut emacs = std::process::Command::new("emacs");
    emacs
        .current_dir(&folder)
        .args(["--batch", "-L"])
        .arg(support::root().join("editors/emacs"))
        .args(["--eval", &program]);
    let said = output(&mut emacs);
    assert!(
        said.contains("no blank stands between a number and its unit"),
        "{said}"
    );
}
