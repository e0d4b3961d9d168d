//! The accounts that guajira writes with, and the keys of its seals: both may change, with or without a lost state.

use std::collections::{BTreeMap, BTreeSet};

use guajira::domain::{Claim, IssueId, Maker, SealKey, SealKeys, Side, Witness, comment_place};
use guajira::secret::Secret;

use super::gallery::{self, Bug};
use super::jira::visible_claim;
use super::lines;
use super::rng::Rng;
use super::world::{Note, World};

/// Whom this world may not trust, and what changes in it.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the world, independent of the others")]
pub(super) struct TrustSetup {
    /// Somebody forges markers.
    pub(super) adversary: bool,
    /// What waits is restricted more often.
    pub(super) late: bool,
    /// Jira's bot account and Guance's key change.
    pub(super) moves: bool,
    /// The configuration names the former accounts.
    pub(super) former: bool,
}

impl TrustSetup {
    /// Luck of its own, so that the rest of a history does not depend on it.
    pub(super) fn draw(seed: u64) -> Self {
        let rng = &mut Rng::new(seed ^ 0x7b05_7000);
        Self { adversary: rng.chance(30), late: rng.chance(20), moves: rng.chance(15), former: rng.chance(40) }
    }
}

/// Who guajira is, and was.
#[derive(Debug)]
pub(super) struct Accounts {
    /// How often the bot's account changed, and Guance's key.
    bot: u32,
    key: u32,
    /// Tells this site's key from another's.
    site: &'static str,
    /// The configuration names former accounts.
    former: bool,
    /// The write counters, by the bot's account, and the key beside each.
    registers: BTreeMap<String, (String, Option<SealKey>)>,
    /// Every key that ever sealed.
    sealed: Vec<SealKey>,
    /// The Guance accounts that the state at hand knows for ours.
    pub(super) known: BTreeSet<String>,
    /// The Jira accounts that the state at hand knows for former ones of ours.
    pub(super) seen: BTreeSet<String>,
}

impl Accounts {
    pub(super) fn new(former: bool) -> Self {
        let (registers, sealed) = (BTreeMap::new(), Vec::new());
        Self { bot: 0, key: 0, site: "", former, registers, sealed, known: BTreeSet::new(), seen: BTreeSet::new() }
    }

    /// The same, of another site.
    pub(super) fn of_site(self, site: &'static str) -> Self {
        Self { site, ..self }
    }

    /// Returns true once the bot's account is another than in the beginning.
    pub(super) fn has_another_bot(&self) -> bool {
        self.bot > 0
    }

    /// The account guajira writes with on Jira; people sometimes use it by hand.
    pub(super) fn bot(&self) -> String {
        format!("bot{}", self.bot)
    }

    /// What the Guance key's own writes are signed with.
    pub(super) fn api_key(&self) -> String {
        format!("wsak_{}", self.key)
    }

    /// Every account that is or was ours.
    pub(super) fn bots(&self) -> BTreeSet<String> {
        let keys = (0..=self.key).map(|n| format!("wsak_{n}"));
        (0..=self.bot).map(|n| format!("bot{n}")).chain(keys).collect()
    }

    /// The Guance credential of the configuration.
    pub(super) fn credential(&self) -> Secret {
        Secret::new(format!("key{}{}", self.key, self.site))
    }

    /// The keys that belong to the configured credentials.
    pub(super) fn seal_keys(&self) -> SealKeys {
        SealKeys::default().followed_by(&SealKey::derive(&self.credential()))
    }

    pub(super) fn has_moved(&self) -> bool {
        self.bot + self.key > 0
    }

    pub(super) fn register(&self) -> Option<(String, Option<SealKey>)> {
        self.registers.get(&self.bot()).cloned()
    }

    pub(super) fn set_register(&mut self, counter: &str, key: Option<&SealKey>) {
        self.registers.insert(self.bot(), (counter.to_owned(), key.cloned()));
    }

    fn seals(&mut self, keys: &SealKeys) {
        if let Some(key) = keys.first()
            && !self.sealed.contains(key)
        {
            self.sealed.push(key.clone());
        }
    }

    /// Returns true when everything that guajira ever wrote is recognised by a state with these keys, after these changes.
    fn holds(&self, moves: u32, rotates: u32, state: &SealKeys) -> bool {
        let kept = self.registers.get(&format!("bot{}", self.bot + moves)).and_then(|(_, key)| key.clone());
        let configured = SealKey::derive(&Secret::new(format!("key{}{}", self.key + rotates, self.site)));
        self.former
            || self
                .sealed
                .iter()
                .all(|key| state.all().contains(key) || kept.as_ref() == Some(key) || configured == *key)
    }

    /// Jira's account is another, if what the old one wrote is recognised then.
    pub(super) fn move_bot(&mut self, state: &SealKeys) -> bool {
        let may = self.holds(1, 0, state);
        self.bot += u32::from(may);
        may
    }

    /// Guance's key is another.
    pub(super) fn rotate(&mut self, state: &SealKeys) -> bool {
        let may = self.holds(0, 1, state);
        self.key += u32::from(may);
        may
    }

    /// Returns true when a state with these keys may take the place of the one at hand.
    pub(super) fn may_go_on_with(&self, state: &SealKeys) -> bool {
        !self.has_moved() || self.holds(0, 0, state)
    }

    /// Returns true for an account that was ours, and of which nobody tells.
    pub(super) fn is_unknown(&self, account: &str) -> bool {
        !self.former && account != self.bot()
    }

    fn is_former(&self, account: &str) -> bool {
        self.seen.contains(account) || self.former && self.bots().contains(account)
    }
}

impl World {
    /// Something is sealed with the first of our keys.
    pub(super) fn seals(&mut self) {
        let keys = self.keys.clone();
        self.accounts.seals(&keys);
    }

    /// Whose account this is on Jira.
    pub(super) fn jira_maker(&self, account: &str) -> Maker {
        match account {
            _ if self.bug == Some(Bug::AuthorOfClaimIgnored) || account == self.accounts.bot() => Maker::Us,
            _ if self.accounts.is_former(account) => Maker::Former,
            _ => Maker::Other,
        }
    }

    /// Until a write was answered, nothing tells which account is ours on Guance.
    pub(super) fn guance_maker(&self, account: &str) -> Maker {
        let known = &self.accounts.known;
        match account {
            // An alert tells of no account that could be believed.
            _ if self.line == lines::alerts() => Maker::Unknown,
            _ if self.bug == Some(Bug::AuthorOfClaimIgnored) || known.contains(account) => Maker::Us,
            _ if self.accounts.is_former(account) => Maker::Former,
            _ if known.is_empty() && !account.starts_with("acnt_") => Maker::Unknown,
            _ => Maker::Other,
        }
    }

    /// What a note says about being our copy, as a careful adapter reads it.
    pub(super) fn claim_of(&self, side: Side, issue: &str, note: &Note) -> Option<Claim> {
        let maker = match side {
            Side::Tracker(_) => self.jira_maker(&note.author.id),
            Side::Source(_) => self.guance_maker(&note.author.id),
        };
        match self.bug {
            Some(Bug::EchoByEqualText) => return gallery::claim_by_text(self, side, note),
            Some(Bug::SealWithoutAuthor) => return gallery::claim_by_anybody(self, side, issue, note, maker),
            Some(Bug::SealWithoutPlace) => return gallery::claim_anywhere(self, side, note, maker),
            Some(Bug::OtherPairBelieved) => {
                if let Some(claim) = gallery::claim_of_another_pair(self, side, issue, note) {
                    return Some(claim);
                }
            }
            Some(Bug::MarkerAnywhereInText) => {
                if let Some(claim) = gallery::claim_in_text(self, side, issue, note, maker) {
                    return Some(claim);
                }
            }
            _ => {}
        }
        self.claim_in(side, issue, note, maker).filter(|_| !self.is_disowned(note))
    }

    /// The same, with the maker and the issue as given.
    pub(super) fn claim_in(&self, side: Side, issue: &str, note: &Note, maker: Maker) -> Option<Claim> {
        self.claim_by(&note.author.id, side, issue, note, maker)
    }

    /// The same, as if this account had written it. On Jira a seal names its author.
    pub(super) fn claim_by(&self, author: &str, side: Side, issue: &str, note: &Note, maker: Maker) -> Option<Claim> {
        let author = if side.is_source() { "" } else { author };
        let place = &comment_place(&IssueId::new(issue), author);
        let aside = note.aside.as_ref().and_then(|mark| {
            let sealed = mark.holds(&self.keys, place);
            Claim::credible(mark.key.clone(), Some(mark.written.clone()), maker, sealed, Witness::Hidden)
        });
        aside.or_else(|| visible_claim(&note.body, side.opposite(), maker, &self.keys, place))
    }

    /// A claim that counts whoever made it.
    pub(super) fn sealed_claim(&self, side: Side, place: &str, note: &Note) -> Option<Claim> {
        self.claim_in(side, place, note, Maker::Other)
    }
}
