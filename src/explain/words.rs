//! Explanations in words and pictures.

use super::{Explanation, Offer, Wait, Why};
use crate::change::{Change, Number, Quantity};
use crate::datacenter::Datacenter;
use crate::diag::{Code, Diagnostic, Label};
use crate::formulate::{Cause, Problem, cpu_in_words};
use crate::formulation::{SourceId, SourceKind};
use crate::request::{Period, Request, RuleKind, Task, show_moment};
use crate::show::{show_bytes, show_count, show_power, show_rate, show_seconds};
use crate::source::Span;

/// Places that are drawn; more would not be a picture.
const MOST_PLACES: usize = 12;

/// Members of a circle that the first line names.
const NAMED: usize = 3;

impl Explanation {
    /// The explanation as one picture: a label for each line that takes part, and help for each change.
    pub fn draw(
        &self,
        datacenter: &Datacenter,
        request: &Request,
        problem: &Problem,
    ) -> Diagnostic {
        let words = Words {
            datacenter,
            request,
            problem,
        };
        let (code, message) = self.headline(&words);
        let said = self.said(&words);
        let more = said.placed.len().saturating_sub(MOST_PLACES);
        let mut places = said.placed.into_iter().take(MOST_PLACES);
        let first = places
            .next()
            .or(request.origin.map(|span| (span, String::from("this plan"))));
        let mut drawn = match first {
            Some((span, label)) => Diagnostic::new(code, span, message, label),
            None => Diagnostic::without_place(code, message),
        };
        for (span, label) in places {
            drawn = drawn.with_label(span, label);
        }
        if more > 0 {
            drawn = drawn.with_note(format!("and {} more", show_count(more, "line")));
        }
        drawn.notes.extend(said.unplaced);
        if !self.minimal {
            drawn = drawn.with_note(
                "the effort was spent before each of them was tried: some may have no part in it",
            );
        }
        drawn.notes.extend(self.left_out());
        drawn.help.extend(self.help(datacenter, request));
        drawn
    }

    /// Adds to a finding of the model alone what the explanation knows beyond it: lines that take part, and help.
    pub fn add_to(
        &self,
        finding: &mut Diagnostic,
        datacenter: &Datacenter,
        request: &Request,
        problem: &Problem,
    ) {
        let words = Words {
            datacenter,
            request,
            problem,
        };
        let labels = finding.primary.iter().chain(&finding.secondary);
        let known: Vec<Span> = labels.map(|label| label.span).collect();
        let said = self.said(&words).placed.into_iter().take(MOST_PLACES);
        for (span, text) in said.filter(|(span, _)| !known.contains(span)) {
            finding.secondary.push(Label { span, text });
        }
        // What is certain takes the place of what can be said of any such finding.
        let is_general = !matches!(finding.code, Code::ServerTooSmall | Code::SpreadBroken);
        if is_general && self.offers.iter().any(|offer| offer.is_enough) {
            finding.help.clear();
        }
        finding.notes.extend(self.left_out());
        finding.help.extend(self.help(datacenter, request));
    }

    /// How many could be changed and were not tried.
    fn left_out(&self) -> Option<String> {
        (self.untried > 0).then(|| {
            format!(
                "the effort for changes was spent before {} more of these could be tried",
                self.untried
            )
        })
    }

    /// What is said at which place, rules first.
    fn said(&self, words: &Words) -> Said {
        let mut demands: Vec<Demand> = Vec::new();
        for wait in &self.circle {
            let span = words.problem.formulation[wait.action].span;
            demands.push(Demand::plain(span, words.wait(wait)));
        }
        for &source in &self.core {
            let kind = words.problem.formulation[source].kind;
            // What the steps imply is said by who waits for whom.
            if self.circle.is_empty() || kind != SourceKind::Implied {
                demands.extend(words.demand(source));
            }
        }
        let mut said = Said::default();
        let mut merged: Vec<(Demand, Vec<String>)> = Vec::new();
        for demand in demands {
            let alike = |(known, _): &&mut (Demand, Vec<String>)| {
                demand.who.is_some() && (known.span, &known.one) == (demand.span, &demand.one)
            };
            match merged.iter_mut().find(alike) {
                Some((_, names)) => names.extend(demand.who),
                None => merged.push((demand.clone(), demand.who.into_iter().collect())),
            }
        }
        for (demand, names) in merged {
            said.put(demand.span, demand.words(&names));
        }
        said
    }

    /// What would help, a line for each change.
    pub fn help(&self, datacenter: &Datacenter, request: &Request) -> Vec<String> {
        let offers = self.offers.iter();
        offers
            .map(|offer| help(offer, datacenter, request))
            .collect()
    }

    fn headline(&self, words: &Words) -> (Code, String) {
        let name = &words.request.name;
        if self.circle.is_empty() {
            let what = match self.core.len() {
                1 => "this cannot hold",
                _ => "these contradict one another",
            };
            return (
                Code::Impossible,
                format!("no plan exists for `{name}`: {what}"),
            );
        }
        let f = &words.problem.formulation;
        let names: Vec<String> = self
            .circle
            .iter()
            .map(|wait| format!("`{}`", f[wait.action].name))
            .collect();
        let names = enumerate(&names);
        (
            Code::Deadlock,
            format!("no plan exists for `{name}`: {names} wait for one another"),
        )
    }
}

/// What is said, and where.
#[derive(Default)]
struct Said {
    placed: Vec<(Span, String)>,
    unplaced: Vec<String>,
}

impl Said {
    fn put(&mut self, span: Option<Span>, text: String) {
        let Some(span) = span else {
            self.unplaced.push(text);
            return;
        };
        match self.placed.iter_mut().find(|(known, _)| *known == span) {
            Some((_, known)) => *known = format!("{known}; {text}"),
            None => self.placed.push((span, text)),
        }
    }
}

/// What a source demands at a place, of whom.
#[derive(Clone)]
struct Demand {
    span: Option<Span>,
    who: Option<String>,
    /// What is said of one.
    one: String,
    /// What is said of several.
    many: String,
}

impl Demand {
    fn plain(span: Option<Span>, text: String) -> Demand {
        Demand {
            span,
            who: None,
            one: text,
            many: String::new(),
        }
    }

    fn words(&self, names: &[String]) -> String {
        match names {
            [] => self.one.clone(),
            [name] => format!("{name} {}", self.one),
            _ => format!("{} {}", enumerate(names), self.many),
        }
    }
}

/// `a, b and c`, `a, b, c and 4 more`
fn enumerate(names: &[String]) -> String {
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

fn help(offer: &Offer, datacenter: &Datacenter, request: &Request) -> String {
    let mut text = match offer.change {
        Change::StopOver(step, at) => return stop_over(datacenter, request, step, at),
        Change::Drop(_) => {
            let without = offer.change.condition(datacenter, request);
            if offer.is_enough {
                format!("{without} a plan exists")
            } else {
                format!("{without} this conflict is solved")
            }
        }
        Change::Set(number, value) => {
            let rule = match number {
                Number::Rule(at) => Some(&request.rules[at].kind),
                _ => None,
            };
            let shown = || number.show(value, datacenter, request);
            let change = || offer.change.show(datacenter, request);
            match (rule, offer.least) {
                (Some(RuleKind::By { .. }), true) => format!("the earliest end is {}", shown()),
                (Some(RuleKind::By { .. }), false) => format!("{} is late enough", shown()),
                (Some(RuleKind::After { .. }), true) => {
                    format!("the latest beginning is {}", shown())
                }
                (Some(RuleKind::After { .. }), false) => format!("{} is early enough", shown()),
                (_, true) => format!("{} would do", change()),
                (_, false) if number.quantity(request) == Quantity::Moment => {
                    format!("{} would do, perhaps even a smaller change", change())
                }
                (_, false) if number.allows_more_when_higher(request) => {
                    format!("{} would do, perhaps less", change())
                }
                (_, false) => format!("{} would do, perhaps more", change()),
            }
        }
    };
    if !offer.is_enough {
        text += ", but another conflict remains";
    }
    text
}

/// `` `s3` has room for `a` in between: `migrate a to s2 via s3` ``
fn stop_over(
    datacenter: &Datacenter,
    request: &Request,
    step: usize,
    at: crate::datacenter::ServerId,
) -> String {
    let stop = &datacenter[at].name;
    match request.steps[step].task {
        Task::Migrate { vm, to } => {
            let (vm, to) = (&datacenter[vm].name, &datacenter[to].name);
            format!("`{stop}` has room for `{vm}` in between: `migrate {vm} to {to} via {stop}`")
        }
        _ => String::new(),
    }
}

/// What the parts of an explanation are worded with.
struct Words<'a> {
    datacenter: &'a Datacenter,
    request: &'a Request,
    problem: &'a Problem,
}

impl Words<'_> {
    /// ``waits for the memory of `s2` that `b` holds``
    fn wait(&self, wait: &Wait) -> String {
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
        let work = &self.problem.work[wait.other.0 as usize];
        let holder = match work.task {
            Task::Migrate { vm, .. } | Task::Stop(vm) => Some(&dc[vm].name),
            _ => None,
        };
        let holds = match holder {
            Some(vm) => format!("that `{vm}` holds"),
            None => format!("that `{other}` gives back"),
        };
        match cause {
            Cause::Memory(server) => format!("the memory of `{}` {holds}", dc[server].name),
            Cause::Cpu(server) => format!("the CPU of `{}` {holds}", dc[server].name),
            Cause::Rule(at) => match (&self.request.rules[at].kind, holder) {
                (RuleKind::Spread { .. }, Some(vm)) => {
                    format!("`{vm}` to leave `{}`", dc[work.from].name)
                }
                (RuleKind::Budget { .. }, _) => format!("the power {holds}"),
                _ => format!("the end of `{other}`"),
            },
            _ => format!("the end of `{other}`"),
        }
    }

    /// What a source demands, at the places that say so.
    fn demand(&self, source: SourceId) -> Vec<Demand> {
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
            Cause::Memory(id) => {
                let memory = show_bytes(dc[id].memory.map_or(0, |at| at.value));
                vec![each(
                    &dc[id].name,
                    "has",
                    "have",
                    format!("{memory} of memory"),
                )]
            }
            Cause::Cpu(id) => {
                let cpu = cpu_in_words(dc[id].cpu.map_or(0, |at| at.value));
                vec![each(&dc[id].name, "has", "have", cpu)]
            }
            Cause::VmInOrder(vm) => vec![of(
                &dc[vm].name,
                String::from("does its steps in the order in which they are written"),
                String::from("do their steps in the order in which they are written"),
            )],
            Cause::ServerInOrder(server) => vec![of(
                &dc[server].name,
                String::from("is switched in the order in which that is written"),
                String::from("are switched in the order in which that is written"),
            )],
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
            RuleKind::Spread { .. } => {
                String::from("no two of them on one server, not even in between")
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
