//! What guards and arguments look at.

use std::cell::OnceCell;

use super::chain::{Frame, Given};
use super::engine_port::CommittedState;
use super::environment::Environment;
use crate::context::{Time, Value};
use crate::workflow::chart::{Configuration, Definition, StateId};
use crate::workflow::condition::Activation;

/// The committed state, taken when it is first asked for and the same from then on; the payload of the event that is
/// handled; the elements of the loops around a step; the states that are active; the time, which is the same for what happens in no time.
pub(super) struct SessionActivation<'a> {
    environment: &'a Environment<'a>,
    committed: OnceCell<Option<Box<dyn CommittedState + 'a>>>,
    payload: Option<&'a serde_json::Value>,
    frames: &'a [Frame],
    /// What the steps before have given.
    results: &'a [Given],
    /// Where the session is; the chart itself shows a guard where it was.
    at: Option<(&'a Definition, &'a Configuration)>,
}

impl<'a> SessionActivation<'a> {
    pub(super) const fn new(
        environment: &'a Environment<'a>,
        payload: Option<&'a serde_json::Value>,
        frames: &'a [Frame],
    ) -> Self {
        Self { environment, committed: OnceCell::new(), payload, frames, results: &[], at: None }
    }

    /// The same of a step, which may ask for states too.
    pub(super) fn at(self, definition: &'a Definition, at: &'a Configuration) -> Self {
        Self { at: Some((definition, at)), ..self }
    }

    /// With what the steps before this one have given.
    pub(super) fn given(self, results: &'a [Given]) -> Self {
        Self { results, ..self }
    }

    fn committed(&self) -> Option<&dyn CommittedState> {
        self.committed.get_or_init(|| self.environment.engine.committed_state()).as_deref()
    }
}

impl Activation for SessionActivation<'_> {
    fn domain(&self, path: &[usize]) -> Value<'_> {
        self.committed().map_or(Value::Opaque, |committed| committed.domain(path))
    }

    fn global(&self, path: &[usize]) -> Value<'_> {
        self.committed().map_or(Value::Opaque, |committed| committed.global(path))
    }

    fn is_active(&self, state: u32) -> bool {
        self.at.is_some_and(|(definition, at)| definition.is_active(at, StateId::new(state)))
    }

    fn now(&self) -> Value<'_> {
        Value::from(Time::from(self.environment.now()))
    }

    fn payload(&self) -> Option<&serde_json::Value> {
        self.payload
    }

    fn item(&self, name: &str) -> Option<&serde_json::Value> {
        let element = self.frames.iter().rev().find_map(|frame| frame.item(name));
        element.or_else(|| Given::find(self.results, name))
    }
}
