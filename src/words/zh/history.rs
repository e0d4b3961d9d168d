//! `guajira why`.

use super::{after, between, stage};
use crate::words::{HistoryWords, Lang, told};

pub(in crate::words) fn history(said: HistoryWords<'_>) -> String {
    match said {
        HistoryWords::NothingKnown { item } => format!("{item} 从未同步过，或记录已过期"),
        HistoryWords::NothingKnownHint => "它可能不在已读取的范围内（`guajira status`），或没有匹配的路由\
                                   （`guajira check --explain`）；历史记录保留 90 天"
            .to_owned(),
        HistoryWords::PairIs { source, guance, name, jira } => {
            format!("{}问题 {guance} 对应 Jira 的 {name}（{jira}）", after(source))
        }
        HistoryWords::PairGone => "；其中一个已不存在：不再写入".to_owned(),
        HistoryWords::PairAttached { by: Some(by) } => {
            format!("；该 Jira 事务属于 {by}，本条仅计入其中，不写入其他内容")
        }
        HistoryWords::PairAttached { by: None } => {
            "；该 Jira 事务属于另一条，本条仅计入其中，不写入其他内容".to_owned()
        }
        HistoryWords::PairRetired { by: Some(by) } => format!("；该 Jira 事务已改由 {by} 继续：不再为本条写入"),
        HistoryWords::PairRetired { by: None } => "；该 Jira 事务已改由另一条继续：不再为本条写入".to_owned(),
        HistoryWords::PairUnlinked => "；关联已被手工解除：两边都不再写入".to_owned(),
        HistoryWords::PairClosed => "；Jira 上已关闭：重新打开之前不写入".to_owned(),
        HistoryWords::CommentIs { id, origin, other, copy, pair } => {
            format!("{}评论 {id} 对应{}的 {copy}，属于 {pair}", after(origin), between(other))
        }
        HistoryWords::Since { since, why } => format!("自 {since} 起：{why}"),
        HistoryWords::Queued { stage: at, since, not_before, summary, why } => {
            let next = not_before.map(|at| format!("，不早于 {at} 重试")).unwrap_or_default();
            let why = why.map(|why| format!("：{}", told(why, Lang::Zh))).unwrap_or_default();
            format!("自 {since} 起{}{next}：{summary}{why}", stage(at))
        }
        HistoryWords::MessageSent { at, summary, why } => {
            let why = why.map(|why| format!("；按已发送处理：{}", told(why, Lang::Zh))).unwrap_or_default();
            format!("{at} 发送：{summary}{why}")
        }
        HistoryWords::DroppedBecause { because } => format!("（放弃原因：{because}）"),
    }
}
