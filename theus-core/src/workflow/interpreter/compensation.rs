//! What makes good what a chain that failed had committed.

use super::arguments::arguments;
use super::failure::Failure;
use crate::engine::Arguments;
use crate::workflow::chart::{Run, StateId};
use crate::workflow::condition::Activation;

/// A compensation that waits for the chain to end, one way or the other.
#[derive(Clone, Debug)]
pub(super) struct Compensation {
    pub(super) run: Run,
    /// As they were right after the commit that it makes good: later steps do not change what is given back.
    pub(super) arguments: Option<Arguments>,
    /// The strand of the chain whose commit it was.
    pub(super) strand: u32,
    /// The saga in which that was committed, where it was in one: it is kept by that when its chain has ended well.
    pub(super) saga: Option<StateId>,
}

impl Compensation {
    /// The compensation of a run that has just committed, if it has one.
    ///
    /// # Errors
    /// Where one of its arguments has no value: then the commit cannot be made good, and the chain does not go on.
    pub(super) fn of(
        run: &Run,
        strand: u32,
        saga: Option<StateId>,
        activation: &dyn Activation,
    ) -> Result<Option<Self>, Failure> {
        let Some(compensate) = &run.compensate else { return Ok(None) };
        let arguments = arguments(compensate, activation)?;
        Ok(Some(Self { run: Run::clone(compensate), arguments, strand, saga }))
    }
}
