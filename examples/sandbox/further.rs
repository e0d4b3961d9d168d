//! What the sandbox shows besides Guance's issues: `--with events,incidents,alerts,chat`. Each is a service of its own, a section of
//! `sync.toml`, and a short part of the story.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use guajira::text::html;
use guajira_fakes::alerts::{self, FakeAlerts};
use guajira_fakes::chat::{self, FakeChat};
use guajira_fakes::guance::Check;
use guajira_fakes::jira::Issue;

use crate::page::{self, Arrow, Cell, Ink};
use crate::stage::Stage;
use crate::story::{part, tell_run, wait};
use crate::views;

/// One of the further things to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Further {
    /// Events of Guance's monitors.
    Events,
    /// Incidents of Guance's Incident Center.
    Incidents,
    /// Alerts of JSM Operations.
    Alerts,
    /// A chat room.
    Chat,
}

/// What the configuration calls the source of events.
const ALARMS: &str = "alarms";
/// What it calls the source of incidents.
const INCIDENTS: &str = "incidents";
/// What it calls the source of alerts.
const ON_CALL: &str = "oncall";

/// The variable that holds the token of the source of alerts.
pub(crate) const TOKEN: &str = "JSM_API_TOKEN";
/// The variable that holds the address of the chat room.
pub(crate) const ROOM: &str = "ROOM_URL";

/// Their names on the command line, in the order in which they are shown.
const NAMES: [(&str, Further); 4] = [
    ("events", Further::Events),
    ("incidents", Further::Incidents),
    ("alerts", Further::Alerts),
    ("chat", Further::Chat),
];

/// Reads a list of names, separated by commas.
///
/// # Errors
/// Names what is not known, and what is.
pub(crate) fn read(list: &str) -> Result<Vec<Further>, String> {
    let known = |name: &str| NAMES.iter().find(|(known, _)| *known == name).map(|(_, one)| *one);
    let mut wanted = Vec::new();
    for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let Some(one) = known(name) else {
            let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            return Err(format!("--with does not know {name}; it knows {}", names.join(", ")));
        };
        wanted.push(one);
    }
    if wanted.is_empty() {
        return Err("--with needs one name or several, such as events,chat".to_owned());
    }
    Ok(NAMES.into_iter().map(|(_, one)| one).filter(|one| wanted.contains(one)).collect())
}

/// The services that the further parts need.
#[derive(Default)]
pub(crate) struct Services {
    pub(crate) alerts: Option<FakeAlerts>,
    pub(crate) room: Option<FakeChat>,
}

impl Services {
    /// Starts what is wanted, by the story's clock.
    pub(crate) fn start(with: &[Further], clock: &guajira_fakes::clock::SimClock) -> Self {
        let is_wanted = |one: Further| with.contains(&one);
        let alerts = alerts::Options { clock: clock.clone(), ..alerts::Options::of(alerts::Kind::Jsm) };
        let room = chat::Options { clock: clock.clone(), ..chat::Options::of(chat::Service::Feishu) };
        Self {
            alerts: is_wanted(Further::Alerts).then(|| FakeAlerts::start(alerts)),
            room: is_wanted(Further::Chat).then(|| FakeChat::start(room)),
        }
    }

    /// What they add to `sync.toml`.
    pub(crate) fn config_text(&self, with: &[Further]) -> String {
        let mut text = String::new();
        if with.contains(&Further::Events) {
            text.push_str(EVENTS);
        }
        if with.contains(&Further::Incidents) {
            text.push_str(CENTER);
        }
        if let Some(fake) = &self.alerts {
            let (url, user) = (fake.base_url(), alerts::USER);
            let _ = write!(
                text,
                "{ALERTS_BEGIN}base_url = \"{url}\"\ngateway_url = \"{url}\"\nuser = \"{user}\"\n{ALERTS}"
            );
        }
        if self.room.is_some() {
            text.push_str(NOTIFY);
        }
        text
    }

    /// The variables that `sync.toml` takes secrets from.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        let token = self.alerts.as_ref().map(|_| (TOKEN, alerts::TOKEN.to_owned()));
        token.into_iter().chain(self.room.as_ref().map(|room| (ROOM, room.address()))).collect()
    }

    /// What can be tried by hand with them, for copying.
    pub(crate) fn commands(&self) -> String {
        let set = |(name, value): (&str, String)| format!(" {name}='{value}'");
        let variables: String = self.variables().into_iter().map(set).collect();
        if variables.is_empty() { variables } else { format!("export{variables}\n") }
    }
}

const EVENTS: &str = r#"
[[source]]
name = "alarms"
kind = "guance-events"
service = "guance"

[[source.route]]
project = "OPS"
issue_type = "Bug"
"#;

const CENTER: &str = r#"
[[source]]
name = "incidents"
kind = "guance-incidents"
service = "guance"

[source.flow]
status = "both"

[[source.route]]
project = "OPS"
issue_type = "Bug"
"#;

const ALERTS_BEGIN: &str = "\n[[source]]\nname = \"oncall\"\nkind = \"jsm-alerts\"\n";

const ALERTS: &str = r#"api_key = { env = "JSM_API_TOKEN" }

[source.flow]
status = "both"

[[source.route]]
project = "OPS"
issue_type = "Bug"
"#;

const NOTIFY: &str = r#"
[[notify]]
name = "room"
kind = "feishu"
url = { env = "ROOM_URL" }
on = ["created", "status"]
"#;

/// Tells the further parts; returns whether both sides ended as they must.
pub(crate) fn tell(stage: &Stage, with: &[Further]) -> Result<bool> {
    let mut good = true;
    if with.is_empty() {
        return Ok(good);
    }
    for one in with {
        good &= match one {
            Further::Events => events(stage)?,
            Further::Incidents => incident(stage)?,
            Further::Alerts => alert(stage)?,
            Further::Chat => room(stage)?,
        };
    }
    Ok(good)
}

/// A monitor's event fires, fires again, and recovers.
fn events(stage: &Stage) -> Result<bool> {
    wait(stage, 2);
    part(stage, "a monitor's event fires, fires again, and recovers");
    let check = |level: &'static str| Check {
        monitor: "磁盘使用率",
        tags: &[("host", "db-prod-02")],
        level,
        title: "磁盘使用率 91 %：db-prod-02",
        message: "挂载点 `/data`：**91 %**",
        ..Check::default()
    };
    let known = keys(stage);
    // What a source said before its first run is not carried.
    stage.sync_line(ALARMS)?;
    for level in ["critical", "critical", "ok"] {
        stage.guance.check(&check(level));
        stage.clock.advance(std::time::Duration::from_secs(61));
        tell_run(stage.sync_line(ALARMS)?);
    }
    let issues = new_issues(stage, &known);
    page::heads("Guance's events", "Jira");
    let mut left = Cell::default();
    left.add(Ink::Bold, check("critical").title);
    left.add(Ink::Plain, "critical, again critical, ok");
    show(stage, &left, &issues);
    let done = issues.first().is_some_and(|issue| stage.jira.status_of(&issue.key) == "Done");
    Ok(claim("a round of failure is one issue, which the recovery ends", issues.len() == 1 && done))
}

/// An incident, a comment that goes to it, and its end on Jira.
fn incident(stage: &Stage) -> Result<bool> {
    wait(stage, 1);
    part(stage, "an incident of Guance's Incident Center");
    let known = keys(stage);
    stage.sync_line(INCIDENTS)?;
    let incident = stage.guance.open_incident("购物车错误率上升", "P1");
    stage.clock.advance(std::time::Duration::from_secs(61));
    tell_run(stage.sync_line(INCIDENTS)?);
    let issues = new_issues(stage, &known);
    let key = issues.first().map(|issue| issue.key.clone()).context("the incident did not arrive in Jira")?;
    stage.jira.comment(&key, "mia", "Rolled back.".to_owned());
    stage.jira.transition(&key, "mia", "Done");
    for _ in 0..2 {
        stage.clock.advance(std::time::Duration::from_secs(61));
        tell_run(stage.sync_line(INCIDENTS)?);
    }
    page::heads("Guance's incidents", "Jira");
    let status = stage.guance.incident(&incident).map(|incident| incident.status).unwrap_or_default();
    let told = stage.guance.incident_comments(&incident);
    let mut left = Cell::default();
    left.add(Ink::Bold, "购物车错误率上升");
    left.add(Ink::Dim, &status);
    for comment in &told {
        left.add(Ink::Plain, &page::plain(&html::read(&comment.text)));
    }
    show(stage, &left, &new_issues(stage, &known));
    let is_told = told.iter().filter(|comment| comment.text.contains("Rolled back.")).count() == 1;
    Ok(claim("the comment went there once, and the incident is resolved", is_told && status == "resolved"))
}

/// An alert with a note, and a comment that goes back to it.
fn alert(stage: &Stage) -> Result<bool> {
    let fake = stage.further.alerts.as_ref().context("no source of alerts")?;
    wait(stage, 1);
    part(stage, "an alert of JSM Operations, with a note");
    let known = keys(stage);
    stage.sync_line(ON_CALL)?;
    let alert = fake.fire("db-1", "database is slow");
    fake.note(&alert, "alice@example.com", "looking at it");
    stage.clock.advance(std::time::Duration::from_secs(61));
    tell_run(stage.sync_line(ON_CALL)?);
    let issues = new_issues(stage, &known);
    let key = issues.first().map(|issue| issue.key.clone()).context("the alert did not arrive in Jira")?;
    stage.jira.comment(&key, "mia", "Restarted it.".to_owned());
    stage.clock.advance(std::time::Duration::from_secs(61));
    tell_run(stage.sync_line(ON_CALL)?);
    page::heads("JSM alert", "Jira");
    let mut left = Cell::default();
    left.add(Ink::Bold, "database is slow");
    let notes = fake.notes(&alert);
    for note in &notes {
        // Above its words a copy says who wrote them, and where.
        left.add(Ink::Plain, note.text.rsplit("\n\n").next().unwrap_or_default());
    }
    show(stage, &left, &new_issues(stage, &known));
    let copied = stage.jira.comments(&key).iter().any(|one| one.body.to_string().contains("looking at it"));
    let returned = notes.iter().any(|note| note.text.contains("Restarted it."));
    Ok(claim("the note is a comment, and the comment is a note", issues.len() == 1 && copied && returned))
}

/// A new issue, as a chat room is told of it.
fn room(stage: &Stage) -> Result<bool> {
    let fake = stage.further.room.as_ref().context("no chat room")?;
    wait(stage, 1);
    part(stage, "a chat room is told of a new issue");
    let before = fake.posts().len();
    stage.guance.open_issue("支付网关超时", "<p>p99 6.2 s</p>", "P1", "张三");
    stage.clock.advance(std::time::Duration::from_secs(5));
    tell_run(stage.sync()?);
    page::gap();
    let posts = fake.posts().split_off(before);
    for post in &posts {
        page::paragraph(Ink::Dim, &format!("in the room, {}", post.at.format("%H:%M")));
        page::paragraph(Ink::Plain, &post.text);
    }
    page::gap();
    let tells = posts.iter().filter(|post| post.text.contains("支付网关超时") && post.pings.is_empty()).count();
    Ok(claim("the room was told once, and nobody was pinged", tells == 1))
}

fn keys(stage: &Stage) -> Vec<String> {
    stage.jira.issues().into_iter().map(|issue| issue.key).collect()
}

fn new_issues(stage: &Stage, known: &[String]) -> Vec<Issue> {
    stage.jira.issues().into_iter().filter(|issue| !known.contains(&issue.key)).collect()
}

/// Shows what a source says beside its Jira issues.
fn show(stage: &Stage, left: &Cell, issues: &[Issue]) {
    for issue in issues {
        let mut right = Cell::default();
        right.add(Ink::Bold, &format!("{}  {}", issue.key, issue.summary));
        right.add(Ink::Dim, &stage.jira.status_of(&issue.key));
        for comment in stage.jira.comments(&issue.key) {
            right.add(Ink::Plain, &page::plain(&views::rich(&comment.body)));
        }
        page::row(left, Arrow::Right, &right);
    }
    page::gap();
}

fn claim(what: &str, holds: bool) -> bool {
    let (ink, sign) = if holds { (Ink::Green, "✓") } else { (Ink::Yellow, "✗") };
    page::paragraph(ink, &format!("{sign} {what}"));
    holds
}
