//! Simplified Chinese.

use super::{Cut, Service, Written};

pub(super) fn written(what: Written<'_>) -> String {
    match what {
        Written::Name(Service::Guance) => "观测云".to_owned(),
        Written::Name(Service::Jira) => "Jira".to_owned(),
        Written::LinkBack => "观测云：".to_owned(),
        Written::DeletedOn(Service::Guance) => "原文已在观测云删除".to_owned(),
        Written::DeletedOn(Service::Jira) => "原文已在 Jira 删除".to_owned(),
        Written::Somebody => "有人".to_owned(),
        Written::StatusSet { status, at } => format!(" 在观测云将问题状态改为 {status} · {at}"),
        Written::TitleNow { title } => format!("观测云上的标题现在是：{title}"),
        Written::BodyNow => "观测云上的描述现在是：".to_owned(),
        Written::Repeats { count, last } => format!("监控器已重复此告警 {count} 次，最近一次：{last}。"),
        Written::NoRepeats => "监控器的重复告警记录已全部删除。".to_owned(),
        Written::Mirrors => "同步自".to_owned(),
        Written::ReadCut => "…（已截断：后文见原文）".to_owned(),
    }
}

/// Nothing stands behind the address: a service may take a full-width bracket for a part of it.
pub(super) const CUT: Cut =
    Cut { begins: "…（已截断", alone: "…（已截断）", before: "…（已截断）全文：", behind: "" };
