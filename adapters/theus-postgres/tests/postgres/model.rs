//! Random calls of the port: the database answers and has what the store in memory does.

use std::time::Duration;

use proptest::prelude::*;
use theus_core::audit::AuditRecord;
use theus_core::store::{Base, JournalEntry, SessionRow, SessionState, Store, StoreError, StoredCount, StoredMessage};
use theus_postgres::{Durability, PostgresStore};

use super::cluster::{cluster, schema};
use super::plays::{Else, NAMES, OWNERS, Play, elses};
use super::program::number;
use super::writes::write;

/// All that a store says of what it has.
#[derive(Debug, PartialEq)]
struct Everything {
    sessions: Vec<(SessionRow, Option<SessionState>, Option<Base>, Vec<JournalEntry>)>,
    /// Those that are tried, and those that are dead.
    messages: [Vec<(String, StoredMessage)>; 2],
    ledger: Vec<AuditRecord>,
    last: Option<AuditRecord>,
    interlock: Option<AuditRecord>,
    counts: Vec<StoredCount>,
}

fn everything(store: &dyn Store) -> Result<Everything, StoreError> {
    let begin = store.begin()?;
    let session = |row: SessionRow| {
        let name = row.name.clone();
        Ok((row, store.load(&name)?, store.base(&name)?, store.journal(&name, 0, usize::MAX)?))
    };
    Ok(Everything {
        sessions: store.sessions(None, usize::MAX)?.into_iter().map(session).collect::<Result<_, StoreError>>()?,
        messages: [store.outbox(false, None, usize::MAX)?, store.outbox(true, None, usize::MAX)?],
        ledger: store.ledger(0, usize::MAX)?,
        last: begin.last_record,
        interlock: begin.interlock,
        counts: begin.counts,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: number("THEUS_CASES", 24) as u32, ..ProptestConfig::default() })]

    #[test]
    fn the_database_answers_and_has_what_the_store_in_memory_does(
        elses in prop::collection::vec(elses(), 1..60),
        reopened in prop::collection::vec(prop::bool::weighted(0.05), 60),
    ) {
        let Some(cluster) = cluster() else { return Ok(()) };
        let place = schema();
        let open = || PostgresStore::open_in(&cluster.url(), &place).unwrap().durability(Durability::Crash);
        let mut store = open();
        let mut play = Play::new();
        let memory = play.memory.clone();
        for (what, reopened) in elses.iter().zip(reopened) {
            let step = |session: usize| memory.load(NAMES[session]).unwrap().map_or(0, |state| state.step);
            let mut touched = 0;
            match what {
                Else::Write(what) => {
                    let one = play.write(what);
                    touched = what.session;
                    prop_assert_eq!(write(&store, one.clone()), write(&memory, one));
                }
                Else::Prune(session, back) => {
                    // A state that its journal has gone through, as an engine makes it.
                    let name = NAMES[*session];
                    let state = memory.load(name).unwrap().unwrap_or_default();
                    let (step, version, chain, schema) = (state.step.saturating_sub(*back), 3, state.chain, state.schema);
                    let base = Base { step, version, chain, schema, fields: state.fields };
                    touched = *session;
                    prop_assert_eq!(store.prune(name, base.clone()), memory.prune(name, base));
                }
                Else::Remove(session, back) => {
                    let (name, step) = (NAMES[*session], step(*session).saturating_sub(*back));
                    touched = *session;
                    prop_assert_eq!(store.remove(name, step), memory.remove(name, step));
                }
                Else::PruneAnswers(before) => {
                    prop_assert_eq!(store.prune_answers(*before), memory.prune_answers(*before));
                }
                Else::Lease(session, owner, long) => {
                    let lasting = Duration::from_secs(if *long { 3_600 } else { 0 });
                    let (name, by) = (NAMES[*session], OWNERS[*owner]);
                    let lease = memory.lease(name, by, lasting);
                    prop_assert_eq!(&store.lease(name, by, lasting), &lease);
                    play.leases.entry((*session, *owner)).or_default().extend(lease.ok());
                }
                Else::GiveBack(session, owner) => {
                    if let Some(lease) = play.leases.get(&(*session, *owner)).and_then(|leases| leases.last()) {
                        let name = NAMES[*session];
                        prop_assert_eq!(store.give_back(name, lease), memory.give_back(name, lease));
                    }
                }
            }
            if reopened {
                drop(store);
                store = open();
            }
            let name = NAMES[touched];
            prop_assert_eq!(store.load(name), memory.load(name));
        }
        prop_assert_eq!(everything(&store), everything(&memory));
        for name in NAMES {
            for (from, most) in [(0, 3), (2, 1), (3, 100), (90, 2)] {
                prop_assert_eq!(store.journal(name, from, most), memory.journal(name, from, most));
                for is_dead in [true, false] {
                    let after = Some((name, from));
                    prop_assert_eq!(store.outbox(is_dead, after, most), memory.outbox(is_dead, after, most));
                }
            }
            for key in 0..6 {
                let key = format!("key {key}");
                prop_assert_eq!(store.answer(name, &key), memory.answer(name, &key));
            }
            prop_assert_eq!(store.sessions(Some(name), 2), memory.sessions(Some(name), 2));
        }
        for (from, most) in [(1, 2), (3, 100), (90, 2)] {
            prop_assert_eq!(store.ledger(from, most), memory.ledger(from, most));
        }
        drop(store);
        prop_assert_eq!(everything(&open()), everything(&memory));
    }
}
