//! Construction: schedules made by placing one job after the other, or of what was packed to be done at once.

mod counts;
pub mod list;
pub mod partial;
mod profile;
mod room;
pub mod waves;
