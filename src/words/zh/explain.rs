//! `guajira check --explain`.

use crate::words::{ExplainWords, Lang, told, told_template};

pub(in crate::words) fn explain(said: ExplainWords<'_>) -> String {
    match said {
        ExplainWords::NoSuchIssue { uuid, why } => {
            let why = why.map(|why| format!("：{}", told(why, Lang::Zh))).unwrap_or_default();
            format!("观测云上没有这个 Key 能读取的问题 {uuid}{why}")
        }
        ExplainWords::NoSuchIssueHint => "uuid 以 issue_ 开头，可在控制台该问题的地址栏中找到".to_owned(),
        ExplainWords::AlreadyIs { name } => format!("已同步为 {name}"),
        ExplainWords::CountedIn { name } => format!("计入另一个问题的工单 {name}"),
        ExplainWords::LeftTo { name: "" } => "它的工单已由另一个问题继续使用".to_owned(),
        ExplainWords::LeftTo { name } => format!("它的工单 {name} 现在属于另一个问题"),
        ExplainWords::ReuseNoKey => "会单独建单，以后也不会被继续使用：key 为空".to_owned(),
        ExplainWords::ReuseOwn => "会单独建单：没有同一问题的工单".to_owned(),
        ExplainWords::ReuseContinues { name } => format!("会继续使用 {name}"),
        ExplainWords::ReuseJoins { name } => format!("会计入仍未关闭的 {name}"),
        ExplainWords::ReuseAwaits => "会先等待：同一问题的工单正由另一个问题继续使用".to_owned(),
        ExplainWords::Route { number, issue_type, project, verdict } => {
            format!("路由 {number}：项目 {project} 的 {issue_type}：{verdict}")
        }
        ExplainWords::Takes => "由它处理".to_owned(),
        ExplainWords::Holds => "条件成立".to_owned(),
        ExplainWords::DoesNotHold => "条件不成立".to_owned(),
        ExplainWords::CannotBeTold { why } => format!("无法判断：{}", told_template(why, Lang::Zh)),
        ExplainWords::ComesLater { first } => format!("条件成立，但路由 {first} 排在前面"),
        ExplainWords::MakesNothing => "空：不填写".to_owned(),
        ExplainWords::MakesNothingBecause { why } => format!("空：{}", told_template(why, Lang::Zh)),
        ExplainWords::NotSent { why } => format!("不会同步：{why}"),
        ExplainWords::WouldGet { issue_type, project } => format!("Jira 将在项目 {project} 中创建 {issue_type}："),
        ExplainWords::WouldGetNothing { why } => format!("  无法创建：{}", told(why, Lang::Zh)),
        ExplainWords::Without { field, why } => format!("  不带 {field}：{why}"),
    }
}
