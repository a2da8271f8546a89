//! What makes good what a chain that failed had committed.

use super::arguments::arguments;
use super::failure::Failure;
use crate::engine::Arguments;
use crate::workflow::chart::Run;
use crate::workflow::condition::Activation;

/// A compensation that waits for the chain to end, one way or the other.
#[derive(Clone, Debug)]
pub(super) struct Compensation {
    pub(super) run: Run,
    /// As they were right after the commit that it makes good: later steps do not change what is given back.
    pub(super) arguments: Option<Arguments>,
    /// The strand of the chain whose commit it was.
    pub(super) strand: u32,
}

impl Compensation {
    /// The compensation of a run that has just committed, if it has one.
    ///
    /// # Errors
    /// Where one of its arguments has no value: then the commit cannot be made good, and the chain does not go on.
    pub(super) fn of(run: &Run, strand: u32, activation: &dyn Activation) -> Result<Option<Self>, Failure> {
        let Some(compensate) = &run.compensate else { return Ok(None) };
        let arguments = arguments(compensate, activation)?;
        Ok(Some(Self { run: Run::clone(compensate), arguments, strand }))
    }
}
