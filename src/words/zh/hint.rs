//! Hints.

use crate::words::{Hint, ItemHint, JiraHint, StateHint};

pub(in crate::words) fn hint(hint: &Hint) -> String {
    match hint {
        Hint::SetCaFile { section } => {
            format!("如果服务器证书由公司的 CA 签发，请将 [{section}].ca_file 设为公司的 CA 证书文件")
        }
        Hint::CheckAddress { section } => format!("请检查 [{section}].base_url、网络和代理设置"),
        Hint::CheckClientCertificate { section } => {
            format!("服务器要求它认可的客户端证书：请检查 [{section}].client_cert 和 client_key")
        }
        Hint::AnswerTooLarge { section, service } => format!(
            "这次应答已整个丢弃：请检查 [{section}].base_url 指向的是什么；如果确实是 {service}，需要有人缩短或删除过大的内容"
        ),
        Hint::NotWhatWasAsked => "服务或其前面的代理答非所问：请检查它的地址".to_owned(),
        Hint::ReadLess => {
            "请减少一次读取的量：调小 [sync].window，把 --since 设得晚一些，或减少一份配置中的项目".to_owned()
        }
        Hint::RaiseMaxRuntime => "请调大 [sync].max_runtime：分页读取只有全部读完才算数".to_owned(),

        Hint::CheckGuanceKey => {
            "请检查 [guance].api_key，以及 base_url 是否为工作空间所在站点；控制台显示 Key ID 和 Key (Secret) 两个值，\
             不同站点要求的不同，请换另一个试试"
                .to_owned()
        }
        Hint::SetGuanceKey => "请设置 [guance].api_key".to_owned(),
        Hint::GiveKeyPermission => {
            "请在观测云“管理 > API Key 管理”中，为该 API Key 的角色授予异常追踪（Issue）权限".to_owned()
        }
        Hint::CheckGuanceAddress => {
            "请检查 [guance].base_url：应为所在站点的 OpenAPI 地址，例如 https://openapi.guance.com".to_owned()
        }
        Hint::GuanceLimit => {
            "请求配额已用完，可能是别的程序在用同一个 Key 或工作空间：无需处理，之后的运行会自动继续".to_owned()
        }
        Hint::UseGuanceStatuses => "请在 [route.status] 中使用 Open、Working、Resolved、Closed 或 Pending".to_owned(),
        Hint::GiveKeyIncidents => {
            "请在观测云“管理 > API Key 管理”中，为该 API Key 的角色授予故障中心的权限；状态可能只允许处理人修改"
                .to_owned()
        }
        Hint::UseIncidentStatuses => "请在 [route.status] 中使用 Open、Working、Resolved 或 Closed".to_owned(),
        Hint::KeepIncidentComments => {
            "观测云没有删除故障评论的接口：请为该来源设置 deletes = \"mark\" 或 \"keep\"".to_owned()
        }
        Hint::SetChannel { names } => format!("请将 [guance].channel 设为其中之一：{names}"),
        Hint::MoreKeys => {
            "请为 guajira 单独配一个 API Key，或在 [guance].api_key 中配置多个；如果站点允许更多请求，请调大 \
             [guance].requests_per_minute"
                .to_owned()
        }
        Hint::FormerKey => {
            "如果那是 guajira 以前所用 Key 的账号，请写入 [guance].former_accounts，再运行 `guajira retry`".to_owned()
        }
    }
}

pub(in crate::words) fn jira_hint(hint: &JiraHint) -> String {
    match hint {
        JiraHint::ClearCaptcha => {
            "登录失败次数过多：请用机器人账号在浏览器中登录一次并通过验证码（或请管理员重置），再改正 [jira.auth].token"
                .to_owned()
        }
        JiraHint::CheckTokenScopes => {
            "请检查 [jira.auth].token：可能已过期，或缺少 scope：需要 read:jira-work、write:jira-work 和 read:jira-user"
                .to_owned()
        }
        JiraHint::TokenLacksScope { scope } => {
            format!("[jira.auth].token 中的 token 缺少 scope {scope}：请按 `guajira check` 列出的 scope 新建 token")
        }
        JiraHint::TokenMayLackScope { scope } => {
            format!("请检查 [jira.auth].token：可能已过期，或缺少此请求所需的 scope {scope}")
        }
        JiraHint::NoCloudId => "请检查 [jira].base_url：使用 method = \"scoped\" 时必须是 Jira Cloud 站点的地址，例如 \
             https://SITE.atlassian.net；也可以设置 [jira.auth].cloud_id"
            .to_owned(),
        JiraHint::GatewayOutOfReach { address } => {
            format!("带 scope 的 token 只能通过 {address} 使用：请允许本机访问该地址")
        }
        JiraHint::CheckTokenUser => {
            "请检查 [jira.auth].token：Jira Cloud 使用 API token 时要设 method = \"basic\"，user 为账号邮箱".to_owned()
        }
        JiraHint::CheckTokenAge => "请检查 [jira.auth].token：API token 最长一年过期；带 scope 的 token 只能配合 \
             method = \"scoped\" 使用"
            .to_owned(),
        JiraHint::CheckPat => "请检查 [jira.auth].token：个人访问令牌可能已过期或被吊销".to_owned(),
        JiraHint::CheckTokenMethod => {
            "请检查 [jira.auth].token：个人访问令牌需要 method = \"pat\"；Jira 11 默认不接受密码，除非管理员允许"
                .to_owned()
        }
        JiraHint::JiraApiGone => "此 Jira 已不再提供这部分 API：请升级 guajira".to_owned(),
        JiraHint::RedirectsNowhere => "请检查 [jira].base_url：该地址要求跳转，但没有说明跳到哪里".to_owned(),
        JiraHint::RedirectsElsewhere { host } => format!(
            "[jira].base_url 要求跳转到另一台主机（{host}）：可能是登录页或代理，也可能 Jira 已搬迁。修改 [jira].base_url \
             之前请先问 Jira 管理员：您的凭据会发往那里"
        ),
        JiraHint::RedirectsToPlain { host, scheme } => format!(
            "{host} 要求从 https 跳转到 {scheme}，凭据将以明文传输：请不要改 [jira].base_url，而应请管理员把 Jira 的 base \
             URL 或其前面的代理改为 https"
        ),
        JiraHint::RedirectsTo { address } => {
            format!("请将 [jira].base_url 改为跳转的目标（{address}），除非那是登录页")
        }
        JiraHint::PageInsteadOfJson => {
            "返回的是网页而不是 JSON：请检查 [jira].base_url（含上下文路径），以及 Jira 前面的代理或单点登录".to_owned()
        }
        JiraHint::JiraPause => "Jira 要求暂停访问：无需处理，之后的运行会自动继续".to_owned(),
        JiraHint::JiraPauseOf { seconds } => {
            format!("Jira 要求暂停访问 {seconds} 秒：无需处理，之后的运行会自动继续")
        }
        JiraHint::FirewallRefused => "可能是 Jira 前面的代理或防火墙拒绝了这段文字".to_owned(),
    }
}

pub(in crate::words) fn item_hint(hint: &ItemHint) -> String {
    match hint {
        ItemHint::CheckProjects => "请检查 [[route]].project：每个项目都必须存在，并对机器人账号可见".to_owned(),
        ItemHint::CheckProjectsOrToken => {
            "请检查 [[route]].project：每个项目都必须存在，并对机器人账号可见（令牌失效时也是这个提示）".to_owned()
        }
        ItemHint::CheckProjectsVisible => {
            "请检查 [[route]].project：每个项目都必须存在、未归档，并对机器人账号可见".to_owned()
        }
        ItemHint::ProjectArchived { project } => {
            format!("项目 {project} 在 Jira 上已归档：请恢复它，或从 [[route]].project 中去掉")
        }
        ItemHint::CheckSecurity => "请检查 [[route]].security，并授予机器人账号 Set Issue Security 权限".to_owned(),
        ItemHint::SwitchLinksOn => {
            "请在 Jira 中开启问题链接并授予 Link Issues 权限，或设置 [flow].links = \"off\"".to_owned()
        }
        ItemHint::WorkflowWants => "工作流在转到该状态之前还有要求：请查看它的条件和验证器".to_owned(),
        ItemHint::GiveTransitionValue { wanted } => format!(
            "请在 [route.transition] 中给 {wanted} 一个值，或从该转换的界面上去掉它、改为选填、设置默认值；也可以在 \
             [route.status] 中改用另一个状态"
        ),
        ItemHint::GrantTransition => "请在项目的权限方案中授予机器人账号 Transition Issues 权限".to_owned(),
        ItemHint::NameStatus => "请在 [route.status] 中使用工作流能到达的状态".to_owned(),
        ItemHint::NameStatusOf { names } => {
            format!("请在 [route.status] 中使用工作流能到达的状态（工作流中有：{names}）")
        }
        ItemHint::FormerJiraAccount => {
            "如果 guajira 以前用那个账号写入，请写入 [jira].former_accounts，再运行 `guajira retry`".to_owned()
        }
        ItemHint::MustBeAgent => "机器人账号必须是该服务项目的客服人员（agent），才能写内部备注".to_owned(),
        ItemHint::RaiseMaxAttachment => "请调大 [flow].max_attachment".to_owned(),
        ItemHint::LetAccountEditItself => "请重新允许该 Jira 账号修改自己的用户属性".to_owned(),
        ItemHint::CheckSecurityLevel => "请检查 [[route]].security：没有安全级别就不会创建该问题".to_owned(),
        ItemHint::CheckIssueType { name } => format!("请检查 [[route]].issue_type {name:?}"),
        ItemHint::CheckProject { name } => format!("请检查 [[route]].project {name:?} 和机器人账号的权限"),
        ItemHint::GiveFieldValue { name, issue_type } => format!(
            "请在 [route.fields] 中给 {name} 一个值，或在 Jira 中设置默认值，或将它改为问题类型 {issue_type} 的选填字段"
        ),
    }
}

pub(in crate::words) fn state_hint(hint: &StateHint) -> String {
    match hint {
        StateHint::InstallNewer => "请安装较新的 guajira，或让 [sync].state 指向另一个文件",
        StateHint::MoveAway => "请移走该文件：guajira 会根据两边的标记重建，不会重复创建",
        StateHint::NameAFile => "[sync].state 应为文件，而不是目录",
        StateHint::MakeWritable => "请让当前用户可以读写该文件及其所在目录",
        StateHint::FreeSpace => "请清理磁盘空间；未记录的内容会在下一次运行时重新读取",
        StateHint::MoveAwayIfItStays => "如果问题持续，请移走该文件：guajira 会根据两边的标记重建",
        StateHint::GiveOwnStateOrRebind => return format!("{OWN_STATE}；{REBIND}"),
        StateHint::GiveOwnStateRebindOrFormer => {
            return format!("{OWN_STATE}；{REBIND}；如果只是更换了 Jira 账号，请把原账号写入 [jira].former_accounts");
        }
        StateHint::GiveOwnStateOrFormerServices => {
            return format!("{OWN_STATE}，或让 [guance].api_key 和 [jira] 指回原来的服务");
        }
    }
    .to_owned()
}

const OWN_STATE: &str = "请为这些服务单独指定一个状态文件（[sync].state 或 GUAJIRA_SYNC__STATE）";

const REBIND: &str = "如果只是名称或地址变了，请运行 guajira state rebind";
