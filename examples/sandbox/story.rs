//! What people do on both sides, and the runs between. Each part ends with what both sides show.

use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::TimeDelta;
use guajira_fakes::jira::{Flavour, Visibility};
use serde_json::{Value, json};

use crate::page::{self, Ink};
use crate::stage::{Ran, Stage};
use crate::views::{self, Detail};

/// What the monitor writes: Markdown.
const DISK: &str = "`db-prod-01` 的磁盘快满了，**40 分钟**后写满。

| 挂载点 | 已用 | 使用率 |
| --- | --- | --- |
| /data | 482 GiB | **96 %** |
| / | 21 GiB | 41 % |
";

/// What a person writes in Guance's editor: HTML.
const SLOW: &str = "<p>发布之后，<code>POST /checkout</code> 变慢：</p>\
    <ul><li>p99 从 310 ms 升到 <strong>4.8 s</strong></li><li>错误率 2.1 %（5xx）</li></ul>\
    <p><span class=\"at-user\">@李雷</span> 请看一下连接池。</p>";

const CERTIFICATE: &str =
    "<p>The certificate of <code>api.example.com</code> was not renewed: two attempts failed.</p>";

const FOUND: &str = "<p>找到了：<b>binlog</b> 没有清理，占了 310 GiB。先这样处理：</p>\
    <ol><li>确认备库已同步</li><li>清理三天前的 binlog</li></ol>\
    <pre><code>PURGE BINARY LOGS TO 'mysql-bin.000310';</code></pre>";

const FREED: &str = "<p>找到了：<b>binlog</b> 没有清理，占了 310 GiB。已清理，使用率降到 <b>34 %</b>。</p>";

/// What only the administrators may read.
pub(crate) const SECRET: &str = "The root password of db-prod-01 was rotated; the new one is in the vault.";

/// The issues and runs of the story, by which its end is judged.
pub(crate) struct Told {
    /// Guance ids of the issues that must be in Jira.
    pub(crate) carried: Vec<String>,
    /// Guance ids of the issues that must not.
    pub(crate) kept: Vec<String>,
    /// The runs: issues arrive, comments travel, edits travel, nothing happens, there is no state file.
    pub(crate) runs: [Ran; 5],
}

/// Tells the story.
pub(crate) fn tell(stage: &Stage) -> Result<Told> {
    let (issues, arrived, talked) = begin(stage)?;
    let [yesterday, disk, slow, certificate, noise] = issues.ids();

    wait(stage, 5);
    part(stage, "李雷 and Mia edit what they wrote");
    issues.edit(stage)?;
    let edited = run(stage)?;
    views::show(stage, &[disk], Detail::Thread)?;

    wait(stage, 1);
    part(stage, "a minute in which nothing happens");
    let idle = run(stage)?;

    wait(stage, 1);
    part(stage, "another machine runs guajira, without the state file");
    say("It finds guajira's writing by the markers in Jira and Guance, and writes nothing again.");
    let rebuilt = tell_run(stage.sync_without_state()?);

    let carried = [disk, slow, certificate].map(str::to_owned).to_vec();
    let kept = [noise, yesterday].map(str::to_owned).to_vec();
    Ok(Told { carried, kept, runs: [arrived, talked, edited, idle, rebuilt] })
}

/// Tells the story as far as the picture of it shows; returns the Guance id of the issue that it shows.
pub(crate) fn tell_beginning(stage: &Stage) -> Result<String> {
    let (issues, _, _) = begin(stage)?;
    Ok(issues.disk)
}

/// Issues arrive, and comments travel.
fn begin(stage: &Stage) -> Result<(Issues, Ran, Ran)> {
    let issues = Issues::open(stage);
    part(stage, "a monitor and three people open issues in Guance");
    say("One is from yesterday, before guajira's first run; one is of a level that sync.toml does not list.");
    let arrived = run(stage)?;
    let [yesterday, disk, slow, certificate, noise] = issues.ids();
    views::show(stage, &[disk, slow, certificate, noise, yesterday], Detail::Description)?;

    wait(stage, 5);
    part(stage, "people talk, on both sides");
    issues.talk(stage)?;
    say("李雷 replies in Guance. Mia comments in Jira, and so does 韩梅梅, for the administrators only.");
    let talked = run(stage)?;
    views::show(stage, &[disk, slow], Detail::Thread)?;
    Ok((issues, arrived, talked))
}

pub(crate) fn part(stage: &Stage, what: &str) {
    page::title(&format!("{}  {what}", stage.clock.now().format("%H:%M")));
}

pub(crate) fn say(what: &str) {
    page::paragraph(Ink::Plain, what);
    page::gap();
}

/// A thread is read again when its five minutes are over, not at the very end of them.
pub(crate) fn wait(stage: &Stage, minutes: u64) {
    stage.clock.advance(Duration::from_secs(60 * minutes + 1));
}

fn run(stage: &Stage) -> Result<Ran> {
    Ok(tell_run(stage.sync()?))
}

pub(crate) fn tell_run(ran: Ran) -> Ran {
    page::paragraph(Ink::Bold, "$ guajira sync");
    page::paragraph(Ink::Plain, &ran.report.summary());
    for (side, failure) in &ran.report.sides_failed {
        page::paragraph(Ink::Yellow, &format!("{side}: {}", failure.message));
    }
    for failure in &ran.report.items_failed {
        page::paragraph(Ink::Yellow, &format!("{}: {}", failure.summary, failure.message));
    }
    let cost = format!("({} requests to Guance, {} to Jira)", ran.guance_requests, ran.jira_requests);
    page::paragraph(Ink::Dim, &cost.replace("(1 requests", "(1 request"));
    ran
}

/// The issues in Guance, by id.
struct Issues {
    yesterday: String,
    disk: String,
    slow: String,
    certificate: String,
    noise: String,
}

impl Issues {
    fn open(stage: &Stage) -> Self {
        let ago = |time: TimeDelta| stage.clock.shift(-time);
        let guance = &stage.guance;
        ago(TimeDelta::hours(26));
        let yesterday = guance.open_issue("[网络] 香港专线丢包 3 %", "<p>已切换到备线。</p>", "P1", "张三");
        ago(-TimeDelta::hours(26));
        ago(TimeDelta::seconds(45));
        let disk = guance.open_issue("磁盘使用率 96 %：db-prod-01", DISK, "P0", "SYS");
        guance.edit_issue(&disk, "SYS", |issue| {
            "监控器：磁盘使用率".clone_into(&mut issue.resource);
            "event".clone_into(&mut issue.resource_type);
        });
        ago(-TimeDelta::seconds(15));
        let slow = guance.open_issue("[APM] checkout 响应变慢", SLOW, "P1", "张三");
        ago(-TimeDelta::seconds(15));
        let certificate = guance.open_issue("TLS certificate expires in 7 days", CERTIFICATE, "P2", "Mia Krystof");
        ago(-TimeDelta::seconds(15));
        let noise = guance.open_issue("测试环境 CPU 偶尔抖动", "<p>不影响生产。</p>", "P3", "李雷");
        Self { yesterday, disk, slow, certificate, noise }
    }

    fn ids(&self) -> [&str; 5] {
        [&self.yesterday, &self.disk, &self.slow, &self.certificate, &self.noise]
    }

    fn talk(&self, stage: &Stage) -> Result<()> {
        let ago = |seconds: i64| stage.clock.shift(TimeDelta::seconds(-seconds));
        let (disk, slow) = (key(stage, &self.disk)?, key(stage, &self.slow)?);
        ago(170);
        stage.guance.reply(&self.disk, "李雷", FOUND);
        ago(-60);
        stage.jira.comment(&disk, "mia", looking(stage.jira.flavour()));
        let admins = Some(Visibility::Role("Administrators".to_owned()));
        stage.jira.comment_for(&disk, "hanmeimei", SECRET, admins);
        ago(-60);
        stage.jira.comment(&slow, "mia", "Pool size was 10 after the release; set back to 50. 谢谢张三！");
        ago(-50);
        Ok(())
    }

    fn edit(&self, stage: &Stage) -> Result<()> {
        let disk = key(stage, &self.disk)?;
        let replies = stage.guance.replies(&self.disk);
        let reply = replies.iter().find(|reply| reply.content.contains("PURGE")).context("李雷's reply is gone")?;
        stage.guance.edit_reply(&reply.uuid, FREED);
        let comments = stage.jira.comments(&disk);
        let hers = comments.iter().find(|comment| comment.author.as_deref() == Some("mia"));
        let text = "Thanks! I added a monitor for old binlogs, closing this today. 🎉";
        stage.jira.edit_comment(hers.context("Mia's comment is gone")?.id, "mia", text);
        Ok(())
    }
}

/// The key of the Jira issue that carries an issue's label.
fn key(stage: &Stage, id: &str) -> Result<String> {
    let found = stage.jira.issues().into_iter().find(|issue| issue.labels.iter().any(|label| label == id));
    found.map(|issue| issue.key).with_context(|| format!("{id} did not arrive in Jira"))
}

/// A comment with a mention, bold text and code, in the form that this Jira keeps.
fn looking(flavour: Flavour) -> Value {
    if flavour == Flavour::Server {
        return json!("[~lilei] great, *go ahead*. I watch {{/data}} meanwhile.");
    }
    let text = |text: &str| json!({"type": "text", "text": text});
    let marked = |text: &str, mark: &str| json!({"type": "text", "text": text, "marks": [{"type": mark}]});
    let mention = json!({"type": "mention", "attrs": {"id": "712020:lilei", "text": "@李雷"}});
    let content = [
        mention,
        text(" great, "),
        marked("go ahead", "strong"),
        text(". I watch "),
        marked("/data", "code"),
        text(" meanwhile."),
    ];
    json!({"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": content}]})
}
