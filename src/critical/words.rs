//! What holds a plan, in words.

use std::collections::BTreeSet;

use super::{Binding, Binds, Chain, Link, Reason};
use crate::change::Change;
use crate::datacenter::Datacenter;
use crate::emit::amount;
use crate::emit::clock::Clock;
use crate::emit::text::printable;
use crate::formulate::{Cause, Problem};
use crate::formulation::{ActionId, Seconds, SourceId};
use crate::plan::{Held, Plan};
use crate::request::{GoalKind, Request};
use crate::show::{show_count, show_rate, show_seconds};
use crate::source::{SourceMap, Span};

/// A chain with more rows than this is told in fewer: neighbours of the same kind in one row.
const MANY: usize = 12;

/// Periods that are listed; of more only the first beginning and the last end.
const FEW: usize = 2;

/// What came of planning with changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Tried {
    /// A plan that the checker has replayed.
    Planned(Box<Plan>),
    /// No plan exists then.
    Impossible,
    /// The effort was spent before a plan was found or excluded.
    Unknown,
}

/// All that the words are about.
pub struct Why<'a> {
    /// What there is.
    pub datacenter: &'a Datacenter,
    /// What is asked.
    pub request: &'a Request,
    /// The problem.
    pub problem: &'a Problem,
    /// The plan.
    pub plan: &'a Plan,
    /// The texts that the places are in.
    pub map: &'a SourceMap,
}

/// The chain, what binds along it, and what came of changes, which are in the order of `bindings`.
pub fn show(
    why: &Why<'_>,
    chain: &Chain,
    bindings: &[Binding],
    tried: &[(Vec<Change>, Tried)],
) -> String {
    let clock = Clock::new(why.plan);
    let mut out = why.title(&clock);
    if chain.links.is_empty() {
        return out;
    }
    out += &why.rows(chain, &clock);
    out += &why.assumptions(chain);
    out += "\nwhat binds\n";
    let mut untold: Vec<&(Vec<Change>, Tried)> = tried.iter().collect();
    for binding in bindings {
        out += &why.binding(binding, &clock);
        // Two things may bind that the same change is about, which is told once.
        let known = untold
            .iter()
            .position(|(changes, _)| *changes == binding.changes);
        if let Some(at) = known {
            let (changes, tried) = untold.remove(at);
            out += &format!("    {}\n", why.tried(changes, tried, &clock));
        }
    }
    out
}

impl Why<'_> {
    fn title(&self, clock: &Clock) -> String {
        let plan = self.plan;
        if plan.actions.is_empty() {
            return format!("why {}: nothing to do\n", printable(&plan.name));
        }
        let mut title = format!(
            "why {} ends at {}, after {}\n",
            printable(&plan.name),
            clock.at(plan.makespan),
            show_seconds(plan.makespan)
        );
        if let Some(goal) = plan.objectives.first()
            && goal.goal != GoalKind::Makespan
        {
            title += &format!(
                "(it minimizes {}, not the makespan; this is what holds the end all the same)\n",
                goal.goal.name()
            );
        }
        title
    }

    fn name(&self, action: ActionId) -> String {
        printable(&self.problem.formulation[action].name)
    }

    /// ` (line 12)`, with the file where it is not that of the plan; nothing where no place is known.
    fn place(&self, span: Option<Span>) -> String {
        self.places(std::iter::once(span))
    }

    /// The places of several things, each once.
    fn places(&self, spans: impl Iterator<Item = Option<Span>>) -> String {
        let mut places: Vec<String> = Vec::new();
        for span in spans.flatten() {
            let line = self.map.position(span).line;
            let plan = self.request.origin.map(|plan| plan.file);
            let place = match plan == Some(span.file) {
                true => format!("line {line}"),
                false => format!("{}:{line}", self.map.name_of(span.file)),
            };
            if !places.contains(&place) {
                places.push(place);
            }
        }
        match places.is_empty() {
            true => String::new(),
            false => format!(" ({})", places.join(", ")),
        }
    }

    /// A source as it is written, with its place.
    fn source(&self, source: SourceId) -> String {
        let data = &self.problem.formulation[source];
        let label = match self.problem.causes[source.0 as usize] {
            Cause::Rule(_) | Cause::Pause(_) => format!("`{}`", data.label),
            _ => data.label.clone(),
        };
        format!("{}{}", printable(&label), self.place(data.span))
    }

    /// The chain link by link, or several alike together.
    pub fn held(&self, chain: &Chain) -> Vec<Held> {
        let groups: Vec<&[Link]> = if chain.links.len() > MANY {
            chain.links.chunk_by(|a, b| self.alike(a, b)).collect()
        } else {
            chain.links.chunks(1).collect()
        };
        groups.iter().map(|links| self.link(links)).collect()
    }

    /// A line for each part of the chain.
    fn rows(&self, chain: &Chain, clock: &Clock) -> String {
        let held = self.held(chain).into_iter();
        let rows: Vec<[String; 5]> = held
            .map(|held| {
                let [from, to] = [held.from, held.to].map(|at| clock.at(at));
                let lasts = show_seconds(held.to - held.from);
                [from, to, lasts, held.what, held.why]
            })
            .collect();
        let width = |column: usize| {
            let lengths = rows
                .iter()
                .map(|row: &[String; 5]| row[column].chars().count());
            lengths.max().unwrap_or(0)
        };
        let widths = [width(0), width(1), width(2), width(3)];
        let mut out = String::new();
        for [from, to, lasts, what, reason] in &rows {
            let [a, b, c, d] = widths;
            let line = format!("  {from:>a$}  {to:>b$}  {lasts:>c$}  {what:d$}  {reason}");
            out += line.trim_end();
            out.push('\n');
        }
        out
    }

    /// What the lengths of the chain's actions assume besides the model; nothing where they assume nothing.
    fn assumptions(&self, chain: &Chain) -> String {
        let actions: BTreeSet<ActionId> = chain.links.iter().map(|link| link.action).collect();
        let assumed = |action: &ActionId| self.problem.work[action.0 as usize].assumed;
        let told = |actions: Vec<ActionId>| {
            let names = actions.iter().take(FEW).map(|&action| self.name(action));
            let names = names.collect::<Vec<_>>().join("`, `");
            match actions.len() - FEW.min(actions.len()) {
                0 => format!("`{names}`"),
                more => format!("`{names}` and {more} more"),
            }
        };
        let mut out = String::new();
        let guessed: Vec<ActionId> = actions
            .iter()
            .filter(|action| assumed(action).guessed)
            .copied()
            .collect();
        if !guessed.is_empty() {
            out += &format!(
                "  a guess, as nothing is known of what the VM rewrites: {}\n",
                told(guessed)
            );
        }
        let slacks: BTreeSet<u32> = actions.iter().map(|action| assumed(action).slack).collect();
        for slack in slacks.into_iter().filter(|&slack| slack > 0) {
            let with = actions
                .iter()
                .filter(|action| assumed(action).slack == slack);
            let share = amount::share(slack);
            out += &format!("  {share} of slack: {}\n", told(with.copied().collect()));
        }
        match out.is_empty() {
            true => out,
            false => format!("\nwhat is assumed\n{out}"),
        }
    }

    /// Whether two links that follow one another may be told as one: the same happens for the same reason.
    fn alike(&self, a: &Link, b: &Link) -> bool {
        let place = |link: &Link| {
            let source = match link.reason {
                Reason::Full { resource, .. } => self.problem.formulation[resource].source,
                Reason::Order { source, .. } => source,
                _ => return None,
            };
            let span = self.problem.formulation[source].span;
            Some((span, span.is_none().then_some(source)))
        };
        let verb = |link: &Link| self.name(link.action).split(' ').next().map(str::to_owned);
        a.runs && b.runs && place(a).is_some() && place(a) == place(b) && verb(a) == verb(b)
    }

    fn link(&self, links: &[Link]) -> Held {
        let (first, last) = (&links[0], &links[links.len() - 1]);
        let what = match (links.len(), first.runs) {
            (1, true) => self.name(first.action),
            (1, false) => format!("({} waits)", self.name(first.action)),
            (2, _) => format!("{}, {}", self.name(first.action), self.name(last.action)),
            (several, _) => format!(
                "{}, … {} ({several} actions)",
                self.name(first.action),
                self.name(last.action)
            ),
        };
        Held {
            from: first.from,
            to: last.to,
            what,
            why: self.reason(first, links.len() > 1),
        }
    }

    /// Why a link begins no earlier, or each of several alike.
    fn reason(&self, link: &Link, several: bool) -> String {
        let mut text = match link.reason {
            Reason::Beginning => String::from("begins with the plan"),
            Reason::Order { first, source } => self.order(first, source, several),
            Reason::Full { resource, until } => {
                let source = self.problem.formulation[resource].source;
                let full = match self.problem.causes[source.0 as usize] {
                    Cause::Rule(_) => format!("{} has no room", self.source(source)),
                    _ => format!("{} is full", self.source(source)),
                };
                match several {
                    true => format!("{full}: each begins when the one before it ends"),
                    false => format!("{full} until `{}` ends", self.name(until)),
                }
            }
            Reason::Moment { source } => format!("not earlier: {}", self.source(source)),
            Reason::Nothing => String::from("could begin earlier, but the plan would be no better"),
        };
        if let Some((other, source)) = link.with {
            let edge = match link.holder == link.action {
                true => "ends",
                false => "starts",
            };
            let (other, source) = (self.name(other), self.source(source));
            text += &format!("; {edge} with `{other}`: {source}");
        }
        text
    }

    fn order(&self, first: ActionId, source: SourceId, several: bool) -> String {
        let name = self.name(first);
        match self.problem.causes[source.0 as usize] {
            Cause::Rule(_) if several => {
                format!("each after the one before it: {}", self.source(source))
            }
            Cause::VmInOrder(_) | Cause::ServerInOrder(_) => {
                let place = self.place(self.problem.formulation[source].span);
                format!("after `{name}`, as written{place}")
            }
            _ => format!("after `{name}`: {}", self.source(source)),
        }
    }

    fn binding(&self, binding: &Binding, clock: &Clock) -> String {
        let several = |sources: &[SourceId]| match sources {
            [only] => self.source(*only),
            [first, ..] => format!(
                "{} and {} more like it",
                self.source(*first),
                sources.len() - 1
            ),
            [] => String::new(),
        };
        let what = match &binding.binds {
            Binds::Full(sources) => {
                let is_rule = sources.first().is_some_and(|source| {
                    matches!(self.problem.causes[source.0 as usize], Cause::Rule(_))
                });
                let verb = match (is_rule, sources.len()) {
                    (true, 1) => "leaves no room",
                    (true, _) => "leave no room",
                    (false, 1) => "is full",
                    (false, _) => "are full",
                };
                format!("{} {verb}", several(sources))
            }
            Binds::Order(sources) => match self.problem.causes[sources[0].0 as usize] {
                Cause::Up(_) => {
                    let servers = sources.len();
                    format!("waiting for {} to boot,", show_count(servers, "server"))
                }
                _ => format!("{} makes others wait", several(sources)),
            },
            Binds::Moment(sources) => format!("{} makes others wait", several(sources)),
            Binds::Rate(links, rate) => {
                let places =
                    self.places(links.iter().map(|&link| self.datacenter[link].rate.origin));
                let what = match links.as_slice() {
                    [only] => {
                        let link = &self.datacenter[*only];
                        let (a, b) = (link.a, link.b);
                        format!(
                            "link {} - {}",
                            self.datacenter.node_name(a),
                            self.datacenter.node_name(b)
                        )
                    }
                    several => show_count(several.len(), "link"),
                };
                let what = format!("{what}{places}");
                let verb = if links.len() == 1 { "gives" } else { "give" };
                format!(
                    "{what} {verb} a migration no more than {}",
                    show_rate(*rate)
                )
            }
        };
        format!(
            "  {what} {}: {} of {}\n",
            self.periods(&binding.periods, clock),
            show_seconds(binding.seconds()),
            show_seconds(self.plan.makespan)
        )
    }

    fn periods(&self, periods: &[(Seconds, Seconds)], clock: &Clock) -> String {
        let one = |&(from, to): &(Seconds, Seconds)| {
            format!("from {} to {}", clock.at(from), clock.at(to))
        };
        match periods {
            [] => String::new(),
            few if few.len() <= FEW => few.iter().map(one).collect::<Vec<_>>().join(" and "),
            [first, .., last] => format!(
                "in {} periods from {} to {}",
                periods.len(),
                clock.at(first.0),
                clock.at(last.1)
            ),
            [only] => one(only),
        }
    }

    /// What would be different, without what comes of it.
    fn changes(&self, changes: &[Change]) -> String {
        // The last rule of several goes first, so the last change is about the first that is written.
        let told = match changes.first() {
            Some(Change::Drop(_)) => changes.last(),
            first => first,
        };
        let Some(told) = told else {
            return String::new();
        };
        let text = printable(&told.condition(self.datacenter, self.request));
        match changes.len() {
            1 => text,
            count => format!("{text} and {} more like it", count - 1),
        }
    }

    fn tried(&self, changes: &[Change], tried: &Tried, clock: &Clock) -> String {
        let what = self.changes(changes);
        let plan = match tried {
            Tried::Impossible => return format!("{what} there is no plan"),
            Tried::Unknown => return format!("{what} no plan was found with this effort"),
            Tried::Planned(plan) => plan,
        };
        let (before, after) = (self.plan.makespan, plan.makespan);
        let mut text = match before - after {
            0 => format!("{what} it ends no earlier"),
            gain if gain > 0 => format!(
                "{what} it ends at {}, {} earlier",
                clock.at(after),
                show_seconds(gain)
            ),
            loss => format!(
                "{what} it would end later, at {}, by {}",
                clock.at(after),
                show_seconds(-loss)
            ),
        };
        let mut figures = Vec::new();
        if let (Some(old), Some(new)) = (self.plan.objectives.first(), plan.objectives.first())
            && old.goal != GoalKind::Makespan
        {
            let value = |value: i64| amount::objective(old.goal, value);
            figures.push(match old.value == new.value {
                true => format!("the same {}", old.goal.name()),
                false => format!(
                    "{} {} instead of {}",
                    old.goal.name(),
                    value(new.value),
                    value(old.value)
                ),
            });
        }
        let is_power = matches!(changes.first(), Some(Change::Drop(at))
            if matches!(self.request.rules[*at].kind, crate::request::RuleKind::Budget { .. }));
        if is_power {
            figures.push(format!("up to {}", amount::power(plan.peak_power)));
        }
        if !figures.is_empty() {
            text += &format!(" ({})", figures.join(", "));
        }
        text
    }
}

/// What is tried, for a line of progress.
pub fn trying(datacenter: &Datacenter, request: &Request, changes: &[Change]) -> String {
    changes
        .first()
        .map(|change| printable(&change.condition(datacenter, request)))
        .unwrap_or_default()
}
