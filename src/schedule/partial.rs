//! A schedule under construction: which jobs are placed, and what room they leave.

use crate::formulation::Seconds;

use super::instance::{Instance, Mode, Placed};
use super::profile::Profile;

/// Some jobs placed, the others not.
#[derive(Debug, Clone)]
pub struct Partial<'a> {
    instance: &'a Instance,
    profiles: Vec<Profile>,
    /// Whether any job gives a level room for good, so that others may come to count on it.
    relieved: Vec<bool>,
    places: Vec<Option<Place>>,
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its mode.
    pub mode: u32,
    /// Its start.
    pub start: Seconds,
}

/// What some jobs and their levels were like; its memory is used again.
#[derive(Debug, Clone, Default)]
pub struct Saved {
    places: Vec<(usize, Option<Place>)>,
    levels: Vec<u32>,
    profiles: Vec<Profile>,
}

impl<'a> Partial<'a> {
    /// Nothing placed.
    pub fn new(instance: &'a Instance) -> Self {
        let profiles = instance
            .levels
            .iter()
            .map(|level| Profile::new(&level.room));
        let mut relieved = vec![false; instance.levels.len()];
        for mode in instance.jobs.iter().flat_map(|job| &job.modes) {
            for segment in mode.segments.iter().filter(|segment| segment.amount < 0) {
                relieved[segment.level as usize] = true;
            }
        }
        Partial {
            instance,
            relieved,
            profiles: profiles.collect(),
            places: vec![None; instance.jobs.len()],
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

    /// The room that is left of a level from a moment on, which counts as 0: `(from, room)`, the first at 0.
    pub fn room(&self, level: usize, from: Seconds) -> Vec<(Seconds, i64)> {
        self.profiles[level].room(from)
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
        let kept = self
            .profiles
            .iter()
            .all(|profile| profile.overdrawn().is_none());
        kept.then_some(placed)
    }

    fn mode(&self, job: usize, mode: u32) -> &'a Mode {
        &self.instance.jobs[job].modes[mode as usize]
    }

    /// Places a job.
    pub fn insert(&mut self, job: usize, place: Place) {
        self.change(job, place, 1);
        self.places[job] = Some(place);
    }

    /// Takes a job out; it says where it was.
    pub fn remove(&mut self, job: usize) -> Option<Place> {
        let place = self.places[job].take()?;
        self.change(job, place, -1);
        Some(place)
    }

    /// Remembers where everything is, as far as jobs placed or taken out can change it; until the next time.
    pub fn save(&mut self, jobs: &[usize], saved: &mut Saved) {
        saved.places.clear();
        saved.levels.clear();
        for &job in jobs {
            saved.places.push((job, self.places[job]));
            for mode in &self.instance.jobs[job].modes {
                saved.levels.extend(mode.segments.iter().map(|s| s.level));
            }
        }
        saved.levels.sort_unstable();
        saved.levels.dedup();
        let levels = saved.levels.iter();
        let missing = levels.len().saturating_sub(saved.profiles.len());
        saved
            .profiles
            .extend(std::iter::repeat_n(Profile::default(), missing));
        for (&level, profile) in levels.zip(&mut saved.profiles) {
            profile.clone_from(&self.profiles[level as usize]);
        }
    }

    /// Goes back to what was remembered.
    pub fn restore(&mut self, saved: &mut Saved) {
        for &(job, place) in &saved.places {
            self.places[job] = place;
        }
        for (&level, profile) in saved.levels.iter().zip(&mut saved.profiles) {
            std::mem::swap(profile, &mut self.profiles[level as usize]);
        }
    }

    fn change(&mut self, job: usize, place: Place, sign: i64) {
        for segment in &self.mode(job, place.mode).segments {
            let to = match segment.to {
                Seconds::MAX => Seconds::MAX,
                to => place.start + to,
            };
            let profile = &mut self.profiles[segment.level as usize];
            profile.take(place.start + segment.from, to, sign * segment.amount);
        }
    }

    /// Whether a job takes of a level that others may give room for good: then it may go earlier when they are placed.
    pub fn counts_on_others(&self, job: usize) -> bool {
        let segments = self.instance.jobs[job]
            .modes
            .iter()
            .flat_map(|mode| &mode.segments);
        let mut taken = segments.filter(|segment| segment.amount > 0);
        taken.any(|segment| self.relieved[segment.level as usize])
    }

    /// The earliest start between two moments at which a mode takes no more than is left.
    pub fn earliest(
        &self,
        job: usize,
        mode: u32,
        (from, until): (Seconds, Seconds),
    ) -> Option<Seconds> {
        let mode = self.mode(job, mode);
        let mut start = mode.starts.next(from)?;
        'again: loop {
            if start > until {
                return None;
            }
            for segment in mode.segments.iter().filter(|segment| segment.amount > 0) {
                let to = segment.to.saturating_add(start);
                let profile = &self.profiles[segment.level as usize];
                let obstacle = profile.obstacle(start + segment.from, to, segment.amount);
                if let Some(end) = obstacle {
                    if end == Seconds::MAX {
                        return None;
                    }
                    start = mode.starts.next(end - segment.from)?;
                    continue 'again;
                }
            }
            return Some(start);
        }
    }

    /// A level that has not enough left for a job's first mode at a start, if there is one.
    pub fn blocking(&self, job: usize, start: Seconds) -> Option<u32> {
        let segments = &self.mode(job, 0).segments;
        let mut taken = segments.iter().filter(|segment| segment.amount > 0);
        let short = taken.find(|segment| {
            let to = segment.to.saturating_add(start);
            let profile = &self.profiles[segment.level as usize];
            let from = start + segment.from;
            profile.obstacle(from, to, segment.amount).is_some()
        });
        short.map(|segment| segment.level)
    }

    /// The latest start up to a moment at which a mode takes no more than is left.
    pub fn latest(&self, job: usize, mode: u32, until: Seconds) -> Option<Seconds> {
        let mode = self.mode(job, mode);
        let mut bound = until;
        for segment in mode.segments.iter().filter(|segment| segment.amount < 0) {
            // What others have counted on must be there in time.
            if let Some(moment) = self.profiles[segment.level as usize].overdrawn() {
                bound = bound.min(moment - segment.from);
            }
        }
        let mut start = mode.starts.previous(bound)?;
        'again: loop {
            for segment in mode.segments.iter().filter(|segment| segment.amount > 0) {
                let to = segment.to.saturating_add(start);
                let profile = &self.profiles[segment.level as usize];
                let begin = start + segment.from;
                if let Some(step) = profile.last_obstacle(begin, to, segment.amount) {
                    if segment.to == Seconds::MAX {
                        return None;
                    }
                    start = mode.starts.previous(step.saturating_sub(segment.to))?;
                    continue 'again;
                }
            }
            return Some(start);
        }
    }

    /// Whether every level that a placed job touches has room left.
    pub fn holds(&self, job: usize) -> bool {
        let Some(place) = self.places[job] else {
            return false;
        };
        let segments = &self.mode(job, place.mode).segments;
        segments
            .iter()
            .filter(|s| self.relieved[s.level as usize])
            .all(|s| self.profiles[s.level as usize].overdrawn().is_none())
    }
}
