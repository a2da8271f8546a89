//! A process with effects is executed once, with the session to itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use theus_core::prelude::*;

use super::LOCKINGS;
use super::plant::{End, Fill, Measure, MeasureSlowly, PumpOut, PumpOutSlowly, engine};
use crate::executor::{Task, block_on};

#[test]
fn effects_happen_once_however_much_others_write() {
    for locking in LOCKINGS {
        let (engine, pump) = engine(locking);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        engine.run(Fill { litres: 3 }).unwrap();
                    }
                });
            }
            scope.spawn(|| {
                for _ in 0..100 {
                    let report = engine.run_reported(PumpOut { litres: 1, end: End::Well });
                    assert_eq!((report.result.is_ok(), report.attempts), (true, 1));
                }
            });
            for _ in 0..100 {
                let run = engine.run_async_reported(PumpOutSlowly { litres: 2, end: End::Well });
                let report = block_on(run);
                assert_eq!((report.result.is_ok(), report.attempts), (true, 1));
            }
        });
        let told = pump.told();
        assert_eq!((told.len(), told.iter().sum::<i64>()), (200, 300));
        assert_eq!(engine.run(Measure {}).unwrap(), 5 + 2 * 200 * 3 - 300, "no update was lost");
    }
}

#[test]
fn an_async_run_with_effects_has_the_session_to_itself() {
    for locking in LOCKINGS {
        let (engine, pump) = engine(locking);
        let mut pumping = Task::new(engine.run_async(PumpOutSlowly { litres: 2, end: End::Well }));
        assert!(pumping.poll().is_pending());

        // Another one waits and is woken; looking does not wait.
        let mut measuring = Task::new(engine.run_async(MeasureSlowly {}));
        assert!(measuring.poll().is_pending() && !measuring.is_woken(), "it waits for its lease");
        assert_eq!((*engine.snapshot().unwrap().level, engine.snapshot().unwrap().version()), (5, 0));

        // A thread waits as well.
        let filled = AtomicBool::new(false);
        thread::scope(|scope| {
            let filler = scope.spawn(|| {
                let level = engine.run(Fill { litres: 10 }).unwrap();
                filled.store(true, Ordering::SeqCst);
                level
            });
            thread::sleep(Duration::from_millis(20));
            assert!(!filled.load(Ordering::SeqCst), "somebody wrote within another's lease");
            assert!(pumping.poll().is_pending());
            assert!(matches!(pumping.poll(), Poll::Ready(Ok(3))));
            assert_eq!(filler.join().unwrap(), 13);
        });
        assert!(measuring.is_woken(), "the lease is over");
        let measured = loop {
            if let Poll::Ready(measured) = measuring.poll() {
                break measured.unwrap();
            }
        };
        assert!([3, 13].contains(&measured), "before or after the filling: {measured}");
        assert_eq!(pump.told(), [2]);
    }
}

#[test]
fn a_waiter_polled_often_is_woken_once() {
    let (engine, _) = engine(Locking::ByKind);
    let mut pumping = Task::new(engine.run_async(PumpOutSlowly { litres: 2, end: End::Well }));
    assert!(pumping.poll().is_pending());
    let waker = std::sync::Arc::new(Wakes::default());
    let mut waiting = std::pin::pin!(engine.run_async(MeasureSlowly {}));
    for _ in 0..100 {
        let waker = std::task::Waker::from(std::sync::Arc::clone(&waker));
        assert!(waiting.as_mut().poll(&mut std::task::Context::from_waker(&waker)).is_pending());
    }
    drop(pumping);
    assert_eq!(waker.0.load(Ordering::SeqCst), 1, "its place in the queue is one place");
}

#[derive(Default)]
struct Wakes(std::sync::atomic::AtomicU32);

impl std::task::Wake for Wakes {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}
