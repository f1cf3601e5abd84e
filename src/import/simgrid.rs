//! SimGrid platforms (XML, versions 3 to 4.1): hosts, links and routes.
//!
//! Hosts become servers. A link whose directions share its rate becomes a switch with a capacity, since all that
//! passes it counts together; one with two directions becomes a link; of one that nobody shares, each migration has
//! a lane. What has no meaning for migrations (CPU speeds, latencies) is named once, at the top of the text. The
//! routes are found as SimGrid finds them (`routing`), put together to a network (`topology`), and compared with
//! the paths that the language finds in it; where these differ, the text gives the route.

mod paths;
mod platform;
mod radicals;
mod read;
mod routing;
mod topology;

use super::Imported;
use super::inventory::{Inventory, Server};
use crate::diag::Diagnostic;
use crate::source::FileId;
use platform::{Host, PointKind};

/// Reads a platform; `file` is where messages point to.
///
/// # Errors
/// All that the file holds and mvm does not know, or that contradicts itself.
pub fn import(file: FileId, text: &str, name: &str) -> Result<Imported, Vec<Diagnostic>> {
    let platform = read::read(file, text)?;
    let topology::Network {
        switches,
        mut links,
        routes,
        lanes,
        findings,
    } = topology::network(&platform)?;
    let mut remarks = Vec::new();
    if !platform.left_out.is_empty() {
        remarks.push(format!(
            "Left out, since it means nothing to migrations: {}.",
            platform.left_out.join(", ")
        ));
    }
    if switches.iter().any(|switch| switch.capacity.is_some()) {
        remarks.push(String::from(
            "A link whose two directions share its rate is a switch with that capacity; the links to it never bind.",
        ));
    }
    if lanes {
        remarks.push(format!(
            "A link that nobody shares (FATPIPE) is a bond of {} lanes: each migration has one of its own.",
            topology::LANES
        ));
    }
    remarks.extend(platform.remarks);
    let mut servers = Vec::new();
    for (id, point) in platform.points.iter().enumerate() {
        if let PointKind::Host(Host { cores, power }) = &point.kind {
            servers.push(Server {
                name: point.name.clone(),
                cpu: cores.map(|cores| cores * 1_000),
                power: *power,
                links: links.remove(&id).unwrap_or_default(),
                ..Server::default()
            });
        }
    }
    let inventory = Inventory {
        source: format!("the SimGrid platform {name}, version {}", platform.version),
        remarks,
        switches,
        servers,
        routes,
        ..Inventory::default()
    };
    Ok(Imported {
        inventory,
        findings,
    })
}
