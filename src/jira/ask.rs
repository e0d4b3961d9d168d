//! One request to Jira before it is sent.

use std::fmt::Write as _;

use serde_json::Value;

use crate::http::Method;

/// One request before it is sent.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) body: Option<Value>,
    pub(super) header: Option<(&'static str, &'static str)>,
    pub(super) repeatable: bool,
    pub(super) finish: bool,
}

impl Ask {
    fn new(method: Method, path: impl Into<String>) -> Self {
        let repeatable = method == Method::Get;
        Self { method, path: path.into(), query: Vec::new(), body: None, header: None, repeatable, finish: false }
    }

    /// Returns a GET of the path below the base address.
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path)
    }

    /// Returns a POST.
    pub(super) fn post(path: impl Into<String>, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::Post, path) }
    }

    /// Returns a PUT.
    pub(super) fn put(path: impl Into<String>, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::Put, path) }
    }

    /// Returns a DELETE.
    pub(super) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::Delete, path)
    }

    /// Adds a query parameter, not yet encoded.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Adds a header.
    pub(super) fn heading(self, header: (&'static str, &'static str)) -> Self {
        Self { header: Some(header), ..self }
    }

    /// Sends nothing with it.
    pub(super) fn leave_body_out(&mut self) {
        self.body = None;
    }

    /// Marks a request that only reads, or that does no harm when it is carried out twice.
    pub(super) fn repeatable(self) -> Self {
        Self { repeatable: true, ..self }
    }

    /// Marks a request that completes a write already made: it is sent although the run was asked to stop.
    pub(super) fn finishing(self) -> Self {
        Self { finish: true, ..self }
    }

    /// Returns true for a request about an issue that there is already.
    pub(super) fn is_about_an_issue(&self) -> bool {
        self.path.contains("/issue/") && !self.path.ends_with("/bulk")
    }

    /// Names the request in messages.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method.as_str(), self.path)
    }
}

/// Returns a remote id as one segment of a path.
pub(super) fn segment(id: &str) -> String {
    id.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) {
            out.push(char::from(byte));
        } else if byte == b'.' && id.len() > 2 {
            out.push('.');
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_cannot_leave_its_place_in_the_path() {
        assert_eq!(segment("10042"), "10042");
        assert_eq!(segment("../x?y=1"), "..%2Fx%3Fy%3D1");
        assert_eq!(segment(".."), "%2E%2E");
        assert_eq!(segment("guajira.0a1b"), "guajira.0a1b");
    }
}
