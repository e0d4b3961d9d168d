//! Which redirects are followed, and with what.

use reqwest::Url;
use reqwest::header::LOCATION;

use super::answer::Answer;
use super::call::Method;

/// Longest chain of redirects that is followed.
pub(super) const MAX_REDIRECTS: usize = 5;

/// Where a redirect may be followed to.
pub(super) fn onward(method: Method, from: &Url, answer: &Answer) -> Option<Url> {
    let keeps_method = matches!(answer.status, 307 | 308);
    let reads_on = method == Method::Get && matches!(answer.status, 301..=303);
    if !keeps_method && !reads_on {
        return None;
    }
    let to = from.join(answer.header(LOCATION.as_str())?).ok()?;
    onward_to(from, &to).then_some(to)
}

/// Whether what leads to one place may go to another with its credential.
pub(super) fn onward_to(from: &Url, to: &Url) -> bool {
    let same_host = to.host_str() == from.host_str();
    let same_place = to.scheme() == from.scheme() && to.port_or_known_default() == from.port_or_known_default();
    let upgrade = from.scheme() == "http" && to.scheme() == "https" && to.port() == from.port();
    same_host && (same_place || upgrade)
}
