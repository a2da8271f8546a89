//! Threads for work that blocks: started as they are needed, gone when there was nothing to do for a while.
//!
//! A pool of its own, as that of the timers is one thread of its own: what is needed of one is this file, whichever runtime the
//! program has, or none.

use std::collections::VecDeque;
use std::thread::Builder;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use crate::panics::caught;

/// What a thread is to do.
pub(super) type Job = Box<dyn FnOnce() + Send>;

/// So many threads at most; what comes then waits for one of them.
const MOST: usize = 512;

/// So long a thread waits for more to do.
const IDLE: Duration = Duration::from_secs(5);

struct Pool {
    jobs: VecDeque<Job>,
    /// How many threads wait for one.
    idle: usize,
    threads: usize,
}

static POOL: Mutex<Pool> = Mutex::new(Pool { jobs: VecDeque::new(), idle: 0, threads: 0 });
static MORE: Condvar = Condvar::new();

/// Has a thread do it. It comes back where there is none and the system gives none.
pub(super) fn put(job: Job) -> Result<(), Job> {
    let mut pool = POOL.lock();
    // Those who wait will take what was put before.
    if pool.idle <= pool.jobs.len() && pool.threads < MOST {
        let name = format!("theus-blocking-{}", pool.threads);
        if Builder::new().name(name).spawn(work).is_ok() {
            pool.threads += 1;
        } else if pool.threads == 0 {
            return Err(job);
        }
    }
    pool.jobs.push_back(job);
    drop(pool);
    MORE.notify_one();
    Ok(())
}

fn work() {
    let mut pool = POOL.lock();
    loop {
        if let Some(job) = pool.jobs.pop_front() {
            drop(pool);
            // It hands over what it panics with; nothing is left but what is dropped with it.
            drop(caught(job));
            pool = POOL.lock();
            continue;
        }
        pool.idle += 1;
        let is_over = MORE.wait_for(&mut pool, IDLE).timed_out();
        pool.idle -= 1;
        if is_over && pool.jobs.is_empty() {
            pool.threads -= 1;
            return;
        }
    }
}
