//! What the port says, and what only a file has.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use theus_core::prelude::*;
use theus_core::store::{
    Audit, Base, CodePrint, Entry, Part, Store, StoreError, StoredCount, StoredEvent, StoredOrigin, Write, decode,
    encode,
};
use theus_sqlite::{Durability, SqliteStore};

use super::desk::*;

fn raised(number: u64) -> StoredEvent {
    let origin = StoredOrigin::External;
    StoredEvent {
        number,
        name: format!("CMD_{number}"),
        payload: None,
        urgent: false,
        origin,
        internal: false,
        came: None,
        trace: None,
    }
}

#[test]
fn an_engine_goes_on_where_the_last_one_was() {
    let folder = Folder::new();
    let first = desk(&SqliteStore::open(folder.path()).unwrap());
    for number in 1..=5 {
        first.run(Book { number, amount: 10 }).unwrap();
    }
    assert!(first.run(Book { number: 6, amount: 6_000 }).is_ok(), "counted, not refused yet");
    let (before, state) = (data(&first), first.dehydrate().unwrap());
    drop(first);
    let again = desk(&SqliteStore::open(folder.path()).unwrap());
    assert_eq!(data(&again), before);
    let mut gone_on = again.dehydrate().unwrap();
    // When an event came the store knows, of an engine that has no clock of a workflow.
    assert!(gone_on.events.iter_mut().all(|event| event.came.take().is_some()));
    assert_eq!(gone_on, state);
    assert_eq!(again.journal("main").unwrap().verify().unwrap(), 6);
    assert_eq!(again.replay("main").unwrap().divergence, None);
    assert!(again.run(Book { number: 7, amount: 6_000 }).is_ok());
    assert!(matches!(again.run(Book { number: 8, amount: 6_000 }), Err(RunError::Blocked(_))), "the count went on");
    assert!(matches!(again.run(Book { number: 9, amount: 2_000_000 }), Err(RunError::Interlocked(_))));
    drop(again);
    let third = desk(&SqliteStore::open(folder.path()).unwrap());
    assert!(matches!(third.run(Book { number: 10, amount: 1 }), Err(RunError::Halted(_))));
    let store = SqliteStore::open(folder.path()).unwrap();
    let ledger = store.ledger(1, 1_000).unwrap();
    assert!(ledger.windows(2).all(|pair| pair[1].previous == pair[0].hash));
}

#[test]
fn two_engines_on_one_file_lose_no_update() {
    let folder = Folder::new();
    let (one, two) = (desk(&quick(folder.path())), desk(&quick(folder.path())));
    one.run(Book { number: 1, amount: 1 }).unwrap();
    let refused = two.run(Book { number: 2, amount: 2 }).unwrap_err();
    assert!(matches!(refused, RunError::Store(StoreError::Conflict { expected: 0, found: 1, .. })), "{refused}");
    assert_eq!(two.run(Book { number: 2, amount: 2 }).unwrap(), 3);
    assert!(matches!(one.run(Book { number: 3, amount: 4 }), Err(RunError::Store(StoreError::Conflict { .. }))));
    assert_eq!(one.run(Book { number: 3, amount: 4 }).unwrap(), 7);
    assert_eq!(one.journal("main").unwrap().verify().unwrap(), 3);
}

#[test]
fn an_interlock_that_another_program_latches_stops_this_one_at_its_next_commit() {
    let folder = Folder::new();
    let (one, two) = (quick(folder.path()), quick(folder.path()));
    write(&one, first("a", vec![])).unwrap();
    write(&one, next("a", &one.load("a").unwrap().unwrap(), vec![part("x", [1])])).unwrap();
    let record = records(1).remove(0);
    let audit = Audit { records: vec![record.clone()], interlock: Some(Some(record)), ..Audit::default() };
    write(&two, Write { session: "a".into(), audit, ..Write::default() }).unwrap();
    let write_on = || next("a", &one.load("a").unwrap().unwrap(), vec![part("x", [2])]);
    assert!(matches!(write(&one, write_on()), Err(StoreError::Halted { .. })));
    // What only brings an event is no run.
    write(&one, Write { session: "a".into(), raised: vec![raised(1)], ..Write::default() }).unwrap();
    let audit = Audit { records: vec![], interlock: Some(None), ..Audit::default() };
    write(&two, Write { session: "a".into(), audit, ..Write::default() }).unwrap();
    write(&one, write_on()).unwrap();
    assert_eq!(two.load("a").unwrap().unwrap().step, 2);
}

#[test]
fn an_event_whose_number_another_program_has_given_out_is_refused_and_not_lost() {
    let folder = Folder::new();
    let store = quick(folder.path());
    write(&store, first("a", vec![])).unwrap();
    let raise = |numbers: &[u64]| {
        let raised = numbers.iter().map(|number| raised(*number)).collect();
        write(&store, Write { session: "a".into(), raised, ..Write::default() })
    };
    raise(&[1, 2]).unwrap();
    assert!(matches!(raise(&[3, 2]), Err(StoreError::Conflict { .. })));
    assert!(matches!(raise(&[3, 3]), Err(StoreError::Conflict { .. })));
    let numbers = || store.load("a").unwrap().unwrap().events.iter().map(|event| event.number).collect::<Vec<_>>();
    assert_eq!(numbers(), [1, 2]);
    raise(&[3]).unwrap();
    assert_eq!(numbers(), [1, 2, 3]);
}

#[test]
fn a_step_that_does_not_follow_is_refused() {
    let folder = Folder::new();
    let store = quick(folder.path());
    write(&store, first("a", vec![])).unwrap();
    let mut wrong = next("a", &store.load("a").unwrap().unwrap(), vec![]);
    if let Some(entry) = &mut wrong.entry {
        entry.step = 2;
    }
    let error = write(&store, wrong).unwrap_err().to_string();
    assert!(error.ends_with("step 2 does not follow step 0 of `a`"), "{error}");
    write(&store, next("a", &store.load("a").unwrap().unwrap(), vec![])).unwrap();
}

#[test]
fn long_values_move_out_of_the_row_of_the_session_and_back() {
    let folder = Folder::new();
    let store = quick(folder.path());
    write(&store, first("a", vec![field("big", vec![1; 9_000]), field("small", [1])])).unwrap();
    let rows = || {
        let connection = rusqlite::Connection::open(folder.path()).unwrap();
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let row: (i64, i64) =
            connection.query_row("SELECT (SELECT count(*) FROM field), length(state) FROM session", [], row).unwrap();
        row
    };
    assert_eq!(rows().0, 1);
    let mut expected = std::collections::BTreeMap::from([("big", vec![1; 9_000]), ("small", vec![1])]);
    for (path, length, out) in [("small", 3_000, 2), ("big", 10, 1), ("small", 2_030, 0), ("big", 30, 1), ("big", 3, 0)]
    {
        let value = vec![7_u8; length];
        write(&store, next("a", &store.load("a").unwrap().unwrap(), vec![part(path, value.clone())])).unwrap();
        expected.insert(path, value);
        let state = store.load("a").unwrap().unwrap();
        assert!(
            state
                .fields
                .iter()
                .map(|field| (field.path.as_str(), &field.value))
                .eq(expected.iter().map(|(path, value)| (*path, value)))
        );
        assert_eq!(rows().0, out, "{path} of {length}");
        assert!(rows().1 < 2_200);
    }
}

#[test]
fn a_page_of_a_long_journal_is_the_same_wherever_it_begins() {
    let folder = Folder::new();
    let store = quick(folder.path());
    for session in ["a", "b"] {
        write(&store, first(session, vec![])).unwrap();
    }
    for step in 0..300_u64 {
        for session in ["a", "b"] {
            let state = store.load(session).unwrap().unwrap();
            write(&store, next(session, &state, vec![part("x", step.to_le_bytes())])).unwrap();
        }
    }
    let all = store.journal("a", 0, usize::MAX).unwrap();
    assert_eq!(all.len(), 300);
    assert!(all.iter().zip(1..).all(|(entry, step)| entry.step == step));
    for from in 0..310 {
        for most in [0, 1, 2, 64, 65, 200] {
            let start = usize::try_from(from.max(1) - 1).unwrap().min(300);
            let expected = &all[start..(start + most).min(300)];
            assert_eq!(store.journal("a", from, most).unwrap(), expected, "{most} from {from}");
        }
    }
    // What stands behind the page is not read for it, but for the few rows up to the next mark.
    let other = rusqlite::Connection::open(folder.path()).unwrap();
    other.execute_batch("UPDATE journal SET at = at + 1 WHERE step = 200").unwrap();
    assert_eq!(store.journal("a", 1, 120).unwrap(), all[..120]);
    assert_eq!(store.journal("a", 201, 100).unwrap(), all[200..]);
    let error = store.journal("a", 150, 100).unwrap_err().to_string();
    assert!(error.contains("damaged at step 200 of the session `a`"), "{error}");
}

#[test]
fn many_threads_commit_together_and_each_gets_its_own_answer() {
    let folder = Folder::new();
    let store = quick(folder.path());
    thread::scope(|scope| {
        for number in 0..24 {
            let store = &store;
            scope.spawn(move || {
                let session = format!("s{number}");
                write(store, first(&session, vec![field("x", [0])])).unwrap();
                for step in 0..30_u8 {
                    let state = store.load(&session).unwrap().unwrap();
                    let right = next(&session, &state, vec![part("x", [step])]);
                    let wrong = Write { expected: right.expected + 1, ..right.clone() };
                    assert!(matches!(write(store, wrong), Err(StoreError::Conflict { .. })));
                    write(store, right).unwrap();
                }
            });
        }
    });
    for row in store.sessions(None, 100).unwrap() {
        assert_eq!((row.step, store.load(&row.name).unwrap().unwrap().fields[0].value.clone()), (30, vec![29]));
    }
}

#[test]
fn settings_are_what_was_asked_for() {
    let folder = Folder::new();
    for durability in [Durability::PowerLoss, Durability::Crash, Durability::None] {
        let store = SqliteStore::open(folder.path()).unwrap().durability(durability).busy_timeout(Duration::MAX);
        assert!(store.begin().is_ok());
        write(&store, Write { session: "nobody".into(), ..Write::default() }).unwrap_err();
        assert!(format!("{store:?}").contains(&format!("{durability:?}")));
    }
}

#[test]
fn a_file_that_another_program_holds_is_not_available_and_then_is() {
    let folder = Folder::new();
    let store = quick(folder.path()).busy_timeout(Duration::from_millis(30));
    write(&store, first("a", vec![])).unwrap();
    let other = rusqlite::Connection::open(folder.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let on = next("a", &store.load("a").unwrap().unwrap(), vec![part("x", [1])]);
    let error = write(&store, on.clone()).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
    assert!(error.to_string().contains("another program holds it"), "{error}");
    assert_eq!(store.load("a").unwrap().unwrap().step, 0, "who reads does not wait");
    other.execute_batch("COMMIT").unwrap();
    write(&store, on).unwrap();
}

#[test]
fn what_is_no_store_or_of_the_future_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let refused = |path: &std::path::Path| {
        let before = std::fs::read(path).unwrap();
        let error = SqliteStore::open(path).unwrap_err();
        assert_eq!(std::fs::read(path).unwrap(), before);
        error
    };
    drop(SqliteStore::open(folder.path()).unwrap());
    rusqlite::Connection::open(folder.path()).unwrap().execute_batch("PRAGMA user_version = 5").unwrap();
    let newer = refused(&folder.path());
    assert!(matches!(newer, StoreError::Newer { found: 5, known: 4, .. }), "{newer}");
    rusqlite::Connection::open(folder.path()).unwrap().execute_batch("PRAGMA user_version = 4").unwrap();
    SqliteStore::open(folder.path()).unwrap();

    let text = folder.file("notes.txt");
    std::fs::write(&text, "no database, but long enough that it could be taken for one. ".repeat(100)).unwrap();
    assert!(matches!(refused(&text), StoreError::Corrupt { .. }));

    let error = SqliteStore::open(folder.file("none/desk.db")).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    assert!(error.to_string().contains("none/desk.db"), "{error}");

    let other = folder.file("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE t(x)").unwrap();
    let error = SqliteStore::open(&other).unwrap_err().to_string();
    assert!(error.contains("it is a database of another program"), "{error}");
}

#[test]
fn a_file_of_the_future_is_refused_by_an_engine_too() {
    let folder = Folder::new();
    let store = quick(folder.path());
    assert!(matches!(store.load("x"), Ok(None)));
    rusqlite::Connection::open(folder.path()).unwrap().execute_batch("PRAGMA user_version = 9").unwrap();
    assert!(matches!(SqliteStore::open(folder.path()), Err(StoreError::Newer { found: 9, .. })));
}

#[test]
fn a_table_that_is_not_ours_is_told_by_its_name() {
    let folder = Folder::new();
    drop(SqliteStore::open(folder.path()).unwrap());
    let other = rusqlite::Connection::open(folder.path()).unwrap();
    other.execute_batch("DROP INDEX journal_mark").unwrap();
    let error = SqliteStore::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("its table `journal_mark`: it is not there"), "{error}");
    other.execute_batch("CREATE INDEX journal_mark ON journal(session, step) WHERE step % 64 = 0").unwrap();
    // What others add is theirs.
    other.execute_batch("CREATE VIEW steps AS SELECT session, step FROM journal").unwrap();
    SqliteStore::open(folder.path()).unwrap();
}

#[test]
fn a_file_of_the_first_format_is_brought_up_with_all_that_is_in_it() {
    let folder = Folder::new();
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/format-1.db"), folder.path()).unwrap();
    for _ in 0..2 {
        let store = quick(folder.path());
        let steps: Vec<_> = store.sessions(None, 10).unwrap().into_iter().map(|row| (row.name, row.step)).collect();
        assert_eq!(steps, [("a".to_owned(), 126), ("b".to_owned(), 14), ("c".to_owned(), 0)]);
        let a = store.load("a").unwrap().unwrap();
        let values: Vec<_> = a.fields.iter().map(|field| (field.path.as_str(), field.value.len())).collect();
        assert_eq!(values, [("long", 3_000), ("x", 40)]);
        assert_eq!((a.schema, a.last_message), (0, 0));
        assert_eq!(store.load("b").unwrap().unwrap().events.len(), 7);
        let journal = store.journal("a", 0, 1_000).unwrap();
        let base = store.base("a").unwrap().unwrap();
        assert_eq!((base.step, base.version, base.schema, base.fields.len()), (0, 0, 0, 2));
        assert!(journal.iter().zip(1..).all(|(entry, step)| (entry.step, entry.parts[0].entries.len()) == (step, 0)));
        assert_eq!((journal.len(), journal[125].chain), (126, a.chain));
        assert_eq!(store.ledger(1, 100).unwrap().len(), 6);
        assert!(store.begin().unwrap().interlock.is_some());
        assert_eq!(store.outbox(false, None, 9), Ok(vec![]));
    }
    // It goes on as one of this format.
    let store = quick(folder.path());
    let audit = Audit { records: vec![], interlock: Some(None), ..Audit::default() };
    write(&store, Write { session: "a".into(), audit, ..Write::default() }).unwrap();
    let mut on = next("a", &store.load("a").unwrap().unwrap(), vec![part("x", [1])]);
    (on.answer, on.messages) = (Some(answer("key")), vec![message(1, None)]);
    write(&store, on).unwrap();
    assert_eq!(store.answer("a", "key").unwrap(), Some(answer("key")));
    let format: i64 = rusqlite::Connection::open(folder.path())
        .unwrap()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(format, 4);
}

#[test]
fn a_file_of_the_second_format_is_brought_up_with_all_that_is_in_it() {
    let folder = Folder::new();
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/format-2.db"), folder.path()).unwrap();
    for _ in 0..2 {
        let store = quick(folder.path());
        let steps: Vec<_> = store.sessions(None, 10).unwrap().into_iter().map(|row| (row.name, row.step)).collect();
        assert_eq!(steps, [("a".to_owned(), 126), ("b".to_owned(), 14), ("c".to_owned(), 0)]);
        let a = store.load("a").unwrap().unwrap();
        let values: Vec<_> =
            a.fields.iter().map(|field| (field.path.as_str(), field.value.len(), field.entries.len())).collect();
        assert_eq!(values, [("long", 3_000, 0), ("x", 40, 0)]);
        let map = store.load("b").unwrap().unwrap().fields.into_iter().find(|field| field.path == "map");
        assert_eq!(map.unwrap().entries.len(), 2);
        let journal = store.journal("a", 0, 1_000).unwrap();
        assert!(journal.iter().all(|entry| entry.code.is_none()));
        assert_eq!((journal.len(), journal[125].chain), (126, a.chain));
        assert_eq!(store.ledger(1, 100).unwrap().len(), 6);
        assert_eq!([false, true].map(|is_dead| store.outbox(is_dead, None, 99).unwrap().len()), [5, 1]);
    }
    let store = quick(folder.path());
    let audit = Audit { records: vec![], interlock: Some(None), ..Audit::default() };
    write(&store, Write { session: "a".into(), audit, ..Write::default() }).unwrap();
    let mut on = next("a", &store.load("a").unwrap().unwrap(), vec![part("x", [1])]);
    let code = Some(CodePrint { body: 1, contract: u32::MAX, schema: 3 });
    on.entry.as_mut().unwrap().code = code;
    write(&store, on).unwrap();
    assert_eq!(store.journal("a", 127, 9).unwrap()[0].code, code);
}

#[test]
fn a_file_of_the_third_format_is_brought_up_and_counts_across_the_engine() {
    let folder = Folder::new();
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/format-3.db"), folder.path()).unwrap();
    for _ in 0..2 {
        let store = quick(folder.path());
        let beginning = store.begin().unwrap();
        assert_eq!((store.ledger(1, 100).unwrap().len(), beginning.counts.len()), (6, 0));
        let counts = store.load("b").unwrap().unwrap().counts;
        assert_eq!(counts, [StoredCount { rule: "r".to_owned(), count: 2, ..StoredCount::default() }]);
    }
    let counts = |times: &[u64]| StoredCount {
        rule: "w".to_owned(),
        count: 2,
        window: times.to_vec(),
        key: Some("\"ä\"".to_owned()),
        ..StoredCount::default()
    };
    let (one, other) = (vec![counts(&[1, u64::MAX])], vec![counts(&[7]), counts(&[8])]);
    for counts in [one.clone(), other, Vec::new(), one] {
        let store = quick(folder.path());
        let audit = Audit { counts: Some(counts.clone()), ..Audit::default() };
        write(&store, Write { session: "a".into(), audit, ..Write::default() }).unwrap();
        assert_eq!(store.begin().unwrap().counts, counts);
        drop(store);
        assert_eq!(quick(folder.path()).begin().unwrap().counts, counts, "and after a restart");
    }
    let other = rusqlite::Connection::open(folder.path()).unwrap();
    other.execute("UPDATE audit SET counts = replace(counts, '2', '3')", []).unwrap();
    let error = SqliteStore::open(folder.path()).and_then(|store| store.begin()).unwrap_err().to_string();
    assert!(error.contains("the end of its ledger"), "a counter that somebody changed is noticed: {error}");
}

#[test]
fn an_old_file_whose_tables_are_not_those_of_its_format_is_left_as_it_is() {
    let folder = Folder::new();
    std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/format-1.db"), folder.path()).unwrap();
    let other = rusqlite::Connection::open(folder.path()).unwrap();
    other.execute_batch("ALTER TABLE ledger ADD COLUMN theirs INTEGER").unwrap();
    let error = SqliteStore::open(folder.path()).unwrap_err().to_string();
    assert!(error.contains("its table `ledger`"), "{error}");
    let format: i64 = other.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(format, 1);
}

#[test]
fn what_is_pruned_or_removed_leaves_no_row_behind() {
    let folder = Folder::new();
    let store = quick(folder.path());
    let rows = || -> Vec<i64> {
        let connection = rusqlite::Connection::open(folder.path()).unwrap();
        ["session", "field", "entry", "journal", "event", "answer", "message"]
            .map(|table| connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap())
            .to_vec()
    };
    for session in ["a", "b"] {
        write(&store, first(session, vec![field("long", vec![1; 9_000])])).unwrap();
        for step in 0..200_u8 {
            let entry = theus_core::store::Entry { key: vec![step % 9], value: Some(vec![step]) };
            let map = theus_core::store::Part { path: "map".to_owned(), value: None, entries: vec![entry] };
            let mut on = next(session, &store.load(session).unwrap().unwrap(), vec![map]);
            if step == 7 {
                (on.answer, on.raised, on.messages) = (Some(answer("key")), vec![raised(1)], vec![message(1, None)]);
            }
            write(&store, on).unwrap();
        }
    }
    assert_eq!(rows(), [2, 2, 18, 402, 2, 2, 2]);
    let all = store.journal("a", 0, 1_000).unwrap();
    for (step, left) in [(64, 136), (70, 130), (69, 130), (200, 0)] {
        let state = store.load("a").unwrap().unwrap();
        let chain = all[usize::try_from(step).unwrap() - 1].chain;
        store.prune("a", Base { step, version: step, chain, schema: 0, fields: state.fields.clone() }).unwrap();
        let kept = store.journal("a", 0, 1_000).unwrap();
        assert_eq!(kept, all[200 - left..], "{step}");
        assert_eq!(store.base("a").unwrap().unwrap().step, 200 - left as u64);
        assert_eq!(store.load("a").unwrap().unwrap(), state);
        assert_eq!(rows()[3], 201 + left as i64 + 1);
    }
    write(&store, next("a", &store.load("a").unwrap().unwrap(), vec![])).unwrap();
    assert_eq!(store.journal("a", 0, 9).unwrap().len(), 1);
    let ahead = Base { step: 202, ..Base::default() };
    assert!(matches!(store.prune("a", ahead), Err(StoreError::Conflict { expected: 202, found: 201, .. })));
    assert!(matches!(store.remove("a", 200), Err(StoreError::Conflict { expected: 200, found: 201, .. })));
    store.remove("a", 201).unwrap();
    assert_eq!(rows(), [1, 1, 9, 201, 1, 1, 1]);
    store.remove("b", 200).unwrap();
    assert_eq!(rows(), [0; 7]);
}

#[test]
fn entries_that_outgrow_their_value_are_made_one_with_it() {
    let folder = Folder::new();
    let store = quick(folder.path());
    let queue = |length: u32| encode(&(0..length).map(|key| (key, key)).collect::<BTreeMap<_, _>>()).unwrap();
    write(&store, first("queue", vec![field("queue", queue(1)), field("large", queue(9_000))])).unwrap();
    let mut state = store.load("queue").unwrap().unwrap();
    let rows = |path: &str| -> u64 {
        let file = rusqlite::Connection::open(folder.path()).unwrap();
        let count = "SELECT count(*) FROM entry WHERE path = ?1";
        file.query_row(count, [path], |row| row.get::<_, i64>(0)).unwrap().try_into().unwrap()
    };
    for step in 0..300_u32 {
        let entries = |with_gone: bool| {
            let (there, gone) = (step * 10..step * 10 + 10, step.wrapping_sub(1).wrapping_mul(10));
            let gone = (gone..gone.saturating_add(10)).filter(|_| with_gone && step > 0);
            let entry = |key: u32, value: Option<u32>| Entry {
                key: encode(&key).unwrap(),
                value: value.map(|value| encode(&value).unwrap()),
            };
            let mut all: Vec<_> =
                gone.map(|key| entry(key, None)).chain(there.map(|key| entry(key, Some(7)))).collect();
            all.sort_by(|one, next| one.key.cmp(&next.key));
            all
        };
        let parts = [("queue", true), ("large", false)].map(|(path, with_gone)| Part {
            path: path.to_owned(),
            value: None,
            entries: entries(with_gone),
        });
        write(&store, next("queue", &state, parts.to_vec())).unwrap();
        state = store.load("queue").unwrap().unwrap();
        assert!(rows("queue") < 1_060, "after {step} steps");
    }
    assert_eq!(rows("large"), 3_000, "writing 9,000 again for them is not worth it");
    let whole = |path: &str| -> BTreeMap<u32, u32> {
        let found = state.fields.iter().find(|field| field.path == path).unwrap();
        decode(&found.merged().unwrap()).unwrap()
    };
    assert_eq!(whole("queue"), (2_990..3_000).map(|key| (key, 7)).collect());
    assert_eq!(whole("large").values().filter(|value| **value == 7).count(), 3_000);
    let again = quick(folder.path()).load("queue").unwrap();
    assert_eq!(again, Some(state));
}
