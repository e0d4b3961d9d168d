//! Title, description and priority: Guance leads, and what people wrote on Jira by hand stays.

use super::alike::{same_body, same_title};
use super::pair::{Outcome, Pair, left_alone, notice, rest};
use crate::domain::{Base, Change, Field, NewIssue, Said};
use crate::plan::step::SkipReason;
use crate::render;
use crate::text::Block;
use crate::words::{FieldName, Summary, Voice, Written};

pub(super) fn text(pair: &Pair<'_>, field: Field, now: &Base, voice: Voice) -> Outcome {
    let new = &pair.carried.new;
    let same = match field {
        Field::Body => same_body(&new.body, &pair.jira.body),
        _ => same_title(&new.title, &pair.jira.title),
    };
    let Some(base) = pair.bases.get(&field) else {
        let left = if same { now.jira.clone() } else { Some(Said::ByHand) };
        return Outcome::agree(None, &Base { jira: left, ..now.clone() }, pair);
    };
    let moved = base.guance.is_some() && base.guance != now.guance;
    let base = &match &base.jira {
        Some(_) => base.clone(),
        // It was written, and not read since: is it still what was written?
        None => {
            let untouched = match field {
                Field::Title => same_title(base.guance.as_ref().map(Said::words).unwrap_or_default(), &pair.jira.title),
                _ => same && !moved,
            };
            let left = if untouched { now.jira.clone() } else { Some(Said::ByHand) };
            Base { jira: left, ..base.clone() }
        }
    };
    if !moved {
        return rest(pair, field, base, now);
    }
    if same {
        return Outcome::agree(Some(base), now, pair);
    }
    if base.jira == now.jira {
        let change = match field {
            Field::Body => Change::Body { body: new.body.clone(), origin_url: new.origin_url.clone() },
            _ => Change::Title(new.title.clone()),
        };
        return Outcome::carry(Some(base), now, pair.tracker(), change);
    }
    let mut outcome = left_alone(pair, base, now).because(SkipReason::ByHand(field));
    let name = if field == Field::Body { FieldName::Description } else { FieldName::Title };
    let version = base.version.to_string();
    let told = vec![field.as_str(), version.as_str(), now.guance.as_ref().map(Said::words).unwrap_or_default()];
    outcome.notices.push(notice(
        pair,
        &told,
        |voice| announcement(field, new, voice),
        voice,
        &Summary::NewText { field: name, name: pair.link.jira_name.clone() },
    ));
    outcome
}

fn announcement(field: Field, new: &NewIssue, voice: Voice) -> Vec<Block> {
    let line = |what| Block::paragraph(&voice.say(what));
    match field {
        Field::Body => {
            let mut blocks = vec![line(Written::BodyNow(voice.source))];
            blocks.extend(render::without_link_back(new.body.clone()).blocks);
            blocks
        }
        _ => vec![line(Written::TitleNow { on: voice.source, title: &new.title })],
    }
}

pub(super) fn priority(pair: &Pair<'_>, now: &Base) -> Outcome {
    let wanted = pair.carried.new.priority.as_deref();
    let is = |word: &str| pair.jira.priority().is_some_and(|one| one.is(word));
    let same = wanted.is_some_and(is);
    let by_hand = || Some(Said::ByHand);
    let Some(base) = pair.bases.get(&Field::Priority) else {
        let left = if same { now.jira.clone() } else { by_hand() };
        return Outcome::agree(None, &Base { jira: left, ..now.clone() }, pair);
    };
    let moved = base.guance.is_some() && base.guance != now.guance;
    let base = &match &base.jira {
        Some(_) => base.clone(),
        // A create without a priority lets Jira choose one.
        None => {
            let untouched = matches!(&base.guance, Some(Said::Words(left)) if left.is_empty() || is(left));
            Base { jira: if untouched { now.jira.clone() } else { by_hand() }, ..base.clone() }
        }
    };
    match wanted {
        _ if !moved => rest(pair, Field::Priority, base, now),
        _ if same => Outcome::agree(Some(base), now, pair),
        None => match &pair.carried.unlisted {
            Some(level) => left_alone(pair, base, now).because(SkipReason::LevelNotListed(level.clone())),
            None => left_alone(pair, base, now),
        },
        Some(word) if base.jira == now.jira => {
            Outcome::carry(Some(base), now, pair.tracker(), Change::Priority(word.to_owned()))
        }
        Some(_) => left_alone(pair, base, now).because(SkipReason::ByHand(Field::Priority)),
    }
}
