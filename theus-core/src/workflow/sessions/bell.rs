//! What wakes a session from anywhere.

use std::sync::{Arc, Weak};
use std::task::{Wake, Waker};

use super::rota::Turn;
use super::slot::Slot;
use crate::context::Context;

/// What wakes a session: held by the bus, and by whatever a run awaits.
pub(super) struct Bell<D: Context, G: Context, E>(Weak<Slot<D, G, E>>);

impl<D: Context, G: Context, E: Send + Sync + 'static> Wake for Bell<D, G, E> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(slot) = self.0.upgrade() {
            Turn::wake(slot);
        }
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Bell<D, G, E> {
    pub(super) fn of(slot: &Weak<Slot<D, G, E>>) -> Waker {
        Waker::from(Arc::new(Self(Weak::clone(slot))))
    }
}
