//! The keys of `sync.toml`, section by section: what each may be and what it is when it is not set.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::Url;

use crate::domain::{Fingerprint, People};
use crate::guance::{ABOUT as SOURCE, ReplyFormat};
use crate::jira::{ABOUT as TRACKER, Deployment};
use crate::plan::{Deletes, Direction, FieldTemplate, Flow, Policy, Repeats, Route};
use crate::ports::Limits;
use crate::template::{Kind, nearest};
use crate::words::{ConfigPlace, ConfigWarning, Flaw, Lang, Voice, Zone};

use super::error::{ConfigError, ConfigText};
use super::needs;
use super::notify::{self, RoomDraft};
use super::parts::{SecretAt, http_settings, secrets};
use super::readable;
use super::reader::{self, Reader};
use super::secret::SecretSource;
use super::settings::{Draft, Guance, Jira, SyncSettings};
use super::tree::{self, Environment};

/// Requests a minute that the service allows one key.
///
/// Source: Guance documentation, `open-api/api-limit.md`.
const REQUESTS_PER_MINUTE: u32 = 20;
/// What all keys of a workspace may make together.
const WORKSPACE_REQUESTS_PER_MINUTE: u32 = 200;
/// A private deployment sets its own limits.
const MOST_REQUESTS_PER_MINUTE: u32 = 100_000;

/// The channel that holds every issue.
const DEFAULT_CHANNEL: &str = "default";

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

/// Reads every section. Returns the draft and every key that was asked for.
///
/// # Errors
/// Everything that is wrong.
pub(super) fn draft(
    path: Option<PathBuf>,
    base: PathBuf,
    source: ConfigText,
    env: &Environment,
) -> Result<(Draft, BTreeSet<String>), ConfigError> {
    let root = tree::build(&source, env)?;
    let reader = Reader::new(source, root);
    let mut warnings = Vec::new();
    let guance = guance(&reader, &base, &mut warnings);
    let mut jira = jira(&reader, &base, &guance, &mut warnings);
    let sync = sync(&reader, &base);
    let policy = Policy {
        flow: flow(&reader),
        routes: routes(&reader),
        people: people(&reader),
        voice: voice(&reader),
        statuses: SOURCE.statuses,
    };
    needs::refuse_missing(&reader, &policy.flow, [&SOURCE, &TRACKER]);
    jira.projects = projects(&policy);
    if let Some(all) = policy.routes.iter().position(|route| route.when.is_none())
        && all + 1 < policy.routes.len()
    {
        warnings.push(ConfigWarning::RouteTakesAll { number: (all + 1).to_string() });
    }
    let rooms = notify::rooms(&reader, &base, policy.voice.lang);
    let secrets = || {
        let keys = guance.api_keys.iter().map(|key| ("guance.api_key", key));
        keys.chain([("jira.auth.token", &jira.token)]).chain(rooms.iter().flat_map(RoomDraft::secrets))
    };
    let is_in_file = |(key, secret): (&str, &SecretAt)| secret.source.is_given() && reader.is_in_file(key);
    let advice = readable::advice(
        path.as_deref().filter(|_| secrets().any(is_in_file)),
        secrets().filter_map(|(_, secret)| secret.source.file(&base)),
        &sync.state,
    );
    let secrets = secrets().map(|(_, secret)| secret);
    let named: Vec<String> = secrets.filter_map(|secret| secret.source.variable().map(str::to_owned)).collect();
    let lang = reader.has("text.language").then_some(policy.voice.lang);
    let keys = reader.finish(env, &named)?;
    Ok((Draft { path, sync, policy, warnings, advice, lang, base, guance, jira, rooms }, keys))
}

fn guance(reader: &Reader, base: &Path, warnings: &mut Vec<ConfigWarning>) -> Guance {
    let base_url = url(reader, "guance.base_url", true, warnings);
    let console_url = url(reader, "guance.console_url", false, warnings);
    let limits = 1..=MOST_REQUESTS_PER_MINUTE;
    let requests_per_minute = reader.whole("guance.requests_per_minute", REQUESTS_PER_MINUTE, &limits);
    let together = WORKSPACE_REQUESTS_PER_MINUTE.max(requests_per_minute);
    Guance {
        console_url: if console_url.is_empty() { console_of(&base_url) } else { console_url },
        base_url,
        api_keys: secrets(reader, "guance.api_key", true),
        channel: reader.text("guance.channel").unwrap_or_else(|| DEFAULT_CHANNEL.to_owned()),
        requests_per_minute,
        workspace_requests_per_minute: reader.whole("guance.workspace_requests_per_minute", together, &limits),
        reply_format: reader.one_of(
            "guance.reply_format",
            &[("html", ReplyFormat::Html), ("markdown", ReplyFormat::Markdown), ("text", ReplyFormat::Text)],
            ReplyFormat::Html,
        ),
        former_accounts: accounts(reader, "guance.former_accounts"),
        http: http_settings(reader, "guance", base),
    }
}

fn jira(reader: &Reader, base: &Path, guance: &Guance, warnings: &mut Vec<ConfigWarning>) -> Jira {
    let deployments = [("cloud", Some(Deployment::Cloud)), ("server", Some(Deployment::Server)), ("auto", None)];
    let base_url = url(reader, "jira.base_url", true, warnings);
    let (user, token) = auth(reader, warnings);
    Jira {
        base_url,
        deployment: reader.one_of("jira.deployment", &deployments, None),
        user,
        token,
        projects: Vec::new(),
        no_script: reader.one_of("jira.script", &[("none", true)], false),
        pair_id: Fingerprint::of(&[&format!("{}\n{}", guance.base_url, guance.channel)]).as_str().to_owned(),
        former_accounts: accounts(reader, "jira.former_accounts"),
        http: http_settings(reader, "jira", base),
    }
}

/// Reads accounts that guajira wrote with before, by their ids.
fn accounts(reader: &Reader, path: &str) -> Vec<String> {
    let accounts = reader.list(path);
    if accounts.iter().any(|account| account.is_empty() || account.contains(char::is_whitespace)) {
        reader.refuse(path, Flaw::BadAccount);
    }
    accounts
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Basic,
    Pat,
    OAuth1,
}

fn auth(reader: &Reader, warnings: &mut Vec<ConfigWarning>) -> (Option<String>, SecretAt) {
    let methods = [("basic", Method::Basic), ("pat", Method::Pat), ("oauth1", Method::OAuth1)];
    let nothing =
        || SecretAt { key: String::new(), place: ConfigPlace::Environment, source: SecretSource::Given("".into()) };
    let method = reader.one_of("jira.auth.method", &methods, Method::Basic);
    if method == Method::OAuth1 {
        reader.unsupported("jira.auth.method");
        reader.take_whole("jira.auth");
        return (None, nothing());
    }
    let user = match method {
        Method::Basic => Some(reader.required_text("jira.auth.user")),
        _ => {
            if reader.has("jira.auth.user") {
                warnings.push(ConfigWarning::UserNotUsed);
            }
            None
        }
    };
    let token = secrets(reader, "jira.auth.token", false).pop();
    (user, token.unwrap_or_else(nothing))
}

fn sync(reader: &Reader, base: &Path) -> SyncSettings {
    let SyncSettings { state, limits, remind } = SyncSettings::default();
    let max_creates = u32::try_from(limits.max_creates).unwrap_or(u32::MAX);
    let creates = reader.whole("sync.max_creates", max_creates, &(0..=1_000_000));
    SyncSettings {
        state: base.join(reader.text("sync.state").map_or(state, PathBuf::from)),
        limits: Limits {
            window: reader.duration("sync.window", limits.window, SECOND),
            overlap: reader.duration("sync.overlap", limits.overlap, MINUTE),
            sweep_every: reader.duration("sync.sweep_every", limits.sweep_every, MINUTE),
            sweep_back: reader.duration("sync.sweep_back", limits.sweep_back, MINUTE),
            max_runtime: reader.duration("sync.max_runtime", limits.max_runtime, SECOND),
            max_creates: usize::try_from(creates).unwrap_or(usize::MAX),
            in_doubt_wait: reader.duration("sync.in_doubt_wait", limits.in_doubt_wait, Duration::ZERO),
        },
        remind: reader.duration("sync.remind", remind, Duration::ZERO),
    }
}

pub(super) fn flow(reader: &Reader) -> Flow {
    Flow {
        issues: reader.flag("flow.issues", true),
        comments: reader.flag("flow.comments", true),
        replies: reader.flag("flow.replies", true),
        edits: reader.flag("flow.edits", true),
        status: reader.one_of("flow.status", &Direction::WORDS, Direction::Off),
        assignee: reader.one_of("flow.assignee", &Direction::WORDS, Direction::Off),
        level: reader.flag("flow.level", false),
        updates: reader.flag("flow.updates", false),
        copy_restricted: reader.one_of("flow.restricted", &[("skip", false), ("copy", true)], false),
        attachments: reader.one_of("flow.attachments", &Direction::WORDS, Direction::Off),
        max_attachment: reader.size("flow.max_attachment", Flow::default().max_attachment),
        links: reader.one_of("flow.links", &Direction::WORDS, Flow::default().links),
        deletes: reader.one_of("flow.deletes", &Deletes::WORDS, Deletes::Keep),
    }
}

fn people(reader: &Reader) -> People {
    People { pairs: reader.pairs("people").unwrap_or_default() }
}

/// `[text]`.
fn voice(reader: &Reader) -> Voice {
    let lang = reader.one_of("text.language", &Lang::WORDS, Lang::default());
    let key = "text.time_zone";
    let name = reader.text(key).unwrap_or_default();
    let zone = Zone::called(&name).unwrap_or_default();
    if !name.is_empty() && Zone::called(&name).is_none() {
        reader.refuse(key, instead_of_zone(&name).map_or(Flaw::NoTimeZone, |near| Flaw::NoTimeZoneBut { near }));
    }
    Voice { lang, zone }
}

/// Returns what is probably meant by what is no name of a time zone. People write what their clock shows, or a city that
/// gives its name to no zone.
fn instead_of_zone(name: &str) -> Option<String> {
    let bare: String = name.chars().filter(|c| c.is_alphanumeric() || *c == '+' || *c == '-').collect();
    let bare = bare.to_lowercase();
    let is_china = ["beijing", "peking", "china", "北京", "中国", "cst", "+8", "+08", "+0800"];
    if is_china.iter().any(|word| bare.ends_with(word)) {
        return Some("Asia/Shanghai".to_owned());
    }
    let near = Zone::names().find(|zone| zone.eq_ignore_ascii_case(name.trim()));
    let city = |zone: &str| zone.rsplit('/').next().unwrap_or_default().replace('_', "").to_lowercase();
    let near = near.or_else(|| Zone::names().find(|zone| city(zone) == bare));
    near.or_else(|| nearest(name, &Zone::names().collect::<Vec<_>>())).map(str::to_owned)
}

fn projects(policy: &Policy) -> Vec<String> {
    let mut projects: Vec<String> = Vec::new();
    for route in &policy.routes {
        if !projects.contains(&route.project) {
            projects.push(route.project.clone());
        }
    }
    projects
}

fn routes(reader: &Reader) -> Vec<Route> {
    (0..reader.count("route")).map(|n| route(reader, &format!("route.{n}"))).collect()
}

fn route(reader: &Reader, path: &str) -> Route {
    let key = |name: &str| format!("{path}.{name}");
    let project = reader.required_text(&key("project"));
    if project.contains(|c: char| c.is_whitespace() || c == '"') {
        reader.refuse(&key("project"), Flaw::NoProjectKey);
    }
    let labels = reader.list(&key("labels"));
    if labels.iter().any(|label| label.is_empty() || label.contains(char::is_whitespace)) {
        reader.refuse(&key("labels"), Flaw::BadLabel);
    }
    let parent = reader.text(&key("parent"));
    if parent.as_deref().is_some_and(|parent| !is_issue_key(parent)) {
        reader.refuse(&key("parent"), Flaw::NoIssueKey);
    }
    Route {
        when: reader.template(&key("when"), Kind::Condition),
        project,
        issue_type: reader.required_text(&key("issue_type")),
        labels,
        components: reader.list(&key("components")),
        security: reader.text(&key("security")),
        parent,
        summary: reader.template(&key("summary"), Kind::Text),
        description: reader.template(&key("description"), Kind::Markdown),
        fields: fields(reader, &key("fields")),
        priority: reader.pairs(&key("priority")),
        status: statuses(reader, &key("status")),
        closed_status: reader.text(&key("closed_status")),
        transition: transition(reader, &key("transition")),
        resolution: reader.text(&key("resolution")),
        repeats: reader.one_of(&key("repeats"), &Repeats::WORDS, Repeats::Comment),
    }
}

/// Fields that have a key of their own, by id and by name, and that key.
const OWN_KEY: [(&str, &str); 12] = [
    ("project", "project"),
    ("issuetype", "issue_type"),
    ("issue type", "issue_type"),
    ("summary", "summary"),
    ("description", "description"),
    ("labels", "labels"),
    ("priority", "priority"),
    ("components", "components"),
    ("security", "security"),
    ("security level", "security"),
    ("parent", "parent"),
    ("status", "status"),
];

fn fields(reader: &Reader, path: &str) -> Vec<(String, FieldTemplate)> {
    let fields = reader.fields(path);
    for (field, _) in &fields {
        if let Some((_, own)) = OWN_KEY.iter().find(|(name, _)| field.eq_ignore_ascii_case(name)) {
            reader.refuse(&format!("{path}.{field}"), Flaw::OwnKey { key: (*own).to_owned() });
        } else if field.eq_ignore_ascii_case("assignee") {
            reader.refuse(&format!("{path}.{field}"), Flaw::IsAssignee);
        }
    }
    fields
}

fn transition(reader: &Reader, path: &str) -> Vec<(String, FieldTemplate)> {
    let fields = reader.fields(path);
    for (field, _) in fields.iter().filter(|(field, _)| field.eq_ignore_ascii_case("resolution")) {
        reader.refuse(&format!("{path}.{field}"), Flaw::OwnKey { key: "resolution".to_owned() });
    }
    fields
}

fn is_issue_key(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_');
    text.rsplit_once('-').is_some_and(|(project, number)| is_word(project) && number.parse::<u64>().is_ok())
}

fn statuses(reader: &Reader, path: &str) -> Vec<(String, String)> {
    let pairs = reader.pairs(path).unwrap_or_default();
    for (guance, _) in &pairs {
        if SOURCE.statuses.called(guance).is_none() {
            let known: Vec<&str> = SOURCE.statuses.0.iter().map(|status| status.name).collect();
            reader.refuse(&format!("{path}.{guance}"), Flaw::NoGuanceStatus { names: known.join(", ") });
        }
    }
    pairs
}

/// Returns a base address without trailing slash; empty when it is not set or wrong.
fn url(reader: &Reader, path: &str, required: bool, warnings: &mut Vec<ConfigWarning>) -> String {
    let text = if required { reader.required_text(path) } else { reader.text(path).unwrap_or_default() };
    if text.is_empty() {
        return text;
    }
    let Ok(url) = Url::parse(&text) else {
        reader.refuse_hidden(path, Flaw::NoAddress);
        return String::new();
    };
    let complaint = if !url.username().is_empty() || url.password().is_some() {
        Some(Flaw::HoldsLogin)
    } else if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        Some(Flaw::NotHttp)
    } else if url.query().is_some() || url.fragment().is_some() {
        Some(Flaw::HasQuery)
    } else if url.path().contains("/rest/api") || url.path().contains("/api/v1") {
        Some(Flaw::IsApi)
    } else {
        None
    };
    if let Some(complaint) = complaint {
        reader.refuse_hidden(path, complaint);
    } else if url.scheme() == "http" && !is_loopback(&url) {
        let key = reader::shown(path);
        warnings.push(ConfigWarning::Unencrypted { key });
    }
    text.trim_end_matches('/').to_owned()
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_address = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    is_address || host == "localhost" || host.ends_with(".localhost")
}

/// Returns the console of a known site: `openapi.` and `xx-openapi.` become `console.` and `xx-console.`.
///
/// Source: `GuanceCloud/dataflux-func`, `guance-node-urls.json`.
fn console_of(base_url: &str) -> String {
    let Some((scheme, rest)) = base_url.split_once("://") else { return base_url.to_owned() };
    match rest.split_once('.') {
        Some((label, domain)) if label == "openapi" || label.ends_with("-openapi") => {
            format!("{scheme}://{}.{domain}", label.replace("openapi", "console"))
        }
        _ => base_url.to_owned(),
    }
}
