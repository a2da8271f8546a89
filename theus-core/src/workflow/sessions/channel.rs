//! What sessions do, as it happens, for somebody who looks on.

use std::fmt;
use std::sync::{Arc, Weak};
use std::task::Waker;
use std::time::Duration;

use serde::Serialize;

use super::awaited::wake_all;
use crate::signal::{LossyQueue, Taken, deadline};
use crate::source::printable;
use crate::workflow::trace::{Trace, TraceItem, Watch};

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
    pub item: TraceItem,
}

fn as_text<S: serde::Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

impl fmt::Display for SessionEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", printable(&self.session), self.item)
    }
}

/// What sessions do, as it happens: of one session its order is kept, and so is that of several where one led to another.
///
/// It is bounded: where it is full the oldest entries make room and are counted, so that whoever looks on can never hold up
/// a session. Dropping it ends it.
pub struct SessionWatch(Arc<LossyQueue<SessionEntry>>);

/// What the sessions put entries into, for as long as somebody looks on.
#[derive(Clone)]
pub(super) struct EntryChannel(Weak<LossyQueue<SessionEntry>>);

impl SessionWatch {
    pub(super) fn new(capacity: usize) -> Self {
        Self(LossyQueue::new(capacity))
    }

    pub(super) fn channel(&self) -> EntryChannel {
        EntryChannel(Arc::downgrade(&self.0))
    }

    /// The oldest entry that waits, if there is one.
    #[must_use = "the entry is taken"]
    pub fn try_next(&self) -> Option<SessionEntry> {
        loop {
            if let Taken::Item(entry) = self.0.try_take()? {
                return Some(entry);
            }
        }
    }

    /// The next entry, waited for with the thread blocked; `None` when the time is over, or the pool is gone.
    #[must_use = "the entry is taken"]
    pub fn next_timeout(&self, at_most: Duration) -> Option<SessionEntry> {
        let end = deadline(at_most);
        loop {
            if let Taken::Item(entry) = self.0.take_until(end)? {
                return Some(entry);
            }
        }
    }

    /// The next entry, waited for without blocking; `None` when the pool is gone. It assumes no runtime.
    pub async fn next(&self) -> Option<SessionEntry> {
        loop {
            if let Taken::Item(entry) = self.0.take_async().await? {
                return Some(entry);
            }
        }
    }

    /// How many entries were lost so far because nobody took them in time.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.0.lost()
    }
}

impl fmt::Debug for SessionWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionWatch").field("lost", &self.lost()).finish_non_exhaustive()
    }
}

impl EntryChannel {
    /// Whether somebody looks on.
    pub(super) fn is_watched(&self) -> bool {
        self.0.strong_count() > 0
    }

    /// The pool is gone.
    pub(super) fn close(&self) {
        let mut wakers = Vec::new();
        if let Some(entries) = self.0.upgrade() {
            entries.close(&mut wakers);
        }
        wake_all(wakers);
    }
}

/// Where the entries of one session go.
pub(super) struct TraceSubscription {
    watch: Watch,
    own: Vec<EntryChannel>,
}

impl TraceSubscription {
    pub(super) fn on(trace: &mut Trace) -> Box<Self> {
        Box::new(Self { watch: trace.watch(STEP), own: Vec::new() })
    }

    pub(super) fn add(&mut self, channel: EntryChannel) {
        self.own.push(channel);
    }

    /// Hands on what the last step made; false where nobody looks on any more. Whom to wake is left to the caller, who holds
    /// locks.
    pub(super) fn flow(&mut self, session: &Arc<str>, all: &[EntryChannel], wake: &mut Vec<Waker>) -> bool {
        self.own.retain(EntryChannel::is_watched);
        let channels: Vec<_> = self.own.iter().chain(all).filter_map(|channel| channel.0.upgrade()).collect();
        while let Some(item) = self.watch.try_next() {
            let entry = SessionEntry { session: Arc::clone(session), item };
            channels.iter().for_each(|channel| channel.put(entry.clone(), wake));
        }
        !channels.is_empty()
    }
}
