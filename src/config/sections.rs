//! The keys of `sync.toml`, section by section: what each may be and what it is when it is not set.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::{Follower, People};
use crate::jira::{ABOUT as TRACKER, Deployment, Followed};
use crate::plan::{Deletes, Direction, FieldTemplate, Flow, ON_CALL, Policy, Repeats, ReuseRule, Route};
use crate::ports::{Ability, Limits};
use crate::template::{Kind, nearest};
use crate::words::{ConfigWarning, FieldFlaw, Flaw, Lang, Voice, Zone};

use super::common::{accounts, url};
use super::error::{ConfigError, ConfigText};
use super::login::{Certificate, Login};
use super::needs;
use super::notify::{self, RoomDraft};
use super::parts::{SecretAt, http_settings};
use super::places::{self, Place};
use super::readable;
use super::reader::Reader;
use super::settings::{Draft, Jira, SyncSettings};
use super::signals;
use super::sources;
use super::tree::{self, Environment};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

/// Reads every section. Returns the lines, the one of `[guance]` first, and every key that was asked for.
///
/// # Errors
/// Everything that is wrong.
pub(super) fn drafts(
    path: Option<&Path>,
    base: &Path,
    source: ConfigText,
    env: &Environment,
) -> Result<(Vec<Draft>, BTreeSet<String>), ConfigError> {
    let root = tree::build(&source, env)?;
    let reader = Reader::new(source, root);
    let (drafts, named) = read(&reader, path, base);
    let keys = reader.finish(env, &named)?;
    Ok((drafts, keys))
}

/// Reads every section. Returns the lines, and the variables that secrets are in.
pub(super) fn read(reader: &Reader, path: Option<&Path>, base: &Path) -> (Vec<Draft>, Vec<String>) {
    let mut warnings = Vec::new();
    let sync = sync(reader, base);
    let voice = voice(reader);
    let places = places::places(reader);
    let sources = sources::read(reader, &places, base, &mut warnings);
    let mut jira = jira(reader, base, &mut warnings);
    let policies: Vec<Policy> = places.iter().map(|place| policy(reader, place, voice, &mut warnings)).collect();
    jira.polled = projects(&policies);
    jira.followed = followed(&policies);
    let rooms =
        notify::rooms(reader, base, voice.lang, &places.iter().map(|place| place.name.as_str()).collect::<Vec<_>>());
    let signals = signals::signals(reader, base);
    let secrets = || {
        let keys = places
            .iter()
            .zip(&sources)
            .flat_map(|(place, source)| source.api_keys().iter().map(|key| (place.key("api_key"), key)));
        let rooms = rooms.iter().flat_map(RoomDraft::secrets).map(|(key, secret)| (key.to_owned(), secret));
        let heartbeat = signals.secret().map(|(key, secret)| (key.to_owned(), secret));
        keys.chain(jira.secrets()).chain(rooms).chain(heartbeat)
    };
    let is_in_file = |(key, secret): (String, &SecretAt)| secret.source.is_given() && reader.is_in_file(&key);
    let advice = readable::advice(
        path.filter(|_| secrets().any(is_in_file)),
        secrets().filter_map(|(_, secret)| secret.source.file(base)),
        &sync.state,
    );
    let secrets = secrets().map(|(_, secret)| secret);
    let named: Vec<String> = secrets.filter_map(|secret| secret.source.variable().map(str::to_owned)).collect();
    let lang = reader.has("text.language").then_some(voice.lang);
    let shared: Vec<_> = sources.iter().map(Place::keys_of).collect();
    let drafts = places.iter().zip(policies).zip(sources).map(|((place, policy), source)| {
        let projects = projects(std::slice::from_ref(&policy));
        let pair_id = place.pair_id(&source);
        let close_after = sources::close_after(reader, place);
        Draft {
            line: place.name,
            polls: shared.iter().filter(|keys_of| **keys_of == Place::keys_of(&source)).count(),
            path: path.map(Path::to_owned),
            sync: SyncSettings { state: place.state(&sync.main), ..sync.clone() },
            policy,
            warnings: warnings.clone(),
            advice: advice.clone(),
            lang,
            base: base.to_owned(),
            kind: place.kind,
            close_after,
            source,
            rooms: rooms.clone(),
            signals: signals.clone(),
            jira: Jira { projects, pair_id, ..jira.clone() },
        }
    });
    (drafts.collect(), named)
}

/// Reads what is carried between a source and Jira, and where to.
fn policy(reader: &Reader, place: &Place, voice: Voice, warnings: &mut Vec<ConfigWarning>) -> Policy {
    let policy = Policy {
        flow: flow(reader, place),
        routes: routes(reader, place),
        people: People { pairs: reader.pairs(&place.of_line("people")).unwrap_or_default() },
        voice: Voice { source: place.kind.origin(), ..voice },
        statuses: place.kind.about().statuses,
    };
    needs::refuse_missing(reader, place, &policy.flow, [place.kind.about(), &TRACKER]);
    if let Some(all) = policy.routes.iter().position(|route| route.when.is_none())
        && all + 1 < policy.routes.len()
    {
        warnings.push(ConfigWarning::RouteTakesAll { number: (all + 1).to_string() });
    }
    policy
}

fn jira(reader: &Reader, base: &Path, warnings: &mut Vec<ConfigWarning>) -> Jira {
    let deployments = [("cloud", Some(Deployment::Cloud)), ("server", Some(Deployment::Server)), ("auto", None)];
    let base_url = url(reader, "jira.base_url", true, warnings);
    let login = Login::read(reader, warnings);
    let deployment = reader.one_of("jira.deployment", &deployments, None);
    login.refuse_elsewhere(reader, &base_url, deployment);
    let certificate = Certificate::read(reader, &base_url);
    Jira {
        base_url,
        deployment,
        login,
        certificate,
        projects: Vec::new(),
        polled: Vec::new(),
        followed: Vec::new(),
        no_script: reader.one_of("jira.script", &[("none", true)], false),
        pair_id: String::new(),
        former_accounts: accounts(reader, "jira.former_accounts"),
        http: http_settings(reader, "jira", base),
    }
}

fn sync(reader: &Reader, base: &Path) -> SyncSettings {
    let SyncSettings { state, main: _, limits, remind } = SyncSettings::default();
    let max_creates = u32::try_from(limits.max_creates).unwrap_or(u32::MAX);
    let creates = reader.whole("sync.max_creates", max_creates, &(0..=1_000_000));
    let state = base.join(reader.text("sync.state").map_or(state, PathBuf::from));
    SyncSettings {
        state: state.clone(),
        main: state,
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

pub(super) fn flow(reader: &Reader, place: &Place) -> Flow {
    let key = |name: &str| place.of_line(&format!("flow.{name}"));
    // What nothing can be written to is told of on Jira, or its end would be heard of nowhere.
    let happens = if place.kind.is_read_only() { Direction::ToJira } else { Direction::Off };
    Flow {
        issues: reader.flag(&key("issues"), true),
        comments: reader.flag(&key("comments"), true),
        replies: reader.flag(&key("replies"), place.kind.about().abilities.contains(&Ability::Threads)),
        edits: reader.flag(&key("edits"), true),
        status: reader.one_of(&key("status"), &Direction::WORDS, happens),
        assignee: reader.one_of(&key("assignee"), &Direction::WORDS, Direction::Off),
        level: reader.flag(&key("level"), false),
        updates: reader.flag(&key("updates"), false),
        copy_restricted: reader.one_of(&key("restricted"), &[("skip", false), ("copy", true)], false),
        attachments: reader.one_of(&key("attachments"), &Direction::WORDS, Direction::Off),
        max_attachment: reader.size(&key("max_attachment"), Flow::default().max_attachment),
        links: reader.one_of(&key("links"), &Direction::WORDS, Flow::default().links),
        deletes: reader.one_of(&key("deletes"), &Deletes::WORDS, Deletes::Keep),
    }
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
    Voice { lang, zone, ..Voice::default() }
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
    let zones = Zone::names();
    let near = zones.iter().find(|zone| zone.eq_ignore_ascii_case(name.trim()));
    let city = |zone: &str| zone.rsplit('/').next().unwrap_or_default().replace('_', "").to_lowercase();
    let near = near.or_else(|| zones.iter().find(|zone| city(zone) == bare)).copied();
    near.or_else(|| nearest(name, &zones)).map(str::to_owned)
}

fn projects(policies: &[Policy]) -> Vec<String> {
    let mut projects: Vec<String> = Vec::new();
    for route in policies.iter().flat_map(|policy| &policy.routes) {
        if !projects.contains(&route.project) {
            projects.push(route.project.clone());
        }
    }
    projects
}

/// Returns the fields that follow their source, each once.
fn followed(policies: &[Policy]) -> Vec<Followed> {
    let mut all: Vec<Followed> = Vec::new();
    for route in policies.iter().flat_map(|policy| &policy.routes) {
        for field in &route.followers {
            let (project, issue_type) = (route.project.clone(), route.issue_type.clone());
            let one = Followed { project, issue_type, field: *field };
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    all
}

fn routes(reader: &Reader, place: &Place) -> Vec<Route> {
    let path = place.of_line("route");
    (0..reader.count(&path)).map(|n| route(reader, place, &format!("{path}.{n}"))).collect()
}

fn route(reader: &Reader, place: &Place, path: &str) -> Route {
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
    let template = |name: &str, kind| {
        let template = reader.template(&key(name), kind);
        if template.as_ref().is_some_and(|template| template.uses(ON_CALL)) {
            reader.refuse(&key(name), Flaw::OfField(FieldFlaw::OnlyAtCreation { name: ON_CALL.to_owned() }));
        }
        template
    };
    let (fields, followers) = fields(reader, &key("fields"));
    Route {
        when: template("when", Kind::Condition),
        project,
        issue_type: reader.required_text(&key("issue_type")),
        labels,
        components: reader.list(&key("components")),
        security: reader.text(&key("security")),
        parent,
        request_type: reader.text(&key("request_type")),
        assignee: reader.template(&key("assignee"), Kind::Text),
        summary: template("summary", Kind::Text),
        description: template("description", Kind::Markdown),
        fields,
        followers,
        priority: reader.pairs(&key("priority")),
        status: statuses(reader, place, &key("status")),
        closed_status: reader.text(&key("closed_status")),
        transition: transition(reader, &key("transition")),
        resolution: reader.text(&key("resolution")),
        repeats: reader.one_of(&key("repeats"), &Repeats::WORDS, Repeats::Comment),
        reuse: reuse(reader, &key("reuse")),
    }
}

/// `[route.reuse]`: without a key nothing is the same problem.
fn reuse(reader: &Reader, path: &str) -> Option<ReuseRule> {
    let key = |name: &str| format!("{path}.{name}");
    let within = reader.duration(&key("within"), Duration::ZERO, MINUTE);
    let unless_resolution = reader.list(&key("unless_resolution"));
    for name in ["key", "within"] {
        if !reader.has(&key(name)) && reader.has_elements(path) {
            reader.missing(&key(name));
        }
    }
    if unless_resolution.iter().any(|name| name.trim().is_empty()) {
        reader.refuse(&key("unless_resolution"), Flaw::IsEmpty);
    }
    let template = reader.template(&key("key"), Kind::Text)?;
    if template.uses(ON_CALL) {
        reader.refuse(&key("key"), Flaw::OfField(FieldFlaw::OnlyAtCreation { name: ON_CALL.to_owned() }));
    } else if !template.source().contains('{') {
        reader.refuse(&key("key"), Flaw::SameForAll);
    }
    Some(ReuseRule { key: template, within, unless_resolution })
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

fn fields(reader: &Reader, path: &str) -> (Vec<(String, FieldTemplate)>, Vec<Follower>) {
    let fields = reader.fields(path);
    let kept = reader.kept(path);
    for (field, _) in &fields {
        if let Some((_, own)) = OWN_KEY.iter().find(|(name, _)| field.eq_ignore_ascii_case(name)) {
            reader.refuse(&format!("{path}.{field}"), Flaw::OwnKey { key: (*own).to_owned() });
        } else if field.eq_ignore_ascii_case("assignee") {
            reader.refuse(&format!("{path}.{field}"), Flaw::IsAssignee);
        }
    }
    let asks_who = |made: &FieldTemplate| made.templates().iter().any(|template| template.uses(ON_CALL));
    for (field, _) in fields.iter().filter(|(field, made)| kept.contains(field) && asks_who(made)) {
        reader.refuse(&format!("{path}.{field}"), Flaw::OfField(FieldFlaw::KeepsOnCall { name: ON_CALL.to_owned() }));
    }
    (fields, kept.iter().map(|field| Follower::called(field)).collect())
}

fn transition(reader: &Reader, path: &str) -> Vec<(String, FieldTemplate)> {
    let fields = reader.fields(path);
    for (field, _) in fields.iter().filter(|(field, _)| field.eq_ignore_ascii_case("resolution")) {
        reader.refuse(&format!("{path}.{field}"), Flaw::OwnKey { key: "resolution".to_owned() });
    }
    for field in reader.kept(path) {
        reader.refuse(&format!("{path}.{field}"), Flaw::OfField(FieldFlaw::OnlyFieldsKeep));
    }
    fields
}

fn is_issue_key(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_');
    text.rsplit_once('-').is_some_and(|(project, number)| is_word(project) && number.parse::<u64>().is_ok())
}

fn statuses(reader: &Reader, place: &Place, path: &str) -> Vec<(String, String)> {
    let pairs = reader.pairs(path).unwrap_or_default();
    for (guance, _) in &pairs {
        if place.kind.about().statuses.called(guance).is_none() {
            let known: Vec<&str> = place.kind.about().statuses.0.iter().map(|status| status.name).collect();
            reader.refuse(&format!("{path}.{guance}"), Flaw::NoGuanceStatus { names: known.join(", ") });
        }
    }
    pairs
}
