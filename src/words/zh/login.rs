//! OAuth 1.0a。

use crate::words::{AuthWords, KeyFlaw, OAuthHint};

pub(in crate::words) fn key_flaw(flaw: &KeyFlaw) -> String {
    match flaw {
        KeyFlaw::NoPem => "必须是 PEM 格式的私钥：从 -----BEGIN PRIVATE KEY----- 到对应的 END 行",
        KeyFlaw::Encrypted => {
            "是带口令的私钥，无人值守时无法输入口令：请用 openssl pkey -in FILE -out jira.key 去掉口令"
        }
        KeyFlaw::OpenSsh => "是 OpenSSH 格式的私钥，Jira 不接受：请去掉该文件，由 `guajira auth jira` 生成",
        KeyFlaw::Certificate => "是证书：这里需要与它对应的私钥",
        KeyFlaw::PublicKey => "是公钥，公钥要填在 Jira 中：这里需要私钥",
        KeyFlaw::NotRsa => "必须是 RSA 私钥：Jira 不支持其他类型",
        KeyFlaw::Unreadable => "中的私钥无法读取：是否复制完整？",
    }
    .to_owned()
}

pub(in crate::words) fn oauth_hint(hint: &OAuthHint) -> String {
    match hint {
        OAuthHint::OtherAddress { theirs, ours } => format!(
            "Jira 按 {theirs} 计算签名，而 guajira 按 {ours}：请把 [jira].base_url 设为 Jira 自己的地址，或请管理员设置 Tomcat \
             connector 的 scheme、proxyName 和 proxyPort"
        ),
        OAuthHint::OtherMethod { theirs, ours } => {
            format!("Jira 按 {theirs} 计算签名，而 guajira 发送的是 {ours}：Jira 前面的代理改动了请求")
        }
        OAuthHint::OtherParameters { names } => {
            format!("Jira 计算签名时这些参数的值与 guajira 发送的不同：{names}：Jira 前面的代理改动了请求")
        }
        OAuthHint::OtherKey => {
            "Jira 签名的内容相同，但用的是另一个密钥：请在应用程序链接中填入 `guajira auth jira --public-key` 打印的公钥".to_owned()
        }
        OAuthHint::CheckSignature => {
            "请在应用程序链接中填入 `guajira auth jira --public-key` 打印的公钥，并检查 [jira].base_url".to_owned()
        }
        OAuthHint::TokenExpired => "访问令牌已过期：请再次运行 `guajira auth jira`".to_owned(),
        OAuthHint::TokenRejected => {
            "Jira 不认识（或不再认识）这个访问令牌，可能已被吊销：请再次运行 `guajira auth jira`，并确认 [jira.auth].token \
             指向它写入的文件"
                .to_owned()
        }
        OAuthHint::ConsumerUnknown => {
            "Jira 中没有这个 consumer：[jira.auth].consumer_key 必须是应用程序链接传入身份验证中的 consumer key".to_owned()
        }
        OAuthHint::SetClock => "本机与 Jira 的时钟相差过大，且 Jira 没有告知它的时间：请让两者都使用 NTP".to_owned(),
        OAuthHint::SentTwice => "Jira 收到了两次相同的请求：途中的代理重复发送了请求".to_owned(),
        OAuthHint::NotAllowed => {
            "这个 consumer 不能使用该账号：请以机器人账号登录并用 `guajira auth jira` 授权，并在应用程序链接中允许".to_owned()
        }
        OAuthHint::OtherProblem => "请检查 Jira 中的应用程序链接，然后再次运行 `guajira auth jira`".to_owned(),
        OAuthHint::NoToken => {
            "应答的不是 Jira 的 OAuth：请检查 [jira].base_url（包括 context path），以及 Jira 前面的单点登录".to_owned()
        }
    }
}

pub(in crate::words) fn auth(said: AuthWords<'_>) -> String {
    match said {
        AuthWords::NotOAuth => "`guajira auth jira` 用于 [jira.auth].method = \"oauth1\"".to_owned(),
        AuthWords::NotOAuthHint => "其他方式不需要授权：可用 `guajira check` 检查是否可用".to_owned(),
        AuthWords::TokenIsNoFile => "[jira.auth].token 没有指定可以写入令牌的文件".to_owned(),
        AuthWords::TokenIsNoFileHint => "请设置 token = { file = \"jira.token\" }".to_owned(),
        AuthWords::MadeKey { path } => format!("已生成私钥：{path}"),
        AuthWords::CannotWrite { path } => format!("无法写入 {path}"),
        AuthWords::ForAdministrator { address, consumer } => format!(
            "请 Jira 管理员在“管理 → 应用程序 → 应用程序链接”中填写一次：\n\
             \x20 1. 创建指向任意地址的链接，例如 https://guajira.example。Jira 可能提示没有响应：继续即可。\n\
             \x20    询问类型时选择“Atlassian 产品”或“通用应用程序”，不要选“外部应用程序”（那是 OAuth 2.0）。\n\
             \x20 2. 勾选“创建传入链接”，或之后打开该链接的“传入身份验证”。\n\
             \x20 3. Consumer key：{consumer}\n\
             \x20    Consumer name：guajira\n\
             \x20    Public key：下面的各行\n\
             位置：{address}/plugins/servlet/applinks/listApplicationLinks"
        ),
        AuthWords::Approve => {
            "请以 guajira 使用的账号登录 Jira，打开下面的地址并选择“允许”。之后 Jira 会显示验证码：".to_owned()
        }
        AuthWords::AskVerifier => "验证码".to_owned(),
        AuthWords::NoVerifier => "输入在给出验证码之前结束".to_owned(),
        AuthWords::NoVerifierHint => {
            "请先批准上面的地址，并在几分钟内运行 `guajira auth jira --verifier CODE`".to_owned()
        }
        AuthWords::NothingBegun { path } => format!("没有可用验证码完成的步骤：没有 {path}"),
        AuthWords::NothingBegunHint => "请先运行不带 --verifier 的 `guajira auth jira`".to_owned(),
        AuthWords::LoggedIn { account, path } => {
            format!("Jira 接受了令牌，账号为 {account}；已写入 {path}；下一步：`guajira check`")
        }
        AuthWords::TokenEnds { date } => format!("令牌于 {date} 到期"),
    }
}
