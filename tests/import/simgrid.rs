//! SimGrid platforms.

use std::fs;

use mvm::import::simgrid::import;

use crate::support::{data, files, root};
use crate::{imported, shown};

#[test]
fn platforms_become_networks() {
    for path in files("tests/import/simgrid", ".xml") {
        let name = path
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".xml");
        let text = fs::read_to_string(root().join(&path)).expect("the file is text");
        insta::assert_snapshot!(format!("simgrid.{name}"), shown(import, name, &text));
    }
}

/// A platform with one zone, `Full` unless the text says otherwise.
fn zone(body: &str) -> String {
    let open = if body.starts_with('<') {
        "<zone id='z' routing='Full'>"
    } else {
        ""
    };
    format!("<platform version='4.1'>\n{open}{body}</zone>\n</platform>\n")
}

#[test]
fn what_cannot_be_is_told_at_its_place() {
    let two = "<host id='a' speed='1Gf'/><host id='b' speed='1Gf'/>";
    let cases = [
        ("no platform", String::from("<inventory/>")),
        ("not closed", String::from("<platform version='4.1'>\n  <zone id='z'>\n</platform>")),
        ("an older version", String::from("<platform version='2'/>")),
        ("nothing in it", String::from("<platform version='4'/>")),
        ("entities", String::from("<!DOCTYPE platform [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]>\n<platform version='4'>&b;</platform>")),
        ("an element that is not known", zone("<warp id='w'/>")),
        ("a topology", zone("<cluster id='c' prefix='' suffix='' radical='0-7' speed='1f' bw='1Gbps' lat='0' topology='TORUS' topo_parameters='2,2,2'/>")),
        ("no bandwidth", zone("<link id='l' latency='0'/><link id='m' bandwidth='1Gb' latency='0'/>")),
        ("no such link", zone(&format!("{two}<route src='a' dst='b'><link_ctn id='l'/></route><route src='a' dst='d'/>"))),
        ("one way", zone(&format!("{two}<link id='l' bandwidth='1' latency='0'/><link id='m' bandwidth='1' latency='0'/>\n<route src='a' dst='b' symmetrical='NO'><link_ctn id='l'/></route>\n<route src='b' dst='a' symmetrical='NO'><link_ctn id='m'/></route>"))),
        ("twice over a link", zone(&format!("{two}<link id='l' bandwidth='1' latency='0'/><link id='m' bandwidth='1' latency='0'/>\n<route src='a' dst='b'><link_ctn id='l'/><link_ctn id='m'/><link_ctn id='l'/></route>"))),
        ("no link", zone(&format!("{two}<route src='a' dst='b'/>"))),
        ("no direction", zone(&format!("{two}<link id='l' bandwidth='1' latency='0' sharing_policy='SPLITDUPLEX'/>\n<route src='a' dst='b'><link_ctn id='l'/></route>"))),
        ("twice", zone("<host id='a' speed='1f'/><host id='a' speed='1f'/>")),
        ("too many hosts", zone("<cluster id='c' prefix='' suffix='' radical='0-99999999' speed='1f' bw='1Gbps' lat='0'/>")),
        ("an uneven peer", zone("_<zone id='z' routing='Vivaldi'><peer id='p' speed='1f' bw_in='1Gbps' bw_out='100Mbps' lat='0' coordinates='0 0 0'/>").replacen('_', "", 1)),
        ("a circle of gateways", String::from("<platform version='4'><zone id='z' routing='Full'>\n<zone id='x' routing='Full'><host id='a' speed='1f'/><router id='g'/></zone>\n<zone id='y' routing='Full'><host id='b' speed='1f'/></zone>\n<zoneRoute src='x' dst='y' gw_src='b' gw_dst='a'/></zone></platform>")),
        ("several shortest", zone("_<zone id='z' routing='Dijkstra'><host id='a' speed='1f'/><host id='b' speed='1f'/><router id='r'/><router id='s'/><link id='l' bandwidth='1' latency='0'/>\n<route src='a' dst='r'><link_ctn id='l'/></route><route src='a' dst='s'><link_ctn id='l'/></route><route src='r' dst='b'><link_ctn id='l'/></route><route src='s' dst='b'><link_ctn id='l'/></route>").replacen('_', "", 1)),
    ];
    let mut text = String::new();
    for (name, platform) in cases {
        let (out, findings) = imported(import, "platform.xml", &platform);
        assert!(out.is_empty(), "{name}: {out}");
        text += &format!("# {name}\n{findings}\n");
    }
    insta::assert_snapshot!(text);
}

/// A bomb of entities would be gigabytes, and nesting without end a stack: both are errors, at once.
#[test]
fn bombs_do_not_go_off() {
    let entities: String = (1..60)
        .map(|i| format!("<!ENTITY e{i} '&e{};&e{};'>", i - 1, i - 1))
        .collect();
    let bomb = format!(
        "<!DOCTYPE platform [<!ENTITY e0 'x'>{entities}]><platform version='4'>&e59;</platform>"
    );
    assert!(imported(import, "bomb.xml", &bomb).1.contains("E0705"));
    let deep = format!(
        "<platform version='4'>{}",
        "<zone id='z' routing='Full'>".repeat(100_000)
    );
    assert!(imported(import, "deep.xml", &deep).1.contains("E0705"));
    let zones: String = (0..1_000)
        .map(|i| format!("<zone id='z{i}' routing='Full'>"))
        .collect();
    let deep = format!(
        "<platform version='4'>{zones}{}</platform>",
        "</zone>".repeat(1_000)
    );
    assert!(imported(import, "deep.xml", &deep).1.contains("E0703"));
}

/// The platforms of SimGrid's own examples.
#[test]
fn every_platform_is_imported_or_refused_with_a_reason() {
    let Some(folder) = data("simgrid") else {
        return;
    };
    for entry in fs::read_dir(folder)
        .expect("the folder can be read")
        .flatten()
    {
        let text = fs::read_to_string(entry.path()).expect("the file is text");
        let name = entry.file_name().to_string_lossy().into_owned();
        let (out, findings) = imported(import, &name, &text);
        match name.as_str() {
            "cluster_fat_tree.xml" => assert!(findings.contains("FAT_TREE"), "{findings}"),
            _ => assert!(!out.is_empty(), "{findings}"),
        }
    }
}
