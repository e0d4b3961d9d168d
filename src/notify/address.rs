//! The address of a room: whether it can be one, and which parts of it are the credential. Nothing here repeats any of it.

use reqwest::Url;

use super::kind::Kind;
use crate::secret::{REDACTED, Secret};
use crate::words::Flaw;

/// What stands before the token of a Feishu bot.
const FEISHU_PATH: &str = "/open-apis/bot/v2/hook/";

/// What stands before the token of a flow of Feishu's automation, which takes another body.
const FEISHU_FLOW_PATH: &str = "/flow/api/trigger-webhook/";

/// Fewest characters of a part of a webhook's address that is taken for a credential.
const MIN_TOKEN: usize = 16;

/// Fewest bytes of a part of a webhook's address that is taken out of errors.
const MIN_PART: usize = 4;

/// Says what is wrong with an address for this kind of room. `true`: it is unencrypted, and leads to another machine.
///
/// # Errors
/// Without any part of the address: it is a secret.
pub fn check(kind: Kind, address: &Secret) -> Result<bool, Flaw> {
    let url = Url::parse(address.expose()).map_err(|_| Flaw::NoAddress)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Flaw::LoginInAddress);
    }
    let host = url.host_str().unwrap_or_default();
    if !matches!(url.scheme(), "http" | "https") || host.is_empty() {
        return Err(Flaw::NotHttp);
    }
    if url.fragment().is_some() {
        return Err(Flaw::HasFragment);
    }
    if url.path().starts_with(FEISHU_FLOW_PATH) && kind == Kind::Feishu {
        return Err(Flaw::IsFeishuFlow);
    }
    if let Some(other) = Kind::at_host(host).filter(|other| *other != kind && kind != Kind::Webhook) {
        return Err(Flaw::OtherRoom { kind: other.shown().to_owned() });
    }
    if !is_of_kind(kind, &url) {
        return Err(Flaw::NoRoom { kind: kind.shown().to_owned(), example: kind.example().to_owned() });
    }
    Ok(url.scheme() == "http" && !is_loopback(host))
}

fn is_of_kind(kind: Kind, url: &Url) -> bool {
    match kind {
        Kind::Feishu => url.path().strip_prefix(FEISHU_PATH).is_some_and(|token| !token.is_empty()),
        Kind::DingTalk => value(url, "access_token").is_some(),
        Kind::WeCom => value(url, "key").is_some_and(|key| is_uuid(&key)),
        Kind::Slack => last_segment(url).is_some(),
        Kind::Webhook => true,
    }
}

/// Returns the parts of an address that let their owner post into the room.
pub(super) fn credentials(kind: Kind, address: &Secret) -> Vec<Secret> {
    let Ok(url) = Url::parse(address.expose()) else { return vec![address.clone()] };
    let found: Vec<String> = match kind {
        Kind::Feishu | Kind::Slack => last_segment(&url).into_iter().collect(),
        Kind::DingTalk => value(&url, "access_token").into_iter().collect(),
        Kind::WeCom => value(&url, "key").into_iter().collect(),
        Kind::Webhook => {
            let parts = url.path_segments().into_iter().flatten().map(str::to_owned);
            parts.chain(url.query_pairs().map(|(_, value)| value.into_owned())).filter(|part| is_token(part)).collect()
        }
    };
    found.into_iter().map(Secret::new).collect()
}

/// Takes every part of a webhook's address out of what its receiver says. Nobody knows which of them is the credential, and an
/// ordinary word is missed less in an error than in people's texts.
pub(super) fn scrubbed(kind: Kind, address: &Secret, words: String) -> String {
    let Some(url) = Url::parse(address.expose()).ok().filter(|_| kind == Kind::Webhook) else { return words };
    let path = url.path_segments().into_iter().flatten().map(str::to_owned);
    let values = url.query_pairs().map(|(_, value)| value.into_owned());
    let raw = url.query().unwrap_or_default().split(['&', '=']).map(str::to_owned);
    let mut parts: Vec<String> = path.chain(values).chain(raw).filter(|part| part.len() >= MIN_PART).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts.iter().fold(words, |words, part| words.replace(part.as_str(), REDACTED))
}

/// Returns scheme, host and port.
pub(super) fn origin(address: &Secret) -> String {
    Url::parse(address.expose()).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

/// Returns true for an address of Slack itself, which takes more than its imitators.
pub(super) fn is_slack(address: &Secret) -> bool {
    let url = Url::parse(address.expose()).ok();
    url.and_then(|url| Kind::at_host(url.host_str()?)) == Some(Kind::Slack)
}

fn value(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.into_owned())
}

fn last_segment(url: &Url) -> Option<String> {
    url.path_segments()?.rev().find(|segment| !segment.is_empty()).map(str::to_owned)
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// Ordinary words of an address stay: they would be taken out of every text that has them.
fn is_token(part: &str) -> bool {
    part.len() >= MIN_TOKEN && part.contains(|c: char| c.is_ascii_digit()) && part.contains(char::is_alphabetic)
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    let is_address = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    is_address || host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa";

    #[test]
    fn an_address_must_be_one_of_its_kind() {
        let real = "693a91f6-7aec-4bc4-97a0-0ec2a1fa5aaa";
        for (kind, address, wrong) in [
            (Kind::Feishu, "https://open.feishu.cn/open-apis/bot/v2/hook/abc-1", None),
            (Kind::Feishu, "https://open.larksuite.com/open-apis/bot/v2/hook/abc-1", None),
            (Kind::Feishu, "https://open.feishu.cn/open-apis/bot/v2/hook/", Some("NoRoom")),
            (Kind::Feishu, "https://www.feishu.cn/flow/api/trigger-webhook/0abc", Some("IsFeishuFlow")),
            (Kind::Webhook, "https://www.feishu.cn/flow/api/trigger-webhook/0abc", None),
            (Kind::Feishu, "https://oapi.dingtalk.com/robot/send?access_token=a", Some("OtherRoom")),
            (Kind::DingTalk, "https://oapi.dingtalk.com/robot/send?access_token=a", None),
            (Kind::DingTalk, "https://oapi.dingtalk.com/robot/send?access_token=", Some("NoRoom")),
            (Kind::WeCom, &format!("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={real}"), None),
            (Kind::WeCom, &format!("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={UUID}"), Some("NoRoom")),
            (Kind::Slack, "https://hooks.slack.com/services/T0/B0/x", None),
            (Kind::Slack, "https://chat.example.com/sub/hooks/abc/", None),
            (Kind::Slack, "https://chat.example.com/", Some("NoRoom")),
            (Kind::Slack, "https://notslack.com/x", None),
            (Kind::DingTalk, "https://hooks.slack.com/services/x?access_token=1", Some("OtherRoom")),
            (Kind::Webhook, "https://example.com", None),
            (Kind::Webhook, "example.com/x", Some("NoAddress")),
            (Kind::Webhook, "ftp://example.com/x", Some("NotHttp")),
            (Kind::Webhook, "https://u:p@example.com/x", Some("LoginInAddress")),
            (Kind::Webhook, "https://example.com/x#y", Some("HasFragment")),
        ] {
            let said = check(kind, &Secret::new(address)).err().map(|flaw| format!("{flaw:?}"));
            let word = said.as_deref().map(|said| said.split([' ', '{']).next().unwrap_or_default());
            assert_eq!(word, wrong, "{kind:?} {address}");
        }
    }

    #[test]
    fn what_goes_unencrypted_to_another_machine_is_told() {
        for (address, told) in [
            ("http://example.com/x", true),
            ("https://example.com/x", false),
            ("http://127.0.0.1:8080/x", false),
            ("http://[::1]/x", false),
            ("http://chat.localhost/x", false),
        ] {
            assert_eq!(check(Kind::Webhook, &Secret::new(address)), Ok(told), "{address}");
        }
    }

    #[test]
    fn no_part_of_a_webhooks_address_stays_in_an_error() {
        let address = Secret::new("https://example.com/hooks/open-sesame?key=let%20me%20in&v=1");
        let said = "no /hooks/open-sesame?key=let%20me%20in here (let me in), v 1, example.com".to_owned();
        let want = "no /(redacted)/(redacted)?key=(redacted) here ((redacted)), v 1, example.com";
        assert_eq!(scrubbed(Kind::Webhook, &address, said.clone()), want);
        assert_eq!(scrubbed(Kind::Slack, &address, said.clone()), said, "there it is known which part it is");
    }

    #[test]
    fn the_credential_of_an_address_is_its_token_alone() {
        for (kind, address, want) in [
            (Kind::Feishu, "https://open.feishu.cn/open-apis/bot/v2/hook/abc-1", vec!["abc-1"]),
            (Kind::DingTalk, "https://oapi.dingtalk.com/robot/send?access_token=to%2Bken", vec!["to+ken"]),
            (Kind::WeCom, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k", vec!["k"]),
            (Kind::Slack, "https://hooks.slack.com/services/T0/B0/secret/", vec!["secret"]),
            (Kind::Webhook, "https://example.com/incoming-webhooks/guajira", vec![]),
            (
                Kind::Webhook,
                "https://example.com/hook/0123456789abcdef?sig=SGVsbG8tV29ybGQtMTIz&version=2016-06-01",
                vec!["0123456789abcdef", "SGVsbG8tV29ybGQtMTIz"],
            ),
        ] {
            let found = credentials(kind, &Secret::new(address));
            assert_eq!(found.iter().map(Secret::expose).collect::<Vec<_>>(), want, "{address}");
        }
    }
}
