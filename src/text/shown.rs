//! What a text shows of the files that are attached beside it.

use super::clean::one_line;
use super::cut::read_cut;
use super::doc::{Doc, Inline, Mark};

/// What a text shows of the files that are attached beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// All that people read in it, [`flat`].
    pub words: String,
    /// What it calls the files that it shows, as it is written there: a name, a description of one's own, or nothing. A text
    /// of which a part could not be read may show anything: it counts as one that shows a file without a name.
    pub names: Vec<String>,
    /// Where its links and images lead.
    pub addresses: Vec<String>,
}

impl Doc {
    /// Returns what the text shows of the files that are attached beside it.
    pub fn shown(&self) -> Shown {
        let plain = self.plain_text();
        let mut shown = Shown { words: flat(&plain), ..Shown::default() };
        let mut lines = self.clone();
        lines.each_line(&mut |line| line.iter().for_each(|inline| shown.look_at(inline)));
        if self.is_empty() || plain.ends_with(&read_cut()) {
            shown.names.push(String::new());
        }
        shown
    }
}

impl Shown {
    fn look_at(&mut self, inline: &Inline) {
        match inline {
            Inline::Image { url, alt } if url.is_empty() => self.names.push(alt.clone()),
            Inline::Image { url, .. } => self.addresses.push(url.clone()),
            Inline::Text { marks, .. } => {
                let links = marks.iter().filter_map(|mark| if let Mark::Link(url) = mark { Some(url) } else { None });
                self.addresses.extend(links.map(|url| url.as_str().to_owned()));
            }
            _ => {}
        }
    }
}

/// Returns a text in which names can be looked for, however a format treats blanks and invisible signs: one line in lower
/// case with single blanks.
pub fn flat(text: &str) -> String {
    let line = one_line(text).to_lowercase();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::text::{adf, wiki};

    fn in_adf(content: &Value) -> Shown {
        adf::read(&json!({"type": "doc", "version": 1, "content": [content]})).shown()
    }

    fn media(attrs: &Value) -> Value {
        json!({"type": "media", "attrs": attrs})
    }

    #[test]
    fn a_document_tells_what_it_shows() {
        let file = media(&json!({"type": "file", "id": "x", "collection": ""}));
        let named = media(&json!({"type": "file", "id": "x", "alt": "a.png"}));
        let inline = json!({"type": "mediaInline", "attrs": {"type": "file", "id": "x"}});
        let mut deep = file.clone();
        for _ in 0..40 {
            deep = json!({"type": "blockquote", "content": [deep]});
        }
        let mut deep_inline = inline.clone();
        for _ in 0..40 {
            deep_inline = json!({"type": "some", "content": [deep_inline]});
        }
        for (content, want) in [
            (json!({"type": "mediaSingle", "content": [file]}), &[""][..]),
            (json!({"type": "mediaGroup", "content": [named, file]}), &["a.png", ""]),
            (json!({"type": "paragraph", "content": [{"type": "text", "text": "x"}, inline]}), &[""]),
            (json!({"type": "heading", "attrs": {"level": 1}, "content": [inline]}), &[""]),
            (json!({"type": "bulletList", "content": [{"type": "listItem", "content": [named]}]}), &["a.png"]),
            (media(&json!({"__fileName": "b.png"})), &["b.png"]),
            (media(&json!({"type": "external", "url": "https://x.example/c.png"})), &[]),
            (media(&json!({"type": "external", "url": "javascript:x"})), &[""]),
            (json!({"type": "mediaOfTomorrow", "attrs": {"id": "x"}}), &[""]),
            (json!({"type": "paragraph", "content": [{"type": "mediaOfTomorrow"}]}), &[""]),
            (json!({"type": "expand", "attrs": {"title": "t"}, "content": [deep]}), &[""]),
            (json!({"type": "paragraph", "content": [deep_inline]}), &[""]),
            (json!({"type": "paragraph", "content": [{"type": "text", "text": "words"}]}), &[]),
            (json!({"type": "paragraph", "content": [{"type": "text", "text": "[image]"}]}), &[]),
            (json!({"type": "paragraph", "content": []}), &[""]),
        ] {
            assert_eq!(in_adf(&content).names, want, "{content}");
        }
    }

    #[test]
    fn wiki_markup_tells_what_it_shows() {
        for (text, want) in [
            ("!a b.png|thumbnail! and [^c.txt]", &["a b.png", "c.txt"][..]),
            ("[the words|^c.txt]", &["the words"]),
            ("look {gallery} here", &[""]),
            ("{gallery}", &[""]),
            ("{attachments:patterns=.*png|sort=name}", &[""]),
            ("{gallery:title=x}\nwords\n{gallery}", &["", ""]),
            ("{viewfile:name=report.pdf}", &["report.pdf"]),
            ("{multimedia:space=x|name=film.avi}", &["film.avi"]),
            ("{viewdoc:^report.doc}", &["report.doc"]),
            ("\\{gallery} and {{ {gallery} }}", &[]),
            ("{noformat}!a.png! {gallery}{noformat}", &[]),
            ("!/secure/attachment/7/a.png!", &[]),
            ("words of {galleries}", &[]),
        ] {
            assert_eq!(wiki::read(text).shown().names, want, "{text}");
        }
        let shown = wiki::read("[see|https://x.example/secure/attachment/7/a.png] !https://x.example/b.png!").shown();
        assert_eq!(shown.addresses, ["https://x.example/secure/attachment/7/a.png", "https://x.example/b.png"]);
    }

    #[test]
    fn what_could_not_be_read_may_show_anything() {
        assert_eq!(Doc::default().shown().names, [""]);
        let long = format!("{}!secret.png!", "words ".repeat(30_000));
        assert_eq!(wiki::read(&long).shown().names, [""]);
        assert_eq!(Doc::from_plain("words").shown(), Shown { words: "words".into(), ..Shown::default() });
    }

    #[test]
    fn words_are_flat() {
        let shown = wiki::read("See *A_b*_\u{200b}  c.TXT\nnow").shown();
        assert_eq!(shown.words, "see a_b_ c.txt now");
        assert_eq!(flat(" A\u{a0} b\t"), "a b");
    }
}
