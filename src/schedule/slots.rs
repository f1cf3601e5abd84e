//! Schedules in long slots: they see farther than those in seconds, which are made of them afterwards.

pub mod aligned;
pub mod arrange;
pub mod dive;
