//! `guajira adopt --script`.

use super::{after, before};
use crate::words::{AdoptError, AdoptWords, Lang, Left, Service, told};

pub(in crate::words) fn adopt(said: AdoptWords<'_>) -> String {
    match said {
        AdoptWords::Accounts { word, account } => format!("{word} 对应：{account}"),
        AdoptWords::GuanceKey { name } => format!("观测云 API Key {name}"),
        AdoptWords::GuanceAccount { name } => format!("观测云账号 {name}"),
        AdoptWords::JiraAccount { name } => format!("Jira 账号 {name}"),
        AdoptWords::Pair { jira, guance, title, maker } => {
            format!("-> {jira} 与 {guance}“{title}”配对（创建者 {maker}）")
        }
        AdoptWords::OtherTitle { jira, title } => format!("   请核对：{jira} 的标题是“{title}”"),
        AdoptWords::CopyOf { side: one, copy, original } => {
            let origin = match one {
                Service::Guance | Service::Source => Service::Jira,
                Service::Jira => Service::Guance,
            };
            format!("   {}的 {copy} 是{} {original} 的副本", after(one), before(origin))
        }
        AdoptWords::Doubtful { side: one, id } => {
            format!("   不处理：{}的 {id} 与对方已有的内容重复，不再同步", after(one))
        }
        AdoptWords::Uncopied { count } => format!("   {count} 条评论或回复还没有副本：由之后的运行补上"),
        AdoptWords::LeftAlone { issue, why } => format!("不接管：{issue}：{why}"),
        AdoptWords::MoreLeftAlone { count } => format!("不接管：另有 {count} 个"),
        AdoptWords::ToBeTakenOver { pairs, comments, left } => {
            format!("将接管 {pairs} 个问题、{comments} 条评论；不接管 {left} 个问题")
        }
        AdoptWords::NothingWritten => "未写入任何内容".to_owned(),
        AdoptWords::NotMarked { what, why } => {
            format!("未能写入标记：{what}；只有状态文件知道它（{}）", told(why, Lang::Zh))
        }
        AdoptWords::TakenOver { pairs, comments } => format!("已接管 {pairs} 个问题、{comments} 条评论"),
        AdoptWords::Stopped => "中途停止；再运行一次即可继续".to_owned(),
    }
}

pub(in crate::words) fn adopt_error(said: AdoptError<'_>) -> String {
    match said {
        AdoptError::Waiting => "另一次运行正在使用状态文件，等待它结束".to_owned(),
        AdoptError::Locked => "另一次运行正在使用状态文件；未做任何操作".to_owned(),
        AdoptError::LockedHint => "请停掉定时任务，或在那次运行结束之后再试".to_owned(),
        AdoptError::NoSuchAccount { word } => {
            format!("--created-by：{word:?} 不是此 Jira 的账号，这些问题里也没有该名称的 API Key 写入的回复")
        }
        AdoptError::NoSuchAccountHint => {
            "请给出 Jira 账号 id、用户名或邮箱，或观测云 API Key 的 wsak_… id；也可以不写".to_owned()
        }
        AdoptError::ManyAccounts { word, ids } => format!("--created-by：{word:?} 对应多个账号：{ids}"),
        AdoptError::ManyAccountsHint => "请给出其中一个 id".to_owned(),
        AdoptError::Repeats { count, account } => {
            format!("{account} 的 {count} 条回复与 Jira 问题的评论内容相同；未写入任何内容，否则它们会再同步一遍")
        }
        AdoptError::NothingToTake { count } => {
            format!("没有可接管的内容：{count} 个问题带有 uuid，但都不是 guajira 的账号创建的")
        }
        AdoptError::NameTheKey { command } => format!("如果那是脚本的 Key，请指明：{command}"),
        AdoptError::NameTheAccount { command } => {
            format!("如果那是脚本的账号，请指明：{command}；如果这些标签没有意义：guajira sync --release")
        }
    }
}

pub(in crate::words) fn left(left: &Left) -> String {
    match left {
        Left::ManyUuids => "带有不止一个 uuid".to_owned(),
        Left::IsPairOf { guance } => format!("已与 {guance} 配对"),
        Left::HasIssue { guance, jira } => format!("{guance} 已有对应的 Jira 问题：{jira}"),
        Left::NotNamed { maker } => format!("由 {maker} 创建，而该账号未被指明"),
        Left::AnswerLost => "guajira 自己发出过新建请求，但没有收到应答：请先运行 `guajira sync`".to_owned(),
        Left::NoOriginal { guance } => format!("观测云上没有 {guance}，或 Key 无权读取"),
        Left::CannotBeRead => "无法按 id 读取".to_owned(),
        Left::ThreadUnreadable => "它或对应的观测云问题的评论无法读取".to_owned(),
        Left::MarkedForAnother { guance } => format!("它的标记表明它是别的问题的副本，不是 {guance} 的"),
        Left::MadeBefore { guance } => format!("它的创建时间早于 {guance}"),
    }
}
