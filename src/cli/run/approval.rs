//! What somebody at the terminal is asked before the plan goes on: one question after the other.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use super::hands::Happening;

/// Who asks.
pub struct Approval {
    questions: Sender<(String, [PathBuf; 2])>,
}

impl Approval {
    /// Each answer is told to `outbox`, too.
    pub fn new(outbox: Sender<Happening>) -> Self {
        let (questions, asked) = channel::<(String, [PathBuf; 2])>();
        thread::spawn(move || {
            for (what, [go, no]) in asked {
                let answer = match ask(&format!("{what}\ngo on?")) {
                    Some(true) => go,
                    Some(false) => no,
                    // Nobody is there any more: the files are left, and stay what they are.
                    None => return,
                };
                let _ = File::create(answer);
                let _ = outbox.send(Happening::Answered);
            }
        });
        Approval { questions }
    }

    /// Asks, and makes the file of the answer: yes, or no.
    pub fn ask(&self, what: String, answers: [PathBuf; 2]) {
        let _ = self.questions.send((what, answers));
    }
}

/// Whether the answer is yes; None where there will be none.
pub fn ask(what: &str) -> Option<bool> {
    let mut question = format!("\n{what} (yes or no) ");
    loop {
        let _ = write!(std::io::stderr(), "{question}");
        let mut line = String::new();
        if std::io::stdin().read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim() {
            "yes" => return Some(true),
            "no" => return Some(false),
            _ => question = String::from("yes or no? "),
        }
    }
}
