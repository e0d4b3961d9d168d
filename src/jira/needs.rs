//! `guajira check`: what single flows need of Jira.

use super::files::LIMIT;
use super::service::Jira;
use crate::domain::shown_size;
use crate::ports::Finding;
use crate::words::{Fine, Mend, Purpose, Tested, Wrong};

impl Jira<'_> {
    /// Tries out what links on Jira issues need. Without it the issues travel all the same.
    pub fn check_links(&self, projects: &[String]) -> Vec<Finding> {
        let needed = [("LINK_ISSUES", false, Purpose::Link)];
        projects.iter().flat_map(|project| self.check_permissions(project, &needed)).collect()
    }

    /// Tries out what attachments on Jira issues need; `largest` is the largest that may travel, in bytes.
    pub fn check_attachments(&self, projects: &[String], largest: u64) -> Vec<Finding> {
        let needed = [("CREATE_ATTACHMENTS", false, Purpose::Attach)];
        let mut findings: Vec<Finding> =
            projects.iter().flat_map(|project| self.check_permissions(project, &needed)).collect();
        self.facts.forget(LIMIT);
        let what = Tested::Attachments;
        findings.push(match self.upload_limit() {
            Ok(Some(limit)) if limit < largest => {
                let wrong = Wrong::AttachmentsUpTo { size: shown_size(limit) };
                Finding::bad(what, wrong, Some(Mend::LowerMaxAttachment), false)
            }
            Ok(Some(_)) => Finding::good(what, Fine::UpTo { size: shown_size(largest) }),
            Ok(None) => Finding::bad(what, Wrong::AttachmentsOff, Some(Mend::SwitchAttachmentsOn), false),
            Err(error) => Finding::failed(what, error, false),
        });
        findings
    }
}
