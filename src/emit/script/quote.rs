//! The one way by which names reach the shell.

use std::fmt::Write;

use crate::emit::text::printable;

/// The text as one word of bash that means nothing but itself.
///
/// Characters that are not seen, or that a terminal obeys, are written by their bytes (`$'\x1b'`), so that the
/// script can be read without being deceived. No argument can have a NUL: it is left out.
pub fn quote(text: &str) -> String {
    let text = text.replace('\0', "");
    if printable(&text) != text {
        return ansi(&text);
    }
    shlex::try_quote(&text)
        .expect("the only error is a NUL, of which there are none")
        .into_owned()
}

/// The text in the quotes of bash that know escapes.
fn ansi(text: &str) -> String {
    let mut out = "$'".to_owned();
    for byte in text.bytes() {
        match byte {
            b'\'' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out + "'"
}

/// The name as a part of a URI: what a host name, a user, a port or an address in brackets cannot have is
/// percent-encoded, so that no name adds a path or a parameter.
pub fn uri_part(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:@[]".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The name as that of a file: letters, digits, `-`, `_` and `.` stay, unless it would be hidden or an option.
pub fn file_name(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' => c,
            _ => '_',
        })
        .take(100)
        .collect();
    match name.chars().next() {
        Some('-' | '.') | None => format!("plan{name}"),
        Some(_) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_that_mean_themselves() {
        assert_eq!(quote("prod-web.01"), "prod-web.01");
        assert_eq!(quote("a b"), "'a b'");
        assert_eq!(quote("$(touch x)"), "'$(touch x)'");
        assert_eq!(quote(""), "''");
        assert_eq!(quote("a\0b"), "ab");
        assert_eq!(quote("it's\n\u{202e}"), r"$'it\'s\x0a\xe2\x80\xae'");
    }

    #[test]
    fn a_name_adds_nothing_to_a_uri() {
        assert_eq!(uri_part("root@10.0.0.1:22"), "root@10.0.0.1:22");
        assert_eq!(
            uri_part("h/system?command=/x#ü"),
            "h%2Fsystem%3Fcommand%3D%2Fx%23%C3%BC"
        );
    }

    #[test]
    fn a_file_name_stays_in_its_folder_and_in_sight() {
        assert_eq!(file_name("../a b"), "plan.._a_b");
        assert_eq!(file_name(""), "plan");
        assert_eq!(file_name("night-1.5"), "night-1.5");
    }
}
