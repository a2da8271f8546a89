//! A run that there never was is missing over restarts, however often there is one.

use std::time::{Duration, SystemTime};

use theus_core::prelude::*;
use theus_core::store::{Fault, MemoryStore, Store};
use theus_core::workflow::{Clock, Sessions, VirtualClock, WorkflowManager};

#[derive(Clone, Debug, Default, Context)]
struct Tank {
    level: i64,
}

#[process(outputs = [domain.level])]
fn fill(ctx: Ctx<Tank>, to: i64) {
    ctx.domain.level.set(to);
}

const MISSING: &str = "process_recipes: { fill: { outputs: [ { missing: 10m, level: C } ] } }";
const OTHER: &str = "process_recipes: { fill: { outputs: [ { field: domain.level, max: 10, level: C } ] } }";
const FLOW: &str =
    "{ external: [CMD_FILL], states: { ON: { events: { CMD_FILL: { steps: { run: fill, with: { to: 1 } } } } } } }";
const THREE_MINUTES: Duration = Duration::from_secs(180);

fn engine(store: &MemoryStore, clock: &VirtualClock, recipe: &str) -> Engine<Tank> {
    let time = clock.clone();
    let builder = Engine::builder(Tank::default()).clock(move || time.now()).process::<Fill>();
    builder.recipe("audit.yaml", recipe).unwrap().store(store.clone()).build().unwrap()
}

fn pool(store: &MemoryStore, clock: &VirtualClock) -> Sessions<Tank> {
    let pool = Sessions::of_text(&engine(store, clock, MISSING), "tank.yaml", FLOW).unwrap();
    pool.stepped(1).clock(clock.clone()).start().unwrap()
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// When what was found, as the ledger of the store has it.
fn found(store: &MemoryStore) -> Vec<(u64, String)> {
    let records = store.ledger(0, 1_000).unwrap();
    let violations = records.iter().filter_map(|record| Some((record.time, record.violation()?)));
    violations.map(|(time, violation)| (seconds(time), violation.value.to_string())).collect()
}

#[test]
fn it_is_waited_for_from_the_first_look_on_whatever_ends_in_between() {
    let (store, clock) = (MemoryStore::new(), VirtualClock::new());
    for start in 0..8 {
        // A new program each time, whose timer comes before its time is over.
        let engine = engine(&store, &clock, MISSING);
        let due = if start < 4 { 600 } else { 1_200 };
        if start != 7 {
            assert_eq!(engine.alarms_due().map(seconds), Some(due), "start {start}");
        }
        engine.look_at_alarms();
        drop(engine);
        clock.advance(THREE_MINUTES);
    }
    let expected = [(720, "no run for 12m".to_owned()), (1_260, "no run for 21m".to_owned())];
    assert_eq!(found(&store), expected, "each time that is over is found once");
    let engine = engine(&store, &clock, MISSING);
    engine.run(Fill { to: 1 }).unwrap();
    assert_eq!(engine.alarms_due().map(seconds), Some(1_440 + 600), "from a run on as ever");
}

#[test]
fn a_pool_opens_a_session_by_itself_when_its_time_is_over() {
    let (store, clock) = (MemoryStore::new(), VirtualClock::new());
    for start in 0..8 {
        let tanks = pool(&store, &clock);
        if start == 0 {
            tanks.open("one", Tank::default()).unwrap();
        }
        // What ends at once, and what has come to rest.
        if start % 2 == 0 {
            tanks.step_until_idle(100);
        }
        drop(tanks);
        clock.advance(THREE_MINUTES);
    }
    let state = store.load("one").unwrap().unwrap();
    assert_eq!(state.step, 0, "nothing was ever run");
    assert_eq!(found(&store), [(720, "no run for 12m".to_owned())]);
    let tanks = pool(&store, &clock);
    tanks.step_until_idle(100);
    assert_eq!(found(&store).last(), Some(&(1_440, "no run for 24m".to_owned())));
    // One that is run begins anew.
    tanks.emit("one", "CMD_FILL").unwrap();
    tanks.step_until_idle(100);
    drop(tanks);
    clock.advance(Duration::from_secs(599));
    pool(&store, &clock).step_until_idle(100);
    assert_eq!(found(&store).len(), 2);
    clock.advance(Duration::from_secs(1));
    pool(&store, &clock).step_until_idle(100);
    assert_eq!(found(&store).last(), Some(&(2_040, "no run for 10m".to_owned())));
}

#[test]
fn a_manager_goes_on_waiting_where_the_one_before_has_begun() {
    let (store, clock) = (MemoryStore::new(), VirtualClock::new());
    for _ in 0..4 {
        let engine = engine(&store, &clock, MISSING);
        let mut desk = WorkflowManager::from_text(&engine, "tank.yaml", FLOW).unwrap().clock(clock.clone());
        desk.run_for(THREE_MINUTES).unwrap();
    }
    assert_eq!(found(&store), [(600, "no run for 10m".to_owned())]);
}

#[test]
fn one_that_was_stored_before_waits_from_the_first_start_on_that_does() {
    let (store, clock) = (MemoryStore::new(), VirtualClock::new());
    engine(&store, &clock, OTHER).run(Fill { to: 1 }).unwrap();
    let before = store.load("main").unwrap().unwrap();
    assert!(before.counts.is_empty());
    clock.advance(Duration::from_secs(3_600));
    for _ in 0..2 {
        assert_eq!(engine(&store, &clock, MISSING).alarms_due().map(seconds), Some(4_200));
        clock.advance(THREE_MINUTES);
    }
    let after = store.load("main").unwrap().unwrap();
    assert_eq!(
        (after.step, after.chain, after.version),
        (before.step, before.chain, before.version),
        "nothing was run"
    );
    assert_eq!((after.counts.len(), after.counts[0].count), (1, 0));
}

#[test]
fn what_a_store_does_not_take_is_offered_again() {
    let (store, clock) = (MemoryStore::new(), VirtualClock::new());
    let program = engine(&store, &clock, MISSING);
    program.dehydrate().unwrap();
    for call in 0..4 {
        store.fail(store.calls() + call, Fault::Unavailable);
    }
    let due = program.alarms_due();
    assert_eq!(due.map(seconds), Some(600));
    assert!(store.load("main").unwrap_or_default().is_none_or(|state| state.counts.is_empty()), "it was not written");
    for _ in 0..4 {
        assert_eq!(program.alarms_due(), due);
    }
    drop(program);
    clock.advance(THREE_MINUTES);
    assert_eq!(engine(&store, &clock, MISSING).alarms_due(), due);
}
