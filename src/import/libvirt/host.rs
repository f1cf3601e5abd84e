//! A host, from its `nodeinfo` and `capabilities`.

use super::Saved;
use super::text::{at, bytes, document, field, unit};
use crate::import::inventory::Server;
use crate::import::write::quantity::data;

/// The URI that scripts use where nothing else is said.
const USUAL: &str = "qemu+ssh://{address}/system";

/// Memory and pages of the NUMA cells.
#[derive(Default)]
struct Cells {
    /// Bytes of each.
    memory: Vec<u64>,
    /// Bytes of a huge page, and how many there are.
    huge: Vec<(u64, u64)>,
}

/// The server; None where nothing tells its memory.
pub fn server(saved: &Saved) -> Option<Server> {
    let cells = cells(&saved.capabilities);
    let told = field(&saved.nodeinfo, "Memory size").and_then(|size| {
        let (count, name) = size.split_once(' ')?;
        count.parse::<u64>().ok()?.checked_mul(unit(name)?)
    });
    let in_cells: u64 = cells
        .memory
        .iter()
        .fold(0, |sum, bytes| sum.saturating_add(*bytes));
    let memory = Some(in_cells).filter(|&bytes| bytes > 0).or(told)?;
    let cpu = field(&saved.nodeinfo, "CPU(s)").and_then(|count| count.parse::<u64>().ok());
    let (uri, address) = saved.uri.as_deref().map_or((None, None), reached);
    Some(Server {
        name: saved.name.clone(),
        memory: Some(memory),
        cpu: cpu.and_then(|count| count.checked_mul(1_000)),
        address: address.filter(|address| *address != saved.name),
        uri,
        remark: remark(&cells, told.filter(|&told| told != memory)),
        ..Server::default()
    })
}

fn cells(capabilities: &str) -> Cells {
    let mut found = Cells::default();
    let Ok(document) = document(capabilities) else {
        return found;
    };
    let Some(cells) = at(document.root_element(), &["host", "topology", "cells"]) else {
        return found;
    };
    for cell in cells.children().filter(|node| node.has_tag_name("cell")) {
        found.memory.extend(at(cell, &["memory"]).and_then(bytes));
        // The first kind of pages are the usual ones.
        for pages in cell
            .children()
            .filter(|node| node.has_tag_name("pages"))
            .skip(1)
        {
            let size = pages
                .attribute("size")
                .and_then(|size| size.parse::<u64>().ok());
            let size = size
                .and_then(|size| size.checked_mul(unit(pages.attribute("unit").unwrap_or("KiB"))?));
            let count = pages
                .text()
                .and_then(|text| text.trim().parse::<u64>().ok());
            let (Some(size), Some(count)) = (size, count.filter(|&count| count > 0)) else {
                continue;
            };
            match found.huge.iter_mut().find(|(known, _)| *known == size) {
                Some((_, sum)) => *sum = sum.saturating_add(count),
                None => found.huge.push((size, count)),
            }
        }
    }
    found
}

fn remark(cells: &Cells, told: Option<u64>) -> Option<String> {
    let mut parts = Vec::new();
    if cells.memory.len() > 1 {
        let sizes: Vec<String> = cells.memory.iter().map(|&bytes| data(bytes)).collect();
        parts.push(format!("NUMA cells of {}", sizes.join(", ")));
    }
    if !cells.huge.is_empty() {
        let pages: Vec<String> = cells
            .huge
            .iter()
            .map(|&(size, count)| format!("{count} of {}", data(size)))
            .collect();
        parts.push(format!("huge pages: {}", pages.join(", ")));
    }
    if let (Some(told), false) = (told, cells.memory.is_empty()) {
        parts.push(format!("`nodeinfo` says {}", data(told)));
    }
    Some(parts.join("; ")).filter(|text| !text.is_empty())
}

/// The template of a URI where it is not the usual one, and the address in it: those of `qemu+ssh://root@s1:22/system` are
/// `qemu+ssh://root@{address}:22/system` and `s1`.
fn reached(uri: &str) -> (Option<String>, Option<String>) {
    let Some((scheme, rest)) = uri.split_once("://") else {
        return (Some(uri.to_owned()), None);
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (user, host) = authority
        .rsplit_once('@')
        .map_or(("", authority), |(user, host)| (user, host));
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => {
            (host, format!(":{port}"))
        }
        _ => (host, String::new()),
    };
    if host.is_empty() {
        return (Some(uri.to_owned()), None);
    }
    let user = if user.is_empty() {
        String::new()
    } else {
        format!("{user}@")
    };
    let template = format!("{scheme}://{user}{{address}}{port}{path}");
    (
        Some(template).filter(|template| template != USUAL),
        Some(host.to_owned()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_a_template_and_an_address() {
        let told = |uri| {
            let (template, address) = reached(uri);
            (template.unwrap_or_default(), address.unwrap_or_default())
        };
        let pair = |template: &str, address: &str| (template.to_owned(), address.to_owned());
        assert_eq!(told("qemu+ssh://s1/system"), pair("", "s1"));
        assert_eq!(
            told("qemu+tcp://root@10.0.0.7:16509/system"),
            pair("qemu+tcp://root@{address}:16509/system", "10.0.0.7")
        );
        assert_eq!(told("qemu:///system"), pair("qemu:///system", ""));
        assert_eq!(
            told("qemu+tls://[2001:db8::7]/system"),
            pair("qemu+tls://{address}/system", "[2001:db8::7]")
        );
    }
}
