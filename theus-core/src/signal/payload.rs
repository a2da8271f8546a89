//! What an event brings along.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use thiserror::Error;

use crate::context::REDACTED;

/// A value that an event brings along: what was emitted with it, or the value of the signal field that raised it. Cloning
/// it copies a handle.
///
/// That of a field marked `#[context(redact)]` is there as any other; but it is [`REDACTED`] where it is written out, by `Debug` and as JSON.
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
#[derive(Clone)]
pub struct Payload(Arc<Brought>);

struct Brought {
    value: Value,
    /// Whether people are not shown it.
    redacted: bool,
}

/// Why a payload is refused: what is stored with a session must be read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// It is nested deeper than [`Payload::MAX_DEPTH`].
    #[error(
        "what the event brings along is nested deeper than {}: bring a flatter value, or the key by which it is found",
        Payload::MAX_DEPTH
    )]
    TooDeep,
    /// It is larger than [`Payload::MAX_BYTES`].
    #[error(
        "what the event brings along is larger than {} bytes: bring the key by which it is found",
        Payload::MAX_BYTES
    )]
    TooLarge,
}

impl Payload {
    /// How deep lists and objects may be nested in what an event brings along: readers of JSON go down 128 levels, of which
    /// some are for what the payload is stored in.
    pub const MAX_DEPTH: usize = 100;
    /// How large it may be in bytes, as JSON, roughly: texts as they are, other values 8 bytes each.
    pub const MAX_BYTES: usize = 4 << 20;

    /// A payload of this value.
    #[must_use]
    pub fn new(value: impl Into<Value>) -> Self {
        Self(Arc::new(Brought { value: value.into(), redacted: false }))
    }

    /// One of this value that people are not shown.
    pub(crate) fn redacted(value: Value) -> Self {
        Self(Arc::new(Brought { value, redacted: true }))
    }

    /// Whether people are not shown it: it is that of a field marked `#[context(redact)]`.
    #[must_use]
    pub fn is_redacted(&self) -> bool {
        self.0.redacted
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0.value
    }

    /// The same, where it is neither too deep nor too large.
    pub(crate) fn checked(self) -> Result<Self, PayloadError> {
        let Err(beyond) = measure(&self.0.value, Self::MAX_DEPTH, Self::MAX_BYTES) else { return Ok(self) };
        if let Ok(brought) = Arc::try_unwrap(self.0) {
            dismantle(brought.value);
        }
        Err(match beyond {
            Beyond::Depth => PayloadError::TooDeep,
            Beyond::Bytes => PayloadError::TooLarge,
        })
    }
}

/// What of a value is beyond a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beyond {
    Depth,
    Bytes,
}

/// Whether a value is nested no deeper than this and has no more bytes than that.
pub(crate) fn measure(value: &Value, depth: usize, bytes: usize) -> Result<(), Beyond> {
    let mut left = bytes;
    walk(value, depth, &mut left)
}

/// It goes no deeper than it may.
fn walk(value: &Value, depth: usize, left: &mut usize) -> Result<(), Beyond> {
    let mut spend = |bytes: usize| {
        *left = left.checked_sub(bytes).ok_or(Beyond::Bytes)?;
        Ok(())
    };
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => spend(8),
        Value::String(text) => spend(text.len() + 2),
        Value::Array(values) => {
            spend(2)?;
            let depth = depth.checked_sub(1).ok_or(Beyond::Depth)?;
            values.iter().try_for_each(|value| walk(value, depth, left))
        }
        Value::Object(members) => {
            spend(2)?;
            let depth = depth.checked_sub(1).ok_or(Beyond::Depth)?;
            members.iter().try_for_each(|(name, value)| {
                *left = left.checked_sub(name.len() + 4).ok_or(Beyond::Bytes)?;
                walk(value, depth, left)
            })
        }
    }
}

/// Drops a value without going down into it: it may be deeper than the stack.
fn dismantle(value: Value) {
    let mut parts = vec![value];
    while let Some(part) = parts.pop() {
        match part {
            Value::Array(values) => parts.extend(values),
            Value::Object(members) => parts.extend(members.into_iter().map(|(_, value)| value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

impl<T: Into<Value>> From<T> for Payload {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.value() == other.value()
    }
}

impl Eq for Payload {}

impl Deref for Payload {
    type Target = Value;
    fn deref(&self) -> &Value {
        &self.0.value
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_redacted() {
            true => f.write_str(REDACTED),
            false => fmt::Display::fmt(self.value(), f),
        }
    }
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.is_redacted() {
            true => serializer.serialize_str(REDACTED),
            false => self.value().serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

    use serde_json::json;

    use super::*;

    fn nested(depth: usize) -> Value {
        (0..depth).fold(json!(1), |inner, level| if level % 2 == 0 { json!([inner]) } else { json!({ "a": inner }) })
    }

    #[test]
    fn what_is_too_deep_is_refused_and_what_is_nearly_is_taken() {
        assert!(Payload::new(nested(Payload::MAX_DEPTH)).checked().is_ok());
        assert_eq!(Payload::new(nested(Payload::MAX_DEPTH + 1)).checked(), Err(PayloadError::TooDeep));
        let deeper_than_the_stack = (0..1_000_000).fold(json!(1), |inner, _| Value::Array(vec![inner]));
        assert_eq!(Payload::new(deeper_than_the_stack).checked(), Err(PayloadError::TooDeep));
    }

    #[test]
    fn what_is_too_large_is_refused_and_what_is_nearly_is_taken() {
        let text = |bytes| Payload::new("x".repeat(bytes));
        assert!(text(Payload::MAX_BYTES - 2).checked().is_ok());
        assert_eq!(text(Payload::MAX_BYTES - 1).checked(), Err(PayloadError::TooLarge));
        let many = Payload::new(vec![0; Payload::MAX_BYTES / 8]);
        assert_eq!(many.checked(), Err(PayloadError::TooLarge));
        let keys: serde_json::Map<String, Value> =
            (0..Payload::MAX_BYTES / 100).map(|at| (format!("{at:0>100}"), json!(1))).collect();
        assert_eq!(Payload::new(Value::Object(keys)).checked(), Err(PayloadError::TooLarge));
    }
}
