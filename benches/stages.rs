//! How long each stage takes, from text to script, on generated inputs and on examples:
//!
//! ```text
//! cargo bench --bench stages
//! MVM_INSTANCES=FOLDER cargo bench --bench stages -- instances
//! ```
//!
//! The second command reads the BtrPlace instances that lie directly in a folder, too.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use mvm::certify;
use mvm::compile::{Checked, Prospect, check};
use mvm::emit::Kind;
use mvm::formulate::{Problem, formulate};
use mvm::import::btrplace;
use mvm::plan::{Plan, assemble, verify};
use mvm::schedule::{Effort, Options, Outcome, Quiet, Solution, certified, schedule};
use mvm::sema::analyse;
use mvm::source::{Loader, SourceMap};
use mvm::syntax::parse;

/// A text that is the only file.
struct Memory(String);

impl Loader for Memory {
    fn load(&self, _: &str) -> Result<Vec<u8>, String> {
        Ok(self.0.clone().into_bytes())
    }
}

/// The files of the repository.
struct Repository;

impl Loader for Repository {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        fs::read(path).map_err(|error| error.to_string())
    }
}

/// Ten VMs, as idle or as busy as those of the paper, on four servers of which two have half the bandwidth; which of them
/// moves from where to where follows from the seed.
fn ten(seed: usize) -> String {
    let mut text = String::from(
        "use std.workload.{idle, stressed}\nswitch lan\n\
         server n[0..1] { link 500Mbps usable 8/9 to lan }\nserver n[2..3] { link 1Gbps usable 8/9 to lan }\n",
    );
    let mut plan = String::from("plan ten {\n");
    for vm in 0..10 {
        let (from, step) = ((seed + 3 * vm) % 4, (seed + vm) / 3 % 3);
        let class = ["idle", "stressed"][(seed + vm) % 2];
        let memory = 2 + (seed + vm * vm) % 3;
        let _ = writeln!(
            text,
            "vm vm{vm} : {class} {{ memory {memory}GB on n{from} }}"
        );
        let _ = writeln!(plan, "  migrate vm{vm} to n{}", (from + 1 + step) % 4);
    }
    text + &plan + "}\n"
}

/// One rack moves into another, whose servers are off, four VMs on each server.
fn racks(servers: usize) -> String {
    format!(
        "use std.server.x3440\nuse std.workload.{{idle, stressed}}\nuse std.link.{{ethernet1, ethernet10}}\n\
         switch core capacity 10Gbps\n\
         rack old link : ethernet10 to core {{ server s[1..{servers}] : x3440 link : ethernet1 }}\n\
         rack new link : ethernet10 to core {{ server s[1..{servers}] : x3440 link : ethernet1 off }}\n\
         vm web[1..{half}] : idle {{ memory 2GiB on old.s[1..{servers}] }}\n\
         vm db[1..{half}] : stressed {{ memory 4GiB on old.s[1..{servers}] }}\n\
         plan move {{\n  migrate vms on old.s[i] to new.s[i] for i in 1..{servers}\n  shutdown old.s[*]\n}}\n",
        half = 2 * servers,
    )
}

/// A plan of a file, ready to be scheduled.
fn open(checked: &Checked) -> &Problem {
    assert!(!checked.has_errors(), "{:?}", checked.diagnostics);
    match &checked.prospects[0] {
        Prospect::Open(problem) => problem,
        _ => panic!("there is nothing to schedule"),
    }
}

fn with(effort: Effort) -> Options {
    Options {
        effort,
        ..Options::default()
    }
}

fn solved(problem: &Problem, effort: Effort) -> Solution {
    match schedule(&problem.formulation, &with(effort), &mut Quiet) {
        Outcome::Found(solution) => solution,
        other => panic!("{other:?}"),
    }
}

/// From text to a formulation.
fn reading(criterion: &mut Criterion) {
    for servers in [24, 240] {
        let text = racks(servers);
        let vms = 4 * servers;
        let mut map = SourceMap::new();
        let file = map.add("racks.mvm", text.clone());
        criterion.bench_function(&format!("parse/{vms} VMs"), |bencher| {
            bencher.iter(|| parse(file, &text))
        });
        let loader = Memory(text);
        criterion.bench_function(&format!("analyse/{vms} VMs"), |bencher| {
            bencher.iter(|| analyse("racks.mvm", &loader, &mut SourceMap::new()))
        });
        let checked = check("racks.mvm", &loader);
        open(&checked);
        let analysis = &checked.analysis;
        criterion.bench_function(&format!("formulate/{vms} VMs"), |bencher| {
            bencher.iter(|| formulate(&analysis.datacenter, &analysis.requests[0]))
        });
    }
}

/// The bound, improvement and proof are stages of `schedule` that a problem reaches or not: proofs of small ones, little
/// effort for larger ones.
fn scheduling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("schedule");
    group.sample_size(10);
    for seed in [1, 2] {
        let checked = check("ten.mvm", &Memory(ten(seed)));
        let problem = open(&checked);
        assert!(solved(problem, Effort::Normal).is_optimal());
        group.bench_function(BenchmarkId::new("proof of 10 VMs", seed), |bencher| {
            bencher.iter(|| solved(problem, Effort::Normal))
        });
    }
    let night = check("examples/night.mvm", &Repository);
    group.bench_function("fast, examples/night", |bencher| {
        bencher.iter(|| solved(open(&night), Effort::Fast))
    });
    let decommission = check("examples/decommission/plain.mvm", &Repository);
    group.bench_function("fast, examples/decommission/plain", |bencher| {
        bencher.iter(|| solved(open(&decommission), Effort::Fast))
    });
    group.finish();
}

/// What proves the bounds of a plan of ten VMs, and the check of that.
fn certificates(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("certificate");
    group.sample_size(10);
    let checked = check("ten.mvm", &Memory(ten(1)));
    let f = &open(&checked).formulation;
    let options = with(Effort::Normal);
    let write = || certified(f, &options, &mut Quiet, "ten", "ten");
    group.bench_function("plan and write", |bencher| bencher.iter(write));
    let (Outcome::Found(solution), Some(written)) = write() else {
        panic!("there is a certificate");
    };
    let bounds = solution.objectives.iter();
    let claims = bounds.map(|o| certify::Claim {
        value: o.value,
        lower_bound: o.lower_bound,
    });
    let claims: Vec<certify::Claim> = claims.collect();
    let load = |name: &str| {
        let file = written.files.iter().find(|(known, _)| known == name);
        file.map(|(_, text)| text.clone())
            .ok_or(String::from("there is no such file"))
    };
    let verified = || certify::check(f, "ten", &claims, &written.certificate, &load);
    assert!(verified().is_ok());
    group.bench_function("verify", |bencher| bencher.iter(verified));
    group.finish();
}

/// From a schedule to texts.
fn writing(criterion: &mut Criterion) {
    let checked = check("racks.mvm", &Memory(racks(24)));
    let problem = open(&checked);
    let solution = solved(problem, Effort::Fast);
    criterion.bench_function("replay", |bencher| {
        bencher.iter(|| verify(&problem.formulation, &solution.schedule))
    });
    let (dc, request) = (&checked.analysis.datacenter, &checked.analysis.requests[0]);
    let plan = || -> Plan { assemble(dc, request, problem, &solution).expect("it holds") };
    criterion.bench_function("assemble", |bencher| bencher.iter(plan));
    let plan = plan();
    for kind in Kind::ALL {
        criterion.bench_function(&format!("emit/{}", kind.name()), |bencher| {
            bencher.iter(|| kind.emit(dc, &plan))
        });
    }
}

/// Instances of the folder that the environment names, if it does.
fn instances(criterion: &mut Criterion) {
    let Some(folder) = std::env::var_os("MVM_INSTANCES") else {
        return;
    };
    let entries = fs::read_dir(&folder).expect("MVM_INSTANCES is a folder");
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|suffix| suffix == "json"));
    paths.sort();
    let mut group = criterion.benchmark_group("instances");
    group.sample_size(10);
    for path in paths {
        let json = fs::read(&path).expect("the file can be read");
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let text = match btrplace::import(&json, &name) {
            Ok(text) => text,
            Err(why) => panic!("{name}: {why:?}"),
        };
        group.bench_function(BenchmarkId::new("import", &name), |bencher| {
            bencher.iter(|| btrplace::import(&json, &name))
        });
        group.bench_function(BenchmarkId::new("check", &name), |bencher| {
            let setup = || Memory(text.clone());
            bencher.iter_batched(
                setup,
                |loader| check("i.mvm", &loader),
                BatchSize::LargeInput,
            )
        });
        let checked = check("i.mvm", &Memory(text.clone()));
        group.bench_function(BenchmarkId::new("fast", &name), |bencher| {
            bencher.iter(|| solved(open(&checked), Effort::Fast))
        });
    }
    group.finish();
}

criterion_group!(
    benches,
    reading,
    scheduling,
    certificates,
    writing,
    instances
);
criterion_main!(benches);
