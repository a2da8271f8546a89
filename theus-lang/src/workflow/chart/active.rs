//! What guards see that ask which states are active.

use super::definition::Definition;
use super::id::StateId;
use crate::condition::{Activation, EvaluationError, Expression};
use crate::context::Value;

/// Whether a guard holds in a configuration.
pub(super) fn holds(
    guard: &Expression,
    definition: &Definition,
    leaves: &[StateId],
    activation: &dyn Activation,
) -> Result<bool, EvaluationError> {
    if guard.asks().is_empty() {
        return guard.holds(activation);
    }
    guard.holds(&Within { definition, leaves, activation })
}

/// What whoever asks sees, and the configuration.
struct Within<'a> {
    definition: &'a Definition,
    leaves: &'a [StateId],
    activation: &'a dyn Activation,
}

impl Activation for Within<'_> {
    fn domain(&self, path: &[usize]) -> Value<'_> {
        self.activation.domain(path)
    }
    fn global(&self, path: &[usize]) -> Value<'_> {
        self.activation.global(path)
    }
    fn is_active(&self, state: u32) -> bool {
        self.definition.tree.has_any(self.leaves, StateId(state))
    }
    fn payload(&self) -> Option<&serde_json::Value> {
        self.activation.payload()
    }
    fn item(&self, name: &str) -> Option<&serde_json::Value> {
        self.activation.item(name)
    }
}
