//! What the adapters say.

use crate::words::{GuanceFault, Hidden, JiraFault, Less};

pub(in crate::words) fn guance_fault(fault: &GuanceFault) -> String {
    match fault {
        GuanceFault::NoChannel { name } => format!("没有频道 {name:?}"),
        GuanceFault::NoKey => "没有 API Key".to_owned(),
        GuanceFault::NoCreateTime => "没有 createAt".to_owned(),
        GuanceFault::NoId => "uuid 不是 id".to_owned(),
        GuanceFault::NoGuanceId { id } => format!("{id:?} 不是观测云的 id"),
        GuanceFault::NoStatus { word } => format!("观测云没有状态 {word:?}"),
        GuanceFault::NoStatusToSet => "没有要设置的状态".to_owned(),
        GuanceFault::NotChanged { field } => format!("不能由 Jira 修改观测云问题的 {field}：这是 guajira 的缺陷"),
        GuanceFault::NotOurKeys { reply, account } => {
            format!("回复 {reply} 由 {account} 写入，而它不是所用 Key 的账号")
        }
        GuanceFault::ReplyNotInThread { reply, issue } => format!("回复 {reply} 不在 {issue} 的评论中"),
        GuanceFault::ReplyGone { reply, issue } => format!("{reply} 已不在 {issue} 的评论中"),
        GuanceFault::ReplyNotRead { reply } => format!("评论太多，没有读到回复 {reply}"),
        GuanceFault::ReplyNotNamed { why } => format!("回复已被接受，但应答没有指明它：{why}"),
        GuanceFault::CannotRewrite { copy } => format!("{copy} 无法按读到的样子写回"),
        GuanceFault::CarriesFiles { copy } => format!("{copy} 带有文件"),
        GuanceFault::NobodysCopies { issue } => format!("{issue}：观测云问题不会是副本"),
        GuanceFault::NotCreatedThere => "不在观测云上新建问题".to_owned(),
        GuanceFault::NoStatusTold => "没有 incidentsStatus".to_owned(),
        GuanceFault::IncidentCommentStays => "故障的评论不能删除".to_owned(),
        GuanceFault::CommentNotConfirmed => "应答没有说明评论已被接受".to_owned(),
        GuanceFault::NoAttachment => "应答没有指明附件".to_owned(),
        GuanceFault::NoFile => "应答中没有文件".to_owned(),
        GuanceFault::FromTheStore { status } => format!("文件存储返回 {status}"),
        GuanceFault::FailedTooOften => "失败次数过多".to_owned(),
    }
}

pub(in crate::words) fn jira_fault(fault: &JiraFault) -> String {
    match fault {
        JiraFault::NoUpdateTime { told } => format!("没有可用的更新时间：{told}"),
        JiraFault::IssueNotThere => "不存在".to_owned(),
        JiraFault::IssueUnreadable { issue } => format!("无法读取问题 {issue}"),
        JiraFault::PageUnreadable { why } => format!("无法解读搜索结果：{why}"),
        JiraFault::NotOurAccounts { comment, account } => {
            format!("评论 {comment} 由 {account} 写入，而它不是 guajira 的账号")
        }
        JiraFault::CommentUnreadable => "未发送，因为无法读取该评论".to_owned(),
        JiraFault::ShownToCustomers => "未发送，因为客户可以看到该评论".to_owned(),
        JiraFault::NotInternalDeleted => "Jira 没有把该评论设为内部备注；已将它删除".to_owned(),
        JiraFault::NotInternalLeft { why } => format!("Jira 没有把该评论设为内部备注；而且无法删除它：{why}"),
        JiraFault::ServiceProject { issue } => format!("{issue} 属于服务项目，其中的附件可能会显示给客户"),
        JiraFault::LargerThan { file, size } => format!("{file} 超过此 Jira 接受的大小（{size}）"),
        JiraFault::AttachmentsOff => "此 Jira 已关闭附件功能".to_owned(),
        JiraFault::CreatedUnnamed => "应答没有说明新建了哪个问题".to_owned(),
        JiraFault::NoSecurity { level, why } => {
            format!("无法设置安全级别 {level:?}，而没有它会有更多人看到该问题：{why}")
        }
        JiraFault::TransitionRefused { issue, transition, to, words } => {
            format!("{issue}：到 {to:?} 的转换 {transition:?} 被拒绝：{words}")
        }
        JiraFault::TransitionWants { issue, transition, to, wanted, words } => {
            format!("{issue}：到 {to:?} 的转换 {transition:?} 必须填写 {wanted}：{words}")
        }
        JiraFault::NoWay { issue, from, wanted, open } => {
            format!("{issue}：工作流中没有从 {from:?} 到 {wanted} 的路径；从该状态只能到 {open}")
        }
        JiraFault::NoWayAtAll { issue, from, wanted } => {
            format!("{issue}：工作流中没有从 {from:?} 到 {wanted} 的路径；该状态没有任何出口")
        }
        JiraFault::SomeStatus { category } => format!("类别 {category} 中的某个状态"),
    }
}

pub(in crate::words) fn less(less: &Less) -> String {
    match less {
        Less::CutToLimit => "已截断到此 Jira 接受的长度".to_owned(),
        Less::CutToLimitFor { words } => format!("已截断到此 Jira 接受的长度：{words}"),
        Less::Plain => "发送时去掉了格式".to_owned(),
        Less::PlainFor { words } => format!("发送时去掉了格式：{words}"),
        Less::CutShort => "只发送了开头部分".to_owned(),
        Less::CutShortFor { words } => format!("只发送了开头部分：{words}"),
        Less::LeftOutFor { words } => format!("已略去：{words}"),
        Less::Narrowed => "此 Jira 不能保存 U+FFFF 以外的字符（emoji、生僻字）：已替换".to_owned(),
        Less::KeepsResolution { words } => format!("问题已重新打开，但解决结果未能清除：{words}"),
        Less::OtherResolution { word, names, set } => format!("{word:?} 不是可选值之一（{names}）：已设为 {set:?}"),
        Less::NoResolution { word, names } => format!("{word:?} 不是可选值之一（{names}）：未设置"),
    }
}

pub(in crate::words) fn hidden(why: &Hidden) -> String {
    match why {
        Hidden::SecurityLevel { name } => format!("安全级别 {name}"),
        Hidden::LevelUnknown => "无法得知它是否有安全级别".to_owned(),
        Hidden::Role { name } => format!("仅限角色 {name}"),
        Hidden::Group { name } => format!("仅限用户组 {name}"),
        Hidden::InternalNote => "内部备注".to_owned(),
        Hidden::InternalUnknown => "无法得知它是否为内部备注".to_owned(),
        Hidden::ShownBy { hidden } => format!("{hidden}（有评论显示它）"),
        Hidden::PerhapsShownBy { hidden } => {
            format!("{hidden}（有评论显示了未写明名称的文件，而公开的评论都没有提到这个文件）")
        }
    }
}
