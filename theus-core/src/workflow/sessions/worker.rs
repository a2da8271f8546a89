//! What drives the sessions: threads, or futures on somebody's executor.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::thread::{Builder, JoinHandle};

use super::alarm::Alarm;
use super::rota::{Ready, Rota};

/// The threads of a pool; they end with it.
#[derive(Default)]
pub(super) struct Crew {
    threads: Vec<JoinHandle<()>>,
}

impl Crew {
    /// Starts so many workers, and a thread that rings the alarm.
    ///
    /// # Errors
    /// Where the system gives no thread; those that were started end.
    pub(super) fn start(rota: &Arc<Rota>, alarm: &Arc<Alarm>, workers: usize) -> std::io::Result<Self> {
        let mut crew = Self::default();
        let started = crew.start_all(rota, alarm, workers);
        if started.is_err() {
            crew.end(rota, alarm);
        }
        started.map(|()| crew)
    }

    fn start_all(&mut self, rota: &Arc<Rota>, alarm: &Arc<Alarm>, workers: usize) -> std::io::Result<()> {
        let ringing = Arc::clone(alarm);
        self.threads.push(Builder::new().name("theus-alarm".to_owned()).spawn(move || ringing.keep_ringing())?);
        for worker in 0..workers {
            let rota = Arc::clone(rota);
            let name = format!("theus-worker-{worker}");
            self.threads.push(Builder::new().name(name).spawn(move || work(&rota, worker))?);
        }
        Ok(())
    }

    /// Waits until the workers have done what is in their hands.
    pub(super) fn end(&mut self, rota: &Rota, alarm: &Alarm) {
        rota.end();
        alarm.end();
        let here = std::thread::current().id();
        for thread in self.threads.drain(..) {
            // A worker may be the one who drops the pool: it does not wait for itself. What it panicked with was told.
            if thread.thread().id() != here {
                let _ = thread.join();
            }
        }
    }
}

fn work(rota: &Rota, worker: usize) {
    let mut batch: Vec<Ready> = Vec::new();
    while !rota.is_over() {
        if rota.take(worker, &mut batch) {
            batch.drain(..).for_each(|ready| ready.go());
        } else if !rota.rest() {
            return;
        }
    }
}

/// The work of one worker as a future, for somebody's executor. It gives way to other futures after each stretch of steps of a session.
pub(super) async fn work_async(rota: Arc<Rota>, worker: usize) {
    let mut batch: Vec<Ready> = Vec::new();
    while !rota.is_over() {
        if rota.take_up_to(1, worker, &mut batch) {
            batch.drain(..).for_each(|ready| ready.go());
            give_way().await;
        } else {
            let mut rest = Rest { rota: &rota, waker: None };
            poll_fn(|task| rest.poll(task.waker())).await;
        }
    }
}

/// The rest of a worker that is a future. An executor that ends drops it.
struct Rest<'a> {
    rota: &'a Rota,
    waker: Option<Waker>,
}

impl Rest<'_> {
    fn poll(&mut self, waker: &Waker) -> Poll<()> {
        if let Some(old) = self.waker.take().filter(|old| !old.will_wake(waker)) {
            self.rota.left_by(&old);
        }
        let polled = self.rota.poll_work(waker);
        if polled.is_pending() {
            self.waker = Some(waker.clone());
        }
        polled
    }
}

impl Drop for Rest<'_> {
    fn drop(&mut self) {
        if let Some(waker) = &self.waker {
            self.rota.left_by(waker);
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
