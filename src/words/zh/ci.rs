//! 运行对启动它的 CI 系统的说明。

use super::side;
use crate::words::{CiWords, Lang, told};

pub(in crate::words) fn ci(said: CiWords<'_>) -> String {
    match said {
        CiWords::ExitCode => "退出码".to_owned(),
        CiWords::State => "状态".to_owned(),
        CiWords::NewIssues => "新建的 Jira 问题".to_owned(),
        CiWords::AndMore { count } => format!("另有 {count} 项"),
        CiWords::Fails => "失败的服务".to_owned(),
        CiWords::Waits => "未完成的内容及原因".to_owned(),
        CiWords::Run => "同步".to_owned(),
        CiWords::SideFails(one) => format!("{}失败", side(one)),
        CiWords::NotRun => "运行无法开始或继续".to_owned(),
        CiWords::SummaryNotWritten { path, why } => {
            format!("GITHUB_STEP_SUMMARY：无法写入 {path}：{}", told(why, Lang::Zh))
        }
        CiWords::JunitNotWritten { path, why } => format!("[signals].junit：无法写入 {path}：{}", told(why, Lang::Zh)),
    }
}
