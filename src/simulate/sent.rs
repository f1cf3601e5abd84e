//! What guests send while a plan is carried out: it flows between where they are, whatever the plan counts.

use std::collections::{BTreeMap, BTreeSet};

use super::stage::Channels;
use crate::datacenter::{Datacenter, End, Node, ServerId, VmId};
use crate::formulate::GuestPaths;
use crate::plan::{Plan, Planned};
use crate::request::Task;

/// Where an end is; None: it does not run.
type Place = Option<Node>;

/// What guests send.
pub(super) struct Sent {
    flows: Vec<Flow>,
    /// Those to or from each VM that acts.
    of_vm: BTreeMap<VmId, Vec<usize>>,
    /// Where each end is at the start.
    start: BTreeMap<End, Place>,
}

/// What one guest sends.
struct Flow {
    from: End,
    to: End,
    /// bit/s
    rate: f64,
    /// The channels between the places where the ends may be.
    paths: BTreeMap<(Node, Node), Vec<usize>>,
}

/// What flows at a time.
pub(super) struct Flowing<'s> {
    sent: &'s Sent,
    places: BTreeMap<End, Place>,
    /// bit/s of each channel.
    pub level: Vec<f64>,
}

impl Sent {
    pub fn of(dc: &Datacenter, plan: &Plan, channels: &mut Channels) -> Self {
        let mut visited: BTreeMap<VmId, BTreeSet<Node>> = BTreeMap::new();
        for planned in &plan.actions {
            if let Some((vm, there)) = left_at(planned) {
                let places = visited.entry(vm).or_default();
                places.extend(there.map(Node::Server));
            }
        }
        let mut paths = GuestPaths::of(dc);
        let mut sent = Sent {
            flows: Vec::new(),
            of_vm: BTreeMap::new(),
            start: BTreeMap::new(),
        };
        for (at, traffic) in dc.traffic.iter().enumerate() {
            let places = [traffic.from, traffic.to].map(|end| {
                let start = match end {
                    End::Vm(vm) => (dc[vm].running).then_some(Node::Server(dc[vm].host.value)),
                    End::Switch(switch) => Some(Node::Switch(switch)),
                };
                sent.start.insert(end, start);
                let mut places: BTreeSet<Node> = start.into_iter().collect();
                if let End::Vm(vm) = end
                    && let Some(visited) = visited.get(&vm)
                {
                    places.extend(visited);
                    sent.of_vm.entry(vm).or_default().push(at);
                }
                places
            });
            let [from, to] = &places;
            let pairs = from
                .iter()
                .flat_map(|&from| to.iter().map(move |&to| (from, to)));
            let known = pairs.map(|(from, to)| {
                let path = paths.between(from, to).into_iter();
                let numbers = path.map(|channel| channels.number(dc, channel)).collect();
                ((from, to), numbers)
            });
            sent.flows.push(Flow {
                from: traffic.from,
                to: traffic.to,
                rate: traffic.rate as f64,
                paths: known.collect(),
            });
        }
        sent
    }

    /// What flows before anything has happened, on so many channels.
    pub fn begin(&self, channels: usize) -> Flowing<'_> {
        let mut flowing = Flowing {
            sent: self,
            places: self.start.clone(),
            level: vec![0.0; channels],
        };
        for flow in 0..self.flows.len() {
            flowing.add(flow, 1.0);
        }
        flowing
    }
}

impl Flowing<'_> {
    /// An action has brought its VM somewhere, started or stopped it.
    pub fn moved(&mut self, planned: &Planned) {
        let Some((vm, there)) = left_at(planned) else {
            return;
        };
        let flows = self.sent.of_vm.get(&vm).map_or(&[][..], Vec::as_slice);
        for &flow in flows {
            self.add(flow, -1.0);
        }
        self.places.insert(End::Vm(vm), there.map(Node::Server));
        for &flow in flows {
            self.add(flow, 1.0);
        }
    }

    fn add(&mut self, flow: usize, times: f64) {
        let flow = &self.sent.flows[flow];
        let place = |end: End| self.places.get(&end).copied().flatten();
        let path = place(flow.from).zip(place(flow.to));
        let path = path.and_then(|ends| flow.paths.get(&ends));
        for &channel in path.into_iter().flatten() {
            self.level[channel] += times * flow.rate;
        }
    }
}

/// Where an action leaves its VM; within, None: it does not run.
fn left_at(planned: &Planned) -> Option<(VmId, Option<ServerId>)> {
    match planned.task {
        Task::Migrate { vm, to } => Some((vm, Some(to))),
        Task::Start(vm) => Some((vm, planned.from)),
        Task::Stop(vm) => Some((vm, None)),
        _ => None,
    }
}
