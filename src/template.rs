//! The one language of the configuration: expressions that select, templates that make text. Jinja's, by minijinja, of
//! which nothing shows outside.
//!
//! A text is checked when it is compiled: its syntax, the names, filters and tests it uses. What it is given later is
//! untrusted: in a Markdown template every value is escaped, and every evaluation is bounded.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior};

use crate::words::TemplateFault;

/// Most steps of one evaluation.
const FUEL: u64 = 50_000;

/// Deepest nesting of one evaluation.
const DEPTH: usize = 64;

/// Globals that a configuration may use; others would show the program to the template, or are of no use here.
const GLOBALS: [&str; 3] = ["range", "dict", "namespace"];

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH);
    environment.set_auto_escape_callback(|name| match name {
        MARKDOWN => AutoEscape::Custom(MARKDOWN.into()),
        _ => AutoEscape::None,
    });
    environment.set_formatter(|out, state, value| match state.name() {
        // To compare what is not set is fine; to write it is not.
        _ if value.is_undefined() => Err(ErrorKind::UndefinedError.into()),
        _ if value.is_none() => Ok(()),
        // By the name, which nothing in a template can change.
        MARKDOWN if !value.is_safe() => Ok(out.write_str(&escaped(&value.to_string()))?),
        _ => Ok(write!(out, "{value}")?),
    });
    // They are about HTML, or would let a value through unescaped.
    for filter in ["safe", "escape", "e"] {
        environment.remove_filter(filter);
    }
    let globals: Vec<String> = environment.globals().map(|(name, _)| name.to_owned()).collect();
    for global in globals.iter().filter(|global| !GLOBALS.contains(&global.as_str())) {
        environment.remove_global(global);
    }
    environment.add_filter("truncate", |text: String, chars: usize| truncated(&text, chars));
    environment
});

/// The name under which Markdown templates are compiled.
const MARKDOWN: &str = "markdown";

/// The name under which all others are.
const TEXT: &str = "text";

/// What a text of the configuration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An expression that holds or does not.
    Condition,
    /// A template whose output is plain text.
    Text,
    /// A template whose output is Markdown.
    Markdown,
}

/// A value that a name stands for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// As it is; `null` prints as nothing.
    pub value: serde_json::Value,
    /// In a Markdown template: the same with its formatting, to be written as it is.
    pub markdown: Option<String>,
}

/// Tells what a name stands for.
pub type Source<'a> = dyn Fn(&str) -> Given + 'a;

/// A compiled text of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    kind: Kind,
    source: String,
    names: BTreeSet<String>,
}

/// What is wrong with a text of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// A lower-case fragment without full stop.
    pub message: String,
    /// The line inside the text, from 1.
    pub line: usize,
}

/// Why an evaluation gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It needs a value that this issue does not have.
    NotSet(String),
    /// It went wrong.
    Failed(String),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotSet(what) | Self::Failed(what) => f.write_str(what),
        }
    }
}

impl Template {
    /// Compiles a text that may use these names, and tries it out with sample values.
    ///
    /// # Errors
    /// Says what is wrong, and where.
    pub fn compile(kind: Kind, source: &str, known: &[&str], sample: &Source<'_>) -> Result<Self, Mistake> {
        if let Some(line) = switched_escaping(kind, source) {
            return Err(Mistake { message: TemplateFault::Autoescape.into(), line });
        }
        let names = names_in(kind, source).map_err(|error| misspelt(kind, source, mistake(&error)))?;
        let names: BTreeSet<String> = names.into_iter().filter(|name| !GLOBALS.contains(&name.as_str())).collect();
        if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
            let name = unknown.clone();
            let fault = match nearest(unknown, known) {
                Some(near) => TemplateFault::UnknownNameBut { name, near: near.to_owned() },
                None => TemplateFault::UnknownName { name },
            };
            return Err(Mistake { message: fault.into(), line: line_of(source, unknown) });
        }
        let template = Self { kind, source: source.to_owned(), names };
        match template.value(sample) {
            Err(error) if is_mistake(error.kind()) => Err(mistake(&error)),
            _ => Ok(template),
        }
    }

    /// Returns the text as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns true when it uses a name.
    pub fn uses(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Returns whether the condition holds.
    ///
    /// # Errors
    /// When it cannot be told.
    pub fn holds(&self, given: &Source<'_>) -> Result<bool, Fault> {
        self.value(given).map(|value| value.is_true()).map_err(|error| self.fault(&error))
    }

    /// Returns the text that it makes; `None` when that is blank.
    ///
    /// # Errors
    /// When it needs what is not there, or goes wrong.
    pub fn render(&self, given: &Source<'_>) -> Result<Option<String>, Fault> {
        let text = self.value(given).map_err(|error| self.fault(&error))?.to_string();
        Ok(Some(text).filter(|text| !text.trim().is_empty()))
    }

    fn value(&self, given: &Source<'_>) -> Result<Value, minijinja::Error> {
        let names = self.names.iter().map(|name| (name.clone(), self.given(given(name))));
        let context = Value::from(names.collect::<BTreeMap<String, Value>>());
        match self.kind {
            Kind::Condition => ENVIRONMENT.compile_expression(&self.source)?.eval(context),
            kind => ENVIRONMENT.render_named_str(name_of(kind), &self.source, context).map(Value::from),
        }
    }

    fn fault(&self, error: &minijinja::Error) -> Fault {
        if error.kind() != ErrorKind::UndefinedError {
            return Fault::Failed(words(error));
        }
        let what = error.range().and_then(|range| self.source.get(range)).map(|what| what.trim().to_owned());
        Fault::NotSet(TemplateFault::NotSet { what: what.unwrap_or_else(|| TemplateFault::AValue.into()) }.into())
    }

    fn given(&self, given: Given) -> Value {
        match given.markdown.filter(|_| self.kind == Kind::Markdown) {
            Some(markdown) => Value::from_safe_string(markdown),
            None => Value::from(Serde(given.value)),
        }
    }
}

fn names_in(kind: Kind, source: &str) -> Result<BTreeSet<String>, minijinja::Error> {
    let names = match kind {
        Kind::Condition => {
            let expression = ENVIRONMENT.compile_expression(source)?;
            // Of an expression alone minijinja drops, without a word, all that follows a character it does not know.
            ENVIRONMENT
                .template_from_named_str(TEXT, &format!("{{{{ {source}\n}}}}"))
                .map_err(|_| minijinja::Error::new(ErrorKind::SyntaxError, String::from(TemplateFault::NothingHere)))?;
            expression.undeclared_variables(false)
        }
        kind => ENVIRONMENT.template_from_named_str(name_of(kind), source)?.undeclared_variables(false),
    };
    Ok(names.into_iter().collect())
}

fn name_of(kind: Kind) -> &'static str {
    if kind == Kind::Markdown { MARKDOWN } else { TEXT }
}

/// Returns the line of a tag that switches escaping, from 1. It changes how blocks are captured, too.
fn switched_escaping(kind: Kind, source: &str) -> Option<usize> {
    let is_tag = |(at, _): &(usize, &str)| {
        let tag = source.get(at + "{%".len()..).unwrap_or_default();
        tag.trim_start_matches(['-', '+']).trim_start().starts_with("autoescape")
    };
    let (at, _) = source.match_indices("{%").find(|tag| kind == Kind::Markdown && is_tag(tag))?;
    Some(source.get(..at).unwrap_or_default().matches('\n').count() + 1)
}

/// What no issue could mend.
fn is_mistake(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::SyntaxError
            | ErrorKind::UnknownFilter
            | ErrorKind::UnknownTest
            | ErrorKind::UnknownFunction
            | ErrorKind::UnknownMethod
            | ErrorKind::TooManyArguments
            | ErrorKind::MissingArgument
            | ErrorKind::OutOfFuel
    )
}

fn mistake(error: &minijinja::Error) -> Mistake {
    Mistake { message: words(error), line: error.line().unwrap_or(1) }
}

/// What other languages call the operators of a condition, and what they are called here.
const OPERATORS: [(&str, &str); 4] = [("&&", "and"), ("||", "or"), ("!", "not"), ("=", "==")];

/// Says how an operator is written here, where a condition has one of another language.
fn misspelt(kind: Kind, source: &str, mistake: Mistake) -> Mistake {
    let unquoted = source.split(['\'', '"']).step_by(2).collect::<Vec<_>>().join(" ");
    let rest = ["==", "!=", "<=", ">="].iter().fold(unquoted, |rest, known| rest.replace(known, " "));
    match OPERATORS.into_iter().find(|(foreign, _)| kind == Kind::Condition && rest.contains(foreign)) {
        Some((foreign, ours)) => {
            let (theirs, ours) = (foreign.to_owned(), ours.to_owned());
            let message = TemplateFault::WrittenSo { template: mistake.message, theirs, ours }.into();
            Mistake { message, ..mistake }
        }
        None => mistake,
    }
}

fn words(error: &minijinja::Error) -> String {
    let kind = match error.kind() {
        ErrorKind::OutOfFuel => return TemplateFault::TooManySteps { steps: FUEL.to_string() }.into(),
        kind => kind.to_string(),
    };
    error.detail().map_or(kind.clone(), |detail| format!("{kind}: {detail}"))
}

/// Returns the line in which a name stands first, from 1.
fn line_of(source: &str, name: &str) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let stands_alone = |at: &usize| {
        let before = source.get(..*at).is_some_and(|before| before.ends_with(|c| is_word(c) || c == '.'));
        let after = source.get(at + name.len()..).is_some_and(|after| after.starts_with(is_word));
        !before && !after
    };
    let at = source.match_indices(name).map(|(at, _)| at).find(stands_alone).unwrap_or(0);
    source.get(..at).unwrap_or_default().matches('\n').count() + 1
}

/// Returns the known word that an unknown one most likely means.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let closeness = |other: &str| strsim::jaro_winkler(word, other);
    known.iter().copied().max_by(|a, b| closeness(a).total_cmp(&closeness(b))).filter(|best| closeness(best) > 0.8)
}

/// Escapes a value so that Markdown reads it as the same words, wherever in a line it stands.
///
/// `CommonMark` lets every ASCII punctuation character be escaped; a line of its own cannot become a block.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for (n, line) in text.trim_matches(['\n', '\r']).lines().enumerate() {
        if n > 0 {
            out.push_str("\\\n");
        }
        // Blanks in front would make code of it.
        let line = if n > 0 { line.trim_start() } else { line };
        for c in line.chars() {
            if c.is_ascii_punctuation() {
                out.push('\\');
            }
            match c {
                '\t' => out.push(' '),
                c if c.is_control() => {}
                c => {
                    let _ = out.write_char(c);
                }
            }
        }
    }
    out
}

/// Returns the text, or so many characters of it and an ellipsis.
fn truncated(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::text::{Block, Inline, markdown};

    const KNOWN: [&str; 4] = ["title", "level", "tags", "description"];

    fn given(name: &str) -> Given {
        let value = match name {
            "title" => json!("disk *full* <b>x</b>"),
            "level" => json!("P1"),
            "tags" => json!({"host": "web-01"}),
            "description" => {
                return Given { value: json!("it is full"), markdown: Some("it is **full**".to_owned()) };
            }
            _ => json!(null),
        };
        Given { value, markdown: None }
    }

    fn compile(kind: Kind, source: &str) -> Result<Template, Mistake> {
        Template::compile(kind, source, &KNOWN, &given)
    }

    fn render(kind: Kind, source: &str) -> Result<Option<String>, Fault> {
        compile(kind, source).unwrap().render(&given)
    }

    #[test]
    fn a_condition_holds_or_not() {
        for (source, want) in [
            ("level == 'P1'", Ok(true)),
            ("level in ['P2', 'P3']", Ok(false)),
            ("'full' in title and tags.host is startingwith('web')", Ok(true)),
            ("tags.env == 'prod'", Ok(false)),
            ("not tags.env", Ok(true)),
            ("tags.cloud.zone == 'a' or level == 'P1'", Ok(true)),
            ("level", Ok(true)),
        ] {
            assert_eq!(compile(Kind::Condition, source).unwrap().holds(&given), want, "{source}");
        }
    }

    #[test]
    fn a_template_makes_text_or_nothing() {
        for (source, want) in [
            ("[{{ level }}] {{ title }}", Ok(Some("[P1] disk *full* <b>x</b>".to_owned()))),
            ("{{ tags.host | upper }}", Ok(Some("WEB-01".to_owned()))),
            ("{% if tags.env %}x{% endif %}  ", Ok(None)),
            ("{{ tags.env or 'none' }}", Ok(Some("none".to_owned()))),
            ("{{ title | truncate(6) }}", Ok(Some("disk…".to_owned()))),
        ] {
            assert_eq!(render(Kind::Text, source), want, "{source}");
        }
        assert_eq!(render(Kind::Text, "env {{ tags.env }}"), Err(Fault::NotSet("tags.env is not set".to_owned())));
        assert!(matches!(render(Kind::Text, "{{ 1 // 0 }}"), Err(Fault::Failed(_))));
    }

    #[test]
    fn a_mistake_names_its_line_and_the_nearest_name() {
        let said = |kind, source: &str| {
            let Mistake { message, line } = compile(kind, source).unwrap_err();
            format!("{line}: {message}")
        };
        for (kind, source, want) in [
            (Kind::Condition, "levle == 'P1'", "1: unknown name `levle`; did you mean `level`?"),
            (Kind::Condition, "level ==", "1: syntax error: unexpected end of input, expected expression"),
            (
                Kind::Condition,
                "level = '='",
                "1: syntax error: unexpected input after expression; `=` is written `==` here",
            ),
            (
                Kind::Condition,
                "level == 'P1' && title",
                "1: syntax error: a character means nothing here; `&&` is written `and` here",
            ),
            (Kind::Condition, "level == 'P1'; title", "1: syntax error: a character means nothing here"),
            (Kind::Text, "{{ title }}\n{{ titel }}", "2: unknown name `titel`; did you mean `title`?"),
            (Kind::Text, "a\nb {{ title | shout }}", "2: unknown filter: filter shout is unknown"),
            (Kind::Text, "{{ debug() }}", "1: unknown name `debug`"),
            (Kind::Markdown, "{{ title | safe }}", "1: unknown filter: filter safe is unknown"),
            (
                Kind::Text,
                "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
                "1: takes more than 50000 steps",
            ),
        ] {
            assert_eq!(said(kind, source), want);
        }
    }

    #[test]
    fn nothing_in_a_markdown_template_switches_escaping_off() {
        for tag in
            ["{% autoescape false %}", "{%- autoescape 'none' -%}", "{%+\tautoescape 'html' %}", "{%autoescape true%}"]
        {
            let source = format!("a\n{tag}{{{{ title }}}}{{% endautoescape %}}");
            let Mistake { message, line } = compile(Kind::Markdown, &source).unwrap_err();
            assert!(message.contains("`autoescape`") && line == 2, "{line}: {message}");
        }
        for source in [
            "{% set made %}{{ title }}{% endset %}{{ made }}",
            "{% filter upper %}{{ title }}{% endfilter %}",
            "{% for c in [title] %}{{ c }}{% endfor %}",
            "{{ [title] | join }}",
            "{{ [title, description] | join }}",
            "{{ description ~ title }}",
            "{{ title ~ description }}",
            "{{ description | replace('it', title) }}",
        ] {
            let doc = markdown::read(&render(Kind::Markdown, source).unwrap().unwrap());
            let said = doc.plain_text().to_lowercase();
            assert!(said.contains("*full* <b>x</b>"), "{source}: {said}");
        }
    }

    #[test]
    fn values_are_escaped_in_markdown_and_formatted_ones_are_not() {
        let made = render(Kind::Markdown, "# {{ title }}\n\n{{ description }} {{ description | upper }}").unwrap();
        let doc = markdown::read(&made.unwrap());
        assert_eq!(doc.plain_text().trim(), "disk *full* <b>x</b>\n\nit is full IT IS FULL");
        assert_eq!(render(Kind::Text, "{{ description }}").unwrap().unwrap(), "it is full");
    }

    fn is_plain(inline: &Inline) -> bool {
        match inline {
            Inline::Text { marks, .. } => marks.is_empty(),
            inline => *inline == Inline::Break,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn an_escaped_value_reads_as_its_own_words(text in "[ -~\n\u{4e00}-\u{4e10}]{0,60}") {
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let doc = markdown::read(&format!("A {} Z", escaped(&text)));
            let plain = |block: &Block| matches!(block, Block::Paragraph { content } if content.iter().all(is_plain));
            prop_assert!(doc.blocks.iter().all(plain), "{:?}", doc);
            prop_assert_eq!(words(&doc.plain_text()), words(&format!("A {text} Z")));
            let alone = markdown::read(&escaped(text.trim()));
            prop_assert_eq!(words(&alone.plain_text()), words(&text));
        }
    }
}
