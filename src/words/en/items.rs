//! `guajira retry` and `guajira drop`.

use crate::words::ItemWords;

pub(in crate::words) fn items(said: ItemWords<'_>) -> String {
    match said {
        ItemWords::WhatToRetry => "which items? None is named".to_owned(),
        ItemWords::WhatToRetryHint => {
            "name items as `guajira status` shows them, or take everything with --all".to_owned()
        }
        ItemWords::NothingToRetry => "nothing to retry: no item is dead or waits after a failure".to_owned(),
        ItemWords::BackInQueue { count: 1 } => "1 item is back in the queue; the next run sends it".to_owned(),
        ItemWords::BackInQueue { count } => format!("{count} items are back in the queue; the next run sends them"),
        ItemWords::NoSuchToRetry { id } => format!("{id:?} has nothing to retry; nothing was changed"),
        ItemWords::StatusLists => "`guajira status` lists what is dead or waits".to_owned(),
        ItemWords::NoStateFile { path } => format!("there is no state file {path}"),
        ItemWords::WhyDropHint => "say why the items are given up, for those who ask later".to_owned(),
        ItemWords::WhyDrop => "--because: is empty".to_owned(),
        ItemWords::NoSuchToDrop { id } => format!("{id:?} names nothing that is dead; nothing was changed"),
        ItemWords::StatusListsDead => "`guajira status` lists what is dead; nothing else can be dropped".to_owned(),
        ItemWords::Dropped { count } => {
            let items = if count == 1 { "1 item is dropped".to_owned() } else { format!("{count} items are dropped") };
            format!("{items}: not sent again unless the original changes; `guajira retry ID` takes it back")
        }
    }
}
