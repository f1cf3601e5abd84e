//! What may be in the way of a plan that was neither found nor excluded: its deadlines, each left out in turn.

use super::Checked;
use super::why::Watch;
use crate::change::Change;
use crate::critical::{self, Tried};
use crate::emit::clock::Clock;
use crate::emit::text::printable;
use crate::request::RuleKind;
use crate::schedule::Options;

/// Deadlines that are tried, the earliest first.
const TRIED: usize = 3;

impl Checked {
    /// The deadlines of the request at `index` without which a plan is found, and when that plan ends, in words.
    ///
    /// It proves nothing: with more effort there may be a plan that meets them all.
    pub fn without_deadlines(
        &self,
        index: usize,
        options: &Options,
        watch: &mut dyn Watch,
    ) -> Vec<String> {
        let (datacenter, request) = (&self.analysis.datacenter, &self.analysis.requests[index]);
        let rules = request.rules.iter().enumerate();
        let mut deadlines: Vec<_> = rules
            .filter_map(|(at, rule)| match rule.kind {
                RuleKind::By { time, .. } => Some((time, at)),
                _ => None,
            })
            .collect();
        deadlines.sort_unstable();
        let mut found = Vec::new();
        for (_, rule) in deadlines.into_iter().take(TRIED) {
            if watch.stop() {
                break;
            }
            let change = Change::Drop(rule);
            watch.begin(&critical::trying(datacenter, request, &[change]));
            if let Tried::Planned(plan) = self.plan_with(index, &[change], options, watch) {
                let end = Clock::new(&plan).at(plan.makespan);
                let what = printable(&change.show(datacenter, request));
                let what = what.replacen("no ", "without ", 1);
                found.push(format!("{what} a plan was found that ends at {end}"));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::compile::check;
    use crate::schedule::{Options, Quiet};
    use crate::source::Loader;

    struct Text;

    impl Loader for Text {
        fn load(&self, _: &str) -> Result<Vec<u8>, String> {
            Ok(b"switch tor\n\
server s[1..2] { memory 64GiB link 1Gbps to tor }\n\
vm a, b { memory 8GiB on s1 }\n\
plan p {\n\
  migrate a, b to s2\n\
  before b by 100s\n\
  before all by 2min\n\
}\n"
            .to_vec())
        }
    }

    #[test]
    fn each_deadline_is_left_out_in_turn() {
        let checked = check("p.mvm", &Text);
        assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
        // 69 s for each, one after the other: without the first deadline the second is still missed.
        let found = checked.without_deadlines(0, &Options::default(), &mut Quiet);
        assert_eq!(
            found,
            ["without `before a, b by +2 min` a plan was found that ends at +02:18"]
        );
    }
}
