//! A Guance, a Jira, a folder with a `sync.toml`, and the program run there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use chrono::TimeDelta;
use guajira_fakes::clock::SimClock;
use guajira_fakes::guance::{self, FakeGuance};
use guajira_fakes::jira::{self, FakeJira, Project};
use guajira_fakes::server::Recorded;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::our_times::make_older;
use crate::scratch::scratch;

pub(super) use guajira_fakes::jira::Flavour;

/// The credentials in play; none may ever be printed.
pub(super) const SECRETS: [&str; 3] = ["guance-test-key", "bot-secret", "bot-pat"];

/// Both services and the place where the program runs.
pub(super) struct World {
    pub(super) guance: FakeGuance,
    pub(super) jira: FakeJira,
    pub(super) flavour: Flavour,
    folder: TempDir,
    variables: BTreeMap<String, String>,
}

/// What a run of the program left.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    /// The exit code; -1 when a signal ended it.
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Tells the story on both kinds of Jira.
pub(super) fn on_both(story: impl Fn(World)) {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        eprintln!("--- on Jira {flavour:?}");
        story(World::new(flavour));
    }
}

impl World {
    pub(super) fn new(flavour: Flavour) -> Self {
        Self::with_projects(flavour, vec![Project::new("OPS", "Operations")])
    }

    /// A world whose first project is the one that issues go to.
    pub(super) fn with_projects(flavour: Flavour, projects: Vec<Project>) -> Self {
        let options = guance::Options {
            per_key: 100_000,
            per_workspace: 100_000,
            keys: ["guance-test-key", "guance-test-key-2"]
                .map(|secret| guance::ApiKey { name: "Jira 系统".to_owned(), secret: secret.to_owned() })
                .into(),
            ..guance::Options::default()
        };
        let project = projects[0].key.clone();
        let jira_options = jira::Options { projects, ..jira::Options::default() };
        let jira = FakeJira::start(flavour, jira_options);
        let world =
            Self { guance: FakeGuance::start(options), jira, flavour, folder: scratch(), variables: BTreeMap::new() };
        let auth = match flavour {
            Flavour::Cloud => {
                let (user, token) = world.jira.basic("bot");
                format!("method = \"basic\"\nuser = \"{user}\"\ntoken = \"{token}\"")
            }
            Flavour::Server => format!("method = \"pat\"\ntoken = \"{}\"", world.jira.pat("bot")),
        };
        world.write(
            "sync.toml",
            &format!(
                r#"[guance]
base_url = "{guance}"
console_url = "https://console.guance.example"
api_key = "guance-test-key"
requests_per_minute = 200
timeout = "10s"

[jira]
base_url = "{jira}"
timeout = "10s"

[jira.auth]
{auth}

[sync]
in_doubt_wait = "0s"

[[route]]
project = "{project}"
issue_type = "Bug"
labels = ["guance"]

[route.priority]
P0 = "Highest"
P1 = "High"
P2 = "Medium"
P3 = "Low"
"#,
                guance = world.guance.base_url(),
                jira = world.jira.base_url(),
            ),
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(world.path("sync.toml"), fs::Permissions::from_mode(0o600)).unwrap();
        }
        world
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Changes `sync.toml`; what is replaced must be there.
    pub(super) fn reconfigure(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.path("sync.toml")).unwrap();
        assert!(text.contains(from), "{from:?} is not in sync.toml");
        self.write("sync.toml", &text.replacen(from, to, 1));
    }

    /// Sets a variable of the program's environment.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    pub(super) fn unset(&mut self, name: &str) {
        self.variables.remove(name);
    }

    /// A command that runs in this world's folder, with nothing in its environment but what the world sets.
    pub(super) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(self.folder.path()).env_clear().envs(&self.variables);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// The program with these arguments.
    pub(super) fn program(&self, args: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_guajira"));
        command.args(args);
        command
    }

    pub(super) fn run(&self, args: &[&str]) -> Outcome {
        Outcome::of(self.program(args))
    }

    /// An ordinary run that must end well.
    pub(super) fn sync(&self) -> Outcome {
        let outcome = self.run(&["sync"]);
        assert_eq!(outcome.code, 0, "{outcome}");
        outcome
    }

    /// Lets time pass and runs, until a run ended well with nothing written and nothing left to write.
    pub(super) fn settle(&self) {
        let mut last = None;
        for round in 0..20 {
            // A first run looks back only a minute.
            if round > 0 || self.path("guajira.db").exists() {
                self.pass(Duration::from_mins(6));
            }
            let before = self.writes();
            let outcome = self.run(&["sync"]);
            if outcome.code == 0 && self.writes() == before && self.unsettled() == 0 {
                return;
            }
            last = Some(outcome);
        }
        panic!("never quiet: {}\n{}", last.unwrap(), self.run(&["status"]));
    }

    /// Lets time pass on both services and for the program.
    pub(super) fn pass(&self, time: Duration) {
        self.guance.clock().advance(time);
        self.jira.clock().advance(time);
        for state in self.states() {
            make_older(&state, time);
        }
    }

    /// The state files of all lines, as another program sees them.
    fn states(&self) -> Vec<Connection> {
        let files = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let states = files.filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.starts_with("guajira.") && path.extension().is_some_and(|end| end == "db")
        });
        let states = states.map(|path| Connection::open(path).unwrap());
        // Another file of that name, or one that was only begun, has no times.
        let is_state = |state: &Connection| state.prepare("SELECT at FROM cursor").is_ok();
        states.filter(is_state).collect()
    }

    /// Puts both services' clocks so far from the machine's.
    pub(super) fn set_clocks(&self, offset: TimeDelta) {
        let clocks: [&SimClock; 2] = [self.guance.clock(), self.jira.clock()];
        for clock in clocks {
            clock.set_offset(offset);
        }
    }

    /// The state file, as another program sees it.
    pub(super) fn state(&self) -> Connection {
        Connection::open(self.path("guajira.db")).unwrap()
    }

    /// How far each side was read: side and time.
    pub(super) fn cursors(&self) -> Vec<(String, i64)> {
        let state = self.state();
        let mut rows = state.prepare("SELECT side, at FROM cursor ORDER BY side").unwrap();
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// How many writes stand in this stage.
    pub(super) fn staged(&self, stage: &str) -> usize {
        let sql = "SELECT count(*) FROM outbox WHERE stage = ?1";
        let count = |state: &Connection| state.query_row(sql, [stage], |row| row.get::<_, i64>(0)).unwrap();
        usize::try_from(self.states().iter().map(count).sum::<i64>()).unwrap()
    }

    /// How many writes are not done.
    fn unsettled(&self) -> usize {
        ["pending", "held", "in_flight", "dead"].into_iter().map(|stage| self.staged(stage)).sum()
    }

    /// Removes the state file, as a throwaway runner does.
    pub(super) fn lose_state(&self) {
        for entry in fs::read_dir(self.folder.path()).unwrap().map(Result::unwrap) {
            if entry.file_name().to_string_lossy().starts_with("guajira.") {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Copies the state file from one name to another, with what belongs to it.
    pub(super) fn copy_state(&self, from: &str, to: &str) {
        for suffix in ["", "-wal", "-shm"] {
            let (from, to) = (self.path(&format!("{from}{suffix}")), self.path(&format!("{to}{suffix}")));
            let _ = fs::remove_file(&to);
            if from.exists() {
                fs::copy(from, to).unwrap();
            }
        }
    }

    /// A run with nothing to do writes nothing.
    pub(super) fn is_quiet(&self) {
        self.forget_requests();
        self.pass(Duration::from_mins(6));
        self.sync();
        assert_eq!(self.writes(), 0);
    }

    /// How many writes both services have seen. The counter that guajira keeps on Jira is none of people's business.
    pub(super) fn writes(&self) -> usize {
        let is_ours = |request: &&Recorded| request.write && !request.path.contains("/user/properties/");
        self.guance.recorded().iter().chain(&self.jira.recorded()).filter(is_ours).count()
    }

    /// Every write that both services have seen, as text.
    pub(super) fn sent(&self) -> String {
        let requests = self.guance.recorded().into_iter().chain(self.jira.recorded());
        let lines = requests
            .filter(|request| request.write)
            .map(|request| format!("{} {} {}", request.method, request.path, request.body));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Everything that was sent to Guance, as text.
    pub(super) fn sent_to_guance(&self) -> String {
        let lines = self.guance.recorded().into_iter().map(|request| format!("{} {}", request.path, request.body));
        lines.collect::<Vec<_>>().join("\n")
    }

    pub(super) fn forget_requests(&self) {
        self.guance.clear_recorded();
        self.jira.clear_recorded();
    }
}

impl Outcome {
    /// Runs a command; whatever it does, it must not panic and must not tell a secret.
    pub(super) fn of(mut command: Command) -> Self {
        Self::from(command.spawn().unwrap().wait_with_output().unwrap())
    }
}

impl From<std::process::Output> for Outcome {
    fn from(output: std::process::Output) -> Self {
        let outcome = Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!outcome.stderr.contains("panicked"), "{outcome}");
        for secret in SECRETS {
            let told = outcome.stdout.contains(secret) || outcome.stderr.contains(secret);
            assert!(!told, "{secret} was printed: {outcome}");
        }
        outcome
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {}\n-- stdout\n{}-- stderr\n{}--", self.code, self.stdout, self.stderr)
    }
}
