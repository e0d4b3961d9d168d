//! The login to Jira: which way there is, and what each needs.

use anyhow::Result;

use super::ask::{Chosen, Tries, bounded};
use super::desk::{Desk, fault_of, object, question, why};
use super::fill::{Answers, PRIVATE_KEY, quoted};
use super::jira::Kind;
use super::secret::{self, Given, Wanted};
use crate::cli::term;
use crate::config::Method;
use crate::jira::PrivateKey;
use crate::ports::ApiErrorKind;
use crate::words::{AskWords, FoundWords, Listed, LoginWay, Question};

const METHOD: &str = "jira.auth.method";

const USER: &str = "jira.auth.user";

const CONSUMER: &str = "jira.auth.consumer_key";

/// The consumer key that is proposed.
const USUAL_CONSUMER: &str = "guajira";

const TOKEN: Wanted = Wanted {
    question: Question::JiraToken,
    key: "jira.auth.token",
    variable: "JIRA_API_TOKEN",
    file: ("jira", "token"),
};

/// The file of the private key of an application link. `guajira auth jira` makes it where it is not there.
const KEY_FILE: &str = "jira.key";

/// What came of the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Login {
    /// Jira accepted it.
    Accepted,
    /// Jira was not asked with success.
    Untested,
    /// `guajira auth jira` comes first.
    ToApprove,
}

/// A way that is offered, and how it is called.
type Offered = (Method, LoginWay);

/// Returns the ways to log in to this kind of Jira, the usual one first.
fn ways(kind: Kind) -> &'static [Offered] {
    match kind {
        Kind::Cloud => &[(Method::Basic, LoginWay::ApiToken), (Method::Scoped, LoginWay::Scoped)],
        Kind::Server => &[
            (Method::Pat, LoginWay::AccessToken),
            (Method::Basic, LoginWay::Password),
            (Method::OAuth1, LoginWay::ApplicationLink),
        ],
        Kind::Untold | Kind::Unreached => &[
            (Method::Basic, LoginWay::Either),
            (Method::Pat, LoginWay::AccessToken),
            (Method::Scoped, LoginWay::Scoped),
            (Method::OAuth1, LoginWay::ApplicationLink),
        ],
    }
}

/// Asks for the login until Jira accepts it.
///
/// # Errors
/// When the input ends, or after too many wrong answers.
pub(super) fn ask(desk: &Desk<'_>, answers: &mut Answers, kind: Kind) -> Result<Login> {
    let tries = Tries::default();
    let mut usual = usual(desk, ways(kind));
    loop {
        let (at, method) = way(desk, ways(kind), usual)?;
        usual = at;
        let given = match method {
            Method::OAuth1 => application_link(desk, answers)?,
            _ => account(desk, answers, method, kind)?,
        };
        // An address behind the gateway goes with no token that needs the gateway.
        if let Some(fault) = fault_of(answers, METHOD, method.word()) {
            desk.ask.wrong(&tries, &fault)?;
            continue;
        }
        if method == Method::OAuth1 && given != Given::Known {
            return Ok(Login::ToApprove);
        }
        if kind == Kind::Unreached || given != Given::Known {
            return Ok(Login::Untested);
        }
        let error = match desk.probe(answers, |sides| sides.jira.account())? {
            Ok(name) => {
                desk.ask.tell(FoundWords::LoggedIn { name: &bounded(&name) });
                return Ok(Login::Accepted);
            }
            Err(error) => error,
        };
        if error.kind == ApiErrorKind::Unauthorized {
            object(FoundWords::LoginRefused { why: &why(&error) }, &error);
            if method == Method::Basic && kind == Kind::Cloud {
                desk.ask.tell(FoundWords::PerhapsScoped);
            }
            if method == Method::OAuth1 {
                return Ok(Login::ToApprove);
            }
            desk.ask.again(&tries)?;
            continue;
        }
        object(FoundWords::JiraNotReached { why: &why(&error) }, &error);
        if desk.ask.yes(AskWords::GoOnUntested, false)? {
            return Ok(Login::Untested);
        }
        desk.ask.again(&tries)?;
    }
}

/// Returns the place of the way that the environment names, else of the first one.
fn usual(desk: &Desk<'_>, ways: &[Offered]) -> usize {
    let told = desk.of_env(METHOD).or_else(|| desk.of_env(USER).map(|_| Method::Basic.word()));
    told.and_then(|word| place(ways, word)).unwrap_or_default()
}

fn place(ways: &[Offered], word: &str) -> Option<usize> {
    ways.iter().position(|(method, _)| method.word() == word.to_lowercase())
}

/// Asks for one of the ways: its number, or its word in the configuration.
fn way(desk: &Desk<'_>, ways: &[Offered], usual: usize) -> Result<(usize, Method)> {
    let lines: Vec<String> = ways.iter().map(|(_, way)| term::words(AskWords::Way(*way))).collect();
    desk.ask.list(Listed::Logins, &lines, false);
    let tries = Tries::default();
    loop {
        let at = match desk.ask.choose(&question(Question::JiraLogin), &(usual + 1).to_string(), ways.len())? {
            Chosen::At(at) => Some(at),
            Chosen::Typed(word) => place(ways, &word),
        };
        match at.and_then(|at| Some((at, ways.get(at)?))) {
            Some((at, (method, _))) => return Ok((at, *method)),
            None => desk.ask.wrong(&tries, &term::words(AskWords::OneOfThose))?,
        }
    }
}

/// Asks for the account, where the method needs one, and for its secret.
fn account(desk: &Desk<'_>, answers: &mut Answers, method: Method, kind: Kind) -> Result<Given> {
    answers.set(METHOD, method.word());
    answers.leave_out(CONSUMER);
    answers.leave_out(PRIVATE_KEY);
    if method == Method::Pat {
        answers.leave_out(USER);
    } else {
        let is_cloud = kind == Kind::Cloud || method == Method::Scoped;
        let asked = if is_cloud { Question::JiraEmail } else { Question::JiraUser };
        let user = needed(desk, asked, desk.of_env(USER).unwrap_or_default())?;
        answers.set(USER, &user);
    }
    secret::ask(desk, answers, &TOKEN, None)
}

/// Asks for the consumer key of the application link. The login can be tested where an earlier `guajira auth jira` left its
/// files.
fn application_link(desk: &Desk<'_>, answers: &mut Answers) -> Result<Given> {
    let consumer = needed(desk, Question::Consumer, desk.of_env(CONSUMER).unwrap_or(USUAL_CONSUMER))?;
    answers.set(METHOD, Method::OAuth1.word());
    answers.leave_out(USER);
    answers.set(CONSUMER, &consumer);
    answers.set_toml(PRIVATE_KEY, format!("{{ file = {} }}", quoted(KEY_FILE)));
    let (name, end) = TOKEN.file;
    let token = format!("{name}.{end}");
    let key = secret::read_lines(&desk.folder.join(KEY_FILE)).filter(|key| PrivateKey::parse(key).is_ok());
    if let (Some(key), Some(secret)) = (key, secret::read(&desk.folder.join(&token))) {
        desk.ask.tell(FoundWords::FoundFile { file: &token });
        answers.know(PRIVATE_KEY, key);
        secret::keep(answers, &TOKEN, format!("{{ file = {} }}", quoted(&token)), Some(secret));
        return Ok(Given::Known);
    }
    // A token of another login stays.
    let token = secret::free(desk.folder, TOKEN.file);
    secret::keep(answers, &TOKEN, format!("{{ file = {} }}", quoted(&token)), None);
    Ok(Given::Unknown)
}

/// Asks for a line that must not be empty.
fn needed(desk: &Desk<'_>, asked: Question, proposed: &str) -> Result<String> {
    let tries = Tries::default();
    loop {
        let given = desk.ask.line(&question(asked), proposed)?;
        if !given.is_empty() {
            return Ok(given);
        }
        desk.ask.wrong(&tries, &term::words(AskWords::IsNeeded))?;
    }
}
