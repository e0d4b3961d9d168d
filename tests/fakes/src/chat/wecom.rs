//! A group's webhook of `WeCom`.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Post, Room, TOKEN, marks, object, text, unknown_field};
use crate::server::{Request, Response};

const MAX_TEXT: usize = 2048;
const MAX_MARKDOWN: usize = 4096;
const PER_MINUTE: usize = 20;

pub(super) fn answer(room: &mut Room, request: &Request, now: DateTime<Utc>) -> Response {
    let said = |code: i64, msg: &str| Response::json(200, &json!({"errcode": code, "errmsg": msg}));
    let more = "hint: [1], from ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/devtool/query?e=";
    // Every call counts, failed ones too.
    if room.calls_within(TimeDelta::minutes(1), now) > PER_MINUTE {
        return said(45009, &format!("api freq out of limit, {more}45009"));
    }
    if request.path != "/cgi-bin/webhook/send" || request.query("key") != Some(TOKEN) || room.switches.removed {
        return said(93000, &format!("invalid webhook url, {more}93000"));
    }
    let Some(body) = object(request) else { return said(40008, &format!("invalid message type, {more}40008")) };
    if String::from_utf8_lossy(&request.body).contains("\\u") {
        return said(40033, &format!("cannot contain \\uxxxx escapes, {more}40033"));
    }
    let Some(kind) = text(&body, "/msgtype").filter(|kind| ["text", "markdown", "markdown_v2"].contains(kind)) else {
        return said(40008, &format!("invalid message type, {more}40008"));
    };
    let part = &body[kind];
    let known: &[&str] =
        if kind == "text" { &["content", "mentioned_list", "mentioned_mobile_list"] } else { &["content"] };
    if unknown_field(&body, &["msgtype", kind]).or(unknown_field(part, known)).is_some() {
        return said(40058, &format!("unknown field, {more}40058"));
    }
    let content = part["content"].as_str().unwrap_or_default().to_owned();
    let most = if kind == "text" { MAX_TEXT } else { MAX_MARKDOWN };
    if content.len() > most {
        return said(
            40058,
            &format!("{kind}.content exceed max length {most}. invalid Request Parameter, {more}40058"),
        );
    }
    if content.is_empty() {
        return said(44004, &format!("empty content, {more}44004"));
    }
    let mut pings = if kind == "markdown_v2" { Vec::new() } else { marks::wecom_tags(&content) };
    for list in ["mentioned_list", "mentioned_mobile_list"] {
        let ids = part[list].as_array().into_iter().flatten().filter_map(Value::as_str);
        pings.extend(ids.map(|id| id.trim_start_matches('@').to_owned()));
    }
    let links = if kind == "text" { Vec::new() } else { marks::markdown_links(&content) };
    let warning = room.switches.warning;
    room.take(Post { at: now, text: content, pings, links, body });
    said(0, if warning { "ok. Warning: wrong json format." } else { "ok" })
}
