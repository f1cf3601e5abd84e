//! `mvm check` on generated inventories: the time must grow linearly, to 10,000 servers and 100,000 VMs.

use std::fmt::Write;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mvm::compile::check;
use mvm::source::Loader;

struct Memory(String);

impl Loader for Memory {
    fn load(&self, _: &str) -> Result<Vec<u8>, String> {
        Ok(self.0.clone().into_bytes())
    }
}

/// An inventory as a program would write it: a line for each server and each VM, ten VMs on each server, and a
/// plan that empties one rack in a hundred.
fn inventory(servers: usize) -> String {
    let mut text = String::from(
        "use std.server.x3440\nuse std.workload.{idle, stressed}\nuse std.link.{ethernet10, ethernet100}\nswitch core\n",
    );
    let racks = servers.div_ceil(40);
    for rack in 0..racks {
        let _ = writeln!(text, "rack r{rack} link : ethernet100 to core {{");
        for server in 0..40.min(servers - rack * 40) {
            let _ = writeln!(
                text,
                "  server s{server} : x3440 {{ memory 256GiB cpu 64 link : ethernet10 }}"
            );
        }
        text.push_str("}\n");
    }
    for vm in 0..servers * 10 {
        let (class, host) = (if vm % 2 == 0 { "idle" } else { "stressed" }, vm / 10);
        let _ = writeln!(
            text,
            "vm \"prod-web.{vm:06}\" : {class} {{ memory 4GiB on r{}.s{} label tier gold }}",
            host / 40,
            host % 40
        );
    }
    let _ = writeln!(
        text,
        "plan drain {{\n  migrate vms on r0.s0 to r0.s1\n  minimize mttr\n}}"
    );
    text
}

fn checks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    group.sample_size(10);
    for servers in [1_250, 2_500, 5_000, 10_000] {
        let loader = Memory(inventory(servers));
        let checked = check("inventory.mvm", &loader);
        assert!(
            checked.diagnostics.is_empty(),
            "{:?}",
            checked.diagnostics.first()
        );
        group.throughput(Throughput::Elements(servers as u64 * 11));
        group.bench_function(BenchmarkId::from_parameter(servers), |bencher| {
            bencher.iter(|| check("inventory.mvm", &loader))
        });
    }
    group.finish();
}

criterion_group!(benches, checks);
criterion_main!(benches);
