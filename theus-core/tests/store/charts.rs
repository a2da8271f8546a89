//! Random charts on a store that dies at its k-th call: whoever goes on from what it has comes to the same end.
//!
//! Where several steps that are invoked at once can come next, the order may be another one in the next life: so one thing at a time is
//! invoked here.

use std::sync::Arc;

use theus_core::store::{Fault, MemoryStore, SessionState};
use theus_core::workflow::{Status, VirtualClock, WorkflowError, WorkflowManager};

use super::random_charts::{Act, Book, Ports, World, Writer, builder};

type Flow = WorkflowManager<Book, (), Ports>;

#[derive(Debug, PartialEq)]
struct Came {
    book: Book,
    states: Vec<String>,
    status: Status,
}

fn first() -> Book {
    Book { items: vec![71, 72, 73], ..Book::default() }
}

fn world() -> World {
    World { steady: true, ..World::default() }
}

/// A life of the program: an engine on the store, and the workflow where it was.
fn life(flow: &str, store: &MemoryStore, clock: &VirtualClock) -> Result<Flow, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let engine = builder(&world()).store(store.clone()).build().map_err(|error| text(&error))?;
    let engine = engine.hydrate_or("one", first).map_err(|error| text(&error))?;
    let flow = WorkflowManager::from_text(&engine, "random.yaml", flow).map_err(|error| text(&error))?;
    flow.clock(clock.clone()).hydrate().map_err(|error| text(&error))
}

fn came(flow: &Flow) -> Came {
    let engine = flow.configuration().leaves().iter().filter_map(|leaf| flow.definition().state(*leaf));
    let states = engine.map(|state| state.name.clone()).collect();
    Came { book: flow.engine().snapshot().unwrap().to_context(), states, status: flow.status() }
}

/// Drives it until nothing is left to do now; false where the store is dead.
fn drive(flow: &mut Flow) -> bool {
    match flow.run_until_idle() {
        Err(WorkflowError::Store(_)) => false,
        // It ended, well or not; or one event was too much for it.
        _ => true,
    }
}

/// Plays the script; where the store dies the program begins anew with what the store has.
fn play(flow: &str, script: &[Act], dies_at: Option<u64>) -> (Came, u64) {
    let (mut store, clock) = (MemoryStore::new(), VirtualClock::new());
    if let Some(call) = dies_at {
        (call..call + 5_000).for_each(|call| store.fail(call, Fault::Unavailable));
    }
    let mut calls = 0;
    let mut again = |store: &mut MemoryStore| {
        calls += store.calls();
        *store = store.copy();
        life(flow, store, &clock).unwrap_or_else(|error| panic!("{error}"))
    };
    let mut running = life(flow, &store, &clock).unwrap_or_else(|_| again(&mut store));
    for act in script {
        match act {
            Act::Pass => clock.advance(std::time::Duration::from_secs(1)),
            Act::Emit(event) => {
                if let Err(theus_core::signal::EmitError::Store(_)) = running.emit(event) {
                    drop(running);
                    running = again(&mut store);
                    // Nobody has told that it was taken.
                    drop(running.emit(event));
                }
            }
        }
        while !drive(&mut running) {
            drop(running);
            running = again(&mut store);
        }
    }
    let came = came(&running);
    drop(running);
    (came, calls + store.calls())
}

fn charts(most: u64, mut look: impl FnMut(u64, &str, &[Act])) {
    let mut found = 0;
    for seed in 0.. {
        if found == most {
            break;
        }
        assert!(seed < 20 * most + 20, "nearly no chart is one");
        let mut writer = Writer { random: fastrand::Rng::with_seed(seed), next: 0, many: false };
        let (flow, script) = (writer.flow(), writer.script());
        let engine = builder(&world()).build().unwrap();
        if WorkflowManager::from_text(&engine, "random.yaml", &flow).is_err() {
            continue;
        }
        found += 1;
        look(seed, &flow, &script);
    }
}

fn many(otherwise: u64) -> u64 {
    std::env::var("THEUS_CHARTS").ok().and_then(|charts| charts.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn wherever_the_store_dies_the_next_life_comes_to_the_same_end() {
    let mut points = 0;
    charts(many(6), |seed, flow, script| {
        let (whole, calls) = play(flow, script, None);
        let stride = usize::try_from(calls / 20).unwrap().max(1);
        for dies_at in (1..=calls).step_by(stride) {
            points += 1;
            let (broken, _) = play(flow, script, Some(dies_at));
            assert_eq!(broken, whole, "seed {seed}, the store dies at call {dies_at} of {calls}\n{flow}\n{script:?}");
        }
    });
    assert!(points > 60, "{points} points");
}

#[test]
fn as_a_value_between_any_two_events_it_goes_on_as_it_would_have() {
    charts(many(6), |seed, flow, script| {
        let play = |moves: bool| {
            let clock = VirtualClock::new();
            let engine = builder(&world()).build().unwrap().open("one", first());
            let mut running = Flow::from_text(&engine, "random.yaml", flow).unwrap().clock(clock.clone());
            for act in script {
                match act {
                    Act::Pass => clock.advance(std::time::Duration::from_secs(1)),
                    Act::Emit(event) => drop(running.emit(event)),
                }
                if moves {
                    let bytes = serde_json::to_vec(&running.dehydrate().unwrap()).unwrap();
                    let state: SessionState = serde_json::from_slice(&bytes).unwrap();
                    let engine = builder(&world()).build().unwrap();
                    let definition = Arc::clone(&running.shared_definition());
                    let next = Flow::open_state(&engine, definition, "one", first(), state).unwrap();
                    running = next.clock(clock.clone());
                    assert_eq!(
                        serde_json::to_vec(&running.dehydrate().unwrap()).unwrap(),
                        bytes,
                        "taken up and put down"
                    );
                }
                drop(running.run_until_idle());
            }
            came(&running)
        };
        assert_eq!(play(true), play(false), "seed {seed}\n{flow}\n{script:?}");
    });
}
