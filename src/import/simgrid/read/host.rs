//! Hosts and their properties.

use roxmltree::Node;

use super::{Host, PointKind, Reader, elements};
use crate::import::units;

impl<'x> Reader<'x> {
    pub(super) fn host(&mut self, node: Node<'x, 'x>, zone: usize) {
        let Some(name) = self.need(node, "id") else {
            return;
        };
        if node.has_attribute("coordinates") {
            self.leave_out("coordinates");
        }
        let host = self.spec(node);
        self.point(node, name, PointKind::Host(host), zone);
    }

    pub(super) fn router(&mut self, node: Node<'x, 'x>, zone: usize) {
        if let Some(name) = self.need(node, "id") {
            self.point(node, name, PointKind::Router, zone);
        }
    }

    /// What a host, or the hosts of a cluster, are like.
    pub(super) fn spec(&mut self, node: Node<'x, 'x>) -> Host {
        self.leave_out("CPU speeds");
        if [
            "availability_file",
            "state_file",
            "speed_file",
            "availability",
        ]
        .iter()
        .any(|a| node.has_attribute(*a))
        {
            self.leave_out("configuration and traces");
        }
        let mut host = Host::default();
        if let Some(cores) = node.attribute("core") {
            match cores
                .parse()
                .ok()
                .filter(|cores| (1..=1_000_000).contains(cores))
            {
                Some(cores) => host.cores = Some(cores),
                None => self.wrong_value(node, "core", "a number of cores"),
            }
        }
        let state = node
            .attribute("pstate")
            .map_or(Some(0), |text| text.parse::<usize>().ok());
        let Some(state) = state else {
            self.wrong_value(node, "pstate", "a number");
            return host;
        };
        for child in elements(node) {
            match child.tag_name().name() {
                "prop" => self.property(child, state, &mut host),
                "disk" | "mount" | "storage" => self.leave_out("disks"),
                _ => self.unexpected(child),
            }
        }
        host
    }

    fn property(&mut self, node: Node<'x, 'x>, state: usize, host: &mut Host) {
        let (Some(id), value) = (
            self.need(node, "id"),
            node.attribute("value").unwrap_or_default(),
        ) else {
            return;
        };
        match id {
            "wattage_per_state" | "watt_per_state" => {
                // Of each state: idle, epsilon load where it is given, all cores.
                let states: Vec<&str> = value.split(',').collect();
                let of = states.get(state).map(|state| {
                    let watts: Option<Vec<u64>> = state.split(':').map(units::watts).collect();
                    watts.unwrap_or_default()
                });
                match of.as_deref() {
                    Some(&[idle, .., full]) => {
                        host.power = Some(idle);
                        self.loads.insert((idle, full));
                    }
                    _ => self.wrong_value(
                        node,
                        "value",
                        "a list of watts `Idle:AllCores` for each `pstate`",
                    ),
                }
            }
            "wattage_off" | "watt_off" => match units::watts(value) {
                Some(0) => {}
                Some(off) => {
                    self.draws_off.insert(off);
                }
                None => self.wrong_value(node, "value", "a number of watts"),
            },
            _ => self.leave_out("properties that mean nothing to migrations"),
        }
    }
}
