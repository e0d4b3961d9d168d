//! Turns a parsed query into a test over issues and an order, looking every value up as Jira does.

use std::cmp::Ordering;
use std::sync::Arc;

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use super::fields::{Field, in_zone, parse_date, text_matches};
use super::parse::{Clause, Expr, Op, Operand, Query};
use crate::jira::model::Issue;
use crate::jira::state::Site;
use crate::jira::switches::EpochMs;
use crate::jira::text::plain;

type Test<'a> = Box<dyn Fn(&Issue) -> bool + 'a>;

/// Matching issues.
pub(in crate::jira) type Rows = Vec<Arc<Issue>>;

/// Who asks, of what.
#[derive(Clone, Copy)]
pub(in crate::jira) struct Reader<'a> {
    pub(in crate::jira) site: &'a Site,
    pub(in crate::jira) viewer: Option<&'a str>,
}

/// A query ready to run.
pub(in crate::jira) struct Plan<'a> {
    test: Test<'a>,
    order: Vec<(String, bool)>,
    reader: Reader<'a>,
}

impl<'a> Plan<'a> {
    /// Looks up everything the query names. `Err` holds all objections; under lax validation unknown values
    /// become the warnings beside the plan.
    pub(in crate::jira) fn new(
        query: &Query,
        reader: Reader<'a>,
        strict: bool,
    ) -> Result<(Self, Vec<String>), Vec<String>> {
        let mut planner = Planner { reader, errors: Vec::new(), doubts: Vec::new() };
        let test: Test<'a> = match &query.filter {
            Some(filter) => planner.compile(filter, false),
            None => Box::new(|_| true),
        };
        for (field, _) in &query.order {
            if !ORDERABLE.contains(&field.to_lowercase().as_str()) {
                planner.errors.push(match Field::parse(field) {
                    Some(_) => format!("Not able to sort using field '{field}'."),
                    None => unknown_field(field),
                });
            }
        }
        let Planner { mut errors, doubts, .. } = planner;
        if strict {
            errors.extend(doubts.iter().cloned());
        }
        if errors.is_empty() { Ok((Self { test, order: query.order.clone(), reader }, doubts)) } else { Err(errors) }
    }

    pub(in crate::jira) fn holds(&self, issue: &Issue) -> bool {
        (self.test)(issue)
    }

    /// The query's order, then ids; without ORDER BY the newest first.
    pub(in crate::jira) fn compare(&self, a: &Issue, b: &Issue) -> Ordering {
        if self.reader.site.switches.unsorted {
            return shuffle(a.id).cmp(&shuffle(b.id));
        }
        for (field, descending) in &self.order {
            let order = self.reader.by(field, a, b);
            let order = if *descending { order.reverse() } else { order };
            if order != Ordering::Equal {
                return order;
            }
        }
        if self.order.is_empty() { b.created.cmp(&a.created).then(b.id.cmp(&a.id)) } else { a.id.cmp(&b.id) }
    }
}

const ORDERABLE: [&str; 16] = [
    "key",
    "id",
    "issuekey",
    "issue",
    "created",
    "updated",
    "priority",
    "status",
    "summary",
    "project",
    "issuetype",
    "type",
    "reporter",
    "assignee",
    "creator",
    "resolution",
];

fn shuffle(id: u64) -> u64 {
    id.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17)
}

fn unknown_field(name: &str) -> String {
    format!("Field '{name}' does not exist or you do not have permission to view it.")
}

impl Reader<'_> {
    fn by(self, field: &str, a: &Issue, b: &Issue) -> Ordering {
        let project = |i: &Issue| self.site.project(i.project).key.as_str();
        let rank = |i: &Issue| {
            let all = &self.site.project(i.project).priorities;
            all.iter().rev().position(|p| Some(&p.id) == i.priority.as_ref())
        };
        match field.to_lowercase().as_str() {
            "created" => a.created.cmp(&b.created),
            "updated" => a.updated.cmp(&b.updated),
            "summary" => a.summary.to_lowercase().cmp(&b.summary.to_lowercase()),
            "priority" => rank(a).cmp(&rank(b)),
            "status" => a.status.cmp(&b.status),
            "resolution" => a.resolution.cmp(&b.resolution),
            "issuetype" | "type" => a.issue_type.cmp(&b.issue_type),
            "reporter" => a.reporter.cmp(&b.reporter),
            "creator" => a.creator.cmp(&b.creator),
            "assignee" => a.assignee.cmp(&b.assignee),
            "project" => project(a).cmp(project(b)),
            _ => project(a).cmp(project(b)).then(a.number.cmp(&b.number)),
        }
    }

    fn zone(self) -> Tz {
        let user = self.viewer.and_then(|v| self.site.user(v));
        user.map_or(self.site.server_zone, |u| u.time_zone)
    }

    /// What an issue has in a field, in the form values are looked up to; nothing for EMPTY.
    fn values(self, field: Field, issue: &Issue) -> Vec<String> {
        let one = |value: Option<String>| value.into_iter().collect();
        match field {
            Field::Project => one(Some(issue.project.to_string())),
            Field::Key => one(Some(issue.id.to_string())),
            Field::Labels => issue.labels.iter().map(|l| l.to_lowercase()).collect(),
            Field::Status => one(Some(issue.status.clone())),
            Field::StatusCategory => {
                let words = self.site.status(issue.project, &issue.status).category.words();
                one(Some(words.1.to_owned()))
            }
            Field::Reporter => one(issue.reporter.clone()),
            Field::Creator => one(Some(issue.creator.clone())),
            Field::Assignee => one(issue.assignee.clone()),
            Field::Type => one(Some(issue.issue_type.clone())),
            Field::Priority => one(issue.priority.clone()),
            Field::Resolution => one(issue.resolution.as_ref().map(|r| r.to_lowercase())),
            Field::Created | Field::Updated | Field::Resolved => one(field.date(issue).map(|d| d.to_rfc3339())),
            Field::Summary | Field::Description | Field::Comment | Field::Text => {
                let text = self.text(field, issue);
                one((!text.is_empty()).then_some(text))
            }
        }
    }

    fn text(self, field: Field, issue: &Issue) -> String {
        let comments = || {
            let seen = issue.comments.iter().filter(|c| self.site.sees_comment(c, self.viewer));
            seen.map(|c| plain(&c.body)).collect::<Vec<_>>().join("\n")
        };
        match field {
            Field::Summary => issue.summary.clone(),
            Field::Description => plain(&issue.description),
            Field::Comment => comments(),
            _ => [issue.summary.clone(), plain(&issue.description), comments()].join("\n"),
        }
    }
}

enum Moment {
    At(DateTime<Utc>),
    /// The clause holds for every issue.
    Always,
    /// No date at all.
    None,
}

struct Planner<'a> {
    reader: Reader<'a>,
    errors: Vec<String>,
    /// Values that do not exist: errors under strict validation, warnings otherwise.
    doubts: Vec<String>,
}

impl<'a> Planner<'a> {
    fn compile(&mut self, expr: &Expr, negated: bool) -> Test<'a> {
        match expr {
            Expr::Not(inner) => self.compile(inner, !negated),
            Expr::And(parts) | Expr::Or(parts) => {
                let all = matches!(expr, Expr::And(_)) != negated;
                let tests: Vec<_> = parts.iter().map(|p| self.compile(p, negated)).collect();
                if all {
                    Box::new(move |i| tests.iter().all(|t| t(i)))
                } else {
                    Box::new(move |i| tests.iter().any(|t| t(i)))
                }
            }
            Expr::Clause(clause) => self.clause(clause, negated),
        }
    }

    fn clause(&mut self, clause: &Clause, negated: bool) -> Test<'a> {
        let never: Test<'a> = Box::new(|_| false);
        let Some(field) = Field::parse(&clause.field) else {
            self.errors.push(unknown_field(&clause.field));
            return never;
        };
        if !supported(field, clause.op) {
            let text =
                format!("The operator '{}' is not supported by the '{}' field.", clause.op.words(), clause.field);
            self.errors.push(text);
            return never;
        }
        let op = if negated { clause.op.opposite() } else { clause.op };
        let reader = self.reader;
        if clause.operand == Operand::Empty {
            if matches!(field, Field::Project | Field::Key | Field::Status | Field::Type) {
                let text = format!("The field '{}' does not support searching for EMPTY values.", clause.field);
                self.errors.push(text);
            }
            let wants_empty = matches!(op, Op::Is | Op::Eq);
            return Box::new(move |i| reader.values(field, i).is_empty() == wants_empty);
        }
        if field.is_date() {
            return self.date(field, clause, op);
        }
        if field.is_text() {
            return self.text(field, clause, op);
        }
        if field == Field::Key && matches!(op, Op::Lt | Op::Gt | Op::Le | Op::Ge) {
            return self.key_order(clause, op);
        }
        let wanted = self.lookup_all(field, &clause.field, &clause.operand);
        let positive = matches!(op, Op::Eq | Op::In);
        Box::new(move |i| {
            let has = reader.values(field, i);
            let hit = has.iter().any(|v| wanted.contains(v));
            if positive { hit } else { !has.is_empty() && !hit }
        })
    }

    fn date(&mut self, field: Field, clause: &Clause, op: Op) -> Test<'a> {
        let at = match self.instant(clause) {
            Moment::At(at) => at,
            Moment::Always => return Box::new(|_| true),
            Moment::None => return Box::new(|_| false),
        };
        Box::new(move |i| {
            field.date(i).is_some_and(|has| match op {
                Op::Eq => has == at,
                Op::Ne => has != at,
                Op::Lt => has < at,
                Op::Gt => has > at,
                Op::Le => has <= at,
                _ => has >= at,
            })
        })
    }

    /// The moment a date clause names.
    fn instant(&mut self, clause: &Clause) -> Moment {
        let now = self.reader.site.now();
        let zone = self.reader.zone();
        let midnight = || in_zone(now.with_timezone(&zone).date_naive().and_time(NaiveTime::MIN), zone);
        let (shown, found) = match &clause.operand {
            Operand::Number(n) => match self.reader.site.switches.epoch_ms {
                EpochMs::Understood => (n.to_string(), DateTime::from_timestamp_millis(*n)),
                EpochMs::Refused => (n.to_string(), None),
                EpochMs::AlwaysTrue => return Moment::Always,
            },
            Operand::Text(text) => (text.clone(), parse_date(text, zone, now)),
            Operand::Function(name, arguments) => {
                let base = match name.to_lowercase().as_str() {
                    "now" | "currentlogin" => now,
                    "startofday" => midnight(),
                    _ => {
                        self.errors.push(format!("Unable to find JQL function '{name}({})'.", arguments.join(", ")));
                        return Moment::None;
                    }
                };
                let shift = arguments.first().map_or(Some(base), |period| parse_date(period, zone, base));
                (name.clone(), shift)
            }
            Operand::List(_) | Operand::Empty => (String::new(), None),
        };
        if found.is_none() {
            self.errors.push(format!(
                "Date value '{shown}' for field '{}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd \
                 HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
                clause.field
            ));
        }
        found.map_or(Moment::None, Moment::At)
    }

    fn text(&mut self, field: Field, clause: &Clause, op: Op) -> Test<'a> {
        let wanted = match &clause.operand {
            Operand::Text(text) => text.clone(),
            Operand::Number(n) => n.to_string(),
            _ => {
                self.errors.push(format!("The field '{}' only supports text values.", clause.field));
                return Box::new(|_| false);
            }
        };
        if wanted.starts_with(['*', '?']) {
            let text =
                format!("The text query '{wanted}' for field '{}' is not allowed to start with '*'.", clause.field);
            self.errors.push(text);
        }
        let reader = self.reader;
        let positive = op == Op::Like;
        Box::new(move |i| text_matches(&reader.text(field, i), &wanted) == positive)
    }

    fn key_order(&mut self, clause: &Clause, op: Op) -> Test<'a> {
        let text = match &clause.operand {
            Operand::Text(text) => text.clone(),
            Operand::Number(n) => n.to_string(),
            _ => String::new(),
        };
        let Some(bound) = self.find_issue(&text, &clause.field) else { return Box::new(|_| false) };
        Box::new(move |i| {
            let order = i.number.cmp(&bound.number);
            i.project == bound.project
                && match op {
                    Op::Lt => order.is_lt(),
                    Op::Le => order.is_le(),
                    Op::Gt => order.is_gt(),
                    _ => order.is_ge(),
                }
        })
    }

    fn find_issue(&mut self, text: &str, field: &str) -> Option<Arc<Issue>> {
        let Reader { site, viewer } = self.reader;
        let is_known = |i: &&Arc<Issue>| !(site.switches.archive.unknown_id && site.is_archived(i));
        let found = site.issue_named(text).filter(|i| site.sees_issue(i, viewer)).filter(is_known).cloned();
        if found.is_none() {
            let keyed = text.rsplit_once('-').is_some_and(|(_, n)| n.parse::<u64>().is_ok());
            self.doubts.push(match text.parse::<u64>() {
                Ok(_) => format!("A value with ID '{text}' does not exist for the field '{field}'."),
                Err(_) if keyed => format!("An issue with key '{text}' does not exist for field '{field}'."),
                Err(_) => format!("The issue key '{text}' for field '{field}' is invalid."),
            });
        }
        found
    }

    fn lookup_all(&mut self, field: Field, name: &str, operand: &Operand) -> Vec<String> {
        match operand {
            Operand::List(all) => all.iter().flat_map(|one| self.lookup_all(field, name, one)).collect(),
            Operand::Text(text) => self.lookup(field, name, text),
            Operand::Number(n) => self.lookup(field, name, &n.to_string()),
            Operand::Function(function, arguments) => self.call(field, function, arguments),
            Operand::Empty => Vec::new(),
        }
    }

    fn call(&mut self, field: Field, function: &str, arguments: &[String]) -> Vec<String> {
        let site = self.reader.site;
        match function.to_lowercase().as_str() {
            "currentuser" if field.is_user() => self.reader.viewer.map(str::to_owned).into_iter().collect(),
            "issueswithremotelinksbyglobalid" if field == Field::Key => {
                if arguments.is_empty() || arguments.len() > 100 {
                    self.errors.push(format!("Function '{function}' expects between '1' and '100' arguments."));
                }
                let linked = |i: &&Arc<Issue>| {
                    let ids = i.remote_links.iter().filter_map(|(_, l)| l["globalId"].as_str());
                    ids.into_iter().any(|id| arguments.iter().any(|a| a == id))
                };
                site.current().filter(linked).map(|i| i.id.to_string()).collect()
            }
            _ => {
                self.errors.push(format!("Unable to find JQL function '{function}({})'.", arguments.join(", ")));
                Vec::new()
            }
        }
    }

    /// The ids a value stands for; an unknown value is a doubt.
    fn lookup(&mut self, field: Field, name: &str, text: &str) -> Vec<String> {
        let Reader { site, viewer } = self.reader;
        let same = |a: &str| a.eq_ignore_ascii_case(text);
        let found: Vec<String> = match field {
            Field::Key => return self.find_issue(text, name).map(|i| i.id.to_string()).into_iter().collect(),
            Field::Labels => return vec![text.to_lowercase()],
            Field::Project => {
                let by_name = || site.projects.iter().find(|p| same(&p.name));
                let project = site.project_named(text).or_else(by_name);
                let is_known = |p: &&crate::jira::Project| {
                    !(site.switches.archive.unknown_to_search && site.is_archived_project(p))
                };
                project
                    .filter(|p| site.sees_project(p, viewer))
                    .filter(is_known)
                    .map(|p| p.id.to_string())
                    .into_iter()
                    .collect()
            }
            Field::Status => {
                let all = site.projects.iter().flat_map(crate::jira::Project::statuses);
                all.filter(|s| same(&s.name) || s.id == text).map(|s| s.id.clone()).collect()
            }
            Field::StatusCategory => {
                use crate::jira::Category::{Done, Indeterminate, New};
                let all = [New, Indeterminate, Done].map(crate::jira::Category::words);
                let hits = all.iter().filter(|(id, key, shown, _)| same(key) || same(shown) || id.to_string() == text);
                hits.map(|(_, key, ..)| (*key).to_owned()).collect()
            }
            Field::Type => {
                let all = site.projects.iter().flat_map(|p| &p.types);
                all.filter(|t| same(&t.name) || t.id == text).map(|t| t.id.clone()).collect()
            }
            Field::Priority => {
                let all = site.projects.iter().flat_map(|p| &p.priorities);
                all.filter(|t| same(&t.name) || t.id == text).map(|t| t.id.clone()).collect()
            }
            Field::Resolution => match text.to_lowercase().as_str() {
                known @ ("fixed" | "won't fix" | "done" | "duplicate") => vec![known.to_owned()],
                _ => Vec::new(),
            },
            _ => {
                let shown = |u: &&crate::jira::model::User| same(&u.display_name) || same(&u.email);
                let user = site.user_by_wire_id(text).or_else(|| site.users.iter().find(shown));
                user.map(|u| u.name.clone()).into_iter().collect()
            }
        };
        if found.is_empty() {
            self.doubts.push(format!("The value '{text}' does not exist for the field '{name}'."));
        }
        found
    }
}

fn supported(field: Field, op: Op) -> bool {
    let ordered = matches!(op, Op::Lt | Op::Gt | Op::Le | Op::Ge);
    let like = matches!(op, Op::Like | Op::NotLike);
    let empty = matches!(op, Op::Is | Op::IsNot);
    match field {
        _ if field.is_text() => like || (empty && field != Field::Text),
        _ if field.is_date() => !like && !matches!(op, Op::In | Op::NotIn),
        Field::Key => !like,
        _ => !like && !ordered,
    }
}
