//! `mvm run`: carries out what [`crate::run::Machine`] decides.

mod approval;
mod hands;
mod record;
mod screen;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::tz::TimeZone;

use self::hands::{Hands, Happening};
use self::record::Record;
use self::screen::Screen;
use super::args::Run as Args;
use super::disk;
use super::plan_file;
use super::replan;
use super::terminal::Terminal;
use crate::datacenter::{Datacenter, Policy};
use crate::emit::text::printable;
use crate::emit::{Kind, json, script, shell_word};
use crate::plan::Plan;
use crate::request::Task;
use crate::run::{Decision, Event, Journal, Line, Machine, Time, What, Zero, start};
use crate::schedule::Effort;

/// How it ends: the script's statuses.
const FAILED: u8 = 1;
const NO_JOURNAL: u8 = 3;
const PREFLIGHT: u8 = 4;
const NOT_ITS_NIGHT: u8 = 5;
const FINISHED: u8 = 6;
const INTERRUPTED: u8 = 130;

/// Seconds that an action has to end once it was told to.
const GRACE: Time = 60;

/// Why nothing is carried out: a status, and words.
type Refusal = (u8, String);

/// What is carried out, and where it is kept what was done.
struct Course {
    plan: PathBuf,
    journal: PathBuf,
}

/// Carries a plan out, and where that is asked for, what could not be done by a new one: the exit status.
pub fn run(args: &Args, terminal: &Terminal) -> u8 {
    let mut course = Course {
        plan: args.plan.clone(),
        journal: args
            .journal
            .clone()
            .unwrap_or_else(|| args.plan.with_extension("journal")),
    };
    loop {
        match carry_out(args, &course, terminal) {
            Ok(FAILED) if args.replan => match course.replanned(args, terminal) {
                Some(next) => course = next,
                None => return FAILED,
            },
            Ok(status) => return status,
            Err((status, why)) => {
                if !why.is_empty() {
                    terminal.say(&format!("error: {why}"));
                }
                return status;
            }
        }
    }
}

impl Course {
    /// A new plan for what is left, if there is one and somebody wants it.
    fn replanned(&self, args: &Args, terminal: &Terminal) -> Option<Course> {
        let from = replan::From {
            plan: &self.plan,
            source: args.source.as_deref(),
            journal: &self.journal,
            state: None,
        };
        let replanned = from.replan(now(), Effort::Normal, terminal).ok()??;
        replanned.difference().lines().for_each(println_quietly);
        if approval::ask("carry this out?") != Some(true) {
            return None;
        }
        let plan = next(&self.plan);
        let journal = plan.with_extension("journal");
        if let Err(why) = replanned.write(&plan, &journal, &self.journal) {
            terminal.say(&format!("error: {why}"));
            return None;
        }
        Some(Course { plan, journal })
    }
}

/// The first of `tonight-2.json`, `tonight-3.json`, … that is not there, and of which there is no journal.
fn next(plan: &Path) -> PathBuf {
    let stem = plan.file_stem().unwrap_or_default().to_string_lossy();
    let base = match stem.rsplit_once('-') {
        Some((base, count)) if count.parse::<u32>().is_ok() => base,
        _ => &stem,
    };
    let mut paths = (2..).map(|count: u32| plan.with_file_name(format!("{base}-{count}.json")));
    let is_free = |path: &PathBuf| !path.exists() && !path.with_extension("journal").exists();
    paths.find(is_free).unwrap_or_else(|| plan.to_path_buf())
}

fn carry_out(args: &Args, course: &Course, terminal: &Terminal) -> Result<u8, Refusal> {
    let (datacenter, plan) = open(args, &course.plan, terminal)?;
    let path = &course.journal;
    let lock = hands::lock(path).map_err(|why| (NO_JOURNAL, why))?;
    let mut hands = Hands::new(
        &script(&datacenter, &plan),
        path,
        args.site.as_deref(),
        lock,
    )
    .map_err(|e| {
        (
            NO_JOURNAL,
            format!("there is no place for temporary files: {e}"),
        )
    })?;
    let (journal, zero) = journal(args, &datacenter, &plan, path)?;
    let mut record = Record::new(args.log.as_deref(), &plan).map_err(|why| (2, why))?;
    let mut screen = Screen::new(&plan);
    screen.say(&beginning(&plan, zero));
    if !args.no_preflight && !hands.preflight(args.now, &mut screen) {
        return Err((
            PREFLIGHT,
            String::from("nothing was done (--no-preflight carries the plan out all the same)"),
        ));
    }
    begin(path, &journal)?;
    let grace = std::env::var("MVM_GRACE")
        .ok()
        .and_then(|grace| grace.parse().ok());
    let mut machine = Machine::new(&plan, &journal, zero, grace.unwrap_or(GRACE));
    drive(
        &mut machine,
        &plan,
        &mut hands,
        &mut screen,
        &mut record,
        path,
    );
    screen.end();
    for (at, state) in machine.not_done() {
        println_quietly(&format!(
            "{state:<8} {}",
            printable(&plan.actions[at].title())
        ));
    }
    let [done, failed, skipped, left] = machine.counts();
    println_quietly(&format!(
        "{done} done, {failed} failed, {skipped} skipped, {left} left"
    ));
    let times = args
        .times
        .clone()
        .unwrap_or_else(|| path.with_extension("times.csv"));
    if let Err(why) = disk::read_text(path).and_then(|text| record::times(&text, &times)) {
        terminal.say(&format!(
            "warning: `{}` was not written: {why}",
            times.display()
        ));
    }
    Ok(match (machine.is_stopping(), failed + skipped + left) {
        (true, _) if left > 0 => INTERRUPTED,
        (_, 0) => 0,
        _ => FAILED,
    })
}

/// The plan, once it was checked against its source.
fn open(args: &Args, plan: &Path, terminal: &Terminal) -> Result<(Datacenter, Plan), Refusal> {
    let opened =
        plan_file::open(plan, args.source.as_deref(), terminal).map_err(|why| (FAILED, why))?;
    let Some(opened) = opened else {
        return Err((FAILED, String::new()));
    };
    let plan = opened.checked.restore(&opened.file).map_err(|mistakes| {
        for mistake in mistakes {
            terminal.say(&format!("error: {mistake}"));
        }
        (
            FAILED,
            String::from("the plan does not hold for its source as it is now"),
        )
    })?;
    if let Some(by) = &plan.by {
        let why = format!(
            "the plan is as `{}` makes it, for comparison: it need not hold, and is not carried out",
            by.planner
        );
        return Err((FAILED, why));
    }
    let index = |name: &str| {
        let requests = &opened.checked.analysis.requests;
        requests.iter().position(|request| request.name == name)
    };
    let own =
        index(&plan.name).and_then(|index| opened.checked.seen_by(index, plan.since.as_ref()));
    let map = opened.checked.map;
    let datacenter = own.map_or(opened.checked.analysis.datacenter, |own| {
        own.analysis.datacenter
    });
    let obstacles = Kind::Script.obstacles(&datacenter, &plan);
    if !obstacles.is_empty() {
        terminal.show(&map, &obstacles);
        return Err((FAILED, String::new()));
    }
    Ok((datacenter, plan))
}

/// What an earlier run has done, or a new journal; and the moment from which the plan's rules count.
fn journal(
    args: &Args,
    datacenter: &Datacenter,
    plan: &Plan,
    path: &Path,
) -> Result<(Journal, Zero), Refusal> {
    let shown = path.display();
    let text = match written(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(why) => return Err((NO_JOURNAL, format!("`{shown}` cannot be read: {why}"))),
    };
    let hash = replan::hash(&json(datacenter, plan));
    let earlier = match text.is_empty() {
        true => None,
        false => Some(Journal::read(&text).map_err(|e| (NO_JOURNAL, format!("`{shown}`: {e}")))?),
    };
    if let Some(earlier) = &earlier {
        if earlier.hash != hash {
            return Err((
                NO_JOURNAL,
                format!("`{shown}` is the journal of another plan"),
            ));
        }
        let zero = Zero {
            clock: earlier.started,
            start: earlier.started,
        };
        if Machine::new(plan, earlier, zero, GRACE)
            .not_done()
            .next()
            .is_none()
        {
            let at = clock(plan)(earlier.last_end().unwrap_or(earlier.started));
            return Err((
                FINISHED,
                format!(
                    "plan {} was finished at {at}; nothing was done now",
                    printable(&plan.name)
                ),
            ));
        }
    }
    let zero = start(plan, earlier.as_ref(), now(), args.now).map_err(|late| {
        let at = clock(plan)(late.0);
        (NOT_ITS_NIGHT, format!("this is not the plan's night: that ended at {at} (--now carries it out all the same)"))
    })?;
    let new = || Journal {
        hash,
        started: zero.start,
        plan: printable(&plan.name),
        lines: Vec::new(),
    };
    Ok((earlier.unwrap_or_else(new), zero))
}

/// What is in the journal; nothing where there is none yet.
fn written(path: &Path) -> Result<Vec<u8>, String> {
    match path.exists() {
        true => disk::read(path),
        false => Ok(Vec::new()),
    }
}

/// Begins the journal, or goes on with one whose last line may have been cut off.
fn begin(path: &Path, journal: &Journal) -> Result<(), Refusal> {
    let cannot = |e: std::io::Error| {
        (
            NO_JOURNAL,
            format!("`{}` cannot be written: {e}", path.display()),
        )
    };
    let there = written(path).unwrap_or_default();
    let mut file = append(path).map_err(cannot)?;
    match there.last() {
        None => file.write_all(journal.head().as_bytes()),
        Some(b'\n') => Ok(()),
        Some(_) => file.write_all(b"\n"),
    }
    .map_err(cannot)
}

fn append(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

/// Tells the machine what happens, and does what it decides, until it is over.
fn drive(
    machine: &mut Machine<'_>,
    plan: &Plan,
    hands: &mut Hands,
    screen: &mut Screen<'_>,
    record: &mut Record<'_>,
    journal: &Path,
) {
    let mut decisions = machine.proceed(now());
    loop {
        for decision in decisions.drain(..) {
            record.write(now(), &decision, clock(plan));
            screen.say(&decision.words(plan, &clock(plan)));
            let action = decision.action();
            act(&decision, plan, hands, screen, journal);
            screen.follow(&decision, now());
            if matches!(decision, Decision::Done { .. } | Decision::Failed { .. }) {
                hands
                    .said(action)
                    .iter()
                    .for_each(|line| screen.say(&format!("       | {line}")));
            }
        }
        if machine.is_over() {
            return;
        }
        let moment = now();
        let wait = Duration::from_secs((machine.wake(moment) - moment).max(1) as u64);
        decisions = match hands.next(wait) {
            Some(Happening::Event(event)) => {
                // Not before it has done away with the answers of an earlier question.
                if let Event::Started(at) = event
                    && plan.actions[at].task == Task::Pause
                {
                    ask(at, plan, hands, screen);
                }
                machine.take(now(), event)
            }
            Some(Happening::Signal) if machine.is_stopping() => {
                screen.say("left at once; what was started goes on by itself");
                std::process::exit(INTERRUPTED.into());
            }
            Some(Happening::Signal) => {
                hands.stopping();
                screen.say(
                    "nothing new is started; waiting for what runs (once more to leave at once)",
                );
                machine.take(now(), Event::Stop)
            }
            Some(Happening::Refused(policy)) => {
                screen.say(&format!("       its {} was refused", policy.word()));
                Vec::new()
            }
            Some(Happening::Answered) => {
                screen.unhide();
                Vec::new()
            }
            None => machine.proceed(now()),
        };
    }
}

/// Asks for the approval that a pause waits for, or says how to give it.
fn ask(at: usize, plan: &Plan, hands: &mut Hands, screen: &mut Screen<'_>) {
    if hands.approve(at, printable(&plan.actions[at].title())) {
        screen.hide();
        return;
    }
    let [go, no] = hands
        .answers(at)
        .map(|path| shell_word(&path.to_string_lossy()));
    screen.say(&format!(
        "       to go on: touch {go}, to refuse: touch {no}"
    ));
}

/// Does what was decided.
fn act(
    decision: &Decision,
    plan: &Plan,
    hands: &mut Hands,
    screen: &mut Screen<'_>,
    journal: &Path,
) {
    let at = decision.action();
    match decision {
        Decision::Start { .. } => {
            let watched =
                screen.is_watched() && matches!(plan.actions[at].task, Task::Migrate { .. });
            if let Err(why) = hands.perform(at, watched.then(|| screen.sight(at))) {
                screen.say(&format!("       it cannot be started: {why}"));
            }
        }
        Decision::GiveUp { .. } => {
            let title = printable(&plan.actions[at].title());
            let line = Line {
                at: now(),
                what: What::Failed,
                action: at,
                title,
            };
            let written =
                append(journal).and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
            if let Err(why) = written {
                screen.say(&format!("       the journal cannot be written: {why}"));
            }
        }
        Decision::Retry { .. } => hands.may_wait_again(at),
        Decision::LookFor { .. } if matches!(plan.actions[at].task, Task::Run(_)) => hands.kill(at),
        Decision::Limit { policy: None, .. } => hands.give_up(at),
        Decision::Limit {
            policy: Some(policy),
            ..
        } if *policy != Policy::Wait => hands.ask(at, *policy),
        Decision::Kill { .. } => hands.kill(at),
        _ => {}
    }
}

fn beginning(plan: &Plan, zero: Zero) -> String {
    let what = format!(
        "plan {}: {} actions",
        printable(&plan.name),
        plan.actions.len()
    );
    let at = clock(plan);
    match &plan.start {
        _ if now() < zero.start => format!("{what}; it starts at {}", at(zero.start)),
        Some(start) if start.instant.is_some() => {
            format!("{what}; its start was to be {}", at(zero.clock))
        }
        Some(_) => format!(
            "{what}; it has no date: its start is {}, when its first run began",
            at(zero.start)
        ),
        None => what,
    }
}

/// Seconds since 1970.
fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() as Time)
}

/// Shows moments in the plan's time zone; in UTC where it has none.
fn clock(plan: &Plan) -> impl Fn(Time) -> String + use<> {
    let zone = zone(plan);
    move |at| in_zone(at, &zone).strftime("%F %T %Z").to_string()
}

fn zone(plan: &Plan) -> TimeZone {
    let start = plan.start.as_ref().and_then(|start| start.instant.as_ref());
    start.map_or(TimeZone::UTC, |at| at.time_zone().clone())
}

fn in_zone(at: Time, zone: &TimeZone) -> jiff::Zoned {
    let at = jiff::Timestamp::from_second(at).unwrap_or_default();
    at.to_zoned(zone.clone())
}

/// A reader that has left is no error.
fn println_quietly(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// The file beside a journal that ends so.
fn beside(journal: &Path, end: &str) -> PathBuf {
    let mut name = journal.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}
