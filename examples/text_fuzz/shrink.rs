//! Makes an input that fails as small as it goes.

use serde_json::Value;

/// Removes all that can be removed from a text while it fails.
pub(crate) fn text(input: &str, fails: &dyn Fn(&str) -> bool) -> String {
    let mut now: Vec<char> = input.chars().collect();
    let mut size = now.len() / 2;
    while size > 0 {
        let mut at = 0;
        let mut shorter = false;
        while at < now.len() {
            let mut less = now.clone();
            less.drain(at..less.len().min(at + size));
            if fails(&less.iter().collect::<String>()) {
                now = less;
                shorter = true;
            } else {
                at += size;
            }
        }
        if !shorter {
            size /= 2;
        }
    }
    now.into_iter().collect()
}

/// Removes all that can be removed from a tree while it fails.
pub(crate) fn tree(input: &Value, fails: &dyn Fn(&Value) -> bool) -> Value {
    let mut now = input.clone();
    while let Some(less) = smaller(&now).into_iter().find(|less| fails(less)) {
        now = less;
    }
    now
}

/// Returns the trees that lack one thing of this one, those that lack much first.
fn smaller(value: &Value) -> Vec<Value> {
    let mut out = Vec::new();
    match value {
        Value::Array(items) => {
            out.extend(items.iter().cloned());
            for at in 0..items.len() {
                let mut less = items.clone();
                less.remove(at);
                out.push(less.into());
            }
            for (at, item) in items.iter().enumerate() {
                out.extend(smaller(item).into_iter().map(|inner| {
                    let mut less = items.clone();
                    less.splice(at..=at, [inner]);
                    Value::Array(less)
                }));
            }
        }
        Value::Object(map) => {
            out.extend(map.values().filter(|inner| inner.is_object() || inner.is_array()).cloned());
            for (key, inner) in map {
                let mut less = map.clone();
                less.shift_remove(key);
                out.push(less.into());
                out.extend(smaller(inner).into_iter().map(|inner| {
                    let mut less = map.clone();
                    less.insert(key.clone(), inner);
                    Value::Object(less)
                }));
            }
        }
        Value::String(text) => {
            for (at, c) in text.char_indices() {
                let (head, tail) = text.split_at(at);
                out.push(format!("{head}{}", tail.get(c.len_utf8()..).unwrap_or_default()).into());
            }
        }
        _ => {}
    }
    out
}
