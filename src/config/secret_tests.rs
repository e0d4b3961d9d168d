//! Where secrets come from, and what is said about it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fs;

use insta::assert_snapshot;
use tempfile::TempDir;

use super::tests::{error, load_with, swap};
use super::{Draft, Environment};
use crate::jira;

#[test]
fn a_secret_in_the_place_of_a_name_is_not_repeated() {
    const PASTED: [&str; 6] = [
        "vy2EVxQmV0dGVyfuTtn",
        "ATATT3xFfGF0kQ91bcQmV0dGVyAbCdEfGh",
        "0A1B2C3D4E5F60718293A4B5C6D7E8F9",
        "wsak_3f1c2a9be77d4c0d8a55e6f1b0c2d3e4",
        "AKIAIOSFODNN7EXAMPLE",
        "hunter2_hunter2_hunter2hunter2",
    ];
    for pasted in PASTED {
        for form in [
            format!("{{ env = \"{pasted}\" }}"),
            format!("{{ file = \"{pasted}\" }}"),
            format!("{{ command = [\"{pasted}\"] }}"),
        ] {
            if form.contains("hunter2") && !form.contains("env") {
                continue;
            }
            let why = load_with(&swap("token = \"j-token\"", &format!("token = {form}")), &Environment::default())
                .unwrap_err();
            let why = format!("{why} {why:?}");
            assert!(!why.contains(pasted) && why.contains("not shown") && why.contains("[jira.auth].token"), "{why}");
        }
    }
    for name in ["JIRA_API_TOKEN", "TOKEN", "S3_KEY_2", "_X"] {
        let text = swap("\"j-token\"", &format!("{{ env = \"{name}\" }}"));
        let why = load_with(&text, &Environment::default()).unwrap_err().to_string();
        assert!(why.contains(&format!("the variable {name} is not set")), "{why}");
    }
    // Whatever it is called: a variable that is set is one.
    let text = swap("\"j-token\"", "{ env = \"my_jira_token_0123456789abcdef\" }");
    let env = Environment::from([("my_jira_token_0123456789abcdef", "j")]);
    assert!(load_with(&text, &env).is_ok());
}

#[test]
#[cfg(unix)]
fn a_secret_is_read_from_a_regular_file_only() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    fs::write(folder.path().join("long"), "x".repeat(16 * 1024 + 1)).unwrap();
    std::os::unix::fs::symlink("long", folder.path().join("link")).unwrap();
    let said = |path: &str| {
        let path = folder.path().join(path).display().to_string();
        let text = swap("\"j-token\"", &format!("{{ file = {path:?} }}"));
        load_with(&text, &Environment::default()).unwrap_err().to_string()
    };
    for path in ["fifo", "/dev/zero", "/dev/tty", "."] {
        assert!(said(path).contains("no regular file"), "{}", said(path));
    }
    for path in ["long", "link"] {
        assert!(said(path).contains("longer than 16 KiB"), "{}", said(path));
    }
}

#[test]
#[cfg(unix)]
fn files_that_others_can_read_are_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("sync.toml");
    fs::write(&config, swap("\"g-key\"", "[{ file = \"key\" }, { file = \"key\" }]")).unwrap();
    fs::write(folder.path().join("key"), "g").unwrap();
    fs::write(folder.path().join("guajira.db"), "").unwrap();
    let named = |mode: u32| {
        for name in ["sync.toml", "key", "guajira.db"] {
            fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        let advice = Draft::load(Some(&config), &Environment::default()).unwrap().remove(0).advice;
        let advice: Vec<String> = advice.iter().map(ToString::to_string).collect();
        let count = |name: &str| advice.iter().filter(|line| line.ends_with(&format!("/{name}"))).count();
        [count("sync.toml"), count("key"), count("guajira.db")]
    };
    assert_eq!(named(0o600), [0, 0, 0]);
    assert_eq!(named(0o644), [1, 1, 1]);
    assert_eq!(named(0o640), [1, 1, 1]);
}

#[test]
fn secrets_come_from_files_and_commands_beside_the_config() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("key"), "from-file\n").unwrap();
    let text = swap("\"g-key\"", "{ file = \"key\" }")
        .replace("\"j-token\"", "{ command = [\"sh\", \"-c\", \"echo from-command\"] }");
    fs::write(at("sync.toml"), text).unwrap();
    let config = Draft::load(Some(&at("sync.toml")), &Environment::default())
        .unwrap()
        .remove(0)
        .resolve(&Environment::default())
        .unwrap();
    assert_eq!(config.source.guance().unwrap().settings.api_keys[0].expose(), "from-file");
    assert!(matches!(&config.jira.auth, jira::Auth::Basic { token, .. } if token.expose() == "from-command"));
    assert_eq!(config.sync.state, at("guajira.db"));
    assert_eq!(config.path, Some(at("sync.toml")));
}

#[test]
fn a_secret_that_is_not_there_names_its_key_and_source() {
    let said = |source: &str| error(&swap("\"j-token\"", source));
    let all = [
        said("\"\""),
        said("{ env = \"NO_SUCH\" }"),
        said("{ file = \"/no/such\" }"),
        said("{ command = [\"sh\", \"-c\", \"echo hunter2; exit 3\"] }"),
        said("{ command = [\"true\"] }"),
        said("{ command = [\"/no/such\"] }"),
        said("{}"),
        said("{ env = \"hunter2!\" }"),
        said("{ file = \"\" }"),
    ];
    assert_snapshot!(all.join("\n"), @r#"
    sync.toml:9: no secret for [jira.auth].token: the text is empty
    sync.toml:9: no secret for [jira.auth].token: the variable NO_SUCH is not set
    sync.toml:9: no secret for [jira.auth].token: cannot read the file /no/such: No such file or directory (os error 2)
    sync.toml:9: no secret for [jira.auth].token: the command sh failed: exit status: 3
    sync.toml:9: no secret for [jira.auth].token: the output of true is empty
    sync.toml:9: no secret for [jira.auth].token: the command /no/such cannot be started: No such file or directory (os error 2)
    sync.toml:9: [jira.auth].token must be exactly one of { env = "NAME" }, { file = "PATH" } or { command = ["prog", "arg"] }
    9 | token = …
      | ^^^^^
    sync.toml:9: [jira.auth].token must name an environment variable in `env`, such as "JIRA_TOKEN"; the secret itself does not belong there
    9 | token = …
      | ^^^^^
    sync.toml:9: [jira.auth].token must name a file in `file`
    9 | token = …
      | ^^^^^
    "#);
}

#[test]
fn secrets_are_not_needed_for_a_draft() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sync.toml");
    fs::write(&file, swap("\"j-token\"", "{ env = \"NO_SUCH\" }")).unwrap();
    let draft = Draft::load(Some(&file), &Environment::default()).unwrap().remove(0);
    assert_eq!(draft.sync.state, folder.path().join("guajira.db"));
    assert!(draft.resolve(&Environment::default()).is_err());
}
