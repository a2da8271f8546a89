//! The lock of a session, what a thread hands over, the queue of a bus and the run queue of a pool under schedules chosen by `shuttle`: at random by the thousand, and all of them where few exist.
//!
//! A deadlock or a lost wake-up is a schedule in which nobody can go on: `shuttle` reports it as a failure.

#[allow(dead_code, reason = "the engine uses all of it")]
#[path = "../../src/transaction/gate.rs"]
mod gate;
#[allow(dead_code, reason = "the engine uses all of it")]
#[path = "../../src/transaction/line.rs"]
mod line;
#[allow(dead_code, reason = "the engine uses all of it")]
#[path = "../../src/transaction/lock.rs"]
mod lock;
#[allow(dead_code, reason = "the engine uses all of it")]
#[path = "../../src/transaction/patience.rs"]
mod patience;
#[allow(dead_code, reason = "the engine uses all of it")]
#[path = "../../src/transaction/waiter.rs"]
mod waiter;
#[allow(dead_code, reason = "the engine uses all of it")]
#[path = "../../src/transaction/waits.rs"]
mod waits;

#[path = "../../src/sync/apart/handover.rs"]
mod handover;

#[allow(dead_code, unreachable_pub, reason = "the engine uses all of it")]
#[path = "../../src/signal/lanes.rs"]
mod lanes;
#[allow(dead_code, unreachable_pub, reason = "the engine uses all of it")]
#[path = "../../src/signal/queue.rs"]
mod queue;
#[allow(dead_code, unreachable_pub, reason = "the engine uses all of it")]
#[path = "../../src/signal/waiters.rs"]
mod waiters;
#[allow(dead_code, unreachable_pub, reason = "the engine uses all of it")]
#[path = "../../src/signal/watch.rs"]
mod watch;

#[allow(dead_code, unreachable_pub, reason = "the pool uses all of it")]
#[path = "../../src/workflow/sessions/run_queue.rs"]
mod run_queue;
#[path = "../../src/workflow/sessions/stage.rs"]
mod stage;

mod apart;
mod bus;
mod holds;
mod leases;
mod optimistic;
mod pool;
mod waits_for;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What somebody says who wants a session of a test.
fn request() -> patience::Request<'static> {
    patience::Request {
        process: "step",
        contracts: None,
        session: "main",
        limit: None,
        lock_timeout: std::time::Duration::MAX,
    }
}

/// How many random schedules of each test, for each case that `THEUS_CASES` asks for; without it, a few.
fn schedules() -> usize {
    let cases = std::env::var("THEUS_CASES").ok();
    cases.map_or(1_000, |text| 100 * text.parse::<usize>().expect("THEUS_CASES is a number"))
}

/// What `shuttle` says against a test that must fail; `None` where it finds nothing.
fn found_by_shuttle(test: impl Fn() + Send + Sync + 'static) -> Option<String> {
    let failure = catch_unwind(AssertUnwindSafe(|| shuttle::check_random(test, 3 * schedules()))).err()?;
    let text = failure.downcast_ref::<String>().cloned();
    Some(text.or_else(|| failure.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default())
}
