//! Checks recorded requests and the fake's answers against a service's own `OpenAPI` 3.0 document.
//!
//! The document is read from wherever it lies and is no part of this crate.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::server::{Recorded, percent_decode};

/// An `OpenAPI` document ready to check against.
pub struct Document {
    paths: Map<String, Value>,
    components: Value,
    /// What stands before the document's paths on the wire.
    prefix: &'static str,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Document {
    /// Reads a document; `None` when there is no such file. `prefix` is what its paths lack, such as `/rest`.
    pub fn load(file: &Path, prefix: &'static str) -> Option<Self> {
        let text = fs::read_to_string(file).ok()?;
        let mut json: Value = serde_json::from_str(&text).expect("an OpenAPI document is JSON");
        to_json_schema(&mut json);
        let mut paths = json["paths"].as_object().cloned().expect("an OpenAPI document has paths");
        // Cloud says in words that null takes the assignee away; the schema of both is that of a whole user.
        for (_, item) in paths.iter_mut().filter(|(path, _)| path.ends_with("/assignee")) {
            if let Some(content) = item.pointer_mut("/put/requestBody/content/application~1json") {
                let id = json!({"type": ["string", "null"]});
                content["schema"] = json!({"type": "object", "properties": {"accountId": id, "name": id}});
            }
        }
        let mut schemas = json["components"]["schemas"].take();
        for schema in schemas.as_object_mut().into_iter().flat_map(Map::values_mut) {
            // Jira sends null where a change has no old or new value; neither document says so.
            if schema["properties"].get("fromString").is_some() {
                for end in ["from", "fromString", "to", "toString"] {
                    schema["properties"][end] = json!({"type": ["string", "null"]});
                }
            }
        }
        Some(Self { paths, components: json!({"schemas": schemas}), prefix, validators: Mutex::default() })
    }

    /// Reads the DC document and mends what its generator is known to have got wrong.
    pub fn load_jira_dc(file: &Path) -> Option<Self> {
        let mut document = Self::load(file, "/rest")?;
        let schemas = document.components["schemas"].as_object_mut().expect("a document has schemas");
        for schema in schemas.values_mut() {
            for name in ["fields", "properties", "renderedFields", "update", "value"] {
                if schema["properties"].get(name).is_some() {
                    schema["properties"][name] = json!({});
                }
            }
        }
        for (_, item) in document.paths.iter_mut().filter(|(path, _)| path.ends_with("/properties/{propertyKey}")) {
            if let Some(content) = item.pointer_mut("/put/requestBody/content/application~1json") {
                content["schema"] = json!({});
            }
        }
        // Its words say "fields will only be returned if expand=transitions.fields"; its list of parameters forgets it.
        let expand = json!({"name": "expand", "in": "query"});
        for (_, item) in document.paths.iter_mut().filter(|(path, _)| path.ends_with("/transitions")) {
            if let Some(get) = item.get_mut("get") {
                let mut parameters = get["parameters"].as_array().cloned().unwrap_or_default();
                parameters.push(expand.clone());
                get["parameters"] = json!(parameters);
            }
        }
        Some(document)
    }

    /// Everything the document has against a request and its answer; empty when they fit.
    pub fn faults(&self, recorded: &Recorded) -> Vec<String> {
        let name = format!("{} {}", recorded.method, recorded.path);
        let Some((template, operation)) = self.operation(&recorded.method, &recorded.path) else {
            return vec![format!("{name}: no such operation")];
        };
        let mut faults = parameter_faults(operation, recorded);
        let key = format!("{} {template}", recorded.method);
        let body = &operation["requestBody"]["content"]["application/json"]["schema"];
        if body.is_object() && !recorded.body.is_null() {
            faults.extend(self.schema_faults(&format!("{key} request"), body, &recorded.body));
        }
        if let Some(status) = recorded.status {
            faults.extend(self.answer_faults(&key, operation, status, &recorded.answer));
        }
        faults.into_iter().map(|fault| format!("{name}: {fault}")).collect()
    }

    fn operation(&self, method: &str, path: &str) -> Option<(&str, &Value)> {
        let at = path.find(&format!("{}/api/", if self.prefix.is_empty() { "/rest" } else { self.prefix }))?;
        let path = &path[at + self.prefix.len()..];
        let fits = self.paths.iter().filter(|(template, _)| matches(template, path));
        // A literal segment beats a parameter: `issue/bulk` is not an issue named "bulk".
        let (template, item) = fits.min_by_key(|(template, _)| template.matches('{').count())?;
        Some((template, item.get(method.to_lowercase())?))
    }

    fn answer_faults(&self, key: &str, operation: &Value, status: u16, answer: &Value) -> Vec<String> {
        let Some(documented) = operation["responses"].get(status.to_string()) else {
            // Errors, and 201 beside 200, are documented patchily.
            let patchy = status >= 400 || operation["responses"].get("200").is_some();
            return if patchy { Vec::new() } else { vec![format!("status {status} is not documented")] };
        };
        let schema = &documented["content"]["application/json"]["schema"];
        if !schema.is_object() || answer.is_null() || status >= 400 {
            return Vec::new();
        }
        let key = format!("{key} {status}");
        // The DC document shows the item where Jira sends a list or a page of them.
        let of_items = schema["type"] != "array" && answer.is_array();
        let of_page = self.lacks_property(schema, "values") && answer["values"].is_array();
        let items = if of_items { answer.as_array() } else { answer["values"].as_array().filter(|_| of_page) };
        match items {
            Some(items) => items.iter().flat_map(|item| self.schema_faults(&key, schema, item)).collect(),
            None => self.schema_faults(&key, schema, answer),
        }
    }

    fn lacks_property(&self, schema: &Value, name: &str) -> bool {
        let target = schema["$ref"].as_str().and_then(|r| r.strip_prefix("#/components/schemas/"));
        let schema = target.map_or(schema, |target| &self.components["schemas"][target]);
        schema["properties"].get(name).is_none()
    }

    fn schema_faults(&self, key: &str, schema: &Value, instance: &Value) -> Vec<String> {
        let validator = {
            let mut all = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
            let compile = || Arc::new(self.compile(schema));
            Arc::clone(all.entry(key.to_owned()).or_insert_with(compile))
        };
        validator.iter_errors(instance).map(|e| format!("{e} at '{}'", e.instance_path())).collect()
    }

    fn compile(&self, schema: &Value) -> Validator {
        let mut wanted = Map::new();
        self.gather(schema, &mut wanted);
        let root = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "components": {"schemas": wanted},
            "allOf": [schema],
        });
        jsonschema::validator_for(&root).expect("a documented schema compiles")
    }

    /// Copies every schema that `schema` refers to, directly or not.
    fn gather(&self, schema: &Value, into: &mut Map<String, Value>) {
        match schema {
            Value::Object(members) => {
                let target = members.get("$ref").and_then(Value::as_str);
                if let Some(name) = target.and_then(|r| r.strip_prefix("#/components/schemas/"))
                    && !into.contains_key(name)
                {
                    let referred = self.components["schemas"][name].clone();
                    into.insert(name.to_owned(), referred.clone());
                    self.gather(&referred, into);
                }
                members.values().for_each(|member| self.gather(member, into));
            }
            Value::Array(all) => all.iter().for_each(|one| self.gather(one, into)),
            _ => {}
        }
    }
}

fn matches(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len()
        && template.iter().zip(&path).all(|(t, p)| (t.starts_with('{') && !p.is_empty()) || *t == percent_decode(p))
}

fn parameter_faults(operation: &Value, recorded: &Recorded) -> Vec<String> {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let of_query: Vec<_> = parameters.iter().filter(|p| p["in"] == "query").collect();
    let given = |name: &str| recorded.query.iter().any(|(n, _)| n == name);
    let named = |p: &Value| p["name"].as_str().unwrap_or_default().to_owned();
    let unknown = recorded.query.iter().filter(|(n, _)| !of_query.iter().any(|p| named(p) == *n));
    let missing = of_query.iter().filter(|p| p["required"] == true && !given(&named(p)));
    unknown
        .map(|(name, _)| format!("query parameter '{name}' is not documented"))
        .chain(missing.map(|p| format!("query parameter '{}' is missing", named(p))))
        .collect()
}

/// `OpenAPI` 3.0's `nullable` in JSON Schema's words; examples, which are often wrong, go.
fn to_json_schema(node: &mut Value) {
    match node {
        Value::Object(members) => {
            members.shift_remove("example");
            members.shift_remove("examples");
            let nullable = members.shift_remove("nullable") == Some(Value::Bool(true));
            if nullable && let Some(kind) = members.get("type").cloned() {
                members.insert("type".into(), json!([kind, "null"]));
            }
            members.values_mut().for_each(to_json_schema);
        }
        Value::Array(all) => all.iter_mut().for_each(to_json_schema),
        _ => {}
    }
}
