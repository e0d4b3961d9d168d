//! The steps that lead to an access token: OAuth 1.0a, three-legged.
//!
//! Source: Atlassian, "OAuth" (Jira Server platform): the three addresses below `/plugins/servlet/oauth`, `oob` for a code that
//! a person carries over, and answers that are form-encoded.

use chrono::TimeDelta;
use serde_json::Value;

use super::api::{Api, Ask};
use super::auth::Credential;
use super::oauth::{AccessToken, PrivateKey, Signer, form};
use super::settings::Auth;
use super::wire;
use crate::domain::Side;
use crate::http::Http;
use crate::ports::{ApiError, ApiErrorKind, Clock, Stop};
use crate::secret::Secret;
use crate::words::{CallFault, OAuthHint};

const PLACE: &str = "/plugins/servlet/oauth";

/// Who takes the steps, and where.
pub struct Consumer<'a> {
    /// The client.
    pub http: &'a Http,
    /// Our clock.
    pub clock: &'a dyn Clock,
    /// Whether to stop.
    pub stop: &'a dyn Stop,
    /// Base address of Jira.
    pub base_url: &'a str,
    /// The consumer key of the application link.
    pub name: &'a str,
    /// The private key.
    pub key: &'a PrivateKey,
}

/// A token that a person has to approve in a browser.
#[derive(Clone, Debug)]
pub struct RequestToken(pub Secret);

impl Consumer<'_> {
    /// Asks for a request token.
    ///
    /// # Errors
    /// When Jira cannot be reached, or refuses the signature or the consumer.
    pub fn request_token(&self) -> Result<RequestToken, ApiError> {
        let pairs = self.post("request-token", None, ("oauth_callback", "oob"))?;
        Ok(RequestToken(found(&pairs, "request-token", "oauth_token")?))
    }

    /// Returns the address at which a person approves the token, logged in as the account that guajira works as.
    pub fn authorize_address(&self, token: &RequestToken) -> String {
        // A token is letters and digits; anything else is encoded, so that the address stays one.
        format!("{}{PLACE}/authorize?oauth_token={}", self.base_url, super::api::segment(token.0.expose()))
    }

    /// Exchanges an approved request token and its verifier for the access token.
    ///
    /// # Errors
    /// As for [`Consumer::request_token`]; also when the token was not approved, or its minutes are over.
    pub fn access_token(&self, token: &RequestToken, verifier: &str) -> Result<AccessToken, ApiError> {
        let pairs = self.post("access-token", Some(token.0.clone()), ("oauth_verifier", verifier))?;
        let get = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let seconds = get("oauth_expires_in").and_then(|seconds| seconds.parse().ok());
        let expires =
            seconds.and_then(TimeDelta::try_seconds).and_then(|left| self.clock.now().checked_add_signed(left));
        Ok(AccessToken {
            token: found(&pairs, "access-token", "oauth_token")?,
            secret: Secret::new(get("oauth_token_secret").unwrap_or_default()),
            expires,
        })
    }

    /// Returns the name of the account that an access token belongs to.
    ///
    /// # Errors
    /// When Jira does not take the token.
    pub fn who_am_i(&self, token: &AccessToken) -> Result<String, ApiError> {
        let (consumer, key, token) = (self.name.to_owned(), self.key.clone(), token.token.clone());
        let credential = Credential::new(&Auth::OAuth1 { consumer, key: Box::new(key), token }, self.clock);
        let api = Api::new(self.http, self.clock, self.stop, self.base_url, credential);
        let user: wire::User = wire::read(api.send(&Ask::get("/rest/api/2/myself"))?.json).unwrap_or_default();
        if user.id().is_empty() {
            let error =
                ApiError::new(Side::JIRA, ApiErrorKind::Unauthorized, "GET myself: the answer names no account");
            return Err(error.with_hint(OAuthHint::TokenRejected));
        }
        Ok(format!("{} ({})", user.display_name, user.id()))
    }

    fn post(
        &self,
        step: &str,
        token: Option<Secret>,
        (name, value): (&'static str, &str),
    ) -> Result<Vec<(String, String)>, ApiError> {
        let signer = Signer::new(self.clock, self.name, self.key.clone(), token).with(name, value);
        let api = Api::new(self.http, self.clock, self.stop, self.base_url, Credential::Signed(Box::new(signer)));
        let mut ask = Ask::post(format!("{PLACE}/{step}"), Value::Null);
        ask.leave_body_out();
        let answer = match api.send_plain(&ask) {
            Err(failed) if failed.wants_other_time => api.send_plain(&ask),
            other => other,
        };
        // Answers end with a line break.
        Ok(form(&answer?.head()))
    }
}

fn found(pairs: &[(String, String)], step: &str, name: &str) -> Result<Secret, ApiError> {
    let value = pairs.iter().find(|(known, value)| known == name && !value.is_empty());
    value.map(|(_, value)| Secret::new(value.clone())).ok_or_else(|| {
        let why = CallFault::Unexpected { why: name.to_owned() };
        let error = ApiError::new(Side::JIRA, ApiErrorKind::Refused, format!("POST {PLACE}/{step}: {why}"));
        error.with_hint(OAuthHint::NoToken)
    })
}
