//! Where secrets come from, and what is said about it.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;

use super::tests::{load_with, swap};
use super::{Draft, Environment};

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
        let advice = Draft::load(Some(&config), &Environment::default()).unwrap().advice;
        let count = |name: &str| advice.iter().filter(|line| line.ends_with(&format!("/{name}"))).count();
        [count("sync.toml"), count("key"), count("guajira.db")]
    };
    assert_eq!(named(0o600), [0, 0, 0]);
    assert_eq!(named(0o644), [1, 1, 1]);
    assert_eq!(named(0o640), [1, 1, 1]);
}
