//! What platforms' own tools print.

use mvm::diag::Diagnostic;
use mvm::import::{Imported, kubevirt, openstack, proxmox};
use mvm::source::FileId;

use crate::{Reader, shown};

/// As `pvesh get /cluster/resources --output-format json` of Proxmox VE 8 prints it.
pub const PROXMOX: &str = r#"[
  {"cpu":0.01,"cgroup-mode":2,"disk":3,"id":"node/pve2","level":"","maxcpu":16,"maxdisk":99,"maxmem":67430354944,"mem":9,"node":"pve2","status":"online","type":"node","uptime":77},
  {"cpu":0.01,"disk":3,"id":"node/pve1","level":"","maxcpu":16,"maxdisk":99,"maxmem":67430354944,"mem":9,"node":"pve1","status":"online","type":"node","uptime":77},
  {"id":"node/pve3","maxcpu":8,"maxmem":33685504000,"node":"pve3","status":"offline","type":"node"},
  {"cpu":0.1,"id":"qemu/100","maxcpu":2,"maxmem":4294967296,"mem":2147483648,"name":"web","node":"pve1","pool":"shop","status":"running","template":0,"type":"qemu","vmid":100},
  {"cpu":0.1,"id":"qemu/101","maxcpu":2,"maxmem":4294967296,"mem":2147483648,"name":"web","node":"pve1","status":"running","template":0,"type":"qemu","vmid":101},
  {"id":"qemu/102","lock":"backup","maxcpu":4,"maxmem":8589934592,"name":"db.example","node":"pve2","status":"stopped","template":0,"type":"qemu","vmid":102},
  {"id":"qemu/900","maxcpu":1,"maxmem":1073741824,"name":"golden","node":"pve1","status":"stopped","template":1,"type":"qemu","vmid":900},
  {"id":"qemu/103","name":"half","node":"pve1","status":"unknown","type":"qemu","vmid":103},
  {"id":"lxc/200","maxcpu":1,"maxmem":536870912,"name":"dns","node":"pve1","status":"running","type":"lxc","vmid":200},
  {"id":"storage/pve1/local","node":"pve1","storage":"local","type":"storage"}
]"#;

/// As `kubectl get nodes,vmi -A -o json` prints it (Kubernetes 1.30, KubeVirt 1.3).
pub const KUBEVIRT: &str = r#"{ "apiVersion": "v1", "kind": "List", "items": [
  { "kind": "Node", "metadata": { "name": "node1", "labels": { "disk": "ssd", "kubernetes.io/hostname": "node1" } },
    "status": { "allocatable": { "cpu": "7910m", "memory": "32431300Ki" }, "capacity": { "cpu": "8", "memory": "32533700Ki" },
      "addresses": [{ "type": "InternalIP", "address": "192.0.2.1" }, { "type": "Hostname", "address": "node1" }], "conditions": [{ "type": "Ready", "status": "True" }] } },
  { "kind": "Node", "metadata": { "name": "node2", "labels": {} }, "spec": { "unschedulable": true },
    "status": { "capacity": { "cpu": "8", "memory": "32533700Ki" }, "conditions": [{ "type": "Ready", "status": "True" }] } },
  { "kind": "VirtualMachineInstance", "metadata": { "name": "web", "namespace": "default" },
    "spec": { "evictionStrategy": "LiveMigrate", "nodeSelector": { "disk": "ssd" }, "domain": { "cpu": { "cores": 2, "sockets": 2, "threads": 1 }, "memory": { "guest": "4Gi" } } },
    "status": { "nodeName": "node1", "phase": "Running", "conditions": [{ "type": "LiveMigratable", "status": "True" }] } },
  { "kind": "VirtualMachineInstance", "metadata": { "name": "db", "namespace": "shop" },
    "spec": { "evictionStrategy": "None", "domain": { "resources": { "requests": { "memory": "512M", "cpu": "500m" } } } },
    "status": { "nodeName": "node2", "phase": "Running", "conditions": [{ "type": "LiveMigratable", "status": "False", "reason": "DisksNotLiveMigratable" }] } },
  { "kind": "VirtualMachineInstance", "metadata": { "name": "new", "namespace": "shop" }, "spec": { "domain": { "memory": { "guest": "1Gi" } } }, "status": { "phase": "Scheduling" } },
  { "kind": "VirtualMachineInstance", "metadata": { "name": "lost" }, "spec": { "domain": { "memory": { "guest": "1Gi" } } }, "status": { "nodeName": "node9" } }
] }"#;

pub const SERVERS: &str = r#"[
  { "ID": "11111111-aaaa", "Name": "db", "Status": "ACTIVE", "Task State": null, "Power State": 1, "Networks": { "net": ["192.0.2.7"] }, "Flavor Name": "m1.large", "Flavor ID": "4", "Host": "c1" },
  { "ID": "22222222-bbbb", "Name": "db", "Status": "ACTIVE", "Flavor Name": "m1.large", "Host": "c2" },
  { "ID": "33333333-cccc", "Name": "batch", "Status": "SHUTOFF", "Flavor": "m1.tiny", "Host": "c2" },
  { "ID": "44444444-dddd", "Name": "torn", "Status": "ERROR", "Flavor": "m1.tiny", "Host": "c2" },
  { "ID": "55555555-eeee", "Name": "secret", "Status": "ACTIVE", "Flavor": "gone", "Host": "c2" },
  { "ID": "66666666-ffff", "Name": "moving", "Status": "MIGRATING", "Flavor": "m1.tiny", "Host": "c1" }
]"#;
pub const HYPERVISORS: &str = r#"[
  { "ID": 2, "Hypervisor Hostname": "c2.example", "Hypervisor Type": "QEMU", "Host IP": "192.0.2.2", "State": "up", "vCPUs Used": 3, "vCPUs": 32, "Memory MB Used": 1024, "Memory MB": 128000 },
  { "ID": 1, "Hypervisor Hostname": "c1.example", "Hypervisor Type": "QEMU", "Host IP": "192.0.2.1", "State": "up", "vCPUs Used": 3, "vCPUs": 32, "Memory MB Used": 1024, "Memory MB": 128000 }
]"#;
pub const FLAVORS: &str = r#"[
  { "ID": "1", "Name": "m1.tiny", "RAM": 512, "Disk": 1, "Ephemeral": 0, "VCPUs": 1, "Is Public": true },
  { "ID": "4", "Name": "m1.large", "RAM": 8192, "Disk": 80, "Ephemeral": 0, "VCPUs": 4, "Is Public": true }
]"#;
pub const GROUPS: &str = r#"[
  { "ID": "g1", "Name": "Data bases", "Policy": "anti-affinity", "Members": ["11111111-aaaa", "22222222-bbbb"] },
  { "ID": "g2", "Name": "pair", "Policies": ["affinity"], "Members": "33333333-cccc, 66666666-ffff" },
  { "ID": "g3", "Name": "alone", "Policy": "anti-affinity", "Members": ["11111111-aaaa"] }
]"#;

/// The four lists, in another order than the documentation's.
fn cloud(file: FileId, text: &str, name: &str) -> Result<Imported, Vec<Diagnostic>> {
    openstack::import(
        &[
            (file, GROUPS),
            (file, text),
            (file, FLAVORS),
            (file, HYPERVISORS),
        ],
        name,
    )
}

#[test]
fn clouds_become_inventories() {
    let mut text = String::new();
    for (name, reader, input) in [
        ("proxmox", proxmox::import as Reader, PROXMOX),
        ("kubevirt", kubevirt::import, KUBEVIRT),
        ("openstack", cloud, SERVERS),
    ] {
        text += &format!("# {name}\n{}\n", shown(reader, name, input));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn what_is_no_such_output_is_refused() {
    fn alone(file: FileId, text: &str, name: &str) -> Result<Imported, Vec<Diagnostic>> {
        openstack::import(&[(file, text)], name)
    }
    let cases: [(&str, Reader, &str); 8] = [
        ("no list", proxmox::import, "{}"),
        ("no node", proxmox::import, r#"{"data": []}"#),
        ("no JSON", proxmox::import, "NAME STATUS\n"),
        ("no items", kubevirt::import, "[]"),
        (
            "no nodes",
            kubevirt::import,
            r#"{"items": [{"kind": "Pod"}]}"#,
        ),
        (
            "odd items",
            kubevirt::import,
            r#"{"items": [7, null, {"kind": 3}]}"#,
        ),
        ("no hypervisors", alone, SERVERS),
        ("something else", alone, r#"[{"Project": "x"}]"#),
    ];
    let mut text = String::new();
    for (name, reader, input) in cases {
        text += &format!("# {name}\n{}\n", shown(reader, name, input));
    }
    insta::assert_snapshot!(text);
}
