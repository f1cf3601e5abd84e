//! UCC'15, figure 9, and ComPAS'15, figure 3: the time to plan a decommissioning that grows.

use std::time::Instant;

use mvm::compile::Prospect;
use mvm::emit::{Curve, Labels, chart};
use mvm::schedule::{Effort, Options, Outcome, Quiet, schedule};

use crate::page::Page;
use crate::planned::text;

/// The decommissioning of UCC'15, so many times as large: racks and the aggregation switch grow.
fn times(scale: usize) -> String {
    let (old, new) = (2 * scale, scale);
    format!(
        "use std.server.x3440\nuse std.workload.idle\nuse std.link.{{ethernet1, ethernet10}}\n\
         switch core capacity {rate}Gbps\n\
         rack old[1..{old}] link : ethernet10 to core {{ server s[1..24] : x3440 link : ethernet1 }}\n\
         rack new[1..{new}] link : ethernet10 to core {{ server s[1..24] : x3440 link : ethernet1 off }}\n\
         vm small[1..{vms}] : idle {{ memory 2GiB used 2000MB on old[1..{old}].s[1..24] }}\n\
         vm large[1..{vms}] : idle {{ memory 4GiB used 4000MB on old[1..{old}].s[1..24] }}\n\
         plan decommission {{\n\
           migrate vms on old[i].s[j] to new[i].s[j] for i in 1..{new}, j in 1..24\n\
           migrate vms on old[i + {new}].s[j] to new[i].s[j] for i in 1..{new}, j in 1..24\n\
           shutdown old[*].s[*]\n}}\n",
        rate = 10 * scale,
        vms = 48 * scale,
    )
}

/// Seconds, and the gap in percent.
fn measured(scale: usize, effort: Effort) -> (f64, f64) {
    let begin = Instant::now();
    let checked = text(&times(scale));
    let Prospect::Open(problem) = &checked.prospects[0] else {
        panic!("there is nothing to schedule");
    };
    let options = Options {
        effort,
        ..Options::default()
    };
    let Outcome::Found(solution) = schedule(&problem.formulation, &options, &mut Quiet) else {
        panic!("there is no schedule");
    };
    let found = solution.objectives[0];
    let gap = 100.0 * (found.value - found.lower_bound) as f64 / (found.value as f64).max(1.0);
    (begin.elapsed().as_secs_f64(), gap)
}

/// The time from text to schedule, over the scale.
pub fn figure(page: &mut Page, largest: usize, effort: Effort) {
    let scales = [1, 2, 4, 6, 8, 10, 20, 50, 100, 200, 500, 1042];
    let efforts = [("fast", Effort::Fast), ("as asked", effort)];
    let mut rows = Vec::new();
    let mut curves = Vec::new();
    for (name, effort) in efforts {
        let scales = scales.iter().filter(|&&scale| scale <= largest);
        let points = scales.map(|&scale| {
            let (seconds, gap) = measured(scale, effort);
            rows.push(vec![
                format!("{} VMs, {name}", 96 * scale),
                match scale {
                    10 => String::from("1.5 s more than BtrPlace"),
                    _ => String::new(),
                },
                format!("{seconds:.1} s, gap {gap:.2} %"),
            ]);
            ((96 * scale) as f64, seconds)
        });
        curves.push(Curve {
            name: name.to_owned(),
            points: points.collect(),
            steps: false,
        });
    }
    let title = "UCC'15, figure 9, and ComPAS'15, figure 3: time to plan";
    page.table(title, &["", "published", "mvm"], rows);
    let labels = Labels {
        title: title.to_owned(),
        x: String::from("VMs"),
        y: String::from("seconds"),
        limit: None,
    };
    page.figure(chart(&labels, &curves));
}
