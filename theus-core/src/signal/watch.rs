//! What an observer of a bus has not looked at yet.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Instant;

use super::waiters::{Waiter, Waiters};
use crate::panics::shed;
use crate::sync::{Condvar, Mutex};

/// What an observer is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told<T> {
    /// The bus took this event.
    Event(T),
    /// The bus dropped this event: nobody will handle it.
    Dropped(T),
    /// The observer was too slow: it has missed so many of the above.
    Lost(u64),
}

/// A bounded ring of what was told.
pub(super) struct Watch<T> {
    ring: Mutex<Ring<T>>,
    changed: Condvar,
}

struct Ring<T> {
    told: VecDeque<Told<T>>,
    capacity: usize,
    /// How many were lost since the observer was last told.
    lost: u64,
    closed: bool,
    waiters: Waiters,
}

impl<T> Ring<T> {
    fn take(&mut self) -> Option<Told<T>> {
        match std::mem::take(&mut self.lost) {
            0 => self.told.pop_front(),
            lost => Some(Told::Lost(lost)),
        }
    }
}

impl<T> Watch<T> {
    pub(super) fn new(capacity: usize) -> Arc<Self> {
        let told = VecDeque::new();
        let ring = Ring { told, capacity: capacity.max(1), lost: 0, closed: false, waiters: Waiters::default() };
        Arc::new(Self { ring: Mutex::new(ring), changed: Condvar::new() })
    }

    /// Whether an observer is there: the bus has one handle, the observer the other.
    pub(super) fn is_watched(this: &Arc<Self>) -> bool {
        Arc::strong_count(this) > 1
    }

    /// Whom to wake is left to the caller: a waker is a stranger's code, and the caller may hold a lock.
    pub(super) fn tell(&self, told: Told<T>, wake: &mut Vec<Waker>) {
        let mut ring = self.ring.lock();
        if ring.told.len() >= ring.capacity {
            ring.told.pop_front();
            ring.lost += 1;
        }
        ring.told.push_back(told);
        wake.extend(ring.waiters.take());
        drop(ring);
        self.changed.notify_all();
    }

    /// There will be no more.
    pub(super) fn close(&self, wake: &mut Vec<Waker>) {
        let mut ring = self.ring.lock();
        ring.closed = true;
        wake.extend(ring.waiters.take());
        drop(ring);
        self.changed.notify_all();
    }

    pub(super) fn try_take(&self) -> Option<Told<T>> {
        self.ring.lock().take()
    }

    pub(super) fn take_until(&self, deadline: Instant) -> Option<Told<T>> {
        let mut ring = self.ring.lock();
        loop {
            let told = ring.take();
            if told.is_some() || ring.closed {
                return told;
            }
            if self.changed.wait_until(&mut ring, deadline).timed_out() {
                return ring.take();
            }
        }
    }

    pub(super) async fn take_async(&self) -> Option<Told<T>> {
        let mut waiting = Waiting { watch: self, waiter: Waiter::default() };
        poll_fn(|task| self.poll(&mut waiting.waiter, task.waker())).await
    }

    fn poll(&self, waiter: &mut Waiter, waker: &Waker) -> Poll<Option<Told<T>>> {
        let mut copy = None;
        loop {
            let mut ring = self.ring.lock();
            let told = ring.take();
            if told.is_some() || ring.closed {
                drop(ring);
                shed(copy);
                return Poll::Ready(told);
            }
            if ring.waiters.has(waiter, waker) {
                return Poll::Pending;
            }
            if let Some(copy) = copy.take() {
                let replaced = ring.waiters.add(waiter, copy);
                drop(ring);
                shed(replaced);
                return Poll::Pending;
            }
            drop(ring);
            // An executor's code, so that no lock is held.
            copy = Some(waker.clone());
        }
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.ring.lock().waiters.len()
    }
}

/// A task that waits, until it is dropped.
struct Waiting<'w, T> {
    watch: &'w Watch<T>,
    waiter: Waiter,
}

impl<T> Drop for Waiting<'_, T> {
    fn drop(&mut self) {
        let left = self.watch.ring.lock().waiters.remove(&self.waiter);
        shed(left);
    }
}
