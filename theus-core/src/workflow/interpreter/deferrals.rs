//! The events that a session has deferred.

use std::collections::VecDeque;

use crate::signal::Event;

/// What a session keeps for later.
#[derive(Debug, Default)]
pub(super) struct DeferredEvents {
    /// In the order in which they came.
    pub(super) events: VecDeque<Event>,
    /// Whether other states are active since they were looked through last.
    pub(super) is_open: bool,
}
