//! One write, as the database's function takes it.

use std::collections::BTreeMap;

use theus_core::store::{Base, ChainHash, Field, Part, StoreError, Write};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row, Statement};

use crate::failure::Name;
use crate::values::{int, json, nanos, ranked, record, split, written};

type Bytes = Vec<u8>;

/// What it asks for, column by column.
#[derive(Default)]
struct Arguments {
    writer: Option<i64>,
    number: i64,
    name: Bytes,
    expected: i64,
    goes_on: bool,
    fence: Option<i64>,
    sequences: Vec<i64>,
    previous: Vec<Bytes>,
    hashes: Vec<Bytes>,
    records: Vec<String>,
    has_interlock: bool,
    interlock: Option<String>,
    is_first: bool,
    chain: Bytes,
    schema: i64,
    base: Bytes,
    step: Option<i64>,
    version: i64,
    step_chain: Bytes,
    entry: Bytes,
    migrates: Option<i64>,
    field_paths: Vec<Bytes>,
    field_values: Vec<Bytes>,
    field_written: Vec<bool>,
    first_entries: Entries,
    paths: Vec<Bytes>,
    values: Vec<Option<Bytes>>,
    entries: Entries,
    has_place: bool,
    position: Option<Bytes>,
    settled: Option<String>,
    due: Option<i64>,
    ready: bool,
    raised: Vec<i64>,
    raised_bodies: Vec<Bytes>,
    raised_payloads: Vec<Option<Bytes>>,
    taken: Vec<i64>,
    has_shared: bool,
    shared: Option<String>,
    has_counts: bool,
    counts: Option<Bytes>,
    answer_key: Option<Bytes>,
    answer_at: i64,
    answer: Option<Bytes>,
    messages: Vec<i64>,
    messages_dead: Vec<bool>,
    messages_bodies: Vec<Bytes>,
    last_message: i64,
    delivered: Vec<i64>,
}

/// Entries of maps.
#[derive(Default)]
struct Entries {
    paths: Vec<Bytes>,
    keys: Vec<Bytes>,
    values: Vec<Option<Bytes>>,
}

impl Entries {
    fn add(&mut self, path: &str, entries: &[theus_core::store::Entry]) {
        for entry in entries {
            self.paths.push(path.as_bytes().to_vec());
            self.keys.push(entry.key.clone());
            self.values.push(entry.value.clone());
        }
    }
}

const TYPES: [Type; 53] = [
    Type::INT8,
    Type::INT8,
    Type::BYTEA,
    Type::INT8,
    Type::BOOL,
    Type::INT8,
    Type::INT8_ARRAY,
    Type::BYTEA_ARRAY,
    Type::BYTEA_ARRAY,
    Type::TEXT_ARRAY,
    Type::BOOL,
    Type::TEXT,
    Type::BOOL,
    Type::BYTEA,
    Type::INT8,
    Type::BYTEA,
    Type::INT8,
    Type::INT8,
    Type::BYTEA,
    Type::BYTEA,
    Type::INT8,
    Type::BYTEA_ARRAY,
    Type::BYTEA_ARRAY,
    Type::BOOL_ARRAY,
    Type::BYTEA_ARRAY,
    Type::BYTEA_ARRAY,
    Type::BYTEA_ARRAY,
    Type::BYTEA_ARRAY,
    Type::BYTEA_ARRAY,
    Type::BYTEA_ARRAY,
    Type::BYTEA_ARRAY,
    Type::BYTEA_ARRAY,
    Type::BOOL,
    Type::BYTEA,
    Type::TEXT,
    Type::INT8,
    Type::BOOL,
    Type::INT8_ARRAY,
    Type::BYTEA_ARRAY,
    Type::BYTEA_ARRAY,
    Type::INT8_ARRAY,
    Type::BOOL,
    Type::BYTEA,
    Type::BYTEA,
    Type::INT8,
    Type::BYTEA,
    Type::INT8_ARRAY,
    Type::BOOL_ARRAY,
    Type::BYTEA_ARRAY,
    Type::INT8,
    Type::INT8_ARRAY,
    Type::BOOL,
    Type::TEXT,
];

pub(crate) async fn prepare(client: &Client) -> Result<Statement, tokio_postgres::Error> {
    let places: Vec<String> = (1..=TYPES.len()).map(|place| format!("${place}")).collect();
    let sql = format!("SELECT code, at_step, said, said_text FROM write({})", places.join(", "));
    client.prepare_typed(&sql, &TYPES).await
}

/// A write that is ready to be sent.
pub(crate) struct Prepared(Arguments);

impl Prepared {
    pub(crate) fn of(write: &Write, name: &Name) -> Result<Self, StoreError> {
        let mut to = Arguments {
            name: write.session.as_bytes().to_vec(),
            expected: int(write.expected),
            goes_on: write.goes_on(),
            fence: write.lease.as_ref().map(|lease| int(lease.fence)),
            ..Arguments::default()
        };
        to.audit(write, name)?;
        if let Some(first) = &write.first {
            to.first(first, write.schema)?;
        }
        to.entry(write)?;
        to.place(write, name)?;
        for event in &write.raised {
            let (body, payload) = split(event)?;
            to.raised.push(ranked(event.number));
            to.raised_bodies.push(body);
            to.raised_payloads.push(payload);
        }
        to.taken = write.taken.iter().map(|number| ranked(*number)).collect();
        if let Some(answer) = &write.answer {
            to.answer_key = Some(answer.key.as_bytes().to_vec());
            to.answer_at = ranked(answer.at);
            to.answer = Some(written(answer, &format!("the answer `{}`", answer.key))?);
        }
        let mut last = 0;
        for message in &write.messages {
            to.messages.push(ranked(message.number));
            to.messages_dead.push(message.dead.is_some());
            to.messages_bodies.push(written(message, &format!("the message `{}`", message.topic))?);
            last = last.max(message.number);
        }
        to.last_message = ranked(last);
        to.delivered = write.delivered.iter().map(|number| ranked(*number)).collect();
        Ok(Self(to))
    }

    /// Sends it; with the writer's number where it is the first of its transaction.
    pub(crate) async fn send(
        &self,
        client: &Client,
        statement: &Statement,
        writer: Option<(i64, i64)>,
    ) -> Result<Row, tokio_postgres::Error> {
        let Self(from) = self;
        let (writer, number) = writer.map_or((from.writer, from.number), |(writer, number)| (Some(writer), number));
        let parameters: [&(dyn ToSql + Sync); 53] = [
            &writer,
            &number,
            &from.name,
            &from.expected,
            &from.goes_on,
            &from.fence,
            &from.sequences,
            &from.previous,
            &from.hashes,
            &from.records,
            &from.has_interlock,
            &from.interlock,
            &from.is_first,
            &from.chain,
            &from.schema,
            &from.base,
            &from.step,
            &from.version,
            &from.step_chain,
            &from.entry,
            &from.migrates,
            &from.field_paths,
            &from.field_values,
            &from.field_written,
            &from.first_entries.paths,
            &from.first_entries.keys,
            &from.first_entries.values,
            &from.paths,
            &from.values,
            &from.entries.paths,
            &from.entries.keys,
            &from.entries.values,
            &from.has_place,
            &from.position,
            &from.settled,
            &from.due,
            &from.ready,
            &from.raised,
            &from.raised_bodies,
            &from.raised_payloads,
            &from.taken,
            &from.has_counts,
            &from.counts,
            &from.answer_key,
            &from.answer_at,
            &from.answer,
            &from.messages,
            &from.messages_dead,
            &from.messages_bodies,
            &from.last_message,
            &from.delivered,
            &from.has_shared,
            &from.shared,
        ];
        client.query_one(statement, &parameters).await
    }
}

impl Prepared {
    /// Whether its step is there, as it was sent.
    pub(crate) async fn is_in_journal(&self, client: &Client) -> Result<bool, tokio_postgres::Error> {
        let Self(Arguments { name, step: Some(step), entry, .. }) = self else { return Ok(false) };
        let sql = "SELECT 1 FROM journal JOIN session ON session.id = journal.session \
                   WHERE sha256(session.name) = sha256($1) AND journal.step = $2 AND journal.body = $3";
        Ok(client.query_opt(sql, &[name, step, entry]).await?.is_some())
    }
}

impl Arguments {
    fn audit(&mut self, write: &Write, name: &Name) -> Result<(), StoreError> {
        for record in &write.audit.records {
            self.sequences.push(int(record.sequence));
            self.previous.push(record.previous.as_bytes().to_vec());
            self.hashes.push(record.hash.as_bytes().to_vec());
            self.records.push(json(record, name)?);
        }
        if let Some(interlock) = &write.audit.interlock {
            self.has_interlock = true;
            self.interlock = interlock.as_ref().map(|record| json(record, name)).transpose()?;
        }
        if let Some(counts) = &write.audit.counts {
            self.has_shared = true;
            let json = (!counts.is_empty()).then(|| serde_json::to_string(counts)).transpose();
            self.shared = json.map_err(|error| name.io(error.to_string()))?;
        }
        Ok(())
    }

    fn first(&mut self, first: &[Field], schema: u32) -> Result<(), StoreError> {
        let chain = ChainHash::of_first(first);
        self.is_first = true;
        self.chain = chain.0.to_vec();
        self.schema = schema.into();
        let base = Base { step: 0, version: 0, chain, schema, fields: first.to_vec() };
        self.base = stored_base(&base)?;
        for Field { path, value, entries, written } in first {
            self.field_paths.push(path.as_bytes().to_vec());
            self.field_values.push(value.clone());
            self.field_written.push(*written);
            self.first_entries.add(path, entries);
        }
        Ok(())
    }

    fn entry(&mut self, write: &Write) -> Result<(), StoreError> {
        let Some(entry) = &write.entry else { return Ok(()) };
        self.step = Some(int(entry.step));
        self.version = int(entry.version);
        self.step_chain = entry.chain.0.to_vec();
        self.migrates = entry.schema.map(i64::from);
        self.entry = written(entry, &format!("step {}", entry.step))?;
        // Of each field its last whole value, and the entries after it: those from before are gone with it.
        let mut last_whole: BTreeMap<&str, Option<usize>> = BTreeMap::new();
        for (at, Part { path, value, .. }) in entry.parts.iter().enumerate() {
            let last = last_whole.entry(path).or_default();
            *last = value.is_some().then_some(at).or(*last);
        }
        for (at, Part { path, entries, .. }) in entry.parts.iter().enumerate() {
            if last_whole.get(path.as_str()).is_none_or(|whole| whole.is_none_or(|whole| whole <= at)) {
                self.entries.add(path, entries);
            }
        }
        for (path, at) in last_whole {
            self.paths.push(path.as_bytes().to_vec());
            self.values.push(at.and_then(|at| entry.parts.get(at)).and_then(|part| part.value.clone()));
        }
        Ok(())
    }

    fn place(&mut self, write: &Write, name: &Name) -> Result<(), StoreError> {
        let unwritten = |error: serde_json::Error| name.io(error.to_string());
        if let Some(place) = &write.place {
            self.has_place = true;
            self.position = Some(place.position.as_bytes().to_vec());
            self.settled = (!place.settled.is_empty())
                .then(|| serde_json::to_string(&place.settled))
                .transpose()
                .map_err(unwritten)?;
            (self.due, self.ready) = (place.due.map(nanos), place.ready);
        }
        if let Some(counts) = &write.counts {
            self.has_counts = true;
            self.counts = (!counts.is_empty()).then(|| serde_json::to_vec(counts)).transpose().map_err(unwritten)?;
        }
        Ok(())
    }
}

/// A base, as its column has it.
pub(crate) fn stored_base(base: &Base) -> Result<Bytes, StoreError> {
    let Base { step, version, chain, schema, fields } = base;
    written(&(step, version, chain, schema, fields), "the base")
}

/// What the function has answered.
pub(crate) fn answer(row: &Row, write: &Write, name: &Name) -> Result<(), StoreError> {
    let (code, found): (i32, i64) = (row.get(0), row.get(1));
    let (said, text): (Option<Bytes>, Option<String>) = (row.get(2), row.get(3));
    let (session, found) = (write.session.to_string(), found.cast_unsigned());
    let owner =
        || said.map_or_else(|| "another since".to_owned(), |owner| String::from_utf8_lossy(&owner).into_owned());
    Err(match code {
        0 => return Ok(()),
        1 => StoreError::Exists { session },
        2 => StoreError::Conflict { session, expected: write.expected, found },
        3 => StoreError::Leased { session, owner: owner() },
        4 => {
            let latched = record(&text.unwrap_or_default(), name, || "the interlock".to_owned())?;
            StoreError::Halted { reason: latched.violation().map_or_else(String::new, ToString::to_string) }
        }
        5 => {
            let step = write.entry.as_ref().map_or(0, |entry| entry.step);
            name.io(format!("step {step} does not follow step {found} of `{session}`"))
        }
        6 => StoreError::Answered { session, key: write.answer.as_ref().map_or_else(String::new, |a| a.key.clone()) },
        _ => {
            let expected: i64 = text.and_then(|number| number.parse().ok()).unwrap_or_default();
            let expected = expected.cast_unsigned();
            StoreError::LedgerGap { expected, previous: expected.saturating_sub(1), found }
        }
    })
}
