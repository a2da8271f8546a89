//! Asked again under the same key, the same answer.

use theus_core::prelude::*;
use theus_core::store::{Fault, MemoryStore, StoreError};

use super::bank::*;

fn error<T: std::fmt::Debug, E: std::error::Error>(result: Result<T, RunError<E>>) -> StoreError {
    match result {
        Err(RunError::Store(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_same_command_under_the_same_key_runs_once_in_whatever_program() {
    let store = MemoryStore::new();
    let one = desk(&store);
    let gave = one.run_once("a", booking("a", 5)).unwrap();
    assert_eq!(one.run_once("a", booking("a", 5)).unwrap(), gave);
    drop(one);
    let two = desk(&store);
    assert_eq!(two.run_once("a", booking("a", 5)).unwrap(), gave);
    assert_eq!(block_on(two.run_once_async("a", booking("a", 5))).unwrap(), gave);
    assert_eq!(*two.snapshot().unwrap().total, 5);
    assert_eq!(two.journal("main").unwrap().verify().unwrap(), 1);
    // Another key is another run, and a key is for one command.
    two.run_once("b", booking("a", 5)).unwrap();
    assert_eq!(*two.snapshot().unwrap().total, 10);
    block_on(two.run_once_async("c", Observe { name: "x".to_owned() })).unwrap();
    block_on(two.run_once_async("c", Observe { name: "x".to_owned() })).unwrap();
    assert_eq!(*two.snapshot().unwrap().watch.seen, 1);
    // One that writes nothing has its answer too.
    assert_eq!((two.run_once("d", Total {}).unwrap(), two.run(booking("a", 1)).unwrap()), (10, 11));
    assert_eq!(two.run_once("d", Total {}).unwrap(), 10);
    let (session, key) = ("main".to_owned(), "a".to_owned());
    assert_eq!(error(two.run_once("a", booking("a", 6))), StoreError::KeyReused { session, key });
}

#[test]
fn two_programs_that_are_asked_at_once_run_it_once() {
    let store = MemoryStore::new();
    let (one, two) = (desk(&store), desk(&store));
    let gave = one.run_once("a", booking("a", 5)).unwrap();
    // The second one does not know of it, and meets it in the store.
    assert_eq!(two.run_once("a", booking("a", 5)).unwrap(), gave);
    assert_eq!(*desk(&store).snapshot().unwrap().total, 5);
}

#[test]
fn what_was_refused_can_be_asked_for_again() {
    let store = MemoryStore::new();
    let desk = desk(&store);
    store.fail(store.calls() + 2, Fault::Full);
    assert!(matches!(error(desk.run_once("a", booking("a", 5))), StoreError::Full { .. }));
    desk.run_once("a", booking("a", 7)).unwrap();
    assert_eq!(*desk.snapshot().unwrap().total, 7);
}

#[test]
fn where_no_answer_came_the_key_tells_what_was_done() {
    for fault in [Fault::DoneInDoubt, Fault::LostInDoubt] {
        let store = MemoryStore::new();
        let desk = desk(&store);
        store.fail(store.calls() + 2, fault);
        let _ = desk.run_once("a", booking("a", 5));
        desk.run_once("a", booking("a", 5)).unwrap();
        assert_eq!(*desk.snapshot().unwrap().total, 5, "{fault:?}");
    }
}

#[test]
fn an_event_comes_once_under_its_key() {
    let store = MemoryStore::new();
    let desk = desk(&store);
    desk.emit_once("e", "CMD_A").unwrap();
    desk.emit_once("e", "CMD_A").unwrap();
    assert_eq!(desk.bus().len(), 1);
    assert!(desk.next_event().unwrap().is_some());
    // Nor after it is gone, nor in another program.
    desk.emit_once("e", "CMD_A").unwrap();
    drop(desk);
    let desk = super::bank::desk(&store);
    desk.emit_once("e", "CMD_A").unwrap();
    assert_eq!(desk.bus().len(), 0);
    let reused = desk.emit_once_with("e", "CMD_A", serde_json::json!(1)).unwrap_err();
    assert!(reused.to_string().contains("has answered something else under the key `e`"), "{reused}");
}

#[test]
fn answers_are_kept_until_they_are_pruned() {
    let store = MemoryStore::new();
    let desk = desk(&store);
    desk.run_once("a", booking("a", 5)).unwrap();
    assert_eq!(desk.prune_answers(std::time::Duration::from_secs(3_600)).unwrap(), 0);
    assert_eq!(desk.prune_answers(std::time::Duration::ZERO).unwrap(), 1);
    desk.run_once("a", booking("a", 5)).unwrap();
    assert_eq!(*desk.snapshot().unwrap().total, 10);
}

#[test]
fn a_session_in_memory_says_that_it_cannot() {
    let desk = builder(Locking::ByKind).build().unwrap();
    let why = error(desk.run_once("a", booking("a", 5))).to_string();
    assert!(why.contains("`book` under a key, and the session `main` is in memory alone"), "{why}");
}
