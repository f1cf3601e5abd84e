//! What an editor waits for, on an inventory of 10,000 VMs on 1,000 servers, a line each: each answer must be there within
//! 50 ms, as the library has it and as it comes over the protocol. What is done behind its back while somebody types, a whole
//! check, is measured besides.

mod inventory;
mod protocol;

use std::time::{Duration, Instant};

use criterion::Criterion;
use inventory::inventory;
use mvm::editor::{Carry, View};
use mvm::source::{Loader, Span};

/// The longest that an answer may take.
const LONGEST: Duration = Duration::from_millis(50);

struct Memory(String);

impl Loader for Memory {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        match path {
            "inventory.mvm" => Ok(self.0.clone().into_bytes()),
            _ => Err(String::from("there is no such file")),
        }
    }
}

fn answers(criterion: &mut Criterion) {
    let loader = Memory(inventory(1_000));
    let text = &loader.0;
    let view = View::new("inventory.mvm", &loader);
    let found = view.diagnostics();
    assert!(found.is_empty(), "{:?}", found.first());
    let file = view.file("inventory.mvm").expect("it is the entry");
    view.colours(file);
    let at = |piece: &str| text.find(piece).expect("it is there") + 1;
    let (server, class, vm) = (at("r12.s3 "), at("stressed {"), at("\"prod-web.005000\""));
    let (set, end) = (at("vms with tier"), text.len() - "}\n".len());
    let typed = format!("{}  migrate prod{}", &text[..end], &text[end..]);
    type Answer<'a> = (&'a str, Box<dyn Fn() -> usize + 'a>);
    let answers: Vec<Answer<'_>> = vec![
        (
            "hover a server",
            Box::new(|| view.hover(file, server).map_or(0, |(_, text)| text.len())),
        ),
        (
            "hover a VM",
            Box::new(|| view.hover(file, vm).map_or(0, |(_, text)| text.len())),
        ),
        (
            "hover a set",
            Box::new(|| view.hover(file, set + 2).map_or(0, |(_, text)| text.len())),
        ),
        (
            "definition",
            Box::new(|| view.definition(file, server).len()),
        ),
        (
            "references of a class",
            Box::new(|| view.references(file, class, true).len()),
        ),
        (
            "references of a server",
            Box::new(|| view.references(file, server, true).len()),
        ),
        (
            "rename a server",
            Box::new(|| {
                view.rename(file, server, "node")
                    .map_or(0, |edits| edits.len())
            }),
        ),
        ("outline", Box::new(|| view.outline(file).len())),
        (
            "hints",
            Box::new(|| view.hints(Span::new(file, 0..text.len())).len()),
        ),
        ("colours", Box::new(|| view.colours(file).len())),
        (
            "completion",
            Box::new(|| {
                let found = view.complete(&typed, typed.len() - "}\n".len(), &[]);
                found.candidates.len()
            }),
        ),
        (
            "carry places",
            Box::new(|| usize::from(Carry::between(text, &typed).back(end).is_some())),
        ),
    ];
    let mut group = criterion.benchmark_group("editor");
    group.sample_size(10);
    for (name, answer) in &answers {
        assert!(answer() > 0, "{name} finds nothing");
        let start = Instant::now();
        answer();
        let taken = start.elapsed();
        assert!(taken <= LONGEST, "{name} takes {taken:?}");
        group.bench_function(*name, |bencher| bencher.iter(answer));
    }
    group.bench_function("check all, in the background", |bencher| {
        bencher.iter(|| View::new("inventory.mvm", &loader))
    });
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    answers(&mut criterion);
    criterion.final_summary();
    protocol::measure(&inventory(1_000), LONGEST);
}
