//! What is configured of a room.

use super::address;
use super::kind::Kind;
use crate::secret::Secret;
use crate::words::Lang;

/// What is configured of a room, secrets fetched.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// Which service it is of.
    pub kind: Kind,
    /// Its address, which is a credential.
    pub address: Secret,
    /// What messages are signed with.
    pub secret: Option<Secret>,
    /// The language of what is added to a message.
    pub lang: Lang,
    /// True for a room of Slack itself: it takes blocks, which its imitators do not know.
    pub takes_blocks: bool,
}

impl Settings {
    /// Returns the settings of a room at this address.
    pub fn new(name: String, kind: Kind, address: Secret, secret: Option<Secret>, lang: Lang) -> Self {
        let takes_blocks = kind == Kind::Slack && address::is_slack(&address);
        Self { name, kind, address, secret, lang, takes_blocks }
    }

    /// Returns what must not appear in any output.
    pub fn credentials(&self) -> Vec<Secret> {
        let mut all = address::credentials(self.kind, &self.address);
        all.extend(self.secret.clone());
        all
    }

    /// Returns words of a failure without parts of the address.
    pub fn scrubbed(&self, words: String) -> String {
        address::scrubbed(self.kind, &self.address, words)
    }

    /// Returns scheme, host and port of its address: all that may be shown of it.
    pub fn origin(&self) -> String {
        address::origin(&self.address)
    }
}

/// The word that mentions everybody.
pub(super) const EVERYBODY: &str = "all";

/// Longest id of a person.
const MAX_ID: usize = 64;

/// Returns true for what a room of this kind takes as the id of somebody to mention. An id holds nothing that could be markup.
pub fn is_mention(kind: Kind, id: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let is_id = !id.is_empty() && id.len() <= MAX_ID && id.chars().all(is_plain);
    is_id && (kind != Kind::Feishu || id == EVERYBODY || id.starts_with("ou_"))
}

/// Returns true for a number of a mobile phone, as `DingTalk` and `WeCom` take it: of China, or with the code of its country.
pub(super) fn is_mobile(id: &str) -> bool {
    let digits = id.strip_prefix('+').unwrap_or(id);
    let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || (c == '-' && digits != id));
    is_number && (digits != id || (digits.len() == 11 && digits.starts_with('1')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_holds_no_markup() {
        for (kind, id, want) in [
            (Kind::Feishu, "ou_84aad35d084aa403a838cf73ee18467", true),
            (Kind::Feishu, "all", true),
            (Kind::Feishu, "li.si", false),
            (Kind::Slack, "U024BE7LH", true),
            (Kind::Slack, "!channel", false),
            (Kind::WeCom, "li.si@corp", false),
            (Kind::DingTalk, "+86-13800000000", true),
            (Kind::Webhook, "", false),
            (Kind::Webhook, "a b", false),
        ] {
            assert_eq!(is_mention(kind, id), want, "{kind:?} {id}");
        }
    }

    #[test]
    fn numbers_of_phones_are_told_from_ids() {
        for (id, want) in [
            ("13800000000", true),
            ("+1-4155550100", true),
            ("0123456789012345", false),
            ("manager1", false),
            ("+", false),
        ] {
            assert_eq!(is_mobile(id), want, "{id}");
        }
    }
}
