//! Levels in words: what a message, a chart and a certificate call them.

use super::{Key, Levels};
use crate::datacenter::{Measure, Pool, Stock, VmId};
use crate::formulate::places::Flow;
use crate::formulate::scopes::RuleAt;
use crate::formulate::{Cause, words};
use crate::formulation::Unit;
use crate::source::Span;

/// A level in words.
pub(in crate::formulate) struct Described {
    pub name: String,
    /// The label of its source, which several levels may share.
    pub label: String,
    pub unit: Unit,
    /// Where it comes from.
    pub cause: Cause,
    /// Where its limit is written.
    pub span: Option<Span>,
}

impl Levels<'_> {
    /// The name of a level's resource, what it measures and where it comes from.
    pub fn describe(&self, key: Key) -> Described {
        let dc = self.dc;
        let capacity = |name: String, unit, cause, span| Described {
            label: name.clone(),
            name,
            unit,
            cause,
            span,
        };
        let rule = |name: String, unit, at: RuleAt| Described {
            name,
            label: words::rule(dc, self.request, &self.request.rules[at]),
            unit,
            cause: Cause::Rule(at),
            span: self.request.rules[at].origin,
        };
        match key {
            Key::Link(id, forward) => {
                let link = &dc[id];
                let (a, b) = (dc.node_name(link.a), dc.node_name(link.b));
                let (from, to) = if forward { (a, b) } else { (b, a) };
                let name = format!("link {from} -> {to}");
                let mut described = capacity(name, Unit::Rate, Cause::Link(id), link.rate.origin);
                described.label = format!("link {a} - {b}");
                described
            }
            Key::Switch(id) => {
                let span = dc[id].capacity.and_then(|at| at.origin);
                let name = format!("switch {}", dc[id].name);
                capacity(name, Unit::Rate, Cause::Switch(id), span)
            }
            Key::Stock(stock, id) => {
                let span = dc[id].has_of(stock).and_then(|at| at.origin);
                let what = match stock {
                    Stock::Cpu => "cpu",
                    stock => dc.stock_name(stock),
                };
                let unit = match dc.measure(stock) {
                    Measure::Bytes => Unit::Memory,
                    Measure::Cpus => Unit::Cpu,
                    Measure::Count => Unit::Count,
                };
                let name = format!("{what} of {}", dc[id].name);
                capacity(name, unit, Cause::Stock(stock, id), span)
            }
            Key::Pool(stock, id, Pool(pool)) => {
                let whole = self.describe(Key::Stock(stock, id));
                Described {
                    name: format!("{} pool {pool}", whole.name),
                    ..whole
                }
            }
            Key::Limit(at, node, flow) => {
                let place = dc.node_name(node);
                let name = match flow {
                    Flow::Out => format!("limit out of {place}"),
                    Flow::In => format!("limit into {place}"),
                    Flow::Through => format!("limit {place}"),
                };
                rule(name, Unit::Rate, at)
            }
            Key::Power(at) => rule(
                words::rule(dc, self.request, &self.request.rules[at]),
                Unit::Power,
                at,
            ),
            Key::Migrations(at)
            | Key::On(at)
            | Key::Seq(at)
            | Key::Vms(at)
            | Key::Off(at)
            | Key::Chosen(at, _)
            | Key::Gather(at, ..) => rule(
                words::rule(dc, self.request, &self.request.rules[at]),
                Unit::Count,
                at,
            ),
            Key::Mended(at, node) => rule(
                format!("spread on {} in the end", dc.node_name(node)),
                Unit::Count,
                at,
            ),
            Key::Vacant(at, server) => {
                let memory = self.request.gives(dc, server, Stock::Memory);
                let unit = memory.map_or(Unit::Count, |_| Unit::Memory);
                rule(format!("VMs on {}", dc[server].name), unit, at)
            }
            Key::Spread(at, node) => {
                rule(format!("spread on {}", dc.node_name(node)), Unit::Count, at)
            }
            Key::Lonely(at, vm, server) => rule(
                format!("lonely {} on {}", dc[vm].name, dc[server].name),
                Unit::Count,
                at,
            ),
            Key::Reserve(at) => rule(
                words::rule(dc, self.request, &self.request.rules[at]),
                Unit::Memory,
                at,
            ),
            Key::Up(server) => self.implied(key, Cause::Up(server)),
            Key::Empty(server) => self.implied(key, Cause::Empty(server)),
            Key::Came(action, ..) => {
                let vm = self.walk.deeds[action.0 as usize].task.vm();
                self.implied(key, Cause::VmInOrder(vm.unwrap_or(VmId(0))))
            }
        }
    }

    /// A level that the steps imply, where they leave places open.
    fn implied(&self, key: Key, cause: Cause) -> Described {
        let dc = self.dc;
        let name = match key {
            Key::Up(server) => format!("{} is up", dc[server].name),
            Key::Came(action, server, pool) => {
                let name = &self.walk.deeds[action.0 as usize].name;
                let pool = pool.map_or(String::new(), |Pool(pool)| format!(" pool {pool}"));
                format!("{name} to {}{pool}", dc[server].name)
            }
            Key::Empty(server) => format!("guests of {}", dc[server].name),
            _ => String::new(),
        };
        Described {
            name,
            label: words::implied(dc, self.request, cause),
            unit: Unit::Count,
            cause,
            span: None,
        }
    }
}
