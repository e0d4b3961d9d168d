//! guajira keeps Guance issues and Jira issues in step, both ways.
//!
//! A run is a straight line: **pull both sides → plan → enqueue and advance (one transaction) → deliver → record**.
//! Decisions are pure functions over plain data; all waiting, failing and crashing happens around them.
//!
//! The modules stand in reading order, and each uses only those above it (`tests/it/layers.rs` holds that).

/// What fuzzing checks, and the tests' fixtures, call the library by its name.
#[cfg(test)]
extern crate self as guajira;

pub mod secret;
pub mod words;

pub mod template;

pub mod text;

pub mod domain;
pub mod render;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod golden_tests;

pub mod plan;
pub mod ports;

pub mod state;

pub mod engine;

pub mod alarm;
pub mod http;

pub mod alerts;
pub mod guance;
pub mod jira;
pub mod piped;
pub mod notify;
pub mod signals;
pub mod page;

pub mod config;
pub mod logging;

pub mod cli;
