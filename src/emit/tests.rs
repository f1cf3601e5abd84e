//! What each emitter makes of the plans of the fixture.

use super::{Kind, Page, fixture};
use crate::datacenter::Datacenter;
use crate::plan::Plan;
use crate::request::Task;

/// The plan in that form, without what all scripts and all pages have.
fn emitted(kind: Kind, datacenter: &Datacenter, plan: &Plan) -> String {
    let text = kind.emit(datacenter, plan);
    if kind == Kind::Html {
        return body(&text);
    }
    if !matches!(kind, Kind::Script | Kind::Ansible | Kind::Argo) {
        return text;
    }
    let (begin, rest) = text.split_once("# ── Time ─").expect("the hooks");
    let (_, end) = rest.split_once("# ── The plan ─").expect("the rows");
    format!("{begin}…\n{end}")
}

/// A page without its style, its policy, its script, and the picture, which is a form of its own; an element on each line.
fn body(page: &str) -> String {
    let between = |text: &str, begin: &str, end: &str| {
        let (before, rest) = text.split_once(begin).expect("it begins");
        let (_, behind) = rest.split_once(end).expect("it ends");
        format!("{before}{begin}…{end}{behind}")
    };
    let mut text = between(page, "script-src '", "'; base");
    text = between(&text, "<style>", "</style>");
    if text.contains("<svg") {
        text = between(&text, "<svg", "</svg>");
        text = between(&text, "<script>", "</script>");
    }
    text.replace("><", ">\n<")
}

#[test]
fn a_page_of_1_000_actions_is_below_2_mb_and_names_end_nothing() {
    let (datacenter, plan) = fixture::racks(250);
    let page = super::html(&datacenter, &plan);
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    let (datacenter, plan) = fixture::hostile();
    let page = super::html(&datacenter, &plan);
    assert!(!page.contains("<b>"));
    assert_eq!(page.matches("</script>").count(), 2);
}

#[test]
fn every_form_of_an_evening() {
    let (datacenter, plan) = fixture::evening();
    for kind in Kind::ALL {
        insta::assert_snapshot!(
            format!("evening.{}", kind.suffix()),
            emitted(kind, &datacenter, &plan)
        );
    }
}

#[test]
fn every_form_of_hostile_names() {
    let (datacenter, plan) = fixture::hostile();
    for kind in Kind::ALL {
        insta::assert_snapshot!(
            format!("hostile.{}", kind.suffix()),
            emitted(kind, &datacenter, &plan)
        );
    }
}

#[test]
fn every_form_of_commands_and_pauses() {
    let (datacenter, plan) = fixture::upgrade();
    for kind in Kind::ALL {
        insta::assert_snapshot!(
            format!("upgrade.{}", kind.suffix()),
            emitted(kind, &datacenter, &plan)
        );
    }
}

#[test]
fn many_actions_with_two_objectives() {
    let (datacenter, plan) = fixture::racks(5);
    for kind in [Kind::Table, Kind::Json, Kind::Svg, Kind::Mermaid, Kind::Csv] {
        insta::assert_snapshot!(
            format!("racks.{}", kind.suffix()),
            emitted(kind, &datacenter, &plan)
        );
    }
}

#[test]
fn a_plan_with_nothing_to_do() {
    let (datacenter, plan) = fixture::empty();
    for kind in Kind::ALL {
        insta::assert_snapshot!(
            format!("empty.{}", kind.suffix()),
            emitted(kind, &datacenter, &plan)
        );
    }
}

#[test]
fn names_of_kinds_are_unique_and_read_back() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.name()), Some(kind));
    }
    assert_eq!(Kind::parse("pdf"), None);
}

#[test]
fn nothing_that_a_terminal_obeys_is_written() {
    let (datacenter, plan) = fixture::hostile();
    for kind in Kind::ALL {
        let text = kind.emit(&datacenter, &plan);
        let text = text.replace("\r\n", "\n");
        let obeyed = text.chars().find(|&c| c != '\n' && c.is_control());
        assert_eq!(obeyed, None, "{kind:?}");
    }
}

/// A plan whose names are as long as names of machines are.
fn long_names() -> (Datacenter, Plan) {
    let (mut datacenter, mut plan) = fixture::evening();
    for server in &mut datacenter.servers {
        server.name = format!("hypervisor-{}.fra1.example.com", server.name);
    }
    for action in &mut plan.actions {
        action.id = match action.task {
            Task::Boot(server) => format!("boot {}", datacenter[server].name),
            Task::Shutdown(server) => format!("shutdown {}", datacenter[server].name),
            _ => format!("{}.guests.example.com", action.id),
        };
    }
    (datacenter, plan)
}

#[test]
fn tables_fit_the_width_that_there_is() {
    let (datacenter, plan) = long_names();
    for (width, ascii) in [
        (120, false),
        (80, false),
        (60, false),
        (60, true),
        (48, true),
    ] {
        let page = Page {
            width: Some(width),
            ascii,
        };
        let table = super::table(&datacenter, &plan, &page);
        let rows = table.split("\n\n").next().expect("the rows");
        // The lines above the first border may be broken, those of the table may not.
        let is_border = |line: &&str| line.starts_with(['-', '─']);
        for line in rows.lines().skip_while(|line| !is_border(line)) {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
        assert!(!ascii || table.is_ascii(), "{table}");
        let name = format!("table.{width}{}", if ascii { ".ascii" } else { "" });
        insta::assert_snapshot!(name, table);
    }
}

#[test]
fn a_table_that_fits_is_the_one_of_a_file() {
    let (datacenter, plan) = fixture::evening();
    let page = Page {
        width: Some(200),
        ascii: false,
    };
    let table = super::table(&datacenter, &plan, &page);
    assert_eq!(table, Kind::Table.emit(&datacenter, &plan));
}

/// The picture of so many pairs of servers, and its height.
fn picture(pairs: usize) -> (String, f64) {
    let (datacenter, plan) = fixture::racks(pairs);
    let picture = super::svg(&datacenter, &plan);
    let height = picture.split("height=\"").nth(1).expect("a height");
    let height = height.split('"').next().expect("its end");
    let height = height.parse().expect("a number");
    (picture, height)
}

#[test]
fn many_actions_are_in_lanes_of_their_servers() {
    let (lanes, _) = picture(13);
    insta::assert_snapshot!("lanes.svg", lanes);
    let (picture, height) = picture(50);
    assert!(height < 4000.0);
    // Each action is told on demand: on the lane of its server, and a migration where it arrives as well.
    assert!(picture.matches("<title>").count() >= 50 * 6);
    for (server, rack) in [("s1", "r1"), ("s24", "n2"), ("s2", "r3")] {
        assert!(picture.contains(&format!(">\n{server}\n")), "{server}");
        assert!(picture.contains(&format!(">\n{rack}\n")), "{rack}");
    }
    // What does not fit into its bar stands behind the last one.
    assert!(picture.contains("\nweb30, db30\n"));
}

#[test]
fn more_servers_than_lanes_are_told_by_rack() {
    let (few, height) = picture(150);
    assert!(height < 4000.0);
    assert!(few.contains("24 servers, 72 actions") && few.contains(">\nr7\n"));
    assert!(few.contains("\n3 at once\n"));
    assert!(
        few.contains("r1, +0:01:05 to +0:02:10"),
        "details on demand"
    );
    // More racks than rows: neighbours share one.
    let (many, height) = picture(1500);
    assert!(height < 4000.0);
    assert!(many.contains("r1 … r2") && many.contains("48 servers, 144 actions"));
    assert!(many.len() < 4_000_000);
}
