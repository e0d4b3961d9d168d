//! guajira keeps Guance issues and Jira issues in step, both ways.
//!
//! A run is a straight line: **pull both sides → plan → enqueue and advance (one transaction) → deliver → record**.
//! The modules stand in reading order; an arrow in the house goes only upwards in this list
//! (`tests/it/layers.rs` holds that).

pub mod secret;
pub mod text;

pub mod domain;

pub mod ports;

pub mod http;

pub mod guance;
pub mod jira;

pub mod plan;
