//! The page as HTML.

use std::fmt::Write as _;

use chrono::TimeDelta;

use super::chart::{self, Bar};
use super::data::{Bin, Line, Page, Run, Stuck};
use super::escape::{code, text};
use crate::words::{Lang, PageWords, Stage, StatusWords};

/// How the page looks.
const STYLE: &str = include_str!("page.css");

/// Nothing is loaded and no script runs, whatever a text on the page says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// So many bars have their labels written below them at most.
const LABELS: usize = 6;

/// Returns the page.
pub fn page(page: &Page) -> String {
    let say = |said: PageWords<'_>| text(&said.in_lang(page.lang));
    let lang = match page.lang {
        Lang::En => "en",
        Lang::Zh => "zh-CN",
    };
    let (since, until) = (page.voice.minute(page.since), page.voice.minute(page.until));
    let title = say(PageWords::Title);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>guajira: {title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<header>\n<h1>{title}</h1>\n<p class=\"soft\">{}</p>\n",
        say(PageWords::Period { since: &since, until: &until })
    );
    state(&mut html, page);
    html += "</header>\n";
    overview(&mut html, page);
    for (n, one) in page.lines.iter().enumerate() {
        line(&mut html, page, one, n);
    }
    let version = env!("CARGO_PKG_VERSION");
    let _ = write!(html, "<footer>{}</footer>\n</main>\n</body>\n</html>\n", say(PageWords::Made { version }));
    html
}

/// What a reader wants to know first.
fn state(html: &mut String, page: &Page) {
    let say = |said: PageWords<'_>| text(&said.in_lang(page.lang));
    let mut wrong = Vec::new();
    for one in &page.lines {
        for (side, since, _, _) in &one.failing {
            let since = page.voice.minute(*since);
            wrong.push(say(PageWords::SideFails { side: *side, line: &one.name, since: &since }));
        }
    }
    let person = page.person();
    let class = if wrong.is_empty() { "wait" } else { "no" };
    if person > 0 {
        wrong.push(say(PageWords::NeedsPerson { count: person }));
    }
    if wrong.is_empty() {
        let _ = writeln!(html, "<p class=\"state ok\">✓ {}</p>", say(PageWords::AllWell));
        return;
    }
    let _ = writeln!(html, "<div class=\"state {class}\"><ul><li>{}</li></ul></div>", wrong.join("</li><li>"));
}

fn overview(html: &mut String, page: &Page) {
    let say = |said: PageWords<'_>| text(&said.in_lang(page.lang));
    let heads = [PageWords::Pairs, PageWords::Comments, PageWords::Carried, PageWords::Waiting, PageWords::NeedPerson];
    let _ = write!(
        html,
        "<h2>{}</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">{}</th>",
        say(PageWords::Overview),
        say(PageWords::Line)
    );
    for head in heads {
        let _ = write!(html, "<th scope=\"col\" class=\"num\">{}</th>", say(head));
    }
    let _ = writeln!(html, "<th scope=\"col\">{}</th></tr></thead>\n<tbody>", say(PageWords::LastGood));
    for (n, one) in page.lines.iter().enumerate() {
        let [jira, source] = one.sums();
        let last = one.last_good.map_or_else(|| say(PageWords::Never), |at| text(&page.voice.minute(at)));
        let _ = write!(html, "<tr><th scope=\"row\"><a href=\"#line-{n}\">{}</a></th>", text(&one.name));
        for count in [one.pairs, one.comments, jira + source, one.left(), one.person] {
            let _ = write!(html, "<td class=\"num\">{count}</td>");
        }
        let _ = writeln!(html, "<td class=\"time\">{last}</td></tr>");
    }
    *html += "</tbody></table></div>\n";
}

fn line(html: &mut String, page: &Page, line: &Line, n: usize) {
    let say = |said: PageWords<'_>| text(&said.in_lang(page.lang));
    let _ = writeln!(html, "<section id=\"line-{n}\">\n<h2>{}</h2>", text(&line.name));
    for (side, since, why, hint) in &line.failing {
        let since = page.voice.minute(*since);
        let _ =
            write!(html, "<div class=\"state no\">{}</div><p>", say(PageWords::Fails { side: *side, since: &since }));
        let _ = write!(html, "<bdi>{}</bdi></p>", text(why));
        let _ = match hint {
            Some(hint) => writeln!(html, "<p class=\"mend\">→ {}</p>", code(hint)),
            None => writeln!(html),
        };
    }
    backlog(html, page, line);
    attention(html, page, line);
    carried(html, page, line, n);
    delays(html, page, line, n);
    budget(html, page, line);
    runs(html, page, line);
    *html += "</section>\n";
}

fn backlog(html: &mut String, page: &Page, line: &Line) {
    let say = |said: PageWords<'_>| text(&said.in_lang(page.lang));
    let names = [
        PageWords::Pending,
        PageWords::Failing,
        PageWords::Held,
        PageWords::InDoubt,
        PageWords::Dead,
        PageWords::Messages,
    ];
    let _ = write!(html, "<h3>{}</h3>\n<dl class=\"cards\">", say(PageWords::Backlog));
    for (name, count) in names.into_iter().zip(line.waiting) {
        let hot = if count > 0 && matches!(name, PageWords::Dead | PageWords::Held) { " class=\"hot\"" } else { "" };
        let _ = write!(html, "<div{hot}><dt>{}</dt><dd>{count}</dd></div>", say(name));
    }
    *html += "</dl>\n";
}

fn attention(html: &mut String, page: &Page, line: &Line) {
    let say = |said: PageWords<'_>| text(&said.in_lang(page.lang));
    let _ = writeln!(html, "<h3>{}</h3>", say(PageWords::Attention));
    if line.stuck.is_empty() {
        let _ = writeln!(html, "<p class=\"soft\">{}</p>", say(PageWords::AttentionNone));
        return;
    }
    let _ = writeln!(
        html,
        "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>",
        say(PageWords::What),
        say(PageWords::Why),
        say(PageWords::Mend)
    );
    for Stuck { stage, what, key, why, hint, command } in &line.stuck {
        let class = match stage {
            Stage::Dead | Stage::Failed => "no",
            _ => "wait",
        };
        let stage = text(&StatusWords::Stage(*stage).in_lang(page.lang));
        let _ = write!(
            html,
            "<tr><td><span class=\"tag {class}\">{stage}</span> <bdi>{}</bdi><br><code>{}</code></td><td><bdi>{}</bdi></td><td>",
            text(what),
            text(key),
            text(why)
        );
        if let Some(hint) = hint {
            let _ = write!(html, "<p>{}</p>", code(hint));
        }
        if let Some(command) =
            command.as_ref().filter(|command| !hint.as_ref().is_some_and(|hint| hint.contains(*command)))
        {
            let _ = write!(html, "<p class=\"mend\"><code>{}</code></p>", text(command));
        }
        *html += "</td></tr>\n";
    }
    *html += "</tbody></table></div>\n";
    if line.more > 0 {
        let more = PageWords::MoreItems { count: line.more }.in_lang(page.lang);
        let _ = writeln!(html, "<p class=\"soft\">{}</p>", code(&more));
    }
}

fn carried(html: &mut String, page: &Page, line: &Line, n: usize) {
    let say = |said: PageWords<'_>| text(&said.in_lang(page.lang));
    let [jira, source] = line.sums();
    let title = PageWords::CarriedWhen.in_lang(page.lang);
    let _ = writeln!(html, "<h3>{}</h3>", text(&title));
    if jira + source == 0 {
        let _ = writeln!(html, "<p class=\"soft\">{}</p>", say(PageWords::Nothing));
        return;
    }
    let desc = PageWords::CarriedDesc { count: jira + source, jira, source }.in_lang(page.lang);
    let is_short = page.until - page.since <= TimeDelta::days(2);
    let label = |bin: &Bin| {
        let at = page.voice.minute(bin.at);
        let part = if is_short { at.get(11..16) } else { at.get(5..10) };
        part.unwrap_or_default().to_owned()
    };
    let bars: Vec<Bar> =
        line.carried.iter().map(|bin| Bar { label: label(bin), parts: [bin.jira, bin.source] }).collect();
    let _ = write!(
        html,
        "<p class=\"soft\">{}</p>\n{}\n",
        text(&desc),
        chart::bars(&format!("c{n}"), &title, &desc, &bars, every(bars.len()))
    );
    let _ = writeln!(
        html,
        "<p class=\"key\"><span><i class=\"ia\"></i>{}</span><span><i class=\"ib\"></i>{}</span></p>",
        say(PageWords::ToJira),
        say(PageWords::ToSource)
    );
    let _ = write!(
        html,
        "<details><summary>{}</summary><table class=\"small\"><thead><tr><th scope=\"col\">{}</th><th scope=\"col\" class=\"num\">{}</th><th scope=\"col\" class=\"num\">{}</th></tr></thead><tbody>",
        say(PageWords::AsTable),
        say(PageWords::Begins),
        say(PageWords::ToJira),
        say(PageWords::ToSource)
    );
    for Bin { at, jira, source } in line.carried.iter().filter(|bin| bin.jira + bin.source > 0) {
        let at = text(&page.voice.minute(*at));
        let _ = write!(
            html,
            "<tr><td class=\"time\">{at}</td><td class=\"num\">{jira}</td><td class=\"num\">{source}</td></tr>"
        );
    }
    *html += "</tbody></table></details>\n";
}

fn every(bars: usize) -> usize {
    bars.div_ceil(LABELS).max(1)
}

fn delays(html: &mut String, page: &Page, line: &Line, n: usize) {
    let say = |said: PageWords<'_>| text(&said.in_lang(page.lang));
    let Some([half, most]) = &line.typical else { return };
    let title = PageWords::Delays.in_lang(page.lang);
    let count = line.delays.iter().map(|(_, count)| count).sum();
    let desc = PageWords::DelaysDesc { count, half, most }.in_lang(page.lang);
    let label = |limit: &Option<String>| match limit {
        Some(time) => PageWords::UpTo { time }.in_lang(page.lang),
        None => PageWords::Longer.in_lang(page.lang),
    };
    let bars: Vec<Bar> =
        line.delays.iter().map(|(limit, count)| Bar { label: label(limit), parts: [*count, 0] }).collect();
    let _ = write!(
        html,
        "<h3>{}</h3>\n<p class=\"soft\">{}</p>\n{}\n",
        text(&title),
        text(&desc),
        chart::bars(&format!("d{n}"), &title, &desc, &bars, 1)
    );
    let _ = write!(
        html,
        "<details><summary>{}</summary><table class=\"small\"><thead><tr><th scope=\"col\">{}</th><th scope=\"col\" class=\"num\">{}</th></tr></thead><tbody>",
        say(PageWords::AsTable),
        say(PageWords::HowLong),
        say(PageWords::Writes)
    );
    for Bar { label, parts: [count, _] } in &bars {
        let _ = write!(html, "<tr><td>{}</td><td class=\"num\">{count}</td></tr>", text(label));
    }
    *html += "</tbody></table></details>\n";
}

fn budget(html: &mut String, page: &Page, line: &Line) {
    let say = |said: PageWords<'_>| text(&said.in_lang(page.lang));
    if line.requests.iter().sum::<u64>() == 0 {
        return;
    }
    let names = [
        PageWords::Lists,
        PageWords::Threads,
        PageWords::Issues,
        PageWords::Writes,
        PageWords::Files,
        PageWords::Names,
    ];
    let _ = write!(
        html,
        "<h3>{}</h3>\n<table class=\"small\"><thead><tr><th scope=\"col\">{}</th><th scope=\"col\" class=\"num\">{}</th></tr></thead><tbody>",
        say(PageWords::Budget),
        say(PageWords::Purpose),
        say(PageWords::Requests)
    );
    for (name, count) in names.into_iter().zip(line.requests).filter(|(_, count)| *count > 0) {
        let _ = write!(html, "<tr><td>{}</td><td class=\"num\">{count}</td></tr>", say(name));
    }
    *html += "</tbody></table>\n";
}

fn runs(html: &mut String, page: &Page, line: &Line) {
    let say = |said: PageWords<'_>| text(&said.in_lang(page.lang));
    let [good, bad] = line.ran;
    let _ = writeln!(
        html,
        "<h3>{}</h3>\n<p class=\"soft\">{}</p>",
        say(PageWords::Runs),
        say(PageWords::RunsDesc { good, bad })
    );
    if line.runs.is_empty() {
        let _ = writeln!(html, "<p class=\"soft\">{}</p>", say(PageWords::NoRun));
        return;
    }
    let _ = writeln!(
        html,
        "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead>\n<tbody>",
        say(PageWords::Began),
        say(PageWords::Took),
        say(PageWords::Result)
    );
    for Run { began, took, good, result } in &line.runs {
        let (class, what) = if *good { ("ok", PageWords::GoodRuns) } else { ("no", PageWords::BadRuns) };
        let _ = writeln!(
            html,
            "<tr><td class=\"time\">{}</td><td class=\"time\">{}</td><td><span class=\"tag {class}\">{}</span> <bdi>{}</bdi></td></tr>",
            text(&page.voice.second(*began)),
            text(took),
            say(what),
            text(result)
        );
    }
    *html += "</tbody></table></div>\n";
}
