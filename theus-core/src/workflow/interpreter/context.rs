//! What every part of a session's going on needs.

use super::environment::Environment;
use crate::workflow::chart::Definition;

/// What every part of a session's going on needs: the chart, the engine, the clock.
#[derive(Clone, Copy)]
pub(super) struct InterpreterContext<'a> {
    pub(super) definition: &'a Definition,
    pub(super) environment: &'a Environment<'a>,
}
