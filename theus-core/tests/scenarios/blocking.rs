//! A `fn` that blocks: on a thread of its own, with what it works on, while its session goes on.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use theus_core::Locking;
use theus_core::effect;
use theus_core::effect::Effect;
use theus_core::prelude::*;

use super::LOCKINGS;
use super::doors::Door;
use crate::executor::{Task, block_on};

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Tank {
    level: i64,
    alarm: i64,
    sig_full: bool,
}

#[derive(Clone, Default, Context)]
struct Scratch {
    read: i64,
}

#[effect]
trait Gauge {
    fn read(&self) -> i64;
}

#[derive(Default)]
struct Reads {
    now: AtomicI64,
    asked: AtomicI64,
}

impl Gauge for Arc<Reads> {
    fn read(&self) -> i64 {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.now.load(Ordering::SeqCst)
    }
}

struct Ports {
    gauge: Effect<dyn Gauge>,
}

type App = Ctx<Tank, (), Ports>;
type TankEngine = Engine<Tank, (), Ports>;

#[derive(Debug, thiserror::Error)]
#[error("too high: {0}")]
struct TooHigh(i64);

/// Thinks for as long as its door is closed: it touches nothing outside.
#[process(inputs = [domain.level], outputs = [domain.level, domain.sig_full], errors = [TooHigh], local = Scratch, blocking)]
fn think(ctx: App, door: Door, by: i64) -> Result<String, TooHigh> {
    ctx.local.read = *ctx.domain.level;
    *ctx.domain.level += by;
    let thread = door.pass();
    ctx.domain.sig_full.set(true);
    let level = ctx.local.read + by;
    if level > 100 { Err(TooHigh(level)) } else { Ok(thread) }
}

/// Reads its gauge, waits and reads it again.
#[process(outputs = [domain.level], effects = [gauge], blocking)]
fn measure(ctx: App, door: Door) -> i64 {
    let first = ctx.effects.gauge.read();
    ctx.domain.level.set(first);
    door.pass();
    let last = ctx.effects.gauge.read();
    ctx.domain.level.set(last);
    door.note(last);
    last
}

#[process(inputs = [domain.level], blocking)]
fn burst(ctx: App, door: Door) {
    let level = *ctx.domain.level;
    door.pass();
    panic!("burst at {level}");
}

/// What a body runs that has a handle on its engine: nothing.
#[process(inputs = [domain.level], blocking)]
fn nest(ctx: App, door: Door) -> bool {
    let _ = *ctx.domain.level;
    door.pass();
    door.ask()
}

#[process(inputs = [domain.level], outputs = [domain.level])]
fn fill(ctx: App, by: i64) -> i64 {
    *ctx.domain.level += by;
    *ctx.domain.level
}

#[process(outputs = [domain.alarm])]
fn ring(ctx: App, number: i64) {
    ctx.domain.alarm.set(number);
}

fn engine(locking: Locking) -> (TankEngine, Arc<Reads>) {
    let reads = Arc::new(Reads::default());
    let ports = Ports { gauge: Effect::new(Arc::clone(&reads)) };
    let builder = Engine::builder(Tank { level: 5, ..Tank::default() }).effects(ports).locking(locking);
    let builder = builder.process::<Think>().process::<Measure>().process::<Burst>().process::<Nest>();
    (builder.process::<Fill>().process::<Ring>().build().unwrap(), reads)
}

fn here() -> String {
    format!("{:?}", thread::current().id())
}

fn level(engine: &TankEngine) -> i64 {
    *engine.snapshot().unwrap().level
}

#[test]
fn run_does_it_where_it_stands_and_run_async_on_another_thread() {
    for locking in LOCKINGS {
        let (engine, _) = engine(locking);
        let door = Door::open_one();
        assert_eq!(engine.run(Think { door: door.clone(), by: 1 }).unwrap(), here(), "{locking:?}");
        assert_ne!(block_on(engine.run_async(Think { door, by: 2 })).unwrap(), here(), "{locking:?}");
        assert_eq!((level(&engine), engine.bus().len()), (8, 2));
    }
}

#[test]
fn while_it_blocks_its_session_is_free_and_nothing_of_it_is_seen() {
    for locking in [Locking::Optimistic, Locking::ByKind] {
        let (engine, _) = engine(locking);
        let door = Door::closed();
        let mut thinking = Task::new(engine.run_async_reported(Think { door: door.clone(), by: 1 }));
        assert!(thinking.poll().is_pending());
        door.wait_for_inside(1);
        engine.run(Ring { number: 7 }).unwrap();
        assert_eq!(engine.snapshot().unwrap().to_context(), Tank { level: 5, alarm: 7, sig_full: false });
        assert!(!thinking.is_woken());
        door.open();
        let report = thinking.finish();
        assert!(report.result.is_ok());
        assert_eq!((report.attempts, level(&engine)), (1, 6), "nobody has changed what it reads");
    }
}

#[test]
fn what_was_changed_meanwhile_makes_it_think_again() {
    let (engine, _) = engine(Locking::Optimistic);
    let door = Door::closed();
    let mut thinking = Task::new(engine.run_async_reported(Think { door: door.clone(), by: 1 }));
    assert!(thinking.poll().is_pending());
    door.wait_for_inside(1);
    engine.run(Fill { by: 10 }).unwrap();
    door.open();
    let report = thinking.finish();
    assert_eq!((report.result.is_ok(), report.attempts, level(&engine)), (true, 2, 16));
    assert_eq!(door.passed(), 2);
}

/// Whoever loses each time has the session to itself in the end, as an `async fn` has.
#[test]
fn one_that_loses_each_time_has_the_session_to_itself_in_the_end() {
    let (engine, _) = engine(Locking::Optimistic);
    let doors = Door::closed();
    let mut thinking = Task::new(engine.run_async_reported(Think { door: doors.clone(), by: 1 }));
    let (mut others, mut let_pass) = (0, 0);
    let report = loop {
        if let Poll::Ready(report) = thinking.poll() {
            break report;
        }
        // Each of its attempts meets somebody who is faster. Under its lease nobody comes in.
        if doors.inside() > 0 && doors.passed() == let_pass {
            let_pass += 1;
            others += i64::from(Task::new(engine.run_async(Fill { by: 1 })).poll().is_ready());
            doors.let_one_pass();
        }
        thread::yield_now();
    };
    assert!(
        report.result.is_ok() && report.attempts > 2 && others >= i64::from(report.attempts) - 1,
        "{report:?} {others}"
    );
    assert_eq!(level(&engine), 6 + others);
}

#[test]
fn with_effects_it_has_its_session_under_a_lease_which_ends_with_who_waits() {
    for locking in LOCKINGS {
        for lets_go in [false, true] {
            let (engine, reads) = engine(locking);
            reads.now.store(40, Ordering::SeqCst);
            let door = Door::closed();
            let mut measuring = Task::new(engine.run_async(Measure { door: door.clone() }));
            assert!(measuring.poll().is_pending());
            door.wait_for_inside(1);
            let mut filling = Task::new(engine.run_async(Fill { by: 1 }));
            assert!(filling.poll().is_pending(), "it would change what is measured");
            assert_eq!(level(&engine), 5, "who only looks does not wait");
            reads.now.store(50, Ordering::SeqCst);
            if lets_go {
                drop(measuring);
                assert_eq!(filling.finish().unwrap(), 6, "at once, though the body is still there");
                door.open();
                door.wait_for_nobody();
                assert_eq!((level(&engine), engine.snapshot().unwrap().version()), (6, 1));
                assert_eq!((reads.asked.load(Ordering::SeqCst), door.notes()), (1, vec![]), "it asks nothing any more");
            } else {
                door.open();
                assert_eq!(measuring.finish().unwrap(), 50);
                assert_eq!(filling.finish().unwrap(), 51);
                assert_eq!((reads.asked.load(Ordering::SeqCst), door.notes()), (2, vec![50]));
            }
        }
    }
}

#[test]
fn its_time_is_over_though_its_body_is_not() {
    for locking in LOCKINGS {
        let (engine, reads) = engine(locking);
        let doors = [Door::closed(), Door::closed()];
        let within = || engine.within(Duration::from_millis(40));
        let at = Instant::now();
        let thought = block_on(within().run_async(Think { door: doors[0].clone(), by: 1 })).unwrap_err();
        let measured = block_on(within().run_async(Measure { door: doors[1].clone() })).unwrap_err();
        assert!(matches!(thought, RunError::TimedOut(_)), "{thought}");
        assert!(matches!(measured, RunError::TimedOut(_)), "{measured}");
        assert!(at.elapsed() < Duration::from_secs(10), "nobody waits for the bodies");
        assert_eq!(doors.each_ref().map(Door::inside), [1, 1]);
        assert_eq!(engine.run(Fill { by: 1 }).unwrap(), 6);
        doors.iter().for_each(Door::open);
        doors.iter().for_each(Door::wait_for_nobody);
        assert_eq!((level(&engine), reads.asked.load(Ordering::SeqCst), engine.bus().len()), (6, 1, 0));
    }
}

#[test]
fn a_panic_and_an_error_on_its_thread_are_those_of_its_run() {
    for locking in LOCKINGS {
        let (engine, _) = engine(locking);
        let panicked = block_on(engine.run_async(Burst { door: Door::open_one() })).unwrap_err();
        assert_eq!(panicked.to_string(), "`burst` panicked: burst at 5; the run was rolled back");
        let refused = block_on(engine.run_async(Think { door: Door::open_one(), by: 200 })).unwrap_err();
        assert!(matches!(refused, RunError::Process(TooHigh(205))), "{refused}");
        assert_eq!((engine.snapshot().unwrap().version(), engine.bus().len()), (0, 0));
        block_on(engine.run_async(Think { door: Door::open_one(), by: 1 })).unwrap();
        assert_eq!(level(&engine), 6);
    }
}

#[test]
fn from_its_thread_nothing_is_run_on_its_engine() {
    for locking in LOCKINGS {
        let (engine, _) = engine(locking);
        let (door, other) = (Door::open_one(), engine.open("other", Tank::default()));
        let (inner, outer) = (engine.clone(), other.clone());
        door.answers(move || {
            let is_nested = |engine: &TankEngine| matches!(engine.run(Fill { by: 1 }), Err(RunError::Nested { .. }));
            let looks = matches!(inner.snapshot(), Err(RunError::<Infallible>::Nested { .. }));
            is_nested(&inner) && is_nested(&outer) && looks
        });
        assert!(block_on(engine.run_async(Nest { door })).unwrap(), "{locking:?}");
        assert_eq!((level(&engine), level(&other)), (5, 0));
    }
}

/// A wait that would have no end is found across the thread of the body as well: it waits for a run that this thread drives, and
/// this thread for that of the body.
#[test]
fn a_body_that_waits_for_who_waits_for_it_is_refused() {
    let (one, reads) = engine(Locking::Pessimistic);
    let two = engine(Locking::Pessimistic).0;
    let (door, shut) = (Door::closed(), Door::closed());
    let mut measuring = Task::new(one.run_async(Measure { door: shut.clone() }));
    assert!(measuring.poll().is_pending());
    let inner = one.clone();
    door.answers(move || inner.run(Fill { by: 1 }).is_ok());
    let nesting = thread::spawn({
        let (two, door) = (two.clone(), door.clone());
        move || block_on(two.run_async(Nest { door })).unwrap()
    });
    door.wait_for_inside(1);
    let opener = thread::spawn(move || {
        thread::sleep(Duration::from_millis(50));
        door.open();
    });
    let waited = two.run(Fill { by: 1 });
    shut.open();
    assert!(measuring.finish().is_ok());
    opener.join().unwrap();
    let went = nesting.join().unwrap();
    assert_ne!(waited.is_ok(), went, "one of the two was refused: {waited:?}");
    assert_eq!(reads.asked.load(Ordering::SeqCst), 2);
}

/// Whenever it is let go of: either it has committed, and who waited was told so, or nothing of it has.
#[test]
fn let_go_of_as_it_ends_it_has_committed_or_it_has_not() {
    let (engine, _) = engine(Locking::ByKind);
    let (mut committed, mut left) = (0, 0);
    for round in 0..300_u32 {
        let door = Door::closed();
        let mut thinking = Task::new(engine.run_async(Think { door: door.clone(), by: 0 }));
        let before = engine.snapshot().unwrap().version();
        assert!(thinking.poll().is_pending());
        door.open();
        (0..round % 7).for_each(|_| thread::yield_now());
        let was_ready = thinking.poll().is_ready();
        drop(thinking);
        if round % 3 == 0 {
            door.wait_for_nobody();
        }
        assert_eq!(engine.snapshot().unwrap().version(), before + u64::from(was_ready));
        *if was_ready { &mut committed } else { &mut left } += 1;
    }
    assert_eq!(committed + left, 300);
    assert_eq!(level(&engine), 5);
}

#[test]
fn what_waits_for_it_is_woken_by_its_end() {
    let (engine, _) = engine(Locking::ByKind);
    let door = Door::closed();
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            block_on(engine.run_async(Think { door: door.clone(), by: 1 })).unwrap();
            is_done.store(true, Ordering::SeqCst);
        });
        door.wait_for_inside(1);
        assert!(!is_done.load(Ordering::SeqCst));
        door.open();
    });
    assert_eq!((is_done.into_inner(), level(&engine)), (true, 6));
}

/// With one thread for all its tasks, and in the runtime of who waits for it.
#[cfg(feature = "tokio")]
#[test]
fn the_one_thread_of_a_runtime_goes_on_and_the_body_knows_the_runtime() {
    use tokio::runtime::{Builder, Handle};

    let (engine, _) = engine(Locking::ByKind);
    let door = Door::closed();
    door.answers(|| Handle::try_current().is_ok());
    let runtime = Builder::new_current_thread().build().unwrap();
    let knows = runtime.block_on(async {
        let nesting = tokio::spawn(engine.run_async(Nest { door: door.clone() }));
        while door.inside() == 0 {
            tokio::task::yield_now().await;
        }
        door.open();
        nesting.await.unwrap().unwrap()
    });
    assert!(knows);
}
