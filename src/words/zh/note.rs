//! The history.

use super::{after, between};
use crate::words::Note;

pub(in crate::words) fn note(note: &Note) -> String {
    match note {
        Note::Enqueued { what } => format!("已进入队列：{what}"),
        Note::HeldByBrake { what } => format!("被限流阀暂扣：{what}"),
        Note::Held { why } => format!("暂扣：{why}"),
        Note::Written { name, what } => format!("已写入为 {name}：{what}"),
        Note::Found { name, what } => format!("查到此前已写入为 {name}：{what}"),
        Note::LeftOut { field, side: one, why } => format!("略去 {field}，{}拒绝了它：{why}", after(*one)),
        Note::LeftOutWhole { what, side: one, why } => format!("略去{what}，{}拒绝了它：{why}", after(*one)),
        Note::FailedAgain { what, why } => format!("失败，稍后重试：{what}：{why}"),
        Note::LostAnswer { what, why } => format!("结果未知，已发送但没有收到应答：{what}：{why}"),
        Note::CountsAsSent { what } => format!("按已发送处理，因为没有收到应答，也无法查证是否存在：{what}"),
        Note::RefusedForGood { what, why } => format!("被拒绝，不再重试：{what}：{why}"),
        Note::Recognised { name } => format!("识别出 {name} 是它的副本"),
        Note::NotRecognised { name } => format!("{name} 是别的内容的副本，或它另有副本：未识别"),
        Note::Disowned { name } => format!("{name} 并不是它的副本：它在另一个问题中"),
        Note::Renamed { name } => format!("它的副本现为 {name}"),
        Note::NotSentAfterAll { why } => format!("最终没有发送：{why}"),
        Note::NotCarried { why } => format!("未同步：{why}"),
        Note::SaysAgain => "未同步：与对方已有的内容重复".to_owned(),
        Note::NotWrittenOver { why } => format!("没有覆盖：{why}"),
        Note::CopyDeleted => "没有写入：它的副本已被手工删除，不再恢复".to_owned(),
        Note::Deleted => "已被删除".to_owned(),
        Note::ThereAgain => "重新出现".to_owned(),
        Note::Gone { name, side: one } => format!("{name} 已在{}消失：不再写入", between(*one)),
        Note::ComparedAnew { field } => format!("重新比较 {field}"),
        Note::Closed => "它的副本已关闭：不再写入".to_owned(),
        Note::OpenAgain => "它的副本已重新打开".to_owned(),
        Note::Continues { name } => format!("继续使用问题相同的 {name}"),
        Note::ContinuedBy { item, name } => format!("{name} 改由问题相同的 {item} 继续：不再为本条写入"),
        Note::Joins { name, item } => format!("计入 {name}（{item} 的 Jira 事务，问题相同）"),
        Note::JoinedEnded { name } => format!("已结束：不再计入 {name}"),
        Note::JoinedOpen { name } => format!("再次打开：计入 {name}"),
        Note::NotContinued { name, why } => format!("无法继续使用 {name}：{why}"),
        Note::LinkedByHand { name } => format!("已手工关联 {name}"),
        Note::Unlinked { name } => format!("与 {name} 的关联已被手工解除：两边都不再写入"),
        Note::Archived { name } => format!("它的副本 {name} 在 Jira 上已归档：要写入的内容等到恢复之后"),
        Note::ArchivedNoMore { name } => format!("它的副本 {name} 已不再归档"),
        Note::GoesAgain { issue_type, project } => {
            format!("再次发送：项目 {project} 中 {issue_type} 的创建界面有变动")
        }
        Note::Dropped { summary, because } => format!("已放弃：{summary}：{because}"),
    }
}
