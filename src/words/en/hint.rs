//! Hints. What is changed here is not found any more in state files that hold the former sentence.

use crate::words::{Hint, ItemHint, JiraHint, StateHint};

pub(in crate::words) fn hint(hint: &Hint) -> String {
    match hint {
        Hint::SetCaFile { section } => {
            format!("set [{section}].ca_file to your company's CA certificates, if they signed the server's")
        }
        Hint::CheckAddress { section } => format!("check [{section}].base_url, the network and the proxy settings"),
        Hint::CheckClientCertificate { section } => format!(
            "the server wants a client certificate that it knows: check [{section}].client_cert and client_key"
        ),
        Hint::AnswerTooLarge { section, service } => format!(
            "nothing of the answer is taken: look at what stands at [{section}].base_url; where it is {service}, somebody \
             may have to shorten or delete what makes the answer so large"
        ),
        Hint::NotWhatWasAsked => {
            "the service, or a proxy in front of it, does not answer what is asked: look at its address".to_owned()
        }
        Hint::ReadLess => "read less at a time: a smaller [sync].window, a later --since, or fewer projects in one \
                           configuration"
            .to_owned(),
        Hint::RaiseMaxRuntime => "raise [sync].max_runtime: what is read in pages counts only as a whole".to_owned(),

        Hint::CheckGuanceKey => "check [guance].api_key and that base_url is the site of your workspace; the console shows a \
                                 Key ID and a Key (Secret): services differ in which of the two they take, try the other one"
            .to_owned(),
        Hint::SetGuanceKey => "set [guance].api_key".to_owned(),
        Hint::GiveKeyPermission => {
            "give the API key's role permission for Issues in Guance, Management > API Key Management".to_owned()
        }
        Hint::CheckGuanceAddress => "check [guance].base_url: it must be the OpenAPI address of your site, for example \
                                     https://openapi.guance.com"
            .to_owned(),
        Hint::GuanceLimit => "the limit is used up, perhaps by another program with the same key or workspace: nothing to \
                              do, later runs go on by themselves"
            .to_owned(),
        Hint::UseGuanceStatuses => "use Open, Working, Resolved, Closed or Pending in [route.status]".to_owned(),
        Hint::GiveKeyIncidents => "give the API key's role permission for the Incident Center in Guance, Management > API Key \
                                   Management; a status may be the assignee's to set"
            .to_owned(),
        Hint::UseIncidentStatuses => "use Open, Working, Resolved or Closed in [route.status]".to_owned(),
        Hint::KeepIncidentComments => {
            "Guance has no call to delete a comment of an incident: set deletes = \"mark\" or \"keep\" for this source".to_owned()
        }
        Hint::SetChannel { names } => format!("set [guance].channel to one of: {names}"),
        Hint::MoreKeys => "give guajira an API key of its own, or several in [guance].api_key; where the service allows \
                           more, raise [guance].requests_per_minute"
            .to_owned(),
        Hint::FormerKey => "if that was the account of an earlier key of guajira's, name it in [guance].former_accounts, \
                            then run `guajira retry`"
            .to_owned(),
    }
}

fn scope_hint(hint: &JiraHint) -> String {
    match hint {
        JiraHint::TokenLacksScope { scope } => format!(
            "the token in [jira.auth].token lacks the scope {scope}: make a token with the scopes that `guajira check` names"
        ),
        JiraHint::TokenMayLackScope { scope } => {
            format!("check [jira.auth].token: it may have expired, or lack the scope {scope}, which this request needs")
        }
        JiraHint::NoCloudId => {
            "check [jira].base_url: with method = \"scoped\" it must be the address of a Jira Cloud site, \
                                such as https://SITE.atlassian.net; or set [jira.auth].cloud_id"
                .to_owned()
        }
        JiraHint::GatewayOutOfReach { address } => {
            format!("a scoped token counts only through {address}: let this machine reach it")
        }
        _ => String::new(),
    }
}

pub(in crate::words) fn jira_hint(hint: &JiraHint) -> String {
    match hint {
        JiraHint::ClearCaptcha => {
            "too many failed logins: log in as the bot in a browser and clear the CAPTCHA (or let an \
                               administrator reset it), then correct [jira.auth].token"
                .to_owned()
        }
        JiraHint::CheckTokenScopes => "check [jira.auth].token: it may have expired, or lack a scope: read:jira-work, \
                                   write:jira-work and read:jira-user are needed"
            .to_owned(),
        JiraHint::TokenLacksScope { .. }
        | JiraHint::TokenMayLackScope { .. }
        | JiraHint::NoCloudId
        | JiraHint::GatewayOutOfReach { .. } => scope_hint(hint),
        JiraHint::CheckTokenUser => {
            "check [jira.auth].token: Jira Cloud takes an API token with method = \"basic\" and the \
                                 account's e-mail as user"
                .to_owned()
        }
        JiraHint::CheckTokenAge => {
            "check [jira.auth].token: API tokens expire after at most a year, and a scoped token works \
                                only with method = \"scoped\""
                .to_owned()
        }
        JiraHint::CheckPat => {
            "check [jira.auth].token: the personal access token may have expired or been revoked".to_owned()
        }
        JiraHint::CheckTokenMethod => {
            "check [jira.auth].token: a personal access token needs method = \"pat\", and Jira 11 \
                                   refuses passwords unless its administrator allows them"
                .to_owned()
        }
        JiraHint::JiraApiGone => "this Jira no longer has that part of its API: update guajira".to_owned(),
        JiraHint::RedirectsNowhere => {
            "check [jira].base_url: what answers there sends us elsewhere, and does not say where".to_owned()
        }
        JiraHint::RedirectsElsewhere { host } => format!(
            "what answers at [jira].base_url sends us to another host ({host}): a login page or a proxy, or Jira has \
             moved. Ask those who run Jira before you change [jira].base_url: your credentials go there"
        ),
        JiraHint::RedirectsToPlain { host, scheme } => format!(
            "{host} sends us from https to {scheme}, where credentials would travel unencrypted: keep [jira].base_url, and \
             have the base URL of Jira, or the proxy in front of it, set to https"
        ),
        JiraHint::RedirectsTo { address } => {
            format!("set [jira].base_url to where the redirect leads ({address}), unless that is a login page")
        }
        JiraHint::PageInsteadOfJson => {
            "a page instead of JSON: check [jira].base_url with its context path, and any proxy or \
                                    single sign-on in front of Jira"
                .to_owned()
        }
        JiraHint::JiraPause => "Jira asks for a pause: nothing to do, later runs go on by themselves".to_owned(),
        JiraHint::JiraPauseOf { seconds } => {
            format!("Jira asks for a pause of {seconds} s: nothing to do, later runs go on by themselves")
        }
        JiraHint::FirewallRefused => "a proxy or firewall in front of Jira may have refused the text".to_owned(),
    }
}

pub(in crate::words) fn item_hint(hint: &ItemHint) -> String {
    match hint {
        ItemHint::CheckProjects => "check [[route]].project: each must exist and be visible to the bot".to_owned(),
        ItemHint::CheckProjectsOrToken => {
            "check [[route]].project: each must exist and be visible to the bot (a dead token is told the same)"
                .to_owned()
        }
        ItemHint::CheckProjectsVisible => {
            "check [[route]].project: each must exist, must not be archived, and must be visible to the bot".to_owned()
        }
        ItemHint::ProjectArchived { project } => {
            format!("project {project} is archived on Jira: restore it, or take it out of [[route]].project")
        }
        ItemHint::CheckSecurity => {
            "check [[route]].security, and give the bot the permission Set Issue Security".to_owned()
        }
        ItemHint::SwitchLinksOn => {
            "switch issue linking on in Jira and grant Link Issues, or set [flow].links = \"off\"".to_owned()
        }
        ItemHint::WorkflowWants => {
            "the workflow wants something before it lets the issue go there: see its conditions and validators"
                .to_owned()
        }
        ItemHint::GiveTransitionValue { wanted } => format!(
            "give {wanted} a value in [route.transition], take it off the screen of that transition, make it optional or \
             give it a default; or name another status in [route.status]"
        ),
        ItemHint::GrantTransition => "give the bot Transition Issues in the project's permission scheme".to_owned(),
        ItemHint::NameStatus => "name a status in [route.status] that the workflow leads to".to_owned(),
        ItemHint::NameStatusOf { names } => {
            format!("name a status in [route.status] that the workflow leads to (the workflow has {names})")
        }
        ItemHint::FormerJiraAccount => {
            "if guajira wrote with that account before, name it in [jira].former_accounts, then \
                                        run `guajira retry`"
                .to_owned()
        }
        ItemHint::MustBeAgent => "the bot must be an agent of the service project to write internal notes".to_owned(),
        ItemHint::RaiseMaxAttachment => "raise [flow].max_attachment".to_owned(),
        ItemHint::LetAccountEditItself => "let the Jira account edit its own user properties again".to_owned(),
        ItemHint::CheckSecurityLevel => {
            "check [[route]].security: the issue is not created without its level".to_owned()
        }
        ItemHint::CheckIssueType { name } => format!("check [[route]].issue_type {name:?}"),
        ItemHint::CheckProject { name } => format!("check [[route]].project {name:?} and the bot's permissions"),
        ItemHint::GiveFieldValue { name, issue_type } => format!(
            "give {name} a value in [route.fields] or a default in Jira, or make it optional for the issue type {issue_type}"
        ),
    }
}

pub(in crate::words) fn state_hint(hint: &StateHint) -> String {
    match hint {
        StateHint::InstallNewer => "install the newer guajira, or point [sync].state at another file",
        StateHint::MoveAway => {
            "move the file away: guajira rebuilds it from the markers on the other side and creates nothing twice"
        }
        StateHint::NameAFile => "name a file in [sync].state, not a folder",
        StateHint::MakeWritable => "make the file and its directory readable and writable for this user",
        StateHint::FreeSpace => "free some disk space; what was not recorded is read again by the next run",
        StateHint::MoveAwayIfItStays => {
            "if this stays, move the file away: guajira rebuilds it from the remote markers"
        }
        StateHint::GiveOwnStateOrRebind => return format!("{OWN_STATE}; {REBIND}"),
        StateHint::GiveOwnStateRebindOrFormer => {
            return format!(
                "{OWN_STATE}; {REBIND}; if only the Jira account was replaced: name the earlier one in \
                 [jira].former_accounts"
            );
        }
        StateHint::GiveOwnStateOrFormerServices => {
            return format!("{OWN_STATE}, or let [guance].api_key and [jira] name the former ones again");
        }
    }
    .to_owned()
}

const OWN_STATE: &str = "give these services a state file of their own ([sync].state, or GUAJIRA_SYNC__STATE)";

const REBIND: &str = "if they are the same under a new name or address: guajira state rebind";
