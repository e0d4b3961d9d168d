//! What stands in `[...]` and `!...!`: links, files, people, issues, images.

use crate::text::doc::Inline;
use crate::text::is_issue_key;

/// Longest link or image that is looked for, in bytes.
pub(super) const MAX_LINK: usize = 10 * 1024;

/// What brackets say.
pub(super) enum Link<'a> {
    /// A link, with its text where it has one.
    Web { text: Option<&'a str>, url: &'a str },
    /// An attached file.
    File(&'a str),
    /// A person's id.
    Person(&'a str),
    /// An issue's key, with a text where it has one.
    Key { text: Option<&'a str>, key: &'a str },
    /// A Windows file share, with what stands before it.
    Share(&'a str),
}

/// Returns true when the text between brackets is a link.
pub(super) fn is_link(inner: &str) -> bool {
    parse_link(inner).is_some()
}

pub(super) fn parse_link(inner: &str) -> Option<Link<'_>> {
    let inner = inner.trim();
    let mut parts = inner.split('|');
    let first = parts.next()?.trim();
    let Some(second) = parts.next() else {
        if let Some(file) = first.strip_prefix('^').filter(|name| !name.trim().is_empty()) {
            return Some(Link::File(file.trim()));
        }
        if let Some(person) = first.strip_prefix('~').filter(|name| !name.is_empty() && !name.contains(' ')) {
            return Some(Link::Person(person.strip_prefix("accountid:").unwrap_or(person)));
        }
        if is_issue_key(first) {
            return Some(Link::Key { text: None, key: first });
        }
        if let Some(anchor) = first.strip_prefix('#').filter(|name| is_anchor(name)) {
            return Some(Link::Web { text: Some(anchor), url: first });
        }
        if is_share(first) {
            return Some(Link::Share(first));
        }
        return is_target(first).then_some(Link::Web { text: None, url: first });
    };
    let target = second.trim();
    if let Some(file) = target.strip_prefix('^').filter(|name| !name.is_empty()) {
        return Some(Link::File(if first.is_empty() { file } else { first }));
    }
    let text = Some(first).filter(|text| !text.is_empty());
    if is_issue_key(target) {
        return Some(Link::Key { text, key: target });
    }
    if is_share(target) {
        return Some(Link::Share(inner));
    }
    (is_target(target) || target.starts_with(['/', '#'])).then_some(Link::Web { text, url: target })
}

fn is_anchor(name: &str) -> bool {
    name.starts_with(char::is_alphabetic) && !name.contains(char::is_whitespace)
}

/// Returns true for the address of a Windows file share, whose backslashes are no line break.
fn is_share(target: &str) -> bool {
    target.starts_with("\\\\") && target.len() > 2
}

/// Returns true for an address that is written with a text; others Jira takes for a page, a file or an anchor of its own.
pub(super) fn is_address(url: &str) -> bool {
    is_target(url) || url.starts_with('/')
}

/// Returns true for an address that an image can have.
pub(super) fn is_image_address(url: &str) -> bool {
    is_address(url) && (url.contains("://") || url.starts_with('/'))
}

/// Returns true for an address that a link can have without a text.
pub(super) fn is_target(url: &str) -> bool {
    let known =
        ["http://", "https://", "mailto:", "tel:", "ftp://", "file:", "//", "javascript:", "data:", "vbscript:"];
    !url.contains(' ')
        && known.iter().any(|head| url.get(..head.len()).is_some_and(|start| start.eq_ignore_ascii_case(head)))
}

/// Reads the image that starts after a `!`: the image and its length with the closing sign.
pub(super) fn image(tail: &str) -> Option<(Inline, usize)> {
    let end = tail.bytes().take(MAX_LINK).position(|b| matches!(b, b'!' | b'\n'))?;
    let inner = tail.get(..end)?;
    // What begins with a backslash is a sign before a line break.
    let is_none = inner.is_empty() || inner.starts_with('\\') || inner != inner.trim();
    if tail.as_bytes().get(end) != Some(&b'!') || is_none {
        return None;
    }
    let (target, options) = inner.split_once('|').unwrap_or((inner, ""));
    let is_url = target.contains("://") || target.starts_with('/') || target.starts_with("data:");
    let is_file = target.rsplit_once('.').is_some_and(|(name, extension)| {
        !name.is_empty() && (1..=5).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    let is_address = is_url && !target.contains(' ');
    if !is_address && !is_file {
        return None;
    }
    let alt = options.split(',').flat_map(|part| part.split('|')).find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("alt").then(|| value.trim().trim_matches('"').to_owned())
    });
    let image = if is_url {
        Inline::Image { url: target.to_owned(), alt: alt.unwrap_or_default() }
    } else {
        Inline::Image { url: String::new(), alt: target.to_owned() }
    };
    Some((image, end + 1))
}
