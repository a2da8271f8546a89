//! A session is one program's alone while a process with effects is at work on it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use theus_core::prelude::*;
use theus_core::store::{MemoryStore, Store, StoreError};

#[derive(Clone, Default, Context)]
struct Card {
    charged: i64,
    notes: i64,
}

type Inside = Arc<Mutex<Box<dyn FnMut() + Send>>>;

struct Gateway {
    charged: Arc<AtomicI64>,
    /// Something happens while the effect is under way.
    inside: Inside,
}

impl Gateway {
    fn charge(&self, amount: i64) {
        self.charged.fetch_add(amount, Ordering::Relaxed);
        (self.inside.lock().unwrap())();
    }
}

struct Ports {
    gateway: Gateway,
}

#[process(inputs = [domain.charged], outputs = [domain.charged], effects = [gateway])]
fn charge(ctx: Ctx<Card, (), Ports>, amount: i64) -> i64 {
    ctx.effects.gateway.charge(amount);
    *ctx.domain.charged += amount;
    *ctx.domain.charged
}

#[process(inputs = [domain.notes], outputs = [domain.notes])]
fn note(ctx: Ctx<Card, (), Ports>) {
    *ctx.domain.notes += 1;
}

type Desk = Engine<Card, (), Ports>;

struct World {
    store: MemoryStore,
    charged: Arc<AtomicI64>,
}

impl World {
    fn new() -> Self {
        Self { store: MemoryStore::new(), charged: Arc::default() }
    }

    fn program(&self, lasting: Duration) -> (Desk, Inside) {
        let inside: Inside = Arc::new(Mutex::new(Box::new(|| {})));
        let gateway = Gateway { charged: Arc::clone(&self.charged), inside: Arc::clone(&inside) };
        let builder = Engine::builder(Card::default()).effects(Ports { gateway }).process::<Charge>().process::<Note>();
        let desk = builder.store(self.store.clone()).lease_sessions(lasting).build().unwrap();
        (desk, inside)
    }
}

fn refused<T: std::fmt::Debug, E: std::error::Error>(result: Result<T, RunError<E>>) -> StoreError {
    match result {
        Err(RunError::Store(error)) => error,
        other => panic!("{other:?}"),
    }
}

const LONG: Duration = Duration::from_secs(3_600);

#[test]
fn what_another_program_has_committed_is_there_before_the_effect() {
    let world = World::new();
    let ((one, _), (two, _)) = (world.program(LONG), world.program(LONG));
    two.run(Note {}).unwrap();
    // Without a lease the effect would be had for a commit that meets a conflict.
    assert_eq!(one.run(Charge { amount: 5 }).unwrap(), 5);
    assert_eq!((world.charged.load(Ordering::Relaxed), *one.snapshot().unwrap().notes), (5, 1));
}

#[test]
fn another_program_is_refused_whatever_it_runs_until_the_lease_is_given_back() {
    let world = World::new();
    let ((one, _), (two, _)) = (world.program(LONG), world.program(LONG));
    one.run(Charge { amount: 5 }).unwrap();
    one.run(Note {}).unwrap();
    assert!(matches!(refused(two.run(Charge { amount: 7 })), StoreError::Leased { .. }));
    let told = refused(two.run(Note {})).to_string();
    assert!(told.starts_with("the session `main` is leased to the program with the process id "), "{told}");
    assert_eq!(world.charged.load(Ordering::Relaxed), 5, "no effect of what was refused");
    drop(one);
    assert_eq!(two.run(Charge { amount: 7 }).unwrap(), 12);
    assert_eq!((*two.snapshot().unwrap().notes, world.charged.load(Ordering::Relaxed)), (1, 12));
}

#[test]
fn a_program_that_was_stopped_for_longer_commits_nothing() {
    let world = World::new();
    let short = Duration::from_millis(40);
    let ((one, inside), (two, _)) = (world.program(short), world.program(short));
    let other = two.clone();
    // While it stands still its lease runs out, and another has the session.
    *inside.lock().unwrap() = Box::new(move || {
        thread::sleep(Duration::from_millis(60));
        other.run(Charge { amount: 100 }).unwrap();
    });
    assert!(matches!(refused(one.run(Charge { amount: 1 })), StoreError::Leased { .. }));
    assert_eq!(world.store.load("main").unwrap().unwrap().step, 1);
    *inside.lock().unwrap() = Box::new(|| {});
    drop(two);
    // It goes on from what is there.
    assert_eq!(one.run(Charge { amount: 1 }).unwrap(), 101);
}

#[test]
fn programs_that_contend_have_each_effect_for_one_commit() {
    let world = World::new();
    let programs: Vec<Desk> = (0..3).map(|_| world.program(Duration::from_millis(5)).0).collect();
    thread::scope(|scope| {
        for desk in programs {
            scope.spawn(move || {
                let mut done = 0;
                while done < 30 {
                    match desk.run(Charge { amount: 1 }) {
                        Ok(_) => done += 1,
                        Err(RunError::Store(StoreError::Leased { .. } | StoreError::Conflict { .. })) => {
                            thread::sleep(Duration::from_millis(1));
                        }
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    let (last, _) = world.program(LONG);
    let committed = *last.snapshot().unwrap().charged;
    assert_eq!((committed, world.store.load("main").unwrap().unwrap().step), (90, 90));
    assert!(world.charged.load(Ordering::Relaxed) >= 90);
}
