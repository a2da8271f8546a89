//! `prune`, `remove`.

use theus_core::store::MemoryStore;

use super::desk::{Deposit, bank, of_three_steps, open, parsed, refused, said};

#[test]
fn the_last_steps_are_kept_and_stay_sound() {
    let bank = of_three_steps();
    assert_eq!(said(&bank, &["prune", "main", "--keep", "1"]), "main: 2 steps let go\n");
    assert_eq!(said(&bank, &["prune", "main", "--keep", "1"]), "main: no steps let go\n");
    let journal = said(&bank, &["journal", "main"]);
    assert!(journal.starts_with("2 steps before step 3 were pruned\n3  "), "{journal}");
    assert_eq!(said(&bank, &["verify", "main"]), "verified main, 1 step: nothing is damaged\n");
    assert_eq!(said(&bank, &["replay", "main"]), "main: 1 step made again, with the same result, from step 3 on\n");
    assert_eq!(
        refused(&bank, &["show", "main", "--at", "1"]),
        "step 1 of the session `main` was pruned: its journal begins after step 2"
    );
    assert!(said(&bank, &["show", "main", "--at", "2"]).contains("balance: 5"));
    assert_eq!(said(&bank, &["prune", "main", "--keep", "0"]), "main: 1 step let go\n");
    let journal = said(&bank, &["journal", "main"]);
    assert_eq!(journal, "3 steps before step 4 were pruned\nmain has no steps that are kept\n");
}

#[test]
fn all_sessions_are_pruned_where_none_is_named() {
    let bank = bank(&MemoryStore::new());
    for number in 0..300 {
        let session = open(&bank, &format!("{number}"));
        (0..3).for_each(|_| session.run(Deposit { amount: 1 }).unwrap());
    }
    assert_eq!(said(&bank, &["prune", "--keep", "2"]), "300 steps of 300 sessions let go\n");
    assert_eq!(said(&bank, &["verify"]), "verified 300 sessions with 600 steps, and 1 record: nothing is damaged\n");
}

#[test]
fn old_answers_are_let_go() {
    let bank = bank(&MemoryStore::new());
    open(&bank, "main").run_once("request 1", Deposit { amount: 5 }).unwrap();
    assert_eq!(said(&bank, &["prune", "--answers-older-than", "30d"]), "no answers let go\n");
    open(&bank, "main").run_once("request 1", Deposit { amount: 5 }).unwrap();
    assert!(said(&bank, &["show", "main"]).contains("balance: 5"), "it was answered");
    let told = said(&bank, &["prune", "--keep", "9", "--answers-older-than", "30d"]);
    assert_eq!(told, "no steps of 1 session let go\nno answers let go\n");
}

#[test]
fn what_is_to_be_let_go_has_to_be_said() {
    assert!(parsed(&["prune"]).is_err());
    assert!(parsed(&["prune", "main"]).is_err());
    assert!(parsed(&["prune", "main", "--answers-older-than", "30d"]).is_err(), "answers are of all sessions");
    assert!(parsed(&["prune", "--answers-older-than", "soon"]).is_err());
    assert!(parsed(&["prune", "main", "--keep", "1", "--answers-older-than", "30d"]).is_ok());
}

#[test]
fn a_session_is_removed_unless_this_program_has_it_open() {
    let bank = of_three_steps();
    let main = open(&bank, "main");
    assert_eq!(
        refused(&bank, &["remove", "main"]),
        "the session `main` is open in this program: drop every handle on it first"
    );
    drop(main);
    assert_eq!(said(&bank, &["remove", "main"]), "main is gone, with 3 steps\n");
    assert_eq!(said(&bank, &["sessions"]), "the store has no sessions\n");
}
