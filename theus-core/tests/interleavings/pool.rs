//! Sessions of a pool: who has something to do is driven, by one worker at a time, and nobody is forgotten.

use std::future::poll_fn;
use std::sync::{Arc, Weak};
use std::time::Duration;

use shuttle::sync::Mutex;
use shuttle::sync::atomic::{AtomicBool, Ordering};
use shuttle::thread;

use super::run_queue::{BATCH, Ready, RunQueue, Runnable};
use super::stage::Stage;
use super::{found_by_shuttle, schedules};

/// A session whose events are numbers.
struct Desk {
    this: Weak<Desk>,
    run_queue: Arc<RunQueue>,
    stage: Stage,
    home: usize,
    bus: Mutex<Vec<u32>>,
    handled: Mutex<Vec<u32>>,
    is_driven: AtomicBool,
    /// It looks at its bus before it says that it does.
    is_careless: bool,
}

impl Desk {
    fn new(run_queue: &Arc<RunQueue>, home: usize, is_careless: bool) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            this: Weak::clone(this),
            run_queue: Arc::clone(run_queue),
            stage: Stage::idle(),
            home,
            bus: Mutex::new(Vec::new()),
            handled: Mutex::new(Vec::new()),
            is_driven: AtomicBool::new(false),
            is_careless,
        })
    }

    fn emit(&self, number: u32) {
        self.bus.lock().unwrap().push(number);
        self.this.upgrade().unwrap().wake();
    }

    fn handle(&self) {
        let taken: Vec<u32> = std::mem::take(&mut *self.bus.lock().unwrap());
        self.handled.lock().unwrap().extend(taken);
    }

    fn handled(&self) -> Vec<u32> {
        self.handled.lock().unwrap().clone()
    }
}

impl Runnable for Desk {
    fn go(self: Arc<Self>) {
        assert!(!self.is_driven.swap(true, Ordering::SeqCst), "two workers have it");
        if self.is_careless {
            self.handle();
            self.stage.take();
        } else {
            self.stage.take();
            self.handle();
        }
        self.is_driven.store(false, Ordering::SeqCst);
        if self.stage.give_back() {
            self.run_queue.ended();
        } else {
            self.stage.put_back();
            let (run_queue, home) = (Arc::clone(&self.run_queue), self.home);
            run_queue.put(self, home);
        }
    }

    fn wake(self: Arc<Self>) {
        if self.stage.wake(|| self.run_queue.begun(), || self.run_queue.ended()) {
            let (run_queue, home) = (Arc::clone(&self.run_queue), self.home);
            run_queue.put(self, home);
        }
    }
}

fn work(run_queue: &RunQueue, worker: usize) {
    let mut batch: Vec<Ready> = Vec::new();
    while !run_queue.is_over() {
        if run_queue.take_up_to(BATCH, worker, &mut batch) {
            batch.drain(..).for_each(|ready| ready.go());
        } else if !run_queue.rest() {
            return;
        }
    }
}

async fn work_async(run_queue: Arc<RunQueue>, worker: usize) {
    let mut batch: Vec<Ready> = Vec::new();
    while !run_queue.is_over() {
        if run_queue.take_up_to(BATCH, worker, &mut batch) {
            batch.drain(..).for_each(|ready| ready.go());
        } else {
            poll_fn(|task| run_queue.poll_work(task.waker())).await;
        }
    }
}

/// Two producers and two workers, of which the second may be a future: whoever has emitted and waits until all is idle finds
/// everything handled, in order.
fn producers_and_workers(with_future: bool, is_careless: bool) {
    let run_queue = Arc::new(RunQueue::new(2));
    let desks = [Desk::new(&run_queue, 0, is_careless), Desk::new(&run_queue, 1, is_careless)];
    let first = thread::spawn({
        let run_queue = Arc::clone(&run_queue);
        move || work(&run_queue, 0)
    });
    let second = thread::spawn({
        let run_queue = Arc::clone(&run_queue);
        move || {
            if with_future {
                shuttle::future::block_on(work_async(run_queue, 1));
            } else {
                work(&run_queue, 1);
            }
        }
    });
    let producers: Vec<_> = (0..2_u32)
        .map(|producer| {
            let desks = desks.clone();
            thread::spawn(move || {
                desks[0].emit(producer * 10);
                desks[1].emit(producer * 10);
                desks[0].emit(producer * 10 + 1);
                // What it has emitted is something to do until it is handled.
                assert!(desks[0].run_queue.wait_until_idle(Duration::MAX));
                let handled = desks[0].handled();
                let own: Vec<u32> = handled.into_iter().filter(|number| number / 10 == producer).collect();
                assert_eq!(own, [producer * 10, producer * 10 + 1]);
            })
        })
        .collect();
    producers.into_iter().for_each(|producer| producer.join().unwrap());
    assert_eq!((run_queue.busy(), run_queue.waiting(), desks[1].handled().len()), (0, 0, 2));
    run_queue.end();
    first.join().unwrap();
    second.join().unwrap();
}

#[test]
fn whoever_has_something_to_do_is_driven_by_one() {
    shuttle::check_random(|| producers_and_workers(false, false), schedules());
}

#[test]
fn so_it_is_with_workers_that_are_futures() {
    shuttle::check_random(|| producers_and_workers(true, false), schedules());
}

#[test]
fn the_check_finds_a_worker_that_looks_too_early() {
    let found = found_by_shuttle(|| producers_and_workers(false, true));
    assert!(found.is_some_and(|found| found.contains("left == right")), "a lost wake-up is none here");
}

/// A worker that is a future is dropped while it rests, as work comes: the other does it.
#[test]
fn a_worker_that_is_dropped_takes_no_waking_with_it() {
    shuttle::check_random(
        || {
            let run_queue = Arc::new(RunQueue::new(1));
            let desk = Desk::new(&run_queue, 0, false);
            let other = thread::spawn({
                let run_queue = Arc::clone(&run_queue);
                move || shuttle::future::block_on(work_async(run_queue, 0))
            });
            let dropped = thread::spawn({
                let run_queue = Arc::clone(&run_queue);
                move || {
                    let flag = Arc::new(Flag);
                    let waker = std::task::Waker::from(flag);
                    if run_queue.poll_work(&waker).is_pending() {
                        thread::yield_now();
                        run_queue.left_by(&waker);
                    } else if run_queue.waiting() > 0 {
                        // It was to take it, and does.
                        let mut batch = Vec::new();
                        run_queue.take_up_to(BATCH, 0, &mut batch);
                        batch.into_iter().for_each(|ready: Ready| ready.go());
                    }
                }
            });
            desk.emit(7);
            assert!(run_queue.wait_until_idle(Duration::MAX));
            assert_eq!(desk.handled(), [7]);
            dropped.join().unwrap();
            run_queue.end();
            other.join().unwrap();
        },
        schedules(),
    );
}

/// Wakes nobody: its task is gone.
struct Flag;

impl std::task::Wake for Flag {
    fn wake(self: Arc<Self>) {}
}
