//! A state that cannot grow: no room on the disk, or a limit for files. It is told as such, and nothing is lost.
#![cfg(unix)]

use super::copies::three_issues;
use super::world::{Outcome, World, on_both};

/// Runs where no file may grow beyond so many blocks of 512 bytes, with the system's own answer to it: a signal.
fn with_small_files(world: &World, blocks: usize) -> Outcome {
    let mut command = world.command("/bin/sh");
    command.args(["-c", &format!("ulimit -f {blocks}; exec \"$0\" sync"), env!("CARGO_BIN_EXE_guajira")]);
    Outcome::of(command)
}

/// A run that could not keep its state says so with the path and what to do; never that anything else was the reason.
fn told_or_good(outcome: &Outcome) -> bool {
    assert!(!outcome.stdout.contains("budget"), "{outcome}");
    if outcome.code == 0 {
        return false;
    }
    assert_eq!(outcome.code, 3, "{outcome}");
    for word in ["guajira.db", "no room is left", "hint: free some disk space"] {
        assert!(outcome.stderr.contains(word), "{word}: {outcome}");
    }
    true
}

#[test]
fn a_limit_for_files_ends_a_run_with_a_sentence() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.settle();
        world.jira.comment(&world.key_of(&issues[0]), "alice", "on a full disk");
        world.copy_state("guajira.db", "before.db");
        let mut told = 0;
        for blocks in (1..90).step_by(4) {
            world.copy_state("before.db", "guajira.db");
            told += usize::from(told_or_good(&with_small_files(&world, blocks)));
        }
        assert!(told > 5, "{told}");
        world.settle();
        world.assert_agrees();
    });
}

/// A file system of so many KiB that this process alone sees; the state is on it, and something else fills it up.
const ON_A_FULL_DISK: &str = "mount -t tmpfs -o size=$1k none small || exit 77
cp guajira.db small/ || exit 78
head -c $2 /dev/zero > small/filler 2>/dev/null
GUAJIRA_SYNC__STATE=small/guajira.db $0 ${3:-sync}; code=$?
rm small/filler
for file in guajira.db guajira.db-wal; do rm -f $file; [ ! -e small/$file ] || cp small/$file . || exit 79; done
exit $code";

#[test]
fn a_request_that_cannot_be_recorded_is_not_taken_for_a_used_up_budget() {
    on_both(|world| {
        let issues = three_issues(&world);
        world.settle();
        world.state().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        world.jira.comment(&world.key_of(&issues[0]), "alice", "on a full disk");
        world.copy_state("guajira.db", "before.db");
        std::fs::create_dir(world.path("small")).unwrap();
        let mut told = Vec::new();
        for room in (36..140).step_by(4) {
            world.copy_state("before.db", "guajira.db");
            let size = std::fs::metadata(world.path("guajira.db")).unwrap().len() / 1024 + 256;
            let mut command = world.command("unshare");
            let filler = format!("{}k", 256 - room);
            let program = env!("CARGO_BIN_EXE_guajira");
            command.args(["-rm", "sh", "-c", ON_A_FULL_DISK, program, &size.to_string(), &filler]);
            let outcome = Outcome::of(command);
            if outcome.code == 77 || outcome.stderr.starts_with("unshare") {
                return eprintln!("skipped: no file system may be mounted here: {}", outcome.stderr);
            }
            if told_or_good(&outcome) {
                told.push(outcome);
            }
        }
        let of_a_request = told.iter().filter(|outcome| outcome.stderr.contains("request")).count();
        assert!(of_a_request > 0, "no disk was full at the right moment: {told:#?}");
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn check_on_a_full_disk_blames_the_disk_and_no_credential() {
    on_both(|world| {
        three_issues(&world);
        world.settle();
        world.state().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        world.copy_state("guajira.db", "before.db");
        std::fs::create_dir(world.path("small")).unwrap();
        let mut full = 0;
        for room in (0..140).step_by(12) {
            world.copy_state("before.db", "guajira.db");
            let size = std::fs::metadata(world.path("guajira.db")).unwrap().len() / 1024 + 256;
            let mut command = world.command("unshare");
            let filler = format!("{}k", 256 - room);
            let program = env!("CARGO_BIN_EXE_guajira");
            command.args(["-rm", "sh", "-c", ON_A_FULL_DISK, program, &size.to_string(), &filler, "check"]);
            let outcome = Outcome::of(command);
            if outcome.code == 77 || outcome.stderr.starts_with("unshare") {
                return eprintln!("skipped: no file system may be mounted here: {}", outcome.stderr);
            }
            let told = format!("{}{}", outcome.stdout, outcome.stderr);
            if !told.contains("no room is left") {
                continue;
            }
            full += 1;
            assert!(!told.contains("FAIL guance credential"), "{outcome}");
        }
        assert!(full > 0, "no disk was full");
    });
}

#[test]
fn a_disk_without_room_for_a_new_state_is_told_as_such() {
    on_both(|world| {
        three_issues(&world);
        for blocks in 0..8 {
            world.lose_state();
            assert!(told_or_good(&with_small_files(&world, blocks)));
        }
        world.lose_state();
        world.sync();
        world.settle();
        world.assert_agrees();
    });
}
