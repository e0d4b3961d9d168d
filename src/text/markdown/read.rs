//! Reads Markdown from comrak's tree.

use comrak::nodes::{AlertType, AstNode, ListType, NodeValue};
use comrak::{Arena, Options, parse_document};

use super::definitions;
use crate::text::doc::{Address, Block, Doc, Inline, ListItem, MAX_DEPTH, Mark, PanelKind, TableCell, plain_inlines};
use crate::text::html;

/// Reads a document.
pub(super) fn document(markdown: &str) -> Doc {
    let arena = Arena::new();
    let options = options();
    let root = parse_document(&arena, &definitions::spoken(markdown, &options), &options);
    Doc { blocks: blocks(root, 0) }
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.cjk_friendly_emphasis = true;
    // Bare addresses are found by the normal form, which knows where they end before Chinese punctuation.
    options.extension.autolink = false;
    options
}

fn blocks<'a>(node: &'a AstNode<'a>, depth: usize) -> Vec<Block> {
    let mut out = Vec::new();
    for child in node.children() {
        block(child, depth, &mut out);
    }
    out
}

fn block<'a>(node: &'a AstNode<'a>, depth: usize, out: &mut Vec<Block>) {
    if depth >= MAX_DEPTH {
        out.push(Block::paragraph(&all_text(node)));
        return;
    }
    let inner = || blocks(node, depth + 1);
    match &node.data.borrow().value {
        NodeValue::Paragraph => out.push(Block::Paragraph { content: inlines(node) }),
        NodeValue::Heading(heading) => out.push(Block::Heading { level: heading.level, content: inlines(node) }),
        NodeValue::List(list) => {
            let start = (list.list_type == ListType::Ordered).then_some(list.start as u64);
            let items = node.children().map(|item| ListItem { task: task(item), blocks: blocks(item, depth + 1) });
            out.push(Block::List { start, items: items.collect() });
        }
        NodeValue::CodeBlock(code) => {
            let language = code.info.split_whitespace().next().map(str::to_owned);
            out.push(Block::Code { language, text: code.literal.clone() });
        }
        NodeValue::BlockQuote => out.push(Block::Quote { blocks: inner() }),
        NodeValue::Alert(alert) => {
            let kind = match alert.alert_type {
                AlertType::Note => PanelKind::Info,
                AlertType::Tip => PanelKind::Tip,
                AlertType::Important => PanelKind::Note,
                AlertType::Warning => PanelKind::Warning,
                AlertType::Caution => PanelKind::Error,
            };
            out.push(Block::Panel { kind, title: alert.title.clone(), blocks: inner() });
        }
        NodeValue::ThematicBreak => out.push(Block::Rule),
        NodeValue::Table(_) => out.push(table(node)),
        NodeValue::HtmlBlock(block) => out.extend(html::read(&block.literal).blocks),
        NodeValue::FootnoteDefinition(definition) => {
            let mut content = inner();
            let label = Inline::text(format!("[{}] ", definition.name));
            match content.first_mut() {
                Some(Block::Paragraph { content }) => content.insert(0, label),
                _ => content.insert(0, Block::Paragraph { content: vec![label] }),
            }
            out.extend(content);
        }
        _ => out.extend(inner()),
    }
}

fn task<'a>(item: &'a AstNode<'a>) -> Option<bool> {
    match &item.data.borrow().value {
        NodeValue::TaskItem(task) => Some(task.symbol.is_some()),
        _ => None,
    }
}

fn table<'a>(node: &'a AstNode<'a>) -> Block {
    let row = |row: &'a AstNode<'a>| {
        let header = matches!(row.data.borrow().value, NodeValue::TableRow(true));
        let cell =
            |cell: &'a AstNode<'a>| TableCell { header, blocks: vec![Block::Paragraph { content: inlines(cell) }] };
        row.children().map(cell).collect()
    };
    Block::Table { rows: node.children().map(row).collect() }
}

/// Returns all text below a node, without recursion, so that any depth is safe.
fn all_text<'a>(node: &'a AstNode<'a>) -> String {
    let mut out = String::new();
    for node in node.descendants() {
        match &node.data.borrow().value {
            NodeValue::Text(text) => out.push_str(text),
            NodeValue::Code(code) => out.push_str(&code.literal),
            NodeValue::CodeBlock(code) => out.push_str(&code.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak | NodeValue::Paragraph => out.push('\n'),
            _ => {}
        }
    }
    out
}

fn inlines<'a>(node: &'a AstNode<'a>) -> Vec<Inline> {
    let mut reader = Reader::default();
    reader.children(node, 0);
    reader.out
}

#[derive(Default)]
struct Reader {
    out: Vec<Inline>,
    /// Marks that are open by Markdown's own signs.
    marks: Vec<Mark>,
    /// Marks that are open by HTML tags.
    tags: Vec<(String, Mark)>,
}

impl Reader {
    fn children<'a>(&mut self, node: &'a AstNode<'a>, depth: usize) {
        for child in node.children() {
            self.inline(child, depth);
        }
    }

    fn text(&mut self, text: &str, more: &[Mark]) {
        let mut marks = self.marks.clone();
        marks.extend(self.tags.iter().map(|(_, mark)| mark.clone()));
        marks.extend(more.iter().cloned());
        self.out.push(Inline::Text { text: text.to_owned(), marks });
    }

    fn inside<'a>(&mut self, mark: Mark, node: &'a AstNode<'a>, depth: usize) {
        self.marks.push(mark);
        self.children(node, depth + 1);
        self.marks.pop();
    }

    fn inline<'a>(&mut self, node: &'a AstNode<'a>, depth: usize) {
        if depth >= MAX_DEPTH {
            self.text(&all_text(node), &[]);
            return;
        }
        match &node.data.borrow().value {
            NodeValue::Text(text) => self.text(text, &[]),
            NodeValue::SoftBreak | NodeValue::LineBreak => self.out.push(Inline::Break),
            NodeValue::Code(code) => self.text(&code.literal, &[Mark::Code]),
            NodeValue::Strong => self.inside(Mark::Strong, node, depth),
            NodeValue::Emph => self.inside(Mark::Em, node, depth),
            NodeValue::Strikethrough => self.inside(Mark::Strike, node, depth),
            NodeValue::Link(link) => {
                let before = self.out.len();
                let address = Address::from(link.url.as_str());
                self.inside(Mark::Link(address.clone()), node, depth);
                if self.out.len() == before {
                    self.text(&link.url, &[Mark::Link(address)]);
                }
            }
            NodeValue::Image(link) => {
                let mut alt = Self::default();
                alt.children(node, depth + 1);
                let alt = plain_inlines(&alt.out);
                // An image in a link is the link with the image's description.
                if alt.is_empty() || !self.marks.iter().any(|mark| matches!(mark, Mark::Link(_))) {
                    self.out.push(Inline::Image { url: link.url.clone(), alt });
                } else {
                    self.text(&alt, &[]);
                }
            }
            NodeValue::HtmlInline(tag) => self.tag(tag),
            NodeValue::FootnoteReference(reference) => self.text(&format!("[{}]", reference.name), &[]),
            NodeValue::Raw(text) => self.text(text, &[]),
            _ => self.children(node, depth + 1),
        }
    }

    /// Reads an HTML tag between Markdown: those that mark text do so, unknown ones are what somebody typed.
    fn tag(&mut self, tag: &str) {
        let Some(known) = html::tag_name(tag.get(1..).unwrap_or_default()) else {
            if !tag.starts_with("<!") && !tag.starts_with("<?") {
                self.text(tag, &[]);
            }
            return;
        };
        let (name, closing) = known;
        if closing {
            if let Some(at) = self.tags.iter().rposition(|(open, _)| *open == name) {
                self.tags.remove(at);
            }
            return;
        }
        let mark = match name.as_str() {
            "br" | "hr" => {
                self.out.push(Inline::Break);
                return;
            }
            "img" | "video" | "audio" | "iframe" | "object" | "embed" => {
                self.out.extend(html::read(tag).blocks.into_iter().flat_map(|block| match block {
                    Block::Paragraph { content } => content,
                    _ => Vec::new(),
                }));
                return;
            }
            "b" | "strong" => Mark::Strong,
            "i" | "em" => Mark::Em,
            "s" | "strike" | "del" => Mark::Strike,
            "u" | "ins" => Mark::Underline,
            "sub" => Mark::Sub,
            "sup" => Mark::Sup,
            "code" | "kbd" | "samp" | "tt" => Mark::Code,
            "font" | "span" => match html::color_in(tag) {
                Some(color) => Mark::Color(color),
                None => return,
            },
            "a" => match html::attribute_in(tag, "href") {
                Some(url) => Mark::Link(url.into()),
                None => return,
            },
            _ => return,
        };
        if self.tags.len() < MAX_DEPTH && !(tag.len() < 1024 && tag.contains("style") && html::takes_off(tag, &mark)) {
            self.tags.push((name, mark));
        }
    }
}
