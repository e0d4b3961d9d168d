//! What to do when Jira answers with a redirect that is not followed.

use crate::http::clean;
use crate::words::JiraHint;
use reqwest::Url;

/// Returns the hint for a redirect of a request for `asked`, an address below `base_url`.
///
/// Where it leads was said by whoever answered, perhaps somebody on the way. Only an address on the same host is
/// recommended, and never one that gives up `https`: our credential goes where the address says.
pub(super) fn moved(base_url: &str, asked: &str, location: Option<&str>) -> String {
    let target = Url::parse(asked).ok().and_then(|from| Some((from.join(location?).ok()?, from)));
    let Some((mut to, from)) = target.filter(|(to, _)| to.has_host()) else {
        return JiraHint::RedirectsNowhere.into();
    };
    let host = clean(to.host_str().unwrap_or_default());
    if to.host_str() != from.host_str() {
        return JiraHint::RedirectsElsewhere { host }.into();
    }
    if from.scheme() == "https" && to.scheme() != "https" {
        return JiraHint::RedirectsToPlain { host, scheme: clean(to.scheme()) }.into();
    }
    // What is kept of it is the place of the site: `{base}/rest/...` leads to `{new base}/rest/...`.
    let tail = asked.strip_prefix(base_url).unwrap_or_default();
    let path = to.path().strip_suffix(tail).unwrap_or(to.path()).to_owned();
    to.set_path(&path);
    to.set_query(None);
    to.set_fragment(None);
    let (_, _) = (to.set_username(""), to.set_password(None));
    JiraHint::RedirectsTo { address: clean(to.as_str().trim_end_matches('/')) }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_host_is_recommended_and_never_without_https() {
        let base = "https://jira.example.com/jira";
        let asked = format!("{base}/rest/api/2/myself");
        for (location, recommended) in [
            (Some("/rest/api/2/myself"), Some("(https://jira.example.com)")),
            (Some("https://jira.example.com:8443/x/rest/api/2/myself"), Some("(https://jira.example.com:8443/x)")),
            (Some("https://u:p@jira.example.com/login?token=t#f"), Some("(https://jira.example.com/login)")),
            (Some("http://jira.example.com/jira/rest/api/2/myself"), None),
            (Some("https://jira.example.com.evil.example/jira/rest/api/2/myself"), None),
            (Some("//evil.example/"), None),
            (Some("javascript:alert(1)"), None),
            (Some(""), Some("(https://jira.example.com/jira)")),
            (None, None),
        ] {
            let hint = moved(base, &asked, location);
            assert_eq!(hint.contains("set [jira].base_url to"), recommended.is_some(), "{location:?}: {hint}");
            assert!(recommended.is_none_or(|to| hint.contains(to)), "{location:?}: {hint}");
        }
        let hint = moved("http://jira.example.com", "http://jira.example.com/a", Some("https://jira.example.com/a"));
        assert!(hint.contains("(https://jira.example.com)"), "{hint}");
    }
}
