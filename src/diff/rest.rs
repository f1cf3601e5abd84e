//! A plan beside one that goes on with it: what of it was done when the other one was made, and what is left, told from then on; and
//! where things are when plans start.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Begin, GoesOn};
use crate::emit::json::{Action, Deed, Kind, PlanFile, Progress, Running};

/// The newer plan's progress, where it goes on with the older one.
fn progress<'n>(old: &PlanFile, new: &'n PlanFile) -> Option<&'n Progress> {
    let of = |file: &PlanFile| Some(file.since.as_ref()?.progress.as_ref()?.elapsed);
    let progress = new.since.as_ref()?.progress.as_ref()?;
    let is_later = of(old).is_none_or(|before| before < progress.elapsed);
    (old.plan == new.plan && is_later).then_some(progress)
}

/// How far the older plan had come when the newer one was made, where that goes on with it.
pub fn goes_on(old: &PlanFile, new: &PlanFile) -> Option<GoesOn> {
    let progress = progress(old, new)?;
    let done = done(old, progress);
    let ids = old.actions.iter().enumerate();
    Some(GoesOn {
        elapsed: shift(old, new, progress),
        done: ids
            .filter(|(at, _)| done.contains(at))
            .map(|(_, action)| action.id.clone())
            .collect(),
        running: progress.running.len(),
    })
}

/// The older plan as it stands beside the newer one: of one that is gone on with only what was not done, told from the newer one's start,
/// with the names that it has there.
pub fn beside<'o>(old: &'o PlanFile, new: &PlanFile) -> Cow<'o, PlanFile> {
    let Some(progress) = progress(old, new) else {
        return Cow::Borrowed(old);
    };
    let shift = shift(old, new, progress);
    let done = done(old, progress);
    let mut running = Places::of(progress.running.iter().map(Running::key));
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    let mut actions: Vec<Action> = Vec::new();
    for (at, action) in old.actions.iter().enumerate() {
        if done.contains(&at) {
            continue;
        }
        let mut left = action.clone();
        left.start -= shift;
        left.end -= shift;
        if running.take(&key(action)).is_some() {
            // What has begun need not be let in any more.
            left.may_start.clear();
            left.start = left.start.max(0);
            left.end = left.end.max(left.start + 1);
        }
        let base = base(&action.id);
        let count = counts.entry(base.to_owned()).or_default();
        *count += 1;
        left.id = match *count {
            1 => base.to_owned(),
            count => format!("{base} ({count})"),
        };
        names.insert(action.id.clone(), left.id.clone());
        actions.push(left);
    }
    for action in &mut actions {
        let after = action.after.iter();
        action.after = after.filter_map(|id| names.get(id).cloned()).collect();
        action.not_before = action.not_before.map(|at| at - shift).filter(|&at| at > 0);
        for opening in &mut action.may_start {
            opening.from = opening.from.map(|at| at - shift);
            opening.last = opening.last.map(|at| at - shift);
        }
    }
    Cow::Owned(PlanFile {
        makespan: actions.iter().map(|action| action.end).max().unwrap_or(0),
        start: new.start.clone(),
        since: new.since.clone(),
        actions,
        ..old.clone()
    })
}

/// The name of an action without which of several it is: `migrate web` of `migrate web (2)`.
fn base(id: &str) -> &str {
    let counted = id.strip_suffix(')').and_then(|id| id.rsplit_once(" ("));
    match counted {
        Some((base, count)) if count.parse::<u32>().is_ok() => base,
        _ => id,
    }
}

/// Seconds from the older plan's start to the newer one's: by the clock, where both have one.
fn shift(old: &PlanFile, new: &PlanFile, progress: &Progress) -> i64 {
    let moment = |file: &PlanFile| -> Option<i64> {
        let start: jiff::Timestamp = file.start.as_deref()?.parse().ok()?;
        Some(start.as_second())
    };
    let before = old.since.as_ref().and_then(|since| since.progress.as_ref());
    let before = before.map_or(0, |progress| progress.elapsed);
    match (moment(old), moment(new)) {
        (Some(old), Some(new)) => new - old,
        _ => progress.elapsed - before,
    }
}

/// What an action does, to whom.
type Key<'a> = (&'static str, Option<&'a str>, Option<&'a str>);

impl Running {
    fn key(&self) -> Key<'_> {
        (self.kind.name(), self.vm.as_deref(), self.server.as_deref())
    }
}

impl Deed {
    fn key(&self) -> Key<'_> {
        (self.kind.name(), self.vm.as_deref(), self.server.as_deref())
    }
}

/// The same of an action: starts and stops are told without their server.
fn key(action: &Action) -> Key<'_> {
    let server = match action.kind {
        Kind::Migrate => action.to.as_deref(),
        Kind::Boot | Kind::Shutdown | Kind::Run => action.server.as_deref(),
        Kind::Start | Kind::Stop | Kind::Pause => None,
    };
    (action.kind.name(), action.vm.as_deref(), server)
}

/// Which actions of the older plan are done: those of which the newer one says so, or that they were done with another server.
fn done(old: &PlanFile, progress: &Progress) -> BTreeSet<usize> {
    let before = old.since.as_ref().and_then(|since| since.progress.as_ref());
    let mut before = Places::of(before.iter().flat_map(|p| &p.done).map(Deed::key));
    let deeds = progress.done.iter().map(Deed::key);
    let deeds = deeds.filter(|deed| before.take(deed).is_none());
    let mut exact = Places::of(old.actions.iter().map(key));
    let (mut found, mut elsewhere) = (BTreeSet::new(), Vec::new());
    for deed in deeds {
        match exact.take(&deed) {
            Some(at) => _ = found.insert(at),
            None => elsewhere.push((deed.0, deed.1, None)),
        }
    }
    let somewhere = old.actions.iter().enumerate().map(|(at, action)| {
        let is_left = action.kind == Kind::Migrate && !found.contains(&at);
        let vm = action.vm.as_deref().filter(|_| is_left);
        (action.kind.name(), vm, None)
    });
    let mut somewhere = Places::of(somewhere);
    let moved = elsewhere.iter().filter(|deed| deed.1.is_some());
    found.extend(moved.filter_map(|deed| somewhere.take(deed)));
    found
}

/// Where something stands, the first of several first.
struct Places<'a>(BTreeMap<Key<'a>, VecDeque<usize>>);

impl<'a> Places<'a> {
    fn of(keys: impl Iterator<Item = Key<'a>>) -> Self {
        let mut places: BTreeMap<Key<'a>, VecDeque<usize>> = BTreeMap::new();
        for (at, key) in keys.enumerate() {
            places.entry(key).or_default().push_back(at);
        }
        Places(places)
    }

    fn take(&mut self, key: &Key<'a>) -> Option<usize> {
        self.0.get_mut(key)?.pop_front()
    }
}

/// VMs and servers that do not begin alike, but for what a plan that is gone on with has done itself.
pub fn begins(old: &PlanFile, new: &PlanFile) -> Vec<Begin> {
    let of = |file: &PlanFile| -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        if let Some(since) = &file.since {
            let vms = since.vms.iter().map(|vm| {
                let stopped = if vm.running { "" } else { ", stopped" };
                (vm.vm.clone(), format!("on {}{stopped}", vm.server))
            });
            let servers = since.servers.iter();
            let servers = servers.map(|server| {
                let power = if server.on { "on" } else { "off" };
                (server.server.clone(), power.to_owned())
            });
            all.extend(vms.chain(servers));
        }
        all
    };
    let (before, after) = (of(old), of(new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let begins = names.into_iter().map(|name| Begin {
        name: name.clone(),
        old: before.get(name).cloned(),
        new: after.get(name).cloned(),
    });
    begins.filter(|begin| begin.old != begin.new).collect()
}
