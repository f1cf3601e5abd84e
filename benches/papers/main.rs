//! The tables and figures of both papers: what they publish, what mvm has by the papers' own method, and what it has now.
//!
//! ```text
//! cargo bench --bench papers [-- --page FOLDER] [--plans 50] [--largest 1042] [--effort fast|normal|best]
//! ```
//!
//! Tables go to standard output as Markdown; with `--page` a page with the figures is written into a folder. UCC'15 is "Scheduling
//! Live-Migrations for Fast, Adaptable and Energy-Efficient Relocation Operations", ComPAS'15 "Ordonnancement contrôlé de migrations à
//! chaud". The papers' plans ran on a testbed; here each is carried out in the simulator, with bandwidth that is shared. By the papers'
//! own method: their model, full rates, `mttr`. Now: the model `fluid`, rates to choose from, carried out page by page.

mod decommission;
mod micro;
mod page;
mod planned;
mod scale;

use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use mvm::schedule::Effort;

use page::Page;

#[derive(Parser)]
struct Args {
    /// Where to write a page with all figures.
    #[arg(long, value_name = "FOLDER")]
    page: Option<PathBuf>,
    /// Random plans of ten VMs.
    #[arg(long, default_value_t = 50)]
    plans: u64,
    /// The largest decommissioning, as a multiple of 96 VMs: 100,032 by itself.
    #[arg(long, default_value_t = 1042)]
    largest: usize,
    /// How much work to spend on each plan that is carried out.
    #[arg(long, default_value = "fast", value_parser = ["fast", "normal", "best"])]
    effort: String,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> std::io::Result<()> {
    // `cargo test --benches` runs this without being told to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("cargo bench --bench papers");
        return Ok(());
    }
    let args = Args::parse();
    let effort = match args.effort.as_str() {
        "fast" => Effort::Fast,
        "best" => Effort::Best,
        _ => Effort::Normal,
    };
    let mut page = Page::default();
    let begin = Instant::now();
    let done = |part: &str| eprintln!("{part}: {:.0} s", begin.elapsed().as_secs_f64());
    micro::tables(&mut page, args.plans, effort);
    done("ten VMs");
    decommission::ucc(&mut page, effort);
    done("decommissioning of UCC'15");
    decommission::compas(&mut page, effort);
    done("ComPAS'15");
    scale::figure(&mut page, args.largest);
    done("time to plan");
    print!("{}", page.markdown());
    if let Some(folder) = &args.page {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("papers.html"), page.html())?;
        println!("\nthe figures: {}", folder.join("papers.html").display());
    }
    Ok(())
}
