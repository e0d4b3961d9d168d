//! What to do about a failure: the hint below it. Hints are kept in the state file in English, and [`super::known`] finds the
//! message again when one is shown in another language. A changed English sentence is not found in what earlier versions kept,
//! which is then shown as it is.

messages! {
    /// What to do about a connection that failed, a list that was not read, or a Guance that refuses our key.
    pub enum Hint => hint {
        SetCaFile { section: String },
        CheckAddress { section: String },
        AnswerTooLarge { section: String, service: String },
        NotWhatWasAsked,
        ReadLess,
        RaiseMaxRuntime,

        CheckGuanceKey,
        SetGuanceKey,
        GiveKeyPermission,
        CheckGuanceAddress,
        GuanceLimit,
        UseGuanceStatuses,
        GiveKeyIncidents,
        UseIncidentStatuses,
        KeepIncidentComments,
        SetChannel { names: String },
        MoreKeys,
        FormerKey,
    }
}

messages! {
    /// What to do where Jira refuses our login, or where it is not Jira that answers.
    pub enum JiraHint => jira_hint {
        ClearCaptcha,
        CheckTokenScopes,
        CheckTokenUser,
        CheckTokenAge,
        CheckPat,
        CheckTokenMethod,
        JiraApiGone,
        RedirectsNowhere,
        RedirectsElsewhere { host: String },
        RedirectsToPlain { host: String, scheme: String },
        RedirectsTo { address: String },
        PageInsteadOfJson,
        JiraPause,
        JiraPauseOf { seconds: String },
        FirewallRefused,
    }
}

messages! {
    /// What to do about a write that Jira or Guance refused, and about what cannot be read there.
    pub enum ItemHint => item_hint {
        CheckProjects,
        CheckProjectsOrToken,
        CheckProjectsVisible,
        ProjectArchived { project: String },
        CheckSecurity,
        SwitchLinksOn,
        WorkflowWants,
        GiveTransitionValue { wanted: String },
        GrantTransition,
        NameStatus,
        NameStatusOf { names: String },
        FormerJiraAccount,
        MustBeAgent,
        RaiseMaxAttachment,
        LetAccountEditItself,
        CheckSecurityLevel,
        CheckIssueType { name: String },
        CheckProject { name: String },
        GiveFieldValue { name: String, issue_type: String },
    }
}

messages! {
    /// What to do about the state file.
    pub enum StateHint => state_hint {
        InstallNewer,
        MoveAway,
        NameAFile,
        MakeWritable,
        FreeSpace,
        MoveAwayIfItStays,
        GiveOwnStateOrRebind,
        GiveOwnStateRebindOrFormer,
        GiveOwnStateOrFormerServices,
    }
}

/// A hint is given as its English sentence: see above.
macro_rules! english {
    ($($name:path),*) => {
        $(impl From<$name> for String {
            fn from(hint: $name) -> Self {
                hint.to_string()
            }
        })*
    };
}

english!(super::OAuthHint, super::Kept, Hint, JiraHint, ItemHint, StateHint);
english!(super::CallFault, super::ListFault, super::GuanceFault, super::JiraFault, super::Less, super::Hidden);
english!(super::TemplateFault);
