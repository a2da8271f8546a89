//! The sessions of one kind, as an object of Restate.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use restate_sdk::discovery::ServiceName;
use theus_core::context::{DurableFields, SerializeData};
use theus_core::engine::AnyProcess;
use theus_core::process::{OnDomain, OnGlobal, WithEffects};
use theus_core::workflow::{Definition, WorkflowManager};
use theus_core::{Context, Engine};

use crate::counters::Counting;
use crate::discovery::Options;
use crate::drive::parts::Warm;
use crate::drive::{Delivery, Host, Hosted, Sent};
use crate::error::ObjectError;
use crate::ledger::Ledger;

/// Whose step takes longer is asked to make room for others.
const INACTIVITY: Duration = Duration::from_secs(60);

/// The sessions of one engine, as an object of Restate that is being set up.
///
/// ```
/// use std::time::Duration;
/// use theus_core::prelude::*;
/// use theus_restate::Object;
///
/// #[derive(Clone, Default, Context)]
/// struct Account { balance: i64 }
/// #[process(inputs = [domain.balance], outputs = [domain.balance])]
/// fn deposit(ctx: Ctx<Account>, amount: i64) -> i64 { *ctx.domain.balance += amount; *ctx.domain.balance }
///
/// let engine = Engine::builder(Account::default()).process::<Deposit>().carried().build()?;
/// let accounts = Object::new("Accounts", engine).retention(Duration::from_secs(3_600)).explains::<Deposit>().build()?;
/// assert_eq!(accounts.name(), "Accounts");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Object<D: Context, G: Context = (), E = ()> {
    name: String,
    host: Host<D, G, E>,
    engine: Engine<D, G, E>,
    options: Options,
    warm: Option<u64>,
    ledger: Option<Ledger>,
    counting: Option<Counting>,
}

impl<D, G, E> Object<D, G, E>
where
    D: Context<Fields: DurableFields + SerializeData> + Default,
    G: Context,
    E: Send + Sync + 'static,
{
    /// The sessions of this engine, under a name by which clients and other sessions know them. Each begins as the default of its
    /// context, when it is asked first.
    #[must_use]
    pub fn new(name: impl Into<String>, engine: Engine<D, G, E>) -> Self {
        let options = Options {
            retention: Duration::from_secs(24 * 3_600),
            inactivity: INACTIVITY,
            abort: Duration::from_secs(600),
            is_lazy: false,
        };
        Self {
            name: name.into(),
            host: Host::new(engine.clone()),
            engine,
            options,
            warm: None,
            ledger: None,
            counting: None,
        }
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Object<D, G, E> {
    /// What a session of this name begins as.
    #[must_use]
    pub fn first(mut self, first: impl Fn(&str) -> D + Send + Sync + 'static) -> Self {
        self.host = self.host.first(first);
        self
    }

    /// The workflow of each session, out of a file.
    ///
    /// # Errors
    /// With everything that is wrong in it.
    pub fn workflow_file(self, path: impl AsRef<Path>) -> Result<Self, ObjectError> {
        let definition = WorkflowManager::from_file(&self.engine, path)?.shared_definition();
        Ok(self.workflow(definition))
    }

    /// The same out of a text; `name` is what errors call it.
    ///
    /// # Errors
    /// As [`workflow_file`](Self::workflow_file).
    pub fn workflow_text(self, name: &str, text: &str) -> Result<Self, ObjectError> {
        let definition = WorkflowManager::from_text(&self.engine, name, text)?.shared_definition();
        Ok(self.workflow(definition))
    }

    /// The workflow of each session, loaded for this engine.
    #[must_use]
    pub fn workflow(mut self, definition: Arc<Definition>) -> Self {
        self.host = self.host.workflow(definition);
        self
    }

    /// Where the messages that processes send go: each is sent once, with the commit that it was sent in.
    #[must_use]
    pub fn route(mut self, route: impl Fn(Sent<'_>) -> Vec<Delivery> + Send + Sync + 'static) -> Self {
        self.host = self.host.route(route);
        self
    }

    /// What the rules would say to this process can be asked, by `explain`.
    #[must_use]
    pub fn explains<P>(mut self) -> Self
    where
        P: AnyProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
    {
        self.host = self.host.explains::<P>();
        self
    }

    /// What the audit puts on record of these sessions goes to this ledger, once; it can be verified there.
    #[must_use]
    pub fn ledger(mut self, ledger: Ledger) -> Self {
        self.host = self.host.keeps_records(true);
        self.ledger = Some(ledger);
        self
    }

    /// Rules that say `across: engine` count the sessions of this object on all machines, [late or exactly](Counting); where nothing is said,
    /// those of each process by itself.
    #[must_use]
    pub fn counting(mut self, counting: Counting) -> Self {
        self.host = self.host.counts_elsewhere();
        self.counting = Some(counting);
        self
    }

    /// How long Restate knows what it has answered under an idempotency key, and how an invocation went: a day where nothing is said.
    /// All of it is on its disks.
    #[must_use]
    pub const fn retention(mut self, retention: Duration) -> Self {
        self.options.retention = retention;
        self
    }

    /// How long one step may take, as what an effect does: ten minutes where nothing is said. An endpoint that is silent for twice as
    /// long (or a minute longer, where that is less) is taken to be lost, and the step is made again.
    #[must_use]
    pub const fn longest_step(mut self, time: Duration) -> Self {
        self.options.abort = time;
        // Who is silent for this long is asked to make room, and has the other time for it.
        if time.as_nanos() < INACTIVITY.as_nanos() {
            self.options.inactivity = time;
        }
        self
    }

    /// Each session is kept in parts: a call writes what it has changed, field by field and, of a `Table` (`theus_core::context`, feature
    /// `table`), entry by entry. For sessions of more than some ten kilobytes; small ones cost less whole. Up to so many bytes of sessions that
    /// this process has seen last it need not read again.
    ///
    /// Sessions that were kept whole are in parts after their next call, and the other way round.
    #[must_use]
    pub fn in_parts(mut self, warm_bytes: u64) -> Self {
        self.host = self.host.in_parts();
        (self.options.is_lazy, self.warm) = (true, Some(warm_bytes));
        self
    }

    /// It can be served.
    ///
    /// # Errors
    /// [`ObjectError`].
    pub fn build(self) -> Result<Served, ObjectError> {
        let Self { name, host, options, warm, ledger, counting, .. } = self;
        let counter = counting.as_ref().map(|counting| counting.counters().name());
        for name in [Some(name.as_str()), ledger.as_ref().map(Ledger::name), counter].into_iter().flatten() {
            if let Err(error) = ServiceName::try_from(name) {
                return Err(ObjectError::Name { name: name.to_owned(), reason: error.to_string() });
            }
        }
        if ledger.as_ref().is_some_and(|ledger| ledger.name() == name) {
            return Err(ObjectError::Name { name, reason: "its ledger has the same".to_owned() });
        }
        if counter.is_some_and(|counter| counter == name || ledger.as_ref().is_some_and(|it| it.name() == counter)) {
            return Err(ObjectError::Name {
                name,
                reason: "its counters, or those of its ledger, have the same".to_owned(),
            });
        }
        if !host.is_carried() {
            return Err(ObjectError::NotCarried { name });
        }
        if let Some(process) = host.sends_nowhere() {
            return Err(ObjectError::NoRoute { name, process });
        }
        let warm = warm.map(|bytes| Arc::new(Warm::new(bytes)));
        Ok(Served { name: name.into(), hosted: Arc::new(host), options, warm, ledger, counting })
    }
}

/// Sessions that can be served, whatever their types.
#[derive(Clone)]
pub struct Served {
    name: Arc<str>,
    hosted: Arc<dyn Hosted>,
    pub(crate) options: Options,
    warm: Option<Arc<Warm>>,
    pub(crate) ledger: Option<Ledger>,
    pub(crate) counting: Option<Counting>,
}

impl Served {
    /// The name of the object.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// All that is done for a session goes through this from now on: for who wants to see it, to measure it, to break it in a test.
    #[must_use]
    pub fn through(mut self, through: impl FnOnce(Arc<dyn Hosted>) -> Arc<dyn Hosted>) -> Self {
        self.hosted = through(self.hosted);
        self
    }

    /// What is done for a session: for tests without a server, and for who drives them in another way.
    #[must_use]
    pub fn hosted(&self) -> Arc<dyn Hosted> {
        Arc::clone(&self.hosted)
    }
}

impl Served {
    /// The sessions that are known here, where they are kept in parts.
    pub(crate) fn warm(&self) -> Option<Arc<Warm>> {
        self.warm.clone()
    }
}

impl<D: Context, G: Context, E> fmt::Debug for Object<D, G, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object").field("name", &self.name).finish_non_exhaustive()
    }
}

impl fmt::Debug for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Served").field("name", &self.name).finish_non_exhaustive()
    }
}
