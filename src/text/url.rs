//! Addresses: which ones may be carried, how they are spelled, and where a bare one in a text begins and ends.

use std::fmt::Write as _;

use super::clean::is_noise;
use super::doc::Address;

/// Longest address that is carried, in bytes; a longer one loses its target.
const MAX_URL: usize = 8 * 1024;

/// Returns the address as it may be carried: `http`, `https`, `mailto`, `tel`, `ftp` or relative to the site, with
/// everything that would need escaping in some format percent-encoded. `None` for anything else (`javascript:`, `data:`,
/// an anchor on the page itself ...).
pub(crate) fn safe(url: &str) -> Option<String> {
    // Browsers drop tabs and newlines inside an address, so `java\nscript:` must not hide from us.
    let url: String = url.chars().filter(|c| !is_noise(*c) && !is_invisible(*c)).collect();
    let url = url.trim();
    if url.is_empty() || url.len() > MAX_URL || !leads_somewhere(url) {
        return None;
    }
    let mut out = String::with_capacity(url.len());
    for c in url.chars() {
        if c.is_whitespace() || is_escaped(c) {
            let mut buffer = [0; 4];
            for byte in c.encode_utf8(&mut buffer).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(c);
        }
    }
    Some(out)
}

/// Makes an address [`safe`] in place; false when it may not be carried.
pub(crate) fn make_safe(url: &mut Address) -> bool {
    // Nearly every address is carried as it is.
    let plain = |b: u8| b.is_ascii_graphic() && !is_escaped(char::from(b));
    if url.len() <= MAX_URL && !url.is_empty() && url.bytes().all(plain) {
        return leads_somewhere(url);
    }
    safe(url).map(|safe| *url = safe.into()).is_some()
}

fn is_escaped(c: char) -> bool {
    matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

fn leads_somewhere(url: &str) -> bool {
    let head = url.split(['/', '?', '#']).next().unwrap_or_default();
    match head.split_once(':') {
        None => !url.starts_with('#'),
        Some((scheme, _)) => {
            ["http", "https", "mailto", "tel", "ftp"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
        }
    }
}

/// Returns true when a text may hold a bare address; most do not.
pub(crate) fn may_hold_bare(text: &str) -> bool {
    text.contains("://") || text.contains('@') || text.contains("www.")
}

/// Splits a text into plain pieces and bare addresses; with an address goes what has to stand before it: nothing before
/// `http(s)://…`, `http://` before `www.…`, `mailto:` before an e-mail address.
///
/// An address ends at white space, at a quote or bracket that cannot be part of it, at full-width punctuation
/// (`https://e.com/a，后` links only up to the comma) and before closing punctuation.
///
/// Source: GFM 6.9, "Autolinks (extension)".
pub(crate) fn bare(text: &str) -> Vec<(&str, Option<&'static str>)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some((at, sign)) = next_sign(rest, from) {
        let found = match sign {
            b':' => scheme_start(rest, at).map(|start| (start, address_end(rest, at + 3), at + 3, "")),
            b'@' => mail_address(rest, at).map(|(start, end)| (start, end, at, "mailto:")),
            _ => is_word_start(rest, at).then(|| (at, address_end(rest, at + 4), at + 4, "http://")),
        };
        let Some((start, end, _, prefix)) = found.filter(|(_, end, least, _)| end > least) else {
            from = at + 1;
            continue;
        };
        let (before, tail) = rest.split_at(start);
        let (address, after) = tail.split_at(end - start);
        if !before.is_empty() {
            pieces.push((before, None));
        }
        pieces.push((address, Some(prefix)));
        rest = after;
        from = 0;
    }
    if !rest.is_empty() {
        pieces.push((rest, None));
    }
    pieces
}

/// Returns the next place from which an address may be found: its `://`, its `@` or its `www.`.
fn next_sign(text: &str, from: usize) -> Option<(usize, u8)> {
    let bytes = text.as_bytes();
    let tail = bytes.get(from..)?;
    let is_sign = |(n, b): (usize, &u8)| {
        let tail = bytes.get(from + n..).unwrap_or_default();
        match b {
            b':' => tail.starts_with(b"://"),
            b'w' => tail.starts_with(b"www."),
            b => *b == b'@',
        }
    };
    let at = tail.iter().enumerate().position(is_sign)? + from;
    Some((at, *bytes.get(at)?))
}

fn is_word_start(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|head| head.chars().next_back());
    !before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | '/'))
}

/// Returns where the e-mail address starts and ends that has its `@` at a place.
fn mail_address(text: &str, at: usize) -> Option<(usize, usize)> {
    let head = text.get(..at)?;
    let local = head.bytes().rev().take_while(|b| b.is_ascii_alphanumeric() || b"._+-".contains(b)).count();
    let start = at - local;
    if local == 0 || !head.get(start..)?.starts_with(|c: char| c.is_ascii_alphanumeric()) || !is_word_start(text, start)
    {
        return None;
    }
    let tail = text.get(at + 1..)?;
    let length = tail.bytes().take_while(|b| b.is_ascii_alphanumeric() || b".-_".contains(b)).count();
    // An address with a scheme that begins in it is one of its own: what is before it ends there, now and when read again.
    let length =
        if tail.get(length..)?.starts_with("://") { scheme_start(tail, length).unwrap_or(length) } else { length };
    let domain = tail.get(..length)?.trim_end_matches(['.', '-', '_']);
    let (_, top) = domain.rsplit_once('.')?;
    let after = tail.get(domain.len()..)?;
    let goes_on = after.starts_with(['@', '/']) || (after.starts_with(':') && !after.get(1..)?.starts_with(' '));
    let plain = top.len() > 1 && top.bytes().all(|b| b.is_ascii_alphabetic()) && !domain.contains("..");
    (plain && !domain.starts_with('.') && !goes_on).then_some((start, at + 1 + domain.len()))
}

/// Returns how long the address is that a text starts with, if it is one.
pub(crate) fn address_length(text: &str) -> Option<usize> {
    let from = text.find("://")? + 3;
    let end = address_end(text, from);
    (end > from).then_some(end)
}

fn scheme_start(text: &str, colon: usize) -> Option<usize> {
    let head = text.get(..colon)?;
    for scheme in ["https", "http"] {
        let Some(start) = colon.checked_sub(scheme.len()) else { continue };
        if !head.get(start..).is_some_and(|word| word.eq_ignore_ascii_case(scheme)) {
            continue;
        }
        let before = head.get(..start).and_then(|h| h.chars().next_back());
        if !before.is_some_and(|c| c.is_ascii_alphanumeric()) {
            return Some(start);
        }
    }
    None
}

fn address_end(text: &str, from: usize) -> usize {
    let tail = text.get(from..).unwrap_or_default();
    // Looked at first, so that `http://)http://)` is not scanned to its end again and again.
    if !tail.starts_with(char::is_alphanumeric) {
        return from;
    }
    let stop = tail.find(ends_address).unwrap_or(tail.len());
    let mut address = tail.get(..stop).unwrap_or_default();
    let count = |c: char| address.matches(c).count();
    let mut round = count(')').saturating_sub(count('('));
    while let Some(last) = address.chars().next_back() {
        match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '~' => {}
            ')' if round > 0 => round -= 1,
            _ => break,
        }
        address = address.get(..address.len() - last.len_utf8()).unwrap_or_default();
    }
    from + address.len()
}

fn ends_address(c: char) -> bool {
    c.is_whitespace()
        || is_noise(c)
        || is_invisible(c)
        || matches!(c, '"' | '<' | '>' | '[' | ']' | '`' | '{' | '|' | '}' | '\\' | '^')
        || matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}')
        || matches!(c, '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}')
        || matches!(c, '\u{2018}'..='\u{201F}' | '\u{2026}' | '\u{2014}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_addresses_are_carried() {
        let check = |url: &str, want: Option<&str>| assert_eq!(safe(url).as_deref(), want, "{url:?}");
        check("https://e.com/a?b=c#d", Some("https://e.com/a?b=c#d"));
        check("HTTP://e.com", Some("HTTP://e.com"));
        check("/browse/OPS-1", Some("/browse/OPS-1"));
        check("mailto:a@e.com", Some("mailto:a@e.com"));
        check("javascript:alert(1)", None);
        check(" java\nscript:alert(1)", None);
        check("\u{1}javascript:alert(1)", None);
        check("ftp://e.com/a", Some("ftp://e.com/a"));
        check("#top", None);
        check("data:text/html,x", None);
        check("vbscript:x", None);
        check("https://e.com/a b|c", Some("https://e.com/a%20b%7Cc"));
        check("\u{FFFE}/x\u{FDD0}", Some("/x"));
        check("", None);
    }

    #[test]
    fn a_bare_address_ends_where_a_reader_would_end_it() {
        let check = |text: &str, want: &[&str]| {
            let got: Vec<&str> =
                bare(text).into_iter().filter(|(_, prefix)| prefix.is_some()).map(|(t, _)| t).collect();
            assert_eq!(got, want, "{text:?}");
            assert_eq!(bare(text).into_iter().map(|(t, _)| t).collect::<String>(), text);
        };
        check("见 https://e.com/a，后", &["https://e.com/a"]);
        check("(https://e.com/a_(b)).", &["https://e.com/a_(b)"]);
        check("http://a.b http://c.d", &["http://a.b", "http://c.d"]);
        check("xhttp://a.b ftp://c http://", &[]);
        check("https://e.com/路径。", &["https://e.com/路径"]);
        check("www.e.com, see www.例.cn/a。xwww.e.com www. ://www.e.com", &["www.e.com", "www.例.cn/a"]);
        check("写信给 ops.team+1@e-x.example.com，", &["ops.team+1@e-x.example.com"]);
        check("@jo@e.com git@e.com:a/b root@web-1 a@b.1 a@@e.com .@e.com @e.com a@e..com", &[]);
        check("http://jo@e.com/a@b.de", &["http://jo@e.com/a@b.de"]);
        check("jo@e.com.http://e jo@e.com-https://e", &["jo@e.com", "http://e", "jo@e.com", "https://e"]);
        check("jo@e.http://e jo@e.com:http://e jo@e.comhttp://e", &["http://e", "http://e"]);
    }
}
