//! What the adversary does to issues: his own, which claims to be a copy, and the markers of guajira's.

use guajira::domain::{Fingerprint, IssueId, Key, marker};
use guajira::text::Doc;

use super::adversary::{mallory, ours};
use super::guance::GuanceSite;
use super::jira::IssueState;
use super::world::{Mark, World};

/// What he does to the markers of one of guajira's issues; never to both of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tamper {
    ExchangeProperty,
    CopyProperty,
    ForgeProperty,
    RemoveProperty,
    AddLabel,
    ReplaceLabel,
}

/// The originals that an issue may claim to be the copy of, those without a copy first.
fn claimed(w: &World, pick: u32) -> Option<Key> {
    let keys = |site: &GuanceSite| {
        site.issues.iter().map(|issue| Key::issue(w.source(), &IssueId::new(&issue.id))).collect::<Vec<_>>()
    };
    let all = keys(&w.guance);
    let open: Vec<&Key> =
        all.iter().filter(|key| w.jira.issues.iter().all(|issue| issue.now.born.as_ref() != Some(key))).collect();
    let pick = pick as usize / 5;
    match open.len() {
        0 => all.get(pick % all.len().max(1)).cloned(),
        _ if pick.is_multiple_of(4) => all.get(pick % all.len()).cloned(),
        some => open.get(pick % some).map(|key| (*key).clone()),
    }
}

fn unsealed(key: Key) -> Mark {
    Mark { key, written: Fingerprint::of(&["forged"]), seal: None }
}

fn label_of(key: &Key) -> Option<String> {
    marker::label(key)
}

pub(super) fn issue(w: &mut World, sealed: bool, labelled: bool, pick: u32, uid: u32) {
    let copied = ours(w).into_iter().filter_map(|at| w.jira.issues[at].now.property.clone()).collect::<Vec<_>>();
    let property = if sealed && !copied.is_empty() {
        copied[pick as usize / 5 % copied.len()].clone()
    } else {
        let Some(key) = claimed(w, pick) else { return };
        unsealed(key)
    };
    w.note(|| format!("        of {}", property.key));
    let at = w.open_jira(0, "mine".into(), Doc::from_plain(&format!("tok{uid:05}")), mallory(pick));
    let state = &mut w.jira.issues[at].now;
    state.labels.extend(label_of(&property.key).filter(|_| labelled));
    if property.seal.is_some() {
        w.disputed.insert(property.key.clone());
    }
    state.property = Some(property);
    w.touched(at, uid);
}

/// Both markers of this issue are as guajira wrote them.
pub(super) fn is_whole(state: &IssueState) -> bool {
    let Some(key) = state.born.as_ref().filter(|_| !state.deleted) else { return false };
    let labels: Vec<&String> = state.labels.iter().filter(|label| marker::label_id(label).is_some()).collect();
    let own = label_of(key);
    let labelled = own.as_ref().is_some_and(|own| labels == [own]);
    labelled && state.property.as_ref().is_some_and(|mark| mark.key == *key)
}

impl IssueState {
    /// Returns true when the property is the one that guajira wrote. The labels of others are not taken away.
    pub(super) fn keeps_its_property(&self) -> bool {
        self.born.is_none() || self.property.as_ref().map(|mark| &mark.key) == self.born.as_ref()
    }
}

pub(super) fn tamper_with(w: &mut World, tamper: Tamper, pick: u32, uid: u32) {
    let whole: Vec<usize> =
        (0..w.jira.issues.len()).filter(|at| is_whole(&w.jira.issues[*at].now) && w.is_of_this_line(*at)).collect();
    if whole.is_empty() {
        return;
    }
    let at = whole[pick as usize % whole.len()];
    let other = whole[(pick as usize + 1) % whole.len()];
    let named = match tamper {
        Tamper::ExchangeProperty | Tamper::CopyProperty if other != at => w.jira.issues[other].now.born.clone(),
        Tamper::ExchangeProperty | Tamper::CopyProperty => None,
        _ => claimed(w, pick),
    };
    let Some(named) = named else { return };
    let own = w.jira.issues[at].now.born.clone();
    if own.as_ref() == Some(&named) {
        return;
    }
    w.note(|| format!("        of {own:?}, now {named}"));
    // A label alone speaks for an account of ours only where that is known.
    let unknown = w.setup.trust.moves && !w.setup.trust.former;
    let creators = [at, other].map(|at| w.jira.issues[at].now.author.id.clone());
    let speaks_alone = match tamper {
        Tamper::ForgeProperty | Tamper::RemoveProperty => true,
        // The seal of one does not hold on what the other's account created.
        Tamper::ExchangeProperty | Tamper::CopyProperty => creators[0] != creators[1],
        Tamper::AddLabel | Tamper::ReplaceLabel => false,
    };
    if unknown && speaks_alone {
        return;
    }
    w.disputed.extend(own.into_iter().chain([named.clone()]));
    let theirs = w.jira.issues[other].now.property.clone();
    let state = &mut w.jira.issues[at].now;
    match tamper {
        Tamper::ExchangeProperty => {
            let own = std::mem::replace(&mut state.property, theirs);
            w.jira.issues[other].now.property = own;
            w.touched(other, uid + 1);
        }
        Tamper::CopyProperty => state.property = theirs,
        Tamper::ForgeProperty => state.property = Some(unsealed(named)),
        Tamper::RemoveProperty => state.property = None,
        Tamper::AddLabel => state.labels.splice(0..0, label_of(&named)).for_each(drop),
        Tamper::ReplaceLabel => {
            state.labels.retain(|label| marker::label_id(label).is_none());
            state.labels.extend(label_of(&named));
        }
    }
    w.touched(at, uid);
}
