//! Jira's ways of saying no.

use serde_json::{Map, Value, json};

use crate::server::Response;

/// A handler's outcome; the error is an answer too.
pub(super) type Answer<T = Response> = Result<T, Response>;

pub(super) const NO_ISSUE: &str = "Issue does not exist or you do not have permission to see it.";

/// `{"errorMessages":[…],"errors":{}}`.
pub(super) fn message(status: u16, text: &str) -> Response {
    Response::json(status, &json!({"errorMessages": [text], "errors": {}}))
}

/// `{"errorMessages":[],"errors":{field: text}}` with status 400.
pub(super) fn field(name: &str, text: &str) -> Response {
    FieldErrors::from([(name.to_owned(), text.to_owned())]).into_response()
}

/// A missing or hidden issue.
pub(super) fn no_issue() -> Response {
    message(404, NO_ISSUE)
}

/// What anonymous callers get where identity is needed.
pub(super) fn unauthenticated() -> Response {
    let text = "Client must be authenticated to access this resource.";
    Response::json(401, &json!({"message": text, "status-code": 401}))
}

/// A body that does not fit the endpoint's schema.
pub(super) fn bad_payload(cloud: bool, unknown: &str) -> Response {
    if cloud {
        return message(400, "Invalid request payload. Refer to the REST API documentation and try again.");
    }
    message(400, &format!("Unrecognized field \"{unknown}\" (Class com.atlassian.jira.rest), not marked as ignorable"))
}

/// The text of the error for a field that no screen holds.
pub(super) fn not_on_screen(name: &str) -> String {
    format!("Field '{name}' cannot be set. It is not on the appropriate screen, or unknown.")
}

/// Errors by field, gathered over a whole body.
#[derive(Debug, Default)]
pub(super) struct FieldErrors(Vec<(String, String)>);

impl<const N: usize> From<[(String, String); N]> for FieldErrors {
    fn from(errors: [(String, String); N]) -> Self {
        Self(errors.into())
    }
}

impl FieldErrors {
    pub(super) fn add(&mut self, field: &str, text: impl Into<String>) {
        self.0.push((field.to_owned(), text.into()));
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.0.iter().any(|(name, _)| name == field)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The body Jira sends, also used inside a bulk answer.
    pub(super) fn into_body(self) -> Value {
        let errors: Map<_, _> = self.0.into_iter().map(|(field, text)| (field, Value::from(text))).collect();
        json!({"errorMessages": [], "errors": errors})
    }

    pub(super) fn into_response(self) -> Response {
        Response::json(400, &self.into_body())
    }
}
