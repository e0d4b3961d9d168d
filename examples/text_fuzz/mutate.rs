//! Changes texts and JSON trees: bytes, pieces, splices with other seeds, repetitions.

use serde_json::Value;

use crate::source::{PIECES, Source};

/// Texts that are changed; each was somebody's example once.
pub(crate) fn seeds() -> (Vec<String>, Vec<Value>) {
    let corpus = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let wiki = corpus(include_str!("../../tests/data/text/wiki-corpus.json"));
    let oracle = corpus(include_str!("../../tests/data/text/wiki-oracle.json"));
    let mut texts: Vec<String> = EXAMPLES.iter().map(|&text| text.to_owned()).collect();
    texts.extend(wiki.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
    let page = include_str!("../../docs/text.md");
    texts.extend(page.split("\n\n").filter(|part| part.len() < 600).map(str::to_owned));
    let mut trees: Vec<Value> =
        oracle.as_array().into_iter().flatten().filter_map(|case| case.get("adf")).cloned().collect();
    trees.extend(EXAMPLES.iter().map(|text| Value::from(*text)));
    (texts, trees)
}

/// Makes an input of a seed, or of nothing.
pub(crate) fn text(source: &mut Source, seeds: &[String]) -> String {
    if source.below(3) == 0 {
        return source.text(24);
    }
    let mut text = seeds.get(source.below(seeds.len())).cloned().unwrap_or_default();
    for _ in 0..=source.below(6) {
        change(source, seeds, &mut text);
    }
    text
}

fn change(source: &mut Source, seeds: &[String], text: &mut String) {
    let at = place(source, text);
    let end = text.floor_char_boundary(at + source.below(24)).max(at);
    match source.below(9) {
        0 => text.insert_str(at, source.one(PIECES)),
        1 => text.replace_range(at..end, ""),
        2 => text.replace_range(at..end, source.one(PIECES)),
        3 => {
            let part = text.get(at..end).unwrap_or_default().repeat(1 + source.below(4));
            let to = place(source, text);
            text.insert_str(to, &part);
        }
        4 => {
            let other = seeds.get(source.below(seeds.len())).map_or("", String::as_str);
            let from = place(source, other);
            text.truncate(at);
            text.push_str(other.get(from..).unwrap_or_default());
        }
        5 => {
            let other = seeds.get(source.below(seeds.len())).map_or("", String::as_str);
            let from = place(source, other);
            let to = other.floor_char_boundary(from + source.below(64)).max(from);
            text.insert_str(at, other.get(from..to).unwrap_or_default());
        }
        6 => {
            // A byte as a broken client would change it.
            let mut bytes = std::mem::take(text).into_bytes();
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << source.below(8);
            }
            *text = String::from_utf8_lossy(&bytes).into_owned();
        }
        7 => text.extend(source.character()),
        _ => {
            if let Some(c) = source.character() {
                text.insert(at, c);
            }
        }
    }
    text.truncate(text.floor_char_boundary(2000));
}

fn place(source: &mut Source, text: &str) -> usize {
    text.floor_char_boundary(source.below(text.len() + 1))
}

/// Makes a tree of a seed, or of nothing.
pub(crate) fn tree(source: &mut Source, seeds: &[Value]) -> Value {
    if source.below(2) == 0 {
        return source.node(0);
    }
    let mut tree = seeds.get(source.below(seeds.len())).cloned().unwrap_or_default();
    for _ in 0..=source.below(4) {
        change_tree(source, &mut tree);
    }
    tree
}

/// Walks down to some value and changes it.
fn change_tree(source: &mut Source, value: &mut Value) {
    let deeper = source.below(6) > 0;
    match value {
        Value::Array(items) if deeper && !items.is_empty() => {
            let at = source.below(items.len());
            match source.below(12) {
                0 => {
                    items.remove(at);
                }
                1 => {
                    let item = items.get(at).cloned().unwrap_or_default();
                    items.insert(at, item);
                }
                2 => items.insert(at, source.node(30)),
                _ => items.get_mut(at).into_iter().for_each(|item| change_tree(source, item)),
            }
        }
        Value::Object(map) if deeper && !map.is_empty() => {
            let at = source.below(map.len());
            let Some(key) = map.keys().nth(at).cloned() else { return };
            match source.below(16) {
                0 => {
                    map.remove(&key);
                }
                1 => {
                    let inner = Value::Object(map.clone());
                    map.insert("content".to_owned(), vec![inner].into());
                }
                _ => map.get_mut(&key).into_iter().for_each(|inner| change_tree(source, inner)),
            }
        }
        Value::String(text) if source.below(3) > 0 => {
            let at = place(source, text);
            text.insert_str(at, source.one(PIECES));
        }
        other => *other = source.node(30),
    }
}

/// Texts for a start, in the manner of the specifications' and the services' examples.
const EXAMPLES: &[&str] = &[
    "<p>a <b>b</b> <i>c</i></p><ul><li>x<ul><li>y</li></ul></li><li>z</li></ul>",
    "<table><tbody><tr><th>h</th><th colspan=2>i</th></tr><tr><td rowspan=2>1</td><td>2</td></tr></tbody></table>",
    "desc<span data-at-embedded=\"\" data-insert-by=\"@\" data-info=\"{&quot;item&quot;:{&quot;uuid&quot;:&quot;acnt_x&quot;}}\" \
     contenteditable=\"false\">&nbsp;<span><span class=\"key-word\">@feifei</span></span>&nbsp;</span>",
    "<pre><code class=\"language-rust\">fn main() {}\n</code></pre><blockquote><p>q</p></blockquote><hr>",
    "<details><summary>more</summary><p style=\"color: rgb(1, 2, 3)\">in</p></details><a href=\"https://e.com\">l</a>",
    "<span style=\"color:#f00;font-weight:bold;text-decoration:underline line-through\">x</span><sub>1</sub><sup>2</sup>",
    "<ol start=\"4\"><li><input type=\"checkbox\" checked> done<br>next</li><li><p>p</p><pre>c</pre></li></ol>",
    "# h\n\n- a\n  1. b\n\n     c\n- [x] d\n\n> q\n> > r\n\n```rust\nx\n```\n\n    y\n\n***\n",
    "**a *b* c** ~~d~~ `` e`f `` [g](https://e.com \"t\") ![h](/i.png) <https://e.com> https://e.com/x_y.\n",
    "| a | b |\n|:--|--:|\n| `x\\|y` | **z** |\n\n[^1] x\n\n[^1]: note\n\n[r]: https://e.com 'title'\n[r] [r][] [t][r]\n",
    "> [!WARNING] title\n> body\n\n<div>html</div>\n\n1) one\n2) two\n\nSetext\n===\n",
    "h1. t\n\n* a\n** b\n*# c\n\n|| h || i ||\n| 1 | *2* |\n\n{code:java|title=x}\ny\n{code}\n",
    "{panel:title=T|bgColor=#deebff}\n* x\n{quote}q{quote}\n{panel}\n\n{color:red}*a* _b_ -c- +d+ ^e^ ~f~ ??g??{color} {{h}}",
    "[a|https://e.com] [https://e.com] [^f.txt] [~jo] !p.png|width=3! OPS-1 \\*x\\* a\\\\b :) (!) -- --- ----\nbq. q\n",
];
