//! What a query brings: tables of columns and values.
//!
//! Source: Guance Open API, `POST /api/v1/df/query_data_v1`, whose example shows a metric; an example of events is not
//! published. Columns are found by their names, whatever their order; a column may be missing, null, or in `tags`.

use serde_json::{Map, Value};

/// The first column, of which each table has one.
const TIME: &str = "time";

/// One event, by column.
pub(super) type Row = Map<String, Value>;

/// The rows of one query.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
    /// Where the next page begins, in the service's own words.
    pub(super) after: Option<Value>,
}

impl Table {
    /// Reads an element of `content.data`.
    ///
    /// # Errors
    /// In words, what is wrong with it.
    pub(super) fn read(data: &Value) -> Result<Self, &'static str> {
        let Value::Object(data) = data else { return Err("a result is no object") };
        if data.get("is_running").and_then(Value::as_bool) == Some(true) {
            return Err("the query is still running");
        }
        if data.get("error").and_then(Value::as_str).is_some_and(|error| !error.trim().is_empty()) {
            return Err("a query failed");
        }
        let series = match data.get("series") {
            Some(Value::Array(series)) => series.as_slice(),
            Some(Value::Null) => &[],
            _ => return Err("a result without series"),
        };
        let mut table = Self::default();
        for one in series {
            table.add(one, data.get("column_names"))?;
        }
        table.after =
            data.get("search_after").filter(|after| after.as_array().is_some_and(|all| !all.is_empty())).cloned();
        Ok(table)
    }

    fn add(&mut self, series: &Value, names: Option<&Value>) -> Result<(), &'static str> {
        let Some(Value::Array(values)) = series.get("values").filter(|values| !values.is_null()) else { return Ok(()) };
        let own = series.get("columns").and_then(Value::as_array);
        let Some(columns) = own.or_else(|| names?.as_array()) else { return Err("a series without columns") };
        let mut columns: Vec<&str> = columns.iter().map(|name| name.as_str().unwrap_or_default()).collect();
        // The names beside the series leave out the time, which comes first.
        if own.is_none() && columns.first() != Some(&TIME) {
            columns.insert(0, TIME);
        }
        let tags = series.get("tags").and_then(Value::as_object);
        for row in values {
            let Value::Array(row) = row else { return Err("a row is no list") };
            if row.len() != columns.len() {
                return Err("a row has not as many values as there are columns");
            }
            let mut fields: Row = tags.cloned().unwrap_or_default();
            let known = columns.iter().zip(row).filter(|(_, value)| !value.is_null());
            fields.extend(known.map(|(name, value)| (bare(name).to_owned(), value.clone())));
            self.rows.push(fields);
        }
        Ok(())
    }
}

/// A column may be named as it was asked for, in backquotes.
fn bare(name: &str) -> &str {
    name.trim_matches('`')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use serde_json::json;

    use super::*;

    #[test]
    fn rows_are_read_by_the_names_of_their_columns() {
        let data = json!({"series": [
            {"columns": ["time", "`df_status`", "df_title"], "values": [[1, "ok", null]]},
            {"columns": ["df_title", "time"], "values": [["a", 2]], "tags": {"df_status": "error"}},
            {"columns": ["time"], "values": null},
        ], "search_after": [7, "x"]});
        let table = Table::read(&data).unwrap();
        assert_eq!(
            json!(table.rows),
            json!([
                {"time": 1, "df_status": "ok"},
                {"df_status": "error", "df_title": "a", "time": 2},
            ])
        );
        assert_eq!(table.after, Some(json!([7, "x"])));
        let named = json!({"column_names": ["time"], "series": [{"values": [[1]]}], "search_after": []});
        assert_eq!(
            Table::read(&named).unwrap(),
            Table { rows: vec![json!({"time": 1}).as_object().unwrap().clone()], after: None }
        );
    }

    #[test]
    fn an_answer_that_is_not_understood_is_no_empty_one() {
        for data in [
            json!(null),
            json!({}),
            json!({"series": [], "is_running": true}),
            json!({"series": [], "error": "no"}),
            json!({"series": "x"}),
            json!({"series": [{"values": [[1]]}]}),
            json!({"series": [{"columns": ["a", "b"], "values": [[1]]}]}),
            json!({"series": [{"columns": ["a"], "values": [1]}]}),
        ] {
            assert!(Table::read(&data).is_err(), "{data}");
        }
        for empty in [json!({"series": null}), json!({"series": []}), json!({"series": [{"columns": ["a"]}]})] {
            assert_eq!(Table::read(&empty).unwrap(), Table::default(), "{empty}");
        }
    }
}
