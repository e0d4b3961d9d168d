//! The kinds of rooms.

/// A kind of room: which service takes the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Feishu (飞书) and Lark: a custom bot.
    Feishu,
    /// `DingTalk` (钉钉): a custom robot.
    DingTalk,
    /// `WeCom` (企业微信): a group's message webhook.
    WeCom,
    /// Slack, and what takes Slack's messages: Mattermost, Rocket.Chat.
    Slack,
    /// Any program that takes JSON.
    Webhook,
}

impl Kind {
    /// The words of the configuration.
    pub const WORDS: [(&str, Self); 5] = [
        ("feishu", Self::Feishu),
        ("dingtalk", Self::DingTalk),
        ("wecom", Self::WeCom),
        ("slack", Self::Slack),
        ("webhook", Self::Webhook),
    ];

    /// Returns what people call it.
    pub fn shown(self) -> &'static str {
        match self {
            Self::Feishu => "Feishu",
            Self::DingTalk => "DingTalk",
            Self::WeCom => "WeCom",
            Self::Slack => "Slack",
            Self::Webhook => "webhook",
        }
    }

    /// Returns what an address of this kind looks like.
    pub fn example(self) -> &'static str {
        match self {
            Self::Feishu => "https://open.feishu.cn/open-apis/bot/v2/hook/…",
            Self::DingTalk => "https://oapi.dingtalk.com/robot/send?access_token=…",
            Self::WeCom => "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…",
            Self::Slack => "https://hooks.slack.com/services/…",
            Self::Webhook => "https://example.com/…",
        }
    }

    /// Returns true when its messages can be signed.
    pub fn signs(self) -> bool {
        matches!(self, Self::Feishu | Self::DingTalk | Self::Webhook)
    }

    /// Returns the kind of rooms at one of the services' own hosts.
    pub(super) fn at_host(host: &str) -> Option<Self> {
        let is_at = |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
        match host {
            _ if is_at("feishu.cn") || is_at("larksuite.com") || is_at("larkoffice.com") => Some(Self::Feishu),
            _ if is_at("dingtalk.com") => Some(Self::DingTalk),
            _ if is_at("weixin.qq.com") => Some(Self::WeCom),
            _ if is_at("slack.com") || is_at("slack-gov.com") => Some(Self::Slack),
            _ => None,
        }
    }
}
