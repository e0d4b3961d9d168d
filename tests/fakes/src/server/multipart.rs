//! `multipart/form-data`, byte by byte.

use super::Request;

/// One part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The field.
    pub name: String,
    /// The file's name, as plain UTF-8; `filename*=` is not understood.
    pub file_name: Option<String>,
    /// The part's own media type.
    pub mime: Option<String>,
    /// Its bytes.
    pub data: Vec<u8>,
}

impl Request {
    /// The parts of a form; `None` when the body is none, or a broken one.
    pub fn multipart(&self) -> Option<Vec<Part>> {
        let kind = self.header("content-type")?;
        let boundary = kind.strip_prefix("multipart/form-data")?.split_once("boundary=")?.1.trim_matches('"');
        let mark = format!("--{boundary}").into_bytes();
        let mut rest = self.body.strip_prefix(mark.as_slice())?;
        let mut parts = Vec::new();
        loop {
            if rest.starts_with(b"--") {
                return Some(parts);
            }
            rest = rest.strip_prefix(b"\r\n")?;
            let head_end = find(rest, b"\r\n\r\n")?;
            let head = String::from_utf8(rest[..head_end].to_vec()).ok()?;
            rest = &rest[head_end + 4..];
            let end = find(rest, &[b"\r\n", mark.as_slice()].concat())?;
            parts.push(part(&head, rest[..end].to_vec())?);
            rest = &rest[end + 2 + mark.len()..];
        }
    }
}

fn part(head: &str, data: Vec<u8>) -> Option<Part> {
    let header = |name: &str| {
        head.lines()
            .find_map(|line| line.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v))
    };
    let disposition = header("Content-Disposition")?;
    let value = |name: &str| {
        let start = format!("; {name}=\"");
        let rest = disposition.split_once(start.as_str())?.1;
        Some(rest.split('"').next()?.to_owned())
    };
    Some(Part {
        name: value("name")?,
        file_name: value("filename"),
        mime: header("Content-Type").map(str::to_owned),
        data,
    })
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|part| part == what)
}
