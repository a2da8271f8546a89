//! Tasks that wait for something, each known by one waker for as long as it waits.

use std::collections::BTreeMap;
use std::task::Waker;

/// Those who wait. Wakers are code of an executor: who changes this gets back what it replaces, to be dropped when no lock is
/// held.
#[derive(Default)]
pub(super) struct Waiters {
    /// There may be very many buses, and nobody waits at nearly all of them.
    known: Option<Box<Known>>,
}

#[derive(Default)]
struct Known {
    /// Never given out twice: one who was woken and comes back takes nobody's place.
    next: u64,
    waiting: BTreeMap<u64, Waker>,
}

/// One who may wait.
#[derive(Default)]
pub(crate) struct Waiter(Option<u64>);

impl Waiters {
    /// Whether this one waits already, and is woken by this waker.
    pub(super) fn has(&self, waiter: &Waiter, waker: &Waker) -> bool {
        let known = waiter.0.zip(self.known.as_ref()).and_then(|(place, known)| known.waiting.get(&place));
        known.is_some_and(|known| known.will_wake(waker))
    }

    pub(super) fn add(&mut self, waiter: &mut Waiter, waker: Waker) -> Option<Waker> {
        let known = self.known.get_or_insert_default();
        let place = *waiter.0.get_or_insert_with(|| {
            known.next += 1;
            known.next
        });
        known.waiting.insert(place, waker)
    }

    /// It waits no longer.
    pub(super) fn remove(&mut self, waiter: &Waiter) -> Option<Waker> {
        self.known.as_mut()?.waiting.remove(&waiter.0?)
    }

    /// Whether there are none.
    #[inline]
    pub(super) fn are_none(&self) -> bool {
        self.known.as_ref().is_none_or(|known| known.waiting.is_empty())
    }

    /// All of them, to be woken.
    #[inline]
    pub(super) fn take(&mut self) -> Vec<Waker> {
        match &mut self.known {
            None => Vec::new(),
            Some(known) => std::mem::take(&mut known.waiting).into_values().collect(),
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.known.as_ref().map_or(0, |known| known.waiting.len())
    }
}
