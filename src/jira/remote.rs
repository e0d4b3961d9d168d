//! Jira as one of the two sides of the engine.

use std::time::Duration;

use super::fault::refused;
use super::service::Jira;
use super::words::Text;
use crate::domain::{
    Action, Comment, CommentId, File, Fingerprint, IssueId, Key, Person, Push, Receipt, SealKey, Visibility,
};
use crate::ports::{
    Abilities, About, ApiError, ApiErrorKind, Archive, Batch, Content, Creates, Directory, Files, Identity, Lookup,
    Presence, Quota, Register, Registry, Remote, Screens, Span, Standing, Threads, Wanted, Writes,
};

impl Remote for Jira<'_> {
    fn about(&self) -> &About {
        &self.about
    }

    fn abilities(&self) -> Abilities<'_> {
        Abilities {
            threads: Some(self),
            writes: Some(self),
            creates: Some(self),
            screens: Some(self),
            files: Some(self),
            people: Some(self),
            archive: Some(self),
            quota: Some(self),
            register: Some(self),
            tickets: Some(self),
            ..Abilities::default()
        }
    }

    fn identify(&self) -> Result<Identity, ApiError> {
        let told = self.shared.and_then(|shared| shared.me.borrow().clone());
        let me = told.map_or_else(|| self.log_in(), Ok)?;
        let service = self.site()?.id.clone();
        Ok(Identity { account: me.user.id().to_owned(), name: me.user.display_name, clock: me.clock, service })
    }

    fn changed(&self, span: &Span) -> Result<Batch, ApiError> {
        self.read_changed(span)
    }

    fn forget(&self) {
        self.seen.borrow_mut().clear();
    }

    fn issues(&self, ids: &[IssueId]) -> Result<Batch, ApiError> {
        self.read_by_id(ids)
    }

    fn issue_url(&self, name: &str) -> String {
        let base = self.site.get().map_or(self.settings.base_url.as_str(), |site| &site.base);
        format!("{}/browse/{name}", base.trim_end_matches('/'))
    }
}

impl Threads for Jira<'_> {
    fn thread(&self, issue: &IssueId) -> Result<Option<Vec<Comment>>, ApiError> {
        self.read_visible_thread(issue)
    }

    fn presence(&self, issue: &IssueId, comments: &[CommentId]) -> Result<Vec<Presence>, ApiError> {
        self.look_for_comments(issue, comments)
    }
}

impl Writes for Jira<'_> {
    fn push(&self, batch: &[Push]) -> Vec<Result<Receipt, ApiError>> {
        let mut results: Vec<Option<Result<Receipt, ApiError>>> = batch.iter().map(|_| None).collect();
        let is_create = |push: &Push| matches!(push.action, Action::CreateIssue(_));
        let creates: Vec<usize> =
            batch.iter().enumerate().filter(|(_, push)| is_create(push)).map(|(index, _)| index).collect();
        for (index, result) in creates.iter().zip(self.create_issues(batch)) {
            if let Some(slot) = results.get_mut(*index) {
                *slot = Some(result);
            }
        }
        let mut logged_out = results.iter().flatten().find_map(|result| match result {
            Err(error) if error.kind == ApiErrorKind::Unauthorized => Some(error.clone()),
            _ => None,
        });
        let mut out = Vec::with_capacity(batch.len());
        for (push, done) in batch.iter().zip(results) {
            let result = match (done, &logged_out) {
                (Some(result), _) => result,
                // Another try with refused credentials could lock the account.
                (None, Some(error)) => Err(error.clone()),
                (None, None) => self.write_one(push),
            };
            if let Err(error) = &result
                && error.kind == ApiErrorKind::Unauthorized
            {
                logged_out = Some(error.clone());
            }
            out.push(result);
        }
        out
    }

    fn find(&self, wanted: &[Wanted], taken: &dyn Fn(&Key, &str) -> bool) -> Result<Vec<Lookup>, ApiError> {
        self.look_up(wanted, taken)
    }
}

impl Creates for Jira<'_> {
    fn creates_at_once(&self) -> usize {
        self.at_once()
    }

    fn create_takes(&self) -> Duration {
        self.longest_create()
    }
}

impl Screens for Jira<'_> {
    fn create_screen(&self, project: &str, issue_type: &str) -> Result<Fingerprint, ApiError> {
        self.stamp(project, issue_type)
    }
}

impl Files for Jira<'_> {
    fn files(&self, issue: &IssueId) -> Result<(Visibility, Vec<File>), ApiError> {
        self.list_files(issue)
    }

    fn open_file(&self, file: &File) -> Result<Content, ApiError> {
        self.open_attachment(file)
    }

    fn push_file(&self, push: &Push, content: Option<Content>) -> Result<Receipt, ApiError> {
        self.attach(push, content)
    }
}

impl Directory for Jira<'_> {
    fn person(&self, who: &Person) -> Result<Option<Person>, ApiError> {
        self.find_person(who)
    }
}

impl Archive for Jira<'_> {
    fn standing(&self, issues: &[IssueId]) -> Result<Vec<Standing>, ApiError> {
        self.issue_standing(issues)
    }

    fn project_standing(&self, project: &str) -> Result<Standing, ApiError> {
        self.standing_of_project(project)
    }
}

impl Quota for Jira<'_> {
    fn is_near_limit(&self) -> bool {
        self.api.is_near_limit()
    }
}

impl Registry for Jira<'_> {
    fn read_register(&self) -> Result<Register, ApiError> {
        self.register()
    }

    fn write_register(&self, counter: &str, key: Option<&SealKey>) -> Result<(), ApiError> {
        self.set_register(counter, key)
    }
}

impl Jira<'_> {
    fn write_one(&self, push: &Push) -> Result<Receipt, ApiError> {
        match &push.action {
            Action::ContinueIssue(continued) => self.continue_issue(push, continued),
            Action::JoinIssue { issue, name, items } => self.join_issue(issue, name, items),
            Action::CreateIssue(_) => Err(refused(format!("{}: a create outside its batch; this is a bug", push.key))),
            Action::AddComment { issue, body, origin_url, internal } => {
                self.add_comment(push, issue, &Text { body, origin_url }, *internal)
            }
            Action::EditComment { issue, comment, internal, .. } => self.edit_comment(push, issue, comment, *internal),
            Action::DeleteComment { issue, comment } => self.delete_comment(push, issue, comment),
            Action::ChangeIssue { issue, change, value: _ } => self.change_issue(issue, change),
            Action::LinkIssue { .. } => self.link_issue(push),
            Action::AddFile { .. } => self.attach(push, None),
        }
    }
}
