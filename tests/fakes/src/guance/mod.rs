//! A fake Guance workspace: issues, replies, channels and levels, with the service's limits and its undocumented corners.
//!
//! People act through methods of [`FakeGuance`]; programs through the Open API on [`FakeGuance::base_url`].

mod attachments;
mod dql;
mod events;
mod incidents;
mod routes;
mod strict;
mod switches;
#[cfg(test)]
mod tests;
mod world;

use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;
use serde_json::{Map, Value};

pub use self::events::{Check, EventOrder, EventPaging, EventSwitches, OkForm, SeriesForm};
pub use self::incidents::{
    Incident, IncidentComment, IncidentList, IncidentOrder, IncidentRange, IncidentSwitches, ModifyAnswer, Transitions,
};
use self::strict::Refusal;
pub use self::switches::{
    ApiKey, Download, LevelForm, ListShape, MemberSearch, Options, Order, PageLimit, RepeatForm, Switches,
    UploadAnswer, Window,
};
pub use self::world::{Issue, Reply};
use self::world::{Named, Person, World};
use crate::server::{Handler, Request, Response, Server};

/// A running fake; stops when dropped. Faults, hooks and the record of requests are its [`Server`]'s.
pub struct FakeGuance {
    world: Arc<Mutex<World>>,
    server: Server,
}

impl Deref for FakeGuance {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl FakeGuance {
    /// Starts a workspace.
    pub fn start(options: Options) -> Self {
        let (clock, port) = (options.clock.clone(), options.port);
        let world = Arc::new(Mutex::new(World::new(options)));
        let server = Server::start_at(Arc::new(Workspace(Arc::clone(&world))), clock, port);
        Self { world, server }
    }

    /// Puts another workspace in the place of this one, at the same address and by the same clock.
    pub fn replace(&self, options: Options) {
        let clock = self.server.clock().clone();
        *self.world() = World::new(Options { clock, ..options });
        self.server.clear_faults();
        self.server.clear_recorded();
    }

    /// Changes switches from now on.
    pub fn switch(&self, change: impl FnOnce(&mut Switches)) {
        change(&mut self.world().options.switches);
    }

    /// Changes the limits of requests a minute, for one key and for the workspace.
    pub fn limit(&self, per_key: usize, per_workspace: usize) {
        let mut world = self.world();
        world.options.per_key = per_key;
        world.options.per_workspace = per_workspace;
    }

    /// A person opens an issue; returns its uuid. `level` is a uuid, `P0` to `P3`, a level's name, or empty.
    pub fn open_issue(&self, title: &str, html: &str, level: &str, author: &str) -> String {
        let mut world = self.world();
        let author = world.account(author);
        let level = world.level_named(level);
        world.open(title, html, &level, &author)
    }

    /// Changes anything about an issue, without a trace in its thread.
    pub fn edit_issue(&self, issue: &str, author: &str, change: impl FnOnce(&mut Issue)) {
        let mut world = self.world();
        let author = world.account(author);
        world.touch(issue, &author, change);
    }

    /// Removes an issue with its thread, as no API can.
    pub fn remove_issue(&self, issue: &str) {
        let mut world = self.world();
        world.issues.retain(|known| known.uuid != issue);
        world.replies.retain(|reply| reply.issue != issue);
    }

    /// A person sets a status (10, 15, 20, 25, 30).
    pub fn set_status(&self, issue: &str, status_type: i64, author: &str) {
        self.edit_issue(issue, author, |issue| issue.status_type = status_type);
        self.append(issue, "change", author, "成员修改了Issue状态。");
    }

    /// A person sets a level, named as for [`FakeGuance::open_issue`].
    pub fn set_level(&self, issue: &str, level: &str, author: &str) {
        let level = self.world().level_named(level);
        self.edit_issue(issue, author, |issue| issue.level = level);
        self.append(issue, "change", author, "成员修改了Issue等级。");
    }

    /// A person gives an issue another title.
    pub fn retitle(&self, issue: &str, title: &str, author: &str) {
        self.edit_issue(issue, author, |issue| title.clone_into(&mut issue.name));
        self.append(issue, "change", author, "成员修改了Issue标题。");
    }

    /// A person rewrites the description.
    pub fn describe(&self, issue: &str, html: &str, author: &str) {
        self.edit_issue(issue, author, |issue| html.clone_into(&mut issue.description));
        self.append(issue, "change", author, "成员修改了Issue描述。");
    }

    /// A person puts others in charge: by name, or as the console keeps them (`acnt_…`, `group_…`, an e-mail address).
    pub fn set_managers(&self, issue: &str, managers: &[&str], author: &str) {
        let managers: Vec<Value> = managers.iter().map(|who| self.manager(who).into()).collect();
        self.edit_issue(issue, author, |issue| _ = issue.extend.insert("manager".to_owned(), managers.into()));
    }

    /// Who is in charge of an issue: names of members, else as the service keeps them.
    pub fn managers(&self, issue: &str) -> Vec<String> {
        let managers = self.issue(issue).expect("an issue").extend.get("manager").cloned().unwrap_or_default();
        let all = managers.as_array().into_iter().flatten().filter_map(Value::as_str);
        all.map(|who| if who.starts_with("acnt_") { self.name_of(who) } else { who.to_owned() }).collect()
    }

    fn manager(&self, who: &str) -> String {
        let kept = ["acnt_", "group_"].iter().any(|prefix| who.starts_with(prefix)) || who.contains('@');
        if kept { who.to_owned() } else { self.world().account(who) }
    }

    /// Adds a member with an e-mail address; returns the account's uuid.
    pub fn add_member(&self, name: &str, email: &str) -> String {
        let mut world = self.world();
        let uuid = world.uuid("acnt").1;
        let (name, email) = (name.to_owned(), email.to_owned());
        world.people.push(Person { uuid: uuid.clone(), name, nickname: String::new(), email });
        uuid
    }

    /// A member chooses the name that this workspace shows.
    pub fn choose_nickname(&self, uuid: &str, nickname: &str) {
        let mut world = self.world();
        let member = world.people.iter_mut().find(|person| person.uuid == uuid).expect("a member");
        nickname.clone_into(&mut member.nickname);
    }

    /// A person replies; returns the reply's uuid.
    pub fn reply(&self, issue: &str, author: &str, html: &str) -> String {
        self.append(issue, "reply", author, html)
    }

    /// Adds a row of any type to a thread; `author` may be `SYS` or a `wsak_…` uuid.
    pub fn append(&self, issue: &str, kind: &str, author: &str, content: &str) -> String {
        let mut world = self.world();
        assert!(world.issue(issue).is_some(), "no issue {issue}");
        let author = world.account(author);
        world.add_reply(issue, kind, &author, content, Map::new()).uuid
    }

    /// A monitor appends another alarm to an open issue, in the form of [`Switches::repeats`]; returns the row's uuid.
    pub fn repeat(&self, issue: &str, content: &str) -> String {
        let form = self.world().switches().repeats;
        let (kind, author) = match form {
            RepeatForm::System => ("reply", "SYS"),
            RepeatForm::Monitor => ("reply", "rul_d2b4c0a1"),
            RepeatForm::OtherType => ("event", "SYS"),
            RepeatForm::OtherTypeByOwner => ("event", "王五"),
            RepeatForm::OtherTypeByNobody => ("event", ""),
            RepeatForm::LikeAPerson => ("reply", "王五"),
        };
        self.append(issue, kind, author, content)
    }

    /// The author edits a reply.
    pub fn edit_reply(&self, reply: &str, html: &str) {
        let mut world = self.world();
        let now = world.now();
        let reply = world.reply_mut(reply).expect("a reply");
        html.clone_into(&mut reply.content);
        reply.modified = true;
        reply.updated = now;
    }

    /// A program with a key, or with the console's own API, replies and says anything in `extend`; returns the reply's
    /// uuid. `author` is a person's name or a key's `wsak_…` uuid.
    pub fn reply_with_extend(&self, issue: &str, author: &str, html: &str, extend: Value) -> String {
        let Value::Object(extend) = extend else { panic!("extend is an object") };
        let mut world = self.world();
        assert!(world.issue(issue).is_some(), "no issue {issue}");
        let author = world.account(author);
        world.add_reply(issue, "reply", &author, html, extend).uuid
    }

    /// Changes what a reply holds without a trace, as another program version would have left it.
    pub fn rewrite_reply(&self, reply: &str, act: impl FnOnce(&mut Reply)) {
        act(self.world().reply_mut(reply).expect("a reply"));
    }

    /// Attaches a file to a reply.
    pub fn attach(&self, reply: &str, file: &str) {
        self.world().reply_mut(reply).expect("a reply").attachments.push(file.to_owned());
    }

    /// The author deletes a reply.
    pub fn delete_reply(&self, reply: &str) {
        self.world().remove_reply(reply);
    }

    /// Adds a level of the workspace's own; returns its uuid.
    pub fn add_level(&self, name: &str) -> String {
        let mut world = self.world();
        let uuid = world.uuid("issl").1;
        world.levels.push(Named { uuid: uuid.clone(), name: name.to_owned() });
        uuid
    }

    /// Removes a channel and makes a new one of the same name; issues stay only in `default`.
    pub fn recreate_channel(&self, name: &str) {
        let mut world = self.world();
        let uuid = world.uuid("chan").1;
        let channel = world.channels.iter_mut().find(|channel| channel.name == name).expect("a channel");
        channel.uuid = uuid;
    }

    /// The uuid of a channel.
    pub fn channel(&self, name: &str) -> String {
        self.world().channels.iter().find(|channel| channel.name == name).expect("a channel").uuid.clone()
    }

    /// The uuid under which a key's writings appear.
    pub fn key_uuid(&self, key: usize) -> String {
        World::key_uuid(key)
    }

    /// The name of a person or a key, as its rows show it.
    pub fn name_of(&self, account: &str) -> String {
        self.world().info(account, false)["name"].as_str().unwrap_or_default().to_owned()
    }

    /// All issues, oldest first.
    pub fn issues(&self) -> Vec<Issue> {
        self.world().issues.clone()
    }

    /// One issue.
    pub fn issue(&self, issue: &str) -> Option<Issue> {
        self.world().issue(issue).cloned()
    }

    /// What was written into an issue's thread, oldest first, without the change rows.
    pub fn replies(&self, issue: &str) -> Vec<Reply> {
        self.rows(issue).into_iter().filter(|reply| reply.kind != "change").collect()
    }

    /// All rows of an issue's thread, oldest first.
    pub fn rows(&self, issue: &str) -> Vec<Reply> {
        let world = self.world();
        let living = world.replies.iter().filter(|reply| reply.issue == issue && reply.deleted.is_none());
        living.cloned().collect()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    fn open(&mut self, title: &str, html: &str, level: &str, author: &str) -> String {
        let (id, uuid) = self.uuid("issue");
        let now = self.now();
        self.issues.push(Issue {
            uuid: uuid.clone(),
            name: title.to_owned(),
            description: html.to_owned(),
            level: level.to_owned(),
            status_type: 10,
            resource: String::new(),
            resource_type: String::new(),
            extend: Map::new(),
            creator: author.to_owned(),
            updator: author.to_owned(),
            created: now,
            updated: now,
            channels: Vec::new(),
            files: Vec::new(),
            id,
        });
        self.add_reply(&uuid, "change", author, "成员创建了Issue。", Map::new());
        uuid
    }

    fn touch(&mut self, issue: &str, author: &str, change: impl FnOnce(&mut Issue)) {
        let now = self.now();
        let issue = self.issue_mut(issue).expect("an issue");
        change(issue);
        issue.updated = now;
        author.clone_into(&mut issue.updator);
    }

    fn level_named(&self, level: &str) -> String {
        match level.strip_prefix('P') {
            Some(number) if number.len() == 1 => format!("system_level_{number}"),
            _ => self.levels.iter().find(|own| own.name == level).map_or(level, |own| &own.uuid).to_owned(),
        }
    }

    /// Counts a request against the limits, by a window that slides.
    fn admit(&mut self, key: usize) -> Result<(), Refusal> {
        let now = self.now();
        while self.served.front().is_some_and(|(at, _)| now - *at >= TimeDelta::minutes(1)) {
            self.served.pop_front();
        }
        if self.served.iter().filter(|(_, by)| *by == key).count() >= self.options.per_key {
            return Err(Refusal(401, "ft.TriggerApiAkCurrentLimiting", "too many requests of this key".to_owned()));
        }
        if self.served.len() >= self.options.per_workspace {
            let message = "too many requests in this workspace".to_owned();
            return Err(Refusal(401, "ft.TriggerApiWorkspaceCurrentLimiting", message));
        }
        self.served.push_back((now, key));
        Ok(())
    }
}

/// The handler behind the server.
struct Workspace(Arc<Mutex<World>>);

impl Handler for Workspace {
    fn handle(&self, request: &Request) -> Response {
        let mut world = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let segments = request.segments();
        let path: Vec<&str> = segments.iter().map(String::as_str).collect();
        if path.first() == Some(&"store") {
            return attachments::download(&world, request, &path).unwrap_or_else(|| Response::empty(404));
        }
        let secret = request.header("DF-API-KEY").unwrap_or_default();
        let Some(key) = world.options.keys.iter().position(|key| key.secret == secret) else {
            let status = world.switches().bad_key_status;
            return routes::bad(&Refusal(status, "ft.InvalidAPIKey", "invalid api key".to_owned()));
        };
        if let Err(refusal) = world.admit(key) {
            let response = routes::bad(&refusal);
            return match world.switches().retry_after {
                Some(seconds) => response.with_header("Retry-After", &seconds.to_string()),
                None => response,
            };
        }
        routes::answer(&mut world, key, request)
    }

    fn is_write(&self, request: &Request) -> bool {
        request.method != "GET"
            && !["/issue/list", "/incidents/list", "/df/query_data_v1"].iter().any(|read| request.path.ends_with(read))
    }
}
