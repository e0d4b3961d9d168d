//! Jira as the engine reads it: what a careful adapter makes of the simulated site.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use guajira::domain::{Comment, CommentId, IssueId, Maker, Person, SealKey, Side};
use guajira::ports::{
    Abilities, About, ApiError, ApiErrorKind, Archive, Batch, Creates, Directory, FOR_EVER, FORMER_ACCOUNTS, Facts,
    Identity, Presence, Register, Registry, Remote, Span, Standing, Threads, Unreadable, seal_keys,
};
use guajira::state::State;

use super::faithful::{self, Request};
use super::fields;
use super::gallery::{self, Bug};
use super::history::Setup;
use super::isolated;
use super::jira::IssueState;
use super::lines;
use super::passage::{Passage, send, story};
use super::rng::mix;
use super::routes;
use super::world::{Killed, World, time};

/// Search answers come in pages of at most this many issues.
const PAGE: usize = 2;

/// Some pages are short, and none the last for that.
pub(super) fn page_size(setup: &Setup, page: u64) -> usize {
    if setup.pages.large {
        return 100;
    }
    if mix(setup.seed, 900 + page).is_multiple_of(4) { 1 } else { PAGE }
}

/// Jira as the engine sees it.
pub(super) struct SimJira<'w>(pub(super) &'w RefCell<World>, pub(super) &'w dyn Facts, pub(super) Post<'w>);

/// What an adapter knows of its line, and of the other lines of this run.
pub(super) struct Post<'w> {
    pub(super) about: About,
    pub(super) shared: Option<&'w Shared>,
    /// Where alarms are piped in, whichever line is at work.
    pub(super) inbox: Option<&'w State>,
}

/// What earlier lines of this run were shown: from when on, the ids that were asked for besides, the rows, and the clock then.
#[derive(Debug, Default)]
pub(super) struct Shared(RefCell<Vec<Shown>>);

type Shown = (DateTime<Utc>, Vec<IssueId>, Vec<Rc<IssueState>>, DateTime<Utc>);

impl Shared {
    /// Returns the rows that serve this span too. The true adapter asks again where the spans differ; a wider answer is more
    /// often old than its own is.
    fn recall(&self, span: &Span) -> Option<(Vec<Rc<IssueState>>, DateTime<Utc>)> {
        let all = self.0.borrow();
        let serves = |shown: &&Shown| shown.0 <= span.from && span.strays.iter().all(|id| shown.1.contains(id));
        let (.., rows, clock) = all.iter().find(serves).filter(|_| span.until.is_none() && !span.ours_only)?;
        let within = rows.iter().filter(|state| time(state.updated) >= span.from);
        Some((within.map(Rc::clone).collect(), *clock))
    }

    fn keep(&self, span: &Span, rows: Vec<Rc<IssueState>>, clock: DateTime<Utc>) {
        if span.until.is_none() && !span.ours_only {
            self.0.borrow_mut().push((span.from, span.strays.clone(), rows, clock));
        }
    }
}

impl SimJira<'_> {
    pub(super) fn read(&self, what: &str) -> Result<Passage, ApiError> {
        if let Some(inbox) = self.2.inbox
            && let Err(error) = lines::alarms::take(self.0, inbox)
        {
            self.0.borrow_mut().blame(format!("failed: an alarm was not accepted: {error}"));
        }
        let seen = self.1.recall(FORMER_ACCOUNTS, FOR_EVER).unwrap_or_default();
        {
            let w = &mut *self.0.borrow_mut();
            w.keys = seal_keys(self.1);
            w.accounts.seen = seen.split_whitespace().map(str::to_owned).collect();
        }
        let passage = send(self.0, Side::JIRA, what, false)?;
        if passage == Passage::DieAfter {
            std::panic::panic_any(Killed);
        }
        Ok(passage)
    }

    /// A careful adapter asks who it is before it believes that nothing is there.
    pub(super) fn somebody(&self) -> Result<(), ApiError> {
        if self.0.borrow().anonymous {
            return Err(ApiError::new(Side::JIRA, ApiErrorKind::Unauthorized, "we are nobody"));
        }
        Ok(())
    }

    fn hits(&self, span: &Span) -> Vec<Rc<IssueState>> {
        let w = self.0.borrow();
        if w.anonymous {
            return Vec::new();
        }
        let shift = if w.bug == Some(Bug::LocalDates) { 8 * 3_600_000 } else { 0 };
        let from = span.from.timestamp_millis() + shift;
        let after = |updated: i64| match w.bug {
            Some(Bug::MinutesAsText) => minute_text(updated) >= minute_text(from),
            _ => updated >= from,
        };
        let before = |updated: i64| span.until.is_none_or(|until| updated < until.timestamp_millis());
        let mut hits: Vec<_> = w
            .jira
            .issues
            .iter()
            .filter_map(|issue| w.indexed(issue))
            .filter(|state| {
                let asked = if span.ours_only {
                    matches!(w.jira_maker(&state.author.id), Maker::Us | Maker::Former)
                } else {
                    routes::is_routed(&w.setup, state.project) || span.strays.iter().any(|id| id.as_str() == state.id)
                };
                !state.deleted && asked && after(state.updated) && before(state.updated)
            })
            .collect();
        // As the search asks for them: should the credential die on the way, what is missing is the latest.
        hits.sort_by_key(|state| (state.updated, mix(w.setup.seed, state.updated.unsigned_abs())));
        hits
    }
}

impl Remote for SimJira<'_> {
    fn about(&self) -> &About {
        &self.2.about
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities {
            threads: Some(self),
            writes: Some(self),
            creates: Some(self),
            files: Some(self),
            people: Some(self),
            archive: Some(self),
            tickets: Some(self),
            register: self.can_keep_a_register().then_some(self),
            ..Abilities::default()
        }
    }

    fn identify(&self) -> Result<Identity, ApiError> {
        self.read("who am I")?;
        self.somebody()?;
        let w = self.0.borrow();
        let clock = Some(time(w.jira_now()));
        let account = w.accounts.bot();
        Ok(Identity { account, name: "guajira".into(), clock, service: "the one Jira".into() })
    }

    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        let mut pages: BTreeMap<String, Rc<IssueState>> = BTreeMap::new();
        let mut unreadable = Vec::new();
        let told = self.2.shared.and_then(|shared| shared.recall(span));
        let clock = told.as_ref().map_or_else(|| time(self.0.borrow().jira_now()), |(_, clock)| *clock);
        let known = told.is_some();
        pages.extend(told.into_iter().flat_map(|(rows, _)| rows).map(|state| (state.id.clone(), state)));
        for page in 0_u64.. {
            if known {
                break;
            }
            let passage = self.read(&format!("search from {} page {page}", span.from))?;
            // Asked anew for each page: the set moves while it is walked, and the token keeps its place by id.
            let hits = self.hits(span);
            let (known, mut fresh): (Vec<_>, Vec<_>) = hits.iter().partition(|state| pages.contains_key(&state.id));
            let is_last = fresh.len() <= page_size(&self.0.borrow().setup, page);
            fresh.truncate(page_size(&self.0.borrow().setup, page));
            if passage == Passage::Unreadable
                && let Some(state) = fresh.first()
            {
                unreadable.push(Unreadable { issue: Some(IssueId::new(&state.id)), why: "odd record".into() });
            }
            // A record of an earlier page may come once more.
            pages.extend(fresh.iter().chain(known.first()).map(|state| (state.id.clone(), Rc::clone(state))));
            let w = self.0.borrow();
            // Some servers say "last" too early; only a missing token means the end.
            let says_last = mix(w.setup.seed, page).is_multiple_of(3);
            let stop = match w.bug {
                Some(Bug::FirstPageOnly) => true,
                Some(Bug::IsLastTrusted) => says_last,
                _ => false,
            };
            if stop || is_last {
                break;
            }
        }
        if let Some(shared) = self.2.shared.filter(|_| !known && unreadable.is_empty()) {
            shared.keep(span, pages.values().map(Rc::clone).collect(), clock);
        }
        let w = &mut *self.0.borrow_mut();
        let odd =
            |state: &IssueState| unreadable.iter().any(|u| u.issue.as_ref().is_some_and(|i| i.as_str() == state.id));
        let inline = Some(w.setup.inline_comments);
        let read: Vec<_> = pages.values().filter(|state| !odd(state)).collect();
        let batch = Batch {
            lost: Vec::new(),
            archived: Vec::new(),
            issues: read.iter().map(|state| w.jira_issue(state, inline, true)).collect(),
            watermark: read.iter().map(|state| time(state.updated)).max(),
            unreadable,
            clock: Some(if self.2.shared.is_some() { clock } else { time(w.jira_now()) }),
            services: Vec::new(),
            read_to: None,
            handed_over: Vec::new(),
        };
        w.showed(&batch);
        fields::jira_listed(w, &batch.issues);
        w.note(|| format!("     -> {}", story(&batch)));
        Ok(batch)
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        let mut batch = Batch::default();
        for chunk in ids.chunks(100) {
            let passage = self.read(&format!("fetch {} by id", chunk.len()))?;
            let w = self.0.borrow();
            if w.anonymous {
                continue;
            }
            let states = chunk.iter().filter_map(|id| w.jira.place(id.as_str())).map(|at| &w.jira.issues[at].now);
            let mut read: Vec<_> = states.map(|s| w.jira_issue(s, Some(w.setup.inline_comments), false)).collect();
            drop(w);
            if passage == Passage::Unreadable {
                let odd = read.pop().map(|issue| issue.id);
                batch.unreadable.push(Unreadable { issue: odd, why: "odd record".into() });
            }
            let w = &mut *self.0.borrow_mut();
            for issue in &read {
                let at = w.jira.place(issue.id.as_str()).unwrap_or_default();
                fields::jira_was_read(&mut w.jira.issues[at], w.now);
                fields::compared(w, at);
            }
            batch.issues.extend(read);
        }
        batch.watermark = batch.issues.iter().map(|issue| issue.updated).max();
        batch.clock = Some(time(self.0.borrow().jira_now()));
        Ok(batch)
    }

    fn forget(&self) {}

    fn issue_url(&self, name: &str) -> String {
        format!("https://jira.test/browse/{name}")
    }
}

impl SimJira<'_> {
    /// Where no counter can be kept there is no such ability in half of the worlds, and no permission in the others.
    fn can_keep_a_register(&self) -> bool {
        let setup = &self.0.borrow().setup;
        setup.register || mix(setup.seed, 0x4e6).is_multiple_of(2)
    }
}

impl Threads for SimJira<'_> {
    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        self.read(&format!("thread of {issue}"))?;
        let pair = isolated::lane_of(&self.0.borrow(), issue);
        faithful::read(self.0, Side::JIRA, Request::Thread, pair.as_deref(), "")?;
        let w = self.0.borrow();
        let Some(at) = w.jira.place(issue.as_str()).filter(|_| !w.anonymous) else { return Ok(None) };
        let state = &w.jira.issues[at].now;
        let shown = state.notes.iter().filter(|n| !n.deleted && !gallery::is_cut(&w, n));
        let thread: Vec<_> = shown.map(|n| w.jira_comment(state, n)).collect();
        drop(w);
        self.0.borrow_mut().shown_thread(&thread);
        Ok(Some(thread))
    }

    fn presence(&self, _issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        let mut found = Vec::new();
        for comment in comments {
            self.read(&format!("comment {comment}"))?;
            let w = self.0.borrow();
            let place = w.jira.find_note(comment.as_str()).filter(|_| !w.anonymous);
            let is_there = place.is_some_and(|(at, n)| !w.jira.issues[at].now.notes[n].deleted);
            let careless = w.bug == Some(Bug::ListingIsProof);
            found.push(if is_there && !careless { Presence::There } else { Presence::Gone });
        }
        if found.contains(&Presence::Gone) {
            self.identify()?;
        }
        Ok(found)
    }
}

impl Creates for SimJira<'_> {
    fn creates_at_once(&self) -> usize {
        self.pace().at_once(super::pace::TIME_OUT)
    }

    fn create_takes(&self) -> Duration {
        if self.0.borrow().bug == Some(Bug::BulkDustOnly) { Duration::ZERO } else { self.pace().takes() }
    }
}

impl Directory for SimJira<'_> {
    fn person(&self, who: &Person) -> Result<Option<Person>, ApiError> {
        self.read(&format!("look for {}", who.name))?;
        Ok(fields::find(Side::JIRA, who))
    }
}

impl Archive for SimJira<'_> {
    fn standing(&self, issues: &[IssueId]) -> Result<Vec<Standing>, ApiError> {
        let batch = self.issues(issues)?;
        let is_there = |id: &IssueId| {
            let odd = batch.unreadable.iter().any(|record| record.issue.as_ref() == Some(id));
            odd || batch.issues.iter().any(|issue| issue.id == *id)
        };
        Ok(issues.iter().map(|id| if is_there(id) { Standing::Open } else { Standing::Missing }).collect())
    }

    fn project_standing(&self, _project: &str) -> Result<Standing, ApiError> {
        Ok(Standing::Open)
    }
}

impl Registry for SimJira<'_> {
    fn read_register(&self) -> Result<Register, ApiError> {
        if !self.0.borrow().setup.register {
            return Ok(Register::NotKept);
        }
        self.read("register")?;
        let kept = self.0.borrow().accounts.register();
        Ok(kept.map_or(Register::Empty, |(counter, key)| Register::Value { counter, key }))
    }

    fn write_register(&self, counter: &str, key: Option<&SealKey>) -> Result<(), ApiError> {
        if !self.0.borrow().setup.register {
            return Err(ApiError::new(Side::JIRA, ApiErrorKind::Refused, "403 no permission"));
        }
        let passage = send(self.0, Side::JIRA, &format!("write register {counter}"), true)?;
        let w = &mut *self.0.borrow_mut();
        w.accounts.set_register(counter, key);
        match passage {
            Passage::DieAfter => std::panic::panic_any(Killed),
            Passage::AnswerLost | Passage::Stalled => {
                Err(ApiError::new(Side::JIRA, ApiErrorKind::InDoubt, "no answer"))
            }
            _ => Ok(()),
        }
    }
}

/// A minute as careless code writes it: "10:7", which sorts after "10:12".
fn minute_text(ms: i64) -> String {
    time(ms).format("%Y-%m-%d %-H:%-M").to_string()
}
