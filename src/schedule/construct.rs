//! Construction: schedules made by placing one job after the other.

mod counts;
pub mod list;
pub mod partial;
mod profile;
mod room;
