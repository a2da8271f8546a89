//! One thread: after each step everything is as in the reference.

use proptest::prelude::*;
use theus_core::Locking;

use super::cases;
use super::subject::{LIMITS, assert_same_state, engine, run};
use crate::programs::{Program, Step, program};
use crate::reference::{Happened, Record, Reference};

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_program_gives_what_the_reference_gives(program in program()) {
        for locking in [Locking::Pessimistic, Locking::Optimistic, Locking::ByKind] {
            check(&program, locking);
        }
    }
}

fn check(program: &Program, locking: Locking) {
    let Program { world, rules, capacity, steps } = program;
    let (engine, ledger) = engine(world, rules, *capacity, locking, 1);
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
