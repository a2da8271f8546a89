//! Whether the engine is stopped, and how an operator lets it go on.

use super::handle::Engine;
use crate::audit::Interlock;
#[cfg(feature = "recipes")]
use crate::audit::{ResetError, Unreachable};
use crate::context::Context;
use crate::process::Halted;

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// Why nothing runs at present, if the interlock is latched. It waits for no run. Whether one that is shared is latched may not be
    /// known: then nothing runs either, and every refusal says so.
    #[must_use]
    pub fn interlock(&self) -> Option<Interlock> {
        self.core.shared.auditor.interlock()
    }

    /// What a run would be refused with at present.
    #[inline]
    pub(crate) fn halted(&self) -> Option<Halted> {
        let auditor = &self.core.shared.auditor;
        let stop = auditor.asks().then(|| auditor.stop()).flatten()?;
        Some(Halted { reason: stop.to_string().into() })
    }

    /// Tells an interlock that [is shared](crate::EngineBuilder::interlock) what has stopped this engine, where it does not know
    /// of that yet, and waits until it does.
    ///
    /// # Errors
    /// [`Unreachable`] where it cannot be told: this engine stays stopped, others may run.
    #[cfg(feature = "recipes")]
    pub fn spread_interlock(&self) -> Result<(), Unreachable> {
        self.core.shared.auditor.spread()
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
