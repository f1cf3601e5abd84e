//! The decommissionings: UCC'15, section V-C (figures 7 and 8), and ComPAS'15, section 4 (table 1, figure 2).

use mvm::baseline::Baseline;
use mvm::emit::{Curve, Labels, chart};
use mvm::schedule::Effort;
use mvm::simulate::Law;

use crate::page::Page;
use crate::planned::{Done, file, other, own};

const HEADS: [&str; 3] = ["", "published", "mvm"];

fn row(name: &str, published: &str, own: String) -> Vec<String> {
    vec![name.to_owned(), published.to_owned(), own]
}

fn curve(name: &str, done: &Done) -> Curve {
    Curve {
        name: name.to_owned(),
        points: done.power(),
        steps: true,
    }
}

fn figure(page: &mut Page, title: &str, limit: Option<f64>, curves: &[Curve]) {
    let labels = Labels {
        title: title.to_owned(),
        x: String::from("minutes"),
        y: String::from("kW"),
        limit,
    };
    page.figure(chart(&labels, curves));
}

fn kilowatts(mw: u64) -> String {
    format!("{:.2} kW", mw as f64 / 1e6)
}

/// UCC'15: two racks into a third, without and with a budget of 9 kW.
pub fn ucc(page: &mut Page, effort: Effort) {
    let plain = file("examples/decommission/plain.mvm");
    let theirs = other(&plain, Baseline::Btrplace, 1, None);
    let ours = own(&plain, effort, None);
    let saved = theirs.kilojoules() - ours.kilojoules();
    page.table(
        "UCC'15, figure 7: 96 VMs leave 48 servers for 24",
        &HEADS,
        vec![
            row(
                "energy, BtrPlace",
                "",
                format!("{:.1} kJ", theirs.kilojoules()),
            ),
            row("energy, mvm", "", format!("{:.1} kJ", ours.kilojoules())),
            row(
                "saved",
                "21.55 %",
                format!("{:.2} %", 100.0 * saved / theirs.kilojoules()),
            ),
            row("peak, mvm", "10 kW", kilowatts(ours.course.peak_power)),
            row(
                "BtrPlace ends after",
                "7 min",
                format!("{:.1} min", theirs.course.end as f64 / 60.0),
            ),
            row(
                "mvm ends after",
                "",
                format!("{:.1} min", ours.course.end as f64 / 60.0),
            ),
            row(
                "a migration of BtrPlace takes",
                "",
                format!("{:.1} s", theirs.means().1),
            ),
            row(
                "a migration of mvm takes",
                "",
                format!("{:.1} s", ours.means().1),
            ),
        ],
    );
    let title = "UCC'15, figure 7: power of the decommissioning";
    figure(
        page,
        title,
        None,
        &[curve("BtrPlace", &theirs), curve("mvm", &ours)],
    );
    let budget = own(&file("examples/decommission/budget-9kw.mvm"), effort, None);
    let longer = budget.course.end - ours.course.end;
    page.table(
        "UCC'15, figure 8: the same under 9 kW",
        &HEADS,
        vec![
            row("peak", "9 kW", kilowatts(budget.course.peak_power)),
            row("longer than without", "90 s", format!("{longer} s")),
            row("energy", "", format!("{:.1} kJ", budget.kilojoules())),
        ],
    );
    let title = "UCC'15, figure 8: power under a budget of 9 kW";
    let planned = Curve {
        name: String::from("planned"),
        points: budget.plan.profiles[0]
            .level
            .iter()
            .filter(|(from, _)| *from <= budget.plan.makespan)
            .map(|&(from, mw)| (from as f64 / 60.0, mw as f64 / 1e6))
            .collect(),
        steps: true,
    };
    figure(
        page,
        title,
        Some(9.0),
        &[planned, curve("carried out", &budget)],
    );
}

/// ComPAS'15: eight VMs to one server, and two racks into a third under several budgets.
pub fn compas(page: &mut Page, effort: Effort) {
    let few = file("examples/compas/consolidate.mvm");
    let theirs = other(&few, Baseline::Btrplace, 1, Some(Law::Pages));
    let ours = own(&few, effort, Some(Law::Pages));
    let seconds = |value: f64| format!("{value:.2} s");
    let ((their_plan, their_end), (own_plan, own_end)) = (theirs.means(), ours.means());
    page.table(
        "ComPAS'15, table 1: mean duration of eight migrations to one server",
        &HEADS,
        vec![
            row("BtrPlace: predicted", "35.71 s", seconds(their_plan)),
            row(
                "BtrPlace: observed, here page by page",
                "83.9 s",
                seconds(their_end),
            ),
            row("mvm: predicted", "23.46 s", seconds(own_plan)),
            row(
                "mvm: observed, here page by page",
                "24.6 s",
                seconds(own_end),
            ),
            row(
                "BtrPlace's over mvm's",
                "3.5 times",
                format!("{:.2} times", their_end / own_end),
            ),
        ],
    );
    let at = |name: &str| {
        own(
            &file(&format!("examples/compas/decommission-{name}.mvm")),
            effort,
            None,
        )
    };
    let (plain, loose, tight) = (at("plain"), at("5200w"), at("5000w"));
    let less = 100.0 * (1.0 - loose.kilojoules() / plain.kilojoules());
    page.table(
        "ComPAS'15, figure 2: 96 VMs leave 24 servers for 12, under budgets",
        &HEADS,
        vec![
            row(
                "peak without a budget",
                "5.9 kW",
                kilowatts(plain.course.peak_power),
            ),
            row("peak under 5.2 kW", "", kilowatts(loose.course.peak_power)),
            row(
                "longer under 5.2 kW",
                "5 s",
                format!("{} s", loose.course.end - plain.course.end),
            ),
            row(
                "energy saved under 5.2 kW",
                "5.86 %",
                format!("{less:.2} %"),
            ),
            row("peak under 5 kW", "", kilowatts(tight.course.peak_power)),
            row(
                "longer under 5 kW",
                "120 s",
                format!("{} s", tight.course.end - plain.course.end),
            ),
        ],
    );
    let curves = [
        curve("no budget", &plain),
        curve("5.2 kW", &loose),
        curve("5 kW", &tight),
    ];
    figure(
        page,
        "ComPAS'15, figure 2: power under budgets",
        None,
        &curves,
    );
}
