//! Work beside the state on a store: what is under way when the program ends, while others have committed.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use parking_lot::Mutex;
use theus_core::prelude::*;
use theus_core::store::MemoryStore;
use theus_core::workflow::WorkflowManager;

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Desk {
    answer: String,
    ticks: u64,
    booked: i64,
}

/// The world outside: it answers when it is open, and notes who has asked.
#[derive(Clone, Default)]
struct World {
    is_open: Arc<AtomicBool>,
    keys: Arc<Mutex<Vec<String>>>,
}

struct Ports {
    world: World,
}

type App = Ctx<Desk, (), Ports>;
type Flow = WorkflowManager<Desk, (), Ports>;

#[process(outputs = [domain.answer], effects = [world])]
async fn ask(ctx: App) {
    let key = ctx.effects.key();
    let world = ctx.effects.world;
    world.keys.lock().push(key.as_str().to_owned());
    poll_fn(|_| if world.is_open.load(Ordering::SeqCst) { Poll::Ready(()) } else { Poll::Pending }).await;
    ctx.domain.answer.set("42".to_owned());
}

#[process(inputs = [domain.ticks], outputs = [domain.ticks])]
fn tick(ctx: App) {
    *ctx.domain.ticks += 1;
}

#[process(inputs = [domain.booked], outputs = [domain.booked])]
fn book(ctx: App, n: i64) {
    *ctx.domain.booked += n;
}

fn flow(restart: &str) -> String {
    format!(
        "
external: [CMD_TICK]
states:
  ASKING:
    invoke:
      steps:
        - {{ run: book, with: {{ n: 1 }}, compensate: {{ run: book, with: {{ n: -1 }} }} }}
        - {{ parallel: [{{ run: ask{restart} }}, {{ run: book, with: {{ n: 10 }}, compensate: {{ run: book, with: {{ n: -10 }} }} }}] }}
        - {{ run: ask{restart} }}
      done: DONE
    events: {{ CMD_TICK: {{ steps: tick }}, EVT_CHAIN_FAIL: LOST }}
  DONE: {{ final: true }}
  LOST: {{ final: true }}
"
    )
}

fn life(store: &MemoryStore, world: &World, flow: &str) -> Flow {
    let engine = Engine::builder(Desk::default())
        .effects(Ports { world: world.clone() })
        .process::<Ask>()
        .process::<Tick>()
        .process::<Book>()
        .store(store.clone())
        .build()
        .unwrap();
    WorkflowManager::from_text(&engine, "desk.yaml", flow).unwrap().hydrate().unwrap()
}

fn ticks(desk: &mut Flow, count: usize) {
    for _ in 0..count {
        desk.emit("CMD_TICK").unwrap();
        desk.run_until_idle().unwrap();
    }
}

#[test]
fn what_was_asked_is_asked_again_under_its_key_whatever_others_have_committed_since() {
    let (mut store, world) = (MemoryStore::new(), World::default());
    let flow = flow(", restart: again");
    // Three lives end while it is asked, and others have committed in each of them.
    for life_number in 1..=3 {
        let mut desk = life(&store, &world, &flow);
        desk.run_until_idle().unwrap();
        ticks(&mut desk, 2);
        let state = desk.engine().snapshot().unwrap().to_context();
        assert_eq!(
            (state.ticks, state.booked),
            (2 * life_number, 11),
            "what has committed side by side has done so once"
        );
        assert_eq!(world.keys.lock().len() as u64, life_number);
        store = store.copy();
    }
    world.is_open.store(true, Ordering::SeqCst);
    let mut desk = life(&store, &world, &flow);
    desk.run_until_final().unwrap();
    let state = desk.engine().snapshot().unwrap().to_context();
    assert_eq!((desk.state(), state), ("DONE", Desk { answer: "42".to_owned(), ticks: 6, booked: 11 }));
    let keys = world.keys.lock().clone();
    assert!(keys[..4].iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_eq!(keys.len(), 5);
    assert_ne!(keys[4], keys[0], "another step has another key");
}

#[test]
fn what_must_not_be_asked_twice_has_failed_and_what_was_committed_is_made_good() {
    let (store, world) = (MemoryStore::new(), World::default());
    let flow = flow("");
    let mut desk = life(&store, &world, &flow);
    desk.run_until_idle().unwrap();
    ticks(&mut desk, 3);
    let copy = store.copy();
    drop(desk);
    let mut desk = life(&copy, &world, &flow);
    desk.run_until_final().unwrap();
    let state = desk.engine().snapshot().unwrap().to_context();
    assert_eq!((desk.state(), state), ("LOST", Desk { answer: String::new(), ticks: 3, booked: 0 }));
    assert_eq!(world.keys.lock().len(), 1);
}

#[test]
fn one_that_has_ended_is_not_run_again_though_others_have_committed_since() {
    let (store, world) = (MemoryStore::new(), World::default());
    let flow = "
external: [CMD_TICK, CMD_GO]
states:
  S:
    invoke: [{ id: once, run: book, with: { n: 5 }, done: { steps: tick } }, { id: long, run: ask, restart: again }]
    events: { CMD_TICK: { steps: tick }, CMD_GO: E, EVT_CHAIN_FAIL: E }
  E: { final: true }
";
    let mut desk = life(&store, &world, flow);
    desk.run_until_idle().unwrap();
    ticks(&mut desk, 2);
    let copy = store.copy();
    drop(desk);
    let mut desk = life(&copy, &world, flow);
    desk.run_until_idle().unwrap();
    ticks(&mut desk, 1);
    let state = desk.engine().snapshot().unwrap().to_context();
    assert_eq!((state.booked, state.ticks, world.keys.lock().len()), (5, 4, 2));
    desk.emit("CMD_GO").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!(desk.state(), "E");
}
