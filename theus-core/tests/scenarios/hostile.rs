//! Values whose own code panics: all or nothing all the same.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use theus_core::prelude::*;

use super::LOCKINGS;
use crate::executor::{block_on, pause};

/// Panics in its own code once it is armed.
#[derive(Debug, Default)]
struct Mine {
    in_clone: Arc<AtomicBool>,
    in_drop: Arc<AtomicBool>,
    number: i64,
}

impl Mine {
    fn with(&self, number: i64) -> Self {
        Self { in_clone: Arc::clone(&self.in_clone), in_drop: Arc::clone(&self.in_drop), number }
    }
}

impl Clone for Mine {
    fn clone(&self) -> Self {
        if self.in_clone.load(SeqCst) {
            resume_unwind(Box::new("armed"));
        }
        self.with(self.number)
    }
}

impl Drop for Mine {
    fn drop(&mut self) {
        // Once, so that what it tore is seen, and not what comes of more.
        if self.in_drop.swap(false, SeqCst) && !std::thread::panicking() {
            resume_unwind(Box::new("armed"));
        }
    }
}

#[derive(Clone, Default, Context)]
struct Field {
    one: Mine,
    two: Mine,
    count: i64,
    sig_done: bool,
}

#[process(inputs = [domain.one, domain.two], outputs = [domain.one, domain.two, domain.count, domain.sig_done])]
fn lay(ctx: Ctx<Field>, number: i64) {
    let (one, two) = (ctx.domain.one.with(number), ctx.domain.two.with(number));
    ctx.domain.one.set(one);
    ctx.domain.two.set(two);
    ctx.domain.count.set(number);
    ctx.domain.sig_done.set(true);
}

#[process(inputs = [domain.one, domain.two], outputs = [domain.one, domain.two, domain.count, domain.sig_done])]
async fn lay_slowly(ctx: Ctx<Field>, number: i64) {
    let (one, two) = (ctx.domain.one.with(number), ctx.domain.two.with(number));
    ctx.domain.one.set(one);
    pause().await;
    ctx.domain.two.set(two);
    ctx.domain.count.set(number);
    ctx.domain.sig_done.set(true);
}

#[derive(Clone, Debug, thiserror::Error)]
#[error("no")]
struct No;

#[process(inputs = [domain.one, domain.two], outputs = [domain.one, domain.two, domain.count], errors = [No])]
fn lay_and_fail(ctx: Ctx<Field>, number: i64) -> Result<(), No> {
    let (one, two) = (ctx.domain.one.with(number), ctx.domain.two.with(number));
    ctx.domain.one.set(one);
    ctx.domain.two.set(two);
    ctx.domain.count.set(number);
    Err(No)
}

/// Writes nothing of what it may write: what another run left there would come out.
#[process(outputs = [domain.one, domain.two, domain.count])]
#[allow(deprecated, reason = "that nothing of it is written is the point")]
fn write_nothing(_ctx: Ctx<Field>) {}

#[process(inputs = [domain.one], outputs = [domain.one])]
fn step(ctx: Ctx<Field>) {
    ctx.domain.one.number += 1;
}

fn field(locking: Locking) -> (Engine<Field>, Arc<AtomicBool>, Arc<AtomicBool>) {
    let field = Field::default();
    let (in_clone, in_drop) = (Arc::clone(&field.one.in_clone), Arc::clone(&field.one.in_drop));
    let engine = Engine::builder(field)
        .process::<Lay>()
        .process::<LaySlowly>()
        .process::<LayAndFail>()
        .process::<WriteNothing>()
        .process::<Step>()
        .process::<Carry>()
        .process::<CarryFar>()
        .locking(locking)
        .build()
        .unwrap();
    (engine, in_clone, in_drop)
}

fn numbers(engine: &Engine<Field>) -> (i64, i64, i64, u64, usize) {
    let now = engine.snapshot().unwrap();
    (now.one.number, now.two.number, *now.count, now.version(), engine.bus().len())
}

#[test]
fn an_old_value_that_panics_when_dropped_tears_no_commit() {
    for locking in LOCKINGS {
        let (engine, _, in_drop) = field(locking);
        engine.run(Lay { number: 1 }).unwrap();
        in_drop.store(true, SeqCst);
        engine.run(Lay { number: 2 }).unwrap();
        assert!(!in_drop.load(SeqCst), "an old value was dropped");
        assert_eq!(numbers(&engine), (2, 2, 2, 2, 2));
        in_drop.store(true, SeqCst);
        block_on(engine.run_async(LaySlowly { number: 3 })).unwrap();
        assert_eq!(numbers(&engine), (3, 3, 3, 3, 3));
        engine.run(WriteNothing {}).unwrap();
        assert_eq!(numbers(&engine), (3, 3, 3, 4, 3), "nothing was left over");
    }
}

#[test]
fn a_draft_that_panics_when_dropped_is_rolled_back_all_the_same() {
    for locking in LOCKINGS {
        let (engine, _, in_drop) = field(locking);
        in_drop.store(true, SeqCst);
        let error = engine.run(LayAndFail { number: 9 }).unwrap_err();
        assert!(error.process_error().is_some(), "{error}");
        assert!(!in_drop.load(SeqCst), "a draft was dropped");
        assert_eq!(numbers(&engine), (0, 0, 0, 0, 0));
        engine.run(WriteNothing {}).unwrap();
        assert_eq!(numbers(&engine), (0, 0, 0, 1, 0), "nothing was left over");
    }
}

/// A signal that panics when it is asked whether it is raised, or for its default.
mod alarm {
    use std::cell::Cell;
    use std::panic::resume_unwind;

    use theus_core::prelude::*;

    thread_local! {
        pub(super) static ARMED: Cell<bool> = const { Cell::new(false) };
    }

    #[derive(Clone, Debug, PartialEq)]
    pub(super) struct Alarm(pub(super) i64);

    impl Default for Alarm {
        fn default() -> Self {
            if ARMED.get() {
                resume_unwind(Box::new("armed"));
            }
            Self(0)
        }
    }

    impl Signal for Alarm {
        fn is_raised(&self) -> bool {
            if self.0 == 13 {
                resume_unwind(Box::new("armed"));
            }
            self.0 != 0
        }
    }

    #[derive(Clone, Default, Context)]
    pub(super) struct House {
        pub sig_alarm: Alarm,
        pub count: i64,
    }

    #[process(outputs = [domain.sig_alarm, domain.count])]
    pub(super) fn sound(ctx: Ctx<House>, alarm: i64) {
        ctx.domain.sig_alarm.set(Alarm(alarm));
        ctx.domain.count.set(alarm);
    }

    #[process(outputs = [domain.sig_alarm, domain.count])]
    #[allow(deprecated, reason = "that nothing of it is written is the point")]
    pub(super) fn rest(_ctx: Ctx<House>) {}
}

#[test]
fn a_signal_that_panics_tears_nothing() {
    for locking in LOCKINGS {
        let house = alarm::House::default();
        let builder = Engine::builder(house).process::<alarm::Sound>().process::<alarm::Rest>();
        let engine = builder.locking(locking).build().unwrap();
        assert!(matches!(engine.run(alarm::Sound { alarm: 13 }), Err(RunError::Panicked(_))));
        engine.run(alarm::Rest {}).unwrap();
        let now = engine.snapshot().unwrap();
        assert_eq!((now.sig_alarm.0, *now.count, engine.bus().len()), (0, 0, 0), "nothing was left over");

        engine.run(alarm::Sound { alarm: 1 }).unwrap();
        alarm::ARMED.set(true);
        let event = engine.next_event().unwrap();
        alarm::ARMED.set(false);
        assert!(event.is_some(), "the event was told all the same");
        assert_eq!((engine.snapshot().unwrap().sig_alarm.0, engine.snapshot().unwrap().version()), (1, 2));
    }
}

#[test]
fn a_value_that_panics_when_cloned_is_a_panic_of_the_run() {
    for locking in LOCKINGS {
        let (engine, in_clone, _) = field(locking);
        in_clone.store(true, SeqCst);
        assert!(matches!(engine.run(Step {}), Err(RunError::Panicked(_))));
        in_clone.store(false, SeqCst);
        assert_eq!(numbers(&engine), (0, 0, 0, 0, 0));
        engine.run(Step {}).unwrap();
        assert_eq!(numbers(&engine), (1, 0, 0, 1, 0));
    }
}

/// An argument that panics when it is cloned.
#[derive(Debug)]
struct Parcel(i64);

impl Clone for Parcel {
    fn clone(&self) -> Self {
        resume_unwind(Box::new("armed"));
    }
}

impl Serialize for Parcel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Parcel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self)
    }
}

#[process(outputs = [domain.count])]
fn carry(ctx: Ctx<Field>, parcel: Parcel) {
    ctx.domain.count.set(parcel.0);
}

#[process(outputs = [domain.count])]
async fn carry_far(ctx: Ctx<Field>, parcel: Parcel) {
    pause().await;
    ctx.domain.count.set(parcel.0);
}

#[test]
fn an_argument_that_panics_when_cloned_is_a_panic_of_the_run() {
    let (engine, ..) = field(Locking::Pessimistic);
    engine.run(Carry { parcel: Parcel(7) }).unwrap();
    block_on(engine.run_async(CarryFar { parcel: Parcel(8) })).unwrap();
    assert_eq!(numbers(&engine), (0, 0, 8, 2, 0), "a run with the session to itself copies no argument");
    let (engine, ..) = field(Locking::Optimistic);
    assert!(matches!(engine.run(Carry { parcel: Parcel(7) }), Err(RunError::Panicked(_))));
    assert!(matches!(block_on(engine.run_async(CarryFar { parcel: Parcel(8) })), Err(RunError::Panicked(_))));
    assert_eq!(numbers(&engine), (0, 0, 0, 0, 0));
    engine.run(WriteNothing {}).unwrap();
}

/// Effects that panic when they are dropped: with the last handle on their engine.
struct Glass;

impl Drop for Glass {
    fn drop(&mut self) {
        resume_unwind(Box::new("armed"));
    }
}

struct Cabinet {
    glass: Glass,
}

#[process(outputs = [domain.count], effects = [glass])]
fn count_one(ctx: Ctx<Field, (), Cabinet>) -> i64 {
    let _ = ctx.effects.glass;
    ctx.domain.count.set(1);
    1
}

#[process(outputs = [domain.count])]
async fn count_two(ctx: Ctx<Field, (), Cabinet>) -> i64 {
    pause().await;
    ctx.domain.count.set(2);
    2
}

#[test]
fn a_run_whose_engine_ends_with_it_tells_what_it_committed() {
    let engine = || {
        let builder = Engine::builder(Field::default()).effects(Cabinet { glass: Glass });
        builder.process::<CountOne>().process::<CountTwo>().build().unwrap()
    };
    let (one, two) = (engine().run_async(CountOne {}), engine().run_async(CountTwo {}));
    assert_eq!((block_on(one).unwrap(), block_on(two).unwrap()), (1, 2));
    let limit = std::time::Duration::from_secs(60);
    let three = engine().within(limit).run_async(CountTwo {});
    assert_eq!(block_on(three).unwrap(), 2);
    // Given up before its first poll, and after it.
    let never_polled = engine().run_async(CountOne {});
    drop(never_polled);
    let mut given_up = Box::pin(engine().run_async(CountTwo {}));
    let task = &mut std::task::Context::from_waker(std::task::Waker::noop());
    assert!(std::future::Future::poll(given_up.as_mut(), task).is_pending());
    drop(given_up);
}
