//! Why there is no answer, what that means, and how to mend it.

use std::fmt;

use crate::ports::ApiErrorKind;
use crate::words::Hint;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The request certainly did not reach the service (no connection).
    NotSent(String),
    /// It left, and no complete answer came.
    NoAnswer(String),
    /// It was answered, with more than is taken: it is the same the next time.
    TooMuch {
        /// HTTP status.
        status: u16,
        /// What was asked, and which limit it was.
        words: String,
    },
}

impl Failure {
    /// Returns its words.
    pub fn words(&self) -> &str {
        match self {
            Self::NotSent(words) | Self::NoAnswer(words) | Self::TooMuch { words, .. } => words,
        }
    }

    /// Returns the same with other words.
    #[must_use]
    pub fn with_words(self, words: String) -> Self {
        match self {
            Self::NotSent(_) => Self::NotSent(words),
            Self::NoAnswer(_) => Self::NoAnswer(words),
            Self::TooMuch { status, words: _ } => Self::TooMuch { status, words },
        }
    }

    /// Returns what it means for a request that is `repeatable`: a read, or a write that may be carried out twice. Any other
    /// write that left may have happened.
    pub fn kind(&self, repeatable: bool) -> ApiErrorKind {
        match self {
            Self::NoAnswer(_) | Self::TooMuch { .. } if !repeatable => ApiErrorKind::InDoubt,
            Self::NotSent(_) | Self::NoAnswer(_) | Self::TooMuch { .. } => {
                ApiErrorKind::Unavailable { retry_after: None }
            }
        }
    }

    /// Returns how to mend it, where that is known: `section` of the configuration names the service, people call it `shown`.
    pub fn hint(&self, section: &str, shown: &str) -> Option<String> {
        match self {
            Self::NotSent(words) | Self::NoAnswer(words) if section == WITH_IDENTITY && is_about_identity(words) => {
                Some(Hint::CheckClientCertificate { section: section.to_owned() }.into())
            }
            Self::NotSent(words) => Some(connect_hint(section, words)),
            Self::TooMuch { .. } => {
                Some(Hint::AnswerTooLarge { section: section.to_owned(), service: shown.to_owned() }.into())
            }
            Self::NoAnswer(_) => None,
        }
    }
}

/// The section that can name a certificate of the client.
const WITH_IDENTITY: &str = "jira";

/// Returns true where a server ended a TLS connection because of the client's certificate, or for want of one.
///
/// Source: RFC 8446, 6.2: the alerts; TLS 1.2 sends `handshake_failure` for other reasons too.
fn is_about_identity(words: &str) -> bool {
    let alerts = [
        "CertificateRequired",
        "BadCertificate",
        "UnsupportedCertificate",
        "CertificateRevoked",
        "CertificateExpired",
        "CertificateUnknown",
        "UnknownCA",
    ];
    words.split_once("fatal alert: ").is_some_and(|(_, alert)| alerts.iter().any(|known| alert.starts_with(known)))
}

/// Returns how to mend that a service could not be reached, by what was said about the connection of this section of the configuration.
fn connect_hint(section: &str, words: &str) -> String {
    let section = section.to_owned();
    let is_about_trust = words.contains("certificate");
    if is_about_trust { Hint::SetCaFile { section } } else { Hint::CheckAddress { section } }.into()
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(why) | Self::NoAnswer(why) | Self::TooMuch { words: why, .. } => f.write_str(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_is_not_trusted_has_a_setting_of_its_own() {
        for words in [
            "cannot connect: invalid peer certificate: UnknownIssuer",
            "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))",
        ] {
            assert!(connect_hint("jira", words).contains("[jira].ca_file"), "{words}");
        }
        assert!(connect_hint("guance", "cannot connect: Connection refused").contains("[guance].base_url"));
    }
}
