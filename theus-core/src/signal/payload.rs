//! What an event brings along.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A value that an event brings along: what was emitted with it, or the value of the signal field that raised it. Cloning
/// it copies a handle.
///
/// ```
/// use serde_json::json;
/// use theus_core::signal::{Payload, SignalBus};
///
/// let bus = SignalBus::new(8);
/// bus.emit_with("CMD_PAY", json!({ "to": "alice", "amount": 50 }))?;
/// let paid = bus.try_next().and_then(|event| event.payload);
/// assert_eq!(paid.as_ref().map(|payload| &payload["amount"]), Some(&json!(50)));
/// # Ok::<(), theus_core::signal::EmitError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Payload(Arc<Value>);

impl Payload {
    /// A payload of this value.
    #[must_use]
    pub fn new(value: impl Into<Value>) -> Self {
        Self(Arc::new(value.into()))
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0
    }
}

impl<T: Into<Value>> From<T> for Payload {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl Deref for Payload {
    type Target = Value;
    fn deref(&self) -> &Value {
        &self.0
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::new)
    }
}
