//! Sessions that somebody carries as values: what they commit, send and ask is as where a store keeps them.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde::Serialize;
use theus_core::audit::{AuditEvent, AuditRecord, Chain, Tail};
use theus_core::engine::{Gathered, RunId};
use theus_core::prelude::*;
use theus_core::store::{MemoryStore, SessionState, Store, StoreError};
use theus_core::workflow::{Clock, Progress, VirtualClock, WorkflowManager};
use theus_core::{BuildError, EngineBuilder};

#[derive(Clone, Default, Context)]
struct Till {
    total: i64,
    tries: u32,
    cmd_pay: bool,
}

#[derive(Serialize)]
struct Receipt {
    total: i64,
}

#[derive(Debug, thiserror::Error)]
#[error("not now")]
struct NotNow;

/// What the world has seen: keys, in order.
#[derive(Clone, Default)]
struct World(Arc<Mutex<Vec<String>>>);

struct Ports {
    world: World,
}

#[process(inputs = [domain.total], outputs = [domain.total], messages = [Receipt], errors = [NotNow])]
fn pay(ctx: Ctx<Till, (), Ports>, amount: i64) -> Result<(), NotNow> {
    *ctx.domain.total += amount;
    ctx.send(Receipt { total: *ctx.domain.total });
    if amount < 0 { Err(NotNow) } else { Ok(()) }
}

/// It writes nothing, and so makes no step.
#[process(inputs = [domain.total], effects = [world])]
fn ask(ctx: Ctx<Till, (), Ports>) {
    let _ = *ctx.domain.total;
    ctx.effects.world.0.lock().push(ctx.effects.key().to_string());
}

#[process(inputs = [domain.total], outputs = [domain.total], effects = [world], errors = [NotNow])]
fn charge(ctx: Ctx<Till, (), Ports>) -> Result<(), NotNow> {
    let mut seen = ctx.effects.world.0.lock();
    seen.push(ctx.effects.key().to_string());
    *ctx.domain.total += 1;
    if seen.len() < 3 { Err(NotNow) } else { Ok(()) }
}

const RECIPE: &str =
    "process_recipes: { pay: { inputs: [ { field: amount, max: 100, level: B, max_threshold: 3 } ] } }";

fn builder(world: &World) -> EngineBuilder<Till, (), Ports> {
    let builder = Engine::builder(Till::default()).effects(Ports { world: world.clone() });
    builder.process::<Pay>().process::<Ask>().process::<Charge>().recipe("audit.yaml", RECIPE).unwrap()
}

fn carried() -> Engine<Till, (), Ports> {
    builder(&World::default()).carried().build().unwrap()
}

/// Through text, as it is kept.
fn put_away(state: &SessionState) -> Option<SessionState> {
    serde_json::from_str(&serde_json::to_string(state).unwrap()).unwrap()
}

#[test]
fn what_it_commits_sends_and_counts_is_what_a_store_would_have_of_it() {
    let (store, engine) = (MemoryStore::new(), carried());
    let kept = builder(&World::default()).store(store.clone()).build().unwrap();
    let (mut state, mut messages, mut entries) = (None, Vec::new(), Vec::new());
    for (turn, amount) in (0..).zip([5, 500, -1, 7, 600, 700, 800, 9]) {
        let till = engine.carry("main", Till::default(), state, RunId { life: 1, turn }).unwrap();
        let (here, there) = (till.run(Pay { amount }), kept.run(Pay { amount }));
        assert_eq!(here.map_err(|error| error.to_string()), there.map_err(|error| error.to_string()), "{amount}");
        let Gathered { entries: new, messages: sent, .. } = till.gathered();
        entries.extend(new);
        messages.extend(sent);
        let value = till.dehydrate().unwrap();
        // A store has one ledger for all.
        let without = SessionState { recorded: Tail::START, ..value.clone() };
        assert_eq!(without, store.load("main").unwrap().unwrap(), "{amount}");
        state = put_away(&value);
    }
    let waiting: Vec<_> = store.outbox(false, None, 100).unwrap().into_iter().map(|(_, message)| message).collect();
    assert_eq!((messages.len(), &messages), (6, &waiting));
    let journal = store.journal("main", 1, 100).unwrap();
    assert_eq!(entries.len(), 6);
    for (carried, kept) in entries.iter().zip(&journal) {
        assert_eq!((carried.step, carried.chain, &carried.parts), (kept.step, kept.chain, &kept.parts));
    }
}

#[test]
fn who_does_the_same_again_has_the_same_keys_and_everything_else_has_others() {
    let world = World::default();
    let engine = builder(&world).carried().build().unwrap();
    let open = |life, turn| engine.carry("main", Till::default(), None, RunId { life, turn }).unwrap();
    for (life, turn) in [(1, 1), (1, 1), (1, 2), (2, 1)] {
        let till = open(life, turn);
        assert!(!till.has_touched_world());
        till.run(Ask {}).unwrap();
        assert!(till.has_touched_world());
    }
    // Another program on another machine.
    let elsewhere = builder(&world).carried().build().unwrap();
    elsewhere.carry("main", Till::default(), None, RunId { life: 1, turn: 1 }).unwrap().run(Ask {}).unwrap();
    let keys = world.0.lock();
    assert_eq!((&keys[0], &keys[0]), (&keys[1], &keys[4]));
    assert!(keys[0] != keys[2] && keys[0] != keys[3] && keys[2] != keys[3]);
}

#[test]
fn a_pure_process_touches_no_world_and_other_sessions_gather_nothing() {
    let engine = carried();
    let till = engine.carry("main", Till::default(), None, RunId { life: 1, turn: 0 }).unwrap();
    till.run(Pay { amount: 1 }).unwrap();
    assert!(!till.has_touched_world());
    assert_eq!(till.gathered().messages.len(), 1);
    assert!(till.gathered().messages.is_empty(), "they were taken");
    assert!(engine.gathered().entries.is_empty());
}

#[test]
fn two_that_carry_the_same_session_have_each_their_own() {
    let engine = carried();
    let open = || engine.carry("main", Till::default(), None, RunId { life: 1, turn: 0 }).unwrap();
    let (one, other) = (open(), open());
    one.run(Pay { amount: 1 }).unwrap();
    assert_eq!((*one.snapshot().unwrap().total, *other.snapshot().unwrap().total), (1, 0));
}

#[test]
fn a_try_that_is_made_again_in_a_later_turn_has_the_key_of_the_first() {
    let world = World::default();
    let engine = builder(&world).carried().build().unwrap();
    let flow = "states:
  OPEN: { events: { CMD_PAY: PAYING } }
  PAYING:
    entry: [ { process: charge, retry: { attempts: 5, backoff: 1s } } ]
    events: { EVT_CHAIN_DONE: OPEN }
";
    let definition = WorkflowManager::from_text(&engine, "till.yaml", flow).unwrap().shared_definition();
    let clock = VirtualClock::new();
    let (mut state, mut waits) = (None, 0);
    for turn in 0..9 {
        let run = RunId { life: 1, turn };
        let till = WorkflowManager::carry(&engine, definition.clone(), "main", Till::default(), state, run).unwrap();
        let mut till = till.clock(clock.clone());
        if turn == 0 {
            till.emit("CMD_PAY").unwrap();
        }
        loop {
            match till.advance().unwrap() {
                // As soon as it has asked, it is put away: in the midst of the chain.
                Progress::Stepped if till.engine().has_touched_world() => break,
                Progress::Stepped | Progress::Handled(_) => {}
                Progress::Retries { left } => {
                    waits += 1;
                    clock.advance(left);
                    break;
                }
                Progress::Idle { .. } => break,
                other => panic!("{other:?}"),
            }
        }
        state = put_away(&till.dehydrate().unwrap());
    }
    let till = WorkflowManager::carry(&engine, definition, "main", Till::default(), state, RunId { life: 1, turn: 9 });
    let till = till.unwrap();
    assert_eq!((till.state(), *till.engine().snapshot().unwrap().total, waits), ("OPEN", 1, 2));
    let keys = world.0.lock();
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| *key == keys[0]));
    assert!(clock.monotonic() > Some(Duration::from_secs(1)), "it has waited, and the keys are those of the first");
}

#[test]
fn an_engine_whose_sessions_are_carried_keeps_none_and_any_other_carries_none() {
    let run = RunId { life: 1, turn: 0 };
    let engine = carried();
    assert!(matches!(engine.hydrate("a"), Err(StoreError::NoStore)));
    assert!(matches!(engine.hydrate_or("a", Till::default), Err(StoreError::NoStore)));
    let carried = engine.carry("a", Till::default(), None, run).unwrap();
    let once = carried.run_once("key", Pay { amount: 1 }).unwrap_err();
    assert!(matches!(once, RunError::Store(StoreError::NotKept { .. })), "{once}");
    let kept = builder(&World::default()).store(MemoryStore::new()).build().unwrap();
    assert!(matches!(kept.carry("a", Till::default(), None, run), Err(StoreError::NoStore)));
    let plain = builder(&World::default()).build();
    assert!(matches!(plain, Err(BuildError::NoOutbox { process: "pay" })));
}

#[test]
fn a_value_that_does_not_fit_says_which_field() {
    let engine = carried();
    let run = RunId { life: 1, turn: 0 };
    let mut state = engine.carry("a", Till::default(), None, run).unwrap().dehydrate().unwrap();
    state.fields[0].path = "totel".to_owned();
    let error = engine.carry("a", Till::default(), Some(state.clone()), run).unwrap_err();
    assert!(error.to_string().contains("totel"), "{error}");
    state.format = 99;
    assert!(matches!(engine.carry("a", Till::default(), Some(state), run), Err(StoreError::Newer { .. })));
}

#[test]
fn its_records_are_a_ledger_of_its_own_whatever_engine_has_made_them() {
    let recipe = "process_recipes: { pay: { inputs: [ { field: amount, max: 100, level: C }, { field: amount, min: -5, level: S } ] } }";
    let machine = || {
        let builder = Engine::builder(Till::default()).effects(Ports { world: World::default() });
        builder.process::<Pay>().recipe("audit.yaml", recipe).unwrap().carried().build().unwrap()
    };
    let machines = [machine(), machine()];
    let (mut state, mut records, mut tail) = (None, Vec::<AuditRecord>::new(), Tail::START);
    for (turn, amount) in (0..).zip([5, 500, 600, 7, -1, 700, -9]) {
        // Another session, whose records have numbers of their own.
        let other = machines[0].carry("other", Till::default(), None, RunId { life: 2, turn }).unwrap();
        other.run(Pay { amount: 101 }).unwrap();
        assert_eq!(other.gathered().records.iter().map(|record| record.sequence).collect::<Vec<_>>(), [1]);
        let engine = &machines[turn as usize % 2];
        let till = engine.carry("main", Till::default(), state, RunId { life: 1, turn }).unwrap();
        let _ = till.run(Pay { amount });
        let new = till.gathered().records;
        let value = till.dehydrate().unwrap();
        let mut chain = Chain::behind(tail);
        new.iter().for_each(|record| chain.next(record).unwrap());
        tail = chain.finish(Some(value.recorded)).unwrap().tail;
        let is_clean = serde_json::to_string(&value).unwrap().find("recorded").is_none();
        assert_eq!(
            is_clean,
            records.is_empty() && new.is_empty(),
            "what has no record is kept as before there were any"
        );
        records.extend(new);
        state = put_away(&value);
        assert_eq!(state.as_ref().unwrap().recorded, tail);
    }
    assert_eq!(records.len(), 5);
    let [.., violation, interlock] = &records[..] else { panic!() };
    assert_eq!(violation.violation().unwrap().sequence, 4);
    assert_eq!(interlock.event, AuditEvent::Interlock { violation: 4 }, "it is the number here, and not the engine's");
    assert!(records.iter().all(|record| record.session == "main"));
    // As lines, and read again.
    for record in &records {
        let line = record.to_line().unwrap();
        assert_eq!(&AuditRecord::from_line(&line, record.sequence).unwrap(), record);
    }
}
