//! Command templates: the operator's own bash, in which placeholders stand for names.
//!
//! A template becomes a function, and names reach it in variables that the engine sets: `{vm}` becomes `"$vm"`,
//! `{to-address}` becomes `"$to_address"`. What a variable holds is never read as code, so no name can run anything,
//! whatever stands around the placeholder. A template that hands its words to a second shell (`ssh HOST "…"`) has to
//! quote for that one: `${vm@Q}`.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::quote::quote;
use crate::emit::text::printable;

/// What placeholders stand for.
const PLACEHOLDERS: [&str; 16] = [
    "server",
    "name",
    "address",
    "bmc",
    "migration",
    "vm",
    "from",
    "to",
    "to-address",
    "rate-mib",
    "rate-kib",
    "uri",
    "to-uri",
    "command",
    "disk",
    "pool",
];

/// The templates that a script needs, each once.
#[derive(Default)]
pub struct Templates<'a>(BTreeMap<&'a str, usize>);

impl<'a> Templates<'a> {
    /// The function that runs the template.
    pub fn call(&mut self, template: &'a str) -> String {
        let next = self.0.len() + 1;
        format!("command_{}", *self.0.entry(template).or_insert(next))
    }

    /// The functions, each below its text.
    pub fn functions(&self) -> String {
        let mut ordered: Vec<_> = self.0.iter().map(|(text, number)| (number, text)).collect();
        ordered.sort();
        let mut out = String::new();
        for (number, text) in ordered {
            let shown = quote(&printable(text));
            let _ = writeln!(out, "\nTEMPLATE[{number}]={shown}\ncommand_{number}() {{");
            for line in substitute(text).lines() {
                let _ = writeln!(out, "  {line}");
            }
            out += "}\n";
        }
        out
    }
}

/// The variable of a placeholder. Servers have their own names in templates, and their full ones in what the script says.
fn variable(placeholder: &str) -> String {
    match placeholder {
        "name" | "from" | "to" => format!("own_{placeholder}"),
        other => other.replace('-', "_"),
    }
}

/// The template with variables in place of placeholders, each in double quotes whatever quotes it stands in.
fn substitute(template: &str) -> String {
    let mut out = String::new();
    let mut quotes = None;
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        if let Some(name) = PLACEHOLDERS.iter().find(|name| {
            rest.strip_prefix('{')
                .is_some_and(|r| r.starts_with(&format!("{name}}}")))
        }) {
            let variable = variable(name);
            let _ = match quotes {
                None => write!(out, "\"${variable}\""),
                Some('"') => write!(out, "${{{variable}}}"),
                Some(_) => write!(out, "'\"${variable}\"'"),
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
    fn a_dry_run_knows_all_placeholders() {
        let all = format!("for name in {}; do", PLACEHOLDERS.join(" "));
        assert!(include_str!("dry.bash").contains(&all));
    }

    #[test]
    fn servers_have_their_own_names_in_templates() {
        assert_eq!(
            substitute("qm migrate {vm} {to} # {name}"),
            r#"qm migrate "$vm" "$own_to" # "$own_name""#
        );
    }

    #[test]
    fn a_template_is_one_function_below_its_text() {
        let mut templates = Templates::default();
        assert_eq!(templates.call("wake {server}"), "command_1");
        assert_eq!(templates.call("off ${vm@Q} {to-address}"), "command_2");
        assert_eq!(templates.call("wake {server}"), "command_1");
        assert_eq!(
            templates.functions(),
            "\nTEMPLATE[1]='wake {server}'\ncommand_1() {\n  wake \"$server\"\n}\n\
             \nTEMPLATE[2]='off ${vm@Q} {to-address}'\ncommand_2() {\n  off ${vm@Q} \"$to_address\"\n}\n"
        );
    }
}
