//! Credentials: the header they make, how Jira says that it refused them, and how to mend that.

use super::oauth::Signer;
use super::settings::Auth;
use crate::http::Login;
use crate::ports::Clock;
use crate::secret::{Secret, base64};
use crate::words::{JiraHint, OAuthHint};

/// A credential ready to be sent.
pub(super) enum Credential<'a> {
    /// User and token, or user and password.
    Basic(Secret),
    /// A personal access token.
    Bearer(Secret),
    /// A key and a token that sign each request.
    Signed(Box<Signer<'a>>),
}

impl<'a> Credential<'a> {
    pub(super) fn new(auth: &Auth, clock: &'a dyn Clock) -> Self {
        match auth {
            Auth::Basic { user, token } => {
                let pair = format!("{user}:{}", token.expose());
                Self::Basic(Secret::new(format!("Basic {}", base64(pair.as_bytes()))))
            }
            Auth::Pat { token } => Self::Bearer(Secret::new(format!("Bearer {}", token.expose()))),
            Auth::OAuth1 { consumer, key, token } => {
                Self::Signed(Box::new(Signer::new(clock, consumer, (**key).clone(), Some(token.clone()))))
            }
        }
    }

    /// Returns how a request shows it.
    pub(super) fn login(&self) -> Login<'_> {
        match self {
            Self::Basic(header) | Self::Bearer(header) => Login::Header("Authorization", header.clone()),
            Self::Signed(signer) => Login::Signed(signer.as_ref()),
        }
    }

    /// Returns what signs requests, where they are signed.
    pub(super) fn signer(&self) -> Option<&Signer<'a>> {
        if let Self::Signed(signer) = self { Some(signer.as_ref()) } else { None }
    }

    /// Returns what to do about a refusal, naming the credential.
    pub(super) fn hint(&self, base_url: &str, login: Option<LoginRefusal>) -> String {
        let host = host_of(base_url);
        if login == Some(LoginRefusal::Captcha) {
            return JiraHint::ClearCaptcha.into();
        }
        let is_pat = matches!(self, Self::Bearer(_));
        if self.signer().is_some() {
            return OAuthHint::TokenRejected.into();
        }
        let hint = if is_gateway(base_url) {
            JiraHint::CheckTokenScopes
        } else if is_cloud_host(host) && is_pat {
            JiraHint::CheckTokenUser
        } else if is_cloud_host(host) {
            JiraHint::CheckTokenAge
        } else if is_pat {
            JiraHint::CheckPat
        } else {
            JiraHint::CheckTokenMethod
        };
        hint.into()
    }
}

/// How Jira said that the credentials are bad, whatever the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoginRefusal {
    /// The credentials are wrong.
    Failed,
    /// They may be right, but after too many failures Jira wants to see a person.
    Captcha,
}

/// Looks for Jira's signs of refused credentials. Their absence proves nothing.
///
/// Source: measured on Jira Data Center and Cloud; `X-Seraph-LoginReason` is there on a rejected login only.
pub(super) fn login_refused(
    status: u16,
    reason: Option<&str>,
    denied: Option<&str>,
    body: &str,
) -> Option<LoginRefusal> {
    let reason = reason.unwrap_or_default();
    if denied.is_some() || reason.contains("CAPTCHA") || reason.contains("AUTHENTICATION_DENIED") {
        return Some(LoginRefusal::Captcha);
    }
    if reason.contains("AUTHENTICATED_FAILED") {
        return Some(LoginRefusal::Failed);
    }
    let start = body.trim_start();
    if start.starts_with("Basic Authentication Failure") {
        return Some(if start.contains("DENIED") { LoginRefusal::Captcha } else { LoginRefusal::Failed });
    }
    // What an anonymous caller is told: with a credential sent, it means that the credential did not count.
    let anonymous = ["Anonymous users do not have permission", "Client must be authenticated"];
    let said = (400..500).contains(&status) && anonymous.iter().any(|words| start.contains(words));
    said.then_some(LoginRefusal::Failed)
}

/// Returns true for the address of Atlassian's gateway: `https://api.atlassian.com/ex/jira/CLOUD_ID`.
pub(super) fn is_gateway(base_url: &str) -> bool {
    base_url.contains("/ex/jira/")
}

/// Returns true for a host that only Jira Cloud has.
pub(super) fn is_cloud_host(host: &str) -> bool {
    host == "api.atlassian.com"
        || [".atlassian.net", ".jira.com", ".jira-dev.com"].iter().any(|suffix| host.ends_with(suffix))
}

/// Returns the host of an address, without port.
pub(super) fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_login_is_seen_in_every_form() {
        use LoginRefusal::{Captcha, Failed};
        let denied = "Basic Authentication Failure - Reason : AUTHENTICATION_DENIED";
        let project = r#"{"errorMessages":[],"errors":{"project":"Anonymous users do not have permission to create"}}"#;
        for (status, reason, header, body, want) in [
            (200, None, None, "{}", None),
            (200, Some("OK"), None, "{}", None),
            (200, Some("AUTHENTICATED_FAILED"), None, "{}", Some(Failed)),
            (403, Some("AUTHENTICATION_DENIED"), None, "", Some(Captcha)),
            (403, None, Some("CAPTCHA_CHALLENGE; login-url=x"), "", Some(Captcha)),
            (403, None, None, denied, Some(Captcha)),
            (400, None, None, project, Some(Failed)),
            (200, None, None, project, None),
        ] {
            assert_eq!(login_refused(status, reason, header, body), want, "{status} {reason:?} {header:?} {body}");
        }
    }

    #[test]
    fn the_hint_names_the_credential_and_the_likely_cause() {
        let (basic, pat) = (Credential::Basic(Secret::new("t")), Credential::Bearer(Secret::new("t")));
        for (credential, url, want) in [
            (&basic, "https://x.atlassian.net", "scoped token"),
            (&basic, "https://api.atlassian.com/ex/jira/1", "scope: read:jira-work"),
            (&basic, "https://jira.example.com/jira", "method = \"pat\""),
            (&pat, "https://jira.example.com/jira", "expired"),
            (&pat, "https://x.atlassian.net", "method = \"basic\""),
        ] {
            let hint = credential.hint(url, None);
            assert!(hint.contains("[jira.auth].token") && hint.contains(want), "{hint}");
        }
        assert!(basic.hint("https://x", Some(LoginRefusal::Captcha)).contains("CAPTCHA"));
    }

    #[test]
    fn the_host_is_found_in_an_address() {
        for (url, want) in [
            ("https://x.atlassian.net", "x.atlassian.net"),
            ("https://jira.example.com:8443/jira", "jira.example.com"),
            ("https://api.atlassian.com/ex/jira/1-2", "api.atlassian.com"),
            ("http://127.0.0.1:80", "127.0.0.1"),
        ] {
            assert_eq!(host_of(url), want);
        }
    }
}
