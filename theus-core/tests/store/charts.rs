//! Random charts on a store that dies at its k-th call: whoever goes on from what it has comes to the same end.
//!
//! Where several steps that are invoked at once can come next, the order may be another one in the next life: so one thing at a time is
//! invoked here.

use std::sync::Arc;

use theus_core::store::{Fault, MemoryStore, SessionState};
use theus_core::workflow::{Definition, Status, VirtualClock, WorkflowError, WorkflowManager};

use super::random_charts::{Act, Book, Ports, World, Writer, builder, charts_and_seed};

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
fn life(flow: &Arc<Definition>, store: &MemoryStore, clock: &VirtualClock) -> Result<Flow, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let engine = builder(&world()).store(store.clone()).build().map_err(|error| text(&error))?;
    let engine = engine.hydrate_or("one", first).map_err(|error| text(&error))?;
    let flow = WorkflowManager::new(&engine, Arc::clone(flow));
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
fn play(flow: &Arc<Definition>, script: &[Act], dies_at: Option<u64>) -> (Came, u64) {
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

fn charts(otherwise: u64, mut look: impl FnMut(u64, (&str, &Arc<Definition>), &[Act])) {
    let ((most, first), mut found) = (charts_and_seed(otherwise), 0);
    for seed in first.. {
        if found == most {
            break;
        }
        assert!(seed - first < 20 * most + 20, "nearly no chart is one");
        let mut writer = Writer { random: fastrand::Rng::with_seed(seed), next: 0, many: false };
        let (flow, script) = (writer.flow(), writer.script());
        let engine = builder(&world()).build().unwrap();
        let Ok(loaded) = Flow::from_text(&engine, "random.yaml", &flow) else { continue };
        found += 1;
        look(seed, (&flow, &loaded.shared_definition()), &script);
    }
}

/// The store dies at so many calls of a run: at fewer of a long one, each of which is played from its beginning.
const fn points(calls: u64) -> u64 {
    match CALLS / (calls + 1) {
        0..=2 => 2,
        few @ 3..=19 => few,
        _ => 20,
    }
}

/// So many calls of the store are played for a chart, or two runs of it.
const CALLS: u64 = 4_000;

#[test]
fn wherever_the_store_dies_the_next_life_comes_to_the_same_end() {
    let mut died = 0;
    charts(6, |seed, (flow, definition), script| {
        let (whole, calls) = play(definition, script, None);
        let stride = usize::try_from(calls / points(calls)).unwrap().max(1);
        // Another place in each chart, so that many charts have it at each of them.
        let begins = 1 + seed % u64::try_from(stride).unwrap();
        for dies_at in (begins..=calls).step_by(stride) {
            died += 1;
            let (broken, _) = play(definition, script, Some(dies_at));
            assert_eq!(broken, whole, "seed {seed}, the store dies at call {dies_at} of {calls}\n{flow}\n{script:?}");
        }
    });
    assert!(died > 60, "{died} times");
}

#[test]
fn as_a_value_between_any_two_events_it_goes_on_as_it_would_have() {
    charts(6, |seed, (flow, definition), script| {
        let play = |moves: bool| {
            let clock = VirtualClock::new();
            let engine = builder(&world()).build().unwrap().open("one", first());
            let mut running = Flow::new(&engine, Arc::clone(definition)).clock(clock.clone());
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
