//! The parts of a message that every service shows in its way, and cutting them to what it takes.

use super::escape;
use crate::domain::Message;
use crate::domain::message::line;
use crate::words::{Cut, Lang};

/// Longest heading, in characters: the shortest that any service takes. What does not fit is the first line of the rest.
pub(super) const MAX_HEADING: usize = 150;

/// What stands between the parts of a line.
pub(super) const DOT: &str = " · ";

/// What every message says: who keyword filters of chat services know it by. A robot's keyword may be this word.
const SIGNATURE: &str = "guajira";

/// The parts of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// One line, never empty.
    pub(super) heading: String,
    /// The lines below it, or nothing.
    pub(super) body: String,
    /// Where it leads to.
    pub(super) links: Vec<Link>,
    /// Who says it, and the message's short id, by which people see that two are the same.
    pub(super) foot: String,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// What it reads: plain text.
    pub(super) label: String,
    /// Where it leads to, in a form that can stand in any markup.
    pub(super) url: String,
}

impl Shape {
    /// Takes a message apart.
    pub(super) fn of(message: &Message) -> Self {
        let first = message.heading();
        let heading = line(first, MAX_HEADING);
        let is_whole = heading.chars().count() < MAX_HEADING || heading == first;
        let body = if is_whole { message.rest().to_owned() } else { message.text.clone() };
        let heading = if heading.is_empty() { SIGNATURE.to_owned() } else { heading };
        let places = [message.jira.as_ref(), message.item.as_ref()].into_iter().flatten();
        let told = |url: &str| message.text.contains(url);
        let links = places.filter(|place| !place.url.is_empty() && !told(&place.url)).filter_map(|place| {
            let is_item = message.item.as_ref() == Some(place);
            let name = if is_item { &message.source } else { &place.name };
            let url = escape::web(&place.url)?;
            Some(Link { label: if name.is_empty() { url.clone() } else { name.clone() }, url })
        });
        let foot = format!("{SIGNATURE}{DOT}{}", message.shown_id());
        Self { heading, body, links: links.collect(), foot }
    }

    /// Shortens the body until what is made of it is no longer than `most`, as `size` measures it, and says there that it did.
    pub(super) fn fitted(self, lang: Lang, most: usize, size: impl Fn(&Self) -> usize) -> Self {
        if size(&self) <= most {
            return self;
        }
        let chars = self.body.chars().count();
        let shortened = |kept: usize| {
            let body: String = self.body.chars().take(kept).collect();
            Self {
                body: format!("{}\n{}", body.trim_end(), Cut::of(lang).alone).trim_start().to_owned(),
                ..self.clone()
            }
        };
        let (mut fits, mut too_long) = (0, chars);
        while too_long - fits > 1 {
            let middle = usize::midpoint(fits, too_long);
            if size(&shortened(middle)) <= most {
                fits = middle;
            } else {
                too_long = middle;
            }
        }
        shortened(fits)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::domain::Place;
    use crate::notify::samples::message;

    #[test]
    fn a_message_has_a_heading_a_body_links_and_its_id() {
        let shape = Shape::of(&message("New issue OPS-1: disk full\nLevel: P1\n\nBy: Li"));
        assert_eq!(shape.heading, "New issue OPS-1: disk full");
        assert_eq!(shape.body, "Level: P1\n\nBy: Li");
        let links: Vec<(&str, &str)> = shape.links.iter().map(|l| (l.label.as_str(), l.url.as_str())).collect();
        assert_eq!(
            links,
            [("OPS-1", "https://jira.example/browse/OPS-1"), ("guance", "https://guance.example/issue_a")]
        );
        assert_eq!(shape.foot, "guajira · 0a1b2c");
    }

    #[test]
    fn an_address_that_the_text_tells_is_no_link_again() {
        let shape = Shape::of(&message("disk full https://jira.example/browse/OPS-1"));
        assert_eq!(shape.links.len(), 1);
        let mut odd = message("disk full");
        odd.jira = Some(Place::new("OPS-1", "javascript:alert(1)"));
        odd.item = None;
        assert_eq!(Shape::of(&odd).links, []);
    }

    #[test]
    fn a_first_line_that_is_too_long_stands_below_as_a_whole() {
        let long = "磁盘".repeat(100);
        let shape = Shape::of(&message(&format!("{long}\nmore")));
        assert_eq!(shape.heading.chars().count(), MAX_HEADING);
        assert_eq!(shape.body, format!("{long}\nmore"));
        assert_eq!(Shape::of(&message("")).heading, "guajira");
    }

    #[test]
    fn a_body_is_cut_between_two_characters_and_says_so() {
        let shape = Shape::of(&message(&format!("h\n{}", "磁盘満了😀".repeat(100))));
        let size = |shape: &Shape| shape.heading.len() + shape.body.len();
        for most in [60, 61, 62, 63, 64, 500, 1000] {
            for lang in Lang::ALL {
                let cut = shape.clone().fitted(lang, most, size);
                assert!(size(&cut) <= most && cut.body.ends_with(Cut::of(lang).alone), "{most} {cut:?}");
                assert!(size(&cut) + 4 > most, "{most}: no more is lost than has to be");
            }
        }
        assert_eq!(shape.clone().fitted(Lang::En, 5000, size), shape);
        assert_eq!(shape.fitted(Lang::En, 1, size).body, Cut::of(Lang::En).alone);
    }
}
