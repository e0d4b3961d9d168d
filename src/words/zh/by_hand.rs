//! `guajira reply`、`push`、`link`、`unlink`.

use super::between;
use crate::words::{HandError, HandWords};

pub(in crate::words) fn by_hand(said: HandWords<'_>) -> String {
    match said {
        HandWords::Posted { side: one, copy, name } => format!("已发布到{}：{copy}（{name}）", between(one)),
        HandWords::PostedAgain { name } => format!("刚刚已在 {name} 发布过相同内容；不再重复发布"),
        HandWords::PostedLater { name } => format!("已为 {name} 排队：另一次运行正在进行，由它或下一次运行发布"),
        HandWords::WaitsOn { side: one, name, why } => format!("尚未发布到{}（{name}）：{why}", between(one)),
        HandWords::Created { item, name } => format!("{item} 对应 Jira 的 {name}"),
        HandWords::Joined { item, name } => {
            format!("{item} 已计入仍未关闭、问题相同的 {name}；再次运行 `guajira push {item}` 可为它单独创建 Jira 事务")
        }
        HandWords::HasIssue { item, name } => format!("{item} 已有 Jira 问题：{name}"),
        HandWords::CreateWaits { item, why } => format!("{item} 的 Jira 问题尚未创建：{why}"),
        HandWords::NextRun => "等待下一次运行".to_owned(),
        HandWords::Linked { item, name } => format!("{item} 与 {name} 已关联"),
        HandWords::LinkedBefore { item, name } => format!("{item} 与 {name} 此前已关联"),
        HandWords::LinkedNext => "下一次运行会读取两边的评论，并补齐缺少的内容".to_owned(),
        HandWords::OtherProject { name, projects } => format!("{name} 不在任何路由的项目中（{projects}）"),
        HandWords::OtherProjectHint => {
            "只有轮到它时 guajira 才会发现它的变化；可为它的项目添加一个 [[route]]".to_owned()
        }
        HandWords::NotMarked { name, why } => format!("无法在 {name} 上写入标记：{why}"),
        HandWords::NotMarkedHint => {
            "关联有效；但没有这个状态文件的运行不会知道它。请允许 Jira 账号编辑该问题，然后再次执行此命令".to_owned()
        }
        HandWords::Unlinked { item, name } => format!("{item} 与 {name} 的关联已解除；两边都不再写入"),
        HandWords::UnlinkedBefore { item, name } => format!("{item} 与 {name} 的关联此前已解除"),
        HandWords::MarkStays { name, why } => format!("无法去掉 {name} 上的标记：{why}"),
        HandWords::MarkStaysHint { command } => {
            format!("这个状态文件记得关联已解除，重新生成的状态文件不会记得。请再次执行 `{command}`")
        }
    }
}

pub(in crate::words) fn hand_error(said: &HandError) -> String {
    match said {
        HandError::NoReply => "参数不是 '#ITEM#TEXT' 的形式".to_owned(),
        HandError::NoReplyHint => "把条目写在两个 # 之间，正文写在后面：'#OPS-12#正在处理'".to_owned(),
        HandError::TooLong { count, most } => format!("正文有 {count} 个字符；最多发布 {most} 个"),
        HandError::TooLongHint => "请缩短正文，或分几次发布".to_owned(),
        HandError::Unknown { item } => format!("{item} 没有关联"),
        HandError::UnknownHint => {
            "请指定已同步的条目：它自己的 id，或它的 Jira 问题，例如 OPS-12；`guajira why` 会说明已知的情况".to_owned()
        }
        HandError::ManyPairs { item, pairs } => format!("{item} 对应多个关联：{pairs}"),
        HandError::ManyPairsHint => "请用 Jira 问题的编号指定其中一个".to_owned(),
        HandError::NoItem { item } => format!("没有哪个来源有条目 {item}"),
        HandError::NoItemHint => "请用来源给它的 id 指定：issue_…，或事件、告警的 id".to_owned(),
        HandError::NoSuchRoute { number, count } => format!("没有第 {number} 条路由；该来源共有 {count} 条"),
        HandError::NoSuchRouteHint => "路由按配置中的顺序从 1 数起".to_owned(),
        HandError::TakenApart { item, name } => format!("{item} 与 {name} 的关联已解除：两边都不再写入"),
        HandError::TakenApartHint => "`guajira link ITEM JIRA-KEY` 可重新关联".to_owned(),
        HandError::TakenOver { item, name } => format!("{name} 已改由另一条继续：不再为 {item} 写入"),
        HandError::PairGone { item, name } => format!("{item} 或 {name} 已不存在：两边都不再写入"),
        HandError::PairGoneHint => "`guajira why` 会说明是哪一个、从何时起".to_owned(),
        HandError::PairClosed { name } => format!("{name} 处于关闭状态：不再写入"),
        HandError::PairClosedHint => "请重新打开该 Jira 问题，或直接在那里填写".to_owned(),
        HandError::PairAway { name, why } => format!("现在无法写入 {name}：{why}"),
        HandError::ItemPaired { item, name } => format!("{item} 已与 {name} 关联"),
        HandError::JiraPaired { name, item } => format!("{name} 已与 {item} 关联"),
        HandError::PairedHint { item } => format!("请先解除那个关联：`guajira unlink {item}`"),
        HandError::MarkedForAnother { name, item } => format!("{name} 带有 {item} 的标记：它是后者的副本"),
        HandError::MarkedHint => "请先让一次运行找到那个关联，用 `guajira unlink` 解除它，再执行此命令".to_owned(),
        HandError::AnswerLost { item } => {
            format!("已请求创建 {item} 的 Jira 问题，但没有收到应答：它可能已经存在")
        }
        HandError::AnswerLostHint => "`guajira sync` 会查明；然后再执行此命令".to_owned(),
        HandError::NoJiraIssue { name } => format!("在 Jira 上无法读取 {name}"),
        HandError::NoJiraIssueHint => "请用编号指定问题，例如 OPS-12，并让 guajira 的 Jira 账号能看到它".to_owned(),
    }
}
