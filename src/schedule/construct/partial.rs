//! A schedule under construction: which jobs are placed, and what room they leave.

use std::cmp::Reverse;

use crate::formulation::Seconds;

use super::room::Room;
use crate::schedule::instance::{Instance, Job, Mode, Placed, Segment};

/// All of the time.
pub const ALWAYS: (Seconds, Seconds) = (Seconds::MIN, Seconds::MAX);

/// Some jobs placed, the others not.
#[derive(Debug, Clone)]
pub struct Partial<'a> {
    instance: &'a Instance,
    /// For each level what is left of it.
    rooms: Vec<Room>,
    /// For each job, by mode.
    needs: Vec<Vec<Needs>>,
    /// For each job its modes, those together that differ only in what they take of which level.
    alike: Vec<Vec<Alike>>,
    /// Whether any job gives a level room for good, so that others may come to count on it.
    relieved: Vec<bool>,
    /// For each job whether it takes of such a level.
    counting: Vec<bool>,
    /// For each level the jobs that take all its room for good, others having left.
    clearing: Vec<Vec<usize>>,
    /// For each job its turn among those that are still to be placed; the greatest number for all others.
    turns: Vec<usize>,
    places: Vec<Option<Place>>,
    /// From when on until when places are found.
    within: (Seconds, Seconds),
}

/// The segments of a mode that take of levels.
#[derive(Debug, Clone)]
struct Needs {
    /// Those that end.
    passing: Vec<Segment>,
    /// Those that stay for good.
    lasting: Vec<Segment>,
}

impl Needs {
    fn of(mode: &Mode) -> Needs {
        Needs::taking(mode.segments.iter().copied())
    }

    fn taking(segments: impl Iterator<Item = Segment>) -> Needs {
        let taking = segments.filter(|segment| segment.amount > 0);
        let (lasting, passing) = taking.partition(|segment| segment.to == Seconds::MAX);
        Needs { passing, lasting }
    }
}

/// Modes that take as long, cost as much and may start at the same moments.
#[derive(Debug, Clone)]
struct Alike {
    /// The modes.
    modes: Vec<u32>,
    /// What all of them need.
    common: Needs,
    /// Whether one of them takes for good what another job wants to be cleared.
    may_disturb: bool,
}

impl Alike {
    fn all(job: &Job, clearing: &[Vec<usize>]) -> Vec<Alike> {
        let mut classes: Vec<(Vec<u32>, Vec<Segment>)> = Vec::new();
        for (mode, at) in job.modes.iter().zip(0..) {
            let is_alike = |of: &&mut (Vec<u32>, Vec<Segment>)| {
                let first = &job.modes[of.0[0] as usize];
                (first.span, &first.cost, &first.starts) == (mode.span, &mode.cost, &mode.starts)
            };
            match classes.iter_mut().find(is_alike) {
                Some((modes, common)) => {
                    modes.push(at);
                    common.retain(|segment| mode.segments.contains(segment));
                }
                None => classes.push((vec![at], mode.segments.clone())),
            }
        }
        let classes = classes.into_iter();
        classes
            .map(|(modes, common)| Alike {
                may_disturb: modes.iter().any(|&mode| {
                    let needs = Needs::of(&job.modes[mode as usize]);
                    let mut levels = needs.lasting.iter().map(|need| need.level as usize);
                    levels.any(|level| !clearing[level].is_empty())
                }),
                modes,
                common: Needs::taking(common.into_iter()),
            })
            .collect()
    }
}

/// For each level the jobs that take all its room for good, so that all who took some must have given it back.
fn clearing(instance: &Instance) -> Vec<Vec<usize>> {
    let mut clearing = vec![Vec::new(); instance.levels.len()];
    for (job, at) in instance.jobs.iter().zip(0..) {
        for need in Needs::of(&job.modes[0]).lasting {
            let room = instance.levels[need.level as usize].room.iter();
            let most = room.map(|&(_, room)| room).max();
            if need.amount > 1 && most == Some(need.amount) {
                clearing[need.level as usize].push(at);
            }
        }
    }
    clearing
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its mode.
    pub mode: u32,
    /// Its start.
    pub start: Seconds,
}

impl<'a> Partial<'a> {
    /// Nothing placed.
    pub fn new(instance: &'a Instance) -> Self {
        let mut relieved = vec![false; instance.levels.len()];
        for mode in instance.jobs.iter().flat_map(|job| &job.modes) {
            for segment in mode.segments.iter().filter(|segment| segment.amount < 0) {
                relieved[segment.level as usize] = true;
            }
        }
        let jobs = instance.jobs.iter();
        let needs: Vec<Vec<Needs>> = jobs
            .map(|job| job.modes.iter().map(Needs::of).collect())
            .collect();
        let counts = |needs: &Needs| {
            let mut taken = needs.passing.iter().chain(&needs.lasting);
            taken.any(|segment| relieved[segment.level as usize])
        };
        let counting = needs.iter().map(|modes| modes.iter().any(counts));
        let clearing = clearing(instance);
        Partial {
            instance,
            rooms: Room::of(instance),
            counting: counting.collect(),
            needs,
            relieved,
            alike: instance
                .jobs
                .iter()
                .map(|job| Alike::all(job, &clearing))
                .collect(),
            clearing,
            turns: vec![usize::MAX; instance.jobs.len()],
            places: vec![None; instance.jobs.len()],
            within: ALWAYS,
        }
    }

    /// From now on places are found for jobs that are placed in an order.
    pub fn expect(&mut self, order: &[usize]) {
        for (&job, turn) in order.iter().zip(0..) {
            self.turns[job] = turn;
        }
    }

    /// Everything placed as given.
    pub fn from_placed(instance: &'a Instance, placed: &Placed) -> Self {
        let mut partial = Partial::new(instance);
        for job in 0..instance.jobs.len() {
            let (mode, start) = (placed.mode[job], placed.start[job]);
            partial.insert(job, Place { mode, start });
        }
        partial
    }

    /// From now on finds only places from a moment on and until another.
    pub fn confine(&mut self, within: (Seconds, Seconds)) {
        self.within = within;
    }

    /// Whether a job is placed within that time.
    pub fn confines(&self, job: usize) -> bool {
        self.places[job].is_some_and(|place| {
            let end = place.start + self.mode(job, place.mode).span;
            self.within.0 <= place.start && end <= self.within.1
        })
    }

    /// The room that is left of a level from a moment on, which counts as 0: `(from, room)`, the first at 0.
    pub fn room(&self, level: usize, from: Seconds) -> Vec<(Seconds, i64)> {
        let steps = self.rooms[level].steps();
        let first = steps.partition_point(|&(at, _)| at <= from).max(1) - 1;
        let left = steps[first..].iter();
        left.map(|&(at, room)| ((at - from).max(0), room)).collect()
    }

    /// Where a job is.
    pub fn place(&self, job: usize) -> Option<Place> {
        self.places[job]
    }

    /// All places, if every job has one and no level is exceeded.
    pub fn finish(&self) -> Option<Placed> {
        let start = self.places.iter().map(|place| Some(place.as_ref()?.start));
        let mode = self.places.iter().map(|place| Some(place.as_ref()?.mode));
        let placed = Placed {
            start: start.collect::<Option<_>>()?,
            mode: mode.collect::<Option<_>>()?,
        };
        let kept = self.rooms.iter().all(|room| room.overdrawn().is_none());
        kept.then_some(placed)
    }

    fn mode(&self, job: usize, mode: u32) -> &'a Mode {
        &self.instance.jobs[job].modes[mode as usize]
    }

    /// Places a job.
    pub fn insert(&mut self, job: usize, place: Place) {
        self.turns[job] = usize::MAX;
        self.change(job, place, 1);
        self.places[job] = Some(place);
    }

    /// Takes a job out; it says where it was.
    pub fn remove(&mut self, job: usize) -> Option<Place> {
        let place = self.places[job].take()?;
        self.change(job, place, -1);
        Some(place)
    }

    /// Moves jobs to where they were; all of them are taken out first, so that none finds its place in use.
    pub fn restore(&mut self, places: &[(usize, Place)]) {
        for &(job, place) in places {
            if self.places[job] != Some(place) {
                self.remove(job);
            }
        }
        for &(job, place) in places {
            if self.places[job].is_none() {
                self.insert(job, place);
            }
        }
    }

    fn change(&mut self, job: usize, place: Place, sign: i64) {
        for segment in &self.mode(job, place.mode).segments {
            let to = match segment.to {
                Seconds::MAX => Seconds::MAX,
                to => place.start + to,
            };
            let room = &mut self.rooms[segment.level as usize];
            room.take(place.start + segment.from, to, sign * segment.amount);
        }
    }

    /// Whether a job takes of a level that others may give room for good: then it may go earlier when they are placed.
    pub fn counts_on_others(&self, job: usize) -> bool {
        self.counting[job]
    }

    /// The levels that a job takes of and others may give room for good, one for each time that it takes.
    pub fn counted(&self, job: usize) -> impl Iterator<Item = u32> + use<'_> {
        let needs = self.needs[job].iter();
        let taken = needs.flat_map(|needs| needs.passing.iter().chain(&needs.lasting));
        let levels = taken.map(|segment| segment.level);
        levels.filter(|&level| self.relieved[level as usize])
    }

    /// From when on a mode finds the room that it takes for good; None if never.
    fn settled(&self, needs: &Needs) -> Option<Seconds> {
        let mut from = Seconds::MIN;
        for need in &needs.lasting {
            let moment = self.rooms[need.level as usize].settled(need.amount)?;
            from = from.max(moment.saturating_sub(need.from));
        }
        Some(from)
    }

    /// When the next job comes, as far as is known, that wants what a mode takes for good: who waits there is in its way.
    fn undisturbed(&self, needs: &Needs) -> usize {
        let levels = needs.lasting.iter().map(|need| need.level as usize);
        let comers = levels.flat_map(|level| &self.clearing[level]);
        comers
            .map(|&job| self.turns[job])
            .min()
            .unwrap_or(usize::MAX)
    }

    /// The earliest place from a moment on for each kind of modes that are alike. Of modes that can start at once, the one is
    /// taken that is in nobody's way for longest (Belady 1966), and of such the one that comes first from a place on that differs from
    /// job to job, so that jobs do not all choose the same.
    pub fn places(&self, job: usize, from: Seconds) -> impl Iterator<Item = Place> {
        let classes = self.alike[job].iter();
        classes.filter_map(move |class| self.place_alike(job, class, from))
    }

    fn place_alike(&self, job: usize, class: &Alike, from: Seconds) -> Option<Place> {
        // No mode is earlier than what all of them need.
        let floor = match class.modes[..] {
            [_] => from,
            [first, ..] => self.fit(job, first, &class.common, (from, Seconds::MAX))?,
            [] => return None,
        };
        let turn = job.wrapping_mul(0x9E37_79B1) % class.modes.len();
        let modes = class.modes[turn..].iter().chain(&class.modes[..turn]);
        if !class.may_disturb {
            return self.first(job, modes, floor);
        }
        let mut modes: Vec<&u32> = modes.collect();
        modes.sort_by_cached_key(|&&mode| {
            Reverse(self.undisturbed(&self.needs[job][mode as usize]))
        });
        self.first(job, modes, floor)
    }

    /// The earliest place from a moment on, of one of the modes that come first.
    fn first<'m>(
        &self,
        job: usize,
        modes: impl IntoIterator<Item = &'m u32>,
        from: Seconds,
    ) -> Option<Place> {
        let mut best: Option<Place> = None;
        for &mode in modes {
            let until = best.map_or(Seconds::MAX, |place| place.start - 1);
            if let Some(start) = self.earliest(job, mode, (from, until)) {
                best = Some(Place { mode, start });
                if start <= from {
                    break;
                }
            }
        }
        best
    }

    /// The earliest start between two moments at which a mode takes no more than is left.
    pub fn earliest(&self, job: usize, mode: u32, within: (Seconds, Seconds)) -> Option<Seconds> {
        self.fit(job, mode, &self.needs[job][mode as usize], within)
    }

    /// The earliest start of a mode at which there is room for some needs.
    fn fit(
        &self,
        job: usize,
        mode: u32,
        needs: &Needs,
        (from, until): (Seconds, Seconds),
    ) -> Option<Seconds> {
        let mode = self.mode(job, mode);
        let starts = &mode.starts;
        let (from, until) = (
            from.max(self.within.0),
            until.min(self.within.1 - mode.span),
        );
        let mut start = starts.next(from.max(self.settled(needs)?))?;
        // How many needs in a row have room at that start.
        let mut met = 0;
        for need in needs.passing.iter().cycle() {
            if start > until || met == needs.passing.len() {
                break;
            }
            let room = &self.rooms[need.level as usize];
            let begin = room.fit(start + need.from, need.to - need.from, need.amount)?;
            met += 1;
            if begin > start + need.from {
                start = starts.next(begin - need.from)?;
                met = usize::from(start == begin - need.from);
            }
        }
        (start <= until).then_some(start)
    }

    /// A level that has not enough left for a job's first mode at a start, if there is one.
    pub fn blocking(&self, job: usize, start: Seconds) -> Option<u32> {
        let needs = &self.needs[job][0];
        let mut passing = needs.passing.iter().filter(|need| {
            let begin = start + need.from;
            let room = &self.rooms[need.level as usize];
            room.fit(begin, need.to - need.from, need.amount) != Some(begin)
        });
        let mut lasting = needs.lasting.iter().filter(|need| {
            let settled = self.rooms[need.level as usize].settled(need.amount);
            settled.is_none_or(|settled| settled > start + need.from)
        });
        let short = passing.next().or_else(|| lasting.next());
        short.map(|need| need.level)
    }

    /// The latest start up to a moment at which a mode takes no more than is left.
    pub fn latest(&self, job: usize, mode: u32, until: Seconds) -> Option<Seconds> {
        let needs = &self.needs[job][mode as usize];
        let mode = self.mode(job, mode);
        let mut bound = until.min(self.within.1 - mode.span);
        for segment in mode.segments.iter().filter(|segment| segment.amount < 0) {
            // What others have counted on must be there in time.
            if let Some(moment) = self.rooms[segment.level as usize].overdrawn() {
                bound = bound.min(moment - segment.from);
            }
        }
        let from = self.settled(needs)?.max(self.within.0);
        let mut start = mode.starts.previous(bound)?;
        let mut met = 0;
        for need in needs.passing.iter().cycle() {
            if start < from || met == needs.passing.len() {
                break;
            }
            let room = &self.rooms[need.level as usize];
            let begin = room.fit_back(start + need.from, need.to - need.from, need.amount)?;
            met += 1;
            if begin < start + need.from {
                start = mode.starts.previous(begin - need.from)?;
                met = usize::from(start == begin - need.from);
            }
        }
        (start >= from).then_some(start)
    }

    /// Whether every level that a placed job touches has room left.
    pub fn holds(&self, job: usize) -> bool {
        self.places[job].is_some_and(|place| self.has_room(job, place.mode))
    }

    /// Whether every level that a mode of a job would touch has room left, which others may have counted on.
    pub fn has_room(&self, job: usize, mode: u32) -> bool {
        let segments = &self.mode(job, mode).segments;
        segments
            .iter()
            .filter(|s| self.relieved[s.level as usize])
            .all(|s| self.rooms[s.level as usize].overdrawn().is_none())
    }
}
