//! One file through everything up to the scheduling problem; whatever is found can be shown.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mvm::diag::has_errors;
use mvm::diag::render::{Style, human, json, plain, short};
use mvm::formulate::formulate;
use mvm::sema::analyse;
use mvm::source::{Loader, SourceMap};

struct One<'a>(&'a [u8]);

impl Loader for One<'_> {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        match path {
            "input.mvm" => Ok(self.0.to_vec()),
            _ => Err("there is no such file".into()),
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
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
});
