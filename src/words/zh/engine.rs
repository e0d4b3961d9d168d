//! What the engine says of a write.

use crate::words::EngineFault;

pub(in crate::words) fn engine_fault(fault: &EngineFault) -> String {
    match fault {
        EngineFault::LastWritesFailed { count, why } => format!("最近 {count} 次写入都失败了；最后一次：{why}"),
        EngineFault::CounterNotRaised { why } => format!("无法更新写入计数，因此未写入任何内容：{why}"),
        EngineFault::NotRecorded { why } => format!("无法记录请求，因此没有发送：{why}"),
        EngineFault::MayBeArchived { why } => format!("{why}；对应的问题可能已归档"),
        EngineFault::NeverTookEffect { why, times } => format!("{why}（已发送 {times} 次，一直没有生效）"),
        EngineFault::NoAnswer => "没有应答".to_owned(),
        EngineFault::NoResult => "没有这次写入的结果".to_owned(),
        EngineFault::OthersCopy { name } => format!("找到了 {name}，但它是别的内容的副本"),
        EngineFault::LargerThan { file, size } => format!("{file} 超过 {size}"),
        EngineFault::CannotReadFile { what, why } => format!("读取{what}：{why}"),
        EngineFault::CannotHoldFiles { service } => format!("{service} 不能保存文件"),
        EngineFault::CannotBeWritten { service } => format!("{service} 不能写入"),
        EngineFault::BudgetUsedUp => "本分钟的请求额度已用完".to_owned(),
        EngineFault::BudgetUsedUpBefore { runs } => format!("连续 {runs} 次运行在有所进展之前就用完了请求额度"),
        EngineFault::NoRequestForThread => "没有剩余的请求可用来读取评论".to_owned(),
        EngineFault::NoRequestForIssue => "没有剩余的请求可用来读取问题".to_owned(),
        EngineFault::NoRequestsForFile => "传送文件需要的两个请求已没有剩余".to_owned(),
        EngineFault::AskedToStop => "被要求停止".to_owned(),
        EngineFault::StoppedBefore => "被要求停止；未写入任何内容".to_owned(),
        EngineFault::LabelOf { issue, maker, account } => {
            format!("{maker} 创建的 {issue} 带有它的 uuid：用 `guajira adopt --script --created-by {account}` 可接管它")
        }
        EngineFault::LabelOfOurs { issue } => {
            format!("guajira 的账号创建的 {issue} 带有它的 uuid，但没有标记：用 `guajira adopt --script` 可接管它")
        }
        EngineFault::HeirsUnknown => "该 Jira 事务还计入了其他问题，尚不知道它们是否仍未关闭".to_owned(),
        EngineFault::TicketAwaited => "它要继续使用的工单还在为原来的问题写入".to_owned(),
        EngineFault::TicketOfAnother => "它已由另一条继续".to_owned(),
        EngineFault::LinkToOther => "到另一边问题的链接".to_owned(),
        EngineFault::Attachment { file } => format!("附件 {file}"),
        EngineFault::AttachmentLargerThan { file, size } => format!("附件 {file} 超过 {size}"),
        EngineFault::AttachmentTooLarge { file, size } => {
            format!("附件过大：{file} 超过 {size}（flow.max_attachment）")
        }
        EngineFault::RouteUnclear { number, template } => {
            format!("第 {number} 个 [[route]] 的 `when` 出错：{template}")
        }
    }
}
