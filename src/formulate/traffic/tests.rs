//! What counts at one end of a flow, held to the paths between all pairs of places.

use super::*;
use crate::compile::{Checked, check};
use crate::formulate::steps;
use crate::source::fixture::OneText;

/// Servers of all sorts: alike, with two links, and named by a route.
const ODD: &str = "\
switch core1, core2 { capacity 90Gbps }
rack r1 {
  capacity 80Gbps link 10Gbps to core1 link 10Gbps to core2
  server a[1..3] { link 1Gbps }
  server x { link 1Gbps link 1Gbps to core1 }
}
rack r2 {
  capacity 80Gbps link 10Gbps to core1 link 10Gbps to core2
  server b[1..2] { link 1Gbps }
}
server both { link 1Gbps to r1 link 1Gbps to r2 }
route r1 to r2 via core1
route r1.a3 to r2 via core2
";

fn guests_of(text: &str, look: impl Fn(&mut Guests, &Checked)) {
    let checked = check("plan.mvm", &OneText(text.to_owned().leak()));
    assert_eq!(checked.diagnostics, []);
    let (dc, request) = (&checked.analysis.datacenter, &checked.analysis.requests[0]);
    let mut findings = Vec::new();
    let walk = steps::walk(dc, request, &mut findings);
    let mut guests = Guests::of(dc, request, &walk, &Whereabouts::new(), &mut findings);
    assert_eq!(findings, []);
    look(&mut guests, &checked);
}

/// Wherever both are, all that carries the flow counts; and nothing else, between some places.
#[test]
fn each_link_counts_at_one_end_wherever_both_are() {
    let text = format!(
        "{ODD}vm v {{ memory 1GiB idle on r1.a1 }}\nvm w {{ memory 1GiB idle on r1.a2 }}\n\
         traffic v to w 1Mbps\ntraffic w to v 1Mbps\n\
         plan p {{ migrate v, w to any of r1, r2, both }}\n"
    );
    guests_of(&text, |guests, checked| {
        let dc = &checked.analysis.datacenter;
        assert_eq!(guests.shared.len(), 2);
        let servers: Vec<ServerId> = (0..dc.servers.len() as u32).map(ServerId).collect();
        let mut findings = Vec::new();
        for at in 0..2 {
            let mut exact = 0;
            for (&from, &to) in servers
                .iter()
                .flat_map(|x| servers.iter().map(move |y| (x, y)))
            {
                let sent = guests.counted(at, 0, from, None, &mut findings);
                let received = guests.counted(at, 1, to, None, &mut findings);
                let ends = (Node::Server(from), Node::Server(to));
                let path = guests.path(ends, None, &mut findings);
                let counted: BTreeSet<Key> = sent.union(&received).copied().collect();
                assert!(
                    path.is_subset(&counted),
                    "{from:?} {to:?} {path:?} {counted:?}"
                );
                exact += i32::from(path == counted);
            }
            assert!(exact > 0);
        }
        assert_eq!(findings, []);
        // Before anything happens, no link between switches counts that carries nothing; of a switch either end may need it anywhere.
        let counted = guests.initial.keys();
        let mut trunks = counted.filter(|&&key| !shared::is_access(dc, key));
        assert!(trunks.all(|key| matches!(key, Key::Switch(_))));
    });
}

#[test]
fn servers_that_are_alike() {
    let text =
        format!("{ODD}vm v {{ memory 1GiB idle on r1.a1 }}\nplan p {{ migrate v to r1.a2 }}\n");
    guests_of(&text, |guests, _| {
        let alike: Vec<u32> = guests.network.alike().into_iter().map(|id| id.0).collect();
        // `a3` is named by a route, `x` and `both` have two links.
        assert_eq!(alike, [0, 0, 2, 3, 4, 4, 6]);
    });
}
