//! Tables, the same in JSON, and networks that others tell.

use mvm::import::{csv, json, network};
use mvm::source::SourceMap;

use crate::support::Text;
use crate::{Reader, accepted, imported, shown};

pub const TABLE: &str = "\
Name,Kind,On,Memory (GiB),CPU,Power,Link,To,Hot (MiB),Hot in,Cold,State,label rack
core,switch,,,,,,,,,,,
tor,switch,,,,,40Gbps,core,,,,,
host01,,,64,16,110W,10Gbps,tor,,,,,a
host02,,,64,16,110W,10Gbps,tor,,,,,a
host03,,,64,16,110W,10Gbps,tor,,,,off,b
web-1,,host01,4,2,,,,96,2s,3MiB/s,,
web-2,,host01,4,2,,,,96,2s,3MiB/s,,
\"the \"\"db\"\"\",,host02,16,0.5,,,,,,,stopped,
";

pub const LIST: &str = r#"{
  "switches": [{ "name": "tor", "capacity": 40000000000 }],
  "servers": [
    { "name": "s1", "memory": 68719476736, "cpu": 16, "link": "10Gbps", "to": "tor", "labels": { "rack": "a" } },
    { "name": "s2", "memory": "64 GiB", "cpu": 16, "link": 1e10, "to": "tor", "address": "10.0.0.2" }
  ],
  "vms": [{ "name": "web", "on": "s1", "memory": "4GiB", "hot": "96MiB", "hot_in": 2, "cold": "3MiB/s", "downtime": 0.03 }]
}"#;

#[test]
fn tables_and_lists_become_inventories() {
    let mut text = String::new();
    for (name, reader, input) in [
        ("table", csv::import as Reader, TABLE),
        ("list", json::import, LIST),
    ] {
        text += &format!("# {name}\n{}", shown(reader, name, input));
    }
    insta::assert_snapshot!(text);
}

/// Nothing is lost on the way, whichever separator a spreadsheet writes.
#[test]
fn what_a_table_says_is_what_mvm_reads() {
    for separator in [",", ";", "\t"] {
        let (text, findings) = imported(csv::import, "table", &TABLE.replace(',', separator));
        assert_eq!(findings, "");
        let dc = accepted(&text).analysis.datacenter;
        let names: Vec<&str> = dc.servers.iter().map(|s| s.name.as_str()).collect();
        assert_eq!(names, ["host01", "host02", "host03"]);
        assert!(dc.servers[1].on && !dc.servers[2].on);
        assert_eq!(dc.servers[2].memory.map(|m| m.value), Some(64 << 30));
        assert_eq!(dc.servers[2].power, 110_000);
        assert_eq!(dc.servers[2].labels, [("rack".to_owned(), "b".to_owned())]);
        let web = dc
            .vms
            .iter()
            .find(|vm| vm.name == "web-2")
            .expect("it is there");
        assert_eq!(
            (web.workload.hot, web.workload.hot_ms, web.workload.cold),
            (96 << 20, 2_000, 3 << 20)
        );
        let db = dc
            .vms
            .iter()
            .find(|vm| vm.name == "the \"db\"")
            .expect("it is there");
        assert!(!db.running && db.cpu.value == 500);
        assert_eq!(dc.links.len(), 4);
    }
}

#[test]
fn mistakes_in_tables_are_told_all_at_once() {
    let cases: [(&str, Reader, &str); 8] = [
        ("empty", csv::import, ""),
        (
            "columns",
            csv::import,
            "name,memry,name,colour\na,1,b,red\n",
        ),
        (
            "cells",
            csv::import,
            "name,memory,link,to,state,kind\na,64,10Gb,,,\nb,4GiB,,,perhaps,\nc,,,,,cloud\n,,,,off,\na,1GiB,,,,\n",
        ),
        (
            "names",
            csv::import,
            "name,on,memory,link,to\nserver1,,,1Gbps,tor\nvm1,sevrer1,1GiB,,\nvm2,server1,,,\n",
        ),
        ("too many cells", csv::import, "name\na,b\n"),
        ("no JSON", json::import, "{\n  \"vms\": [,]\n}"),
        ("no list", json::import, "7"),
        (
            "keys",
            json::import,
            r#"{ "vms": [{ "name": "a", "on": "s", "memory": true, "memmory": 1 }, 3], "hosts": [], "servers": {} }"#,
        ),
    ];
    let mut text = String::new();
    for (name, reader, input) in cases {
        let (out, findings) = imported(reader, "file", input);
        assert!(out.is_empty(), "{name}: {out}");
        text += &format!("# {name}\n{findings}\n");
    }
    insta::assert_snapshot!(text);
}

/// As `lldpcli show neighbors -f json` of lldpd 1.0 prints two ports, and one.
const TWO_PORTS: &str = r#"{ "lldp": { "interface": [
  { "eth0": { "via": "LLDP", "rid": "1", "age": "0 day, 01:02:03",
      "chassis": { "leaf1": { "id": { "type": "mac", "value": "00:00:5e:00:53:01" }, "descr": "a switch", "capability": [{ "type": "Bridge", "enabled": true }] } },
      "port": { "id": { "type": "ifname", "value": "Ethernet1" }, "ttl": "120",
        "auto-negotiation": { "supported": true, "enabled": true, "current": "10GigBaseCX4 - X copper over 8 pair 100-Ohm balanced cable" } } } },
  { "eth1": { "via": "LLDP", "rid": "1", "age": "0 day, 01:02:03",
      "chassis": { "leaf1": { "id": { "type": "mac", "value": "00:00:5e:00:53:01" } } },
      "port": { "id": { "type": "ifname", "value": "Ethernet2" }, "ttl": "120",
        "auto-negotiation": { "supported": true, "enabled": true, "current": "10GigBaseCX4 - X copper over 8 pair 100-Ohm balanced cable" } } } }
] } }"#;

const ONE_PORT: &str = r#"{ "lldp": { "interface": { "eno1": { "via": "LLDP",
  "chassis": { "id": { "type": "mac", "value": "00:00:5e:00:53:02" }, "descr": "no name" },
  "port": { "id": { "type": "local", "value": "7" }, "auto-negotiation": { "current": "1000BaseTFD - Four-pair Category 5 UTP, full duplex mode" } } } } } }"#;

/// As `json0` prints it: lists everywhere.
const VERBOSE: &str = r#"{ "lldp": [{ "interface": [{ "name": "eth0", "via": "LLDP",
  "chassis": [{ "id": [{ "type": "mac", "value": "00:00:5e:00:53:01" }], "name": [{ "value": "leaf1" }] }],
  "port": [{ "id": [{ "type": "ifname", "value": "Ethernet3" }], "ttl": [{ "value": "120" }] }] }] }] }"#;

#[test]
fn neighbours_become_links_and_the_rest_is_assumed() {
    let table =
        "name,on,memory\ns1.example,,8GiB\ns2,,8GiB\ns3,,8GiB\ns4,,8GiB\nlan,s1.example,1GiB\n";
    let mut map = SourceMap::new();
    let file = map.add("table", table);
    let mut found = csv::import(file, table, "table")
        .expect("the table is right")
        .inventory;
    let neighbours: Vec<network::Neighbour> = [
        ("s1", TWO_PORTS),
        ("s2", ONE_PORT),
        ("s3", VERBOSE),
        ("s9", ONE_PORT),
    ]
    .iter()
    .flat_map(|(host, told)| {
        let file = map.add(*host, *told);
        network::neighbours(host, &json::parse(file, told).expect("it is JSON"))
    })
    .collect();
    let left_out = network::connect(&mut found, &neighbours, None);
    network::assume(&mut found, 1_000_000_000);
    let text = mvm::import::write(&found);
    accepted(&text);
    insta::assert_snapshot!(format!("{text}--- left out\n{}\n", left_out.join("\n")));
    assert!(
        mvm::compile::check("test.mvm", &Text(&text))
            .diagnostics
            .is_empty()
    );
}
