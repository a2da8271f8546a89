//! Runs that are under way when the interlock latches.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::task::{Context as Task, Poll, Waker};

use theus_core::RunError;
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Line {
    speed: i64,
    sig_moved: bool,
}

thread_local! {
    /// What happens while the body is under way.
    static MEANWHILE: RefCell<Option<Box<dyn FnOnce() + Send>>> = const { RefCell::new(None) };
}

fn meanwhile() {
    if let Some(happens) = MEANWHILE.take() {
        happens();
    }
}

#[process(outputs = [domain.speed])]
fn set(ctx: Ctx<Line>, speed: i64) {
    ctx.domain.speed.set(speed);
    meanwhile();
}

#[process(outputs = [domain.speed, domain.sig_moved])]
fn set_and_tell(ctx: Ctx<Line>, speed: i64) {
    ctx.domain.speed.set(speed);
    ctx.domain.sig_moved.set(true);
    meanwhile();
}

#[process(inputs = [domain.speed])]
fn look(ctx: Ctx<Line>) -> i64 {
    meanwhile();
    *ctx.domain.speed
}

#[process(outputs = [domain.speed])]
async fn set_slowly(ctx: Ctx<Line>, speed: i64) {
    ctx.domain.speed.set(speed);
    meanwhile();
}

#[process(inputs = [domain.speed])]
async fn look_slowly(ctx: Ctx<Line>) -> i64 {
    meanwhile();
    *ctx.domain.speed
}

/// Another session of the same engine violates level S, on another thread.
fn latches(engine: &Engine<Line>) -> Box<dyn FnOnce() + Send> {
    let engine = engine.clone();
    Box::new(move || {
        let stopped = std::thread::spawn(move || engine.run(Set { speed: 100 })).join().unwrap();
        assert!(matches!(stopped, Err(RunError::Interlocked(_))));
    })
}

fn at_once<T>(run: impl Future<Output = T>) -> T {
    match pin!(run).as_mut().poll(&mut Task::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("it awaits nothing"),
    }
}

type End = Result<(), RunError<std::convert::Infallible>>;
type Run = fn(&Engine<Line>) -> End;

#[test]
fn no_run_under_way_ends_well_whatever_its_way_and_be_it_one_that_only_looks() {
    let recipe = "process_recipes: { set: { outputs: [ { field: domain.speed, max: 90, level: S } ] } }";
    let runs: [(&str, Run); 5] = [
        ("set", |engine| engine.run(Set { speed: 5 })),
        ("set_and_tell", |engine| engine.run(SetAndTell { speed: 5 })),
        ("look", |engine| engine.run(Look {}).map(drop)),
        ("set_slowly", |engine| at_once(engine.run_async(SetSlowly { speed: 5 }))),
        ("look_slowly", |engine| at_once(engine.run_async(LookSlowly {})).map(drop)),
    ];
    for locking in [Locking::Pessimistic, Locking::Optimistic, Locking::ByKind] {
        for (name, run) in runs {
            let builder = Engine::builder(Line::default()).process::<Set>().process::<SetAndTell>().process::<Look>();
            let builder = builder.process::<SetSlowly>().process::<LookSlowly>().locking(locking);
            let other = builder.recipe("audit.yaml", recipe).unwrap().build().unwrap();
            let engine = other.open("line 2", Line::default());
            let seen = || {
                let now = engine.snapshot().unwrap();
                (*now.speed, now.version(), engine.bus().len())
            };

            MEANWHILE.set(Some(latches(&other)));
            let ended = run(&engine);
            assert!(matches!(ended, Err(RunError::Halted(_))), "{name}, {locking:?}: {ended:?}");
            assert_eq!(seen(), (0, 0, 0), "{name}, {locking:?}");

            other.reset_interlock("R. Lee", "the belt is free").unwrap();
            MEANWHILE.set(Some(Box::new(|| ())));
            run(&engine).unwrap();
            let signals = usize::from(name == "set_and_tell");
            let expected = if name.starts_with("look") { (0, 0, 0) } else { (5, 1, signals) };
            assert_eq!(seen(), expected, "{name}, {locking:?}: once it is reset");
        }
    }
}

#[test]
fn one_that_ends_after_the_reset_goes_on() {
    let recipe = "process_recipes: { set: { outputs: [ { field: domain.speed, max: 90, level: S } ] } }";
    let other = Engine::builder(Line::default()).process::<Set>().process::<Look>();
    let other = other.recipe("audit.yaml", recipe).unwrap().build().unwrap();
    let engine = other.open("line 2", Line::default());
    let latches = latches(&other);
    MEANWHILE.set(Some(Box::new(move || {
        latches();
        other.reset_interlock("R. Lee", "the belt is free").unwrap();
    })));
    engine.run(Set { speed: 5 }).unwrap();
    assert_eq!(*engine.snapshot().unwrap().speed, 5);
}
