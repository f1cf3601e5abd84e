//! The calibration as text: lines of the language, and what they are worth.

use std::fmt::Write;

use super::{Calibration, ClassFit};
use crate::show::show_rate;

/// `.mvm` text: comments that say what was measured, then the classes that say so to later plans.
pub fn report(calibration: &Calibration) -> String {
    let mut out = String::new();
    let Calibration {
        samples,
        before,
        floor,
        ..
    } = calibration;
    let _ = writeln!(
        out,
        "// From {samples} measured migrations, by the model `{}`.",
        calibration.model.name()
    );
    let _ = writeln!(
        out,
        "// Mean error of their durations: {} before.",
        percent(*before)
    );
    let _ = match calibration.unseen {
        Some(unseen) => writeln!(
            out,
            "// With the lines below: {}, and {} where a migration was predicted by figures fitted without its part of the\n\
             // measurements. The median of those that are planned alike is {} off.",
            percent(calibration.after),
            percent(unseen),
            percent(*floor)
        ),
        None => writeln!(
            out,
            "// With the lines below: {}, over the same migrations; measure a second run to know what they are worth on others.\n\
             // The median of those that are planned alike is {} off.",
            percent(calibration.after),
            percent(*floor)
        ),
    };
    for fit in &calibration.classes {
        let name = &fit.class.name;
        let alike = calibration.classes.iter().filter(|c| c.class.name == *name);
        out.push('\n');
        out += &link_class(fit, alike.count() == 1);
    }
    let (least, most) = calibration.overhead_range;
    let _ = write!(
        out,
        "\n// What both ends need besides the copy: {} ms together ({least} to {most} ms with a part left out).\n\
         class server measured {{ overhead {}ms }}\n",
        calibration.overhead_ms,
        calibration.overhead_ms / 2
    );
    out
}

/// `is_only`: whether no other rate goes by the same class.
fn link_class(fit: &ClassFit, is_only: bool) -> String {
    let nominal = show_rate(fit.class.nominal);
    let before = per_mille(share_of(fit.class.usable, fit.class.nominal));
    let what = match &fit.class.name {
        Some(name) => format!("`{name}` ({nominal})"),
        None => format!("links of {nominal}"),
    };
    let Some(share) = fit.share else {
        return format!(
            "// {what}: {} migrations are too few to tell; {before} as before.\n",
            fit.samples
        );
    };
    let (least, most) = fit.range;
    let rate = nominal.replace(' ', "").replace("bit/s", "bps");
    let by_rate = rate.replace('.', "_");
    let head = match &fit.class.name {
        Some(name) if is_only => format!("measured_{name} : {name} {{"),
        Some(name) => format!("measured_{name}_{by_rate} : {name} {{"),
        None => format!("measured_{by_rate} {{ rate {rate}"),
    };
    format!(
        "// {what}: {} ({} to {} with a part left out), {before} before; {} migrations.\n\
         class link {head} usable {} }}\n",
        per_mille(share),
        per_mille(least),
        per_mille(most),
        fit.samples,
        per_mille(share).replace(' ', "")
    )
}

fn share_of(usable: u64, nominal: u64) -> u32 {
    (u128::from(usable) * 1000 / u128::from(nominal.max(1))) as u32
}

fn per_mille(share: u32) -> String {
    match share % 10 {
        0 => format!("{} %", share / 10),
        tenth => format!("{}.{tenth} %", share / 10),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
