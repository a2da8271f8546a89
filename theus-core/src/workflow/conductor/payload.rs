//! What an event carries.

use std::sync::Arc;

use serde_json::Value;

/// What an event carries; a clone is the same value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Payload(Arc<Value>);

impl From<Value> for Payload {
    fn from(value: Value) -> Self {
        Self(Arc::new(value))
    }
}

impl Payload {
    pub(crate) fn value(&self) -> &Value {
        &self.0
    }
}
