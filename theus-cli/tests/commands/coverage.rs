//! `check --coverage`.

use std::time::SystemTime;

use serde_json::json;
use theus_core::prelude::*;
use theus_core::store::{Fault, MemoryStore};
use theus_core::workflow::WorkflowManager;

use super::desk::{Account, Bank, Deposit, NOW, Ports, Rename, bank, json, of_three_steps, open, refused, said, wrong};
use crate::altered::Altered;

/// What leaves no trace in a journal.
#[process(inputs = [domain.balance])]
fn look(ctx: Ctx<Account, (), Ports>) -> i64 {
    *ctx.domain.balance
}

/// The program of another day, with a recipe of its own.
fn other(store: &MemoryStore, recipe: &str) -> Bank {
    let builder = Engine::builder(Account::default()).effects(Ports::default());
    let builder = builder.process::<Deposit>().process::<Look>().recipe("audit.yaml", recipe).unwrap();
    builder.clock(|| SystemTime::UNIX_EPOCH + NOW).store(store.clone()).session_in_memory().build().unwrap()
}

const FLOW: &str = "
external: [CMD_ON, CMD_BREAK, CMD_BACK, CMD_END, CMD_AWAY]
states:
  OPEN:
    states:
      NEW: { events: { CMD_ON: BUSY } }
      BUSY: {}
      LAST: { history: shallow, default: NEW }
    events: { CMD_BREAK: AWAY, CMD_END: PAID }
  AWAY: { events: { CMD_BACK: LAST, CMD_AWAY: LOST } }
  PAID: { entry: { run: deposit, with: { amount: 1 } }, events: { EVT_CHAIN_DONE: SHUT } }
  LOST: {}
  SHUT: { final: true }
";

/// A workflow in a file, for as long as the folder is there.
fn file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flow.yaml");
    std::fs::write(&path, text).unwrap();
    let file = path.to_str().unwrap().to_owned();
    (folder, file)
}

fn drive(bank: &Bank, name: &str, events: &[&str]) {
    let session = open(bank, name);
    let mut flow = WorkflowManager::from_text(&session, "flow.yaml", FLOW).unwrap().hydrate().unwrap();
    flow.run_until_idle().unwrap();
    for event in events {
        flow.emit(event).unwrap();
        flow.run_until_idle().unwrap();
    }
}

#[test]
fn what_ran_and_what_was_broken_is_told_with_what_was_not() {
    let bank = of_three_steps();
    assert_eq!(
        said(&bank, &["check", "--coverage"]),
        "looked at 1 session: all can go on\n\
         processes 2 of 4, rules 0 of 1\n\
         never ran: guess\n\
         never ran: revalue\n\
         never broken: `amount max 100` of deposit (input), audit.yaml:1:58\n\
         not known: states, as no workflow was named\n"
    );
    // What is refused has not run, and its rule was broken.
    assert!(open(&bank, "other").run(Deposit { amount: 101 }).is_err());
    let told = said(&bank, &["check", "--coverage"]);
    assert!(told.contains("\nprocesses 2 of 4, rules 1 of 1\n") && !told.contains("never broken"), "{told}");
    assert_eq!(said(&bank, &["check"]), "looked at 2 sessions: all can go on\n", "nobody asked for it");
    // Records stay where a session is gone.
    drop(said(&bank, &["remove", "other"]));
    assert!(said(&bank, &["check", "--coverage"]).contains("rules 1 of 1"));
}

#[test]
fn it_is_one_object_beside_what_the_check_says() {
    let bank = of_three_steps();
    assert!(open(&bank, "main").run(Deposit { amount: 101 }).is_err());
    let told = json(&said(&bank, &["check", "--coverage", "--json"]));
    assert_eq!(
        told,
        [json!({
            "sessions": 1, "to_migrate": 0, "findings": [],
            "coverage": {
                "sessions": 1,
                "processes": [
                    { "process": "deposit", "runs": 2 }, { "process": "guess", "runs": 0 },
                    { "process": "rename", "runs": 1 }, { "process": "revalue", "runs": 0 },
                ],
                "rules": [{
                    "process": "deposit", "gate": "input", "rule": "amount max 100", "source": "audit.yaml:1:58",
                    "violations": 1,
                }],
                "untraced": [], "unknown_steps": 0, "unknown_violations": 0, "pruned_steps": 0,
                "ready": 0, "unplaced": 0, "unread": 0,
            },
        })]
    );
    assert!(json(&said(&bank, &["check", "--json"]))[0].get("coverage").is_none());
}

#[test]
fn states_are_those_that_sessions_are_in_and_those_that_a_history_state_remembers() {
    let bank = bank(&MemoryStore::new());
    let (_folder, flow) = file(FLOW);
    let figures = |expected: &str| {
        let told = said(&bank, &["check", &flow, "--coverage"]);
        let lines: Vec<&str> = told.lines().collect();
        let missed: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("in no session: ")).collect();
        let states = lines[1].split_once(", states ").unwrap().1;
        assert_eq!(format!("{states}; {}", missed.join(" ")), expected, "{told}");
        (*lines.last().unwrap()).to_owned()
    };
    open(&bank, "undriven");
    let unknown = figures("0 of 7; OPEN NEW BUSY AWAY PAID LOST SHUT");
    assert_eq!(unknown, "not known: states that were passed through and left, which are not stored");
    drive(&bank, "a", &[]);
    figures("2 of 7; BUSY AWAY PAID LOST SHUT");
    // It was in BUSY, says LAST; that it was in NEW nobody says any more.
    drive(&bank, "a", &["CMD_ON", "CMD_BREAK"]);
    figures("3 of 7; NEW PAID LOST SHUT");
    drive(&bank, "b", &["CMD_BREAK", "CMD_AWAY"]);
    figures("5 of 7; PAID SHUT");
    let told = json(&said(&bank, &["check", &flow, "--coverage", "--json"]));
    let of = |name: &str| {
        let states = told[0]["coverage"]["states"].as_array().unwrap();
        states.iter().find(|state| state["state"] == name).unwrap().clone()
    };
    assert_eq!(of("OPEN"), json!({ "state": "OPEN", "sessions": 0, "remembered": 2 }));
    assert_eq!(of("LOST"), json!({ "state": "LOST", "sessions": 1, "remembered": 0 }));
}

#[test]
fn what_follows_from_a_commit_alone_is_said_not_to_be_known() {
    let bank = bank(&MemoryStore::new());
    let (_folder, flow) = file(FLOW);
    drive(&bank, "a", &["CMD_END"]);
    let told = said(&bank, &["check", &flow, "--coverage"]);
    assert!(told.ends_with("; where 1 session would be with what is still to be done there\n"), "{told}");
    assert!(told.contains("in no session: SHUT\n"), "{told}");
    // Whoever goes on with it comes there.
    let session = open(&bank, "a");
    let mut manager = WorkflowManager::from_text(&session, "flow.yaml", FLOW).unwrap().hydrate().unwrap();
    manager.run_until_idle().unwrap();
    assert_eq!(manager.state(), "SHUT");
}

#[test]
fn sessions_that_are_nowhere_in_the_workflow_are_counted_and_the_check_says_why() {
    let bank = bank(&MemoryStore::new());
    drive(&bank, "a", &[]);
    drive(&bank, "b", &["CMD_BREAK"]);
    let (_folder, flow) = file(&FLOW.replace("NEW", "FRESH"));
    let told = wrong(&bank, &["check", &flow, "--coverage"]);
    assert!(told.contains("`a` first: ") && told.contains("NEW"), "{told}");
    assert!(told.contains("; the place of 2 sessions, which this workflow has not"), "{told}");
    assert!(told.contains(", states 0 of 7\n"), "{told}");
}

#[test]
fn a_rule_is_known_by_what_it_says_wherever_its_line_has_gone() {
    let store = MemoryStore::new();
    assert!(open(&bank(&store), "main").run(Deposit { amount: 101 }).is_err());
    let moved =
        "limits: { least: 1 }\nprocess_recipes:\n  deposit:\n    inputs:\n      - { field: amount, max: 100 }\n";
    let told = said(&other(&store, moved), &["check", "--coverage"]);
    assert!(told.contains("rules 1 of 1"), "{told}");
    // Another bound is another rule.
    let told = said(&other(&store, &moved.replace("100", "99")), &["check", "--coverage"]);
    assert!(
        told.contains("rules 0 of 1") && told.contains("never broken: `amount max 99` of deposit (input)"),
        "{told}"
    );
    assert!(told.contains("of processes and rules that this program has no more: 0 steps, 1 violation\n"), "{told}");
}

#[test]
fn what_leaves_no_trace_is_not_said_never_to_have_run() {
    let store = MemoryStore::new();
    open(&bank(&store), "main").run(Rename { to: "Ada".to_owned() }).unwrap();
    let bank = other(&store, "invariants: [ { field: domain.balance, min: 0 } ]");
    open(&bank, "main").run(Look {}).unwrap();
    open(&bank, "main").run(Deposit { amount: 1 }).unwrap();
    assert!(open(&bank, "main").run(Deposit { amount: -9 }).is_err());
    let told = said(&bank, &["check", "--coverage"]);
    assert!(told.contains("\nprocesses 1 of 1, rules 1 of 1\n"), "{told}");
    assert!(
        told.contains("that this program has no more: 1 step, 0 violations\n"),
        "rename is not of this program: {told}"
    );
    assert!(
        told.ends_with("not known: states, as no workflow was named; runs of look, which write nothing\n"),
        "{told}"
    );
}

#[test]
fn steps_that_were_pruned_are_said_not_to_be_known() {
    let bank = of_three_steps();
    drop(said(&bank, &["prune", "main", "--keep", "1"]));
    let told = said(&bank, &["check", "--coverage"]);
    assert!(told.contains("processes 1 of 4") && told.contains("never ran: rename\n"), "{told}");
    assert!(told.ends_with("; what ran in 2 steps that were pruned\n"), "{told}");
    drop(said(&bank, &["prune", "main", "--keep", "0"]));
    assert!(said(&bank, &["check", "--coverage"]).ends_with("; what ran in 3 steps that were pruned\n"));
}

#[test]
fn sessions_steps_and_records_are_read_to_their_end_beyond_one_page() {
    let bank = bank(&MemoryStore::new());
    for number in 0..300 {
        open(&bank, &format!("{number:03}")).run(Deposit { amount: 1 }).unwrap();
    }
    let last = open(&bank, "last");
    for _ in 0..300 {
        last.run(Deposit { amount: 1 }).unwrap();
        assert!(last.run(Deposit { amount: 101 }).is_err());
    }
    last.run(Rename { to: "Ada".to_owned() }).unwrap();
    let told = json(&said(&bank, &["check", "--coverage", "--json"]));
    let coverage = &told[0]["coverage"];
    assert_eq!((&coverage["sessions"], &coverage["pruned_steps"]), (&json!(301), &json!(0)));
    assert_eq!(coverage["processes"][0], json!({ "process": "deposit", "runs": 600 }));
    assert_eq!(coverage["processes"][2], json!({ "process": "rename", "runs": 1 }));
    assert_eq!(coverage["rules"][0]["violations"], 300);
}

#[test]
fn a_session_that_is_damaged_is_counted_and_the_others_are_looked_at_all_the_same() {
    let store = MemoryStore::new();
    drive(&bank(&store), "a", &[]);
    drive(&bank(&store), "b", &["CMD_BREAK"]);
    let bank = Altered::new(&store).unreadable("a").bank();
    let (_folder, flow) = file(FLOW);
    let told = wrong(&bank, &["check", &flow, "--coverage"]);
    assert!(told.contains("; what is in 1 session that cannot be read\n"), "{told}");
    assert!(told.contains(", states 3 of 7\n"), "{told}");
}

#[test]
fn a_store_that_cannot_be_read_is_not_said_to_have_nothing() {
    let store = MemoryStore::new();
    let bank = bank(&store);
    open(&bank, "main").run(Deposit { amount: 5 }).unwrap();
    let calls = |words: &[&str]| {
        let before = store.calls();
        drop(said(&bank, words));
        store.calls() - before
    };
    let (check, all) = (calls(&["check"]), calls(&["check", "--coverage"]));
    assert!(all > check);
    for call in check + 1..=all {
        store.fail(store.calls() + call, Fault::Unavailable);
        assert!(refused(&bank, &["check", "--coverage"]).ends_with("nothing was written, try again"), "call {call}");
    }
}
