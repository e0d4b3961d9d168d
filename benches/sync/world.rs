//! A Guance and a Jira, and the program as a scheduler starts it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use guajira_fakes::guance::{self, FakeGuance};
use guajira_fakes::jira::{self, FakeJira, Flavour, Project};
use guajira_fakes::server::Recorded;
use rusqlite::Connection;
use tempfile::TempDir;
use wait4::Wait4 as _;

use crate::figures::Figures;
use crate::front::{self, Certificate};
use crate::our_times::make_older;

/// How the program reaches the services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// Plain HTTP.
    Http,
    /// TLS with a certificate that the system's bundle holds, beside its others.
    Tls,
    /// TLS with a certificate that `ca_file` holds.
    TlsCaFile,
}

/// Both services, and the place where the program runs.
pub(crate) struct World {
    pub(crate) guance: FakeGuance,
    pub(crate) jira: FakeJira,
    folder: TempDir,
    variables: BTreeMap<&'static str, PathBuf>,
}

/// Guance's key, and the project that issues go to.
const KEY: &str = "bench-key";
const PROJECT: &str = "OPS";

/// How often the memory of the program is looked at.
const LOOK: Duration = Duration::from_millis(2);

impl World {
    /// Starts both services; `None` where TLS is asked for and `openssl` is not there.
    pub(crate) fn new(flavour: Flavour, transport: Transport, latency: Duration) -> Option<Self> {
        let options = guance::Options {
            per_key: 1_000_000,
            per_workspace: 1_000_000,
            keys: vec![guance::ApiKey { name: "bench".to_owned(), secret: KEY.to_owned() }],
            ..guance::Options::default()
        };
        let guance = FakeGuance::start(options);
        let projects = vec![Project::new(PROJECT, "Operations")];
        let jira = FakeJira::start(flavour, jira::Options { projects, ..jira::Options::default() });
        let folder = tempfile::tempdir().expect("a folder");
        let mut world = Self { guance, jira, folder, variables: BTreeMap::new() };
        let certificate = match transport {
            Transport::Http => None,
            Transport::Tls | Transport::TlsCaFile => Some(Certificate::make(world.folder.path())?),
        };
        let is_direct = certificate.is_none() && latency.is_zero();
        let front = |url: String| if is_direct { url } else { front::before(&url, certificate.as_ref(), latency) };
        let (guance_url, jira_url) = (front(world.guance.base_url()), front(world.jira.base_url()));
        let ca_file = certificate.as_ref().map_or_else(String::new, |certificate| {
            if transport == Transport::Tls {
                world.variables.insert("SSL_CERT_FILE", world.bundle(certificate));
                return String::new();
            }
            format!("ca_file = \"{}\"", certificate.file.display())
        });
        world.configure(&guance_url, &jira_url, &ca_file);
        Some(world)
    }

    /// The system's certificates with ours among them.
    fn bundle(&self, certificate: &Certificate) -> PathBuf {
        let system = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];
        let mut pem = system.iter().find_map(|path| fs::read(path).ok()).unwrap_or_default();
        pem.extend(fs::read(&certificate.file).expect("the certificate just made"));
        let path = self.path("bundle.pem");
        fs::write(&path, pem).expect("a file in our folder");
        path
    }

    fn configure(&self, guance: &str, jira: &str, ca_file: &str) {
        let auth = match self.jira.flavour() {
            Flavour::Cloud => {
                let (user, token) = self.jira.basic("bot");
                format!("method = \"basic\"\nuser = \"{user}\"\ntoken = \"{token}\"")
            }
            Flavour::Server => format!("method = \"pat\"\ntoken = \"{}\"", self.jira.pat("bot")),
        };
        let text = format!(
            "[guance]\nbase_url = \"{guance}\"\napi_key = \"{KEY}\"\nrequests_per_minute = 100000\n{ca_file}\n\
             [jira]\nbase_url = \"{jira}\"\n{ca_file}\n[jira.auth]\n{auth}\n\
             [sync]\nmax_creates = 1000000\n[[route]]\nproject = \"{PROJECT}\"\nissue_type = \"Bug\"\n"
        );
        let path = self.path("sync.toml");
        fs::write(&path, text).expect("a file in our folder");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("a file of ours");
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn state(&self) -> Connection {
        Connection::open(self.path("guajira.db")).expect("a state file")
    }

    /// Lets time pass on both services and for the program.
    pub(crate) fn pass(&self, time: Duration) {
        self.guance.clock().advance(time);
        self.jira.clock().advance(time);
        if !self.path("guajira.db").exists() {
            return;
        }
        make_older(&self.state(), time);
    }

    /// Runs the program, and returns what the run cost. `GUAJIRA_BENCH_UNDER` names what it is run under, such as
    /// `heaptrack -o FILE`: then the figures are those of both.
    ///
    /// # Panics
    /// When the run does not end with 0: what it said is printed.
    pub(crate) fn run(&self, args: &[&str]) -> Figures {
        let program = env!("CARGO_BIN_EXE_guajira");
        let under = std::env::var("GUAJIRA_BENCH_UNDER").unwrap_or_default();
        let mut words = under.split_whitespace().chain([program]);
        let mut command = self.command(words.next().unwrap_or(program).as_ref());
        command.args(words).args(args);
        self.measure(command)
    }

    /// Runs the script that guajira is compared with, and returns what the run cost; `None` where there is no Python with
    /// the `jira` package. `GUAJIRA_BENCH_PYTHON` names a Python that has it.
    pub(crate) fn run_script(&self) -> Option<Figures> {
        let python = std::env::var_os("GUAJIRA_BENCH_PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from);
        let has_jira = self.command(&python).args(["-c", "import jira"]).stderr(Stdio::null()).status();
        if !has_jira.is_ok_and(|status| status.success()) {
            return None;
        }
        let (user, password) = self.jira.basic("bot");
        let mut command = self.command(&python);
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/sync/minute_script.py"));
        command.envs([("GUANCE_URL", self.guance.base_url()), ("JIRA_URL", self.jira.base_url())]);
        command.envs([("GUANCE_KEY", KEY), ("PROJECT", PROJECT), ("JIRA_USER", &user), ("JIRA_PASSWORD", &password)]);
        Some(self.measure(command))
    }

    fn measure(&self, mut command: Command) -> Figures {
        self.guance.clear_recorded();
        self.jira.clear_recorded();
        let before = self.deliveries();
        let (out, err) = (self.path("stdout"), self.path("stderr"));
        let file = |path: &PathBuf| fs::File::create(path).expect("a file in our folder");
        command.stdout(file(&out)).stderr(file(&err));
        let start = Instant::now();
        let mut child = command.spawn().expect("the program");
        // What the system tells of a process at its end counts the memory of this program too, from which it was made.
        let (mut peak, memory) = (0, format!("/proc/{}/status", child.id()));
        let used = loop {
            peak = fs::read_to_string(&memory).ok().and_then(|status| high_water(&status)).unwrap_or(peak);
            if let Some(used) = child.try_wait4().expect("the program's end") {
                break used;
            }
            thread::sleep(LOOK);
        };
        let wall = start.elapsed();
        let said = || [&out, &err].map(|path| fs::read_to_string(path).unwrap_or_default()).join("\n");
        assert!(used.status.success(), "{command:?}: {}\n{}", used.status, said());
        Figures {
            requests: self.requests(),
            deliveries: self.deliveries() - before,
            runs: 1,
            cpu: used.rusage.utime + used.rusage.stime,
            peak,
            wall,
            ..Figures::default()
        }
    }

    /// Counts the instructions of a run with valgrind; `None` where there is no valgrind.
    pub(crate) fn instructions(&self, args: &[&str]) -> Option<u64> {
        let mut command = self.command("valgrind".as_ref());
        command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(env!("CARGO_BIN_EXE_guajira"));
        let output = command.args(args).output().ok()?;
        let said = String::from_utf8_lossy(&output.stderr);
        said.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
    }

    fn command(&self, program: &std::path::Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).env_clear().envs(&self.variables).stdin(Stdio::null());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
    }

    /// How many issues and comments there are on both sides.
    fn deliveries(&self) -> usize {
        let comments: usize = self.jira.issues().iter().map(|issue| self.jira.comments(&issue.key).len()).sum();
        let replies: usize = self.guance.issues().iter().map(|issue| self.guance.replies(&issue.uuid).len()).sum();
        self.jira.issues().len() + comments + replies
    }

    fn requests(&self) -> BTreeMap<String, usize> {
        let mut kinds = BTreeMap::new();
        for (service, recorded) in [("guance", self.guance.recorded()), ("jira", self.jira.recorded())] {
            for request in &recorded {
                *kinds.entry(kind(service, request)).or_default() += 1;
            }
        }
        kinds
    }
}

/// Returns the largest resident set of a process, in KiB.
fn high_water(status: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

/// Names a request's kind: an id, a key or an encoded word of the path is `*`.
fn kind(service: &str, request: &Recorded) -> String {
    let part = |part: &str| {
        let is_word = part.len() < 20 && part.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte));
        let is_known = is_word || ["serverInfo", "v1", "issueLinkType", "remotelink"].contains(&part);
        if is_known || part.len() == 1 { part.to_owned() } else { "*".to_owned() }
    };
    let path: Vec<String> = request.path.split('/').filter(|part| !part.is_empty()).map(part).collect();
    format!("{service} {} {}", request.method, path.join("/"))
}
