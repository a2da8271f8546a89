//! `show`, `journal`, `diff`, `fork`.

use serde_json::json;
use theus_core::store::MemoryStore;
use theus_core::workflow::WorkflowManager;

use super::desk::{Deposit, Rename, bank, json, of_three_steps, open, refused, said};

#[test]
fn a_session_is_shown_as_it_is_and_as_it_was() {
    let bank = of_three_steps();
    assert_eq!(said(&bank, &["show", "main"]), "main after step 3\n  balance: 12\n  owner: \"Ada\"\n");
    assert_eq!(said(&bank, &["show", "main", "--at", "1"]), "main after step 1\n  balance: 5\n  owner: \"\"\n");
    assert_eq!(said(&bank, &["show", "main", "--at", "0"]), "main after step 0\n  balance: 0\n  owner: \"\"\n");
    let expected = json!({ "session": "main", "step": 2, "data": { "balance": 5, "owner": "Ada" } });
    assert_eq!(json(&said(&bank, &["show", "main", "--at", "2", "--json"])), [expected]);
    let now = json!({ "session": "main", "step": 3, "events": 0, "data": { "balance": 12, "owner": "Ada" } });
    assert_eq!(json(&said(&bank, &["show", "main", "--json"])), [now]);
    let beyond = refused(&bank, &["show", "main", "--at", "4"]);
    assert_eq!(beyond, "the session `main` has no step 4: its last one is 3");
}

#[test]
fn where_its_workflow_stands_is_shown_and_what_waits_for_it() {
    let bank = of_three_steps();
    let flow = "name: account\nstates: { OPEN: { events: { CMD_CLOSE: CLOSED } }, CLOSED: {} }";
    let mut desk = WorkflowManager::from_text(&open(&bank, "main"), "account.yaml", flow).unwrap().hydrate().unwrap();
    desk.run_until_idle().unwrap();
    desk.emit("CMD_CLOSE").unwrap();
    drop(desk);
    let shown = said(&bank, &["show", "main"]);
    assert!(shown.starts_with("main after step 3\n  workflow account in OPEN\n  1 event waits\n"), "{shown}");
    let shown = json(&said(&bank, &["show", "main", "--json"]));
    assert_eq!(shown[0]["workflow"], json!({ "name": "account", "states": ["OPEN"] }));
}

#[test]
fn a_name_that_is_not_there_is_answered_with_the_one_that_was_meant() {
    let bank = of_three_steps();
    let all: [&[&str]; 9] = [
        &["show", "mian"],
        &["show", "mian", "--at", "1"],
        &["journal", "mian"],
        &["diff", "mian", "0", "1"],
        &["replay", "mian"],
        &["fork", "mian", "1", "other"],
        &["verify", "mian"],
        &["export", "mian"],
        &["remove", "mian"],
    ];
    for words in all {
        assert_eq!(refused(&bank, words), "the store has no session `mian`; did you mean `main`?", "{words:?}");
    }
    assert_eq!(
        refused(&bank, &["prune", "mian", "--keep", "1"]),
        "the store has no session `mian`; did you mean `main`?"
    );
    assert_eq!(refused(&bank, &["show", "xyz"]), "the store has no session `xyz`; known: main");
    let empty = super::desk::bank(&MemoryStore::new());
    assert_eq!(refused(&empty, &["show", "main"]), "the store has no session `main`; it has none at all");
}

#[test]
fn the_journal_says_what_ran_when_and_what_it_changed() {
    let bank = of_three_steps();
    open(&bank, "main").run(Rename { to: "\u{202e}x\u{9b}2J".to_owned() }).unwrap();
    let at = "2026-05-01T00:00:00.000Z";
    let expected = format!(
        "1  {at}  deposit {{\"amount\":5}}  changed balance\n2  {at}  rename {{\"to\":\"Ada\"}}  changed owner\n\
         3  {at}  deposit {{\"amount\":7}}  changed balance\n4  {at}  rename {{\"to\":\"\\u202ex\\u009b2J\"}}  changed owner\n"
    );
    assert_eq!(said(&bank, &["journal", "main"]), expected);
    let two = said(&bank, &["journal", "main", "--from", "2", "--most", "2"]);
    assert_eq!(two.lines().last().unwrap(), "… and 1 step more: --from 4");
    let line = json!({ "step": 2, "time": at, "process": "rename", "command": { "to": "Ada" }, "changed": ["owner"] });
    assert_eq!(json(&said(&bank, &["journal", "main", "--from", "2", "--most", "1", "--json"])), [line]);
    let beyond = refused(&bank, &["journal", "main", "--from", "5"]);
    assert_eq!(beyond, "the session `main` has no step 5: its last one is 4");
    open(&bank, "new");
    assert_eq!(said(&bank, &["journal", "new"]), "new has no steps that are kept\n");
}

#[test]
fn a_long_journal_comes_by_pages() {
    let bank = bank(&MemoryStore::new());
    let main = open(&bank, "main");
    (0..600).for_each(|_| main.run(Deposit { amount: 1 }).unwrap());
    let steps = |words: &[&str]| {
        json(&said(&bank, words)).iter().map(|line| line["step"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(steps(&["journal", "main", "--json"]), (1..=100).collect::<Vec<_>>());
    assert_eq!(steps(&["journal", "main", "--json", "--most", "1000"]), (1..=600).collect::<Vec<_>>());
    assert_eq!(steps(&["journal", "main", "--json", "--from", "290", "--most", "300"]), (290..590).collect::<Vec<_>>());
}

#[test]
fn two_steps_differ_where_they_do() {
    let bank = of_three_steps();
    assert_eq!(said(&bank, &["diff", "main", "0", "3"]), "balance: 0 -> 12\nowner: \"\" -> \"Ada\"\n");
    assert_eq!(said(&bank, &["diff", "main", "3", "2"]), "balance: 12 -> 5\n");
    assert_eq!(said(&bank, &["diff", "main", "2", "2"]), "steps 2 and 2 of main have the same data\n");
    let line = json!({ "path": "balance", "before": 5, "after": 12 });
    assert_eq!(json(&said(&bank, &["diff", "main", "2", "3", "--json"])), [line]);
    assert_eq!(refused(&bank, &["diff", "main", "2", "9"]), "the session `main` has no step 9: its last one is 3");
}

#[test]
fn a_fork_begins_where_the_session_was() {
    let bank = of_three_steps();
    assert_eq!(
        said(&bank, &["fork", "main", "2", "what-if"]),
        "what-if begins with the data that main had after step 2\n"
    );
    assert_eq!(said(&bank, &["show", "what-if"]), "what-if after step 0\n  balance: 5\n  owner: \"Ada\"\n");
    let taken = refused(&bank, &["fork", "main", "2", "what-if"]);
    assert_eq!(
        taken,
        "the store has a session `what-if` already: give the fork another name, or remove that one first"
    );
    assert_eq!(refused(&bank, &["fork", "main", "4", "x"]), "the session `main` has no step 4: its last one is 3");
    assert_eq!(said(&bank, &["sessions"]).lines().count(), 2, "what is refused begins nothing");
}
