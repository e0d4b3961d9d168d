//! What chat rooms are told. The hints are kept: what is changed there is not found any more in what earlier versions kept.

use crate::words::{MessageWords, NotifyHint};

pub(in crate::words) fn message_words(said: MessageWords<'_>) -> String {
    match said {
        MessageWords::Created { jira, title } => format!("New issue {jira}: {title}"),
        MessageWords::Commented { jira, title } => format!("Comment on {jira}: {title}"),
        MessageWords::CommentedBy { jira, title, who } => format!("{who} commented on {jira}: {title}"),
        MessageWords::StatusIs { jira, title, status } => format!("{jira} is now {status}: {title}"),
        MessageWords::Refused { item, title } => format!("Not written, and not tried again, {item}: {title}"),
        MessageWords::Fails { service } => format!("Sync fails: {service}"),
        MessageWords::Works { service } => format!("Sync works again: {service}"),
        MessageWords::Many { count } => format!("{count} messages"),
        MessageWords::AndMore { count } => format!("… and {count} more"),
        MessageWords::Test { name } => format!("Test message for {name}"),
        MessageWords::TestBody => "Messages of guajira arrive here.".to_owned(),
        MessageWords::Level { level } => format!("Level: {level}"),
        MessageWords::Status { status } => format!("Status: {status}"),
        MessageWords::By { who } => format!("By: {who}"),
    }
}

pub(in crate::words) fn notify_hint(hint: &NotifyHint) -> String {
    match hint {
        NotifyHint::CheckRoomAddress => {
            "check [[notify]].url: the robot may have been removed from its group, or the room archived"
        }
        NotifyHint::CheckRoomSecret => {
            "check [[notify]].secret (the signing secret of the robot's security settings), and this machine's clock"
        }
        NotifyHint::SetRoomKeyword => {
            "the robot takes only messages with its keyword: set the keyword to guajira, which every message says, or write it \
             into [[notify]].text"
        }
        NotifyHint::AllowRoomIp => "add this machine's outgoing address to the robot's list of allowed addresses",
        NotifyHint::CheckRoomNetwork => "check the host in [[notify]].url, the network and the proxy settings",
        NotifyHint::SetRoomCaFile => {
            "set [[notify]].ca_file to your company's CA certificates, if they signed the server's"
        }
        NotifyHint::RoomRedirects => {
            "the address in [[notify]].url leads elsewhere, and it is a secret: no redirect is followed with it. Write the \
             final address"
        }
        NotifyHint::RoomIsAPage => {
            "a page answers instead of the service: check [[notify]].url, and any proxy or login in front of it"
        }
        NotifyHint::RoomIsBusy => "the room takes no more for now: nothing to do, later runs go on by themselves",
        NotifyHint::LookIntoRoom => {
            "look into the room whether the message is there: it counts as sent, because no service can be asked"
        }
    }
    .to_owned()
}
