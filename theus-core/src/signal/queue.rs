//! Where events wait: bounded, the urgent ones before the others.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use super::lanes::{BusStats, Lanes, Queued};
use super::waiters::{Waiter, Waiters};
use super::watch::{Item, LossyQueue};
use crate::panics::{drop_caught, wake, wake_all};
use crate::sync::{AtomicBool, Condvar, Mutex, MutexGuard, Ordering};

/// How an event is brought.
#[derive(Clone, Copy)]
pub(super) enum Bring {
    /// Refused where it has no room.
    OrRefuse,
    /// The same, after so long.
    OrWait(Duration),
    /// The oldest make room.
    DropOldest,
    /// It has room: a store has it already, and it is not lost.
    Stored,
}

/// What is brought, and by whom.
pub(super) struct Offer {
    pub(super) how: Bring,
    /// When it came, where somebody needs to know.
    pub(super) came: Option<Duration>,
    /// Whether it can be refused because nobody handles it any more; a commit cannot.
    pub(super) from_outside: bool,
    /// The number of the first of them in a store; the others follow it. 0 where none has them.
    pub(super) number: u64,
}

/// Why nothing was taken.
#[derive(Debug)]
pub(super) enum Refused {
    /// So many are waiting.
    Full(usize),
    /// Nobody handles events any more.
    Closed,
}

pub(super) struct Queue<T> {
    pub(super) lanes: Mutex<Lanes<T>>,
    pub(super) changed: Condvar,
    /// Whether urgent events wait, and whether raised ones do: seen without the lock.
    pub(super) has_urgent: AtomicBool,
    has_raised: AtomicBool,
}

impl<T: Clone> Queue<T> {
    pub(super) fn new() -> Self {
        let (urgent, normal) = (VecDeque::new(), VecDeque::new());
        let stats = BusStats::default();
        let (raised, waiters, listener, rare) = (None, Waiters::default(), None, None);
        let lanes = Lanes { urgent, normal, raised, stats, sleepers: 0, waiters, listener, rare };
        let (has_urgent, has_raised) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { lanes: Mutex::new(lanes), changed: Condvar::new(), has_urgent, has_raised }
    }

    /// Takes an event from outside where that is simple: there is room, and nobody waits for it or looks on. Else it comes back.
    #[inline]
    pub(super) fn bring_simply(&self, capacity: usize, event: T, urgent: bool, came: Option<Duration>) -> Option<T> {
        let mut lanes = self.lanes.lock();
        if lanes.len() >= capacity || lanes.rare.is_some() || lanes.sleepers > 0 || !lanes.waiters.are_none() {
            return Some(event);
        }
        lanes.stats.emitted += 1;
        let event = Queued { what: event, came, number: 0 };
        if urgent {
            lanes.urgent.push_back(event);
            self.has_urgent.store(true, Ordering::Release);
        } else {
            lanes.normal.push_back(event);
        }
        let listener = lanes.listener.clone();
        drop(lanes);
        if let Some(listener) = listener {
            wake(listener);
        }
        None
    }

    /// Takes all of the events, each with whether it is urgent, with a commit in between; or none of them. Returns what was
    /// dropped too.
    pub(super) fn bring<R>(
        &self,
        capacity: usize,
        events: impl ExactSizeIterator<Item = (T, bool)>,
        offer: Offer,
        commit: impl FnOnce() -> R,
    ) -> Result<(R, Vec<T>), Refused> {
        let (offered, Offer { how, came, from_outside, number: mut next }) = (events.len(), offer);
        let mut lanes = self.lanes.lock();
        if !matches!(how, Bring::DropOldest | Bring::Stored) && lanes.len().saturating_add(offered) > capacity {
            if let Bring::OrWait(at_most) = how
                && offered <= capacity
            {
                lanes.stats.waited += 1;
                lanes.sleepers += 1;
                let deadline = deadline(at_most);
                while lanes.len() + offered > capacity && !(from_outside && lanes.is_closed()) {
                    if self.changed.wait_until(&mut lanes, deadline).timed_out() {
                        break;
                    }
                }
                lanes.sleepers -= 1;
            }
            if lanes.len().saturating_add(offered) > capacity {
                lanes.stats.refused += offered as u64;
                return Err(if from_outside && lanes.is_closed() {
                    Refused::Closed
                } else {
                    Refused::Full(lanes.len())
                });
            }
        }
        if from_outside && lanes.is_closed() {
            lanes.stats.refused += offered as u64;
            return Err(Refused::Closed);
        }
        let done = commit();
        lanes.stats.emitted += offered as u64;
        let (mut dropped, mut wakers) = (Vec::new(), lanes.waiters.take());
        for (event, urgent) in events {
            let number = next;
            next += u64::from(number != 0);
            let event = if lanes.len() < capacity || matches!(how, Bring::Stored) {
                event
            } else {
                match lanes.make_room((event, number), urgent, &mut dropped, &mut wakers) {
                    Some(event) => event,
                    None => continue,
                }
            };
            if lanes.rare.is_some() {
                lanes.watches().iter().for_each(|watch| watch.put(Item::Event(event.clone()), &mut wakers));
                lanes.discard(&event, capacity);
            }
            let event = Queued { what: event, came, number };
            if urgent { lanes.urgent.push_back(event) } else { lanes.normal.push_back(event) }
        }
        lanes.stats.dropped += dropped.len() as u64;
        self.has_urgent.store(!lanes.urgent.is_empty(), Ordering::Release);
        let sleepers = lanes.sleepers;
        if let Some(rare) = &mut lanes.rare {
            rare.watches.retain(LossyQueue::is_watched);
        }
        let listener = if offered > 0 { lanes.listener.clone() } else { None };
        drop(lanes);
        if sleepers > 0 {
            self.changed.notify_all();
        }
        wake_all(wakers);
        if let Some(listener) = listener {
            wake(listener);
        }
        Ok((done, dropped))
    }

    /// Nobody handles events any more: what comes from outside is refused from now on, and what waits, or is committed
    /// later, is kept for [`take_unheard`](Self::take_unheard).
    pub(super) fn close(&self) {
        let mut lanes = self.lanes.lock();
        if lanes.is_closed() {
            return;
        }
        let waiting: Vec<T> = lanes.urgent.iter().chain(&lanes.normal).map(|queued| queued.what.clone()).collect();
        lanes.rare.get_or_insert_default().unheard = Some(waiting);
        drop(lanes);
        self.changed.notify_all();
    }

    /// What nobody handles, as far as nobody has taken note of it yet. It waits on, for whoever wants it.
    pub(super) fn take_unheard(&self) -> Vec<T> {
        let mut lanes = self.lanes.lock();
        let unheard = lanes.rare.as_mut().and_then(|rare| rare.unheard.as_mut());
        unheard.map(std::mem::take).unwrap_or_default()
    }

    /// Whether one waits that came before this time.
    pub(super) fn came_before(&self, time: Duration) -> bool {
        let lanes = self.lanes.lock();
        let firsts = [lanes.urgent.front(), lanes.normal.front()];
        // Of one that came unasked nobody needed to know: no timer ran then.
        firsts.into_iter().flatten().any(|first| first.came.is_none_or(|came| came < time))
    }

    /// Adds what a step of the workflow has raised, with a commit in between; or, without room, nothing: then it is told how
    /// many are waiting. What has to give way, the workflow drops.
    pub(super) fn raise<R>(
        &self,
        capacity: usize,
        events: Vec<(T, bool)>,
        or_refuse: bool,
        number: u64,
        commit: impl FnOnce() -> R,
    ) -> Result<R, usize> {
        let offered = events.len();
        let mut lanes = self.lanes.lock();
        let waiting = lanes.raised_waiting();
        if or_refuse && waiting.saturating_add(offered) > capacity {
            lanes.stats.refused += offered as u64;
            return Err(waiting);
        }
        let done = commit();
        lanes.stats.emitted += offered as u64;
        let mut wakers = Vec::new();
        for (event, _) in &events {
            lanes.watches().iter().for_each(|watch| watch.put(Item::Event(event.clone()), &mut wakers));
        }
        if number != 0 {
            lanes.raised().numbers.extend((number..).take(offered));
        }
        lanes.raised().events.extend(events);
        self.has_raised.store(true, Ordering::Release);
        drop(lanes);
        wake_all(wakers);
        Ok(done)
    }

    #[inline]
    pub(super) fn has_raised(&self) -> bool {
        self.has_raised.load(Ordering::Acquire)
    }

    /// Takes what was raised, and how many more than there is room for the workflow has then.
    pub(super) fn take_raised(&self, capacity: usize) -> (Vec<(T, bool)>, usize) {
        if !self.has_raised() {
            return (Vec::new(), 0);
        }
        let mut lanes = self.lanes.lock();
        self.has_raised.store(false, Ordering::Release);
        let raised = lanes.raised();
        let (events, numbers) = (std::mem::take(&mut raised.events), std::mem::take(&mut raised.numbers));
        raised.kept += events.len();
        let beyond = raised.kept.saturating_sub(capacity);
        numbers.into_iter().for_each(|number| lanes.is_gone(number));
        (events, beyond)
    }

    /// The workflow has so many less: it has handled them, or has ended.
    pub(super) fn let_go(&self, events: usize) {
        let mut lanes = self.lanes.lock();
        lanes.raised().kept = lanes.raised().kept.saturating_sub(events);
    }

    /// The workflow had no room for one that was raised.
    pub(super) fn drop_raised(&self, event: &T) {
        self.let_go(1);
        self.tell_dropped(event);
    }

    /// One that was taken is dropped.
    pub(super) fn tell_dropped(&self, event: &T) {
        let mut wakers = Vec::new();
        let mut lanes = self.lanes.lock();
        lanes.stats.dropped += 1;
        lanes.watches().iter().for_each(|watch| watch.put(Item::Dropped(event.clone()), &mut wakers));
        drop(lanes);
        wake_all(wakers);
    }

    /// Takes an urgent event, if there is one.
    pub(super) fn try_take_urgent(&self) -> Option<T> {
        if !self.has_urgent.load(Ordering::Acquire) {
            return None;
        }
        let lanes = self.lanes.lock();
        if lanes.urgent.is_empty() {
            return None;
        }
        self.take_from(lanes)
    }

    pub(super) fn try_take(&self) -> Option<T> {
        self.take_from(self.lanes.lock())
    }

    fn take_from(&self, mut lanes: MutexGuard<'_, Lanes<T>>) -> Option<T> {
        let event = lanes.take();
        if lanes.urgent.is_empty() {
            self.has_urgent.store(false, Ordering::Release);
        }
        let sleepers = lanes.sleepers;
        drop(lanes);
        if sleepers > 0 && event.is_some() {
            self.changed.notify_all();
        }
        event
    }

    /// Waits for an event, with the thread blocked.
    pub(super) fn take_within(&self, at_most: Duration) -> Option<T> {
        let deadline = deadline(at_most);
        let mut lanes = self.lanes.lock();
        lanes.sleepers += 1;
        let event = loop {
            if let Some(event) = lanes.take() {
                break Some(event);
            }
            if self.changed.wait_until(&mut lanes, deadline).timed_out() {
                break lanes.take();
            }
        };
        lanes.sleepers -= 1;
        let sleepers = lanes.sleepers;
        drop(lanes);
        if sleepers > 0 && event.is_some() {
            self.changed.notify_all();
        }
        event
    }

    /// Waits until there is an event, with the thread blocked, and takes none. False when the time is over.
    pub(super) fn await_one(&self, at_most: Duration) -> bool {
        let deadline = deadline(at_most);
        let mut lanes = self.lanes.lock();
        lanes.sleepers += 1;
        while lanes.len() == 0 && !self.changed.wait_until(&mut lanes, deadline).timed_out() {}
        lanes.sleepers -= 1;
        lanes.len() > 0
    }

    /// The same as a task: until there is an event, `waiter` waits, and must [`leave`](Self::leave) when it gives up.
    pub(super) fn poll_one(&self, waiter: &mut Waiter, waker: &Waker) -> Poll<()> {
        self.poll(waiter, waker, |lanes| (lanes.len() > 0).then_some(()))
    }

    /// Waits for an event, as a task.
    pub(super) async fn take_async(&self) -> T {
        let mut waiting = Waiting { queue: self, waiter: Waiter::default() };
        let event = poll_fn(|task| self.poll(&mut waiting.waiter, task.waker(), Lanes::take)).await;
        if self.lanes.lock().sleepers > 0 {
            self.changed.notify_all();
        }
        event
    }

    fn poll<R>(&self, waiter: &mut Waiter, waker: &Waker, mut look: impl FnMut(&mut Lanes<T>) -> Option<R>) -> Poll<R> {
        let mut copy = None;
        loop {
            let mut lanes = self.lanes.lock();
            if let Some(found) = look(&mut lanes) {
                drop(lanes);
                drop_caught(copy);
                return Poll::Ready(found);
            }
            if lanes.waiters.has(waiter, waker) {
                return Poll::Pending;
            }
            if let Some(copy) = copy.take() {
                let replaced = lanes.waiters.add(waiter, copy);
                drop(lanes);
                drop_caught(replaced);
                return Poll::Pending;
            }
            drop(lanes);
            // An executor's code, so that no lock is held.
            copy = Some(waker.clone());
        }
    }

    /// Has this waker woken whenever an event comes.
    pub(super) fn listen(&self, waker: Waker) {
        let replaced = self.lanes.lock().listener.replace(waker);
        drop_caught(replaced);
    }

    pub(super) fn watch(&self, watch: Arc<LossyQueue<Item<T>>>) {
        self.lanes.lock().rare.get_or_insert_default().watches.push(watch);
    }

    pub(super) fn len(&self) -> usize {
        self.lanes.lock().len()
    }

    pub(super) fn stats(&self) -> BusStats {
        self.lanes.lock().stats
    }

    /// Gives back memory that what waits does not need.
    pub(super) fn rest(&self) {
        let mut lanes = self.lanes.lock();
        give_back(&mut lanes.urgent);
        give_back(&mut lanes.normal);
        if lanes.raised.as_ref().is_some_and(|raised| raised.events.is_empty() && raised.kept == 0) {
            lanes.raised = None;
        }
        if let Some(rare) = &mut lanes.rare {
            rare.watches.retain(LossyQueue::is_watched);
            if rare.watches.is_empty() && rare.unheard.is_none() && rare.gone.is_empty() {
                lanes.rare = None;
            }
        }
    }
}

impl<T> Queue<T> {
    /// One who waited does so no longer.
    pub(super) fn leave(&self, waiter: &Waiter) {
        let left = self.lanes.lock().waiters.remove(waiter);
        drop_caught(left);
    }

    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        self.lanes.lock().waiters.len()
    }
}

/// A task that waits, until it is dropped.
struct Waiting<'q, T> {
    queue: &'q Queue<T>,
    waiter: Waiter,
}

impl<T> Drop for Waiting<'_, T> {
    fn drop(&mut self) {
        self.queue.leave(&self.waiter);
    }
}

impl<T> Drop for Queue<T> {
    fn drop(&mut self) {
        let mut wakers = Vec::new();
        self.lanes.lock().watches().iter().for_each(|watch| watch.close(&mut wakers));
        wake_all(wakers);
    }
}

/// Gives back the room that nobody waits in.
#[inline]
fn give_back<T>(lane: &mut VecDeque<T>) {
    match (lane.len(), lane.capacity()) {
        (_, 0) => {}
        (0, _) => *lane = VecDeque::new(),
        _ => lane.shrink_to_fit(),
    }
}

/// The end of a wait; one that would be beyond what the clock can say is far away enough.
pub(crate) fn deadline(at_most: Duration) -> Instant {
    const FAR: Duration = Duration::from_secs(86_400 * 365);
    let now = Instant::now();
    now.checked_add(at_most).unwrap_or_else(|| now + FAR)
}
