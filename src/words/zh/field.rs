//! Fields of Jira issues.

use crate::words::FieldReason;

pub(in crate::words) fn field_reason(reason: &FieldReason) -> String {
    match reason {
        FieldReason::NotOnScreen => "不在创建界面上".to_owned(),
        FieldReason::NotOnEditScreen => "不在编辑界面上".to_owned(),
        FieldReason::ScreenUnknown => "此 Jira 没有给出创建界面上有哪些字段".to_owned(),
        FieldReason::NoRequestField => "此 Jira 没有保存请求类型的字段".to_owned(),
        FieldReason::NoRequestTypes => {
            "Jira 没有列出此项目的请求类型：请写 id，Server 版也可写门户与类型的键（sd/incident）".to_owned()
        }
        FieldReason::NobodyNamed => "没有指明任何人".to_owned(),
        FieldReason::NoId => "Jira 没有给出它的 id".to_owned(),
        FieldReason::NoAccount { word } => format!("没有账号 {word:?}"),
        FieldReason::NoAccountByAddress { word } => {
            format!("没有账号 {word:?}；隐藏了邮箱的账号要用账号 id 查找")
        }
        FieldReason::OneAccount => "只能填一个账号".to_owned(),
        FieldReason::OneValue => "只能填一个值".to_owned(),
        FieldReason::ValueAndOneBelow => "应填一个值和它的一个下级值".to_owned(),
        FieldReason::IsEmpty => "为空".to_owned(),
        FieldReason::Needs { part } => format!("缺少 {part:?}"),
        FieldReason::NoneOf { word, names } => format!("{word:?} 不是可选值之一：{names}"),
        FieldReason::NoNumber { text } => format!("{text:?} 不是数字"),
        FieldReason::NoDate { text } => format!("{text:?} 不是日期，应写成 2026-11-22 这样"),
        FieldReason::UnknownType { kind } => format!("guajira 不能填写类型为 {kind:?} 的字段"),
    }
}
