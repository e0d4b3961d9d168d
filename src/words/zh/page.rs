//! `guajira report` 的页面。

use super::side;
use crate::words::{Lang, PageWords, told};

pub(in crate::words) fn page(said: PageWords<'_>) -> String {
    match said {
        PageWords::Period { since, until } => format!("{since} 至 {until}"),
        PageWords::Made { version } => format!("由 guajira {version} 根据状态文件生成，没有访问任何服务。"),
        PageWords::NeedsPerson { count } => format!("{count} 项写入或消息需要人工处理"),
        PageWords::SideFails { side: one, line, since } => format!("[{line}] {}自 {since} 起失败", side(one)),
        PageWords::CarriedDesc { count, jira, source } => {
            format!("此期间共写入 {count} 项：到 Jira {jira} 项，到来源 {source} 项。")
        }
        PageWords::DelaysDesc { count, half, most } => {
            format!("共 {count} 项。从运行发现时算起，一半在 {half}内写入，九成在 {most}内写入。")
        }
        PageWords::UpTo { time } => format!("{time}以内"),
        PageWords::MoreItems { count } => format!("另有 {count} 项：`guajira status --all`"),
        PageWords::Fails { side: one, since } => format!("{}自 {since} 起失败", side(one)),
        PageWords::RunsDesc { good, bad } => format!("{good} 次成功，{bad} 次其他。"),
        PageWords::Written { path } => format!("已写入：{path}"),
        PageWords::CannotWrite { path, why } => format!("无法写入 {path}：{}", told(why, Lang::Zh)),
        PageWords::Brief { line, carried, half, waiting, person } => {
            format!("[{line}] 已写入 {carried} 项，一半在 {half}内；{waiting} 项等待，{person} 项需要人工处理")
        }
        other => plain(other).to_owned(),
    }
}

fn plain(said: PageWords<'_>) -> &'static str {
    match said {
        PageWords::Title => "同步报告",
        PageWords::AllWell => "无需人工处理",
        PageWords::NoRun => "还没有运行记录",
        PageWords::Overview => "概览",
        PageWords::Line => "来源",
        PageWords::Pairs => "已关联的问题",
        PageWords::Comments => "已关联的评论",
        PageWords::Carried => "已写入",
        PageWords::Waiting => "等待",
        PageWords::NeedPerson => "需要人工处理",
        PageWords::LastGood => "最近一次成功运行",
        PageWords::Never => "还没有",
        PageWords::CarriedWhen => "写入了什么，何时写入",
        PageWords::ToJira => "到 Jira",
        PageWords::ToSource => "到来源",
        PageWords::Nothing => "此期间没有内容。",
        PageWords::Begins => "起始时间",
        PageWords::Delays => "用了多长时间",
        PageWords::HowLong => "时长",
        PageWords::Writes => "写入",
        PageWords::Longer => "更长",
        PageWords::Backlog => "目前等待的内容",
        PageWords::Pending => "待发送",
        PageWords::Failing => "其中曾失败",
        PageWords::Held => "暂扣",
        PageWords::InDoubt => "结果未知",
        PageWords::Dead => "已停止重试",
        PageWords::Messages => "待发送的消息",
        PageWords::Attention => "需要关注的内容",
        PageWords::AttentionNone => "没有失败或暂扣的内容。",
        PageWords::What => "内容",
        PageWords::Why => "原因",
        PageWords::Mend => "处理方法",
        PageWords::Budget => "最近一小时对来源的请求",
        PageWords::Purpose => "用途",
        PageWords::Requests => "请求数",
        PageWords::Lists => "列表",
        PageWords::Threads => "回复",
        PageWords::Issues => "单个问题",
        PageWords::Names => "名称",
        PageWords::Files => "文件",
        PageWords::Runs => "运行",
        PageWords::GoodRuns => "成功",
        PageWords::BadRuns => "未成功",
        PageWords::Began => "开始",
        PageWords::Took => "用时",
        PageWords::Result => "结果",
        PageWords::AsTable => "以表格显示",
        _ => "",
    }
}
