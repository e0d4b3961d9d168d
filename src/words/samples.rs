//! Arguments with which the tests say every message.

/// What has values to try a message with.
pub(super) trait Sample: Sized {
    /// Returns some; a text is this one, so that it is found again.
    fn samples(text: &'static str) -> Vec<Self>;
}

impl Sample for &str {
    fn samples(text: &'static str) -> Vec<Self> {
        vec![text]
    }
}

impl Sample for String {
    fn samples(text: &'static str) -> Vec<Self> {
        vec![text.to_owned()]
    }
}

impl Sample for bool {
    fn samples(_: &'static str) -> Vec<Self> {
        vec![false, true]
    }
}

impl<T: Sample> Sample for Option<T> {
    fn samples(text: &'static str) -> Vec<Self> {
        [None].into_iter().chain(T::samples(text).into_iter().map(Some)).collect()
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {
        $(impl Sample for $type {
            fn samples(_: &'static str) -> Vec<Self> {
                vec![0, 1, 300, 4321]
            }
        })*
    };
}

numbers!(i64, u64, usize, u32, u16);
