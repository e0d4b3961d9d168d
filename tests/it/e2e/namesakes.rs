//! People choose their own names: a name is no proof of who somebody is.

use guajira_fakes::jira::User;
use serde_json::{Value, json};

use super::people::{account, at, mentioning};
use super::world::{Flavour, World, on_both};

/// A world in which assignees travel both ways, and one pair; gives the Guance issue and the key of the Jira one.
fn paired(world: &World) -> (String, String) {
    world.configure_flow("assignee = \"both\"");
    let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "王五");
    world.settle();
    let key = world.key_of(&issue);
    (issue, key)
}

fn user(login: &str, shown: &str, email: &str, visible: bool) -> User {
    User { email: email.into(), email_visible: visible, ..User::new(login, shown) }
}

/// Whether a text of Jira's mentions somebody for real.
fn pings(world: &World, body: &Value) -> bool {
    body.to_string().contains(if world.flavour == Flavour::Cloud { "\"type\":\"mention\"" } else { "[~" })
}

#[test]
fn a_namesake_whose_known_address_differs_is_nobody() {
    on_both(|world| {
        let (issue, key) = paired(&world);
        world.guance.add_member("张三", "zhangsan@corp.example");
        world.jira.add_user(user("mallory", "张三", "mallory@evil.example", true));
        world.guance.set_managers(&issue, &["张三"], "王五");
        let outcome = world.sync();
        assert!(outcome.stdout.contains("张三 <zhangsan@corp.example>"), "it is told: {outcome}");
        world.settle();
        assert_eq!(world.jira.issue(&key).unwrap().assignee, None);

        // The other way round.
        let stranger = world.guance.add_member("Mallory", "mallory@evil.example");
        world.guance.choose_nickname(&stranger, "Alice Example");
        world.guance.set_managers(&issue, &[], "王五");
        world.settle();
        world.jira.assign(&key, "bob", Some("alice"));
        world.settle();
        assert!(world.guance.managers(&issue).is_empty(), "{:?}", world.guance.managers(&issue));

        // Two who are called the same, with different addresses, are not the same.
        world.guance.add_member("Bob Example", "bob@elsewhere.example");
        world.jira.assign(&key, "bob", Some("bob"));
        world.guance.set_managers(&issue, &["Bob Example"], "王五");
        let outcome = world.sync();
        assert!(outcome.stdout.contains("Bob Example <bob"), "it is told: {outcome}");
        world.is_quiet();
    });
}

#[test]
fn who_has_the_address_is_found_beside_a_namesake() {
    on_both(|world| {
        let (issue, key) = paired(&world);
        world.guance.add_member("张三", "zhangsan@corp.example");
        world.jira.add_user(user("mallory", "张三", "mallory@evil.example", true));
        world.jira.add_user(user("zhang", "Zhang San", "zhangsan@corp.example", true));
        world.guance.set_managers(&issue, &["张三"], "王五");
        world.settle();
        assert_eq!(world.jira.issue(&key).unwrap().assignee.as_deref(), Some("zhang"));
        world.is_quiet();
    });
}

/// Two of one name are not the same because one of them hides an address.
#[test]
fn a_namesake_who_is_assigned_already_gives_way() {
    on_both(|world| {
        let (issue, key) = paired(&world);
        world.guance.add_member("张三", "zhangsan@corp.example");
        world.jira.add_user(user("mallory", "张三", "mallory@evil.example", false));
        world.jira.add_user(user("zhang", "Zhang San", "zhangsan@corp.example", true));
        world.jira.assign(&key, "mallory", Some("mallory"));
        world.guance.set_managers(&issue, &["王五"], "王五");
        world.settle();
        world.guance.set_managers(&issue, &["张三"], "王五");
        world.settle();
        assert_eq!(world.jira.issue(&key).unwrap().assignee.as_deref(), Some("zhang"));
        assert_eq!(world.guance.managers(&issue), ["张三"]);
        world.is_quiet();
    });
}

/// Whoever searches for `zhangsan@corp.example` is shown `zhangsan@corp.example.evil.com` too, and cannot see that.
#[test]
fn a_hidden_address_that_only_begins_alike_is_nobodys() {
    on_both(|world| {
        let (issue, key) = paired(&world);
        world.jira.switch(|switches| switches.hidden_address_beginnings = true);
        world.guance.add_member("张三", "zhangsan@corp.example");
        world.jira.add_user(user("mallory", "Mallory", "zhangsan@corp.example.evil.com", false));
        world.guance.set_managers(&issue, &["张三"], "王五");
        let outcome = world.sync();
        assert!(outcome.stdout.contains("张三 <zhangsan@corp.example>"), "it is told: {outcome}");
        world.settle();
        assert_eq!(world.jira.issue(&key).unwrap().assignee, None);
        world.is_quiet();
    });
}

#[test]
fn a_hidden_address_counts_together_with_the_name() {
    on_both(|world| {
        let (issue, key) = paired(&world);
        world.guance.add_member("张三", "zhangsan@corp.example");
        // She hides an address that is not his: nothing but a name speaks for her.
        world.jira.add_user(user("mallory", "张三", "mallory@evil.example", false));
        world.guance.set_managers(&issue, &["张三"], "王五");
        world.settle();
        assert_eq!(world.jira.issue(&key).unwrap().assignee, None);
        world.guance.set_managers(&issue, &[], "王五");
        world.settle();

        world.jira.add_user(user("zhang", "张三", "zhangsan@corp.example", false));
        world.pass(std::time::Duration::from_hours(2));
        world.guance.set_managers(&issue, &["张三"], "王五");
        world.settle();
        assert_eq!(world.jira.issue(&key).unwrap().assignee.as_deref(), Some("zhang"));
        world.is_quiet();
    });
}

/// Guance members 李四 and 王五, and `[people]` that names one by his name: 李四 is Bob.
fn with_a_name(world: &World) -> (String, String) {
    world.reconfigure("[[route]]", "[people]\n\"李四\" = \"Bob Example\"\n\n[[route]]");
    let li = world.guance.add_member("李四", "li.si@example.com");
    (li, world.guance.add_member("王五", "wang.wu@example.com"))
}

#[test]
fn a_name_in_the_table_assigns_only_where_one_member_bears_it() {
    on_both(|world| {
        let (_, wang) = with_a_name(&world);
        let (issue, key) = paired(&world);
        world.guance.choose_nickname(&wang, "李四");
        world.guance.set_managers(&issue, &["王五"], "王五");
        world.settle();
        assert_eq!(world.jira.issue(&key).unwrap().assignee, None);
        world.guance.set_managers(&issue, &["李四"], "王五");
        world.settle();
        assert_eq!(world.jira.issue(&key).unwrap().assignee, None, "nobody can say which of them is meant");

        world.guance.choose_nickname(&wang, "");
        world.guance.set_managers(&issue, &[], "王五");
        world.settle();
        world.pass(std::time::Duration::from_hours(2));
        world.guance.set_managers(&issue, &["李四"], "王五");
        world.settle();
        assert_eq!(world.jira.issue(&key).unwrap().assignee.as_deref(), Some("bob"));

        // The other way round: somebody on Jira is called Bob Example too.
        world.jira.add_user(user("mallory", "Bob Example", "mallory@evil.example", true));
        world.pass(std::time::Duration::from_hours(25));
        world.guance.set_managers(&issue, &[], "王五");
        world.settle();
        world.jira.assign(&key, "alice", Some("mallory"));
        world.settle();
        assert!(world.guance.managers(&issue).is_empty(), "{:?}", world.guance.managers(&issue));
        world.is_quiet();
    });
}

#[test]
fn a_name_in_the_table_mentions_only_where_one_member_bears_it() {
    on_both(|world| {
        let (li, wang) = with_a_name(&world);
        let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "王五");
        world.guance.choose_nickname(&wang, "李四");
        for id in [&li, &wang] {
            world.guance.reply(&issue, "王五", &format!("<p>{} 看一下</p>", at(id, "李四")));
        }
        world.settle();
        let key = world.key_of(&issue);
        let copies = world.jira.comments(&key);
        assert!(copies.len() == 2 && copies.iter().all(|copy| !pings(&world, &copy.body)), "{copies:?}");

        world.guance.choose_nickname(&wang, "");
        world.pass(std::time::Duration::from_hours(2));
        for id in [&li, &wang] {
            world.guance.reply(&issue, "王五", &format!("<p>{} 再看</p>", at(id, "李四")));
        }
        world.settle();
        let copies = world.jira.comments(&key);
        let real: Vec<bool> = copies.iter().map(|copy| pings(&world, &copy.body)).collect();
        assert_eq!(real, [false, false, true, false], "{copies:?}");
        assert!(copies[2].body.to_string().contains(&account(&world, "bob")), "{copies:?}");
    });
}

/// What stands in the place of an account's id in a text may be anything.
#[test]
fn a_mention_whose_id_is_a_name_of_the_table_is_nobody() {
    on_both(|world| {
        let (_, wang) = with_a_name(&world);
        let issue = world.guance.open_issue("disk full", "<p>x</p>", "P1", "王五");
        world.guance.choose_nickname(&wang, "李四");
        world.guance.reply(&issue, "王五", &format!("<p>{} 看一下</p>", at("李四", "李四")));
        world.settle();
        let key = world.key_of(&issue);
        let copy = world.jira.comments(&key).remove(0).body;
        assert!(!pings(&world, &copy), "{copy}");
        world.jira.add_user(user("mallory", "Bob Example", "mallory@evil.example", true));
        world.jira.comment(&key, "alice", mentioning(&world, "Bob Example", "Bob Example"));
        world.settle();
        let copy = world.copied_replies(&issue).remove(0);
        assert_eq!(copy.extend.get("members"), None, "{copy:?}");
    });
}

/// What an older version remembers of people was found by names.
#[test]
fn who_was_found_by_a_name_before_is_asked_for_again() {
    on_both(|world| {
        let (issue, key) = paired(&world);
        let mallory = json!({"id": "x", "name": "张三", "email": "mallory@evil.example"});
        let id = user("mallory", "张三", "mallory@evil.example", true);
        let mallory_id = if world.flavour == Flavour::Cloud { id.account_id.clone() } else { id.name.clone() };
        world.jira.add_user(id);
        world.guance.add_member("张三", "zhangsan@corp.example");
        let known = mallory.to_string().replace("\"x\"", &json!(mallory_id).to_string());
        // The program asks once, so that its facts can be made what an older version left.
        world.guance.set_managers(&issue, &["张三"], "王五");
        world.sync();
        world.guance.set_managers(&issue, &[], "王五");
        world.settle();
        let state = world.state();
        let names = "SELECT name FROM fact WHERE name LIKE 'jira.account.%'";
        let mut rows = state.prepare(names).unwrap();
        let names: Vec<String> = rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert!(!names.is_empty(), "this test must know how the facts are called");
        for name in names {
            let print = name.rsplit('.').next().unwrap();
            state
                .execute(
                    "INSERT OR REPLACE INTO fact (name, value, at) SELECT ?1, ?2, at FROM fact WHERE name = ?3",
                    [&format!("jira.person.{print}"), &known, &name],
                )
                .unwrap();
        }
        drop(rows);
        drop(state);
        world.guance.set_managers(&issue, &["张三"], "王五");
        world.settle();
        assert_eq!(world.jira.issue(&key).unwrap().assignee, None);
    });
}
