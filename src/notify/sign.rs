//! Signatures. The two Chinese ones differ in everything but the hash.

use std::fmt::Write as _;

use ring::hmac;

use crate::secret::{Secret, base64};

/// Signs as Feishu wants it: the key is the time in seconds, a line break and the secret; nothing is signed with it.
///
/// Source: Lark, "Custom bot usage guide".
pub(super) fn feishu(seconds: i64, secret: &Secret) -> String {
    let key = format!("{seconds}\n{}", secret.expose());
    base64(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), b"").as_ref())
}

/// Signs as `DingTalk` wants it: the key is the secret; what is signed is the time in milliseconds, a line break and the secret.
/// Not yet encoded for an address.
///
/// Source: `DingTalk`, "自定义机器人安全设置".
pub(super) fn dingtalk(millis: i64, secret: &Secret) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    base64(hmac::sign(&key, format!("{millis}\n{}", secret.expose()).as_bytes()).as_ref())
}

/// Signs a body and the time at which it was signed, as Grafana's webhooks do: `SECONDS:BODY`, in lower-case hexadecimal digits.
///
/// Source: grafana/alerting, `http/hmac.go`.
pub(super) fn body(seconds: i64, body: &str, secret: &Secret) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    let mac = hmac::sign(&key, format!("{seconds}:{body}").as_bytes());
    mac.as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with Python's `hmac`, and the first with the inputs of Lark's own page.
    #[test]
    fn signatures_are_what_another_program_computes() {
        for (seconds, secret, want) in [
            (100, "demo", "jquNHnVOwmDRfw+vqTIrY5dooJAgi5EcRtLsQE4wfXg="),
            (1_599_360_473, "demo", "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="),
            (1_599_360_473, "Kx9-飞书?", "8M5oMiqpbvTh8qIY7GgEwuGcmx3U5dpiltjnVYrDo0M="),
        ] {
            assert_eq!(feishu(seconds, &Secret::new(secret)), want);
        }
        for (millis, secret, want) in [
            (1_577_262_236_757, "this is secret", "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="),
            (1_700_000_000_004, "SEC000000000000000000000", "dYgH6xrRTcunrT2tx3/D89WF+vvbPlpI9FuEGVpjJbw="),
        ] {
            assert_eq!(dingtalk(millis, &Secret::new(secret)), want);
        }
        let text = r#"{"event":"issue.new","id":"issue_0a1b"}"#;
        let want = "965d6957c8de25a3c8b1fbd9b81f720d10027aa596d5f98de7742894ae8f630f";
        assert_eq!(body(1_700_000_000, text, &Secret::new("s3cret")), want);
    }
}
