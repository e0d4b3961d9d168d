//! Writing to the terminal: results to stdout, problems to stderr, nothing that a remote text could drive it with.

use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::ColorChoice;
use chrono::{DateTime, Local, SecondsFormat, TimeDelta, Utc};

use crate::logging::harmless_json;
pub(super) use crate::logging::printable;
use crate::words::{Lang, Length, Message, RunWords, told, told_summary};

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Color {
    // On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    Always,
    Never,
}

/// Decides about colours for the whole program.
pub(super) fn set_color(color: Color) {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
    .write_global();
}

/// Whether the program speaks Chinese.
static IS_CHINESE: AtomicBool = AtomicBool::new(false);

/// Decides about the language for the whole program.
pub(super) fn set_lang(lang: Lang) {
    IS_CHINESE.store(lang == Lang::Zh, Ordering::Relaxed);
}

/// Whether results, errors and hints are lines like those of the log, one JSON object each.
static IS_JSON: AtomicBool = AtomicBool::new(false);

/// Decides about that for the whole program.
pub(super) fn set_json(is_json: bool) {
    IS_JSON.store(is_json, Ordering::Relaxed);
}

fn is_json() -> bool {
    IS_JSON.load(Ordering::Relaxed)
}

/// Returns the language in which the program speaks.
pub(super) fn lang() -> Lang {
    if IS_CHINESE.load(Ordering::Relaxed) { Lang::Zh } else { Lang::En }
}

/// Returns a sentence in that language.
#[expect(clippy::needless_pass_by_value, reason = "a message is made where it is said")]
pub(super) fn words(said: impl Message) -> String {
    said.in_lang(lang())
}

/// Returns what was kept in English in that language, where it is one of the program's own sentences.
pub(super) fn kept(text: &str) -> String {
    told(text, lang())
}

/// Prints a sentence as a line of result.
///
/// # Errors
/// As for [`line()`].
pub(super) fn tell(said: impl Message) -> io::Result<()> {
    line(&words(said))
}

/// Returns true when stderr takes colours.
pub(super) fn stderr_has_color() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

/// Returns how many columns the terminal has that stdout is; `None` where it is none.
pub(super) fn width() -> Option<u16> {
    terminal_size::terminal_size_of(io::stdout()).map(|(terminal_size::Width(columns), _)| columns)
}

/// Returns true when a person watches stderr.
pub(super) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// Prints one line of result, made printable. A reader that went away is no error.
///
/// # Errors
/// When stdout cannot be written for another reason.
pub(super) fn line(text: &str) -> io::Result<()> {
    if is_json() {
        return json_line(text);
    }
    out(&format!("{}\n", printable(text)))
}

/// Prints one line of result as a line of JSON, like those of the log; nothing for one that only sets others apart.
fn json_line(text: &str) -> io::Result<()> {
    let text = printable(text);
    let text = text.trim();
    if text.is_empty() {
        return Ok(());
    }
    let at = Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true);
    let line = serde_json::json!({ "timestamp": at, "level": "INFO", "message": text });
    out(&(harmless_json(&line.to_string()) + "\n"))
}

/// Prints one line of result, its first word in a colour of the terminal (30 to 37) where stdout takes colours.
///
/// # Errors
/// As for [`line()`].
pub(super) fn painted(color: u8, text: &str) -> io::Result<()> {
    if is_json() {
        return json_line(text);
    }
    let text = printable(text);
    let (word, rest) = text.split_at(text.find(' ').unwrap_or(text.len()));
    out(&format!("\x1b[{color}m{word}\x1b[0m{rest}\n"))
}

/// Prints a JSON object, on one line where all lines are JSON; what could drive a terminal is written as an escape.
///
/// # Errors
/// As for [`line()`].
pub(super) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut text = String::new();
    let all = if is_json() { serde_json::to_string(value)? } else { serde_json::to_string_pretty(value)? };
    for c in all.chars() {
        let harmless = c == '\n' || printable(c.encode_utf8(&mut [0; 4])) == c.to_string();
        if harmless { text.push(c) } else { text.push_str(&escaped(c)) }
    }
    Ok(out(&(harmless_json(&text) + "\n"))?)
}

fn escaped(c: char) -> String {
    let units = c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>();
    units.concat()
}

/// Prints text that this program made itself, with its colours.
///
/// # Errors
/// As for [`line()`].
pub(super) fn out(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Prints lines for the CI system as they stand: commands of ours, in which nothing of anybody else acts.
///
/// # Errors
/// As for [`line()`].
pub(super) fn commands(lines: &[String], mut to: impl io::Write) -> io::Result<()> {
    let text = lines.join("\n") + if lines.is_empty() { "" } else { "\n" };
    match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Says something to the person, on stderr; a closed stderr is no error.
pub(super) fn say(text: &str) {
    if is_json() {
        return tracing::warn!("{text}");
    }
    for line in text.lines() {
        let _ = writeln!(anstream::stderr(), "guajira: {}", printable(line));
    }
}

/// Says what went wrong; the first line after `guajira: error: `, what follows below it.
pub(super) fn error(text: &str) {
    if is_json() {
        return tracing::error!("{text}");
    }
    let mut stderr = anstream::stderr().lock();
    for (n, line) in text.lines().enumerate() {
        let _ = match n {
            0 => {
                let (word, colon) = (words(RunWords::Error), words(RunWords::Colon));
                writeln!(stderr, "guajira: \x1b[31m{word}\x1b[0m{colon}{}", printable(line))
            }
            _ => writeln!(stderr, "  {}", printable(line)),
        };
    }
}

/// Says how to mend it, where that is known; a hint that was kept in English is said in the language of the program.
pub(super) fn hint(text: Option<&str>) {
    match text {
        Some(text) if is_json() => tracing::error!(hint = %kept(text), "{}", words(RunWords::WhatToDo)),
        Some(text) => {
            let _ = writeln!(anstream::stderr(), "{}{}", words(RunWords::Hint), printable(&kept(text)));
        }
        None => {}
    }
}

/// Prints how to mend what stands in the line above, where that is known; in which language is as for [`hint()`].
///
/// # Errors
/// As for [`line()`].
pub(super) fn advice(text: Option<&str>) -> io::Result<()> {
    text.map_or(Ok(()), |text| line(&format!("     → {}", kept(text))))
}

/// Shows a time as people here read clocks.
pub(super) fn time(at: DateTime<Utc>) -> String {
    at.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// Shows a length of time in its two largest units: `2h 5m`, `2 小时 5 分钟`.
pub(super) fn span(time: TimeDelta) -> String {
    span_in(time, lang())
}

fn span_in(time: TimeDelta, lang: Lang) -> String {
    let seconds = time.num_seconds().max(0);
    let parts = [
        (seconds / 86_400, Length::Days { count: seconds / 86_400 }),
        (seconds / 3600, Length::Hours { count: seconds / 3600 % 24 }),
        (seconds / 60, Length::Minutes { count: seconds / 60 % 60 }),
    ];
    let last = Length::Seconds { count: seconds % 60 };
    let larger = parts.into_iter().skip_while(|(whole, _)| *whole == 0).map(|(_, part)| part);
    larger.chain([last]).take(2).map(|part| part.in_lang(lang)).collect::<Vec<_>>().join(" ")
}

/// Returns the summary of a run, which is kept in English, as the program shows it.
pub(super) fn summary(kept: &str) -> String {
    told_summary(kept, lang())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_show_their_two_largest_units() {
        for (seconds, en, zh) in [
            (-5, "0s", "0 秒"),
            (0, "0s", "0 秒"),
            (59, "59s", "59 秒"),
            (300, "5m 0s", "5 分钟 0 秒"),
            (7_500, "2h 5m", "2 小时 5 分钟"),
            (259_200, "3d 0h", "3 天 0 小时"),
        ] {
            let time = TimeDelta::seconds(seconds);
            assert_eq!([span_in(time, Lang::En), span_in(time, Lang::Zh)], [en, zh]);
        }
    }

    #[test]
    fn json_escapes_what_could_drive_a_terminal() {
        assert_eq!(escaped('\u{9b}'), "\\u009b");
        assert_eq!(escaped('\u{e0001}'), "\\udb40\\udc01");
    }
}
