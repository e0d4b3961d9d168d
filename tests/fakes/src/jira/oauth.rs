//! Server: OAuth 1.0a with RSA-SHA1 as an application link speaks it. Shares no code with guajira: its base string is built here,
//! and its signatures are verified by another library.
//!
//! Source: RFC 5849; Atlassian, "OAuth" (Jira Server platform); the bodies with `oauth_problem` as clients of Jira report them.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use ring::signature::{RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};

use super::auth::{Caller, base64};
use super::errors::Answer;
use super::state::Site;
use crate::server::{Request, Response, percent_decode};

/// Seconds that a timestamp may be off.
const TIMELY: i64 = 300;

/// What Jira tells of an access token's life: five years, in seconds.
const LIFE: &str = "157680000";

/// An application link and what was given out through it.
#[derive(Debug, Default)]
pub(super) struct Link {
    pub(super) consumer: String,
    /// PKCS#1, DER.
    public: Vec<u8>,
    nonces: HashSet<String>,
    /// Request tokens, who approved them, and with which verifier.
    requests: HashMap<String, Option<(String, String)>>,
    /// Access tokens and whose they are.
    tokens: HashMap<String, String>,
    made: u32,
}

impl Link {
    /// Takes what an administrator enters: the public key is PEM, `BEGIN PUBLIC KEY`.
    pub(super) fn new(consumer: &str, public_pem: &str) -> Self {
        let body: String = public_pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = base64(&body).expect("base64");
        // SubjectPublicKeyInfo: behind the algorithm a BIT STRING holds the key; its first byte counts unused bits.
        let oid = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
        let at = der.windows(oid.len()).position(|part| part == oid).expect("an RSA key") + oid.len();
        let long = usize::from(der[at + 1] & 0x7f) * usize::from(der[at + 1] >= 0x80);
        Self { consumer: consumer.to_owned(), public: der[at + 2 + long + 1..].to_vec(), ..Self::default() }
    }

    pub(super) fn approve(&mut self, request: &str, user: &str) -> String {
        let verifier = format!("ver{}", self.requests.len());
        let slot = self.requests.get_mut(request).expect("a request token that was given out");
        *slot = Some((user.to_owned(), verifier.clone()));
        verifier
    }

    pub(super) fn give(&mut self, user: &str) -> String {
        self.made += 1;
        let token = format!("access-token-{:04}-of-{user}", self.made);
        self.tokens.insert(token.clone(), user.to_owned());
        token
    }

    pub(super) fn revoke_all(&mut self) {
        self.tokens.clear();
    }
}

/// The parameters of an `Authorization: OAuth` header, decoded.
struct Signed(Vec<(String, String)>);

impl Signed {
    fn of(header: &str) -> Option<Self> {
        let pair = |pair: &str| {
            let (name, value) = pair.trim().split_once('=')?;
            // Jira refuses values without quotes.
            let value = value.strip_prefix('"')?.strip_suffix('"')?;
            Some((percent_decode(name), percent_decode(value)))
        };
        header.split(',').map(pair).collect::<Option<Vec<_>>>().map(Self)
    }

    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            other => drop(write!(out, "%{other:02X}")),
        }
    }
    out
}

/// The base string as this Jira computes it.
fn base_string(site: &str, request: &Request, signed: &Signed) -> String {
    let oauth = signed.0.iter().filter(|(name, _)| name != "oauth_signature" && name != "realm");
    let mut all: Vec<String> =
        request.query.iter().chain(oauth).map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    // Names first: "a=" sorts before "a1=" by names, and behind it as text.
    all.sort_by(|one, other| one.split('=').collect::<Vec<_>>().cmp(&other.split('=').collect::<Vec<_>>()));
    format!("{}&{}&{}", request.method, escape(&format!("{site}{}", request.path)), escape(&all.join("&")))
}

fn problem(name: &str, more: &str) -> Response {
    let body = format!("oauth_problem={name}{more}\n");
    let header = format!("OAuth realm=\"http%3A%2F%2F127.0.0.1\", oauth_problem=\"{name}\"");
    Response::text(401, "text/plain;charset=UTF-8", &body).with_header("WWW-Authenticate", &header)
}

impl Site {
    /// Verifies a signed request.
    fn verified(&mut self, request: &Request, header: &str) -> Answer<Signed> {
        if let Some(name) = self.switches.oauth_problem.clone() {
            return Err(problem(&name, ""));
        }
        let signed = Signed::of(header).ok_or_else(|| problem("parameter_absent", ""))?;
        let now = self.now().timestamp();
        let own = format!("http://{}", request.header("host").unwrap_or("127.0.0.1"));
        let site = self.switches.oauth_site.clone().unwrap_or(own);
        let Some(link) = self.link.as_mut().filter(|link| link.consumer == signed.get("oauth_consumer_key")) else {
            return Err(problem("consumer_key_unknown", ""));
        };
        if signed.get("oauth_signature_method") != "RSA-SHA1" {
            return Err(problem("signature_method_rejected", ""));
        }
        let base = base_string(&site, request, &signed);
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, &link.public);
        let signature = base64(signed.get("oauth_signature")).unwrap_or_default();
        if key.verify(base.as_bytes(), &signature).is_err() {
            let more = format!(
                "&oauth_signature={}&oauth_signature_base_string={}&oauth_signature_method=RSA-SHA1",
                escape(signed.get("oauth_signature")),
                escape(&base)
            );
            return Err(problem("signature_invalid", &more));
        }
        let time: i64 = signed.get("oauth_timestamp").parse().unwrap_or_default();
        if (time - now).abs() > TIMELY {
            let more = format!("&oauth_acceptable_timestamps={}-{}", now - TIMELY, now + TIMELY);
            return Err(problem("timestamp_refused", &more));
        }
        let nonce = ["oauth_timestamp", "oauth_nonce", "oauth_token"].map(|name| signed.get(name)).join(" ");
        if signed.get("oauth_nonce").is_empty() || !link.nonces.insert(nonce) {
            return Err(problem("nonce_used", ""));
        }
        Ok(signed)
    }

    /// Resolves the caller of a signed request.
    pub(super) fn oauth1(&mut self, request: &Request, header: &str) -> Answer<Caller> {
        let signed = self.verified(request, header)?;
        let token = signed.get("oauth_token");
        let user = self.link.as_ref().and_then(|link| link.tokens.get(token)).cloned();
        user.map(Caller::User).ok_or_else(|| problem("token_rejected", ""))
    }

    /// The two steps that programs take.
    pub(super) fn oauth_step(&mut self, request: &Request, step: &str) -> Answer {
        let header = request.header("authorization").unwrap_or_default().to_owned();
        let header = header.strip_prefix("OAuth ").unwrap_or_default();
        let signed = self.verified(request, header)?;
        let link = self.link.as_mut().expect("verified by it");
        let body = match step {
            "request-token" if signed.get("oauth_callback") == "oob" && signed.get("oauth_token").is_empty() => {
                let token = format!("request{:08}", link.requests.len() + 1);
                link.requests.insert(token.clone(), None);
                format!("oauth_token={token}&oauth_token_secret=s&oauth_callback_confirmed=true\n")
            }
            "access-token" => match link.requests.remove(signed.get("oauth_token")) {
                Some(Some((user, verifier))) if verifier == signed.get("oauth_verifier") => {
                    let token = link.give(&user);
                    format!(
                        "oauth_token={token}&oauth_token_secret=t&oauth_expires_in={LIFE}&oauth_session_handle=h&\
                         oauth_authorization_expires_in=160272000\n"
                    )
                }
                Some(None) => return Err(problem("permission_unknown", "")),
                _ => return Err(problem("token_rejected", "")),
            },
            _ => return Err(problem("parameter_absent", "")),
        };
        Ok(Response::text(200, "text/plain;charset=UTF-8", &body))
    }
}
