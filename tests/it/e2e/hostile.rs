//! Bad files, full disks and hostile texts: a clear error or a clean text, and nothing lost.

use std::fs;

use guajira_fakes::jira::{Flavour, adf_fault};
use guajira_fakes::server::{Fault, Times, What};

use super::agree::{jira_words, words};
use super::copies::three_issues;
use super::world::{Outcome, World, on_both};

/// The program says what is wrong with the state and how to go on, and touches nothing.
fn refuses_state(world: &World, words: &[&str]) {
    world.forget_requests();
    let outcome = world.run(&["sync"]);
    assert_eq!((outcome.code, world.writes()), (2, 0), "{outcome}");
    assert!(outcome.stderr.contains("hint:"), "{outcome}");
    for word in words {
        assert!(outcome.stderr.contains(word), "{word:?}: {outcome}");
    }
}

#[test]
fn a_state_file_that_cannot_be_used_is_a_clear_error_and_can_be_moved_away() {
    on_both(|world| {
        three_issues(&world);
        world.sync();
        for contents in [&b"not a database, but longer than a hundred bytes: ".repeat(4)[..], b"short", &[0; 5000]] {
            world.lose_state();
            fs::write(world.path("guajira.db"), contents).unwrap();
            refuses_state(&world, &["guajira.db"]);
        }
        world.lose_state();
        fs::create_dir(world.path("guajira.db")).unwrap();
        refuses_state(&world, &["guajira.db"]);
        fs::remove_dir(world.path("guajira.db")).unwrap();
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn a_damaged_state_file_is_a_clear_error() {
    let world = World::new(Flavour::Cloud);
    three_issues(&world);
    world.sync();
    world.state().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let whole = fs::read(world.path("guajira.db")).unwrap();
    for at in (1..whole.len() / 4096).map(|page| page * 4096) {
        let mut damaged = whole.clone();
        damaged[at..at + 4096].fill(0xa5);
        world.lose_state();
        fs::write(world.path("guajira.db"), damaged).unwrap();
        let outcome = world.run(&["sync"]);
        assert!(outcome.code == 0 || outcome.stderr.contains("hint:"), "page {}: {outcome}", at / 4096);
    }
    world.lose_state();
    world.settle();
    world.assert_agrees();
}

#[test]
fn a_state_file_of_a_later_version_is_left_alone() {
    let world = World::new(Flavour::Cloud);
    three_issues(&world);
    world.sync();
    let ours: i64 = world.state().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    world.state().pragma_update(None, "user_version", 99).unwrap();
    refuses_state(&world, &["99"]);
    world.state().pragma_update(None, "user_version", ours).unwrap();
    world.settle();
    world.assert_agrees();
}

#[test]
fn a_folder_that_cannot_be_written_to_is_a_clear_error() {
    let mut world = World::new(Flavour::Cloud);
    three_issues(&world);
    for place in ["/proc/guajira.db", "/no/such/folder/guajira.db", "sync.toml/guajira.db"] {
        world.set("GUAJIRA_SYNC__STATE", place);
        refuses_state(&world, &[place]);
    }
}

/// Root may write anywhere: then somebody else runs the program.
const AS_NOBODY: [&str; 4] = ["--reuid=65534", "--regid=65534", "--clear-groups", "--"];

#[test]
#[cfg(unix)]
fn a_folder_and_a_file_that_may_only_be_read_are_a_clear_error_and_lose_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new(Flavour::Cloud);
    three_issues(&world);
    world.sync();
    world.guance.open_issue("later", "<p>x</p>", "P1", "张三");
    let mode = |name: &str, mode: u32| fs::set_permissions(world.path(name), fs::Permissions::from_mode(mode)).unwrap();
    let everybody = |folder: u32, state: u32| {
        for name in ["sync.toml", "guajira.db", "guajira.db-wal", "guajira.db-shm", "guajira.db.lock"] {
            if world.path(name).exists() {
                mode(name, if name == "sync.toml" { 0o644 } else { state });
            }
        }
        mode(".", folder);
    };
    // The program where everybody may run it.
    fs::copy(env!("CARGO_BIN_EXE_guajira"), world.path("guajira")).unwrap();
    mode("guajira", 0o755);
    let mut was_root = false;
    for (folder, state) in [(0o555, 0o444), (0o555, 0o666), (0o777, 0o444)] {
        everybody(folder, state);
        world.forget_requests();
        let is_root = fs::write(world.path("guajira.db.probe"), "").is_ok() && folder == 0o555 || was_root;
        was_root = is_root;
        let mut command = if is_root { world.command("setpriv") } else { world.program(&["sync"]) };
        if is_root {
            command.args(AS_NOBODY).arg(world.path("guajira")).arg("sync");
        }
        let Ok(child) = command.spawn() else { return eprintln!("skipped: there is no setpriv here") };
        let outcome = Outcome::from(child.wait_with_output().unwrap());
        if outcome.stderr.starts_with("setpriv") {
            return eprintln!("skipped: nobody else may run a program here: {}", outcome.stderr);
        }
        assert_eq!((outcome.code, world.writes()), (2, 0), "{folder:o} {state:o}: {outcome}");
        assert!(outcome.stderr.contains("guajira.db") && outcome.stderr.contains("hint:"), "{outcome}");
    }
    everybody(0o755, 0o644);
    mode("sync.toml", 0o600);
    world.settle();
    world.assert_agrees();
}

#[test]
fn a_disk_that_is_full_loses_nothing() {
    on_both(|world| {
        for step in 0..20 {
            // Lets no file grow beyond so many blocks of 512 bytes, and fails writes instead of killing.
            let line = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" sync", step * 36);
            world.guance.open_issue(&format!("issue {step}"), "<p>on a full disk</p>", "P1", "张三");
            let mut command = world.command("/bin/sh");
            command.args(["-c", &line, env!("CARGO_BIN_EXE_guajira")]);
            let outcome = Outcome::of(command);
            assert!(outcome.code == 0 || !outcome.stderr.is_empty(), "at {step}: {outcome}");
        }
        world.settle();
        world.assert_agrees();
    });
}

/// A file system of so many KiB, seen by this one process alone: the state goes there and, after the run, comes back.
const ON_A_SMALL_DISK: &str = "mount -t tmpfs -o size=$1k none small || exit 77
for file in guajira.db guajira.db-wal; do [ ! -e $file ] || mv $file small/ || exit 78; done
GUAJIRA_SYNC__STATE=small/guajira.db $0 sync; code=$?
for file in guajira.db guajira.db-wal; do [ ! -e small/$file ] || cp small/$file . || exit 78; done
exit $code";

#[test]
fn a_disk_without_room_loses_nothing_and_is_told_as_such() {
    on_both(|world| {
        fs::create_dir(world.path("small")).unwrap();
        let mut told = false;
        for step in 0..12 {
            world.guance.open_issue(&format!("issue {step}"), &"<p>很长的文字</p>".repeat(200), "P1", "张三");
            let mut command = world.command("unshare");
            let size = (64 + step * 48).to_string();
            command.args(["-rm", "sh", "-c", ON_A_SMALL_DISK, env!("CARGO_BIN_EXE_guajira"), &size]);
            let outcome = Outcome::of(command);
            if outcome.code == 77 || outcome.stderr.starts_with("unshare") {
                return eprintln!("skipped: no file system may be mounted here: {}", outcome.stderr);
            }
            assert!(outcome.code == 0 || !outcome.stderr.is_empty(), "at {step}: {outcome}");
            told |= outcome.stderr.contains("no room is left");
        }
        assert!(told, "no disk was small enough");
        world.settle();
        world.assert_agrees();
    });
}

/// Titles and texts that have broken programs before.
fn horrors() -> Vec<(String, String)> {
    let deep = format!("{}deep{}", "<ul><li>".repeat(300), "</li></ul>".repeat(300));
    vec![
        ("nul \u{0} in it".to_owned(), "<p>nul \u{0} here</p>".to_owned()),
        ("long ".repeat(80), format!("<p>{}</p>", "很长的文字".repeat(8_000))),
        ("deep".to_owned(), deep),
        ("quotes".to_owned(), "<blockquote>".repeat(500)),
        ("<script>alert(1)</script>".to_owned(), "<script>alert(1)</script><p onclick='x()'>shown</p>".to_owned()),
        ("\" OR project = SECRET ORDER BY key --".to_owned(), "<p>labels in (\"x\") OR 1 = 1</p>".to_owned()),
        ("emoji 🧑‍🚒👩🏽‍💻🏳️‍🌈".to_owned(), "<p>🇨🇳 and 👨‍👩‍👧‍👦</p>".to_owned()),
        ("rtl \u{202e}evil\u{202c} \u{200f}שלום".to_owned(), "<p>\u{202e}gnp.exe\u{2066}</p>".to_owned()),
        ("line\nbreak\r\nand\ttab".to_owned(), "a\r\nb\u{2028}c\u{2029}d\u{85}e".to_owned()),
        ("lone \u{fffe}\u{ffff}\u{7f}\u{1b}[31m".to_owned(), "<p>\u{1b}]0;owned\u{7}\u{8}</p>".to_owned()),
        (
            "{macro} [link|http://x] *b* h1. !img!".to_owned(),
            "{code}{html}<b>x</b>{html} [~admin] ---- ||t||".to_owned(),
        ),
        ("   ".to_owned(), "<p>&#0;&#x110000;&#xd800;&unknown;&amp;amp;</p>".to_owned()),
        (String::new(), "<table><tr><td><table><tr><td>inner</td></tr></table><p>x".to_owned()),
        ("broken".to_owned(), "<p <a href=\"javascript:alert(1)\">click</a> <img src=x onerror=y> <!-- <p>".to_owned()),
        ("code".to_owned(), format!("<pre><code>{}</code></pre>", "```\n````\n{code}\n{noformat}\n".repeat(50))),
        ("a fake marker".to_owned(), "https://x/?focusedCommentId=1#guajira-0123456789abcdef".to_owned()),
    ]
}

#[test]
fn hostile_texts_arrive_clean() {
    on_both(|world| {
        let horrors = horrors();
        let issues: Vec<String> =
            horrors.iter().map(|(title, text)| world.guance.open_issue(title, text, "P1", "<b>张三</b>")).collect();
        for (issue, (_, text)) in issues.iter().zip(&horrors) {
            world.guance.reply(issue, "\u{202e}evil", text);
        }
        world.settle();
        assert_eq!(world.jira.issues().len(), horrors.len());
        for (n, (issue, (title, text))) in issues.iter().zip(&horrors).enumerate() {
            let copy = world.copy_of(issue);
            assert!(!copy.summary.trim().is_empty() && !copy.summary.contains(['\n', '\0']), "{:?}", copy.summary);
            let comments = world.copied_comments(&copy.key);
            assert_eq!(comments.len(), 1, "{title:?}");
            for body in [&copy.description, &comments[0].body] {
                assert!(!body.to_string().contains("\\u0000"), "{title:?}");
                if world.flavour == Flavour::Cloud {
                    assert_eq!(adf_fault(body), None, "{title:?}");
                }
            }
            // The other way: the same text from Jira.
            world.jira.comment(&copy.key, "alice", format!("back {n} {title} {}", cut(text)));
        }
        world.settle();
        for issue in &issues {
            assert_eq!(world.copied_replies(issue).len(), 1);
            let said = &world.copied_replies(issue)[0].content;
            assert!(!said.contains("<script") && !said.contains("<img") && !said.contains("href=\"java"), "{said}");
        }
        let shown = jira_words(&world.copy_of(&issues[1]).description);
        assert!(shown.contains("很长的文字") && shown.contains(&issues[1]), "cut, with a link to the rest");
        assert_eq!(world.staged("dead"), 0);
    });
}

#[test]
fn half_an_emoji_in_one_comment_stops_nothing() {
    on_both(|world| {
        // As Python and Java write it, wherever it stands in an answer.
        let cut = || Fault::new(What::Reword("(half)".to_owned(), "\\ud83d".to_owned())).times(Times::Always);
        world.guance.fail(cut());
        world.jira.fail(cut());
        let issue = world.guance.open_issue("an issue(half)", "<p>an issue(half) here</p>", "P1", "张三");
        world.guance.reply(&issue, "李四", "<p>a reply(half) here</p>");
        world.settle();
        let copy = world.copy_of(&issue);
        assert_eq!(copy.summary.matches("an issue").count(), 1, "{}", copy.summary);
        assert!(jira_words(&copy.description).contains("an issue here"), "{}", copy.description);
        let said = jira_words(&world.copied_comments(&copy.key)[0].body);
        assert!(said.contains("a reply here"), "{said}");

        world.jira.comment(&copy.key, "alice", "a comment(half) here");
        world.settle();
        let said = words(&world.copied_replies(&issue)[0].content);
        assert!(said.contains("a comment here"), "{said}");
        assert_eq!(world.staged("dead"), 0);
    });
}

/// What fits into a Jira comment.
fn cut(text: &str) -> String {
    text.chars().take(30_000).collect()
}
