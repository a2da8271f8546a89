//! What the audit keeps of a run.

use std::time::SystemTime;

use crate::audit::{RuleOutcomes, Violation};
use crate::panics::DropCaught;

/// What the audit keeps of a run.
pub(super) struct Notes<P> {
    /// The arguments, where a rule of the output gate looks at them.
    pub(super) arguments: DropCaught<P>,
    /// What was found and has not been counted yet.
    pub(super) outcomes: RuleOutcomes,
    /// What was counted.
    pub(super) violations: Vec<Violation>,
    /// What time it is for both gates of an attempt, where a rule has asked.
    pub(super) now: Option<SystemTime>,
}

impl<P> Notes<P> {
    /// What a gate has found, beside what another one has.
    #[cold]
    #[inline(never)]
    pub(super) fn add(notes: &mut Option<Box<Self>>, outcomes: RuleOutcomes) {
        notes.get_or_insert_with(|| Self::with(None)).outcomes.append(outcomes);
    }

    /// The same for all that ask in one attempt.
    #[cold]
    pub(super) fn now(notes: &mut Option<Box<Self>>, clock: impl FnOnce() -> SystemTime) -> SystemTime {
        *notes.get_or_insert_with(|| Self::with(None)).now.get_or_insert_with(clock)
    }

    #[cold]
    pub(super) fn with(arguments: Option<P>) -> Box<Self> {
        let arguments = arguments.map_or_else(DropCaught::none, DropCaught::new);
        Box::new(Self { arguments, outcomes: RuleOutcomes::default(), violations: Vec::new(), now: None })
    }
}
