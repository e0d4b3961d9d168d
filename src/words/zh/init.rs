//! `guajira init`.

use crate::words::{AskWords, FoundWords, InitWords, Listed, LoginWay, Question, Region};

pub(in crate::words) fn init(said: InitWords<'_>) -> String {
    match said {
        InitWords::FileExists { path } => format!("{path} 已存在，没有覆盖"),
        InitWords::FileExistsHint => "请先移走它，用 --config 指定另一个文件，或加上 --force".to_owned(),
        InitWords::NoFolder { path } => format!("{path} 所在的文件夹不存在"),
        InitWords::NoFolderHint => "请先创建文件夹，或用 --config 指定另一个文件".to_owned(),
        InitWords::CannotWrite { path } => format!("无法写入 {path}"),
        InitWords::Begin { path } => {
            format!(
                "下面逐项询问 {path} 需要的内容，并当场测试。直接回车采用方括号中的值；按 Ctrl-C 结束，不写入任何内容。"
            )
        }
        InitWords::InputEnded => "输入在回答完所有问题之前结束；没有写入任何内容".to_owned(),
        InitWords::InputEndedHint => {
            "请在终端中运行 `guajira init`，或运行不提问的 `guajira init --defaults`".to_owned()
        }
        InitWords::TooManyWrong => "同一个问题答错次数太多；没有写入任何内容".to_owned(),
        InitWords::Wrote { files } => format!("已写入 {files}"),
        InitWords::Checks => "`guajira check` 的结果：".to_owned(),
        InitWords::Rehearses => "`guajira sync --dry-run` 的结果：".to_owned(),
        InitWords::SyncNext { options } => format!("下一步：`guajira{options} sync`"),
        InitWords::CheckNext { options } => format!("有的内容没能测试；下一步：`guajira{options} check`"),
        InitWords::ApproveNext { options } => {
            format!(
                "下一步：`guajira{options} auth jira`（生成密钥对，并说明 Jira 管理员要填写什么），然后运行 `guajira{options} check`"
            )
        }
        InitWords::MendNext { options } => format!("下一步：按上面的说明改正，然后运行 `guajira{options} check`"),
        InitWords::SetVariable { name } => format!("请先设置环境变量：export {name}=…"),
        InitWords::StillNeeds { path } => format!("{path} 还缺少："),
    }
}

pub(in crate::words) fn init_asks(said: AskWords<'_>) -> String {
    match said {
        AskWords::Ask(question) => asked(question).to_owned(),
        AskWords::Choose(listed) => format!("{}：", things(listed)),
        AskWords::GuanceSite(region) => format!("观测云，{}", place(region)),
        AskWords::TrueWatchSite(region) => format!("TrueWatch，{}", place(region)),
        AskWords::Way(way) => login(way).to_owned(),
        AskWords::OtherAddress => "其他地址".to_owned(),
        AskWords::YesOrNo { question } => format!("{question}（yes 是，no 否）"),
        AskWords::AnswerYesOrNo => "请回答 yes 或 no".to_owned(),
        AskWords::More => "没有全部列出；也可以直接输入其他名称".to_owned(),
        AskWords::NotListed { most } => format!("编号为 1 到 {most}"),
        AskWords::OneOfThose => "请输入列表中的编号或名称".to_owned(),
        AskWords::IsNeeded => "此项必须回答".to_owned(),
        AskWords::UseUnencrypted => "仍要使用？".to_owned(),
        AskWords::KeepIn { file } => format!("这将视为密钥本身。是否存入仅您可读的 {file}？"),
        AskWords::GoOnUntested => "不测试，继续？".to_owned(),
        AskWords::OtherSite => "API key 只在自己的站点有效；回答 `site` 可重新选择站点".to_owned(),
        AskWords::UseAnyway => "仍要使用这个地址？".to_owned(),
        AskWords::TableOf { project } => format!("{project} 中问题的观测云等级与 Jira 优先级（所有等级都会发送）："),
        AskWords::PriorityOf { level } => format!("{level} 对应的优先级"),
    }
}

pub(in crate::words) fn init_finds(said: FoundWords<'_>) -> String {
    match said {
        FoundWords::Unencrypted => "该地址以 http:// 开头：传输途中可能有人读到登录信息".to_owned(),
        FoundWords::NotSet { name } => format!("此处没有设置环境变量 {name}，现在无法测试"),
        FoundWords::NoNameOfVariable => {
            "这不是环境变量名（例如 MY_KEY），没有设置过同名变量，也没有这个文件".to_owned()
        }
        FoundWords::FoundFile { file } => format!("密钥在文件 {file} 中。"),
        FoundWords::NoSecretIn { file } => format!("无法从 {file} 读到一行文字"),
        FoundWords::KeyAccepted { address } => format!("{address} 接受这个 API key。"),
        FoundWords::KeyRefused { why } => format!("观测云拒绝了这个 API key：{why}"),
        FoundWords::GuanceNotReached { why } => format!("无法询问观测云：{why}"),
        FoundWords::JiraNotReached { why } => format!("无法询问 Jira：{why}"),
        FoundWords::Cloud { address } => format!("{address} 是 Jira Cloud（云版）。"),
        FoundWords::Server { address, version } => {
            format!("{address} 是 Jira Server 或 Data Center {version}（自建版）。")
        }
        FoundWords::KindUnknown { address } => format!("{address} 在未登录时不说明是哪种 Jira。"),
        FoundWords::NoJira { address, status, words } => format!("{address} 上没有 Jira 应答：{status} {words}"),
        FoundWords::LoggedIn { name } => format!("已登录为 {name}。"),
        FoundWords::LoginRefused { why } => format!("Jira 拒绝登录：{why}"),
        FoundWords::PerhapsScoped => {
            "带 scope 的令牌和服务账号的令牌只能通过 Atlassian 的网关使用：那是另一种登录方式".to_owned()
        }
        FoundWords::CannotList { what, why } => format!("无法列出{}：{why}", things(what)),
        FoundWords::NothingListed(what) => format!("没有可选的{}", things(what)),
        FoundWords::NoProject { key } => format!("该账号看不到项目 {key}，也没有名称包含它的项目"),
        FoundWords::Archived { key } => format!("项目 {key} 已归档"),
        FoundWords::MayNotCreate { project } => format!("该账号不能在 {project} 中创建问题"),
        FoundWords::NoType { name, project } => format!("{project} 没有问题类型 {name}"),
    }
}

fn asked(question: Question) -> &'static str {
    match question {
        Question::GuanceSite => "您的观测云站点（编号或地址）",
        Question::GuanceKey => "观测云 API key：直接粘贴，或写存放它的环境变量名或文件名",
        Question::Channel => "要读取的频道（编号或名称）",
        Question::JiraAddress => "Jira 的地址",
        Question::JiraEmail => "Jira 账号的邮箱",
        Question::JiraUser => "Jira 用户名",
        Question::JiraLogin => "登录方式（编号）",
        Question::Consumer => "应用程序链接的 consumer key（与 Jira 管理员约定）",
        Question::JiraToken => "Jira 令牌或密码：直接粘贴，或写存放它的环境变量名或文件名",
        Question::JiraProject => "新问题所属的项目（编号、key，或要搜索的词）",
        Question::IssueType => "新问题的类型（编号或名称）",
        Question::UseTable => "采用这张表？（yes 是；no：由 Jira 决定优先级；edit：逐个选择）",
    }
}

fn things(listed: Listed) -> &'static str {
    match listed {
        Listed::Sites => "观测云和 TrueWatch 的站点",
        Listed::Channels => "工作空间的频道",
        Listed::Levels => "工作空间的等级",
        Listed::Logins => "登录方式",
        Listed::Projects => "Jira 项目",
        Listed::IssueTypes => "问题类型",
        Listed::Priorities => "Jira 优先级",
    }
}

fn login(way: LoginWay) -> &'static str {
    match way {
        LoginWay::ApiToken => "邮箱和不带 scope 的 API 令牌",
        LoginWay::Scoped => "邮箱和带 scope 的 API 令牌，或服务账号的令牌（Jira Cloud）",
        LoginWay::AccessToken => "个人访问令牌（Server、Data Center）",
        LoginWay::Password => "用户名和密码",
        LoginWay::ApplicationLink => "OAuth 1.0a，通过应用程序链接（Server、Data Center）",
        LoginWay::Either => "用户名和密码；Jira Cloud 为邮箱和不带 scope 的 API 令牌",
    }
}

fn place(region: Region) -> &'static str {
    match region {
        Region::Hangzhou => "中国区 1（杭州）",
        Region::Ningxia => "中国区 2（宁夏）",
        Region::Zhangjiakou => "中国区 3（张家口）",
        Region::Guangzhou => "中国区 4（广州）",
        Region::Vnet => "中国区 5（世纪互联）",
        Region::HongKong => "中国区 6（香港）",
        Region::Oregon => "海外区 1（俄勒冈）",
        Region::Frankfurt => "欧洲区 1（法兰克福）",
        Region::Singapore => "亚太区 1（新加坡）",
        Region::SouthAfrica => "非洲区 1（南非）",
        Region::Jakarta => "印尼区 1（雅加达）",
        Region::Emirates => "中东区 1（阿联酋）",
    }
}
