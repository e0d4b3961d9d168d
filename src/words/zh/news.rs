//! What `sync -q` says: what is new, what still fails, what works again.

use super::{after, stage};
use crate::words::{Lang, NewsWords, told};

pub(in crate::words) fn news(said: NewsWords<'_>) -> String {
    match said {
        NewsWords::StillSince { since } => format!("自 {since} 起一直如此："),
        NewsWords::Failed { since, stage: at, summary, item, why } => {
            let why = why.map(|why| format!("：{}", told(why, Lang::Zh))).unwrap_or_default();
            format!("  {since}{}：{summary}（{item}）{why}", stage(at))
        }
        NewsWords::Unreadable { since, record, why } => {
            format!("  {since}无法解读 {record}：{}", told(why, Lang::Zh))
        }
        NewsWords::AndMore { count } => format!("  另有 {count} 项：见 `guajira status`"),
        NewsWords::WorksAgain { what, since } => format!("已恢复：{what}（自 {since} 起曾报告）"),
        NewsWords::Side(one) => format!("{}一侧", after(one)),
        NewsWords::ReadingProject { project } => format!("读取项目 {project}"),
        NewsWords::ReadingRecord { record } => format!("读取 {record}"),
        NewsWords::IsWritten { summary } => format!("{summary} 已写入"),
    }
}
