//! A session that is this program's alone, while a process with effects is at work on it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::session::DurableSession;
use crate::panics::tell;
use crate::store::{Lease, StoreError, called};

/// That sessions are leased, and in whose name.
pub(in crate::engine) struct Leasing {
    pub(in crate::engine) owner: Arc<str>,
    pub(in crate::engine) lasting: Duration,
}

/// A lease that this program has.
pub(super) struct Held {
    lease: Lease,
    /// It is taken anew from then on: half of its time is left.
    until: Instant,
}

impl DurableSession {
    /// The lease that writes go under, where there is one.
    pub(in crate::engine) fn lease(&self) -> Option<Lease> {
        self.leased.lock().as_ref().map(|held| held.lease.clone())
    }

    /// Leases the session where sessions are leased and this one is not, or not for long any more. Tells whether others may have
    /// written it since this program last had it to itself.
    pub(in crate::engine) fn take_lease(&self) -> Result<bool, StoreError> {
        let Some(Leasing { owner, lasting }) = &self.store.leasing else { return Ok(false) };
        let mut leased = self.leased.lock();
        let now = Instant::now();
        if leased.as_ref().is_some_and(|held| now < held.until) {
            return Ok(false);
        }
        let lease = called(&*self.store.store, |store| store.lease(&self.name, owner, *lasting))?;
        let is_new = leased.as_ref().is_none_or(|held| held.lease != lease);
        *leased = Some(Held { lease, until: now + *lasting / 2 });
        Ok(is_new)
    }

    /// Another program has it by now.
    pub(in crate::engine) fn lease_is_lost(&self) {
        *self.leased.lock() = None;
    }
}

impl Drop for DurableSession {
    fn drop(&mut self) {
        let Some(Held { lease, .. }) = self.leased.get_mut().take() else { return };
        if let Err(error) = called(&*self.store.store, |store| store.give_back(&self.name, &lease)) {
            // It runs out by itself.
            tell(
                || tracing::warn!(target: "theus::store", session = %self.name, %error, "the lease is not given back"),
            );
        }
    }
}
