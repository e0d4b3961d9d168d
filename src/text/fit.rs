//! Makes a document fit a format: what the format cannot hold becomes what it can, and no text is lost.
//!
//! Each format states its [`Rules`]; a writer then writes the fitted document without looking left or right, and its
//! reader gives back exactly that document.

use super::clusters;
use super::doc::{Block, Doc, Inline, ListItem, MAX_DEPTH, Mark, TableCell, unraised};
use super::line::{paragraphs, unmarked};

/// Where a block stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Top level of the document.
    Top,
    /// In a list item.
    Item,
    /// In a quote.
    Quote,
    /// In a panel.
    Panel,
    /// In a table cell.
    Cell,
    /// In an expand.
    Expand,
}

/// What becomes of a block in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stays.
    Keep,
    /// It is unwrapped to simpler blocks: a heading to bold text, a quote to its blocks, a table to lines.
    Open,
    /// It ends the block around it and stands after it; what follows in that block stands after it too.
    Hoist,
}

/// What a format can hold.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is one fact about a format")]
pub(crate) struct Rules {
    /// What becomes of a block in a place.
    pub(crate) fate: fn(Place, &Block) -> Fate,
    /// Whether a mark can be written.
    pub(crate) mark: fn(&Mark) -> bool,
    /// Where several paragraphs are one paragraph with line breaks.
    pub(crate) one_paragraph: fn(Place) -> bool,
    /// Whether a list item is text first, lists after it, and nothing after them.
    pub(crate) item_text_first: bool,
    /// Whether a numbered list can start at another number than 1.
    pub(crate) list_start: bool,
    /// Whether panels become quotes when opened.
    pub(crate) panel_as_quote: bool,
    /// Whether only the first row of a table is a header.
    pub(crate) header_row_only: bool,
    /// Whether an image at an address can be shown; else it is a link, if a link can be written.
    pub(crate) image: fn(&str) -> bool,
    /// Whether a text can be code in a place; else it is text.
    pub(crate) code: fn(Place, &str) -> bool,
    /// A last look at the description of an image.
    pub(crate) alt: fn(String) -> String,
    /// Whether a text can be the title of a panel; else it is a bold first line.
    pub(crate) title: fn(&str) -> bool,
    /// A last look at the language of code, and at the code.
    pub(crate) language: fn(Option<String>, &str) -> Option<String>,
    /// Whether a character can stand in bold text and the like; else the mark ends before it and begins anew after it.
    pub(crate) marks_hold: fn(char) -> bool,
    /// A last look at an address.
    pub(crate) address: fn(String) -> String,
}

impl Rules {
    /// Rules that keep everything.
    pub(crate) const ALL: Self = Self {
        fate: |_, _| Fate::Keep,
        mark: |_| true,
        one_paragraph: |_| false,
        item_text_first: false,
        list_start: true,
        panel_as_quote: false,
        header_row_only: false,
        image: |_| true,
        code: |_, _| true,
        alt: |alt| alt,
        title: |_| true,
        language: |name, _| name,
        marks_hold: |_| true,
        address: |address| address,
    };

    /// Returns the document as the format can hold it, in normal form.
    pub(crate) fn fit(&self, doc: Doc) -> Doc {
        let doc = doc.written();
        let blocks = self.blocks(doc.blocks, Place::Top, 0).into_iter().map(|(block, _)| block).collect();
        let doc = Doc { blocks }.written();
        if !self.item_text_first {
            return doc;
        }
        // What left a list may have come beside another one, and both are one list now.
        Doc { blocks: doc.blocks.into_iter().map(items_headed).collect() }.written()
    }

    /// Fits blocks; `true` stands by those that must leave the block around them.
    fn blocks(&self, blocks: Vec<Block>, place: Place, depth: usize) -> Vec<(Block, bool)> {
        let mut out: Vec<(Block, bool)> = Vec::with_capacity(blocks.len());
        for block in blocks {
            self.block(block, place, depth, &mut out);
        }
        if (self.one_paragraph)(place) { join_paragraphs(out) } else { out }
    }

    fn block(&self, block: Block, place: Place, depth: usize, out: &mut Vec<(Block, bool)>) {
        let fate = if depth > MAX_DEPTH { Fate::Open } else { (self.fate)(place, &block) };
        match fate {
            Fate::Keep => {
                let first = out.len();
                self.inside(block, place, depth, out);
                if out.iter().skip(first).any(|(_, left)| *left) {
                    // What left the block inside is judged again by the place it came to.
                    for (block, left) in out.split_off(first) {
                        if left {
                            out.extend(self.blocks(vec![block], place, depth + 1));
                        } else {
                            out.push((block, false));
                        }
                    }
                }
            }
            Fate::Hoist => out.push((block, true)),
            Fate::Open if depth > 2 * MAX_DEPTH => {
                let text = Doc { blocks: vec![block] }.plain_text();
                self.inside(Block::paragraph(&text), place, depth, out);
            }
            Fate::Open => out.extend(self.blocks(self.open(block), place, depth + 1)),
        }
    }

    /// Fits what is inside a block that stays. The result may be several blocks, when something had to leave it.
    fn inside(&self, block: Block, place: Place, depth: usize, out: &mut Vec<(Block, bool)>) {
        let block = match block {
            Block::Paragraph { content } => Block::Paragraph { content: self.inlines(content, place) },
            Block::Heading { level, content } => Block::Heading { level, content: self.inlines(content, place) },
            Block::List { start, items } => return self.list(start, items, depth, out),
            Block::Quote { blocks } => {
                let blocks = self.blocks(blocks, Place::Quote, depth + 1);
                return split(blocks, out, |blocks, _| Block::Quote { blocks });
            }
            Block::Panel { kind, title, mut blocks } => {
                let mut title = title;
                if let Some(text) = title.take_if(|text| !(self.title)(text)) {
                    blocks = titled(text, blocks);
                }
                let blocks = self.blocks(blocks, Place::Panel, depth + 1);
                return split(blocks, out, |blocks, first| Block::Panel {
                    kind,
                    title: title.clone().filter(|_| first),
                    blocks,
                });
            }
            Block::Expand { title, blocks } => {
                let blocks = self.blocks(blocks, Place::Expand, depth + 1);
                return split(blocks, out, |blocks, _| Block::Expand { title: title.clone(), blocks });
            }
            Block::Table { rows } => self.table(rows, depth),
            Block::Code { language, text } => Block::Code { language: (self.language)(language, &text), text },
            Block::Rule => Block::Rule,
        };
        out.push((block, false));
    }

    fn list(&self, start: Option<u64>, items: Vec<ListItem>, depth: usize, out: &mut Vec<(Block, bool)>) {
        let start = if self.list_start { start } else { start.map(|_| 1) };
        let mut items_now: Vec<ListItem> = Vec::new();
        let mut number = start;
        for (count, item) in (1_u64..).zip(items) {
            let mut blocks = self.blocks(item.blocks, Place::Item, depth + 1).into_iter().peekable();
            let mut kept = Vec::new();
            while let Some((block, leaves)) = blocks.peek() {
                let after_list =
                    matches!(kept.last(), Some(Block::List { .. })) && !matches!(block, Block::List { .. });
                if *leaves || (self.item_text_first && after_list) {
                    break;
                }
                kept.extend(blocks.next().map(|(block, _)| block));
            }
            if self.item_text_first {
                kept = headed(kept);
            }
            if !kept.is_empty() {
                items_now.push(ListItem { task: item.task, blocks: kept });
            }
            if blocks.peek().is_some() {
                if !items_now.is_empty() {
                    out.push((Block::List { start: number, items: std::mem::take(&mut items_now) }, false));
                }
                out.extend(blocks.map(|(block, _)| (block, true)));
                number = start.map(|first| if self.list_start { first.saturating_add(count) } else { 1 });
            }
        }
        if !items_now.is_empty() {
            out.push((Block::List { start: number, items: items_now }, false));
        }
    }

    fn table(&self, rows: Vec<Vec<TableCell>>, depth: usize) -> Block {
        let head = rows.first().is_some_and(|row| row.iter().all(|cell| cell.header));
        let fit_cell = |n: usize, cell: TableCell| {
            let mut blocks: Vec<Block> =
                self.blocks(cell.blocks, Place::Cell, depth + 1).into_iter().map(|(block, _)| block).collect();
            let header = cell.header && (!self.header_row_only || (n == 0 && head));
            if cell.header && !header {
                for block in &mut blocks {
                    if let Block::Paragraph { content } = block {
                        embolden(content);
                    }
                }
            }
            TableCell { header, blocks }
        };
        let rows = rows
            .into_iter()
            .enumerate()
            .map(|(n, row)| row.into_iter().map(|cell| fit_cell(n, cell)).collect())
            .collect();
        Block::Table { rows }
    }

    /// Unwraps a block to simpler ones; each is strictly simpler, so this ends.
    fn open(&self, block: Block) -> Vec<Block> {
        match block {
            Block::Heading { mut content, .. } => {
                embolden(&mut content);
                vec![Block::Paragraph { content }]
            }
            Block::Quote { blocks } => blocks,
            Block::Panel { kind, title, blocks } => {
                let label = Some(kind.label()).filter(|label| !label.is_empty());
                let blocks = match title.or_else(|| label.map(|label| format!("{label}:"))) {
                    Some(label) => titled(label, blocks),
                    None => blocks,
                };
                if self.panel_as_quote { vec![Block::Quote { blocks }] } else { blocks }
            }
            Block::Expand { title, blocks } => titled(title, blocks),
            Block::Code { text, .. } => {
                let mut content = Vec::new();
                for line in text.lines() {
                    let body = line.trim_start();
                    let indent = line.len() - body.len();
                    content.push(Inline::text(line.get(..indent).unwrap_or_default()));
                    content.push(Inline::marked(body, &[Mark::Code]));
                    content.push(Inline::Break);
                }
                vec![Block::Paragraph { content }]
            }
            Block::Table { rows } => rows.into_iter().flat_map(row_as_line).collect(),
            Block::List { start, items } => items_as_paragraphs(start, items),
            Block::Rule => Vec::new(),
            Block::Paragraph { content } => unmarked(&content),
        }
    }

    fn marks(&self, mut marks: Vec<Mark>) -> Vec<Mark> {
        marks.retain(self.mark);
        for mark in &mut marks {
            if let Mark::Link(url) = mark {
                let written = (self.address)(url.as_str().to_owned());
                if written != **url {
                    *url = written.into();
                }
            }
        }
        marks
    }

    fn inlines(&self, content: Vec<Inline>, place: Place) -> Vec<Inline> {
        let mut out = Vec::with_capacity(content.len());
        for inline in content {
            out.push(match inline {
                Inline::Text { text, marks } => {
                    let lost: Vec<Mark> =
                        marks.iter().filter(|mark| is_raised(mark) && !(self.mark)(mark)).cloned().collect();
                    let text = if lost.is_empty() { text } else { unraised(&text, &lost).into_owned() };
                    let mut marks = self.marks(marks);
                    if marks.contains(&Mark::Code) && !(self.code)(place, &text) {
                        marks.retain(|mark| *mark != Mark::Code);
                    }
                    if !marks.iter().any(is_phrase) || text.chars().all(self.marks_hold) {
                        Inline::Text { text, marks }
                    } else {
                        out.extend(split_marks(&text, &marks, self.marks_hold));
                        continue;
                    }
                }
                Inline::Image { url, alt } if !(self.image)(&url) => {
                    let link = Mark::Link((self.address)(url).into());
                    if (self.mark)(&link) {
                        let alt = if alt.is_empty() { "image".to_owned() } else { alt };
                        let marks = vec![link];
                        Inline::Text { text: alt, marks }
                    } else {
                        let text = Inline::Image { url: String::new(), alt }.plain();
                        Inline::text(text)
                    }
                }
                Inline::Image { url, alt } => Inline::Image { url: (self.address)(url), alt: (self.alt)(alt) },
                other => other,
            });
        }
        out
    }
}

fn is_raised(mark: &Mark) -> bool {
    matches!(mark, Mark::Sup | Mark::Sub)
}

/// Returns true for marks that are signs around a text, and no address or colour.
fn is_phrase(mark: &Mark) -> bool {
    !matches!(mark, Mark::Link(_) | Mark::Color(_))
}

/// Splits a run where its marks cannot hold what people see as one character.
fn split_marks(text: &str, marks: &[Mark], holds: fn(char) -> bool) -> Vec<Inline> {
    let without: Vec<Mark> = marks.iter().filter(|mark| !is_phrase(mark)).cloned().collect();
    let mut out: Vec<(String, bool)> = Vec::new();
    for piece in clusters::clusters(text) {
        let held = piece.chars().all(holds);
        match out.last_mut() {
            Some((run, was)) if *was == held => run.push_str(piece),
            _ => out.push((piece.to_owned(), held)),
        }
    }
    let run = |(text, held): (String, bool)| Inline::marked(text, if held { marks } else { &without });
    out.into_iter().map(run).collect()
}

fn titled(title: String, mut blocks: Vec<Block>) -> Vec<Block> {
    blocks.splice(0..0, paragraphs(vec![Inline::strong(title)], true));
    blocks
}

fn embolden(content: &mut [Inline]) {
    for inline in content {
        if let Inline::Text { marks, .. } = inline
            && !marks.contains(&Mark::Code)
        {
            marks.push(Mark::Strong);
        }
    }
}

fn row_as_line(row: Vec<TableCell>) -> Vec<Block> {
    let mut line = Vec::new();
    for (n, cell) in row.into_iter().enumerate() {
        if n > 0 {
            line.push(Inline::text(" | "));
        }
        match <[Block; 1]>::try_from(cell.blocks) {
            Ok([Block::Paragraph { content }]) => line.extend(content),
            Ok(blocks) => line.push(Inline::text(Doc { blocks: blocks.into() }.plain_text())),
            Err(blocks) => line.push(Inline::text(Doc { blocks }.plain_text())),
        }
    }
    let line = line.into_iter().map(|inline| if inline == Inline::Break { Inline::text(" ") } else { inline });
    paragraphs(line.collect(), true)
}

fn items_as_paragraphs(start: Option<u64>, items: Vec<ListItem>) -> Vec<Block> {
    let mut out = Vec::new();
    for (n, item) in items.into_iter().enumerate() {
        let number = start.map_or_else(|| "- ".to_owned(), |first| format!("{}. ", first.saturating_add(n as u64)));
        let sign = match item.task {
            Some(true) => super::doc::TASK_DONE,
            Some(false) => super::doc::TASK_OPEN,
            None => "",
        };
        let lead = Inline::text(format!("{number}{sign}"));
        let mut blocks = item.blocks;
        match blocks.first_mut() {
            Some(Block::Paragraph { content }) => content.insert(0, lead),
            _ => blocks.insert(0, Block::Paragraph { content: vec![lead] }),
        }
        out.append(&mut blocks);
    }
    out
}

/// Returns true for an item that is a deeper list without a text before it.
fn is_headless(item: &ListItem) -> bool {
    item.task.is_none() && matches!(item.blocks.first(), Some(Block::List { .. }))
}

/// Takes a list that starts with a list, without a text, out of its own: after another list it would be read as part of that.
fn headed(blocks: Vec<Block>) -> Vec<Block> {
    let headless = |block: &Block| match block {
        Block::List { items, .. } => items.first().is_some_and(is_headless),
        _ => false,
    };
    let mut out: Vec<Block> = Vec::with_capacity(blocks.len());
    let mut rest: Vec<Block> = blocks.into_iter().rev().collect();
    while let Some(block) = rest.pop() {
        match block {
            Block::List { start, mut items } if matches!(out.last(), Some(Block::List { .. })) && headless(&block) => {
                let first = items.remove(0);
                if !items.is_empty() {
                    rest.push(Block::List { start, items });
                }
                rest.extend(first.blocks.into_iter().rev());
            }
            block => out.push(block),
        }
    }
    out
}

/// Lets every deeper list without a text before it go on with the item above.
fn items_headed(block: Block) -> Block {
    let all = |blocks: Vec<Block>| blocks.into_iter().map(items_headed).collect();
    match block {
        Block::List { start, items } => {
            let mut out: Vec<ListItem> = Vec::with_capacity(items.len());
            for ListItem { task, blocks } in items {
                let mut item = ListItem { task, blocks: all(blocks) };
                match out.last_mut() {
                    Some(before) if is_headless(&item) => {
                        before.blocks.append(&mut item.blocks);
                        before.blocks = headed(std::mem::take(&mut before.blocks));
                    }
                    _ => out.push(item),
                }
            }
            Block::List { start, items: out }
        }
        Block::Quote { blocks } => Block::Quote { blocks: all(blocks) },
        Block::Panel { kind, title, blocks } => Block::Panel { kind, title, blocks: all(blocks) },
        Block::Expand { title, blocks } => Block::Expand { title, blocks: all(blocks) },
        Block::Table { rows } => {
            let cell = |TableCell { header, blocks }| TableCell { header, blocks: all(blocks) };
            Block::Table { rows: rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect() }
        }
        Block::Paragraph { .. } | Block::Heading { .. } | Block::Code { .. } | Block::Rule => block,
    }
}

/// Wraps the blocks that stay; those that leave stand between the pieces.
fn split(blocks: Vec<(Block, bool)>, out: &mut Vec<(Block, bool)>, wrap: impl Fn(Vec<Block>, bool) -> Block) {
    let mut now = Vec::with_capacity(blocks.len());
    let mut first = true;
    for (block, leaves) in blocks {
        if leaves {
            if first || !now.is_empty() {
                out.push((wrap(std::mem::take(&mut now), first), false));
                first = false;
            }
            out.push((block, true));
        } else {
            now.push(block);
        }
    }
    if first || !now.is_empty() {
        out.push((wrap(now, first), false));
    }
}

/// Makes one paragraph of each stretch of paragraphs.
fn join_paragraphs(blocks: Vec<(Block, bool)>) -> Vec<(Block, bool)> {
    // Nearly every item and cell is one line, and blocks after it.
    let one_line = |content: &[Inline]| {
        content.iter().all(|inline| matches!(inline, Inline::Text { text, .. } if !text.contains('\n')))
    };
    let lines = blocks.iter().filter(|(block, _)| matches!(block, Block::Paragraph { .. })).count();
    let first_is_line = matches!(blocks.first(), Some((Block::Paragraph { content }, _)) if one_line(content));
    if lines == 0 || (lines == 1 && first_is_line) {
        return blocks;
    }
    let mut out: Vec<(Block, bool)> = Vec::new();
    for (block, leaves) in blocks {
        let Block::Paragraph { content } = block else {
            out.push((block, leaves));
            continue;
        };
        for paragraph in paragraphs(content, true) {
            match (out.last_mut(), paragraph) {
                (Some((Block::Paragraph { content: before }, was)), Block::Paragraph { content }) if *was == leaves => {
                    before.push(Inline::Break);
                    before.extend(content);
                }
                (_, paragraph) => out.push((paragraph, leaves)),
            }
        }
    }
    out
}
