//! What sessions do, as it happens, for somebody who looks on.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Weak};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use serde::Serialize;

use super::awaited::wake_all;
use crate::source::printable;
use crate::workflow::trace::{Told, Trace, Watch};

/// How many entries wait between a session and those who look on: more than one step makes.
const STEP: usize = 4_096;

/// One entry of the trace of one session. It displays and serialises with the session's name.
#[derive(Clone, Debug, Serialize)]
pub struct SessionEntry {
    /// The session.
    #[serde(serialize_with = "as_text")]
    pub session: Arc<str>,
    /// What it did.
    #[serde(flatten)]
    pub told: Told,
}

fn as_text<S: serde::Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

impl fmt::Display for SessionEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", printable(&self.session), self.told)
    }
}

/// What sessions do, as it happens: of one session its order is kept, and so is that of several where one led to another.
///
/// It is bounded: where it is full the oldest entries make room and are counted, so that whoever looks on can never hold up
/// a session. Dropping it ends it.
pub struct SessionWatch(Arc<Feed>);

/// What the sessions and one who looks on share.
pub(super) struct Feed {
    capacity: usize,
    waiting: Mutex<Waiting>,
    came: Condvar,
}

#[derive(Default)]
struct Waiting {
    entries: VecDeque<SessionEntry>,
    lost: u64,
    closed: bool,
    wakers: Vec<Waker>,
}

impl SessionWatch {
    pub(super) fn new(capacity: usize) -> Self {
        Self(Arc::new(Feed { capacity: capacity.max(1), waiting: Mutex::default(), came: Condvar::new() }))
    }

    pub(super) fn feed(&self) -> Weak<Feed> {
        Arc::downgrade(&self.0)
    }

    /// The oldest entry that waits, if there is one.
    #[must_use = "the entry is taken"]
    pub fn try_next(&self) -> Option<SessionEntry> {
        self.0.waiting.lock().entries.pop_front()
    }

    /// The next entry, waited for with the thread blocked; `None` when the time is over, or the pool is gone.
    #[must_use = "the entry is taken"]
    pub fn next_timeout(&self, at_most: Duration) -> Option<SessionEntry> {
        let end = Instant::now().checked_add(at_most);
        let mut waiting = self.0.waiting.lock();
        loop {
            let entry = waiting.entries.pop_front();
            if entry.is_some() || waiting.closed {
                return entry;
            }
            match end {
                Some(end) if self.0.came.wait_until(&mut waiting, end).timed_out() => {
                    return waiting.entries.pop_front();
                }
                Some(_) => {}
                None => self.0.came.wait(&mut waiting),
            }
        }
    }

    /// The next entry, waited for without blocking; `None` when the pool is gone. It assumes no runtime.
    pub async fn next(&self) -> Option<SessionEntry> {
        poll_fn(|task| {
            let mut waiting = self.0.waiting.lock();
            let entry = waiting.entries.pop_front();
            if entry.is_some() || waiting.closed {
                return Poll::Ready(entry);
            }
            if !waiting.wakers.iter().any(|waker| waker.will_wake(task.waker())) {
                waiting.wakers.push(task.waker().clone());
            }
            Poll::Pending
        })
        .await
    }

    /// How many entries were lost so far because nobody took them in time.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.0.waiting.lock().lost
    }
}

impl fmt::Debug for SessionWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionWatch").field("lost", &self.lost()).finish_non_exhaustive()
    }
}

impl Feed {
    fn offer(&self, entry: &SessionEntry) {
        let mut waiting = self.waiting.lock();
        if waiting.entries.len() >= self.capacity {
            waiting.entries.pop_front();
            waiting.lost += 1;
        }
        waiting.entries.push_back(entry.clone());
        self.told(waiting);
    }

    /// The pool is gone.
    pub(super) fn close(&self) {
        let mut waiting = self.waiting.lock();
        waiting.closed = true;
        self.told(waiting);
    }

    fn told(&self, mut waiting: parking_lot::MutexGuard<'_, Waiting>) {
        let wakers = std::mem::take(&mut waiting.wakers);
        drop(waiting);
        self.came.notify_all();
        wake_all(wakers);
    }
}

/// Where the entries of one session go.
pub(super) struct Tap {
    watch: Watch,
    own: Vec<Weak<Feed>>,
}

impl Tap {
    pub(super) fn on(trace: &mut Trace) -> Box<Self> {
        Box::new(Self { watch: trace.watch(STEP), own: Vec::new() })
    }

    pub(super) fn add(&mut self, feed: Weak<Feed>) {
        self.own.push(feed);
    }

    /// Hands on what the last step made; false where nobody looks on any more.
    pub(super) fn flow(&mut self, session: &Arc<str>, all: &[Weak<Feed>]) -> bool {
        self.own.retain(|feed| feed.strong_count() > 0);
        let feeds: Vec<Arc<Feed>> = self.own.iter().chain(all).filter_map(Weak::upgrade).collect();
        while let Some(told) = self.watch.try_next() {
            let entry = SessionEntry { session: Arc::clone(session), told };
            feeds.iter().for_each(|feed| feed.offer(&entry));
        }
        !feeds.is_empty()
    }
}
