//! Where events wait, in the hands of whoever holds them: the urgent ones, the others, and what the workflow's own steps have raised.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use super::waiters::Waiters;
use super::watch::{Item, LossyQueue};

/// What has come of the events of a bus since it was built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BusStats {
    /// Events that were taken by the bus.
    pub emitted: u64,
    /// Events of these that had to make room, or found none.
    pub dropped: u64,
    /// Events that were refused; their senders know.
    pub refused: u64,
    /// How often a sender waited for room.
    pub waited: u64,
}

/// In the number of an event that was brought back from a value, and is in no store.
pub(crate) const IN_MEMORY: u64 = 1 << 63;

/// One that waits.
pub(super) struct Queued<T> {
    pub(super) what: T,
    pub(super) came: Option<Duration>,
    /// Its number in a store, or 0.
    pub(super) number: u64,
}

pub(super) struct Lanes<T> {
    pub(super) urgent: VecDeque<Queued<T>>,
    pub(super) normal: VecDeque<Queued<T>>,
    /// What the steps of the session's own workflow have raised: for that workflow alone.
    pub(super) raised: Option<Box<Raised<T>>>,
    pub(super) stats: BusStats,
    /// How many threads wait for a change.
    pub(super) sleepers: usize,
    /// The tasks that wait for an event.
    pub(super) waiters: Waiters,
    /// Who is woken whenever an event comes, waiting or not.
    pub(super) listener: Option<Waker>,
    /// What hardly any bus has, and there may be very many of them.
    pub(super) rare: Option<Box<Rare<T>>>,
}

pub(super) struct Rare<T> {
    pub(super) watches: Vec<Arc<LossyQueue<Item<T>>>>,
    /// What nobody handles, from the moment when that is so until somebody takes note of it.
    pub(super) unheard: Option<Vec<T>>,
    /// The numbers of stored events that wait no longer, as far as the store has not been told.
    pub(super) gone: Vec<u64>,
}

impl<T> Default for Rare<T> {
    fn default() -> Self {
        Self { watches: Vec::new(), unheard: None, gone: Vec::new() }
    }
}

/// What the steps of a workflow have raised.
pub(super) struct Raised<T> {
    /// Each with whether it is urgent.
    pub(super) events: Vec<(T, bool)>,
    /// The numbers of those that a store has.
    pub(super) numbers: Vec<u64>,
    /// How many the workflow has taken and not handled.
    pub(super) kept: usize,
}

impl<T> Lanes<T> {
    pub(super) fn raised(&mut self) -> &mut Raised<T> {
        self.raised.get_or_insert_with(|| Box::new(Raised { events: Vec::new(), numbers: Vec::new(), kept: 0 }))
    }

    pub(super) fn len(&self) -> usize {
        self.urgent.len() + self.normal.len()
    }

    pub(super) fn raised_waiting(&self) -> usize {
        self.raised.as_ref().map_or(0, |raised| raised.events.len().saturating_add(raised.kept))
    }

    pub(super) fn take(&mut self) -> Option<T> {
        let first = self.urgent.pop_front().or_else(|| self.normal.pop_front())?;
        self.is_gone(first.number);
        Some(first.what)
    }

    /// A store has it, and is to be told that it waits no longer.
    #[inline]
    pub(super) fn is_gone(&mut self, number: u64) {
        if number != 0 && number & IN_MEMORY == 0 {
            self.rare.get_or_insert_default().gone.push(number);
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.unheard.is_some())
    }

    pub(super) fn watches(&self) -> &[Arc<LossyQueue<Item<T>>>] {
        self.rare.as_ref().map_or(&[], |rare| &rare.watches)
    }
}

impl<T: Clone> Lanes<T> {
    /// Notes one, where nobody handles it; of very many that nobody takes note of, the latest are not noted.
    #[cold]
    pub(super) fn discard(&mut self, event: &T, most: usize) {
        let unheard = self.rare.as_mut().and_then(|rare| rare.unheard.as_mut());
        if let Some(unheard) = unheard.filter(|unheard| unheard.len() < most) {
            unheard.push(event.clone());
        }
    }

    /// Drops the oldest event for a new one, or the new one where only urgent events wait and it is none.
    #[cold]
    #[inline(never)]
    pub(super) fn make_room(
        &mut self,
        (new, number): (T, u64),
        urgent: bool,
        dropped: &mut Vec<T>,
        wakers: &mut Vec<Waker>,
    ) -> Option<T> {
        let oldest = self.normal.pop_front().or_else(|| if urgent { self.urgent.pop_front() } else { None });
        let ((old, gone), new) = match oldest {
            Some(old) => ((old.what, old.number), Some(new)),
            None => ((new, number), None),
        };
        self.is_gone(gone);
        self.watches().iter().for_each(|watch| watch.put(Item::Dropped(old.clone()), wakers));
        dropped.push(old);
        new
    }
}
