//! `guajira init`.

use crate::words::{InitWords, Question};

pub(in crate::words) fn init(said: InitWords<'_>) -> String {
    match said {
        InitWords::FileExists { path } => format!("{path} 已存在，没有覆盖"),
        InitWords::FileExistsHint => "请先移走它，或用 --config 指定另一个文件".to_owned(),
        InitWords::CannotWrite { path } => format!("无法写入 {path}"),
        InitWords::Wrote { files, config } => format!("已写入 {files}；下一步：`guajira --config {config} check`"),
        InitWords::Ask(question) => match question {
            Question::GuanceAddress => "观测云站点的 OpenAPI 地址",
            Question::GuanceVariable => "存放观测云 API key 的环境变量",
            Question::JiraAddress => "Jira 的地址",
            Question::JiraUser => "Jira 用户名或邮箱（留空：使用个人访问令牌）",
            Question::JiraVariable => "存放 Jira 令牌的环境变量",
            Question::JiraProject => "新问题所属 Jira 项目的 key",
            Question::IssueType => "新问题的类型",
        }
        .to_owned(),
        InitWords::NoNameOfVariable => "这不是环境变量名（例如 MY_KEY），也没有设置过同名变量".to_owned(),
        InitWords::KeepIn { file } => format!("如果它就是密钥本身：是否存入仅您可读的 {file}？(yes, no)"),
        InitWords::InputEnded => {
            "输入在回答完所有问题之前结束；请在终端中运行 `guajira init`，或手工编写 sync.toml".to_owned()
        }
    }
}
