//! `check`, `adopt` and hints in Chinese: what is said, and that what is kept and what programs read stays English.

use guajira_fakes::server::{Fault, Times, What};
use serde_json::Value;

use super::script::{adopt, left_by, others};
use super::world::{Flavour, World, on_both};

/// Returns the lines of text that hold two English words in a row: what nobody translated.
fn english(text: &str) -> Vec<&str> {
    let is_word = |word: &&str| word.len() > 2 && word.chars().all(|c| c.is_ascii_lowercase());
    let untranslated = |line: &&str| line.split(' ').collect::<Vec<_>>().windows(2).any(|two| two.iter().all(is_word));
    text.lines().filter(untranslated).collect()
}

#[test]
fn a_check_is_said_in_chinese() {
    on_both(|mut world| {
        world.configure_flow("attachments = \"to-jira\"\nstatus = \"both\"");
        world.sync();
        world.set("LANG", "zh_CN.UTF-8");
        let outcome = world.run(&["check"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        assert!(outcome.stdout.lines().rev().skip(1).all(|line| line.starts_with("正常 ")), "{outcome}");
        assert_eq!(english(&outcome.stdout), Vec::<&str>::new(), "{outcome}");
        for line in
            ["正常 观测云 API Key：有效", "正常 项目 OPS 的权限 ADD_COMMENTS：已授予", "正常 Jira 附件：最大 10 MB"]
        {
            assert!(outcome.stdout.lines().any(|told| told == line), "{line}: {outcome}");
        }
    });
}

#[test]
fn what_a_check_finds_wrong_is_said_in_chinese_with_what_to_do() {
    on_both(|mut world| {
        world.set("LANG", "zh_CN.UTF-8");
        world.jira.with_user("bot", |bot| {
            bot.denied.insert("ADD_COMMENTS".to_owned());
        });
        world.jira.switch(|switches| {
            switches.off_create_screen.insert("labels".to_owned());
            switches.user_properties = false;
        });
        world.reconfigure("P1 = \"High\"", "P1 = \"Urgent\"");
        let outcome = world.run(&["check"]);
        assert_eq!(outcome.code, 3, "{outcome}");
        for part in [
            "失败 项目 OPS 的权限 ADD_COMMENTS：未授予\n     → 请在项目的权限方案中授予机器人账号，用途：写入评论\n",
            "警告 项目 OPS 中 Bug 的字段 labels：不在创建界面上",
            "警告 项目 OPS 中 Bug 的字段 priority：不存在：Urgent\n     → 请在 [route.priority] 中使用：",
            "警告 Jira 写入计数：",
        ] {
            assert!(outcome.stdout.contains(part), "{part}: {outcome}");
        }
        assert_eq!(english(&outcome.stdout), Vec::<&str>::new(), "{outcome}");

        // What comes with a failed call has a hint of its own.
        world.set("GUAJIRA_GUANCE__API_KEY", "wrong");
        let outcome = world.run(&["check"]);
        assert!(outcome.stdout.contains("     → 请检查 [guance].api_key，以及 base_url"), "{outcome}");
    });
}

#[test]
fn an_explanation_is_said_in_chinese() {
    on_both(|world| {
        let issue = world.guance.open_issue("disk full", "<p>it is full</p>", "P1", "张三");
        let told = world.run(&["check", "--explain", &issue, "--lang", "zh"]);
        assert!(told.stdout.contains("路由 1：项目 OPS 的 Bug：由它处理\n"), "{told}");
        assert!(told.stdout.contains("Jira 将在项目 OPS 中创建 Bug：\n"), "{told}");
        let unlisted = world.guance.open_issue("disk full", "<p>it is full</p>", "P9", "张三");
        let told = world.run(&["check", "--explain", &unlisted, "--lang", "zh"]);
        assert!(told.stdout.contains("不会同步：[route.priority] 未列出等级 system_level_9"), "{told}");
        let told = world.run(&["check", "--explain", "issue_none", "--lang", "zh"]);
        assert!(told.stderr.contains("观测云上没有这个 Key 能读取的问题 issue_none"), "{told}");
        assert!(told.stderr.contains("提示：uuid 以 issue_ 开头"), "{told}");
    });
}

#[test]
fn a_takeover_is_said_in_chinese() {
    on_both(|mut world| {
        let left = left_by(&others(&world));
        world.set("LANG", "zh_CN.UTF-8");
        let check = world.run(&["check"]);
        assert!(
            check.stdout.contains("警告 接管旧脚本：") && check.stdout.contains("guajira adopt --script"),
            "{check}"
        );
        let outcome = adopt(&world, &[], true);
        assert!(outcome.code == 2 && outcome.stderr.contains("没有可接管的内容："), "{outcome}");
        assert!(
            outcome.stderr.contains("提示：如果那是脚本的账号，请指明：guajira adopt --script --created-by"),
            "{outcome}"
        );
        let (bob, key) = (super::script::bob(&world), world.guance.key_uuid(1));
        let outcome = adopt(&world, &[&bob, &key], true);
        for (key, uuid) in left.keys.iter().zip(&left.issues) {
            assert!(outcome.stdout.contains(&format!("-> {key} 与 {uuid}“")), "{outcome}");
        }
        assert!(outcome.stdout.ends_with("将接管 2 个问题、3 条评论；不接管 0 个问题\n未写入任何内容\n"), "{outcome}");
        assert_eq!(english(&outcome.stdout), Vec::<&str>::new(), "{outcome}");
    });
}

/// A run without a terminal keeps a hint; whoever looks later reads it in his own language, and a program as it was kept.
#[test]
fn a_hint_is_kept_in_english_and_said_in_the_language_of_whoever_reads_it() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let world = World::new(flavour);
        world.sync();
        let refused = r#"{"errorMessages":["the token is no good"],"errors":{}}"#;
        world.jira.fail(Fault::new(What::Status(401, refused.to_owned(), Vec::new())).times(Times::Always));
        let run = world.run(&["sync", "--lang", "zh"]);
        assert!(run.code == 4 && run.stderr.contains("提示：请检查 [jira.auth].token："), "{run}");
        let kept: String = world.state().query_row("SELECT hint FROM side_failure", [], |row| row.get(0)).unwrap();
        assert!(kept.starts_with("check [jira.auth].token: "), "{kept}");
        for lang in ["en", "zh"] {
            let json: Value = serde_json::from_str(&world.run(&["status", "--json", "--lang", lang]).stdout).unwrap();
            assert_eq!(json["failing_sides"][0]["hint"], kept.as_str(), "{json}");
        }
        assert!(world.run(&["status", "--lang", "en"]).stdout.contains(&format!("     → {kept}\n")));
        let status = world.run(&["status", "--lang", "zh"]);
        assert!(status.stdout.contains("     → 请检查 [jira.auth].token："), "{status}");
        assert!(status.stdout.contains("未成功：Jira 失败"), "{status}");
    }
}

/// What is written is kept in the outbox with an English summary; the report, the status and the history show it in Chinese.
#[test]
fn what_a_write_is_about_is_said_in_the_language_of_whoever_reads_it() {
    on_both(|world| {
        let issue = world.guance.open_issue("disk full", "<p>it is full</p>", "P1", "张三");
        let plan = world.run(&["sync", "--dry-run", "--lang", "zh", "--since", "1h"]);
        assert!(plan.stdout.contains("-> Jira：问题“disk full”（项目 OPS）（guance/issue/"), "{plan}");
        world.run(&["sync", "--since", "1h"]);
        let key = world.key_of(&issue);
        world.guance.reply(&issue, "李四", "<p>looking at it</p>");
        let refuse = r#"{"errorMessages":["not liked"],"errors":{}}"#;
        let fault = Fault::new(What::Status(400, refuse.to_owned(), Vec::new()));
        world.jira.fail(fault.writes().path_contains("/comment").times(Times::Always));
        world.pass(std::time::Duration::from_mins(6));
        let said = format!("李四 的评论（{key}）");
        for args in [&["sync", "--lang", "zh"] as &[&str], &["status", "--lang", "zh"], &["why", &key, "--lang", "zh"]]
        {
            let told = world.run(args);
            assert!(told.stdout.contains(&said), "{told}");
        }
        let why = world.run(&["why", &key, "--lang", "zh"]).stdout;
        for line in [
            "已进入队列：问题“disk full”（项目 OPS）".to_owned(),
            format!("已写入为 {key}：问题“disk full”（项目 OPS）"),
            format!("被拒绝，不再重试：{said}：POST "),
        ] {
            assert!(why.contains(&line), "{line}: {why}");
        }
        let json = world.run(&["why", &key, "--json", "--lang", "zh"]).stdout;
        assert!(json.contains("enqueued: issue") && !json.contains("已进入队列"), "{json}");
        let json = world.run(&["status", "--json", "--lang", "zh"]).stdout;
        assert!(json.contains(&format!("comment by 李四 on {key}")) && !json.contains(&said), "{json}");
    });
}

#[test]
fn the_status_lists_so_many_items_and_says_how_many_more_there_are() {
    on_both(|mut world| {
        world.set("GUAJIRA_SYNC__MAX_CREATES", "1");
        for n in 0..23 {
            world.guance.open_issue(&format!("issue {n}"), "", "P1", "张三");
        }
        let run = world.run(&["sync"]);
        assert_eq!(run.code, 3, "{run}");
        let listed = |told: &str| told.lines().filter(|line| line.contains("guance/issue/")).count();
        let status = world.run(&["status", "--lang", "zh"]);
        assert_eq!(listed(&status.stdout), 20, "{status}");
        assert!(status.stdout.contains(" … 另有 3 项：`guajira status --all`\n"), "{status}");
        let status = world.run(&["status", "--all"]);
        assert_eq!(listed(&status.stdout), 23, "{status}");
        assert!(!status.stdout.contains("more:"), "{status}");
    });
}
