//! HTTP/1.1 as bytes: reading a request, writing an answer.

use std::io::{self, BufRead, Read, Write};

use chrono::{DateTime, Utc};

use super::{Request, Response};

const MAX_BODY: usize = 64 << 20;

/// Reads one request; `None` when the peer has closed the connection between requests.
pub(super) fn read_request(stream: &mut impl BufRead, answer: &mut impl Write) -> io::Result<Option<Request>> {
    let mut line = String::new();
    while line.trim().is_empty() {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Ok(None);
        }
    }
    let mut parts = line.split_whitespace();
    let (Some(method), Some(target), Some(version)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(bad("no request line"));
    };
    let method = method.to_owned();
    let target = target.to_owned();
    let old = version == "HTTP/1.0";
    let mut headers = read_headers(stream)?;
    if old && !headers.iter().any(|(n, _)| n.eq_ignore_ascii_case("connection")) {
        headers.push(("connection".into(), "close".into()));
    }
    let (path, query) = split_target(&target);
    let mut request = Request { method, path, query, headers, body: Vec::new() };
    if request.header("expect").is_some_and(|v| v.eq_ignore_ascii_case("100-continue")) {
        answer.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        answer.flush()?;
    }
    request.body = read_body(stream, &request)?;
    Ok(Some(request))
}

fn read_headers(stream: &mut impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Err(bad("headers cut short"));
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Ok(headers);
        }
        let (name, value) = line.split_once(':').ok_or_else(|| bad("header without colon"))?;
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
}

fn read_body(stream: &mut impl BufRead, request: &Request) -> io::Result<Vec<u8>> {
    if request.header("transfer-encoding").is_some_and(|v| v.to_ascii_lowercase().contains("chunked")) {
        return read_chunks(stream);
    }
    let length = match request.header("content-length") {
        Some(n) => n.parse::<usize>().map_err(|_| bad("content-length"))?,
        None => 0,
    };
    if length > MAX_BODY {
        return Err(bad("body too long"));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn read_chunks(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let size = line.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| bad("chunk size"))?;
        if body.len() + size > MAX_BODY {
            return Err(bad("body too long"));
        }
        if size == 0 {
            read_headers(stream)?;
            return Ok(body);
        }
        stream.by_ref().take(size as u64).read_to_end(&mut body)?;
        let mut end = String::new();
        stream.read_line(&mut end)?;
    }
}

/// Writes an answer; with `cut`, promises the whole body but sends only so many bytes of it.
pub(super) fn write_response(
    stream: &mut impl Write,
    response: &Response,
    now: DateTime<Utc>,
    head: bool,
    cut: Option<usize>,
) -> io::Result<()> {
    let mut out = format!("HTTP/1.1 {} {}\r\n", response.status, reason(response.status)).into_bytes();
    write!(out, "Date: {}\r\n", now.format("%a, %d %b %Y %H:%M:%S GMT"))?;
    for (name, value) in &response.headers {
        write!(out, "{name}: {value}\r\n")?;
    }
    if response.status != 204 {
        write!(out, "Content-Length: {}\r\n", response.body.len())?;
    }
    out.extend_from_slice(b"\r\n");
    if !head && response.status != 204 {
        let body = &response.body;
        out.extend_from_slice(&body[..cut.unwrap_or(body.len()).min(body.len())]);
    }
    stream.write_all(&out)?;
    stream.flush()
}

fn split_target(target: &str) -> (String, Vec<(String, String)>) {
    let target = target.split('#').next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let pairs = query.split('&').filter(|p| !p.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name, true), decode(value, true))
    });
    (path.to_owned(), pairs.collect())
}

/// Percent-decodes; `form` also reads `+` as a space.
pub(super) fn decode(text: &str, form: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = bytes.get(at + 1..at + 3).and_then(|h| std::str::from_utf8(h).ok());
        match (bytes[at], escaped.and_then(|h| u8::from_str_radix(h, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
                continue;
            }
            (b'+', _) if form => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn bad(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        303 => "See Other",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        410 => "Gone",
        413 => "Payload Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
