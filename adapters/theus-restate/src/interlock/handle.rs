//! One process's lease on the interlock.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use theus_core::audit::{Interlock, Look, SharedInterlock, Unreachable};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::object::{ALL, NAME};
use super::seen::{Found, Seen};
use super::status::{ResetAsk, Status};
use crate::error::Unreached;
use crate::ingress::Ingress;

/// A process's lease on the interlock that all machines share. A clone is the same lease: one goes to
/// [`EngineBuilder::interlock`](theus_core::EngineBuilder::interlock) of each engine, and one to [`endpoint`](crate::endpoint()).
#[derive(Clone)]
pub struct Lease(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    runtime: Handle,
    renewing: JoinHandle<()>,
}

struct Shared {
    ingress: Ingress,
    lasting: Duration,
    begun: Instant,
    seen: Mutex<Seen>,
}

/// How long a latch or a reset is tried for, beside the lease that it waits for.
const PATIENCE: Duration = Duration::from_secs(10);

impl Lease {
    /// Begins to ask for it, at this ingress of Restate, as a task of this runtime. An answer is good for so long: what a latch waits for,
    /// and how long a process goes on that reaches nobody. All processes have the same. A third of a second is a good one on one node; where
    /// nodes and endpoints may be stopped or cut off, it is longer than it takes until that is noticed: else nothing runs meanwhile.
    #[must_use]
    pub fn begin(ingress: Ingress, lasting: Duration, runtime: &Handle) -> Self {
        let ingress = ingress.within(lasting);
        let shared = Arc::new(Shared { ingress, lasting, begun: Instant::now(), seen: Mutex::default() });
        let renewing = runtime.spawn(renew(Arc::clone(&shared)));
        Self(Arc::new(Inner { shared, runtime: runtime.clone(), renewing }))
    }

    /// How long an answer is good for.
    #[must_use]
    pub fn lasting(&self) -> Duration {
        self.0.shared.lasting
    }

    /// The number of the last latch or reset that this process knows of. That by which a run was let through is what its effects have as
    /// `ctx.effects.epoch()`: a fencing token. Whatever acts outside refuses what comes with a smaller one than it has seen.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.0.shared.seen.lock().epoch()
    }

    /// Calls the object from whatever thread, and waits.
    fn call<A>(&self, handler: &'static str, asked: A) -> Result<Status, Unreachable>
    where
        A: serde::Serialize + Send + Sync + 'static,
    {
        let shared = Arc::clone(&self.0.shared);
        let time = shared.lasting.saturating_add(PATIENCE);
        let (answer, answered) = mpsc::channel();
        self.0.runtime.spawn(async move {
            let ingress = shared.ingress.clone().within(time);
            let asked_at = shared.begun.elapsed();
            let status: Result<Status, Unreached> = ingress.call((NAME, ALL, handler), Some(&asked), None).await;
            if let Ok(status) = &status {
                shared.seen.lock().answered(asked_at, status.clone());
            }
            // Whoever has asked may have gone.
            let _ = answer.send(status);
        });
        let status = answered.recv_timeout(time.saturating_add(PATIENCE));
        let status = status.map_err(|_| Unreachable("there was no answer".to_owned()))?;
        status.map_err(|error| Unreachable(error.to_string()))
    }
}

impl SharedInterlock for Lease {
    fn look(&self) -> Look {
        self.look_with_epoch().0
    }

    fn look_with_epoch(&self) -> (Look, u64) {
        let shared = &self.0.shared;
        let seen = shared.seen.lock();
        let look = match seen.at(shared.begun.elapsed(), shared.lasting) {
            Found::Open => Look::Open,
            Found::Latched(Status { latched: Some(stop), .. }) => Look::Latched(stop.clone()),
            Found::Latched(_) | Found::Unknown(None) => Look::Unknown("it was not asked yet".to_owned()),
            Found::Unknown(Some(since)) => Look::Unknown(format!("its lease is out since {since:?}")),
        };
        (look, seen.epoch())
    }

    fn latch(&self, stop: &Interlock) -> Result<(), Unreachable> {
        self.call("latch", stop.clone()).map(|_| ())
    }

    fn reset(&self, operator: &str, reason: &str) -> Result<(), Unreachable> {
        let ask = ResetAsk { operator: operator.to_owned(), reason: reason.to_owned() };
        self.call("reset", ask).map(|_| ())
    }
}

/// Asks five times in the time that an answer is good for.
async fn renew(shared: Arc<Shared>) {
    let every = (shared.lasting / 5).max(Duration::from_millis(1));
    let mut beat = tokio::time::interval(every);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for number in 0.. {
        beat.tick().await;
        let shared = Arc::clone(&shared);
        // Each by itself, and at another node: an answer that is late, or never comes, does not hold up the next question.
        let ingress = shared.ingress.beginning_at(number);
        tokio::spawn(async move {
            let asked = shared.begun.elapsed();
            let answer: Result<Status, Unreached> = ingress.call((NAME, ALL, "status"), None::<&()>, None).await;
            match answer {
                Ok(status) => shared.seen.lock().answered(asked, status),
                Err(error) => {
                    tracing::debug!(target: "theus::restate", %error, "the lease on the interlock is not renewed");
                }
            }
        });
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.renewing.abort();
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("lasting", &self.0.shared.lasting).finish_non_exhaustive()
    }
}
