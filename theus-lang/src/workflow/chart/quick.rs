//! Moves that the leaf and the event decide alone: a look at a table, and one number written.

use super::configuration::{Configuration, Leaves};
use super::definition::Definition;
use super::event::EventId;
use super::id::StateId;
use super::moves::{Effects, Move, Planned};
use super::table::Decided;
use super::triggers::Column;

/// What an event does, as far as it is known beforehand.
#[derive(Clone, Copy, Debug)]
pub enum Beforehand<'a> {
    /// It makes this move, whatever the Data and the session's past are.
    Moves(Quick<'a>),
    /// No transition takes it.
    Nothing,
    /// Guards, regions or history decide: [`transition`](Definition::transition) says what it does.
    Open,
}

/// A move from one leaf to one leaf, made when the definition was. It changes a configuration in its place, without an
/// allocation.
#[derive(Clone, Copy, Debug)]
pub struct Quick<'a> {
    to: StateId,
    effects: Effects<'a>,
}

impl<'a> Quick<'a> {
    /// The one leaf that is active after it.
    #[must_use]
    pub const fn to(self) -> StateId {
        self.to
    }

    /// What is left, entered and run.
    #[must_use]
    pub const fn effects(self) -> Effects<'a> {
        self.effects
    }

    /// The same as a move from the configuration that it was asked for.
    #[inline]
    #[must_use]
    pub fn after(self, at: &Configuration) -> Move<'a> {
        let to = Configuration { leaves: Leaves::One(self.to), memory: at.memory.clone() };
        let Effects { plan, definition } = self.effects;
        Move { to, plan: Planned::Before(plan), definition }
    }

    /// Makes it, in the configuration that it was asked for.
    #[inline]
    pub fn make(self, at: &mut Configuration) {
        at.leaves = Leaves::One(self.to);
    }
}

impl Definition {
    /// What an event does, as far as it is known beforehand: it always is in a chart, or a part of one, without guards,
    /// regions and history. The event is given as to [`transition`](Self::transition).
    #[inline]
    #[must_use]
    pub fn beforehand(&self, at: &Configuration, event: impl Into<Option<EventId>>) -> Beforehand<'_> {
        let Leaves::One(leaf) = at.leaves else { return Beforehand::Open };
        self.decided(leaf, self.column(event.into()))
    }

    /// The same, and what moves has moved.
    #[inline]
    #[must_use = "an event that is open is to be given to `transition`"]
    pub fn step(&self, at: &mut Configuration, event: impl Into<Option<EventId>>) -> Beforehand<'_> {
        let found = self.beforehand(at, event);
        if let Beforehand::Moves(found) = found {
            found.make(at);
        }
        found
    }

    #[inline]
    pub(super) fn decided(&self, leaf: StateId, column: Column) -> Beforehand<'_> {
        match self.table.decided(leaf, column) {
            Decided::Nowhere => Beforehand::Nothing,
            Decided::Open => Beforehand::Open,
            Decided::Leads { to, by } => self.table.plan(by).map_or(Beforehand::Open, |plan| {
                Beforehand::Moves(Quick { to, effects: Effects { plan, definition: self } })
            }),
        }
    }
}
