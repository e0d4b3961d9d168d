//! Where inputs come from: a seed decides everything, so the same seed gives the same inputs everywhere.

use serde_json::{Map, Value, json};

/// Makes decisions at random from a seed, which is not 0: an xorshift generator.
pub(crate) struct Source(pub(crate) u64);

impl Source {
    /// Returns a number below a bound.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let Self(state) = self;
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        usize::try_from(*state >> 16).unwrap_or_default() % bound.max(1)
    }

    /// Returns one of several.
    pub(crate) fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.get(self.below(of.len())).copied().unwrap_or_default()
    }

    /// Returns pieces of markup after each other.
    pub(crate) fn text(&mut self, most: usize) -> String {
        let mut text = String::new();
        for _ in 0..=self.below(most) {
            text.push_str(self.one(PIECES));
            if self.below(16) == 0 {
                text.extend(self.character());
            }
        }
        text
    }

    /// Returns any character.
    pub(crate) fn character(&mut self) -> Option<char> {
        let plane = [0x100, 0x3000, 0x2_FFFF, 0x11_0000].get(self.below(4)).copied().unwrap_or(0x100);
        u32::try_from(self.below(plane)).ok().and_then(char::from_u32)
    }

    /// Returns a JSON value that is more or less an ADF node: known and unknown kinds, and values of wrong types.
    pub(crate) fn node(&mut self, depth: usize) -> Value {
        if self.below(24) == 0 {
            return self.scalar();
        }
        let mut node = Map::new();
        let kind = if self.below(3) == 0 || depth > 20 { self.one(INLINE_KINDS) } else { self.one(BLOCK_KINDS) };
        node.insert("type".to_owned(), if self.below(40) == 0 { self.scalar() } else { kind.into() });
        if kind == "text" || self.below(20) == 0 {
            node.insert("text".to_owned(), if self.below(30) == 0 { self.scalar() } else { self.text(3).into() });
        }
        if self.below(3) == 0 {
            node.insert("attrs".to_owned(), self.attrs());
        }
        if self.below(4) == 0 {
            let marks: Vec<Value> = (0..self.below(4)).map(|_| self.mark()).collect();
            node.insert("marks".to_owned(), if self.below(30) == 0 { self.scalar() } else { marks.into() });
        }
        if !matches!(kind, "text" | "hardBreak" | "mention" | "emoji" | "rule") && depth < 40 {
            // Mostly narrow, so that depth is reached.
            let children = if self.below(3) == 0 { self.below(5) } else { 1 };
            let content: Vec<Value> = (0..children).map(|_| self.node(depth + 1)).collect();
            node.insert("content".to_owned(), if self.below(40) == 0 { self.scalar() } else { content.into() });
        }
        Value::Object(node)
    }

    fn scalar(&mut self) -> Value {
        match self.below(8) {
            0 => Value::Null,
            1 => true.into(),
            2 => json!(-1),
            3 => json!(1.5e300),
            4 => json!([[], {}]),
            5 => json!({"text": "x", "type": "text"}),
            _ => self.text(2).into(),
        }
    }

    fn attrs(&mut self) -> Value {
        let mut attrs = Map::new();
        for _ in 0..=self.below(3) {
            let key = self.one(ATTRS);
            let value = match self.below(6) {
                0 => self.scalar(),
                1 => json!(self.below(300)),
                2 => json!(self.below(300).to_string()),
                3 => self.one(ADDRESSES).into(),
                _ => self.text(2).into(),
            };
            attrs.insert(key.to_owned(), value);
        }
        if self.below(30) == 0 { self.scalar() } else { Value::Object(attrs) }
    }

    fn mark(&mut self) -> Value {
        let kind = self.one(MARKS);
        match kind {
            "link" => json!({"type": kind, "attrs": {"href": self.one(ADDRESSES)}}),
            "textColor" => {
                json!({"type": kind, "attrs": {"color": self.one(&["#ff0000", "#f00", "red", "#", "#gggggg"])}})
            }
            "subsup" => json!({"type": kind, "attrs": {"type": self.one(&["sub", "sup", "x"])}}),
            "" => self.scalar(),
            kind => json!({"type": kind}),
        }
    }
}

#[rustfmt::skip]
pub(crate) const ADDRESSES: &[&str] = &[
    "https://e.com", "http://e.com/a(b)c_d*e", "/browse/X-1", "#top", "mailto:a@e.com", "javascript:alert(1)", "jAvA\tscript:x",
    "data:text/html,x", "vbscript:x", "//e.com", "https://e.com/a b|c\"<>", "tel:+1", "", "x:y", "?a:b", "https://例.中国/路", "file:///x",
    "\u{1}javascript:x", "&#106;avascript:x", "https://e.com/]!y[~jo]", "http://e.com/?a=1&copy;=2", "https://e.com/\\", "java\u{AD}script:x",
];

const ATTRS: &[&str] = &[
    "text",
    "id",
    "url",
    "href",
    "level",
    "order",
    "colspan",
    "rowspan",
    "panelType",
    "title",
    "language",
    "state",
    "localId",
    "shortName",
    "timestamp",
    "alt",
    "extensionKey",
    "data",
    "color",
    "type",
    "accessLevel",
    "__fileName",
];

const MARKS: &[&str] =
    &["strong", "em", "strike", "underline", "code", "link", "textColor", "subsup", "border", "annotation", ""];

const INLINE_KINDS: &[&str] = &[
    "text",
    "text",
    "text",
    "text",
    "hardBreak",
    "mention",
    "emoji",
    "date",
    "status",
    "inlineCard",
    "placeholder",
    "mediaInline",
    "inlineExtension",
    "hologram",
];

const BLOCK_KINDS: &[&str] = &[
    "doc",
    "paragraph",
    "paragraph",
    "paragraph",
    "heading",
    "bulletList",
    "orderedList",
    "listItem",
    "listItem",
    "taskList",
    "taskItem",
    "blockTaskItem",
    "decisionList",
    "decisionItem",
    "codeBlock",
    "blockquote",
    "panel",
    "rule",
    "table",
    "tableRow",
    "tableCell",
    "tableHeader",
    "expand",
    "nestedExpand",
    "mediaSingle",
    "mediaGroup",
    "media",
    "caption",
    "blockCard",
    "embedCard",
    "layoutSection",
    "layoutColumn",
    "extension",
    "bodiedExtension",
    "hologram",
];

/// Pieces of every markup; readers get those of the others too.
#[rustfmt::skip]
pub(crate) const PIECES: &[&str] = &[
    "a", "b ", "中文", "，", "：", " ", "  ", "\t", "\n", "\n\n", "\n", "*", "**", "_", "-", "--", "+", "^", "~", "~~", "`", "```\n",
    "\\", "\\\\", "[", "]", "(", ")", "](", "{", "}", "{{", "}}", "{*}", "{_}", "{-}", "{code}", "{code:java}", "{noformat}", "{quote}",
    "{panel:title=x}", "{panel}", "{color:red}", "{color}", "{expand:x}", "{toc}", "{anchor:x}", "|", "||", "|\n", "|-|-|\n", "!", "!a.png!",
    "!http://e.com/a.png|alt=b!", "[^a.txt]", "[~jo]", "[@jo]", "[~accountid:5]", "[a|http://e.com]", "[a](http://e.com)", "![a](/b)",
    "http://e.com/a_b", "https://e.com?a=1&b=2", "[x](javascript:y)", "[x|javascript:y]", "<", ">", "</", "<b>", "</b>", "<p>", "</p>",
    "<div>", "</div>", "<br>", "<ul>", "<ol start=3>", "<li>", "</li>", "</ul>", "<table>", "<tr>", "<td>", "<th colspan=2>",
    "<td rowspan=2>", "</td>", "</table>", "<pre>", "</pre>", "<code>", "</code>", "<blockquote>", "</blockquote>",
    "<a href=\"http://e.com\">", "<a href=javascript:x onclick=y>", "</a>", "<span data-insert-by=\"@\">", "</span>",
    "<span data-insert-by=\"@\" data-info=\"{&quot;item&quot;:{&quot;uuid&quot;:&quot;acnt_1&quot;}}\">", "<span data-mention=true data-uuid=u>",
    "<span style=\"color:red;font-weight:bold\">", "<img src=\"x.png\" alt=\"y\">", "<img src=x onerror=y>", "<script>", "</script>",
    "<style>", "<!--", "-->", "<h2>", "</h2>", "<details>", "<summary>", "</summary>", "</details>", "<input type=checkbox checked>", "&",
    "&amp;", "&nbsp;", "&#x41;", "&#0;", "&#xD800;", "&lt;", "&#10;", "# ", "## ", "> ", "- ", "* ", "** ", "*# ", "# a\n", "1. ", "2) ",
    "- [ ] ", "- [x] ", "☐ ", "☑ ", "h1. ", "bq. ", "----\n", "===\n", "***\n", ":)", "(x)", "(/)", "??", "=", "\"", "'", "@jo", "😀", "👩‍👧",
    "e\u{301}", "\u{0}", "\u{200B}", "\u{A0}", "\u{3000}", "\r\n", "\r", "\u{85}", "\u{2028}", "\u{FFFE}", "\u{FEFF}", "\u{202E}", "عربى",
    "[^1]", "[^1]: ", "[x]: /u\n", "    ", "OPS-1", "[!NOTE]\n", ";-)", ":-)", "\u{1F1E8}\u{1F1F3}", "\u{1F44D}\u{1F3FD}",
];
