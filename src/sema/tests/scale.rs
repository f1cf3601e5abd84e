//! Time grows with the length of the files, not faster.

use std::time::{Duration, Instant};

use super::analysed;

/// An inventory declared line by line, and a plan that moves a tenth of it.
fn inventory(servers: usize, vms: usize) -> String {
    let mut source = String::from("switch core\n");
    for rack in 0..servers / 40 {
        source.push_str(&format!("rack r{rack} link 10Gbps to core {{\n"));
        for server in 0..40 {
            source.push_str(&format!("  server s{server} memory 256GiB link 1Gbps\n"));
        }
        source.push_str("}\n");
    }
    for vm in 0..vms {
        let server = vm % (servers / 40 * 40);
        let (rack, server) = (server / 40, server % 40);
        source.push_str(&format!(
            "vm \"prod-web.{vm:06}\" {{ memory 2GiB on r{rack}.s{server} label tier t{} }}\n",
            vm % 10
        ));
    }
    source.push_str(
        "plan p {
           migrate vms on r0.s[i] to r1.s[i] for i in 0..39
           seq vms with tier t3
           at most 2 migrations from s for s in servers
           weight 2 on vms on s for s in servers in r0
           before all by 8h
         }\n",
    );
    source
}

fn time(source: &str) -> Duration {
    let started = Instant::now();
    let (analysis, diagnostics, _) = analysed(source);
    assert!(diagnostics.is_empty(), "{:?}", diagnostics.first());
    assert!(!analysis.requests[0].steps.is_empty());
    started.elapsed()
}

#[test]
fn ten_times_the_inventory_takes_ten_times_the_time() {
    let small = time(&inventory(200, 2_000)).max(Duration::from_millis(5));
    let large = time(&inventory(2_000, 20_000));
    // Quadratic work would take a hundred times as long; the machine may be busy with other things.
    assert!(large < small * 45, "{small:?} and {large:?}");
}
