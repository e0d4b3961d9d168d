//! What the plan makes of one pair in which everything travels: the keys and fingerprints of every write, and the merge base.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::HashMap;

use super::Thread;
use super::fields::{self, Pair};
use super::{Deletes, Direction, Extent, Flow, Policy, Repeats, Route, Step, comments, files, gone, issues, links};
use crate::domain::{
    Base, Bases, Claim, Comment, CommentId, CommentLink, Detail, Field, File, Fingerprint, Issue, IssueId, IssueLink,
    Key, Known, Level, Maker, Person, Priority, Push, Said, Side, SourceDetail, Status, StatusCategory, TrackerDetail,
    Visibility, fixtures,
};
use crate::golden::{Line, golden, line};
use crate::guance::ABOUT;
use crate::render;
use crate::text::Doc;
use crate::words::Voice;

const ISSUE: &str = "issue_0123456789abcdef0123456789abcdef";
const REPLY: &str = "repim_0123456789abcdef0123456789abcdef";

const WRITES: &str = "a write is known by its key, and what it carried by its fingerprint: with another one an upgrade would \
                      make what waits or is done once more, or write every copy again";

fn link() -> IssueLink {
    IssueLink::new(IssueId::new(ISSUE), IssueId::new("10001"), "OPS-1")
}

fn mia() -> Person {
    Person { id: "5b1".into(), name: "Mia".into(), email: Some("mia@example.com".into()) }
}

fn guance() -> Issue {
    let status = ABOUT.statuses.of("10").unwrap();
    Issue {
        id: IssueId::new(ISSUE),
        name: ISSUE.into(),
        url: "https://console.guance.example/x?__docid=issue".into(),
        title: "磁盘满 web-1".into(),
        body: Doc::from_plain("使用率 92%\nsee the runbook"),
        status: Status { id: status.id.into(), name: status.name.into(), category: status.category, also: Vec::new() },
        assignees: ["group_2", "acnt_1"].map(|id| Person { id: id.into(), ..Person::default() }).into(),
        author: Person { id: "acnt_1".into(), name: "张三".into(), email: None },
        ..fixtures::source(SourceDetail {
            level: Some(Level { id: "system_level_1".into(), name: "P1".into() }),
            resource: "disk check".into(),
            updated_by: Person { id: "acnt_2".into(), name: "李四".into(), email: None },
            ..SourceDetail::default()
        })
    }
}

fn jira() -> Issue {
    Issue {
        title: "磁盘满 web-1".into(),
        body: render::issue(&guance(), Voice::default()).written(),
        status: Status { id: "10000".into(), name: "To Do".into(), category: StatusCategory::Todo, also: Vec::new() },
        assignees: vec![mia()],
        ..fixtures::tracker(TrackerDetail {
            priority: Some(Priority { id: "2".into(), name: "High".into(), also: Vec::new() }),
            ..TrackerDetail::default()
        })
    }
}

fn policy() -> Policy {
    let route = Route {
        project: "OPS".into(),
        issue_type: "Bug".into(),
        labels: vec!["guance".into()],
        priority: Some(vec![("P1".into(), "High".into())]),
        repeats: Repeats::Count,
        ..Route::default()
    };
    let flow = Flow {
        edits: true,
        updates: true,
        level: true,
        status: Direction::Both,
        assignee: Direction::Both,
        links: Direction::Both,
        deletes: Deletes::Mark,
        ..Flow::default()
    };
    Policy { routes: vec![route], flow, statuses: ABOUT.statuses, ..Policy::default() }
}

fn comment(side: Side, text: &str) -> Comment {
    let (id, url) = match side {
        Side::Source(_) => (REPLY, "https://console.guance.example/x"),
        Side::Tracker(_) => ("10042", "https://jira.example/browse/OPS-1?focusedCommentId=10042"),
    };
    Comment { url: url.into(), author: mia(), body: Doc::from_plain(text), ..fixtures::comment(side, id) }
}

fn pushes(steps: Vec<Step>) -> Vec<Push> {
    steps.into_iter().filter_map(|step| if let Step::Push(push) = step { Some(push) } else { None }).collect()
}

fn of_thread(comment: &Comment, known: &Known) -> Vec<Push> {
    let (link, all) = (link(), [comment.clone()]);
    let url = "https://console.guance.example/x";
    let thread = Thread { link: &link, side: comment.side, url, comments: &all, extent: Extent::All, originals: None };
    pushes(comments::thread(&thread, known, &policy()).steps)
}

fn copied(side: Side) -> Known {
    let link = CommentLink {
        origin: side,
        origin_id: comment(side, "").id,
        copy_id: CommentId::new("copy"),
        pair: IssueId::new(ISSUE),
        written: None,
    };
    let mut known = Known::default();
    known.comments.insert((side, link.origin_id.clone()), link);
    known
}

fn of_deletion(side: Side) -> Vec<Push> {
    let link = link();
    let thread = Thread {
        link: &link,
        side,
        url: "https://console.guance.example/x",
        comments: &[],
        extent: Extent::All,
        originals: None,
    };
    let known = copied(side);
    let of = known.comments.values().next().unwrap();
    let key = Key::comment(side, &of.origin_id);
    let claim = Some(Claim { key, proven: true, written: None, maker: Maker::Us, sealed: true });
    let copy = Comment { claim, ..fixtures::comment(side.opposite(), "copy") };
    pushes(gone::settle(&thread, of, &[copy], &policy()))
}

fn of_file(side: Side, bytes: Option<u64>) -> Vec<Push> {
    let link = link();
    let url = "https://jira.example/browse/OPS-1";
    let thread = Thread { link: &link, side, url, comments: &[], extent: Extent::All, originals: None };
    let id = if side == Side::GUANCE { "att_0123456789abcdef0123456789abcdef" } else { "10009" };
    let file = File { size: bytes, author: mia(), ..fixtures::file(side, id) };
    pushes(files::of_thread(&thread, &Visibility::Public, &[file], &Known::default(), &policy()))
}

/// The pair in which one side says something else than the base, and what is decided.
fn of_field(field: Field, side: Side) -> Vec<Step> {
    let (mut guance, mut jira) = (guance(), jira());
    let bases = bases(&guance, &jira);
    let issue = if side == Side::GUANCE { &mut guance } else { &mut jira };
    match field {
        Field::Title => issue.title = "磁盘又满".into(),
        Field::Body => issue.body = Doc::from_plain("使用率 95%"),
        Field::Follower(one) => panic!("{one} is no field of both"),
        Field::Priority => issue.source_mut().into_iter().for_each(|detail| detail.level = None),
        Field::Assignee => issue.assignees.clear(),
        Field::Status => {
            let id = if side == Side::GUANCE { "20" } else { "10002" };
            issue.status =
                Status { id: id.into(), name: "Resolved".into(), category: StatusCategory::Done, also: Vec::new() };
        }
    }
    decide(&guance, &jira, &bases)
}

fn decide(guance: &Issue, jira: &Issue, bases: &Bases) -> Vec<Step> {
    let (link, queued) = (link(), HashMap::new());
    let carried = &fields::carried(guance, "OPS-1", &policy());
    fields::decide(&Pair { link: &link, guance, jira, carried, bases, queued: &queued, found: &[] }, &policy())
}

fn bases(guance: &Issue, jira: &Issue) -> Bases {
    let said = |issue: &Issue, field| Some(fields::value(issue, field, &fields::carried(guance, "OPS-1", &policy())));
    let base = |field| Base { guance: said(guance, field), jira: said(jira, field), version: 7 };
    Field::ALL.into_iter().map(|field| (field, base(field))).collect()
}

/// Adds each write's key and fingerprint.
fn add(lines: &mut Vec<Line>, name: &str, writes: Vec<Push>) {
    assert!(!writes.is_empty(), "{name} is not written any more");
    for (n, push) in writes.into_iter().enumerate() {
        lines.push(line(format!("{name} {n}"), format!("{} {}", push.key, push.content)));
    }
}

#[test]
fn writes_are_named_and_told_apart_as_they_were() {
    let mut lines = Vec::new();
    let created = issues::push(&guance(), issues::create(&guance(), &policy()).unwrap());
    let new = issues::create(&guance(), &policy()).unwrap();
    let id = IssueId::new("10001");
    let made = links::NewCopy { id: &id, name: "OPS-1", url: "https://jira.example/browse/OPS-1" };
    add(&mut lines, "links", links::of_new_pair(&created, &new, &made, &policy().flow));
    add(&mut lines, "issue", vec![created]);
    for side in Side::BOTH {
        add(&mut lines, &format!("comment of {side}"), of_thread(&comment(side, "在看了\nlooking"), &Known::default()));
        add(&mut lines, &format!("edit on {side}"), of_thread(&comment(side, "在看了\nlooking"), &copied(side)));
        add(&mut lines, &format!("deletion on {side}"), of_deletion(side));
        add(&mut lines, &format!("file of {side}"), of_file(side, Some(5)));
        add(&mut lines, &format!("file of {side} of no known size"), of_file(side, None));
        for field in Field::ALL {
            for (said, value) in [("something", "20"), ("nothing", "")] {
                let (key, content) = fields::write_of(&link(), field, side, &value.into());
                lines.push(line(format!("{field} of {side} that says {said}"), format!("{key} {content}")));
            }
        }
    }
    let alarm = Comment { by_monitor: true, ..comment(Side::GUANCE, "still full") };
    add(&mut lines, "number of repeats", of_thread(&alarm, &Known::default()));
    golden("writes.tsv", &lines, WRITES);
}

#[test]
fn changes_of_fields_and_their_notices_are_what_they_were() {
    let mut lines = Vec::new();
    for (field, side) in [
        (Field::Title, Side::GUANCE),
        (Field::Body, Side::GUANCE),
        (Field::Assignee, Side::GUANCE),
        (Field::Status, Side::GUANCE),
        (Field::Status, Side::JIRA),
    ] {
        add(&mut lines, &format!("{field} changed on {side}"), pushes(of_field(field, side)));
    }
    // What somebody wrote on Jira by hand stays, and a notice tells.
    for field in [Field::Title, Field::Body] {
        let bases = bases(&guance(), &jira());
        let issue = Issue { title: "磁盘又满".into(), body: Doc::from_plain("使用率 95%"), ..guance() };
        let by_hand = Issue { title: "mine".into(), body: Doc::from_plain("mine"), ..jira() };
        let one = bases.into_iter().filter(|(other, _)| *other == field || *other == Field::Status).collect();
        let told = pushes(decide(&issue, &by_hand, &one));
        add(&mut lines, &format!("{field} changed on both"), told);
    }
    golden("changes.tsv", &lines, WRITES);
}

/// Returns what the state file keeps of a base.
fn kept(base: &Base) -> String {
    let [guance, jira] = Side::BOTH.map(|side| base.on(side).map(Said::stored));
    format!("{guance:?} {jira:?} {}", base.version)
}

#[test]
fn the_merge_base_keeps_the_words_that_it_kept() {
    let mut lines = Vec::new();
    for (field, base) in bases(&guance(), &jira()) {
        for side in Side::BOTH {
            lines.push(line(format!("{field} of {side}"), base.on(side).unwrap().stored()));
        }
    }
    let (guance, fresh) = (guance(), fields::fresh(&issues::create(&guance(), &policy()).unwrap(), None, &policy()));
    for (field, base) in fresh {
        lines.push(line(format!("{field} of a new pair"), kept(&base)));
    }
    let by_hand = Issue { title: "mine".into(), detail: Detail::unknown(Side::JIRA), ..jira() };
    for step in decide(&guance, &by_hand, &Bases::new()) {
        if let Step::Base { field, base, .. } = step {
            lines.push(line(format!("{field} of a pair that was found again"), kept(&base)));
        }
    }
    let mut unlisted = guance.clone();
    unlisted.source_mut().unwrap().level = Some(Level { id: "issl_9".into(), name: "P9".into() });
    let carried = fields::carried(&unlisted, "OPS-1", &policy());
    lines.push(line("level that no table lists", fields::value(&unlisted, Field::Priority, &carried).stored()));
    let nobody = Issue { assignees: Vec::new(), ..jira() };
    lines.push(line("nobody on jira", fields::value(&nobody, Field::Assignee, &carried).stored()));
    golden(
        "bases.tsv",
        &lines,
        "the merge base is what each side said when they last agreed: in other words an upgrade would take every field for \
         changed, write it over what people did since, and give its notices again",
    );
}

#[test]
fn a_fingerprint_of_a_route_is_what_it_was() {
    let plain = issues::create(&guance(), &policy()).unwrap();
    let lines = [
        line("what a create carries", serde_json::json!(plain).to_string()),
        line("description", plain.body.canonical()),
        line("fingerprint of it", Fingerprint::of(&[&plain.body.canonical()]).as_str()),
    ];
    golden("create.tsv", &lines, WRITES);
}
