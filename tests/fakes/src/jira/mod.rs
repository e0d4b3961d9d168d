//! A strict, stateful fake of Jira: Cloud (v3 and v2) and Server / Data Center (v2).
//!
//! The state lives behind one lock and changes either over HTTP, as guajira does it, or through the methods of
//! [`FakeJira`], as people do it. What Jira leaves undocumented is a switch in [`Switches`].

mod attachments;
mod auth;
mod call;
mod comments;
mod custom;
mod desk;
mod errors;
mod fields;
mod issues;
mod jql;
mod limits;
mod links;
mod meta;
mod model;
mod oauth;
mod people;
mod properties;
mod routes;
mod search;
mod state;
mod switches;
#[cfg(test)]
mod tests;
mod text;
mod transitions;
mod view;
mod workflow;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono_tz::Tz;

pub use self::limits::too_many;
pub use self::model::{
    Attachment, Comment, CustomField, CustomKind, Flavour, History, Issue, Named, Project, RequestType, SecurityLevel,
    User, Visibility, named,
};
pub use self::people::Draft;
pub use self::switches::{Archive, DcLimit, DeadSearch, EpochMs, LastToken, OffScreen, Switches};
pub use self::text::{adf_fault, paragraphs, plain};
pub use self::workflow::{Asks, Category, Status, Transition, Workflow};

use self::routes::Desk;
use self::state::Site;
use crate::clock::SimClock;
use crate::server::Server;

/// How to start a [`FakeJira`].
#[derive(Debug, Clone)]
pub struct Options {
    /// The time it lives in.
    pub clock: SimClock,
    /// A free port when 0.
    pub port: u16,
    /// Server: the path Jira lives under, such as `/jira`.
    pub context_path: String,
    /// The instance's default time zone; Server renders its timestamps in it.
    pub server_zone: Tz,
    /// Projects.
    pub projects: Vec<Project>,
    /// Users beside `bot`, `alice` and `bob`.
    pub users: Vec<User>,
}

impl Default for Options {
    /// One software project `OPS`, everything in UTC, no context path.
    fn default() -> Self {
        Self {
            clock: SimClock::real(),
            port: 0,
            context_path: String::new(),
            server_zone: Tz::UTC,
            projects: vec![Project::new("OPS", "Operations")],
            users: Vec::new(),
        }
    }
}

/// A running fake Jira. It also shows the methods of its [`Server`]: faults, hooks, recorded requests.
pub struct FakeJira {
    server: Server,
    desk: Arc<Desk>,
    flavour: Flavour,
}

impl std::ops::Deref for FakeJira {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl FakeJira {
    /// Starts with users `bot` (the integration's account, administrator role), `alice` and `bob`.
    pub fn start(flavour: Flavour, options: Options) -> Self {
        let mut site = Site::new(flavour, options.clock.clone(), &options.context_path, options.server_zone);
        let mut bot = User::new("bot", "Sync Bot");
        bot.roles.insert("Administrators".into());
        site.users.extend([bot, User::new("alice", "Alice Example"), User::new("bob", "Bob Example")]);
        site.users.extend(options.users);
        for project in options.projects {
            site.add_project(project);
        }
        let desk = Arc::new(Desk(Mutex::new(site)));
        let handler = Arc::clone(&desk) as Arc<dyn crate::server::Handler>;
        let server = Server::start_at(handler, options.clock, options.port);
        let fake = Self { server, desk, flavour };
        fake.site().base_url = format!("{}{}", fake.server.base_url(), options.context_path);
        fake
    }

    fn site(&self) -> MutexGuard<'_, Site> {
        self.desk.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a client is configured with: scheme, host, port, context path.
    pub fn base_url(&self) -> String {
        self.site().base_url.clone()
    }

    /// Cloud: the base URL through the API gateway, for scoped tokens.
    pub fn gateway_url(&self) -> String {
        format!("{}/ex/jira/{}", self.server.base_url(), self.site().cloud_id)
    }

    /// Which Jira this is.
    pub fn flavour(&self) -> Flavour {
        self.flavour
    }

    /// Login and secret for basic authentication: mail and API token on Cloud, name and password on Server.
    pub fn basic(&self, name: &str) -> (String, String) {
        let site = self.site();
        let user = site.user(name).expect("a known user");
        let login = if site.cloud() { &user.email } else { &user.name };
        (login.clone(), user.secret.clone())
    }

    /// Server: a user's personal access token.
    pub fn pat(&self, name: &str) -> String {
        self.site().user(name).expect("a known user").pat.clone()
    }

    /// Server: an administrator makes an application link with this consumer key and public key (PEM).
    pub fn link_consumer(&self, consumer: &str, public_pem: &str) {
        self.site().link = Some(oauth::Link::new(consumer, public_pem));
    }

    /// Server: a person approves a request token; returns the verification code that Jira shows.
    pub fn approve(&self, request_token: &str, name: &str) -> String {
        self.site().link.as_mut().expect("an application link").approve(request_token, name)
    }

    /// Server: gives out an access token of a user, as if the steps had been taken.
    pub fn access_token(&self, name: &str) -> String {
        self.site().link.as_mut().expect("an application link").give(name)
    }

    /// Server: revokes every access token.
    pub fn revoke_tokens(&self) {
        self.site().link.as_mut().expect("an application link").revoke_all();
    }

    /// Throws switches.
    pub fn switch(&self, act: impl FnOnce(&mut Switches)) {
        act(&mut self.site().switches);
    }

    /// Changes a user: time zone, permissions, secrets, activity.
    pub fn with_user(&self, name: &str, act: impl FnOnce(&mut User)) {
        let mut site = self.site();
        act(site.users.iter_mut().find(|u| u.name == name).expect("a known user"));
    }

    /// Changes a project: workflow, priorities, custom fields, who sees it. Its key changes by
    /// [`FakeJira::rename_project`].
    pub fn with_project(&self, key: &str, act: impl FnOnce(&mut Project)) {
        let mut site = self.site();
        let id = site.project_named(key).expect("a known project").id;
        act(site.projects.iter_mut().find(|p| p.id == id).expect("a known project"));
    }

    /// Sets the version that `serverInfo` tells.
    pub fn set_version(&self, version: &[u32]) {
        version.clone_into(&mut self.site().version);
    }

    /// Server: an administrator resets the CAPTCHA of a user.
    pub fn clear_captcha(&self, name: &str) {
        self.site().failed_logins.remove(name);
    }
}
