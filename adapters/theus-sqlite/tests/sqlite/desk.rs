//! The program that the tests run, and what they write without one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use theus_core::audit::AuditRecord;
use theus_core::prelude::*;
use theus_core::store::{
    Base, ChainHash, Committed, Field, JournalEntry, Part, SessionState, Store, StoreError, StoredAnswer,
    StoredMessage, Write,
};
use theus_sqlite::{Durability, SqliteStore};

#[derive(Clone, Debug, Default, PartialEq, Context)]
pub struct Bank {
    pub total: i64,
    pub last: u64,
    pub names: BTreeMap<String, i64>,
    pub text: String,
    pub sig_large: bool,
}

/// Adds, and keeps the number of the command: the sum and the last number say which commands were done.
#[process(
    inputs = [domain.total, domain.names],
    outputs = [domain.total, domain.last, domain.names, domain.text, domain.sig_large]
)]
pub fn book(ctx: Ctx<Bank>, number: u64, amount: i64) -> i64 {
    *ctx.domain.total += amount;
    ctx.domain.last.set(number);
    *ctx.domain.names.entry(format!("n{}", number % 7)).or_default() += amount;
    ctx.domain.text.set("x".repeat((number * 37 % 6_000) as usize));
    if number.is_multiple_of(5) {
        ctx.domain.sig_large.set(true);
    }
    *ctx.domain.total
}

pub const RECIPE: &str = "
process_recipes:
  book:
    inputs:
      - { field: amount, max: 5000, level: B, max_threshold: 3 }
      - { field: amount, max: 1000000, level: S }
    outputs:
      - { field: domain.total, max: 100000, level: C }
";

pub type Desk = Engine<Bank>;

pub fn desk(store: &SqliteStore) -> Desk {
    desk_on(store.clone())
}

pub fn desk_on(store: impl Store) -> Desk {
    Engine::builder(Bank::default())
        .process::<Book>()
        .signal_capacity(1_000_000)
        .recipe("audit.yaml", RECIPE)
        .unwrap()
        .store(store)
        .build()
        .unwrap()
}

/// The Data zone, as JSON.
pub fn data(desk: &Desk) -> serde_json::Value {
    serde_json::to_value(DataZone(&*desk.snapshot().unwrap())).unwrap()
}

pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().join("desk.db")
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// Without flushes: what a test asks is not whether the disk has it.
pub fn quick(path: impl AsRef<Path>) -> SqliteStore {
    SqliteStore::open(path).unwrap().durability(Durability::None)
}

pub fn write(store: &dyn Store, write: Write) -> Result<Committed, StoreError> {
    let (tell, told) = mpsc::channel();
    store.submit(write, Box::new(move |answer| tell.send(answer).unwrap()));
    told.recv().unwrap()
}

/// Records as an audit makes them: each follows the one before.
pub fn records(count: usize) -> Vec<AuditRecord> {
    let engine =
        Engine::builder(Bank::default()).process::<Book>().recipe("audit.yaml", RECIPE).unwrap().build().unwrap();
    for number in 0..count as u64 {
        // Refused or not: what is wanted is what the audit says of it.
        let _ = engine.run(Book { number, amount: 5_000 + number as i64 });
    }
    let records = engine.audit_records();
    assert!(records.len() >= count, "{}", records.len());
    records.iter().take(count).cloned().collect()
}

pub fn field(path: &str, value: impl Into<Vec<u8>>) -> Field {
    Field::whole(path, value, false)
}

pub fn first(session: &str, fields: Vec<Field>) -> Write {
    Write { session: session.into(), first: Some(fields), ..Write::default() }
}

/// What goes on from a state.
pub fn next(session: &str, state: &SessionState, parts: Vec<Part>) -> Write {
    let step = state.step + 1;
    let mut entry = JournalEntry {
        step,
        version: state.version + 1,
        process: "book".to_owned(),
        command: vec![1, 2, 3],
        chain: ChainHash::default(),
        parts,
        raised: Vec::new(),
        at: 7,
        schema: None,
        answers: None,
        code: None,
    };
    entry.chain = state.chain.after(&entry);
    Write { session: session.into(), expected: state.step, entry: Some(entry), ..Write::default() }
}

pub fn part(path: &str, value: impl Into<Vec<u8>>) -> Part {
    Part::whole(path, value)
}

pub fn message(number: u64, dead: Option<&str>) -> StoredMessage {
    let (topic, body) = ("Receipt".to_owned(), serde_json::json!({ "number": number }));
    StoredMessage { number, step: 1, topic, body, tries: 2, not_before: 3, dead: dead.map(str::to_owned) }
}

pub fn answer(key: &str) -> StoredAnswer {
    StoredAnswer { key: key.to_owned(), step: 1, asked: vec![1], gave: vec![2], at: 5 }
}

/// All that a store says of what it has.
#[derive(Debug, PartialEq)]
pub struct Everything {
    pub sessions: Vec<(theus_core::store::SessionRow, Option<SessionState>, Option<Base>, Vec<JournalEntry>)>,
    /// Those that are tried, and those that are dead.
    pub messages: [Vec<(String, StoredMessage)>; 2],
    pub ledger: Vec<AuditRecord>,
    pub last: Option<AuditRecord>,
    pub interlock: Option<AuditRecord>,
}

pub fn everything(store: &dyn Store) -> Result<Everything, StoreError> {
    let begin = store.begin()?;
    let session = |row: theus_core::store::SessionRow| {
        let name = row.name.clone();
        Ok((row, store.load(&name)?, store.base(&name)?, store.journal(&name, 0, usize::MAX)?))
    };
    Ok(Everything {
        sessions: store.sessions(None, usize::MAX)?.into_iter().map(session).collect::<Result<_, StoreError>>()?,
        messages: [store.outbox(false, None, usize::MAX)?, store.outbox(true, None, usize::MAX)?],
        ledger: store.ledger(0, usize::MAX)?,
        last: begin.last_record,
        interlock: begin.interlock,
    })
}
