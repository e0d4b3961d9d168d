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
