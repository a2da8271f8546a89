//! Those who wait for the first of all sessions of a pool.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::awaited::First;
use crate::workflow::chart::StateId;

/// Those who wait for the first of all sessions: each that comes is told of them.
#[derive(Default)]
pub(super) struct Firsts {
    waiting: Mutex<Vec<Waiting>>,
    /// How many those are: seen without the lock.
    count: AtomicUsize,
}

/// One who waits, and for which states.
type Waiting = (Weak<First>, Arc<[StateId]>);

impl Firsts {
    pub(super) fn add(&self, first: &Arc<First>, states: &Arc<[StateId]>) {
        let mut waiting = self.waiting.lock();
        waiting.retain(|(first, _)| first.strong_count() > 0);
        waiting.push((Arc::downgrade(first), Arc::clone(states)));
        self.count.store(waiting.len(), Ordering::SeqCst);
    }

    /// All who wait: for a session that has come.
    pub(super) fn all(&self) -> Vec<(Arc<First>, Arc<[StateId]>)> {
        if self.count.load(Ordering::SeqCst) == 0 {
            return Vec::new();
        }
        let mut waiting = self.waiting.lock();
        waiting.retain(|(first, _)| first.strong_count() > 0);
        self.count.store(waiting.len(), Ordering::SeqCst);
        waiting.iter().filter_map(|(first, states)| Some((first.upgrade()?, Arc::clone(states)))).collect()
    }
}
