//! The plan as one page for whoever approves it: no server, no outside request, readable without a script, in print and in the
//! dark.
//!
//! What is read stands in the document itself: figures, risks, rules with their slack, the actions, the sources, and the picture
//! of [`super::svg`], which is what is printed. The script, plain JavaScript whose types `tsc` checks (`script/`), draws over it
//! from [`data`]: the chart with zoom and search, the levels, the moment under the cursor.

mod actions;
mod data;
mod facts;
mod held;
mod rules;
mod sources;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::clock::Clock;
use super::text::printable;
use crate::datacenter::Datacenter;
use crate::plan::Plan;

const STYLE: &str = include_str!("html/page.css");

/// One script of several files, which share one scope; the last one begins.
const SCRIPT: &str = concat!(
    "\"use strict\";\n{\n",
    include_str!("html/script/model.js"),
    include_str!("html/script/words.js"),
    include_str!("html/script/state.js"),
    include_str!("html/script/pen.js"),
    include_str!("html/script/rows.js"),
    include_str!("html/script/gantt.js"),
    include_str!("html/script/levels.js"),
    include_str!("html/script/topology.js"),
    include_str!("html/script/details.js"),
    include_str!("html/script/main.js"),
    "}\n",
);

/// The plan as a page.
pub fn emit(datacenter: &Datacenter, plan: &Plan) -> String {
    let clock = Clock::new(plan);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(concat!("mvm ", env!("CARGO_PKG_VERSION")));
                title { (printable(&plan.name)) " · mvm plan" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#actions" { "Skip to the actions" }
                main {
                    (facts::head(plan, &clock))
                    @if !plan.actions.is_empty() { (chart(datacenter, plan)) }
                    div.pair {
                        (rules::section(plan, &clock))
                        (facts::proof(plan))
                    }
                    (held::section(plan, &clock))
                    (actions::section(datacenter, plan, &clock))
                    (sources::section(plan))
                }
                @if !plan.actions.is_empty() {
                    script type="application/json" id="data" { (PreEscaped(data::json(datacenter, plan))) }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
    };
    format!("{}\n", page.into_string())
}

/// Nothing is fetched, and no script runs but this one: names in a plan mean nothing.
fn policy() -> String {
    let digest = BASE64_STANDARD.encode(Sha256::digest(SCRIPT));
    format!(
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
}

/// The picture, and where the script draws instead of it.
fn chart(datacenter: &Datacenter, plan: &Plan) -> Markup {
    html! {
        section #chart aria-labelledby="chart-title" {
            h2 #chart-title { "What happens when" }
            figure.picture { (PreEscaped(super::svg(datacenter, plan))) }
            div.live hidden {
                div.tools {
                    label.search {
                        span.unseen { "Search actions, servers and VMs" }
                        input #search type="search" placeholder="Search actions, servers, VMs" autocomplete="off" spellcheck="false";
                    }
                    output #found {}
                    div.legend #legend {}
                    div.zoom role="group" aria-label="Zoom" {
                        button #zoom-out type="button" aria-label="Zoom out" title="Zoom out (−)" { "−" }
                        button #zoom-fit type="button" title="The whole plan (0)" { "Fit" }
                        button #zoom-in type="button" aria-label="Zoom in" title="Zoom in (+)" { "+" }
                    }
                }
                div.stage {
                    div.time {
                        div #gantt tabindex="0" role="application" aria-describedby="keys"
                            aria-label="Chart of the actions by rack and server" { canvas {} div.extent {} }
                        p.unseen #keys {
                            "Left and right go to the action before and behind, up and down to the neighbouring servers, "
                            "plus, minus and zero zoom, space folds a rack."
                        }
                        label.moment {
                            span { "Moment" }
                            input #moment type="range" min="0" max=(plan.makespan) step="1" value="0";
                            output #when {}
                        }
                        canvas #levels role="img" aria-label="Power, the busiest links and the fullest servers over time" {}
                        div #tip aria-hidden="true" hidden {}
                    }
                    div.side {
                        section.card aria-labelledby="now-title" {
                            h3 #now-title { "At that moment" }
                            p #now {}
                            div.map { canvas #topology role="img" aria-label="The servers by rack at that moment; the text above says the same in numbers" {} }
                        }
                        section.card #details aria-live="polite" aria-label="The chosen action" {}
                    }
                }
            }
        }
    }
}
