//! UCC'15, figure 9, and ComPAS'15, figure 3: the time to plan a decommissioning that grows.

use std::time::Instant;

use mvm::compile::Prospect;
use mvm::emit::{Curve, Labels, chart};
use mvm::schedule::{Effort, Options, Outcome, Quiet, schedule};

use crate::page::Page;
use crate::planned::text;

/// The decommissioning of UCC'15, so many times as large: there are more racks, and more goes between them, as the authors' `scale/mVM.java`
/// has it (github.com/btrplace/migrations-UCC-15).
fn times(scale: usize) -> String {
    let (old, new) = (2 * scale, scale);
    format!(
        "use std.server.x3440\nuse std.workload.idle\nuse std.link.ethernet1\n\
         switch core\n\
         rack old[1..{old}] link {rate}Gbps usable 8/9 to core {{ server s[1..24] : x3440 link : ethernet1 }}\n\
         rack new[1..{new}] link {rate}Gbps usable 8/9 to core {{ server s[1..24] : x3440 link : ethernet1 off }}\n\
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

/// Seconds from the text to the plan's schedule, and the gap in percent.
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

/// Each effort, and how far it goes: beyond that it takes minutes.
const EFFORTS: [(&str, Effort, usize); 3] = [
    ("instant", Effort::Instant, 1042),
    ("fast", Effort::Fast, 100),
    ("normal", Effort::Normal, 10),
];

const SCALES: [usize; 12] = [1, 2, 4, 6, 8, 10, 20, 50, 100, 200, 500, 1042];

/// The time to plan over the scale, up to so many times 96 VMs.
pub fn figure(page: &mut Page, largest: usize) {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut curves: Vec<Curve> = Vec::new();
    for (name, ..) in EFFORTS {
        curves.push(Curve {
            name: name.to_owned(),
            points: Vec::new(),
            steps: false,
        });
    }
    for scale in SCALES.into_iter().filter(|&scale| scale <= largest) {
        let vms = 96 * scale;
        let published = match scale {
            10 => "1.5 s more than BtrPlace",
            _ => "",
        };
        let mut row = vec![format!("{vms} VMs"), published.to_owned()];
        for ((_, effort, most), curve) in EFFORTS.into_iter().zip(&mut curves) {
            if scale > most {
                row.push(String::new());
                continue;
            }
            let (seconds, gap) = measured(scale, effort);
            eprintln!("{vms} VMs: {seconds:.1} s, gap {gap:.2} %");
            row.push(format!("{seconds:.1} s, gap {gap:.2} %"));
            curve.points.push((vms as f64, seconds));
        }
        rows.push(row);
    }
    let title = "UCC'15, figure 9, and ComPAS'15, figure 3: time to plan";
    let heads = ["", "published", EFFORTS[0].0, EFFORTS[1].0, EFFORTS[2].0];
    page.table(title, &heads, rows);
    page.note(
        "From the text of the file to the schedule, with its proved bound. The papers' curves end at 960 VMs, and prove that their last plan is \
         the best that their rules allow; ours say how far from the best of all plans they are at most.",
    );
    // As far as the papers' curves go: beyond, they would be a corner of the picture.
    for curve in &mut curves {
        curve.points.retain(|point| point.0 <= 960.0);
    }
    let labels = Labels {
        title: title.to_owned(),
        x: String::from("VMs"),
        y: String::from("seconds"),
        limit: None,
    };
    page.figure(chart(&labels, &curves));
}
