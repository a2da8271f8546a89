//! What guards and arguments look at.

use std::cell::OnceCell;

use super::chain::Frame;
use super::engine_port::{CommittedState, EnginePort};
use crate::context::Value;
use crate::workflow::condition::Activation;

/// The committed state, taken when it is first asked for and the same from then on; the payload of the event that is
/// handled; the elements of the loops around a step.
pub(super) struct SessionActivation<'a> {
    engine: &'a dyn EnginePort,
    committed: OnceCell<Option<Box<dyn CommittedState + 'a>>>,
    payload: Option<&'a serde_json::Value>,
    frames: &'a [Frame],
}

impl<'a> SessionActivation<'a> {
    pub(super) const fn new(
        engine: &'a dyn EnginePort,
        payload: Option<&'a serde_json::Value>,
        frames: &'a [Frame],
    ) -> Self {
        Self { engine, committed: OnceCell::new(), payload, frames }
    }

    fn committed(&self) -> Option<&dyn CommittedState> {
        self.committed.get_or_init(|| self.engine.committed_state()).as_deref()
    }
}

impl Activation for SessionActivation<'_> {
    fn domain(&self, path: &[usize]) -> Value<'_> {
        self.committed().map_or(Value::Opaque, |committed| committed.domain(path))
    }

    fn global(&self, path: &[usize]) -> Value<'_> {
        self.committed().map_or(Value::Opaque, |committed| committed.global(path))
    }

    fn payload(&self) -> Option<&serde_json::Value> {
        self.payload
    }

    fn item(&self, name: &str) -> Option<&serde_json::Value> {
        self.frames.iter().rev().find_map(|frame| frame.item(name))
    }
}
