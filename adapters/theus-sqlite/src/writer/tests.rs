#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::time::Duration;

use theus_core::store::{ChainHash, Field, JournalEntry, Part};

use super::*;
use crate::durability::Durability;

struct Fixture {
    _folder: tempfile::TempDir,
    settings: Settings,
    writer: Writer,
}

fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    let settings = Settings { path, durability: Durability::None, busy: Duration::from_millis(20) };
    let name = Name("the store desk.db".into());
    let connection = connection::writer(&settings, &name).unwrap();
    Fixture { _folder: folder, settings, writer: Writer::new(name, connection) }
}

impl Fixture {
    fn write(&mut self, writes: &[Write]) -> Vec<Answer> {
        self.writer.write(&self.settings, &writes.iter().collect::<Vec<_>>())
    }

    fn step(&self, session: &str) -> Option<u64> {
        let connection = self.writer.connection.as_ref().unwrap();
        session::find(connection, &self.writer.name, session).unwrap().map(|row| row.step)
    }

    /// No more pages than there are, and so many; all of those that SQLite has where there is no number.
    fn room(&self, more: Option<i64>) {
        let connection = self.writer.connection.as_ref().unwrap();
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        let most = more.map_or(i64::from(u32::MAX - 1), |more| pages + more);
        connection.query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(())).unwrap();
    }
}

fn first(session: &str, bytes: usize) -> Write {
    let field = Field::whole("x", vec![1; bytes], false);
    Write { session: session.into(), first: Some(vec![field]), ..Write::default() }
}

fn on(session: &str, expected: u64, bytes: usize) -> Write {
    let entry = JournalEntry {
        step: expected + 1,
        version: expected + 1,
        process: "p".to_owned(),
        command: vec![],
        parts: vec![Part::whole("x", vec![2; bytes])],
        raised: vec![],
        at: 0,
        chain: ChainHash([u8::try_from(expected).unwrap() + 1; 32]),
        schema: None,
        answers: None,
        code: None,
    };
    Write { session: session.into(), expected, entry: Some(entry), ..Write::default() }
}

#[test]
fn what_has_no_room_is_refused_alone_and_the_session_goes_on_when_there_is() {
    let mut fixture = fixture();
    assert!(fixture.write(&[first("a", 1), first("b", 1), first("c", 1)]).iter().all(Result::is_ok));
    fixture.room(Some(6));
    let answers = fixture.write(&[on("a", 0, 10), on("b", 0, 200_000), on("c", 0, 10)]);
    assert!(matches!(answers[..], [Ok(_), Err(StoreError::Full { .. }), Ok(_)]), "{answers:?}");
    assert_eq!(["a", "b", "c"].map(|session| fixture.step(session)), [Some(1), Some(0), Some(1)]);
    let said = answers[1].as_ref().unwrap_err().to_string();
    assert!(said.starts_with("the store desk.db is full: "), "{said}");
    fixture.room(None);
    assert!(fixture.write(&[on("b", 0, 200_000)])[0].is_ok());
    assert_eq!(fixture.step("b"), Some(1));
}

#[test]
fn a_group_on_one_session_goes_step_by_step() {
    let mut fixture = fixture();
    let answers =
        fixture.write(&[first("a", 1), on("a", 0, 1), on("a", 0, 1), on("a", 1, 3_000), first("a", 1), on("b", 0, 1)]);
    let answers: Vec<_> = answers.iter().map(|answer| answer.as_ref().map_err(ToString::to_string)).collect();
    assert!(answers[0].is_ok() && answers[1].is_ok() && answers[3].is_ok(), "{answers:?}");
    assert!(answers[2].as_ref().unwrap_err().contains("is at step 1 in the store, and at step 0 here"), "{answers:?}");
    assert!(answers[4].as_ref().unwrap_err().contains("has a session `a` already"), "{answers:?}");
    assert!(answers[5].as_ref().unwrap_err().contains("is at step 0 in the store"), "{answers:?}");
    assert_eq!(fixture.step("a"), Some(2));
}

#[test]
fn after_a_commit_that_failed_it_is_looked_what_became_of_it() {
    let mut fixture = fixture();
    let writes = [first("a", 1), on("a", 0, 1)];
    assert!(fixture.write(&writes).iter().all(Result::is_ok));
    let mark = fixture.writer.memory.last.take().unwrap();
    let failure = || rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_FSYNC), None);
    let look = |fixture: &mut Fixture, mark: &Mark| {
        fixture.writer.reopen();
        fixture.writer.is_in_doubt = true;
        let done = vec![Ok(theus_core::store::Committed); 2];
        fixture.writer.look(&fixture.settings, &writes.iter().collect::<Vec<_>>(), &failure(), done, Some(mark))
    };
    // It was done after all.
    assert!(look(&mut fixture, &mark).iter().all(Result::is_ok));
    assert!(!fixture.writer.is_in_doubt());
    // It was not: the row is an older one.
    let later = Mark { session: "a".into(), revision: mark.revision + 1, seal: 7 };
    let answers = look(&mut fixture, &later);
    assert!(answers.iter().all(|answer| matches!(answer, Err(StoreError::Io { .. }))), "{answers:?}");
    // Another program has gone on since.
    let earlier = Mark { session: "a".into(), revision: mark.revision - 1, seal: 7 };
    let answers = look(&mut fixture, &earlier);
    assert!(matches!(answers[1], Err(StoreError::InDoubt { step: 1, .. })), "{answers:?}");
    // Nothing can be found out while another program holds the file; nothing is written until it can.
    let other = Connection::open(&fixture.settings.path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answers = look(&mut fixture, &mark);
    assert!(matches!(answers[1], Err(StoreError::InDoubt { step: 1, .. })), "{answers:?}");
    assert!(fixture.writer.is_in_doubt());
    assert!(matches!(fixture.write(&[on("a", 1, 1)])[0], Err(StoreError::Unavailable { .. })));
    other.execute_batch("COMMIT").unwrap();
    assert!(fixture.write(&[on("a", 1, 1)])[0].is_ok());
    assert!(!fixture.writer.is_in_doubt());
}
