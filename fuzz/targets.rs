//! What is fed with arbitrary bytes, and what must hold of the answers. The fuzz targets call these functions, and so
//! does `tests/seeds.rs` with all that is kept in `fuzz/seeds`.
#![allow(dead_code)] // Each target uses its part.

use std::sync::LazyLock;

use mvm::certify::{self, Claim};
use mvm::compile::{self, Checked, Prospect};
use mvm::diag::has_errors;
use mvm::diag::render::{Style, human, json, plain, short};
use mvm::emit::json as plan_file;
use mvm::formulate::formulate;
use mvm::import::btrplace;
use mvm::plan::Plan;
use mvm::schedule::{Options, Quiet, Written};
use mvm::sema::analyse;
use mvm::source::{Loader, SourceMap};
use mvm::syntax;

/// A function that takes any bytes.
pub type Target = fn(&[u8]);

/// Each target, with the name of its folder of seeds.
pub const ALL: &[(&str, Target)] = &[
    ("parse", parse),
    ("check", check),
    ("plan_json", plan_json),
    ("import", import),
    ("certificate", certificate),
];

/// The only file that there is.
pub struct One<'a>(pub &'a [u8]);

impl Loader for One<'_> {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        match path {
            "input.mvm" => Ok(self.0.to_vec()),
            _ => Err("there is no such file".into()),
        }
    }
}

/// Any text gives a tree and findings whose places lie in the text.
pub fn parse(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let mut map = SourceMap::new();
    let file = map.add("input.mvm", text);
    let (ast, findings) = syntax::parse(file, map.text(file));
    for item in &ast.items {
        assert_eq!(map.clamp(item.span), item.span);
    }
    for label in findings.iter().flat_map(|finding| &finding.primary) {
        assert_eq!(map.clamp(label.span), label.span);
    }
}

/// One file through everything up to the scheduling problem; whatever is found can be shown.
pub fn check(bytes: &[u8]) {
    let mut map = SourceMap::new();
    let (analysis, mut findings) = analyse("input.mvm", &One(bytes), &mut map);
    if !has_errors(&findings) {
        for request in &analysis.requests {
            let (problem, found) = formulate(&analysis.datacenter, request);
            assert!(problem.is_some() || has_errors(&found));
            findings.extend(found);
        }
    }
    for shown in [
        human(&map, &findings, Style::default()),
        short(&map, &findings),
        plain(&map, &findings),
        json(&map, &findings),
    ] {
        assert_eq!(shown.is_empty(), findings.is_empty());
    }
}

/// A plan that can be read is the same after it was written and read again. Whatever it says of the shop's night is
/// judged, and what passes says the figures of a plan that holds.
pub fn plan_json(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let Ok(file) = plan_file::read(text) else {
        return;
    };
    let written = serde_json::to_string(&file).expect("a plan can be written");
    let again = plan_file::read(&written).expect("what was written can be read");
    assert_eq!(again, file);
    if SHOP.checked.verify(&file).is_empty() {
        assert_eq!(file.plan, SHOP.plan.name);
        assert_eq!(file.actions.len(), SHOP.plan.actions.len());
    }
}

/// What the importer makes of an instance or a plan is a file that can be read.
pub fn import(bytes: &[u8]) {
    if let Ok(text) = btrplace::import(bytes, "imported") {
        let mut map = SourceMap::new();
        let file = map.add("input.mvm", &text);
        let (_, findings) = syntax::parse(file, map.text(file));
        assert!(findings.is_empty(), "{text}\n{}", short(&map, &findings));
        compile::check("input.mvm", &One(text.as_bytes()));
    }
}

/// No certificate shows more than what is true, whatever it says: the night's plan is the best one. A proof in DRAT
/// may follow behind a line of `---`.
pub fn certificate(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let (text, drat) = text.split_once("\n---\n").unwrap_or((text, ""));
    let Ok(certificate) = certify::read(text) else {
        return;
    };
    let Prospect::Open(problem) = &SHOP.checked.prospects[0] else {
        unreachable!("the shop can move");
    };
    let load = |name: &str| match SHOP.written.files.iter().find(|file| file.0 == name) {
        Some((name, _)) if name.ends_with(".drat") && !drat.is_empty() => Ok(drat.to_owned()),
        Some((_, text)) => Ok(text.clone()),
        None => Err(String::from("gone")),
    };
    let objectives = SHOP.plan.objectives.iter();
    let claims: Vec<Claim> = objectives
        .zip(&certificate.objectives)
        .map(|(achieved, proof)| Claim {
            value: achieved.value,
            lower_bound: proof.lower_bound,
        })
        .collect();
    let f = &problem.formulation;
    if certify::check(f, &SHOP.plan.name, &claims, &certificate, &load).is_ok() {
        for claim in claims {
            assert!(claim.lower_bound <= claim.value, "{text}");
        }
    }
}

/// A night whose plan is proved, by multipliers and by clauses.
pub struct Shop {
    /// Its file.
    pub checked: Checked,
    /// Its plan.
    pub plan: Plan,
    /// The proof.
    pub written: Written,
}

/// The file of the night.
pub const NIGHT: &str = "
switch t
server a[1..5] { memory 16GiB link 1Gbps to t power 100W }
server b       { memory 32GiB link 2.5Gbps to t power 120W boot 30s extra 20W off }
vm x[1..3] { memory 4GiB idle on a[1..3] }
vm y[4..5] { memory 2GiB on a[4..5] hot 100MB in 4s }
plan shop {
  start 2026-11-28 23:30 UTC
  migrate x[1..3] to b
  migrate y[4..5] to b
  shutdown a1
  before x1 -> y4
  freeze x3 from 23:30 to 23:31
  minimize mttr, energy
}
";

/// It, planned once.
pub static SHOP: LazyLock<Shop> = LazyLock::new(|| {
    let checked = compile::check("input.mvm", &One(NIGHT.as_bytes()));
    let (plan, written) = checked
        .plan_certified(0, &Options::default(), &mut Quiet, "shop")
        .expect("the shop can move");
    for objective in &plan.objectives {
        assert_eq!(objective.value, objective.lower_bound);
    }
    Shop {
        checked,
        plan,
        written,
    }
});
