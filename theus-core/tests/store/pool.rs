//! A pool of sessions that a store keeps.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use theus_core::prelude::*;
use theus_core::store::{Fault, MemoryStore, Store};
use theus_core::workflow::sessions::SessionError;
use theus_core::workflow::{Sessions, VirtualClock, WorkflowManager};

#[derive(Clone, Default, Context)]
struct Door {
    opened: u64,
    rung: u64,
}

#[process(inputs = [domain.opened], outputs = [domain.opened])]
fn count(ctx: Ctx<Door>) {
    *ctx.domain.opened += 1;
}

#[process(inputs = [domain.rung], outputs = [domain.rung])]
fn ring(ctx: Ctx<Door>) {
    *ctx.domain.rung += 1;
}

const FLOW: &str = "
states:
  CLOSED: { events: { CMD_OPEN: OPEN } }
  OPEN: { entry: [count, count], events: { EVT_CHAIN_DONE: CLOSED } }
";

const ALARM: &str = "
states:
  CLOSED: { events: { CMD_OPEN: OPEN } }
  OPEN: { entry: count, after: { 10m: RINGING } }
  RINGING: { entry: ring, events: { CMD_SHUT: CLOSED } }
";

fn engine(store: &MemoryStore) -> Engine<Door> {
    Engine::builder(Door::default()).process::<Count>().process::<Ring>().store(store.clone()).build().unwrap()
}

fn pool(store: &MemoryStore, flow: &str, warm: usize) -> Sessions<Door> {
    Sessions::of_text(&engine(store), "door.yaml", flow).unwrap().stepped(7).warm(warm).start().unwrap()
}

/// How often it was opened, as the store has it.
fn stored(store: &MemoryStore, name: &str) -> u64 {
    let state = store.load(name).unwrap().unwrap();
    let field = state.fields.iter().find(|field| field.path == "opened").unwrap();
    theus_core::store::decode(&field.merged().unwrap()).unwrap()
}

#[test]
fn while_a_pool_ends_nobody_is_told_that_there_is_no_session_which_only_the_store_has() {
    let store = MemoryStore::new();
    let (doors, others) = (pool(&store, FLOW, usize::MAX), pool(&store, FLOW, usize::MAX));
    others.open("front", Door::default()).unwrap();
    assert!(matches!(doors.emit("back", "CMD_OPEN"), Err(SessionError::Unknown { .. })));
    assert!(doors.shut_down(Duration::from_secs(1)));
    assert!(matches!(doors.emit("front", "CMD_OPEN"), Err(SessionError::ShutDown)));
    assert!(matches!(doors.engine("front"), Err(SessionError::ShutDown)));
}

#[test]
fn sessions_go_on_in_the_next_program_where_they_were() {
    let store = MemoryStore::new();
    let names: Vec<String> = (0..20).map(|number| format!("door {number}")).collect();
    for round in 0..12 {
        let doors = pool(&store, FLOW, usize::MAX);
        for name in &names {
            assert_eq!(doors.open_or_go_on(name, Door::default).unwrap(), round == 0);
            doors.emit(name, "CMD_OPEN").unwrap();
        }
        // It ends in the middle of what it is doing.
        for _ in 0..round * 13 {
            doors.step();
        }
    }
    let doors = pool(&store, FLOW, usize::MAX);
    doors.step_until_idle(1_000_000);
    for name in &names {
        assert_eq!(doors.states(name).unwrap(), ["CLOSED"]);
        let opened = stored(&store, name);
        // Those that came while it was open had no use.
        assert!(opened.is_multiple_of(2) && opened <= 24, "{name}: {opened}");
        assert_eq!(doors.engine(name).unwrap().journal(name).unwrap().verify().unwrap(), opened);
    }
    assert!(matches!(doors.open(&names[0], Door::default()), Err(SessionError::Exists { .. })));
    assert!(matches!(doors.emit("nobody", "CMD_OPEN"), Err(SessionError::Unknown { .. })));
    assert!(matches!(doors.emit("main", "CMD_OPEN"), Err(SessionError::Unknown { .. })), "it has no workflow");
}

#[test]
fn one_that_was_opened_and_nothing_more_goes_on_too() {
    let store = MemoryStore::new();
    let flow = "states: { BEGIN: { entry: count, events: { EVT_CHAIN_DONE: END } }, END: {} }";
    pool(&store, flow, usize::MAX).open("door", Door::default()).unwrap();
    assert_eq!(stored(&store, "door"), 0);
    let doors = pool(&store, flow, usize::MAX);
    doors.step_until_idle(1_000);
    assert_eq!((doors.states("door").unwrap(), stored(&store, "door")), (vec!["END".to_owned()], 1));
}

#[test]
fn those_at_rest_make_room_and_come_back_for_an_event() {
    let store = MemoryStore::new();
    let doors = pool(&store, FLOW, 5);
    let names: Vec<String> = (0..60).map(|number| format!("door {number}")).collect();
    for round in 1..=3 {
        for name in &names {
            doors.open_or_go_on(name, Door::default).unwrap();
            doors.emit(name, "CMD_OPEN").unwrap();
            doors.step_until_idle(10_000);
            assert_eq!(stored(&store, name), round * 2, "{name}");
        }
        assert!(doors.census().open <= 6, "{:?}", doors.census());
    }
    // Whoever asks is told, and whoever holds one keeps it.
    let held = doors.engine(&names[0]).unwrap();
    for name in &names {
        assert_eq!(doors.states(name).unwrap(), ["CLOSED"]);
        doors.step_until_idle(100);
    }
    doors.emit(&names[0], "CMD_OPEN").unwrap();
    doors.step_until_idle(100);
    assert_eq!(*held.snapshot().unwrap().opened, 8, "it is the same session");
}

#[test]
fn a_timer_rings_for_a_session_that_is_not_here_and_in_the_next_program() {
    let store = MemoryStore::new();
    let clock = VirtualClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000));
    let pool = |warm: usize| {
        let builder = Sessions::of_text(&engine(&store), "door.yaml", ALARM).unwrap().stepped(7).clock(clock.clone());
        builder.warm(warm).start().unwrap()
    };
    let doors = pool(2);
    let names: Vec<String> = (0..12).map(|number| format!("door {number}")).collect();
    for name in &names {
        doors.open(name, Door::default()).unwrap();
        doors.emit(name, "CMD_OPEN").unwrap();
        doors.step_until_idle(1_000);
        clock.advance(Duration::from_secs(1));
    }
    assert!(doors.census().open <= 3);
    clock.advance(Duration::from_secs(600 - 12));
    doors.step_until_idle(1_000);
    assert_eq!(doors.states(&names[0]).unwrap(), ["RINGING"]);
    assert_eq!(doors.states(&names[11]).unwrap(), ["OPEN"]);
    drop(doors);
    // Nobody is there when the others are due.
    clock.advance(Duration::from_secs(3_600));
    let doors = pool(3);
    doors.step_until_idle(10_000);
    for name in &names {
        assert_eq!(doors.states(name).unwrap(), ["RINGING"], "{name}");
        let state = store.load(name).unwrap().unwrap();
        assert_eq!(state.step, 2, "{name}: opened once and rung once");
    }
}

#[test]
fn whichever_call_of_the_store_fails_each_acknowledged_event_is_handled_once() {
    for fault in [Fault::Unavailable, Fault::Full, Fault::DoneInDoubt, Fault::LostInDoubt] {
        for call in 0..70 {
            let store = MemoryStore::new();
            let (mut acknowledged, mut tried) = (BTreeMap::new(), BTreeMap::new());
            let doors = pool(&store, FLOW, 1);
            store.fail(store.calls() + 1 + call, fault);
            for round in 0..2 {
                for name in ["a", "b", "c"] {
                    let _ = doors.open_or_go_on(name, Door::default);
                    *tried.entry(name).or_insert(0) += 1;
                    if doors.emit(name, "CMD_OPEN").is_ok() {
                        *acknowledged.entry(name).or_insert(0_u64) += 1;
                    }
                    doors.step_until_idle(if round == 0 { 100 } else { 3 });
                }
            }
            drop(doors);
            let store = store.copy();
            let doors = pool(&store, FLOW, 1);
            doors.step_until_idle(10_000);
            for (name, tried) in tried {
                let handled = store.load(name).unwrap().map_or(0, |_| stored(&store, name) / 2);
                let least = acknowledged.get(name).copied().unwrap_or_default();
                assert!((least..=tried).contains(&handled), "{fault:?} at {call}, {name}: {least}, {handled}, {tried}");
            }
        }
    }
}

#[test]
fn many_threads_emit_to_many_sessions_of_which_few_are_here() {
    let store = MemoryStore::new();
    let builder = Sessions::of_text(
        &engine(&store),
        "door.yaml",
        "
states:
  COUNTING: { events: { CMD_OPEN: { to: COUNTING, steps: count } } }
",
    );
    let doors = Arc::new(builder.unwrap().workers(3).warm(8).start().unwrap());
    let names: Vec<String> = (0..40).map(|number| format!("door {number}")).collect();
    for name in &names {
        doors.open(name, Door::default()).unwrap();
    }
    let emitted: Vec<AtomicU64> = names.iter().map(|_| AtomicU64::new(0)).collect();
    thread::scope(|scope| {
        for seed in 0..4 {
            let (doors, names, emitted) = (&doors, &names, &emitted);
            scope.spawn(move || {
                let mut random = fastrand::Rng::with_seed(seed);
                for _ in 0..400 {
                    let at = random.usize(..names.len());
                    doors.emit(&names[at], "CMD_OPEN").unwrap();
                    emitted[at].fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert!(doors.wait_until_idle(Duration::from_secs(60)));
    for (name, emitted) in names.iter().zip(&emitted) {
        let emitted = emitted.load(Ordering::Relaxed);
        let end = std::time::Instant::now() + Duration::from_secs(20);
        while stored(&store, name) < emitted && std::time::Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(stored(&store, name), emitted, "{name}");
    }
    assert!(doors.census().open <= 12, "{:?}", doors.census());
}

#[test]
fn a_workflow_that_is_hydrated_again_in_the_same_program_is_where_it_was() {
    let store = MemoryStore::new();
    let engine = engine(&store);
    let flow = || WorkflowManager::from_text(&engine, "door.yaml", ALARM).unwrap().hydrate().unwrap();
    let mut door = flow();
    door.emit("CMD_OPEN").unwrap();
    door.run_until_idle().unwrap();
    drop(door);
    let mut door = flow();
    door.run_until_idle().unwrap();
    assert_eq!((door.state(), *engine.snapshot().unwrap().opened), ("OPEN", 1));
}

#[test]
fn a_session_without_a_workflow_is_left_alone_unless_it_is_to_begin_with_one() {
    let store = MemoryStore::new();
    let plain = engine(&store).hydrate_or("plain", Door::default).unwrap();
    plain.bus().emit("CMD_OPEN").unwrap();
    drop(plain);
    // It is ready, and not this pool's: neither at the start nor for a question or an event.
    let doors = pool(&store, FLOW, usize::MAX);
    doors.step_until_idle(1_000);
    assert_eq!(doors.census().open, 0);
    assert!(matches!(doors.states("plain"), Err(SessionError::Unknown { .. })));
    assert!(matches!(doors.emit("plain", "CMD_OPEN"), Err(SessionError::Unknown { .. })));
    assert!(matches!(doors.open("plain", Door::default()), Err(SessionError::Exists { .. })));
    assert_eq!((stored(&store, "plain"), store.load("plain").unwrap().unwrap().events.len()), (0, 1));
    // Asked to, it begins, and what waited is handled.
    assert!(!doors.open_or_go_on("plain", Door::default).unwrap());
    doors.step_until_idle(1_000);
    assert_eq!((doors.states("plain").unwrap(), stored(&store, "plain")), (vec!["CLOSED".to_owned()], 2));
}

#[test]
fn two_programs_that_open_one_session_at_once_have_one_workflow_of_it() {
    let store = MemoryStore::new();
    let (one, two) = (pool(&store, FLOW, usize::MAX), pool(&store, FLOW, usize::MAX));
    one.open("door", Door::default()).unwrap();
    one.emit("door", "CMD_OPEN").unwrap();
    one.step_until_idle(1_000);
    assert!(matches!(two.open("door", Door::default()), Err(SessionError::Exists { .. })));
    two.step_until_idle(1_000);
    assert_eq!(stored(&store, "door"), 2);
    drop((one, two));
    let doors = pool(&store, FLOW, usize::MAX);
    doors.step_until_idle(1_000);
    assert_eq!((doors.states("door").unwrap(), stored(&store, "door")), (vec!["CLOSED".to_owned()], 2));
}

#[test]
fn of_all_who_come_at_once_in_two_programs_one_has_opened_it() {
    let flow = "states: { CLOSED: { entry: ring, events: { CMD_OPEN: OPEN } }, OPEN: { entry: count, events: { CMD_SHUT: CLOSED } } }";
    for _ in 0..5 {
        let store = MemoryStore::new();
        let pools: Vec<Sessions<Door>> = (0..2)
            .map(|_| Sessions::of_text(&engine(&store), "door.yaml", flow).unwrap().workers(2).start().unwrap())
            .collect();
        let names: Vec<String> = (0..10).map(|number| format!("door {number}")).collect();
        let opened: Vec<AtomicU64> = names.iter().map(|_| AtomicU64::new(0)).collect();
        thread::scope(|scope| {
            for number in 1..=4_u64 {
                let (doors, names, opened) = (&pools[usize::from(number > 2)], &names, &opened);
                scope.spawn(move || {
                    for (name, opened) in names.iter().zip(opened) {
                        let first = || Door { opened: 1_000 * number, ..Door::default() };
                        if doors.open_or(name, first).unwrap() {
                            assert_eq!(opened.swap(number, Ordering::SeqCst), 0, "{name} was opened twice");
                        }
                    }
                });
            }
        });
        drop(pools);
        let doors = pool(&store, flow, usize::MAX);
        for (name, opened) in names.iter().zip(&opened) {
            assert!(!doors.open_or(name, || unreachable!("there is one")).unwrap());
            assert_eq!(stored(&store, name), 1_000 * opened.load(Ordering::SeqCst), "{name}: by who has opened it");
        }
    }
}
