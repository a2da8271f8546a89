//! A `fn` that blocks a thread of its own, in a session that a store keeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use theus_core::effect;
use theus_core::effect::Effect;
use theus_core::prelude::*;
use theus_core::store::{MemoryStore, Store};
use theus_core::workflow::WorkflowManager;

use super::bank::block_on;

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Desk {
    answer: u64,
    notes: u64,
}

#[effect]
trait Oracle {
    /// Answers when it is let.
    fn ask(&self, key: &str) -> u64;
}

/// Answers when it is open; counts who has asked, by which keys.
#[derive(Default)]
struct World {
    is_shut: Mutex<bool>,
    opened: Condvar,
    asked: AtomicU64,
    keys: Mutex<Vec<String>>,
    has_ended: AtomicBool,
}

impl World {
    fn open(&self) {
        *self.is_shut.lock() = false;
        self.opened.notify_all();
    }

    fn wait_for_asked(&self, count: u64) {
        for _ in 0..20_000 {
            if self.asked.load(Ordering::SeqCst) >= count {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
        panic!("nobody asks");
    }
}

impl Oracle for Arc<World> {
    fn ask(&self, key: &str) -> u64 {
        self.keys.lock().push(key.to_owned());
        let asked = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut is_shut = self.is_shut.lock();
        while *is_shut {
            self.opened.wait(&mut is_shut);
        }
        self.has_ended.store(true, Ordering::SeqCst);
        40 + asked
    }
}

struct Ports {
    oracle: Effect<dyn Oracle>,
}

type App = Ctx<Desk, (), Ports>;
type DeskEngine = Engine<Desk, (), Ports>;

#[process(outputs = [domain.answer], effects = [oracle], blocking)]
fn ask(ctx: App) -> u64 {
    let key = ctx.effects.key();
    let answer = ctx.effects.oracle.ask(key.as_str());
    ctx.domain.answer.set(answer);
    answer
}

#[process(inputs = [domain.answer], outputs = [domain.answer], blocking)]
fn double(ctx: App) -> u64 {
    *ctx.domain.answer *= 2;
    *ctx.domain.answer
}

#[process(inputs = [domain.notes], outputs = [domain.notes])]
fn note(ctx: App) {
    *ctx.domain.notes += 1;
}

fn desk(world: &Arc<World>, store: &MemoryStore) -> DeskEngine {
    let builder = Engine::builder(Desk::default()).effects(Ports { oracle: Effect::new(Arc::clone(world)) });
    builder.process::<Ask>().process::<Double>().process::<Note>().store(store.clone()).build().unwrap()
}

fn state(engine: &DeskEngine) -> Desk {
    engine.snapshot().unwrap().to_context()
}

#[test]
fn what_it_commits_is_kept_and_its_answers_are_in_the_journal() {
    let (world, store) = (Arc::new(World::default()), MemoryStore::new());
    let engine = desk(&world, &store);
    assert_eq!(block_on(engine.run_async(Ask {})).unwrap(), 41);
    assert_eq!(block_on(engine.run_async(Double {})).unwrap(), 82);
    assert_eq!(engine.run(Ask {}).unwrap(), 42);
    drop(engine);
    let again = desk(&Arc::new(World::default()), &store);
    assert_eq!(state(&again), Desk { answer: 42, notes: 0 });
    let replay = again.replay("main").unwrap();
    assert_eq!((replay.made, &replay.taken_over, &replay.divergence), (3, &vec![], &None));
    let entries = store.journal("main", 1, 10).unwrap();
    let calls: Vec<_> = entries[0].answers.iter().flatten().map(|answer| &*answer.call).collect();
    assert_eq!((entries.len(), calls), (3, vec!["key", "ask"]));
}

#[test]
fn under_a_key_it_runs_once() {
    let (world, store) = (Arc::new(World::default()), MemoryStore::new());
    let engine = desk(&world, &store);
    for _ in 0..2 {
        assert_eq!(block_on(engine.run_once_async("a", Ask {})).unwrap(), 41);
    }
    drop(engine);
    let again = desk(&world, &store);
    assert_eq!(block_on(again.run_once_async("a", Ask {})).unwrap(), 41);
    assert_eq!(again.run_once("a", Ask {}).unwrap(), 41);
    assert_eq!(world.asked.load(Ordering::SeqCst), 1);
    assert_eq!(block_on(again.run_once_async("b", Ask {})).unwrap(), 42);
}

/// Cut off while it is asked, it is asked again under the key of then; what the first body comes to is nobody's.
#[test]
fn one_that_was_cut_off_is_done_again_under_its_key() {
    let (world, store) = (Arc::new(World::default()), MemoryStore::new());
    let flow = "
external: [CMD_NOTE, CMD_STOP]
states:
  ASKING:
    invoke: { run: ask, restart: again, done: DONE }
    events: { CMD_NOTE: { steps: note }, CMD_STOP: STOPPED }
  DONE: { final: true }
  STOPPED: { final: true }
";
    let life = |store: &MemoryStore| {
        let engine = desk(&world, store);
        WorkflowManager::from_text(&engine, "desk.yaml", flow).unwrap().hydrate().unwrap()
    };
    *world.is_shut.lock() = true;
    let mut first = life(&store);
    first.run_until_idle().unwrap();
    world.wait_for_asked(1);
    first.emit("CMD_NOTE").unwrap();
    first.run_until_idle().unwrap();
    let copy = store.copy();
    let mut second = life(&copy);
    second.run_until_idle().unwrap();
    world.wait_for_asked(2);
    assert_eq!(state(second.engine()), Desk { answer: 0, notes: 1 });
    drop(first);
    world.open();
    second.run_until_final().unwrap();
    assert_eq!(second.state(), "DONE");
    assert!(matches!(state(second.engine()), Desk { answer: 41 | 42, notes: 1 }));
    assert_eq!(state(&desk(&world, &store)), Desk { answer: 0, notes: 1 }, "nothing of the first was committed");
    let keys = world.keys.lock().clone();
    assert_eq!((keys.len(), &keys[0]), (2, &keys[1]));
    assert!(world.has_ended.load(Ordering::SeqCst));
}
