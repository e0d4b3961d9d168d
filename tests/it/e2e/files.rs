//! Attached files: each arrives once, byte for byte, or it is said why not.

use std::time::Duration;

use guajira_fakes::guance::{Download, UploadAnswer};
use guajira_fakes::jira::{Flavour, Project, Visibility};
use guajira_fakes::server::{Fault, Server, Times, What};

use super::crash::{Fate, run_and_kill};
use super::world::{World, on_both};

/// Text, bytes that are no text, a Chinese name, nothing at all, and a name that Jira does not take.
const FILES: [(&str, &[u8]); 5] = [
    ("trace.txt", b"line 1\r\nline 2\r\n--boundary\r\n"),
    ("dump.bin", &[0, 255, 13, 10, 0, 128, 200]),
    ("磁盘 图.png", b"\x89PNG\r\n\x1a\n"),
    ("empty.log", b""),
    ("a (1).json", b"{\"code\": 200, \"data\": []}"),
];

impl World {
    fn carrying(flavour: Flavour) -> (Self, String) {
        let world = Self::new(flavour);
        world.configure_flow("attachments = \"both\"");
        let issue = world.guance.open_issue("one", "<p>x</p>", "P1", "张三");
        (world, issue)
    }

    /// Names and bytes of what guajira attached on Jira, by name.
    pub(super) fn files_on_jira(&self, issue: &str) -> Vec<(String, Vec<u8>)> {
        let all = self.jira.attachments(&self.key_of(issue)).into_iter();
        let mut ours: Vec<_> = all.filter(|file| file.author == "bot").map(|file| (file.name, file.data)).collect();
        ours.sort();
        ours
    }

    /// Names and bytes of what the replies carry that guajira wrote, by name; a reply without a file counts as none.
    pub(super) fn files_on_guance(&self, issue: &str) -> Vec<(String, Vec<u8>)> {
        let carried = self.copied_replies(issue).into_iter().flat_map(|reply| reply.files);
        let mut all: Vec<_> = carried.map(|uuid| self.guance.stored(&uuid).unwrap()).collect();
        all.sort();
        all
    }
}

fn wanted(files: &[(&str, &[u8])]) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = files.iter().map(|(name, data)| ((*name).to_owned(), data.to_vec())).collect();
    all.sort();
    all
}

fn on_each(story: impl Fn(World, String)) {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        eprintln!("--- on Jira {flavour:?}");
        let (world, issue) = World::carrying(flavour);
        story(world, issue);
    }
}

#[test]
fn files_travel_both_ways_once_byte_for_byte_and_nothing_echoes() {
    on_each(|world, issue| {
        let (first, rest) = FILES.split_first().unwrap();
        world.guance.attach_to_issue(&issue, "张三", first.0, first.1);
        for (name, data) in rest {
            world.guance.reply_with_file(&issue, "李四", "<p>see this</p>", name, data);
        }
        world.settle();
        let key = world.key_of(&issue);
        for (name, data) in FILES {
            world.jira.attach(&key, "alice", &format!("from jira {name}"), "application/octet-stream", data);
        }
        world.settle();
        assert_eq!(world.files_on_jira(&issue), wanted(&FILES));
        let from_jira: Vec<String> = FILES.iter().map(|(name, _)| format!("from jira {name}")).collect();
        let there: Vec<(&str, &[u8])> =
            from_jira.iter().zip(FILES).map(|(name, (_, data))| (name.as_str(), data)).collect();
        assert_eq!(world.files_on_guance(&issue), wanted(&there));
        assert_eq!(world.copied_comments(&key).len(), 4, "the people's replies, and nothing of our own");
        assert_eq!(world.copied_replies(&issue).len(), 5);
        let reply = world.copied_replies(&issue).remove(0).content;
        assert!(reply.contains("Alice Example") && reply.contains(&format!("browse/{key}?attachment=")), "{reply}");

        world.lose_state();
        world.settle();
        world.pass(Duration::from_mins(6));
        world.settle();
        assert_eq!((world.files_on_jira(&issue).len(), world.files_on_guance(&issue).len()), (5, 5));
        assert_eq!((world.copied_comments(&key).len(), world.copied_replies(&issue).len()), (4, 5));

        world.pass(Duration::from_mins(1));
        world.forget_requests();
        world.sync();
        // The list, and what is left goes to the only thread.
        assert_eq!((world.guance.recorded().len(), world.jira.recorded().len()), (3, 2), "an idle run");
    });
}

#[test]
fn off_is_off() {
    on_both(|world| {
        let issue = world.guance.open_issue("one", "<p>x</p>", "P1", "张三");
        world.guance.attach_to_issue(&issue, "张三", "a.txt", b"a");
        world.sync();
        world.jira.attach(&world.key_of(&issue), "alice", "b.txt", "text/plain", b"b");
        world.settle();
        assert!(world.files_on_jira(&issue).is_empty() && world.copied_replies(&issue).is_empty());
        let asked = world.guance.recorded().into_iter().chain(world.jira.recorded());
        assert!(asked.map(|request| request.path).all(|path| {
            !path.contains("attachment") && (!path.ends_with("/get") || path.ends_with("/workspace/get"))
        }));
    });
}

#[test]
fn whatever_guance_answers_the_file_arrives_once_or_is_named() {
    use UploadAnswer::{AttachmentUuid, List, NoRoute, Refused, Text, Unnamed, Uuid};
    for (upload, arrives) in [
        (Uuid, true),
        (AttachmentUuid, true),
        (List, true),
        (Text, true),
        (Unnamed, false),
        (Refused, false),
        (NoRoute, false),
    ] {
        let (world, issue) = World::carrying(Flavour::Cloud);
        world.guance.switch(|switches| (switches.upload, switches.keep_extend) = (upload, false));
        world.sync();
        let key = world.key_of(&issue);
        world.jira.attach(&key, "alice", "trace.txt", "text/plain", b"0123456789");
        world.pass(Duration::from_mins(1));
        let outcome = world.sync();
        let replies = world.copied_replies(&issue);
        assert_eq!(replies.len(), 1, "{upload:?}: {outcome}");
        assert!(replies[0].content.contains("trace.txt (10 B)"), "{}", replies[0].content);
        assert_eq!(world.files_on_guance(&issue).len(), usize::from(arrives), "{upload:?}: {outcome}");
        assert_eq!(outcome.stdout.contains("left out: attachment trace.txt"), !arrives, "{upload:?}: {outcome}");
        world.settle();
        world.lose_state();
        world.settle();
        assert_eq!((world.copied_replies(&issue).len(), world.copied_comments(&key).len()), (1, 0), "{upload:?}");
    }
}

#[test]
fn however_guance_hands_a_file_out_it_arrives_and_the_key_goes_nowhere_else() {
    use Download::{Address, AddressObject, Bytes, Json, Redirect};
    for (download, bare) in [(Bytes, true), (Json, false), (Redirect, false), (Address, false), (AddressObject, false)]
    {
        let (world, issue) = World::carrying(Flavour::Cloud);
        world.guance.switch(|switches| (switches.download, switches.bare_attachments) = (download, bare));
        let uuid = world.guance.attach_to_issue(&issue, "张三", "trace.txt", b"[1, 2]");
        world.settle();
        let name = if bare { uuid.as_str() } else { "trace.txt" };
        assert_eq!(world.files_on_jira(&issue), wanted(&[(name, b"[1, 2]")]), "{download:?}");
        let there = world.guance.recorded().into_iter().filter(|request| request.path.starts_with("/store/"));
        assert!(there.clone().count() == 1 || !matches!(download, Redirect | Address | AddressObject));
        assert!(there.flat_map(|request| request.headers).all(|(name, _)| !name.eq_ignore_ascii_case("DF-API-KEY")));
    }
}

#[test]
fn what_is_too_large_is_named_and_stays() {
    on_each(|world, issue| {
        world.configure_flow("max_attachment = \"1 kB\"");
        let large = vec![7; 1001];
        world.guance.attach_to_issue(&issue, "张三", "large.bin", &large);
        world.guance.attach_to_issue(&issue, "张三", "small.bin", &large[..1000]);
        let outcome = world.sync();
        assert!(outcome.stdout.contains("left out: attachment large.bin"), "{outcome}");
        let key = world.key_of(&issue);
        world.jira.attach(&key, "alice", "huge.bin", "application/octet-stream", &large);
        world.pass(Duration::from_mins(1));
        let outcome = world.sync();
        assert!(outcome.stdout.contains("attachment huge.bin (1 kB) is larger than 1 kB"), "{outcome}");
        let why = world.run(&["why", &key]);
        assert!(why.stdout.contains("huge.bin") && why.stdout.contains("flow.max_attachment"), "{why}");
        world.settle();
        assert_eq!(world.files_on_jira(&issue), wanted(&[("small.bin", &large[..1000])]));
        assert!(world.files_on_guance(&issue).is_empty());
    });
}

/// Screenshots are all called the same, and Guance's lists tell no sizes.
#[test]
fn files_of_one_name_are_told_apart_after_a_lost_state() {
    on_each(|world, issue| {
        world.configure_flow("max_attachment = \"1 kB\"");
        let shots = [vec![1; 1001], vec![2; 10], vec![3; 20], vec![4; 30]];
        for shot in &shots[..3] {
            world.guance.attach_to_issue(&issue, "张三", "image.png", shot);
        }
        world.settle();
        world.lose_state();
        world.guance.attach_to_issue(&issue, "张三", "image.png", &shots[3]);
        world.settle();
        world.pass(Duration::from_mins(6));
        world.settle();
        let carried: Vec<(&str, &[u8])> = shots[1..].iter().map(|shot| ("image.png", shot.as_slice())).collect();
        assert_eq!(world.files_on_jira(&issue), wanted(&carried));
    });
}

#[test]
fn what_jira_does_not_take_is_named_and_the_rest_goes_on() {
    on_each(|world, issue| {
        world.jira.switch(|switches| switches.upload_limit = Some(10));
        world.guance.attach_to_issue(&issue, "张三", "large.bin", &[7; 11]);
        world.guance.reply_with_file(&issue, "李四", "<p>a reply</p>", "small.bin", &[7; 10]);
        let outcome = world.sync();
        assert!(outcome.stdout.contains("left out: attachment large.bin"), "{outcome}");
        world.settle();
        assert_eq!(world.files_on_jira(&issue), wanted(&[("small.bin", &[7; 10])]));
        assert_eq!(world.copied_comments(&world.key_of(&issue)).len(), 1);
        world.jira.with_user("bot", |bot| {
            bot.denied.insert("CREATE_ATTACHMENTS".to_owned());
        });
        world.guance.reply_with_file(&issue, "李四", "<p>another reply</p>", "other.bin", b"x");
        world.settle();
        assert_eq!(world.copied_comments(&world.key_of(&issue)).len(), 2);
    });
}

#[test]
fn what_fewer_people_may_see_stays_on_jira() {
    on_each(|world, issue| {
        world.sync();
        let key = world.key_of(&issue);
        let role = Some(Visibility::Role("Administrators".into()));
        let (by_name, by_time) = ("the secret.png shows it", "see what I attached");
        world.jira.comment_for(&key, "alice", by_name, role.clone());
        world.jira.attach(&key, "bob", "secret.png", "image/png", b"1");
        world.jira.attach(&key, "alice", "at the same time.png", "image/png", b"2");
        world.jira.comment_for(&key, "alice", by_time, role);
        world.jira.attach(&key, "bob", "public.png", "image/png", b"3");
        world.settle();
        assert_eq!(world.files_on_guance(&issue), wanted(&[("public.png", b"3")]));
        assert!(!world.sent_to_guance().contains("secret.png"));
        world.jira.set_security(&key, Some("Internal"), &["bot", "alice"]);
        world.jira.attach(&key, "bob", "hidden.png", "image/png", b"4");
        world.settle();
        assert_eq!(world.files_on_guance(&issue).len(), 1);
        world.configure_flow("restricted = \"copy\"");
        world.jira.attach(&key, "bob", "one more.png", "image/png", b"5");
        world.settle();
        assert_eq!(world.files_on_guance(&issue).len(), 5);
    });
}

#[test]
fn a_service_project_gets_no_files() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let world = World::with_projects(flavour, vec![Project::service_desk("OPS", "Help")]);
        world.configure_flow("attachments = \"both\"");
        let issue = world.guance.open_issue("one", "<p>x</p>", "P1", "张三");
        world.guance.attach_to_issue(&issue, "张三", "a.txt", b"a");
        let outcome = world.sync();
        assert!(outcome.stdout.contains("service project"), "{outcome}");
        world.settle();
        assert!(world.files_on_jira(&issue).is_empty());
    }
}

#[test]
fn a_login_page_or_a_missing_file_costs_the_file_alone() {
    on_each(|world, issue| {
        let gone = world.guance.attach_to_issue(&issue, "张三", "gone.txt", b"a");
        world.guance.attach_to_issue(&issue, "张三", "there.txt", b"b");
        let lost =
            What::Status(404, r#"{"code":404,"errorCode":"ft.NotFoundAttachment","success":false}"#.into(), vec![]);
        world.guance.fail(Fault::new(lost).path_contains(&gone).times(Times::Always));
        let outcome = world.sync();
        assert!(outcome.stdout.contains("left out: attachment gone.txt"), "{outcome}");
        assert_eq!(world.files_on_jira(&issue), wanted(&[("there.txt", b"b")]));
        let key = world.key_of(&issue);
        world.jira.attach(&key, "alice", "from jira.txt", "text/plain", b"c");
        for part in ["/attachment/content/", "/secure/attachment/"] {
            world.jira.fail(Fault::new(What::LoginPage).path_contains(part));
        }
        world.pass(Duration::from_mins(1));
        let outcome = world.run(&["sync"]);
        assert_eq!(outcome.code, 3, "{outcome}");
        world.jira.clear_faults();
        world.settle();
        assert_eq!(world.files_on_guance(&issue), wanted(&[("from jira.txt", b"c")]));
    });
}

#[test]
fn killed_at_any_write_each_file_is_there_once() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let prepared = || {
            let (world, issue) = World::carrying(flavour);
            world.sync();
            // Two of one name, as people do.
            world.guance.attach_to_issue(&issue, "张三", "image.png", b"one");
            world.guance.attach_to_issue(&issue, "张三", "image.png", b"two");
            let key = world.key_of(&issue);
            world.jira.attach(&key, "alice", "image.png", "image/png", b"three");
            world.pass(Duration::from_mins(6));
            (world, issue)
        };
        let (world, _) = prepared();
        let (guance, jira) = (world.guance.writes(), world.jira.writes());
        world.sync();
        let (guance, jira) = (world.guance.writes() - guance, world.jira.writes() - jira);
        assert!(guance >= 2 && jira >= 2, "{guance} {jira}");
        for fate in [Fate::Lost, Fate::Done] {
            for nth in 1..=guance + jira {
                let (world, issue) = prepared();
                let (side, nth): (&Server, usize) =
                    if nth <= jira { (&world.jira, nth) } else { (&world.guance, nth - jira) };
                eprintln!("{flavour:?} {fate:?} {nth}");
                run_and_kill(&world, side, nth, fate);
                world.settle();
                assert_eq!(world.files_on_jira(&issue), wanted(&[("image.png", b"one"), ("image.png", b"two")]));
                assert_eq!(world.files_on_guance(&issue), wanted(&[("image.png", b"three")]));
                assert_eq!(world.copied_replies(&issue).len(), 1);
            }
        }
    }
}
