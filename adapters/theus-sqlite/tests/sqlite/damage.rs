//! A file in which something has been changed: what is said of it is right, or an error.

use std::panic::{AssertUnwindSafe, catch_unwind};

use theus_core::store::{Audit, Entry, Part, Store, StoreError, StoredCount, StoredEvent, StoredOrigin, Write};
use theus_sqlite::{Durability, SqliteStore};

use super::desk::*;
use super::processes::number;

const NAMES: [&str; 4] = ["a", "b", "c", "nobody"];

fn whole(folder: &Folder) -> Vec<u8> {
    let store = quick(folder.path());
    let records = records(6);
    for session in &NAMES[..3] {
        write(&store, first(session, vec![field("x", [0]), field("long", vec![3; 3_000])])).unwrap();
    }
    for step in 0..140_u8 {
        let session = if step % 10 == 0 { "b" } else { "a" };
        let state = store.load(session).unwrap().unwrap();
        let mut on = next(session, &state, vec![part("x", vec![step; 40])]);
        if step % 20 == 0 {
            let origin = StoredOrigin::External;
            let payload = Some(serde_json::json!({ "step": step }));
            on.raised = vec![StoredEvent {
                number: u64::from(step) + 1,
                name: "CMD_GO".to_owned(),
                payload,
                urgent: true,
                origin,
                internal: false,
                came: Some(u64::from(step)),
                trace: None,
            }];
            on.counts = Some(vec![StoredCount { rule: "r".to_owned(), count: 2, ..Default::default() }]);
        }
        if step % 30 == 0 {
            let value = (step > 60).then(|| vec![step; 100]);
            let entry = Entry { key: vec![step % 60], value };
            on.entry.as_mut().unwrap().parts.push(Part { path: "map".to_owned(), value: None, entries: vec![entry] });
            on.messages = vec![message(u64::from(step), None), message(7, Some("no such address"))];
        }
        if step == 50 {
            on.answer = Some(answer("key"));
        }
        if step % 25 == 0 {
            on.audit.records = vec![records[usize::from(step) / 25].clone()];
        }
        write(&store, on).unwrap();
    }
    let audit = Audit { records: vec![], interlock: Some(Some(records[5].clone())), ..Audit::default() };
    write(&store, Write { session: "c".into(), audit, ..Write::default() }).unwrap();
    drop(store);
    assert!(!folder.file("desk.db-wal").exists(), "who closes it last writes the log back");
    std::fs::read(folder.path()).unwrap()
}

/// Each thing that can be asked, with its answer.
fn asked(store: &dyn Store) -> Vec<(String, Result<String, StoreError>)> {
    fn text(answer: impl std::fmt::Debug) -> String {
        format!("{answer:?}")
    }
    let mut asked = vec![
        ("begin".to_owned(), store.begin().map(text)),
        ("sessions".to_owned(), store.sessions(None, 100).map(text)),
        ("later sessions".to_owned(), store.sessions(Some("a"), 1).map(text)),
        ("ledger".to_owned(), store.ledger(0, 100).map(text)),
        ("outbox".to_owned(), store.outbox(false, None, 100).map(text)),
        ("dead letters".to_owned(), store.outbox(true, None, 100).map(text)),
    ];
    for name in NAMES {
        asked.push((format!("load {name}"), store.load(name).map(text)));
        asked.push((format!("base {name}"), store.base(name).map(text)));
        asked.push((format!("answer {name}"), store.answer(name, "key").map(text)));
        asked.push((format!("journal {name}"), store.journal(name, 0, 1_000).map(text)));
        asked.push((format!("page {name}"), store.journal(name, 20, 10).map(text)));
    }
    asked
}

#[test]
fn whatever_bytes_have_changed_the_answer_is_right_or_an_error() {
    let (flips, seed) = (number("THEUS_FLIPS", 250), number("THEUS_SEED", fastrand::u64(..)));
    println!("seed: {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = Folder::new();
    let bytes = whole(&folder);
    let right = asked(&quick(folder.path()));
    assert!(right.iter().all(|(_, answer)| answer.is_ok()));
    let (mut refused, mut noticed) = (0, 0);
    for flip in 0..flips {
        let mut changed = bytes.clone();
        let mut at = Vec::new();
        for _ in 0..if random.u8(..4) == 0 { 3 } else { 1 } {
            // The header, the first pages and the rest alike.
            let range = [100, 4_096 * 3, bytes.len()][random.usize(..3)];
            let place = random.usize(..range);
            at.push(place);
            changed[place] ^= 1 << random.u8(..8);
        }
        let what = format!("seed {seed}, flip {flip} at {at:?}");
        let folder = Folder::new();
        std::fs::write(folder.path(), &changed).unwrap();
        let answers = catch_unwind(AssertUnwindSafe(|| {
            let store = SqliteStore::open(folder.path())?.durability(Durability::None);
            let answers = asked(&store);
            // A write is refused, or what comes of it is right; that the interlock is latched is not forgotten.
            let state = theus_core::store::SessionState { step: 126, ..Default::default() };
            let on = next("a", &state, vec![part("x", [1])]);
            match write(&store, on) {
                Ok(_) => panic!("{what}: the interlock is latched"),
                Err(StoreError::Halted { .. }) => {}
                Err(error) => drop(error.to_string()),
            }
            Ok::<_, StoreError>(answers)
        }));
        match answers.unwrap_or_else(|_| panic!("{what}: it panicked")) {
            Err(error) => {
                refused += 1;
                assert!(error.to_string().contains("desk.db"), "{what}: {error}");
            }
            Ok(answers) => {
                for ((asked, answer), (_, right)) in answers.iter().zip(&right) {
                    match answer {
                        Ok(_) => assert_eq!(answer, right, "{what}: {asked}"),
                        Err(error) => {
                            noticed += 1;
                            assert!(error.to_string().contains("desk.db"), "{what}: {asked}: {error}");
                        }
                    }
                }
            }
        }
    }
    println!("{flips} files, {refused} not opened, {noticed} answers that were errors");
    assert!(noticed > 0 && refused > 0);
}

#[test]
fn a_row_that_is_changed_is_told_by_its_place_and_other_sessions_go_on() {
    let folder = Folder::new();
    let bytes = {
        let store = quick(folder.path());
        for session in ["a", "b"] {
            write(&store, first(session, vec![field("x", [0]), field("long", vec![3; 3_000])])).unwrap();
            let mut on = next(session, &store.load(session).unwrap().unwrap(), vec![part("x", [1])]);
            let origin = StoredOrigin::External;
            let name = "CMD_GO".to_owned();
            on.raised = vec![StoredEvent {
                number: 1,
                name,
                payload: None,
                urgent: true,
                origin,
                internal: false,
                came: None,
                trace: None,
            }];
            let entries = [1, 2].map(|key| Entry { key: vec![key], value: Some(vec![key; 9]) }).to_vec();
            on.entry.as_mut().unwrap().parts.push(Part { path: "map".to_owned(), value: None, entries });
            on.messages = vec![message(1, None)];
            on.answer = Some(answer("key"));
            on.audit.records = if session == "a" { records(2) } else { vec![] };
            write(&store, on).unwrap();
        }
        drop(store);
        std::fs::read(folder.path()).unwrap()
    };
    type Ask = fn(&dyn Store) -> Result<String, StoreError>;
    let load: Ask = |store| store.load("a").map(|state| format!("{state:?}"));
    let journal: Ask = |store| store.journal("a", 1, 10).map(|entries| format!("{entries:?}"));
    let first: Ask = |store| store.base("a").map(|base| format!("{base:?}"));
    let outbox: Ask = |store| store.outbox(false, None, 10).map(|messages| format!("{messages:?}"));
    let given: Ask = |store| store.answer("a", "key").map(|answer| format!("{answer:?}"));
    let ledger: Ask = |store| store.ledger(1, 10).map(|records| format!("{records:?}"));
    let begin: Ask = |store| store.begin().map(|begin| format!("{begin:?}"));
    let list: Ask = |store| store.sessions(None, 10).map(|rows| format!("{rows:?}"));
    let cases: [(&str, Ask, &str); 25] = [
        (
            "UPDATE entry SET value = x'00' WHERE session = 1 AND key = x'01'",
            load,
            "the entries of the field `map` of the session `a`",
        ),
        (
            "DELETE FROM entry WHERE session = 1 AND key = x'02'",
            load,
            "the entries of the field `map` of the session `a`",
        ),
        ("UPDATE session SET leased_by = 'me', leased_until = 7 WHERE name = 'a'", load, "the session `a`"),
        ("UPDATE session SET base = 1 WHERE name = 'a'", first, "the session `a`"),
        ("UPDATE journal SET entries = NULL WHERE session = 1 AND step = 1", journal, "step 1 of the session `a`"),
        ("UPDATE answer SET gave = x'00' WHERE session = 1", given, "the answer `key` of the session `a`"),
        ("UPDATE message SET tries = 9 WHERE session = 'a'", outbox, "the message 1 of the session `a`"),
        ("UPDATE message SET dead = 'it is' WHERE session = 'a'", outbox, "the message 1 of the session `a`"),
        ("UPDATE session SET step = 2 WHERE name = 'a'", load, "the session `a`"),
        ("UPDATE session SET version = 2 WHERE name = 'a'", list, "the session `a`"),
        (
            "UPDATE session SET state = (SELECT state FROM session WHERE name = 'b') WHERE name = 'a'",
            load,
            "the session `a`",
        ),
        ("UPDATE session SET due = 1 WHERE name = 'a'", load, "the session `a`"),
        ("UPDATE session SET counts = '[]' WHERE name = 'a'", load, "the session `a`"),
        ("UPDATE field SET value = x'00' WHERE session = 1", load, "the field `long` of the session `a`"),
        ("DELETE FROM field WHERE session = 1", load, "the field `long` of the session `a`: its row is missing"),
        ("DELETE FROM event WHERE session = 1", load, "the events of the session `a`: 0 are there, and 1 were written"),
        ("UPDATE event SET number = 2 WHERE session = 1", load, "the event 2 of the session `a`"),
        ("UPDATE event SET urgent = 0 WHERE session = 1", load, "the event 1 of the session `a`"),
        ("UPDATE journal SET at = 0 WHERE session = 1 AND step = 1", journal, "step 1 of the session `a`"),
        (
            "DELETE FROM journal WHERE session = 1 AND step = 1",
            journal,
            "step 1 of the session `a`: its row is missing",
        ),
        ("UPDATE journal SET parts = x'00' WHERE session = 1 AND step = 0", first, "step 0 of the session `a`"),
        (
            "UPDATE ledger SET body = replace(body, 'main', 'nain') WHERE sequence = 1",
            ledger,
            "the record 1 of its ledger",
        ),
        ("DELETE FROM ledger WHERE sequence = 2", ledger, "the record 2 of its ledger: its row is missing"),
        ("UPDATE audit SET last = 1", begin, "the end of its ledger"),
        ("DELETE FROM audit", begin, "the end of its ledger"),
    ];
    for (sql, ask, place) in cases {
        let folder = Folder::new();
        std::fs::write(folder.path(), &bytes).unwrap();
        assert!(ask(&quick(folder.path())).is_ok(), "{sql}");
        let changed = rusqlite::Connection::open(folder.path()).unwrap().execute(sql, []).unwrap();
        assert!(changed >= 1, "{sql}");
        let store = quick(folder.path());
        let error = ask(&store).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{sql}: {error}");
        assert!(error.to_string().contains(&format!("is damaged at {place}")), "{sql}: {error}");
        if !place.contains("ledger") {
            let b = store.load("b").unwrap().unwrap();
            write(&store, next("b", &b, vec![part("x", [2])])).unwrap();
            assert_eq!(store.load("b").unwrap().unwrap().step, 2, "{sql}");
        }
    }
}

#[test]
fn a_damaged_session_takes_none_of_its_group_along() {
    let folder = Folder::new();
    let store = quick(folder.path());
    for session in ["a", "b"] {
        write(&store, first(session, vec![field("x", [0])])).unwrap();
    }
    let on = |session| next(session, &store.load(session).unwrap().unwrap(), vec![part("x", [2])]);
    let (a, b) = (on("a"), on("b"));
    let other = rusqlite::Connection::open(folder.path()).unwrap();
    other.execute("UPDATE session SET version = 77 WHERE name = 'a'", []).unwrap();
    // Another program, which has not seen it whole. What the audit found stays.
    let store = quick(folder.path());
    let mut a = a;
    a.audit.records = records(1);
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        // The first one answers so slowly that the others come together.
        let slowly = Write { session: "nobody".into(), ..Write::default() };
        let (leads, led) = std::sync::mpsc::channel();
        let store = &store;
        scope.spawn(move || {
            let done = move |_| {
                leads.send(()).unwrap();
                std::thread::sleep(std::time::Duration::from_millis(200));
            };
            store.submit(slowly, Box::new(done));
        });
        led.recv().unwrap();
        for (name, one) in [("b", b), ("a", a)] {
            let tell = tell.clone();
            scope.spawn(move || store.submit(one, Box::new(move |answer| tell.send((name, answer)).unwrap())));
        }
    });
    let mut answers: Vec<_> = told.try_iter().collect();
    answers.sort_by_key(|(name, _)| *name);
    assert!(matches!(&answers[..], [("a", Err(StoreError::Corrupt { .. })), ("b", Ok(_))]), "{answers:?}");
    assert_eq!(store.ledger(1, 10).unwrap().len(), 1);
    assert_eq!(store.load("b").unwrap().unwrap().step, 1);
}

/// Of what is there twice both are asked: where one of them leads elsewhere, nobody is told that there is nothing.
#[test]
fn a_list_that_leads_elsewhere_is_not_taken_for_an_empty_one() {
    let folder = Folder::new();
    let bytes = {
        let store = quick(folder.path());
        write(&store, first("a", vec![])).unwrap();
        let mut on = next("a", &store.load("a").unwrap().unwrap(), vec![part("x", [1])]);
        (on.answer, on.messages) = (Some(answer("key")), vec![message(1, None)]);
        write(&store, on).unwrap();
        drop(store);
        std::fs::read(folder.path()).unwrap()
    };
    for list in ["answer", "answer_again", "message", "message_again"] {
        let folder = Folder::new();
        std::fs::write(folder.path(), &bytes).unwrap();
        // No entry was written: that one is empty.
        let led = format!(
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = \
             (SELECT rootpage FROM sqlite_schema WHERE name = 'entry') WHERE name = '{list}'"
        );
        rusqlite::Connection::open(folder.path()).unwrap().execute_batch(&led).unwrap();
        let store = quick(folder.path());
        let told = (store.answer("a", "key"), store.outbox(false, None, 9));
        match list {
            "answer" => assert!(matches!(told.0, Err(StoreError::Corrupt { .. })), "{told:?}"),
            "answer_again" => assert_eq!(told.0, Ok(Some(answer("key")))),
            _ => assert!(matches!(told.1, Err(StoreError::Corrupt { .. })), "{list}: {told:?}"),
        }
    }
}
