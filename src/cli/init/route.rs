//! Where issues go: the project, the issue type, and the priority of each level, from what there is.

use anyhow::Result;

use super::ask::{Chosen, Tries, bounded};
use super::desk::{Desk, fault_of, object, question, why};
use super::fill::Answers;
use super::levels::proposed;
use crate::cli::term;
use crate::jira::Offered;
use crate::words::{AskWords, FoundWords, Listed, Question};

const PROJECT: &str = "route.project";

const ISSUE_TYPE: &str = "route.issue_type";

/// Issue types that are proposed where there are several, the first one that is there.
const USUAL_TYPES: [&str; 6] = ["Bug", "故障", "缺陷", "Incident", "[System] Incident", "Task"];

/// Asks for all of it. Returns false where Jira could not be asked.
///
/// # Errors
/// When the input ends, or after too many wrong answers.
pub(super) fn ask(desk: &Desk<'_>, answers: &mut Answers, levels: &[String], can_ask: bool) -> Result<bool> {
    if !can_ask {
        type_in(desk, answers, PROJECT, Question::JiraProject, "")?;
        type_in(desk, answers, ISSUE_TYPE, Question::IssueType, "Bug")?;
        return Ok(false);
    }
    let Some((project, types)) = project(desk, answers)? else {
        type_in(desk, answers, PROJECT, Question::JiraProject, "")?;
        type_in(desk, answers, ISSUE_TYPE, Question::IssueType, "Bug")?;
        return Ok(false);
    };
    answers.set(PROJECT, &project);
    match types {
        Some(types) => {
            let word = issue_type(desk, &project, &types)?;
            answers.set(ISSUE_TYPE, &word);
            priorities(desk, answers, levels, (&project, &word))?;
        }
        None => type_in(desk, answers, ISSUE_TYPE, Question::IssueType, "Bug")?,
    }
    Ok(true)
}

/// Asks for what cannot be looked up.
fn type_in(desk: &Desk<'_>, answers: &mut Answers, key: &str, asked: Question, usual: &str) -> Result<()> {
    let tries = Tries::default();
    loop {
        let given = desk.ask.line(&question(asked), desk.of_env(key).unwrap_or(usual))?;
        let fault =
            if given.is_empty() { Some(term::words(AskWords::IsNeeded)) } else { fault_of(answers, key, &given) };
        match fault {
            Some(fault) => desk.ask.wrong(&tries, &fault)?,
            None => {
                answers.set(key, &given);
                return Ok(());
            }
        }
    }
}

/// A project that may be used, and its issue types where Jira tells them.
type Usable = (String, Option<Vec<Offered>>);

/// Asks for a project in which the account may create issues; `None` where Jira stopped answering and that is not to be
/// waited for.
fn project(desk: &Desk<'_>, answers: &Answers) -> Result<Option<Usable>> {
    let mut offered = list(desk, answers, "")?;
    let proposed = desk.of_env(PROJECT).unwrap_or(if offered.len() == 1 { "1" } else { "" });
    let tries = Tries::default();
    loop {
        let chosen = desk.ask.choose(&question(Question::JiraProject), proposed, offered.len())?;
        let key = match chosen {
            Chosen::At(n) => offered.get(n).map(|one| one.word.clone()).unwrap_or_default(),
            Chosen::Typed(typed) => typed,
        };
        let found = match desk.probe(answers, |sides| {
            let exact = sides.jira.project_offered(&key)?;
            // Keys are in capitals on every Jira, and people do not type them so.
            if exact.is_none() { sides.jira.project_offered(&key.to_uppercase()) } else { Ok(exact) }
        })? {
            Ok(found) => found,
            Err(error) => {
                object(FoundWords::JiraNotReached { why: &why(&error) }, &error);
                if desk.ask.yes(AskWords::GoOnUntested, false)? {
                    return Ok(None);
                }
                desk.ask.again(&tries)?;
                continue;
            }
        };
        match found {
            Some((one, true)) => {
                desk.ask.wrong(&tries, &term::words(FoundWords::Archived { key: &bounded(&one.word) }))?;
            }
            Some((one, false)) => match types(desk, answers, &one.word)? {
                Some(types) if types.is_empty() => {
                    let project = &bounded(&one.word);
                    desk.ask.wrong(&tries, &term::words(FoundWords::MayNotCreate { project }))?;
                }
                types => return Ok(Some((one.word, types))),
            },
            None => {
                let alike = list(desk, answers, &key)?;
                if alike.is_empty() {
                    desk.ask.wrong(&tries, &term::words(FoundWords::NoProject { key: &bounded(&key) }))?;
                } else {
                    offered = alike;
                    desk.ask.wrong(&tries, &term::words(AskWords::OneOfThose))?;
                }
            }
        }
    }
}

/// Shows projects whose key or name holds these words.
fn list(desk: &Desk<'_>, answers: &Answers, words: &str) -> Result<Vec<Offered>> {
    match desk.probe(answers, |sides| sides.jira.projects_offered(words))? {
        Ok((offered, _)) if offered.is_empty() => {
            if words.is_empty() {
                desk.ask.tell(FoundWords::NothingListed(Listed::Projects));
            }
            Ok(offered)
        }
        Ok((offered, more)) => {
            let width = offered.iter().map(|one| one.word.chars().count()).max().unwrap_or_default();
            let line = |one: &Offered| format!("{:<width$}  {}", one.word, bounded(&one.name));
            desk.ask.list(Listed::Projects, &offered.iter().map(line).collect::<Vec<_>>(), more);
            Ok(offered)
        }
        Err(error) => {
            desk.ask.tell(FoundWords::CannotList { what: Listed::Projects, why: &why(&error) });
            Ok(Vec::new())
        }
    }
}

/// Returns the issue types of a project; `None` where Jira does not tell them.
fn types(desk: &Desk<'_>, answers: &Answers, project: &str) -> Result<Option<Vec<Offered>>> {
    Ok(match desk.probe(answers, |sides| sides.jira.types_offered(project))? {
        Ok(types) => Some(types),
        Err(error) => {
            desk.ask.tell(FoundWords::CannotList { what: Listed::IssueTypes, why: &why(&error) });
            None
        }
    })
}

fn issue_type(desk: &Desk<'_>, project: &str, types: &[Offered]) -> Result<String> {
    desk.ask.list(Listed::IssueTypes, &types.iter().map(|one| bounded(&one.name)).collect::<Vec<_>>(), false);
    let find = |word: &str| {
        let word = word.to_lowercase();
        types.iter().position(|one| [&one.word, &one.name].into_iter().any(|name| name.to_lowercase() == word))
    };
    let wished = desk.of_env(ISSUE_TYPE).and_then(find);
    let usual = wished.or_else(|| USUAL_TYPES.iter().find_map(|word| find(word))).unwrap_or_default();
    let default = (usual + 1).to_string();
    let tries = Tries::default();
    loop {
        let (at, answer) = match desk.ask.choose(&question(Question::IssueType), &default, types.len())? {
            Chosen::At(n) => (Some(n), String::new()),
            Chosen::Typed(answer) => (find(&answer), answer),
        };
        match at.and_then(|at| types.get(at)) {
            Some(one) => return Ok(one.word.clone()),
            None => {
                let said = FoundWords::NoType { name: &bounded(&answer), project };
                desk.ask.wrong(&tries, &term::words(said))?;
            }
        }
    }
}

/// Proposes a priority for every level. Without a table every level is sent, and Jira chooses.
fn priorities(
    desk: &Desk<'_>,
    answers: &mut Answers,
    levels: &[String],
    (project, issue_type): (&str, &str),
) -> Result<()> {
    let priorities = match desk.probe(answers, |sides| sides.jira.priorities_offered(project, issue_type))? {
        Ok(priorities) => priorities,
        Err(error) => {
            desk.ask.tell(FoundWords::CannotList { what: Listed::Priorities, why: &why(&error) });
            return Ok(());
        }
    };
    let table = proposed(levels, &priorities);
    if table.is_empty() {
        return Ok(());
    }
    desk.ask.tell(AskWords::TableOf { project });
    for (level, priority) in &table {
        desk.ask.show(&format!("  {} → {}", bounded(level), bounded(priority)));
    }
    let tries = Tries::default();
    loop {
        match desk.ask.line(&question(Question::UseTable), "yes")?.to_lowercase().as_str() {
            "yes" | "y" | "是" => answers.set_table(table),
            "no" | "n" | "否" => {}
            "edit" | "e" => answers.set_table(edited(desk, table, &priorities)?),
            _ => {
                desk.ask.wrong(&tries, &term::words(AskWords::AnswerYesOrNo))?;
                continue;
            }
        }
        return Ok(());
    }
}

/// Asks for the priority of each level.
fn edited(desk: &Desk<'_>, table: Vec<(String, String)>, priorities: &[String]) -> Result<Vec<(String, String)>> {
    desk.ask.list(Listed::Priorities, &priorities.iter().map(|name| bounded(name)).collect::<Vec<_>>(), false);
    let mut chosen = Vec::new();
    for (level, usual) in table {
        let asked = term::words(AskWords::PriorityOf { level: &bounded(&level) });
        let tries = Tries::default();
        let priority = loop {
            let picked = match desk.ask.choose(&asked, &usual, priorities.len())? {
                Chosen::At(n) => priorities.get(n),
                Chosen::Typed(typed) => priorities.iter().find(|name| name.to_lowercase() == typed.to_lowercase()),
            };
            match picked {
                Some(name) => break name.clone(),
                None => desk.ask.wrong(&tries, &term::words(AskWords::OneOfThose))?,
            }
        };
        chosen.push((level, priority));
    }
    Ok(chosen)
}
