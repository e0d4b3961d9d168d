//! The same problem again: which ticket an item continues, or is counted in, instead of getting one of its own.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{
    Action, CommentId, Continued, Fingerprint, IssueId, IssueLink, Joined, Key, NewIssue, Push, Reuse, Side,
    StatusCategory, Ticket,
};
use crate::render;
use crate::text::{Block, Doc, Inline};
use crate::words::{Summary, Voice, Written};

/// What becomes of an item, by the tickets of its problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice<'t> {
    /// It continues this ticket.
    GoesOn(&'t Ticket),
    /// It is counted in this ticket, which is open and another item's.
    Joins(&'t Ticket),
    /// It gets a ticket of its own.
    Own,
}

/// Returns what becomes of an item, at this time of Jira's clock. It continues a ticket that says so itself already; else it is
/// counted in one that is open; else it continues the one of those that were resolved lately that was resolved last.
pub fn choose<'t>(item: &Key, new: &NewIssue, tickets: &'t [Ticket], now: DateTime<Utc>) -> Choice<'t> {
    let Some(reuse) = new.reuse.as_ref() else { return Choice::Own };
    let age = |ticket: &&Ticket| (ticket.id.as_str().len(), ticket.id.clone());
    let allowed = || tickets.iter().filter(|ticket| may_go_on(ticket, reuse, new));
    let open = || allowed().filter(|ticket| ticket.status.category != StatusCategory::Done);
    let resolved = || allowed().filter(|ticket| is_resolved_lately(ticket, reuse, now));
    // Wherever it was moved to since.
    let is_passed = |ticket: &&Ticket| reuse.passed.contains(&ticket.id);
    if let Some(ticket) = tickets.iter().find(|ticket| ticket.is_of(item) && !is_passed(ticket)) {
        Choice::GoesOn(ticket)
    } else if let Some(ticket) = open().max_by_key(age) {
        Choice::Joins(ticket)
    } else {
        resolved().max_by_key(|ticket| (ticket.resolved, age(ticket))).map_or(Choice::Own, Choice::GoesOn)
    }
}

fn may_go_on(ticket: &Ticket, reuse: &Reuse, new: &NewIssue) -> bool {
    let is_there = ticket.name.rsplit_once('-').is_some_and(|(project, _)| project == new.project);
    // Who may see the old ticket may see what is said of the new item.
    let is_as_closed = ticket.secured || new.security.is_none();
    is_there && is_as_closed && !ticket.archived && !reuse.passed.contains(&ticket.id)
}

fn is_resolved_lately(ticket: &Ticket, reuse: &Reuse, now: DateTime<Utc>) -> bool {
    let within = i64::try_from(reuse.within).ok().and_then(TimeDelta::try_seconds).unwrap_or(TimeDelta::MAX);
    let is_named = |word: &String| ticket.resolution.iter().any(|name| name.to_lowercase() == word.to_lowercase());
    ticket.status.category == StatusCategory::Done
        && now.signed_duration_since(ticket.resolved) <= within
        && !reuse.unless_resolution.iter().any(is_named)
}

/// Returns the write that continues a ticket in the place of `create`.
pub fn push(create: Push, ticket: &Ticket, before: Option<IssueId>) -> Push {
    let Action::CreateIssue(new) = create.action else { return create };
    let summary = Summary::Continued { title: new.title.clone(), name: ticket.name.clone() }.to_string();
    let continued = Continued {
        issue: ticket.id.clone(),
        name: ticket.name.clone(),
        creator: ticket.creator.clone(),
        before,
        since: ticket.updated,
        new,
        was_open: ticket.status.category != StatusCategory::Done,
    };
    Push { summary, action: Action::ContinueIssue(Box::new(continued)), ..create }
}

/// Returns the create in the place of a write that continues a ticket, which Jira did not let us do.
pub fn create_after_all(push: Push) -> Push {
    let Action::ContinueIssue(continued) = push.action else { return push };
    let Continued { issue, new, .. } = *continued;
    let summary = Summary::Issue { title: new.title.clone(), project: new.project.clone() }.to_string();
    passing(Push { summary, action: Action::CreateIssue(new), ..push }, issue)
}

/// Returns the create of an item that this ticket is not for.
pub fn passing(mut create: Push, ticket: IssueId) -> Push {
    if let Action::CreateIssue(new) = &mut create.action
        && let Some(reuse) = &mut new.reuse
    {
        reuse.passed.push(ticket);
    }
    create
}

/// Returns the comment that tells the ticket of the item that it goes on with.
pub fn notice(push: &Push, continued: &Continued, name: &str, voice: Voice) -> Push {
    let Continued { issue, new, .. } = continued;
    let id = CommentId::notice(&[push.pair.as_str(), "continues", issue.as_str()]);
    // Always the same: what is recognised after a lost state is the same notice.
    let content = Fingerprint::of(&["continues", push.pair.as_str(), issue.as_str()]);
    let what = if continued.was_open { Written::GoesOn } else { Written::Again };
    let mut blocks = vec![Block::paragraph(&voice.say(what))];
    if !new.title.is_empty() {
        blocks.push(Block::paragraph(&new.title));
    }
    // The first line leads to the item.
    blocks.extend(render::without_link_back(new.body.clone()).blocks);
    let body: Doc = render::notice(&new.origin_url, &id, blocks, &content, voice);
    let origin_url = new.origin_url.clone();
    Push {
        key: Key::comment(push.target.source(), &id),
        pair: push.pair.clone(),
        target: push.target,
        action: Action::AddComment { issue: issue.clone(), body, origin_url, internal: true },
        content,
        summary: Summary::Again { name: name.to_owned() }.to_string(),
        seal: None,
    }
}

/// Returns what stands in a dry run in the place of a create whose item would be counted in this ticket.
pub fn foreseen(create: Push, ticket: &Ticket) -> Push {
    let Action::CreateIssue(new) = &create.action else { return create };
    let (title, name) = (new.title.clone(), ticket.name.clone());
    let items = vec![Joined::new(create.key.clone())];
    let summary = Summary::Joined { title, name: name.clone() }.to_string();
    Push { summary, action: Action::JoinIssue { issue: ticket.id.clone(), name, items }, ..create }
}

/// Returns the write that names, in the ticket of `pair`, the items that are counted in it.
pub fn join(pair: &IssueLink, items: Vec<Joined>, tracker: Side) -> Push {
    let names: Vec<&str> = items.iter().map(|item| item.key.as_str()).collect();
    let content = Fingerprint::of(&names);
    let name = pair.jira_name.clone();
    Push {
        key: Key::issue(tracker.source(), &pair.guance).edit(&content),
        pair: pair.guance.clone(),
        target: tracker,
        content,
        summary: Summary::JoinedItems { name: name.clone() }.to_string(),
        action: Action::JoinIssue { issue: pair.jira.clone(), name, items },
        seal: None,
    }
}

/// The items that are counted in a ticket.
#[derive(Clone, Copy, Debug)]
pub struct Counted<'a> {
    /// How many of them are open.
    pub open: u64,
    /// The last of these: its id, its title and its address.
    pub last: Option<(&'a IssueId, &'a str, &'a str)>,
}

/// Returns the id of the one comment that counts, in the ticket of `pair`, other items with the same problem.
pub fn counted_id(pair: &IssueLink) -> CommentId {
    CommentId::notice(&[pair.guance.as_str(), "joined", pair.jira.as_str()])
}

/// Returns the comment that counts, in a ticket, other items with the same problem. `copy`: the comment, where it is there.
/// `url`: the address of the ticket's own item.
pub fn counted(
    pair: &IssueLink,
    counted: Counted<'_>,
    copy: Option<&CommentId>,
    (tracker, url): (Side, &str),
    voice: Voice,
) -> Push {
    let id = counted_id(pair);
    let last = counted.last.map(|(id, ..)| id.as_str()).unwrap_or_default();
    let content = Fingerprint::of(&["joined", &counted.open.to_string(), last]);
    let mut line = vec![Inline::text(voice.say(Written::Joined { count: counted.open }))];
    if let Some((id, title, address)) = counted.last {
        line.push(Inline::link(if title.is_empty() { id.as_str() } else { title }, address));
    }
    let body = render::notice(url, &id, vec![Block::Paragraph { content: line }], &content, voice);
    let (issue, origin_url, internal) = (pair.jira.clone(), url.to_owned(), true);
    let key = Key::comment(tracker.source(), &id);
    let (key, action) = match copy {
        None => (key, Action::AddComment { issue, body, origin_url, internal }),
        Some(copy) => {
            let edit = Action::EditComment { issue, comment: copy.clone(), body, origin_url, internal };
            (key.edit(&content), edit)
        }
    };
    let summary = Summary::Joins { name: pair.jira_name.clone() }.to_string();
    Push { key, pair: pair.guance.clone(), target: tracker, action, content, summary, seal: None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::*;
    use crate::domain::{Claim, Kin, Maker, Side, Status, StatusTarget, fixtures};

    const HOUR: u64 = 3600;

    fn key() -> Key {
        Key::issue(Side::GUANCE, &IssueId::new("issue_b"))
    }

    fn new() -> NewIssue {
        let status =
            StatusTarget { names: Vec::new(), category: StatusCategory::Todo, resolution: None, fields: Vec::new() };
        let reuse = Reuse {
            key: Fingerprint::of(&["disk"]),
            within: HOUR,
            unless_resolution: vec!["won't do".into()],
            status,
            passed: vec![IssueId::new("10009")],
        };
        NewIssue {
            project: "OPS".into(),
            title: "disk full".into(),
            reuse: Some(Box::new(reuse)),
            ..NewIssue::default()
        }
    }

    /// A ticket that was resolved so many minutes before the hour is over.
    fn ticket(id: &str, minutes: i64) -> Ticket {
        let category = StatusCategory::Done;
        Ticket {
            id: IssueId::new(id),
            name: format!("OPS-{id}"),
            creator: "bot".into(),
            status: Status { id: "3".into(), name: "Done".into(), category, also: Vec::new() },
            resolution: vec!["1".into(), "Done".into()],
            resolved: fixtures::at(60 * minutes),
            updated: fixtures::at(60 * minutes),
            secured: false,
            archived: false,
            claim: None,
            kin: None,
        }
    }

    fn chosen(tickets: &[Ticket]) -> Option<String> {
        chosen_for(&new(), tickets)
    }

    fn chosen_for(new: &NewIssue, tickets: &[Ticket]) -> Option<String> {
        match choose(&key(), new, tickets, fixtures::at(HOUR.cast_signed() + 60 * 5)) {
            Choice::GoesOn(ticket) => Some(ticket.id.to_string()),
            Choice::Joins(ticket) => Some(format!("in {}", ticket.id)),
            Choice::Own => None,
        }
    }

    #[test]
    fn the_ticket_that_was_resolved_last_goes_on() {
        assert_eq!(chosen(&[ticket("10001", 10), ticket("10003", 30), ticket("10002", 20)]).as_deref(), Some("10003"));
        assert_eq!(chosen(&[ticket("10001", 5)]).as_deref(), Some("10001"), "to the second");
        assert_eq!(chosen(&[ticket("10001", 4)]), None, "that is too long ago");
        assert_eq!(chosen_for(&NewIssue { reuse: None, ..new() }, &[ticket("10001", 10)]), None);
    }

    #[test]
    fn some_tickets_are_left_alone() {
        let open = |ticket: Ticket| {
            let status = Status { category: StatusCategory::InProgress, ..ticket.status.clone() };
            Ticket { status, ..ticket }
        };
        let one = || ticket("10001", 30);
        for (why, ticket) in [
            ("it is open, and was moved", Ticket { name: "DEV-1".into(), ..open(one()) }),
            ("it was resolved so", Ticket { resolution: vec!["7".into(), "Won't Do".into()], ..one() }),
            ("it was moved", Ticket { name: "DEV-1".into(), ..one() }),
            ("it is archived", Ticket { archived: true, ..one() }),
            ("Jira did not let us", ticket("10009", 30)),
        ] {
            assert_eq!(chosen(&[ticket]), None, "{why}");
        }
        assert_eq!(chosen(&[ticket("10003", 30), open(one())]).as_deref(), Some("in 10001"), "an open one goes first");
        let secret = NewIssue { security: Some("Staff".into()), ..new() };
        assert_eq!(chosen_for(&secret, &[one()]), None, "more people may see it");
        assert_eq!(chosen_for(&secret, &[Ticket { secured: true, ..one() }]).as_deref(), Some("10001"));
    }

    #[test]
    fn what_was_begun_is_gone_on_with() {
        let claim = Claim { key: key(), proven: true, written: None, maker: Maker::Us, sealed: true };
        let kin = Kin {
            reuse: Fingerprint::of(&["disk"]),
            earlier: Vec::new(),
            joined: Vec::new(),
            since: None,
            opening: true,
            creator: String::new(),
        };
        let mut begun = Ticket { claim: Some(claim), kin: Some(kin), ..ticket("10001", 1) };
        begun.status.category = StatusCategory::Todo;
        assert_eq!(chosen(&[ticket("10002", 50), begun]).as_deref(), Some("10001"));
    }

    #[test]
    fn a_ticket_that_could_not_be_continued_is_passed_over_from_then_on() {
        let create = Push {
            key: key(),
            pair: IssueId::new("issue_b"),
            target: Side::JIRA,
            content: Fingerprint::of(&["x"]),
            summary: String::new(),
            action: Action::CreateIssue(new()),
            seal: None,
        };
        let going_on = push(create.clone(), &ticket("10001", 30), Some(IssueId::new("issue_a")));
        let Action::ContinueIssue(continued) = &going_on.action else { panic!("{going_on:?}") };
        assert_eq!((continued.issue.as_str(), continued.since), ("10001", fixtures::at(1800)));
        let notice = notice(&going_on, continued, "OPS-1", Voice::default());
        assert!(notice.key.is_about_notice());
        let after = create_after_all(going_on);
        let Action::CreateIssue(new) = &after.action else { panic!("{after:?}") };
        let passed: Vec<&str> = new.reuse.as_ref().unwrap().passed.iter().map(IssueId::as_str).collect();
        assert_eq!((after.key, passed), (create.key, vec!["10009", "10001"]));
    }
}
