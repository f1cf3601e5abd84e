//! Any text gives a tree and findings whose places lie in the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mvm::source::SourceMap;
use mvm::syntax::parse;

fuzz_target!(|text: &str| {
    let mut map = SourceMap::new();
    let file = map.add("input.mvm", text);
    let (ast, findings) = parse(file, map.text(file));
    for item in &ast.items {
        assert_eq!(map.clamp(item.span), item.span);
    }
    for label in findings.iter().flat_map(|finding| &finding.primary) {
        assert_eq!(map.clamp(label.span), label.span);
    }
});
