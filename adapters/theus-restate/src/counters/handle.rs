//! What one process knows of the counters.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use theus_core::audit::{CountForAll, Counted, Uncounted, Verdict};
use tokio::runtime::Handle;

use super::told::{Decided, LookAsk};
use crate::drive::SharedCounters;
use crate::error::Unreached;
use crate::ingress::Ingress;

/// The counters of rules that count `across: engine`, as one process asks for them. A clone is the same.
///
/// ```
/// use std::time::Duration;
/// use theus_core::prelude::*;
/// use theus_restate::{Counters, Counting, Ingress, Object};
///
/// # #[derive(Clone, Default, Context)]
/// # struct Account { balance: i64 }
/// # #[process(inputs = [domain.balance], outputs = [domain.balance])]
/// # fn deposit(ctx: Ctx<Account>, amount: i64) -> i64 { *ctx.domain.balance += amount; *ctx.domain.balance }
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let recipe = "process_recipes: { deposit: { inputs: [ { field: amount, max: 9999, level: B, max_threshold: 20, across: engine, within: 1h } ] } }";
/// let engine = Engine::builder(Account::default()).process::<Deposit>().recipe("audit.yaml", recipe)?.carried().build()?;
/// let ingress = Ingress::at("http://127.0.0.1:8080")?;
/// let counters = Counters::at(ingress, "Counter", Duration::from_millis(60), &tokio::runtime::Handle::current());
/// let accounts = Object::new("Accounts", engine).counting(Counting::Late(counters)).build()?; // `endpoint` serves the counters too
/// # let _ = accounts;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Counters {
    inner: Arc<Inner>,
    /// What counts together, where that is not an object.
    group: Option<Arc<str>>,
}

struct Inner {
    name: Arc<str>,
    ingress: Ingress,
    lasting: Duration,
    runtime: Handle,
    /// By what counts together, and rule.
    seen: Mutex<BTreeMap<String, Arc<Mutex<Seen>>>>,
}

/// What is known of one counter.
#[derive(Default)]
struct Seen {
    counter: Arc<CountForAll>,
    /// When it was asked for that.
    asked: Option<Instant>,
    /// When it was asked for last, and there was no answer.
    failed: Option<(Instant, Uncounted)>,
}

/// How long a thread waits beyond what the ingress waits.
const PATIENCE: Duration = Duration::from_secs(5);

impl Counters {
    /// Those of the object of this name, at this ingress of Restate, asked for by tasks of this runtime. What a look has answered is good
    /// for so long from when it was asked for, where rules are counted [late](super::Counting::Late): a level acts at the first violation
    /// that begins by so much after the others have come to the counter. Nobody looks while nothing runs.
    #[must_use]
    pub fn at(ingress: Ingress, name: impl Into<Arc<str>>, lasting: Duration, runtime: &Handle) -> Self {
        let (name, runtime) = (name.into(), runtime.clone());
        Self { inner: Arc::new(Inner { name, ingress, lasting, runtime, seen: Mutex::default() }), group: None }
    }

    /// The same for several objects that count together, under this name: the same program, or programs that have the rules in common.
    /// Where nothing is said each object counts for itself.
    #[must_use]
    pub fn together(&self, group: impl Into<Arc<str>>) -> Self {
        Self { inner: Arc::clone(&self.inner), group: Some(group.into()) }
    }

    /// Under which name the rules of an object are counted.
    pub(super) fn group_of(&self, object: &str) -> Arc<str> {
        self.group.clone().unwrap_or_else(|| object.into())
    }

    /// The name of the object.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// What the counter of a rule of an object holds; no older than this.
    fn look(&self, place: &str, lasting: Duration) -> Result<Arc<CountForAll>, Uncounted> {
        let begun = Instant::now();
        let seen = Arc::clone(self.inner.seen.lock().entry(place.to_owned()).or_default());
        // Those who need the same look wait for it, and have what has come of it.
        let mut seen = seen.lock();
        let now = Instant::now();
        if seen.asked.is_some_and(|asked| asked >= begun || now.saturating_duration_since(asked) < lasting) {
            return Ok(Arc::clone(&seen.counter));
        }
        if let Some((_, why)) = seen.failed.as_ref().filter(|(asked, _)| *asked >= begun) {
            return Err(why.clone());
        }
        let known = seen.asked.is_some().then(|| seen.counter.changes());
        match self.call::<_, Option<CountForAll>>(place.to_owned(), "look", LookAsk { known }, None) {
            Ok(Some(counter)) => seen.counter = Arc::new(counter),
            Ok(None) => {}
            Err(why) => {
                seen.failed = Some((now, why.clone()));
                return Err(why);
            }
        }
        (seen.asked, seen.failed) = (Some(now), None);
        Ok(Arc::clone(&seen.counter))
    }

    /// Calls the object from a thread that may wait.
    fn call<A, R>(&self, place: String, handler: &'static str, ask: A, key: Option<String>) -> Result<R, Uncounted>
    where
        A: Serialize + Send + Sync + 'static,
        R: DeserializeOwned + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let time = inner.ingress.time().saturating_add(PATIENCE);
        let (answer, answered) = mpsc::channel();
        self.inner.runtime.spawn(async move {
            let object = (&*inner.name, place.as_str(), handler);
            let status: Result<R, Unreached> = inner.ingress.call(object, Some(&ask), key.as_deref()).await;
            // Whoever has asked may have gone.
            let _ = answer.send(status);
        });
        let status = answered.recv_timeout(time);
        let status = status.map_err(|_| Uncounted("there was no answer".to_owned()))?;
        status.map_err(|error| Uncounted(error.to_string()))
    }
}

/// The counters of the rules of one object, or of those that count together.
pub(super) struct OfObject {
    pub(super) counters: Counters,
    pub(super) group: Arc<str>,
    pub(super) is_exact: bool,
}

impl SharedCounters for OfObject {
    fn look(&self, rule: &str) -> Result<Arc<CountForAll>, Uncounted> {
        let lasting = if self.is_exact { Duration::ZERO } else { self.counters.inner.lasting };
        self.counters.look(&place(&self.group, rule), lasting)
    }

    fn is_exact(&self) -> bool {
        self.is_exact
    }

    fn decide(&self, key: &str, counted: &Counted) -> Result<(Option<Verdict>, CountForAll), Uncounted> {
        let place = place(&self.group, &counted.rule);
        let decided: Decided = self.counters.call(place, "decide", counted.clone(), Some(key.to_owned()))?;
        Ok((decided.verdict, decided.counter))
    }
}

/// The key of a counter.
pub(crate) fn place(group: &str, rule: &str) -> String {
    format!("{group}/{rule}")
}

impl fmt::Debug for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { name, lasting, .. } = &*self.inner;
        let mut shown = f.debug_struct("Counters");
        shown.field("name", name).field("lasting", lasting).field("group", &self.group).finish_non_exhaustive()
    }
}
