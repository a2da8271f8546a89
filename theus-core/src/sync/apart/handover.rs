//! What one thread does and a task waits for, which may let go of it at any moment.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::panics::{drop_caught, wake};
use crate::sync::{AtomicBool, Mutex, Ordering};

/// Whether nobody waits any more for what is being done.
#[derive(Clone, Debug, Default)]
pub(crate) struct LetGo(Arc<AtomicBool>);

impl LetGo {
    /// Whether it is so by now. It stays so.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

enum State<T> {
    /// It is being done, and this wakes who waits for it.
    Waited(Option<Waker>),
    Done(T),
    /// It was taken, or let go of, or never comes.
    Over,
}

struct Shared<T> {
    let_go: LetGo,
    state: Mutex<State<T>>,
}

/// The side of who does it.
pub(crate) struct Doing<T>(Arc<Shared<T>>);

/// The side of who waits: `None` where the other side was dropped without a value.
pub(crate) struct Awaited<T>(Arc<Shared<T>>);

/// The two sides of one piece of work.
pub(crate) fn handover<T>(let_go: LetGo) -> (Doing<T>, Awaited<T>) {
    let shared = Arc::new(Shared { let_go, state: Mutex::new(State::Waited(None)) });
    (Doing(Arc::clone(&shared)), Awaited(shared))
}

impl<T> Shared<T> {
    /// What was there goes back to the caller: it is a user's code where it is dropped or woken, and that not under the lock.
    fn replace(&self, state: State<T>) -> State<T> {
        std::mem::replace(&mut *self.state.lock(), state)
    }

    /// Ends the wait; the value comes back where nobody waits.
    fn end(&self, state: State<T>) -> Option<State<T>> {
        let mut now = self.state.lock();
        let waker = match &mut *now {
            State::Waited(waker) => waker.take(),
            State::Done(_) | State::Over => return Some(state),
        };
        *now = state;
        drop(now);
        if let Some(waker) = waker {
            wake(waker);
        }
        None
    }
}

impl<T> Doing<T> {
    /// Whether nobody waits for it any more.
    pub(crate) fn is_let_go(&self) -> bool {
        self.0.let_go.is_set()
    }

    /// It is done: handed over, or dropped here where nobody waits.
    pub(crate) fn with(self, value: T) {
        drop_caught(self.0.end(State::Done(value)));
    }
}

impl<T> Drop for Doing<T> {
    /// Whoever waits then does not wait for ever.
    fn drop(&mut self) {
        drop_caught(self.0.end(State::Over));
    }
}

impl<T> Future for Awaited<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<T>> {
        let waker = task.waker().clone();
        let mut now = self.0.state.lock();
        match std::mem::replace(&mut *now, State::Over) {
            State::Waited(old) => {
                *now = State::Waited(Some(waker));
                drop(now);
                drop_caught(old);
                Poll::Pending
            }
            State::Done(value) => {
                drop(now);
                Poll::Ready(Some(value))
            }
            State::Over => {
                drop(now);
                Poll::Ready(None)
            }
        }
    }
}

impl<T> Drop for Awaited<T> {
    /// What is done by now is dropped here, and what is done later there: never both, never neither.
    fn drop(&mut self) {
        self.0.let_go.0.store(true, Ordering::Release);
        drop_caught(self.0.replace(State::Over));
    }
}
