//! A datacenter and a request from Rust, without any text.
