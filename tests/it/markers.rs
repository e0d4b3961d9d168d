//! The words of the marker grammar stand in `domain::marker` alone: two places that spell one word go different ways some day.

use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, ItemMod, LitStr, Macro};

use super::layers::rust_files;

/// The one place.
const GRAMMAR: &str = "src/domain/marker.rs";

/// What no literal elsewhere holds.
const WORDS: &[&str] =
    &["#guajira", "guajira.check", "focusedCommentId", "attachment=", "repim_", "notice_", "com.guance"];

/// What no literal elsewhere is.
const WHOLE: &[&str] = &["guajira", "issue_", "seal"];

/// Where one of them means something else: file, literal, why.
const OTHERWISE: &[(&str, &str, &str)] = &[
    ("src/text/html/embed.rs", "issue_", "an issue that the console embeds in a text; `text` stands below `domain`"),
    ("src/cli/mod.rs", "guajira", "the name of the program"),
    ("src/cli/help.rs", "guajira", "the name of the program"),
    ("src/cli/init/login.rs", "guajira", "the name of the program"),
    ("src/words/zh/usage.rs", "guajira", "the name of the program"),
    ("src/words/zh/usage.rs", "issue_…、repim_…、OPS-12、Jira 评论的 id，或显示它的网址", "an example for people"),
    ("src/signals/ci/commands.rs", "guajira", "the name of the program, which an annotation says"),
    ("src/signals/ci/log.rs", "guajira", "the name of a section of the log"),
    ("src/notify/shape.rs", "guajira", "the name of the program, which every message says"),
    ("tests/it/sim/jira_remote.rs", "guajira", "the name of the simulated Jira's account"),
    (
        "src/state/outbox/wait.rs",
        "(key GLOB '*/link/*' OR key GLOB '*/comment/notice_*')",
        "keys as the state file holds them, in SQL",
    ),
];

#[test]
fn the_grammar_of_markers_is_spelled_in_one_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut spelled = Vec::new();
    for file in ["src", "tests/it/sim"].iter().flat_map(|folder| rust_files(&root.join(folder))) {
        let place = file.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        let is_test = place.starts_with("src") && (place.ends_with("tests.rs") || place.contains("/tests/"));
        if place == GRAMMAR || is_test {
            continue;
        }
        for literal in literals_in(&std::fs::read_to_string(&file).unwrap()) {
            let is_excused = OTHERWISE.iter().any(|(at, what, _)| *at == place && *what == literal);
            if is_marker_word(&literal) && !is_excused {
                spelled.push((PathBuf::from(&place), literal));
            }
        }
    }
    assert!(spelled.is_empty(), "words of {GRAMMAR} that are spelled elsewhere: {spelled:#?}");
}

#[test]
fn literals_are_read_from_code_and_macros_and_not_from_tests() {
    let text = "const A: &str = \"seal\";\nfn f() { json!({\"x\": [1, \"focusedCommentId=\"]}); }\n\
                /// \"com.guance\"\n#[cfg(test)]\nmod tests { const B: &str = \"repim_\"; }";
    let found = literals_in(text);
    let words: Vec<&String> = found.iter().filter(|literal| is_marker_word(literal)).collect();
    assert_eq!(words, ["seal", "focusedCommentId="]);
}

fn is_marker_word(literal: &str) -> bool {
    WHOLE.contains(&literal) || WORDS.iter().any(|word| literal.contains(word))
}

/// Returns the string literals of a file's code, those in macros included; tests and documentation do not count.
fn literals_in(text: &str) -> Vec<String> {
    let mut reader = Reader::default();
    reader.visit_file(&syn::parse_file(text).unwrap());
    reader.found
}

#[derive(Default)]
struct Reader {
    found: Vec<String>,
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if item.ident != "tests" {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_lit_str(&mut self, literal: &'ast LitStr) {
        self.found.push(literal.value());
    }

    /// A macro's tokens are no syntax tree: its literals are among what stands between quotation marks.
    fn visit_macro(&mut self, call: &'ast Macro) {
        let tokens = call.tokens.to_string();
        let mut before = "";
        for piece in tokens.split('"') {
            if !before.ends_with("doc =") {
                self.found.push(piece.to_owned());
            }
            before = piece.trim_end();
        }
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}
