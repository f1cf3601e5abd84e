//! What may be typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};

use crate::baseline::Baseline;
use crate::import::units::bandwidth;
use crate::request::Model;
use crate::schedule;
use crate::simulate::Law;

/// Plans for the live migration and maintenance of virtualised datacenters.
///
/// Results go to standard output, everything else to standard error. Exit status: 0 done; 1 the input is wrong;
/// 2 wrong usage; 3 no plan exists, which is proved; 4 the plan that was verified does not hold; 5 a plan is not what its
/// file expects or its snapshot says; 6 not decided within the effort; 130 interrupted (the best plan so far is written). Of several plans, the
/// highest counts.
#[derive(Parser)]
#[command(name = "mvm", version, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
    /// How diagnostics are written.
    #[arg(long, value_enum, default_value_t = MessageFormat::Human, global = true)]
    pub message_format: MessageFormat,
    /// When to use colour; `NO_COLOR` is respected.
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true)]
    pub color: Color,
}

#[derive(Subcommand)]
pub enum Command {
    /// Check files: names, units, types, whether the plans can exist at all, and whether they are what the files expect.
    Check(Check),
    /// Compute plans.
    Plan(Plan),
    /// Check a plan in JSON against the file that it was made from.
    Verify(Verify),
    /// Carry a plan in JSON out, as its script does.
    Run(Run),
    /// Plan what is left of a plan in JSON that was begun, from what really happened until now.
    Replan(Replan),
    /// Say where a plan stands that is or was carried out.
    Status(StatusOf),
    /// Say what happens when a plan in JSON is carried out: with shared bandwidth, delays and failures.
    Simulate(Simulate),
    /// Write a foreign file as `.mvm`.
    Import(Import),
    /// Fit what links carry and migrations need to measured runs of plans.
    Calibrate(Calibrate),
    /// Lay files out in the one way that all files are.
    Fmt(Fmt),
    /// Serve an editor: the language server protocol on standard input and output.
    Lsp,
    /// Explain a diagnostic's code, such as E0201.
    Explain(Explain),
    /// Say what is different between two plans, the plans of two files, or those of a file in two revisions of git.
    Diff(Diff),
    /// Plan as others do as well, carry each plan out in the simulator, and say what comes of it.
    Compare(Compare),
    /// Print a plan in JSON as lines that a comparison reads well: a `textconv` for git.
    Show(Show),
    /// Plan every file of a tree, and compare each plan with the snapshot beside it.
    Test(Test),
    /// Print what a shell needs to complete commands.
    Completions(Completions),
    /// Write a manual page for each command into a folder.
    Manual(Manual),
    /// Print the JSON schema of plans as `--emit json` writes them.
    Schema,
}

#[derive(clap::Args)]
pub struct Check {
    /// The files, and folders with files at any depth; `-` is standard input, here and wherever a file is read.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// How much work to spend on the plans of which something is expected; no other plan is computed.
    #[arg(long, value_enum, default_value_t = Effort::Normal)]
    pub effort: Effort,
}

#[derive(clap::Args)]
pub struct Plan {
    /// The file; `-` is standard input.
    pub file: PathBuf,
    /// The plan of the file to compute; all of them where none is named.
    #[arg(long = "plan", value_name = "NAME")]
    pub name: Option<String>,
    /// What to write, several between commas: table, json, script, ansible, argo, svg, html (a page), mermaid, csv, ics (a calendar), btrplace.
    #[arg(
        long,
        value_name = "KIND",
        value_delimiter = ',',
        default_value = "table"
    )]
    pub emit: Vec<String>,
    /// Also say what holds the end of the plan, and what would shorten it, each computed by planning with the change.
    /// Below the table on standard output; with other outputs or `-o` on standard error.
    #[arg(long)]
    pub why: bool,
    /// Where to write it: a file, or with several kinds or plans a folder. Standard output otherwise.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// How much work to spend. Work is counted, never timed: the plan is the same on every machine.
    #[arg(long, value_enum, default_value_t = Effort::Normal)]
    pub effort: Effort,
    /// Which rates a migration may have where its step gives none, in place of what the file says (`bandwidth choose`).
    #[arg(long, value_enum)]
    pub bandwidth: Option<Bandwidth>,
    /// Refuse to plan where the file is not what this says: servers and VMs in JSON as `mvm import json` reads them, or a folder as
    /// `mvm import libvirt` does.
    #[arg(long, value_name = "STATE")]
    pub state: Option<PathBuf>,
    /// Stop after so many seconds with the best plan so far, which then depends on the machine.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub time_limit: Option<Duration>,
    /// Plan as another planner does, which knows less: for comparison. `mvm compare` has all of them.
    #[arg(long = "as", value_name = "PLANNER", value_parser = baselines(), conflicts_with_all = ["why", "certificate", "bandwidth"])]
    pub planner: Option<Baseline>,
    /// Write what proves the bounds into a folder: multipliers, and clauses with proofs in DRAT.
    #[arg(long, value_name = "DIR")]
    pub certificate: Option<PathBuf>,
}

#[derive(clap::Args)]
pub struct Verify {
    /// The plan, as `--emit json` wrote it.
    pub plan: PathBuf,
    /// The file that it was made from, where the plan does not say or it has moved; also where it has changed since, and the plan
    /// is to be held against what it says now.
    #[arg(long, value_name = "FILE")]
    pub source: Option<PathBuf>,
    /// Check the bounds, too, by the certificate in a folder, as `mvm plan --certificate` wrote it.
    #[arg(long, value_name = "DIR")]
    pub certificate: Option<PathBuf>,
}

/// Exit status, as of the script: 0 all is done; 1 an action failed or was skipped, or the input is wrong; 2 wrong usage; 3 the journal or
/// its lock cannot be had; 4 the preflight found problems; 5 it is not the plan's night; 6 the plan was finished before, and
/// nothing was done; 130 interrupted. After a first SIGINT or SIGTERM nothing new starts; a second one ends it at once. Variables: as the
/// script's (`bash SCRIPT --help`). It needs bash and what the plan's commands are.
#[derive(clap::Args)]
pub struct Run {
    /// The plan, as `--emit json` wrote it.
    pub plan: PathBuf,
    /// The file that it was made from, where the plan does not say or it has moved.
    #[arg(long, value_name = "FILE")]
    pub source: Option<PathBuf>,
    /// What was done is kept there, by default beside the plan. A second start, or one of the plan's script, goes on where the first ended.
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Bash that defines functions of the script anew.
    #[arg(long, value_name = "FILE")]
    pub site: Option<PathBuf>,
    /// Carry out a plan with a date outside its night; rules keep their clock times.
    #[arg(long)]
    pub now: bool,
    /// Do not begin with asking all servers whether everything is as the plan expects it.
    #[arg(long)]
    pub no_preflight: bool,
    /// Where not all could be done, plan what is left from then on as `mvm replan` does, say what is different, and carry that out
    /// if somebody answers `yes`. The new plan and its journal are kept beside this one.
    #[arg(long)]
    pub replan: bool,
    /// Write a line of JSON for each thing that happens.
    #[arg(long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Where to write how long actions took, as a table that `mvm calibrate` reads; by default beside the journal.
    #[arg(long, value_name = "FILE.csv")]
    pub times: Option<PathBuf>,
}

/// What is done stays done, what runs is taken as it is, what failed is planned again; the rules keep their times. Says what is
/// different from what was planned, or which rules cannot be kept any more and which smallest changes help: change the file so and
/// replan again.
#[derive(clap::Args)]
pub struct Replan {
    /// The plan, as `--emit json` wrote it.
    pub plan: PathBuf,
    /// The file that it was made from, where the plan does not say or it has moved. It may have changed since.
    #[arg(long, value_name = "FILE")]
    pub source: Option<PathBuf>,
    /// What was done, as the plan's script or `mvm run` kept it; by default beside the plan.
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// What the machines say, as for `mvm plan --state`: where the journal says otherwise, this counts.
    #[arg(long, value_name = "STATE")]
    pub state: Option<PathBuf>,
    /// The moment from which to plan, such as 2026-11-30T02:10:00Z; by default now.
    #[arg(long, value_name = "MOMENT")]
    pub at: Option<jiff::Timestamp>,
    /// Where to write the new plan in JSON. Its journal is written beside it, so that `mvm run` goes on with what runs.
    #[arg(short, long, value_name = "NEW.json")]
    pub output: Option<PathBuf>,
    /// Where to write the new plan's script.
    #[arg(long, value_name = "NEW.sh", requires = "output")]
    pub script: Option<PathBuf>,
    /// How much work to spend.
    #[arg(long, value_enum, default_value_t = Effort::Normal)]
    pub effort: Effort,
}

#[derive(clap::Args)]
pub struct StatusOf {
    /// The journal of a script or of `mvm run`.
    pub journal: PathBuf,
    /// The plan that it is of, as `--emit json` wrote it: to say what is left, and when it should end.
    pub plan: Option<PathBuf>,
}

/// Who starts when is decided as by the plan's script and `mvm run`. Without `--seed` and `--seeds` nothing goes wrong. The exit status is 5
/// where a deadline or another rule is missed, and 4 where a limit is broken that the plan does not know.
#[derive(clap::Args)]
pub struct Simulate {
    /// The plan, as `--emit json` wrote it.
    pub plan: PathBuf,
    /// The file that it was made from, where the plan does not say or it has moved.
    #[arg(long, value_name = "FILE")]
    pub source: Option<PathBuf>,
    /// What goes wrong follows from this number.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// So many seeds, from `--seed` on or from 1: how often what is missed.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub seeds: Option<u64>,
    /// With seeds: how much durations vary, as a standard deviation. On the testbed of the papers, migrations that were planned alike
    /// varied by 6 %.
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "6%")]
    pub spread: f64,
    /// With seeds: how many starts of actions fail.
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "0%")]
    pub failures: f64,
    /// How migrations go on, by default by the model of the plan; `pages` follows the rounds in which pages are sent.
    #[arg(long, value_parser = laws())]
    pub model: Option<Law>,
    /// What to write: a table, JSON, or a chart as a picture or as Mermaid text.
    #[arg(long, value_enum, default_value_t = SimulateFormat::Table)]
    pub emit: SimulateFormat,
    /// Where to write it; standard output otherwise.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SimulateFormat {
    /// For people at a terminal.
    Table,
    /// For programs.
    Json,
    /// The actions as planned and as they were, as a picture.
    Svg,
    /// The actions as they were, as a Gantt chart that web pages draw.
    Mermaid,
}

#[derive(clap::Args)]
pub struct Diff {
    /// The older plan in JSON, a file with plans, or a revision such as `HEAD~1` or `main..topic` of the other file.
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The newer plan in JSON, or a file with plans. Without it, OLD is a revision, and all plans below this folder that the
    /// changes since then touch are compared.
    #[arg(value_name = "NEW")]
    pub new: Option<PathBuf>,
    /// How to tell it.
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub format: DiffFormat,
    /// The plan to compare; all of them where none is named.
    #[arg(long = "plan", value_name = "NAME")]
    pub name: Option<String>,
    /// Where to write it; standard output otherwise.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// How much work to spend on plans that are computed.
    #[arg(long, value_enum, default_value_t = Effort::Normal)]
    pub effort: Effort,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For a terminal.
    Text,
    /// For a comment of a review.
    Markdown,
    /// For programs.
    Json,
    /// A picture of both.
    Svg,
}

/// The others know neither links nor rules of the plan. What they do is held against the limits of the file all the same, and
/// bandwidth is shared where they take more than there is.
#[derive(clap::Args)]
pub struct Compare {
    /// The file; `-` is standard input.
    pub file: PathBuf,
    /// The plan of the file to compare; all of them where none is named.
    #[arg(long = "plan", value_name = "NAME")]
    pub name: Option<String>,
    /// In place of other planners, other models of how long migrations take: each plan is carried out by `--by`.
    #[arg(long)]
    pub models: bool,
    /// With `--models`: how migrations really go on.
    #[arg(long, value_parser = laws(), default_value = "pages", requires = "models")]
    pub by: Law,
    /// For planners that choose at random.
    #[arg(long, value_name = "N", default_value_t = crate::baseline::SEED)]
    pub seed: u64,
    /// What to write: a table, JSON, or a picture.
    #[arg(long, value_enum, default_value_t = CompareFormat::Table)]
    pub emit: CompareFormat,
    /// Where to write it; standard output otherwise.
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// How much work mvm spends on its own plan.
    #[arg(long, value_enum, default_value_t = Effort::Normal)]
    pub effort: Effort,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompareFormat {
    /// For people at a terminal.
    Table,
    /// For programs.
    Json,
    /// All courses below one another, as a picture.
    Svg,
}

#[derive(clap::Args)]
pub struct Show {
    /// The plan, as `--emit json` wrote it.
    pub plan: PathBuf,
}

#[derive(clap::Args)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[derive(clap::Args)]
pub struct Manual {
    /// The folder.
    pub folder: PathBuf,
}

#[derive(clap::Args)]
pub struct Test {
    /// Files, and folders with files at any depth.
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Take the plans as they are now: write their snapshots anew, and remove those of plans that are no longer there.
    #[arg(long)]
    pub accept: bool,
    /// Also write the results for CI, in the XML of JUnit.
    #[arg(long, value_name = "OUT.xml")]
    pub junit: Option<PathBuf>,
    /// How much work to spend on each plan that is accepted, `normal` where nothing else is said. Its snapshot says so, and from then
    /// on the plan is computed with as much.
    #[arg(long, value_enum)]
    pub effort: Option<Effort>,
}

#[derive(clap::Args)]
pub struct Import {
    /// The format.
    #[arg(value_enum)]
    pub kind: ImportKind,
    /// The file to import, of OpenStack several, of libvirt folders; `-` is standard input.
    #[arg(required_unless_present = "connect")]
    pub inputs: Vec<PathBuf>,
    /// Of libvirt: hosts to ask, such as `qemu+ssh://s1/system`, by calls of `virsh` that only read.
    #[arg(long, value_name = "URI", num_args = 1..)]
    pub connect: Vec<String>,
    /// Of libvirt: also measure how fast the VMs rewrite their memory, over windows of so many seconds. For that libvirt wants a
    /// connection that may write.
    #[arg(
        long,
        value_name = "SECONDS",
        value_delimiter = ',',
        num_args = 0..=1,
        default_missing_value = "1,2,5,10,30,60",
        requires = "connect",
        value_parser = clap::value_parser!(u32).range(1..=60)
    )]
    pub dirty_rate: Vec<u32>,
    /// Give each server whose links are not known one of that rate, to one switch.
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub links: Option<u64>,
    /// What `lldpcli show neighbors -f json` printed on a server: `NAME=FILE`, or a file that is called like the server.
    #[arg(long, value_name = "FILE")]
    pub lldp: Vec<String>,
    /// The file to write; standard output otherwise. Where an import wrote it before, what was added below its last line stays, and
    /// what has changed is said.
    #[arg(short, long, value_name = "OUT.mvm")]
    pub output: Option<PathBuf>,
}

/// Prints lines of the language, with what they are worth in comments.
#[derive(clap::Args)]
pub struct Calibrate {
    /// A plan in JSON, then what was measured when it was carried out: tables with the columns `action`, `start` and `end`,
    /// or journals of its script. Then further plans, each with its own.
    #[arg(required = true, num_args = 2.., value_name = "PLAN.json RUN…")]
    pub files: Vec<PathBuf>,
    /// The model that is fitted; by default that of the first plan.
    #[arg(long, value_parser = models())]
    pub model: Option<Model>,
    /// Where to write the lines; standard output otherwise.
    #[arg(short, long, value_name = "OUT.mvm")]
    pub output: Option<PathBuf>,
}

/// Comments stay, nothing changes its meaning, and a file that cannot be read is left as it is.
#[derive(clap::Args)]
pub struct Fmt {
    /// The files, which are written anew where they change; of a folder all `.mvm` files in it. `-` is standard input, and what
    /// comes from there goes to standard output.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Write nothing, and say which files are not formatted; the exit status is 1 if there are any.
    #[arg(long)]
    pub check: bool,
    /// Write nothing, and print what would change.
    #[arg(long)]
    pub diff: bool,
}

#[derive(clap::Args)]
pub struct Explain {
    /// The code; all codes are listed where none is given.
    pub code: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ImportKind {
    /// A BtrPlace instance or reconfiguration plan (JSON).
    Btrplace,
    /// A SimGrid platform (XML).
    Simgrid,
    /// A table of servers and VMs, with a header.
    Csv,
    /// Servers and VMs in JSON, with the same keys as a table's columns.
    Json,
    /// A Proxmox VE cluster: `pvesh get /cluster/resources --output-format json`.
    Proxmox,
    /// An OpenStack cloud: its servers, hypervisors, flavors and server groups, a file each, as the client prints them with `-f json`.
    Openstack,
    /// Hosts of libvirt and their domains: folders of what `virsh` printed, or `--connect`.
    Libvirt,
    /// VMs of KubeVirt: `kubectl get nodes,vmi -A -o json`.
    Kubevirt,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// Pictures of the source.
    Human,
    /// A line each, `file:line:column: error[E0201]: …`.
    Short,
    /// A JSON object each.
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Effort {
    /// A plan, and how far it may be from the best: for whoever waits at a prompt, or plans all day.
    Instant,
    /// A good plan at once.
    Fast,
    /// A plan proved optimal or nearly so, in seconds.
    Normal,
    /// As good as it gets, in minutes.
    Best,
}

impl From<Effort> for schedule::Effort {
    fn from(effort: Effort) -> Self {
        match effort {
            Effort::Instant => schedule::Effort::Instant,
            Effort::Fast => schedule::Effort::Fast,
            Effort::Normal => schedule::Effort::Normal,
            Effort::Best => schedule::Effort::Best,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Bandwidth {
    /// The most that its path allows.
    Max,
    /// Also what others leave over of a link, a switch or a budget, where that pays.
    Choose,
}

/// The models of how long a migration takes.
fn models() -> impl TypedValueParser<Value = Model> {
    let names = Model::ALL.map(Model::name);
    PossibleValuesParser::new(names).map(|name| Model::parse(&name).unwrap_or_default())
}

/// The planners of others.
fn baselines() -> impl TypedValueParser<Value = Baseline> {
    let names = Baseline::ALL.map(Baseline::name);
    PossibleValuesParser::new(names)
        .map(|name| Baseline::parse(&name).unwrap_or(Baseline::Sequential))
}

/// The laws by which migrations go on in a simulation.
fn laws() -> impl TypedValueParser<Value = Law> {
    let models = Model::ALL.map(Law::Model);
    let names = models.into_iter().chain([Law::Pages]).map(Law::name);
    PossibleValuesParser::new(names).map(|name| Model::parse(&name).map_or(Law::Pages, Law::Model))
}

/// `5%` or `0.05`, as a share.
fn share(text: &str) -> Result<f64, String> {
    let (number, scale) = match text.strip_suffix('%') {
        Some(percent) => (percent.trim_end(), 0.01),
        None => (text, 1.0),
    };
    let share: Option<f64> = number.parse().ok().map(|number: f64| number * scale);
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| String::from("not a share such as `5%`"))
}

fn rate(text: &str) -> Result<u64, String> {
    bandwidth(text)
        .filter(|&rate| rate > 0 && text.ends_with("ps"))
        .ok_or_else(|| String::from("not a rate such as `10Gbps`"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| String::from("not a number of seconds"))?;
    Duration::try_from_secs_f64(seconds).map_err(|e| e.to_string())
}
