//! Inventories of any size.

use std::fmt::Write;

/// Racks of 40 servers with 10 VMs each, a line for each of them, and a plan that drains a rack.
pub fn inventory(servers: usize) -> String {
    let mut text =
        String::from("use std.server.x3440\nuse std.workload.{idle, stressed}\nswitch core\n");
    for rack in 0..servers / 40 {
        let _ = writeln!(text, "rack r{rack} link 100Gbps to core {{");
        for server in 0..40 {
            let _ = writeln!(
                text,
                "  server s{server} : x3440 {{ memory 256GiB link 10Gbps }}"
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
    text.push_str(
        "plan drain {\n  migrate vms on r0 to r1\n  seq vms with tier gold on r0.s0\n}\n",
    );
    text
}
