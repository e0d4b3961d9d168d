//! What the fake workspace holds, and how its rows look.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::events::{Alarm, KeptEvent};
use super::incidents::Center;
use super::switches::{LevelForm, Options, Switches};

/// Keys of `extend` that the documentation or its examples know.
const EXTEND_KEYS: [&str; 8] =
    ["members", "channels", "manager", "linkList", "extra", "text", "sourceLink", "view_isuue_url"];

/// An issue as the fake holds it.
#[derive(Debug, Clone)]
pub struct Issue {
    /// `issue_…`.
    pub uuid: String,
    /// Title.
    pub name: String,
    /// HTML.
    pub description: String,
    /// Level uuid, or empty.
    pub level: String,
    /// 10, 15, 20, 25 or 30.
    pub status_type: i64,
    /// Source name.
    pub resource: String,
    /// Source kind.
    pub resource_type: String,
    /// Everything else.
    pub extend: Map<String, Value>,
    /// `acnt_…` or `wsak_…`.
    pub creator: String,
    /// As `creator`.
    pub updator: String,
    /// When it was opened.
    pub created: DateTime<Utc>,
    /// When it last changed.
    pub updated: DateTime<Utc>,
    /// Channels besides `default`.
    pub channels: Vec<String>,
    /// Uuids of attached files.
    pub files: Vec<String>,
    pub(super) id: u64,
}

/// A row of a thread as the fake holds it.
#[derive(Debug, Clone)]
pub struct Reply {
    /// `repim_…`.
    pub uuid: String,
    /// Its issue.
    pub issue: String,
    /// `reply`, `change`, or what a test wants.
    pub kind: String,
    /// HTML.
    pub content: String,
    /// Everything else.
    pub extend: Map<String, Value>,
    /// `acnt_…` or `wsak_…`.
    pub creator: String,
    /// When it was written.
    pub created: DateTime<Utc>,
    /// When it was last edited.
    pub updated: DateTime<Utc>,
    /// Whether it was edited.
    pub modified: bool,
    /// Names of attached files that nobody can download.
    pub attachments: Vec<String>,
    /// Uuids of attached files.
    pub files: Vec<String>,
    /// When it was deleted.
    pub deleted: Option<DateTime<Utc>>,
    pub(super) id: u64,
}

/// An uploaded file.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) uuid: String,
    pub(super) name: String,
    pub(super) data: Vec<u8>,
}

/// A member of the workspace.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) uuid: String,
    pub(super) name: String,
    /// The name that the member chose in this workspace; may be empty.
    pub(super) nickname: String,
    pub(super) email: String,
}

/// A channel or a level.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) uuid: String,
    pub(super) name: String,
}

pub(super) struct World {
    pub(super) options: Options,
    pub(super) issues: Vec<Issue>,
    pub(super) replies: Vec<Reply>,
    pub(super) channels: Vec<Named>,
    pub(super) levels: Vec<Named>,
    pub(super) people: Vec<Person>,
    pub(super) store: Vec<Stored>,
    /// What monitors have found, in the order in which it was stored.
    pub(super) events: Vec<KeptEvent>,
    /// What monitors watch.
    pub(super) alarms: Vec<Alarm>,
    /// The Incident Center.
    pub(super) center: Center,
    /// Requests of the last minute: when, and by which key.
    pub(super) served: VecDeque<(DateTime<Utc>, usize)>,
    next: u64,
}

impl World {
    pub(super) fn new(options: Options) -> Self {
        let mut world = Self {
            issues: Vec::new(),
            replies: Vec::new(),
            channels: Vec::new(),
            levels: Vec::new(),
            people: Vec::new(),
            store: Vec::new(),
            events: Vec::new(),
            alarms: Vec::new(),
            center: Center::default(),
            served: VecDeque::new(),
            next: 1,
            options,
        };
        let names: Vec<String> = std::iter::once("default".to_owned()).chain(world.options.channels.clone()).collect();
        for name in names {
            let uuid = world.uuid("chan").1;
            world.channels.push(Named { uuid, name });
        }
        for name in world.options.levels.clone() {
            let uuid = world.uuid("issl").1;
            world.levels.push(Named { uuid, name });
        }
        world
    }

    pub(super) fn switches(&self) -> &Switches {
        &self.options.switches
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.options.clock.now()
    }

    /// A row id and a uuid that look random and are the same in every run.
    pub(super) fn uuid(&mut self, prefix: &str) -> (u64, String) {
        let n = self.next;
        self.next += 1;
        let mix = |n: u64| {
            let mut z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z ^ (z >> 27)
        };
        (1000 + n, format!("{prefix}_{:016x}{:016x}", mix(n), mix(n ^ 0xffff_0000)))
    }

    /// The account of a person of that name; `wsak_…` and other ids stand for themselves.
    pub(super) fn account(&mut self, name: &str) -> String {
        if name.is_empty() || name.starts_with("wsak_") || name.starts_with("rul_") || name == "SYS" {
            return name.to_owned();
        }
        if let Some(person) = self.people.iter().find(|person| person.name == name) {
            return person.uuid.clone();
        }
        let uuid = self.uuid("acnt").1;
        let email = format!("{uuid}@example.com");
        self.people.push(Person { uuid: uuid.clone(), name: name.to_owned(), nickname: String::new(), email });
        uuid
    }

    pub(super) fn key_uuid(key: usize) -> String {
        format!("wsak_736968854c44472688307662695a{key:04x}")
    }

    pub(super) fn issue(&self, uuid: &str) -> Option<&Issue> {
        self.issues.iter().find(|issue| issue.uuid == uuid)
    }

    pub(super) fn issue_mut(&mut self, uuid: &str) -> Option<&mut Issue> {
        self.issues.iter_mut().find(|issue| issue.uuid == uuid)
    }

    pub(super) fn reply_mut(&mut self, uuid: &str) -> Option<&mut Reply> {
        self.replies.iter_mut().find(|reply| reply.uuid == uuid && reply.deleted.is_none())
    }

    /// Deletes a row of a thread.
    pub(super) fn remove_reply(&mut self, uuid: &str) {
        let now = self.now();
        if !self.switches().deleted_replies_listed {
            self.replies.retain(|reply| reply.uuid != uuid);
        } else if let Some(reply) = self.reply_mut(uuid) {
            reply.deleted = Some(now);
        }
    }

    /// Adds a row to a thread.
    pub(super) fn add_reply(
        &mut self,
        issue: &str,
        kind: &str,
        creator: &str,
        content: &str,
        extend: Map<String, Value>,
    ) -> Reply {
        let (id, uuid) = self.uuid("repim");
        let now = self.now();
        let reply = Reply {
            uuid,
            issue: issue.to_owned(),
            kind: kind.to_owned(),
            content: content.to_owned(),
            extend: self.kept(extend),
            creator: creator.to_owned(),
            created: now,
            updated: now,
            modified: false,
            attachments: Vec::new(),
            files: Vec::new(),
            deleted: None,
            id,
        };
        self.replies.push(reply.clone());
        if self.switches().reply_bumps_issue
            && let Some(issue) = self.issue_mut(issue)
        {
            issue.updated = now;
            creator.clone_into(&mut issue.updator);
        }
        reply
    }

    /// What the service keeps of an `extend`.
    pub(super) fn kept(&self, extend: Map<String, Value>) -> Map<String, Value> {
        let keep_all = self.switches().keep_extend;
        extend.into_iter().filter(|(key, _)| keep_all || EXTEND_KEYS.contains(&key.as_str())).collect()
    }

    pub(super) fn info(&self, who: &str, with_uuid: bool) -> Value {
        let key = (0..self.options.keys.len()).find(|key| Self::key_uuid(*key) == who);
        let (name, nickname, email) = match key {
            Some(key) => (self.options.keys[key].name.clone(), "", who.to_owned()),
            None => match self.people.iter().find(|person| person.uuid == who) {
                Some(person) => (person.name.clone(), person.nickname.as_str(), person.email.clone()),
                None => (who.to_owned(), "", who.to_owned()),
            },
        };
        let mut info =
            json!({"acntWsNickname": nickname, "email": email, "iconUrl": "", "name": name, "username": email});
        if with_uuid {
            info["uuid"] = who.into();
        }
        info
    }

    /// The row of `issue/list`, and of an answer to add and modify.
    pub(super) fn issue_row(&self, issue: &Issue) -> Value {
        let level = match (self.switches().level_form, issue.level.strip_prefix("system_level_")) {
            (LevelForm::Empty, _) => json!(""),
            (LevelForm::Integer, Some(number)) => json!(number.parse::<i64>().unwrap_or(3)),
            _ => json!(issue.level),
        };
        json!({
            "createAt": issue.created.timestamp(),
            "creator": issue.creator,
            "creatorInfo": self.info(&issue.creator, false),
            "deleteAt": -1,
            "description": self.told(&issue.description),
            "extend": issue.extend,
            "id": issue.id,
            "level": level,
            "name": issue.name,
            "resource": issue.resource,
            "resourceType": issue.resource_type,
            "resourceUUID": "",
            "status": 0,
            "statusType": issue.status_type,
            "subIdentify": "",
            "updateAt": self.moved(issue.updated),
            "updator": issue.updator,
            "updatorInfo": self.info(&issue.updator, false),
            "uuid": issue.uuid,
            "workspaceUUID": self.options.workspace,
        })
    }

    /// The object of `issue/{uuid}/get`.
    pub(super) fn issue_object(&self, issue: &Issue) -> Value {
        let mut object = self.issue_row(issue);
        object["creatorInfo"] = self.info(&issue.creator, true);
        object["updatorInfo"] = self.info(&issue.updator, true);
        object["attachments"] = issue.files.iter().map(|uuid| self.attached(uuid)).collect();
        object["managerInfos"] = self.manager_infos(issue);
        object["declaration"] = json!({"business": "", "organization": "66013f10dae37200078d0fcd"});
        let in_it = |channel: &&Named| channel.name == "default" || issue.channels.contains(&channel.uuid);
        let bound: Vec<Value> =
            self.channels.iter().filter(in_it).map(|c| json!({"name": c.name, "uuid": c.uuid})).collect();
        object["bindChannels"] = json!(bound);
        let name = match issue.level.as_str() {
            "system_level_0" => "P0",
            "system_level_1" => "P1",
            "system_level_2" => "P2",
            "system_level_3" => "未知",
            custom => self.levels.iter().find(|level| level.uuid == custom).map_or("", |level| &level.name),
        };
        if !name.is_empty() {
            object["levelInfo"] = json!({"color": "#C9C9C9", "name": name});
        }
        object
    }

    /// Who is behind the entries of `extend.manager`: accounts, teams and bare addresses.
    fn manager_infos(&self, issue: &Issue) -> Value {
        let managers = issue.extend.get("manager").and_then(Value::as_array).into_iter().flatten();
        let info = |who: &str| {
            if who.starts_with("group_") {
                return json!({"name": "team-pass", "uuid": who});
            }
            if who.contains('@') { json!({"email": who, "name": who}) } else { self.info(who, true) }
        };
        managers.filter_map(Value::as_str).map(info).collect()
    }

    /// The row of `workspace/members/list`.
    pub(super) fn member_row(&self, person: &Person) -> Value {
        let mut row = self.info(&person.uuid, true);
        row["id"] = json!(7);
        row["createAt"] = json!(1_680_767_371);
        row["roles"] = json!([{"name": "Standard", "uuid": "general"}]);
        row
    }

    /// The row of the reply list.
    pub(super) fn reply_row(&self, reply: &Reply) -> Value {
        let mut row = self.reply_object(reply, true);
        let files = reply.attachments.iter().map(|name| json!({"fileName": name, "fileSuffix": "", "uuid": "att_1"}));
        row["attachmentsList"] = files.chain(reply.files.iter().map(|uuid| self.attached(uuid))).collect();
        row["creatorInfo"] = self.info(&reply.creator, false);
        row["updatorInfo"] = self.info(&reply.creator, false);
        row["is_modify"] = reply.modified.into();
        row["latest_modify_time"] = self.moved(reply.updated);
        row
    }

    /// What a reply write answers: `id` is null right after a create.
    pub(super) fn reply_object(&self, reply: &Reply, with_id: bool) -> Value {
        json!({
            "content": self.told(&reply.content),
            "createAt": reply.created.timestamp(),
            "creator": reply.creator,
            "deleteAt": reply.deleted.map_or(-1, |at| at.timestamp()),
            "extend": reply.extend,
            "id": with_id.then_some(reply.id),
            "issueUUID": reply.issue,
            "status": if reply.deleted.is_some() { 3 } else { 0 },
            "type": reply.kind,
            "updateAt": self.moved(reply.updated),
            "updator": reply.creator,
            "uuid": reply.uuid,
            "workspaceUUID": self.options.workspace,
        })
    }

    fn told(&self, text: &str) -> String {
        if !self.switches().entities {
            return text.to_owned();
        }
        // What stands between a tag's attribute and its value stays, or it would be no tag any more.
        text.replace("=\"", "\0").replace('#', "&#35;").replace('=', "&#61;").replace('\0', "=\"")
    }

    fn moved(&self, at: DateTime<Utc>) -> Value {
        if !self.switches().float_times {
            return json!(at.timestamp());
        }
        json!(f64::from(u32::try_from(at.timestamp()).unwrap_or(u32::MAX)) + 0.25)
    }
}
