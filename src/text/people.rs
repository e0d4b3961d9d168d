//! People in a text: who is mentioned, and who is mentioned for real.

use std::collections::HashSet;

use super::doc::{Doc, Inline};

impl Doc {
    /// Returns the ids of the people that the text mentions, as its own side knows them.
    pub fn mentions(&self) -> Vec<String> {
        self.ids(|inline| if let Inline::Mention { id, .. } = inline { Some(id) } else { None })
    }

    /// Returns the accounts of the other side that the text mentions for real.
    pub fn pings(&self) -> Vec<String> {
        self.ids(|inline| if let Inline::Ping { id, .. } = inline { Some(id) } else { None })
    }

    /// Returns the ids that are chosen, each once, in the order of the text.
    fn ids(&self, chosen: impl Fn(&Inline) -> Option<&String>) -> Vec<String> {
        let mut ids = Vec::new();
        let mut known = HashSet::new();
        self.clone().each_inline(&mut |inline| {
            if let Some(id) = chosen(inline)
                && !id.is_empty()
                && known.insert(id.clone())
            {
                ids.push(id.clone());
            }
        });
        ids
    }

    /// Returns the text with real mentions of those whose account on the other side (id and name) is known by the id
    /// here; everybody else stays as they are.
    #[must_use]
    pub fn pinging(mut self, account: impl Fn(&str) -> Option<(String, String)>) -> Self {
        self.each_inline(&mut |inline| {
            if let Inline::Mention { id, .. } = inline
                && let Some((id, name)) = account(id)
            {
                *inline = Inline::Ping { id, name };
            }
        });
        self
    }

    /// Returns the text with other words in the place of each mention, by the name that it shows.
    #[must_use]
    pub fn naming(mut self, words: impl Fn(&str) -> String) -> Self {
        self.each_inline(&mut |inline| {
            if let Inline::Mention { .. } | Inline::Ping { .. } = inline {
                *inline = Inline::text(words(&inline.plain()));
            }
        });
        self
    }

    fn each_inline(&mut self, act: &mut impl FnMut(&mut Inline)) {
        self.each_line(&mut |content| content.iter_mut().for_each(&mut *act));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;
    use crate::text::{Block, adf, html, markdown, wiki};

    fn mention(id: &str, name: &str) -> Inline {
        Inline::Mention { id: id.to_owned(), name: name.to_owned() }
    }

    /// A text that mentions 张三, who is known on the other side, and 李四, who is not.
    fn told() -> Doc {
        let line = vec![
            Inline::text("请"),
            mention("a1", "张三"),
            Inline::text("和"),
            mention("a2", "李四"),
            Inline::text("看"),
        ];
        let quote = Block::Quote { blocks: vec![Block::Paragraph { content: vec![mention("a1", "张三")] }] };
        Doc { blocks: vec![Block::Paragraph { content: line }, quote] }
    }

    fn pinging(id: &str, name: &str) -> Doc {
        told().pinging(|here| (here == "a1").then(|| (id.to_owned(), name.to_owned())))
    }

    #[test]
    fn only_who_is_known_is_mentioned_for_real() {
        assert_eq!(told().mentions(), ["a1", "a2"]);
        let doc = pinging("712020:7", "San Zhang");
        assert_eq!((doc.mentions(), doc.pings()), (vec!["a2".to_owned()], vec!["712020:7".to_owned()]));
        assert_eq!(told().pings(), [""; 0]);

        let written = adf::write(&doc, 30_000, "");
        let content = written.pointer("/content/0/content").unwrap();
        let ping = json!({"type": "mention", "attrs": {"id": "712020:7", "text": "@San Zhang"}});
        assert_eq!(content, &json!([{"type": "text", "text": "请"}, ping, {"type": "text", "text": "和@李四看"}]));
        assert!(written.pointer("/content/1").unwrap().to_string().contains("mention"));

        let doc = pinging("zhangsan", "San Zhang");
        assert_eq!(wiki::write(&doc, 30_000, ""), "请 [~zhangsan]和@李四看\n\n{quote}\n[~zhangsan]\n{quote}");
        assert_eq!(wiki::read(&wiki::write(&doc, 30_000, "")).mentions(), ["zhangsan"]);
        let odd = pinging("zhang]san|x", "San Zhang");
        assert!(wiki::write(&odd, 30_000, "").starts_with("请@San Zhang和@李四看"));
        assert!(markdown::write(&doc, 30_000, "").starts_with("请@San Zhang和@李四看"));

        let doc = pinging("acnt_7", "a\"<b>");
        let written = html::write(&doc, 30_000, "");
        assert!(written.contains("data-insert-by=\"@\""), "{written}");
        let read = html::read(&written);
        assert_eq!(read.mentions(), ["acnt_7"]);
        assert!(read.plain_text().contains("@a\"<b>") && read.plain_text().contains("@李四"), "{read:?}");
    }
}
