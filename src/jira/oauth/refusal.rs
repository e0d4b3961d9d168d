//! How Jira says that it refuses a signature, and what to do about it.
//!
//! Source: OAuth Problem Reporting extension, which Jira speaks: `oauth_problem=…` in the body, and in `WWW-Authenticate`. Of a
//! wrong signature Jira shows the base string that it computed itself. That string holds the token and the nonce: nothing of
//! its values is shown.

use reqwest::Url;

use super::token::pairs;
use crate::http::clean;
use crate::secret::REDACTED;
use crate::words::OAuthHint;

/// Longest name of a problem that is shown.
const LONGEST_PROBLEM: usize = 40;

/// What kind of refusal it is, as far as it is treated differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::jira) enum Problem {
    /// Our clock is too far off.
    Time,
    /// The nonce was seen before: somebody on the way sent the request twice.
    Nonce,
    /// Everything else.
    Other,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::jira) struct Refusal {
    /// Its name, such as `token_expired`.
    pub(in crate::jira) name: String,
    /// The base string as Jira computed it.
    base: Option<String>,
}

impl Refusal {
    /// Finds it in the beginning of a body, or in the header `WWW-Authenticate`.
    pub(in crate::jira) fn of(body: &str, header: Option<&str>) -> Option<Self> {
        let in_header = || header.map(|header| quoted_pairs(header.trim_start().trim_start_matches("OAuth ")));
        // A refused write may quote a text that speaks of such a problem.
        let in_body = Some(body).filter(|body| body.trim_start().starts_with("oauth_")).map(pairs);
        let pairs = in_body.into_iter().chain(in_header());
        pairs.into_iter().find_map(|pairs| {
            let get = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            let name = get("oauth_problem")?;
            let is_name = |name: &String| {
                name.len() <= LONGEST_PROBLEM && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            };
            let name = Some(name).filter(is_name).unwrap_or_else(|| "?".to_owned());
            Some(Self { name, base: get("oauth_signature_base_string") })
        })
    }

    /// Returns what kind it is.
    pub(in crate::jira) fn problem(&self) -> Problem {
        match self.name.as_str() {
            "timestamp_refused" => Problem::Time,
            "nonce_used" => Problem::Nonce,
            _ => Problem::Other,
        }
    }

    /// Returns what to do about it; `ours` is the base string that we signed.
    pub(in crate::jira) fn hint(&self, ours: &str) -> OAuthHint {
        match self.name.as_str() {
            "signature_invalid" => {
                self.base.as_deref().map_or(OAuthHint::CheckSignature, |theirs| differs(theirs, ours))
            }
            "token_expired" => OAuthHint::TokenExpired,
            "token_rejected" | "token_revoked" | "token_used" => OAuthHint::TokenRejected,
            "consumer_key_unknown" | "consumer_key_rejected" | "consumer_key_refused" => OAuthHint::ConsumerUnknown,
            "timestamp_refused" => OAuthHint::SetClock,
            "nonce_used" => OAuthHint::SentTwice,
            "permission_denied" | "permission_unknown" | "user_refused" => OAuthHint::NotAllowed,
            _ => OAuthHint::OtherProblem,
        }
    }
}

/// Returns `name="value"` pairs of a header, decoded.
fn quoted_pairs(header: &str) -> Vec<(String, String)> {
    let one = |pair: &str| {
        let (name, value) = pair.trim().split_once('=')?;
        pairs(&format!("{name}={}", value.trim().trim_matches('"'))).pop()
    };
    header.split(',').filter_map(one).collect()
}

/// A base string taken apart.
struct Base {
    method: String,
    address: String,
    pairs: Vec<(String, String)>,
}

impl Base {
    fn of(text: &str) -> Option<Self> {
        let decoded = |part: &str| pairs(&format!("x={part}")).pop().map(|(_, value)| value);
        let mut parts = text.trim().split('&');
        let (method, address, rest) = (parts.next()?, decoded(parts.next()?)?, decoded(parts.next()?)?);
        Some(Self { method: method.to_owned(), address, pairs: pairs(&rest) })
    }
}

/// Says what differs first between Jira's base string and ours.
fn differs(theirs: &str, ours: &str) -> OAuthHint {
    let (Some(theirs), Some(ours)) = (Base::of(theirs), Base::of(ours)) else { return OAuthHint::CheckSignature };
    if theirs.address != ours.address {
        let [theirs, ours] = [theirs.address, ours.address].map(|address| clean(&shown(&address)));
        return OAuthHint::OtherAddress { theirs, ours };
    }
    if theirs.method != ours.method {
        return OAuthHint::OtherMethod { theirs: clean(&theirs.method), ours: ours.method };
    }
    // A value that holds our token was made unreadable where the answer came in.
    let is_same = |one: &(String, String), other: &(String, String)| {
        one.0 == other.0 && (one.1 == other.1 || one.1.contains(REDACTED) || other.1.contains(REDACTED))
    };
    let lacks = |all: &[(String, String)], one: &(String, String)| !all.iter().any(|other| is_same(one, other));
    let only_ours = ours.pairs.iter().filter(|one| lacks(&theirs.pairs, one));
    let only_theirs = theirs.pairs.iter().filter(|one| lacks(&ours.pairs, one));
    let mut names: Vec<&str> = only_ours.chain(only_theirs).map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() { OAuthHint::OtherKey } else { OAuthHint::OtherParameters { names: clean(&names.join(", ")) } }
}

/// Returns an address without what may be a login in it.
fn shown(address: &str) -> String {
    let without = |mut url: Url| {
        let (_, _) = (url.set_username(""), url.set_password(None));
        url.set_query(None);
        url.to_string()
    };
    Url::parse(address).map_or_else(|_| "?".to_owned(), without)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::super::base::{base_string, encode};
    use super::*;

    fn ours() -> String {
        let url = Url::parse("https://jira.example.com/jira/rest/api/2/search?jql=a+%3D+b").unwrap();
        base_string("GET", &url, &[("oauth_token", "our-token-value".to_owned()), ("oauth_nonce", "n1".to_owned())])
    }

    fn refused(theirs: &str) -> Refusal {
        let body = format!(
            "oauth_problem=signature_invalid&oauth_signature=c2ln&oauth_signature_base_string={}&oauth_signature_method=RSA-SHA1\n",
            encode(theirs)
        );
        Refusal::of(&body, None).unwrap()
    }

    #[test]
    fn what_differs_is_named_and_no_value_is_shown() {
        let other = |from: &str, to: &str| ours().replace(from, to);
        for (theirs, want) in [
            (
                other("https%3A%2F%2Fjira.example.com", "http%3A%2F%2Fjira.example.com%3A8080"),
                "http://jira.example.com:8080/jira/rest/api/2/search",
            ),
            (other("GET&", "POST&"), "POST"),
            (other("a%2520%253D%2520b", "a%252B%253D%252Bb"), "jql"),
            (other("our-token-value", "another-token"), "oauth_token"),
            (ours(), "public key"),
            (other("our-token-value", "(redacted)"), "public key"),
            ("nonsense".to_owned(), "public key"),
        ] {
            let hint = refused(&theirs).hint(&ours()).to_string();
            assert!(hint.contains(want), "{want}: {hint}");
            for secret in ["our-token-value", "another-token", "n1&", "c2ln", "a = b"] {
                assert!(!hint.contains(secret), "{hint}");
            }
        }
    }

    #[test]
    fn a_refusal_is_found_in_the_header_too_and_its_name_is_bounded() {
        let header = "OAuth realm=\"http%3A%2F%2Fj\", oauth_problem=\"token_expired\"";
        assert_eq!(Refusal::of("", Some(header)).unwrap().name, "token_expired");
        assert_eq!(Refusal::of("oauth_problem=Evil%1b%5B31m", None).unwrap().name, "?");
        let later = "\noauth_acceptable_timestamps=1-2&oauth_problem=timestamp_refused\n";
        assert_eq!(Refusal::of(later, None).unwrap().problem(), Problem::Time);
        assert_eq!(Refusal::of("{\"errorMessages\":[\"no oauth_problem=token_expired here\"]}", None), None);
        assert_eq!(Refusal::of("{\"errorMessages\":[]}", Some("OAuth realm=\"http%3A%2F%2Fj\"")), None);
    }
}
