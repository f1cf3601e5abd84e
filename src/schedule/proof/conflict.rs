//! Which lines contradict one another: a set of sources that is infeasible, and no longer so without any one line
//! (deletion, in halves first; Chinneck 2008). How much is tried is counted.
//!
//! Sources of one kind from one place, as the boot times of all servers of a class, are deleted together: which few of
//! them are just enough says nothing to people. Where very few do, those are named.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::formulation::{Formulation, SourceId};

use crate::schedule::control::Control;
use crate::schedule::feasible;
use crate::schedule::instance::{Instance, Refusal};
use crate::schedule::{Core, Feasibility};

/// Checks that may spend all their effort: after that the set is what it is.
const MOST_SPENT: u32 = 6;

/// So many sources of one place are told apart.
const FEW: usize = 6;

/// An infeasible set of sources, minimal by lines as far as the checks can tell; the whole set is infeasible.
pub fn conflict(formulation: &Formulation, control: &Control) -> Core {
    let lines = lines(formulation);
    let mut deletion = Deletion {
        formulation,
        control,
        presolve: refused(formulation, &lines.concat()),
        spent: 0,
    };
    let (mut lines, minimal) = deletion.reduce(lines, &[], 0);
    for at in 0..lines.len() {
        if lines[at].len() > 1 && !deletion.is_over() {
            let line = std::mem::take(&mut lines[at]);
            let alone = line.iter().map(|&source| vec![source]).collect();
            let (fewer, _) = deletion.reduce(alone, &lines.concat(), 700 + 300 * at / lines.len());
            lines[at] = if fewer.len() <= FEW {
                fewer.concat()
            } else {
                line
            };
        }
    }
    let mut sources = lines.concat();
    sources.sort_unstable();
    Core { sources, minimal }
}

/// The sources that any constraint comes from, those of one place and kind together. What cannot be changed comes
/// first and so is left out first where there is a choice.
fn lines(formulation: &Formulation) -> Vec<Vec<SourceId>> {
    let mut sources = BTreeSet::new();
    sources.extend(formulation.resources.iter().map(|r| r.source));
    sources.extend(formulation.precedences.iter().map(|p| p.source));
    sources.extend(formulation.groups.iter().map(|g| g.source));
    sources.extend(formulation.windows.iter().map(|w| w.source));
    let mut lines: BTreeMap<_, Vec<SourceId>> = BTreeMap::new();
    for id in sources {
        let source = &formulation[id];
        let own = source.span.is_none().then_some(id);
        let line = lines.entry((Reverse(source.kind), source.span, own));
        line.or_default().push(id);
    }
    lines.into_values().collect()
}

struct Deletion<'a, 'm> {
    formulation: &'a Formulation,
    control: &'a Control<'m>,
    /// Whether presolve alone shows that all are infeasible. That is quick; only what it cannot show is left to SAT.
    presolve: bool,
    /// Checks that have spent all their effort.
    spent: u32,
}

impl Deletion<'_, '_> {
    fn is_over(&self) -> bool {
        self.spent >= MOST_SPENT || self.control.stopped()
    }

    /// Leaves out as many pieces as it can while what is left is infeasible beside what is fixed, and says whether it
    /// is known that no other one can be left out. `done` is the progress so far, in thousandths.
    fn reduce(
        &mut self,
        mut pieces: Vec<Vec<SourceId>>,
        fixed: &[SourceId],
        done: usize,
    ) -> (Vec<Vec<SourceId>>, bool) {
        let mut size = pieces.len().div_ceil(2);
        let mut known = true;
        while size > 0 {
            known = true;
            let mut at = 0;
            while at < pieces.len() {
                if self.is_over() {
                    return (pieces, false);
                }
                self.control
                    .report("explaining", None, None, Some(done as u32));
                let mut fewer = pieces.clone();
                fewer.drain(at..(at + size).min(pieces.len()));
                let is_last = size == 1 && (fixed.is_empty() || pieces.len() <= FEW);
                match self.check(&fewer, fixed, is_last) {
                    Feasibility::Infeasible => {
                        pieces = fewer;
                        continue;
                    }
                    Feasibility::Unknown => known = false,
                    Feasibility::Feasible(_) => {}
                }
                at += size;
            }
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
        (pieces, known)
    }

    fn check(&mut self, pieces: &[Vec<SourceId>], fixed: &[SourceId], full: bool) -> Feasibility {
        let mut kept = [pieces.concat().as_slice(), fixed].concat();
        kept.sort_unstable();
        if self.presolve && !full {
            return match refused(self.formulation, &kept) {
                true => Feasibility::Infeasible,
                false => Feasibility::Unknown,
            };
        }
        let keep = |source| kept.binary_search(&source).is_ok();
        let verdict = feasible::check(self.formulation, &keep, feasible::EFFORT, self.control);
        self.spent += u32::from(verdict == Feasibility::Unknown);
        verdict
    }
}

fn refused(formulation: &Formulation, kept: &[SourceId]) -> bool {
    let kept: BTreeSet<SourceId> = kept.iter().copied().collect();
    let instance = Instance::new(formulation, &|source| kept.contains(&source));
    matches!(instance, Err(Refusal::Infeasible))
}
