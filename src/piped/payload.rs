//! Takes an input apart into payloads: an object, an array, one per line, or several in a row. A broken one does not cost
//! those beside it.

use serde_json::{Map, Value};

use crate::alarm::is_read;
use crate::words::PipedFault;

/// Most bytes that are read of one input.
pub const MAX_INPUT: usize = 4 * 1024 * 1024;

/// Longest payload, in bytes of compact JSON. A monitor's event with all its fields has some 10,000.
pub const MAX_PAYLOAD: usize = 256 * 1024;

/// Most payloads, good and broken, of one input.
pub const MAX_EVENTS: usize = 1000;

/// Deepest nesting of a payload.
const MAX_DEPTH: usize = 32;

/// So many wrappings of a payload are taken off.
const MAX_WRAPPINGS: usize = 4;

/// In what a script passes a payload on: the body of a request, an argument of a Func script, an element of a message.
const WRAPPINGS: [&str; 8] = ["body", "event", "events", "data", "payload", "kwargs", "params", "message"];

/// One payload of an input, or what is wrong with it.
#[derive(Debug)]
pub(super) struct Piece {
    /// The line on which it begins, from 1.
    pub(super) line: usize,
    pub(super) value: Result<Map<String, Value>, PipedFault>,
}

/// Takes an input apart.
pub(super) fn pieces(bytes: &[u8]) -> Vec<Piece> {
    let is_cut = bytes.len() > MAX_INPUT;
    let bytes = bytes.get(..bytes.len().min(MAX_INPUT)).unwrap_or_default();
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let is_lossy = matches!(text, std::borrow::Cow::Owned(_));
    let mut walk = Walk { text: &text, is_lossy, found: Vec::new() };
    walk.run();
    let mut found = walk.found;
    let last = text.lines().count().max(1);
    if found.len() > MAX_EVENTS {
        found.truncate(MAX_EVENTS);
        found.push(Piece { line: last, value: Err(PipedFault::TooMany { most: MAX_EVENTS }) });
    }
    if is_cut {
        // What was cut off in the middle is no fault of its own.
        if found.last().is_some_and(|piece| matches!(piece.value, Err(PipedFault::NotJson { .. }))) {
            found.pop();
        }
        found.push(Piece { line: last, value: Err(PipedFault::InputTooLarge { most: MAX_INPUT }) });
    }
    if found.is_empty() {
        found.push(Piece { line: 1, value: Err(PipedFault::Empty) });
    }
    found
}

struct Walk<'t> {
    text: &'t str,
    is_lossy: bool,
    found: Vec<Piece>,
}

impl Walk<'_> {
    /// Reads value after value. The brackets of an array around them and the commas between them say nothing.
    fn run(&mut self) {
        let (mut at, mut line, mut counted) = (0, 1, 0);
        while self.found.len() <= MAX_EVENTS {
            let rest = self.text.get(at..).unwrap_or_default();
            let between = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | ',');
            let Some(skipped) = rest.find(|c| !between(c)) else { return };
            at += skipped;
            line += self.text.get(counted..at).unwrap_or_default().matches('\n').count();
            counted = at;
            let rest = self.text.get(at..).unwrap_or_default();
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            match values.next() {
                Some(Ok(value)) => {
                    let end = values.byte_offset().max(1);
                    let is_garbled = self.is_lossy && rest.get(..end).is_some_and(|text| text.contains('\u{fffd}'));
                    if is_garbled {
                        self.add(line, Err(PipedFault::NotUtf8));
                    } else {
                        self.unwrap(line, value, 0);
                    }
                    at += end;
                }
                Some(Err(error)) => {
                    let failed = offset(rest, error.line(), error.column());
                    self.add(line, Err(PipedFault::NotJson { why: words(&error) }));
                    match next_object(rest, failed) {
                        Some(next) => at += next,
                        None => return,
                    }
                }
                None => return,
            }
        }
    }

    fn add(&mut self, line: usize, value: Result<Map<String, Value>, PipedFault>) {
        self.found.push(Piece { line, value });
    }

    /// Adds a value, what it wraps, or the elements of an array.
    fn unwrap(&mut self, line: usize, value: Value, depth: usize) {
        if self.found.len() > MAX_EVENTS {
            return;
        }
        match value {
            Value::Array(all) if depth < MAX_WRAPPINGS => {
                for value in all {
                    self.unwrap(line, value, depth + 1);
                }
            }
            Value::String(text) if depth < MAX_WRAPPINGS => match serde_json::from_str(&text) {
                Ok(inside @ (Value::Object(_) | Value::Array(_))) => self.unwrap(line, inside, depth + 1),
                _ => self.add(line, Err(PipedFault::NotAnObject)),
            },
            Value::Object(mut map) if is_guance(&map) => {
                map.retain(|name, _| is_read(name));
                self.one(line, map);
            }
            Value::Object(map) => match wrapped(&map).filter(|_| depth < MAX_WRAPPINGS) {
                Some(inside) => self.unwrap(line, inside, depth + 1),
                None => self.one(line, map),
            },
            _ => self.add(line, Err(PipedFault::NotAnObject)),
        }
    }

    fn one(&mut self, line: usize, map: Map<String, Value>) {
        let value = if is_deep(&map, MAX_DEPTH) {
            Err(PipedFault::TooDeep { most: MAX_DEPTH })
        } else if serde_json::to_string(&map).is_ok_and(|text| text.len() > MAX_PAYLOAD) {
            Err(PipedFault::TooLarge { most: MAX_PAYLOAD })
        } else {
            Ok(map)
        };
        self.add(line, value);
    }
}

/// Returns true for an event of a Guance monitor.
pub(super) fn is_guance(map: &Map<String, Value>) -> bool {
    map.keys().any(|name| name.starts_with("df_"))
}

/// Returns what an object wraps that is no event itself.
fn wrapped(map: &Map<String, Value>) -> Option<Value> {
    if is_guance(map) || map.contains_key("id") {
        return None;
    }
    WRAPPINGS.iter().find_map(|name| match map.get(*name)? {
        inside @ (Value::Object(_) | Value::Array(_)) => Some(inside.clone()),
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => serde_json::from_str(text).ok(),
        _ => None,
    })
}

fn is_deep(map: &Map<String, Value>, most: usize) -> bool {
    let mut level: Vec<&Value> = map.values().collect();
    for _ in 1..most {
        if level.is_empty() {
            return false;
        }
        level = level
            .into_iter()
            .flat_map(|value| match value {
                Value::Array(all) => all.iter().collect::<Vec<_>>(),
                Value::Object(map) => map.values().collect(),
                _ => Vec::new(),
            })
            .collect();
    }
    level.iter().any(|value| value.is_array() || value.is_object())
}

/// Returns where a reader's line and column are.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (before + column.saturating_sub(1)).min(text.len())
}

/// Returns where the next object begins: at or after the place where the reader failed, behind a comma or at the beginning of
/// a line; or before that at the very beginning of a line, which a payload that was cut off has swallowed.
fn next_object(text: &str, failed: usize) -> Option<usize> {
    let swallowed = text.find("\n{").map(|at| at + 1);
    let failed = (failed..=text.len()).find(|at| text.is_char_boundary(*at))?;
    let after = text.get(failed..)?.match_indices('{').map(|(at, _)| failed + at).find(|at| {
        let before = text.get(..*at).unwrap_or_default();
        let bare = before.trim_end();
        *at > 0 && (bare.ends_with([',', '[']) || before.get(bare.len()..).is_some_and(|gap| gap.contains('\n')))
    });
    [swallowed, after].into_iter().flatten().min()
}

/// Returns the reader's own words without the place, which counts from the beginning of the payload.
fn words(error: &serde_json::Error) -> String {
    let said = error.to_string();
    said.split(" at line ").next().unwrap_or_default().to_owned()
}
