//! What stands in a text of an editor and is no text: people, issues, images, films, check boxes.

use super::builder::{Builder, Embed, Embedded, Frame, Kind, marks};
use super::token::attributes;
use crate::text::doc::{Inline, Mark, TASK_DONE, TASK_OPEN, plain_inlines};
use crate::text::url;

impl Builder {
    pub(super) fn embed(&mut self, name: &str, attrs: &str) -> Option<Embed> {
        if name != "span" || !attrs.contains("data-") {
            return None;
        }
        let attrs = attributes(attrs);
        let value = |key: &str| attrs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        let info = value("data-info").and_then(|info| serde_json::from_str::<serde_json::Value>(info).ok());
        let item = |key: &str| {
            let value = info.as_ref().and_then(|info| info.pointer(key)).and_then(serde_json::Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        let (kind, name) = if value("data-mention") == Some("true") {
            let id = value("data-uuid")?.to_owned();
            (Embedded::Person(id), value("data-name").unwrap_or_default().to_owned())
        } else {
            let uuid = item("/item/uuid");
            let kind = match value("data-insert-by")? {
                "@" => Embedded::Person(uuid),
                "#" if uuid.starts_with("issue_") => Embedded::Issue(uuid),
                _ => Embedded::Other,
            };
            (kind, item("/item/name"))
        };
        if !self.after_space() {
            self.line.push(Inline::text(" "));
        }
        Some(Embed { from: self.line.len(), kind, name })
    }

    pub(super) fn close_embed(&mut self, embed: Embed) {
        let Embed { from, kind, name } = embed;
        let text = plain_inlines(&self.line.split_off(from));
        let text = text.replace('\u{A0}', " ").trim().to_owned();
        let said =
            |sign: &str| if text.is_empty() && !name.is_empty() { format!("{sign}{name}") } else { text.clone() };
        self.line.push(match kind {
            Embedded::Person(id) => Inline::Mention { id, name: said("").trim_start_matches('@').to_owned() },
            // Relative to nothing: what it leads to is known by its id.
            Embedded::Issue(id) => Inline::link(said("#"), id),
            Embedded::Other => Inline::text(said("#")),
        });
        self.line.push(Inline::text(" "));
    }

    pub(super) fn image(&mut self, attrs: &str) {
        let attrs = attributes(attrs);
        let value = |key: &str| attrs.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
        let url = value("src").unwrap_or_default();
        let alt = value("alt").or_else(|| value("title")).unwrap_or_default();
        let marks: Vec<Mark> = marks(&self.inline).into_iter().cloned().collect();
        let linked = marks.iter().any(|mark| matches!(mark, Mark::Link(_)));
        // An image in a link is the link with the image's description.
        if linked && !alt.is_empty() {
            self.line.push(Inline::Text { text: alt, marks });
        } else {
            self.line.push(Inline::Image { url, alt });
        }
    }

    /// A film, a sound or a page in the page is a link to it.
    pub(super) fn media(&mut self, attrs: &str) {
        self.flush();
        let attrs = attributes(attrs);
        let value = |key: &str| attrs.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        let url = ["src", "data", "href"].into_iter().find_map(value).and_then(url::safe);
        let title = ["title", "alt"].into_iter().find_map(value).filter(|title| !title.trim().is_empty());
        self.line.push(match (url, title) {
            (Some(url), Some(title)) => Inline::link(title, url),
            (Some(url), None) => Inline::link(url.clone(), url),
            (None, Some(title)) => Inline::text(title),
            (None, None) => return,
        });
        self.flush();
    }

    pub(super) fn checkbox(&mut self, attrs: &str) {
        let attrs = attributes(attrs);
        if !attrs.iter().any(|(name, value)| name == "type" && value.eq_ignore_ascii_case("checkbox")) {
            return;
        }
        let done = attrs.iter().any(|(name, _)| name == "checked");
        if let Some(Frame { kind: Kind::Item { task }, blocks }) = self.frames.last_mut()
            && blocks.is_empty()
            && task.is_none()
        {
            *task = Some(done);
        } else {
            self.line.push(Inline::text(if done { TASK_DONE } else { TASK_OPEN }));
        }
    }
}
