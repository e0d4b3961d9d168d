//! `guajira check`.

use super::alerts::{alerts_fine, alerts_mend, alerts_tested, alerts_wrong};
use super::{config_warning, side};
use crate::words::{CheckWords, Fine, Mend, Purpose, Tested, Wrong};

pub(in crate::words) fn tested(what: &Tested) -> String {
    match what {
        Tested::Config { place } => format!("config {place}"),
        Tested::ConfigOfEnvironment => "config the environment".to_owned(),
        Tested::State { path } => format!("state {path}"),
        Tested::StateFile => "state file".to_owned(),
        Tested::Side(one) => side(*one).to_owned(),
        Tested::GuanceCredential => "guance credential".to_owned(),
        Tested::GuanceChannel { name } => format!("guance channel {name:?}"),
        Tested::GuanceIssues => "guance issues".to_owned(),
        Tested::GuanceIncidents => "guance incidents".to_owned(),
        Tested::GuanceLevels => "guance levels".to_owned(),
        Tested::ListedLevels => "guance levels in [route.priority]".to_owned(),
        Tested::GuanceClock => "clock against guance".to_owned(),
        Tested::Alerts(what) => alerts_tested(what),
        Tested::JiraAt { address } => format!("jira at {address}"),
        Tested::JiraGateway { address } => format!("jira gateway {address}"),
        Tested::Scopes => "scopes of the token".to_owned(),
        Tested::Scope { name } => format!("scope {name}"),
        Tested::JiraLogin => "jira login".to_owned(),
        Tested::JiraClock => "jira clock".to_owned(),
        Tested::JiraTimeZone => "jira time zone".to_owned(),
        Tested::Project { key } => format!("project {key}"),
        Tested::Permissions { project } => format!("permission list in {project}"),
        Tested::Permission { name, project } => format!("permission {name} in {project}"),
        Tested::Statuses { issue_type, project } => format!("statuses of {issue_type} in {project}"),
        Tested::IssueType { issue_type, project } => format!("issue type {issue_type} in {project}"),
        Tested::Fields { issue_type, project } => format!("fields of {issue_type} in {project}"),
        Tested::Field { name, issue_type, project } => format!("field {name} of {issue_type} in {project}"),
        Tested::Transitions { issue_type, project } => format!("transitions of {issue_type} in {project}"),
        Tested::Transition { name, to, project } => format!("transition {name:?} to {to} in {project}"),
        Tested::Resolutions { project } => format!("resolutions in [route.reuse] of {project}"),
        Tested::WayBack { issue_type, project } => format!("way back to an open status of {issue_type} in {project}"),
        Tested::TimeSearch => "jira search by time".to_owned(),
        Tested::WriteCounter => "jira write counter".to_owned(),
        Tested::Attachments => "jira attachments".to_owned(),
        Tested::Room { name, kind } => format!("room {name} ({kind})"),
        Tested::Textfile { path } => format!("textfile {path}"),
        Tested::Heartbeat => "heartbeat".to_owned(),
        Tested::Takeover => "takeover".to_owned(),
    }
}

pub(in crate::words) fn fine(fine: &Fine) -> String {
    match fine {
        Fine::NoMistakes => "no mistakes".to_owned(),
        Fine::Named(name) => name.clone(),
        Fine::ReadableAndWritable => "readable and writable".to_owned(),
        Fine::NoStateYet => "none yet, the first sync makes one".to_owned(),
        Fine::BelongsTo { guance, jira } => format!("belongs to {guance} and {jira}"),
        Fine::Accepted => "accepted".to_owned(),
        Fine::Called { name, id } => format!("{name} ({id})"),
        Fine::IssuesReadable { count } => format!("readable, {count} in the last hour"),
        Fine::Alerts(fine) => alerts_fine(fine),
        Fine::ClockOff { seconds } => format!("{seconds} s"),
        Fine::JiraVersion { version, deployment } => format!("version {version}, deployment {deployment}"),
        Fine::ClockWithin { seconds } => format!("within {seconds} s of ours"),
        Fine::TimeZone { zone } => format!("{zone} (guajira does not depend on it)"),
        Fine::TimeZoneUnknown => "not told (guajira does not depend on it)".to_owned(),
        Fine::Visible => "visible".to_owned(),
        Fine::VisibleAs { kind } => format!("visible ({kind})"),
        Fine::ServiceProject => "a service project: what guajira writes there are internal notes".to_owned(),
        Fine::Granted => "granted".to_owned(),
        Fine::AreThere { names } => format!("{names} are there"),
        Fine::OnCreateScreen => "on the create screen".to_owned(),
        Fine::NamedOnCreateScreen { names } => format!("{names} on the create screen"),
        Fine::CreatableAs { shown, id } => format!("can be created as {shown} (id {id})"),
        Fine::WithId { name, id } => format!("{name} (id {id})"),
        Fine::FieldOf { id, kind } => format!("{id} ({kind})"),
        Fine::ParentAs { key, field } => format!("{key}, as {field}"),
        Fine::AsksForNothing { count, issue } => {
            format!("{count} of {issue} ask for nothing that guajira does not set")
        }
        Fine::OpensAgain { issue, names } => format!("{issue} can be opened again as {names}"),
        Fine::ExactTimes => "exact times are understood".to_owned(),
        Fine::MinutesOnly => "by relative minutes (this Jira takes no exact times; guajira needs none)".to_owned(),
        Fine::MinutesForNow => "by relative minutes until the projects hold an issue".to_owned(),
        Fine::CounterKept => "can be kept (by it guajira notices a state file that is an old copy)".to_owned(),
        Fine::SiteId { id } => format!("the site is {id} there"),
        Fine::ScopesNeeded { names } => format!("this configuration needs {names}, and no other"),
        Fine::ScopeCounts { keys } if keys.is_empty() => "the token has it".to_owned(),
        Fine::ScopeCounts { keys } => format!("the token has it; {keys} need it"),
        Fine::RoomAnswers { host, signed } => {
            let signed = if *signed { "signed" } else { "not signed" };
            format!("{host} answers, {signed}; nothing was sent")
        }
        Fine::TextfileWritable => "can be written; nothing was".to_owned(),
        Fine::HeartbeatAnswers { host } => {
            format!("{host} answers; nothing was pinged, so whether it knows the check is not tested")
        }
        Fine::MessageTaken => "took the test message".to_owned(),
        Fine::UpTo { size } => format!("up to {size}"),
    }
}

pub(in crate::words) fn wrong(wrong: &Wrong) -> String {
    match wrong {
        Wrong::Said(words) => words.clone(),
        Wrong::Config(warning) => config_warning(warning),
        Wrong::NoFolder { folder } => format!("there is no folder {folder}"),
        Wrong::NoSuchChannel => "there is no such channel".to_owned(),
        Wrong::Alerts(wrong) => alerts_wrong(wrong),
        Wrong::LevelsNotListed { names } => format!("{names} not listed: issues of these levels are not sent"),
        Wrong::ClockAhead { seconds } => format!("this machine's clock is {seconds} s ahead"),
        Wrong::ClockBehind { seconds } => format!("this machine's clock is {seconds} s behind"),
        Wrong::OtherDeployment { told } => format!("it says that it is Jira {told}"),
        Wrong::Archived => "it is archived".to_owned(),
        Wrong::NotGranted => "not granted".to_owned(),
        Wrong::NotTold => "this Jira does not tell".to_owned(),
        Wrong::NoSuchStatus { names } => format!("its workflow has no {names}"),
        Wrong::NoSuchType => "it does not exist there, or cannot be created by the bot".to_owned(),
        Wrong::NotOnScreen => "it is not on the create screen".to_owned(),
        Wrong::NoLabels { own_too: false } => "not on the create screen: the marker label may be dropped".to_owned(),
        Wrong::NoLabels { own_too: true } => {
            "not on the create screen: the marker label may be dropped, and the route's labels are not set".to_owned()
        }
        Wrong::CreatedWithout => "not on the create screen: issues are created without it".to_owned(),
        Wrong::UnknownThere { names } => format!("unknown there: {names}"),
        Wrong::FieldRequired { name } => format!("{name} is required, and guajira does not set it"),
        Wrong::FieldTypeUnknown { kind } => format!("guajira cannot set a field of type {kind:?}"),
        Wrong::NoRequestType => "it is not set, and no queue and no portal shows what guajira creates".to_owned(),
        Wrong::NoServiceProject => "this is no service project".to_owned(),
        Wrong::TransitionWants { issue, wanted } => format!("{issue}: it wants {wanted}, which guajira does not set"),
        Wrong::NoSuchResolution { names } => format!("Jira has no {names}: a ticket that is resolved so is continued"),
        Wrong::NoWayBack { issue } => format!("no transition of {issue}, which is resolved, leads to an open status"),
        Wrong::MayNotKeep => "the bot may not keep properties".to_owned(),
        Wrong::ScopeLacking { keys } if keys.is_empty() => "the token lacks it".to_owned(),
        Wrong::ScopeLacking { keys } => format!("the token lacks it; {keys} need it"),
        Wrong::AttachmentsOff => "they are switched off".to_owned(),
        Wrong::AttachmentsUpTo { size } => format!("this Jira takes at most {size}"),
        Wrong::TakeoverUnclear { why } => {
            format!("cannot tell whether another program made Jira issues of Guance's: {why}")
        }
        Wrong::MadeByOthers { count, named } => format!(
            "{count} Jira issues carry the uuid of a Guance issue, and guajira did not make them: {named}; their creates \
             will be held"
        ),
    }
}

const LET_BOT_EDIT_PROFILE: &str = "without it, a state file restored from an old copy is not noticed; let the bot edit its own \
                                    profile (scope write:jira-work)";

const LABELS: &str = "add Labels to the create screen: by label a copy is found again when the state file is lost";

const WAY_BACK: &str = "add a transition out of it that the bot may use, or leave [route.reuse] out: until then each issue \
                        gets a ticket of its own";

fn mend_further(mend: &Mend) -> String {
    match mend {
        Mend::MakeToken { names } => {
            format!("make a token with the scopes {names}, and put it into [jira.auth].token")
        }
        Mend::MakeTextfileFolder => {
            "make the folder, and let this user write in it; or change [signals].textfile".to_owned()
        }
        Mend::CheckHeartbeat => "check [signals].heartbeat and the network; runs work without it".to_owned(),
        _ => String::new(),
    }
}

pub(in crate::words) fn mend(mend: &Mend) -> String {
    match mend {
        Mend::Said(words) => words.clone(),
        Mend::MakeFolder => "make the folder, or change [sync].state".to_owned(),
        Mend::SetChannel { names } => format!("set [guance].channel to one of: {names}"),
        Mend::Alerts(mend) => alerts_mend(mend),
        Mend::ListLevels { example } => {
            format!("add them, such as {example:?} = \"Low\", or leave the table out: then every level is sent")
        }
        Mend::UseNtp => "nothing is lost by it, but times in reports are off: let the machine use NTP".to_owned(),
        Mend::SetDeployment => "set [jira].deployment = \"auto\"".to_owned(),
        Mend::Restore => "restore it, or take it out of [[route]].project; what is for it waits".to_owned(),
        Mend::CheckProject => "check [[route]].project, and give the bot Browse Projects there".to_owned(),
        Mend::GrantInScheme { purpose: why } => {
            format!("grant it to the bot in the project's permission scheme: it is needed {}", purpose(*why))
        }
        Mend::GrantGlobally { purpose: why } => {
            format!("grant the bot the global permission Browse users and groups: it is needed {}", purpose(*why))
        }
        Mend::UseStatuses { names } => format!("use one of these in [route.status] and closed_status: {names}"),
        Mend::GrantCreate => "give the bot Create Issues there (Jira before 8.4 cannot be asked)".to_owned(),
        Mend::SetType { names } => format!("set [[route]].issue_type to one of: {names}"),
        Mend::AddLabels => LABELS.to_owned(),
        Mend::CheckSecurity => {
            "nothing is created without it: check [[route]].security, the create screen, and the bot's \
                                permission Set Issue Security"
                .to_owned()
        }
        Mend::GiveValue => {
            "give it a value in [route.fields] or in Jira, or make it optional for this issue type".to_owned()
        }
        Mend::PutOnScreen { names } => {
            format!("put it on the create screen, or use one of these in [route.fields]: {names}")
        }
        Mend::PutOnScreenOrLeaveOut { key } => format!("put it on the create screen, or leave {key} out"),
        Mend::PutParentOnScreen => {
            "put Parent or Epic Link on the create screen, or leave [[route]].parent out".to_owned()
        }
        Mend::LeaveFieldOut => "leave it out of [route.fields]".to_owned(),
        Mend::ChangeFieldValue => "change its value in [route.fields]".to_owned(),
        Mend::UseChoices { key, names } => format!("use one of these in {key}: {names}"),
        Mend::CheckParent { key } => format!("check [[route]].parent: is {key} there, and visible?"),
        Mend::SetRequestType { names } if names.is_empty() => "set [[route]].request_type".to_owned(),
        Mend::SetRequestType { names } => format!("set [[route]].request_type to one of: {names}"),
        Mend::GiveTransitionValue => {
            "give it a value in [route.transition], take it off the transition's screen, make it \
                                      optional, or give it a default"
                .to_owned()
        }
        Mend::UseResolutions { names } => format!("use these in unless_resolution: {names}"),
        Mend::AddWayBack => WAY_BACK.to_owned(),
        Mend::LetBotEditProfile => LET_BOT_EDIT_PROFILE.to_owned(),
        Mend::MakeToken { .. } | Mend::MakeTextfileFolder | Mend::CheckHeartbeat => mend_further(mend),
        Mend::LowerMaxAttachment => "set [flow].max_attachment to no more than that, or raise it in Jira".to_owned(),
        Mend::SwitchAttachmentsOn => "switch attachments on in Jira".to_owned(),
        Mend::Adopt { account } => adopt(account.as_deref()),
    }
}

fn adopt(account: Option<&str>) -> String {
    let option = account.map(|account| format!(" --created-by {account}")).unwrap_or_default();
    format!(
        "stop the script, then `guajira adopt --script{option} --dry-run`; where they mean nothing, \
         [jira].script = \"none\""
    )
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::See => "to see the project",
        Purpose::Create => "to create issues",
        Purpose::Comment => "to carry replies over",
        Purpose::EditComments => "to carry edits over",
        Purpose::DeleteComments => "for [flow].deletes = \"delete\"",
        Purpose::Transition => "to carry statuses over",
        Purpose::EditIssues => "to carry titles, descriptions and levels over",
        Purpose::Continue => "to continue tickets with [route.reuse]",
        Purpose::Assign => "to carry assignees over",
        Purpose::FindPeople => "to find people by e-mail address or name",
        Purpose::Link => "for links to Guance; or set [flow].links = \"off\"",
        Purpose::Attach => "for [flow].attachments",
    }
}

pub(in crate::words) fn check(said: CheckWords<'_>) -> String {
    let joined = |detail: &str| if detail.is_empty() { String::new() } else { format!(": {detail}") };
    match said {
        CheckWords::Good { what, detail } => format!("ok   {what}{}", joined(detail)),
        CheckWords::Warning { what, detail } => format!("warn {what}{}", joined(detail)),
        CheckWords::Failure { what, detail } => format!("FAIL {what}{}", joined(detail)),
        CheckWords::MadeBy { issue, account } => format!("{issue} of {account}"),
        CheckWords::MadeByUs { issue } => format!("{issue} of our own account"),
        CheckWords::Verdict { fine, warnings, failures } => {
            let many = |n: usize, what: &str| match n {
                0 => String::new(),
                1 => format!(", 1 {what}"),
                n => format!(", {n} {what}s"),
            };
            let (warnings, failed) = (many(warnings, "warning"), many(failures, "failure"));
            let next = if failures == 0 {
                "`guajira sync --dry-run`"
            } else {
                "fix what is marked FAIL, then `guajira check`"
            };
            format!("{fine} ok{warnings}{failed}; next: {next}")
        }
        CheckWords::CannotMakeState => "the state file cannot be made".to_owned(),
        CheckWords::NoSuchRoom { name } => format!("there is no [[notify]] called {name:?}"),
        CheckWords::RoomsAre { names } => format!("the configuration has {names}"),
        CheckWords::NoRooms => "the configuration has no [[notify]]: add one".to_owned(),
    }
}
