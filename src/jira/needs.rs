//! `guajira check`: what single flows need of Jira.

use crate::jira::Jira;
use crate::ports::Finding;

impl Jira<'_> {
    /// Tries out what links on Jira issues need. Without it the issues travel all the same.
    pub fn check_links(&self, projects: &[String]) -> Vec<Finding> {
        let needed = [("LINK_ISSUES", false, "for links to Guance; or set [flow].links = \"off\"")];
        projects.iter().flat_map(|project| self.check_permissions(project, &needed)).collect()
    }
}
