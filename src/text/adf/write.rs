//! Writes a fitted document as ADF.

use serde_json::{Value, json};

use crate::text::doc::{Block, Doc, Inline, ListItem, Mark, PanelKind, TASK_DONE, TASK_OPEN, TableCell};

/// Writes a document that fits already.
pub(super) fn document(doc: &Doc) -> Value {
    let content = Writer { tasks: 0 }.blocks(&doc.blocks, false);
    object([("version", 1.into()), ("type", "doc".into()), ("content", content.into())])
}

/// Builds an object of parts that move into it; `json!` would copy whole trees.
fn object<const N: usize>(parts: [(&str, Value); N]) -> Value {
    Value::Object(parts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn node(kind: &str, content: Vec<Value>) -> Value {
    object([("type", kind.into()), ("content", content.into())])
}

fn node_with(kind: &str, attrs: Value, content: Vec<Value>) -> Value {
    object([("type", kind.into()), ("attrs", attrs), ("content", content.into())])
}

struct Writer {
    /// Tasks written so far: their ids must be there and unique, and the same for the same document.
    tasks: usize,
}

impl Writer {
    fn blocks(&mut self, blocks: &[Block], in_quote: bool) -> Vec<Value> {
        blocks.iter().map(|block| self.block(block, in_quote)).collect()
    }

    /// Writes blocks where the schema wants at least one.
    fn some_blocks(&mut self, blocks: &[Block]) -> Vec<Value> {
        if blocks.is_empty() { vec![object([("type", "paragraph".into())])] } else { self.blocks(blocks, false) }
    }

    fn block(&mut self, block: &Block, in_quote: bool) -> Value {
        match block {
            Block::Paragraph { content } => node("paragraph", inlines(content)),
            Block::Heading { level, content } => node_with("heading", json!({"level": level}), inlines(content)),
            Block::List { start: None, items } if !in_quote && items.iter().all(is_simple_task) => {
                self.task_list(items)
            }
            Block::List { start, items } => {
                let items: Vec<Value> = items.iter().map(|item| self.item(item)).collect();
                match start {
                    None => node("bulletList", items),
                    Some(1) => node("orderedList", items),
                    Some(first) => node_with("orderedList", json!({"order": first}), items),
                }
            }
            Block::Code { language, text } => {
                let content = vec![plain(text.clone())];
                match language {
                    Some(name) => node_with("codeBlock", json!({"language": name}), content),
                    None => node("codeBlock", content),
                }
            }
            Block::Quote { blocks } => node("blockquote", self.blocks(blocks, true)),
            Block::Table { rows } => node("table", rows.iter().map(|row| self.row(row)).collect()),
            Block::Rule => object([("type", "rule".into())]),
            Block::Panel { kind, title: _, blocks } => {
                node_with("panel", json!({"panelType": panel_type(*kind)}), self.some_blocks(blocks))
            }
            Block::Expand { title, blocks } => node_with("expand", json!({"title": title}), self.some_blocks(blocks)),
        }
    }

    fn row(&mut self, row: &[TableCell]) -> Value {
        let cells = row.iter().map(|cell| {
            let kind = if cell.header { "tableHeader" } else { "tableCell" };
            node(kind, self.some_blocks(&cell.blocks))
        });
        node("tableRow", cells.collect())
    }

    fn item(&mut self, item: &ListItem) -> Value {
        let mut content = self.some_blocks(&item.blocks);
        if let Some(done) = item.task {
            let sign = plain(if done { TASK_DONE } else { TASK_OPEN }.to_owned());
            match content.first_mut().and_then(|first| match first.get("type").and_then(Value::as_str) {
                Some("paragraph") => first.get_mut("content").and_then(Value::as_array_mut),
                _ => None,
            }) {
                Some(inlines) => inlines.insert(0, sign),
                None => content.insert(0, node("paragraph", vec![sign])),
            }
        }
        node("listItem", content)
    }

    fn task_list(&mut self, items: &[ListItem]) -> Value {
        let list_id = self.next_id();
        let mut content = Vec::new();
        for item in items {
            for block in &item.blocks {
                match block {
                    Block::List { items, .. } => content.push(self.task_list(items)),
                    Block::Paragraph { content: text } => {
                        let state = if item.task == Some(true) { "DONE" } else { "TODO" };
                        let attrs = json!({"localId": self.next_id(), "state": state});
                        content.push(node_with("taskItem", attrs, inlines(text)));
                    }
                    _ => {}
                }
            }
        }
        node_with("taskList", json!({"localId": list_id}), content)
    }

    fn next_id(&mut self) -> String {
        self.tasks += 1;
        format!("task-{}", self.tasks)
    }
}

/// Returns true for a task that ADF can hold as one: a paragraph, and below it only tasks.
fn is_simple_task(item: &ListItem) -> bool {
    item.task.is_some()
        && match item.blocks.as_slice() {
            [Block::Paragraph { .. }] => true,
            [Block::Paragraph { .. }, Block::List { start: None, items }] => items.iter().all(is_simple_task),
            _ => false,
        }
}

fn panel_type(kind: PanelKind) -> &'static str {
    match kind {
        PanelKind::Plain => "custom",
        PanelKind::Info => "info",
        PanelKind::Note => "note",
        PanelKind::Tip => "tip",
        PanelKind::Warning => "warning",
        PanelKind::Error => "error",
        PanelKind::Success => "success",
    }
}

fn inlines(content: &[Inline]) -> Vec<Value> {
    content
        .iter()
        .map(|inline| match inline {
            Inline::Break => object([("type", "hardBreak".into())]),
            Inline::Text { text, marks } if marks.is_empty() => plain(text.clone()),
            Inline::Text { text, marks } => {
                let marks: Vec<Value> = marks.iter().map(mark).collect();
                object([("type", "text".into()), ("text", text.clone().into()), ("marks", marks.into())])
            }
            Inline::Ping { id, name: _ } => {
                let attrs = object([("id", id.clone().into()), ("text", inline.plain().into())]);
                object([("type", "mention".into()), ("attrs", attrs)])
            }
            other => plain(other.plain()),
        })
        .collect()
}

fn plain(text: String) -> Value {
    object([("type", "text".into()), ("text", text.into())])
}

fn mark(mark: &Mark) -> Value {
    match mark {
        Mark::Strong => json!({"type": "strong"}),
        Mark::Em => json!({"type": "em"}),
        Mark::Strike => json!({"type": "strike"}),
        Mark::Underline => json!({"type": "underline"}),
        Mark::Code => json!({"type": "code"}),
        Mark::Sub => json!({"type": "subsup", "attrs": {"type": "sub"}}),
        Mark::Sup => json!({"type": "subsup", "attrs": {"type": "sup"}}),
        Mark::Color(color) => json!({"type": "textColor", "attrs": {"color": color}}),
        Mark::Link(url) => json!({"type": "link", "attrs": {"href": url}}),
    }
}
