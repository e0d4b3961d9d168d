//! `guajira take` 的输出。

use crate::words::TakeWords;

pub(in crate::words) fn take(what: TakeWords<'_>) -> String {
    match what {
        TakeWords::Accepted { count, passed_over: 0 } => format!("已接收 {count} 条"),
        TakeWords::Accepted { count, passed_over } => format!("已接收 {count} 条，跳过 {passed_over} 条非告警内容"),
        TakeWords::NoSuchSource { name, names: "" } => {
            format!("没有名为 {name:?} 且类型为 \"piped\" 或 \"guance-events\" 的来源：配置中一个也没有")
        }
        TakeWords::NoSuchSource { name, names } => {
            format!("没有名为 {name:?} 且类型为 \"piped\" 或 \"guance-events\" 的来源：现有 {names}")
        }
        TakeWords::AddSource { name } => {
            format!(
                "请在 sync.toml 中添加：[[source]]，其中 name = {name:?}、kind = \"piped\"，以及一个 [[source.route]]"
            )
        }
        TakeWords::CannotRead { name: "-", why } => format!("无法读取标准输入：{why}"),
        TakeWords::CannotRead { name, why } => format!("无法读取 {name}：{why}"),
    }
}
