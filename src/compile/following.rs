//! Plans that start from where another one ends.

use super::{Checked, Failure, Prospect};
use crate::datacenter::Datacenter;
use crate::diag::has_errors;
use crate::formulate::formulate;
use crate::plan::Plan;
use crate::request::{Request, Step};
use crate::schedule::{Monitor, Options};
use crate::sema::Analysis;
use crate::since::{Ends, Since};

/// From where the way back of a plan starts; None where that plan has things to choose.
pub(super) fn declared(datacenter: &Datacenter, undone: &Request) -> Option<Since> {
    Ends::of(datacenter, &undone.steps).since(&undone.name)
}

impl Checked {
    /// The same file for the plan at `index`, which is a way back: from where the plan that it undoes ends. That one is `made`, or
    /// made here, where it has things to choose.
    ///
    /// # Errors
    /// Why there is no plan to come back from.
    pub fn following(
        &self,
        index: usize,
        made: Option<&Plan>,
        options: &Options,
        monitor: &mut dyn Monitor,
    ) -> Result<Checked, Failure> {
        let Prospect::After(first) = self.prospects[index] else {
            return Err(Failure::Input);
        };
        let (datacenter, undone) = (&self.analysis.datacenter, &self.analysis.requests[first]);
        let since = match declared(datacenter, undone) {
            Some(since) => since,
            None => {
                let own;
                let plan = match made {
                    Some(plan) => plan,
                    None => {
                        own = self.plan(first, options, monitor)?;
                        &own
                    }
                };
                let steps = plan.actions.iter().map(|done| Step::of(done.task, None));
                let ends = Ends::of(datacenter, &steps.collect::<Vec<_>>());
                ends.since(&undone.name).ok_or(Failure::Input)?
            }
        };
        Ok(self.since(index, &since))
    }

    /// The same file for the plan at `index` alone, which starts from there.
    pub fn since(&self, index: usize, since: &Since) -> Checked {
        let Analysis {
            mut datacenter,
            mut requests,
        } = self.analysis.clone();
        let undone = requests[index].reverses;
        if undone.is_some() {
            let origin = requests[index].steps.first().and_then(|step| step.origin);
            requests[index].steps = since.back(&datacenter, origin);
        }
        if let Some(progress) = &since.progress {
            requests[index] = progress.left(&requests[index]);
        }
        since.make(&mut datacenter);
        let (problem, findings) = formulate(&datacenter, &requests[index]);
        let (impossible, wrong): (Vec<_>, Vec<_>) =
            findings.into_iter().partition(|d| d.code.says_impossible());
        let prospect = match problem {
            _ if has_errors(&wrong) => Prospect::Broken,
            Some(problem) if impossible.is_empty() => Prospect::Open(Box::new(problem)),
            problem => Prospect::Impossible(impossible, problem.map(Box::new)),
        };
        let mut prospects: Vec<Prospect> = requests.iter().map(|_| Prospect::Broken).collect();
        prospects[index] = prospect;
        Checked {
            map: self.map.clone(),
            analysis: Analysis {
                datacenter,
                requests,
            },
            prospects,
            diagnostics: wrong,
            root: self.root.clone(),
            source: self.source.clone(),
            since: Some(since.clone()),
        }
    }

    /// The file as the plan at `index` sees it, where that starts from elsewhere than this one says.
    pub fn seen_by(&self, index: usize, since: Option<&Since>) -> Option<Checked> {
        let since = since.filter(|&since| self.since.as_ref() != Some(since))?;
        Some(self.since(index, since))
    }
}
