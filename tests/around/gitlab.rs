//! As much of GitLab as the template speaks with: who asks, and the notes of one merge request.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

pub const TOKEN: &str = "secret";
/// Who has the token.
pub const ME: u64 = 7;
const NOTES: &str = "/api/v4/projects/3/merge_requests/7/notes";

/// What somebody wrote, the oldest first; a note's number is its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    pub author: u64,
    pub body: String,
}

pub struct Gitlab {
    /// The address of its interface.
    pub url: String,
    notes: Arc<Mutex<Vec<Note>>>,
}

impl Gitlab {
    /// Listens until the test ends.
    pub fn with(notes: Vec<Note>) -> Gitlab {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let notes = Arc::new(Mutex::new(notes));
        let shared = Arc::clone(&notes);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &mut shared.lock().expect("nobody panics with it"));
            }
        });
        Gitlab {
            url: format!("http://{address}/api/v4"),
            notes,
        }
    }

    /// What others write.
    pub fn add(&self, notes: impl Iterator<Item = Note>) {
        let mut all = self.notes.lock().expect("nobody panics with it");
        all.extend(notes);
    }

    pub fn notes(&self) -> Vec<Note> {
        self.notes.lock().expect("nobody panics with it").clone()
    }
}

/// One question, one answer.
fn serve(mut stream: TcpStream, notes: &mut Vec<Note>) {
    let mut input = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        input.read_line(&mut line).expect("a line");
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let header = |name: &str| {
        let lines = lines.iter().filter_map(|line| line.split_once(": "));
        let mut found = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.to_owned())
    };
    let length = header("content-length").and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    input.read_exact(&mut body).expect("a body");
    let (status, said) = match header("private-token") {
        Some(token) if token == TOKEN => answer(&lines[0], &String::from_utf8_lossy(&body), notes),
        _ => ("401 Unauthorized", json!({})),
    };
    let said = said.to_string();
    let length = said.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream
        .write_all((head + &said).as_bytes())
        .expect("it is read");
}

fn answer(line: &str, form: &str, notes: &mut Vec<Note>) -> (&'static str, Value) {
    let mut words = line.split(' ');
    let (method, address) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let number = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let value = pairs.find(|(key, _)| *key == name)?.1;
        value.parse::<usize>().ok()
    };
    let written = form.strip_prefix("body=").map(|text| {
        let text = text.replace('+', " ");
        let text = percent_decode_str(&text).decode_utf8();
        text.expect("UTF-8").into_owned()
    });
    let below = path.strip_prefix(NOTES);
    match (method, below, written) {
        ("GET", None, None) if path == "/api/v4/user" => ("200 OK", json!({ "id": ME })),
        ("GET", Some(""), None) => {
            let (each, page) = (
                number("per_page").unwrap_or(20),
                number("page").unwrap_or(1),
            );
            let newest = notes.iter().enumerate().rev();
            let shown = newest.skip((page - 1) * each).take(each);
            let shown = shown.map(|(id, note)| {
                json!({ "id": id, "type": null, "body": note.body, "author": { "id": note.author } })
            });
            ("200 OK", shown.collect())
        }
        ("POST", Some(""), Some(body)) => {
            notes.push(Note { author: ME, body });
            ("201 Created", json!({ "id": notes.len() - 1 }))
        }
        ("PUT", Some(id), Some(body)) => {
            let id = id.trim_start_matches('/').parse().unwrap_or(usize::MAX);
            match notes.get_mut(id) {
                Some(note) if note.author == ME => {
                    note.body = body;
                    ("200 OK", json!({ "id": id }))
                }
                Some(_) => ("403 Forbidden", json!({})),
                None => ("404 Not Found", json!({})),
            }
        }
        _ => ("400 Bad Request", json!({})),
    }
}
