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
    /// It is taken anew from then on: half of its time is left. None where that is beyond all times.
    half: Option<Instant>,
    /// It may be over from then on.
    over: Option<Instant>,
    /// What others have committed before it was looked at, and nothing has spoken against it since.
    is_sure: bool,
}

fn is_before(now: Instant, then: Option<Instant>) -> bool {
    then.is_none_or(|then| now < then)
}

impl DurableSession {
    /// The lease that writes go under, where there is one.
    pub(in crate::engine) fn lease(&self) -> Option<Lease> {
        self.leased.lock().as_ref().map(|held| held.lease.clone())
    }

    /// Leases the session where sessions are leased and this one is not, or not for long any more. Tells whether others may have
    /// written it since this program last had it to itself: who [has looked](Self::has_looked) says so.
    pub(in crate::engine) fn take_lease(&self) -> Result<bool, StoreError> {
        let Some(Leasing { owner, lasting }) = &self.store.leasing else { return Ok(false) };
        let mut leased = self.leased.lock();
        let now = Instant::now();
        if leased.as_ref().is_some_and(|held| held.is_sure && is_before(now, held.half)) {
            return Ok(false);
        }
        let lease = called(&*self.store.store, |store| store.lease(&self.name, owner, *lasting))?;
        // One that has run out is taken under the same fence again where no other lease came between; a commit may have.
        let is_sure =
            leased.as_ref().is_some_and(|held| held.is_sure && held.lease == lease && is_before(now, held.over));
        *leased = Some(Held { lease, half: now.checked_add(*lasting / 2), over: now.checked_add(*lasting), is_sure });
        Ok(!is_sure)
    }

    /// It was leased at that time, and read since.
    pub(in crate::engine) fn was_leased(&self, lease: Lease, since: Instant, lasting: Duration) {
        let (half, over) = (since.checked_add(lasting / 2), since.checked_add(lasting));
        *self.leased.lock() = Some(Held { lease, half, over, is_sure: true });
    }

    /// It is not this program's any more, where it was.
    pub(in crate::engine) fn gives_back(&self) {
        let held = self.leased.lock().take();
        self.give_back(held);
    }

    fn give_back(&self, held: Option<Held>) {
        let Some(Held { lease, .. }) = held else { return };
        if let Err(error) = called(&*self.store.store, |store| store.give_back(&self.name, &lease)) {
            // It runs out by itself.
            tell(
                || tracing::warn!(target: "theus::store", session = %self.name, %error, "the lease is not given back"),
            );
        }
    }

    /// The state is what the store had under this lease.
    pub(in crate::engine) fn has_looked(&self) {
        if let Some(held) = &mut *self.leased.lock() {
            held.is_sure = true;
        }
    }

    /// The store is not as it was thought to be: the lease is asked for again before it is relied upon. It is not let go, since
    /// writes without it would be refused for it.
    pub(in crate::engine) fn lease_is_doubted(&self) {
        if let Some(held) = &mut *self.leased.lock() {
            held.is_sure = false;
        }
    }

    /// Another program has it by now.
    pub(in crate::engine) fn lease_is_lost(&self) {
        *self.leased.lock() = None;
    }
}

impl Drop for DurableSession {
    fn drop(&mut self) {
        let held = self.leased.get_mut().take();
        self.give_back(held);
    }
}
