//! The k-th call of the store fails, for every k and in every way.

use theus_core::prelude::*;
use theus_core::store::{Fault, MemoryStore, StoreError};

use super::bank::*;

const FAULTS: [Fault; 5] = [Fault::Unavailable, Fault::Full, Fault::DoneInDoubt, Fault::LostInDoubt, Fault::Panics];

/// What a client knows: the sum of what was acknowledged.
fn play(desk: &Desk, acknowledged: &mut i64, failed: &mut u32) {
    let mut book = |amount: i64| match desk.run(booking("a", amount)) {
        Ok(total) => {
            *acknowledged += amount;
            assert_eq!(total, *acknowledged, "the state is what was acknowledged, and no more");
        }
        Err(RunError::Store(_)) => *failed += 1,
        Err(error) => panic!("{error}"),
    };
    book(1);
    book(1_000);
    book(6_000);
    book(2);
    match desk.bus().emit("CMD_GO") {
        Ok(()) => {}
        Err(theus_core::signal::EmitError::Store(_)) => *failed += 1,
        Err(error) => panic!("{error}"),
    }
    match block_on(desk.run_async(Observe { name: "x".to_owned() })) {
        Ok(()) => {}
        Err(RunError::Store(_)) => *failed += 1,
        Err(error) => panic!("{error}"),
    }
    let mut book = |amount: i64| match desk.run(booking("a", amount)) {
        Ok(_) => *acknowledged += amount,
        Err(RunError::Store(_)) => *failed += 1,
        Err(error) => panic!("{error}"),
    };
    book(4);
    book(8);
}

#[test]
fn whatever_call_fails_nothing_acknowledged_is_lost_and_nothing_is_half_done() {
    let calls = {
        let store = MemoryStore::new();
        let desk = desk(&store);
        play(&desk, &mut 0, &mut 0);
        store.calls()
    };
    assert!(calls > 8);
    for locking in [Locking::ByKind, Locking::Optimistic] {
        for fault in FAULTS {
            for k in 1..=calls {
                one(locking, fault, k);
            }
        }
    }
}

fn one(locking: Locking, fault: Fault, k: u64) {
    let what = format!("call {k} fails, {fault:?}, {locking:?}");
    let store = MemoryStore::new();
    store.fail(k, fault);
    let build = |store: &MemoryStore| builder(locking).store(store.clone()).build();
    let desk = match build(&store) {
        Ok(desk) => desk,
        // It could not begin; asked again it can.
        Err(_) => build(&store).unwrap_or_else(|error| panic!("{what}: {error}")),
    };
    let (mut acknowledged, mut failed) = (*desk.snapshot().unwrap().total, 0);
    play(&desk, &mut acknowledged, &mut failed);
    assert!(failed <= 1, "{what}: {failed}");
    // The session is usable, and what is in the store is what it says.
    desk.run(booking("z", 1)).unwrap_or_else(|error| panic!("{what}: {error}"));
    acknowledged += 1;
    assert_eq!(*desk.snapshot().unwrap().total, acknowledged, "{what}");
    let journal = desk.journal("main").unwrap();
    journal.verify().unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(desk.replay("main").unwrap().divergence, None, "{what}");
    let (live, state) = (data(&desk), desk.dehydrate().unwrap());
    drop(desk);
    let again = build(&store.copy()).unwrap();
    assert_eq!(data(&again), live, "{what}");
    let stored = again.dehydrate().unwrap();
    assert_eq!((stored.version, stored.step, stored.counts), (state.version, state.step, state.counts), "{what}");
    // No record is missing, and none is there twice.
    let ledger = theus_core::store::Store::ledger(&store, 1, 10_000).unwrap();
    assert!(ledger.iter().zip(1..).all(|(record, number)| record.sequence == number), "{what}");
    assert_eq!(ledger.iter().filter(|record| record.violation().is_some()).count(), 1, "{what}");
}

#[test]
fn a_store_that_never_says_what_became_of_a_commit_stops_the_session_until_it_does() {
    let store = MemoryStore::new();
    let desk = desk(&store);
    desk.run(booking("a", 1)).unwrap();
    let next = store.calls() + 1;
    store.fail(next, Fault::DoneInDoubt);
    // It asks six times what became of it, and the next run asks once.
    for call in next + 1..=next + 7 {
        store.fail(call, Fault::Unavailable);
    }
    assert!(matches!(desk.run(booking("a", 2)), Err(RunError::Store(StoreError::InDoubt { step: 2, .. }))));
    assert!(matches!(desk.run(booking("a", 4)), Err(RunError::Store(StoreError::InDoubt { step: 2, .. }))));
    assert_eq!(desk.run(booking("a", 8)).unwrap(), 11, "it was done after all");
}
