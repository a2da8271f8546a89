//! Cost follows what is touched: what is copied, and what is kept alive.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use theus_core::prelude::*;

use super::LOCKINGS;
use crate::executor::{Task, block_on, pause};

/// How many values of a kind were cloned, and how many are alive.
#[derive(Debug, Default)]
struct Tally {
    clones: AtomicUsize,
    alive: AtomicUsize,
}

/// A value that is counted.
#[derive(Debug)]
struct Counted {
    tally: Arc<Tally>,
    number: i64,
}

impl Counted {
    fn new(tally: &Arc<Tally>) -> Self {
        Self::with(tally, 0)
    }

    fn with(tally: &Arc<Tally>, number: i64) -> Self {
        tally.alive.fetch_add(1, SeqCst);
        Self { tally: Arc::clone(tally), number }
    }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.tally.clones.fetch_add(1, SeqCst);
        Self::with(&self.tally, self.number)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.tally.alive.fetch_sub(1, SeqCst);
    }
}

macro_rules! ten {
    ($name:ident, $each:ty, $make:expr $(, $nested:meta)?) => {
        #[derive(Clone, Context)]
        struct $name {
            $(#[$nested])?
            a: $each,
            $(#[$nested])?
            b: $each,
            $(#[$nested])?
            c: $each,
            $(#[$nested])?
            d: $each,
            $(#[$nested])?
            e: $each,
            $(#[$nested])?
            f: $each,
            $(#[$nested])?
            g: $each,
            $(#[$nested])?
            h: $each,
            $(#[$nested])?
            i: $each,
            $(#[$nested])?
            j: $each,
        }

        impl $name {
            fn new(tally: &Arc<Tally>) -> Self {
                let make = || $make(tally);
                Self {
                    a: make(),
                    b: make(),
                    c: make(),
                    d: make(),
                    e: make(),
                    f: make(),
                    g: make(),
                    h: make(),
                    i: make(),
                    j: make(),
                }
            }
        }
    };
}

ten!(Ten, Counted, Counted::new);
ten!(Hundred, Ten, Ten::new, context(nested));

/// Five hundred counted fields, and one that is not.
#[derive(Clone, Context)]
struct Large {
    #[context(nested)]
    one: Hundred,
    #[context(nested)]
    two: Hundred,
    #[context(nested)]
    three: Hundred,
    #[context(nested)]
    four: Hundred,
    #[context(nested)]
    five: Hundred,
    count: i64,
}

#[derive(Clone, Debug, thiserror::Error)]
#[error("no")]
struct No;

#[process(inputs = [domain.one.a.a, domain.five.j.j], outputs = [domain.count])]
fn read(ctx: Ctx<Large>) -> i64 {
    let sum = ctx.domain.one.a.a.number + ctx.domain.five.j.j.number;
    ctx.domain.count.set(sum);
    sum
}

#[process(inputs = [domain.one.a.a, domain.one.a.b, domain.count], outputs = [domain.one.a.a, domain.one.a.b])]
#[allow(deprecated, reason = "what a declared input costs is measured")]
fn update_one(ctx: Ctx<Large>) -> i64 {
    for _ in 0..5 {
        ctx.domain.one.a.a.number += 1;
    }
    ctx.domain.one.a.a.number + ctx.domain.one.a.b.number
}

#[process(inputs = [domain.one.a.a], outputs = [domain.one.a.a], errors = [No])]
fn fail(ctx: Ctx<Large>, panics: bool) -> Result<(), No> {
    ctx.domain.one.a.a.number += 1;
    assert!(!panics, "as told");
    Err(No)
}

/// A fresh value, made inside a body from one that it may read.
#[process(inputs = [domain.two.b.b], outputs = [domain.one.a.a, domain.two.b.c])]
fn replace(ctx: Ctx<Large>) {
    let tally = Arc::clone(&ctx.domain.two.b.b.tally);
    ctx.domain.one.a.a.set(Counted::with(&tally, 1));
    ctx.domain.one.a.a.set(Counted::with(&tally, 2));
    ctx.domain.two.b.c.set(Counted::with(&tally, 3));
}

#[process(inputs = [domain.one.a.a, domain.count], outputs = [domain.one.a.a])]
async fn update_slowly(ctx: Ctx<Large>) {
    ctx.domain.one.a.a.number += 1;
    pause().await;
    ctx.domain.one.a.a.number += *ctx.domain.count;
}

const FIELDS: usize = 500;

fn large(locking: Locking) -> (Engine<Large>, Arc<Tally>) {
    let tally = Arc::new(Tally::default());
    let hundred = || Hundred::new(&tally);
    let large = Large { one: hundred(), two: hundred(), three: hundred(), four: hundred(), five: hundred(), count: 0 };
    let engine = Engine::builder(large)
        .process::<Read>()
        .process::<UpdateOne>()
        .process::<Fail>()
        .process::<Replace>()
        .process::<UpdateSlowly>()
        .locking(locking)
        .build()
        .unwrap();
    (engine, tally)
}

fn counts(tally: &Tally) -> (usize, usize) {
    (tally.clones.load(SeqCst), tally.alive.load(SeqCst))
}

#[test]
fn nothing_is_cloned_that_is_not_written() {
    for locking in LOCKINGS {
        let (engine, tally) = large(locking);
        assert_eq!(counts(&tally), (0, FIELDS), "building moves the context");
        for _ in 0..3 {
            engine.run(Read {}).unwrap();
            let snapshot = engine.snapshot().unwrap();
            assert_eq!(snapshot.one.a.a.number, 0);
        }
        assert_eq!(counts(&tally), (0, FIELDS), "reading and looking copy nothing");
        assert_eq!(engine.run(UpdateOne {}).unwrap(), 5);
        assert_eq!(counts(&tally), (1, FIELDS), "one field was written: one copy, of the first of five writes");
        engine.run(Replace {}).unwrap();
        assert_eq!(counts(&tally), (1, FIELDS), "a whole new value needs no copy of the old one");
        block_on(engine.run_async(UpdateSlowly {})).unwrap();
        assert_eq!(counts(&tally), (2, FIELDS));
    }
}

#[test]
fn a_value_is_dropped_once_nobody_holds_it() {
    for locking in LOCKINGS {
        let (engine, tally) = large(locking);
        let snapshot = engine.snapshot().unwrap();
        engine.run(Replace {}).unwrap();
        assert_eq!(counts(&tally).1, FIELDS + 2, "the snapshot holds the two that were replaced");
        engine.run(Replace {}).unwrap();
        assert_eq!(counts(&tally).1, FIELDS + 2, "nobody holds the next two");
        assert_eq!((snapshot.one.a.a.number, snapshot.two.b.c.number), (0, 0));
        drop(snapshot);
        assert_eq!(counts(&tally).1, FIELDS);
        drop(engine);
        assert_eq!(counts(&tally).1, 0, "all went with the engine");
    }
}

#[test]
fn a_run_that_fails_keeps_no_value_alive() {
    for locking in LOCKINGS {
        let (engine, tally) = large(locking);
        for panics in [false, true] {
            assert!(engine.run(Fail { panics }).is_err());
            assert_eq!(counts(&tally).1, FIELDS, "the draft is gone");
        }
        let mut dropped = Task::new(engine.run_async(UpdateSlowly {}));
        assert!(dropped.poll().is_pending());
        assert_eq!(counts(&tally).1, FIELDS + 1);
        drop(dropped);
        assert_eq!(counts(&tally).1, FIELDS);
        // A spare workspace that still held the old value would show now.
        engine.run(Replace {}).unwrap();
        engine.run(UpdateOne {}).unwrap();
        assert_eq!(counts(&tally).1, FIELDS);
    }
}

#[test]
fn an_attempt_that_met_a_conflict_keeps_no_value_alive() {
    let (engine, tally) = large(Locking::Optimistic);
    let mut task = Task::new(engine.run_async(UpdateSlowly {}));
    assert!(task.poll().is_pending());
    engine.run(UpdateOne {}).unwrap();
    while !task.is_done() {
        let _: std::task::Poll<_> = task.poll();
    }
    assert_eq!(engine.snapshot().unwrap().one.a.a.number, 6);
    assert_eq!(counts(&tally), (3, FIELDS), "the run that won and the two attempts each copied one field");
}
