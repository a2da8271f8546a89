//! What an event carries.

use std::sync::Arc;

use serde_json::Value;

use crate::signal::Event;

/// What an event carries; a clone is the same value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Payload(Arc<Value>);

impl From<Value> for Payload {
    fn from(value: Value) -> Self {
        Self(Arc::new(value))
    }
}

impl Payload {
    /// What this event carries.
    pub(super) fn of(_: &Event) -> Option<Self> {
        None
    }

    pub(crate) fn value(&self) -> &Value {
        &self.0
    }
}
