//! The Guance adapter against the fake workspace: every undocumented corner, every kind of failure.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use guajira::domain::{Action, Comment, CommentId, Fingerprint, Issue, IssueId, Key, Push, Receipt, Side};
use guajira::guance::{Guance, ReplyFormat, Settings};
use guajira::http::Http;
use guajira::ports::{ApiError, ApiErrorKind, Facts as _, Lookup, Register, Remote as _, Span, Urgency, Wanted};
use guajira::render;
use guajira::secret::Secret;
use guajira::text::{Block, Doc, Inline};
use guajira_fakes::clock::SimClock;
use guajira_fakes::guance::{ApiKey, FakeGuance, LevelForm, ListShape, Options, Order, PageLimit, Switches, Window};
use guajira_fakes::server::{Fault, Times, What};
use serde_json::{Value, json};

use super::rig::{Canned, Memory, OurClock, Slots, http, published, start};

const KEY: &str = "guance-test-key";
const LIST: &str = "/api/v1/issue/list";

/// A workspace, and everything a side needs to talk to it.
struct Rig {
    fake: FakeGuance,
    settings: Settings,
    http: Http,
    slots: Slots,
    facts: Memory,
    clock: OurClock,
}

impl Rig {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn switched(change: impl FnOnce(&mut Switches)) -> Self {
        let rig = Self::new();
        rig.fake.switch(change);
        rig
    }

    fn with(options: Options) -> Self {
        let clock = SimClock::fixed(start());
        let keys = options.keys.iter().map(|key| Secret::new(key.secret.clone())).collect();
        let slots = Slots::new(Side::Guance, options.keys.len());
        let fake = FakeGuance::start(Options { clock: clock.clone(), per_key: 1000, per_workspace: 1000, ..options });
        let settings = settings(&fake.base_url(), keys);
        Self { settings, http: http(), slots, facts: Memory::new(clock.clone()), clock: OurClock(clock), fake }
    }

    /// A run of its own: what lives in a run only is gone, facts stay.
    fn run(&self) -> Guance<'_> {
        Guance::new(self.settings.clone(), &self.http, &self.slots, &self.facts, &self.clock)
    }

    fn requests(&self) -> Vec<String> {
        let seen = self.fake.recorded().into_iter().map(|r| format!("{} {}", r.method, r.path)).collect();
        self.fake.clear_recorded();
        seen
    }

    fn changed(&self, from: DateTime<Utc>) -> Vec<Issue> {
        self.run().changed(&span(from, None)).unwrap().issues
    }

    fn thread(&self, issue: &str) -> Vec<Comment> {
        self.run().thread(&IssueId::new(issue)).unwrap().unwrap()
    }

    fn push(&self, push: Push) -> Result<Receipt, ApiError> {
        self.run().push(&[push]).remove(0)
    }

    fn find(&self, issue: &str, key: &str, content: Option<&Fingerprint>) -> Lookup {
        let wanted = Wanted {
            key: key.parse().unwrap(),
            issue: Some(IssueId::new(issue)),
            project: None,
            content: content.cloned(),
        };
        self.run().find(&[wanted]).unwrap().remove(0)
    }

    /// Opens `count` issues ten seconds apart.
    fn open(&self, count: usize) -> Vec<String> {
        let one = |n| {
            self.clock.0.advance(Duration::from_secs(10));
            self.fake.open_issue(&format!("issue {n}"), "<p>x</p>", "P1", "张三")
        };
        (0..count).map(one).collect()
    }
}

fn settings(base_url: &str, api_keys: Vec<Secret>) -> Settings {
    Settings {
        base_url: base_url.to_owned(),
        console_url: "https://console.example.com".to_owned(),
        api_keys,
        channel: "default".to_owned(),
        reply_format: ReplyFormat::Html,
    }
}

fn span(from: DateTime<Utc>, until: Option<DateTime<Utc>>) -> Span {
    Span { from, until, strays: Vec::new(), ours_only: false }
}

fn content() -> Fingerprint {
    Fingerprint::of(&["what was written"])
}

/// The copy of Jira comment 10042, as the engine would have it written.
fn copy(issue: &str, text: &str) -> Push {
    let person = guajira::domain::Person { id: "5b1".to_owned(), name: "李四".to_owned(), email: None };
    let original = Comment {
        side: Side::Jira,
        id: CommentId::new("10042"),
        issue: IssueId::new("10001"),
        url: "https://jira.example.com/browse/OPS-12?focusedCommentId=10042".to_owned(),
        author: person,
        body: Doc { blocks: vec![Block::Paragraph { content: vec![Inline::text(text)] }] },
        created: start(),
        updated: start(),
        visibility: guajira::domain::Visibility::Public,
        claim: None,
    };
    push(
        Action::AddComment {
            issue: IssueId::new(issue),
            body: render::comment(&original, "OPS-12", &content()),
            origin_url: original.url.clone(),
            internal: false,
        },
        issue,
    )
}

fn push(action: Action, lane: &str) -> Push {
    Push {
        key: Key::comment(Side::Jira, &CommentId::new("10042")),
        lane: IssueId::new(lane),
        target: Side::Guance,
        action,
        content: content(),
        summary: "comment by 李四 on OPS-12".to_owned(),
    }
}

fn edit(issue: &str, reply: &str, text: &str) -> Push {
    let Action::AddComment { issue, body, origin_url, internal } = copy(issue, text).action else { panic!() };
    let lane = issue.as_str().to_owned();
    push(Action::EditComment { issue, comment: CommentId::new(reply), body, origin_url, internal }, &lane)
}

fn delete(issue: &str, reply: &str) -> Push {
    push(Action::DeleteComment { issue: IssueId::new(issue), comment: CommentId::new(reply) }, issue)
}

#[test]
fn an_idle_run_costs_one_request() {
    let rig = Rig::new();
    rig.fake.open_issue("old", "", "P1", "张三");
    rig.clock.0.advance(Duration::from_hours(2));
    let now = rig.clock.0.now();
    rig.changed(now);
    assert_eq!(rig.requests(), ["GET /api/v1/channel/quick_list", "POST /api/v1/issue/list"]);

    let run = rig.run();
    assert_eq!(run.identify().unwrap().account, "");
    assert!(run.changed(&span(now, None)).unwrap().issues.is_empty());
    assert_eq!(rig.requests(), ["POST /api/v1/issue/list"]);
}

#[test]
fn a_new_state_learns_the_channel_and_the_clock_at_once() {
    let rig = Rig::new();
    assert_eq!(rig.run().identify().unwrap().clock, Some(start()));
    assert_eq!(rig.requests(), ["GET /api/v1/channel/quick_list"]);
    let mut by_uuid = rig.settings.clone();
    by_uuid.channel = rig.fake.channel("default");
    let facts = Memory::new(rig.clock.0.clone());
    let run = Guance::new(by_uuid, &rig.http, &rig.slots, &facts, &rig.clock);
    run.identify().unwrap();
    run.changed(&span(start(), None)).unwrap();
    assert_eq!(rig.requests(), ["POST /api/v1/issue/list"]);
}

#[test]
fn a_channel_that_was_made_anew_is_looked_up_again() {
    let mut rig = Rig::with(Options { channels: vec!["ops".to_owned()], ..Options::default() });
    rig.settings.channel = "ops".to_owned();
    let issue = rig.fake.open_issue("a", "", "P1", "张三");
    let old = rig.fake.channel("ops");
    rig.fake.edit_issue(&issue, "张三", |issue| issue.channels = vec![old]);
    assert_eq!(rig.changed(start()).len(), 1);
    rig.fake.recreate_channel("ops");
    assert_eq!(rig.changed(start()).len(), 0);
    rig.requests();
    rig.changed(start());
    assert_eq!(rig.requests(), ["POST /api/v1/issue/list"]);
}

#[test]
fn a_channel_that_does_not_exist_is_said_with_those_that_do() {
    let mut rig = Rig::with(Options { channels: vec!["ops".to_owned()], ..Options::default() });
    rig.settings.channel = "oops".to_owned();
    let error = rig.run().identify().unwrap_err();
    assert!(error.message.contains("\"oops\"") && error.hint.unwrap().contains("default, ops"));
}

#[test]
fn every_issue_is_read_whatever_the_list_looks_like() {
    for shape in [ListShape::Nested, ListShape::Bare, ListShape::BareWithoutPages] {
        for limit in [PageLimit::None, PageLimit::Refuse(50), PageLimit::Clamp(20)] {
            for order in [Order::NewestFirst, Order::OldestFirst, Order::UpdatedFirst] {
                let rig = Rig::switched(|switches| {
                    (switches.list_shape, switches.page_limit, switches.order) = (shape, limit, order);
                });
                let mut opened = rig.open(110);
                let batch = rig.run().changed(&span(start(), None)).unwrap();
                let mut read: Vec<_> = batch.issues.iter().map(|issue| issue.id.as_str().to_owned()).collect();
                opened.sort();
                read.sort();
                assert_eq!(read, opened, "{shape:?} {limit:?} {order:?}");
                assert_eq!(batch.watermark, Some(start() + TimeDelta::seconds(1100)));
                assert_eq!(batch.clock, batch.watermark);
            }
        }
    }
}

#[test]
fn a_refused_page_size_is_not_asked_for_again() {
    let rig = Rig::switched(|switches| switches.page_limit = PageLimit::Refuse(50));
    rig.changed(start());
    rig.requests();
    rig.changed(start());
    assert_eq!(rig.requests().len(), 1);
}

#[test]
fn a_window_holds_what_was_opened_in_it_also_where_it_is_about_updates() {
    let hour = TimeDelta::hours(1);
    for window in [Window::Created, Window::Updated] {
        let rig = Rig::switched(|switches| switches.window = window);
        let at = |n: i64| {
            rig.clock.0.stop_at(start() + hour * i32::try_from(n).unwrap());
            rig.fake.open_issue(&format!("opened at {n}"), "", "P1", "张三")
        };
        let (before, inside, touched) = (at(0), at(2), at(3));
        rig.fake.edit_issue(&before, "李四", |issue| issue.status_type = 30);
        rig.clock.0.advance(Duration::from_hours(5));
        rig.fake.edit_issue(&touched, "李四", |issue| issue.status_type = 20);
        let window_of = span(start() + hour, Some(start() + hour * 4));
        let batch = rig.run().changed(&window_of).unwrap();
        for wanted in [&inside, &touched] {
            assert!(batch.issues.iter().any(|issue| issue.id.as_str() == wanted), "{window:?}");
        }
    }
}

#[test]
fn a_clock_of_ours_that_is_days_slow_hides_nothing() {
    let rig = Rig::new();
    rig.fake.open_issue("new", "", "P1", "张三");
    let slow = OurClock(SimClock::fixed(start() - TimeDelta::days(3)));
    let run = Guance::new(rig.settings.clone(), &rig.http, &rig.slots, &rig.facts, &slow);
    assert_eq!(run.changed(&span(start() - TimeDelta::days(4), None)).unwrap().issues.len(), 1);
    rig.facts.remember("guance.channel.default", &rig.fake.channel("default"));
    let run = Guance::new(rig.settings.clone(), &rig.http, &rig.slots, &rig.facts, &slow);
    assert_eq!(run.changed(&span(start() - TimeDelta::days(4), None)).unwrap().issues.len(), 1);
}

#[test]
fn what_only_we_created_is_nothing_here_and_costs_nothing() {
    let rig = Rig::new();
    rig.fake.open_issue("a", "", "P1", "张三");
    let ours = Span { ours_only: true, ..span(start(), None) };
    assert!(rig.run().changed(&ours).unwrap().issues.is_empty());
    assert!(rig.requests().is_empty());
}

#[test]
fn an_issue_says_all_that_the_service_says() {
    let rig = Rig::switched(|switches| switches.float_times = true);
    let id = rig.fake.open_issue("磁盘满 <b>", "<p>看 <b>这里</b></p>", "P3", "张三");
    rig.clock.0.advance(Duration::from_secs(30));
    rig.fake.edit_issue(&id, "李四", |issue| {
        "磁盘使用率".clone_into(&mut issue.resource);
        issue.status_type = 15;
    });
    for issue in [rig.changed(start()).remove(0), rig.run().issues(&[IssueId::new(&id)]).unwrap().issues.remove(0)] {
        assert_eq!((issue.title.as_str(), issue.source.as_str()), ("磁盘满 <b>", "磁盘使用率"));
        assert_eq!((issue.status.as_str(), issue.author.name.as_str()), ("Working", "张三"));
        assert_eq!(issue.level.unwrap().name, "P3");
        assert_eq!((issue.created, issue.updated.timestamp()), (start(), start().timestamp() + 30));
        assert!(issue.url.starts_with("https://console.example.com/exceptions/") && issue.url.ends_with(&id));
        assert!(issue.author.id.starts_with("acnt_") && issue.thread.is_none() && issue.claim.is_none());
        assert!(issue.body.plain_text().contains("这里") && !issue.body.plain_text().contains('<'));
    }
}

#[test]
fn an_issue_that_is_gone_is_left_out_of_a_read_by_id() {
    let rig = Rig::new();
    let id = rig.fake.open_issue("a", "", "P1", "张三");
    let ids = [IssueId::new("issue_gone"), IssueId::new(&id), IssueId::new("../../evil")];
    let batch = rig.run().issues(&ids).unwrap();
    assert_eq!(batch.issues.len(), 1);
    assert!(batch.unreadable.is_empty() && batch.watermark.is_none());
    assert!(rig.requests().iter().all(|request| !request.contains("evil")));
}

#[test]
fn the_names_of_levels_are_asked_for_only_when_one_is_unknown_and_once_a_run() {
    let rig = Rig::with(Options { levels: vec!["紧急".to_owned()], ..Options::default() });
    let levels = |issues: Vec<Issue>| -> Vec<Option<String>> {
        issues.into_iter().map(|issue| issue.level.map(|level| level.name)).collect()
    };
    rig.fake.open_issue("a", "", "P0", "张三");
    assert_eq!(levels(rig.changed(start())), [Some("P0".to_owned())]);
    assert!(!rig.requests().iter().any(|request| request.contains("issue-level")));

    rig.clock.0.advance(Duration::from_mins(1));
    rig.fake.open_issue("b", "", "紧急", "张三");
    rig.fake.open_issue("c", "", "issl_unknown", "张三");
    let since = start() + TimeDelta::seconds(1);
    let want = [Some("issl_unknown".to_owned()), Some("紧急".to_owned())];
    assert_eq!(levels(rig.changed(since)), want);
    assert_eq!(rig.requests().iter().filter(|request| request.contains("issue-level")).count(), 1);
    assert_eq!(levels(rig.changed(since)), want);
    assert_eq!(rig.requests().len(), 1, "an unknown level is not asked for again at once");

    let new = rig.fake.add_level("昨天新建");
    rig.fake.edit_issue(&rig.fake.issues()[2].uuid.clone(), "张三", |issue| issue.level = new);
    rig.clock.0.advance(Duration::from_mins(11));
    assert_eq!(levels(rig.changed(since))[0].as_deref(), Some("昨天新建"));
}

#[test]
fn a_level_that_cannot_be_named_fails_the_read_rather_than_losing_the_issue() {
    let rig = Rig::with(Options { levels: vec!["紧急".to_owned()], ..Options::default() });
    rig.fake.open_issue("b", "", "紧急", "张三");
    let dead = What::Status(500, String::new(), Vec::new());
    rig.fake.fail(Fault::new(dead).path_contains("issue-level").times(Times::Always));
    assert!(rig.run().changed(&span(start(), None)).is_err());
}

#[test]
fn a_level_has_one_name_in_every_form() {
    for (form, want) in [(LevelForm::Uuid, Some("P2")), (LevelForm::Integer, Some("P2")), (LevelForm::Empty, None)] {
        let rig = Rig::switched(|switches| switches.level_form = form);
        rig.fake.open_issue("a", "", "P2", "张三");
        assert_eq!(rig.changed(start())[0].level.as_ref().map(|level| level.name.as_str()), want);
    }
}

#[test]
fn a_thread_comes_whole_and_oldest_first_without_what_the_service_noted() {
    for limit in [PageLimit::None, PageLimit::Refuse(50), PageLimit::Clamp(10)] {
        let rig = Rig::switched(|switches| switches.page_limit = limit);
        let issue = rig.fake.open_issue("a", "", "P1", "张三");
        let mut want = Vec::new();
        for n in 0..120 {
            rig.clock.0.advance(Duration::from_secs(n % 2));
            want.push(rig.fake.reply(&issue, "张三", &format!("<p>{n}</p>")));
        }
        rig.fake.set_status(&issue, 20, "张三");
        rig.clock.0.advance(Duration::from_secs(1));
        want.push(rig.fake.append(&issue, "event", "SYS", "> again **down**"));
        let thread = rig.thread(&issue);
        assert!(thread.is_sorted_by_key(|comment| comment.created), "{limit:?}");
        let mut read: Vec<_> = thread.iter().map(|comment| comment.id.as_str().to_owned()).collect();
        assert_eq!(read.last(), want.last());
        read.sort();
        want.sort();
        assert_eq!(read, want, "{limit:?}");
    }
}

#[test]
fn a_reply_says_who_wrote_what_and_when_it_was_edited() {
    let rig = Rig::new();
    let issue = rig.fake.open_issue("a", "", "P1", "张三");
    let reply = rig.fake.reply(&issue, "王五", "<p>first</p>");
    rig.fake.attach(&reply, "日志.txt");
    rig.clock.0.advance(Duration::from_secs(90));
    rig.fake.edit_reply(&reply, "<p>second</p>");
    let comment = rig.thread(&issue).remove(0);
    assert_eq!((comment.author.name.as_str(), comment.issue.as_str()), ("王五", issue.as_str()));
    assert_eq!((comment.updated - comment.created).num_seconds(), 90);
    let text = comment.body.plain_text();
    assert!(text.contains("second") && text.contains("日志.txt"), "{text}");
    assert!(comment.claim.is_none());
}

#[test]
fn the_thread_of_an_unknown_issue_is_none() {
    assert_eq!(Rig::new().run().thread(&IssueId::new("issue_gone")).unwrap(), None);
}

#[test]
fn a_copy_is_recognised_by_either_marker_in_every_format() {
    for format in [ReplyFormat::Html, ReplyFormat::Markdown, ReplyFormat::Text] {
        for (keep_extend, entities) in [(true, false), (false, false), (false, true)] {
            let mut rig = Rig::switched(|switches| {
                (switches.keep_extend, switches.entities) = (keep_extend, entities);
            });
            rig.settings.reply_format = format;
            let issue = rig.fake.open_issue("a", "", "P1", "张三");
            rig.fake.reply(&issue, "张三", "before");
            let receipt = rig.push(copy(&issue, "看 <这里> & 那里")).unwrap();
            assert_eq!(receipt.at, Some(start()));
            let copies = rig.thread(&issue).into_iter().filter(|c| c.claim.is_some()).collect::<Vec<_>>();
            let case = format!("{format:?} {keep_extend} {entities}: {}", rig.fake.replies(&issue)[1].content);
            assert_eq!(copies.len(), 1, "{case}");
            let claim = copies[0].claim.clone().unwrap();
            assert_eq!(
                (claim.key.as_str(), claim.proven, claim.written),
                ("jira/comment/10042", true, Some(content()))
            );
            assert_eq!(copies[0].id.as_str(), receipt.id);
            assert_eq!(rig.find(&issue, "jira/comment/10042", None), found(&receipt.id), "{case}");
            assert_eq!(rig.find(&issue, "jira/comment/10042@1", Some(&content())), found(&receipt.id), "{case}");
            assert_eq!(rig.find(&issue, "jira/comment/10042", Some(&Fingerprint::of(&["new"]))), Lookup::Absent);
            assert_eq!(rig.find(&issue, "jira/comment/1004", None), Lookup::Absent);
        }
    }
}

fn found(id: &str) -> Lookup {
    Lookup::Found(Receipt { id: id.to_owned(), name: id.to_owned(), at: Some(start()), dropped: Vec::new() })
}

#[test]
fn a_quoted_marker_makes_nobody_a_copy() {
    let rig = Rig::switched(|switches| switches.keep_extend = false);
    let issue = rig.fake.open_issue("a", "", "P1", "张三");
    rig.push(copy(&issue, "original")).unwrap();
    let text = rig.fake.replies(&issue)[0].content.clone();
    rig.fake.reply(&issue, "张三", &format!("<blockquote>{text}</blockquote> agreed"));
    let claims: Vec<_> = rig.thread(&issue).into_iter().map(|comment| comment.claim.is_some()).collect();
    assert_eq!(claims, [true, false]);
}

#[test]
fn a_copy_names_its_author_for_the_console() {
    let rig = Rig::new();
    let issue = rig.fake.open_issue("a", "", "P1", "张三");
    rig.push(copy(&issue, "x")).unwrap();
    assert_eq!(rig.fake.replies(&issue)[0].extend["extra"]["creator"]["name"], "李四");
    assert_eq!(rig.thread(&issue)[0].author.name, "李四");
    assert_eq!(rig.thread(&issue)[0].author.id, rig.fake.key_uuid(0));
}

#[test]
fn a_long_text_is_cut_so_that_the_service_takes_it() {
    for format in [ReplyFormat::Html, ReplyFormat::Markdown, ReplyFormat::Text] {
        let mut rig = Rig::switched(|switches| switches.keep_extend = false);
        rig.settings.reply_format = format;
        let issue = rig.fake.open_issue("a", "", "P1", "张三");
        rig.push(copy(&issue, &"告警 & <磁盘> ".repeat(20_000))).unwrap();
        let text = rig.fake.replies(&issue)[0].content.clone();
        assert!(text.len() <= 65_535 && text.len() > 60_000, "{format:?}: {}", text.len());
        assert!(rig.thread(&issue)[0].claim.is_some(), "{format:?}");
    }
}

#[test]
fn an_edit_replaces_text_and_marker_and_a_delete_is_done_when_it_is_gone() {
    let rig = Rig::new();
    let issue = rig.fake.open_issue("a", "", "P1", "张三");
    let made = rig.push(copy(&issue, "first")).unwrap();
    let new = Fingerprint::of(&["new"]);
    let mut second = edit(&issue, &made.id, "second");
    second.key = second.key.edit(&new);
    second.content = new.clone();
    rig.clock.0.advance(Duration::from_secs(5));
    assert_eq!(rig.push(second).unwrap().id, made.id);
    assert!(rig.fake.replies(&issue)[0].content.contains("second"));
    let claim = rig.thread(&issue)[0].claim.clone().unwrap();
    assert_eq!((claim.key.as_str(), claim.written), ("jira/comment/10042", Some(new)));

    assert_eq!(rig.push(delete(&issue, &made.id)).unwrap().id, made.id);
    assert!(rig.fake.replies(&issue).is_empty());
    assert_eq!(rig.push(delete(&issue, &made.id)).unwrap().id, made.id);
    assert_eq!(rig.push(edit(&issue, &made.id, "x")).unwrap_err().kind, ApiErrorKind::Refused);
}

#[test]
fn what_this_side_cannot_do_is_refused_without_a_request() {
    let rig = Rig::new();
    let create = Action::CreateIssue(guajira::domain::NewIssue {
        project: "OPS".to_owned(),
        issue_type: "Bug".to_owned(),
        title: String::new(),
        body: Doc::default(),
        labels: Vec::new(),
        priority: None,
        origin_url: String::new(),
    });
    assert_eq!(rig.push(push(create, "issue_1")).unwrap_err().kind, ApiErrorKind::Refused);
    let run = rig.run();
    assert_eq!((run.batch_size(), run.read_register().unwrap()), (1, Register::Unsupported));
    assert_eq!(run.write_register("1").unwrap_err().kind, ApiErrorKind::Refused);
    assert!(rig.requests().is_empty());
}

#[test]
fn a_lost_answer_is_in_doubt_and_found_by_looking() {
    let gateway = What::StatusAfter(504, "gateway".to_owned(), Vec::new());
    for what in [What::DropAfter, What::Truncate(10), What::Garbage, gateway] {
        let rig = Rig::new();
        let issue = rig.fake.open_issue("a", "", "P1", "张三");
        rig.fake.fail(Fault::new(what.clone()).writes());
        let error = rig.push(copy(&issue, "x")).unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::InDoubt, "{what:?}: {error}");
        assert_eq!(rig.fake.writes(), 1, "{what:?}: a write is not repeated");
        assert!(matches!(rig.find(&issue, "jira/comment/10042", None), Lookup::Found(_)), "{what:?}");
    }
}

#[test]
fn a_write_that_was_not_carried_out_is_absent() {
    for what in [What::DropBefore, What::LoginPage, What::Status(503, "{}".to_owned(), Vec::new())] {
        let rig = Rig::new();
        let issue = rig.fake.open_issue("a", "", "P1", "张三");
        rig.fake.fail(Fault::new(what.clone()).writes());
        assert_eq!(rig.push(copy(&issue, "x")).unwrap_err().kind, ApiErrorKind::InDoubt, "{what:?}");
        assert_eq!(rig.fake.writes(), 1);
        assert_eq!(rig.find(&issue, "jira/comment/10042", None), Lookup::Absent, "{what:?}");
    }
}

#[test]
fn a_read_is_tried_again_where_that_helps_and_each_try_asks_the_budget() {
    let cases = [
        (What::DropBefore, true),
        (What::Status(502, "bad gateway".to_owned(), Vec::new()), true),
        (What::Status(503, "{}".to_owned(), vec![("Retry-After".to_owned(), "3".to_owned())]), true),
        (What::Status(503, "{}".to_owned(), vec![("Retry-After".to_owned(), "600".to_owned())]), false),
        (What::Status(500, "{}".to_owned(), Vec::new()), false),
        (What::LoginPage, false),
        (What::Garbage, false),
    ];
    for (what, again) in cases {
        let rig = Rig::new();
        rig.run().identify().unwrap();
        rig.requests();
        rig.slots.taken.borrow_mut().clear();
        rig.fake.fail(Fault::new(what.clone()).path_prefix(LIST));
        let result = rig.run().changed(&span(start(), None));
        assert_eq!(result.is_ok(), again, "{what:?}");
        if let Err(error) = result {
            assert!(matches!(error.kind, ApiErrorKind::Unavailable { .. }), "{what:?}: {error}");
        }
        assert_eq!(rig.requests().len(), 1 + usize::from(again), "{what:?}");
        assert_eq!(rig.slots.taken.borrow().as_slice(), vec![Urgency::Read; 1 + usize::from(again)], "{what:?}");
    }
    let rig = Rig::new();
    rig.fake.fail(Fault::new(What::Status(502, String::new(), Vec::new())).times(Times::Always));
    assert!(rig.run().identify().is_err());
    assert_eq!(rig.requests().len(), 3);
    *rig.slots.left.borrow_mut() = 1;
    let error = rig.run().identify().unwrap_err();
    assert!(matches!(error.kind, ApiErrorKind::Unavailable { .. }), "the first failure is told, not the budget");
}

#[test]
fn without_a_slot_nothing_is_sent() {
    let rig = Rig::new();
    *rig.slots.left.borrow_mut() = 0;
    assert_eq!(rig.run().identify().unwrap_err().kind, ApiErrorKind::OutOfBudget);
    assert_eq!(rig.push(copy("issue_1", "x")).unwrap_err().kind, ApiErrorKind::OutOfBudget);
    assert!(rig.requests().is_empty());
}

#[test]
fn slow_down_is_not_a_bad_key() {
    let rig = Rig::new();
    rig.run().identify().unwrap();
    rig.fake.limit(0, 1000);
    let minute = Duration::from_mins(1);
    for result in [rig.run().changed(&span(start(), None)).map(drop), rig.push(copy("issue_1", "x")).map(drop)] {
        assert_eq!(result.unwrap_err().kind, ApiErrorKind::Unavailable { retry_after: Some(minute) });
    }
    assert_eq!(*rig.slots.rested.borrow(), [(0, minute), (0, minute)]);
}

#[test]
fn a_second_key_serves_when_the_first_must_rest() {
    let keys = ["one", "two"].map(|name| ApiKey { name: name.to_owned(), secret: format!("secret-{name}") });
    let rig = Rig::with(Options { keys: keys.to_vec(), ..Options::default() });
    rig.fake.open_issue("a", "", "P1", "张三");
    rig.fake.limit(2, 1000);
    rig.changed(start());
    assert_eq!(rig.changed(start()).len(), 1);
    assert_eq!(rig.slots.rested.borrow().as_slice(), [(0, Duration::from_mins(1))]);
}

#[test]
fn a_short_wait_that_the_service_names_is_waited_for() {
    let rig = Rig::switched(|switches| switches.retry_after = Some(2));
    rig.run().identify().unwrap();
    rig.fake.limit(0, 1000);
    let error = rig.run().changed(&span(start(), None)).unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::Unavailable { retry_after: Some(Duration::from_secs(2)) });
    assert_eq!((rig.clock.0.now() - start()).num_seconds(), 4);
    assert_eq!(rig.slots.rested.borrow().len(), 3);
}

#[test]
fn a_bad_key_is_unauthorized_whatever_the_status_and_never_shown() {
    for status in [401, 403] {
        let mut rig = Rig::switched(|switches| switches.bad_key_status = status);
        rig.settings.api_keys = vec![Secret::new("wrong-and-secret")];
        let error = rig.run().identify().unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::Unauthorized);
        assert!(error.hint.unwrap().contains("Key ID"));
    }
    let rig = Rig::new();
    let echo = json!({"code": 403, "errorCode": "ft.InvalidAPIKey", "message": format!("no key {KEY}")}).to_string();
    rig.fake.fail(Fault::new(What::Status(403, echo, Vec::new())));
    let error = format!("{:?}", rig.run().identify().unwrap_err());
    assert!(error.contains("no key (redacted)") && !error.contains(KEY), "{error}");
}

#[test]
fn a_service_that_is_not_there_is_unavailable_for_reads_and_writes() {
    let mut rig = Rig::new();
    let gone = FakeGuance::start(Options::default()).base_url();
    rig.settings.base_url = gone;
    for result in [rig.run().identify().map(drop), rig.push(copy("issue_1", "x")).map(drop)] {
        assert_eq!(result.unwrap_err().kind, ApiErrorKind::Unavailable { retry_after: None });
    }
}

#[test]
fn one_bad_row_costs_one_row() {
    let good = json!({"uuid": "issue_1", "name": "good", "createAt": 1_700_000_000, "creator": "acnt_1"});
    let rows = json!([good, {"uuid": "issue_2", "name": "no time"}, {"name": "no id"}, 7, {"uuid": "a/b"}]);
    let page = json!({"code": 200, "content": {"data": rows}, "success": true});
    let reply = json!({"uuid": "repim_1", "type": "reply", "content": "x", "createAt": 1_700_000_000});
    let thread = json!({"code": 200, "content": [reply, {"uuid": ""}], "success": true});
    let channels = json!({"code": 200, "content": [{"uuid": "chan_1", "name": "default"}], "success": true});
    let server = Canned(vec![(LIST, page), ("issue_1/list", thread), ("quick_list", channels)]).serve();
    let (slots, clock) = (Slots::new(Side::Guance, 1), SimClock::fixed(start()));
    let (facts, ours, http) = (Memory::new(clock.clone()), OurClock(clock), http());
    let run = Guance::new(settings(&server.base_url(), vec![Secret::new(KEY)]), &http, &slots, &facts, &ours);

    let batch = run.changed(&span(start(), None)).unwrap();
    assert_eq!(batch.issues.iter().map(|issue| issue.title.as_str()).collect::<Vec<_>>(), ["good"]);
    let unreadable: Vec<_> = batch.unreadable.iter().map(|u| u.issue.as_ref().map(IssueId::as_str)).collect();
    assert_eq!(unreadable, [Some("issue_2"), None, None, None]);

    assert_eq!(run.thread(&IssueId::new("issue_1")).unwrap().unwrap().len(), 1);
    let wanted = Wanted {
        key: Key::comment(Side::Jira, &CommentId::new("1")),
        issue: Some(IssueId::new("issue_1")),
        project: None,
        content: None,
    };
    assert_eq!(run.find(&[wanted]).unwrap(), [Lookup::Unsure], "a thread that was not read whole proves no absence");
}

#[test]
fn check_says_what_works_and_how_to_mend_what_does_not() {
    let rig = Rig::with(Options { levels: vec!["紧急".to_owned()], ..Options::default() });
    let findings = rig.run().check();
    assert!(findings.iter().all(|finding| finding.result.is_ok()), "{findings:?}");
    assert!(findings.iter().any(|finding| finding.result.as_ref().is_ok_and(|detail| detail.contains("紧急"))));
    assert_eq!(rig.requests().len(), 3);

    let mut lost = rig.settings.clone();
    lost.channel = "oops".to_owned();
    let clock = OurClock(SimClock::fixed(start() + TimeDelta::minutes(5)));
    let findings = Guance::new(lost, &rig.http, &rig.slots, &rig.facts, &clock).check();
    let bad: Vec<_> = findings.iter().filter(|f| f.result.is_err()).map(|f| (f.what.as_str(), f.fatal)).collect();
    assert_eq!(bad, [("guance channel \"oops\"", true), ("clock against guance", false)]);
    assert!(findings.iter().filter(|f| f.result.is_err()).all(|f| f.hint.is_some()));

    rig.fake.switch(|switches| switches.bad_key_status = 401);
    let wrong = settings(&rig.fake.base_url(), vec![Secret::new("wrong")]);
    let findings = Guance::new(wrong, &rig.http, &rig.slots, &rig.facts, &clock).check();
    assert!(findings.len() == 1 && findings[0].fatal && findings[0].hint.is_some());
}

#[test]
fn the_published_answers_are_understood() {
    let Some(folder) = published("guance-examples") else { return };
    let read = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(folder.join(format!("{name}.json"))).unwrap()).unwrap()
    };
    let server = Canned(vec![
        (LIST, read("issue-list")),
        ("/get", read("issue-get")),
        ("/create", read("issue-reply-create")),
        ("/modify", read("issue-reply-modify")),
        ("/delete", read("issue-reply-delete")),
        ("quick_list", read("channel-quick-list")),
        ("issue-level/list", read("issue-level-list")),
        ("/list", read("issue-reply-list")),
    ])
    .serve();
    let (slots, clock) = (Slots::new(Side::Guance, 1), SimClock::fixed(start()));
    let (facts, ours, http) = (Memory::new(clock.clone()), OurClock(clock), http());
    let mut published = settings(&server.base_url(), vec![Secret::new(KEY)]);
    published.channel = "test频道_20230406T1549314fPYn0".to_owned();
    let run = Guance::new(published, &http, &slots, &facts, &ours);

    let batch = run.changed(&span(start(), None)).unwrap();
    let listed = &batch.issues[0];
    assert_eq!((listed.title.as_str(), listed.status.as_str()), ("bbbb", "Pending"));
    assert_eq!(listed.level.as_ref().unwrap().name, "P2");
    assert!(listed.body.plain_text().contains("@member1@example.com"), "{:?}", listed.body);
    assert_eq!(batch.watermark.unwrap().timestamp(), 1_690_424_627);

    let got = run.issues(&[IssueId::new("issue_7572b4f7aea4473697e0f0949f4c9035")]).unwrap().issues.remove(0);
    assert_eq!((got.author.name.as_str(), got.author.email.as_deref()), ("接口测试", None));
    assert_eq!((got.level.unwrap().name.as_str(), got.body.plain_text().trim()), ("P3", "kong"));

    let issue = IssueId::new("issue_db6629a4e2cd4f92a95dae0d6d5b44ec");
    assert_eq!(run.thread(&issue).unwrap(), Some(Vec::new()), "a change row is nobody's words");
    let copied = copy("issue_a3c3f3850d914a0d8ad5dee4f8ac6040", "aaa");
    assert_eq!(run.push(&[copied])[0].as_ref().unwrap().id, "repim_73265eb9e69449de8d0b98e3b789a174");
    let edited = edit("issue_a3c3f3850d914a0d8ad5dee4f8ac6040", "repim_73265eb9e69449de8d0b98e3b789a174", "aaaaas");
    assert_eq!(run.push(&[edited])[0].as_ref().unwrap().at.unwrap().timestamp(), 1_690_811_215);
    run.push(&[delete("issue_1", "repim_1")]).remove(0).unwrap();
    assert!(run.check().iter().filter(|finding| finding.fatal).all(|finding| finding.result.is_ok()));
}
