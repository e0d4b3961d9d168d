//! The first five minutes: `guajira init` alone, up to the first issue on Jira. `docs/first-run.md` shows what is said.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::dialogue::{Dialogue, TYPED};
use super::recording;
use super::world::{Flavour, Outcome, SECRETS, World};

/// What the whole of it may take.
const FIVE_MINUTES: Duration = Duration::from_mins(5);

/// So long a person takes for an answer.
const A_PERSON: Duration = Duration::from_secs(20);

/// What is written when the pages are to be made again.
const WRITE: &str = "GUAJIRA_WRITE_DOCS";

/// Names another program than the one that the tests built.
const PROGRAM: &str = "GUAJIRA_PROGRAM";

/// A first run: what was said, how long the machine took, and how many answers it needed.
struct FirstRun {
    said: String,
    /// The same with its colours, where it has them, and with what was typed marked.
    recorded: String,
    took: Duration,
    answers: u32,
}

fn a_world(flavour: Flavour) -> World {
    let mut world = World::new(flavour);
    world.set("TZ", "UTC");
    fs::remove_file(world.path("sync.toml")).unwrap();
    world
}

/// Plays it, and looks at what is there in the end.
fn play(flavour: Flavour, lang: &str, color: &str) -> FirstRun {
    let world = a_world(flavour);
    let jira = world.jira.base_url();
    let issue = world.guance.open_issue("db-1: 磁盘使用率 95%", "<p>数据盘快满了</p>", "P1", "王五");
    let begin = Instant::now();
    let mut dialogue = Dialogue::start(program(&world, &["init", "--lang", lang, "--color", color]));
    let questions = questions(flavour, lang);
    let (user, token) = match flavour {
        Flavour::Cloud => world.jira.basic("bot"),
        Flavour::Server => (String::new(), world.jira.pat("bot")),
    };
    let guance = world.guance.base_url();
    let mut answers = vec![guance.as_str(), SECRETS[0], "", &jira, ""];
    answers.extend(Some(user.as_str()).filter(|user| !user.is_empty()));
    answers.extend([&token, "", "", "", ""]);
    assert_eq!(answers.len(), questions.len());
    for (question, answer) in questions.iter().zip(answers) {
        if SECRETS.contains(&answer) {
            dialogue.secret(question, answer);
        } else {
            dialogue.answer(question, answer);
        }
    }
    let (code, mut said) = dialogue.end();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("guajira sync --dry-run"), "{said}");
    assert!(world.jira.issues().is_empty() && world.guance.recorded().iter().all(|request| !request.write), "{said}");
    let outcome = Outcome::of(program(&world, &["sync", "--lang", lang, "--color", color]));
    let took = begin.elapsed();
    assert_eq!(outcome.code, 0, "{outcome}");
    let _ = write!(said, "\n{}{}{}", typed("guajira sync"), outcome.stdout, outcome.stderr);
    let issues = world.jira.issues();
    let why = Outcome::of(program(&world, &["why", "OPS-1", "--lang", lang, "--color", color]));
    assert_eq!(why.code, 0, "{why}");
    let _ = write!(said, "\n{}{}{}", typed("guajira why OPS-1"), why.stdout, why.stderr);
    assert_eq!(issues.len(), 1, "{said}");
    assert_eq!((issues[0].key.as_str(), issues[0].summary.as_str()), ("OPS-1", "db-1: 磁盘使用率 95%"));
    assert_eq!(issues[0].priority.as_deref(), Some("2"), "P1 is High");
    assert!(issues[0].labels.contains(&issue), "{:?}", issues[0].labels);
    assert!(!SECRETS.iter().any(|secret| said.contains(secret)), "{said}");
    only_the_owner_reads(&world, &[("guance.key", SECRETS[0]), ("jira.token", &token)]);
    let answers = u32::try_from(questions.len()).unwrap();
    assert!(took + A_PERSON * answers < FIVE_MINUTES, "{took:?}");
    let recorded = format!("{}{}", typed("guajira init"), without_places(&said, &world));
    let said = recorded.replace([TYPED.0, TYPED.1], "");
    let said = said.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    FirstRun { said, recorded, took, answers }
}

/// The program that is played: another one where [`PROGRAM`] names it, such as that of a release.
fn program(world: &World, args: &[&str]) -> Command {
    let Some(program) = std::env::var_os(PROGRAM) else { return world.program(args) };
    let mut command = world.command(Path::new(env!("CARGO_MANIFEST_DIR")).join(program));
    command.args(args);
    command
}

/// A command at the prompt of a shell.
fn typed(command: &str) -> String {
    format!("$ {}{command}{}\n", TYPED.0, TYPED.1)
}

/// Words of each question, in order.
fn questions(flavour: Flavour, lang: &str) -> Vec<&'static str> {
    let is_cloud = flavour == Flavour::Cloud;
    let all: &[&str] = match (lang, is_cloud) {
        ("zh", true) => &["登录方式（", "邮箱", "令牌或密码", "是否存入"],
        ("zh", false) => &["登录方式（", "令牌或密码", "是否存入"],
        (_, true) => &["How guajira logs in", "E-mail", "token or password", "keep it in"],
        (_, false) => &["How guajira logs in", "token or password", "keep it in"],
    };
    let (before, after) = match lang {
        "zh" => (["站点（", "API key：", "是否存入", "Jira 的地址"], ["项目（", "新问题的类型", "采用这张表"]),
        _ => (
            ["Your Guance site", "API key: paste", "keep it in", "Address of your Jira"],
            ["Project for", "Issue type of", "Use this table"],
        ),
    };
    [&before[..], all, &after].concat()
}

fn only_the_owner_reads(world: &World, secrets: &[(&str, &str)]) {
    let config = fs::read_to_string(world.path("sync.toml")).unwrap();
    for (file, secret) in secrets {
        assert!(!config.contains(secret), "{config}");
        assert_eq!(fs::read_to_string(world.path(file)).unwrap(), format!("{secret}\n"));
    }
    #[cfg(unix)]
    for file in secrets.iter().map(|(file, _)| *file).chain(["sync.toml"]) {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(world.path(file)).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
    }
}

/// Puts fixed addresses and times in the place of those that differ from run to run.
fn without_places(said: &str, world: &World) -> String {
    let said = said.replace(&world.guance.base_url(), "http://127.0.0.1:8101");
    let said = said.replace(&world.jira.base_url(), "http://127.0.0.1:8102");
    let lines = said.lines().map(|line| {
        let line = without_times(line.trim_end());
        // The clocks are those of one machine: what is measured is how long the answers took.
        if ["clock against guance", "与观测云的时钟差"].iter().any(|words| line.contains(words)) {
            return ["+1", "+2", "-1", "-2"].iter().fold(line, |line, off| line.replace(off, "+0"));
        }
        let is_of_jira = line.contains("jira clock") || line.contains("Jira 时钟");
        if is_of_jira { line.replace(['2', '3'], "1") } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Puts a fixed time in the place of `2026-11-27 15:04`, and of the seconds that may follow.
fn without_times(line: &str) -> String {
    let shape = "dddd-dd-dd dd:dd";
    let is_time = |text: &str| {
        text.len() == shape.len()
            && text.chars().zip(shape.chars()).all(|(c, s)| if s == 'd' { c.is_ascii_digit() } else { c == s })
    };
    let at = line.char_indices().map(|(at, _)| at).find(|at| line.get(*at..at + shape.len()).is_some_and(is_time));
    match at {
        Some(at) => {
            let rest = &line[at + shape.len()..];
            let has_seconds = rest.starts_with(':') && rest.len() > 2;
            let (seconds, rest) = if has_seconds { (":00", &rest[3..]) } else { ("", rest) };
            format!("{}2026-11-27 08:00{seconds}{}", &line[..at], without_times(rest))
        }
        None => line.to_owned(),
    }
}

/// Returns a page with these runs in its blocks, which stand in this order behind `<!-- transcript -->`.
fn page_with(page: &str, runs: &[FirstRun]) -> String {
    let mut parts = page.split("<!-- transcript -->\n");
    let mut made = parts.next().unwrap().to_owned();
    for (part, run) in parts.zip(runs) {
        let rest = part.split_once("\n```\n").expect("a block").1;
        let _ = write!(made, "<!-- transcript -->\n```text\n{}\n```\n{rest}", run.said);
    }
    made
}

/// Holds a file to what was played, or writes it.
fn hold(file: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var_os(WRITE).is_some() {
        fs::write(&path, made).unwrap();
    } else {
        assert!(
            fs::read_to_string(&path).is_ok_and(|text| text == made),
            "{file} is old: {WRITE}=1 makes it again\n{made}"
        );
    }
}

#[test]
fn five_minutes_lead_to_the_first_issue_and_the_pages_show_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (lang, page) in [("en", "docs/first-run.md"), ("zh", "docs/zh-CN/first-run.md")] {
        let runs = [Flavour::Cloud, Flavour::Server].map(|flavour| play(flavour, lang, "never"));
        for run in &runs {
            eprintln!("{page}: {} answers, the machine took {:?}", run.answers, run.took);
        }
        let shown = fs::read_to_string(root.join(page)).unwrap();
        assert_eq!(shown.matches("<!-- transcript -->").count(), runs.len());
        hold(page, &page_with(&shown, &runs));
    }
}

#[test]
fn the_recordings_show_the_first_issue() {
    for (lang, file, title) in [
        ("en", "docs/first-run.svg", "guajira init: from nothing to the first issue in Jira"),
        ("zh", "docs/zh-CN/first-run.svg", "guajira init：从零到 Jira 里的第一个问题"),
    ] {
        let made = recording::draw(&(play(Flavour::Cloud, lang, "always").recorded + "\n$ "), title);
        assert!(made.len() < 150_000, "{}", made.len());
        assert!(
            !made.contains("<script") && !made.contains("href") && !made.contains("url(h"),
            "nothing is run or fetched"
        );
        hold(file, &made);
    }
}
