//! 通过管道传入的内容，以及无法理解的事件。

use crate::words::{EventFlaw, PipedFault, PipedWords};

pub(in crate::words) fn event_flaw(said: &EventFlaw) -> String {
    match said {
        EventFlaw::NoStatus => "事件既没有 df_status 也没有 df_fault_status，无法判断是否异常",
        EventFlaw::NoTime => "事件没有时间：time、date、timestamp 都不是数字",
        EventFlaw::NoAlarm => {
            "无法判断属于哪个告警：事件没有 df_fault_id、df_monitor_checker_event_ref 和 df_monitor_checker_id"
        }
    }
    .to_owned()
}

pub(in crate::words) fn piped_fault(said: &PipedFault) -> String {
    match said {
        PipedFault::Empty => "输入为空：请将请求正文通过管道传入，或指定文件".to_owned(),
        PipedFault::InputTooLarge { most } => format!("输入超过 {most} 字节：之后的内容未读取；请分批传入"),
        PipedFault::TooMany { most } => format!("输入包含的事件超过 {most} 个：其余未读取；请分批传入"),
        PipedFault::TooLarge { most } => format!("该事件超过 {most} 字节：请减少其内容"),
        PipedFault::TooDeep { most } => format!("该事件的嵌套超过 {most} 层"),
        PipedFault::NotUtf8 => "该事件不是 UTF-8 编码：请以 UTF-8 发送".to_owned(),
        PipedFault::NotJson { why } => format!("不是 JSON：{why}；请原样传入请求正文"),
        PipedFault::NotAnObject => "该事件不是 JSON 对象：一个对象是一个事件".to_owned(),
        PipedFault::NoKnownForm => "既不是观测云监控器的事件（df_status 等字段），也没有 id".to_owned(),
        PipedFault::Event(flaw) => event_flaw(flaw),
        PipedFault::NoId => "缺少 id，或 id 为空：id 标识问题，在问题结束之前保持不变".to_owned(),
        PipedFault::NoTitle => "缺少 title，或 title 为空，text 也是如此".to_owned(),
        PipedFault::NotAText { name } => format!("{name} 既不是文本也不是数字"),
        PipedFault::UnknownStatus { status } => format!(
            "未知的 status {status}：firing、fault、open、problem、triggered 表示异常；ok、resolved、recovered、closed \
             表示已结束"
        ),
        PipedFault::BadTime { name } => {
            format!("{name} 不是时间：请给出 1970 年以来的秒数或毫秒数，或 2026-11-22T10:00:00Z 这样的文本")
        }
    }
}

pub(in crate::words) fn piped(said: PipedWords<'_>) -> String {
    match said {
        PipedWords::At { number, line, why } => format!("第 {number} 个事件（第 {line} 行）：{why}"),
    }
}
