//! The Incident Center: incidents that monitors open, what people do with them, and comments that no call shows.

pub(super) mod routes;
mod switches;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

pub use self::switches::{IncidentList, IncidentOrder, IncidentRange, IncidentSwitches, ModifyAnswer, Transitions};
use super::FakeGuance;
use super::world::World;

/// An incident as the fake holds it.
#[derive(Debug, Clone)]
pub struct Incident {
    /// `incident_…`.
    pub uuid: String,
    /// Title.
    pub name: String,
    /// HTML, or Markdown.
    pub description: String,
    /// Level uuid.
    pub level: String,
    /// `open`, `working`, `resolved` or `closed`.
    pub status: String,
    /// Accounts and teams.
    pub assigner: Vec<String>,
    /// Names of tags.
    pub tags: Vec<String>,
    /// Dimensions.
    pub dimensions: Vec<(String, String)>,
    /// Everything else.
    pub extend: Map<String, Value>,
    /// When it was opened.
    pub created: DateTime<Utc>,
    /// When it last changed.
    pub updated: Option<DateTime<Utc>>,
    /// Who changed it last.
    pub updator: String,
    monitor: String,
    id: u64,
}

/// A comment as the fake holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentComment {
    /// `inccmt_…`.
    pub uuid: String,
    /// Its incident.
    pub incident: String,
    /// HTML.
    pub text: String,
    /// Whom it mentions.
    pub members: Vec<String>,
    /// `acnt_…` or `wsak_…`.
    pub creator: String,
}

/// A row of the list of operations.
#[derive(Debug, Clone)]
struct Operation {
    incident: String,
    kind: &'static str,
    content: String,
    before: String,
    after: String,
    operator: String,
    at: DateTime<Utc>,
    id: u64,
}

/// What the Incident Center holds.
#[derive(Debug, Default)]
pub(super) struct Center {
    incidents: Vec<Incident>,
    comments: Vec<IncidentComment>,
    operations: Vec<Operation>,
}

impl World {
    fn incident(&self, uuid: &str) -> Option<&Incident> {
        self.center.incidents.iter().find(|one| one.uuid == uuid)
    }

    fn operate(&mut self, incident: &str, kind: &'static str, change: (&str, &str), who: &str, content: &str) {
        let (id, at) = (self.uuid("incop").0, self.now());
        let (incident, content, operator) = (incident.to_owned(), content.to_owned(), who.to_owned());
        let (before, after) = (change.0.to_owned(), change.1.to_owned());
        self.center.operations.push(Operation { incident, kind, content, before, after, operator, at, id });
    }

    fn change_incident(&mut self, uuid: &str, who: &str, change: impl FnOnce(&mut Incident)) {
        let now = self.now();
        let incident = self.center.incidents.iter_mut().find(|one| one.uuid == uuid).expect("an incident");
        let before = incident.status.clone();
        change(incident);
        incident.updated = Some(now);
        who.clone_into(&mut incident.updator);
        let after = incident.status.clone();
        if before != after {
            self.operate(uuid, "status_update", (&before, &after), who, &format!("状态变更: {before} -> {after}"));
        }
    }

    /// The row of `incidents/list`.
    fn incident_row(&self, incident: &Incident) -> Value {
        let switches = &self.switches().incidents;
        let one = |id: &String| if switches.objects { self.info(id, true) } else { json!(id) };
        let tag = |name: &String| if switches.objects { json!({"uuid": "tag_1", "name": name}) } else { json!(name) };
        let dimensions: Map<String, Value> =
            incident.dimensions.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let updated = match incident.updated {
            Some(updated) => updated.timestamp(),
            None if switches.unchanged_is_never => -1,
            None => incident.created.timestamp(),
        };
        let mut row = json!({
            "id": incident.id, "uuid": incident.uuid, "workspaceUUID": self.options.workspace, "name": incident.name,
            "description": incident.description, "level": incident.level, "incidentsStatus": incident.status,
            "assigner": incident.assigner.iter().map(one).collect::<Vec<_>>(),
            "tags": incident.tags.iter().map(tag).collect::<Vec<_>>(), "dimensionTag": dimensions,
            "source": "internal", "resourceCategory": "Monitor", "resourceType": "checker", "resourceUUID": "",
            "resourceUrl": "", "extend": incident.extend, "status": 0, "creator": "SYS",
            "updator": incident.updator, "createAt": incident.created.timestamp(), "updateAt": updated, "deleteAt": -1,
            "resourceContent": {
                "df_event_id": format!("event-{}", incident.id), "df_fault_id": format!("event-{}", incident.id),
                "df_status": "error", "df_fault_status": "fault", "df_monitor_checker_id": "rul_1",
                "df_monitor_checker_name": incident.monitor, "df_message": "raw",
                "df_fault_start_time": incident.created.timestamp() - 15,
                "df_dimension_tags": Value::Object(dimensions).to_string(),
            },
        });
        if switches.tells_assigners {
            row["assignerInfos"] = incident.assigner.iter().map(|id| self.info(id, true)).collect();
        }
        row
    }
}

impl FakeGuance {
    /// A monitor opens an incident; returns its uuid. `level` is `P0` to `P3`.
    pub fn open_incident(&self, name: &str, level: &str) -> String {
        let mut world = self.world();
        let (id, uuid) = world.uuid("incident");
        let incident = Incident {
            uuid: uuid.clone(),
            name: name.to_owned(),
            description: format!("<p>{name}: too many</p>"),
            level: world.level_named(level),
            status: "open".to_owned(),
            assigner: Vec::new(),
            tags: Vec::new(),
            dimensions: vec![("service".to_owned(), "cart".to_owned())],
            extend: Map::new(),
            created: world.now(),
            updated: None,
            updator: String::new(),
            monitor: "log errors".to_owned(),
            id,
        };
        world.center.incidents.push(incident);
        world.operate(&uuid, "create", ("", ""), "Obsy", "A new Incident was triggered");
        uuid
    }

    /// A person changes an incident.
    pub fn edit_incident(&self, uuid: &str, who: &str, change: impl FnOnce(&mut Incident)) {
        let mut world = self.world();
        let who = world.account(who);
        world.change_incident(uuid, &who, change);
    }

    /// A person sets the status of an incident.
    pub fn move_incident(&self, uuid: &str, status: &str, who: &str) {
        self.edit_incident(uuid, who, |incident| status.clone_into(&mut incident.status));
    }

    /// A person claims an incident: it is being worked on, and the person is in charge.
    pub fn claim_incident(&self, uuid: &str, who: &str) {
        let account = self.world().account(who);
        self.edit_incident(uuid, who, |incident| {
            "working".clone_into(&mut incident.status);
            incident.assigner = vec![account];
        });
    }

    /// The monitor finds that all is well again.
    pub fn recover_incident(&self, uuid: &str) {
        let mut world = self.world();
        if world.switches().incidents.recovery_resolves {
            world.change_incident(uuid, "SYS", |incident| "resolved".clone_into(&mut incident.status));
        }
    }

    /// Removes an incident, as no API can.
    pub fn remove_incident(&self, uuid: &str) {
        self.world().center.incidents.retain(|one| one.uuid != uuid);
    }

    /// One incident.
    pub fn incident(&self, uuid: &str) -> Option<Incident> {
        self.world().incident(uuid).cloned()
    }

    /// Who is in charge of an incident, by name.
    pub fn assigners(&self, uuid: &str) -> Vec<String> {
        let all = self.incident(uuid).expect("an incident").assigner;
        all.iter().map(|who| if who.starts_with("acnt_") { self.name_of(who) } else { who.clone() }).collect()
    }

    /// What was written to an incident, oldest first.
    pub fn incident_comments(&self, uuid: &str) -> Vec<IncidentComment> {
        self.world().center.comments.iter().filter(|one| one.incident == uuid).cloned().collect()
    }
}
