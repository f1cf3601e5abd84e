//! What fuzzing began from and what it found goes through the functions that fuzzing calls.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;

#[test]
fn every_seed_passes() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    for (name, target) in targets::ALL {
        let files = fs::read_dir(seeds.join(name)).expect("each target has a folder of seeds");
        let mut paths: Vec<_> = files.flatten().map(|file| file.path()).collect();
        paths.sort();
        assert!(!paths.is_empty(), "{name} has no seeds");
        for path in paths {
            let bytes = fs::read(&path).expect("a seed can be read");
            println!("{}", path.display());
            target(&bytes);
        }
    }
}

/// Writes what the seeds of plans and certificates are made of.
#[test]
#[ignore = "writes seeds: run it by hand after the format has changed"]
fn write_seeds() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let shop = &*targets::SHOP;
    let write = |path: &str, text: &str| {
        let path = seeds.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a seed can be written");
    };
    let plan = mvm::emit::json::emit(&shop.checked.analysis.datacenter, &shop.plan);
    write("plan_json/shop.json", &plan);
    let certificate = mvm::certify::write(&shop.written.certificate);
    write("certificate/shop.json", &certificate);
    for (name, text) in &shop.written.files {
        if name.ends_with(".drat") {
            write(
                &format!("certificate/{name}"),
                &format!("{certificate}\n---\n{text}"),
            );
        }
    }
}
