//! What stands in `[...]` and `!...!`: links, files, people, issues, images.

use crate::text::doc::Inline;
use crate::text::reach::is_issue_key;

/// Longest link or image that is looked for, in bytes.
pub(super) const MAX_LINK: usize = 10 * 1024;

/// What brackets say.
pub(super) enum Link<'a> {
    /// A link, with its text where it has one.
    Web { text: Option<&'a str>, url: &'a str },
    /// An attached file.
    File(&'a str),
    /// A person's id, with a text where there is one.
    Person { text: Option<&'a str>, id: &'a str },
    /// An issue's key, with a text where it has one.
    Key { text: Option<&'a str>, key: &'a str },
    /// A Windows file share, with what stands before it.
    Share(&'a str),
}

/// Returns where a link ends that starts before a text, or could begin anew: at a bracket without a backslash before it, or
/// with the line.
pub(super) fn end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let escaped = |at: usize| at.checked_sub(1).is_some_and(|before| bytes.get(before) == Some(&b'\\'));
    bytes.iter().enumerate().position(|(at, b)| match b {
        b'\n' => true,
        b'[' | b']' => !escaped(at),
        _ => false,
    })
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
        if let Some(id) = person(first) {
            return Some(Link::Person { text: None, id });
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
        return leads_out(first).then_some(Link::Web { text: None, url: first });
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
    if let Some(id) = person(target) {
        return Some(Link::Person { text, id });
    }
    (leads_out(target) || target.starts_with(['/', '#'])).then_some(Link::Web { text, url: target })
}

fn is_anchor(name: &str) -> bool {
    name.starts_with(char::is_alphabetic) && !name.contains(char::is_whitespace)
}

/// Returns true for the address of a Windows file share, whose backslashes are no line break.
fn is_share(target: &str) -> bool {
    target.starts_with("\\\\") && target.len() > 2
}

/// Returns the id in `~id`. Names on Server may have blanks; longest name: 255 characters.
fn person(target: &str) -> Option<&str> {
    let name = target.strip_prefix('~').filter(|name| !name.starts_with(' ') && name.chars().nth(255).is_none())?;
    let id = name.strip_prefix("accountid:").unwrap_or(name);
    (!id.is_empty()).then_some(id)
}

/// Returns true for an address as Jira takes it: up to the bracket, blanks included.
fn leads_out(target: &str) -> bool {
    let head = target.split(' ').next().unwrap_or_default();
    let may_have_blanks = head.contains("://") || head.starts_with("mailto:") || head.starts_with("tel:");
    is_target(target) || (may_have_blanks && is_target(head))
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
    // A picture may stand in the text itself.
    let data = if tail.starts_with("data:") {
        tail.bytes().take_while(|b| b.is_ascii_graphic() && *b != b'!').count()
    } else {
        0
    };
    let end = tail.bytes().skip(data).take(MAX_LINK).position(|b| matches!(b, b'!' | b'\n'))? + data;
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
