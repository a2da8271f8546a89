//! The interlock: latched once, visible, reset by somebody with a reason.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use theus_core::RunError;
use theus_core::audit::{AuditEvent, ResetError};
use theus_core::prelude::*;

use crate::oven::{Heat, at_most, builder, engine, kinds};

#[test]
fn status_shows_the_interlock_and_the_reset_is_a_record() {
    let engine = engine(&at_most("max: 90, level: S"));
    assert_eq!(engine.reset_interlock("R. Lee", "checked"), Err(ResetError::NotLatched));
    engine.run(Heat { to: 50.0 }).unwrap();
    assert!(engine.run(Heat { to: 95.0 }).is_err());
    let status = engine.status();
    let interlock = status.interlock.unwrap();
    assert_eq!((status.version, interlock.violation.value.as_str()), (1, "95.0"));
    assert_eq!(status.recipe.unwrap().identity.rules, 1);

    assert_eq!(engine.reset_interlock(" ", "checked"), Err(ResetError::NoOperator));
    assert_eq!(engine.reset_interlock("R. Lee", ""), Err(ResetError::NoReason));
    assert!(engine.interlock().is_some());
    engine.reset_interlock("R. Lee", "checked").unwrap();
    assert!(engine.status().interlock.is_none());
    let reset = engine.audit_records().pop().unwrap();
    let event = AuditEvent::InterlockReset { operator: "R. Lee".into(), reason: "checked".into() };
    assert_eq!((reset.event, reset.version), (event, 1));
    assert_eq!(kinds(&engine.audit_records()), ["recipe_loaded", "violation", "interlock", "interlock_reset"]);
}

#[test]
fn a_threshold_acts_exactly_once_however_many_threads_violate() {
    const THREADS: usize = 12;
    for locking in [Locking::Pessimistic, Locking::Optimistic] {
        for round in 0..40 {
            let recipe = at_most(&format!("max: 90, level: S, max_threshold: {}", 1 + round % THREADS));
            let engine = builder(&recipe).locking(locking).attempts(100_000).build().unwrap();
            let (stopped, halted, passed) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
            let barrier = Barrier::new(THREADS);
            std::thread::scope(|scope| {
                for _ in 0..THREADS {
                    scope.spawn(|| {
                        barrier.wait();
                        let ended = match engine.run(Heat { to: 95.0 }) {
                            Ok(()) => &passed,
                            Err(RunError::Interlocked(_)) => &stopped,
                            Err(RunError::Halted(_)) => &halted,
                            Err(error) => panic!("{error}"),
                        };
                        ended.fetch_add(1, Ordering::Relaxed);
                    });
                }
            });
            assert_eq!(stopped.load(Ordering::Relaxed), 1, "round {round}");
            let kinds = kinds(&engine.audit_records());
            assert_eq!(kinds.iter().filter(|kind| *kind == "interlock").count(), 1);
            assert!(passed.load(Ordering::Relaxed) <= round % THREADS);
            assert_eq!(
                stopped.load(Ordering::Relaxed) + halted.load(Ordering::Relaxed) + passed.load(Ordering::Relaxed),
                THREADS
            );
            assert!(engine.ledger().verify().is_ok());
        }
    }
}

#[test]
fn a_threshold_of_level_b_acts_once_in_every_so_many() {
    const RUNS: usize = 90;
    for locking in [Locking::Pessimistic, Locking::Optimistic] {
        let recipe = at_most("max: 90, level: B, max_threshold: 3");
        let engine = builder(&recipe).locking(locking).attempts(100_000).build().unwrap();
        let blocked = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..10 {
                scope.spawn(|| {
                    let refused = (0..RUNS).filter(|_| engine.run(Heat { to: 95.0 }).is_err()).count();
                    blocked.fetch_add(refused, Ordering::Relaxed);
                });
            }
        });
        assert_eq!(blocked.load(Ordering::Relaxed), 10 * RUNS / 3);
    }
}

static MEETING: Barrier = Barrier::new(2);

fn meet() {
    MEETING.wait();
}

/// Heats, once both are on the way.
#[process(outputs = [domain.temperature])]
fn heat_together(ctx: Ctx<crate::oven::Oven>, to: f64) {
    meet();
    ctx.domain.temperature.set(to);
}

#[test]
fn of_two_runs_under_way_one_stops_the_engine_and_the_other_finds_it_stopped() {
    let recipe =
        "process_recipes: { heat_together: { outputs: [ { field: domain.temperature, max: 90, level: S } ] } }";
    let builder = Engine::builder(crate::oven::Oven::default()).process::<HeatTogether>();
    let engine = builder.locking(Locking::Optimistic).recipe("audit.yaml", recipe).unwrap().build().unwrap();
    let run = || engine.run(HeatTogether { to: 95.0 }).unwrap_err();
    let [one, other] = std::thread::scope(|scope| {
        let runs = [scope.spawn(run), scope.spawn(run)];
        runs.map(|run| run.join().unwrap())
    });
    let stopped = [&one, &other].map(|error| matches!(error, RunError::Interlocked(_)));
    let halted = [&one, &other].map(|error| matches!(error, RunError::Halted(_)));
    assert_eq!([stopped[0], stopped[1]], [!stopped[1], !stopped[0]], "{one}\n{other}");
    assert_eq!(halted, [!stopped[0], !stopped[1]]);
    assert_eq!(kinds(&engine.audit_records()), ["recipe_loaded", "violation", "interlock"]);
}
