//! Room of the event before, for the next.

use std::cell::RefCell;
use std::collections::VecDeque;

use super::chain::Chain;
use super::instance::Internal;
use super::outcome::{Cause, Handled};
use crate::signal::Event;
use crate::workflow::chart::StateId;

/// How many events of its own a session has had room for, of which the room is kept.
const MOST: usize = 16;

/// Room of the event before, for the next: an event that is handled as the one before it was allocates nothing.
///
/// A session at rest has none. It leaves its own to the thread that drove it, which has one and not more, and the next session
/// on that thread takes it: so a pool has as much of it as it has workers.
#[derive(Default)]
pub(super) struct Spare {
    chain: Option<Box<Chain>>,
    handled: Option<Box<Handled>>,
}

/// What a thread keeps.
#[derive(Default)]
struct OfThread {
    spare: Spare,
    inbox: VecDeque<Internal>,
}

thread_local! {
    static OF_THREAD: RefCell<OfThread> = RefCell::default();
}

/// What this thread keeps; nothing where the thread is at its end.
fn of_thread<R>(with: impl FnOnce(&mut OfThread) -> R) -> Option<R> {
    OF_THREAD.try_with(|kept| Some(with(&mut *kept.try_borrow_mut().ok()?))).ok().flatten()
}

impl Spare {
    /// Room for a chain, where there is any.
    #[inline]
    pub(super) fn chain(&mut self) -> Option<Box<Chain>> {
        self.chain.take().or_else(|| of_thread(|kept| kept.spare.chain.take()).flatten())
    }

    /// The room of a chain that is over.
    #[inline]
    pub(super) fn keep_chain(&mut self, mut chain: Box<Chain>) {
        chain.clear();
        self.chain = Some(chain);
    }

    /// What nothing has come of yet; in a box that is there already, where one is.
    #[inline]
    pub(super) fn handled(&mut self, event: Option<Event>, cause: Cause, from: StateId) -> Box<Handled> {
        match self.handled.take().or_else(|| of_thread(|kept| kept.spare.handled.take()).flatten()) {
            // It was emptied when it was kept.
            Some(mut room) => {
                (room.event, room.cause, room.from) = (event, cause, from);
                room
            }
            None => Box::new(Handled::new(event, cause, from)),
        }
    }

    /// What was handled, out of its box, which is kept.
    #[inline]
    pub(super) fn emptied(&mut self, mut room: Box<Handled>) -> Handled {
        let handled = room.take();
        self.handled = Some(room);
        handled
    }

    /// The session comes to rest.
    pub(super) fn rest(&mut self, inbox: &mut VecDeque<Internal>) {
        let mut left = std::mem::take(self);
        left.chain = left.chain.filter(|chain| chain.is_small());
        of_thread(|kept| {
            let OfThread { spare, inbox: room } = kept;
            spare.chain = spare.chain.take().or_else(|| left.chain.take());
            spare.handled = spare.handled.take().or_else(|| left.handled.take());
            if room.capacity() == 0 && inbox.is_empty() && inbox.capacity() <= MOST {
                std::mem::swap(room, inbox);
            }
        });
        inbox.shrink_to_fit();
    }
}

/// The room of what was handled, for the next on this thread.
pub(super) fn keep_for_others(mut room: Box<Handled>) {
    room.clear();
    of_thread(|kept| {
        kept.spare.handled.get_or_insert(room);
    });
}

/// Room for what a session tells itself, where it has none.
#[inline]
pub(super) fn make_room(inbox: &mut VecDeque<Internal>) {
    if inbox.capacity() == 0 {
        of_thread(|kept| std::mem::swap(&mut kept.inbox, inbox));
    }
}
