//! Random writes: the file answers and has what the store in memory does.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use serde_json::{Value, json};
use theus_core::audit::AuditRecord;
use theus_core::store::{
    Audit, Field, MemoryStore, Part, Place, Settled, Store, StoredCount, StoredEvent, StoredOrigin, Write,
};

use super::desk::*;
use super::processes::number;

const NAMES: [&str; 5] = ["a", "b", "main", "", "ä \u{0}x"];
const PATHS: [&str; 6] = ["total", "lines", "watch.seen", "z", "", "names"];

/// One write, in terms of what the session has at that moment.
#[derive(Clone, Debug)]
struct Do {
    session: usize,
    /// Not from the step that it is at, now and then.
    beside: bool,
    first: Option<Vec<(usize, Vec<u8>)>>,
    entry: Option<(Vec<(usize, Vec<u8>)>, Vec<u8>, u64)>,
    place: Option<(String, Vec<(u32, u64)>, Option<i64>, bool)>,
    raised: Vec<(Option<Value>, bool, bool)>,
    taken: Vec<u64>,
    counts: Option<Vec<u32>>,
    /// How many records before or behind the next one it begins, and how many there are.
    records: Option<(i64, usize)>,
    interlock: Option<bool>,
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
        prop::option::weighted(0.7, (fields(), values(), any::<u64>())),
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
    (session, commit, events, audit).prop_map(
        |((session, beside), (first, entry, place), (raised, taken, counts), (records, interlock))| Do {
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
        },
    )
}

fn path(path: &usize) -> String {
    PATHS[*path].to_owned()
}

struct Play {
    memory: MemoryStore,
    /// The number of the next event, of any session.
    event: u64,
    records: Vec<AuditRecord>,
}

impl Play {
    fn write(&mut self, what: &Do) -> Write {
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
                let parts = parts.iter().map(|(at, value)| Part { path: path(at), value: value.clone() }).collect();
                let mut write = next(session, &state, parts);
                if let Some(entry) = &mut write.entry {
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
                    first.insert(
                        path(at),
                        Field { path: path(at), value: value.clone(), written: value.len().is_multiple_of(2) },
                    );
                }
                first.into_values().collect()
            }),
        };
        write.place = what.place.as_ref().map(|(position, settled, due, ready)| Place {
            position: position.as_str().into(),
            settled: settled.iter().map(|&(branch, version)| Settled { branch, version }).collect(),
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
            write.raised.push(StoredEvent { number, name, payload, urgent: *urgent, origin, internal: *internal });
        }
        write.taken = what.taken.iter().map(|back| self.event.saturating_sub(*back)).collect();
        write.counts = what
            .counts
            .as_ref()
            .map(|counts| counts.iter().map(|&count| StoredCount { rule: format!("rule {count}"), count }).collect());
        let last = self.memory.begin().unwrap().last_record.map_or(0, |record| record.sequence as i64);
        let from = |off: i64| usize::try_from(last + off).unwrap_or(0).min(self.records.len());
        write.audit = Audit {
            records: what
                .records
                .map_or_else(Vec::new, |(off, many)| self.records[from(off)..].iter().take(many).cloned().collect()),
            interlock: what.interlock.map(|latched| latched.then(|| self.records[0].clone())),
        };
        write
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: number("THEUS_CASES", 96) as u32, ..ProptestConfig::default() })]

    #[test]
    fn the_file_answers_and_has_what_the_store_in_memory_does(
        dos in prop::collection::vec(dos(), 1..60),
        reopened in prop::collection::vec(prop::bool::weighted(0.05), 60),
    ) {
        let folder = Folder::new();
        let mut store = quick(folder.path());
        let mut play = Play { memory: MemoryStore::new(), event: 0, records: records(40) };
        for (what, reopened) in dos.iter().zip(reopened) {
            let one = play.write(what);
            let expected = write(&play.memory, one.clone());
            let found = write(&store, one);
            prop_assert_eq!(found, expected);
            if reopened {
                drop(store);
                store = quick(folder.path());
            }
            let name = NAMES[what.session];
            prop_assert_eq!(store.load(name), play.memory.load(name));
        }
        prop_assert_eq!(everything(&store), everything(&play.memory));
        for name in NAMES {
            for (from, most) in [(0, 3), (2, 1), (3, 100), (90, 2)] {
                prop_assert_eq!(store.journal(name, from, most), play.memory.journal(name, from, most));
            }
            prop_assert_eq!(store.sessions(Some(name), 2), play.memory.sessions(Some(name), 2));
        }
        for (from, most) in [(1, 2), (3, 100), (90, 2)] {
            prop_assert_eq!(store.ledger(from, most), play.memory.ledger(from, most));
        }
        drop(store);
        prop_assert_eq!(everything(&quick(folder.path())), everything(&play.memory));
    }
}
