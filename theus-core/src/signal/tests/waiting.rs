//! Waiting for room, and for events.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use super::refusing::event;
use crate::signal::*;

const LONG: Duration = Duration::from_secs(60);
/// Who is woken comes long before that.
const SOON: Duration = Duration::from_secs(20);

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
    let ways: [fn(&SignalBus) -> Option<Event>; 3] = [
        SignalBus::try_next,
        |bus| bus.next_timeout(Duration::ZERO),
        |bus| match pin!(bus.next()).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(event) => Some(event),
            Poll::Pending => None,
        },
    ];
    for (waited, takes) in (1..).zip(ways) {
        let began = Instant::now();
        thread::scope(|scope| {
            scope.spawn(|| bus.emit("CMD_B").unwrap());
            while bus.stats().waited < waited {
                thread::yield_now();
            }
            assert!(takes(&bus).is_some());
        });
        assert!(began.elapsed() < SOON, "the sender was not woken by taker {waited}");
    }
    assert_eq!(bus.try_next().map(|event| event.name.to_string()).as_deref(), Some("CMD_B"));
    assert_eq!((bus.stats().waited, bus.stats().refused), (3, 0));
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
    let holding = crate::sync::nesting::Holding::enter(7, 70);
    let refused = bus.emit("CMD_B");
    drop(holding);
    assert!(matches!(refused, Err(EmitError::Full(_))));
    assert_eq!(bus.stats().waited, 0);
}

#[test]
fn an_event_is_waited_for_with_the_thread_blocked() {
    let bus = SignalBus::new(1);
    assert_eq!(bus.next_timeout(Duration::from_millis(1)), None);
    let began = Instant::now();
    thread::scope(|scope| {
        let taken = scope.spawn(|| bus.next_timeout(LONG));
        let observer = bus.subscribe(1);
        let item = scope.spawn(move || observer.next_timeout(LONG));
        thread::sleep(Duration::from_millis(20));
        bus.emit("CMD_A").unwrap();
        assert_eq!(taken.join().unwrap().map(|event| event.name.to_string()).as_deref(), Some("CMD_A"));
        assert!(matches!(item.join().unwrap(), Some(Item::Event(_))));
    });
    assert!(began.elapsed() < SOON, "who waits was not woken");
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
    let mut item = pin!(observer.next());
    assert!(item.as_mut().poll(&mut task).is_pending());
    bus.emit("CMD_B").unwrap();
    assert_eq!(woken.0.load(Ordering::SeqCst), 2);
    assert!(matches!(item.as_mut().poll(&mut task), Poll::Ready(Some(Item::Event(_)))));
}

/// Polls a future once and drops it.
fn give_up(future: impl Future, waker: &Waker) {
    assert!(pin!(future).as_mut().poll(&mut Context::from_waker(waker)).is_pending());
}

#[test]
fn who_gives_up_leaves_no_waker_behind() {
    let bus = SignalBus::new(9);
    let observer = bus.subscribe(9);
    let gone = Arc::new(Count::default());
    for _ in 0..1_000 {
        // Each a task of its own.
        let waker = Waker::from(Arc::new(Count::default()));
        give_up(bus.next(), &waker);
        give_up(observer.next(), &waker);
        let waker = Waker::from(Arc::clone(&gone));
        give_up(bus.next(), &waker);
        give_up(observer.next(), &waker);
    }
    assert_eq!((bus.waiting_tasks(), observer.waiting_tasks()), (0, 0));
    assert_eq!(Arc::strong_count(&gone), 1, "nobody holds its waker");

    // One that is polled by ever other tasks is one that waits, and the last of them is woken.
    let (mut next, mut item) = (pin!(bus.next()), pin!(observer.next()));
    let woken: Vec<_> = (0..10).map(|_| Arc::new(Count::default())).collect();
    for woken in &woken {
        let waker = Waker::from(Arc::clone(woken));
        let mut task = Context::from_waker(&waker);
        assert!(next.as_mut().poll(&mut task).is_pending() && item.as_mut().poll(&mut task).is_pending());
    }
    assert_eq!((bus.waiting_tasks(), observer.waiting_tasks()), (1, 1));
    bus.emit("CMD_A").unwrap();
    let counts: Vec<_> = woken.iter().map(|woken| woken.0.load(Ordering::SeqCst)).collect();
    assert_eq!(counts, [0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    assert_eq!(gone.0.load(Ordering::SeqCst), 0);
    assert_eq!((bus.waiting_tasks(), observer.waiting_tasks()), (0, 0));
}

#[test]
fn one_who_was_woken_in_vain_waits_on_and_takes_nobodys_place() {
    let bus = SignalBus::new(9);
    let (first, second) = (Arc::new(Count::default()), Arc::new(Count::default()));
    let wakers = [Waker::from(Arc::clone(&first)), Waker::from(Arc::clone(&second))];
    let mut late = pin!(bus.next());
    assert!(late.as_mut().poll(&mut Context::from_waker(&wakers[0])).is_pending());
    bus.emit("CMD_A").unwrap();
    assert!(bus.try_next().is_some(), "another was there before it");
    let mut other = pin!(bus.next());
    assert!(other.as_mut().poll(&mut Context::from_waker(&wakers[1])).is_pending());
    assert!(late.as_mut().poll(&mut Context::from_waker(&wakers[0])).is_pending());
    assert_eq!(bus.waiting_tasks(), 2);
    bus.emit("CMD_B").unwrap();
    assert_eq!((first.0.load(Ordering::SeqCst), second.0.load(Ordering::SeqCst)), (2, 1));
}

/// Panics whenever it is woken, and when it is dropped.
struct Hostile;

impl Wake for Hostile {
    fn wake(self: Arc<Self>) {
        std::panic::resume_unwind(Box::new("woken"));
    }
}

#[test]
fn a_waker_that_panics_keeps_no_other_from_being_woken() {
    let bus = SignalBus::new(9);
    let observer = bus.subscribe(9);
    let woken = Arc::new(Count::default());
    let (hostile, waker) = (Waker::from(Arc::new(Hostile)), Waker::from(Arc::clone(&woken)));
    let (mut one, mut two, mut three) = (pin!(bus.next()), pin!(bus.next()), pin!(observer.next()));
    assert!(one.as_mut().poll(&mut Context::from_waker(&hostile)).is_pending());
    assert!(two.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    assert!(three.as_mut().poll(&mut Context::from_waker(&hostile)).is_pending());
    bus.listen(hostile.clone());
    bus.emit("CMD_A").unwrap();
    assert_eq!((bus.len(), woken.0.load(Ordering::SeqCst)), (1, 1));
    let observers = (0..2).map(|_| bus.subscribe(1)).collect::<Vec<_>>();
    let mut closing: Vec<_> = observers.iter().map(|observer| Box::pin(observer.next())).collect();
    for (item, waker) in closing.iter_mut().zip([&hostile, &waker]) {
        assert!(item.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
    }
    let (first, second) = (woken.0.load(Ordering::SeqCst), bus.emit("CMD_B"));
    assert!(second.is_ok() && woken.0.load(Ordering::SeqCst) == first + 1);
}

#[test]
fn an_observer_that_is_woken_without_an_event_goes_on_waiting() {
    let bus = SignalBus::new(9);
    let observer = bus.subscribe(9);
    let began = Instant::now();
    assert!(observer.next_timeout(Duration::from_millis(40)).is_none(), "the time is over");
    assert!(began.elapsed() >= Duration::from_millis(40));
    std::thread::scope(|scope| {
        let item = scope.spawn(|| observer.next_timeout(Duration::from_secs(60)));
        std::thread::sleep(Duration::from_millis(20));
        bus.emit("CMD_A").unwrap();
        assert!(item.join().unwrap().is_some());
    });
    assert!(began.elapsed() < Duration::from_secs(30));
}
