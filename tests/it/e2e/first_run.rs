//! The first five minutes: `guajira init` alone, up to the first issue on Jira. `docs/first-run.md` shows what is said.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::dialogue::Dialogue;
use super::world::{Flavour, SECRETS, World};

/// What the whole of it may take.
const FIVE_MINUTES: Duration = Duration::from_mins(5);

/// So long a person takes for an answer.
const A_PERSON: Duration = Duration::from_secs(20);

/// What is written when the pages are to be made again.
const WRITE: &str = "GUAJIRA_WRITE_DOCS";

/// A first run: what was said, how long the machine took, and how many answers it needed.
struct FirstRun {
    said: String,
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
fn play(flavour: Flavour, lang: &str) -> FirstRun {
    let world = a_world(flavour);
    let jira = world.jira.base_url();
    let issue = world.guance.open_issue("db-1: 磁盘使用率 95%", "<p>数据盘快满了</p>", "P1", "王五");
    let begin = Instant::now();
    let mut dialogue = Dialogue::start(world.program(&["init", "--lang", lang]));
    let questions: [&str; 10] = match (lang, flavour) {
        ("zh", Flavour::Cloud) => [
            "站点（",
            "API key：",
            "是否存入",
            "Jira 的地址",
            "邮箱",
            "令牌或密码",
            "是否存入",
            "项目（",
            "新问题的类型",
            "采用这张表",
        ],
        ("zh", Flavour::Server) => [
            "站点（",
            "API key：",
            "是否存入",
            "Jira 的地址",
            "用户名",
            "令牌或密码",
            "是否存入",
            "项目（",
            "新问题的类型",
            "采用这张表",
        ],
        (_, Flavour::Cloud) => [
            "Your Guance site",
            "API key: paste",
            "keep it in",
            "Address of your Jira",
            "E-mail",
            "token or password",
            "keep it in",
            "Project for",
            "Issue type of",
            "Use this table",
        ],
        (_, Flavour::Server) => [
            "Your Guance site",
            "API key: paste",
            "keep it in",
            "Address of your Jira",
            "user name",
            "token or password",
            "keep it in",
            "Project for",
            "Issue type of",
            "Use this table",
        ],
    };
    let (user, token) = match flavour {
        Flavour::Cloud => world.jira.basic("bot"),
        Flavour::Server => (String::new(), world.jira.pat("bot")),
    };
    let guance = world.guance.base_url();
    let answers = [guance.as_str(), SECRETS[0], "", &jira, &user, &token, "", "", "", ""];
    for (question, answer) in questions.into_iter().zip(answers) {
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
    let outcome = world.run(&["sync", "--lang", lang]);
    let took = begin.elapsed();
    assert_eq!(outcome.code, 0, "{outcome}");
    let _ = write!(said, "\n$ guajira sync\n{}{}", outcome.stdout, outcome.stderr);
    let issues = world.jira.issues();
    assert_eq!(issues.len(), 1, "{said}");
    assert_eq!((issues[0].key.as_str(), issues[0].summary.as_str()), ("OPS-1", "db-1: 磁盘使用率 95%"));
    assert_eq!(issues[0].priority.as_deref(), Some("2"), "P1 is High");
    assert!(issues[0].labels.contains(&issue), "{:?}", issues[0].labels);
    assert!(!SECRETS.iter().any(|secret| said.contains(secret)), "{said}");
    only_the_owner_reads(&world, &[("guance.key", SECRETS[0]), ("jira.token", &token)]);
    let answers = u32::try_from(questions.len()).unwrap();
    assert!(took + A_PERSON * answers < FIVE_MINUTES, "{took:?}");
    FirstRun { said: without_places(&said, &world), took, answers }
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
        let _ = write!(made, "<!-- transcript -->\n```text\n$ guajira init\n{}\n```\n{rest}", run.said);
    }
    made
}

#[test]
fn five_minutes_lead_to_the_first_issue_and_the_pages_show_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (lang, page) in [("en", "docs/first-run.md"), ("zh", "docs/zh-CN/first-run.md")] {
        let runs = [Flavour::Cloud, Flavour::Server].map(|flavour| play(flavour, lang));
        for run in &runs {
            eprintln!("{page}: {} answers, the machine took {:?}", run.answers, run.took);
        }
        let page = root.join(page);
        let shown = fs::read_to_string(&page).unwrap();
        let made = page_with(&shown, &runs);
        assert_eq!(shown.matches("<!-- transcript -->").count(), runs.len());
        if std::env::var_os(WRITE).is_some() {
            fs::write(&page, made).unwrap();
        } else {
            assert!(shown == made, "{} is old: {WRITE}=1 makes it again\n{made}", page.display());
        }
    }
}
