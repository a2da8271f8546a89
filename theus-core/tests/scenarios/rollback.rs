//! Whatever goes wrong, the domain in all its zones, the version and the pending signals are as before.

use std::task::Poll;

use theus_core::prelude::*;

use super::LOCKINGS;
use super::plant::{
    Churn, ChurnSlowly, End, Fill, Leak, Measure, PlantEngine, PumpOut, PumpOutSlowly, audited, built, engine,
    everything,
};
use crate::executor::{Task, block_on};

const BLOCKED_AFTER: &str = "process_recipes: { churn: { outputs: [ { field: domain.level, max: 50 } ] }, \
     churn_slowly: { outputs: [ { field: domain.log, max_len: 1 } ] } }";

const BLOCKED_BEFORE: &str = "process_recipes: { churn: { inputs: [ { field: level, max: 50 } ] } }";

/// A failed run in between is as if it had never been.
fn assert_as_never(engine: &PlantEngine, failing: impl Fn()) {
    engine.run(Churn { level: 6, end: End::Well }).unwrap();
    let before = everything(engine);
    failing();
    assert_eq!(everything(engine), before);
    // What was left over would come out with the next commit of the same fields.
    engine.run(Fill { litres: 1 }).unwrap();
    let after = engine.snapshot().unwrap();
    assert_eq!((*after.level, after.log.len(), after.meta_note.as_str()), (7, 2, "mx"));
    assert_eq!((after.version(), engine.bus().len()), (2, 2));
}

#[test]
fn after_an_error() {
    for locking in LOCKINGS {
        let (engine, _) = engine(locking);
        assert_as_never(&engine, || {
            let error = engine.run(Churn { level: 9, end: End::Error }).unwrap_err();
            assert_eq!(error.process_error(), Some(&Leak));
            let error = block_on(engine.run_async(ChurnSlowly { level: 9, end: End::Error })).unwrap_err();
            assert_eq!(error.process_error(), Some(&Leak));
        });
    }
}

#[test]
fn after_a_panic_and_the_engine_goes_on() {
    for locking in LOCKINGS {
        let (engine, pump) = engine(locking);
        assert_as_never(&engine, || {
            let error = engine.run(Churn { level: 9, end: End::Panic }).unwrap_err();
            assert!(matches!(&error, RunError::Panicked(panic) if panic.message() == "it burst"));
            assert_eq!(error.to_string(), "`churn` panicked: it burst; the run was rolled back");
            let error = block_on(engine.run_async(ChurnSlowly { level: 9, end: End::Panic })).unwrap_err();
            assert!(matches!(&error, RunError::Panicked(panic) if panic.process() == "churn_slowly"));
            assert!(engine.run(PumpOut { litres: 1, end: End::Panic }).is_err());
            assert!(block_on(engine.run_async(PumpOutSlowly { litres: 1, end: End::Panic })).is_err());
        });
        assert_eq!(pump.told(), [1, 1], "what was done outside cannot be taken back");
    }
}

#[test]
fn after_a_block_at_the_output_gate() {
    for locking in LOCKINGS {
        let (engine, _) = audited(locking, BLOCKED_AFTER);
        assert_as_never(&engine, || {
            let error = engine.run(Churn { level: 51, end: End::Well }).unwrap_err();
            assert!(matches!(error, RunError::Blocked(_)), "{error}");
            let error = block_on(engine.run_async(ChurnSlowly { level: 1, end: End::Well })).unwrap_err();
            assert!(matches!(error, RunError::Blocked(_)), "{error}");
        });
    }
}

#[test]
fn after_a_block_at_the_input_gate() {
    for locking in LOCKINGS {
        let (engine, _) = audited(locking, BLOCKED_BEFORE);
        assert_as_never(&engine, || {
            let error = engine.run(Churn { level: 51, end: End::Panic }).unwrap_err();
            assert!(matches!(error, RunError::Blocked(_)), "the body did not run: {error}");
        });
        engine.run(Churn { level: 50, end: End::Well }).unwrap();
    }
}

#[test]
fn after_a_full_bus() {
    for locking in LOCKINGS {
        let (engine, _) = built(locking, |builder| builder.signal_capacity(3));
        assert_as_never(&engine, || {
            let error = engine.run(Churn { level: 9, end: End::Well }).unwrap_err();
            assert!(matches!(error, RunError::BusFull { process: "churn", capacity: 3 }), "{error}");
            let error = block_on(engine.run_async(ChurnSlowly { level: 9, end: End::Well })).unwrap_err();
            assert!(matches!(error, RunError::BusFull { .. }), "{error}");
        });
        assert!(engine.next_event().unwrap().is_some());
        engine.run(Churn { level: 9, end: End::Well }).unwrap();
        assert_eq!(engine.bus().len(), 3, "there was room for two: one had been taken");
    }
}

#[test]
fn after_attempts_that_met_a_conflict() {
    let (engine, _) = built(Locking::Optimistic, |builder| builder.attempts(2));
    let mut task = Task::new(engine.run_async_reported(ChurnSlowly { level: 9, end: End::Well }));
    let mut before = everything(&engine);
    let report = loop {
        let polled = task.poll();
        if let Poll::Ready(report) = polled {
            break report;
        }
        assert_eq!(everything(&engine), before, "an attempt was seen");
        // What the attempt has read is stale now; at last it has the session to itself.
        let mut other = Task::new(engine.run_async(Fill { litres: 1 }));
        let _ = other.poll();
        before = everything(&engine);
    };
    assert_eq!(report.attempts, 3);
    report.result.unwrap();
}

#[test]
fn after_a_future_was_dropped() {
    for locking in LOCKINGS {
        let (engine, pump) = engine(locking);
        assert_as_never(&engine, || {
            let mut pure = Task::new(engine.run_async(ChurnSlowly { level: 9, end: End::Well }));
            assert!(pure.poll().is_pending());
            drop(pure);
            let mut alone = Task::new(engine.run_async(PumpOutSlowly { litres: 2, end: End::Well }));
            assert!(alone.poll().is_pending() && alone.poll().is_pending());
            drop(alone);
            drop(engine.run_async(ChurnSlowly { level: 9, end: End::Well }));
        });
        assert_eq!(pump.told(), [2]);
        assert_eq!(engine.run(Measure {}).unwrap(), 7, "the session is free again");
    }
}
