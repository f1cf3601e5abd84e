//! Explanations in words and pictures.

use super::demand::{Demand, Words, enumerate};
use super::{Explanation, Offer};
use crate::change::{Change, Number, Quantity};
use crate::datacenter::{Datacenter, ServerId};
use crate::diag::{Code, Diagnostic, Label};
use crate::formulate::{Carrier, Cause, Problem, say_when};
use crate::formulation::SourceKind;
use crate::request::{Request, RuleKind, Task};
use crate::show::show_count;
use crate::source::Span;

/// Places that are drawn; more would not be a picture.
const MOST_PLACES: usize = 12;

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
        drawn.help.extend(self.loosely_counted(&words));
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
        finding.help.extend(self.loosely_counted(&words));
    }

    /// What is to be said where something takes part that carries what flows between two VMs that both act, which may be counted when nothing
    /// flows.
    fn loosely_counted(&self, words: &Words) -> Option<String> {
        let is_here = |carrier: Carrier| {
            let mut causes = self
                .core
                .iter()
                .map(|source| words.problem.causes[source.0 as usize]);
            causes.any(|cause| match carrier {
                Carrier::Link(link, _) => cause == Cause::Link(link),
                Carrier::Switch(switch) => cause == Cause::Switch(switch),
            })
        };
        let mut loose = words.problem.loads.loose.iter();
        let (_, vms) = loose.find(|(carrier, _)| is_here(*carrier))?;
        Some(say_when(words.datacenter, *vms))
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
                (_, false) if number.quantity(datacenter, request) == Quantity::Moment => {
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
fn stop_over(datacenter: &Datacenter, request: &Request, step: usize, at: ServerId) -> String {
    let stop = &datacenter[at].name;
    match request.steps[step].task {
        Task::Migrate { vm, to } => {
            let (vm, to) = (&datacenter[vm].name, &datacenter[to].name);
            format!("`{stop}` has room for `{vm}` in between: `migrate {vm} to {to} via {stop}`")
        }
        _ => String::new(),
    }
}
