//! `guajira check`: what single flows need of Jira.

use super::files::LIMIT;
use super::service::Jira;
use crate::domain::shown_size;
use crate::ports::Finding;

impl Jira<'_> {
    /// Tries out what links on Jira issues need. Without it the issues travel all the same.
    pub fn check_links(&self, projects: &[String]) -> Vec<Finding> {
        let needed = [("LINK_ISSUES", false, "for links to Guance; or set [flow].links = \"off\"")];
        projects.iter().flat_map(|project| self.check_permissions(project, &needed)).collect()
    }

    /// Tries out what attachments on Jira issues need; `largest` is the largest that may travel, in bytes.
    pub fn check_attachments(&self, projects: &[String], largest: u64) -> Vec<Finding> {
        let needed = [("CREATE_ATTACHMENTS", false, "for [flow].attachments")];
        let mut findings: Vec<Finding> =
            projects.iter().flat_map(|project| self.check_permissions(project, &needed)).collect();
        self.facts.forget(LIMIT);
        let (result, hint) = match self.upload_limit() {
            Ok(Some(limit)) if limit < largest => {
                let why = format!("this Jira takes at most {}", shown_size(limit));
                (Err(why), Some("set [flow].max_attachment to no more than that, or raise it in Jira".to_owned()))
            }
            Ok(Some(_)) => (Ok(format!("up to {}", shown_size(largest))), None),
            Ok(None) => (Err("they are switched off".to_owned()), Some("switch attachments on in Jira".to_owned())),
            Err(error) => (Err(error.message), error.hint),
        };
        findings.push(Finding { what: "jira attachments".to_owned(), result, hint, fatal: false });
        findings
    }
}
