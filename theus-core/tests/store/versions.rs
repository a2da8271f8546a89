//! What an earlier version of the program has stored.

use serde::{Deserialize, Serialize};
use theus_core::prelude::*;
use theus_core::store::{Fault, MemoryStore, SessionState, Store, StoreError};
use theus_core::{BuildError, EngineBuilder};

use super::bank::block_on;

mod one {
    use theus_core::prelude::*;

    #[derive(Clone, Default, Context)]
    pub(crate) struct Account {
        pub(crate) euros: i64,
        pub(crate) owner: String,
        pub(crate) sig_low: bool,
    }

    #[process(inputs = [domain.euros], outputs = [domain.euros, domain.sig_low])]
    pub(crate) fn pay(ctx: Ctx<Account>, euros: i64) {
        *ctx.domain.euros += euros;
        if *ctx.domain.euros < 10 {
            ctx.domain.sig_low.set(true);
        }
    }
}

mod two {
    use theus_core::prelude::*;

    #[derive(Clone, Default, Context)]
    #[context(version = 2)]
    pub(crate) struct Account {
        pub(crate) cents: i64,
        pub(crate) owner: String,
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Owner {
    first: String,
    last: String,
}

#[derive(Clone, Default, Context)]
#[context(version = 3)]
struct Account {
    cents: i64,
    owner: Owner,
}

#[process(inputs = [domain.cents], outputs = [domain.cents])]
fn pay(ctx: Ctx<Account>, cents: i64) -> i64 {
    *ctx.domain.cents += cents;
    *ctx.domain.cents
}

#[process(inputs = [domain.cents], outputs = [domain.cents])]
async fn pay_later(ctx: Ctx<Account>, cents: i64) {
    *ctx.domain.cents += cents;
}

fn before(store: &MemoryStore, sessions: &[&str]) {
    let engine = Engine::builder(one::Account::default()).process::<one::Pay>().store(store.clone()).build().unwrap();
    for (euros, name) in (1..).zip(sessions) {
        let owner = format!("{name} Lee");
        let session = engine.hydrate_or(*name, || one::Account { owner, ..Default::default() }).unwrap();
        session.run(one::Pay { euros }).unwrap();
    }
    drop(engine);
    store.remove("main", 0).unwrap();
}

fn bare(store: &MemoryStore) -> EngineBuilder<Account> {
    Engine::builder(Account::default()).process::<Pay>().process::<PayLater>().store(store.clone())
}

fn first(old: one::Account) -> Result<two::Account, String> {
    match old.euros.checked_mul(100) {
        Some(cents) => Ok(two::Account { cents, owner: old.owner }),
        None => Err("nobody has that much".to_owned()),
    }
}

fn second(old: two::Account) -> Result<Account, String> {
    let (first, last) = old.owner.split_once(' ').unwrap_or((&old.owner, ""));
    Ok(Account { cents: old.cents, owner: Owner { first: first.to_owned(), last: last.to_owned() } })
}

fn after(store: &MemoryStore) -> Engine<Account> {
    bare(store).migrate(first).migrate(second).build().unwrap()
}

#[test]
fn a_session_is_brought_up_through_all_versions_between() {
    let store = MemoryStore::new();
    before(&store, &["anna", "ben"]);
    let engine = after(&store);
    let anna = engine.hydrate("anna").unwrap().unwrap();
    assert_eq!((*anna.snapshot().unwrap().cents, anna.snapshot().unwrap().owner.last.as_str()), (100, "Lee"));
    assert_eq!(anna.run(Pay { cents: 5 }).unwrap(), 105);
    block_on(anna.run_async(PayLater { cents: 1 })).unwrap();
    // The events that waited are there still.
    assert_eq!(anna.bus().len(), 1);
    drop(anna);
    // It is migrated once.
    let again = after(&store).hydrate("anna").unwrap().unwrap();
    assert_eq!(*again.snapshot().unwrap().cents, 106);
    let journal = engine.journal("anna").unwrap();
    assert_eq!(journal.verify().unwrap(), 4);
    assert_eq!(journal.at(1).unwrap()["euros"], 1);
    assert_eq!(journal.at(2).unwrap().keys().collect::<Vec<_>>(), ["cents", "owner"]);
    assert_eq!(journal.entries(2, 1).unwrap()[0].process, "(migration)");
    // What was made by the earlier program is not made again.
    let replay = engine.replay("anna").unwrap();
    assert_eq!((replay.before, replay.made, replay.divergence), (2, 2, None));
    // A fork of a step before it is of the version of then, and is migrated in its turn.
    engine.fork("anna", 1, "fork").unwrap();
    assert_eq!(*engine.hydrate("fork").unwrap().unwrap().snapshot().unwrap().cents, 100);
    assert_eq!(engine.prune_journal("anna", 1).unwrap(), 3);
    assert_eq!(engine.replay("anna").unwrap().made, 1);
}

#[test]
fn what_no_migration_leads_on_from_is_told_and_stays_as_it_is() {
    let store = MemoryStore::new();
    before(&store, &["anna"]);
    let engine = bare(&store).build().unwrap();
    let missing = engine.hydrate("anna").unwrap_err();
    assert_eq!(missing, StoreError::NoMigration { session: "anna".to_owned(), found: 1, known: 3 });
    assert!(missing.to_string().contains("by `.migrate(..)` on the builder"), "{missing}");
    let only_later = bare(&store).migrate(second).build().unwrap();
    assert!(matches!(only_later.hydrate("anna"), Err(StoreError::NoMigration { found: 1, .. })));
    assert_eq!(store.load("anna").unwrap().unwrap().step, 1);
    // The earlier program refuses what the later one has written.
    after(&store).hydrate("anna").unwrap();
    let earlier = Engine::builder(one::Account::default()).process::<one::Pay>().store(store).build();
    let later = earlier.unwrap_err().to_string();
    assert_eq!(
        later,
        "the session `main` has version 3 of its context, and this program has 1: use the program that wrote it, or a later one"
    );
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let store = MemoryStore::new();
    before(&store, &["anna"]);
    let engine = bare(&store).migrate(first).migrate(|_: two::Account| Err::<Account, _>("not today")).build().unwrap();
    let told = engine.hydrate("anna").unwrap_err().to_string();
    assert_eq!(told, "the session `anna` cannot be migrated from version 2 of its context to 3: not today");
    let panics = bare(&store).migrate(first).migrate(|_: two::Account| -> Result<Account, String> { panic!("oh") });
    let told = panics.build().unwrap().hydrate("anna").unwrap_err().to_string();
    assert!(told.ends_with("it panicked: oh"), "{told}");
    for fault in [Fault::Unavailable, Fault::Full, Fault::LostInDoubt, Fault::DoneInDoubt] {
        let store = store.copy();
        let engine = after(&store);
        store.fail(store.calls() + 2, fault);
        let first_try = engine.hydrate("anna");
        assert_eq!(first_try.is_ok(), fault == Fault::DoneInDoubt, "{fault:?}");
        drop(first_try);
        let anna = engine.hydrate("anna").unwrap().unwrap();
        assert_eq!((*anna.snapshot().unwrap().cents, store.load("anna").unwrap().unwrap().step), (100, 2));
    }
}

#[test]
fn two_programs_that_open_it_at_once_migrate_it_once() {
    let store = MemoryStore::new();
    before(&store, &["anna"]);
    let (one, two) = (after(&store), after(&store));
    let (a, b) = (one.hydrate("anna").unwrap().unwrap(), two.hydrate("anna").unwrap().unwrap());
    assert_eq!(store.load("anna").unwrap().unwrap().step, 2);
    a.run(Pay { cents: 1 }).unwrap();
    assert!(matches!(b.run(Pay { cents: 1 }), Err(RunError::Store(StoreError::Conflict { .. }))));
    assert_eq!(b.run(Pay { cents: 1 }).unwrap(), 102);
}

#[test]
fn migrations_that_lead_nowhere_are_told_when_the_engine_is_built() {
    let told = |builder: EngineBuilder<Account>| match builder.build() {
        Err(error @ BuildError::Migration { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let store = MemoryStore::new();
    assert!(told(bare(&store).migrate(first)).contains("1 of the context to 2: none leads on from there to 3"));
    assert!(told(bare(&store).migrate(second).migrate(second)).contains("another one begins at the same version"));
    let back = |_: two::Account| Ok::<_, String>(one::Account::default());
    assert!(told(bare(&store).migrate(back)).contains("a migration leads to a later version"));
}

#[test]
fn a_state_as_a_value_is_brought_up_too() {
    let store = MemoryStore::new();
    before(&store, &["anna"]);
    let state: SessionState = store.load("anna").unwrap().unwrap();
    let engine = after(&MemoryStore::new());
    let anna = engine.open_state("anna", Account::default(), state).unwrap();
    assert_eq!(*anna.snapshot().unwrap().cents, 100);
    assert_eq!(anna.dehydrate().unwrap().schema, 3);
}

#[test]
fn what_does_not_fit_is_found_for_all_sessions_before_anything_runs() {
    use theus_core::workflow::WorkflowManager;
    let store = MemoryStore::new();
    before(&store, &["anna", "ben", "eve"]);
    let check = after(&store).check_stored().unwrap();
    assert_eq!((check.sessions, check.to_migrate, check.is_clean()), (4, 3, true), "{check}");
    // A migration that one of them cannot go through.
    let picky = |old: one::Account| match old.owner.as_str() {
        "ben Lee" => Err("no more of him".to_owned()),
        _ => first(old),
    };
    let engine = bare(&store).migrate(picky).migrate(second).build().unwrap();
    let check = engine.check_stored().unwrap();
    assert_eq!(check.findings.len(), 1, "{check}");
    assert_eq!((check.findings[0].sessions, check.findings[0].example.as_str()), (1, "ben"));
    assert_eq!(check.findings[0].what, "it cannot be migrated from version 1 of its context to 2: no more of him");
    // None at all: told once for all.
    let check = bare(&store).build().unwrap().check_stored().unwrap();
    assert_eq!((check.findings.len(), check.findings[0].sessions), (1, 3));
    assert_eq!(store.load("anna").unwrap().unwrap().step, 1, "nothing was written");

    // A chart that has lost a state, and one that has it.
    let engine = after(&store);
    let flow = |waiting: &str| {
        format!(
            "states:\n  START: {{ events: {{ CMD_GO: {waiting} }} }}\n  {waiting}: {{ events: {{ CMD_BACK: START }} }}\n"
        )
    };
    for name in ["anna", "eve"] {
        let session = engine.hydrate(name).unwrap().unwrap();
        let mut flow = WorkflowManager::from_text(&session, "flow.yaml", &flow("WAITING")).unwrap().hydrate().unwrap();
        flow.emit("CMD_GO").unwrap();
        flow.run_until_idle().unwrap();
    }
    let manager = |text: &str| WorkflowManager::from_text(&engine, "flow.yaml", text).unwrap();
    assert!(manager(&flow("WAITING")).check_stored().unwrap().is_clean());
    let check = manager(&flow("WAITNG")).check_stored().unwrap();
    assert_eq!((check.findings.len(), check.findings[0].sessions), (1, 2), "{check}");
    assert!(check.findings[0].what.contains("has no state `WAITING`; did you mean `WAITNG`?"), "{check}");
}

#[test]
fn a_store_that_cannot_be_read_is_not_said_to_fit() {
    let store = MemoryStore::new();
    before(&store, &["anna"]);
    let engine = after(&store);
    for call in 1..=3 {
        store.fail(store.calls() + call, Fault::Unavailable);
        assert!(matches!(engine.check_stored(), Err(StoreError::Unavailable { .. })), "{call}");
    }
}
