//! Sites that take less than usual: shorter texts, and a Jira that stores no characters of four bytes. The simulated
//! adapters give way as the true ones do (`jira::limits`), with their writers and readers, so that what lands, and is read
//! later, is what the engine would meet.

use guajira::domain::{Action, Change, Push, Side};
use guajira::ports::{ApiError, ApiErrorKind, FOR_EVER};
use guajira::text::{Block, Doc, Inline, adf, html, wiki};
use serde_json::Value;

use super::fields::FieldDeed;
use super::gallery::Bug;
use super::history::{Deed, Event, Setup, What};
use super::jira_remote::SimJira;
use super::passage::{Passage, send};
use super::rng::{Rng, mix};
use super::world::{Killed, Note, World};

/// Fact: what this Jira was found not to take.
const KNOWN: &str = "sim.takes";

/// Longest title, in UTF-16 units.
const TITLE: usize = 255;

/// Begins the paragraph that says where the rest of a text is.
const TAIL: &str = "… (cut";

/// Room for what guajira puts around an original's words.
const AROUND: usize = 700;

/// What a Jira does with a text that has a character of four bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wide {
    Stored,
    Refused,
    /// 500, and nothing is written.
    Fails,
}

/// What the services take of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TextSetup {
    /// Most characters of a text on Jira; 0: whatever is written.
    pub(super) jira: usize,
    /// Jira counts what its document format takes, not wiki markup.
    pub(super) cloud: bool,
    /// Most bytes of a reply on Guance; 0: whatever is written.
    pub(super) guance: usize,
    pub(super) wide: Wide,
}

impl TextSetup {
    pub(super) const USUAL: Self = Self { jira: 0, cloud: false, guance: 0, wide: Wide::Stored };

    /// Every sixth world or so takes less. Luck of its own, so that the rest of a history does not depend on it.
    pub(super) fn draw(seed: u64) -> Self {
        let rng = &mut Rng::new(mix(seed, 0x7197_7e81));
        if !rng.chance(16) {
            return Self::USUAL;
        }
        let cloud = rng.chance(50);
        let jira = rng.pick(&[0, 1200, 1200, 2000]) * if cloud { 2 } else { 1 };
        let guance = rng.pick(&[0, 1500, 2500]);
        Self { jira, cloud, guance, wide: rng.pick(&[Wide::Stored, Wide::Refused, Wide::Fails]) }
    }

    pub(super) fn tight(self) -> bool {
        self != Self::USUAL
    }

    /// Returns what a person writes, who means this: longer now and then, or with characters of four bytes. Nobody writes
    /// on a site what that does not take.
    pub(super) fn say(self, side: Side, words: &str, uid: u32) -> String {
        let rng = &mut Rng::new(mix(0x5a1d_4e75, u64::from(uid)));
        if !self.tight() {
            return words.to_owned();
        }
        let wide = rng.chance(40) && (side.is_source() || self.wide == Wide::Stored);
        let mut said = words.to_owned();
        if wide {
            said.push_str(" 🔥 𠮷野家");
        }
        let count = match rng.below(100) {
            0..50 => return said,
            50..70 => rng.below(20),
            _ => 60 + rng.below(300),
        };
        // On Jira a text and what stands around it stay below what it takes.
        let most =
            if !side.is_source() && self.jira > 0 { self.jira / if self.cloud { 3 } else { 1 } - 60 } else { 4000 };
        for n in 0..count {
            let more = format!("{}word {n}{}", if n % 12 == 11 { "\n\n" } else { " " }, if wide { " 👍" } else { "" });
            if said.len() + more.len() > most {
                break;
            }
            said.push_str(&more);
        }
        said
    }

    /// Returns a title that a person gives on Guance: some are too long for Jira. What it says comes first, and last.
    pub(super) fn title(self, words: &str, token: &str, uid: u32) -> String {
        let rng = &mut Rng::new(mix(0x7171_e000, u64::from(uid)));
        let more = match rng.below(100) {
            _ if !self.tight() => return format!("{words} {token}"),
            0..50 => return format!("{words} {token}"),
            50..65 => "🔥".to_owned(),
            65..80 => "🔥".repeat(110 + rng.below(80) as usize),
            _ => "very full ".repeat(22 + rng.below(20) as usize),
        };
        format!("{words} {token} {more} {token}")
    }

    /// Returns what a text reads on a side, once it was written there. `rest` is where the whole of it is.
    pub(super) fn kept(self, side: Side, body: &Doc, rest: &str) -> Doc {
        let less = |limit: usize, usual: usize| if limit == 0 { usual } else { limit - limit / 40 };
        match side {
            _ if !self.tight() => body.clone(),
            Side::Source(_) => {
                html::read(&html::write(body, if self.guance == 0 { 65_535 } else { self.guance }, rest))
            }
            Side::Tracker(_) if self.cloud => {
                let written = adf::write(body, less(self.jira, 30_000), rest).to_string();
                adf::read(&serde_json::from_str(&self.stored(&written)).unwrap_or(Value::Null))
            }
            Side::Tracker(_) => wiki::read(&self.stored(&wiki::write(body, less(self.jira, 32_000), rest))),
        }
    }

    /// Returns what a title reads on Jira: one line, cut where it is too long.
    pub(super) fn kept_title(self, title: &str) -> String {
        let line = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if !self.tight() {
            return title.to_owned();
        }
        if line.encode_utf16().count() <= TITLE {
            return self.stored(&line);
        }
        let mut left = TITLE - 1;
        let fits = |c: &char| {
            let rest = left.checked_sub(c.len_utf16());
            left = rest.unwrap_or_default();
            rest.is_some()
        };
        let head: String = line.chars().take_while(fits).collect();
        self.stored(&format!("{head}…"))
    }

    /// Returns a text as this Jira stores it.
    fn stored(self, text: &str) -> String {
        match self.wide {
            Wide::Stored => text.to_owned(),
            Wide::Refused | Wide::Fails => text.replace(|c| c > '\u{ffff}', "\u{fffd}"),
        }
    }

    /// Returns how a write is too much for this Jira: its text is too long, it has characters that are not stored.
    fn too_much(self, push: &Push) -> (bool, bool) {
        let is_wide = |text: &str| text.chars().any(|c| c > '\u{ffff}');
        let (title, body) = match &push.action {
            Action::CreateIssue(new) => (Some(&new.title), Some(&new.body)),
            Action::ChangeIssue { change: Change::Title(title), .. } | Action::LinkIssue { title, .. } => {
                (Some(title), None)
            }
            Action::ChangeIssue { change: Change::Body { body, .. }, .. }
            | Action::AddComment { body, .. }
            | Action::EditComment { body, .. } => (None, Some(body)),
            _ => (None, None),
        };
        let long = body.filter(|_| self.jira > 0).is_some_and(|body| {
            let size = if self.cloud {
                adf::write(body, 30_000, "").to_string().chars().count()
            } else {
                wiki::write(body, 32_000, "").encode_utf16().count()
            };
            size > self.jira
        });
        let wide = title.is_some_and(|title| is_wide(title)) || body.is_some_and(|body| is_wide(&body.canonical()));
        (long, wide && self.wide != Wide::Stored)
    }

    /// Says what is wrong with a text that arrived: all of it must, as far as the site takes it.
    pub(super) fn falls_short(self, side: Side, original: &Doc, copy: &Doc) -> Option<String> {
        // What people format, quote and show reads otherwise there.
        let plain = |block: &Block| match block {
            Block::Paragraph { content } => {
                content.iter().all(|one| matches!(one, Inline::Text { marks, .. } if marks.is_empty()))
            }
            _ => false,
        };
        if !original.blocks.iter().all(plain) {
            return None;
        }
        let dense = |doc: &Doc| doc.plain_text().split_whitespace().collect::<String>();
        let (said, read) = (dense(original), dense(copy));
        let said = if side.is_source() { said } else { self.stored(&said) };
        let limit = match side {
            Side::Source(_) => self.guance,
            Side::Tracker(_) => self.jira,
        };
        // Around the words stands what the format needs, a blank for every few of them included, and before them who wrote
        // them: a name may be long, and look like a link.
        let name = copy.blocks.first().map_or(0, |line| dense(&Doc { blocks: vec![line.clone()] }).len());
        let fits = limit == 0 || said.len() * 2 + name * 4 + AROUND < limit;
        let wanted = if fits { said } else { said.chars().take(limit / 8).collect() };
        (!read.contains(&wanted)).then(|| format!("wanted {wanted}, read {read}"))
    }
}

/// Texts that people change where they may have arrived cut.
pub(super) fn also(setup: &Setup, uid: u32) -> Option<Event> {
    let rng = &mut Rng::new(mix(setup.seed ^ 0x7e87_a150, u64::from(uid)));
    if !setup.texts.tight() || !rng.chance(20) {
        return None;
    }
    let deed = match rng.below(6) {
        0 | 1 => Deed::Field(FieldDeed::Describe),
        2 => Deed::EditGuanceIssue,
        3 => Deed::EditReply,
        4 => Deed::EditComment,
        _ => Deed::Reply,
    };
    let event = |what| Event { uid: 60_000 + uid, after_s: 1 + uid % 40, what };
    Some(event(What::Person(deed, rng.below(1000))))
}

/// Returns where the whole of a text is that a write brings.
pub(super) fn rest_of(push: &Push) -> &str {
    match &push.action {
        Action::CreateIssue(new) => &new.origin_url,
        Action::ContinueIssue(continued) => &continued.new.origin_url,
        Action::AddComment { origin_url, .. }
        | Action::EditComment { origin_url, .. }
        | Action::AddFile { origin_url, .. }
        | Action::ChangeIssue { change: Change::Body { origin_url, .. }, .. } => origin_url,
        Action::DeleteComment { .. }
        | Action::LinkIssue { .. }
        | Action::ChangeIssue { .. }
        | Action::JoinIssue { .. } => "",
    }
}

/// Returns true for a text that ends with where the rest of it is.
pub(super) fn is_cut(body: &Doc) -> bool {
    matches!(body.blocks.last(), Some(Block::Paragraph { content })
        if matches!(content.first(), Some(Inline::Text { text, .. }) if text.starts_with(TAIL)))
}

impl SimJira<'_> {
    /// Gives way where Jira takes less than what was sent: it is sent once more. A Jira that fails on a character leaves
    /// the write in doubt, and tells in the answer to another request what it was.
    pub(super) fn give_way(&self, pushes: &[Push], passage: Passage) -> Result<Passage, ApiError> {
        let setup = self.0.borrow().setup.texts;
        if !setup.tight() {
            return Ok(passage);
        }
        let known = self.1.recall(KNOWN, FOR_EVER).unwrap_or_default();
        let too_much: Vec<(bool, bool)> = pushes.iter().map(|push| setup.too_much(push)).collect();
        let long = too_much.iter().any(|(long, _)| *long) && !known.contains("long");
        let wide = too_much.iter().any(|(_, wide)| *wide) && !known.contains("wide");
        let failed = || Err(ApiError::new(Side::JIRA, ApiErrorKind::InDoubt, "500 on these words"));
        if !long && !wide {
            return Ok(passage);
        }
        match passage {
            Passage::DieAfter => std::panic::panic_any(Killed),
            // Refused, and nobody hears it.
            Passage::AnswerLost | Passage::Stalled => return failed(),
            _ => {}
        }
        let learnt = format!("{known}{}{}", if long { " long" } else { "" }, if wide { " wide" } else { "" });
        if wide && setup.wide == Wide::Fails {
            self.0.borrow_mut().troubled = true;
            if send(self.0, Side::JIRA, "try characters", true).is_ok_and(|passage| passage == Passage::Clear) {
                self.1.remember(KNOWN, &format!("{known} wide"));
            }
            return failed();
        }
        let passage = send(self.0, Side::JIRA, "write it once more, and less of it", true)?;
        self.1.remember(KNOWN, &learnt);
        Ok(passage)
    }
}

impl World {
    /// Returns what a text reads once it was written.
    pub(super) fn kept(&self, side: Side, body: &Doc, rest: &str) -> Doc {
        self.setup.texts.kept(side, body, rest)
    }

    /// A careless adapter takes for its own only what reads as it was sent.
    pub(super) fn is_disowned(&self, note: &Note) -> bool {
        self.bug == Some(Bug::CutCopyNotKnown) && note.born.is_some() && is_cut(&note.body)
    }
}
