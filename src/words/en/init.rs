//! `guajira init`.

use crate::words::{AskWords, FoundWords, InitWords, Listed, LoginWay, Question, Region};

pub(in crate::words) fn init(said: InitWords<'_>) -> String {
    match said {
        InitWords::FileExists { path } => format!("{path} exists and was not overwritten"),
        InitWords::FileExistsHint => "move it away, name another file with --config, or give --force".to_owned(),
        InitWords::NoFolder { path } => format!("there is no folder for {path}"),
        InitWords::NoFolderHint => "make the folder, or name another file with --config".to_owned(),
        InitWords::CannotWrite { path } => format!("cannot write {path}"),
        InitWords::Begin { path } => format!(
            "This asks what {path} needs and tests each answer. Enter takes what stands in brackets. Ctrl-C ends it, and \
             nothing is written."
        ),
        InitWords::InputEnded => "the input ended before every question was answered; nothing was written".to_owned(),
        InitWords::InputEndedHint => {
            "run `guajira init` in a terminal, or `guajira init --defaults`, which asks nothing".to_owned()
        }
        InitWords::TooManyWrong => "too many wrong answers to one question; nothing was written".to_owned(),
        InitWords::Wrote { files } => format!("wrote {files}"),
        InitWords::Checks => "`guajira check` says:".to_owned(),
        InitWords::Rehearses => "`guajira sync --dry-run` says:".to_owned(),
        InitWords::SyncNext { options } => format!("next: `guajira{options} sync`"),
        InitWords::CheckNext { options } => format!("not everything could be tested; next: `guajira{options} check`"),
        InitWords::ApproveNext { options } => format!(
            "next: `guajira{options} auth jira`, which makes the key pair and says what the administrator of Jira enters; then \
             `guajira{options} check`"
        ),
        InitWords::MendNext { options } => format!("next: do what stands there, then `guajira{options} check`"),
        InitWords::SetVariable { name } => format!("set the variable first: export {name}=…"),
        InitWords::StillNeeds { path } => format!("{path} still needs this:"),
    }
}

pub(in crate::words) fn init_asks(said: AskWords<'_>) -> String {
    match said {
        AskWords::Ask(question) => asked(question).to_owned(),
        AskWords::Choose(listed) => list(listed).to_owned(),
        AskWords::GuanceSite(region) => format!("Guance, {}", place(region)),
        AskWords::TrueWatchSite(region) => format!("TrueWatch, {}", place(region)),
        AskWords::Way(way) => login(way).to_owned(),
        AskWords::OtherAddress => "another address".to_owned(),
        AskWords::YesOrNo { question } => format!("{question} (yes, no)"),
        AskWords::AnswerYesOrNo => "answer with yes or no".to_owned(),
        AskWords::More => "not all are shown; the name of another one counts too".to_owned(),
        AskWords::NotListed { most } => format!("the numbers go from 1 to {most}"),
        AskWords::OneOfThose => "answer with a number of the list, or with a name in it".to_owned(),
        AskWords::IsNeeded => "this needs an answer".to_owned(),
        AskWords::UseUnencrypted => "Use it anyway?".to_owned(),
        AskWords::KeepIn { file } => {
            format!("That is taken for the secret itself: keep it in {file}, which only you can read?")
        }
        AskWords::GoOnUntested => "Go on without testing it?".to_owned(),
        AskWords::OtherSite => {
            "a key counts on its own site only; the answer `site` asks for the site again".to_owned()
        }
        AskWords::UseAnyway => "Use this address anyway?".to_owned(),
        AskWords::TableOf { project } => {
            format!("Guance level and Jira priority of issues in {project}; every level is sent:")
        }
        AskWords::PriorityOf { level } => format!("Priority for {level}"),
    }
}

pub(in crate::words) fn init_finds(said: FoundWords<'_>) -> String {
    match said {
        FoundWords::Unencrypted => "the address begins with http://: who is on the way can read the login".to_owned(),
        FoundWords::NotSet { name } => format!("the variable {name} is not set here, so it cannot be tested now"),
        FoundWords::NoNameOfVariable => {
            "that is no name of a variable (such as MY_KEY), no such variable is set, and there is no such file"
                .to_owned()
        }
        FoundWords::FoundFile { file } => format!("It is in the file {file}."),
        FoundWords::NoSecretIn { file } => format!("cannot read one line of text from {file}"),
        FoundWords::KeyAccepted { address } => format!("{address} accepts the key."),
        FoundWords::KeyRefused { why } => format!("Guance refuses the key: {why}"),
        FoundWords::GuanceNotReached { why } => format!("Guance cannot be asked: {why}"),
        FoundWords::JiraNotReached { why } => format!("Jira cannot be asked: {why}"),
        FoundWords::Cloud { address } => format!("{address} is Jira Cloud."),
        FoundWords::Server { address, version } => format!("{address} is Jira Server or Data Center {version}."),
        FoundWords::KindUnknown { address } => {
            format!("{address} does not say without a login which Jira it is.")
        }
        FoundWords::NoJira { address, status, words } => {
            format!("no Jira answers at {address}: {status} {words}")
        }
        FoundWords::LoggedIn { name } => format!("Logged in as {name}."),
        FoundWords::LoginRefused { why } => format!("Jira refuses the login: {why}"),
        FoundWords::PerhapsScoped => {
            "a token with scopes, and any token of a service account, counts only through Atlassian's \
                                      gateway: that is another way to log in"
                .to_owned()
        }
        FoundWords::CannotList { what, why } => format!("cannot list {}: {why}", things(what)),
        FoundWords::NothingListed(what) => format!("there are no {} to choose from", things(what)),
        FoundWords::NoProject { key } => {
            format!("this account sees no project {key}, and no project whose name holds that")
        }
        FoundWords::Archived { key } => format!("the project {key} is archived"),
        FoundWords::MayNotCreate { project } => format!("this account may not create issues in {project}"),
        FoundWords::NoType { name, project } => format!("{project} has no issue type {name}"),
    }
}

fn asked(question: Question) -> &'static str {
    match question {
        Question::GuanceSite => "Your Guance site, number or address",
        Question::GuanceKey => "Guance API key: paste it, or name the variable or file that holds it",
        Question::Channel => "Channel to read, number or name",
        Question::JiraAddress => "Address of your Jira",
        Question::JiraEmail => "E-mail address of the Jira account",
        Question::JiraUser => "Jira user name",
        Question::JiraLogin => "How guajira logs in, number",
        Question::Consumer => "Consumer key of the application link, as you agree it with the administrator of Jira",
        Question::JiraToken => "Jira token or password: paste it, or name the variable or file that holds it",
        Question::JiraProject => "Project for new issues: number, key, or a word to search for",
        Question::IssueType => "Issue type of new issues, number or name",
        Question::UseTable => "Use this table? (yes; no: Jira chooses the priority; edit: choose each)",
    }
}

fn list(listed: Listed) -> &'static str {
    match listed {
        Listed::Sites => "Sites of Guance and TrueWatch:",
        Listed::Channels => "Channels of the workspace:",
        Listed::Levels => "Levels of the workspace:",
        Listed::Logins => "Ways to log in there:",
        Listed::Projects => "Jira projects:",
        Listed::IssueTypes => "Issue types:",
        Listed::Priorities => "Jira priorities:",
    }
}

fn things(listed: Listed) -> &'static str {
    match listed {
        Listed::Sites => "sites",
        Listed::Channels => "channels",
        Listed::Levels => "levels",
        Listed::Logins => "ways to log in",
        Listed::Projects => "projects",
        Listed::IssueTypes => "issue types",
        Listed::Priorities => "priorities",
    }
}

fn login(way: LoginWay) -> &'static str {
    match way {
        LoginWay::ApiToken => "e-mail address and API token without scopes",
        LoginWay::Scoped => "e-mail address and API token with scopes, or the token of a service account (Jira Cloud)",
        LoginWay::AccessToken => "personal access token (Server, Data Center)",
        LoginWay::Password => "user name and password",
        LoginWay::ApplicationLink => "OAuth 1.0a, through an application link (Server, Data Center)",
        LoginWay::Either => "user name and password; on Jira Cloud e-mail address and API token without scopes",
    }
}

fn place(region: Region) -> &'static str {
    match region {
        Region::Hangzhou => "China 1 (Hangzhou)",
        Region::Ningxia => "China 2 (Ningxia)",
        Region::Zhangjiakou => "China 3 (Zhangjiakou)",
        Region::Guangzhou => "China 4 (Guangzhou)",
        Region::Vnet => "China 5 (21Vianet)",
        Region::HongKong => "China 6 (Hong Kong)",
        Region::Oregon => "US 1 (Oregon)",
        Region::Frankfurt => "Europe 1 (Frankfurt)",
        Region::Singapore => "Asia-Pacific 1 (Singapore)",
        Region::SouthAfrica => "Africa 1 (South Africa)",
        Region::Jakarta => "Indonesia 1 (Jakarta)",
        Region::Emirates => "Middle East 1 (UAE)",
    }
}
