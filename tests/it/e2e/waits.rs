//! What a service asks for when it says "later", however long.

use guajira_fakes::server::{Fault, Times, What};

use super::copies::three_issues;
use super::world::on_both;

/// The waits that were seen, or are as long as a header can say.
const WAITS: [&str; 4] = ["9223372036854775807", "9000000000000000", "86400", "99999999999999999999999999"];

#[test]
fn a_wait_of_centuries_delays_only_the_comment_that_got_it() {
    on_both(|world| {
        for wait in WAITS {
            let issues = three_issues(&world);
            world.guance.reply(&issues[1], "李四", "<p>of another issue</p>");
            world.sync();
            let keys: Vec<String> = issues.iter().map(|issue| world.key_of(issue)).collect();
            let slow = What::Status(429, "{}".to_owned(), vec![("Retry-After".to_owned(), wait.to_owned())]);
            world.guance.reply(&issues[0], "李四", "<p>the one that waits</p>");
            world.guance.reply(&issues[2], "李四", "<p>the other one</p>");
            let id = world.jira.issue(&keys[0]).unwrap().id;
            world.jira.fail(Fault::new(slow).path_contains(&format!("/issue/{id}/comment")).times(Times::Always));
            world.pass(std::time::Duration::from_mins(6));
            let outcome = world.run(&["sync"]);
            assert_ne!(outcome.code, 101, "{wait}: {outcome}");
            assert_eq!(world.copied_comments(&keys[2]).len(), 1, "{wait}: {outcome}");
            world.jira.clear_faults();
            world.pass(std::time::Duration::from_mins(61));
            world.settle();
            assert_eq!(world.copied_comments(&keys[0]).len(), 3, "{wait}");
        }
    });
}

#[test]
fn a_wait_of_centuries_on_guance_is_no_end() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.sync();
        for wait in WAITS {
            let slow = What::Status(429, "{}".to_owned(), vec![("Retry-After".to_owned(), wait.to_owned())]);
            world.guance.fail(Fault::new(slow));
            let outcome = world.run(&["sync"]);
            assert_ne!(outcome.code, 101, "{wait}: {outcome}");
        }
        world.jira.comment(&world.key_of(&issues[0]), "alice", "after all that");
        world.settle();
        assert_eq!(world.copied_replies(&issues[0]).len(), 1);
    });
}
