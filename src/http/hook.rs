//! A message to an address that is itself a credential, as those of chat rooms are: of the address nothing is shown but the
//! host, and no redirect is followed with it.

use std::fmt;
use std::time::Instant;

use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};

use super::answer::Answer;
use super::client::{Http, failure};
use super::failure::Failure;
use crate::secret::Secret;

/// One message.
pub struct Hook<'a> {
    /// The whole address; its path and its query are as they were given.
    pub address: &'a Secret,
    /// What is added to its query, not yet encoded: a signature.
    pub query: Vec<(&'static str, String)>,
    /// Further headers. One of them may say what the body is, if it is not JSON.
    pub headers: Vec<(&'static str, String)>,
    /// The body, exactly as it was signed: JSON, unless a header says otherwise.
    pub body: String,
}

impl fmt::Debug for Hook<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook").field("body_bytes", &self.body.len()).finish_non_exhaustive()
    }
}

impl Http {
    /// Posts a message once. A redirect is an answer like any other.
    ///
    /// # Errors
    /// When no complete answer came; the kind says whether the message may have arrived. The words name the host alone.
    pub fn post_hook(&self, hook: &Hook<'_>) -> Result<Answer, Failure> {
        self.post_hook_once(hook).map_err(|failure| self.clean(failure))
    }

    fn post_hook_once(&self, hook: &Hook<'_>) -> Result<Answer, Failure> {
        // What is wrong with an address is not told: the words of the parser may repeat a part of it.
        let mut url = Url::parse(hook.address.expose()).map_err(|_| Failure::NotSent("not an address".to_owned()))?;
        if !hook.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&hook.query);
        }
        let what = format!("POST {}", url.origin().ascii_serialization());
        let not_sent = |why: String| Failure::NotSent(format!("{what}: {why}"));
        let client = self.client_for(&url).map_err(|why| not_sent(format!("{why:#}")))?;
        let mut request = client.post(url).timeout(self.timeout()).body(hook.body.clone());
        if !hook.headers.iter().any(|(name, _)| *name == CONTENT_TYPE.as_str()) {
            request = request.header(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        }
        for (name, value) in &hook.headers {
            let mut value = HeaderValue::from_str(value).map_err(|_| not_sent(format!("{name} is no header")))?;
            value.set_sensitive(true);
            request = request.header(HeaderName::from_static(name), value);
        }
        let start = Instant::now();
        let response = request.send().map_err(|error| failure(error, &what, self.timeout()))?;
        let answer = self.read(response, &what)?;
        tracing::debug!(
            method = "POST",
            url = what.trim_start_matches("POST "),
            status = answer.status,
            elapsed_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
            "Message answered."
        );
        Ok(answer)
    }
}
