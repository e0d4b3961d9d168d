//! The grammar and its objections, as tables.

use super::parse::parse;

#[test]
fn accepts_what_jira_accepts() {
    for jql in [
        "",
        "project = OPS",
        "project=\"OPS\"AND labels in (a, 'b c') order by updated ASC, key desc",
        "NOT (status = Done OR assignee is EMPTY) and labels is not empty",
        "updated >= -5m",
        "updated >= 1763836800000",
        "updated > \"2026/11/22 10:05\" && reporter = currentUser()",
        "issue in issuesWithRemoteLinksByGlobalId(\"a\", 'b')",
        "text ~ \"a\\\"b\\\\c\\u0041\"",
        "key not in (A-1, A-2)",
        "order by created",
    ] {
        assert!(parse(jql).is_ok(), "{jql}: {:?}", parse(jql));
    }
}

#[test]
fn objects_as_jira_does() {
    for (jql, words) in [
        ("project OPS", "Expecting operator but got 'OPS'"),
        ("project =", "Expecting either a value, list or function before the end of the query."),
        ("project = OPS labels = x", "Expecting either 'OR' or 'AND' but got 'labels'. (line 1, character 15)"),
        ("project = a@b", "The character '@' is a reserved JQL character"),
        ("summary ~ \"x", "The quoted string 'x' has not been completed"),
        ("summary ~ \"\\q\"", "illegal JQL escape sequence"),
        ("project = select", "'select' is a reserved JQL word"),
        ("project in OPS", "Expecting a list or function"),
        ("project = (OPS)", "does not support searching for lists"),
        ("(project = OPS", "Expecting ')'"),
        ("labels is x", "only supports the value EMPTY"),
        ("project = OPS order updated", "Expecting 'by'"),
    ] {
        let error = parse(jql).unwrap_err();
        assert!(error.contains(words), "{jql}: {error}");
    }
}
