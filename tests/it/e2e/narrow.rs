//! A Jira that takes less than usual: shorter texts, and no characters of four bytes.

use std::time::Duration;

use guajira_fakes::jira::plain;

use super::world::{World, on_both};

fn thread(world: &World, key: &str) -> Vec<String> {
    world.jira.comments(key).iter().map(|comment| plain(&comment.body)).collect()
}

/// How often something was refused.
fn refusals(world: &World) -> usize {
    world.jira.recorded().iter().filter(|request| request.write && request.status.is_some_and(|s| s >= 400)).count()
}

#[test]
fn an_emoji_costs_no_issue_and_no_comment() {
    for status in [400, 500] {
        on_both(|world| {
            let flow = "updates = true\nstatus = \"both\"";
            world.reconfigure("[[route]]", &format!("[flow]\n{flow}\n\n[[route]]"));
            world.jira.switch(|jira| (jira.three_byte_charset, jira.three_byte_status) = (true, status));
            let title = world.guance.open_issue("🔥 CPU 高", "<p>fine</p>", "P1", "张三");
            let text = world.guance.open_issue("disk full", "<p>it <b>burns</b> 🔥 here</p>", "P1", "张三");
            let plain_one = world.guance.open_issue("memory full", "<p>fine</p>", "P1", "张三");
            let told = world.run(&["sync"]);
            if status == 400 {
                assert!(told.stdout.contains("characters"), "it is said: {told}");
            }
            world.settle();
            let of = |issue: &str| world.jira.issue(&world.key_of(issue)).unwrap();
            assert_eq!(of(&title).summary, "\u{fffd} CPU 高");
            let description = plain(&of(&text).description);
            assert!(description.contains("burns") && description.contains("\u{fffd} here"), "{description}");
            let strong = of(&text).description.to_string();
            assert!(strong.contains("strong") || strong.contains("{*}burns{*}"), "its formatting is kept: {strong}");
            assert_eq!(of(&plain_one).summary, "memory full");

            world.forget_requests();
            let reply = world.guance.reply(&text, "李四", "收到 👍 马上");
            world.settle();
            let key = world.key_of(&text);
            assert!(thread(&world, &key)[0].contains("收到 \u{fffd} 马上"), "{:?}", thread(&world, &key));
            world.guance.edit_reply(&reply, "好的 👍 现在");
            world.guance.retitle(&text, "磁盘 💾 满", "张三");
            world.guance.describe(&text, "<p>it is out 🧯 now</p>", "张三");
            world.guance.open_issue("another 🔥", "<p>fine</p>", "P1", "张三");
            world.settle();
            assert!(thread(&world, &key)[0].contains("好的 \u{fffd} 现在"), "{:?}", thread(&world, &key));
            assert_eq!(of(&text).summary, "磁盘 \u{fffd} 满");
            assert!(plain(&of(&text).description).contains("out \u{fffd} now"));
            assert_eq!(refusals(&world), 0, "it is remembered");
            world.is_quiet();
            world.lose_state();
            world.pass(Duration::from_mins(6));
            world.settle();
            assert_eq!(world.jira.issues().len(), 4);
        });
    }
}

#[test]
fn an_emoji_that_comes_first_in_a_comment_or_a_change_arrives_too() {
    for (status, what) in [(400, 0), (400, 1), (400, 2), (500, 0), (500, 1), (500, 2)] {
        on_both(|world| {
            world.configure_flow("updates = true");
            let issue = world.guance.open_issue("disk full", "<p>fine</p>", "P1", "张三");
            world.settle();
            let key = world.key_of(&issue);
            world.jira.switch(|jira| (jira.three_byte_charset, jira.three_byte_status) = (true, status));
            match what {
                0 => drop(world.guance.reply(&issue, "李四", "收到 👍 马上")),
                1 => world.guance.retitle(&issue, "磁盘 💾 满", "张三"),
                _ => world.guance.describe(&issue, "<p>it is out 🧯 now</p>", "张三"),
            }
            world.settle();
            let now = world.jira.issue(&key).unwrap();
            let told = format!("{} {} {:?}", now.summary, plain(&now.description), thread(&world, &key));
            assert!(told.contains('\u{fffd}'), "{status} {what}: {told}");
            world.is_quiet();
        });
    }
}

#[test]
fn a_jira_that_fails_on_one_text_is_not_taken_for_one_without_emoji() {
    on_both(|world| {
        let issue = world.guance.open_issue("disk full", "<p>fine</p>", "P1", "张三");
        world.settle();
        let fault = guajira_fakes::server::Fault::new(guajira_fakes::server::What::Status(
            500,
            "{\"errorMessages\":[\"Internal server error\"]}".into(),
            Vec::new(),
        ));
        world.jira.fail(fault.method("POST").path_contains("/comment"));
        world.guance.reply(&issue, "李四", "收到 👍 马上");
        world.settle();
        let key = world.key_of(&issue);
        assert!(thread(&world, &key)[0].contains("👍"), "{:?}", thread(&world, &key));
        assert_eq!(thread(&world, &key).len(), 1);
    });
}

#[test]
fn a_text_is_cut_where_this_jira_says_and_the_next_one_at_once() {
    on_both(|world| {
        world.configure_flow("updates = true");
        world.jira.switch(|jira| jira.text_limit = 5_000);
        let long = |word: &str| format!("{word} {}", "many words ".repeat(2_000));
        let issue = world.guance.open_issue("disk full", &format!("<p>{}</p>", long("first")), "P1", "张三");
        world.settle();
        let key = world.key_of(&issue);
        let length = |text: &str| text.encode_utf16().count();
        let is_cut = |text: &str| (3_500..=5_000).contains(&length(text)) && text.contains("many words");
        let description = plain(&world.jira.issue(&key).unwrap().description);
        assert!(is_cut(&description), "{}: {description:.200}", length(&description));
        assert!(world.jira.issue(&key).unwrap().description.to_string().contains("console.guance.example"));
        world.forget_requests();
        let reply = world.guance.reply(&issue, "李四", &long("reply"));
        world.settle();
        assert!(is_cut(&thread(&world, &key)[0]), "{:?}", thread(&world, &key)[0].len());
        world.guance.edit_reply(&reply, &long("edited"));
        let other = world.guance.open_issue("memory full", "<p>fine</p>", "P1", "张三");
        world.settle();
        world.guance.describe(&other, &format!("<p>{}</p>", long("changed")), "张三");
        world.settle();
        assert!(is_cut(&thread(&world, &key)[0]) && thread(&world, &key)[0].contains("edited"));
        let description = plain(&world.jira.issue(&world.key_of(&other)).unwrap().description);
        assert!(is_cut(&description) && description.contains("changed"));
        assert_eq!(refusals(&world), 0, "the limit is remembered");
        world.is_quiet();
    });
}

#[test]
fn a_long_comment_is_cut_where_a_jira_names_no_limit() {
    on_both(|world| {
        let issue = world.guance.open_issue("disk full", "<p>fine</p>", "P1", "张三");
        world.settle();
        world.jira.switch(|jira| (jira.text_limit, jira.names_limit) = (4_000, false));
        world.guance.reply(&issue, "李四", &format!("reply {}", "many words ".repeat(2_000)));
        world.settle();
        let key = world.key_of(&issue);
        assert!(thread(&world, &key)[0].contains("many words"), "{:?}", thread(&world, &key));
    });
}

#[test]
fn a_description_that_arrived_cut_and_a_title_too_follow_later_changes() {
    on_both(|world| {
        world.configure_flow("updates = true");
        world.jira.switch(|jira| jira.text_limit = 5_000);
        let long = |word: &str| format!("<p>{word} {}</p>", "many words ".repeat(2_000));
        let issue = world.guance.open_issue(&"🔥".repeat(200), &long("first"), "P1", "张三");
        world.settle();
        let key = world.key_of(&issue);
        let now = || world.jira.issue(&key).unwrap();
        assert!(plain(&now().description).contains("first many words") && now().summary.ends_with('…'));
        world.guance.describe(&issue, &long("second"), "张三");
        world.guance.retitle(&issue, &format!("still {}", "🔥".repeat(200)), "张三");
        world.settle();
        assert!(plain(&now().description).contains("second many words"), "{:?}", thread(&world, &key));
        assert!(now().summary.starts_with("still"), "{} {:?}", now().summary, thread(&world, &key));
        // What is found again is guajira's still.
        world.lose_state();
        world.pass(Duration::from_mins(6));
        world.settle();
        world.guance.describe(&issue, "<p>it is fine</p>", "张三");
        world.guance.retitle(&issue, "disk fine", "张三");
        world.settle();
        assert!(plain(&now().description).contains("it is fine"), "{:?}", thread(&world, &key));
        assert_eq!(now().summary, "disk fine");
        assert_eq!(thread(&world, &key), Vec::<String>::new());
        world.is_quiet();
    });
}
