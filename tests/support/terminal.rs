//! A shell in a terminal, typed into and looked at.

#![allow(dead_code)] // Each program uses its part.

use std::io::{Read, Write};
use std::num::NonZero;
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};

/// A watchdog only, far above what anything takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// Lines and columns.
pub const SIZE: (u16, u16) = (22, 100);

/// A terminal with what runs in it.
pub struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
}

impl Terminal {
    /// Starts a program in a terminal.
    pub fn new(make: impl FnOnce(Command) -> Command) -> Terminal {
        let (pty, inside) = open().expect("there are terminals");
        pty.resize(Size::new(SIZE.0, SIZE.1))
            .expect("it has a size");
        let command = make(Command::new("bash").env("TERM", "xterm-256color"));
        let child = command.spawn(inside).expect("bash is there");
        let pty = Arc::new(pty);
        let (sender, output) = channel();
        let reader = Arc::clone(&pty);
        thread::spawn(move || {
            let mut bytes = [0; 65536];
            // At its end a terminal says that it is broken.
            while let Ok(length @ 1..) = (&*reader).read(&mut bytes) {
                if sender.send(bytes[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        let [lines, columns] = [SIZE.0, SIZE.1].map(|n| NonZero::new(n).expect("it is not zero"));
        let parser = vt100::Parser::new(lines, columns, 0);
        Terminal {
            pty,
            child,
            output,
            parser,
        }
    }

    /// Types.
    pub fn types(&mut self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).expect("it listens");
    }

    /// Waits until what is on the screen is so, and all of it is drawn: editors hide the cursor meanwhile.
    pub fn until(&mut self, what: &str, is_so: impl Fn(&str) -> bool) -> &vt100::Screen {
        while self.parser.screen().hide_cursor() || !is_so(&self.parser.screen().contents()) {
            match self.output.recv_timeout(PATIENCE) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(why) => panic!("{what}: {why}\n{}", self.parser.screen().contents()),
            }
        }
        self.parser.screen()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Where a test has failed; otherwise it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
