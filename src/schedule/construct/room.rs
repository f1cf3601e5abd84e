//! The room that a level has left, in the form that suits the level.

use crate::formulation::Seconds;

use super::counts::Counts;
use super::profile::Profile;
use crate::schedule::instance::Instance;

/// Up to this horizon, in seconds, a level may have a number for each second.
const DENSE: Seconds = 1 << 18;

/// What room is left over time.
#[derive(Debug, Clone)]
pub enum Room {
    /// Of any level.
    Steps(Profile),
    /// Of one with constant and small room, of which nothing is taken for good and to which nothing is given.
    Counts(Counts),
}

impl Room {
    /// For each level all its room.
    pub fn of(instance: &Instance) -> Vec<Room> {
        let mut lent = vec![instance.horizon <= DENSE; instance.levels.len()];
        for mode in instance.jobs.iter().flat_map(|job| &job.modes) {
            for segment in &mode.segments {
                lent[segment.level as usize] &= segment.amount > 0 && segment.to < Seconds::MAX;
            }
        }
        let levels = instance.levels.iter().zip(lent);
        let room = levels.map(|(level, lent)| {
            let counts = match level.room[..] {
                [(_, room)] if lent => Counts::new(room),
                _ => None,
            };
            let steps = || Room::Steps(Profile::new(&level.room));
            counts.map_or_else(steps, Room::Counts)
        });
        room.collect()
    }

    /// Uses an amount from one moment to before another; a negative amount gives it back.
    pub fn take(&mut self, from: Seconds, to: Seconds, amount: i64) {
        match self {
            Room::Steps(profile) => profile.take(from, to, amount),
            Room::Counts(counts) => counts.take(from, to, amount),
        }
    }

    /// The earliest begin at or after a moment from which on there is an amount for so many seconds.
    pub fn fit(&self, from: Seconds, length: Seconds, amount: i64) -> Option<Seconds> {
        match self {
            Room::Steps(profile) => profile.fit(from, length, amount),
            Room::Counts(counts) => counts.fit(from, length, amount),
        }
    }

    /// The latest such begin at or before a moment.
    pub fn fit_back(&self, from: Seconds, length: Seconds, amount: i64) -> Option<Seconds> {
        match self {
            Room::Steps(profile) => profile.fit_back(from, length, amount),
            Room::Counts(counts) => counts.fit_back(from, length, amount),
        }
    }

    /// From when on there is an amount for good; [`Seconds::MIN`] if always, None if never.
    pub fn settled(&self, amount: i64) -> Option<Seconds> {
        match self {
            Room::Steps(profile) => profile.settled(amount),
            Room::Counts(counts) => counts.settled(amount),
        }
    }

    /// When there is less than none for the first time.
    pub fn overdrawn(&self) -> Option<Seconds> {
        match self {
            Room::Steps(profile) => profile.overdrawn(),
            Room::Counts(_) => None,
        }
    }

    /// `(from, room)`, the first at 0.
    pub fn steps(&self) -> Vec<(Seconds, i64)> {
        match self {
            Room::Steps(profile) => profile.room(),
            Room::Counts(counts) => counts.room(),
        }
    }
}
