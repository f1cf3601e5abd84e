//! A plan that can be read is the same after it was written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mvm::emit::json::read;

fuzz_target!(|text: &str| {
    if let Ok(plan) = read(text) {
        let written = serde_json::to_string(&plan).expect("a plan can be written");
        assert_eq!(read(&written).expect("what was written can be read"), plan);
    }
});
