//! What may be in the way of a plan that was neither found nor excluded: its deadlines. For each, when it would be late
//! enough.

use super::Checked;
use super::why::Watch;
use crate::change::Change;
use crate::critical;
use crate::emit::text::printable;
use crate::explain::without_deadline;
use crate::formulate::rule_in_words;
use crate::request::{RuleKind, show_moment};
use crate::schedule::{Effort, Options};

/// Deadlines that are tried, the earliest first.
const TRIED: usize = 3;

impl Checked {
    /// For deadlines of the request at `index` alone, when each would be late enough for a plan that was found, in
    /// words.
    ///
    /// Where it does not say that nothing is earlier, there may be a plan that keeps them all.
    pub fn late_enough(
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
        let options = Options {
            effort: Effort::Brief,
            time_limit: options.time_limit,
        };
        let mut found = Vec::new();
        for (_, rule) in deadlines.into_iter().take(TRIED) {
            if watch.stop() {
                break;
            }
            let dropped = [Change::Drop(rule)];
            watch.begin(&critical::trying(datacenter, request, &dropped));
            let earliest = without_deadline(datacenter, request, rule, &options, watch);
            if let Some(earliest) = earliest {
                let end = show_moment(request.start.as_ref(), earliest.end);
                let what = printable(&rule_in_words(datacenter, request, &request.rules[rule]));
                found.push(match earliest.bound == earliest.end {
                    true => format!("`{what}`: the earliest end is {end}"),
                    false => format!("`{what}`: {end} is late enough"),
                });
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::compile::check;
    use crate::schedule::{Options, Quiet};
    use crate::source::fixture::OneText;

    const TEXT: &str = "\
switch tor
server s[1..2] { memory 64GiB link 1Gbps to tor }
vm a, b { memory 8GiB idle on s1 }
plan p {
  migrate a, b to s2
  before b by 100s
  before all by 2min
}
";

    #[test]
    fn each_deadline_is_tried_in_turn() {
        let checked = check("plan.mvm", &OneText(TEXT));
        assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
        // 69 s for each, one after the other: without the first deadline the second is still missed.
        let found = checked.late_enough(0, &Options::default(), &mut Quiet);
        assert_eq!(
            found,
            ["`before a, b by +2 min`: the earliest end is +2 min 18 s"]
        );
    }
}
