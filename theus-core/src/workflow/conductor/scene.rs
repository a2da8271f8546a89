//! What every part of a session's going on has at hand.

use super::world::World;
use crate::workflow::chart::Definition;

/// What every part of a session's going on has at hand: the chart, the engine, the clock.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) definition: &'a Definition,
    pub(super) world: &'a World<'a>,
}
