//! Simplified Chinese.

mod run;
mod summary;
mod sync;
mod take;
mod page;
mod signals;
mod usage;
mod news;
mod status;
mod adopt;
mod alerts;
mod check;
mod config;
mod explain;
mod field;
mod health;
mod hint;
mod items;
mod by_hand;
mod kept;
mod history;
mod note;
mod piped;
mod notify;
mod plan;
mod state;
mod init;
mod login;
mod adapter;
mod call;
mod engine;
mod made;

pub(super) use adapter::{guance_fault, hidden, jira_fault, less};
pub(super) use adopt::{adopt, adopt_error, left};
pub(super) use alerts::{alerts_fine, alerts_hint, alerts_mend, alerts_tested, alerts_wrong};
pub(super) use by_hand::{by_hand, hand_error};
pub(super) use call::{call_fault, cause, list_fault};
pub(super) use check::{check, fine, mend, tested, wrong};
pub(super) use config::{
    command_fault, config_fault, config_hint, config_place, config_warning, field_flaw, flaw, secret_fault,
    secret_flaw, secret_place, wanted,
};
pub(super) use engine::engine_fault;
pub(super) use explain::explain;
pub(super) use field::field_reason;
pub(super) use health::health;
pub(super) use hint::{hint, item_hint, jira_hint, state_hint};
pub(super) use history::history;
pub(super) use init::init;
pub(super) use items::items;
pub(super) use kept::kept;
pub(super) use login::{auth, key_flaw, oauth_hint};
pub(super) use made::{length, template_fault};
pub(super) use news::news;
pub(super) use note::note;
pub(super) use notify::{message_words, notify_hint};
pub(super) use page::page;
pub(super) use piped::{event_flaw, piped, piped_fault};
pub(super) use plan::plan;
pub(super) use run::run;
pub(super) use signals::signals;
pub(super) use state::state;
pub(super) use status::status;
pub(super) use summary::summary;
pub(super) use sync::sync;
pub(super) use take::take;
pub(super) use usage::{HELP, usage};

use super::{Column, Count, Cut, Lang, Origin, Service, Stage, Why, Written, told_restriction, told_template};

pub(super) fn written(what: Written<'_>) -> String {
    match what {
        Written::Name(service) => origin(service).trim().to_owned(),
        Written::LinkBack(service) => format!("{}：", origin(service).trim()),
        Written::DeletedOn(service) => format!("原文已在{}删除", origin(service)),
        Written::Somebody => "有人".to_owned(),
        Written::StatusSet { on, status, at } => format!(" 在{}将问题状态改为 {status} · {at}", origin(on)),
        Written::TitleNow { on, title } => format!("{}上的标题现在是：{title}", origin(on).trim_start()),
        Written::BodyNow(on) => format!("{}上的描述现在是：", origin(on).trim_start()),
        Written::Repeats { count, last } => format!("监控器已重复此告警 {count} 次，最近一次：{last}。"),
        Written::NoRepeats => "监控器的重复告警记录已全部删除。".to_owned(),
        Written::Occurrence { number } => format!("告警再次发生：目前共 {number} 次。"),
        Written::Joined { count: 0 } => "没有其他同样的问题仍未关闭。".to_owned(),
        Written::Joined { count } => format!("还有 {count} 个同样的问题未关闭，最近一个："),
        Written::GoesOn => "之前的问题已结束，下面这个同样的问题仍未关闭，由此事务继续跟进：".to_owned(),
        Written::Again => "同样的问题再次出现，由此事务继续跟进：".to_owned(),
        Written::Chat => "群聊".to_owned(),
        Written::Mirrors => "同步自".to_owned(),
        Written::ReadCut => "…（已截断：后文见原文）".to_owned(),
    }
}

/// Nothing stands behind the address: a service may take a full-width bracket for a part of it.
pub(super) const CUT: Cut =
    Cut { begins: "…（已截断", alone: "…（已截断）", before: "…（已截断）全文：", behind: "" };

/// Returns the name of a system with Chinese on both sides.
fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Guance => "观测云",
        Origin::Jira => " Jira ",
        Origin::Jsm => " JSM ",
        Origin::Opsgenie => " Opsgenie ",
        Origin::Piped => "告警源",
    }
}

/// Returns the name of a service with Chinese behind it.
fn after(service: Service) -> &'static str {
    match service {
        Service::Guance => "观测云",
        Service::Jira => "Jira ",
        Service::Source => "来源",
    }
}

/// Returns the name of a service with Chinese before it.
fn before(service: Service) -> &'static str {
    match service {
        Service::Guance => "观测云",
        Service::Jira => " Jira",
        Service::Source => "来源",
    }
}

/// Returns the name of a service with Chinese on both sides.
fn between(service: Service) -> &'static str {
    match service {
        Service::Guance => "观测云",
        Service::Jira => " Jira ",
        Service::Source => "来源",
    }
}

/// Returns the name of a service as the head of a line, as wide as the other heads.
fn head(service: Service) -> &'static str {
    match service {
        Service::Guance => "观测云  ",
        Service::Jira => "Jira    ",
        Service::Source => "来源    ",
    }
}

fn side(service: Service) -> &'static str {
    match service {
        Service::Guance => "观测云",
        Service::Jira => "Jira",
        Service::Source => "来源",
    }
}

fn counted(what: Count, n: usize) -> String {
    match what {
        Count::IssuesCreated => format!("新建 {n} 个问题"),
        Count::IssuesContinued => format!("继续使用 {n} 个事务"),
        Count::IssuesJoined => format!("{n} 个问题计入已打开的事务"),
        Count::CommentsCopied => format!("复制 {n} 条评论"),
        Count::CommentsEdited => format!("修改 {n} 条评论"),
        Count::CommentsDeleted => format!("删除 {n} 条评论"),
        Count::FilesCopied => format!("复制 {n} 个附件"),
        Count::FieldsChanged => format!("更新 {n} 个字段"),
        Count::Conflicts => format!("{n} 处冲突"),
        Count::LinksSet => format!("建立 {n} 个链接"),
        Count::FoundDone => format!("{n} 项写入此前已生效"),
        Count::Recognised => format!("识别出 {n} 个已有副本"),
        Count::FoundLate => format!("补查发现 {n} 项"),
        Count::Released => format!("放行 {n} 项"),
        Count::MessagesSent => format!("发送 {n} 条消息"),
        Count::MessagesDead => format!("{n} 条消息被拒绝"),
        Count::Failed => format!("{n} 项失败"),
        Count::Pending => format!("{n} 项待发送"),
        Count::Held => format!("{n} 项被限流阀暂扣"),
        Count::InDoubt => format!("{n} 项结果未知"),
        Count::Dead => format!("{n} 项已停止重试"),
        Count::HeldForLabel => format!("{n} 项暂扣：Jira 上已有带其 uuid 的问题"),
        Count::Planned => format!("计划写入 {n} 项"),
    }
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Pending => "待发送",
        Stage::Held => "暂扣",
        Stage::InDoubt => "结果未知",
        Stage::InFlight => "发送中",
        Stage::Dead => "已停止重试",
        Stage::Dropped => "已放弃",
        Stage::Failed => "失败",
    }
}

/// Returns what people call a field, which the program names in English.
fn field(name: &str) -> &str {
    match name {
        "status" => "状态",
        "assignee" => "负责人",
        "title" => "标题",
        "description" => "描述",
        "priority" => "优先级",
        other => other,
    }
}

pub(super) fn why(why: Why<'_>) -> String {
    match why {
        Why::FlowOff(flow) => format!("配置中 flow.{flow} 已关闭"),
        Why::Echo => "由 guajira 写入".to_owned(),
        Why::Unchanged => "已同步".to_owned(),
        Why::Queued => "已在等待发送".to_owned(),
        Why::InDoubt => "之前的一次写入结果未知，先查证".to_owned(),
        Why::MayBeThere => "写于 guajira 的状态文件之前：副本可能已经存在，而且无法查证".to_owned(),
        Why::Restricted { hidden } => format!("可见范围受限：{}", told_restriction(hidden, Lang::Zh)),
        Why::NoRoute => "没有匹配的 [[route]]（见 guajira check --explain）".to_owned(),
        Why::RouteUnclear { number, template } => {
            format!("第 {number} 个 [[route]] 的 `when` 出错：{}", told_template(template, Lang::Zh))
        }
        Why::LevelNotListed(level) => format!("[route.priority] 未列出等级 {level}"),
        Why::OutsideWindow => "创建时间早于同步起点；`guajira sync --since 7d` 可补最近 7 天的问题".to_owned(),
        Why::SecondClaim => "带有标记，但其原文另有副本或已不存在".to_owned(),
        Why::TooLarge(what) => {
            format!("附件过大：{}（flow.max_attachment）", what.replace(" is larger than ", " 超过 "))
        }
        Why::Dead => "此前被拒绝，之后未改动（见 guajira retry）".to_owned(),
        Why::Closed(status) => format!("Jira 问题处于关闭状态 {status}"),
        Why::Deleted => "发送之前已被删除".to_owned(),
        Why::Repeat => "监控器的重复告警（route.repeats）".to_owned(),
        Why::Gone => "两边的问题有一个已不存在".to_owned(),
        Why::Unlinked => "关联已被手工解除（guajira unlink）".to_owned(),
        Why::NotOurs => "副本已不带 guajira 的标记，不再改动".to_owned(),
        Why::BothChanged { field: name, newer } => {
            format!("{}在两边都被修改；以较新的{}一方为准", field(name), between(newer))
        }
        Why::PriorityByHand => "优先级在 Jira 上被手工修改，保持不变".to_owned(),
        Why::FieldByHand { name } => {
            format!("字段“{name}”在 Jira 上被手工修改，保持不变（[route.fields] 的 keep）")
        }
        Why::FieldNotTold { name } => {
            format!("Jira 没有给出字段“{name}”的内容，因此不改写它（[route.fields] 的 keep）")
        }
        Why::ByHand(name) => format!("{}在 Jira 上被手工修改，保持不变；新内容写在评论里", field(name)),
        Why::NobodyFound { names, on } => format!("{}上没有对应的账号：{names}（见 [people]）", after(on)),
    }
}

pub(super) fn column(column: Column) -> &'static str {
    match column {
        Column::Stage => "阶段",
        Column::Item => "条目",
        Column::Tries => "次数",
        Column::NextTry => "下次重试",
        Column::What => "内容",
        Column::Why => "原因",
        Column::UnreadableOn => "无法解读",
        Column::Run => "运行",
        Column::Began => "开始",
        Column::Took => "用时",
        Column::Result => "结果",
    }
}
