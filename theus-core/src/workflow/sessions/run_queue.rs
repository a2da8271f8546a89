//! Who has something to do: sessions that wait for a worker, each at most once.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use crate::panics::{wake, wake_all};
use crate::sync::{AtomicBool, AtomicUsize, Condvar, Mutex, Ordering, fence};

/// A session, whatever its types, as a worker sees it.
pub(super) trait Runnable: Send + Sync {
    /// Drives it for a while.
    fn go(self: Arc<Self>);

    /// It has something to do now.
    fn wake(self: Arc<Self>);
}

pub(super) type Ready = Arc<dyn Runnable>;

/// How many sessions a worker takes at once: one lock for all of them.
pub(super) const BATCH: usize = 16;

/// The sessions that wait for a worker. Each worker has a queue of its own, and takes from another's when it is empty.
pub(super) struct RunQueue {
    queues: Box<[Queue]>,
    /// Sessions that wait or are being driven.
    busy: Apart<AtomicUsize>,
    /// Where workers rest; of those that are futures, the wakers.
    rest: Mutex<Vec<Waker>>,
    work_came: Condvar,
    resting: AtomicUsize,
    /// Where those wait who want to know when nothing is left to do.
    all_done: Condvar,
    over: AtomicBool,
}

/// For how many sessions a queue keeps room that nobody waits in: a pool at rest has not more of it for having been busy.
const ROOM: usize = 1_024;

/// Kept on a cache line of its own, so that workers do not disturb each other.
#[repr(align(128))]
struct Apart<T>(T);

type Queue = Apart<Mutex<VecDeque<Ready>>>;

impl RunQueue {
    pub(super) fn new(workers: usize) -> Self {
        Self {
            queues: (0..workers.max(1)).map(|_| Apart(Mutex::new(VecDeque::new()))).collect(),
            busy: Apart(AtomicUsize::new(0)),
            rest: Mutex::new(Vec::new()),
            work_came: Condvar::new(),
            resting: AtomicUsize::new(0),
            all_done: Condvar::new(),
            over: AtomicBool::new(false),
        }
    }

    /// Puts a session at the end of a queue; `home` says of which. When all is over nobody takes it any more, and it is let go
    /// of: what waits is the pool's, which would keep itself alive by it.
    pub(super) fn put(&self, ready: Ready, home: usize) {
        let mut queue = self.queues[home % self.queues.len()].0.lock();
        if self.is_over() {
            drop(queue);
            return;
        }
        queue.push_back(ready);
        drop(queue);
        // Whoever goes to rest counts itself first and looks at the queues after that.
        fence(Ordering::SeqCst);
        if self.resting.load(Ordering::SeqCst) > 0 {
            let mut rest = self.rest.lock();
            match rest.pop() {
                Some(waker) => {
                    self.resting.fetch_sub(1, Ordering::SeqCst);
                    drop(rest);
                    wake(waker);
                }
                None => {
                    self.work_came.notify_one();
                }
            }
        }
    }

    /// A session begins to have something to do.
    pub(super) fn begun(&self) {
        self.busy.0.fetch_add(1, Ordering::AcqRel);
    }

    /// A session has nothing to do any more.
    pub(super) fn ended(&self) {
        if self.busy.0.fetch_sub(1, Ordering::AcqRel) == 1 {
            let _rest = self.rest.lock();
            self.all_done.notify_all();
        }
    }

    pub(super) fn busy(&self) -> usize {
        self.busy.0.load(Ordering::Acquire)
    }

    /// Takes sessions, so many at most, off the worker's own queue, or else off another's. False where there are none.
    pub(super) fn take_up_to(&self, at_most: usize, worker: usize, batch: &mut Vec<Ready>) -> bool {
        let count = self.queues.len();
        for offset in 0..count {
            let mut queue = self.queues[(worker + offset) % count].0.lock();
            // Of another's queue half: its own worker has something left.
            let most = if offset == 0 { queue.len() } else { queue.len().div_ceil(2) };
            batch.extend(queue.drain(..most.min(at_most)));
            give_back(&mut queue);
            if !batch.is_empty() {
                return true;
            }
        }
        false
    }

    /// Takes one of the sessions that wait in the first queue: that at the place which `choose` says of so many.
    pub(super) fn take_one(&self, choose: impl FnOnce(usize) -> usize) -> Option<Ready> {
        let mut queue = self.queues.first()?.0.lock();
        match queue.len() {
            0 => None,
            waiting => {
                let taken = queue.remove(choose(waiting));
                give_back(&mut queue);
                taken
            }
        }
    }

    /// How many wait for a worker.
    pub(super) fn waiting(&self) -> usize {
        self.queues.iter().map(|queue| queue.0.lock().len()).sum()
    }

    /// Waits until there may be something to take. False when all is over.
    pub(super) fn rest(&self) -> bool {
        let mut rest = self.rest.lock();
        self.resting.fetch_add(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        while self.waiting() == 0 && !self.is_over() {
            self.work_came.wait(&mut rest);
        }
        self.resting.fetch_sub(1, Ordering::SeqCst);
        !self.is_over()
    }

    /// Waits until there is something to take, until then at the latest. False where there is nothing.
    pub(super) fn wait_for_work(&self, end: Instant) -> bool {
        let mut rest = self.rest.lock();
        self.resting.fetch_add(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        while self.waiting() == 0 && !self.is_over() {
            if self.work_came.wait_until(&mut rest, end).timed_out() {
                break;
            }
        }
        self.resting.fetch_sub(1, Ordering::SeqCst);
        self.waiting() > 0
    }

    /// As [`rest`](Self::rest), for a worker that is a future.
    pub(super) fn poll_work(&self, waker: &Waker) -> Poll<()> {
        let mut rest = self.rest.lock();
        if !rest.iter().any(|resting| resting.will_wake(waker)) {
            rest.push(waker.clone());
            self.resting.fetch_add(1, Ordering::SeqCst);
        }
        fence(Ordering::SeqCst);
        if self.waiting() == 0 && !self.is_over() {
            return Poll::Pending;
        }
        self.no_longer(&mut rest, waker);
        Poll::Ready(())
    }

    /// A worker that is a future is dropped while it rests. What it was woken for, another has to do.
    pub(super) fn left_by(&self, waker: &Waker) {
        let mut rest = self.rest.lock();
        if self.no_longer(&mut rest, waker) || self.waiting() == 0 {
            return;
        }
        let other = rest.pop();
        if other.is_some() {
            self.resting.fetch_sub(1, Ordering::SeqCst);
        }
        drop(rest);
        if let Some(other) = other {
            wake(other);
        }
    }

    /// Takes the waker off those that rest; true where it was one.
    fn no_longer(&self, rest: &mut Vec<Waker>, waker: &Waker) -> bool {
        let before = rest.len();
        rest.retain(|resting| !resting.will_wake(waker));
        let gone = before - rest.len();
        self.resting.fetch_sub(gone, Ordering::SeqCst);
        gone > 0
    }

    /// Waits until no session has anything to do. False where that takes longer.
    pub(super) fn wait_until_idle(&self, at_most: Duration) -> bool {
        let end = Instant::now().checked_add(at_most);
        let mut rest = self.rest.lock();
        while self.busy() > 0 {
            match end {
                Some(end) if self.all_done.wait_until(&mut rest, end).timed_out() => return self.busy() == 0,
                Some(_) => {}
                None => self.all_done.wait(&mut rest),
            }
        }
        true
    }

    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// Workers end when they have done what they took.
    pub(super) fn end(&self) {
        self.over.store(true, Ordering::Release);
        let resting = std::mem::take(&mut *self.rest.lock());
        self.work_came.notify_all();
        wake_all(resting);
    }

    /// Lets go of whoever still waits.
    pub(super) fn clear(&self) {
        for queue in &self.queues {
            let waiting = std::mem::take(&mut *queue.0.lock());
            drop(waiting);
        }
    }
}

/// Gives back the room of a queue in which nobody waits any more.
#[inline]
fn give_back(queue: &mut VecDeque<Ready>) {
    if queue.is_empty() && queue.capacity() > ROOM {
        *queue = VecDeque::new();
    }
}
