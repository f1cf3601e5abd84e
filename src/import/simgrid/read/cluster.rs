//! Many hosts in one element: clusters, cabinets, peers.

use roxmltree::Node;

use super::{MAX_HOSTS, PointKind, Policy, Reader, Routing, Star};
use crate::import::simgrid::platform::Use;
use crate::import::simgrid::radicals;

impl<'x> Reader<'x> {
    /// A zone of its own with hosts, their links, and a backbone or none.
    pub(super) fn cluster(&mut self, node: Node<'x, 'x>, parent: Option<usize>) {
        let Some(name) = self.need(node, "id") else {
            return;
        };
        let topology = node.attribute("topology").unwrap_or("FLAT");
        if topology != "FLAT" {
            return self.unknown_at(
                self.span_of(node, "topology"),
                &format!("the topology {topology}"),
                "its routes there and back are different ones, while migrations both ways take one route here; a flat cluster with a backbone is read",
            );
        }
        let center = match node.attribute("bb_bw") {
            None => self.hub(name),
            Some(_) => {
                let Some(rate) = self.rate(node, "bb_bw") else {
                    return;
                };
                let policy = match node.attribute("bb_sharing_policy").unwrap_or("SHARED") {
                    "SHARED" => Policy::Shared,
                    "FATPIPE" => Policy::Fatpipe,
                    other => {
                        return self.unknown_at(
                            self.span_of(node, "bb_sharing_policy"),
                            &format!("the backbone's sharing policy {other}"),
                            "a backbone is SHARED or FATPIPE",
                        );
                    }
                };
                self.add_link(name, rate, policy)
            }
        };
        let star = Star {
            center,
            uniform: true,
        };
        let Some(zone) = self.open(node, name, parent, Routing::Star(star)) else {
            return;
        };
        let router = match node.attribute("router_id").filter(|id| !id.is_empty()) {
            Some(id) => id.to_owned(),
            None => {
                let part = |attribute| node.attribute(attribute).unwrap_or_default();
                format!("{}{name}_router{}", part("prefix"), part("suffix"))
            }
        };
        self.point(node, &router, PointKind::Router, zone);
        self.members(node, zone);
        if node.has_attribute("loopback_bw") {
            self.leave_out("loopbacks");
        }
    }

    /// Hosts with links of their own to the zone's backbone.
    pub(super) fn cabinet(&mut self, node: Node<'x, 'x>, zone: usize) {
        if self.star(zone).is_none() {
            return self.unknown(
                node,
                "a cabinet in such a zone",
                "the zone's routing is `Cluster`",
            );
        }
        self.members(node, zone);
    }

    fn members(&mut self, node: Node<'x, 'x>, zone: usize) {
        let (Some(radical), Some(rate)) = (self.need(node, "radical"), self.rate(node, "bw"))
        else {
            return;
        };
        let Some(numbers) = radicals::radical(radical, MAX_HOSTS + 1) else {
            return self.wrong_value(
                node,
                "radical",
                &format!("a list of numbers and ranges such as `0-9,12`, of at most {MAX_HOSTS}"),
            );
        };
        let Some(policy) = self.policy(node, "SPLITDUPLEX") else {
            return;
        };
        let limiter = match node.attribute("limiter_link") {
            Some(_) => self.rate(node, "limiter_link"),
            None => None,
        };
        let host = self.spec(node);
        self.leave_out("latencies");
        let part = |attribute| node.attribute(attribute).unwrap_or_default();
        let (prefix, suffix) = (part("prefix"), part("suffix"));
        for number in numbers {
            let name = format!("{prefix}{number}{suffix}");
            let Some(point) = self.point(node, &name, PointKind::Host(host.clone()), zone) else {
                return;
            };
            let used = |link| Use { link, up: true };
            let mut up = Vec::new();
            if let Some(rate) = limiter {
                up.push(used(self.add_link(
                    &format!("{name}_limiter"),
                    rate,
                    Policy::Shared,
                )));
            }
            up.push(used(self.add_link(&format!("{name}_link"), rate, policy)));
            self.attach(point, up);
        }
    }

    /// A host with a link of its own.
    pub(super) fn peer(&mut self, node: Node<'x, 'x>, zone: usize) {
        if self.star(zone).is_none() {
            return self.unknown(
                node,
                "a peer in such a zone",
                "the zone's routing is `Vivaldi` or `Cluster`",
            );
        }
        let (Some(name), Some(down), Some(up)) = (
            self.need(node, "id"),
            self.rate(node, "bw_in"),
            self.rate(node, "bw_out"),
        ) else {
            return;
        };
        if up != down {
            return self.unknown_at(
                self.span_of(node, "bw_out"),
                "a link with one rate up and another one down",
                "a link has one rate in both directions: give `bw_in` and `bw_out` the smaller one",
            );
        }
        self.leave_out("latencies");
        self.leave_out("coordinates");
        let host = self.spec(node);
        if let Some(point) = self.point(node, name, PointKind::Host(host), zone) {
            let link = self.add_link(&format!("{name}_link"), up, Policy::Duplex);
            self.attach(point, vec![Use { link, up: true }]);
        }
    }

    /// The backbone of a zone with `Cluster` routing.
    pub(super) fn backbone(&mut self, node: Node<'x, 'x>, zone: usize) {
        let (Some(name), Some(rate)) = (self.need(node, "id"), self.rate(node, "bandwidth")) else {
            return;
        };
        let Some(policy) = self.policy(node, "SHARED") else {
            return;
        };
        self.leave_out("latencies");
        let link = self.add_link(name, rate, policy);
        self.links.insert(name.to_owned(), link);
        match self.star(zone) {
            Some(star) if policy != Policy::Duplex => star.center = link,
            Some(_) => self.unknown(
                node,
                "a backbone with two directions",
                "a backbone is SHARED or FATPIPE",
            ),
            None => self.unknown(
                node,
                "a backbone in such a zone",
                "the zone's routing is `Cluster`",
            ),
        }
    }

    fn star(&mut self, zone: usize) -> Option<&mut Star> {
        match &mut self.platform.zones[zone].routing {
            Routing::Star(star) => Some(star),
            _ => None,
        }
    }

    /// Gives a point its way to the centre, and back.
    pub(super) fn attach(&mut self, point: usize, up: Vec<Use>) {
        let down = self.platform.reversed(&up);
        self.platform.points[point].up = up;
        self.platform.points[point].down = down;
    }
}
