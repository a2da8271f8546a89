//! What is there again when the program begins anew.

use theus_core::prelude::*;
use theus_core::store::{MemoryStore, SessionState, StoreError};

use super::bank::*;

#[test]
fn state_version_and_counters_come_back() {
    let store = MemoryStore::new();
    let first = desk(&store);
    assert_eq!(first.run(booking("a", 10)).unwrap(), 10);
    assert!(first.run(booking("a", -1)).is_err());
    block_on(first.run_async(Observe { name: "b".to_owned() })).unwrap();
    first.run(Charge {}).unwrap();
    // Two of three: the third acts.
    for _ in 0..2 {
        first.run(booking("c", 6_000)).unwrap();
    }
    let (before, version) = (data(&first), first.snapshot().unwrap().version());
    let records = first.audit_records();
    drop(first);

    let again = desk(&store);
    assert_eq!((data(&again), again.snapshot().unwrap().version()), (before.clone(), version));
    assert_eq!(before["total"], 12_010);
    assert_eq!(before["watch"]["last"], "b");
    assert!(matches!(again.run(booking("c", 6_000)), Err(RunError::Blocked(_))), "the count went on");
    // The ledger goes on, and its chain holds.
    let last = again.audit_records().last().cloned().unwrap();
    assert!(last.sequence > records.last().unwrap().sequence);
    let all = theus_core::store::Store::ledger(&store, 1, 1_000).unwrap();
    assert!(all.windows(2).all(|pair| pair[1].previous == pair[0].hash && pair[1].sequence == pair[0].sequence + 1));
    assert_eq!(all.last().unwrap().hash, last.hash, "and what refused a run is stored too");
    drop(again);
    let third = desk(&store);
    assert!(third.run(booking("c", 6_000)).is_ok(), "the count began anew when it had acted");
}

#[test]
fn a_latched_interlock_stays_latched() {
    let store = MemoryStore::new();
    let first = desk(&store);
    assert!(matches!(first.run(booking("a", 2_000_000)), Err(RunError::Interlocked(_))));
    drop(first);
    let again = desk(&store);
    let interlock = again.interlock().unwrap();
    assert!(interlock.to_string().contains("amount"), "{interlock}");
    assert!(matches!(again.run(booking("a", 1)), Err(RunError::Halted(_))));
    again.reset_interlock("R. Lee", "checked the books").unwrap();
    again.run(booking("a", 1)).unwrap();
    drop(again);
    assert!(desk(&store).interlock().is_none(), "the reset is stored with the next commit");
}

#[test]
fn signal_and_meta_fields_are_made_anew() {
    let store = MemoryStore::new();
    let first = desk(&store);
    first.run(booking("a", 1_000)).unwrap();
    first.run(Note { text: "seen".to_owned() }).unwrap();
    drop(first);
    let again = desk(&store);
    let snapshot = again.snapshot().unwrap();
    assert!(!*snapshot.sig_large && snapshot.meta_note.is_empty());
}

#[test]
fn records_of_sessions_in_memory_are_stored_too() {
    let store = MemoryStore::new();
    let main = desk(&store);
    let memory = main.open("in memory", Bank::default());
    memory.run(booking("a", 6_000)).unwrap();
    let stored = || theus_core::store::Store::ledger(&store, 1, 100).unwrap();
    assert_eq!(stored().last().map(|record| record.session.to_string()).as_deref(), Some("in memory"));
    assert!(main.stored_sessions(None, 10).unwrap().iter().all(|row| row.name != "in memory"));
    main.run(booking("a", 6_000)).unwrap();
    assert!(stored().iter().zip(1..).all(|(record, number)| record.sequence == number));
    assert_eq!(stored().len(), main.audit_records().len());
}

#[test]
fn a_session_is_one_however_often_it_is_asked_for() {
    let store = MemoryStore::new();
    let main = desk(&store);
    assert!(main.hydrate("a-17").unwrap().is_none());
    let one = main.hydrate_or("a-17", Bank::default).unwrap();
    let two = main.hydrate("a-17").unwrap().unwrap();
    one.run(booking("a", 1)).unwrap();
    two.run(booking("a", 2)).unwrap();
    assert_eq!(data(&one)["total"], 3);
    drop((one, two));
    assert_eq!(data(&main.hydrate("a-17").unwrap().unwrap())["total"], 3);
    let names: Vec<_> = main.stored_sessions(None, 10).unwrap().into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["a-17", "main"]);
    assert_eq!(main.stored_sessions(Some("a-17"), 10).unwrap().len(), 1);
}

#[test]
fn two_programs_on_one_store_lose_no_update() {
    let store = MemoryStore::new();
    let (one, two) = (desk(&store), desk(&store));
    one.run(booking("a", 1)).unwrap();
    let refused = two.run(booking("a", 2)).unwrap_err();
    assert!(matches!(refused, RunError::Store(StoreError::Conflict { expected: 0, found: 1, .. })), "{refused}");
    assert_eq!(two.run(booking("a", 2)).unwrap(), 3, "it has looked what the store has");
    assert!(matches!(one.run(booking("a", 4)), Err(RunError::Store(StoreError::Conflict { .. }))));
    assert_eq!(one.run(booking("a", 4)).unwrap(), 7);
    assert_eq!(one.journal("main").unwrap().verify().unwrap(), 3);
}

#[test]
fn an_engine_without_a_store_says_so() {
    let engine = builder(Locking::ByKind).build().unwrap();
    assert_eq!(engine.hydrate("a").unwrap_err(), StoreError::NoStore);
    assert!(engine.journal("a").is_err());
}

#[test]
fn a_session_in_memory_is_a_value_and_goes_on() {
    let engine = builder(Locking::ByKind).build().unwrap();
    engine.run(booking("a", 10)).unwrap();
    engine.run(booking("a", 6_000)).unwrap();
    engine.bus().emit("CMD_GO").unwrap();
    let text = serde_json::to_string(&engine.dehydrate().unwrap()).unwrap();
    let state: SessionState = serde_json::from_str(&text).unwrap();
    let again = engine.open_state("again", Bank::default(), state.clone()).unwrap();
    assert_eq!(data(&again), data(&engine));
    let events: Vec<_> =
        std::iter::from_fn(|| again.next_event().unwrap()).map(|event| event.name.to_string()).collect();
    assert_eq!(events, ["EVT_LARGE", "CMD_GO"]);
    again.run(booking("a", 6_000)).unwrap();
    assert!(matches!(again.run(booking("a", 6_000)), Err(RunError::Blocked(_))), "the count went along");

    let newer = SessionState { format: 2, ..state };
    assert!(matches!(
        engine.open_state("x", Bank::default(), newer),
        Err(StoreError::Newer { found: 2, known: 1, .. })
    ));
}

#[derive(Clone, Default, Context)]
struct Renamed {
    totals: i64,
}

#[test]
fn what_does_not_fit_is_told_by_its_field() {
    let store = MemoryStore::new();
    desk(&store).run(booking("a", 10)).unwrap();
    let error = Engine::builder(Renamed::default()).store(store.clone()).build().unwrap_err().to_string();
    assert!(error.contains("has a field `fees` that this program's context has not"), "{error}");

    #[derive(Clone, Default, Context)]
    struct Was {
        total: i64,
    }
    #[derive(Clone, Default, Context)]
    struct Is {
        total: String,
        new: u8,
    }
    let store = MemoryStore::new();
    Engine::builder(Was::default()).store(store.clone()).build().unwrap();
    let error = Engine::builder(Is::default()).store(store.clone()).build().unwrap_err().to_string();
    assert!(error.starts_with("`total` of the session `main` does not fit this program"), "{error}");
    // A field that is new begins as the first state has it.
    #[derive(Clone, Default, Context)]
    struct More {
        total: i64,
        new: u8,
    }
    let first = More { total: 1, new: 7 };
    let more = Engine::builder(first).store(store).build().unwrap();
    let snapshot = more.snapshot().unwrap();
    assert_eq!((*snapshot.total, *snapshot.new), (0, 7));
}
