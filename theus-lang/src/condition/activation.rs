//! What an expression may look at.

use crate::context::Value;

/// What an expression may look at while it is evaluated: Data fields of the domain, the global layer, the payload of the
/// event that is handled, the elements of the loops around it, the states that are active, the time.
pub trait Activation {
    /// A Data field of the domain: the position of each name on the way.
    fn domain(&self, path: &[usize]) -> Value<'_>;
    /// A Data field of the global layer.
    fn global(&self, path: &[usize]) -> Value<'_>;
    /// A Data field of the local scratch of a run: only rules look at one.
    fn local(&self, path: &[usize]) -> Value<'_> {
        let _ = path;
        Value::Opaque
    }
    /// An argument of a run, by its position: only rules look at one.
    fn argument(&self, index: usize) -> Value<'_> {
        let _ = index;
        Value::Opaque
    }
    /// Whether a state of the workflow is active, by its number: only guards and steps of a workflow ask for one.
    fn is_active(&self, state: u32) -> bool {
        let _ = state;
        false
    }
    /// What time it is, a [`Value::Time`] that stays the same however often it is asked for; `Opaque` where nobody knows.
    fn now(&self) -> Value<'_> {
        Value::Opaque
    }
    /// The payload of the event that is handled, if it has one.
    fn payload(&self) -> Option<&serde_json::Value>;
    /// The element of the loop that calls it by this name, innermost first.
    fn item(&self, name: &str) -> Option<&serde_json::Value>;
}

/// Nothing to look at: for charts without guards.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmptyActivation;

impl Activation for EmptyActivation {
    fn domain(&self, _: &[usize]) -> Value<'_> {
        Value::Opaque
    }
    fn global(&self, _: &[usize]) -> Value<'_> {
        Value::Opaque
    }
    fn payload(&self) -> Option<&serde_json::Value> {
        None
    }
    fn item(&self, _: &str) -> Option<&serde_json::Value> {
        None
    }
}
