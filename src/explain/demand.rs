//! What a member of a core demands and who waits for what, in words.

use super::{Wait, Why};
use crate::datacenter::{Datacenter, Stock};
use crate::formulate::{Cause, Problem};
use crate::formulation::SourceId;
use crate::request::{Period, Request, RuleKind, Shared, Task, show_moment};
use crate::show::{show_count, show_milliseconds, show_power, show_rate, show_seconds};
use crate::source::Span;

/// Names that are listed.
const NAMED: usize = 3;

/// What a source demands at a place, of whom.
#[derive(Clone)]
pub(super) struct Demand {
    pub span: Option<Span>,
    pub who: Option<String>,
    /// What is said of one.
    pub one: String,
    /// What is said of several.
    many: String,
}

impl Demand {
    pub fn plain(span: Option<Span>, text: String) -> Demand {
        Demand {
            span,
            who: None,
            one: text,
            many: String::new(),
        }
    }

    pub fn words(&self, names: &[String]) -> String {
        match names {
            [] => self.one.clone(),
            [name] => format!("{name} {}", self.one),
            _ => format!("{} {}", enumerate(names), self.many),
        }
    }
}

/// `a, b and c`, `a, b, c and 4 more`
pub(super) fn enumerate(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let mut shown: Vec<String> = names.iter().take(NAMED).cloned().collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    match shown.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// What the parts of an explanation are worded with.
pub(super) struct Words<'a> {
    pub datacenter: &'a Datacenter,
    pub request: &'a Request,
    pub problem: &'a Problem,
}

impl Words<'_> {
    /// ``waits for the memory of `s2` that `b` holds``
    pub fn wait(&self, wait: &Wait) -> String {
        let f = &self.problem.formulation;
        let (one, other) = (&f[wait.action].name, &f[wait.other].name);
        match wait.why {
            Why::Place(resource) => {
                let cause = self.problem.causes[f[resource].source.0 as usize];
                format!("`{one}` waits for {}", self.place(cause, wait))
            }
            Why::Order(_) => format!("`{one}` waits for the end of `{other}`"),
            Why::Together(_) => format!("`{one}` waits for `{other}`, since they run together"),
        }
    }

    /// ``the memory of `s2` that `b` holds``
    fn place(&self, cause: Cause, wait: &Wait) -> String {
        let dc = self.datacenter;
        let other = &self.problem.formulation[wait.other].name;
        let work = self.problem.work.get(wait.other.0 as usize);
        let holder = match work.map(|work| work.task) {
            Some(Task::Migrate { vm, .. } | Task::Stop(vm)) => Some(&dc[vm].name),
            _ => None,
        };
        let holds = match holder {
            Some(vm) => format!("that `{vm}` holds"),
            None => format!("that `{other}` gives back"),
        };
        match cause {
            Cause::Stock(stock, server) => {
                let what = dc.stock_name(stock);
                format!("the {what} of `{}` {holds}", dc[server].name)
            }
            Cause::Rule(at) => match (&self.request.rules[at].kind, holder) {
                (RuleKind::Spread { .. }, Some(vm)) => {
                    let from = work.and_then(|work| work.from);
                    let from = from.map_or("its server", |from| &dc[from].name);
                    format!("`{vm}` to leave `{from}`")
                }
                (RuleKind::Budget { .. }, _) => format!("the power {holds}"),
                _ => format!("the end of `{other}`"),
            },
            _ => format!("the end of `{other}`"),
        }
    }

    /// What a source demands, at the places that say so.
    pub fn demand(&self, source: SourceId) -> Vec<Demand> {
        let dc = self.datacenter;
        let span = self.problem.formulation[source].span;
        let of = |who: &str, one: String, many: String| Demand {
            span,
            who: Some(format!("`{who}`")),
            one,
            many,
        };
        let each = |who: &str, one: &str, many: &str, what: String| {
            of(who, format!("{one} {what}"), format!("{many} {what} each"))
        };
        match self.problem.causes[source.0 as usize] {
            Cause::Rule(at) => vec![Demand::plain(span, self.rule(&self.request.rules[at].kind))],
            Cause::Link(id) => {
                let (a, b) = (dc.node_name(dc[id].a), dc.node_name(dc[id].b));
                let rate = show_rate(dc[id].rate.value);
                vec![each(&format!("{a} - {b}"), "carries", "carry", rate)]
            }
            Cause::Switch(id) => {
                let capacity = dc[id].capacity.map_or(0, |at| at.value);
                vec![each(&dc[id].name, "carries", "carry", show_rate(capacity))]
            }
            Cause::Stock(stock, id) => {
                let gives = self.request.gives(dc, id, stock);
                let amount = dc.measure(stock).show(gives.map_or(0, |at| at.value));
                let what = match stock {
                    // It is in the figure: `16 CPUs`.
                    Stock::Cpu => amount,
                    stock => format!("{amount} of {}", dc.stock_name(stock)),
                };
                vec![each(&dc[id].name, "has", "have", what)]
            }
            Cause::VmInOrder(vm) => vec![of(
                &dc[vm].name,
                String::from("does its steps in the order in which they are written"),
                String::from("do their steps in the order in which they are written"),
            )],
            Cause::ServerInOrder(server) => vec![of(
                &dc[server].name,
                String::from("does its steps in the order in which they are written"),
                String::from("do their steps in the order in which they are written"),
            )],
            Cause::Pause(_) => {
                let data = &self.problem.formulation[source];
                vec![Demand::plain(
                    span,
                    format!("{} is approved in between", data.label),
                )]
            }
            Cause::Stays => Vec::new(),
            Cause::Begun => vec![Demand::plain(span, String::from("what has begun goes on"))],
            Cause::Empty(server) => vec![of(
                &dc[server].name,
                String::from("is empty before its shutdown"),
                String::from("are empty before their shutdown"),
            )],
            Cause::Up(server) => {
                let boot = dc[server].boot;
                let up = of(
                    &dc[server].name,
                    String::from("is up before a VM arrives"),
                    String::from("are up before a VM arrives"),
                );
                let takes = show_seconds(boot.value.into());
                let boots = each(
                    &dc[server].name,
                    "takes",
                    "take",
                    format!("{takes} to boot"),
                );
                let declared = boot.origin.or(dc[server].origin);
                vec![
                    up,
                    Demand {
                        span: declared,
                        ..boots
                    },
                ]
            }
        }
    }

    /// What a rule demands.
    fn rule(&self, kind: &RuleKind) -> String {
        let moment = |at: i64| show_moment(self.request.start.as_ref(), at);
        match kind {
            RuleKind::Sync { .. } => String::from("these migrate together"),
            RuleKind::Before { .. } => String::from("these end before those start"),
            RuleKind::By { time, .. } => format!("ends by {}", moment(*time)),
            RuleKind::After { time, .. } => format!("does not start before {}", moment(*time)),
            RuleKind::Seq { .. } => String::from("one at a time"),
            RuleKind::Freeze { period, .. } => format!("nothing of it runs{}", self.period(period)),
            RuleKind::Allow { periods, .. } => {
                let periods: Vec<String> = periods.iter().map(|p| self.period(p)).collect();
                format!("runs only{}", periods.join(" or"))
            }
            RuleKind::Spread { over, .. } => {
                let place = match over {
                    Shared::Server => "server",
                    Shared::Rack => "rack",
                    Shared::Site => "site",
                };
                format!("no two of them on one {place}, not even in between")
            }
            RuleKind::Gather { .. } => String::from("on one server in the end"),
            RuleKind::Lonely { .. } => String::from("with nobody else on their servers"),
            RuleKind::Keep { is_off: false, .. } => String::from("only on these servers"),
            RuleKind::Keep { is_off: true, .. } => String::from("never on these servers"),
            RuleKind::Prefer { .. } => String::from("is preferred"),
            RuleKind::Downtime { most, .. } => {
                format!("stand still for {} at most", show_milliseconds(*most))
            }
            RuleKind::Pin { .. } => String::from("stay where they are"),
            RuleKind::Reserve { count, .. } => {
                let count = show_count(*count as usize, "server");
                format!("what runs there fits without {count}")
            }
            RuleKind::AtMostVms { count, period, .. } => {
                let count = show_count(*count as usize, "VM");
                format!("{count} there at once at most{}", self.period(period))
            }
            RuleKind::AtMostOff { count, period, .. } => {
                let count = show_count(*count as usize, "server");
                format!("{count} off at once at most{}", self.period(period))
            }
            RuleKind::Any {
                count, is_shutdown, ..
            } => {
                let count = count.map_or(String::from("as many servers as can be"), |count| {
                    show_count(count as usize, "server")
                });
                match is_shutdown {
                    true => format!("{count} to be shut down"),
                    false => format!("{count} to be empty in the end"),
                }
            }
            RuleKind::Roll { count, .. } => {
                let count = show_count(*count as usize, "server");
                format!("{count} worked on at once at most")
            }
            RuleKind::Budget {
                power,
                servers,
                period,
            } => {
                let who = if servers.is_some() {
                    "these servers draw"
                } else {
                    "all servers draw"
                };
                format!(
                    "{who} {} at most{}",
                    show_power(*power),
                    self.period(period)
                )
            }
            RuleKind::AtMostMigrations { count, period, .. } => {
                let count = show_count(*count as usize, "migration");
                format!("{count} at once at most{}", self.period(period))
            }
            RuleKind::AtMostOn { count, period, .. } => {
                let count = show_count(*count as usize, "server");
                format!("{count} on at once at most{}", self.period(period))
            }
            RuleKind::Limit { rate, period, .. } => {
                format!(
                    "migrations get {} at most{}",
                    show_rate(*rate),
                    self.period(period)
                )
            }
            RuleKind::Weight { .. } => String::from("counts more"),
        }
    }

    fn period(&self, period: &Period) -> String {
        let moment = |at: i64| show_moment(self.request.start.as_ref(), at);
        match (period.from, period.to) {
            (0, None) => String::new(),
            (from, None) => format!(" from {} on", moment(from)),
            (0, Some(to)) => format!(" until {}", moment(to)),
            (from, Some(to)) => format!(" from {} to {}", moment(from), moment(to)),
        }
    }
}
