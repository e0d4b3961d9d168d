//! What services read in a text: mentions and links.

/// What stands between two marks, each time.
pub(super) fn between<'t>(text: &'t str, begin: &str, end: &str) -> Vec<&'t str> {
    text.split(begin).skip(1).filter_map(|rest| rest.split_once(end).map(|(inside, _)| inside)).collect()
}

/// The targets of Markdown links and pictures. No backslash helps: not every service knows them.
pub(super) fn markdown_links(text: &str) -> Vec<String> {
    let mut links: Vec<String> = between(text, "](", ")").into_iter().map(str::to_owned).collect();
    links.extend(between(text, "]:", "\n").into_iter().map(|target| target.trim().to_owned()));
    links.extend(between(text, "<http", ">").into_iter().map(|rest| format!("http{rest}")));
    links
}

/// Feishu's tags: `<at id=X>`, `<at user_id="X">`, `<at email=X>`.
pub(super) fn feishu_tags(text: &str) -> Vec<String> {
    let tags = between(text, "<at ", ">").into_iter();
    tags.filter_map(|tag| {
        let (_, id) = tag.split_once('=')?;
        Some(id.trim_matches(['"', '\'', '/', ' ']).to_owned())
    })
    .collect()
}

/// `WeCom`'s: `<@X>`.
pub(super) fn wecom_tags(text: &str) -> Vec<String> {
    between(text, "<@", ">").into_iter().map(|id| id.trim_start_matches('@').to_owned()).collect()
}

/// Slack's: `<!channel>`, `<!subteam^S1|x>`, `<@U1|x>`; and its links `<http…|x>`.
pub(super) fn slack_tags(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut pings, mut links) = (Vec::new(), Vec::new());
    for tag in between(text, "<", ">") {
        let target = tag.split('|').next().unwrap_or_default();
        match target.chars().next() {
            Some('!') if ["!channel", "!here", "!everyone", "!all"].contains(&target) => pings.push("all".to_owned()),
            Some('!') => pings.push(target.trim_start_matches("!subteam^").to_owned()),
            Some('@') => pings.push(target[1..].to_owned()),
            Some('#') => links.push(target.to_owned()),
            _ => links.push(target.replace("&amp;", "&")),
        }
    }
    (pings, links)
}

/// Mattermost's bare `@name`, where no letter stands before it.
pub(super) fn bare_names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in text.match_indices('@') {
        let is_inside = text[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let name: String = text[at + 1..].chars().take_while(|c| is_name(*c)).collect();
        if !is_inside && !name.is_empty() {
            let everybody = ["channel", "all", "here"].contains(&name.to_lowercase().as_str());
            names.push(if everybody { "all".to_owned() } else { name });
        }
    }
    names
}
