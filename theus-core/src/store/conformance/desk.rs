//! What the cases write with, and how they say what they have found.

use std::fmt::Debug;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use serde_json::json;

use super::Backend;
use crate::store::{
    Base, ChainHash, Entry, Field, JournalEntry, Part, SessionState, Store, StoreError, StoredAnswer, StoredEvent,
    StoredMessage, StoredOrigin, Write,
};

/// What a case says.
pub(super) type Outcome = Result<(), String>;

/// So long a store may take for an answer.
const PATIENCE: Duration = Duration::from_secs(120);

/// A store, in a place.
pub(super) struct Desk<'a> {
    pub(super) store: Arc<dyn Store>,
    place: &'a dyn Backend,
}

/// Fails the case unless the value is like that.
macro_rules! answers {
    ($what:expr, $value:expr, $($pattern:tt)+) => {
        match $value {
            $($pattern)+ => {}
            other => return Err(format!("{}: expected {}, found {other:?}", $what, stringify!($($pattern)+))),
        }
    };
}
pub(super) use answers;

/// Fails the case unless they are the same.
pub(super) fn same<T: PartialEq + Debug>(what: &str, found: T, expected: T) -> Outcome {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{what}: expected {}, found {}", shortened(&expected), shortened(&found))),
    }
}

/// A value of a megabyte is not to be read.
fn shortened(value: &impl Debug) -> String {
    let text = format!("{value:?}");
    match text.char_indices().nth(600) {
        None => text,
        Some((end, _)) => format!("{}.. ({} bytes)", text.get(..end).unwrap_or_default(), text.len()),
    }
}

/// An error where none was expected.
pub(super) fn fine<T>(what: &str, answer: Result<T, StoreError>) -> Result<T, String> {
    answer.map_err(|error| format!("{what}: expected no error, found {error:?}"))
}

impl<'a> Desk<'a> {
    pub(super) fn open(place: &'a dyn Backend) -> Result<Self, String> {
        let store = place.open().map_err(|reason| format!("it could not be opened: {reason}"))?;
        Ok(Self { store, place })
    }

    /// Another handle on the same place.
    pub(super) fn another(&self) -> Result<Self, String> {
        Self::open(self.place)
    }

    /// The same place, opened again when nobody has it open any more.
    pub(super) fn reopened(&self, alone: impl FnOnce(&Self) -> Outcome) -> Result<Self, String> {
        let first = Self::open(self.place)?;
        alone(&first)?;
        drop(first);
        Self::open(self.place)
    }

    pub(super) fn write(&self, write: Write) -> Result<(), StoreError> {
        write_to(&*self.store, write)
    }

    /// A session that is new.
    pub(super) fn begun(&self, session: &str, fields: Vec<Field>) -> Outcome {
        fine("to begin a session", self.write(first(session, fields)))
    }

    pub(super) fn load(&self, session: &str) -> Result<SessionState, String> {
        let state = fine("load", self.store.load(session))?;
        state.ok_or_else(|| format!("load: expected the session `{session}`, found none"))
    }

    /// What goes on from where the session is.
    pub(super) fn next(&self, session: &str, parts: Vec<Part>) -> Result<Write, String> {
        Ok(next(session, &self.load(session)?, parts))
    }

    /// One more step.
    pub(super) fn commit(&self, session: &str, parts: Vec<Part>) -> Outcome {
        let write = self.next(session, parts)?;
        fine("to commit a step", self.write(write))
    }

    /// What has no step.
    pub(super) fn beside(&self, write: Write) -> Outcome {
        fine("a write without a step", self.write(write))
    }

    /// The state after all steps, as a base.
    pub(super) fn base_now(&self, session: &str) -> Result<Base, String> {
        let SessionState { step, version, chain, schema, fields, .. } = self.load(session)?;
        Ok(Base { step, version, chain, schema, fields })
    }

    /// The steps of a page of its journal.
    pub(super) fn steps(&self, session: &str, from: u64, most: usize) -> Result<Vec<u64>, String> {
        let page = fine("journal", self.store.journal(session, from, most))?;
        Ok(page.iter().map(|entry| entry.step).collect())
    }

    /// The numbers of its events.
    pub(super) fn events(&self, session: &str) -> Result<Vec<u64>, String> {
        Ok(self.load(session)?.events.iter().map(|event| event.number).collect())
    }

    /// The sessions and numbers of a page of the outbox.
    pub(super) fn outbox(
        &self,
        is_dead: bool,
        after: Option<(&str, u64)>,
        most: usize,
    ) -> Result<Vec<(String, u64)>, String> {
        let page = fine("outbox", self.store.outbox(is_dead, after, most))?;
        Ok(page.into_iter().map(|(session, message)| (session, message.number)).collect())
    }

    /// The numbers of a page of the ledger.
    pub(super) fn ledger(&self, from: u64, most: usize) -> Result<Vec<u64>, String> {
        let page = fine("ledger", self.store.ledger(from, most))?;
        Ok(page.iter().map(|record| record.sequence).collect())
    }
}

pub(super) fn write_to(store: &dyn Store, write: Write) -> Result<(), StoreError> {
    let (tell, told) = mpsc::sync_channel(1);
    let done = move |answer| {
        // Nobody hears where the case has given up.
        let _ = tell.send(answer);
    };
    store.submit(write, Box::new(done));
    match told.recv_timeout(PATIENCE) {
        Ok(answer) => answer.map(|_| ()),
        Err(_) => Err(StoreError::Io { store: store.name(), reason: "it gave no answer".to_owned() }),
    }
}

pub(super) fn first(session: &str, fields: Vec<Field>) -> Write {
    Write { session: session.into(), first: Some(fields), ..Write::default() }
}

pub(super) fn on(session: &str) -> Write {
    Write { session: session.into(), ..Write::default() }
}

pub(super) fn next(session: &str, state: &SessionState, parts: Vec<Part>) -> Write {
    let step = state.step.wrapping_add(1);
    let mut entry = JournalEntry {
        step,
        version: state.version.wrapping_add(2),
        process: "book".to_owned(),
        command: vec![0x93, 1, 2, 3],
        chain: ChainHash::default(),
        parts,
        raised: vec!["CMD_GO".to_owned(), "EVT \"ä\"".to_owned()],
        at: 1_700_000_000_000_000_007,
        schema: None,
        answers: None,
        code: None,
    };
    entry.chain = state.chain.after(&entry);
    Write { session: session.into(), expected: state.step, entry: Some(entry), ..Write::default() }
}

pub(super) fn field(path: &str, value: &[u8]) -> Field {
    Field::whole(path, value, false)
}

pub(super) fn part(path: &str, value: &[u8]) -> Part {
    Part::whole(path, value)
}

/// Entries of a map: those without a value are gone.
pub(super) fn entries(path: &str, entries: &[(&[u8], Option<&[u8]>)]) -> Part {
    let entry = |(key, value): &(&[u8], Option<&[u8]>)| Entry { key: key.to_vec(), value: value.map(<[u8]>::to_vec) };
    Part { path: path.to_owned(), value: None, entries: entries.iter().map(entry).collect() }
}

pub(super) fn event(number: u64) -> StoredEvent {
    StoredEvent {
        number,
        name: format!("CMD_{number}"),
        payload: None,
        urgent: false,
        origin: StoredOrigin::External,
        internal: false,
        came: None,
        trace: None,
    }
}

pub(super) fn message(number: u64) -> StoredMessage {
    StoredMessage {
        number,
        step: 1,
        topic: "Receipt".to_owned(),
        body: json!({ "number": number, "lines": ["ä", null, 1.5, -7] }),
        tries: 0,
        not_before: 0,
        dead: None,
    }
}

pub(super) fn dead(number: u64) -> StoredMessage {
    StoredMessage { dead: Some("nobody is there".to_owned()), tries: 9, ..message(number) }
}

pub(super) fn answer(key: &str, at: u64) -> StoredAnswer {
    StoredAnswer { key: key.to_owned(), step: 1, asked: vec![1, 0, 2], gave: vec![0], at }
}
