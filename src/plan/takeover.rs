//! Which comments of a pair's two threads are another program's copies of one another, by their words alone.
//!
//! Such a copy carries no marker: it says what its original says, perhaps below or behind a line that names the author,
//! was written by an account that is known to copy, and not before its original. Every original has one copy. Where
//! several originals say the same and it cannot be told which of them was copied, nothing is decided.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{Comment, CommentId, Fingerprint, Side};
use crate::text::{Doc, html, wiki};

/// How much earlier than its original a copy may seem to be: two clocks told the times, one of them in whole seconds.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::seconds(60);

/// Longest line before an original's words that may be a program's, in letters and digits.
const LONGEST_PREFIX: usize = 80;

/// How far into a line a sign may end a program's words, in bytes.
const FURTHEST_SIGN: usize = 400;

/// Both threads of a pair, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Threads<'a> {
    /// An end of their line.
    pub line: Side,
    /// Comments of the Jira issue.
    pub jira: &'a [Comment],
    /// Replies of the Guance issue.
    pub guance: &'a [Comment],
    /// How far Jira's clock is ahead of Guance's.
    pub jira_ahead: TimeDelta,
}

/// A comment and its copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The side that the original is on.
    pub origin: Side,
    /// The original.
    pub original: CommentId,
    /// Its copy on the other side.
    pub copy: CommentId,
    /// The account that wrote the copy.
    pub author: String,
    /// Fingerprint of what the original says.
    pub content: Fingerprint,
}

/// What two threads hold of copies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Originals and their copies.
    pub copied: Vec<Copied>,
    /// Copies of which it cannot be told whose they are, or that say again what another copy says. Their words are on the
    /// other side already.
    pub doubtful: Vec<(Side, CommentId)>,
}

/// Finds originals and their copies.
///
/// `open` tells of which comments it is not known yet whose copies they are, or that they have one; `copies` who is known
/// to write copies.
pub fn find(threads: &Threads<'_>, open: &dyn Fn(&Comment) -> bool, copies: &dyn Fn(&Comment) -> bool) -> Found {
    let mut found = Found::default();
    let mut used: HashSet<(Side, CommentId)> = HashSet::new();
    for origin in threads.line.both() {
        let (from, to) = match origin {
            Side::Tracker(_) => (threads.jira, threads.guance),
            Side::Source(_) => (threads.guance, threads.jira),
        };
        let is_free = |comment: &&Comment| {
            let id = (comment.side, comment.id.clone());
            comment.claim.is_none() && !comment.by_monitor && !used.contains(&id) && open(comment)
        };
        // On Guance, what such an account wrote is a copy; on Jira, the same account may be a person's too.
        let may_be_original = |comment: &&Comment| !origin.is_source() || !copies(comment);
        let words = |comment| Words::of(comment, threads.jira_ahead);
        let originals: Vec<Words<'_>> = from.iter().filter(is_free).filter(may_be_original).map(words).collect();
        let written: Vec<Words<'_>> = to.iter().filter(is_free).filter(|comment| copies(comment)).map(words).collect();
        let pairs = pair(&originals, &written, &mut found.doubtful);
        for (original, copy) in pairs {
            used.insert((original.side, original.id.clone()));
            used.insert((copy.side, copy.id.clone()));
            found.copied.push(Copied {
                origin,
                original: original.id.clone(),
                copy: copy.id.clone(),
                author: copy.author.id.clone(),
                content: original.fingerprint(),
            });
        }
    }
    found
}

/// A comment and the forms in which its words may come over.
struct Words<'a> {
    comment: &'a Comment,
    /// Its letters and digits, in each of the forms.
    forms: Vec<String>,
    /// Those behind its first line, or behind the first line's colon, with what stands before.
    rests: Vec<(String, String)>,
    /// When it was written, by Guance's clock.
    at: DateTime<Utc>,
}

impl<'a> Words<'a> {
    fn of(comment: &'a Comment, jira_ahead: TimeDelta) -> Self {
        let plain = comment.body.plain_text();
        let mut forms = vec![skeleton(&plain)];
        // Programs bring texts over as they are: wiki markup into replies, HTML into comments.
        let mut add = |form: String| {
            if !forms.contains(&form) {
                forms.push(form);
            }
        };
        match comment.side {
            Side::Tracker(_) => {
                let markup = wiki::write(&comment.body, usize::MAX, "");
                add(skeleton(&markup));
                add(skeleton(&wiki::read(&markup).plain_text()));
            }
            Side::Source(_) => add(skeleton(&wiki::read(&plain).plain_text())),
        }
        if html::looks_like_html(&plain) {
            add(skeleton(&html::read(&plain).plain_text()));
        }
        let rests = rests(&comment.body, &plain);
        let ahead = if comment.side.is_source() { TimeDelta::zero() } else { jira_ahead };
        Self { comment, forms, rests, at: comment.created - ahead }
    }

    fn is_after(&self, original: &Self) -> bool {
        self.at + CLOCKS_DIFFER >= original.at
    }

    /// Returns true when this says what the original says, word for word.
    fn repeats(&self, original: &Self) -> bool {
        self.forms.iter().any(|form| original.forms.contains(form))
    }

    /// Returns true when this says it behind a line that names the original's author, or its service.
    fn quotes(&self, original: &Self) -> bool {
        self.rests.iter().any(|(before, rest)| {
            original.forms.contains(rest) && before.chars().count() <= LONGEST_PREFIX && names(before, original.comment)
        })
    }
}

/// Returns the letters and digits of a text: markup is none, and services write blanks and signs as they like. A text
/// without any is taken as it is.
fn skeleton(text: &str) -> String {
    let bare: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if bare.is_empty() { text.chars().filter(|c| !c.is_whitespace()).collect() } else { bare }
}

/// Returns what may stand below or behind a program's line, and that line.
fn rests(body: &Doc, plain: &str) -> Vec<(String, String)> {
    let mut rests = Vec::new();
    let mut split = |before: &str, rest: &str| {
        if !rest.trim().is_empty() {
            rests.push((skeleton(before), skeleton(rest)));
        }
    };
    if let Some((line, rest)) = plain.trim_start().split_once('\n') {
        split(line, rest);
    }
    let line = plain.trim_start();
    for (at, sign) in line.char_indices().take_while(|(at, c)| *c != '\n' && *at <= FURTHEST_SIGN) {
        if matches!(sign, ':' | '：' | ']' | '】' | '>')
            && let (Some(before), Some(rest)) = (line.get(..at), line.get(at + sign.len_utf8()..))
        {
            split(before, rest);
        }
    }
    if body.blocks.len() > 1 && html::looks_like_html(plain) {
        let inner = html::read(plain).plain_text();
        if let Some((line, rest)) = inner.trim_start().split_once('\n') {
            split(line, rest);
        }
    }
    rests
}

/// Returns true when a line names a comment's author, or the service that it was written on.
fn names(line: &str, original: &Comment) -> bool {
    let author = &original.author;
    let known = [author.name.as_str(), author.id.as_str(), author.email.as_deref().unwrap_or_default()];
    let services = match original.side {
        Side::Tracker(_) => ["jira"].as_slice(),
        Side::Source(_) => ["guance", "观测云", "truewatch"].as_slice(),
    };
    let mut words = known.into_iter().map(skeleton).filter(|word| !word.is_empty());
    words.any(|word| line.contains(&word)) || services.iter().any(|service| line.contains(service))
}

/// Pairs copies with originals: those with the same words first, then those behind a line of the program's.
fn pair<'a>(
    originals: &[Words<'a>],
    copies: &[Words<'a>],
    doubtful: &mut Vec<(Side, CommentId)>,
) -> Vec<(&'a Comment, &'a Comment)> {
    let mut pairs = Vec::new();
    let mut taken = (HashSet::new(), HashSet::new());
    for fits in [Words::repeats, Words::quotes] {
        // Copies that fit the same originals are told apart by their order alone.
        let mut groups: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for (n, copy) in copies.iter().enumerate().filter(|(n, _)| !taken.1.contains(n)) {
            let fitting =
                |(m, original): (usize, &Words<'a>)| (!taken.0.contains(&m) && fits(copy, original)).then_some(m);
            let fitting: Vec<usize> = originals.iter().enumerate().filter_map(fitting).collect();
            if !fitting.is_empty() {
                groups.entry(fitting).or_default().push(n);
            }
        }
        for (of, by) in groups {
            for (m, n) in in_order(originals, copies, &of, &by, &taken.0, &mut taken.1, doubtful) {
                taken.0.insert(m);
                taken.1.insert(n);
                if let (Some(original), Some(copy)) = (originals.get(m), copies.get(n)) {
                    pairs.push((original.comment, copy.comment));
                }
            }
        }
    }
    pairs
}

/// Pairs the copies of a group in the order of their times, as far as it can be told which original each is of.
fn in_order(
    originals: &[Words<'_>],
    copies: &[Words<'_>],
    of: &[usize],
    by: &[usize],
    taken: &HashSet<usize>,
    settled: &mut HashSet<usize>,
    doubtful: &mut Vec<(Side, CommentId)>,
) -> Vec<(usize, usize)> {
    let is_after = |n: usize, m: usize| {
        copies.get(n).zip(originals.get(m)).is_some_and(|(copy, original)| copy.is_after(original))
    };
    let mut left: Vec<usize> = of.iter().copied().filter(|m| !taken.contains(m)).collect();
    let mut pairs = Vec::new();
    for (nth, &n) in by.iter().enumerate() {
        let rest = by.get(nth..).unwrap_or_default();
        let before: Vec<usize> = left.iter().copied().filter(|m| is_after(n, *m)).collect();
        match before.as_slice() {
            // Nobody had said it yet: words of its own.
            [] if pairs.is_empty() && !left.is_empty() => {}
            // Said again, without another original.
            [] => {
                settled.insert(n);
                doubtful.extend(copies.get(n).map(|copy| (copy.comment.side, copy.comment.id.clone())));
            }
            [one] => {
                left.retain(|m| m != one);
                pairs.push((*one, n));
            }
            _ if rest.len() == left.len() && rest.iter().zip(&left).all(|(n, m)| is_after(*n, *m)) => {
                pairs.extend(left.iter().copied().zip(rest.iter().copied()));
                break;
            }
            _ => {
                settled.extend(rest);
                let all = rest.iter().filter_map(|n| copies.get(*n));
                doubtful.extend(all.map(|copy| (copy.comment.side, copy.comment.id.clone())));
                break;
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::{Person, fixtures};
    use crate::text::markdown;

    fn said(side: Side, id: &str, author: &str, second: i64, text: &str) -> Comment {
        let at = fixtures::at(100_000 + second);
        let body = match side {
            Side::Tracker(_) => wiki::read(text),
            Side::Source(_) if html::looks_like_html(text) => html::read(text),
            Side::Source(_) => markdown::read(text),
        };
        Comment {
            author: Person { id: author.to_owned(), name: author.to_owned(), email: None },
            body,
            created: at,
            updated: at,
            ..fixtures::comment(side, id)
        }
    }

    fn jira(id: &str, author: &str, second: i64, text: &str) -> Comment {
        said(Side::JIRA, id, author, second, text)
    }

    fn guance(id: &str, author: &str, second: i64, text: &str) -> Comment {
        said(Side::GUANCE, id, author, second, text)
    }

    /// What is found where `bot` and `wsak_1` copy: `original>copy`, and what is doubtful.
    fn found(jira: &[Comment], guance: &[Comment]) -> (Vec<String>, Vec<String>) {
        let threads = Threads { line: Side::GUANCE, jira, guance, jira_ahead: TimeDelta::zero() };
        let found = find(&threads, &|_| true, &|comment| ["bot", "wsak_1"].contains(&comment.author.id.as_str()));
        let mut pairs: Vec<String> = found.copied.iter().map(|one| format!("{}>{}", one.original, one.copy)).collect();
        pairs.sort();
        (pairs, found.doubtful.iter().map(|(_, id)| id.to_string()).collect())
    }

    fn check(jira: &[Comment], guance: &[Comment], pairs: &[&str], doubtful: &[&str]) {
        let (got, unsure) = found(jira, guance);
        assert_eq!(
            (got, unsure),
            (pairs.iter().map(|s| (*s).to_owned()).collect(), doubtful.iter().map(|s| (*s).to_owned()).collect())
        );
    }

    #[test]
    fn the_raw_markup_of_a_comment_is_its_copy() {
        for text in [
            "plain words, 中文",
            "*bold* and _it_, [a link|https://x.example/a_b]",
            "h2. Title\n\n* one\n* two\n\n{code:java}\nint x = 1;\n{code}",
            "[~bob] look at {{this}}",
            "[~bob] *see* [the disk|https://x.example/d_1]\n\n{code}\nrm -rf /tmp/x\n{code}",
            "{color:#ff0000}red{color} {quote}what you said{quote}",
            "||a||b||\n|1|2|",
            "+1 👍",
            "👍",
        ] {
            check(&[jira("1", "alice", 0, text)], &[guance("r1", "wsak_1", 40, text)], &["1>r1"], &[]);
        }
    }

    #[test]
    fn the_raw_html_of_a_reply_is_its_copy() {
        let html = "<p>looking at it <b>now</b>&nbsp;&amp; later</p>";
        check(&[jira("1", "bot", 40, html)], &[guance("r1", "acnt_1", 0, html)], &["r1>1"], &[]);
    }

    #[test]
    fn a_line_that_names_the_author_or_the_service_may_stand_before() {
        for line in ["alice:\n", "alice: ", "[Jira] alice：", "【Jira】", "Comment by alice\n", "From Jira:\n\n"] {
            let text = format!("{line}it is the disk");
            check(&[jira("1", "alice", 0, "it is the disk")], &[guance("r1", "wsak_1", 40, &text)], &["1>r1"], &[]);
        }
        for line in ["bob: ", "not so: ", "and so\n"] {
            let text = format!("{line}it is the disk");
            check(&[jira("1", "alice", 0, "it is the disk")], &[guance("r1", "wsak_1", 40, &text)], &[], &[]);
        }
    }

    #[test]
    fn what_others_wrote_or_what_was_there_before_is_no_copy() {
        let original = [jira("1", "alice", 0, "done")];
        check(&original, &[guance("r1", "acnt_1", 40, "done")], &[], &[]);
        check(&original, &[guance("r1", "wsak_2", 40, "done")], &[], &[]);
        check(&original, &[guance("r1", "wsak_1", -120, "done")], &[], &[]);
        check(&original, &[guance("r1", "wsak_1", 40, "done!"), guance("r2", "wsak_1", 41, "undone")], &["1>r1"], &[]);
    }

    #[test]
    fn the_same_words_are_paired_in_order_or_not_at_all() {
        let twice = [jira("1", "alice", 0, "ok"), jira("2", "bob", 300, "ok")];
        let reply = |id: &str, at: i64| guance(id, "wsak_1", at, "ok");
        check(&twice, &[reply("r1", 50), reply("r2", 350)], &["1>r1", "2>r2"], &[]);
        check(&twice, &[reply("r1", 350), reply("r2", 360)], &["1>r1", "2>r2"], &[]);
        check(&twice, &[reply("r1", 50)], &["1>r1"], &[]);
        check(&twice, &[reply("r1", 350)], &[], &["r1"]);
        check(&twice[..1], &[reply("r1", 50), reply("r2", 70)], &["1>r1"], &["r2"]);
    }

    #[test]
    fn a_comment_is_part_of_one_pair_only() {
        // A reply was copied to Jira, and that copy back to Guance.
        let (on_jira, on_guance) =
            ([jira("1", "bot", 60, "seen")], [guance("r1", "acnt_1", 0, "seen"), guance("r2", "wsak_1", 120, "seen")]);
        check(&on_jira, &on_guance, &["r1>1"], &[]);
    }
}
