//! Several threads on one engine: as if the runs had come one at a time, in the order of their commits.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use proptest::prelude::*;
use theus_core::Locking;

use super::cases;
use super::replay::{History, assert_serialisable};
use super::subject::{App, engine, run};
use crate::programs::{Call, RuleSpec, World, run_steps};
use crate::reference::Happened;

const ROOM: usize = 4_096;

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn threads_give_what_some_order_gives(
        (world, rules, programs) in run_steps(0..Call::KINDS, 2..=4),
        attempts in prop_oneof![Just(1_u32), Just(2), Just(32)],
        dispatches in any::<bool>(),
    ) {
        for locking in [Locking::Optimistic, Locking::Pessimistic, Locking::ByKind] {
            check(&world, &rules, &programs, locking, attempts, dispatches);
        }
    }
}

fn check(world: &World, rules: &[RuleSpec], programs: &[Vec<Call>], locking: Locking, attempts: u32, dispatches: bool) {
    let (engine, ledger) = engine(world, rules, ROOM, locking, attempts);
    let start = Barrier::new(programs.len());
    let running = AtomicUsize::new(programs.len());
    let mut history = History::default();
    thread::scope(|scope| {
        let threads: Vec<_> = programs
            .iter()
            .map(|program| {
                let (engine, start, running) = (&engine, &start, &running);
                scope.spawn(move || {
                    start.wait();
                    let ran: Vec<_> = program.iter().map(|call| (call.clone(), run(engine, call))).collect();
                    running.fetch_sub(1, Ordering::Release);
                    ran
                })
            })
            .collect();
        if dispatches {
            history.dispatched = dispatch(&engine, &running);
        }
        for thread in threads {
            history.runs.extend(thread.join().expect("no run panics"));
        }
    });
    if locking == Locking::Pessimistic {
        let conflict = |ran: &crate::reference::Ran| ran.result == Err(crate::reference::Failure::Conflict);
        assert!(!history.runs.iter().any(|(_, ran)| conflict(ran)), "a pessimistic run never conflicts");
    }
    assert_serialisable(&engine, &ledger, (world, rules, ROOM), &history);
}

/// Takes events while the others run.
fn dispatch(engine: &App, running: &AtomicUsize) -> Vec<Happened> {
    let mut events = Vec::new();
    while running.load(Ordering::Acquire) != 0 {
        match engine.next_event().unwrap() {
            Some(event) => events.push(Happened::of(&event)),
            None => thread::yield_now(),
        }
    }
    events
}
