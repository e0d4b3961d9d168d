//! 运行对 `[signals]` 的说明。

use crate::words::{Lang, SignalsWords, told};

pub(in crate::words) fn signals(said: SignalsWords<'_>) -> String {
    match said {
        SignalsWords::TextfileNotWritten { path, why } => {
            format!("[signals].textfile：无法写入 {path}：{}", told(why, Lang::Zh))
        }
        SignalsWords::HeartbeatNotTold { why } => {
            format!("[signals].heartbeat 未收到本次运行的通知：{}", told(why, Lang::Zh))
        }
        SignalsWords::NoAnswerInTime => "没有及时答复".to_owned(),
    }
}
