//! From a plan to text: each form a pure function.
