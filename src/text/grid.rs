//! Tables with cells that span several rows or columns, as plain rows.

use super::doc::TableCell;

/// Widest or tallest span that is believed.
const MAX_SPAN: u64 = 100;

/// Columns in which a cell from above is minded; hostile tables are wider.
const TRACKED_COLUMNS: usize = 128;

/// A table being read cell by cell.
#[derive(Default)]
pub(crate) struct Grid {
    rows: Vec<Vec<TableCell>>,
    /// For each column how many of the coming rows a cell above still covers.
    covered: Vec<u64>,
    spent: usize,
}

impl Grid {
    /// Starts the next row.
    pub(crate) fn start_row(&mut self) {
        self.end_row();
        self.rows.push(Vec::new());
    }

    /// Adds a cell at the next free place; the other places that it spans stay blank.
    pub(crate) fn push(&mut self, cell: TableCell, columns: u64, rows: u64) {
        if self.rows.is_empty() {
            self.rows.push(Vec::new());
        }
        self.skip_covered();
        let header = cell.header;
        let mut cell = Some(cell);
        // Blank places are ours, not the author's: never make more of them than a table may have.
        let (columns, rows) =
            if self.spent > 10_000 { (1, 1) } else { (columns.clamp(1, MAX_SPAN), rows.clamp(1, MAX_SPAN)) };
        for _ in 0..columns {
            self.spent += 1;
            let Some(row) = self.rows.last_mut() else { return };
            row.push(cell.take().unwrap_or(TableCell { header, blocks: Vec::new() }));
            let at = row.len() - 1;
            if at >= TRACKED_COLUMNS {
                continue;
            }
            if self.covered.len() <= at {
                self.covered.resize(at + 1, 0);
            }
            if let Some(left) = self.covered.get_mut(at) {
                *left = rows - 1;
            }
        }
    }

    /// Returns the rows.
    pub(crate) fn into_rows(mut self) -> Vec<Vec<TableCell>> {
        self.end_row();
        self.rows
    }

    fn skip_covered(&mut self) {
        while let Some(row) = self.rows.last_mut()
            && let Some(left) = self.covered.get_mut(row.len())
            && *left > 0
        {
            *left -= 1;
            self.spent += 1;
            row.push(TableCell::default());
        }
    }

    fn end_row(&mut self) {
        let Some(row) = self.rows.last() else { return };
        // Columns to the right that a cell above covers are used up by this row even when it stops earlier.
        for left in self.covered.iter_mut().skip(row.len()) {
            *left = left.saturating_sub(1);
        }
    }
}
