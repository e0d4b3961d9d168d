//! Where issues go: in some worlds one route takes them all, in others a word of the title chooses between two projects.

use guajira::domain::NewIssue;
use guajira::plan::{Flow, NAMES, Policy, Route, sample};
use guajira::template::{Kind, Template};

use super::again;
use super::files;
use super::history::Setup;
use super::lines;
use super::world::World;

/// The project of the second route, by its place.
const OTHER: usize = 1;

/// The configuration of this world.
pub(super) fn policy(setup: &Setup) -> Policy {
    let usual = Route {
        project: "OPS".into(),
        issue_type: "Bug".into(),
        labels: vec!["guance".into()],
        priority: Some(vec![("P0".into(), "Highest".into()), ("P1".into(), "High".into())]),
        ..Route::default()
    };
    let compile = |kind, source| Some(Template::compile(kind, source, &NAMES, &sample).expect("a good template"));
    let odd = Route {
        when: compile(Kind::Condition, "title | last in ['1', '3', '5', '7', '9']"),
        project: "DEV".into(),
        issue_type: "Task".into(),
        summary: compile(Kind::Text, "[{{ level }}] {{ title }}"),
        ..usual.clone()
    };
    let routes = if setup.routes { vec![odd, usual] } else { vec![usual] };
    let repeats = setup.deletes.repeats;
    let routes = routes
        .into_iter()
        .map(|route| Route { repeats, reuse: again::rule(setup), ..setup.fields.route(route) })
        .collect();
    let flow = Flow { deletes: setup.deletes.deletes, ..files::flow(setup) };
    Policy { flow, routes, statuses: guajira::guance::ABOUT.statuses, ..Policy::default() }
}

/// The projects of its routes, by their keys.
pub(super) fn projects(setup: &Setup) -> Vec<String> {
    let all = if setup.routes { &["DEV", "OPS"][..] } else { &["OPS"] };
    all.iter().map(|key| (*key).to_owned()).collect()
}

/// Returns true for a project, by its place, that a route sends issues to.
pub(super) fn is_routed(setup: &Setup, project: usize) -> bool {
    project == 0 || setup.routes && project == OTHER || setup.lines.apart && project == lines::APART
}

/// A copy is made in the project of the route that its own title chose, and reads as that route says.
pub(super) fn check(w: &mut World, new: &NewIssue, project: usize) {
    if let Some(only) = w.only_project() {
        if project != only {
            w.blame(format!("astray: {:?} of {} was made in {}", new.title, w.line, new.project));
        }
        return;
    }
    let odd = new.title.ends_with(['1', '3', '5', '7', '9']);
    let other = w.setup.routes && odd;
    if other != (project == OTHER) || other != new.title.starts_with("[P") {
        w.blame(format!("astray: {:?} was made in {}", new.title, new.project));
    }
}
