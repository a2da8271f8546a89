//! One thread: after each step everything is as in the reference.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use proptest::prelude::*;
use theus_core::Locking;

use super::cases;
use super::subject::{LIMITS, assert_same_state, engine_at, run};
use crate::programs::{Program, Step, insisting, program};
use crate::reference::{Happened, Record, Reference};

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_program_gives_what_the_reference_gives(program in program()) {
        for locking in [Locking::Pessimistic, Locking::Optimistic, Locking::ByKind] {
            check(&program, locking);
        }
    }

    #[test]
    fn what_is_counted_over_many_runs_is_what_the_reference_counts(program in insisting()) {
        for locking in [Locking::Pessimistic, Locking::Optimistic] {
            check(&program, locking);
        }
    }
}

/// However often it is put back, it stays in time.
const BEGINS: i64 = 1_000_000;

fn check(program: &Program, locking: Locking) {
    let Program { world, rules, capacity, steps } = program;
    let clock = Arc::new(AtomicI64::new(BEGINS));
    let (engine, ledger) = engine_at(world, rules, *capacity, (locking, 1), &clock);
    let reference = Reference::new(world.clone(), LIMITS, rules, *capacity);
    let mut kept = Vec::new();
    for step in steps {
        match step {
            Step::Run(call) => {
                let (pending, before) = (engine.bus().len(), engine.snapshot().unwrap());
                let ran = run(&engine, call);
                assert_eq!(ran, reference.run(call), "{call:?}");
                if ran.result.is_err() {
                    let after = engine.snapshot().unwrap();
                    assert_eq!(after.to_context(), before.to_context(), "a failed run changes nothing");
                    assert_eq!((after.version(), engine.bus().len()), (before.version(), pending));
                }
            }
            Step::NextEvent => {
                let event = engine.next_event().unwrap();
                assert_eq!(event.as_ref().map(Happened::of), reference.next_event());
            }
            Step::Emit(name) => assert_eq!(engine.bus().emit(name).is_ok(), reference.emit(name)),
            Step::Clock(seconds) => {
                clock.fetch_add(*seconds, Ordering::Relaxed);
                reference.put_clock(*seconds);
            }
            Step::ResetInterlock => {
                assert_eq!(
                    engine.reset_interlock("R. Lee", "looked at").is_ok(),
                    reference.reset_interlock("looked at")
                );
            }
        }
        let snapshot = engine.snapshot().unwrap();
        assert_same_state(&snapshot, &reference);
        assert_eq!(engine.bus().len(), reference.waiting());
        assert_eq!(engine.interlock().is_some(), reference.is_latched());
        kept.push((snapshot, reference.clone()));
    }
    assert_eq!(engine.audit_records().iter().filter_map(Record::of).collect::<Vec<_>>(), reference.records());
    engine.ledger().verify().unwrap();
    assert_eq!(ledger.posted(), reference.posted());
    while let Some(event) = engine.next_event().unwrap() {
        assert_eq!(Some(Happened::of(&event)), reference.next_event());
        assert_same_state(&engine.snapshot().unwrap(), &reference);
    }
    assert_eq!(reference.next_event(), None);
    // Whatever came after, a snapshot shows what it showed when it was taken.
    for (snapshot, then) in &kept {
        assert_same_state(snapshot, then);
    }
}
