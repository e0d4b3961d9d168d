//! JQL: lexer, parser, and evaluation over the fake's issues, with Jira's own objections.

mod eval;
mod fields;
mod lex;
mod parse;
#[cfg(test)]
mod tests;

pub(super) use self::eval::{Plan, Reader, Rows};
pub(super) use self::parse::{Query, parse};
