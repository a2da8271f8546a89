//! Sessions of a pool that are its own among several programs: each is leased while it is here, given up where the lease was not kept, and found
//! where the program that had it is no more.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};

use super::error::SessionError;
use super::inner::Inner;
use super::run_queue::Runnable;
use super::shared::SharedPool;
use super::slot::{BudgetEnd, Holds, Slot, UNSAVED_AGAIN};
use super::timer_queue::Key;
use crate::context::Context;
use crate::engine::read_again;
use crate::panics::tell;
use crate::store::StoreError;

/// How many are listed at once.
const PAGE: usize = 256;
/// Nobody looks more often than so for sessions that are nobody's.
const SHORTEST_LOOK: Duration = Duration::from_millis(100);

impl<D: Context, G: Context, E: Send + Sync + 'static> SharedPool<D, G, E> {
    /// Whether the session is still this slot's. Where it is not the slot is given up, and the session is to be opened anew.
    pub(super) fn has(&self, slot: &Slot<D, G, E>) -> Result<bool, SessionError> {
        // Of one that is over nobody changes anything.
        if slot.is_over.load(Ordering::Acquire) {
            return Ok(true);
        }
        let why = match (slot.engine.lost(), self.cold.leased_for) {
            (Some(why), _) => why,
            (None, None) => return Ok(true),
            (None, Some(_)) => match slot.engine.is_held() {
                Ok(true) => return Ok(true),
                Ok(false) => read_again(&slot.name),
                Err(error @ StoreError::Leased { .. }) => error,
                Err(error) => return Err(SessionError::Store(error)),
            },
        };
        slot.goes_elsewhere(slot.look()?, &why);
        Ok(false)
    }

    /// Sessions that another program has left which was killed are found. Steps are taken by who steps: there nobody looks out.
    pub(super) fn looks_out(self: &Arc<Self>) {
        let Some(every) = self.cold.leased_for.filter(|_| !self.is_stepped) else { return };
        let lookout = self.cold.lookout.get_or_init(|| {
            let every = every.max(SHORTEST_LOOK);
            Arc::new(Lookout { shared: Arc::downgrade(self), every, key: Mutex::default() }) as Arc<dyn Runnable>
        });
        Arc::clone(lookout).go();
    }

    fn open_unattended(self: &Arc<Self>) {
        let mut last: Option<String> = None;
        loop {
            let page = match self.engine.unattended(last.as_deref(), PAGE) {
                Ok(page) => page,
                Err(error) => {
                    tell(|| tracing::warn!(target: "theus::store", %error, "what is nobody's could not be looked for"));
                    return;
                }
            };
            let is_last = page.len() < PAGE;
            let Some(name) = page.last() else { return };
            last = Some(name.clone());
            for name in page {
                if name != self.engine.session() && !self.sessions.contains_key(name.as_str()) {
                    self.opens(&name.as_str().into());
                }
            }
            if is_last || self.is_closing() {
                return;
            }
        }
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Slot<D, G, E> {
    /// It goes on elsewhere, or is read again: nothing of it is told any more, and nothing is written. False where somebody else has
    /// seen to that.
    pub(super) fn goes_elsewhere(&self, inner: MutexGuard<'_, Inner>, why: &StoreError) -> bool {
        let shared = &*self.shared;
        self.engine.goes_elsewhere(why);
        if self.is_elsewhere.swap(true, Ordering::AcqRel) {
            return false;
        }
        self.is_closed.store(true, Ordering::Release);
        let is_this = |there: &Arc<Self>| std::ptr::eq(Arc::as_ptr(there), self);
        drop(shared.sessions.remove_if(&self.name, |_, there| is_this(there)));
        shared.cold.rested.remove(&self.name);
        self.let_go(inner, shared);
        // Who waits for room is told by the slot that he finds then.
        shared.rooms.call(self.home, usize::MAX);
        true
    }

    /// It has nothing to do for now. One that is over is anybody's to look at; one that was found because it had something to do is not
    /// found for that again by who looks out elsewhere.
    pub(super) fn rests_leased(&self, shared: &SharedPool<D, G, E>) {
        let is_over = self.is_over.load(Ordering::Acquire);
        if self.is_closed() || !(is_over || self.was_found.load(Ordering::Acquire)) {
            return;
        }
        if self.is_stored_whole(shared) {
            self.was_found.store(false, Ordering::Release);
            if is_over {
                self.engine.gives_back();
            }
        }
    }

    /// Why it is not to be had by this slot any more.
    pub(super) fn gone_elsewhere(&self) -> SessionError {
        match self.engine.lost() {
            Some(why) => SessionError::Store(why),
            None => SessionError::Unknown { session: self.name.to_string() },
        }
    }

    /// Whether the session is this slot's, among several programs.
    pub(super) fn holds(&self, shared: &SharedPool<D, G, E>) -> Holds {
        if shared.cold.leased_for.is_none() || self.is_over.load(Ordering::Acquire) {
            return Holds::Session;
        }
        match self.engine.is_held() {
            Ok(true) => Holds::Session,
            Ok(false) => Holds::Nothing(self.engine.lost().unwrap_or_else(|| read_again(&self.name))),
            Err(error @ StoreError::Leased { .. }) => Holds::Nothing(error),
            Err(error) => {
                tell(
                    || tracing::warn!(target: "theus::store", session = &*self.name, %error, "its lease cannot be kept for now"),
                );
                Holds::Unknown(shared.keeper.now().checked_add(UNSAVED_AGAIN))
            }
        }
    }

    /// The session goes on elsewhere; here too where it is not another program's.
    pub(super) fn goes_on_elsewhere(&self, inner: MutexGuard<'_, Inner>, why: StoreError) -> BudgetEnd {
        let is_others = matches!(why, StoreError::Leased { .. });
        tell(|| tracing::info!(target: "theus::store", session = &*self.name, %why, "it is not driven on from here"));
        if self.goes_elsewhere(inner, &why) && !is_others && !self.shared.is_closing() {
            self.shared.opens(&self.name);
        }
        BudgetEnd::Rest(None)
    }
}

/// Looks for sessions that are nobody's, every now and then.
struct Lookout<D: Context, G: Context, E> {
    shared: Weak<SharedPool<D, G, E>>,
    every: Duration,
    key: Mutex<Option<Key>>,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Runnable for Lookout<D, G, E> {
    /// It is woken the next time.
    fn go(self: Arc<Self>) {
        let Some(shared) = self.shared.upgrade().filter(|shared| !shared.is_closing()) else { return };
        let this: Weak<Self> = Arc::downgrade(&self);
        let mut key = self.key.lock();
        *key = shared.timer_queue.set(
            key.take(),
            shared.keeper.now().checked_add(self.every),
            &(this as Weak<dyn Runnable>),
        );
    }

    fn wake(self: Arc<Self>) {
        let Some(shared) = self.shared.upgrade().filter(|shared| !shared.is_closing()) else { return };
        shared.open_unattended();
        drop(shared);
        self.go();
    }
}
