//! What an observer has not looked at yet: of a bus, of a trace, of the sessions of a pool.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Instant;

use super::waiters::{Waiter, Waiters};
use crate::panics::drop_caught;
use crate::sync::{Condvar, Mutex};

/// What an observer is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<T> {
    /// The bus took this event.
    Event(T),
    /// The bus dropped this event: nobody will handle it.
    Dropped(T),
    /// The observer was too slow: it has missed so many of the above.
    Lost(u64),
}

/// A bounded queue for one observer: where it is full, the oldest items make room and are counted, so that a slow observer
/// holds nobody up.
pub(crate) struct LossyQueue<T> {
    ring: Mutex<Ring<T>>,
    changed: Condvar,
}

/// What an observer takes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken<T> {
    Item(T),
    /// So many were lost since it took the last.
    Lost(u64),
}

struct Ring<T> {
    items: VecDeque<T>,
    capacity: usize,
    /// How many were lost since the observer was last told.
    missed: u64,
    /// How many were lost at all.
    lost: u64,
    closed: bool,
    waiters: Waiters,
}

impl<T> Ring<T> {
    fn take(&mut self) -> Option<Taken<T>> {
        match std::mem::take(&mut self.missed) {
            0 => self.items.pop_front().map(Taken::Item),
            missed => Some(Taken::Lost(missed)),
        }
    }
}

impl<T> LossyQueue<T> {
    pub(crate) fn new(capacity: usize) -> Arc<Self> {
        let (items, waiters) = (VecDeque::new(), Waiters::default());
        let ring = Ring { items, capacity: capacity.max(1), missed: 0, lost: 0, closed: false, waiters };
        Arc::new(Self { ring: Mutex::new(ring), changed: Condvar::new() })
    }

    /// Whether an observer is there: the bus has one handle, the observer the other.
    pub(crate) fn is_watched(this: &Arc<Self>) -> bool {
        Arc::strong_count(this) > 1
    }

    /// Adds an item. Whom to wake is left to the caller: a waker is user code, and the caller may hold a lock.
    pub(crate) fn put(&self, item: T, wake: &mut Vec<Waker>) {
        let mut ring = self.ring.lock();
        if ring.items.len() >= ring.capacity {
            ring.items.pop_front();
            ring.missed += 1;
            ring.lost += 1;
        }
        ring.items.push_back(item);
        wake.extend(ring.waiters.take());
        drop(ring);
        self.changed.notify_all();
    }

    /// There will be no more.
    pub(crate) fn close(&self, wake: &mut Vec<Waker>) {
        let mut ring = self.ring.lock();
        ring.closed = true;
        wake.extend(ring.waiters.take());
        drop(ring);
        self.changed.notify_all();
    }

    /// How many were lost so far.
    pub(crate) fn lost(&self) -> u64 {
        self.ring.lock().lost
    }

    pub(crate) fn try_take(&self) -> Option<Taken<T>> {
        self.ring.lock().take()
    }

    pub(crate) fn take_until(&self, deadline: Instant) -> Option<Taken<T>> {
        let mut ring = self.ring.lock();
        loop {
            let taken = ring.take();
            if taken.is_some() || ring.closed {
                return taken;
            }
            if self.changed.wait_until(&mut ring, deadline).timed_out() {
                return ring.take();
            }
        }
    }

    pub(crate) async fn take_async(&self) -> Option<Taken<T>> {
        let mut waiting = Waiting { queue: self, waiter: Waiter::default() };
        poll_fn(|task| self.poll(&mut waiting.waiter, task.waker())).await
    }

    fn poll(&self, waiter: &mut Waiter, waker: &Waker) -> Poll<Option<Taken<T>>> {
        let mut copy = None;
        loop {
            let mut ring = self.ring.lock();
            let taken = ring.take();
            if taken.is_some() || ring.closed {
                drop(ring);
                drop_caught(copy);
                return Poll::Ready(taken);
            }
            if ring.waiters.has(waiter, waker) {
                return Poll::Pending;
            }
            if let Some(copy) = copy.take() {
                let replaced = ring.waiters.add(waiter, copy);
                drop(ring);
                drop_caught(replaced);
                return Poll::Pending;
            }
            drop(ring);
            // An executor's code, so that no lock is held.
            copy = Some(waker.clone());
        }
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.ring.lock().waiters.len()
    }
}

/// A task that waits, until it is dropped.
struct Waiting<'q, T> {
    queue: &'q LossyQueue<T>,
    waiter: Waiter,
}

impl<T> Drop for Waiting<'_, T> {
    fn drop(&mut self) {
        let left = self.queue.ring.lock().waiters.remove(&self.waiter);
        drop_caught(left);
    }
}
