//! What each flow asks of the services between which it runs. A flow that one of them has no ability for is refused here: the
//! engine would take it for one that never has anything to carry.

use crate::domain::Side;
use crate::plan::{Direction, Flow};
use crate::ports::{Ability, About};

use super::places::Place;
use super::reader::Reader;
use crate::words::{Flaw, Lack};

/// An ability, and what a service cannot do that lacks it.
type Asked = (Ability, Lack);

const THREADS: Asked = (Ability::Threads, Lack::Comments);
const WRITES: Asked = (Ability::Writes, Lack::Changes);
const CREATES: Asked = (Ability::Creates, Lack::NewIssues);
const FILES: Asked = (Ability::Files, Lack::Files);
const PEOPLE: Asked = (Ability::People, Lack::People);

/// What one key of `[flow]` asks for.
struct Need {
    key: &'static str,
    /// The words of the key, as they stand in the file, and which ways the flow then goes.
    words: &'static [(&'static str, Direction)],
    /// Which ways it goes.
    goes: fn(&Flow) -> Direction,
    /// What the side has to do that it reads from.
    from: &'static [Asked],
    /// What the side has to do that it writes to.
    to: &'static [Asked],
}

const TO_JIRA: &[(&str, Direction)] = &[("true", Direction::ToJira), ("false", Direction::Off)];
const TO_GUANCE: &[(&str, Direction)] = &[("true", Direction::ToGuance), ("false", Direction::Off)];

/// `edits`, `deletes`, `restricted` and `max_attachment` say how a flow goes, and ask for nothing by themselves.
const NEEDS: &[Need] = &[
    Need { key: "issues", words: TO_JIRA, goes: |flow| to_jira(flow.issues), from: &[], to: &[CREATES] },
    Need {
        key: "comments",
        words: TO_GUANCE,
        goes: |flow| if flow.comments { Direction::ToGuance } else { Direction::Off },
        from: &[THREADS],
        to: &[THREADS, WRITES],
    },
    Need {
        key: "replies",
        words: TO_JIRA,
        goes: |flow| to_jira(flow.replies),
        from: &[THREADS],
        to: &[THREADS, WRITES],
    },
    Need { key: "status", words: &Direction::WORDS, goes: |flow| flow.status, from: &[], to: &[WRITES] },
    Need { key: "assignee", words: &Direction::WORDS, goes: |flow| flow.assignee, from: &[], to: &[WRITES, PEOPLE] },
    Need { key: "level", words: TO_JIRA, goes: |flow| to_jira(flow.level), from: &[], to: &[WRITES] },
    Need { key: "updates", words: TO_JIRA, goes: |flow| to_jira(flow.updates), from: &[], to: &[WRITES] },
    Need { key: "attachments", words: &Direction::WORDS, goes: |flow| flow.attachments, from: &[FILES], to: &[FILES] },
    Need { key: "links", words: &Direction::WORDS, goes: |flow| flow.links, from: &[], to: &[WRITES] },
];

fn to_jira(is_on: bool) -> Direction {
    if is_on { Direction::ToJira } else { Direction::Off }
}

/// Refuses the flows that the file switches on and that one of the two services has no ability for.
pub(super) fn refuse_missing(reader: &Reader, place: &Place, flow: &Flow, services: [&About; 2]) {
    for need in NEEDS {
        let path = place.of_line(&format!("flow.{}", need.key));
        let goes = (need.goes)(flow);
        // What nobody asked for carries what there is.
        if let Some((service, lack)) = lacking(need, goes, services).filter(|_| reader.has(&path)) {
            let can =
                need.words.iter().filter(|(_, way)| is_within(*way, goes) && lacking(need, *way, services).is_none());
            let is_word = need.words.len() > 2;
            let can: Vec<String> =
                can.map(|(word, _)| if is_word { format!("{word:?}") } else { (*word).to_owned() }).collect();
            reader.refuse(&path, Flaw::CannotCarry { service: service.to_owned(), lack, can });
        }
    }
}

/// Returns the service, and why it cannot do its part of what a flow asks for that goes these ways.
fn lacking(need: &Need, goes: Direction, services: [&About; 2]) -> Option<(&'static str, Lack)> {
    let about = |side: Side| services.into_iter().find(|about| about.side.is_source() == side.is_source());
    Side::BOTH.into_iter().filter(|target| goes.writes(*target)).find_map(|target| {
        let ends = [(target.opposite(), need.from), (target, need.to)];
        ends.into_iter().find_map(|(side, asked)| {
            let about = about(side)?;
            // What takes comments and does not show them has no threads, and needs none to be written to.
            let is_spared = |ability: &Ability| side == target && *ability == Ability::Threads && about.comments_once;
            let lacks = |(ability, _): &&Asked| !about.abilities.contains(ability) && !is_spared(ability);
            let (_, lack) = asked.iter().find(lacks)?;
            Some((about.shown, *lack))
        })
    })
}

/// Returns true when a flow that goes the first ways goes no way that it does not go at the second.
fn is_within(one: Direction, all: Direction) -> bool {
    Side::BOTH.into_iter().all(|side| !one.writes(side) || all.writes(side))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use insta::assert_snapshot;

    use super::*;
    use crate::config::error::ConfigText;
    use crate::config::sections::flow;
    use crate::config::tree::{self, Environment};
    use crate::{guance, jira};

    /// Returns what is said of a `[flow]` between these services.
    fn said(text: &str, services: [&About; 2]) -> String {
        let source = ConfigText { name: "sync.toml".to_owned(), text: text.to_owned() };
        let env = Environment::default();
        let root = tree::build(&source, &env).unwrap();
        let reader = Reader::new(source, root);
        refuse_missing(&reader, &Place::guance(), &flow(&reader, &Place::guance()), services);
        reader.finish(&env, &[]).map_or_else(|error| error.to_string(), |_| String::new())
    }

    const ALL: &str = "[flow]\nissues = true\ncomments = true\nreplies = true\nstatus = \"both\"\nassignee = \"both\"\n\
                       level = true\nupdates = true\nattachments = \"both\"\nlinks = \"both\"\n";

    #[test]
    fn between_guance_and_jira_every_flow_can_go() {
        assert_eq!(said(ALL, [&guance::ABOUT, &jira::ABOUT]), "");
    }

    #[test]
    fn a_flow_that_a_kind_of_service_cannot_carry_is_refused_with_its_line() {
        let alarms = About { shown: "Alarms", abilities: &[Ability::Threads], ..guance::ABOUT };
        assert_snapshot!(said(ALL, [&alarms, &jira::ABOUT]), @r#"
        sync.toml:3: [flow].comments asks for what Alarms cannot do: it takes no changes; write false
        3 | comments = true
          |            ^^^^
        sync.toml:5: [flow].status asks for what Alarms cannot do: it takes no changes; write "off" or "to-jira"
        5 | status = "both"
          |          ^^^^^^
        sync.toml:6: [flow].assignee asks for what Alarms cannot do: it takes no changes; write "off" or "to-jira"
        6 | assignee = "both"
          |            ^^^^^^
        sync.toml:9: [flow].attachments asks for what Alarms cannot do: it has no files; write "off"
        9 | attachments = "both"
          |               ^^^^^^
        sync.toml:10: [flow].links asks for what Alarms cannot do: it takes no changes; write "off" or "to-jira"
        10 | links = "both"
           |         ^^^^^^
        "#);
        let board = About { shown: "Board", abilities: &[Ability::Writes], ..jira::ABOUT };
        assert_snapshot!(said(ALL, [&guance::ABOUT, &board]), @r#"
        sync.toml:2: [flow].issues asks for what Board cannot do: it takes no new issues; write false
        2 | issues = true
          |          ^^^^
        sync.toml:3: [flow].comments asks for what Board cannot do: it has no comments; write false
        3 | comments = true
          |            ^^^^
        sync.toml:4: [flow].replies asks for what Board cannot do: it has no comments; write false
        4 | replies = true
          |           ^^^^
        sync.toml:6: [flow].assignee asks for what Board cannot do: it does not tell who people are; write "off" or "to-guance"
        6 | assignee = "both"
          |            ^^^^^^
        sync.toml:9: [flow].attachments asks for what Board cannot do: it has no files; write "off"
        9 | attachments = "both"
          |               ^^^^^^
        "#);
    }

    #[test]
    fn what_takes_comments_and_shows_none_needs_no_threads() {
        let center = About { shown: "Center", abilities: &[Ability::Writes], comments_once: true, ..guance::ABOUT };
        assert_eq!(said("[flow]\ncomments = true\n", [&center, &jira::ABOUT]), "");
        let told = said("[flow]\nreplies = true\n", [&center, &jira::ABOUT]);
        assert!(told.contains("it has no comments; write false"), "{told}");
    }

    #[test]
    fn what_the_file_does_not_ask_for_is_not_refused() {
        let mute = About { shown: "Alarms", abilities: &[], ..guance::ABOUT };
        assert_eq!(said("[flow]\nstatus = \"to-jira\"\n", [&mute, &jira::ABOUT]), "");
    }
}
