//! A page with both sides and the report of the runs, for a browser: two files that load nothing from elsewhere.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use guajira::text::{Doc, html};

use crate::stage::Stage;
use crate::views::{self, Post, Ticket};

/// Longest text that is shown, in bytes.
const MOST: usize = 100_000;

/// Nothing is loaded and no script runs; the report stands in a frame.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self' file:; base-uri 'none'; form-action 'none'";

const STYLE: &str = include_str!("site.css");

const NOT_COPIED: &str = "not copied";

/// Writes the page, and the report beside it.
///
/// # Errors
/// When a file cannot be written, or the report does not tell what was done.
pub(crate) fn write(stage: &Stage, path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let report = path.with_file_name(name_of_report(path));
    let config = stage.config_path();
    let words = ["guajira", "--config"].map(Into::into).into_iter();
    let words =
        words.chain([config.into_os_string(), "report".into(), "--html".into(), report.clone().into_os_string()]);
    let _ = std::fs::remove_file(&report);
    guajira::cli::run(words);
    let told = std::fs::read_to_string(&report).with_context(|| format!("no report in {}", report.display()))?;
    let (pairs, comments) = stage.pairs()?;
    let row = format!("<td class=\"num\">{pairs}</td><td class=\"num\">{comments}</td>");
    ensure!(told.contains(&row), "the report does not tell of {pairs} pairs of issues and {comments} of comments");
    std::fs::write(path, page(stage, &name_of_report(path))).with_context(|| format!("cannot write {}", path.display()))
}

fn name_of_report(path: &Path) -> String {
    format!("{}-report.html", path.file_stem().unwrap_or_default().to_string_lossy())
}

fn page(stage: &Stage, report: &str) -> String {
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>guajira's sandbox</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>guajira's sandbox</h1>\n\
         <p class=\"soft\">What a fake Guance and a fake Jira hold after the runs. A green card is a copy that guajira wrote; an arrow \
         shows which way it travelled. <a href=\"#report\">The report of the runs</a> stands below.</p>\n\
         <div class=\"row heads\"><h2>Guance 观测云</h2><span></span><h2>Jira</h2></div>\n"
    );
    let (guance, jira) = (views::guance(stage), views::jira(stage));
    for left in &guance {
        let right = jira.iter().find(|ticket| ticket.labels.contains(&left.id));
        pair(&mut html, stage, left, right);
    }
    let is_of_guance = |ticket: &&Ticket| guance.iter().any(|left| ticket.labels.contains(&left.id));
    for right in jira.iter().filter(|ticket| !is_of_guance(ticket)) {
        html += "<section>\n";
        row(
            &mut html,
            &note("another source", "A monitor's event, an incident or an alert, and none of Guance's issues."),
            "→",
            &ticket(right, "copy"),
        );
        for post in &right.posts {
            row(&mut html, "", "", &comment(post, if post.ours { "copy" } else { "" }));
        }
        html += "</section>\n";
    }
    let report = text(report);
    let _ = write!(
        html,
        "<h2 id=\"report\">The report</h2>\n<p class=\"soft\">What <code>guajira report --html</code> makes of the state file. \
         <a href=\"{report}\">Open it alone</a>.</p>\n<iframe src=\"{report}\" title=\"The report\"></iframe>\n\
         </main>\n</body>\n</html>\n"
    );
    html
}

fn pair(html: &mut String, stage: &Stage, left: &Ticket, right: Option<&Ticket>) {
    *html += "<section>\n";
    match right {
        Some(right) => row(html, &ticket(left, ""), "→", &ticket(right, "copy")),
        None => row(html, &ticket(left, ""), "", &note(NOT_COPIED, &why(stage, &left.id))),
    }
    let none = Vec::new();
    let others = right.map_or(&none, |right| &right.posts);
    let mut originals: Vec<(bool, &Post)> = left.posts.iter().map(|post| (true, post)).collect();
    originals.extend(others.iter().map(|post| (false, post)));
    originals.retain(|(_, post)| !post.ours);
    originals.sort_by_key(|(_, post)| post.at);
    for (is_left, original) in originals {
        let copy = (if is_left { others } else { &left.posts }).iter().find(|post| post.is_copy_of(original));
        let (arrow, copy) = match copy {
            Some(copy) => (if is_left { "→" } else { "←" }, comment(copy, "copy")),
            None => ("", note(NOT_COPIED, &why(stage, &original.id))),
        };
        let original = comment(original, "");
        if is_left { row(html, &original, arrow, &copy) } else { row(html, &copy, arrow, &original) }
    }
    *html += "</section>\n";
}

/// Returns why something stayed where it is.
fn why(stage: &Stage, id: &str) -> String {
    let told = stage.why(id).ok().flatten();
    told.unwrap_or_else(|| "opened before the first run (guajira sync --since 2d takes it)".to_owned())
}

fn row(html: &mut String, left: &str, arrow: &str, right: &str) {
    let arrow = if arrow.is_empty() { String::new() } else { format!("<b>{arrow}</b>") };
    let _ = writeln!(html, "<div class=\"row\"><div>{left}</div><span>{arrow}</span><div>{right}</div></div>");
}

fn ticket(ticket: &Ticket, class: &str) -> String {
    format!(
        "<article class=\"{class}\"><p class=\"soft\">{} · {}</p><h3>{}</h3>{}</article>",
        text(&ticket.name),
        text(&ticket.facts),
        text(&ticket.title),
        rich(&ticket.body)
    )
}

fn comment(post: &Post, class: &str) -> String {
    let edited = if post.edited { " · edited" } else { "" };
    let only_for = post.only_for.as_ref().map(|who| format!(" · only for {who}")).unwrap_or_default();
    let head = format!("{} · {}{edited}{only_for}", post.author, post.at.format("%H:%M"));
    format!("<article class=\"{class}\"><p class=\"soft\">{}</p>{}</article>", text(&head), rich(&post.body))
}

fn note(head: &str, why: &str) -> String {
    let why = why.trim_start_matches("not carried: ");
    format!("<article class=\"kept\"><p class=\"soft\">{}</p><p>{}</p></article>", text(head), text(why))
}

/// A rich text as guajira's own writer makes it, which lets no script through.
fn rich(doc: &Doc) -> String {
    html::write(doc, MOST, "")
}

fn text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
