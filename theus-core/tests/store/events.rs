//! Events that wait are kept until they are taken.

use serde_json::json;
use theus_core::prelude::*;
use theus_core::store::{Fault, MemoryStore};

use super::bank::*;

fn names(desk: &Desk) -> Vec<String> {
    std::iter::from_fn(|| desk.next_event().unwrap()).map(|event| event.name.to_string()).collect()
}

#[test]
fn what_was_raised_or_emitted_and_not_taken_waits_again() {
    let store = MemoryStore::new();
    let first = desk(&store);
    first.run(booking("a", 1_000)).unwrap();
    first.bus().emit_with("CMD_PAY", json!({ "to": "b" })).unwrap();
    first.bus().emit_urgent("CMD_STOP").unwrap();
    assert_eq!(first.next_event().unwrap().unwrap().name.to_string(), "CMD_STOP");
    drop(first);
    let again = desk(&store);
    let large = again.next_event().unwrap().unwrap();
    assert_eq!(large.name.to_string(), "EVT_LARGE");
    assert!(matches!(large.origin, theus_core::signal::Origin::Signal { path: "domain.sig_large", .. }));
    assert_eq!(again.next_event().unwrap().unwrap().payload.unwrap()["to"], "b");
    drop(again);
    assert!(names(&desk(&store)).is_empty(), "what was taken is gone");
}

#[test]
fn a_commit_that_fails_raises_nothing() {
    let store = MemoryStore::new();
    let desk = desk(&store);
    store.fail(store.calls() + 1, Fault::Full);
    assert!(matches!(desk.run(booking("a", 1_000)), Err(RunError::Store(_))));
    assert!(names(&desk).is_empty());
    store.fail(store.calls() + 1, Fault::Unavailable);
    assert!(desk.bus().emit("CMD_GO").is_err());
    assert!(names(&desk).is_empty());
    desk.bus().emit("CMD_GO").unwrap();
    store.fail(store.calls() + 1, Fault::Unavailable);
    assert!(matches!(desk.next_event(), Err(RunError::Store(_))));
    assert_eq!(names(&desk), ["CMD_GO"], "it was not taken");
}

#[test]
fn two_programs_may_both_emit_to_a_session() {
    let store = MemoryStore::new();
    let (one, two) = (desk(&store), desk(&store));
    for number in 0..3 {
        one.bus().emit(&format!("CMD_ONE_{number}")).unwrap();
        two.bus().emit(&format!("CMD_TWO_{number}")).unwrap();
    }
    drop((one, two));
    let all = names(&desk(&store));
    assert_eq!(all, ["CMD_ONE_0", "CMD_TWO_0", "CMD_ONE_1", "CMD_TWO_1", "CMD_ONE_2", "CMD_TWO_2"]);
}

#[test]
fn an_event_that_has_no_room_is_not_stored() {
    let store = MemoryStore::new();
    let build = || builder(Locking::ByKind).signal_capacity(2).store(store.clone()).build().unwrap();
    let first = build();
    first.bus().emit("CMD_A").unwrap();
    first.bus().emit("CMD_B").unwrap();
    assert!(first.bus().emit("CMD_C").is_err());
    assert!(matches!(first.run(booking("a", 1_000)), Err(RunError::BusFull { .. })));
    drop(first);
    let again = build();
    assert_eq!(names(&again), ["CMD_A", "CMD_B"]);
    assert_eq!(data(&again)["total"], 0);
}
