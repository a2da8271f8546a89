//! Beside its file and not in it: that is compiled once more under another scheduler.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake, Waker};

use super::run_queue::{BATCH, Ready, RunQueue, Runnable};
use super::worker::work_async;

struct Nothing;

impl Runnable for Nothing {
    fn go(self: Arc<Self>) {}
    fn wake(self: Arc<Self>) {}
}

/// Notes that it was woken, and panics then.
struct Hostile(AtomicUsize);

impl Wake for Hostile {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
        std::panic::resume_unwind(Box::new("woken"));
    }
}

#[test]
fn a_worker_whose_waker_panics_harms_nobody_who_gives_it_work() {
    let run_queue = RunQueue::new(2);
    let hostile = Arc::new(Hostile(AtomicUsize::new(0)));
    let rest = || {
        let waker = Waker::from(Arc::clone(&hostile));
        assert!(run_queue.poll_work(&waker).is_pending());
        waker
    };
    rest();
    run_queue.put(Arc::new(Nothing), 0);
    assert_eq!(hostile.0.load(Ordering::SeqCst), 1);
    let mut batch = Vec::new();
    assert!(run_queue.take_up_to(BATCH, 0, &mut batch) && batch.len() == 1, "the work is there all the same");
    rest();
    run_queue.end();
    assert_eq!(hostile.0.load(Ordering::SeqCst), 2);
}

/// Counts how often it was driven.
struct Counted(AtomicUsize);

impl Runnable for Counted {
    fn go(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
    fn wake(self: Arc<Self>) {}
}

fn counted(count: usize) -> Vec<Arc<Counted>> {
    (0..count).map(|_| Arc::new(Counted(AtomicUsize::new(0)))).collect()
}

#[test]
fn who_was_put_first_is_taken_first_and_who_comes_again_waits_for_the_others() {
    let (run_queue, all) = (RunQueue::new(1), counted(3));
    let place =
        |ready: &Ready| all.iter().position(|one| Arc::as_ptr(one).addr() == Arc::as_ptr(ready).cast::<()>().addr());
    let mut taken = Vec::new();
    for one in &all {
        run_queue.put(Arc::clone(one) as Ready, 0);
    }
    let mut batch = Vec::new();
    while taken.len() < 6 && run_queue.take_up_to(1, 0, &mut batch) {
        let ready = batch.remove(0);
        taken.extend(place(&ready));
        run_queue.put(ready, 0);
    }
    assert_eq!(taken, [0, 1, 2, 0, 1, 2]);
}

#[test]
fn a_worker_that_is_a_future_drives_one_session_a_poll() {
    let (run_queue, all) = (Arc::new(RunQueue::new(1)), counted(4));
    for one in &all {
        run_queue.put(Arc::clone(one) as Ready, 0);
    }
    let driven = || all.iter().map(|one| one.0.load(Ordering::SeqCst)).sum::<usize>();
    let mut worker = pin!(work_async(Arc::clone(&run_queue), 0));
    for expected in 1..=4 {
        assert!(worker.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert_eq!(driven(), expected);
    }
}
