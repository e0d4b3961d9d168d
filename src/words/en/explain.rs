//! `guajira check --explain`.

use crate::words::ExplainWords;

pub(in crate::words) fn explain(said: ExplainWords<'_>) -> String {
    match said {
        ExplainWords::NoSuchIssue { uuid, why } => {
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            format!("Guance has no issue {uuid} that this key may read{why}")
        }
        ExplainWords::NoSuchIssueHint => {
            "the uuid begins with issue_ and stands in the address of the issue in the console".to_owned()
        }
        ExplainWords::AlreadyIs { name } => format!("already synced as {name}"),
        ExplainWords::CountedIn { name } => format!("counted in {name}, the Jira issue of another one"),
        ExplainWords::LeftTo { name: "" } => "its Jira issue went on with another one".to_owned(),
        ExplainWords::LeftTo { name } => format!("its Jira issue, {name}, is another one's now"),
        ExplainWords::ReuseNoKey => {
            "a ticket of its own, which no other one continues: the key gives nothing".to_owned()
        }
        ExplainWords::ReuseOwn => "a ticket of its own: no other one has this problem".to_owned(),
        ExplainWords::ReuseContinues { name } => format!("it would continue {name}"),
        ExplainWords::ReuseJoins { name } => format!("it would be counted in {name}, which is open"),
        ExplainWords::ReuseAwaits => "it would wait: the ticket of this problem is just being continued".to_owned(),
        ExplainWords::Route { number, issue_type, project, verdict } => {
            format!("route {number}: {issue_type} in {project}: {verdict}")
        }
        ExplainWords::Takes => "takes it".to_owned(),
        ExplainWords::Holds => "holds".to_owned(),
        ExplainWords::DoesNotHold => "does not hold".to_owned(),
        ExplainWords::CannotBeTold { why } => format!("unknown: {why}"),
        ExplainWords::ComesLater { first } => format!("would take it, but route {first} comes first"),
        ExplainWords::MakesNothing => "empty, so not set".to_owned(),
        ExplainWords::MakesNothingBecause { why } => format!("not set: {why}"),
        ExplainWords::NotSent { why } => format!("not sent: {why}"),
        ExplainWords::WouldGet { issue_type, project } => format!("Jira would get, as {issue_type} in {project}:"),
        ExplainWords::WouldGetNothing { why } => format!("  nothing: {why}"),
        ExplainWords::Without { field, why } => format!("  without {field}: {why}"),
    }
}
