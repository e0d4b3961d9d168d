//! What chat rooms are told.

use crate::words::{MessageWords, NotifyHint};

pub(in crate::words) fn message_words(said: MessageWords<'_>) -> String {
    match said {
        MessageWords::Created { jira, title } => format!("新问题 {jira}：{title}"),
        MessageWords::Commented { jira, title } => format!("{jira} 有新评论：{title}"),
        MessageWords::CommentedBy { jira, title, who } => format!("{who} 评论了 {jira}：{title}"),
        MessageWords::StatusIs { jira, title, status } => format!("{jira} 的状态变为 {status}：{title}"),
        MessageWords::Refused { item, title } => format!("未能写入且不再重试，{item}：{title}"),
        MessageWords::Fails { service } => format!("同步失败：{service}"),
        MessageWords::Works { service } => format!("同步已恢复：{service}"),
        MessageWords::Many { count } => format!("{count} 条消息"),
        MessageWords::AndMore { count } => format!("……另有 {count} 条"),
        MessageWords::Test { name } => format!("{name} 的测试消息"),
        MessageWords::TestBody => "guajira 的消息可以发到这里。".to_owned(),
        MessageWords::Level { level } => format!("等级：{level}"),
        MessageWords::Status { status } => format!("状态：{status}"),
        MessageWords::By { who } => format!("操作人：{who}"),
    }
}

pub(in crate::words) fn notify_hint(hint: &NotifyHint) -> String {
    match hint {
        NotifyHint::CheckRoomAddress => "请检查 [[notify]].url：机器人可能已被移出群，或群已归档",
        NotifyHint::CheckRoomSecret => "请检查 [[notify]].secret（机器人安全设置中的加签密钥）以及本机时钟",
        NotifyHint::SetRoomKeyword => {
            "机器人只接受含有关键词的消息：请把关键词设为 guajira（每条消息都含有它），或把关键词写进 [[notify]].text"
        }
        NotifyHint::AllowRoomIp => "请把本机的出口地址加入机器人的 IP 白名单",
        NotifyHint::CheckRoomNetwork => "请检查 [[notify]].url 中的主机、网络和代理设置",
        NotifyHint::SetRoomCaFile => "如果服务器证书由公司的 CA 签发，请将 [[notify]].ca_file 设为公司的 CA 证书文件",
        NotifyHint::RoomRedirects => {
            "[[notify]].url 要求跳转到别处；它是密钥，因此 guajira 不会跟随跳转。请直接写最终地址"
        }
        NotifyHint::RoomIsAPage => "应答的是网页而不是该服务：请检查 [[notify]].url，以及它前面的代理或登录页",
        NotifyHint::RoomIsBusy => "该群暂时不再接收：无需处理，之后的运行会继续",
        NotifyHint::LookIntoRoom => "请到群里看消息是否已在：这类服务无法查询，因此按已发送处理",
    }
    .to_owned()
}
