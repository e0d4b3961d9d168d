//! The tags that a text names, as monitors and people write them: `host: web-01`, `env=prod`, `{"host":"web-01"}`.

/// Most tags that one text has.
const MAX_TAGS: usize = 200;

/// Longest key, in characters; a longer one is prose.
const MAX_KEY: usize = 64;

/// Returns the tags in the order in which they stand; of several of one name the first.
///
/// A line that is a key, `:` or `=` and a value is one tag, blanks in the value included. In other lines a tag is a word:
/// `key:value` or `key=value`, what stands around it in brackets, quotes and commas left out.
pub(super) fn read(text: &str) -> Vec<(String, String)> {
    let mut tags: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        let line = line.trim().trim_start_matches(['-', '*', '+', '>', '•']).trim();
        let found: Vec<_> = match whole_line(line) {
            Some(tag) => vec![tag],
            None => line.split([' ', '\t', ',', ';', '，', '；', '、']).filter_map(word).collect(),
        };
        for (key, value) in found {
            if tags.len() < MAX_TAGS && !tags.iter().any(|(known, _)| *known == key) {
                tags.push((key, value));
            }
        }
    }
    tags
}

fn whole_line(line: &str) -> Option<(String, String)> {
    let (key, value) = line.split_once([':', '=', '：'])?;
    // A value of several words after a sign without a blank is a line of several tags.
    let one = value.starts_with(char::is_whitespace) || line.contains('：') || !value.contains(char::is_whitespace);
    if !one || value.split([' ', ',', ';']).any(|part| word(part).is_some()) || value.contains(',') {
        return None;
    }
    tag(key, value)
}

fn word(word: &str) -> Option<(String, String)> {
    let (key, value) = word.trim_matches(AROUND).split_once([':', '='])?;
    tag(key, value)
}

/// What stands around keys and values.
const AROUND: [char; 12] = ['{', '}', '[', ']', '(', ')', '"', '\'', '`', '*', ',', ';'];

fn tag(key: &str, value: &str) -> Option<(String, String)> {
    let (key, value) = (key.trim().trim_matches(AROUND), value.trim().trim_matches(AROUND).trim());
    let is_key = key.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && key.chars().count() <= MAX_KEY
        && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    // `https://…` is an address.
    (is_key && !value.is_empty() && !value.starts_with("//")).then(|| (key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn tags_are_read_as_they_are_written() {
        for (text, want) in [
            ("host: web-01", vec![("host", "web-01")]),
            ("- host: web 01\n- env=prod", vec![("host", "web 01"), ("env", "prod")]),
            ("主机：web-01", vec![("主机", "web-01")]),
            ("host:web-01 env:prod", vec![("host", "web-01"), ("env", "prod")]),
            ("host=web-01, env=prod", vec![("host", "web-01"), ("env", "prod")]),
            (r#"{"host":"web-01","env":"prod"}"#, vec![("host", "web-01"), ("env", "prod")]),
            ("the disk [host:web-01] is full", vec![("host", "web-01")]),
            ("host: a\nhost: b", vec![("host", "a")]),
            ("see https://example.com/x?a=b", vec![]),
            ("at 10:30 it was full", vec![]),
            ("a line of prose", vec![]),
            ("empty:", vec![]),
        ] {
            let want: Vec<(String, String)> = want.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
            assert_eq!(read(text), want, "{text}");
        }
    }
}
