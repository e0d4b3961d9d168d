//! What is said of sources of alerts: hints, and what a check finds.

use crate::words::{AlertsFine, AlertsHint, AlertsMend, AlertsTested, AlertsWrong};

pub(in crate::words) fn alerts_hint(hint: &AlertsHint) -> String {
    match hint {
        AlertsHint::CheckKey { section } => format!(
            "请检查来源 {section} 的 API Key：应为已启用的 API 集成的 Key；两个区域的 Key 互不通用，base_url 应为 \
             https://api.opsgenie.com 或 https://api.eu.opsgenie.com"
        ),
        AlertsHint::CheckToken { section } => format!(
            "请检查来源 {section} 的用户和 API 令牌：令牌可能已过期或被吊销；在 id.atlassian.com 的“安全 > API 令牌”中可以看到期限"
        ),
        AlertsHint::CheckAddress { section } => format!(
            "请检查来源 {section} 的 base_url：jsm-alerts 为 https://SITE.atlassian.net，opsgenie-alerts 为 \
             https://api.opsgenie.com 或 https://api.eu.opsgenie.com"
        ),
        AlertsHint::GrantScope { section, scope } => {
            format!("来源 {section} 的 API 令牌缺少权限范围 {scope}：请新建一个带有该范围的令牌")
        }
        AlertsHint::GrantKey { section, right } => format!(
            "来源 {section} 的 API Key 缺少访问权限 {right:?}：请在 Opsgenie 的“Settings > Integrations”（或 API key \
             management）中授予，并确认该 Key 可以看到告警所属的团队"
        ),
        AlertsHint::CannotDelete => {
            "Atlassian 的 API 令牌没有删除备注的权限：请为该来源设置 deletes = \"mark\" 或 \"keep\"".to_owned()
        }
        AlertsHint::KeepCopies => {
            "Opsgenie 没有删除备注的接口：请为该来源设置 deletes = \"mark\" 或 \"keep\"".to_owned()
        }
        AlertsHint::Plan => "该站点或账号的套餐不包含此功能：请不要使用它，或联系负责购买的人".to_owned(),
        AlertsHint::Limit => "服务的请求配额已用完，可能是别的程序用掉的：无需处理，之后的运行会自动继续".to_owned(),
        AlertsHint::ClosedStays => {
            "告警再次发生时，会是别名相同的另一条告警，并有自己的工单；`guajira drop` 可放弃这次修改".to_owned()
        }
        AlertsHint::UseStatuses => "请在 [route.status] 中使用 Open、Acknowledged 或 Closed".to_owned(),
    }
}

pub(in crate::words) fn alerts_tested(what: &AlertsTested) -> String {
    match what {
        AlertsTested::Login { service } => format!("{service} 登录"),
        AlertsTested::List { service } => format!("{service} 告警"),
        AlertsTested::Schedules { service } => format!("{service} 值班表"),
        AlertsTested::Doubles { service } => format!("{service} 与 Jira 的集成"),
        AlertsTested::Clock { service } => format!("与 {service} 的时钟差"),
    }
}

pub(in crate::words) fn alerts_fine(fine: &AlertsFine) -> String {
    match fine {
        AlertsFine::Readable { count } => format!("可读取，第一页有 {count} 条"),
        AlertsFine::NothingElse => "没有别的集成会从告警创建 Jira 问题".to_owned(),
    }
}

pub(in crate::words) fn alerts_wrong(wrong: &AlertsWrong) -> String {
    match wrong {
        AlertsWrong::NoAlerts => "一条告警都看不到：可能确实没有，也可能该登录无权查看".to_owned(),
        AlertsWrong::NoSuchSchedule => "没有可以说明谁在值班的值班表".to_owned(),
        AlertsWrong::AlsoMakesIssues { names } => {
            format!("以下集成也会从告警创建 Jira 问题，每条告警会有两个问题：{names}")
        }
        AlertsWrong::OfJira { count, names } => {
            format!("最新的告警中有 {count} 条已有并非 guajira 创建的 Jira 问题，或本身由 Jira 问题生成：{names}")
        }
    }
}

pub(in crate::words) fn alerts_mend(mend: &AlertsMend) -> String {
    match mend {
        AlertsMend::GiveOperations => {
            "请授予该账号运维（Operations）访问权限：在 Jira Service Management 的运维团队中加入该账号".to_owned()
        }
        AlertsMend::UseGlobalKey => {
            "如果确实有告警：请使用不属于任何团队的 API 集成的 Key，或要读取的告警所属团队的 Key".to_owned()
        }
        AlertsMend::SetSchedule { names } => format!("请将 schedule 设为其中之一：{names}"),
        AlertsMend::SwitchSyncOff => {
            "请关闭该服务自带的、会创建 Jira 问题的同步或集成，或在该来源的路由中用 `when` 排除这些告警".to_owned()
        }
    }
}
