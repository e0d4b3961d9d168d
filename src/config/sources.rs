//! The sources: what each is, where it is, and what may be asked of it.

use std::path::Path;
use std::time::Duration;

use super::common::{accounts, url};
use super::kinds::SourceKind;
use super::parts::{http_settings, secrets};
use super::places::Place;
use super::reader::Reader;
use super::settings::{Alerts, Guance, SourceAt};
use crate::alerts::{GATEWAY, OPSGENIE_US};
use crate::domain::{Fingerprint, ServiceName};
use crate::guance::ReplyFormat;
use crate::words::{ConfigWarning, Flaw};

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

/// The shortest silence that may end an alarm: some monitors check once an hour.
const LEAST_SILENCE: Duration = Duration::from_hours(1);

/// Reads what each line's source is.
pub(super) fn read(reader: &Reader, places: &[Place], base: &Path, warnings: &mut Vec<ConfigWarning>) -> Vec<SourceAt> {
    let mut sources: Vec<SourceAt> = Vec::new();
    for (n, place) in places.iter().enumerate() {
        let source = match place.kind {
            SourceKind::Issues | SourceKind::Events | SourceKind::Incidents => {
                let shared = service(reader, place, places.get(..n).unwrap_or_default());
                let guance = match shared.and_then(|at| sources.get(at)) {
                    Some(SourceAt::Guance(service)) => beside(reader, place, service),
                    _ => guance(reader, place, base, warnings),
                };
                SourceAt::Guance(guance)
            }
            SourceKind::Piped => SourceAt::Piped,
            SourceKind::Jsm | SourceKind::Opsgenie => SourceAt::Alerts(alerts(reader, place, base, warnings)),
        };
        let is_same = |(other, known): (&Place, &SourceAt)| match (known, &source) {
            (SourceAt::Guance(known), SourceAt::Guance(one)) => {
                let is_one = known.keys_of == one.keys_of && known.base_url == one.base_url;
                is_one && other.kind == place.kind && (place.kind != SourceKind::Issues || known.channel == one.channel)
            }
            _ => false,
        };
        if let Some((other, _)) = places.iter().zip(&sources).find(|known| is_same(*known)) {
            reader.refuse(&place.key("service"), Flaw::SameSource { name: other.name.to_string() });
        }
        sources.push(source);
    }
    sources
}

/// Reads how long an alarm may tell nothing before it counts as over.
pub(super) fn close_after(reader: &Reader, place: &Place) -> Option<Duration> {
    let key = place.key("close_after");
    if !place.kind.is_read_only() || !reader.has(&key) {
        return None;
    }
    Some(reader.duration(&key, Duration::ZERO, LEAST_SILENCE)).filter(|silence| !silence.is_zero())
}

/// Reads where alerts are.
fn alerts(reader: &Reader, place: &Place, base: &Path, warnings: &mut Vec<ConfigWarning>) -> Alerts {
    let key = |name: &str| place.key(name);
    let is_jsm = place.kind == SourceKind::Jsm;
    let base_url = url(reader, &key("base_url"), is_jsm, warnings);
    let gateway = if is_jsm { url(reader, &key("gateway_url"), false, warnings) } else { String::new() };
    Alerts {
        base_url: if base_url.is_empty() && !is_jsm { OPSGENIE_US.to_owned() } else { base_url },
        user: if is_jsm { reader.required_text(&key("user")) } else { String::new() },
        api_keys: secrets(reader, &key("api_key"), false),
        cloud_id: if is_jsm { reader.text(&key("cloud_id")) } else { None },
        gateway: if gateway.is_empty() { GATEWAY.to_owned() } else { gateway },
        schedule: reader.text(&key("schedule")),
        http: http_settings(reader, &place.section, base),
    }
}

/// Returns which of the sources before this one is the service whose address, keys and budget it uses.
fn service(reader: &Reader, place: &Place, before: &[Place]) -> Option<usize> {
    if place.name == ServiceName::GUANCE {
        return None;
    }
    let key = place.key("service");
    let name = reader.text(&key)?;
    let at = before.iter().position(|other| other.name.as_str() == name && other.kind.is_guance());
    if at.is_none() {
        let guance = before.iter().filter(|other| other.kind.is_guance());
        let names = guance.map(|other| other.name.to_string()).collect::<Vec<_>>().join(", ");
        reader.refuse(&key, Flaw::NoSuchService { names });
    }
    at
}

/// Returns a source that uses the address, the keys and the budget of another one.
fn beside(reader: &Reader, place: &Place, service: &Guance) -> Guance {
    for name in ["base_url", "console_url", "api_key", "requests_per_minute", "workspace_requests_per_minute"] {
        let key = place.key(name);
        if reader.has(&key) {
            reader.refuse_hidden(&key, Flaw::OfTheService);
        }
    }
    if place.kind != SourceKind::Issues {
        return service.clone();
    }
    Guance { channel: channel(reader, place), reply_format: reply_format(reader, place), ..service.clone() }
}

fn channel(reader: &Reader, place: &Place) -> String {
    reader.text(&place.key("channel")).unwrap_or_else(|| DEFAULT_CHANNEL.to_owned())
}

fn reply_format(reader: &Reader, place: &Place) -> ReplyFormat {
    let words = [("html", ReplyFormat::Html), ("markdown", ReplyFormat::Markdown), ("text", ReplyFormat::Text)];
    reader.one_of(&place.key("reply_format"), &words, ReplyFormat::Html)
}

impl Place {
    /// Returns what distinguishes the issues of this line from those of others that the same Jira account makes: hex digits.
    pub(super) fn pair_id(&self, source: &SourceAt) -> String {
        let (address, selection) = source.place(&self.name, self.kind);
        let selected = format!("{address}\n{selection}");
        let parts =
            if self.name == ServiceName::GUANCE { vec![selected] } else { vec![selected, self.name.to_string()] };
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Fingerprint::of(&parts).as_str().to_owned()
    }

    /// Returns the source whose keys and budget a source uses; `None` where nothing is counted.
    pub(super) fn keys_of(source: &SourceAt) -> Option<ServiceName> {
        if let SourceAt::Guance(guance) = source { Some(guance.keys_of) } else { None }
    }
}

fn guance(reader: &Reader, place: &Place, base: &Path, warnings: &mut Vec<ConfigWarning>) -> Guance {
    let key = |name: &str| place.key(name);
    let base_url = url(reader, &key("base_url"), true, warnings);
    let console_url = url(reader, &key("console_url"), false, warnings);
    let is_issues = place.kind == SourceKind::Issues;
    let limits = 1..=MOST_REQUESTS_PER_MINUTE;
    let requests_per_minute = reader.whole(&key("requests_per_minute"), REQUESTS_PER_MINUTE, &limits);
    let together = WORKSPACE_REQUESTS_PER_MINUTE.max(requests_per_minute);
    Guance {
        console_url: if console_url.is_empty() { console_of(&base_url) } else { console_url },
        base_url,
        api_keys: secrets(reader, &key("api_key"), true),
        channel: if is_issues { channel(reader, place) } else { DEFAULT_CHANNEL.to_owned() },
        keys_of: place.name,
        requests_per_minute,
        workspace_requests_per_minute: reader.whole(&key("workspace_requests_per_minute"), together, &limits),
        reply_format: if is_issues { reply_format(reader, place) } else { ReplyFormat::Html },
        former_accounts: if is_issues { accounts(reader, &key("former_accounts")) } else { Vec::new() },
        http: http_settings(reader, &place.section, base),
    }
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
