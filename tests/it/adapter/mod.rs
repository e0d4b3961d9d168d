//! The adapters against the fakes and against published answers.

mod guance;
mod jira;
mod rig;
