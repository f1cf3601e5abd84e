//! Command templates: the operator's own bash, in which placeholders stand for names.
//!
//! A template becomes a function, and names reach it as arguments: `{vm}` becomes `"$vm"`. What a variable holds
//! is never read as code, so no name can run anything, whatever stands around the placeholder. A template that
//! hands its words to a second shell (`ssh HOST "…"`) has to quote for that one: `${vm@Q}`. Any of the variables
//! `server`, `address` and `vm` may be used as such.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::quote::quote;
use crate::emit::text::printable;

/// What placeholders stand for.
const VARIABLES: [&str; 3] = ["server", "address", "vm"];

/// The templates that a script needs, each once.
#[derive(Default)]
pub struct Templates<'a>(BTreeMap<&'a str, usize>);

impl<'a> Templates<'a> {
    /// The command that runs the template: a function's name and its arguments.
    pub fn call(&mut self, template: &'a str, server: &str, address: &str, vm: &str) -> String {
        let next = self.0.len() + 1;
        let number = *self.0.entry(template).or_insert(next);
        let mut call = format!("command_{number} {} {}", quote(server), quote(address));
        if !vm.is_empty() {
            let _ = write!(call, " {}", quote(vm));
        }
        call
    }

    /// The functions.
    pub fn functions(&self) -> String {
        let mut ordered: Vec<_> = self.0.iter().map(|(text, number)| (number, text)).collect();
        ordered.sort();
        let mut out = String::new();
        for (number, text) in ordered {
            let body = substitute(text);
            let _ = writeln!(out, "\n# {}\ncommand_{number}() {{", printable(text));
            for (at, name) in VARIABLES.iter().enumerate() {
                if body.contains(&format!("${name}")) || body.contains(&format!("${{{name}")) {
                    let _ = writeln!(out, "  local {name}=${{{}-}}", at + 1);
                }
            }
            for line in body.lines() {
                let _ = writeln!(out, "  {line}");
            }
            out += "}\n";
        }
        out
    }
}

/// The template with variables in place of placeholders, each in double quotes whatever quotes it stands in.
fn substitute(template: &str) -> String {
    let mut out = String::new();
    let mut quotes = None;
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        if let Some(name) = VARIABLES.iter().find(|name| {
            rest.strip_prefix('{')
                .is_some_and(|r| r.starts_with(&format!("{name}}}")))
        }) {
            let _ = match quotes {
                None => write!(out, "\"${name}\""),
                Some('"') => write!(out, "${{{name}}}"),
                Some(_) => write!(out, "'\"${name}\"'"),
            };
            rest = &rest[name.len() + 2..];
            continue;
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
        match (c, quotes) {
            ('\\', None | Some('"')) => {
                // The next character is no quote, nor the start of a placeholder.
                if let Some(next) = rest.chars().next() {
                    out.push(next);
                    rest = &rest[next.len_utf8()..];
                }
            }
            ('"' | '\'', None) => quotes = Some(c),
            (c, Some(open)) if c == open => quotes = None,
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_quoted_whatever_they_stand_in() {
        assert_eq!(
            substitute(r#"wake {server} "at {address}" 'as {vm}' \{vm} {other}"#),
            r#"wake "$server" "at ${address}" 'as '"$vm"'' \{vm} {other}"#
        );
    }

    #[test]
    fn a_template_is_one_function_with_the_variables_that_it_uses() {
        let mut templates = Templates::default();
        assert_eq!(
            templates.call("wake {server}", "a b", "x", ""),
            "command_1 'a b' x"
        );
        assert_eq!(
            templates.call("off ${vm@Q}", "a", "x", "-v"),
            "command_2 a x -v"
        );
        assert_eq!(
            templates.call("wake {server}", "c", "y", ""),
            "command_1 c y"
        );
        assert_eq!(
            templates.functions(),
            "\n# wake {server}\ncommand_1() {\n  local server=${1-}\n  wake \"$server\"\n}\n\
             \n# off ${vm@Q}\ncommand_2() {\n  local vm=${3-}\n  off ${vm@Q}\n}\n"
        );
    }
}
