//! `[text]`: what guajira writes in Chinese and in another time zone, and that nothing it wrote is forgotten when either is
//! changed, whether the state is there or not.

use std::time::Duration;

use guajira_fakes::jira::Visibility;

use super::agree::{jira_words, words};
use super::world::{Flavour, World, on_both};

const ENGLISH: &str = "language = \"en\"\ntime_zone = \"UTC\"";
const CHINESE: &str = "language = \"zh\"\ntime_zone = \"Asia/Shanghai\"";

const FLOW: &str = "deletes = \"mark\"\nupdates = true\nstatus = \"both\"\nattachments = \"both\"\nlinks = \"both\"";

/// Everything that people read in a pair, on both sides.
fn read(world: &World, issue: &str) -> Vec<String> {
    let key = world.key_of(issue);
    let copy = world.jira.issue(&key).unwrap();
    let comments = world.jira.comments(&key).into_iter().map(|comment| comment.body.to_string());
    let replies = world.guance.replies(issue).into_iter().map(|reply| reply.content);
    let files = world.jira.attachments(&key).into_iter().map(|file| file.name);
    [copy.summary, copy.description.to_string()].into_iter().chain(comments).chain(replies).chain(files).collect()
}

/// Two pairs in which all has happened of which guajira writes. Returns their issues.
fn lived_in(world: &World) -> [String; 2] {
    world.jira.with_project("OPS", |project| project.workflow = guajira_fakes::jira::Workflow::classic());
    let long = format!("<p>{}</p>", "磁盘满 and full ".repeat(9_000));
    let issue = world.guance.open_issue("disk full", "<p>it is full</p>", "P1", "张三");
    let other = world.guance.open_issue("memory full", &long, "P1", "张三");
    world.settle();
    let (key, other_key) = (world.key_of(&issue), world.key_of(&other));
    let gone_reply = world.guance.reply(&issue, "李四", "<p>a hasty reply</p>");
    world.guance.reply(&issue, "李四", "<p>looking at it</p>");
    world.guance.reply(&other, "李四", &long);
    let gone_comment = world.jira.comment(&key, "alice", "a hasty comment");
    world.jira.comment(&key, "alice", "seen");
    world.jira.comment(&other_key, "alice", "long words ".repeat(6_000));
    world.jira.attach(&key, "alice", "trace.txt", "text/plain", b"trace");
    world.guance.attach_to_issue(&issue, "张三", "disk.png", b"png");
    world.guance.repeat(&issue, "disk **still** full");
    world.settle();
    world.jira.edit_issue(&other_key, "alice", |issue| "by hand".clone_into(&mut issue.summary));
    world.settle();
    world.guance.delete_reply(&gone_reply);
    world.jira.restrict_comment(gone_comment, Some(Visibility::Role("Secret".to_owned())));
    world.guance.retitle(&other, "memory nearly full", "李四");
    world.guance.set_status(&issue, 20, "李四");
    world.pass(Duration::from_mins(6));
    world.sync();
    world.settle();
    [issue, other]
}

fn configured(world: &World, text: &str) {
    world.reconfigure("labels = [\"guance\"]", "labels = [\"guance\"]\nrepeats = \"count\"");
    world.reconfigure("[[route]]", &format!("[text]\n{text}\n\n[flow]\n{FLOW}\n\n[[route]]"));
}

#[test]
fn what_guajira_writes_is_in_the_language_and_the_time_zone_of_the_configuration() {
    on_both(|world| {
        configured(&world, CHINESE);
        let [issue, other] = lived_in(&world);
        let key = world.key_of(&issue);
        let on_jira: Vec<String> = world.copied_comments(&key).iter().map(|one| jira_words(&one.body)).collect();
        let all = on_jira.join("\n");
        for words in ["监控器已重复此告警 1 次", "在观测云将问题状态改为 Resolved", "原文已在观测云删除"]
        {
            assert!(all.contains(words), "{words} is not in {all}");
        }
        assert!(on_jira.iter().all(|told| told.contains("观测云")) && all.contains("UTC+8"), "{all}");
        let description = jira_words(&world.jira.issue(&key).unwrap().description);
        assert!(description.contains("观测云：") && description.contains("UTC+8"), "{description}");
        let title =
            world.copied_comments(&world.key_of(&other)).iter().map(|one| jira_words(&one.body)).collect::<String>();
        assert!(
            title.contains("观测云上的标题现在是：memory nearly full") && title.contains("…（已截断）全文："),
            "{title}"
        );
        let on_guance: String = world
            .copied_replies(&issue)
            .iter()
            .chain(&world.copied_replies(&other))
            .map(|one| words(&one.content))
            .collect();
        assert!(on_guance.contains("原文已在 Jira 删除") && on_guance.contains("UTC+8"), "{on_guance}");
        assert!(on_guance.contains("…（已截断）全文："), "the end of a long comment: {}", on_guance.len());
        for english in ["deleted on", "The monitor", "set the issue", " UTC<", "the full text is there", "is now:"] {
            assert!(!all.contains(english) && !on_guance.contains(english), "{english}");
        }
        world.is_quiet();
    });
}

#[test]
fn another_language_rewrites_nothing_and_forgets_nothing() {
    for (before, after) in [(ENGLISH, CHINESE), (CHINESE, ENGLISH)] {
        for hidden_markers in [true, false] {
            on_both(|world| {
                world.guance.switch(|guance| guance.keep_extend = hidden_markers);
                configured(&world, before);
                if !hidden_markers {
                    let format = if world.flavour == Flavour::Cloud { "text" } else { "markdown" };
                    world.reconfigure("[guance]", &format!("[guance]\nreply_format = {format:?}"));
                }
                let pair = lived_in(&world);
                let said = pair.each_ref().map(|issue| read(&world, issue));
                assert_eq!(world.jira.issues().len(), 2);
                world.reconfigure(before, after);
                world.is_quiet();
                world.is_quiet();
                for round in 0..2 {
                    assert_eq!(pair.each_ref().map(|issue| read(&world, issue)), said, "{before} {round}");
                    world.lose_state();
                    world.forget_requests();
                    world.sync();
                    for _ in 0..3 {
                        world.pass(Duration::from_mins(31));
                        world.sync();
                    }
                    assert_eq!(world.writes(), 0, "{before} {round} {}", world.sent());
                }
                assert_eq!(world.jira.issues().len(), 2);

                // What comes now is in the new language, and the count goes on in the same comment.
                let [issue, other] = &pair;
                let key = world.key_of(issue);
                let (copies, replies) = (world.copied_comments(&key).len(), world.copied_replies(issue).len());
                world.guance.repeat(issue, "disk **still** full, again");
                world.guance.reply(issue, "李四", "<p>a later reply</p>");
                world.jira.comment(&key, "bob", "a later comment");
                world.guance.describe(other, "<p>it is better</p>", "李四");
                world.settle();
                let told: String = world.copied_comments(&key).iter().map(|one| jira_words(&one.body)).collect();
                assert_eq!(
                    (world.copied_comments(&key).len(), world.copied_replies(issue).len()),
                    (copies + 1, replies + 1)
                );
                let count =
                    if after == CHINESE { "监控器已重复此告警 2 次" } else { "repeated this alarm 2 times" };
                assert!(told.contains(count) && told.contains("a later reply"), "{told}");
                let description = jira_words(&world.jira.issue(&world.key_of(other)).unwrap().description);
                let back = if after == CHINESE { "观测云：" } else { "Guance: " };
                assert!(description.contains("it is better") && description.contains(back.trim()), "{description}");
                world.is_quiet();
            });
        }
    }
}

#[test]
fn a_wrong_time_zone_is_refused_where_it_stands_and_the_right_one_is_named() {
    let world = World::new(Flavour::Cloud);
    configured(&world, CHINESE);
    for (wrong, right) in [
        ("Asia/Beijing", "\"Asia/Shanghai\""),
        ("Asia/Shangai", "\"Asia/Shanghai\""),
        ("UTC+8", "\"Asia/Shanghai\""),
        ("europe/berlin", "\"Europe/Berlin\""),
        ("New York", "\"America/New_York\""),
        ("nowhere at all", "an IANA name such as \"Asia/Shanghai\" or \"UTC\""),
    ] {
        let line = format!("time_zone = {wrong:?}");
        world.reconfigure("time_zone = \"Asia/Shanghai\"", &line);
        let told = world.run(&["sync"]);
        assert_eq!(told.code, 2, "{told}");
        assert!(told.stderr.contains("[text].time_zone") && told.stderr.contains(right), "{told}");
        world.reconfigure(&line, "time_zone = \"Asia/Shanghai\"");
    }
}

#[test]
fn the_program_speaks_the_language_that_it_is_asked_for() {
    let mut world = World::new(Flavour::Server);
    let issue = world.guance.open_issue("disk full", "<p>it is full</p>", "P1", "张三");
    world.guance.open_issue("unlisted", "<p>x</p>", "P9", "张三");
    let told = world.run(&["--lang", "zh", "sync"]);
    assert!(told.stdout.starts_with("新建 1 个问题\n") && told.stderr.contains("首次运行："), "{told}");
    assert!(told.stdout.contains("  未同步：1 项（[route.priority] 未列出等级 system_level_9）"), "{told}");
    let key = world.key_of(&issue);

    world.set("LANG", "zh_CN.UTF-8");
    assert_eq!(world.run(&["sync"]).stdout, "没有新内容\n");
    assert_eq!(world.run(&["sync", "--lang", "en"]).stdout, "nothing to do\n");
    world.set("LC_ALL", "C");
    assert_eq!(world.run(&["sync"]).stdout, "nothing to do\n");
    world.unset("LC_ALL");

    let status = world.run(&["status"]);
    for part in ["已关联  1 个问题，0 条评论", "发件箱  空", "最近一次成功运行：", "同步"] {
        assert!(status.stdout.contains(part), "{part}: {status}");
    }
    let why = world.run(&["why", &key]).stdout;
    assert!(why.contains(&format!("观测云问题 {issue} 对应 Jira 的 {key}")), "{why}");
    let nothing = world.run(&["why", "OPS-999"]);
    assert!(nothing.code == 3 && nothing.stderr.contains("OPS-999 从未同步过"), "{nothing}");
    assert!(world.run(&["retry", "--all"]).stdout.starts_with("没有需要重试的条目"));

    // What programs read stays what it is.
    world.guance.open_issue("another", "<p>x</p>", "P8", "张三");
    let [chinese, english] = ["zh", "en"].map(|lang| {
        let told = world.run(&["sync", "--dry-run", "--json", "--lang", lang]);
        let mut report: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
        for time in ["started", "ended"] {
            report.as_object_mut().unwrap().remove(time);
        }
        report
    });
    assert_eq!(chinese, english);
    assert_eq!(chinese["skipped"]["level system_level_8 is not listed in [route.priority]"], 1, "{chinese}");
}
