//! Whether the engine is stopped, and how an operator lets it go on.

use super::handle::Engine;
use crate::audit::Interlock;
#[cfg(feature = "recipes")]
use crate::audit::ResetError;
use crate::context::Context;

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// Why nothing runs at present, if the interlock is latched. It waits for no run.
    #[must_use]
    pub fn interlock(&self) -> Option<Interlock> {
        self.core.shared.auditor.interlock()
    }

    /// Whether it is latched, without waiting for anything.
    #[inline]
    pub(crate) fn is_latched(&self) -> bool {
        self.core.shared.auditor.is_latched()
    }

    /// Lets the engine run again after a violation of level S. Who did it and why is put on record.
    ///
    /// # Errors
    /// Without an operator or a reason, where nothing is latched, and where a sink that must have the record does not take
    /// it: then the engine stays stopped.
    #[cfg(feature = "recipes")]
    pub fn reset_interlock(&self, operator: &str, reason: &str) -> Result<(), ResetError> {
        self.core.shared.auditor.reset_interlock(operator, reason, self.core.shared.auditor.tail_version())
    }
}
