//! What one sees while others write.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use theus_core::prelude::*;

use super::LOCKINGS;
use crate::executor::{Task, block_on, pause};

/// Money that only ever moves: any sight of it that is whole sums up to the same.
#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Purse {
    left: i64,
    right: Vec<i64>,
}

#[process(inputs = [domain.left, domain.right], outputs = [domain.left, domain.right])]
fn shift(ctx: Ctx<Purse>, amount: i64) {
    *ctx.domain.left -= amount;
    ctx.domain.right[0] += amount;
}

#[process(inputs = [domain.left, domain.right])]
fn sum(ctx: Ctx<Purse>) -> i64 {
    *ctx.domain.left + ctx.domain.right[0]
}

#[process(inputs = [domain.left, domain.right])]
async fn sum_slowly(ctx: Ctx<Purse>) -> i64 {
    let left = *ctx.domain.left;
    pause().await;
    left + ctx.domain.right[0]
}

fn purse(locking: Locking) -> Engine<Purse> {
    Engine::builder(Purse { left: 100, right: vec![0] })
        .process::<Shift>()
        .process::<Sum>()
        .process::<SumSlowly>()
        .locking(locking)
        .attempts(10_000)
        .build()
        .unwrap()
}

#[test]
fn a_snapshot_is_whole_and_never_changes() {
    for locking in LOCKINGS {
        let engine = purse(locking);
        let running = AtomicBool::new(true);
        let first = engine.snapshot().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                for amount in 0..300 {
                    engine.run(Shift { amount: amount % 7 }).unwrap();
                }
                running.store(false, Ordering::Release);
            });
            let mut kept = Vec::new();
            while running.load(Ordering::Acquire) {
                let snapshot = engine.snapshot().unwrap();
                assert_eq!(*snapshot.left + snapshot.right[0], 100, "half of a transaction was seen");
                if kept.len() < 50 {
                    kept.push((snapshot.to_context(), snapshot));
                }
                assert_eq!(engine.run(Sum {}).unwrap(), 100);
                assert_eq!(block_on(engine.run_async(SumSlowly {})).unwrap(), 100);
            }
            assert!(kept.iter().all(|(then, snapshot)| snapshot.to_context() == *then));
        });
        assert_eq!((first.version(), first.to_context()), (0, Purse { left: 100, right: vec![0] }));
        assert_eq!(engine.snapshot().unwrap().version(), 300);
    }
}

#[test]
fn a_draft_is_seen_by_nobody_before_the_commit() {
    #[process(inputs = [domain.left], outputs = [domain.left, domain.right])]
    async fn empty(ctx: Ctx<Purse>) {
        *ctx.domain.left = 0;
        pause().await;
        ctx.domain.right.set(vec![100]);
    }
    for locking in LOCKINGS {
        let purse = Purse { left: 100, right: vec![0] };
        let engine = Engine::builder(purse.clone()).process::<Empty>().locking(locking).build().unwrap();
        let mut task = Task::new(engine.run_async(Empty {}));
        assert!(task.poll().is_pending());
        assert_eq!(engine.snapshot().unwrap().to_context(), purse);
        assert!(task.poll().is_ready());
        assert_eq!(engine.snapshot().unwrap().to_context(), Purse { left: 0, right: vec![100] });
    }
}

/// What a slow look reports while somebody writes between its begin and its end.
fn looked(locking: Locking, recipe: &str) -> (i64, u64, u32) {
    let engine = Engine::builder(Purse { left: 100, right: vec![0] }).process::<Shift>().process::<SumSlowly>();
    let engine = engine.locking(locking).recipe("audit.yaml", recipe).unwrap().build().unwrap();
    let mut look = Task::new(engine.run_async_reported(SumSlowly {}));
    assert!(look.poll().is_pending());
    engine.run(Shift { amount: 7 }).unwrap();
    loop {
        if let std::task::Poll::Ready(report) = look.poll() {
            return (report.result.unwrap(), report.version, report.attempts);
        }
    }
}

#[test]
fn a_run_that_only_looks_stands_as_it_began() {
    for locking in [Locking::Optimistic, Locking::ByKind] {
        let rule = |gate: &str, settings: &str| {
            format!("process_recipes: {{ sum_slowly: {{ {gate}: [ {{ field: domain.left, {settings} }} ] }} }}")
        };
        assert_eq!(looked(locking, &rule("inputs", "max: 100")), (100, 0, 1), "nothing to repeat");
        // A violation is counted at the end, a rule at the output looks at the state of the end: so the run is of the end.
        assert_eq!(looked(locking, &rule("inputs", "max: 99, level: C")), (100, 1, 2));
        assert_eq!(looked(locking, &rule("outputs", "max: 100")), (100, 1, 2));
    }
}
