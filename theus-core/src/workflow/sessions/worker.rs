//! What drives the sessions: threads, or futures on somebody's executor.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::thread::{Builder, JoinHandle};

use super::run_queue::{Ready, RunQueue};
use super::timer_queue::TimerQueue;

/// The threads of a pool; they end with it.
#[derive(Default)]
pub(super) struct Workers {
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts so many workers, each of which takes so many sessions at a time, and a thread that wakes those whose timers are due.
    ///
    /// # Errors
    /// Where the system gives no thread; those that were started end.
    pub(super) fn start(
        run_queue: &Arc<RunQueue>,
        timer_queue: &Arc<TimerQueue>,
        workers: usize,
        at_a_time: usize,
    ) -> std::io::Result<Self> {
        let mut worker_threads = Self::default();
        let started = worker_threads.start_all(run_queue, timer_queue, workers, at_a_time);
        if started.is_err() {
            worker_threads.end(run_queue, timer_queue);
        }
        started.map(|()| worker_threads)
    }

    fn start_all(
        &mut self,
        run_queue: &Arc<RunQueue>,
        timer_queue: &Arc<TimerQueue>,
        workers: usize,
        at_a_time: usize,
    ) -> std::io::Result<()> {
        let waking = Arc::clone(timer_queue);
        self.threads.push(Builder::new().name("theus-timers".to_owned()).spawn(move || waking.keep_waking())?);
        for worker in 0..workers {
            let run_queue = Arc::clone(run_queue);
            let name = format!("theus-worker-{worker}");
            self.threads.push(Builder::new().name(name).spawn(move || work(&run_queue, worker, at_a_time))?);
        }
        Ok(())
    }

    /// Waits until the workers have done what they took.
    pub(super) fn end(&mut self, run_queue: &RunQueue, timer_queue: &TimerQueue) {
        run_queue.end();
        timer_queue.end();
        let here = std::thread::current().id();
        for thread in self.threads.drain(..) {
            // A worker may be the one who drops the pool: it does not wait for itself. What it panicked with was told.
            if thread.thread().id() != here {
                let _ = thread.join();
            }
        }
    }
}

fn work(run_queue: &RunQueue, worker: usize, at_a_time: usize) {
    let mut batch: Vec<Ready> = Vec::new();
    while !run_queue.is_over() {
        if run_queue.take_up_to(at_a_time, worker, &mut batch) {
            batch.drain(..).for_each(|ready| ready.go());
        } else if !run_queue.rest() {
            return;
        }
    }
}

/// The work of one worker as a future, for somebody's executor. It gives way to other futures after each budget of steps of a session.
pub(super) async fn work_async(run_queue: Arc<RunQueue>, worker: usize) {
    let mut batch: Vec<Ready> = Vec::new();
    while !run_queue.is_over() {
        if run_queue.take_up_to(1, worker, &mut batch) {
            batch.drain(..).for_each(|ready| ready.go());
            give_way().await;
        } else {
            let mut rest = Rest { run_queue: &run_queue, waker: None };
            poll_fn(|task| rest.poll(task.waker())).await;
        }
    }
}

/// The rest of a worker that is a future. An executor that ends drops it.
struct Rest<'a> {
    run_queue: &'a RunQueue,
    waker: Option<Waker>,
}

impl Rest<'_> {
    fn poll(&mut self, waker: &Waker) -> Poll<()> {
        if let Some(old) = self.waker.take().filter(|old| !old.will_wake(waker)) {
            self.run_queue.left_by(&old);
        }
        let polled = self.run_queue.poll_work(waker);
        if polled.is_pending() {
            self.waker = Some(waker.clone());
        }
        polled
    }
}

impl Drop for Rest<'_> {
    fn drop(&mut self) {
        if let Some(waker) = &self.waker {
            self.run_queue.left_by(waker);
        }
    }
}

/// Lets other futures of the executor have their turn.
async fn give_way() {
    let mut gave = false;
    poll_fn(|task| {
        if std::mem::replace(&mut gave, true) {
            return Poll::Ready(());
        }
        task.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
