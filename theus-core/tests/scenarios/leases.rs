//! An `async` run with effects has the session to itself: what others may do meanwhile.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context as Task, Poll, Waker};

use theus_core::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Gate {
    sig_bell: bool,
    sig_knock: bool,
    heard: i64,
}

/// The world: ready when it is told to be.
#[derive(Default)]
struct World {
    ready: AtomicBool,
}

struct Ports {
    world: std::sync::Arc<World>,
}

impl World {
    async fn wait(&self) {
        poll_fn(|_| if self.ready.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

#[process(inputs = [signal(domain.sig_bell), domain.heard], outputs = [domain.heard], effects = [world])]
async fn listen(ctx: Ctx<Gate, (), Ports>) -> i64 {
    ctx.effects.world.wait().await;
    *ctx.domain.heard += i64::from(*ctx.domain.sig_bell);
    *ctx.domain.heard
}

#[process(outputs = [domain.sig_knock])]
fn knock(ctx: Ctx<Gate, (), Ports>) {
    ctx.domain.sig_knock.set(true);
}

#[process(outputs = [domain.sig_bell])]
fn ring(ctx: Ctx<Gate, (), Ports>) {
    ctx.domain.sig_bell.set(true);
}

fn rung() -> (Engine<Gate, (), Ports>, std::sync::Arc<World>) {
    let world = std::sync::Arc::new(World::default());
    let engine = Engine::builder(Gate::default())
        .effects(Ports { world: world.clone() })
        .process::<Listen>()
        .process::<Ring>()
        .process::<Knock>()
        .build()
        .unwrap();
    engine.run(Ring).unwrap();
    (engine, world)
}

#[test]
fn an_event_is_taken_during_a_lease_and_its_signal_rests_after_it() {
    let (engine, world) = rung();
    let mut task = Task::from_waker(Waker::noop());
    let mut run = pin!(engine.run_async(Listen));
    assert!(run.as_mut().poll(&mut task).is_pending());

    // On the same thread: waiting for the lease would be waiting for ever.
    assert!(engine.next_event().unwrap().is_some());
    assert!(*engine.snapshot().unwrap().sig_bell, "nothing changes under the run that has the lease");

    world.ready.store(true, Ordering::SeqCst);
    let Poll::Ready(heard) = run.as_mut().poll(&mut task) else { panic!("it is ready") };
    assert_eq!(heard.unwrap(), 1, "it saw the signal that it began with, and did not conflict");
    assert!(!*engine.snapshot().unwrap().sig_bell);
}

/// Two signals whose events were taken during one lease: both rest after it, each by a step of its own.
#[test]
fn all_that_was_put_off_during_a_lease_is_done_after_it() {
    let (engine, world) = rung();
    engine.run(Knock).unwrap();
    let version = engine.snapshot().unwrap().version();
    let mut task = Task::from_waker(Waker::noop());
    let mut run = pin!(engine.run_async(Listen));
    assert!(run.as_mut().poll(&mut task).is_pending());
    assert!(engine.next_event().unwrap().is_some() && engine.next_event().unwrap().is_some());
    let during = engine.snapshot().unwrap();
    assert!(*during.sig_bell && *during.sig_knock && during.version() == version);

    world.ready.store(true, Ordering::SeqCst);
    assert!(run.as_mut().poll(&mut task).is_ready());
    let after = engine.snapshot().unwrap();
    assert!(!*after.sig_bell && !*after.sig_knock, "both rest");
    assert_eq!(after.version(), version + 3, "the run, and each of them");
}

#[test]
fn a_lease_that_is_given_up_lets_the_signal_rest_too() {
    let (engine, _world) = rung();
    let mut task = Task::from_waker(Waker::noop());
    {
        let mut run = pin!(engine.run_async(Listen));
        assert!(run.as_mut().poll(&mut task).is_pending());
        assert!(engine.next_event().unwrap().is_some());
    }
    let snapshot = engine.snapshot().unwrap();
    assert!(!*snapshot.sig_bell && *snapshot.heard == 0);
    engine.run(Ring).unwrap();
}
