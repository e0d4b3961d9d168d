//! Wiki macros `{name:params}`: where one starts and ends, and what its parameters say.

use crate::text::doc::PanelKind;

/// Macros that hold blocks or raw text up to their closing tag.
const BODIED: &[&str] = &[
    "code", "noformat", "quote", "panel", "info", "note", "tip", "warning", "expand", "section", "column", "adf",
    "html", "csv", "style",
];
/// Of those, the ones in which nothing is markup.
const RAW: &[&str] = &["code", "noformat", "adf", "html", "csv", "style"];

/// The name of a bodied macro that is not listed: its tags go, its body stays.
pub(super) const UNKNOWN: &str = "unknown";
/// How many unlisted macros without an end are looked for in a text.
const MAX_UNKNOWN: usize = 16;

/// Macros without a body that show attached files, of Jira and of common add-ons.
const MEDIA: &[&str] =
    &["attachments", "gallery", "multimedia", "slideshow", "viewdoc", "viewfile", "viewpdf", "viewppt", "viewxls"];

/// Returns the name of the file that a macro shows; an empty one where it shows files without a name. `None` for macros
/// that show none.
pub(super) fn shown_file<'a>(name: &str, params: &'a str) -> Option<&'a str> {
    let is_media = MEDIA.iter().any(|known| known.eq_ignore_ascii_case(name));
    let named = || param(params, "name").or_else(|| bare_param(params)?.strip_prefix('^')).unwrap_or_default();
    is_media.then(named)
}

/// A macro with a body.
pub(super) struct Macro<'a> {
    pub(super) name: &'static str,
    pub(super) params: &'a str,
    pub(super) body: &'a str,
    /// Where it starts and ends in the text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// False for a tag that nobody closed: the macro is the tag alone.
    pub(super) closed: bool,
}

impl Macro<'_> {
    /// Returns true for code that nobody closed.
    pub(super) fn is_endless_code(&self) -> bool {
        !self.closed && matches!(self.name, "code" | "noformat")
    }
}

/// Returns how far to go on from a brace that starts no macro. Data Center steps over two signs at once: what stands in
/// `{{code}}` is a name and no macro.
fn step(text: &str, brace: usize) -> usize {
    match text.as_bytes().get(brace + 1) {
        Some(b'{' | b'*' | b'?' | b'^' | b'_' | b'-' | b'+' | b'~') => 2,
        _ => 1,
    }
}

/// Finds macros in a text, from left to right.
pub(super) struct Finder<'a> {
    text: &'a str,
    /// Macros that are known not to close any more: looking again would make hostile input quadratic.
    unclosed: Vec<&'static str>,
    /// How many unlisted ones did not close.
    unknown: usize,
}

impl<'a> Finder<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, unclosed: Vec::new(), unknown: 0 }
    }

    /// Returns the next macro that starts at or after `from`.
    pub(super) fn next(&mut self, from: usize) -> Option<Macro<'a>> {
        let mut at = from;
        while let Some(start) = self.text.get(at..).and_then(|tail| tail.find('{')).map(|found| found + at) {
            if let Some(found) = self.at(start) {
                return Some(found);
            }
            at = self.after(start);
        }
        None
    }

    /// Returns where to look on after a brace that starts no macro.
    pub(super) fn after(&self, brace: usize) -> usize {
        brace + if is_escaped(self.text, brace) { 1 } else { step(self.text, brace) }
    }

    /// Returns the macro that starts at `start`, if one does.
    pub(super) fn at(&mut self, start: usize) -> Option<Macro<'a>> {
        if is_escaped(self.text, start) {
            return None;
        }
        let (name, params, length) = tag(self.text.get(start..)?)?;
        let Some(name) = BODIED.iter().find(|known| known.eq_ignore_ascii_case(name)) else {
            return self.unknown(name, params, start, length);
        };
        let from = start + length;
        let closing = if self.unclosed.contains(name) { None } else { self.closing(name, from) };
        let Some((body_end, end)) = closing else {
            if !self.unclosed.contains(name) {
                self.unclosed.push(name);
            }
            let is_macro = self.is_forgotten(name, params, start, from);
            return is_macro.then_some(Macro { name, params, body: "", start, end: from, closed: false });
        };
        let body = self.text.get(from..body_end)?;
        Some(Macro { name, params, body, start, end, closed: true })
    }

    /// Returns true for a tag whose closing tag was forgotten: Jira never shows it. What Jira itself does not know may be
    /// words, as in `/docs/{section}/x`.
    fn is_forgotten(&self, name: &str, params: &str, start: usize, end: usize) -> bool {
        match name {
            "code" | "noformat" | "quote" | "panel" => true,
            "adf" | "html" | "csv" | "style" => false,
            _ => params.contains('=') || self.is_alone(start, end),
        }
    }

    /// Returns the unlisted macro that starts at `start`: its tag has named parameters, or a line for itself, and so has
    /// the tag that closes it. `{id}` in a line is what somebody typed.
    fn unknown(&mut self, name: &str, params: &'a str, start: usize, length: usize) -> Option<Macro<'a>> {
        let from = start + length;
        if self.unknown >= MAX_UNKNOWN
            || matches!(name, "color" | "anchor" | "toc")
            || shown_file(name, params).is_some()
        {
            return None;
        }
        let by_params = params.contains('=');
        if !by_params && !self.is_alone(start, from) {
            return None;
        }
        let says_something = |end: usize| self.text.get(from..end).is_some_and(|body| !body.trim().is_empty());
        let found = self
            .closing(name, from)
            .filter(|(end, after)| says_something(*end) && (by_params || self.is_alone(*end, *after)));
        let Some((body_end, end)) = found else {
            self.unknown += 1;
            return None;
        };
        Some(Macro { name: UNKNOWN, params, body: self.text.get(from..body_end)?, start, end, closed: true })
    }

    /// Returns true when nothing else stands on the line of a tag.
    fn is_alone(&self, start: usize, end: usize) -> bool {
        let blank = |c: &char| matches!(c, ' ' | '\t');
        let before = self.text.get(..start).and_then(|head| head.chars().rev().find(|c| !blank(c)));
        let after = self.text.get(end..).and_then(|tail| tail.chars().find(|c| !blank(c)));
        before.is_none_or(|c| c == '\n') && after.is_none_or(|c| c == '\n')
    }

    fn closing(&mut self, name: &str, from: usize) -> Option<(usize, usize)> {
        let raw = RAW.contains(&name);
        let mut at = from;
        while let Some(start) = self.text.get(at..).and_then(|tail| tail.find('{')).map(|found| found + at) {
            let tail = self.text.get(start + 1..).unwrap_or_default();
            let hit = tail.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name))
                && tail.get(name.len()..).is_some_and(|rest| rest.starts_with('}'));
            if hit && (raw || !is_escaped(self.text, start)) {
                return Some((start, start + name.len() + 2));
            }
            at = if raw { start + step(self.text, start) } else { self.after(start) };
            // What stands in code is not markup.
            if !raw && ["code", "noformat"].iter().any(|raw| tail.get(..raw.len()).is_some_and(|head| head == *raw)) {
                at = self.at(start).map_or(at, |found| found.end);
            }
        }
        None
    }
}

/// Closes the macros that a cut left open, so that they are not taken for text.
pub(super) fn close(text: &mut String) {
    for name in ["noformat", "code", "quote", "panel"] {
        let tags = [format!("{{{name}}}"), format!("{{{name}:")];
        if tags.iter().map(|tag| text.matches(tag.as_str()).count()).sum::<usize>() % 2 == 1 {
            text.extend(["\n{", name, "}"]);
        }
    }
}

/// Returns true when an odd number of backslashes stands before a place.
pub(super) fn is_escaped(text: &str, at: usize) -> bool {
    let head = text.get(..at).unwrap_or_default().as_bytes();
    // Two are a line break, three and more are text: only a single one escapes.
    head.last() == Some(&b'\\') && head.iter().rev().nth(1) != Some(&b'\\')
}

/// Reads `{name}` or `{name:params}` at the start of a text: name, parameters and length.
pub(super) fn tag(text: &str) -> Option<(&str, &str, usize)> {
    let body = text.strip_prefix('{')?;
    let end = body.bytes().take(512).position(|b| matches!(b, b'}' | b'{' | b'\n'))?;
    if body.as_bytes().get(end) != Some(&b'}') {
        return None;
    }
    let inner = body.get(..end)?;
    let (name, params) = inner.split_once(':').unwrap_or((inner, ""));
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    plain.then_some((name, params, end + 2))
}

/// Returns a named parameter of a macro.
pub(super) fn param<'a>(params: &'a str, key: &str) -> Option<&'a str> {
    params.split('|').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case(key).then(|| value.trim())
    })
}

/// Returns the parameter without a name: the language of `{code:rust}`.
pub(super) fn bare_param(params: &str) -> Option<&str> {
    params.split('|').map(str::trim).find(|part| !part.is_empty() && !part.contains('='))
}

/// Panel colours. Source: Atlassian's wiki markup transformer, which writes and reads these; `tip` has no own colour
/// there and gets one of the same palette.
const PANELS: &[(PanelKind, &str)] = &[
    (PanelKind::Info, "#deebff"),
    (PanelKind::Note, "#eae6ff"),
    (PanelKind::Tip, "#e6fcff"),
    (PanelKind::Success, "#e3fcef"),
    (PanelKind::Warning, "#fffae6"),
    (PanelKind::Error, "#ffebe6"),
];

/// Returns the background colour of a kind of panel, if it has one.
pub(super) fn panel_color(kind: PanelKind) -> Option<&'static str> {
    PANELS.iter().find(|(known, _)| *known == kind).map(|(_, color)| *color)
}

/// Returns the kind of a panel macro.
pub(super) fn panel_kind(name: &str, params: &str) -> PanelKind {
    match name {
        "info" => PanelKind::Info,
        "note" => PanelKind::Note,
        "tip" => PanelKind::Tip,
        "warning" => PanelKind::Warning,
        _ => {
            let color = param(params, "bgColor").unwrap_or_default();
            PANELS
                .iter()
                .find(|(_, known)| known.eq_ignore_ascii_case(color))
                .map_or(PanelKind::Plain, |(kind, _)| *kind)
        }
    }
}

/// Languages that `{code:…}` knows in Data Center; another name makes it show an error box.
/// Source: Jira's text formatting help, list of the code macro.
const LANGUAGES: &[&str] = &[
    "actionscript",
    "ada",
    "applescript",
    "bash",
    "c",
    "c#",
    "c++",
    "cpp",
    "css",
    "erlang",
    "go",
    "groovy",
    "haskell",
    "html",
    "java",
    "javascript",
    "js",
    "json",
    "lua",
    "nyan",
    "objc",
    "perl",
    "php",
    "python",
    "r",
    "ruby",
    "scala",
    "sh",
    "sql",
    "swift",
    "visualbasic",
    "xml",
    "yaml",
];

/// Returns the name that Jira knows a language by.
pub(super) fn language(name: &str) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let name = match name.as_str() {
        "shell" | "zsh" | "console" => "bash",
        "yml" => "yaml",
        "py" => "python",
        "rb" => "ruby",
        "golang" => "go",
        "csharp" | "cs" => "c#",
        "objective-c" => "objc",
        "vb" => "visualbasic",
        "typescript" | "ts" | "jsx" | "tsx" => "javascript",
        "svg" | "xhtml" => "xml",
        other => other,
    };
    LANGUAGES.contains(&name).then(|| name.to_owned())
}
