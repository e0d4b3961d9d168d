//! Everything that needs more than one module: one binary, so that it links once.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::too_many_lines,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests"
)]

mod adapter;
mod cli;
mod docs;
mod exposition;
mod e2e;
#[path = "../../src/domain/fixtures.rs"]
#[allow(dead_code, reason = "the library's tests need more of it")]
mod fixtures;
#[path = "../../src/golden.rs"]
#[allow(dead_code, reason = "the library's tests need more of it")]
mod golden;
mod layers;
mod layers_inside;
mod length;
mod markers;
#[path = "../our_times.rs"]
mod our_times;
mod scratch;
mod sim;
