//! Bounds: the relaxation, and what of it anyone can check.

pub mod cells;
pub mod certificate;
pub mod evidence;
pub mod grid;
pub mod pool;
pub mod refine;
pub mod relaxation;
