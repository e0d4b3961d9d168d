//! The report of a run, below its summary.

use super::{after, between, stage};
use crate::words::{Lang, SyncWords, told, told_restriction};

pub(in crate::words) fn sync(said: SyncWords<'_>) -> String {
    match said {
        SyncWords::ItemFailed { stage: at, summary, item, why } => {
            format!("  {}：{summary}（{item}）：{}", stage(at), told(why, Lang::Zh))
        }
        SyncWords::MoreUnreadable { count } => format!("  失败：另有 {count} 条记录无法解读"),
        SyncWords::LeftOut { what } => format!("  已略去：{what}"),
        SyncWords::NobodyFound { names } => format!("  找不到账号：{names}；请写入 sync.toml 的 [people]"),
        SyncWords::PeopleOn { names, side: one } => format!("{}上的 {names}", after(one)),
        SyncWords::Clock { side: one, seconds, behind } => {
            let way = if behind { "慢" } else { "快" };
            format!("  时钟：本机比{}{way} {seconds} 秒；数据不会丢失，但请用 NTP 校时", between(one))
        }
        SyncWords::OverTheBrake { most } => {
            format!("  暂扣：新问题超过一次运行的上限（max_creates = {most}）；用 `guajira sync --release` 放行")
        }
        SyncWords::WhatOfDoubt => "  结果未知：没有收到应答；下一次运行会查证是否已写入".to_owned(),
        SyncWords::WhatOfFailing => "  失败后待发送：之后的运行会重试；`guajira status` 显示时间".to_owned(),
        SyncWords::Interrupted => "  中途停止：由下一次运行继续，也可以现在运行 `guajira sync`".to_owned(),
        SyncWords::HeldForLabel { summary, why } => format!("  暂扣：{summary}：{}", told(why, Lang::Zh)),
        SyncWords::Decide => "  请一次性决定：`guajira adopt --script --created-by ACCOUNT` 接管这些问题；\
                         `guajira sync --release` 或 [jira].script = \"none\" 则由 guajira 另建"
            .to_owned(),
        SyncWords::FilesStay { count, why } => {
            format!("  留在 Jira 的附件：{count} 个（{}）", told_restriction(why, Lang::Zh))
        }
        SyncWords::Restricted => "可见范围受限".to_owned(),
        SyncWords::WhatOfDead => "  已停止重试：先排除原因（`guajira status`），再 `guajira retry ID`；\
                             或用 `guajira drop ID --because TEXT` 放弃"
            .to_owned(),
        SyncWords::WouldTell { room, text } => format!("→ {room}：{text}"),
        SyncWords::AnswersLost { count } => {
            format!("  {count} 条消息发出后没有应答：最多发一次，按已发送处理；`guajira why ITEM` 显示是哪个群")
        }
        SyncWords::WaitsUntil { side: one, until } => format!(
            "  {}要求在 {until} 之前不要访问；之后的运行会继续（`guajira retry --all` 和补录不受此限）",
            after(one)
        ),
        SyncWords::NotCarried { count, why } => format!("  未同步：{count} 项（{why}）"),
    }
}
