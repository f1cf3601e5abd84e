//! From where a plan starts that does not start from what its file declares.

use super::amount;
use super::text::printable;
use crate::plan::Plan;
use crate::show::show_count;

/// In a sentence; None where it starts from what its file declares.
pub fn begin(plan: &Plan) -> Option<String> {
    let since = plan.since.as_ref()?;
    let after = printable(&since.after);
    let Some(progress) = &since.progress else {
        return Some(format!("It starts from where `{after}` ends."));
    };
    let done = match progress.done.len() {
        0 => String::from("nothing is done"),
        done => format!("{} done", show_count(done, "action")),
    };
    let running = match progress.running.len() {
        0 => String::from("none running"),
        running => format!("{running} running"),
    };
    let elapsed = amount::duration(progress.elapsed);
    let late = match progress.late {
        1.. => format!(", which was {} late", amount::duration(progress.late)),
        _ => String::new(),
    };
    let strayed = match progress.vms.len() + progress.servers.len() {
        0 => String::new(),
        strayed => format!(
            " {} not as that would have it.",
            match strayed {
                1 => String::from("1 VM or server is"),
                _ => format!("{strayed} VMs and servers are"),
            }
        ),
    };
    Some(format!(
        "It goes on {elapsed} after the start{late}: {done}, {running}.{strayed}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datacenter::VmId;
    use crate::emit::fixture;
    use crate::request::Task;
    use crate::since::{Progress, Running, Since};

    #[test]
    fn what_is_done_and_what_runs_is_told() {
        let (_, mut plan) = fixture::evening();
        assert_eq!(begin(&plan), None);
        let mut since = Since {
            after: String::from("tonight"),
            ..Since::default()
        };
        plan.since = Some(since.clone());
        assert_eq!(
            begin(&plan).as_deref(),
            Some("It starts from where `tonight` ends.")
        );
        since.progress = Some(Progress {
            elapsed: 150,
            late: 60,
            done: vec![Task::Start(VmId(0)), Task::Pause],
            running: vec![Running {
                task: Task::Stop(VmId(1)),
                left: 3,
                rate: None,
                manner: None,
                pool: None,
            }],
            ..Progress::default()
        });
        plan.since = Some(since);
        let words = "It goes on 2 min 30 s after the start, which was 1 min late: 2 actions done, 1 running.";
        assert_eq!(begin(&plan).as_deref(), Some(words));
    }
}
