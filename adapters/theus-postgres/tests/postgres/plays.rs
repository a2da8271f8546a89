//! Random calls of the port, in terms of what the store in memory has by then.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use serde_json::{Value, json};
use theus_core::audit::AuditRecord;
use theus_core::prelude::*;
use theus_core::store::{
    Audit, Entry, Field, Lease, MemoryStore, Part, Place, Settled, Store, StoredAnswer, StoredCount, StoredEvent,
    StoredMessage, StoredOrigin, Write,
};

use super::program::{Bank, Book, RECIPE};
use super::writes::next;

pub const NAMES: [&str; 5] = ["a", "b", "main", "", "ä \u{0}x"];
const PATHS: [&str; 6] = ["total", "lines", "watch.seen", "z", "", "names"];

/// One write, in terms of what the session has at that moment.
#[derive(Clone, Debug)]
pub struct Do {
    pub session: usize,
    /// Not from the step that it is at, now and then.
    beside: bool,
    first: Option<Vec<(usize, Vec<u8>)>>,
    entry: Option<(Vec<(usize, Option<Vec<u8>>, Vec<Entry>)>, Vec<u8>, u64)>,
    place: Option<(String, Vec<(u32, u64)>, Option<i64>, bool)>,
    raised: Vec<(Option<Value>, bool, bool)>,
    taken: Vec<u64>,
    counts: Option<Vec<u32>>,
    /// How many records before or behind the next one it begins, and how many there are.
    records: Option<(i64, usize)>,
    interlock: Option<bool>,
    /// An answer under one of a few keys, when it was given.
    answer: Option<(u8, u64)>,
    /// How far behind or before the last number, and whether it is dead.
    messages: Vec<(i64, bool, Option<Value>)>,
    delivered: Vec<u64>,
    schema: Option<u32>,
    /// Under the lease of one of a few programs, as it is or as it was once.
    lease: Option<(usize, bool)>,
}

/// What is no write.
#[derive(Clone, Debug)]
pub enum Else {
    Write(Box<Do>),
    Prune(usize, u64),
    Remove(usize, u64),
    PruneAnswers(u64),
    /// For an hour, or for no time at all.
    Lease(usize, usize, bool),
    GiveBack(usize, usize),
}

pub fn elses() -> impl Strategy<Value = Else> {
    let name = || 0..NAMES.len();
    prop_oneof![
        16 => dos().prop_map(|what| Else::Write(Box::new(what))),
        2 => (name(), 0_u64..4).prop_map(|(session, back)| Else::Prune(session, back)),
        1 => (name(), 0_u64..2).prop_map(|(session, back)| Else::Remove(session, back)),
        1 => any::<u64>().prop_map(Else::PruneAnswers),
        2 => (name(), 0_usize..2, any::<bool>()).prop_map(|(session, owner, long)| Else::Lease(session, owner, long)),
        2 => (name(), 0_usize..2).prop_map(|(session, owner)| Else::GiveBack(session, owner)),
    ]
}

pub const OWNERS: [&str; 2] = ["one", "ä two"];

/// A map: a field with entries is one.
fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let entry = (any::<u8>().prop_map(|key| vec![key % 8]), prop::option::weighted(0.7, values()));
    prop::collection::btree_map(entry.0, entry.1, 0..4)
        .prop_map(|entries| entries.into_iter().map(|(key, value)| Entry { key, value }).collect())
}

/// A whole value, entries, or both, or neither.
fn parts() -> impl Strategy<Value = Vec<(usize, Option<Vec<u8>>, Vec<Entry>)>> {
    let one =
        (0..PATHS.len(), prop::option::weighted(0.7, values()), prop_oneof![2 => Just(Vec::new()), 1 => entries()]);
    prop::collection::vec(one, 0..4)
}

fn values() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        5 => prop::collection::vec(any::<u8>(), 0..20),
        2 => (any::<u8>(), 0_usize..6_000).prop_map(|(byte, length)| vec![byte; length]),
    ]
}

fn fields() -> impl Strategy<Value = Vec<(usize, Vec<u8>)>> {
    prop::collection::vec((0..PATHS.len(), values()), 0..4)
}

fn payloads() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        3 => Just(None),
        1 => Just(Some(Value::Null)),
        2 => any::<f64>().prop_map(|number| Some(json!({ "f": number, "text": ["x", null] }))),
        1 => any::<u64>().prop_map(|number| Some(json!(number))),
        1 => any::<i64>().prop_map(|number| Some(json!([number]))),
    ]
}

fn places() -> impl Strategy<Value = (String, Vec<(u32, u64)>, Option<i64>, bool)> {
    let settled = prop::collection::vec((any::<u32>(), any::<u64>()), 0..3);
    ("\\{\"[a-z]{0,300}\": 1\\}", settled, prop::option::of(any::<i64>()), any::<bool>())
}

fn dos() -> impl Strategy<Value = Do> {
    let session = (0..NAMES.len(), prop::bool::weighted(0.1));
    let commit = (
        prop::option::weighted(0.15, fields()),
        prop::option::weighted(0.7, (parts(), values(), any::<u64>())),
        prop::option::weighted(0.3, places()),
    );
    let events = (
        prop::collection::vec((payloads(), any::<bool>(), any::<bool>()), 0..3),
        prop::collection::vec(0_u64..30, 0..3),
        prop::option::weighted(0.2, prop::collection::vec(any::<u32>(), 0..3)),
    );
    let audit = (
        prop::option::weighted(0.3, (prop_oneof![6 => Just(0_i64), 1 => -3_i64..3], 0_usize..3)),
        prop::option::weighted(0.06, prop::bool::weighted(0.5)),
    );
    let answers = (
        prop::option::weighted(0.2, (0_u8..6, any::<u64>())),
        prop::collection::vec((-3_i64..4, prop::bool::weighted(0.3), payloads()), 0..3),
        prop::collection::vec(0_u64..6, 0..2),
        prop::option::weighted(0.1, any::<u32>()),
        prop::option::weighted(0.2, (0..OWNERS.len(), prop::bool::weighted(0.3))),
    );
    (session, commit, events, audit, answers).prop_map(
        |(
            (session, beside),
            (first, entry, place),
            (raised, taken, counts),
            (records, interlock),
            (answer, messages, delivered, schema, lease),
        )| Do {
            session,
            beside,
            first,
            entry,
            place,
            raised,
            taken,
            counts,
            records,
            interlock,
            answer,
            messages,
            delivered,
            schema,
            lease,
        },
    )
}

fn path(path: &usize) -> String {
    PATHS[*path].to_owned()
}

/// Records as an audit makes them: each follows the one before.
fn records(count: i64) -> Vec<AuditRecord> {
    let builder = Engine::builder(Bank::default()).process::<Book>().store(MemoryStore::new());
    let engine = builder.recipe("audit.yaml", RECIPE).unwrap().build().unwrap();
    for amount in 51..51 + count {
        engine.run(Book { number: 1, amount }).unwrap();
    }
    engine.audit_records().to_vec()
}

pub struct Play {
    pub memory: MemoryStore,
    /// The number of the next event, of any session.
    event: u64,
    records: Vec<AuditRecord>,
    /// Those that were taken, of each session and program: the last ones and older ones.
    pub leases: BTreeMap<(usize, usize), Vec<Lease>>,
}

impl Play {
    pub fn new() -> Self {
        Self { memory: MemoryStore::new(), event: 0, records: records(40), leases: BTreeMap::new() }
    }

    /// The write, as it is at this moment.
    pub fn write(&mut self, what: &Do) -> Write {
        let session = NAMES[what.session];
        let state = self.memory.load(session).unwrap();
        let exists = state.is_some();
        let mut state = state.unwrap_or_default();
        if what.beside {
            state.step += 3;
        }
        let mut write = match &what.entry {
            None => Write { session: session.into(), expected: state.step, ..Write::default() },
            Some((parts, command, at)) => {
                let part = |(at, value, entries): &(usize, Option<Vec<u8>>, Vec<Entry>)| {
                    let (value, entries) = (value.clone(), entries.clone());
                    Part { path: path(at), value, entries }
                };
                let mut write = next(session, &state, parts.iter().map(part).collect());
                if let Some(entry) = &mut write.entry {
                    entry.schema = what.schema;
                    (entry.command, entry.at, entry.version) = (command.clone(), *at, *at);
                    if at.is_multiple_of(3) {
                        entry.raised = vec!["EVT_A".to_owned(), "EVT \"B\"".to_owned()];
                    }
                }
                write
            }
        };
        // A session that is not there is begun now and then, and one that is, too.
        write.first = match (&what.first, exists) {
            (None, false) if !what.beside => Some(Vec::new()),
            (first, _) => first.as_ref().map(|fields| {
                let mut first = std::collections::BTreeMap::new();
                for (at, value) in fields {
                    let mut field = Field::whole(path(at), value.clone(), value.len().is_multiple_of(2));
                    if value.len() == 3 {
                        field.entries = vec![Entry { key: value.clone(), value: None }];
                    }
                    first.insert(path(at), field);
                }
                first.into_values().collect()
            }),
        };
        write.place = what.place.as_ref().map(|(position, settled, due, ready)| Place {
            position: position.as_str().into(),
            settled: settled.iter().map(|&(branch, version)| Settled { branch, version, gave: None }).collect(),
            due: due.map(|nanos| match nanos < 0 {
                true => SystemTime::UNIX_EPOCH - Duration::from_nanos(nanos.unsigned_abs()),
                false => SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos.unsigned_abs()),
            }),
            ready: *ready,
        });
        for (payload, urgent, internal) in &what.raised {
            self.event += 1;
            let origin = match internal {
                true => StoredOrigin::External,
                false => StoredOrigin::Signal { path: "domain.sig_a".to_owned(), process: "book".to_owned() },
            };
            let (number, name, payload) = (self.event, "EVT_A".to_owned(), payload.clone());
            write.raised.push(StoredEvent {
                number,
                name,
                payload,
                urgent: *urgent,
                origin,
                internal: *internal,
                came: None,
                trace: None,
            });
        }
        write.taken = what.taken.iter().map(|back| self.event.saturating_sub(*back)).collect();
        write.counts = what.counts.as_ref().map(|counts| {
            counts
                .iter()
                .map(|&count| StoredCount { rule: format!("rule {count}"), count, ..Default::default() })
                .collect()
        });
        write.schema = what.schema.unwrap_or_default();
        write.answer = what.answer.map(|(key, at)| {
            let (key, gave) = (format!("key {key}"), at.to_le_bytes().to_vec());
            StoredAnswer { key, step: state.step, asked: Vec::new(), gave, at }
        });
        let number = |off: i64| state.last_message.saturating_add_signed(off);
        let message = |(off, dead, body): &(i64, bool, Option<Value>)| StoredMessage {
            number: number(*off),
            step: state.step,
            topic: "Receipt".to_owned(),
            body: body.clone().unwrap_or_default(),
            tries: off.unsigned_abs() as u32,
            not_before: off.cast_unsigned(),
            dead: dead.then(|| "\u{0} no".to_owned()),
        };
        write.messages = what.messages.iter().map(message).collect();
        write.delivered = what.delivered.iter().map(|back| state.last_message.saturating_sub(*back)).collect();
        write.lease = what.lease.and_then(|(owner, is_old)| {
            let leases = self.leases.get(&(what.session, owner))?;
            if is_old { leases.first() } else { leases.last() }.cloned()
        });
        let last = self.memory.begin().unwrap().last_record.map_or(0, |record| record.sequence as i64);
        let from = |off: i64| usize::try_from(last + off).unwrap_or(0).min(self.records.len());
        write.audit = Audit {
            records: what
                .records
                .map_or_else(Vec::new, |(off, many)| self.records[from(off)..].iter().take(many).cloned().collect()),
            interlock: what.interlock.map(|latched| latched.then(|| self.records[0].clone())),
            counts: write.counts.clone().filter(|counts| counts.len() != 1),
        };
        write
    }
}
