//! Colours as people write them in styles and macros.

/// Returns `#rrggbb` for a colour by name, `#rgb`, `#rrggbb` or `rgb(r, g, b)`.
pub(crate) fn parse(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    if text.starts_with('#') {
        return (text.len() <= 7).then_some(text);
    }
    if let Some(parts) = text.strip_prefix("rgb").and_then(|rest| rest.split_once('(')) {
        let parts = parts.1.trim_end_matches(')').replace(',', " ");
        let mut numbers = parts.split_whitespace().map(|part| part.parse::<u8>().ok());
        let (r, g, b) = (numbers.next()??, numbers.next()??, numbers.next()??);
        return Some(format!("#{r:02x}{g:02x}{b:02x}"));
    }
    NAMES.iter().find(|(name, _)| *name == text).map(|(_, hex)| (*hex).to_owned())
}

const NAMES: &[(&str, &str)] = &[
    ("aqua", "#00ffff"),
    ("black", "#000000"),
    ("blue", "#0000ff"),
    ("brown", "#a52a2a"),
    ("crimson", "#dc143c"),
    ("cyan", "#00ffff"),
    ("darkblue", "#00008b"),
    ("darkgray", "#a9a9a9"),
    ("darkgreen", "#006400"),
    ("darkgrey", "#a9a9a9"),
    ("darkorange", "#ff8c00"),
    ("darkred", "#8b0000"),
    ("fuchsia", "#ff00ff"),
    ("gold", "#ffd700"),
    ("gray", "#808080"),
    ("green", "#008000"),
    ("grey", "#808080"),
    ("indigo", "#4b0082"),
    ("lightblue", "#add8e6"),
    ("lightgray", "#d3d3d3"),
    ("lightgreen", "#90ee90"),
    ("lightgrey", "#d3d3d3"),
    ("lime", "#00ff00"),
    ("magenta", "#ff00ff"),
    ("maroon", "#800000"),
    ("navy", "#000080"),
    ("olive", "#808000"),
    ("orange", "#ffa500"),
    ("orangered", "#ff4500"),
    ("pink", "#ffc0cb"),
    ("purple", "#800080"),
    ("red", "#ff0000"),
    ("silver", "#c0c0c0"),
    ("skyblue", "#87ceeb"),
    ("steelblue", "#4682b4"),
    ("teal", "#008080"),
    ("tomato", "#ff6347"),
    ("violet", "#ee82ee"),
    ("white", "#ffffff"),
    ("yellow", "#ffff00"),
];
