//! A request that failed, as an adapter sees it.

use crate::ports::ApiError;

/// What the engine is told of a failed request, and what the adapter itself branches on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault<C> {
    /// What the engine is told.
    pub error: ApiError,
    /// Why, as far as the adapter cares.
    pub cause: C,
}

impl<C: Default> From<ApiError> for Fault<C> {
    fn from(error: ApiError) -> Self {
        Self { error, cause: C::default() }
    }
}

impl<C> From<Fault<C>> for ApiError {
    fn from(fault: Fault<C>) -> Self {
        fault.error
    }
}
