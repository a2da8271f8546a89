//! An engine and its workflow, as what is driven.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use theus_axum::{Kind, Problem, shown};
use theus_core::context::{DurableFields, Schema, SerializeData, Zone};
use theus_core::engine::{AnyProcess, RunId};
use theus_core::process::{OnDomain, OnGlobal, WithEffects};
use theus_core::workflow::{Clock, Definition, WorkflowManager};
use theus_core::{Context, Engine};

use super::entry::Entry;
use super::error::StepError;
use super::hosted::Checked;
use super::outward::{Delivery, Sent};

/// An engine, and the workflow of its sessions where they have one.
pub struct Host<D: Context, G: Context = (), E = ()> {
    pub(super) engine: Engine<D, G, E>,
    pub(super) definition: Option<Arc<Definition>>,
    first: Box<dyn Fn(&str) -> D + Send + Sync>,
    /// How many fields it has, where all of them are of the Data zone: then one that is kept has them all.
    data_fields: Option<usize>,
    route: Option<Route>,
    explains: BTreeMap<&'static str, Explain<D, G, E>>,
    /// Of each process whether it touches nothing outside.
    pure: BTreeMap<&'static str, bool>,
    clocked: Option<Clocked<D, G, E>>,
    pub(super) fns: Fns<D, G, E>,
    pub(super) keeps_entries: bool,
    pub(super) is_in_parts: bool,
    pub(super) keeps_records: bool,
    pub(super) counts_elsewhere: bool,
}

type Route = Box<dyn Fn(Sent<'_>) -> Vec<Delivery> + Send + Sync>;
type Explain<D, G, E> = fn(&Engine<D, G, E>, &Value) -> Result<Value, Problem>;
type Manager<D, G, E> = WorkflowManager<D, G, E>;
type Set<M> = Box<dyn Fn(M) -> M + Send + Sync>;
/// The Data zone, as people see it, and its version.
type Shown = Result<(Value, u64), Problem>;

/// What goes by another clock than the system's.
struct Clocked<D: Context, G: Context, E> {
    set: Set<Manager<D, G, E>>,
    now: Box<dyn Fn() -> SystemTime + Send + Sync>,
}

/// What is known of the types of fields where the host is made.
pub(super) struct Fns<D: Context, G: Context, E> {
    pub(super) dehydrate:
        fn(&Seat<D, G, E>) -> Result<theus_core::store::SessionState, theus_core::engine::DehydrateError>,
    data: fn(&Engine<D, G, E>) -> Shown,
    default: fn() -> D,
}

/// A session that is open for one step.
pub(super) enum Seat<D: Context, G: Context, E> {
    Plain(Engine<D, G, E>),
    Driven(Box<Manager<D, G, E>>),
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Seat<D, G, E> {
    pub(super) fn engine(&self) -> &Engine<D, G, E> {
        match self {
            Self::Plain(engine) => engine,
            Self::Driven(manager) => manager.engine(),
        }
    }
}

impl<D, G, E> Host<D, G, E>
where
    D: Context<Fields: DurableFields + SerializeData> + Default,
    G: Context,
    E: Send + Sync + 'static,
{
    /// Of an engine whose sessions are [carried](theus_core::EngineBuilder::carried). They begin as the default of their context.
    #[must_use]
    pub fn new(engine: Engine<D, G, E>) -> Self {
        let pure = engine.contracts().iter().map(|contract| (contract.process, contract.effects.is_empty())).collect();
        let dehydrate = |seat: &Seat<D, G, E>| match seat {
            Seat::Plain(engine) => engine.dehydrate(),
            Seat::Driven(manager) => manager.dehydrate(),
        };
        let data = |engine: &Engine<D, G, E>| {
            let snapshot = engine.snapshot()?;
            let data =
                serde_json::to_value(&snapshot).map_err(|error| Problem::new(Kind::Internal).caused_by(&error))?;
            Ok((shown(data, &D::schema(), &engine.redaction()), snapshot.version()))
        };
        Self {
            engine,
            definition: None,
            first: Box::new(|_| D::default()),
            data_fields: data_fields(&D::schema()),
            route: None,
            explains: BTreeMap::new(),
            pure,
            clocked: None,
            fns: Fns { dehydrate, data, default: D::default },
            keeps_entries: false,
            is_in_parts: false,
            keeps_records: false,
            counts_elsewhere: false,
        }
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Host<D, G, E> {
    /// What a session of this name begins as.
    #[must_use]
    pub fn first(mut self, first: impl Fn(&str) -> D + Send + Sync + 'static) -> Self {
        self.first = Box::new(first);
        self
    }

    /// The workflow that drives each session.
    #[must_use]
    pub fn workflow(mut self, definition: Arc<Definition>) -> Self {
        self.definition = Some(definition);
        self
    }

    /// Where the messages of processes go.
    #[must_use]
    pub fn route(mut self, route: impl Fn(Sent<'_>) -> Vec<Delivery> + Send + Sync + 'static) -> Self {
        self.route = Some(Box::new(route));
        self
    }

    /// What the rules would say to this process can be asked.
    #[must_use]
    pub fn explains<P>(mut self) -> Self
    where
        P: AnyProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
    {
        self.explains.insert(P::CONTRACT.process, explain::<P, D, G, E>);
        self
    }

    /// The clock that workflows go by: the system's where nothing is said.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + Clone) -> Self {
        let own = clock.clone();
        self.clocked = Some(Clocked {
            set: Box::new(move |manager| manager.clock(clock.clone())),
            now: Box::new(move || own.now()),
        });
        self
    }

    /// Steps of the session's journal are part of what a step has come to.
    #[must_use]
    pub const fn keeps_entries(mut self, keeps: bool) -> Self {
        self.keeps_entries = keeps;
        self
    }

    /// What the audit puts on record is part of what a step has come to.
    #[must_use]
    pub const fn keeps_records(mut self, keeps: bool) -> Self {
        self.keeps_records = keeps;
        self
    }

    /// What is counted `across: engine` is kept by who makes the steps: it is part of what a step has come to. So it is for all that the
    /// engine carries.
    #[must_use]
    pub fn counts_elsewhere(mut self) -> Self {
        self.engine.count_elsewhere();
        self.counts_elsewhere = true;
        self
    }

    /// The process that sends messages for which there is no [route](Self::route), if one does.
    #[must_use]
    pub fn sends_nowhere(&self) -> Option<&'static str> {
        let contracts = self.engine.contracts();
        let sender = contracts.iter().find(|contract| !contract.messages.is_empty())?;
        self.route.is_none().then_some(sender.process)
    }

    /// What a step has changed is part of what it has come to: for who keeps each field of a session by itself.
    #[must_use]
    pub const fn in_parts(mut self) -> Self {
        self.is_in_parts = true;
        self
    }

    /// Whether the sessions of its engine are carried.
    #[must_use]
    pub fn is_carried(&self) -> bool {
        self.open("theus", None, RunId { life: 0, turn: 0 }).is_ok()
    }

    pub(super) fn is_pure(&self, process: &str) -> bool {
        self.pure.get(process).copied().unwrap_or(false)
    }

    pub(super) fn now(&self) -> u64 {
        let now = self.clocked.as_ref().map_or_else(SystemTime::now, |clocked| (clocked.now)());
        millis(now)
    }

    /// A session as it is kept, open for one step.
    pub(super) fn open(&self, session: &str, entry: Option<&Entry>, run: RunId) -> Result<Seat<D, G, E>, StepError> {
        let damaged = |reason: String| StepError::Damaged { session: session.to_owned(), reason };
        let (first, state) = (self.begun(session, entry), entry.map(|entry| entry.state.clone()));
        let Some(definition) = &self.definition else {
            let engine = self.engine.carry(session, first, state, run).map_err(|error| damaged(error.to_string()))?;
            return Ok(Seat::Plain(engine));
        };
        let manager = Manager::carry(&self.engine, Arc::clone(definition), session, first, state, run);
        let manager = manager.map_err(|error| damaged(error.to_string()))?.traced(0);
        let manager = match &self.clocked {
            Some(clocked) => (clocked.set)(manager),
            None => manager,
        };
        Ok(Seat::Driven(Box::new(manager)))
    }

    /// What a session has of what it has begun as. Nothing, where all of it is kept: then that is not made, which can be the most of a step.
    fn begun(&self, session: &str, entry: Option<&Entry>) -> D {
        let has_all =
            |entry: &Entry| entry.state.schema == D::VERSION && self.data_fields == Some(entry.state.fields.len());
        if entry.is_some_and(has_all) { (self.fns.default)() } else { (self.first)(session) }
    }

    /// What of a session does not fit this program.
    pub(super) fn checked(&self, session: &str, entry: &Entry) -> Result<Checked, StepError> {
        let findings = match &self.definition {
            Some(definition) => Manager::new(&self.engine, Arc::clone(definition)).check_state(session, &entry.state),
            None => self.engine.check_state(session, &entry.state),
        };
        let findings =
            findings.map_err(|error| StepError::Defect { session: session.to_owned(), reason: error.to_string() })?;
        Ok(Checked { is_earlier: entry.state.schema < D::VERSION, findings })
    }

    pub(super) fn deliveries_of(&self, sent: Sent<'_>) -> Vec<Delivery> {
        self.route.as_ref().map(|route| route(sent)).unwrap_or_default()
    }

    pub(super) fn data(&self, engine: &Engine<D, G, E>) -> Shown {
        (self.fns.data)(engine)
    }

    pub(super) fn explanation(&self, engine: &Engine<D, G, E>, process: &str, with: &Value) -> Result<Value, Problem> {
        let Some(explain) = self.explains.get(process) else { return Err(Problem::new(Kind::UnknownProcess)) };
        explain(engine, with)
    }
}

fn data_fields(schema: &Schema) -> Option<usize> {
    let paths = schema.paths();
    paths.iter().all(|field| field.zone == Zone::Data).then_some(paths.len())
}

/// Milliseconds since 1970, the next whole one.
pub(crate) fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let whole = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    if since > Duration::from_millis(whole) { whole.saturating_add(1) } else { whole }
}

fn explain<P, D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    with: &Value,
) -> Result<Value, Problem>
where
    P: AnyProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
{
    let command = engine.command::<P>(with)?;
    let explanation = engine.explain(&command)?;
    serde_json::to_value(explanation).map_err(|error| Problem::new(Kind::Internal).caused_by(&error))
}

impl<D: Context, G: Context, E> fmt::Debug for Host<D, G, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("has_workflow", &self.definition.is_some()).finish_non_exhaustive()
    }
}
