//! What somebody pastes as the name of an item: an id, a key, or the address of a page that shows it.

use reqwest::Url;

use crate::domain::marker;
use crate::plan::references::{key_in, uuid_in};
use crate::text::is_issue_key;

/// Returns the name in an address: of the comment that it leads to, of the item, or of the Jira issue. Anything else is a name
/// as it stands.
///
/// Sources: the addresses of Jira's own pages (`/browse/OPS-1?focusedCommentId=10042`, `…/boards/1?selectedIssue=OPS-1`,
/// `/servicedesk/customer/portal/1/OPS-1`); Guance's have the uuid in their query.
pub(super) fn item(pasted: &str) -> String {
    let text = pasted.trim().trim_matches(['<', '>']);
    let Some(url) = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https")) else {
        return text.to_owned();
    };
    let ids = [marker::COMMENT_IN, "focusedId"];
    let comment = url.query_pairs().find(|(name, _)| ids.contains(&name.as_ref())).map(|(_, id)| id.into_owned());
    let is_id = |id: &String| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    let last = || url.path_segments().and_then(|mut parts| parts.next_back()).filter(|part| is_issue_key(part));
    comment
        .filter(is_id)
        .or_else(|| uuid_in(text).map(str::to_owned))
        .or_else(|| key_in(text).map(str::to_owned))
        .or_else(|| last().map(str::to_owned))
        .unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_what_it_shows() {
        let uuid = format!("issue_{}", "0a".repeat(16));
        for (pasted, name) in [
            ("OPS-12", "OPS-12"),
            (" issue_1 ", "issue_1"),
            ("guance/issue/issue_1", "guance/issue/issue_1"),
            ("https://j.example.com/jira/browse/OPS-12", "OPS-12"),
            ("<https://j.example.com/browse/OPS-12?filter=1#x>", "OPS-12"),
            ("https://j.example.com/browse/OPS-12?focusedCommentId=10042&page=com.x#comment-10042", "10042"),
            ("https://j.example.com/browse/OPS-12?focusedCommentId=x", "OPS-12"),
            ("https://j.example.com/jira/software/projects/OPS/boards/1?selectedIssue=OPS-12", "OPS-12"),
            ("https://j.example.com/projects/OPS/issues/OPS-12/", "OPS-12"),
            ("https://j.example.com/servicedesk/customer/portal/1/OPS-12", "OPS-12"),
            (&format!("https://console.guance.com/exception/issue?leftActiveKey=x&issueUUID={uuid}&y=z"), &uuid),
            ("https://j.example.com/somewhere", "https://j.example.com/somewhere"),
            ("ftp://j.example.com/browse/OPS-12", "ftp://j.example.com/browse/OPS-12"),
            ("", ""),
        ] {
            assert_eq!(item(pasted), name, "{pasted}");
        }
    }
}
