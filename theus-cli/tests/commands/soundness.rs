//! `replay`, `export`, `verify`.

use std::sync::atomic::Ordering;

use serde_json::json;
use theus_core::prelude::*;
use theus_core::store::MemoryStore;

use super::desk::{Deposit, Guess, HIDDEN, Revalue, bank, json, of_three_steps, open, refused, said, wrong};
use crate::altered::Altered;

#[test]
fn a_sound_session_is_replayed_and_what_is_taken_over_is_told() {
    let bank = of_three_steps();
    assert_eq!(said(&bank, &["replay", "main"]), "main: 3 steps made again, with the same result\n");
    open(&bank, "main").run(Revalue {}).unwrap();
    let told = said(&bank, &["replay", "main"]);
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[0], "main: 3 steps made again, with the same result");
    assert!(lines[1].starts_with("  1 step of revalue taken from the journal: ") && lines.len() == 2, "{told}");
    let told = json(&said(&bank, &["replay", "main", "--json"]));
    assert_eq!(
        (&told[0]["session"], &told[0]["made"], &told[0]["divergence"]),
        (&json!("main"), &json!(3), &json!(null))
    );
}

#[test]
fn a_process_that_reads_what_it_does_not_say_diverges_and_it_is_told_where() {
    let bank = of_three_steps();
    HIDDEN.store(1, Ordering::Relaxed);
    open(&bank, "main").run(Guess {}).unwrap();
    assert_eq!(said(&bank, &["replay", "main"]).lines().count(), 1, "as long as it reads the same");
    HIDDEN.store(2, Ordering::Relaxed);
    let told = wrong(&bank, &["replay", "main"]);
    assert!(
        told.contains(
            "main diverges: step 4, `guess`, gives something else than it did: `balance` was 1, and is 2 now"
        ),
        "{told}"
    );
    let told = json(&wrong(&bank, &["replay", "main", "--json"]));
    assert_eq!(told[0]["divergence"]["step"], 4);
}

#[test]
fn what_is_exported_is_replayed_at_another_desk() {
    let there = of_three_steps();
    let lines = said(&there, &["export", "main"]);
    assert_eq!(lines.lines().count(), 4, "the first state and three steps");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("main.jsonl");
    let file = path.to_str().unwrap();
    std::fs::write(&path, &lines).unwrap();
    let here = bank(&MemoryStore::new());
    assert_eq!(said(&here, &["replay", "--file", file]), "main: 3 steps made again, with the same result\n");
    // A byte of a step, the end of the file, the file itself.
    std::fs::write(&path, lines.replace("deposit", "revalue")).unwrap();
    assert!(refused(&here, &["replay", "--file", file]).contains("damaged at step 1"));
    std::fs::write(&path, &lines[..lines.len() - 9]).unwrap();
    let torn = refused(&here, &["replay", "--file", file]);
    assert!(torn.starts_with(&format!("the journal `{file}` cannot be read: line 4 of the journal: ")), "{torn}");
    let missing = refused(&here, &["replay", "--file", "no/such.jsonl"]);
    assert!(missing.starts_with("the journal `no/such.jsonl` cannot be read: "), "{missing}");
}

#[test]
fn what_is_exported_steers_no_terminal_and_says_the_same() {
    let bank = bank(&MemoryStore::new());
    open(&bank, "a\u{9b}2J\u{202e}").run(Deposit { amount: 1 }).unwrap();
    let lines = said(&bank, &["export", "a\u{9b}2J\u{202e}"]);
    assert!(!lines.contains(['\u{9b}', '\u{202e}']), "{lines}");
    assert_eq!(json(&lines)[0]["session"], "a\u{9b}2J\u{202e}");
}

#[test]
fn all_that_is_sound_is_counted() {
    let empty = bank(&MemoryStore::new());
    let told = said(&empty, &["verify"]);
    assert_eq!(told, "verified no sessions with no steps, and no records: nothing is damaged\n");
    let bank = of_three_steps();
    assert!(open(&bank, "other").run(Deposit { amount: 101 }).is_err());
    let told = said(&bank, &["verify"]);
    assert_eq!(told, "verified 2 sessions with 3 steps, and 2 records: nothing is damaged\n");
    assert_eq!(said(&bank, &["verify", "main"]), "verified main, 3 steps: nothing is damaged\n");
    assert_eq!(
        json(&said(&bank, &["verify", "--json"])),
        [
            json!({ "session": "main", "steps": 3, "damage": null }),
            json!({ "session": "other", "steps": 0, "damage": null }),
            json!({ "ledger": 2, "damage": null }),
        ]
    );
}

#[test]
fn damage_to_a_session_is_found_and_the_others_are_looked_at_all_the_same() {
    let store = MemoryStore::new();
    {
        let bank = bank(&store);
        for name in ["a", "b", "c"] {
            open(&bank, name).run(Deposit { amount: 5 }).unwrap();
        }
    }
    let altered = Altered::new(&store).journal("b", |entry| entry.command[0] ^= 1);
    let bank = altered.bank();
    let told = wrong(&bank, &["verify"]);
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(
        lines[0],
        "the journal of `b` is damaged at step 1: what is stored of it is not what was written: its hash is another"
    );
    assert_eq!(lines[1], "verified 3 sessions with 2 steps, and 1 record: 1 session is damaged");
    assert_eq!(wrong(&bank, &["verify", "b"]).lines().count(), 1);
    assert_eq!(said(&bank, &["verify", "a"]), "verified a, 1 step: nothing is damaged\n");
    let told = json(&wrong(&bank, &["verify", "--json"]));
    assert!(told[0]["damage"].is_null() && told[1]["damage"].is_string() && told[2]["damage"].is_null(), "{told:?}");
    // What is damaged is not pruned, and the others are.
    assert!(wrong(&bank, &["prune", "--keep", "0"]).ends_with("2 steps of 2 sessions let go\n"));
}

#[test]
fn damage_to_the_ledger_is_found() {
    let store = MemoryStore::new();
    {
        let bank = bank(&store);
        for _ in 0..300 {
            assert!(open(&bank, "a").run(Deposit { amount: 101 }).is_err());
        }
    }
    let sound = Altered::new(&store).bank();
    assert!(said(&sound, &["verify"]).contains("and 301 records: nothing is damaged"), "beyond one page");
    let found = |altered: Altered, expected: &str| {
        let told = wrong(&altered.bank(), &["verify"]);
        assert!(told.starts_with(&format!("the store's ledger: {expected}")), "{told}");
        assert!(told.ends_with("and a ledger that is damaged: no session is damaged\n"), "{told}");
    };
    found(Altered::new(&store).ledger(|records| records[7].version += 1), "record 8 was altered");
    found(Altered::new(&store).ledger(|records| drop(records.remove(256))), "record 257 is missing");
    found(Altered::new(&store).ledger(|records| drop(records.remove(0))), "record 1 is missing");
    found(Altered::new(&store).ledger(|records| records.truncate(300)), "the ledger ends at record 300");
    found(Altered::new(&store).ledger(Vec::clear), "the ledger is empty");
}

#[test]
fn a_store_that_cannot_be_read_is_no_damage() {
    let store = MemoryStore::new();
    let bank = bank(&store);
    open(&bank, "main").run(Deposit { amount: 5 }).unwrap();
    store.fail(store.calls() + 1, theus_core::store::Fault::Unavailable);
    assert!(refused(&bank, &["verify"]).ends_with("nothing was written, try again"));
    assert_eq!(said(&bank, &["verify", "main"]), "verified main, 1 step: nothing is damaged\n");
}

#[test]
fn a_session_that_somebody_goes_on_with_meanwhile_is_not_taken_for_damaged() {
    let store = MemoryStore::new();
    let bank = bank(&store);
    let main = open(&bank, "main");
    (0..50).for_each(|_| main.run(Deposit { amount: 1 }).unwrap());
    let before = store.copy();
    main.run(Deposit { amount: 1 }).unwrap();
    // The entries are read before the step, the state after it.
    let altered = Altered::new(&store).overtaken(before);
    assert_eq!(said(&altered.bank(), &["verify", "main"]), "verified main, 51 steps: nothing is damaged\n");
}

/// The program of a later day: what was a number is a text.
mod later {
    use theus_core::prelude::*;

    #[derive(Clone, Default, Context)]
    pub(super) struct Account {
        pub(super) balance: String,
        pub(super) owner: String,
        pub(super) cmd_close: bool,
    }
}

#[test]
fn what_cannot_go_on_with_this_program_is_told_before_it_runs() {
    use clap::Parser as _;

    #[derive(clap::Parser)]
    struct Line {
        #[command(subcommand)]
        command: theus_cli::StoreCommand,
    }

    let store = MemoryStore::new();
    let today = bank(&store);
    for name in ["a", "b"] {
        open(&today, name).run(Deposit { amount: 1 }).unwrap();
    }
    assert_eq!(said(&today, &["check"]), "looked at 2 sessions: all can go on\n");
    assert_eq!(json(&said(&today, &["check", "--json"]))[0]["sessions"], 2);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flow.yaml");
    std::fs::write(&path, "states: { OPEN: { events: { CMD_CLOSE: SHUT } }, SHUT: { final: true } }").unwrap();
    let file = path.to_str().unwrap();
    assert_eq!(said(&today, &["check", file]), "looked at 2 sessions: all can go on\n");
    let session = open(&today, "a");
    let mut flow = theus_core::workflow::WorkflowManager::from_file(&session, &path).unwrap().hydrate().unwrap();
    flow.run_until_idle().unwrap();
    drop((flow, session));
    std::fs::write(&path, "states: { AJAR: { events: { CMD_CLOSE: SHUT } }, SHUT: { final: true } }").unwrap();
    let told = wrong(&today, &["check", file]);
    assert!(told.starts_with("looked at 2 sessions\n  1 session cannot go on, `a` first: "), "{told}");
    assert!(told.contains("OPEN"), "{told}");
    let missing = refused(&today, &["check", "no/such.yaml"]);
    assert!(missing.contains("no/such.yaml"), "{missing}");

    let builder = Engine::builder(later::Account::default()).store(store).session_in_memory();
    let mut out = Vec::new();
    let Line { command } = Line::parse_from(["later", "check"]);
    let verdict = command.run(&builder.build().unwrap(), &mut out).unwrap();
    let told = String::from_utf8(out).unwrap();
    assert_eq!(verdict, theus_cli::Verdict::Wrong);
    assert!(told.contains("2 sessions cannot go on, `a` first: `balance` does not fit this program: "), "{told}");
}
