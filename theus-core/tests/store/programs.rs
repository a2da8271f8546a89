//! Two programs on one store.

use std::thread;

use theus_core::prelude::*;
use theus_core::store::{Fault, MemoryStore, Store};

use super::bank::*;

#[test]
fn the_records_of_both_are_one_ledger() {
    let store = MemoryStore::new();
    let (one, two) = (desk(&store), desk(&store));
    let other = two.hydrate_or("other", Bank::default).unwrap();
    for _ in 0..3 {
        one.run(booking("a", 6_000)).ok();
        other.run(booking("a", 6_000)).ok();
    }
    let ledger = store.ledger(1, 100).unwrap();
    let violations = ledger.iter().filter(|record| record.violation().is_some());
    let sessions: Vec<String> = violations.map(|record| record.session.to_string()).collect();
    assert_eq!(sessions.iter().filter(|session| *session == "main").count(), 3, "{sessions:?}");
    assert_eq!(sessions.iter().filter(|session| *session == "other").count(), 3, "{sessions:?}");
    assert!(is_one_chain(&store));
    // What each has in memory is a part of it.
    for desk in [&one, &two] {
        desk.ledger().verify().unwrap();
        for record in desk.audit_records() {
            let stored = &ledger[usize::try_from(record.sequence).unwrap() - 1];
            assert_eq!((stored.hash, &stored.session), (record.hash, &record.session));
        }
    }
}

fn is_one_chain(store: &MemoryStore) -> bool {
    let ledger = store.ledger(1, usize::MAX).unwrap();
    let follows = |pair: &[theus_core::audit::AuditRecord]| {
        pair[1].previous == pair[0].hash && pair[1].sequence == pair[0].sequence + 1
    };
    ledger.windows(2).all(follows)
}

#[test]
fn none_is_lost_and_none_is_there_twice_however_they_meet() {
    let store = MemoryStore::new();
    let desks: Vec<Desk> = (0..3).map(|_| desk(&store)).collect();
    thread::scope(|scope| {
        for (number, desk) in desks.iter().enumerate() {
            for of in 0..2 {
                let session = desk.hydrate_or(format!("session {number} {of}").as_str(), Bank::default).unwrap();
                scope.spawn(move || {
                    for amount in 0..60 {
                        // One of three acts; each is on record.
                        let _ = session.run(booking("a", 6_000 + amount));
                    }
                });
            }
        }
    });
    assert!(is_one_chain(&store));
    let ledger = store.ledger(1, usize::MAX).unwrap();
    for session in (0..3).flat_map(|number| (0..2).map(move |of| format!("session {number} {of}"))) {
        let of_session = ledger.iter().filter(|record| *record.session == *session && record.violation().is_some());
        let values = of_session
            .filter(|record| record.violation().is_some_and(|violation| &*violation.metadata.path != "domain.total"));
        assert_eq!(values.count(), 60, "{session}");
    }
}

#[test]
fn what_one_has_latched_stops_the_other_and_its_reason_is_the_record_that_is_stored() {
    let store = MemoryStore::new();
    let (one, two) = (desk(&store), desk(&store));
    let other = two.hydrate_or("other", Bank::default).unwrap();
    one.run(booking("a", 6_000)).unwrap();
    assert!(matches!(other.run(booking("a", 2_000_000)), Err(RunError::Interlocked(_))));
    let latched = other.interlock().unwrap();
    let stored = store.begin().unwrap().interlock.unwrap();
    assert_eq!(stored.violation().unwrap().sequence, latched.violation.sequence);
    assert!(one.run(booking("a", 1)).is_err(), "the store refuses it");
    // One that has something to record learns of it.
    assert!(one.run(booking("a", 6_000)).is_err());
    assert!(one.interlock().is_some());
    assert!(is_one_chain(&store));
}

#[test]
fn a_ledger_that_cannot_be_read_leaves_the_records_for_later() {
    let store = MemoryStore::new();
    let (one, two) = (desk(&store), desk(&store));
    two.hydrate_or("other", Bank::default).unwrap().run(booking("a", 6_000)).unwrap();
    // The write is refused for the gap, and the question for the ledger's end fails.
    store.fail(store.calls() + 2, Fault::Unavailable);
    assert!(one.run(booking("a", 6_000)).is_err());
    one.run(booking("a", 6_000)).unwrap();
    assert!(is_one_chain(&store));
    assert_eq!(store.ledger(1, 100).unwrap().iter().filter(|record| record.violation().is_some()).count(), 3);
}
