//! The fake Incident Center is strict, and shows comments to nobody.

use serde_json::{Value, json};

use super::{IncidentList, ModifyAnswer, Transitions};
use crate::guance::tests::{fake, send};

const LIST: &str = "/api/v1/incidents/list";

#[test]
fn what_was_not_asked_for_is_refused() {
    let fake = fake();
    fake.limit(100, 100);
    let incident = fake.open_incident("errors rose", "P1");
    let modify = format!("/api/v1/incidents/{incident}/modify");
    let comment = format!("/api/v1/incidents/comment/{incident}/add");
    for (path, body, code) in [
        (LIST, json!({"startTime": 1}), "ft.InvalidParams"),
        (LIST, json!({"timeRange": [1_765_076_432, 1_766_554_821]}), "ft.InvalidParams"),
        (LIST, json!({"incidentsStatus": ["done"]}), "ft.InvalidParams"),
        (&modify, json!({"incidentsStatus": "done"}), "ft.InvalidParams"),
        (&modify, json!({"statusType": 20}), "ft.InvalidParams"),
        (&comment, json!({"content": "x"}), "ft.InvalidParams"),
        ("/api/v1/incidents/incident_x/modify", json!({}), "ft.NotFoundIncidents"),
        ("/api/v1/incidents/add", json!({}), "RouterNotFound"),
    ] {
        assert_eq!(send(&fake, "POST", path, &body).1["errorCode"], code, "{path} {body}");
    }
    let comments = format!("/api/v1/incidents/comment/{incident}/list");
    assert_eq!(send(&fake, "GET", &comments, &Value::Null).1["errorCode"], "RouterNotFound");
    assert!(fake.incident_comments(&incident).is_empty());
}

#[test]
fn what_is_not_documented_can_be_switched() {
    let fake = fake();
    fake.limit(100, 100);
    let incident = fake.open_incident("errors rose", "P1");
    let get = format!("/api/v1/incidents/{incident}/get");
    assert_eq!(send(&fake, "GET", &get, &Value::Null).1["incidentsStatus"], "open", "without an envelope");
    fake.switch(|switches| switches.incidents.get_enveloped = true);
    assert_eq!(send(&fake, "GET", &get, &Value::Null).1["content"]["incidentsStatus"], "open");
    assert_eq!(send(&fake, "POST", LIST, &json!({})).1["content"]["data"][0]["uuid"], json!(incident));
    fake.switch(|switches| switches.incidents.list = IncidentList::BareArray);
    assert_eq!(send(&fake, "POST", LIST, &json!({})).1[0]["uuid"], json!(incident));
    fake.switch(|switches| {
        switches.incidents.transitions = Transitions::Neighbours;
        switches.incidents.modify = ModifyAnswer::True;
    });
    let modify = format!("/api/v1/incidents/{incident}/modify");
    assert_eq!(send(&fake, "POST", &modify, &json!({"incidentsStatus": "closed"})).0, 400);
    assert_eq!(send(&fake, "POST", &modify, &json!({"incidentsStatus": "working"})).1["content"], json!(true));
    let operations = format!("/api/v1/incidents/operate/{incident}/list");
    let told = send(&fake, "GET", &operations, &Value::Null).1;
    assert_eq!(told["content"]["data"][0]["extend"], json!({"before": "open", "after": "working"}));
}

#[test]
fn a_comment_is_added_and_its_answer_names_nothing() {
    let fake = fake();
    let incident = fake.open_incident("errors rose", "P1");
    let path = format!("/api/v1/incidents/comment/{incident}/add");
    let told = send(&fake, "POST", &path, &json!({"comment": "<p>x</p>", "attachmentUUIDs": [], "extend": {}}));
    assert_eq!((told.0, &told.1["content"]), (200, &json!(true)));
    assert_eq!(fake.incident_comments(&incident)[0].text, "<p>x</p>");
    fake.switch(|switches| switches.incidents.may_comment = false);
    assert_eq!(send(&fake, "POST", &path, &json!({"comment": "y"})).0, 403);
}
