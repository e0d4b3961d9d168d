//! The configuration.

use super::key_flaw;
use crate::words::{
    CommandFault, ConfigFault, ConfigHint, ConfigPlace, ConfigWarning, FieldFlaw, Flaw, Lack, SecretFault, SecretFlaw,
    SecretPlace, ValueKind, Wanted,
};

pub(in crate::words) fn wanted(wanted: &Wanted) -> String {
    match wanted {
        Wanted::Text => "a text in quotes",
        Wanted::Flag => "true or false",
        Wanted::Whole => "a whole number",
        Wanted::Duration => "a duration in quotes, such as \"90s\", \"10m\" or \"24h\"",
        Wanted::Size => "a size in quotes, such as \"10MB\" or \"512 kB\"",
        Wanted::Word => "a word in quotes",
        Wanted::Texts => "a list of texts, such as [\"a\", \"b\"]",
        Wanted::Table => "a table",
        Wanted::SecretForm => "a text or { env = \"NAME\" }, { file = \"PATH\" } or { command = [\"prog\", \"arg\"] }",
    }
    .to_owned()
}

fn kind(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Text => "a text",
        ValueKind::Whole => "a whole number",
        ValueKind::Flag => "true or false",
        ValueKind::List => "a list",
        ValueKind::Table => "a table",
        ValueKind::HugeNumber => "a number beyond all bounds",
        ValueKind::Fraction => "a fraction",
        ValueKind::Date => "a date",
    }
}

pub(in crate::words) fn field_flaw(flaw: &FieldFlaw) -> String {
    match flaw {
        FieldFlaw::OnlyAtCreation { name } => {
            format!(
                "uses {name}, which is known only while an issue is created: use it in [route.fields] or [[route]].assignee"
            )
        }
        FieldFlaw::KeepsNothing => "says `keep` and gives no value: write { value = \"…\", keep = true }".to_owned(),
        FieldFlaw::KeepsOnCall { name } => {
            format!("cannot use `keep` with {name}, which is asked for once, when an issue is created")
        }
        FieldFlaw::OnlyFieldsKeep => {
            "cannot use `keep`: only the fields of [route.fields] follow their source".to_owned()
        }
    }
}

pub(in crate::words) fn flaw(flaw: &Flaw) -> String {
    match flaw {
        Flaw::IsEmpty => "is empty".to_owned(),
        Flaw::MustBe { wanted: what } => format!("must be {}", wanted(what)),
        Flaw::MustBeAndIs { wanted: what, found } => format!("must be {}, and is {}", wanted(what), kind(*found)),
        Flaw::Between { least, most } => format!("must be between {least} and {most}"),
        Flaw::AtLeast { least } => format!("must be at least {least}"),
        Flaw::AtMost { most } => format!("must be at most {most}"),
        Flaw::NotADuration => "is not a duration such as \"90s\", \"10m\" or \"24h\"".to_owned(),
        Flaw::NoneOf { words } => format!("must be {}", words.join(" or ")),
        Flaw::OnlyOrLeftOut { word } => format!("must be {word}, or be left out"),
        Flaw::ListOfTables { path } => format!("is a list of tables: write [[{path}]]"),
        Flaw::ATable { path } => format!("is a table: write [{path}]"),
        Flaw::NotJson { why } => format!("is not JSON: {why}"),
        Flaw::EmptyList => "is an empty list".to_owned(),
        Flaw::Template { why } => format!("is wrong: {why}"),
        Flaw::BadAccount => "holds an account id that is empty or has a blank; display names are no ids".to_owned(),
        Flaw::Key(flaw) => key_flaw(flaw),
        Flaw::NotADay => "must be a day, such as 2027-03-01".to_owned(),
        Flaw::NoTimeZone => {
            "is not the name of a time zone: write an IANA name such as \"Asia/Shanghai\" or \"UTC\"".to_owned()
        }
        Flaw::NoTimeZoneBut { near } => format!("is not the name of a time zone: write {near:?}"),
        Flaw::NoProjectKey => "is not a project key such as \"OPS\"".to_owned(),
        Flaw::BadLabel => "holds a label that is empty or has a blank in it, which Jira refuses".to_owned(),
        Flaw::NoIssueKey => "is not the key of an issue such as \"OPS-1\"".to_owned(),
        Flaw::NoSuchService { names } => format!("names no source that stands before this one: there is {names}"),
        Flaw::OfTheService => "is told by the service that \"service\" names: leave it out".to_owned(),
        Flaw::SameSource { name } => format!("makes this the same issues as those of {name}: choose another channel"),
        Flaw::OwnKey { key } => format!("has a key of its own: [[route]].{key}"),
        Flaw::OfField(flaw) => field_flaw(flaw),
        Flaw::IsAssignee => "is a matter of [[route]].assignee and [flow].assignee".to_owned(),
        Flaw::SameForAll => "is the same for every issue: it needs a name, as {{ resource_uuid }}".to_owned(),
        Flaw::NoGuanceStatus { names } => format!("is for no status of Guance: it knows {names}"),
        Flaw::CannotCarry { service, lack: what, can } => {
            format!("asks for what {service} cannot do: {}; write {}", lack(*what), can.join(" or "))
        }
        Flaw::NoAddress => "is not an address such as \"https://example.com\"".to_owned(),
        Flaw::HoldsLogin => "holds a user name or password: they belong into their own keys".to_owned(),
        Flaw::NotHttp => "must begin with https:// or http://".to_owned(),
        Flaw::HasQuery => "must end before `?` and `#`".to_owned(),
        Flaw::IsApi => "must be the address of the site, without the path of its API".to_owned(),
        Flaw::BadName => "must be a name such as \"oncall\": up to 31 of a-z, 0-9 and `-`, a letter first".to_owned(),
        Flaw::NameTaken { name } => format!("must be unique, and {name} is taken"),
        Flaw::NoEvent { words } => format!("must be a list of {}", words.join(", ")),
        Flaw::NoMention { kind } => format!("holds what is neither an id of {kind} nor \"all\""),
        Flaw::NotSigned { kind } => format!("is not for {kind}, which signs nothing: leave it out"),
        Flaw::NoSigningSecret => {
            "is no signing secret of DingTalk: copy all of it from the robot's security settings, it begins with SEC"
                .to_owned()
        }
        Flaw::LoginInAddress => "holds a user name or password, which is not supported".to_owned(),
        Flaw::NoTextfile => "must end with .prom: node_exporter reads no other file".to_owned(),
        Flaw::HasFragment => "must end before `#`".to_owned(),
        Flaw::IsFeishuFlow => {
            "is the address of a flow of Feishu's automation, not of a custom bot: write kind = \"webhook\"".to_owned()
        }
        Flaw::NoRoom { kind, example } => format!("is no address of {kind}, such as {example}"),
        Flaw::OtherRoom { kind } => format!("is an address of {kind}: write that as kind"),
    }
}

pub(in crate::words) fn secret_flaw(flaw: &SecretFlaw) -> String {
    const FORMS: &str = "{ env = \"NAME\" }, { file = \"PATH\" } or { command = [\"prog\", \"arg\"] }";
    match flaw {
        SecretFlaw::NotOneForm => format!("must be exactly one of {FORMS}"),
        SecretFlaw::CommandNotTexts => "has a command that is not texts".to_owned(),
        SecretFlaw::CommandNotList => "has a `command` that is not a list such as [\"prog\", \"arg\"]".to_owned(),
        SecretFlaw::NoVariable => {
            "must name an environment variable in `env`, such as \"JIRA_TOKEN\"; the secret itself \
                                   does not belong there"
                .to_owned()
        }
        SecretFlaw::NoFile => "must name a file in `file`".to_owned(),
        SecretFlaw::UnknownForm { name } => format!("has an unknown source `{name}`: use {FORMS}"),
    }
}

pub(in crate::words) fn secret_fault(fault: &SecretFault) -> String {
    match fault {
        SecretFault::NotSet { name } => format!("the variable {name} is not set"),
        SecretFault::HiddenNotSet => {
            "the variable that `env` names is not set (its name is not shown: it may be the secret \
                                      itself, and `env` wants the name of a variable that holds it)"
                .to_owned()
        }
        SecretFault::Empty { what } => format!("{} is empty", secret_place(what)),
        SecretFault::ManyLines { what } => {
            format!("{} holds more than one line, or control characters", secret_place(what))
        }
        SecretFault::CannotRead { what, why } => format!("cannot read {}: {why}", secret_place(what)),
        SecretFault::NotAFile { what } => format!(
            "cannot read {}: it is no regular file (a folder, a FIFO or a device): write the secret into one, or use \
             `command`",
            secret_place(what)
        ),
        SecretFault::TooLong { what } => {
            format!("cannot read {}: it is longer than 16 KiB, which no secret is", secret_place(what))
        }
        SecretFault::Command { name, fault } => format!("the command {name} {}", command_fault(fault)),
        SecretFault::HiddenCommand { fault } => {
            format!("the command (its name is not shown: it may be the secret itself) {}", command_fault(fault))
        }
    }
}

pub(in crate::words) fn secret_place(place: &SecretPlace) -> String {
    match place {
        SecretPlace::Text => "the text".to_owned(),
        SecretPlace::Variable { name } => format!("the variable {name}"),
        SecretPlace::File { path } => format!("the file {path}"),
        SecretPlace::HiddenFile => "the file (its name is not shown: it may be the secret itself)".to_owned(),
        SecretPlace::Output { name } => format!("the output of {name}"),
        SecretPlace::HiddenOutput => "the output of (its name is not shown: it may be the secret itself)".to_owned(),
    }
}

pub(in crate::words) fn command_fault(fault: &CommandFault) -> String {
    match fault {
        CommandFault::Empty => "is empty".to_owned(),
        CommandFault::NotStarted { why } => format!("cannot be started: {why}"),
        CommandFault::TooLate { seconds } => format!("did not end within {seconds} seconds, and was ended"),
        CommandFault::Failed { status } => format!("failed: {status}"),
        CommandFault::NoOutput => "has no output".to_owned(),
        CommandFault::Unreadable { why } => format!("cannot be read: {why}"),
        CommandFault::TooMuch { most } => {
            format!("printed too much: it is longer than {most} KiB, which no secret is")
        }
        CommandFault::NotUtf8 => "printed something that is not UTF-8 text".to_owned(),
        CommandFault::Lost { why } => format!("was lost: {why}"),
    }
}

pub(in crate::words) fn config_fault(fault: &ConfigFault) -> String {
    let unknown = |key: &str, table: Option<&String>| {
        let table = table.map(|table| format!(" in {table}")).unwrap_or_default();
        format!("unknown key `{key}`{table}")
    };
    match fault {
        ConfigFault::At { key, flaw: what } => format!("{key} {}", flaw(what)),
        ConfigFault::AtSecret { key, flaw } => format!("{key} {}", secret_flaw(flaw)),
        ConfigFault::NotToml { why } => format!("not TOML: {why}"),
        ConfigFault::Bug => "cannot be placed in the configuration: this is a bug".to_owned(),
        ConfigFault::NoRouteNumber { step } => format!("{step:?} is not the number of a route (from 0)"),
        ConfigFault::NoSuchRoute { number, next } => {
            format!("there is no route {number}: the next one is number {next}")
        }
        ConfigFault::NoElementNumber { list, step } => {
            format!("{step:?} is not the number of an element of [[{list}]] (from 0)")
        }
        ConfigFault::NoSuchElement { list, number, next } => {
            format!("there is no [[{list}]] number {number}: the next one is number {next}")
        }
        ConfigFault::Missing { key, variable } => format!("missing {key} (or the variable {variable})"),
        ConfigFault::Unknown { key, table } => unknown(key, table.as_ref()),
        ConfigFault::UnknownBut { key, table, near } => {
            format!("{}; did you mean `{near}`?", unknown(key, table.as_ref()))
        }
        ConfigFault::UnknownHere { key, table, other } => {
            format!("{}; there is a {other}", unknown(key, table.as_ref()))
        }
        ConfigFault::UnknownVariable { right } => format!("unknown variable; did you mean {right}?"),
        ConfigFault::CannotRead { name, why } => format!("cannot read {name}: {why}"),
        ConfigFault::NoSecret { key, fault } => format!("no secret for {key}: {}", secret_fault(fault)),
    }
}

pub(in crate::words) fn config_hint(hint: &ConfigHint) -> String {
    match hint {
        ConfigHint::WriteOne => "write one with `guajira init`, or name it with --config",
        ConfigHint::SaveAsUtf8 => "save it as UTF-8",
        ConfigHint::MakeReadable => "make it readable for the user that runs guajira",
        ConfigHint::NameFile => "name the configuration file with --config",
    }
    .to_owned()
}

pub(in crate::words) fn config_warning(warning: &ConfigWarning) -> String {
    match warning {
        ConfigWarning::RouteTakesAll { number } => format!(
            "[[route]] number {number} has no `when`: it takes every issue, and none is left for those after it"
        ),
        ConfigWarning::UserNotUsed => {
            "[jira.auth].user is not used: a personal access token says who it belongs to".to_owned()
        }
        ConfigWarning::KeyNotUsed { key } => format!("{key} is not used with this [jira.auth].method"),
        ConfigWarning::CredentialEnds { key, date, days } => {
            format!("{key} ends on {date}, in {days} days: renew it before")
        }
        ConfigWarning::CredentialEnded { key, date } => format!("{key} ended on {date}: renew it"),
        ConfigWarning::Unencrypted { key } => {
            format!("{key} begins with http://: credentials and texts travel unencrypted")
        }
        ConfigWarning::SecretOpenToOthers { path } => {
            format!("other users of this machine can read the secret in {path}: chmod 600 {path}")
        }
        ConfigWarning::StateOpenToOthers { path } => format!(
            "other users of this machine can read the state file, with texts of both sides in it: chmod 600 {path}"
        ),
    }
}

pub(in crate::words) fn config_place(place: &ConfigPlace) -> String {
    match place {
        ConfigPlace::Named(name) => name.clone(),
        ConfigPlace::Environment => "the environment".to_owned(),
    }
}

fn lack(lack: Lack) -> &'static str {
    match lack {
        Lack::Comments => "it has no comments",
        Lack::Changes => "it takes no changes",
        Lack::NewIssues => "it takes no new issues",
        Lack::Files => "it has no files",
        Lack::People => "it does not tell who people are",
    }
}
