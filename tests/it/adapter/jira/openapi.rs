//! What the adapter really sends, held against Atlassian's own API documents where they lie beside the repository.

#![allow(clippy::print_stdout, reason = "says that it was skipped")]

use std::io::Read as _;
use std::path::{Path, PathBuf};

use guajira::domain::{Change, Person, Push, StatusCategory, StatusTarget};
use guajira::jira::{CheckChanges, CheckRoute};
use guajira::ports::{
    Content, Directory as _, Files as _, Registry as _, Remote as _, Threads as _, Wanted, Writes as _,
};
use guajira_fakes::jira::{Draft, Flavour, Workflow};
use guajira_fakes::openapi::Document;
use guajira_fakes::server::Recorded;

use super::changing::change;
use super::files::attach;
use super::{Rig, add, create, edit, links};

fn reference(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference").join(name)
}

/// Lets a side do everything that it can do.
fn everything(rig: &Rig) {
    let route = CheckRoute {
        project: "OPS".into(),
        issue_type: "Bug".into(),
        priorities: vec!["High".into()],
        labels: true,
        statuses: vec!["Done".into()],
        reuse: Some(vec!["Done".into()]),
        changes: CheckChanges { status: true, assignee: true, texts: true, people: true, deletes: true, reuse: true },
        ..CheckRoute::default()
    };
    let run = rig.run();
    run.check(&[route]);
    run.identify().unwrap();
    run.read_register().unwrap();
    run.write_register("a:1", None).unwrap();
    rig.people_open(3);
    let many: Vec<Push> = (1..=3).map(create).collect();
    for result in run.push(&many) {
        result.unwrap();
    }
    run.push(&[create(4)]).remove(0).unwrap();
    run.changed(&rig.span(60)).unwrap();
    run.changed(&guajira::ports::Span { ours_only: true, ..rig.span(60) }).unwrap();
    let issue = rig.id("OPS-4");
    let added = run.push(&[add(1, "words", &issue, true)]).remove(0).unwrap();
    run.push(&[edit(1, "other words", &issue, &added.id, true)]).remove(0).unwrap();
    run.push(&[links::link(rig, "OPS-4", "disk 4 full")]).remove(0).unwrap();
    rig.fake.attach("OPS-4", "alice", "a.txt", "text/plain", b"a");
    let files = run.files(&issue).unwrap().1;
    let mut bytes = Vec::new();
    run.open_file(&files[0]).unwrap().data.read_to_end(&mut bytes).unwrap();
    let content = Content { size: Some(1), data: Box::new(std::io::Cursor::new(bytes)) };
    run.push_file(&attach(rig, "OPS-4", "b.txt"), Some(content)).unwrap();
    run.check_attachments(&["OPS".into()], 1);
    run.check_links(&["OPS".into()]);
    run.thread(&issue).unwrap();
    rig.fake.with_project("OPS", |project| project.workflow = Workflow::reviewed());
    rig.fake.create_issue("OPS", "alice", Draft::new("walks"));
    let walking = rig.id("OPS-8");
    let alice = run.person(&Person { email: Some("alice@example.com".into()), ..Person::default() }).unwrap();
    let by_id = run.person(&Person { id: alice.clone().unwrap().id, ..Person::default() }).unwrap();
    let done = StatusTarget {
        names: vec!["Done".into()],
        category: StatusCategory::Done,
        resolution: None,
        fields: Vec::new(),
    };
    for what in [
        Change::Title("title".into()),
        Change::Body { body: super::text("words"), origin_url: "https://guance.example".into() },
        Change::Priority("Low".into()),
        Change::Assignee { set: by_id, instead_of: None },
        Change::Assignee { set: None, instead_of: None },
        Change::Status(done),
    ] {
        run.push(&[change(&walking, what)]).remove(0).unwrap();
    }
    run.issues(&[issue]).unwrap();
    let wanted = |push: Push| Wanted { key: push.key, issue: None, project: Some("OPS".into()), content: None };
    run.find(&[wanted(create(1)), wanted(create(9))], &|_, _| false).unwrap();
}

fn faults(rig: &Rig, document: &Document) -> Vec<String> {
    // Asked before it is known which Jira it is: version 2 answers on both, and Cloud's document leaves it out.
    let fits = |one: &Recorded| one.status.is_some_and(|status| status < 400) && !one.path.ends_with("/2/serverInfo");
    // The bytes of files are no part of the documents.
    let documented = |one: &&Recorded| one.path.contains("/rest/api/");
    rig.fake.recorded().iter().filter(|one| fits(one)).filter(documented).flat_map(|one| document.faults(one)).collect()
}

#[test]
fn what_we_send_to_cloud_fits_its_document() {
    let Some(document) = Document::load(&reference("jira-cloud-v3.openapi.json"), "") else {
        println!("skipped: no OpenAPI document of Jira Cloud beside the repository");
        return;
    };
    let rig = Rig::new(Flavour::Cloud);
    everything(&rig);
    assert_eq!(faults(&rig, &document), [""; 0]);
}

#[test]
fn what_we_send_to_server_fits_its_document() {
    let Some(document) = Document::load_jira_dc(&reference("jira-dc-10.3.openapi.json")) else {
        println!("skipped: no OpenAPI document of Jira Data Center beside the repository");
        return;
    };
    let rig = Rig::new(Flavour::Server);
    everything(&rig);
    assert_eq!(faults(&rig, &document), [""; 0]);
}
