//! What a Jira calls its things: names in the bot's language, names that several things share, and names that change.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use guajira_fakes::jira::{CustomField, CustomKind, Workflow, named};
use serde_json::Value;

use super::world::{World, on_both};

/// What a bot reads whose profile is in Chinese.
fn chinese() -> BTreeMap<String, String> {
    let words = [
        ("Bug", "故障"),
        ("Task", "任务"),
        ("Highest", "最高"),
        ("High", "高"),
        ("Medium", "中"),
        ("Low", "低"),
        ("To Do", "待办"),
        ("In Progress", "处理中"),
        ("In Review", "评审中"),
        ("Done", "完成"),
        ("Won't Fix", "不修复"),
    ];
    words.into_iter().map(|(name, shown)| (name.to_owned(), shown.to_owned())).collect()
}

/// What the last create said of a field.
fn sent(world: &World, field: &str) -> Value {
    let is_create = |path: &str| path.ends_with("/issue") || path.ends_with("/issue/bulk");
    let requests = world.jira.recorded();
    let create = requests.iter().rfind(|request| request.method == "POST" && is_create(&request.path)).unwrap();
    let body = &create.body;
    let issue = body.get("issueUpdates").map_or(body, |all| &all[0]);
    issue["fields"][field].clone()
}

#[test]
fn a_type_whose_name_other_projects_share_is_sent_by_its_id() {
    on_both(|world| {
        world.jira.switch(|jira| jira.shared_type_names = BTreeSet::from(["Bug".to_owned()]));
        let told = world.run(&["check"]);
        assert!(told.code == 0 && told.stdout.contains("ok   issue type Bug in OPS: can be created"), "{told}");
        let issue = world.guance.open_issue("disk full", "<p>it is full</p>", "P1", "张三");
        world.settle();
        let key = world.key_of(&issue);
        assert_eq!(world.jira.issue(&key).unwrap().issue_type, "10001");
        assert_eq!(sent(&world, "issuetype"), serde_json::json!({"id": "10001"}));
        assert_eq!(sent(&world, "priority"), serde_json::json!({"id": "2"}));
        world.is_quiet();
    });
}

#[test]
fn an_english_configuration_serves_a_bot_that_reads_chinese() {
    on_both(|world| {
        world.jira.switch(|jira| jira.tongue = chinese());
        world.jira.with_project("OPS", |project| {
            project.workflow = Workflow::reviewed();
            project.components = named(&[("77", "Storage")]);
        });
        world.reconfigure(
            "labels = [\"guance\"]",
            "labels = [\"guance\"]\ncomponents = [\"storage\"]\nresolution = \"Won't Fix\"",
        );
        world.reconfigure("[route.priority]", "[route.status]\nPending = \"In Review\"\n\n[route.priority]");
        world.configure_flow("status = \"both\"\nlevel = true\nupdates = true");
        let told = world.run(&["check"]);
        assert!(told.code == 0 && !told.stdout.contains("warn"), "{told}");
        assert!(told.stdout.contains("故障 (Bug)"), "both names are shown: {told}");
        let issue = world.guance.open_issue("disk full", "<p>it is full</p>", "P1", "张三");
        world.settle();
        let key = world.key_of(&issue);
        assert_eq!(world.jira.priority_of(&key).as_deref(), Some("High"));
        assert_eq!(sent(&world, "components"), serde_json::json!([{"id": "77"}]));
        world.guance.set_level(&issue, "P0", "张三");
        world.settle();
        assert_eq!(world.jira.priority_of(&key).as_deref(), Some("Highest"));
        world.jira.transition(&key, "alice", "In Progress");
        world.settle();
        world.jira.transition(&key, "alice", "In Review");
        world.settle();
        assert_eq!(world.guance.issue(&issue).unwrap().status_type, 30, "Pending is In Review, whatever it is called");
        world.guance.set_status(&issue, 20, "张三");
        world.settle();
        assert_eq!(world.jira.status_of(&key), "Done");
        assert_eq!(world.jira.issue(&key).unwrap().resolution.as_deref(), Some("Won't Fix"));
        world.is_quiet();
    });
}

#[test]
fn a_bot_that_changes_its_language_goes_on() {
    on_both(|world| {
        world.configure_flow("status = \"to-jira\"\nlevel = true");
        world.reconfigure("[route.priority]", "closed_status = \"Done\"\n[route.priority]");
        let first = world.guance.open_issue("disk full", "", "P1", "张三");
        world.settle();
        // Neither a list nor an issue tells any other name from now on.
        world.jira.switch(|jira| (jira.tongue, jira.untranslated) = (chinese(), false));
        world.pass(Duration::from_hours(2));
        world.settle();
        world.is_quiet();
        let second = world.guance.open_issue("disk full again", "", "P1", "张三");
        world.guance.set_level(&first, "P0", "张三");
        world.settle();
        assert_eq!(world.jira.priority_of(&world.key_of(&second)).as_deref(), Some("High"));
        assert_eq!(world.jira.priority_of(&world.key_of(&first)).as_deref(), Some("Highest"));
        world.jira.transition(&world.key_of(&second), "alice", "Done");
        world.settle();
        world.guance.set_level(&second, "P0", "张三");
        world.settle();
        assert_eq!(world.jira.priority_of(&world.key_of(&second)).as_deref(), Some("High"), "it is closed");
    });
}

#[test]
fn a_remembered_screen_that_has_changed_is_asked_for_again() {
    on_both(|world| {
        let options = |names: &[(&str, &str)]| CustomKind::Select(named(names));
        world.jira.with_project("OPS", |project| {
            let field = CustomField::new("customfield_10077", "Team", options(&[("1", "network"), ("2", "storage")]));
            project.custom_fields = vec![CustomField { required: true, ..field }];
        });
        world.reconfigure("[route.priority]", "[route.fields]\nTeam = \"storage\"\n\n[route.priority]");
        world.guance.open_issue("disk full", "", "P1", "张三");
        world.settle();
        // The option is made anew, under another id; the type of the issue as well.
        world.jira.with_project("OPS", |project| {
            project.custom_fields[0].kind = options(&[("1", "network"), ("9", "storage")]);
            project.types = named(&[("20001", "Bug"), ("10001", "Defect"), ("10002", "Task")]);
        });
        let issue = world.guance.open_issue("disk full again", "", "P1", "张三");
        world.pass(Duration::from_mins(6));
        world.sync();
        let made = world.jira.issue(&world.key_of(&issue)).unwrap();
        assert_eq!(made.other["customfield_10077"]["id"], "9");
        assert_eq!(made.issue_type, "20001");
        // An option that was not there when the screen was read is found without a refusal.
        world.reconfigure("Team = \"storage\"", "Team = \"database\"");
        world.jira.with_project("OPS", |project| {
            project.custom_fields[0].kind = options(&[("1", "network"), ("9", "storage"), ("11", "database")]);
        });
        let issue = world.guance.open_issue("disk full for good", "", "P1", "张三");
        world.pass(Duration::from_mins(6));
        world.sync();
        assert_eq!(world.jira.issue(&world.key_of(&issue)).unwrap().other["customfield_10077"]["id"], "11");
    });
}
