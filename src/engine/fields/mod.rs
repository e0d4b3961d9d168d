//! Fields that both sides keep: which pairs are compared, when, and with what readings.
//!
//! A reading that differs from the merge base makes its pair *due*, in the transaction that moves the cursor. What a write
//! leaves as the new base is `engine::base`'s.

mod notice;
mod readings;
mod life;
mod due;
mod turn;

pub(super) use due::due;
pub(super) use life::{own_traces, still_holds, took_effect};
pub(super) use notice::{notice, noticed};
pub(super) use readings::keep;
pub(super) use turn::in_turn;
