//! What of a pool of sessions is open to the outside, and how much of it at once.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use http::request::Parts as Request;
use serde::Serialize;
use serde::de::DeserializeOwned;
use theus_core::Context;
use theus_core::engine::AnyProcess;
use theus_core::process::{OnDomain, OnGlobal, WithEffects};

use crate::command::Command;

/// What is open to the outside, and how much of it at once.
///
/// Nothing is open that is not said here, but for the events that the workflow's file lists under `external`, and the state of a session
/// whose name is known. What fields marked `#[context(redact)]` hold is never told.
///
/// ```
/// # use theus_core::prelude::*;
/// # #[derive(Clone, Default, Context)]
/// # struct Order { paid: i64 }
/// # #[derive(Debug, thiserror::Error)]
/// # #[error("declined")]
/// # struct Declined;
/// # #[process(outputs = [domain.paid], errors = [Declined])]
/// # fn pay(ctx: Ctx<Order>, amount: i64) -> Result<(), Declined> { ctx.domain.paid.set(amount); Ok(()) }
/// use std::time::Duration;
/// use theus_axum::{Options, StatusCode};
///
/// let options = Options::<Order>::new()
///     .command::<Pay>()                                   // POST /sessions/{name}/commands/pay
///     .status("Declined", StatusCode::PAYMENT_REQUIRED)
///     .event("CMD_SHIP")                                  // besides what the file lists under `external`
///     .journal()                                          // GET /sessions/{name}/journal
///     .time(Duration::from_secs(10));
/// ```
#[must_use]
pub struct Options<D: Context, G: Context = (), E = ()> {
    pub(crate) commands: Vec<Command<D, G, E>>,
    pub(crate) events: Vec<String>,
    pub(crate) has_external: bool,
    pub(crate) statuses: Vec<(String, StatusCode)>,
    pub(crate) refused: StatusCode,
    pub(crate) parts: Parts,
    pub(crate) first: Option<Arc<First<D>>>,
    pub(crate) operator: Option<Arc<Operator>>,
    pub(crate) limits: Limits,
}

/// The first state of a session of this name.
pub(crate) type First<D> = dyn Fn(&str) -> D + Send + Sync;

/// Who has sent a request.
pub(crate) type Operator = dyn Fn(&Request) -> Option<String> + Send + Sync;

/// Which resources there are, and what the service is called.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    pub(crate) has_journal: bool,
    pub(crate) has_explain: bool,
    pub(crate) has_happenings: bool,
    pub(crate) has_open: bool,
    pub(crate) has_alarms: bool,
    pub(crate) has_bearer: bool,
    pub(crate) tells_holder: bool,
    /// Title and version.
    pub(crate) info: Option<(String, String)>,
}

/// How much at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of a body.
    pub(crate) body: usize,
    /// For one request.
    pub(crate) time: Duration,
    /// Requests at a time.
    pub(crate) requests: usize,
    /// Those who look on at a time.
    pub(crate) streams: usize,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Options<D, G, E> {
    /// Nothing but what the file lists under `external`, and the state. Bodies of 64 KiB, 30 seconds for a request, 1,024 requests at a
    /// time.
    pub fn new() -> Self {
        let limits = Limits { body: 64 * 1024, time: Duration::from_secs(30), requests: 1_024, streams: 0 };
        Self {
            commands: Vec::new(),
            events: Vec::new(),
            has_external: true,
            statuses: Vec::new(),
            refused: StatusCode::UNPROCESSABLE_ENTITY,
            parts: Parts::default(),
            first: None,
            operator: None,
            limits,
        }
    }

    /// Opens a process: whoever reaches the service runs it, in any session. What it returns is the body of the answer.
    ///
    /// A command waits for what has its session: an `async fn` with effects, invoked by a state or another command, until that has its
    /// answer. What must be heard meanwhile is an event, which the workflow hears beside its work.
    pub fn command<P>(mut self) -> Self
    where
        P: AnyProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
        P::Output: Serialize + DeserializeOwned + Send,
    {
        self.commands.push(Command::of::<P>());
        self
    }

    /// Opens an event of the workflow, by its name in the file, besides those that the file lists under `external`.
    pub fn event(mut self, name: &str) -> Self {
        self.events.push(name.to_owned());
        self
    }

    /// Opens no event but those that are [said here](Self::event).
    pub const fn no_external(mut self) -> Self {
        self.has_external = false;
        self
    }

    /// Lets clients open sessions, under names of theirs, with this first state: `PUT /sessions/{name}`. How many that may be is for a layer
    /// of one's own.
    pub fn open(mut self, first: impl Fn(&str) -> D + Send + Sync + 'static) -> Self {
        self.parts.has_open = true;
        self.first = Some(Arc::new(first));
        self
    }

    /// The status of a declared error, by its name in the contract: 422 where none is given.
    pub fn status(mut self, error: &str, status: StatusCode) -> Self {
        self.statuses.push((error.to_owned(), status));
        self
    }

    /// The status of what a rule of level B refuses: 422 where none is given; some prefer 409.
    pub const fn refused(mut self, status: StatusCode) -> Self {
        self.refused = status;
        self
    }

    /// Opens the journals of the sessions: what was run, with which arguments, and what it changed. It is for who may see all of it.
    pub const fn journal(mut self) -> Self {
        self.parts.has_journal = true;
        self
    }

    /// Opens what the rules would say to the commands that are open. It tells values of the state: it is for who may see them.
    pub const fn explain(mut self) -> Self {
        self.parts.has_explain = true;
        self
    }

    /// Opens what sessions do, as it happens, to so many who look on at a time: as Server-Sent Events, named as the kinds of a
    /// [trace](theus_core::workflow::trace::What). Who is slow loses the oldest, and is told by the event `lost` how many.
    pub const fn happenings(mut self, at_a_time: usize) -> Self {
        self.parts.has_happenings = true;
        self.limits.streams = at_a_time;
        self
    }

    /// Opens the alarms of all sessions, and what operators do to them: acknowledge, shelve and unshelve, each with a reason. `who` says who
    /// has sent a request, as the layer of one's own knows that asks for it: it is put on record. What is nobody's is refused, as
    /// [`NoOperator`](crate::Kind::NoOperator). Alarms tell values of the state: they are for who may see those.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Oven { temperature: f64 }
    /// use theus_axum::Options;
    ///
    /// /// What a layer of one's own has put into the request.
    /// #[derive(Clone)]
    /// struct User(String);
    ///
    /// let options = Options::<Oven>::new().alarms(|request| Some(request.extensions.get::<User>()?.0.clone()));
    /// ```
    pub fn alarms(mut self, who: impl Fn(&Request) -> Option<String> + Send + Sync + 'static) -> Self {
        self.parts.has_alarms = true;
        self.operator = Some(Arc::new(who));
        self
    }

    /// Tells who asks for a session that another program has, by a [lease](theus_core::EngineBuilder::lease_sessions), which one that is: in the
    /// member `held_by` of the problem (`conflict`), the name that it [leases as](theus_core::EngineBuilder::leases_as). Where that is an address the client asks there, under the same `Idempotency-Key`: so any
    /// program of several may be asked first. For clients that may know these addresses.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Oven { temperature: f64 }
    /// use theus_axum::Options;
    ///
    /// let options = Options::<Oven>::new().tells_holder();
    /// ```
    pub const fn tells_holder(mut self) -> Self {
        self.parts.tells_holder = true;
        self
    }

    /// What the service is called in its [OpenAPI document](crate::routes), and in which version: the workflow's name, and 0, where not
    /// given.
    pub fn info(mut self, title: &str, version: &str) -> Self {
        self.parts.info = Some((title.to_owned(), version.to_owned()));
        self
    }

    /// Says in the [OpenAPI document](crate::routes) that a bearer token comes with each request. Who asks for it is a layer of one's own.
    pub const fn bearer(mut self) -> Self {
        self.parts.has_bearer = true;
        self
    }

    /// How many bytes a body may have.
    pub const fn body(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// How long a request may take, from its first byte to the first of its answer.
    pub const fn time(mut self, at_most: Duration) -> Self {
        self.limits.time = at_most;
        self
    }

    /// How many requests are served at a time; what is more is refused at once, as [`Busy`](crate::Kind::Busy).
    pub const fn requests(mut self, at_a_time: usize) -> Self {
        self.limits.requests = at_a_time;
        self
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Default for Options<D, G, E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<D: Context, G: Context, E> std::fmt::Debug for Options<D, G, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let commands: Vec<_> = self.commands.iter().map(|command| command.contract.process).collect();
        f.debug_struct("Options")
            .field("commands", &commands)
            .field("events", &self.events)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
