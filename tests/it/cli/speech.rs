//! The language of the program: help, mistakes on the command line and in the configuration, and what chooses it.

use insta::assert_snapshot;

use super::{NOBODY_LISTENS, Place, shown};

const CHINESE: (&str, &str) = ("LANG", "zh_CN.UTF-8");

#[test]
fn help_is_in_the_language_of_the_option_or_of_the_environment() {
    let place = Place::new();
    for outcome in [
        place.run(["--lang", "zh", "sync", "--help"]),
        place.run(["sync", "--help", "--lang=zh"]),
        place.run_with(["sync", "--help"], &[CHINESE], ""),
        place.run_with(["help", "sync"], &[CHINESE], ""),
    ] {
        assert!(
            outcome.code == 0 && outcome.stdout.starts_with("运行一次同步，然后退出\n\n用法：guajira sync"),
            "{}",
            shown(&outcome)
        );
        for english in ["Print", "Options", "default", "possible"] {
            assert!(!outcome.stdout.contains(english), "{english}: {}", shown(&outcome));
        }
    }
    let outcome = place.run_with(["--help"], &[CHINESE], "");
    assert!(outcome.stdout.contains("退出码：\n  0  完成"), "{}", shown(&outcome));
    let outcome = place.run_with(["sync", "--help", "--lang", "en"], &[CHINESE], "");
    assert!(outcome.stdout.starts_with("Run one sync, then exit"), "{}", shown(&outcome));
    for shell in ["bash", "zsh", "fish"] {
        let outcome = place.run_with(["completions", shell], &[CHINESE], "");
        assert!(outcome.code == 0 && outcome.stdout.contains("since"), "{}", shown(&outcome));
    }
}

#[test]
fn a_mistake_on_the_command_line_says_what_was_meant() {
    let place = Place::new();
    let said = |args: &[&str]| shown(&place.run(args));
    assert_snapshot!(said(&["snyc"]), @"
    exit 2
    --- stdout
    --- stderr
    guajira: error: unknown command snyc; did you mean sync?
    hint: see `guajira --help`
    ");
    assert_snapshot!(said(&["sync", "--sicne", "7d"]), @"
    exit 2
    --- stdout
    --- stderr
    guajira: error: unknown argument --sicne; did you mean --since?
    hint: see `guajira sync --help`
    ");
    assert_snapshot!(said(&["--lang", "zh", "drop"]), @"
    exit 2
    --- stdout
    --- stderr
    guajira: 错误：缺少参数：--because <TEXT>, <ID>...
    提示：用法见 `guajira drop --help`
    ");
    assert_snapshot!(said(&["--lang", "zh", "completions", "tcsh"]), @r#"
    exit 2
    --- stdout
    --- stderr
    guajira: 错误："tcsh" 不是 <SHELL> 的有效值；可用的值：bash, elvish, fish, powershell, zsh
    提示：用法见 `guajira completions --help`
    "#);
    assert_snapshot!(said(&["--lang", "zh", "status", "--max-age", "gestern"]), @r#"
    exit 2
    --- stdout
    --- stderr
    guajira: 错误："gestern" 不是 --max-age <DURATION> 的有效值：不是时长，应写成 90s、10m、24h 或 7d 这样
    提示：用法见 `guajira status --help`
    "#);
    assert_snapshot!(said(&["--lang", "zh", "sync", "--since", "gestern"]), @r#"
    exit 2
    --- stdout
    --- stderr
    guajira: 错误：--since："gestern" 不是时间：请用 RFC 3339（2026-11-22T08:00:00Z）、本地时间 "YYYY-MM-DD" 或 "YYYY-MM-DD HH:MM"，或多久以前：90m、2h、7d
    "#);
    assert_snapshot!(said(&["--lang", "zh", "sync"]), @"
    exit 2
    --- stdout
    --- stderr
    guajira: 错误：无法读取 sync.toml：文件或目录不存在（系统错误 2）
    提示：请用 `guajira init` 生成一份，或用 --config 指定
    ");
}

#[test]
fn mistakes_in_the_configuration_are_said_in_chinese() {
    let text = NOBODY_LISTENS
        .replacen("issue_type", "isue_type", 1)
        .replacen("timeout = \"5s\"", "timeout = 5", 1)
        .replacen("project = \"OPS\"", "project = \"my project\"\nlabels = [\"a b\"]", 1);
    let outcome = Place::with_config(&text).run_with(["sync"], &[CHINESE], "");
    assert_snapshot!(shown(&outcome), @r#"
    exit 2
    --- stdout
    --- stderr
    guajira: 错误：sync.toml:5: [guance].timeout 应为带引号的时长，例如 "90s"、"10m" 或 "24h"，现在是整数
      5 | timeout = 5
        |           ^
    guajira: 错误：sync.toml:13: [[route]].project 不是项目 key，应写成 "OPS" 这样
      13 | project = "my project"
         |           ^^^^^^^^^^^^
    guajira: 错误：sync.toml:14: [[route]].labels 中有空的或带空格的标签，Jira 不接受
      14 | labels = ["a b"]
         |          ^^^^^^^
    guajira: 错误：sync.toml:15: [[route]] 中的未知配置项 `isue_type`；是否想写 `issue_type`？
      15 | isue_type = …
         | ^^^^^^^^^
    "#);
    let text = NOBODY_LISTENS.replacen("\"g-key\"", "{ env = \"GUANCE_API_KEY\" }", 1);
    let outcome = Place::with_config(&text).run(["--lang", "zh", "sync"]);
    assert_snapshot!(shown(&outcome), @"
    exit 2
    --- stdout
    --- stderr
    guajira: 错误：sync.toml:4: [guance].api_key 没有取到密钥：环境变量 GUANCE_API_KEY 未设置
    ");
}

#[test]
fn the_option_chooses_the_language_and_then_the_configuration_and_then_the_environment() {
    let place = |language: &str| Place::with_config(&format!("[text]\nlanguage = \"{language}\"\n{NOBODY_LISTENS}"));
    let english = "no run yet in guajira.db";
    let chinese = "guajira.db 中还没有运行记录";
    for (language, variables, args, want) in [
        ("zh", &[] as &[(&str, &str)], &["status"] as &[&str], chinese),
        ("en", &[CHINESE], &["status"], english),
        ("zh", &[], &["--lang", "en", "status"], english),
        ("en", &[], &["--lang", "zh", "status"], chinese),
    ] {
        let outcome = place(language).run_with(args, variables, "");
        assert!(outcome.stdout.starts_with(want), "{language} {variables:?} {args:?}: {}", shown(&outcome));
    }
    let outcome = Place::with_config(NOBODY_LISTENS).run_with(["status"], &[CHINESE], "");
    assert!(outcome.stdout.starts_with(chinese), "{}", shown(&outcome));
    // Where the configuration cannot be read, nothing in it chooses.
    let outcome = place("zh").run(["--config", "none.toml", "status"]);
    assert!(outcome.stderr.starts_with("guajira: error: cannot read none.toml"), "{}", shown(&outcome));
    let outcome = place("zh\"\nlang = \"").run_with(["status"], &[CHINESE], "");
    assert!(outcome.stderr.contains("未知配置项 `lang`"), "{}", shown(&outcome));
}
