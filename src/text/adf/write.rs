//! Writes a fitted document as ADF.

use serde_json::{Value, json};

use crate::text::doc::{Block, Doc, Inline, ListItem, Mark, PanelKind, TASK_DONE, TASK_OPEN, TableCell};

/// Writes a document that fits already.
pub(super) fn document(doc: &Doc) -> Value {
    let content = Writer { tasks: 0 }.blocks(&doc.blocks, false);
    json!({"version": 1, "type": "doc", "content": content})
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
        if blocks.is_empty() { vec![json!({"type": "paragraph"})] } else { self.blocks(blocks, false) }
    }

    fn block(&mut self, block: &Block, in_quote: bool) -> Value {
        match block {
            Block::Paragraph { content } => json!({"type": "paragraph", "content": inlines(content)}),
            Block::Heading { level, content } => {
                json!({"type": "heading", "attrs": {"level": level}, "content": inlines(content)})
            }
            Block::List { start: None, items } if !in_quote && items.iter().all(is_simple_task) => {
                self.task_list(items)
            }
            Block::List { start, items } => {
                let items: Vec<Value> = items.iter().map(|item| self.item(item)).collect();
                match start {
                    None => json!({"type": "bulletList", "content": items}),
                    Some(1) => json!({"type": "orderedList", "content": items}),
                    Some(first) => json!({"type": "orderedList", "attrs": {"order": first}, "content": items}),
                }
            }
            Block::Code { language, text } => {
                let content = [json!({"type": "text", "text": text})];
                match language {
                    Some(name) => json!({"type": "codeBlock", "attrs": {"language": name}, "content": content}),
                    None => json!({"type": "codeBlock", "content": content}),
                }
            }
            Block::Quote { blocks } => json!({"type": "blockquote", "content": self.blocks(blocks, true)}),
            Block::Table { rows } => {
                let rows: Vec<Value> = rows.iter().map(|row| self.row(row)).collect();
                json!({"type": "table", "content": rows})
            }
            Block::Rule => json!({"type": "rule"}),
            Block::Panel { kind, title: _, blocks } => {
                json!({"type": "panel", "attrs": {"panelType": panel_type(*kind)}, "content": self.some_blocks(blocks)})
            }
            Block::Expand { title, blocks } => {
                json!({"type": "expand", "attrs": {"title": title}, "content": self.some_blocks(blocks)})
            }
        }
    }

    fn row(&mut self, row: &[TableCell]) -> Value {
        let cells: Vec<Value> = row
            .iter()
            .map(|cell| {
                let kind = if cell.header { "tableHeader" } else { "tableCell" };
                json!({"type": kind, "content": self.some_blocks(&cell.blocks)})
            })
            .collect();
        json!({"type": "tableRow", "content": cells})
    }

    fn item(&mut self, item: &ListItem) -> Value {
        let mut content = self.some_blocks(&item.blocks);
        if let Some(done) = item.task {
            let sign = json!({"type": "text", "text": if done { TASK_DONE } else { TASK_OPEN }});
            match content.first_mut().and_then(|first| match first.get("type").and_then(Value::as_str) {
                Some("paragraph") => first.get_mut("content").and_then(Value::as_array_mut),
                _ => None,
            }) {
                Some(inlines) => inlines.insert(0, sign),
                None => content.insert(0, json!({"type": "paragraph", "content": [sign]})),
            }
        }
        json!({"type": "listItem", "content": content})
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
                        content.push(json!({"type": "taskItem", "attrs": attrs, "content": inlines(text)}));
                    }
                    _ => {}
                }
            }
        }
        json!({"type": "taskList", "attrs": {"localId": list_id}, "content": content})
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
            Inline::Break => json!({"type": "hardBreak"}),
            Inline::Text { text, marks } if marks.is_empty() => json!({"type": "text", "text": text}),
            Inline::Text { text, marks } => {
                let marks: Vec<Value> = marks.iter().map(mark).collect();
                json!({"type": "text", "text": text, "marks": marks})
            }
            other => json!({"type": "text", "text": other.plain()}),
        })
        .collect()
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
