//! The vendor's minute script, as it is published, and what it leaves behind.

use std::time::Duration;

use guajira_fakes::jira::{Draft, Flavour};
use serde_json::Value;

use super::world::{Outcome, World};

/// The script, as it is published: it labels what it makes with the uuid, and copies comments as they are.
pub(super) struct Script<'w> {
    pub(super) world: &'w World,
    /// Its Jira account.
    pub(super) account: &'static str,
    /// Its Guance key, by number.
    pub(super) key: usize,
}

impl Script<'_> {
    pub(super) fn makes_issue(&self, uuid: &str) -> String {
        let original = self.world.guance.issue(uuid).unwrap();
        let mut draft = Draft::new(&original.name);
        draft.description = Value::from(original.description);
        draft.labels = vec![uuid.to_owned()];
        self.world.jira.create_issue("OPS", self.account, draft)
    }

    /// A person comments on Jira, and half a minute later the script brings that over.
    pub(super) fn carries_comment(&self, uuid: &str, key: &str, author: &str, text: &str) -> (u64, String) {
        let comment = self.world.jira.comment(key, author, text);
        self.tick();
        let reply = self.world.guance.append(uuid, "reply", &self.world.guance.key_uuid(self.key), text);
        (comment, reply)
    }

    /// A person replies on Guance, and a script that somebody made better brings that over.
    pub(super) fn carries_reply(&self, uuid: &str, key: &str, author: &str, html: &str) -> (String, u64) {
        let reply = self.world.guance.reply(uuid, author, html);
        self.tick();
        (reply, self.world.jira.comment(key, self.account, html))
    }

    pub(super) fn tick(&self) {
        self.world.guance.clock().advance(Duration::from_secs(30));
        self.world.jira.clock().advance(Duration::from_secs(30));
    }
}

/// What a script has left: two issues, and two comments and a reply that it carried on the first.
pub(super) struct Left {
    pub(super) issues: Vec<String>,
    pub(super) keys: Vec<String>,
    pub(super) comments: Vec<(u64, String)>,
    pub(super) reply: (String, u64),
}

pub(super) fn left_by(script: &Script<'_>) -> Left {
    let world = script.world;
    let issues: Vec<String> = ["磁盘满 on web 1", "slow checkout"]
        .map(|title| world.guance.open_issue(title, &format!("<p>{title}</p>"), "P1", "张三"))
        .into();
    script.tick();
    let keys: Vec<String> = issues.iter().map(|uuid| script.makes_issue(uuid)).collect();
    let (uuid, key) = (&issues[0], &keys[0]);
    let comments = vec![
        script.carries_comment(uuid, key, "alice", "looking at it"),
        script.carries_comment(uuid, key, "bob", "it was the log rotation, 已处理"),
    ];
    let reply = script.carries_reply(uuid, key, "李四", "<p>谢谢, closing it</p>");
    Left { issues, keys, comments, reply }
}

pub(super) fn own(world: &World) -> Script<'_> {
    Script { world, account: "bot", key: 0 }
}

pub(super) fn others(world: &World) -> Script<'_> {
    Script { world, account: "bob", key: 1 }
}

/// The command line that takes over, with these accounts.
pub(super) fn adopt(world: &World, accounts: &[&str], dry_run: bool) -> Outcome {
    let mut args = vec!["adopt", "--script"];
    args.extend(accounts.iter().flat_map(|account| ["--created-by", account]));
    if dry_run {
        args.push("--dry-run");
    }
    world.run(&args)
}

/// How people name the script's Jira account here.
pub(super) fn bob(world: &World) -> String {
    match world.flavour {
        Flavour::Cloud => "bob@example.com".to_owned(),
        Flavour::Server => "bob".to_owned(),
    }
}

/// Everything that people see in both places.
pub(super) fn seen(world: &World, left: &Left) -> (usize, Vec<(usize, usize)>) {
    let lengths = left.issues.iter().zip(&left.keys);
    let lengths = lengths.map(|(uuid, key)| (world.guance.replies(uuid).len(), world.jira.comments(key).len()));
    (world.jira.issues().len(), lengths.collect())
}
