//! The configuration.

use super::key_flaw;
use crate::words::{
    CommandFault, ConfigFault, ConfigHint, ConfigPlace, ConfigWarning, FieldFlaw, Flaw, Lack, Lang, SecretFault,
    SecretFlaw, SecretPlace, ValueKind, Wanted, told, told_template,
};

pub(in crate::words) fn wanted(wanted: &Wanted) -> String {
    match wanted {
        Wanted::Text => "带引号的文本",
        Wanted::Flag => "true 或 false（布尔值）",
        Wanted::Whole => "整数",
        Wanted::Duration => "带引号的时长，例如 \"90s\"、\"10m\" 或 \"24h\"",
        Wanted::Size => "带引号的大小，例如 \"10MB\" 或 \"512 kB\"",
        Wanted::Word => "带引号的单词",
        Wanted::Texts => "文本列表，例如 [\"a\", \"b\"]",
        Wanted::Table => "表",
        Wanted::SecretForm => {
            "文本，或 { env = \"NAME\" }、{ file = \"PATH\" }、{ command = [\"prog\", \"arg\"] } 之一"
        }
    }
    .to_owned()
}

fn kind(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Text => "文本",
        ValueKind::Whole => "整数",
        ValueKind::Flag => "布尔值",
        ValueKind::List => "列表",
        ValueKind::Table => "表",
        ValueKind::HugeNumber => "过大的数",
        ValueKind::Fraction => "小数",
        ValueKind::Date => "日期",
    }
}

pub(in crate::words) fn field_flaw(flaw: &FieldFlaw) -> String {
    match flaw {
        FieldFlaw::OnlyAtCreation { name } => {
            format!("{name} 只有在创建问题时才知道，请只在 [route.fields] 和 [[route]].assignee 里使用")
        }
        FieldFlaw::KeepsNothing => "写了 keep 却没有值：请写成 { value = \"…\", keep = true }".to_owned(),
        FieldFlaw::KeepsOnCall { name } => format!("{name} 只在创建问题时查询一次，不能与 keep 一起使用"),
        FieldFlaw::OnlyFieldsKeep => "不能使用 keep：只有 [route.fields] 的字段跟随来源".to_owned(),
    }
}

pub(in crate::words) fn flaw(flaw: &Flaw) -> String {
    match flaw {
        Flaw::IsEmpty => "为空".to_owned(),
        Flaw::MustBe { wanted: what } => format!("应为{}", wanted(what)),
        Flaw::MustBeAndIs { wanted: what, found } => format!("应为{}，现在是{}", wanted(what), kind(*found)),
        Flaw::Between { least, most } => format!("必须在 {least} 到 {most} 之间"),
        Flaw::AtLeast { least } => format!("不能小于 {least}"),
        Flaw::AtMost { most } => format!("不能大于 {most}"),
        Flaw::NotADuration => "不是时长，应写成 \"90s\"、\"10m\" 或 \"24h\" 这样".to_owned(),
        Flaw::NoneOf { words } => format!("只能是 {}", words.join("、")),
        Flaw::OnlyOrLeftOut { word } => format!("只能是 {word}，或不写"),
        Flaw::ListOfTables { path } => format!("是表的列表：应写成 [[{path}]]"),
        Flaw::ATable { path } => format!("是一张表：应写成 [{path}]"),
        Flaw::NotJson { why } => format!("不是 JSON：{why}"),
        Flaw::EmptyList => "是空列表".to_owned(),
        Flaw::Template { why } => format!("有误：{}", told_template(why, Lang::Zh)),
        Flaw::BadAccount => "中有空的或带空格的账号 id；显示名称不是 id".to_owned(),
        Flaw::Key(flaw) => key_flaw(flaw),
        Flaw::NotADay => "必须是日期，例如 2027-03-01".to_owned(),
        Flaw::NoTimeZone => "不是时区名称：请写 IANA 名称，例如 \"Asia/Shanghai\" 或 \"UTC\"".to_owned(),
        Flaw::NoTimeZoneBut { near } => format!("不是时区名称：请写 {near:?}"),
        Flaw::NoProjectKey => "不是项目 key，应写成 \"OPS\" 这样".to_owned(),
        Flaw::BadLabel => "中有空的或带空格的标签，Jira 不接受".to_owned(),
        Flaw::NoIssueKey => "不是问题 key，应写成 \"OPS-1\" 这样".to_owned(),
        Flaw::NoSuchService { names } => format!("没有指向排在它前面的来源：现有 {names}"),
        Flaw::OfTheService => "由 \"service\" 指向的服务决定：请删去".to_owned(),
        Flaw::SameSource { name } => format!("与 {name} 取的是同样的问题：请换一个频道"),
        Flaw::OwnKey { key } => format!("有专门的配置项：[[route]].{key}"),
        Flaw::OfField(flaw) => field_flaw(flaw),
        Flaw::IsAssignee => "请用 [[route]].assignee 和 [flow].assignee 设置".to_owned(),
        Flaw::SameForAll => "对每个问题都一样：请在其中使用名称，例如 {{ resource_uuid }}".to_owned(),
        Flaw::NoGuanceStatus { names } => format!("不是观测云的状态：观测云的状态有 {names}"),
        Flaw::CannotCarry { service, lack: what, can } => {
            format!("要求了 {service} 做不到的事：{}；可以写 {}", lack(*what), can.join(" 或 "))
        }
        Flaw::NoAddress => "不是网址，应写成 \"https://example.com\" 这样".to_owned(),
        Flaw::HoldsLogin => "中带有用户名或密码：请写到各自的配置项里".to_owned(),
        Flaw::NotHttp => "必须以 https:// 或 http:// 开头".to_owned(),
        Flaw::HasQuery => "不能包含 `?` 和 `#` 及其后的部分".to_owned(),
        Flaw::IsApi => "应为站点地址，不带 API 路径".to_owned(),
        Flaw::BadName => {
            "应为以字母开头、由小写字母、数字和 `-` 组成、不超过 31 个字符的名称，例如 \"oncall\"".to_owned()
        }
        Flaw::NameTaken { name } => format!("不能重复，{name} 已被使用"),
        Flaw::NoEvent { words } => format!("只能列出 {}", words.join("、")),
        Flaw::NoMention { kind } => format!("中有的既不是 {kind} 的人员 id，也不是 \"all\""),
        Flaw::NotSigned { kind } => format!("不适用于 {kind}：它没有签名，请去掉"),
        Flaw::NoSigningSecret => "不是钉钉的加签密钥：请从机器人安全设置中完整复制，它以 SEC 开头".to_owned(),
        Flaw::LoginInAddress => "中带有用户名或密码，不支持这种写法".to_owned(),
        Flaw::NoTextfile => "必须以 .prom 结尾：node_exporter 不读取其他文件".to_owned(),
        Flaw::HasFragment => "不能包含 `#` 及其后的部分".to_owned(),
        Flaw::IsFeishuFlow => "是飞书自动化流程的地址，不是自定义机器人的地址：请写 kind = \"webhook\"".to_owned(),
        Flaw::NoRoom { kind, example } => format!("不是 {kind} 的地址，应写成 {example} 这样"),
        Flaw::OtherRoom { kind } => format!("是 {kind} 的地址：请把 kind 改为它"),
    }
}

pub(in crate::words) fn secret_flaw(flaw: &SecretFlaw) -> String {
    const FORMS: &str = "{ env = \"NAME\" }、{ file = \"PATH\" } 或 { command = [\"prog\", \"arg\"] }";
    match flaw {
        SecretFlaw::NotOneForm => format!("只能是其中一种：{FORMS}"),
        SecretFlaw::CommandNotTexts => "中的 command 不全是文本".to_owned(),
        SecretFlaw::CommandNotList => "中的 `command` 应为列表，例如 [\"prog\", \"arg\"]".to_owned(),
        SecretFlaw::NoVariable => "的 `env` 应为环境变量名，例如 \"JIRA_TOKEN\"；不要在这里写密钥本身".to_owned(),
        SecretFlaw::NoFile => "的 `file` 应为文件名".to_owned(),
        SecretFlaw::UnknownForm { name } => format!("中的来源 `{name}` 未知：请用 {FORMS}"),
    }
}

pub(in crate::words) fn secret_fault(fault: &SecretFault) -> String {
    match fault {
        SecretFault::NotSet { name } => format!("环境变量 {name} 未设置"),
        SecretFault::HiddenNotSet => {
            "`env` 所写的环境变量未设置（它可能就是密钥本身，因此不显示；`env` 应写存放密钥的变量名）".to_owned()
        }
        SecretFault::Empty { what } => format!("{}为空", secret_place(what)),
        SecretFault::ManyLines { what } => format!("{}不止一行，或含有控制字符", secret_place(what)),
        SecretFault::CannotRead { what, why } => format!("无法读取{}：{}", secret_place(what), told(why, Lang::Zh)),
        SecretFault::NotAFile { what } => format!(
            "无法读取{}：它不是普通文件（而是目录、FIFO 或设备）：请把密钥写入普通文件，或改用 `command`",
            secret_place(what)
        ),
        SecretFault::TooLong { what } => {
            format!("无法读取{}：它超过 16 KiB，不可能是密钥", secret_place(what))
        }
        SecretFault::Command { name, fault } => format!("命令 {name} {}", command_fault(fault)),
        SecretFault::HiddenCommand { fault } => {
            format!("命令（它可能就是密钥本身，因此不显示）{}", command_fault(fault))
        }
    }
}

pub(in crate::words) fn secret_place(place: &SecretPlace) -> String {
    match place {
        SecretPlace::Text => "配置中的文本".to_owned(),
        SecretPlace::Variable { name } => format!("环境变量 {name} "),
        SecretPlace::File { path } => format!("文件 {path} "),
        SecretPlace::HiddenFile => "文件（它可能就是密钥本身，因此不显示）".to_owned(),
        SecretPlace::Output { name } => format!("命令 {name} 的输出"),
        SecretPlace::HiddenOutput => "命令（它可能就是密钥本身，因此不显示）的输出".to_owned(),
    }
}

pub(in crate::words) fn command_fault(fault: &CommandFault) -> String {
    match fault {
        CommandFault::Empty => "为空".to_owned(),
        CommandFault::NotStarted { why } => format!("无法启动：{}", told(why, Lang::Zh)),
        CommandFault::TooLate { seconds } => format!("超过 {seconds} 秒没有结束，已被终止"),
        CommandFault::Failed { status } => format!("失败：{status}"),
        CommandFault::NoOutput => "没有输出".to_owned(),
        CommandFault::Unreadable { why } => format!("无法读取：{}", told(why, Lang::Zh)),
        CommandFault::TooMuch { most } => format!("输出过多：超过 {most} KiB，不可能是密钥"),
        CommandFault::NotUtf8 => "的输出不是 UTF-8 文本".to_owned(),
        CommandFault::Lost { why } => format!("失去联系：{why}"),
    }
}

pub(in crate::words) fn config_fault(fault: &ConfigFault) -> String {
    let unknown = |key: &str, table: Option<&String>| {
        let table = table.map(|table| format!("{table} 中的")).unwrap_or_default();
        format!("{table}未知配置项 `{key}`")
    };
    match fault {
        ConfigFault::At { key, flaw: what } => format!("{key} {}", flaw(what)),
        ConfigFault::AtSecret { key, flaw } => format!("{key} {}", secret_flaw(flaw)),
        ConfigFault::NotToml { why } => format!("不是有效的 TOML：{why}"),
        ConfigFault::Bug => "无法放入配置：这是 guajira 的缺陷".to_owned(),
        ConfigFault::NoRouteNumber { step } => format!("{step:?} 不是路由编号（从 0 开始）"),
        ConfigFault::NoSuchRoute { number, next } => format!("没有编号为 {number} 的路由：下一个编号是 {next}"),
        ConfigFault::NoElementNumber { list, step } => format!("{step:?} 不是 [[{list}]] 的编号（从 0 开始）"),
        ConfigFault::NoSuchElement { list, number, next } => {
            format!("没有编号为 {number} 的 [[{list}]]：下一个编号是 {next}")
        }
        ConfigFault::Missing { key, variable } => format!("缺少 {key}（或环境变量 {variable}）"),
        ConfigFault::Unknown { key, table } => unknown(key, table.as_ref()),
        ConfigFault::UnknownBut { key, table, near } => {
            format!("{}；是否想写 `{near}`？", unknown(key, table.as_ref()))
        }
        ConfigFault::UnknownHere { key, table, other } => {
            format!("{}；另有 {other}", unknown(key, table.as_ref()))
        }
        ConfigFault::UnknownVariable { right } => format!("未知环境变量；是否想写 {right}？"),
        ConfigFault::CannotRead { name, why } => format!("无法读取 {name}：{}", told(why, Lang::Zh)),
        ConfigFault::NoSecret { key, fault } => format!("{key} 没有取到密钥：{}", secret_fault(fault)),
    }
}

pub(in crate::words) fn config_hint(hint: &ConfigHint) -> String {
    match hint {
        ConfigHint::WriteOne => "请用 `guajira init` 生成一份，或用 --config 指定",
        ConfigHint::SaveAsUtf8 => "请保存为 UTF-8 编码",
        ConfigHint::MakeReadable => "请让运行 guajira 的用户可以读取它",
        ConfigHint::NameFile => "请用 --config 指定配置文件",
    }
    .to_owned()
}

pub(in crate::words) fn config_warning(warning: &ConfigWarning) -> String {
    match warning {
        ConfigWarning::RouteTakesAll { number } => {
            format!("第 {number} 个 [[route]] 没有 `when`：它会处理所有问题，后面的路由不会被用到")
        }
        ConfigWarning::UserNotUsed => "[jira.auth].user 不会被使用：个人访问令牌本身就表明了账号".to_owned(),
        ConfigWarning::KeyNotUsed { key } => format!("{key} 在当前的 [jira.auth].method 下不会被使用"),
        ConfigWarning::CredentialEnds { key, date, days } => {
            format!("{key} 将于 {date} 到期，还有 {days} 天：请提前更换")
        }
        ConfigWarning::CredentialEnded { key, date } => format!("{key} 已于 {date} 到期：请更换"),
        ConfigWarning::Unencrypted { key } => format!("{key} 以 http:// 开头：凭据和内容会以明文传输"),
        ConfigWarning::SecretOpenToOthers { path } => {
            format!("本机其他用户可以读取 {path} 中的密钥：chmod 600 {path}")
        }
        ConfigWarning::StateOpenToOthers { path } => {
            format!("本机其他用户可以读取状态文件，其中有两边的内容：chmod 600 {path}")
        }
    }
}

pub(in crate::words) fn config_place(place: &ConfigPlace) -> String {
    match place {
        ConfigPlace::Named(name) => name.clone(),
        ConfigPlace::Environment => "环境变量".to_owned(),
    }
}

fn lack(lack: Lack) -> &'static str {
    match lack {
        Lack::Comments => "它没有评论",
        Lack::Changes => "它不接受修改",
        Lack::NewIssues => "它不能新建问题",
        Lack::Files => "它没有文件",
        Lack::People => "它不提供人员信息",
    }
}
