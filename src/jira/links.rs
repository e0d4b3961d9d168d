//! Remote links: what people see on a Jira issue of the issue it mirrors.

use serde_json::json;

use super::api::{Ask, Failed, segment};
use super::auth::host_of;
use super::draft;
use super::fault::{dropped, refused};
use super::service::Jira;
use crate::domain::{Action, Push, Receipt, Side, marker};
use crate::ports::ApiError;
use crate::words::{ItemHint, Origin, Written};

impl Jira<'_> {
    /// Sets the link to the other issue: created or updated by its `globalId`, so that twice is once.
    pub(super) fn link_issue(&self, push: &Push) -> Result<Receipt, ApiError> {
        let Action::LinkIssue { issue, to, title, url } = &push.action else {
            return Err(refused(format!("{}: no link; this is a bug", push.key)));
        };
        let body = json!({
            "globalId": global_id(url, to.as_str()),
            "application": {"type": marker::APPLICATION, "name": self.source_name(push.target.source())},
            "relationship": Written::Mirrors.in_lang(self.settings.lang),
            "object": {"url": url, "title": draft::summary(title)},
        });
        let path = self.rest(&format!("issue/{}/remotelink", segment(issue.as_str())))?;
        match self.send_words(body, |body| self.api.send(&Ask::post(path.clone(), body).repeatable())) {
            Ok((_, said)) => {
                let id = issue.to_string();
                let dropped = said.map(|why| dropped("characters", why)).into_iter().collect();
                Ok(Receipt::of(id, None).without(dropped))
            }
            Err(failed) if is_about_links(&failed) => {
                // A login that has just died is told the same; then the link is not to be given up.
                self.log_in()?;
                let lack = failed.error.hint.filter(|_| failed.lacks_scope);
                let hint = lack.unwrap_or_else(|| ItemHint::SwitchLinksOn.into());
                Err(refused(failed.error.message).with_hint(hint))
            }
            Err(failed) => Err(failed.into()),
        }
    }
}

impl Jira<'_> {
    /// Returns what people call a source: Guance, or what the configuration calls it.
    fn source_name(&self, source: Side) -> String {
        if source == Side::GUANCE {
            Written::Name(Origin::Guance).in_lang(self.settings.lang)
        } else {
            source.as_str().to_owned()
        }
    }
}

/// Returns true for answers that, given a good login, mean that this link cannot be set: linking is switched off, the
/// permission or the token's scope is missing, the issue is gone, the link is not taken.
fn is_about_links(failed: &Failed) -> bool {
    !failed.login_refused && matches!(failed.status, Some(400 | 401 | 403 | 404 | 405 | 410 | 413 | 415))
}

/// Names the linked thing for ever, also when its title or address changes.
pub(super) fn global_id(url: &str, id: &str) -> String {
    marker::global_id(host_of(url), id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_global_id_names_system_and_issue_and_is_never_too_long() {
        assert_eq!(global_id("https://console.guance.com/x?a=b", "issue_1"), "system=console.guance.com&id=issue_1");
        assert_eq!(global_id(&format!("https://{}/x", "h".repeat(250)), "issue_1"), "id=issue_1");
    }
}
