//! Addresses as people paste them. Pure, but for what is asked about an address without encryption.

use anyhow::Result;
use reqwest::Url;

use super::desk::Desk;
use crate::words::{AskWords, FoundWords};

/// What pages of Jira have in their addresses behind the address of Jira itself.
const JIRA_PAGES: [&str; 14] = [
    "/browse/",
    "/projects/",
    "/rest/",
    "/secure/",
    "/issues/",
    "/login.jsp",
    "/servicedesk/",
    "/plugins/",
    "/jira/software/",
    "/jira/core/",
    "/jira/servicedesk/",
    "/jira/your-work",
    "/jira/dashboards",
    "/jira/projects",
];

/// Returns the address of Jira in an address of one of its pages; adds `https://` to a bare host.
pub(super) fn of_jira(given: &str) -> String {
    let address = whole(given);
    let begin = address.find("://").map_or(0, |at| at + 3);
    let path = address.get(begin..).and_then(|rest| rest.find('/')).map(|at| at + begin);
    let Some(path) = path else { return address };
    let is_cloud = address.get(begin..path).is_some_and(|host| host.ends_with(".atlassian.net"));
    let rest = address.get(path..).unwrap_or_default();
    let end = if is_cloud { Some(0) } else { JIRA_PAGES.iter().filter_map(|page| rest.find(page)).min() };
    let end = end.map_or(address.len(), |at| path + at);
    address.get(..end).unwrap_or(&address).trim_end_matches('/').to_owned()
}

/// Returns the address of Guance's Open API; a console has it beside itself.
///
/// Source: `GuanceCloud/dataflux-func`, `guance-node-urls.json`.
pub(super) fn of_guance(given: &str) -> String {
    let address = whole(given);
    let address = address.split("/api/v1").next().unwrap_or_default().trim_end_matches('/').to_owned();
    let Some((scheme, rest)) = address.split_once("://") else { return address };
    let (host, _) = rest.split_once('/').unwrap_or((rest, ""));
    match host.split_once('.') {
        Some((label, domain)) if label == "console" || label.ends_with("-console") => {
            format!("{scheme}://{}.{domain}", label.replace("console", "openapi"))
        }
        _ => address,
    }
}

fn whole(given: &str) -> String {
    let text = given.trim().split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let host = text.split('/').next().unwrap_or_default();
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_host = !name.is_empty() && (name.contains('.') || port.is_some()) && port.is_none_or(is_port);
    let is_bare = is_host && !text.contains("://") && !text.contains(char::is_whitespace);
    if is_bare { format!("https://{text}") } else { text.to_owned() }
}

/// Asks whether a login may go to an address over a network without encryption.
///
/// # Errors
/// When the input ends.
pub(super) fn may_be_used(desk: &Desk<'_>, address: &str) -> Result<bool> {
    let is_safe = |url: &Url| {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let is_here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        url.scheme() != "http" || is_here
    };
    if Url::parse(address).is_ok_and(|url| is_safe(&url)) {
        return Ok(true);
    }
    desk.ask.tell(FoundWords::Unencrypted);
    desk.ask.yes(AskWords::UseUnencrypted, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_addresses_become_those_of_the_service() {
        for (given, want) in [
            ("team.atlassian.net", "https://team.atlassian.net"),
            ("https://team.atlassian.net/jira/software/projects/OPS/boards/1?x=y", "https://team.atlassian.net"),
            ("https://jira.example.com/browse/OPS-1", "https://jira.example.com"),
            ("https://example.com/jira/browse/OPS-1#c", "https://example.com/jira"),
            ("https://example.com/jira/secure/Dashboard.jspa", "https://example.com/jira"),
            ("https://api.atlassian.com/ex/jira/1-2/rest/api/3/myself", "https://api.atlassian.com/ex/jira/1-2"),
            (" http://127.0.0.1:8080/jira/ ", "http://127.0.0.1:8080/jira"),
            ("localhost:8080", "https://localhost:8080"),
            ("jira", "jira"),
            ("ftp:/nonsense", "ftp:/nonsense"),
            ("ops project", "ops project"),
        ] {
            assert_eq!(of_jira(given), want, "{given}");
        }
        for (given, want) in [
            ("https://console.guance.com/workspace", "https://openapi.guance.com"),
            ("us1-console.truewatch.com", "https://us1-openapi.truewatch.com"),
            ("https://openapi.guance.com/api/v1/issue/list", "https://openapi.guance.com"),
            ("http://127.0.0.1:9", "http://127.0.0.1:9"),
        ] {
            assert_eq!(of_guance(given), want, "{given}");
        }
    }
}
