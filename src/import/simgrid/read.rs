//! The XML of a platform, versions 3 to 4.1, checked.
//!
//! Source: `simgrid.dtd` of SimGrid 3.36 and the page "The XML reference" of its manual; version 3 by the DTD of SimGrid 3.10.

mod cluster;
mod host;
mod network;

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document, Node, ParsingOptions};

use super::platform::{Host, Link, Platform, Point, PointKind, Policy, Route, Routing, Star, Zone};
use crate::diag::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// Elements and texts of one file.
const MAX_NODES: u32 = 2_000_000;

/// Hosts of one platform.
const MAX_HOSTS: usize = 100_000;

/// Zones within zones.
const MAX_DEPTH: usize = 64;

/// Findings that are told.
const MAX_TOLD: usize = 20;

/// Reads a platform.
pub fn read(file: FileId, text: &str) -> Result<Platform, Vec<Diagnostic>> {
    if let Some(at) = text.find("<!ENTITY") {
        let span = Span::new(file, at..at + "<!ENTITY".len());
        let error = Diagnostic::new(
            Code::ImportNotXml,
            span,
            "the file declares entities",
            "they are not expanded",
        );
        return Err(vec![
            error.with_help("write out their texts where they are used"),
        ]);
    }
    let options = ParsingOptions {
        allow_dtd: true,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    let document =
        Document::parse_with_options(text, options).map_err(|e| vec![not_xml(file, text, &e)])?;
    let mut reader = Reader {
        file,
        platform: Platform::default(),
        diagnostics: Vec::new(),
        points: BTreeMap::new(),
        links: BTreeMap::new(),
        pending: Vec::new(),
        host_links: Vec::new(),
        loads: BTreeSet::new(),
        draws_off: BTreeSet::new(),
        hosts: 0,
    };
    reader.platform(document.root_element());
    reader.finish()
}

fn not_xml(file: FileId, text: &str, error: &roxmltree::Error) -> Diagnostic {
    let at = error.pos();
    let lines = text
        .split_inclusive('\n')
        .take(at.row.saturating_sub(1) as usize);
    let line: usize = lines.map(str::len).sum();
    let column = text[line..].chars().take(at.col.saturating_sub(1) as usize);
    let start = line + column.map(char::len_utf8).sum::<usize>();
    let span = Span::new(file, start..(start + 1).min(text.len()));
    if matches!(error, roxmltree::Error::NodesLimitReached) {
        let message = format!("the file has more than {MAX_NODES} elements and texts");
        return Diagnostic::new(
            Code::ImportTooLarge,
            Span::new(file, 0..1),
            message,
            "too many",
        );
    }
    let what = error.to_string();
    let what = what.split(" at ").next().unwrap_or("not XML").to_owned();
    Diagnostic::new(
        Code::ImportNotXml,
        span,
        format!("the file is not XML: {what}"),
        "here",
    )
}

/// What has been read.
struct Reader<'x> {
    file: FileId,
    platform: Platform,
    diagnostics: Vec<Diagnostic>,
    points: BTreeMap<String, usize>,
    links: BTreeMap<String, usize>,
    /// Routes, which may name what stands behind them: the zone and the element.
    pending: Vec<(usize, Node<'x, 'x>)>,
    host_links: Vec<Node<'x, 'x>>,
    /// mW of hosts, idle and under full load.
    loads: BTreeSet<(u64, u64)>,
    draws_off: BTreeSet<u64>,
    hosts: usize,
}

impl<'x> Reader<'x> {
    fn platform(&mut self, root: Node<'x, 'x>) {
        if root.tag_name().name() != "platform" {
            return self.unknown(
                root,
                "a root element other than `platform`",
                "this is no SimGrid platform",
            );
        }
        let version = root.attribute("version").unwrap_or("none");
        if !["3", "4", "4.0", "4.1"].contains(&version) {
            return self.unknown(
                root,
                &format!("platform version {version}"),
                "versions 3 to 4.1 are read; `simgrid_update_xml` brings older files up to date",
            );
        }
        version.clone_into(&mut self.platform.version);
        for node in elements(root) {
            match node.tag_name().name() {
                "zone" | "AS" | "cluster" | "peer" | "cabinet"
                    if !self.platform.zones.is_empty() =>
                {
                    self.contradicts(
                        node,
                        "the platform has two outermost zones",
                        "the second one",
                    );
                }
                "zone" | "AS" => self.zone(node, None, 0),
                "cluster" => self.cluster(node, None),
                "include" => self.unknown(
                    node,
                    "an included file",
                    "import the whole platform in one file",
                ),
                "config" | "random" | "prop" | "trace" | "trace_connect" => {
                    self.leave_out("configuration and traces")
                }
                "storage" | "storage_type" | "mstorage" | "mount" => self.leave_out("disks"),
                _ => self.unexpected(node),
            }
        }
        if self.platform.zones.is_empty() && self.diagnostics.is_empty() {
            self.shape(root, "a platform with a zone in it");
        }
    }

    fn zone(&mut self, node: Node<'x, 'x>, parent: Option<usize>, depth: usize) {
        if depth > MAX_DEPTH {
            return self.unknown(
                node,
                "zones that nest so deep",
                &format!("at most {MAX_DEPTH} are read"),
            );
        }
        let Some(name) = self.need(node, "id") else {
            return;
        };
        let routing = match node.attribute("routing").unwrap_or("None") {
            "Full" => Routing::Full,
            "Floyd" => Routing::Floyd,
            "Dijkstra" | "DijkstraCache" => Routing::Dijkstra,
            "Cluster" | "Vivaldi" => Routing::Star(Star {
                center: self.hub(name),
                uniform: false,
            }),
            "None" | "Empty" => Routing::None,
            other => {
                self.unknown(
                    node,
                    &format!("`{other}` routing"),
                    "`Full`, `Floyd`, `Dijkstra`, `Cluster`, `Vivaldi` and `None` are read",
                );
                Routing::None
            }
        };
        let Some(zone) = self.open(node, name, parent, routing) else {
            return;
        };
        for child in elements(node) {
            match child.tag_name().name() {
                "zone" | "AS" => self.zone(child, Some(zone), depth + 1),
                "cluster" => self.cluster(child, Some(zone)),
                "cabinet" => self.cabinet(child, zone),
                "peer" => self.peer(child, zone),
                "backbone" => self.backbone(child, zone),
                "host_link" => self.host_links.push(child),
                "host" => self.host(child, zone),
                "router" => self.router(child, zone),
                "link" => self.link(child),
                "route" | "zoneRoute" | "ASroute" | "bypassRoute" | "bypassZoneRoute"
                | "bypassASroute" => {
                    self.pending.push((zone, child));
                }
                "prop" => self.leave_out("properties of zones"),
                "trace" | "trace_connect" => self.leave_out("configuration and traces"),
                "storage" | "storage_type" | "mstorage" | "mount" => self.leave_out("disks"),
                _ => self.unexpected(child),
            }
        }
    }

    /// Begins a zone.
    fn open(
        &mut self,
        node: Node<'_, '_>,
        name: &str,
        parent: Option<usize>,
        routing: Routing,
    ) -> Option<usize> {
        let zone = self.platform.zones.len();
        let point = self.point(node, name, PointKind::Zone(zone), parent.unwrap_or(zone))?;
        self.platform.zones.push(Zone {
            parent,
            routing,
            point,
            members: Vec::new(),
        });
        if let Some(parent) = parent {
            self.platform.zones[parent].members.push(point);
        }
        Some(zone)
    }

    /// Adds a point; what is no zone becomes a member of its zone.
    fn point(
        &mut self,
        node: Node<'_, '_>,
        name: &str,
        kind: PointKind,
        zone: usize,
    ) -> Option<usize> {
        let span = self.span(node);
        let id = self.platform.points.len();
        if matches!(kind, PointKind::Host(_)) {
            self.hosts += 1;
            if self.hosts > MAX_HOSTS {
                if self.hosts == MAX_HOSTS + 1 {
                    self.too_many_hosts(node);
                }
                return None;
            }
        }
        if self.points.insert(name.to_owned(), id).is_some() {
            self.contradicts(
                node,
                &format!("`{name}` is declared twice"),
                "the second time",
            );
            return None;
        }
        if !matches!(kind, PointKind::Zone(_)) {
            self.platform.zones[zone].members.push(id);
        }
        self.platform.points.push(Point {
            name: name.to_owned(),
            kind,
            zone,
            up: Vec::new(),
            down: Vec::new(),
            span,
        });
        Some(id)
    }

    /// A centre that never blocks.
    fn hub(&mut self, name: &str) -> usize {
        self.add_link(name, u64::MAX, Policy::Hub)
    }

    fn add_link(&mut self, name: &str, rate: u64, policy: Policy) -> usize {
        self.platform.links.push(Link {
            name: name.to_owned(),
            rate,
            policy,
        });
        self.platform.links.len() - 1
    }

    fn finish(mut self) -> Result<Platform, Vec<Diagnostic>> {
        self.resolve();
        let watts = |milliwatts: u64| format!("{} W", milliwatts as f64 / 1_000.0);
        if !self.loads.is_empty() {
            let loads: Vec<String> = self
                .loads
                .iter()
                .map(|&(idle, full)| format!("{} where it is {} idle", watts(full), watts(idle)))
                .collect();
            self.platform.remarks.push(format!(
                "`power` is the draw of an idle host. Under full load it is {}: what one VM adds (`hosting`) the file does not say.",
                loads.join(", ")
            ));
        }
        if !self.draws_off.is_empty() {
            let off: Vec<String> = self.draws_off.iter().map(|&w| watts(w)).collect();
            self.platform.remarks.push(format!(
                "A host that is off draws {} there, and nothing here.",
                off.join(" or ")
            ));
        }
        if self.diagnostics.is_empty() {
            Ok(self.platform)
        } else {
            self.diagnostics
                .sort_by_key(|d| d.primary.as_ref().map(|l| l.span));
            self.diagnostics.truncate(MAX_TOLD);
            Err(self.diagnostics)
        }
    }

    fn need(&mut self, node: Node<'x, 'x>, attribute: &str) -> Option<&'x str> {
        let value = node.attribute(attribute).filter(|value| !value.is_empty());
        if value.is_none() {
            self.shape(
                node,
                &format!("a `{}` with `{attribute}`", node.tag_name().name()),
            );
        }
        value
    }

    fn leave_out(&mut self, what: &'static str) {
        if !self.platform.left_out.contains(&what) {
            self.platform.left_out.push(what);
        }
    }

    /// The start of an element's tag.
    fn span(&self, node: Node<'_, '_>) -> Span {
        let start = node.range().start;
        Span::new(self.file, start..start + 1 + node.tag_name().name().len())
    }

    /// The value of an attribute, or the start of the tag.
    fn span_of(&self, node: Node<'_, '_>, attribute: &str) -> Span {
        match node.attribute_node(attribute) {
            Some(found) => Span::new(self.file, found.range_value()),
            None => self.span(node),
        }
    }

    fn shape(&mut self, node: Node<'_, '_>, expected: &str) {
        let message = format!("this is not {expected}");
        self.push(Diagnostic::new(
            Code::ImportShape,
            self.span(node),
            message,
            "here",
        ));
    }

    fn wrong_value(&mut self, node: Node<'_, '_>, attribute: &str, expected: &str) {
        let message = format!("`{attribute}` is not {expected}");
        let span = self.span_of(node, attribute);
        self.push(Diagnostic::new(Code::ImportShape, span, message, "here"));
    }

    fn unknown(&mut self, node: Node<'_, '_>, what: &str, known: &str) {
        self.unknown_at(self.span(node), what, known);
    }

    fn unknown_at(&mut self, span: Span, what: &str, known: &str) {
        let message = format!("mvm does not know {what}");
        self.push(Diagnostic::new(Code::ImportUnknown, span, message, "here").with_help(known));
    }

    fn unexpected(&mut self, node: Node<'_, '_>) {
        let name = node.tag_name().name();
        self.unknown(
            node,
            &format!("`{name}` at this place"),
            "the page on imports lists the elements that are read",
        );
    }

    fn contradicts(&mut self, node: Node<'_, '_>, message: &str, label: &str) {
        self.push(Diagnostic::new(
            Code::ImportContradiction,
            self.span(node),
            message,
            label,
        ));
    }

    fn too_many_hosts(&mut self, node: Node<'_, '_>) {
        let message = format!("the platform has more than {MAX_HOSTS} hosts");
        self.push(Diagnostic::new(
            Code::ImportTooLarge,
            self.span(node),
            message,
            "one too many here",
        ));
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// The elements directly inside.
fn elements<'x>(node: Node<'x, 'x>) -> impl Iterator<Item = Node<'x, 'x>> {
    node.children().filter(Node::is_element)
}
