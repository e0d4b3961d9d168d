//! Serves the fakes until it is killed; prints one JSON line for each: where it is and how to log in.
#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use guajira_fakes::guance::{self, FakeGuance};
use guajira_fakes::jira::{FakeJira, Flavour, Options, Project};
use serde_json::{Value, json};

fn main() {
    let cloud = FakeJira::start(Flavour::Cloud, options(""));
    let server = FakeJira::start(Flavour::Server, options("/jira"));
    println!("{}", describe("jira-cloud", &cloud));
    println!("{}", describe("jira-server", &server));
    let workspace = guance::Options::default();
    let keys: Vec<_> = workspace.keys.iter().map(|key| json!({"name": key.name, "secret": key.secret})).collect();
    let guance = FakeGuance::start(workspace);
    println!("{}", json!({"name": "guance", "base_url": guance.base_url(), "keys": keys}));
    loop {
        std::thread::park();
    }
}

fn options(context_path: &str) -> Options {
    Options {
        context_path: context_path.into(),
        projects: vec![Project::new("OPS", "Operations"), Project::service_desk("HELP", "Help desk")],
        ..Options::default()
    }
}

fn describe(name: &str, jira: &FakeJira) -> Value {
    let people = ["bot", "alice", "bob"].map(|person| {
        let (login, secret) = jira.basic(person);
        json!({"name": person, "login": login, "secret": secret, "pat": jira.pat(person)})
    });
    json!({"name": name, "base_url": jira.base_url(), "users": people})
}
