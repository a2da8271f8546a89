//! How many events may wait in all sessions of a pool together, and who waits for room.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Poll, Waker};

use dashmap::DashMap;
use parking_lot::Mutex;

use crate::panics::{drop_caught, wake_all};

/// The room of a pool: first come, first served.
pub(super) struct Pending {
    limit: usize,
    line: Mutex<Line>,
    /// How many events on the bus of each session have a place, by its number in its pool: of those that have any.
    placed: DashMap<usize, usize>,
}

#[derive(Default)]
struct Line {
    /// How many places are taken.
    taken: usize,
    turns: VecDeque<Arc<Turn>>,
    /// The pool has ended: nobody waits any more.
    is_closed: bool,
}

/// One who waits in a line.
#[derive(Default)]
pub(super) struct Turn(Mutex<Stands>);

#[derive(Default)]
enum Stands {
    #[default]
    New,
    Waits(Waker),
    /// It is his turn: he has a place, where places are counted.
    Called,
    /// He has given up.
    Gone,
}

impl Turn {
    /// Calls him: none where he has given up; else whom to wake.
    pub(super) fn call(&self) -> Option<Option<Waker>> {
        let mut stands = self.0.lock();
        if matches!(*stands, Stands::Gone) {
            return None;
        }
        match std::mem::replace(&mut *stands, Stands::Called) {
            Stands::Waits(waker) => Some(Some(waker)),
            _ => Some(None),
        }
    }

    /// Whether it is his turn; if not he is woken when it is.
    pub(super) fn poll(&self, waker: &Waker) -> Poll<()> {
        // An executor's code is called with no lock held.
        let waker = waker.clone();
        let mut stands = self.0.lock();
        let (polled, replaced) = match *stands {
            Stands::Called => (Poll::Ready(()), Stands::New),
            _ => (Poll::Pending, std::mem::replace(&mut *stands, Stands::Waits(waker))),
        };
        drop(stands);
        drop_caught(replaced);
        polled
    }

    /// He gives up: true where it was his turn.
    pub(super) fn leave(&self) -> bool {
        let before = std::mem::replace(&mut *self.0.lock(), Stands::Gone);
        let was_called = matches!(before, Stands::Called);
        drop_caught(before);
        was_called
    }

    pub(super) fn is_gone(&self) -> bool {
        matches!(*self.0.lock(), Stands::Gone)
    }
}

impl Pending {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, line: Mutex::default(), placed: DashMap::new() }
    }

    pub(super) const fn limit(&self) -> usize {
        self.limit
    }

    /// How many places are taken.
    pub(super) fn taken(&self) -> usize {
        self.line.lock().taken
    }

    /// Takes a place, where there is one and nobody waits for it.
    pub(super) fn try_take(&self) -> bool {
        let mut line = self.line.lock();
        let is_free = line.is_free(self.limit);
        line.taken += usize::from(is_free);
        is_free
    }

    /// The same, or a place in the line: none where he has one already.
    pub(super) fn take_or_line_up(&self) -> Option<Arc<Turn>> {
        let mut line = self.line.lock();
        if line.is_free(self.limit) || line.is_closed {
            line.taken += 1;
            return None;
        }
        // Those who gave up are let go of before the line grows.
        if line.turns.len() == line.turns.capacity() {
            line.turns.retain(|turn| !turn.is_gone());
        }
        let turn = Arc::new(Turn::default());
        line.turns.push_back(Arc::clone(&turn));
        Some(turn)
    }

    /// So many places are free again: those who wait longest have them.
    pub(super) fn give_back(&self, places: usize) {
        let mut line = self.line.lock();
        line.taken = line.taken.saturating_sub(places);
        let mut woken = Vec::new();
        while line.taken < self.limit || line.is_closed {
            let Some(turn) = line.turns.pop_front() else { break };
            if let Some(waker) = turn.call() {
                line.taken += 1;
                woken.extend(waker);
            }
        }
        // A line that was long is not what the next needs.
        if line.turns.is_empty() && line.turns.capacity() > 64 {
            line.turns = VecDeque::new();
        }
        drop(line);
        wake_all(woken);
    }

    /// So many more events of a session have a place, and only so many wait there now: the places of the others are given back.
    pub(super) fn count(&self, session: usize, more: usize, waiting: impl FnOnce() -> usize) {
        let gone = if more > 0 {
            less(&mut self.placed.entry(session).or_default(), more, waiting)
        } else {
            self.placed.get_mut(&session).map_or(0, |mut placed| less(&mut placed, 0, waiting))
        };
        if gone > 0 {
            self.placed.remove_if(&session, |_, placed| *placed == 0);
            self.give_back(gone);
        }
    }

    /// The pool has ended: all go on, to be told so.
    pub(super) fn close(&self) {
        self.line.lock().is_closed = true;
        self.give_back(0);
    }
}

/// How many of the places are given back.
fn less(placed: &mut usize, more: usize, waiting: impl FnOnce() -> usize) -> usize {
    let before = *placed + more;
    // Asked for with the count held: what has come before it was counted is seen.
    *placed = before.min(waiting());
    before - *placed
}

impl Line {
    fn is_free(&self, limit: usize) -> bool {
        self.taken < limit && self.turns.iter().all(|turn| turn.is_gone())
    }
}
