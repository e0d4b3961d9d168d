//! Every decision about a field, as tables.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::HashMap;

use chrono::DateTime;

use super::{Counterpart, Pair};
use crate::domain::{
    Action, Base, Bases, Change, Field, Fingerprint, Issue, IssueId, IssueLink, Key, Level, People, Person, Priority,
    Push, Said, Side, Stage, Status, StatusCategory, fixtures,
};
use crate::guance::ABOUT;
use crate::plan::fields;
use crate::plan::{Direction, Policy, Route, SkipReason, Step};
use crate::render;
use crate::text::Doc;
use crate::words::Voice;

fn issue(side: Side) -> Issue {
    let mut issue = fixtures::issue(side);
    if let Some(detail) = issue.source_mut() {
        detail.updated_by.name = "张三".into();
    }
    issue
}

fn guance_status(id: &str) -> Status {
    let known = ABOUT.statuses.of(id).unwrap();
    Status { id: known.id.into(), name: known.name.into(), category: known.category, also: Vec::new() }
}

fn jira_status(name: &str) -> Status {
    let (id, category) = match name {
        "To Do" => ("1", StatusCategory::Todo),
        "In Progress" => ("2", StatusCategory::InProgress),
        "In Review" => ("3", StatusCategory::InProgress),
        "Done" => ("4", StatusCategory::Done),
        _ => ("5", StatusCategory::Done),
    };
    Status { id: id.into(), name: name.into(), category, also: Vec::new() }
}

fn person(id: &str, name: &str, email: &str) -> Person {
    Person { id: id.into(), name: name.into(), email: (!email.is_empty()).then(|| email.to_owned()) }
}

/// A pair, the way things stood when its sides agreed, and what is configured.
struct Case {
    guance: Issue,
    jira: Issue,
    bases: Bases,
    queued: HashMap<Key, (Stage, Fingerprint)>,
    found: Vec<Counterpart>,
    policy: Policy,
}

impl Case {
    /// Both sides say the same, and have done so before.
    fn agreed() -> Self {
        let guance = issue(Side::GUANCE);
        let jira = Issue { body: render::issue(&guance, Voice::default()).written(), ..issue(Side::JIRA) };
        let mut case = Self {
            guance,
            jira,
            bases: Bases::new(),
            queued: HashMap::new(),
            found: Vec::new(),
            policy: Policy {
                routes: vec![Route { project: "OPS".into(), ..Route::default() }],
                statuses: ABOUT.statuses,
                ..Policy::default()
            },
        };
        case.policy.flow.updates = true;
        case.policy.flow.level = true;
        case.policy.flow.status = Direction::Both;
        case.policy.flow.assignee = Direction::Both;
        case.settle();
        case
    }

    /// What both say now is the base.
    fn settle(&mut self) {
        let new = fields::carried(&self.guance, "OPS-1", &self.policy);
        let said = |issue: &Issue, field| Some(fields::value(issue, field, &new));
        self.bases = Field::ALL
            .into_iter()
            .map(|field| {
                let base = Base { guance: said(&self.guance, field), jira: said(&self.jira, field), version: 1 };
                (field, base)
            })
            .collect();
    }

    fn newer(&mut self, side: Side) {
        let issue = if side == Side::GUANCE { &mut self.guance } else { &mut self.jira };
        issue.updated = DateTime::from_timestamp(2000, 0).unwrap();
    }

    fn decide(&self) -> Vec<Step> {
        let link = IssueLink::new(IssueId::new("issue_a"), IssueId::new("10001"), "OPS-1");
        let carried = fields::carried(&self.guance, "OPS-1", &self.policy);
        let pair = Pair {
            link: &link,
            guance: &self.guance,
            jira: &self.jira,
            carried: &carried,
            bases: &self.bases,
            queued: &self.queued,
            found: &self.found,
        };
        assert_eq!(fields::stranger(&pair, &self.policy), None, "everybody was looked for");
        fields::decide(&pair, &self.policy)
    }

    fn pushes(&self) -> Vec<Push> {
        let push = |step| if let Step::Push(push) = step { Some(push) } else { None };
        self.decide().into_iter().filter_map(push).collect()
    }

    fn changes(&self) -> Vec<(Side, Change)> {
        let change = |push: Push| match push.action {
            Action::ChangeIssue { change, .. } => Some((push.target, change)),
            _ => None,
        };
        self.pushes().into_iter().filter_map(change).collect()
    }

    fn notices(&self) -> Vec<String> {
        let text = |push: Push| match push.action {
            Action::AddComment { body, .. } => Some(body.plain_text()),
            _ => None,
        };
        self.pushes().into_iter().filter_map(text).collect()
    }

    fn reasons(&self) -> Vec<SkipReason> {
        let reason = |step| if let Step::Skip { reason, .. } = step { Some(reason) } else { None };
        self.decide().into_iter().filter_map(reason).collect()
    }

    fn base(&self, field: Field) -> Option<Base> {
        self.decide().into_iter().find_map(|step| match step {
            Step::Base { field: of, base, .. } if of == field => Some(base),
            _ => None,
        })
    }
}

fn names((side, change): &(Side, Change)) -> (Side, Vec<String>, StatusCategory) {
    let Change::Status(target) = change else { panic!("{change:?}") };
    (*side, target.names.clone(), target.category)
}

#[test]
fn sides_that_say_what_they_said_before_are_left_alone() {
    assert_eq!(Case::agreed().decide(), []);
}

/// What is to be written.
type Want = Option<(Side, &'static [&'static str], StatusCategory)>;
/// Guance, Jira, which changed, the table, and what follows.
type StatusCase<'t> = (&'t str, &'t str, Side, &'t [(&'t str, &'t str)], Want);

#[test]
fn a_status_that_changed_on_one_side_goes_to_the_other() {
    use StatusCategory::{Done, InProgress, Todo};
    let none: &[(&str, &str)] = &[];
    let table: &[(&str, &str)] = &[("Working", "In Review"), ("25", "Closed"), ("Resolved", "Done")];
    let cases: &[StatusCase] = &[
        ("20", "To Do", Side::GUANCE, none, Some((Side::JIRA, &[], Done))),
        ("15", "To Do", Side::GUANCE, none, Some((Side::JIRA, &[], InProgress))),
        ("30", "To Do", Side::GUANCE, none, None),
        ("10", "Done", Side::JIRA, none, Some((Side::GUANCE, &["20"], Done))),
        ("10", "In Progress", Side::JIRA, none, Some((Side::GUANCE, &["15", "10"], InProgress))),
        ("30", "To Do", Side::JIRA, none, None),
        ("25", "Done", Side::JIRA, none, None),
        ("20", "To Do", Side::JIRA, none, Some((Side::GUANCE, &["10"], Todo))),
        ("15", "In Progress", Side::GUANCE, table, Some((Side::JIRA, &["In Review"], InProgress))),
        ("15", "In Progress", Side::JIRA, table, None),
        ("20", "Closed", Side::JIRA, table, Some((Side::GUANCE, &["25", "20"], Done))),
        ("25", "Closed", Side::JIRA, table, None),
        ("25", "Done", Side::GUANCE, table, Some((Side::JIRA, &["Closed"], Done))),
    ];
    for (guance, jira, changed, table, want) in cases {
        let mut case = Case::agreed();
        case.policy.routes[0].status = table.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        case.guance.status = guance_status(guance);
        case.jira.status = jira_status(jira);
        case.settle();
        let before = case.bases.get_mut(&Field::Status).unwrap();
        *before = before.clone().with(*changed, Some("something else".into()));
        let want: Vec<_> = want
            .iter()
            .map(|(side, names, category)| (*side, names.iter().map(|n| (*n).to_owned()).collect(), *category))
            .collect();
        let got: Vec<_> = case.changes().iter().map(names).collect();
        assert_eq!(got, want, "{guance} {jira} {changed}");
    }
}

#[test]
fn of_two_changed_statuses_the_newer_wins_and_one_way_the_side_it_comes_from() {
    let ways = [
        (Direction::Both, Side::GUANCE, Some(Side::JIRA)),
        (Direction::Both, Side::JIRA, Some(Side::GUANCE)),
        (Direction::ToJira, Side::JIRA, Some(Side::JIRA)),
        (Direction::ToGuance, Side::GUANCE, Some(Side::GUANCE)),
        (Direction::Off, Side::GUANCE, None),
    ];
    for (direction, newer, target) in ways {
        let mut case = Case::agreed();
        case.policy.flow.status = direction;
        case.guance.status = guance_status("20");
        case.jira.status = jira_status("In Progress");
        case.newer(newer);
        assert_eq!(case.changes().first().map(|(side, _)| *side), target, "{direction:?} {newer}");
        let told = case.reasons().contains(&SkipReason::BothChanged(Field::Status, newer));
        assert_eq!(told, direction == Direction::Both);
    }
}

#[test]
fn a_write_expects_what_was_read_and_counts_until_it_has_arrived() {
    let mut case = Case::agreed();
    case.guance.status = guance_status("20");
    case.jira.status = jira_status("In Progress");
    case.newer(Side::GUANCE);
    let base = case.base(Field::Status).unwrap();
    let outdated = Base { guance: Some("10".into()), ..base.clone() }.outdated(Side::GUANCE);
    assert_eq!(
        (&base, base.on(Side::JIRA)),
        (&outdated, Some(&"2".into())),
        "what won counts as changed, whatever it says then"
    );
    let push = case.pushes().pop().unwrap();
    assert_eq!(push.key.origin().as_str(), "guance/field/issue_a/status");
    case.queued.insert(push.key.clone(), (Stage::Pending, push.content.clone()));
    assert_eq!(case.reasons(), [SkipReason::Queued]);
    case.queued.insert(push.key.clone(), (Stage::InFlight, push.content.clone()));
    assert_eq!(case.reasons(), [SkipReason::InDoubt]);
    // Taken back on Guance while it waits.
    case.queued.insert(push.key.clone(), (Stage::Pending, push.content));
    (case.guance.status, case.jira.status) = (fixtures::open(Side::GUANCE), fixtures::open(Side::JIRA));
    assert!(matches!(case.decide().as_slice(), [Step::Withdraw { key, .. }] if *key == push.key));
}

#[test]
fn a_resolve_tells_who_and_when_and_goes_before_the_status() {
    let mut case = Case::agreed();
    case.guance.status = guance_status("20");
    case.policy.routes[0].resolution = Some("Fixed".into());
    let pushes = case.pushes();
    assert!(matches!(pushes[0].action, Action::AddComment { .. }), "{pushes:?}");
    let Action::ChangeIssue { change: Change::Status(target), .. } = &pushes[1].action else { panic!() };
    assert_eq!(target.resolution.as_deref(), Some("Fixed"));
    let text = case.notices().remove(0);
    assert!(text.contains("张三 set the issue to Resolved on Guance · 1970-01-01 00:16 UTC"), "{text}");
    // From Closed to Resolved is no resolve.
    case.guance.status = guance_status("25");
    case.settle();
    case.guance.status = guance_status("20");
    assert_eq!(case.notices(), Vec::<String>::new());
}

#[test]
fn a_pair_found_again_takes_what_both_say_and_moves_what_does_not_fit() {
    let mut case = Case::agreed();
    case.bases.clear();
    case.guance.assignees = vec![person("acnt_1", "张三", "")];
    case.jira.title = "edited by hand".into();
    assert_eq!(case.changes(), []);
    assert_eq!(case.base(Field::Title).unwrap().guance, Some("disk full".into()));
    assert_ne!(case.base(Field::Title).unwrap().jira, Some("edited by hand".into()), "it is not what we left");
    case.guance.status = guance_status("20");
    for (direction, target) in [(Direction::ToJira, Side::JIRA), (Direction::ToGuance, Side::GUANCE)] {
        case.policy.flow.status = direction;
        assert_eq!(case.changes()[0].0, target);
    }
    case.policy.flow.status = Direction::Both;
    case.newer(Side::JIRA);
    assert_eq!(case.changes()[0].0, Side::GUANCE);
    assert_eq!(case.notices(), Vec::<String>::new());
}

#[test]
fn a_fresh_pair_follows_what_guance_said_when_it_was_made() {
    let mut case = Case::agreed();
    case.guance.status = guance_status("25");
    let new = fields::carried(&case.guance, "OPS-1", &case.policy);
    case.bases = fields::fresh(&new.new, None, &case.policy);
    assert_eq!(case.changes().iter().map(names).collect::<Vec<_>>(), [(Side::JIRA, vec![], StatusCategory::Done)]);
    case.policy.flow.status = Direction::ToGuance;
    assert_eq!(case.changes(), [], "Jira's first status is nobody's wish");
    assert_eq!(case.base(Field::Body).unwrap().jira, Some(fields::value(&case.jira, Field::Body, &new)));
}

#[test]
fn a_new_text_is_written_only_over_what_guajira_left() {
    let mut case = Case::agreed();
    case.guance.title = "disk nearly full".into();
    case.guance.body = Doc::from_plain("nearly");
    let changes = case.changes();
    assert!(matches!(&changes[0].1, Change::Title(title) if title == "disk nearly full"), "{changes:?}");
    assert!(
        matches!(&changes[1].1, Change::Body { body, .. } if *body == render::issue(&case.guance, case.policy.voice)),
        "{changes:?}"
    );

    case.jira.title = "by hand".into();
    case.jira.body = Doc::from_plain("by hand");
    assert_eq!(case.changes(), []);
    assert_eq!(case.reasons(), [SkipReason::ByHand(Field::Title), SkipReason::ByHand(Field::Body)]);
    let notices = case.notices();
    assert!(notices[0].contains("The title on Guance is now: disk nearly full"), "{notices:?}");
    assert!(notices[1].contains("The description on Guance is now:\n\nnearly"), "{notices:?}");
    let base = case.base(Field::Title).unwrap();
    assert_eq!(
        (base.on(Side::GUANCE), base.on(Side::JIRA)),
        (Some(&"disk nearly full".into()), Some(&"disk full".into()))
    );
    // It has arrived by another way.
    case.jira.title = "disk  nearly full ".into();
    assert_eq!(case.base(Field::Title).unwrap().on(Side::JIRA), Some(&"disk  nearly full ".into()));
}

#[test]
fn a_changed_level_becomes_the_priority_unless_people_chose_one() {
    let mut case = Case::agreed();
    let level = |name: &str| Some(Level { id: format!("issl_{name}"), name: name.into() });
    let high = Priority { id: "2".into(), name: "High".into(), also: Vec::new() };
    case.policy.routes[0].priority = Some(vec![("P0".into(), "Highest".into()), ("P1".into(), "High".into())]);
    case.guance.source_mut().unwrap().level = level("P1");
    case.jira.tracker_mut().unwrap().priority = Some(high.clone());
    case.settle();
    assert_eq!(case.changes(), []);
    case.guance.source_mut().unwrap().level = level("P0");
    assert_eq!(case.changes(), [(Side::JIRA, Change::Priority("Highest".into()))]);
    case.guance.source_mut().unwrap().level = level("P7");
    assert_eq!((case.changes(), case.reasons()), (vec![], vec![SkipReason::LevelNotListed("P7".into())]));
    case.guance.source_mut().unwrap().level = level("P0");
    case.jira.tracker_mut().unwrap().priority =
        Some(Priority { id: "9".into(), name: "Lowest".into(), also: Vec::new() });
    assert_eq!((case.changes(), case.reasons()), (vec![], vec![SkipReason::ByHand(Field::Priority)]));
    case.policy.flow.level = false;
    assert_eq!(case.decide(), []);
}

#[test]
fn an_assignee_is_found_on_the_other_side_and_the_rest_stays() {
    let (team, zs, li) =
        (person("group_1", "SRE", ""), person("acnt_1", "张三", "zs@x"), person("acnt_2", "李四", "li@x"));
    let (jzs, jli) = (person("a1", "Zhang San", "ZS@x"), person("a2", "Li Si", ""));
    let mut case = Case::agreed();
    case.guance.assignees = vec![team.clone(), zs.clone()];
    case.jira.assignees = vec![jzs.clone()];
    case.settle();
    assert_eq!(case.changes(), []);

    // Jira gives it to 李四, whose account hides its address.
    case.jira.assignees = vec![jli.clone()];
    case.found = vec![Counterpart { on: Side::GUANCE, of: jli.clone(), is: Some(li.clone()) }];
    let set = Change::Assignee { set: Some(li.clone()), instead_of: Some("acnt_1".into()) };
    assert_eq!(case.changes(), [(Side::GUANCE, set)]);
    case.found[0].is = None;
    assert_eq!(case.changes(), []);
    assert_eq!(case.reasons(), [SkipReason::NobodyFound(Side::GUANCE, "Li Si".into())]);

    // Nobody on Jira any more: only the entry that stood for the one before goes.
    case.jira.assignees.clear();
    let unset = Change::Assignee { set: None, instead_of: Some("acnt_1".into()) };
    assert_eq!(case.changes(), [(Side::GUANCE, unset)]);

    // Guance gives it to 李四.
    case.jira.assignees = vec![jzs];
    case.guance.assignees = vec![team.clone(), li.clone()];
    case.found = vec![Counterpart { on: Side::JIRA, of: li.clone(), is: Some(jli.clone()) }];
    assert_eq!(case.changes(), [(Side::JIRA, Change::Assignee { set: Some(jli), instead_of: None })]);
    case.guance.assignees = vec![team];
    assert_eq!(case.reasons(), [SkipReason::NobodyFound(Side::JIRA, "SRE".into())]);
}

#[test]
fn a_table_of_people_tells_who_is_who() {
    let people = People {
        pairs: vec![
            ("zs@x".into(), "zhang.san".into()),
            ("李四".into(), "li@jira".into()),
            ("acnt_3".into(), "Wang Wu".into()),
        ],
    };
    let nobody = People::default();
    let zs = person("acnt_1", "张三", "ZS@x");
    let li = person("acnt_2", "李四", "");
    let wang = person("acnt_3", "王五", "");
    for (guance, jira, by_table, without) in [
        (&zs, person("zhang.san", "Z", "other@x"), true, false),
        (&zs, person("5b", "张三", "zs@X"), false, true),
        (&zs, person("5b", "张三", "zs@x.evil"), false, false),
        (&zs, person("5b", "张三", ""), false, false),
        (&zs, person("zhang.san", "Z", ""), true, false),
        // Names of the table are to be asked for.
        (&li, person("5b", "Li", "li@jira"), false, false),
        (&li, person("5b", "李四", ""), false, true),
        (&wang, person("5b", "Wang Wu", ""), false, false),
        (&wang, person("5b", "王五", ""), false, true),
        (&wang, person("5b", "王五", "wang@x"), false, false),
        (&person("acnt_4", "", ""), person("5b", "", ""), false, false),
        (&person("acnt_4", "赵六", ""), person("5b", "赵六", ""), true, true),
        (&person("acnt_4", "赵六", "zhao@x"), person("5b", "Zhao", "ZHAO@x"), true, true),
    ] {
        let same = (people.same(guance, &jira), nobody.same(guance, &jira));
        assert_eq!(same, (by_table, without), "{guance:?} {jira:?}");
    }
}

#[test]
fn nothing_is_written_to_a_closed_issue() {
    let mut case = Case::agreed();
    case.policy.routes[0].closed_status = Some("closed".into());
    case.jira.status = jira_status("Closed");
    case.guance.status = guance_status("25");
    case.settle();
    case.guance.title = "disk nearly full".into();
    case.guance.status = fixtures::open(Side::GUANCE);
    assert_eq!(case.pushes(), []);
    let closed = SkipReason::Closed("Closed".into());
    assert_eq!(case.reasons(), [closed.clone(), closed]);
    assert_eq!(case.base(Field::Title), None, "it still counts as a change when the issue is open again");
    case.guance.status = guance_status("20");
    case.jira.status = jira_status("Closed");
    case.bases.get_mut(&Field::Status).unwrap().jira = Some("1".into());
    case.bases.get_mut(&Field::Status).unwrap().guance = Some("10".into());
    case.guance.title = "disk full".into();
    assert_eq!(case.pushes(), []);
}

/// A closed issue was changed on Jira, and later on Guance: Guance's change waits, and Jira's is no news any more, so
/// that the pair is not due in every run.
#[test]
fn what_both_changed_is_weighed_once_while_the_issue_is_closed() {
    let mut case = Case::agreed();
    case.policy.routes[0].closed_status = Some("closed".into());
    case.jira.status = jira_status("Closed");
    case.jira.title = "by hand".into();
    case.guance.status = guance_status("15");
    case.guance.title = "disk nearly full".into();
    case.newer(Side::GUANCE);
    assert_eq!(case.pushes(), []);
    let closed = SkipReason::Closed("Closed".into());
    assert_eq!(case.reasons(), [closed.clone(), closed]);
    let before = case.bases[&Field::Status].clone();
    let base = case.base(Field::Status).unwrap();
    assert_eq!(base, Base { jira: Some("5".into()), ..before });
    assert_eq!(case.base(Field::Title), None, "a text by hand is never taken for guajira's");
    // What Jira said before, and waits to be written to Guance, is not written any more.
    let open = IssueLink::new(IssueId::new("issue_a"), IssueId::new("10001"), "OPS-1");
    let (key, content) = fields::write_of(&open, Field::Status, Side::JIRA, &Said::Words("4".into()));
    case.queued.insert(key.clone(), (Stage::Pending, content));
    let withdrawn = |step: &Step| matches!(step, Step::Withdraw { key: one, .. } if *one == key);
    assert!(case.decide().iter().any(withdrawn), "{:?}", case.decide());
    case.queued.clear();

    case.bases.insert(Field::Status, base);
    let link = IssueLink { closed: true, ..IssueLink::new(IssueId::new("issue_a"), IssueId::new("10001"), "OPS-1") };
    let says = |field| fields::value(&case.jira, field, &fields::Carried::default());
    assert_eq!(fields::differs(&case.jira, says, &link, &case.bases, &case.policy), (Vec::new(), false));
    assert_eq!(case.base(Field::Status), None, "nothing is written a second time");

    // To reopen it is the newest change of its status.
    case.jira.status = jira_status("To Do");
    case.newer(Side::JIRA);
    assert_eq!(case.changes().first().map(names).unwrap().0, Side::GUANCE);
}

/// A Guance issue begins as open: who sets it to pending before anything was compared has set it.
#[test]
fn a_status_that_is_not_the_first_one_was_set_by_somebody() {
    for (id, leads) in [("10", Side::JIRA), ("30", Side::GUANCE)] {
        let mut case = Case::agreed();
        let begun = case.bases[&Field::Status].clone();
        case.bases.insert(Field::Status, Base { guance: Some(Said::nothing()), ..begun });
        case.guance.status = guance_status(id);
        case.jira.status = jira_status("In Progress");
        case.newer(Side::GUANCE);
        let changes = case.changes();
        assert_eq!(changes.first().map(names).unwrap().0, leads.opposite(), "{id}");
    }
}
