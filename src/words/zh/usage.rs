//! The help, and what is wrong with a command line.

use crate::words::UsageWords;

pub(in crate::words) fn usage(said: UsageWords<'_>) -> String {
    let meant = |near: Option<&str>| near.map(|near| format!("；是否想写 {near}？")).unwrap_or_default();
    let among = |allowed: Option<&str>| allowed.map(|allowed| format!("；可用的值：{allowed}")).unwrap_or_default();
    match said {
        UsageWords::Usage => "用法：".to_owned(),
        UsageWords::UnknownOption { name, near } => format!("未知参数 {name}{}", meant(near)),
        UsageWords::UnknownCommand { name, near } => format!("未知命令 {name}{}", meant(near)),
        UsageWords::NoValue { name, allowed } => format!("{name} 没有给出值{}", among(allowed)),
        UsageWords::BadValue { value, name, allowed } => format!("{value:?} 不是 {name} 的有效值{}", among(allowed)),
        UsageWords::Invalid { value, name, why } => format!("{value:?} 不是 {name} 的有效值：{why}"),
        UsageWords::Missing { names } => format!("缺少参数：{names}"),
        UsageWords::MissingCommand => "没有给出命令".to_owned(),
        UsageWords::Conflict { name, other } => format!("{name} 不能与 {other} 同时使用"),
        UsageWords::SeeHelp { command } => format!("用法见 `{command} --help`"),
    }
}

/// Help texts, by command, and by command and option; an option alone is one of every command. Headings, and what clap
/// adds, begin with a colon.
pub(in crate::words) const HELP: &[(&str, &str)] = &[
    (":commands", "命令"),
    (":arguments", "参数"),
    (":options", "选项"),
    (":global", "所有命令通用的选项"),
    (":help", "显示帮助"),
    (":version", "显示版本"),
    (
        ":exits",
        "退出码：
  0  完成；剩下的只等下一次运行
  2  命令或配置有误；没有写入任何内容
  3  运行结束，但有条目失败、暂扣或已停止重试
  4  服务连不上，或拒绝了凭据
  5  被中断；由下一次运行继续",
    ),
    ("guajira", "在观测云与 Jira 之间双向同步问题（Issue）和评论，由 cron 等定时任务运行"),
    ("config", "配置文件 [默认：sync.toml] [环境变量：GUAJIRA_CONFIG]"),
    ("verbose", "输出更多日志：每次写入（-v），每个请求和决定（-vv）"),
    ("quiet", "只输出新出现的失败、持续超过 [sync].remind（默认一天）的失败，以及恢复的消息"),
    ("log_format", "日志格式：text 供人阅读，json 每行一个 JSON 对象 [默认：text]"),
    ("color", "何时使用颜色：auto、always 或 never [默认：auto]"),
    ("lang", "输出语言：en 或 zh [默认：由 [text].language 决定，其次由环境变量 LANG 决定]"),
    ("sync", "运行一次同步，然后退出"),
    (
        "sync since",
        "补录：两边都从这个时间读起，而不是从游标读起。RFC 3339、本地时间 \"YYYY-MM-DD[ HH:MM]\"，或多久以前：\"90m\"、\"2h\"、\"7d\"",
    ),
    ("sync until", "补录到什么时间为止 [默认：现在]"),
    ("sync now", "立即读取所有未关闭问题的回复，以请求配额为限"),
    ("sync dry_run", "只打印计划，不写入任何内容"),
    ("sync release", "放行被限流阀（[sync].max_creates）暂扣的新问题，以及因别的程序已建过问题而暂扣的新问题"),
    ("sync json", "在标准输出打印一个 JSON 对象作为报告"),
    ("check", "检查配置、凭据、权限、项目、问题类型、优先级、时钟和时区，并说明如何改正"),
    (
        "check explain",
        "说明哪条路由会处理这个问题、每个模板的结果是什么；不写入任何内容。可以是它的 uuid、Jira 编号或网址",
    ),
    ("check json", "输出一个 JSON 对象"),
    ("check message", "向这个 [[notify]] 发送一条测试消息，不做其他检查"),
    ("status", "显示现状：游标、已关联的问题、等待和停止重试的条目、最近的运行"),
    ("status json", "输出一个 JSON 对象"),
    ("status all", "列出所有等待或失败的条目，而不只是前 20 个"),
    ("status max_age", "最近一次成功运行早于这个时长时以退出码 3 结束，例如 10m"),
    ("report", "说明一段时间内发生了什么：一个独立的网页，或数据"),
    ("report since", "从什么时间起。RFC 3339、本地时间 \"YYYY-MM-DD[ HH:MM]\"，或多久以前：\"12h\"、\"7d\" [默认：7d]"),
    ("report html", "一个独立的网页；\"-\" 表示标准输出 [默认：guajira-report.html]"),
    ("report json", "在标准输出打印一个 JSON 对象"),
    ("why", "显示一个条目的历史和现状的原因"),
    ("why item", "issue_…、repim_…、OPS-12、Jira 评论的 id，或显示它的网址"),
    ("why json", "输出一个 JSON 对象"),
    ("retry", "把停止重试的条目放回队列"),
    ("retry ids", "`guajira status` 显示的条目，或所涉及内容的 id"),
    ("retry all", "所有停止重试或失败后等待的条目"),
    ("drop", "放弃停止重试的条目：除非原文改动，不再发送"),
    ("drop ids", "`guajira status` 显示的条目，或所涉及内容的 id"),
    ("drop because", "放弃的原因；会保存在每个条目的历史中"),
    ("reply", "在一个条目下发布评论，供聊天机器人使用：它发布到 Jira 问题及其来源"),
    (
        "reply reply",
        "'#ITEM#TEXT'：两个 # 之间是条目（issue_…、OPS-12、事件或告警的 id），后面是正文，正文中可以有 #；全角＃也可以",
    ),
    ("reply author", "是谁说的；显示在评论的第一行"),
    ("reply json", "输出一个 JSON 对象"),
    ("push", "立即为一个条目创建 Jira 问题，不管路由的条件"),
    ("push item", "来源给它的 id：issue_…，或事件、告警的 id"),
    ("push route", "用第几条路由，从 1 数起 [默认：会处理它的那条，否则第一条]"),
    ("link", "把一个条目与已有的 Jira 问题关联"),
    ("link item", "来源给它的 id：issue_…，或事件、告警的 id"),
    ("link key", "Jira 问题的编号，例如 OPS-12"),
    ("unlink", "解除一个条目与它的 Jira 问题的关联：两边都不再写入"),
    ("unlink item", "条目的 id，或它的 Jira 问题，例如 OPS-12"),
    ("take", "接收 webhook 的内容，供类型为 piped 的来源使用"),
    ("take source", "来源的名称，与配置中一致"),
    ("take file", "内容所在的文件：一个对象、一个数组，或每行一个对象 [默认：标准输入]"),
    ("sync only", "只同步这个来源；可多次给出"),
    ("adopt", "接管旧脚本创建的问题和复制的评论"),
    ("adopt script", "接管观测云官方的每分钟脚本：路由所涉项目中带有 issue_… 标签的 Jira 问题，以及它复制的评论"),
    (
        "adopt created_by",
        "除 guajira 自己的账号外，还有谁创建了它们：Jira 账号 id、用户名或邮箱，或脚本所用观测云 API Key 的名称或 wsak_… id。可以写多次",
    ),
    ("adopt dry_run", "只打印将要做什么，不写入任何内容"),
    ("state", "查看状态文件，或将它绑定到改了名称或地址的服务"),
    ("state info", "显示状态文件的位置、内容和所属的服务"),
    ("state info json", "输出一个 JSON 对象"),
    ("state rebind", "绑定到配置所指的服务：先用标记证明它们只是改了名称或地址"),
    ("state rebind dry_run", "只查看标记并说明将要做什么，不写入任何内容"),
    ("state copy", "把状态文件复制到一个尚不存在的位置"),
    ("state copy from", "状态文件"),
    ("state copy to", "副本的名称"),
    ("auth", "通过 OAuth 1.0a 从 Jira Server 或 Data Center 取得访问令牌"),
    ("auth jira", "逐步取得 [jira.auth] 的访问令牌：生成密钥对、打印管理员要填的内容、询问验证码、写入令牌"),
    ("auth jira public_key", "只打印管理员要填的内容和公钥"),
    ("auth jira verifier", "Jira 在批准后显示的验证码：完成上一次开始的步骤"),
    ("init", "逐项询问，生成一份带注释的 sync.toml"),
    ("init defaults", "不提问：采用 GUAJIRA_… 环境变量给出的值，其余留作注释"),
    ("init force", "文件已存在时覆盖它"),
    ("schema", "打印 sync.toml 的 JSON Schema，供编辑器使用"),
    ("man", "打印 guajira 的手册页，或写出所有命令的手册页"),
    ("man folder", "把 guajira 和每个命令的手册页写进这个目录，每页一个文件，而不是打印一页"),
    ("completions", "打印 shell 的自动补全脚本"),
    ("completions shell", "哪种 shell：bash、elvish、fish、powershell 或 zsh"),
    ("help", "显示帮助，或某个命令的帮助"),
];
