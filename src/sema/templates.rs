//! Templates: what stands in braces in addresses and commands.

use super::errors::templates as errors;
use super::world::World;
use crate::datacenter::CommandKind;
use crate::syntax::ast::{Command, Word};

/// What stands in braces in an address.
const IN_ADDRESSES: &[&str] = &["name", "index", "server", "rack"];

/// What an address is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'n> {
    /// The server's name without that of its place.
    pub own: &'n str,
    /// The last index in it, as it is written.
    pub index: Option<&'n str>,
    /// Its full name.
    pub full: &'n str,
    /// The name of the place around it, without that of the place around that.
    pub place: Option<&'n str>,
}

/// Whether an address is the same for every server.
pub(super) fn is_constant(template: &str) -> bool {
    placeholders(template).next().is_none()
}

/// The address of one server. None: an error was reported.
pub(super) fn address(world: &mut World<'_>, template: &Word, names: Names<'_>) -> Option<String> {
    let mut out = String::new();
    let mut from = 0;
    for (at, name) in placeholders(&template.text) {
        let value = match name {
            "name" => Some(names.own),
            "index" => names.index,
            "server" => Some(names.full),
            "rack" => names.place,
            _ => {
                let error = errors::unknown_placeholder(template.span, name, IN_ADDRESSES);
                world.sink.push(error);
                return None;
            }
        };
        let Some(value) = value else {
            let error = errors::nothing_for_placeholder(template.span, name, names.full);
            world.sink.push(error);
            return None;
        };
        out += &template.text[from..at];
        out += value;
        from = at + name.len() + 2;
    }
    Some(out + &template.text[from..])
}

/// Reports what stands in braces in a command and is not known there.
pub(super) fn check_command(world: &mut World<'_>, kind: CommandKind, command: &Command) {
    let known = kind.placeholders();
    let template = &command.template;
    let mut said: Vec<&str> = Vec::new();
    for (_, name) in placeholders(&template.text) {
        if !known.contains(&name) && !said.contains(&name) {
            said.push(name);
            let error = errors::unknown_placeholder(template.span, name, known);
            world.sink.push(error);
        }
    }
}

/// The names in braces, and where each brace opens: `{vm}`, but not `${vm}`, which is the shell's own, nor one
/// behind a backslash.
fn placeholders(template: &str) -> impl Iterator<Item = (usize, &str)> {
    template.match_indices('{').filter_map(|(at, _)| {
        let rest = &template[at + 1..];
        let name = &rest[..rest.find('}')?];
        let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let is_escaped = template[..at].ends_with(['$', '\\']);
        (is_name && !is_escaped).then_some((at, name))
    })
}

#[cfg(test)]
mod tests {
    use super::placeholders;

    #[test]
    fn only_names_in_braces_are_placeholders() {
        let names = |text| placeholders(text).map(|(_, name)| name).collect::<Vec<_>>();
        assert_eq!(
            names("ssh {address} off {to-address}"),
            ["address", "to-address"]
        );
        assert!(names(r"${vm@Q} ${vm} \{vm} { true; } {1..3} {}").is_empty());
    }
}
