//! The report of a run, below its summary.

use super::{Service, Stage};

messages! {
    /// The report of a run, below its summary.
    pub enum SyncWords<'a> => sync {
        ItemFailed { stage: Stage, summary: &'a str, item: &'a str, why: &'a str },
        MoreUnreadable { count: usize },
        LeftOut { what: &'a str },
        NobodyFound { names: &'a str },
        PeopleOn { names: &'a str, side: Service },
        Clock { side: Service, seconds: u64, behind: bool },
        OverTheBrake { most: usize },
        WhatOfDoubt,
        WhatOfFailing,
        /// The run was asked to stop.
        Interrupted,
        HeldForLabel { summary: &'a str, why: &'a str },
        Decide,
        FilesStay { count: usize, why: &'a str },
        Restricted,
        WhatOfDead,
        WouldTell { room: &'a str, text: &'a str },
        AnswersLost { count: usize },
        WaitsUntil { side: Service, until: &'a str },
        NotCarried { count: usize, why: &'a str },
    }
}
