//! What services repeat of our credentials, a clock that was wrong once, and hints that could be followed to a stranger.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use chrono::TimeDelta;
use guajira_fakes::server::{Fault, Times, What};

use super::copies::three_issues;
use super::world::{Flavour, World, on_both};

/// A token of some length, with what JSON and addresses escape.
const TOKEN: &str = "ATATT3xFfGF0-pl/nted+91bcQmV0dGVy=4C1D";

/// The key that every world has.
const KEY: &str = "guance-test-key";

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let word = (0..3).fold(0, |word, n| word << 8 | u32::from(*chunk.get(n).unwrap_or(&0)));
        let digit = |n: usize| char::from(DIGITS[(word >> (18 - 6 * n) & 63) as usize]);
        out.extend((0..4).map(|n| if n <= chunk.len() { digit(n) } else { '=' }));
    }
    out
}

fn in_units(text: &str) -> String {
    text.encode_utf16().fold(String::new(), |out, unit| out + &format!("\\u{unit:04x}"))
}

fn in_percent(text: &str) -> String {
    text.bytes().fold(String::new(), |out, byte| out + &format!("%{byte:02X}"))
}

/// Gives the bot of the world a token of some length.
fn with_token(world: &World) -> String {
    let (user, _) = world.jira.basic("bot");
    let old = if world.flavour == Flavour::Cloud { "bot-secret" } else { "bot-pat" };
    world.jira.with_user("bot", |bot| {
        TOKEN.clone_into(&mut bot.secret);
        TOKEN.clone_into(&mut bot.pat);
    });
    world.reconfigure(&format!("token = \"{old}\""), &format!("token = \"{TOKEN}\""));
    user
}

/// A service that repeats what it was sent, in every form, and what the other one was sent: nothing of it is printed or
/// kept.
#[test]
fn a_repeated_credential_is_neither_printed_nor_kept_in_any_form() {
    on_both(|world| {
        let user = with_token(&world);
        let issues = three_issues(&world);
        world.sync();
        let login = base64(&format!("{user}:{TOKEN}"));
        // As they stand between the quotes of JSON.
        let forms = [
            TOKEN.to_owned(),
            TOKEN.replace('/', "\\/"),
            in_units(TOKEN),
            login.clone(),
            in_units(&login),
            format!("Basic {login}"),
            format!("{user}:{TOKEN}"),
            in_percent(TOKEN),
            in_units(TOKEN).replace('\\', "\\\\"),
            base64(TOKEN),
            KEY.to_owned(),
            in_units(KEY),
            base64(KEY),
            format!("it begins with {}", &TOKEN[..24]),
        ];
        let key = world.key_of(&issues[1]);
        for form in &forms {
            let guance = format!(
                r#"{{"code":400,"errorCode":"ft.CheckObject","success":false,"message":"bad token {form}","content":null}}"#
            );
            let jira = format!(r#"{{"errorMessages":["bad token {form}"],"errors":{{"{form}":"no {form}"}}}}"#);
            world.guance.fail(Fault::new(What::Status(400, guance, Vec::new())).path_contains("/reply/create"));
            let refused = Fault::new(What::Status(400, jira, Vec::new())).method("POST").path_contains("/comment");
            // What is refused is sent once more, in plain words.
            world.jira.fail(refused.times(Times::N(2)));
            world.jira.comment(&key, "alice", "a comment");
            world.guance.reply(&issues[0], "李四", "<p>a reply</p>");
        }
        world.pass(Duration::from_mins(6));
        let mut said = vec![world.run(&["sync", "-vv", "--json"])];
        assert_eq!(said[0].code, 3, "{}", said[0]);
        assert_eq!(world.staged("dead"), 2 * forms.len(), "{}", world.run(&["status"]));
        world.run(&["retry", "--all"]);
        world.jira.clear_faults();
        world.guance.clear_faults();
        let page = format!("<title>{TOKEN} {login} {KEY}</title>");
        world.jira.fail(Fault::new(What::Status(502, page.clone(), Vec::new())).times(Times::Always));
        world.guance.fail(Fault::new(What::Status(502, page, Vec::new())).times(Times::Always));
        said.push(world.run(&["sync", "-vv", "--log-format", "json"]));
        said.extend([world.run(&["check", "-vv"]), world.run(&["status", "--all"]), world.run(&["status", "--json"])]);
        said.extend(issues.iter().map(|issue| world.run(&["why", issue])));
        let status = &said[3].stdout;
        // Below the table stands what is too long for it.
        let in_table = status.lines().filter(|line| line.starts_with(" pending") && line.contains("bad token"));
        assert_eq!(in_table.count(), 2 * forms.len(), "{status}");

        let state: Vec<String> = ["guajira.db", "guajira.db-wal"]
            .iter()
            .filter_map(|name| fs::read(world.path(name)).ok())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect();
        assert!(state.iter().any(|text| text.contains("bad token (redacted)")), "the words themselves are kept");
        let words: BTreeSet<String> = [
            TOKEN,
            &TOKEN[..20],
            &login,
            KEY,
            &base64(TOKEN)[..40],
            &in_percent(TOKEN),
            &in_units(TOKEN),
            &in_units(KEY),
        ]
        .map(str::to_owned)
        .into();
        for text in said.iter().map(ToString::to_string).chain(state) {
            for word in &words {
                assert!(!text.contains(word.as_str()), "{word} in {text}");
            }
        }
    });
}

/// Somebody who writes a credential into a comment spreads it no further by us.
#[test]
fn a_credential_in_a_persons_text_does_not_travel() {
    on_both(|world| {
        with_token(&world);
        let issues = three_issues(&world);
        world.sync();
        let key = world.key_of(&issues[0]);
        world.jira.comment(&key, "alice", format!("the key is {KEY}, use it"));
        world.guance.reply(&issues[1], "李四", &format!("<p>the token is {TOKEN}, use it</p>"));
        world.settle();
        let said = world.sent_to_guance();
        assert!(said.contains("the key is (redacted), use it") && !said.contains(KEY), "{said}");
        let said: String = world.jira.recorded().iter().map(|request| request.body.to_string()).collect();
        assert!(!said.contains(TOKEN), "{said}");
        world.is_quiet();
    });
}

#[test]
fn one_run_with_a_clock_far_ahead_does_not_make_every_later_one_good() {
    on_both(|world| {
        three_issues(&world);
        world.sync();
        let state = world.state();
        let ahead = TimeDelta::days(70 * 365).num_milliseconds();
        state.execute("UPDATE run SET started = started + ?1, ended = ended + ?1", [ahead]).unwrap();
        state.execute("UPDATE cursor SET swept = swept + ?1", [ahead]).unwrap();
        state.execute("UPDATE fact SET at = at + ?1", [ahead]).unwrap();
        drop(state);
        world.jira.fail(Fault::new(What::DropBefore).times(Times::Always));
        assert_eq!(world.run(&["sync"]).code, 4);
        let outcome = world.run(&["status", "--max-age", "1s"]);
        assert_eq!(outcome.code, 3, "{outcome}");
        assert!(outcome.stderr.contains("lies ahead") && outcome.stdout.contains("clock that was ahead"), "{outcome}");

        world.jira.clear_faults();
        world.sync();
        assert_eq!(world.run(&["status", "--max-age", "10m"]).code, 0);
        world.pass(Duration::from_mins(11));
        assert_eq!(world.run(&["status", "--max-age", "10m"]).code, 3);
        world.settle();
        world.assert_agrees();
    });
}

#[test]
fn the_hint_after_a_redirect_leads_to_no_stranger() {
    on_both(|world| {
        three_issues(&world);
        world.sync();
        let base = world.jira.base_url();
        for (to, recommended) in [
            ("http://evil.example/rest".to_owned(), false),
            ("//evil.example:99/login".to_owned(), false),
            (format!("{base}/elsewhere"), true),
        ] {
            let headers = vec![("Location".to_owned(), to.clone())];
            let moved = What::Status(307, String::new(), headers);
            world.jira.fail(Fault::new(moved).times(Times::Always));
            let outcome = world.run(&["sync"]);
            assert_eq!(outcome.code, 4, "{outcome}");
            assert_eq!(outcome.stderr.contains("set [jira].base_url to"), recommended, "{to}: {outcome}");
            world.jira.clear_faults();
        }
    });
}
