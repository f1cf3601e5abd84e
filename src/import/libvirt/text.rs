//! The forms in which `virsh` prints.

use roxmltree::{Document, Node, ParsingOptions};

/// Elements and texts of one document.
const MAX_NODES: u32 = 1_000_000;

/// What a call printed of each domain: its name, and keys with values.
pub type Block<'a> = (&'a str, Vec<(&'a str, &'a str)>);

/// The blocks that begin with `Domain: 'NAME'`; keys and values are parted by `=` or a blank.
pub fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        let head = line
            .strip_prefix("Domain: '")
            .and_then(|rest| rest.strip_suffix('\''));
        match (head, line.split_once(['=', ' ']), blocks.last_mut()) {
            (Some(name), ..) => blocks.push((name, Vec::new())),
            (None, Some((key, value)), Some((_, pairs))) => pairs.push((key, value.trim())),
            _ => {}
        }
    }
    blocks
}

/// The value of a line `Key:   value`.
pub fn field<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let value = |line: &'a str| line.strip_prefix(key)?.strip_prefix(':');
    text.lines().find_map(value).map(str::trim)
}

/// A document; entities are not expanded.
pub fn document(text: &str) -> Result<Document<'_>, String> {
    let options = ParsingOptions {
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|e| e.to_string())
}

/// The first element at the path below a node.
pub fn at<'a, 'd>(node: Node<'a, 'd>, path: &[&str]) -> Option<Node<'a, 'd>> {
    path.iter().try_fold(node, |node, name| {
        node.children().find(|child| child.has_tag_name(*name))
    })
}

/// Bytes of an element such as `<memory unit='KiB'>4096</memory>`.
pub fn bytes(node: Node<'_, '_>) -> Option<u64> {
    let count: u64 = node.text()?.trim().parse().ok()?;
    count.checked_mul(unit(node.attribute("unit").unwrap_or("KiB"))?)
}

/// Bytes of a unit, as libvirt spells them.
pub fn unit(name: &str) -> Option<u64> {
    Some(match name {
        "b" | "bytes" => 1,
        "KB" => 1_000,
        "k" | "KiB" => 1 << 10,
        "MB" => 1_000_000,
        "M" | "MiB" => 1 << 20,
        "GB" => 1_000_000_000,
        "G" | "GiB" => 1 << 30,
        "TB" => 1_000_000_000_000,
        "T" | "TiB" => 1 << 40,
        _ => return None,
    })
}
