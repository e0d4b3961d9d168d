//! Failed requests.

use crate::words::{CallFault, Cause, ListFault};

pub(in crate::words) fn call_fault(fault: &CallFault) -> String {
    match fault {
        CallFault::NotAnAddress { why } => format!("不是网址：{why}"),
        CallFault::CannotConnect { why } => format!("无法连接：{why}"),
        CallFault::NoAnswerWithin { within } => format!("{within}内没有应答"),
        CallFault::Answered { status, why } => format!("状态码 {status}，但{why}"),
        CallFault::BrokeOff { status, why } => format!("状态码 {status}，但应答中途断开：{why}"),
        CallFault::TooLong { status, mebibytes } => format!("状态码 {status}，但应答超过 {mebibytes} MiB"),
        CallFault::TooManyValues { most } => format!("应答中的值超过 {most} 个"),
        CallFault::TooDeep { most } => format!("应答的嵌套超过 {most} 层"),
        CallFault::TooManyRedirects => "跳转次数过多".to_owned(),
        CallFault::NoHeaderName { name } => format!("{name:?} 不是请求头的名称"),
        CallFault::BadCredential => "凭据中有请求头不允许的字符（换行？）".to_owned(),
        CallFault::CannotSetUp => "无法建立 HTTP 客户端".to_owned(),
        CallFault::CannotSetUpTls => "无法建立 TLS".to_owned(),
        CallFault::NoRandomNumbers => "系统没有提供随机数".to_owned(),
        CallFault::CannotSign => "私钥无法签名".to_owned(),
        CallFault::NotSent => "未发送".to_owned(),
        CallFault::Unexpected { why } => format!("应答不符合预期：{why}"),
        CallFault::Odd { why } => why.clone(),
        CallFault::NoList => "其中没有列表".to_owned(),
        CallFault::CredentialsRefused { status } => format!("{status} 凭据被拒绝"),
        CallFault::CredentialsRefusedFor { status, words } => format!("{status} 凭据被拒绝：{words}"),
        CallFault::NotTheOpenApi { status, words } => format!("{status}，不是 OpenAPI 的应答：{words:?}"),
    }
}

pub(in crate::words) fn list_fault(fault: &ListFault) -> String {
    match fault {
        ListFault::NotReadToItsEnd { why } => format!("没有读到末尾：{why}"),
        ListFault::AskedToStop { pages } => format!("读取 {pages} 页之后被要求停止"),
        ListFault::TimeWasOver { pages, rows } => format!("读取 {pages} 页、{rows} 行之后，本次运行的时间已用完"),
        ListFault::NoEnd { pages } => format!("读取 {pages} 页之后仍未结束"),
        ListFault::ManyRowsAtOnce { rows, most } => format!("一次应答有 {rows} 行，最多接受 {most} 行"),
        ListFault::ManyRows { most } => format!("超过 {most} 行"),
        ListFault::ManyValues { rows, most } => format!("{rows} 行中的值超过 {most} 个"),
        ListFault::NothingNew => "某一页只包含已读过的内容".to_owned(),
        ListFault::NoNextPage => "某一整页没有说明下一页从哪里开始".to_owned(),
        ListFault::TokenTwice => "同一个翻页标记出现了两次".to_owned(),
    }
}

pub(in crate::words) fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Refused { code } => format!("连接被拒绝（系统错误 {code}）"),
        Cause::Reset { code } => format!("连接被对方重置（系统错误 {code}）"),
        Cause::TimedOut { code } => format!("连接超时（系统错误 {code}）"),
        Cause::Unreachable { code } => format!("网络不可达（系统错误 {code}）"),
        Cause::NoRoute { code } => format!("没有到主机的路由（系统错误 {code}）"),
        Cause::NoSuchFile { code } => format!("文件或目录不存在（系统错误 {code}）"),
        Cause::Denied { code } => format!("没有权限（系统错误 {code}）"),
        Cause::IsFolder { code } => format!("是一个目录（系统错误 {code}）"),
        Cause::DiskFull { code } => format!("磁盘空间不足（系统错误 {code}）"),
        Cause::UnknownHost { why } => format!("无法解析主机名：{why}"),
        Cause::Incomplete => "应答完成之前连接已关闭".to_owned(),
        Cause::BodyError => "收发内容时出错".to_owned(),
        Cause::OperationTimedOut => "操作超时".to_owned(),
        Cause::Certificate { why } => format!("服务器证书无效：{why}"),
        Cause::UnknownIssuer => "签发机构不受信任".to_owned(),
        Cause::Expired { now, after, ago } => {
            format!("证书已过期 {ago} 秒：验证时间 {now}（UNIX 时间），证书有效期到 {after}")
        }
        Cause::WrongName { host, others } => format!("证书不适用于 {host:?}，只适用于 {others}"),
        Cause::NoNames { host } => format!("证书不适用于 {host:?}：其中没有任何主机名（subjectAltName）"),
        Cause::DatabaseFull => "数据库或磁盘已满".to_owned(),
        Cause::DatabaseBusy => "数据库被别的程序锁定".to_owned(),
        Cause::NoDatabase => "文件不是数据库".to_owned(),
        Cause::DatabaseBroken => "数据库文件已损坏".to_owned(),
        Cause::MissingField { field } => format!("缺少字段 `{field}`"),
        Cause::WrongType { found, wanted } => format!("类型不符：现在是 {found}，应为 {wanted}"),
    }
}
