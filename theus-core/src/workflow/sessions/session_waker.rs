//! What wakes a session from anywhere.

use std::sync::{Arc, Weak};
use std::task::{Wake, Waker};

use super::run_queue::Runnable;
use super::slot::Slot;
use crate::context::Context;

/// What wakes a session: held by the bus, and by whatever a run awaits.
pub(super) struct SessionWaker<D: Context, G: Context, E>(Weak<Slot<D, G, E>>);

impl<D: Context, G: Context, E: Send + Sync + 'static> Wake for SessionWaker<D, G, E> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if let Some(slot) = self.0.upgrade() {
            Runnable::wake(slot);
        }
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> SessionWaker<D, G, E> {
    pub(super) fn of(slot: &Weak<Slot<D, G, E>>) -> Waker {
        Waker::from(Arc::new(Self(Weak::clone(slot))))
    }
}
