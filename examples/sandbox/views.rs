//! What both services hold, read from the services themselves, and shown side by side.

use anyhow::Result;
use chrono::{DateTime, Utc};
use guajira::text::{Doc, adf, html, markdown, wiki};
use guajira_fakes::jira::Visibility;
use serde_json::Value;

use crate::page::{self, Arrow, Cell, Ink};
use crate::stage::{BOT, Stage};

/// An issue as one side shows it.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    /// The service's own id.
    pub(crate) id: String,
    /// `P0` on Guance, `OPS-1` on Jira.
    pub(crate) name: String,
    /// Title.
    pub(crate) title: String,
    /// Who, how urgent, which labels.
    pub(crate) facts: String,
    /// Labels (Jira).
    pub(crate) labels: Vec<String>,
    /// Description.
    pub(crate) body: Doc,
    /// Thread, oldest first.
    pub(crate) posts: Vec<Post>,
}

/// A comment or reply as one side shows it.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    /// The service's own id.
    pub(crate) id: String,
    /// Who wrote it, as the service shows.
    pub(crate) author: String,
    /// Whether guajira wrote it.
    pub(crate) ours: bool,
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// Whether it was edited.
    pub(crate) edited: bool,
    /// Who alone may see it.
    pub(crate) only_for: Option<String>,
    /// Text.
    pub(crate) body: Doc,
}

impl Post {
    /// Returns true when this is guajira's copy of that post, word for word.
    pub(crate) fn is_copy_of(&self, original: &Self) -> bool {
        let text = page::plain(&self.body);
        let (head, rest) = text.split_once('\n').unwrap_or((&text, ""));
        self.ours && head.contains(&original.author) && rest == page::plain(&original.body)
    }
}

/// Returns all issues of Guance, oldest first.
pub(crate) fn guance(stage: &Stage) -> Vec<Ticket> {
    let fake = &stage.guance;
    let ours = fake.key_uuid(0);
    let post = |reply: guajira_fakes::guance::Reply| Post {
        id: reply.uuid,
        author: fake.name_of(&reply.creator),
        ours: reply.creator == ours,
        at: reply.created,
        edited: reply.modified,
        only_for: None,
        body: html::read(&reply.content),
    };
    let ticket = |issue: guajira_fakes::guance::Issue| {
        let body = &issue.description;
        let source = Some(issue.resource).filter(|source| !source.is_empty());
        Ticket {
            name: issue.level.replace("system_level_", "P"),
            title: issue.name,
            facts: source.unwrap_or_else(|| fake.name_of(&issue.creator)),
            labels: Vec::new(),
            body: if html::looks_like_html(body) { html::read(body) } else { markdown::read(body) },
            posts: fake.replies(&issue.uuid).into_iter().map(post).collect(),
            id: issue.uuid,
        }
    };
    let mut issues = fake.issues();
    issues.sort_by_key(|issue| issue.created);
    issues.into_iter().map(ticket).collect()
}

/// Returns all issues of Jira, oldest first.
pub(crate) fn jira(stage: &Stage) -> Vec<Ticket> {
    let fake = &stage.jira;
    let name_of = |login: &str| {
        let mut name = String::new();
        fake.with_user(login, |user| name.clone_from(&user.display_name));
        name
    };
    let post = |comment: guajira_fakes::jira::Comment| {
        let author = comment.author.unwrap_or_default();
        Post {
            id: comment.id.to_string(),
            author: name_of(&author),
            ours: author == BOT,
            at: comment.created,
            edited: comment.updated > comment.created,
            only_for: comment.visibility.map(|visibility| match visibility {
                Visibility::Role(who) | Visibility::Group(who) => who,
            }),
            body: rich(&comment.body),
        }
    };
    let ticket = |issue: guajira_fakes::jira::Issue| {
        let mut priority = String::from("no priority");
        fake.with_project("OPS", |project| {
            let found = project.priorities.iter().find(|priority| Some(&priority.id) == issue.priority.as_ref());
            priority = found.map_or_else(|| priority.clone(), |found| found.name.clone());
        });
        Ticket {
            id: issue.id.to_string(),
            posts: fake.comments(&issue.key).into_iter().map(post).collect(),
            title: issue.summary,
            facts: priority,
            labels: issue.labels,
            body: rich(&issue.description),
            name: issue.key,
        }
    };
    fake.issues().into_iter().map(ticket).collect()
}

pub(crate) fn rich(text: &Value) -> Doc {
    text.as_str().map_or_else(|| adf::read(text), wiki::read)
}

/// How much of an issue is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Title, facts, description.
    Description,
    /// Title and thread.
    Thread,
}

/// Shows Guance issues beside the Jira issues that carry their label.
pub(crate) fn show(stage: &Stage, issues: &[&str], detail: Detail) -> Result<()> {
    page::heads("Guance", "Jira");
    let (guance, jira) = (guance(stage), jira(stage));
    for left in issues.iter().filter_map(|id| guance.iter().find(|ticket| ticket.id == *id)) {
        let mut copies: Vec<&Ticket> = jira.iter().filter(|ticket| ticket.labels.contains(&left.id)).collect();
        let right = if copies.is_empty() { None } else { Some(copies.remove(0)) };
        pair(stage, left, right, detail)?;
        for twice in copies {
            page::row(&Cell::default(), Arrow::None, &ticket_cell(twice, detail));
        }
        if let (Detail::Thread, Some(right)) = (detail, right) {
            thread(stage, left, right)?;
        }
        page::gap();
    }
    Ok(())
}

fn pair(stage: &Stage, left: &Ticket, right: Option<&Ticket>, detail: Detail) -> Result<()> {
    let Some(right) = right else {
        let mut none = Cell::default();
        let unread = || "not carried: opened before the first run (`guajira sync --since 2d` takes it)".to_owned();
        none.add(Ink::Yellow, &stage.why(&left.id)?.unwrap_or_else(unread));
        page::row(&ticket_cell(left, detail), Arrow::None, &none);
        return Ok(());
    };
    page::row(&ticket_cell(left, detail), Arrow::Right, &ticket_cell(right, detail));
    Ok(())
}

fn ticket_cell(ticket: &Ticket, detail: Detail) -> Cell {
    let mut cell = Cell::default();
    cell.add(Ink::Bold, &format!("{}  {}", ticket.name, ticket.title));
    if detail == Detail::Description {
        cell.add(Ink::Dim, &ticket.facts);
        cell.add(Ink::Plain, &page::plain(&ticket.body));
    }
    cell
}

/// Shows every original beside its copy, in the order of writing.
fn thread(stage: &Stage, left: &Ticket, right: &Ticket) -> Result<()> {
    let mut copies: Vec<&Post> = left.posts.iter().chain(&right.posts).filter(|post| post.ours).collect();
    let mut originals: Vec<(Arrow, &Post)> = Vec::new();
    originals.extend(left.posts.iter().map(|post| (Arrow::Right, post)));
    originals.extend(right.posts.iter().map(|post| (Arrow::Left, post)));
    originals.retain(|(_, post)| !post.ours);
    originals.sort_by_key(|(_, post)| post.at);
    for (arrow, original) in originals {
        let copy = copies.iter().position(|copy| copy.is_copy_of(original)).map(|at| copies.remove(at));
        let (arrow, copy) = match copy {
            Some(copy) => (arrow, post_cell(copy)),
            None => (Arrow::None, stayed(stage, original)?),
        };
        let original_cell = post_cell(original);
        let is_left = left.posts.iter().any(|post| post.id == original.id);
        let (l, r) = if is_left { (original_cell, copy) } else { (copy, original_cell) };
        page::gap();
        page::row(&l, arrow, &r);
    }
    for copy in copies {
        let is_left = left.posts.iter().any(|post| post.id == copy.id);
        let (l, r) = if is_left { (post_cell(copy), Cell::default()) } else { (Cell::default(), post_cell(copy)) };
        page::row(&l, Arrow::None, &r);
    }
    Ok(())
}

fn stayed(stage: &Stage, post: &Post) -> Result<Cell> {
    let mut cell = Cell::default();
    cell.add(Ink::Yellow, &stage.why(&post.id)?.unwrap_or_default());
    Ok(cell)
}

fn post_cell(post: &Post) -> Cell {
    let mut cell = Cell::default();
    let edited = if post.edited { ", edited" } else { "" };
    let only_for = post.only_for.as_ref().map(|who| format!(", only for {who}")).unwrap_or_default();
    let ink = if post.only_for.is_some() { Ink::Yellow } else { Ink::Dim };
    cell.add(ink, &format!("{}, {}{edited}{only_for}", post.author, post.at.format("%H:%M")));
    cell.add(Ink::Plain, &page::plain(&post.body));
    cell
}
