//! What the answers make of `sync.toml.example`: its comments stay, and what nobody answered stands there as a comment.

use std::collections::BTreeMap;

use crate::secret::Secret;

/// The file that the answers are put into.
const TEMPLATE: &str = include_str!("../../../sync.toml.example");

/// The table of levels and priorities.
const TABLE: &str = "route.priority";

/// The key of an application link, which is a secret of several lines.
pub(super) const PRIVATE_KEY: &str = "jira.auth.private_key";

/// Where the comment behind a key begins.
const COMMENTS_AT: usize = 45;

/// The answers so far.
#[derive(Clone, Default)]
pub(super) struct Answers {
    /// By key: what stands there as TOML; nothing where the key is to be a comment.
    said: BTreeMap<String, Option<String>>,
    /// Levels and their priorities.
    table: Vec<(String, String)>,
    /// What stands for a secret while the file is not written: by key, as [`Answers::said`].
    secrets: BTreeMap<String, Secret>,
    /// Files of secrets to be written beside the configuration, by name.
    pub(super) files: Vec<(String, Secret)>,
    /// Variables that must be set before the configuration can be used.
    pub(super) unset: Vec<String>,
}

/// A key of the template that is no comment, and what stands there.
pub(super) struct Key {
    /// `guance.base_url`.
    pub(super) path: String,
    /// Its value in the template.
    pub(super) example: toml::Value,
}

impl Answers {
    /// Puts a text in the place of a key.
    pub(super) fn set(&mut self, key: &str, text: &str) {
        self.set_toml(key, quoted(text));
    }

    /// Puts a value in the place of a key.
    pub(super) fn set_toml(&mut self, key: &str, value: String) {
        self.said.insert(key.to_owned(), Some(value));
    }

    /// Makes a key a comment.
    pub(super) fn leave_out(&mut self, key: &str) {
        self.said.insert(key.to_owned(), None);
    }

    /// Remembers a secret for tests of the answers.
    pub(super) fn know(&mut self, key: &str, secret: Secret) {
        self.secrets.insert(key.to_owned(), secret);
    }

    /// Sets the table of levels and priorities.
    pub(super) fn set_table(&mut self, table: Vec<(String, String)>) {
        self.table = table;
    }

    /// Returns the file.
    pub(super) fn text(&self) -> String {
        filled(self)
    }

    /// Returns a configuration to test the answers with: the secrets themselves stand in it. It is never written.
    pub(super) fn text_to_test(&self) -> Secret {
        let mut answers = self.clone();
        for key in ["guance.api_key", "jira.auth.token"] {
            // What is not known yet is not sent.
            let secret = self.secrets.get(key).map_or("none", |secret| secret.expose());
            answers.set(key, secret);
        }
        if let Some(key) = self.secrets.get(PRIVATE_KEY) {
            answers.set(PRIVATE_KEY, key.expose());
        }
        Secret::new(filled(&answers))
    }
}

/// Returns a text as TOML.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Returns the keys of the template in the tables that are no comments themselves.
pub(super) fn keys() -> Vec<Key> {
    let mut keys = Vec::new();
    let mut section = Section::default();
    for line in TEMPLATE.lines() {
        if section.enter(line) || section.is_comment || section.path.is_empty() {
            continue;
        }
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let Some(word) = word_of(bare) else { continue };
        let parsed: Option<toml::Table> = toml::from_str(apart(bare).0).ok();
        if let Some(example) = parsed.and_then(|mut table| table.remove(word)) {
            let path = format!("{}.{word}", section.path);
            keys.push(Key { path, example });
        }
    }
    keys
}

/// Where in the template a line stands.
#[derive(Default)]
struct Section {
    path: String,
    is_comment: bool,
}

impl Section {
    /// Returns true for the line that begins a table, which is entered.
    fn enter(&mut self, line: &str) -> bool {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let name = bare.strip_prefix("[[").or_else(|| bare.strip_prefix('[')).and_then(|rest| rest.split(']').next());
        let Some(name) = name else { return false };
        name.clone_into(&mut self.path);
        self.is_comment = line.starts_with('#');
        true
    }
}

/// Returns the key of `key = …`.
fn word_of(line: &str) -> Option<&str> {
    let (word, _) = line.split_once(" = ")?;
    let is_key = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_key.then_some(word)
}

/// Returns a line without its comment, and the comment.
fn apart(line: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, '#') => return (line.get(..at).unwrap_or(line).trim_end(), line.get(at..).unwrap_or_default()),
            _ => {}
        }
    }
    (line.trim_end(), "")
}

/// Returns a line with its comment where comments stand.
fn laid_out(code: &str, comment: &str) -> String {
    match comment {
        "" => code.to_owned(),
        // A long value still has a gap behind it.
        comment if code.chars().count() >= COMMENTS_AT => format!("{code} {comment}"),
        comment => format!("{code:<COMMENTS_AT$}{comment}"),
    }
}

fn filled(answers: &Answers) -> String {
    let mut text = String::new();
    let mut section = Section::default();
    let mut lines = TEMPLATE.lines().peekable();
    while let Some(line) = lines.next() {
        if section.enter(line) && section.path == TABLE && !section.is_comment {
            let mut block = vec![line];
            while let Some(line) = lines.next_if(|line| !line.is_empty()) {
                block.push(line);
            }
            for line in table(&block, &answers.table) {
                add(&mut text, &line);
            }
            continue;
        }
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let word = word_of(bare).filter(|_| !section.is_comment);
        let said = word.and_then(|word| Some((word, answers.said.get(&format!("{}.{word}", section.path))?)));
        let (code, comment) = apart(bare);
        match said {
            Some((word, Some(value))) => add(&mut text, &laid_out(&format!("{word} = {value}"), comment)),
            Some((_, None)) => add(&mut text, &laid_out(&format!("# {code}"), comment)),
            None => add(&mut text, line),
        }
    }
    text
}

fn add(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// Returns the block of the table with its comments: these rows, or all of it as a comment.
fn table(block: &[&str], rows: &[(String, String)]) -> Vec<String> {
    let parts: Vec<(&str, &str)> = block.iter().map(|line| apart(line)).collect();
    if rows.is_empty() {
        return parts.iter().map(|(code, comment)| laid_out(&format!("# {code}"), comment)).collect();
    }
    let mut lines: Vec<String> = Vec::new();
    for (n, (code, comment)) in parts.iter().enumerate() {
        // The example's own rows, and not what is said beside them, make room for these.
        if n == 0 || !comment.is_empty() {
            lines.push(laid_out(if n == 0 { code } else { "" }, comment));
        }
    }
    for (level, priority) in rows {
        let row = toml::Table::from_iter([(level.clone(), toml::Value::from(priority.as_str()))]);
        lines.push(row.to_string().trim_end().to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::config::Draft;

    fn answered() -> Answers {
        let mut answers = Answers::default();
        for (key, text) in [
            ("guance.base_url", "https://a.example"),
            ("guance.channel", "数据库 \"主\" # 1"),
            ("jira.base_url", "https://j.example/jira"),
            ("jira.auth.method", "pat"),
            ("route.project", "AB"),
            ("route.issue_type", "Task \"x\""),
        ] {
            answers.set(key, text);
        }
        answers.set_toml("guance.api_key", "{ env = \"MY_KEY\" }".to_owned());
        answers.leave_out("jira.auth.user");
        answers.leave_out("text.language");
        answers
    }

    #[test]
    fn the_answers_stand_in_the_template_and_its_comments_stay() {
        let mut answers = answered();
        let text = answers.text();
        for line in [
            "base_url = \"https://a.example\"               # required; the OpenAPI address of your site",
            "channel = '数据库 \"主\" # 1'",
            "api_key = { env = \"MY_KEY\" }",
            "base_url = \"https://j.example/jira\"",
            "method = \"pat\"",
            "# user = \"bot@example.com\"",
            "issue_type = 'Task \"x\"'",
            "# language = \"en\"",
            "# [route.priority]                           # Guance level (name or uuid)",
            "# P0 = \"Highest\"",
        ] {
            assert!(text.lines().any(|l| l.starts_with(line)), "{line}\n{text}");
        }
        assert_eq!(text.lines().count(), TEMPLATE.lines().count());
        let draft = Draft::of_text("sync.toml", &text).unwrap().remove(0);
        let route = draft.policy.routes.first().unwrap();
        assert_eq!((route.issue_type.as_str(), &route.priority), ("Task \"x\"", &None));
        let rows = [("P0", "Highest"), ("紧急 \"x\"", "最高"), ("a.b]", "#1\u{1b}")];
        answers.set_table(rows.map(|(level, priority)| (level.to_owned(), priority.to_owned())).to_vec());
        let draft = Draft::of_text("sync.toml", &answers.text()).unwrap().remove(0);
        let table = draft.policy.routes.first().unwrap().priority.clone().unwrap();
        assert_eq!(table.len(), 3, "{table:?}");
        assert!(rows.iter().all(|(level, to)| table.iter().any(|(l, t)| l == level && t == to)), "{table:?}");
        let text = answers.text();
        assert!(text.contains("With this table an unlisted"));
        let (_, block) = text.split_once("[route.priority]").unwrap();
        assert_eq!(block.lines().take_while(|line| !line.is_empty()).count(), 2 + rows.len(), "{text}");
    }

    #[test]
    fn a_text_to_test_holds_the_secrets_and_nothing_else_does() {
        let mut answers = answered();
        answers.know("guance.api_key", Secret::new("k-\"1\""));
        assert!(!answers.text().contains("k-"));
        let draft = Draft::of_text("x", answers.text_to_test().expose()).unwrap().remove(0);
        let config = draft.resolve(&crate::config::Environment::default()).unwrap();
        assert_eq!(config.source.credentials().first().unwrap().expose(), "k-\"1\"");
    }

    #[test]
    fn every_key_that_is_asked_for_is_in_the_template_once() {
        let keys = keys();
        for wanted in [
            "guance.base_url",
            "guance.api_key",
            "guance.channel",
            "jira.base_url",
            "jira.auth.method",
            "jira.auth.user",
            "jira.auth.token",
            "jira.deployment",
            "jira.timeout",
            "guance.timeout",
            "route.project",
            "route.issue_type",
            "text.language",
            "sync.state",
            "jira.ca_file",
        ] {
            assert_eq!(keys.iter().filter(|key| key.path == wanted).count(), 1, "{wanted}");
        }
        assert!(!keys.iter().any(|key| key.path.starts_with("source") || key.path.starts_with("notify")));
    }
}
