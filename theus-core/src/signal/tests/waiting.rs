//! Waiting for room, and for events.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use super::refusing::event;
use crate::signal::*;

const LONG: Duration = Duration::from_secs(60);

fn waiting(capacity: usize, at_most: Duration) -> SignalBus {
    SignalBus::with(BusOptions::new(capacity).overflow(Overflow::Wait { at_most }))
}

#[test]
fn a_sender_waits_for_room_and_is_refused_when_the_time_is_over() {
    let bus = waiting(1, Duration::from_millis(5));
    bus.emit("CMD_A").unwrap();
    assert!(matches!(bus.emit("CMD_B"), Err(EmitError::Full(_))));
    assert_eq!((bus.stats().waited, bus.stats().refused), (1, 1));

    let bus = waiting(1, LONG);
    bus.emit("CMD_A").unwrap();
    thread::scope(|scope| {
        scope.spawn(|| bus.emit("CMD_B").unwrap());
        while bus.stats().waited == 0 {
            thread::yield_now();
        }
        assert!(bus.try_next().is_some());
    });
    assert_eq!(bus.try_next().map(|event| event.name.to_string()).as_deref(), Some("CMD_B"));
    assert_eq!((bus.stats().waited, bus.stats().refused), (1, 0));
}

#[test]
fn a_transaction_never_waits() {
    let bus = waiting(1, LONG);
    bus.emit("CMD_A").unwrap();
    assert!(bus.publish([event("sig_a", 1)]).is_err());
    assert_eq!(bus.stats().waited, 0);
}

#[test]
fn nor_does_a_thread_that_holds_a_session() {
    let bus = waiting(1, LONG);
    bus.emit("CMD_A").unwrap();
    let holding = crate::sync::nesting::Holding::enter(7);
    let refused = bus.emit("CMD_B");
    drop(holding);
    assert!(matches!(refused, Err(EmitError::Full(_))));
    assert_eq!(bus.stats().waited, 0);
}

#[test]
fn an_event_is_waited_for_with_the_thread_blocked() {
    let bus = SignalBus::new(1);
    assert_eq!(bus.next_timeout(Duration::from_millis(1)), None);
    thread::scope(|scope| {
        let taken = scope.spawn(|| bus.next_timeout(LONG));
        bus.emit("CMD_A").unwrap();
        assert_eq!(taken.join().unwrap().map(|event| event.name.to_string()).as_deref(), Some("CMD_A"));
    });
}

#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

#[test]
fn an_event_is_waited_for_as_a_task() {
    let bus = SignalBus::new(2);
    let woken = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut task = Context::from_waker(&waker);
    {
        let mut given_up = pin!(bus.next());
        assert!(given_up.as_mut().poll(&mut task).is_pending());
    }
    let mut next = pin!(bus.next());
    for _ in 0..3 {
        assert!(next.as_mut().poll(&mut task).is_pending());
    }
    bus.emit("CMD_A").unwrap();
    assert_eq!(woken.0.load(Ordering::SeqCst), 1, "once, however often it was polled");
    let Poll::Ready(event) = next.as_mut().poll(&mut task) else { panic!("there is one") };
    assert_eq!((event.name.to_string().as_str(), bus.len()), ("CMD_A", 0));
    let observer = bus.subscribe(1);
    let mut told = pin!(observer.next());
    assert!(told.as_mut().poll(&mut task).is_pending());
    bus.emit("CMD_B").unwrap();
    assert_eq!(woken.0.load(Ordering::SeqCst), 2);
    assert!(matches!(told.as_mut().poll(&mut task), Poll::Ready(Some(Told::Event(_)))));
}
