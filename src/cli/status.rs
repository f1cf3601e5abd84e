//! `mvm status`

use std::collections::BTreeMap;
use std::path::Path;

use super::args::StatusOf;
use super::terminal::Terminal;
use super::{Status, disk, output};
use crate::emit::json::{PlanFile, read};
use crate::emit::text::printable;
use crate::run::{Journal, Line, What};
use crate::show::{show_count, show_seconds};

/// Says where a plan stands, from its journal alone or beside its plan; also while it is carried out.
pub fn run(args: &StatusOf, terminal: &Terminal) -> Status {
    let text =
        tell(&args.journal, args.plan.as_deref()).and_then(|text| output::write(None, &text));
    match text {
        Ok(()) => Status::Done,
        Err(why) => {
            terminal.say(&format!("error: {why}"));
            Status::WrongInput
        }
    }
}

fn tell(path: &Path, plan: Option<&Path>) -> Result<String, String> {
    let open = |path: &Path| {
        disk::read_text(path).map_err(|why| format!("`{}` cannot be read: {why}", path.display()))
    };
    let journal = Journal::read(&open(path)?).map_err(|e| format!("`{}`: {e}", path.display()))?;
    let plan = plan
        .map(|path| {
            read(&open(path)?).map_err(|e| format!("`{}` is not a plan: {e}", path.display()))
        })
        .transpose()?;
    if let Some(plan) = plan
        .as_ref()
        .filter(|plan| printable(&plan.plan) != journal.plan)
    {
        return Err(format!(
            "the journal is of plan {}, not of {}",
            journal.plan,
            printable(&plan.plan)
        ));
    }
    let now = jiff::Timestamp::now().as_second();
    Ok(words(&journal, plan.as_ref(), now))
}

/// What the journal says, at that moment.
fn words(journal: &Journal, plan: Option<&PlanFile>, now: i64) -> String {
    let mut last: BTreeMap<usize, &Line> = BTreeMap::new();
    last.extend(journal.lines.iter().map(|line| (line.action, line)));
    let are = |what: What| last.values().filter(move |line| line.what == what);
    let moment = journal.lines.last().map_or(journal.started, |line| line.at);
    let mut out = format!(
        "plan {}: started {}, last heard of {} ago\n",
        journal.plan,
        jiff::Timestamp::from_second(journal.started).unwrap_or_default(),
        show_seconds((now - moment).max(0)),
    );
    let counts = [
        ("done", What::Ended),
        ("begun", What::Started),
        ("failed", What::Failed),
    ];
    let mut counts: Vec<String> = counts
        .map(|(name, what)| format!("{} {name}", are(what).count()))
        .into();
    if let Some(plan) = plan {
        counts.push(format!(
            "{} not begun",
            plan.actions.len().saturating_sub(last.len())
        ));
    }
    out += &format!("{}\n", counts.join(", "));
    for line in are(What::Started) {
        let planned = plan.and_then(|plan| plan.actions.get(line.action));
        let planned =
            planned.map(|action| format!(" ({} planned)", show_seconds(action.end - action.start)));
        let for_so_long = show_seconds((now - line.at).max(0));
        out += &format!(
            "begun    {} {for_so_long} ago{}\n",
            line.title,
            planned.unwrap_or_default()
        );
    }
    for line in are(What::Failed) {
        out += &format!("failed   {}\n", line.title);
    }
    if let Some(plan) = plan {
        out += &lateness(journal, plan, &last, now);
    }
    out
}

/// How what is left compares with the plan.
fn lateness(journal: &Journal, plan: &PlanFile, last: &BTreeMap<usize, &Line>, now: i64) -> String {
    let ended = |at: &usize| last.get(at).is_some_and(|line| line.what == What::Ended);
    let left: Vec<usize> = (0..plan.actions.len()).filter(|at| !ended(at)).collect();
    let Some(first) = left.iter().map(|&at| plan.actions[at].end).min() else {
        let took = journal
            .lines
            .last()
            .map_or(0, |line| line.at - journal.started);
        return format!(
            "all is done: it took {}, {} were planned\n",
            show_seconds(took),
            show_seconds(plan.makespan)
        );
    };
    // The first of what is left should have ended by then.
    let late = now - journal.started - first;
    let end = plan.makespan + late.max(0);
    let behind = match late > 0 {
        true => format!("{} behind its plan", show_seconds(late)),
        false => String::from("not behind its plan"),
    };
    format!(
        "{} left; {behind}: it should end {} after its start ({} were planned)\n",
        show_count(left.len(), "action"),
        show_seconds(end),
        show_seconds(plan.makespan)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_alone_says_what_is_begun() {
        let text = "mvm-journal/1\tabc\t1795816800\tp\n1795816800\tstarted\t0001\tmigrate a\n\
                    1795816810\tended\t0001\tmigrate a\n1795816811\tstarted\t0002\tmigrate b\n1795816811\tfailed\t0003\tboot c\n";
        insta::assert_snapshot!(words(&Journal::read(text).unwrap(), None, 1_795_816_900), @r"
        plan p: started 2026-11-27T22:00:00Z, last heard of 89 s ago
        1 done, 1 begun, 1 failed
        begun    migrate b 89 s ago
        failed   boot c
        ");
    }
}
