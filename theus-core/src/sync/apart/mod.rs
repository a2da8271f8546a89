//! Work that blocks its thread for long, on a thread where it holds up nobody.

mod handover;
mod pool;

use std::cell::Cell;

use self::handover::handover;
use crate::panics::{DropCaught, caught};
use theus_model::panics::Panic;

pub(crate) use self::handover::LetGo;

thread_local! {
    static IS_IN_PLACE: Cell<bool> = const { Cell::new(false) };
}

/// Until this is dropped, what the calling thread would have done [`apart`] is done where it is: in a simulation nothing goes by
/// what another thread has come to.
#[cfg(any(feature = "workflow", test))]
pub(crate) struct InPlace {
    was: bool,
}

#[cfg(any(feature = "workflow", test))]
impl InPlace {
    pub(crate) fn enter() -> Self {
        Self { was: IS_IN_PLACE.replace(true) }
    }
}

#[cfg(any(feature = "workflow", test))]
impl Drop for InPlace {
    fn drop(&mut self) {
        IS_IN_PLACE.set(self.was);
    }
}

/// Does it on a thread of its own, in the span and the runtime of who waits for it. Dropped before it is ready, the work is let go
/// of: where it has not begun it never does, else it goes on to its end, and what it has come to is dropped there.
///
/// Where the system gives no thread it is done in place.
pub(crate) async fn apart<T: Send + 'static>(
    let_go: LetGo,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Panic> {
    let work = in_surroundings(work);
    if IS_IN_PLACE.get() {
        return caught(work);
    }
    let (done, awaited) = handover(let_go);
    let job = move || {
        if !done.is_let_go() {
            done.with(caught(work));
        }
    };
    if let Err(job) = pool::put(Box::new(job)) {
        job();
    }
    match awaited.await {
        Some(done) => done,
        None => Err(Panic::from(Box::<dyn std::any::Any + Send>::from(Box::new("the thread of its body is gone")))),
    }
}

/// The work as it is done on any other thread. A subscriber is a user's code: what panics in it is as what panics in the work.
fn in_surroundings<T>(work: impl FnOnce() -> T + Send + 'static) -> impl FnOnce() -> T + Send + 'static {
    let span = DropCaught::new(caught(tracing::Span::current).unwrap_or_else(|_| tracing::Span::none()));
    #[cfg(feature = "tokio")]
    let runtime = tokio::runtime::Handle::try_current().ok();
    move || {
        #[cfg(feature = "tokio")]
        let _within = runtime.as_ref().map(tokio::runtime::Handle::enter);
        match span.get() {
            Some(span) => span.in_scope(work),
            None => work(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use std::future::Future;
    use std::pin::pin;
    use std::sync::mpsc::channel;
    use std::task::{Context, Poll, Waker};
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::sync::parker::Parker;

    fn wait_for<T>(work: impl Future<Output = Result<T, Panic>>) -> Result<T, String> {
        let (mut work, parker) = (pin!(work), Parker::new());
        let waker = parker.waker();
        loop {
            match work.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(done) => return done.map_err(|panic| panic.message()),
                Poll::Pending => parker.park_until(None),
            };
        }
    }

    #[test]
    fn work_is_done_on_another_thread_and_in_place_where_that_is_asked_for() {
        let here = thread::current().id();
        let there = wait_for(apart(LetGo::default(), || thread::current().id())).unwrap();
        assert_ne!(there, here);
        let _here = InPlace::enter();
        assert_eq!(wait_for(apart(LetGo::default(), || thread::current().id())).unwrap(), here);
        drop(InPlace::enter());
        assert_eq!(wait_for(apart(LetGo::default(), || thread::current().id())).unwrap(), here, "still inside");
    }

    #[test]
    fn a_panic_comes_back_and_the_thread_takes_more_work() {
        let panic = wait_for(apart(LetGo::default(), || -> () { panic!("said") })).unwrap_err();
        assert_eq!(panic, "said");
        assert_eq!(wait_for(apart(LetGo::default(), || 7)).unwrap(), 7);
    }

    /// As many as there are, whatever the number of threads that wait for work already.
    #[test]
    fn each_work_has_a_thread_of_its_own() {
        const ALL: usize = 20;
        let barrier = std::sync::Arc::new(std::sync::Barrier::new(ALL));
        let works = (0..ALL).map(|number| {
            let barrier = std::sync::Arc::clone(&barrier);
            Box::pin(apart(LetGo::default(), move || {
                barrier.wait();
                number
            }))
        });
        let mut works: Vec<_> = works.collect();
        let mut task = Context::from_waker(Waker::noop());
        let (last, others) = works.split_last_mut().unwrap();
        for work in others {
            assert!(work.as_mut().poll(&mut task).is_pending(), "they wait for the last");
        }
        assert_eq!(wait_for(last).unwrap(), ALL - 1);
        assert_eq!(works.into_iter().take(ALL - 1).map(|work| wait_for(work).unwrap()).sum::<usize>(), 171);
    }

    #[test]
    fn what_is_let_go_of_is_told_so_and_its_value_is_dropped_there() {
        let ((begin, begun), (go_on, goes_on), (tell, told)) = (channel(), channel::<()>(), channel());
        let let_go = LetGo::default();
        let seen = let_go.clone();
        let mut work = Box::pin(apart(let_go, move || {
            begin.send(()).unwrap();
            goes_on.recv().unwrap();
            Dropped(tell, seen.is_set())
        }));
        assert!(work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        begun.recv_timeout(Duration::from_secs(20)).unwrap();
        drop(work);
        go_on.send(()).unwrap();
        let (thread, knew) = told.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(knew);
        assert_ne!(thread, thread::current().id());
    }

    struct Dropped(std::sync::mpsc::Sender<(thread::ThreadId, bool)>, bool);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.send((thread::current().id(), self.1)).unwrap();
        }
    }
}
