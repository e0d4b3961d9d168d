//! Words that were taken back stay nowhere in the state.

use std::fs;

use guajira_fakes::jira::Visibility;
use guajira_fakes::server::{Fault, Times, What};

use super::copies::three_issues;
use super::world::{World, on_both};

/// Where a word stands among the bytes of what guajira keeps.
fn places(world: &World, planted: &str) -> Vec<String> {
    let files = fs::read_dir(world.path(".")).unwrap().map(|entry| entry.unwrap().path());
    let holds = |path: &std::path::PathBuf| {
        fs::read(path).is_ok_and(|bytes| bytes.windows(planted.len()).any(|part| part == planted.as_bytes()))
    };
    files.filter(holds).map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
}

/// The columns of the state that hold a word.
fn columns(world: &World, planted: &str) -> Vec<String> {
    let state = world.state();
    let names = "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'";
    let mut statement = state.prepare(names).unwrap();
    let all = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    let all: Vec<(String, String)> = all.map(Result::unwrap).collect();
    let holds = |(table, column): &(String, String)| {
        let sql = format!("SELECT count(*) FROM \"{table}\" WHERE instr(CAST(\"{column}\" AS TEXT), ?1)");
        state.query_row(&sql, [planted], |row| row.get::<_, i64>(0)).unwrap() > 0
    };
    all.into_iter().filter(holds).map(|(table, column)| format!("{table}.{column}")).collect()
}

fn guance_is_busy(world: &World) {
    let slow_down = What::Status(429, "slow down".to_owned(), Vec::new());
    world.guance.fail(Fault::new(slow_down).path_contains("/reply/").method("POST").times(Times::Always));
}

#[test]
fn a_comment_that_waited_and_became_restricted_leaves_no_word_in_the_state() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.settle();
        for (n, length) in [0, 2_000, 20_000].into_iter().enumerate() {
            let word = format!("plantedword{n}");
            let text = format!("{word} {}", "and so on ".repeat(length / 10));
            let comment = world.jira.comment(&world.key_of(&issues[0]), "alice", text);
            guance_is_busy(&world);
            assert_eq!(world.run(&["sync"]).code, 3);
            assert_eq!(columns(&world, &word), ["words.action"]);
            world.guance.clear_faults();
            world.jira.restrict_comment(comment, Some(Visibility::Role("Administrators".into())));
            world.settle();
            assert_eq!(places(&world, &word), Vec::<String>::new());
        }
    });
}

#[test]
fn an_edit_that_another_overtook_leaves_no_word_in_the_state() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.sync();
        let comment = world.jira.comment(&world.key_of(&issues[0]), "alice", "firstwords of it");
        world.settle();
        assert_eq!(places(&world, "firstwords"), Vec::<String>::new(), "what was sent is not kept");
        guance_is_busy(&world);
        for words in ["secondwords", "thirdwords"] {
            world.jira.edit_comment(comment, "alice", format!("{words} of it"));
            assert_eq!(world.run(&["sync"]).code, 3);
        }
        world.guance.clear_faults();
        world.settle();
        assert!(world.copied_replies(&issues[0])[0].content.contains("thirdwords"));
        for words in ["secondwords", "thirdwords"] {
            assert_eq!(places(&world, words), Vec::<String>::new());
        }
    });
}

#[test]
fn a_service_that_quotes_a_comment_brings_no_word_of_it_into_the_history() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.settle();
        let comment = world.jira.comment(&world.key_of(&issues[0]), "alice", "plantedword and so on");
        let body =
            "{\"code\":400,\"success\":false,\"errorCode\":\"ft.CheckObject\",\"message\":\"no 'plantedword and'\"}";
        let json = ("Content-Type".to_owned(), "application/json".to_owned());
        world.guance.fail(Fault::new(What::Status(400, body.to_owned(), vec![json])).path_contains("/reply/create"));
        let outcome = world.run(&["sync"]);
        assert_eq!((outcome.code, world.staged("dead")), (3, 1), "{outcome}");
        assert!(outcome.stdout.contains("ft.CheckObject") && !outcome.stdout.contains("plantedword"), "{outcome}");
        assert!(!outcome.stderr.contains("plantedword"), "{outcome}");
        assert_eq!(columns(&world, "plantedword"), ["words.action"]);
        world.jira.restrict_comment(comment, Some(Visibility::Role("Administrators".into())));
        world.settle();
        assert_eq!(places(&world, "plantedword"), Vec::<String>::new());
    });
}
