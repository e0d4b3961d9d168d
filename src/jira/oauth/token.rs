//! The access token, and how it stands in its file.

use chrono::{DateTime, Utc};

use super::base::encode;
use crate::secret::Secret;

/// An access token: what Jira gives for a verifier, once.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The token.
    pub token: Secret,
    /// Its secret. RSA-SHA1 does not use it; it is kept with the token.
    pub secret: Secret,
    /// When it ends, where Jira told.
    pub expires: Option<DateTime<Utc>>,
}

impl AccessToken {
    /// Reads what stands in the place of the token: the token alone, or the line that [`AccessToken::to_line`] makes.
    pub fn parse(text: &Secret) -> Self {
        let line = text.expose().trim();
        if !line.starts_with("oauth_token=") {
            return Self { token: Secret::new(line), secret: Secret::new(""), expires: None };
        }
        let pairs = pairs(line);
        let get = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        Self {
            token: Secret::new(get("oauth_token").unwrap_or_default()),
            secret: Secret::new(get("oauth_token_secret").unwrap_or_default()),
            expires: get("expires").and_then(|time| DateTime::from_timestamp(time.parse().ok()?, 0)),
        }
    }

    /// Returns the token as one line of text for its file: form-encoded, as Jira sends it; `expires` is in seconds since 1970.
    pub fn to_line(&self) -> Secret {
        let (token, secret) = (encode(self.token.expose()), encode(self.secret.expose()));
        let expires = self.expires.map(|end| format!("&expires={}", end.timestamp())).unwrap_or_default();
        Secret::new(format!("oauth_token={token}&oauth_token_secret={secret}{expires}"))
    }
}

/// Returns form-encoded pairs, decoded.
pub(in crate::jira) fn pairs(text: &str) -> Vec<(String, String)> {
    // The parser of addresses decodes queries as forms.
    let Ok(mut url) = reqwest::Url::parse("http://localhost/") else { return Vec::new() };
    url.set_query(Some(text.trim()));
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_alone_and_as_it_was_written() {
        let alone = AccessToken::parse(&Secret::new("  abc+/=\n"));
        assert_eq!((alone.token.expose(), alone.expires), ("abc+/=", None));
        let expires = DateTime::from_timestamp(1_900_000_000, 0);
        let token = AccessToken { token: Secret::new("a&b+c%"), secret: Secret::new("s =x"), expires };
        let again = AccessToken::parse(&token.to_line());
        assert_eq!((again.token.expose(), again.secret.expose(), again.expires), ("a&b+c%", "s =x", expires));
    }
}
