//! `outbox`.

use serde_json::json;
use theus_core::store::MemoryStore;

use super::desk::{Bank, Rename, bank, json, of_three_steps, open, parsed, refused, said};

/// Every message that waits has become a dead letter.
fn fail_all(bank: &Bank) {
    let outbox = bank.outbox().unwrap().attempts(1);
    outbox.deliver(|_| Err("the \u{1b}[31mpost\nis shut".into())).unwrap();
}

#[test]
fn what_waits_is_listed_until_it_is_delivered() {
    let bank = of_three_steps();
    assert_eq!(said(&bank, &["outbox"]), "main/1  step 2  Receipt {\"amount\":3}\n");
    assert_eq!(said(&bank, &["outbox", "--dead"]), "there are no dead letters\n");
    let line =
        json!({ "key": "main/1", "step": 2, "topic": "Receipt", "body": { "amount": 3 }, "tries": 0, "dead": null });
    assert_eq!(json(&said(&bank, &["outbox", "--json"])), [line]);
    bank.outbox().unwrap().deliver(|_| Err("not yet".into())).unwrap();
    assert_eq!(said(&bank, &["outbox"]), "main/1  step 2  Receipt {\"amount\":3}  failed 1 time\n");
    bank.outbox().unwrap().attempts(1).deliver(|_| Ok(())).unwrap();
}

#[test]
fn a_dead_letter_is_tried_again_when_it_is_told() {
    let bank = of_three_steps();
    let waits = refused(&bank, &["outbox", "--again", "main/1"]);
    assert_eq!(waits, "the message main/1 is no dead letter: it waits, and is tried by itself");
    fail_all(&bank);
    assert_eq!(said(&bank, &["outbox"]), "no message waits\n");
    let dead = said(&bank, &["outbox", "--dead"]);
    assert_eq!(dead, "main/1  step 2  Receipt {\"amount\":3}  dead: the \\u{1b}[31mpost\\nis shut\n");
    assert_eq!(said(&bank, &["outbox", "--again", "main/1"]), "main/1 waits again\n");
    assert_eq!(said(&bank, &["outbox"]).lines().count(), 1);
    let missing = refused(&bank, &["outbox", "--again", "main/2"]);
    assert_eq!(
        missing,
        "the outbox has no message main/2 among the dead letters: it was delivered or discarded; `outbox --dead` lists those that \
         there are"
    );
}

#[test]
fn a_message_is_discarded_whether_it_waits_or_is_dead() {
    let bank = of_three_steps();
    open(&bank, "main").run(Rename { to: "Bob!".to_owned() }).unwrap();
    let gone = said(&bank, &["outbox", "--discard", "main/1"]);
    assert_eq!(gone, "main/1 is gone, and was not delivered: Receipt {\"amount\":3}\n");
    fail_all(&bank);
    said(&bank, &["outbox", "--discard", "main/2"]);
    let missing = refused(&bank, &["outbox", "--discard", "main/2"]);
    assert!(missing.starts_with("the outbox has no message main/2: it was delivered or discarded"), "{missing}");
}

#[test]
fn many_messages_come_by_pages_over_the_sessions() {
    let bank = bank(&MemoryStore::new());
    for name in ["a/1", "b"] {
        let session = open(&bank, name);
        (0..150).for_each(|_| session.run(Rename { to: "x".to_owned() }).unwrap());
    }
    let first = said(&bank, &["outbox"]);
    assert_eq!(first.lines().last().unwrap(), "… and more: --after a/1/100");
    let second = said(&bank, &["outbox", "--after", "a/1/100", "--most", "300"]);
    assert_eq!((second.lines().count(), second.lines().next().unwrap().split(' ').next()), (200, Some("a/1/101")));
    assert_eq!(json(&said(&bank, &["outbox", "--most", "290", "--json"])).len(), 290);
}

#[test]
fn a_key_is_a_session_and_a_number() {
    for wrong in ["main", "main/", "main/0", "main/x", "/"] {
        let said = parsed(&["outbox", "--again", wrong]).unwrap_err();
        assert!(said.contains("a message's key is its session and its number, as in `main/3`"), "{said}");
    }
    assert!(parsed(&["outbox", "--again", "a/b/3"]).is_ok());
    assert!(parsed(&["outbox", "--again", "a/1", "--discard", "a/1"]).is_err());
    assert!(parsed(&["outbox", "--again", "a/1", "--json"]).is_err());
}
