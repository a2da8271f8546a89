//! What a run did, besides what it returned.

use crate::audit::Violation;
use crate::process::{Process, RunError};

/// The whole account of one run.
#[derive(Debug)]
#[must_use]
pub struct Report<P: Process> {
    /// What the process returned, or why it changed nothing.
    pub result: Result<P::Output, RunError<P::Error>>,
    /// Every violation that this run was counted for, in order: those that acted and those that did not.
    pub violations: Vec<Violation>,
    /// The version of the state after the commit; where nothing was committed, the version that was looked at.
    pub version: u64,
    /// How many times the body was run.
    pub attempts: u32,
}
