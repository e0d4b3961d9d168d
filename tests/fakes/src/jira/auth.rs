//! Who is calling: passwords, tokens, their deaths, and the CAPTCHA.

use super::errors::Answer;
use super::model::User;
use super::state::Site;
use crate::server::{Request, Response};

/// A caller as far as the site can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Caller {
    /// A user, by login name.
    User(String),
    /// Nobody said who.
    Anonymous,
    /// Credentials came and count for nothing; treated as anonymous.
    Rejected,
}

impl Caller {
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::User(name) => Some(name),
            Self::Anonymous | Self::Rejected => None,
        }
    }
}

const LOGIN_PAGE: &str =
    "<html><head><title>Unauthorized (401)</title></head><body><h1>Unauthorized (401)</h1></body></html>";

impl Site {
    /// Resolves the credentials of a request; the error is the answer that ends it at once.
    pub(super) fn caller(&mut self, request: &Request, through_gateway: bool) -> Answer<Caller> {
        let Some(header) = request.header("authorization") else { return Ok(Caller::Anonymous) };
        let (scheme, rest) = header.split_once(' ').unwrap_or((header, ""));
        match scheme.to_ascii_lowercase().as_str() {
            "basic" => self.basic(rest, through_gateway),
            "bearer" => Ok(self.bearer(rest)),
            "oauth" => self.oauth1(request, rest),
            _ => Ok(Caller::Rejected),
        }
    }

    fn basic(&mut self, encoded: &str, through_gateway: bool) -> Answer<Caller> {
        let decoded = base64(encoded).and_then(|b| String::from_utf8(b).ok()).unwrap_or_default();
        let (login, secret) = decoded.split_once(':').unwrap_or((&decoded, ""));
        if self.cloud() {
            let known = |u: &&User| u.email.eq_ignore_ascii_case(login) && u.secret == secret && u.active;
            let user = self.users.iter().find(known).filter(|u| u.scoped == through_gateway);
            return Ok(user.map_or(Caller::Rejected, |u| Caller::User(u.name.clone())));
        }
        if self.switches.basic_auth_off {
            let text = "Basic Authentication has been disabled on this instance.";
            return Err(Response::text(403, "text/plain", text));
        }
        if self.failed_logins.get(login).copied().unwrap_or(0) >= 3 {
            let login_url = format!("CAPTCHA_CHALLENGE; login-url={}/login.jsp", self.base_url);
            let text = "Basic Authentication Failure - Reason : AUTHENTICATION_DENIED";
            return Err(Response::text(403, "text/html;charset=UTF-8", text)
                .with_header("X-Authentication-Denied-Reason", &login_url)
                .with_header("X-Seraph-LoginReason", "AUTHENTICATION_DENIED"));
        }
        let user = self.users.iter().find(|u| u.name == login && u.secret == secret && u.active);
        if let Some(user) = user {
            let name = user.name.clone();
            self.failed_logins.remove(login);
            return Ok(Caller::User(name));
        }
        *self.failed_logins.entry(login.to_owned()).or_insert(0) += 1;
        Err(Response::text(401, "text/html;charset=UTF-8", LOGIN_PAGE)
            .with_header("X-Seraph-LoginReason", "AUTHENTICATED_FAILED")
            .with_header("WWW-Authenticate", "OAuth realm=\"http%3A%2F%2F127.0.0.1\""))
    }

    /// Personal access tokens came with Jira 8.14.
    fn bearer(&self, token: &str) -> Caller {
        let knows = !self.cloud() && self.version.as_slice() >= [8, 14].as_slice();
        let user = self.users.iter().find(|u| knows && u.pat == token && u.active);
        user.map_or(Caller::Rejected, |u| Caller::User(u.name.clone()))
    }
}

/// Decodes standard base64, padded or not.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in text.trim().trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = (held << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from((held >> bits) & 0xff).ok()?);
        }
    }
    Some(out)
}
