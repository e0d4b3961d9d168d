//! Pure conversion between Guance's rows and the domain.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::claim;
use super::claim::Authors;
use super::settings::ReplyFormat;
use super::statuses::STATUSES;
use super::wire::{CreatorInfo, IssueRow, Named, ReplyRow};
use crate::domain::{
    Channel, Comment, CommentId, Detail, Issue, IssueId, Level, Person, Push, ServiceName, Side, SourceDetail, Status,
    StatusCategory, Visibility,
};
use crate::text::{Block, Doc, Inline, Mark, Rest, html, markdown, plain};
use crate::words::GuanceFault;

/// Longest reply, in bytes.
///
/// Source: Guance Open API, `POST /api/v1/issue/reply/create`, `content` (`$maxCustomLength: 65535`). The page does not
/// say bytes or characters; a limit in bytes holds for both.
pub(super) const MAX_REPLY_BYTES: usize = 65_535;

/// For which line rows are read, and where people see what they tell of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'p> {
    /// The line.
    pub(super) line: ServiceName,
    /// The address of the console, without a slash at its end.
    pub(super) console_url: &'p str,
}

/// Returns an issue.
///
/// # Errors
/// When the row does not say when the issue was opened: no window could hold it.
pub(super) fn issue(row: IssueRow, level: Option<Level>, at: Place<'_>) -> Result<Issue, String> {
    let Some(created) = row.create_at else { return Err(GuanceFault::NoCreateTime.into()) };
    let url = issue_url(at.console_url, &row.workspace, row.uuid.as_str());
    let author = person(row.creator, row.creator_info, &row.extend);
    let updated_by = person(row.updator, row.updator_info, &Value::Null);
    let detail = SourceDetail {
        level,
        resource: row.resource,
        resource_type: row.resource_type,
        resource_id: row.resource_uuid,
        channels: channels(row.bind_channels, &row.extend),
        tags: Vec::new(),
        on_call: Vec::new(),
        extend: row.extend.clone(),
        updated_by,
    };
    Ok(Issue {
        line: at.line,
        id: IssueId::new(row.uuid.as_str()),
        name: row.uuid.as_str().to_owned(),
        url,
        title: row.name,
        body: body(&row.description, &row.extend),
        status: status(&row.status_type),
        assignees: managers(&row.extend).map(bare).collect(),
        author,
        created,
        updated: row.update_at.unwrap_or(created),
        claim: None,
        thread: None,
        detail: Detail::Source(detail),
    })
}

/// Returns the channels that a row tells of: in a list only those that people named.
pub(super) fn channels(bound: Option<Vec<Named>>, extend: &Value) -> Vec<Channel> {
    let of = |one: Named| Channel { id: one.uuid.as_str().to_owned(), name: one.name };
    let named = || {
        let ids = extend.get("channels").and_then(Value::as_array).into_iter().flatten();
        let ids = ids.filter_map(|one| one.get("uuid")?.as_str());
        ids.map(|id| Channel { id: id.to_owned(), name: String::new() }).collect()
    };
    bound.map_or_else(named, |bound| bound.into_iter().map(of).collect())
}

/// Returns a reply as a comment of `issue`.
///
/// # Errors
/// When the row carries no time at all.
pub(super) fn comment(
    row: ReplyRow,
    attached: &[Value],
    issue: &IssueId,
    at: Place<'_>,
    authors: &Authors,
) -> Result<Comment, String> {
    let latest = row.update_at.max(row.modified_at);
    let Some(created) = row.create_at.or(latest) else { return Err(GuanceFault::NoCreateTime.into()) };
    let by_monitor = by_monitor(&row);
    let mut body = body(&row.content, &row.extend);
    let claim = authors.claim(&row.creator, &row.extend, &body, issue);
    body.blocks.extend(attached.iter().filter_map(attachment));
    Ok(Comment {
        side: Side::Source(at.line),
        id: CommentId::new(row.uuid.as_str()),
        issue: issue.clone(),
        url: issue_url(at.console_url, &row.workspace, issue.as_str()),
        claim,
        author: person(row.creator, row.creator_info, &row.extend),
        body,
        created,
        updated: latest.unwrap_or(created),
        visibility: Visibility::Public,
        by_monitor,
    })
}

/// Returns true for what a monitor or the discovery of issues appends to an open issue.
///
/// How those rows look is not documented. What people and programs write is: a row of type `reply`, by an account or a
/// key. So a row of another type is the system's, and so is a reply by somebody who is neither and has no address.
fn by_monitor(row: &ReplyRow) -> bool {
    let people = ["acnt_", "wsak_"].iter().any(|prefix| row.creator.starts_with(prefix));
    let system = !row.creator.is_empty() && !people && !row.creator_info.email.contains('@');
    if row.kind.is_empty() { system } else { system || row.kind != "reply" }
}

/// Returns the body of a request that writes a reply: `reply/create`, and `reply/{uuid}/modify`.
///
/// Source: Guance Open API, both pages: `issueUUID`, `content`, `extend` (required).
pub(super) fn reply_request<'r>(
    format: ReplyFormat,
    issue: &IssueId,
    body: &Doc,
    rest: impl Into<Rest<'r>>,
    push: &Push,
) -> Value {
    let rest = rest.into();
    let text = match format {
        ReplyFormat::Html => html::write(body, MAX_REPLY_BYTES, rest),
        ReplyFormat::Markdown => markdown::write(body, MAX_REPLY_BYTES, rest),
        ReplyFormat::Text => plain::write(body, MAX_REPLY_BYTES, rest),
    };
    let mut extend = claim::extend(push);
    if let Some(name) = author_of(body) {
        // Source: both pages, `extend.extra.creator` and `extend.extra.updator`: names to show instead of the key's.
        let person = json!({ "name": name });
        extend.insert("extra".to_owned(), json!({"creator": person, "updator": person}));
    }
    let members: Vec<Value> =
        body.pings().into_iter().map(|id| json!({"type": "@", "uuid": id, "exists": true})).collect();
    if !members.is_empty() {
        // Source: both pages, `extend.members`: by it a mention takes effect, whatever the text says.
        extend.insert("members".to_owned(), members.into());
    }
    json!({"issueUUID": issue.as_str(), "content": text, "extend": extend})
}

/// Returns the original's author as the copy's first line names them: in bold, before anything else.
fn author_of(body: &Doc) -> Option<&str> {
    let Some(Block::Paragraph { content }) = body.blocks.first() else { return None };
    match content.first() {
        Some(Inline::Text { text, marks }) if marks.contains(&Mark::Strong) => Some(text.trim()),
        _ => None,
    }
    .filter(|name| !name.is_empty() && *name != "?")
}

/// Returns the address at which people see an issue in the console.
///
/// Source: `view_isuue_url` in the example of `POST /api/v1/issue/add`.
pub(super) fn issue_url(console_url: &str, workspace: &str, issue: &str) -> String {
    let plain = |id: &str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let workspace = if plain(workspace) && !workspace.is_empty() { format!("&w={workspace}") } else { String::new() };
    format!(
        "{console_url}/exceptions/exceptionsTracking?leftActiveKey=ExceptionsTracking&activeName=ExceptionsTracking\
         {workspace}&sourceType=exceptions_tracing&__docid={issue}"
    )
}

/// Returns the highest time of the field that the cursor is about: when an issue was opened.
pub(super) fn watermark(issues: &[Issue]) -> Option<DateTime<Utc>> {
    issues.iter().map(|issue| issue.created).max()
}

/// The editor keeps HTML, a monitor writes Markdown, a program what it likes; `extend.text` is a rendering of it.
pub(super) fn body(content: &str, extend: &Value) -> Doc {
    if content.trim().is_empty() {
        return Doc::from_plain(extend.get("text").and_then(Value::as_str).unwrap_or_default());
    }
    if html::looks_like_html(content) { html::read(content) } else { markdown::read(content) }
}

/// Names an attached file. The published examples show no element of the list; issues have `fileName`.
fn attachment(row: &Value) -> Option<Block> {
    let name = ["fileName", "name"].iter().find_map(|key| row.get(key)?.as_str()).filter(|name| !name.is_empty())?;
    Some(Block::Paragraph { content: vec![Inline::text(format!("📎 {name}"))] })
}

/// Returns what Guance calls a status; one that is not documented means that there is something to do.
fn status(status_type: &str) -> Status {
    let known = STATUSES.of(status_type).map(|known| (known.name, known.category));
    let (name, category) = known.unwrap_or((status_type, StatusCategory::Todo));
    Status { id: status_type.to_owned(), name: name.to_owned(), category, also: Vec::new() }
}

/// Returns the entries of `extend.manager`: accounts, teams (`group_…`) and bare e-mail addresses.
///
/// Source: Guance Open API, `POST /api/v1/issue/add`, `extend.manager`.
pub(super) fn managers(extend: &Value) -> impl Iterator<Item = &str> {
    let list = extend.get("manager").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).filter(|who| !who.is_empty())
}

/// Returns a manager as far as its entry tells.
pub(super) fn bare(who: &str) -> Person {
    let email = who.contains('@').then(|| who.to_owned());
    Person { id: who.to_owned(), name: email.clone().unwrap_or_default(), email }
}

/// Returns who is behind an id.
pub(super) fn person(id: String, info: CreatorInfo, extend: &Value) -> Person {
    // A program may tell for whom it wrote; for a person's own writing the account is the truth.
    let told = |key: &str| {
        let extra = extend.get("extra")?.get("creator")?.get(key)?.as_str()?.trim();
        (!id.starts_with("acnt_") && !extra.is_empty()).then(|| extra.to_owned())
    };
    let CreatorInfo { acnt_ws_nickname, name, username, email } = info;
    let known = [acnt_ws_nickname, name, username].into_iter().find(|name| !name.trim().is_empty());
    let name = told("name").or(known).unwrap_or_default();
    let email = told("email").or(Some(email)).filter(|email| email.contains('@'));
    Person { id, name, email }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn reply(extra: &Value) -> Comment {
        let mut row = json!({"uuid": "repim_1", "type": "reply", "content": "hi", "createAt": 10, "updateAt": 20,
            "creator": "acnt_1", "workspaceUUID": "wksp_1"});
        row.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let row: ReplyRow = serde_json::from_value(row).unwrap();
        let attached = row.attachments_list.clone();
        comment(
            row,
            &attached,
            &IssueId::new("issue_1"),
            Place { line: ServiceName::GUANCE, console_url: "https://c" },
            &Authors::default(),
        )
        .unwrap()
    }

    #[test]
    fn a_person_is_named_as_people_know_them() {
        let info = json!({"acntWsNickname": "", "name": "张三", "username": "zs", "email": "zs@example.com"});
        let extra = json!({"extra": {"creator": {"name": "李四", "email": "ls@example.com"}}});
        for (creator, info, extend, name, email) in [
            ("acnt_1", info.clone(), json!({}), "张三", Some("zs@example.com")),
            ("acnt_1", info.clone(), extra.clone(), "张三", Some("zs@example.com")),
            ("wsak_1", json!({"name": "Jira 系统", "email": "wsak_1"}), json!({}), "Jira 系统", None),
            ("wsak_1", json!({"name": "Jira 系统", "email": "wsak_1"}), extra, "李四", Some("ls@example.com")),
            ("acnt_1", json!({"acntWsNickname": "nick", "name": "n"}), json!({}), "nick", None),
            ("", json!(null), json!(""), "", None),
        ] {
            let author = reply(&json!({"creator": creator, "creatorInfo": info, "extend": extend})).author;
            assert_eq!((author.name.as_str(), author.email.as_deref()), (name, email), "{creator}");
        }
    }

    #[test]
    fn a_monitor_is_told_from_people_and_programs_in_every_plausible_form() {
        for (kind, creator, email, want) in [
            ("reply", "SYS", "SYS", true),
            ("reply", "rul_1", "", true),
            ("checker", "acnt_1", "zs@example.com", true),
            ("event", "", "", true),
            ("", "SYS", "", true),
            ("reply", "acnt_1", "zs@example.com", false),
            ("reply", "wsak_1", "wsak_1", false),
            ("reply", "", "", false),
            ("", "", "", false),
            ("", "acnt_1", "", false),
            ("reply", "sso_7", "zs@example.com", false),
        ] {
            let row = reply(&json!({"type": kind, "creator": creator, "creatorInfo": {"email": email}}));
            assert_eq!(row.by_monitor, want, "{kind} {creator} {email}");
        }
    }

    #[test]
    fn an_edit_moves_updated_and_never_created() {
        let edited = reply(&json!({"latest_modify_time": 30.5}));
        assert_eq!((edited.created.timestamp(), edited.updated.timestamp()), (10, 30));
        assert_eq!(reply(&json!({"updateAt": -1})).updated.timestamp(), 10);
        assert_eq!(reply(&json!({"createAt": null})).created.timestamp(), 20);
    }

    #[test]
    fn an_attached_file_is_named() {
        let with = reply(&json!({"content": "", "extend": {}, "attachmentsList": [{"fileName": "图.png"}, 7, {}]}));
        assert_eq!(with.body.blocks, vec![Block::Paragraph { content: vec![Inline::text("📎 图.png")] }]);
    }

    #[test]
    fn an_empty_text_falls_back_to_its_rendering() {
        assert_eq!(reply(&json!({"content": "", "extend": {"text": "hello"}})).body, Doc::from_plain("hello"));
    }

    #[test]
    fn a_console_address_names_workspace_and_issue() {
        let want = "https://c/exceptions/exceptionsTracking?leftActiveKey=ExceptionsTracking\
                    &activeName=ExceptionsTracking&w=wksp_1&sourceType=exceptions_tracing&__docid=issue_1";
        assert_eq!(issue_url("https://c", "wksp_1", "issue_1"), want);
        assert!(!issue_url("https://c", "a&b=c", "issue_1").contains("a&b"));
    }

    #[test]
    fn a_status_has_a_name() {
        for (code, name) in [("10", "Open"), ("15", "Working"), ("25", "Closed"), ("30", "Pending"), ("99", "99")] {
            assert_eq!(status(code).name, name);
        }
    }
}
