//! Who waits for room on the bus of one session.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dashmap::DashMap;

use super::pending::Turn;
use crate::panics::wake_all;

/// Those who wait, by the number of their session in its pool: hardly any session has any.
pub(super) struct Rooms {
    lines: DashMap<usize, VecDeque<Arc<Turn>>>,
    /// How many there are, and one where the places of a pool are counted: seen without a lock.
    count: AtomicUsize,
}

impl Rooms {
    /// Where places are counted somebody always wants to know.
    pub(super) fn new(are_counted: bool) -> Self {
        Self { lines: DashMap::new(), count: AtomicUsize::new(usize::from(are_counted)) }
    }

    /// Whether anybody wants to know that events were taken.
    #[inline]
    pub(super) fn are_awaited(&self) -> bool {
        self.count.load(Ordering::Acquire) > 0
    }

    /// One who waits; first in the line where he has been called before and somebody else was faster.
    pub(super) fn line_up(&self, session: usize, is_first: bool) -> Arc<Turn> {
        let turn = Arc::new(Turn::default());
        let mut line = self.lines.entry(session).or_default();
        if is_first {
            line.push_front(Arc::clone(&turn));
        } else {
            line.push_back(Arc::clone(&turn));
        }
        drop(line);
        self.count.fetch_add(1, Ordering::AcqRel);
        turn
    }

    /// There is room for so many.
    pub(super) fn call(&self, session: usize, room: usize) {
        let Some(mut line) = self.lines.get_mut(&session) else { return };
        let (mut called, mut gone, mut woken) = (0, 0, Vec::new());
        while called < room {
            let Some(turn) = line.pop_front() else { break };
            gone += 1;
            if let Some(waker) = turn.call() {
                called += 1;
                woken.extend(waker);
            }
        }
        drop(line);
        self.count.fetch_sub(gone, Ordering::AcqRel);
        self.lines.remove_if(&session, |_, line| line.is_empty());
        wake_all(woken);
    }

    /// All go on: of this session, or of all, none has room any more.
    pub(super) fn close(&self) {
        let sessions: Vec<usize> = self.lines.iter().map(|line| *line.key()).collect();
        sessions.into_iter().for_each(|session| self.call(session, usize::MAX));
    }
}
