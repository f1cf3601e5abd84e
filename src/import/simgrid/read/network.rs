//! Links, and the routes over them.

use roxmltree::Node;

use super::{Policy, Reader, Route, elements};
use crate::diag::{Code, Diagnostic};
use crate::import::simgrid::platform::{PointKind, Use};
use crate::import::units;

impl<'x> Reader<'x> {
    pub(super) fn link(&mut self, node: Node<'x, 'x>) {
        let (Some(name), Some(policy)) = (self.need(node, "id"), self.policy(node, "SHARED"))
        else {
            return;
        };
        let Some(rate) = self.rate(node, "bandwidth") else {
            return;
        };
        self.leave_out("latencies");
        for child in elements(node) {
            match child.tag_name().name() {
                "prop" => self.leave_out("properties of links"),
                _ => self.unexpected(child),
            }
        }
        if ["bandwidth_file", "latency_file", "state_file"]
            .iter()
            .any(|a| node.has_attribute(*a))
        {
            self.leave_out("configuration and traces");
        }
        let link = self.add_link(name, rate, policy);
        if self.links.insert(name.to_owned(), link).is_some() {
            self.contradicts(
                node,
                &format!("the link `{name}` is declared twice"),
                "the second time",
            );
        }
    }

    /// bit/s of an attribute that must be there.
    pub(super) fn rate(&mut self, node: Node<'x, 'x>, attribute: &str) -> Option<u64> {
        let text = self.need(node, attribute)?;
        let rate = units::bandwidth(text).filter(|rate| (1..=10u64.pow(15)).contains(rate));
        if rate.is_none() {
            self.wrong_value(
                node,
                attribute,
                "a bandwidth such as `125MBps`, `1Gbps` or `1.25e8`",
            );
        }
        rate
    }

    pub(super) fn policy(&mut self, node: Node<'x, 'x>, default: &'x str) -> Option<Policy> {
        match node.attribute("sharing_policy").unwrap_or(default) {
            "SHARED" => Some(Policy::Shared),
            "SPLITDUPLEX" | "FULLDUPLEX" => Some(Policy::Duplex),
            "FATPIPE" => Some(Policy::Fatpipe),
            other => {
                let span = self.span_of(node, "sharing_policy");
                self.unknown_at(
                    span,
                    &format!("the sharing policy {other}"),
                    "SHARED, SPLITDUPLEX (FULLDUPLEX) and FATPIPE are read",
                );
                None
            }
        }
    }

    /// Resolves what may name things that are declared later.
    pub(super) fn resolve(&mut self) {
        for node in std::mem::take(&mut self.host_links) {
            self.host_link(node);
        }
        for (zone, node) in std::mem::take(&mut self.pending) {
            self.route(zone, node);
        }
        let mut seen = std::collections::BTreeMap::new();
        let mut twice = Vec::new();
        for route in &self.platform.routes {
            if let Some(first) = seen.insert((route.from, route.to, route.bypass), route.span) {
                let (from, to) = (
                    &self.platform.points[route.from].name,
                    &self.platform.points[route.to].name,
                );
                let message = format!("the route from `{from}` to `{to}` is given twice");
                twice.push(
                    Diagnostic::new(
                        Code::ImportContradiction,
                        route.span,
                        message,
                        "the second one",
                    )
                    .with_label(first, "the first one"),
                );
            }
        }
        self.diagnostics.extend(twice);
    }

    fn host_link(&mut self, node: Node<'x, 'x>) {
        let (Some(host), Some(up), Some(down)) = (
            self.need(node, "id"),
            self.need(node, "up"),
            self.need(node, "down"),
        ) else {
            return;
        };
        let Some(point) = self.named(node, "id", host) else {
            return;
        };
        let (Some(up), Some(down)) = (
            self.used(node, "up", up, None),
            self.used(node, "down", down, None),
        ) else {
            return;
        };
        let [first, second] = [up, down].map(|used| &self.platform.links[used.link]);
        let duplex = first.policy == Policy::Duplex;
        let up = Use { up: true, ..up };
        if up.link == down.link {
            return self.attach(point, vec![up]);
        }
        if duplex || first.policy != second.policy || first.rate != second.rate {
            return self.unknown(
                node,
                "a host whose ways up and down are unlike",
                "one SPLITDUPLEX link, or two links of one rate and policy",
            );
        }
        // Two links, one for each direction, are one with two directions.
        let (name, rate) = (first.name.clone(), first.rate);
        let link = self.add_link(&name, rate, Policy::Duplex);
        self.attach(point, vec![Use { link, up: true }]);
    }

    fn route(&mut self, zone: usize, node: Node<'x, 'x>) {
        let tag = node.tag_name().name();
        let bypass = tag.starts_with("bypass");
        let (Some(src), Some(dst)) = (self.need(node, "src"), self.need(node, "dst")) else {
            return;
        };
        let (Some(from), Some(to)) = (self.named(node, "src", src), self.named(node, "dst", dst))
        else {
            return;
        };
        let gateway =
            |reader: &mut Self, attribute: &str, end: usize| match node.attribute(attribute) {
                Some(name) if !name.is_empty() => reader.named(node, attribute, name),
                _ => match reader.platform.points[end].kind {
                    PointKind::Zone(_) => {
                        reader.shape(node, &format!("a route of zones with `{attribute}`"));
                        None
                    }
                    _ => Some(end),
                },
            };
        let (Some(gateway_from), Some(gateway_to)) =
            (gateway(self, "gw_src", from), gateway(self, "gw_dst", to))
        else {
            return;
        };
        let mut uses = Vec::new();
        for child in elements(node) {
            if child.tag_name().name() != "link_ctn" {
                self.unexpected(child);
                continue;
            }
            let Some(name) = self.need(child, "id") else {
                return;
            };
            match self.used(child, "id", name, child.attribute("direction")) {
                Some(used) => uses.push(used),
                None => return,
            }
        }
        if from == to {
            return self.leave_out("loopbacks");
        }
        let inside = |point: usize| {
            let point = &self.platform.points[point];
            match point.kind {
                PointKind::Zone(zone) => self.platform.zones[zone].parent,
                _ => Some(point.zone),
            }
        };
        if !bypass && (inside(from) != Some(zone) || inside(to) != Some(zone)) {
            let message = "the route's ends are not directly in its zone";
            return self.contradicts(node, message, "this route");
        }
        let span = self.span(node);
        let symmetrical = match node.attribute("symmetrical").unwrap_or("YES") {
            "YES" | "yes" | "true" | "1" => !bypass,
            "NO" | "no" | "false" | "0" => false,
            _ => return self.wrong_value(node, "symmetrical", "`YES` or `NO`"),
        };
        let route = Route {
            from,
            to,
            gateway_from,
            gateway_to,
            uses,
            bypass,
            span,
        };
        if symmetrical {
            self.platform.routes.push(Route {
                from: to,
                to: from,
                gateway_from: gateway_to,
                gateway_to: gateway_from,
                uses: self.platform.reversed(&route.uses),
                ..route
            });
        }
        self.platform.routes.push(route);
    }

    fn named(&mut self, node: Node<'_, '_>, attribute: &str, name: &str) -> Option<usize> {
        let point = self.points.get(name).copied();
        if point.is_none() {
            let span = self.span_of(node, attribute);
            let message = format!("`{name}` is no host, router or zone of the file");
            self.push(Diagnostic::new(
                Code::ImportContradiction,
                span,
                message,
                "this name",
            ));
        }
        point
    }

    /// A link by its name, or one direction of it: `l_UP` and `l_DOWN`, or `direction`.
    fn used(
        &mut self,
        node: Node<'_, '_>,
        attribute: &str,
        name: &str,
        direction: Option<&str>,
    ) -> Option<Use> {
        let halves = [("_UP", true), ("_DOWN", false)];
        let half = halves
            .iter()
            .find_map(|(end, up)| Some((self.links.get(name.strip_suffix(end)?)?, *up)));
        let found = match self.links.get(name) {
            Some(&link) => Some((link, None)),
            None => half.map(|(&link, up)| (link, Some(up))),
        };
        let Some((link, by_name)) = found else {
            let span = self.span_of(node, attribute);
            let message = format!("`{name}` is no link of the file");
            self.push(Diagnostic::new(
                Code::ImportContradiction,
                span,
                message,
                "this name",
            ));
            return None;
        };
        let given = match direction {
            Some("UP") => Some(true),
            Some("DOWN") => Some(false),
            _ => by_name,
        };
        let duplex = self.platform.links[link].policy == Policy::Duplex;
        if duplex && given.is_none() && node.tag_name().name() == "link_ctn" {
            self.contradicts(
                node,
                &format!("`{name}` has two directions, and the route does not say which"),
                "`direction` is missing",
            );
            return None;
        }
        Some(Use {
            link,
            up: !duplex || given.unwrap_or(true),
        })
    }
}
