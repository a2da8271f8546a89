//! What guards and arguments look at.

use std::cell::OnceCell;

use super::chain::Frame;
use super::hand::{Ground, Hand};
use crate::context::Value;
use crate::workflow::condition::Facts;

/// The committed state, taken when it is first asked for and the same from then on; the payload of the event that is
/// handled; the elements of the loops around a step.
pub(super) struct Look<'a> {
    hand: &'a dyn Hand,
    ground: OnceCell<Option<Box<dyn Ground + 'a>>>,
    payload: Option<&'a serde_json::Value>,
    frames: &'a [Frame],
}

impl<'a> Look<'a> {
    pub(super) const fn new(hand: &'a dyn Hand, payload: Option<&'a serde_json::Value>, frames: &'a [Frame]) -> Self {
        Self { hand, ground: OnceCell::new(), payload, frames }
    }

    fn ground(&self) -> Option<&dyn Ground> {
        self.ground.get_or_init(|| self.hand.look()).as_deref()
    }
}

impl Facts for Look<'_> {
    fn domain(&self, path: &[usize]) -> Value<'_> {
        self.ground().map_or(Value::Opaque, |ground| ground.domain(path))
    }

    fn global(&self, path: &[usize]) -> Value<'_> {
        self.ground().map_or(Value::Opaque, |ground| ground.global(path))
    }

    fn payload(&self) -> Option<&serde_json::Value> {
        self.payload
    }

    fn item(&self, name: &str) -> Option<&serde_json::Value> {
        self.frames.iter().rev().find_map(|frame| frame.item(name))
    }
}
