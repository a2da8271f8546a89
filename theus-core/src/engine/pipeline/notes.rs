//! What the audit keeps of a run.

use crate::audit::{Findings, Violation};
use crate::panics::ShedOnDrop;

/// What the audit keeps of a run.
pub(super) struct Notes<P> {
    /// The arguments, where a rule of the output gate looks at them.
    pub(super) arguments: ShedOnDrop<P>,
    /// What was found and has not been counted yet.
    pub(super) findings: Findings,
    /// What was counted.
    pub(super) violations: Vec<Violation>,
}

impl<P> Notes<P> {
    #[cold]
    pub(super) fn with(arguments: Option<P>) -> Box<Self> {
        let arguments = arguments.map_or_else(ShedOnDrop::none, ShedOnDrop::new);
        Box::new(Self { arguments, findings: Findings::default(), violations: Vec::new() })
    }
}
