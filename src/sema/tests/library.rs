//! The standard library, as users meet it.

use super::{analysed, check};
use crate::sema::stdlib;
use crate::syntax::ast::{Class, ItemKind};

/// The classes of a module.
fn classes(module: &stdlib::Module) -> Vec<Class> {
    let mut map = crate::source::SourceMap::new();
    let id = map.add(module.file, module.text);
    let (ast, diagnostics) = crate::syntax::parse(id, module.text);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let classes = ast.items.into_iter().map(|item| {
        assert!(
            item.doc.is_some(),
            "a class of {} has no documentation",
            module.name
        );
        match item.kind {
            ItemKind::Class(class) => class,
            other => panic!("not a class: {other:?}"),
        }
    });
    classes.collect()
}

#[test]
fn every_class_is_documented_and_can_be_used() {
    let mut source = String::from("switch core\nserver spare link 1Gbps to core\n");
    let mut count = 0;
    for module in stdlib::MODULES {
        source.push_str(&format!("use {}.*\n", module.name));
        for class in classes(module) {
            use crate::syntax::ast::ClassKind;
            let name = &class.name.text;
            count += 1;
            let line = match class.kind {
                ClassKind::Server => format!("server a{count} : {name} link 1Gbps to core\n"),
                ClassKind::Vm => format!("vm a{count} : {name} {{ memory 2GiB on spare }}\n"),
                ClassKind::Link if name == "ethernet" => {
                    format!("switch a{count} link : {name} 1Gbps to core\n")
                }
                ClassKind::Link => format!("switch a{count} link : {name} to core\n"),
                ClassKind::Switch => format!("switch a{count} : {name}\n"),
            };
            source.push_str(&line);
        }
    }
    assert!(count > 10, "{count} classes");
    let (_, diagnostics, _) = analysed(&source);
    assert!(diagnostics.is_empty(), "{source}\n{}", check(&source));
}

#[test]
fn the_papers_server_has_the_power_of_table_three() {
    let (analysis, _, _) = analysed("use std.server.x3440\nserver s : x3440");
    let server = &analysis.datacenter.servers[0];
    assert_eq!(server.power, 110_000);
    assert_eq!(server.hosting, 17_600);
    assert_eq!(server.boot_power, 20_000);
    assert_eq!((server.boot.value, server.shutdown.value), (120, 17));
    assert_eq!(server.migration.per_byte_nj, 512);
    assert_eq!(server.migration.fixed_mj, 20_165);
}

#[test]
fn a_gigabit_link_lends_eight_ninths() {
    let (analysis, _, _) = analysed("switch core\nserver s link : std.link.ethernet1 to core");
    assert_eq!(analysis.datacenter.links[0].rate.value, 888_888_888);
}
