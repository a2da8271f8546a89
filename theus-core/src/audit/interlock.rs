//! The interlock: latched by level S, reset by an operator with a reason, on record both times.

use std::sync::atomic::Ordering;
use std::time::SystemTime;

use super::auditor::{Auditor, AuditorState};
use super::error::ResetError;
use super::ledger::{self, Delivery, InsideASink};
use super::record::{AuditEvent, AuditRecord, Interlock, Violation};
use super::shared_interlock::{Shared, Stop};
use crate::audit::Text;

/// What an operator and a reason may take together.
const LONGEST_RESET: usize = 64 * 1024;

/// What an operator has not said.
#[derive(Debug)]
pub(super) enum Unsaid {
    Operator,
    Reason,
    TooLong { most: usize },
}

impl From<Unsaid> for ResetError {
    fn from(unsaid: Unsaid) -> Self {
        match unsaid {
            Unsaid::Operator => Self::NoOperator,
            Unsaid::Reason => Self::NoReason,
            Unsaid::TooLong { most } => Self::TooLong { most },
        }
    }
}

/// Who does something, and why, as it is put on record.
pub(super) fn said<'a>(operator: &'a str, reason: &'a str) -> Result<(&'a str, &'a str), Unsaid> {
    let (operator, reason) = (operator.trim(), reason.trim());
    // What nobody can read, as spaces without width, says nothing.
    let says = |text: &str| text.chars().any(char::is_alphanumeric);
    if !says(operator) {
        return Err(Unsaid::Operator);
    }
    if !says(reason) {
        return Err(Unsaid::Reason);
    }
    if operator.len() + reason.len() > LONGEST_RESET {
        return Err(Unsaid::TooLong { most: LONGEST_RESET });
    }
    Ok((operator, reason))
}

impl Auditor {
    /// Whether a run has to ask for what [stops](Self::stop) it: one atomic load.
    #[inline]
    pub(crate) fn asks(&self) -> bool {
        self.asks.load(Ordering::Acquire)
    }

    /// Whether level S has stopped the engine, or another one that shares its interlock.
    #[must_use]
    pub fn is_latched(&self) -> bool {
        self.interlock().is_some()
    }

    /// Why the engine is stopped and since when; `None` while it is not.
    #[must_use]
    pub fn interlock(&self) -> Option<Interlock> {
        match self.asks().then(|| self.stop()).flatten()? {
            Stop::Latched(interlock) => Some(interlock),
            Stop::Unknown(_) => None,
        }
    }

    /// A violation has stopped the engine, and no run passes any more.
    pub(super) fn close(&self) {
        self.latched.store(true, Ordering::Release);
        self.asks.store(true, Ordering::Release);
        if let Some(shared) = &self.shared {
            shared.stopped();
        }
    }

    /// Lets the engine go on after an interlock. Who did it and why is recorded, with the version of the state.
    ///
    /// # Errors
    /// [`ResetError`] when nobody or no reason is named, the engine is not stopped, or a sink that must have the record
    /// does not take it: the engine stays stopped.
    pub fn reset_interlock(&self, operator: &str, reason: &str, version: u64) -> Result<(), ResetError> {
        let (operator, reason) = said(operator, reason)?;
        let time = self.clock.now();
        let delivery = self.sinks.open().map_err(|InsideASink| ResetError::InsideASink)?;
        let elsewhere = self.shared.as_ref().and_then(Shared::latched);
        if let (Some(shared), None) = (&self.shared, &delivery) {
            if elsewhere.is_none() && self.state.lock().interlock.is_none() {
                return Err(ResetError::NotLatched);
            }
            shared.reset(operator, reason)?;
        }
        let (record, is_own, interlock) = {
            let mut state = self.state.lock();
            let own = state.interlock.clone();
            let is_own = own.is_some();
            let interlock = own.or(elsewhere).ok_or(ResetError::NotLatched)?;
            let event = AuditEvent::InterlockReset { operator: operator.into(), reason: reason.into() };
            let record = state.log.append(time, version, event).clone();
            if delivery.is_none() {
                self.unlatch(&mut state);
            }
            (record, is_own, interlock)
        };
        let Some(mut delivery) = delivery else {
            ledger::tell(&record);
            return Ok(());
        };
        // The engine goes on only when the sinks have it: until then no other run passes.
        let unrecorded = |(sink, reason)| Err(ResetError::Unrecorded { sink, reason });
        let mut answer = self.offer(&mut delivery, &record).map_or(Ok(()), unrecorded);
        if let (Ok(()), Some(shared)) = (&answer, &self.shared) {
            answer = shared.reset(operator, reason);
        }
        let mut records = vec![record];
        let mut state = self.state.lock();
        match &answer {
            Ok(()) => self.unlatch(&mut state),
            // What has stopped another engine is on its record.
            Err(_) if !is_own => {}
            Err(_) => {
                let event = AuditEvent::Interlock { violation: interlock.violation.sequence };
                records.push(state.log.append(time, version, event).clone());
            }
        }
        drop(state);
        self.publish(Some(delivery), &mut records);
        answer
    }

    /// Offers one record of what is about to be done. Returns the sink that must have it and did not take it.
    pub(super) fn offer(&self, delivery: &mut Delivery<'_>, record: &AuditRecord) -> Option<(String, String)> {
        let kept = |from, most| self.state.lock().log.from(from).take(most).cloned().collect();
        let failures = delivery.try_deliver(record, kept);
        let refusing = failures.iter().find(|failure| failure.closes(record))?;
        Some((refusing.sink.to_string(), refusing.error.to_string()))
    }

    pub(super) fn unlatch(&self, state: &mut AuditorState) {
        #[cfg(feature = "store")]
        {
            state.interlock_unsaved = true;
            state.reset_of = state.interlock.as_ref().map(|latched| latched.violation.sequence);
        }
        state.interlock = None;
        self.latched.store(false, Ordering::Release);
        self.asks.store(self.shared.is_some(), Ordering::Release);
    }
}

impl AuditorState {
    /// The first violation that stops the engine stays its reason.
    pub(super) fn latch(
        &mut self,
        violation: &Violation,
        session: &Text,
        time: SystemTime,
        version: u64,
    ) -> Option<AuditRecord> {
        if self.interlock.is_some() {
            return None;
        }
        let event = AuditEvent::Interlock { violation: violation.sequence };
        let record = self.log.append_in(session, time, version, event).clone();
        self.interlock = Some(Interlock { since: record.time, violation: violation.clone() });
        #[cfg(feature = "store")]
        {
            self.interlock_unsaved = true;
        }
        Some(record)
    }
}
