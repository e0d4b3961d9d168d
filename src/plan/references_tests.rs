//! Whither references lead.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::references::*;
use crate::domain::{Action, Fingerprint, IssueId, IssueLink, Key, NewIssue, Push, Side};
use crate::plan::{Policy, Route};
use crate::text::{Doc, html, markdown, wiki};

const KNOWN: &str = "issue_0123456789abcdef0123456789abcdef";
const OTHER: &str = "issue_ffffffffffffffffffffffffffffffff";

fn sites() -> Sites {
    Sites { jira: "https://e.com/jira/browse/".into(), guance: "https://console.e.com/x?id=".into() }
}

fn comment(body: Doc, target: Side) -> Push {
    let action = Action::AddComment { issue: IssueId::new("1"), body, origin_url: String::new(), internal: false };
    push(action, target)
}

fn push(action: Action, target: Side) -> Push {
    Push {
        key: Key::issue(Side::GUANCE, &IssueId::new("a")),
        pair: IssueId::new(OTHER),
        target,
        action,
        content: Fingerprint::of(&["a"]),
        summary: String::new(),
        seal: None,
    }
}

/// Settles a write while only OPS-12 is known.
fn settle(push: Push) -> Doc {
    let link = IssueLink::new(IssueId::new(KNOWN), IssueId::new("10012"), "OPS-12");
    let mut pairs = Pairs::new();
    for named in named_in(&push, &sites()) {
        if matches!(&named, Named::Guance(id) if *id == link.guance) || named == Named::Jira("OPS-12".into()) {
            pairs.insert(named, link.clone());
        }
    }
    let policy = Policy { routes: vec![Route { project: "OPS".into(), ..Route::default() }], ..Policy::default() };
    settled(push, &sites(), &pairs, &policy).action.body().unwrap().clone()
}

fn written(body: Doc, target: Side) -> String {
    markdown::write(&settle(comment(body, target)), 10_000, "")
}

#[test]
fn what_jira_names_leads_to_the_guance_issue() {
    let there = format!("(https://console.e.com/x?id={KNOWN})");
    for (said, want) in [
        ("https://e.com/jira/browse/OPS-12", format!("[OPS-12]{there}")),
        ("https://E.com/jira/browse/OPS-12?focusedCommentId=7", format!("[OPS-12]{there}")),
        ("https://e.com/jira/projects/OPS/issues/OPS-12", format!("[OPS-12]{there}")),
        ("https://e.com/jira/secure/RapidBoard.jspa?rapidView=1&selectedIssue=OPS-12", format!("[OPS-12]{there}")),
        ("[the disk|https://e.com/jira/browse/OPS-12]", format!("[the disk]{there}")),
        ("[*it*|OPS-12], [OPS-12]", format!("[**it**]{there}, [OPS-12]{there}")),
        ("[x|/browse/OPS-12], [y|/jira/browse/OPS-12]", format!("[x]{there}, [y]{there}")),
        ("see OPS-12, please.", format!("see [OPS-12]{there}, please.")),
        ("{{OPS-12}} XOPS-12 OPS-12.log OPS-12/a", "`OPS-12` XOPS-12 OPS-12.log OPS-12/a".into()),
        ("h1. OPS-12\n* OPS-12", format!("# [OPS-12]{there}\n\n- [OPS-12]{there}")),
    ] {
        let said = said.replace("OPS-12.log", "OPS-12\u{2060}.log");
        let want = want.replace("OPS-12.log", &format!("[OPS-12]{there}.log"));
        assert_eq!(written(wiki::read(&said), Side::GUANCE), want, "{said}");
    }
}

#[test]
fn what_is_not_known_leads_back_to_where_it_was_said() {
    for (said, want) in [
        ("https://e.com/jira/browse/OPS-13", "<https://e.com/jira/browse/OPS-13>"),
        ("[OPS-13], OPS-13", "[OPS-13](https://e.com/jira/browse/OPS-13), [OPS-13](https://e.com/jira/browse/OPS-13)"),
        ("UTF-8 and [SHA-256]", "UTF-8 and [SHA-256](https://e.com/jira/browse/SHA-256)"),
        ("[x|/secure/Dashboard.jspa]", "[x](https://e.com/jira/secure/Dashboard.jspa)"),
        ("[x|//f.com/a]", "[x](https://f.com/a)"),
        ("https://other.example/browse/OPS-12", "<https://other.example/browse/OPS-12>"),
        ("https://e.com/jiraX/browse/OPS-12", "<https://e.com/jiraX/browse/OPS-12>"),
        ("!https://e.com/a.png!", "![](https://e.com/a.png)"),
        ("mailto: a@e.com", "mailto: [a@e.com](mailto:a@e.com)"),
    ] {
        assert_eq!(written(wiki::read(said), Side::GUANCE), want, "{said}");
    }
}

#[test]
fn what_guance_names_leads_to_the_jira_issue() {
    let span = |uuid: &str| {
        format!(
            "<span data-insert-by=\"#\" data-info=\"{{&quot;item&quot;:{{&quot;uuid&quot;:&quot;{uuid}&quot;}}}}\">\
             <span class=\"key-word\">#Disk full</span></span>"
        )
    };
    let there = "(https://e.com/jira/browse/OPS-12)";
    for (said, want) in [
        (span(KNOWN), format!("[#Disk full]{there}")),
        (span(OTHER), format!("[#Disk full](https://console.e.com/x?id={OTHER})")),
        (span("chan_1"), "\\#Disk full".into()),
        (format!("<p>https://console.e.com/y?w=1&amp;__docid={KNOWN}</p>"), format!("[OPS-12]{there}")),
        (format!("<a href=\"/x?id={KNOWN}\">the disk</a>"), format!("[the disk]{there}")),
        (format!("<p>see {KNOWN}.</p>"), format!("see [OPS-12]{there}.")),
        (format!("<p>see {OTHER}</p>"), format!("see [{OTHER}](https://console.e.com/x?id={OTHER})")),
        (format!("<p>{KNOWN}0 OPS-12</p>"), format!("{KNOWN}0 OPS-12")),
        ("<a href=\"/dash?x=1\">d</a>".into(), "[d](https://console.e.com/dash?x=1)".into()),
        ("<img src=\"/i.png\" alt=\"i\">".into(), "![i](https://console.e.com/i.png)".into()),
    ] {
        assert_eq!(written(html::read(&said), Side::JIRA), want, "{said}");
    }
}

#[test]
fn markers_and_the_link_back_stay() {
    let marker = format!("[Guance](https://console.e.com/x?id={KNOWN}#guajira-repim_1-0011)");
    assert_eq!(written(markdown::read(&marker), Side::JIRA), marker);
    let marker = "[OPS-12](https://e.com/jira/browse/OPS-12?focusedCommentId=1#guajira-0011)";
    assert_eq!(written(markdown::read(marker), Side::GUANCE), marker);
    let back = format!("Guance: [{OTHER}](https://console.e.com/x?id={OTHER}) {OTHER} {KNOWN}");
    let new = NewIssue {
        project: "OPS".into(),
        issue_type: "Bug".into(),
        title: "t".into(),
        body: markdown::read(&back),
        ..NewIssue::default()
    };
    let body = settle(push(Action::CreateIssue(new), Side::JIRA));
    let want = back.replace(KNOWN, "[OPS-12](https://e.com/jira/browse/OPS-12)");
    assert_eq!(markdown::write(&body, 10_000, ""), want);
}

#[test]
fn a_description_reads_the_same_whatever_was_known_when_it_was_written() {
    let said =
        format!("a https://console.e.com/x?id={KNOWN} {KNOWN} [d](/dash) <{OTHER}> [{OTHER}](/x?id={OTHER}) UTF-8");
    let body = markdown::read(&said);
    let settled = settle(comment(body.clone(), Side::JIRA));
    let plain = |body: &Doc| indifferent(body.clone()).written().canonical();
    assert_ne!(body.clone().written(), settled.clone().written());
    assert_eq!(plain(&body), plain(&settled));
    assert_eq!(plain(&wiki::read(&wiki::write(&settled, 10_000, ""))), plain(&settled));
    assert_ne!(plain(&markdown::read(&said.replace("/dash", "/dish"))), plain(&settled));
}
