//! Sessions that a store keeps: opened, gone on with, looked for again.

use std::convert::Infallible;
use std::sync::Arc;

use thiserror::Error;

use super::core::{Core, SharedEngine};
use super::durable::{DurableEngine, DurableSession, FieldFns, next_number, stored};
use super::handle::Engine;
use super::session::State;
use crate::audit::Text;
use crate::context::{Context, DurableFields, Fields, Schema};
use crate::process::RunError;
use crate::signal::{Event, EventName, EventNameError, IN_MEMORY, Origin, Payload, Waiting};
use crate::store::{
    Beginning, ChainHash, Field, SessionRow, SessionState, Store, StoreError, StoredEvent, StoredOrigin, Write, called,
};

mod carried;
mod for_all;
mod held;
mod migration;
mod workflow;

pub(crate) use held::read_again;
use migration::migrate;

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// Goes on with a session that the store has: its state, its counters, the events that wait. A handle on the same session where
    /// it is open already.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::{MemoryStore, StoreError};
    /// # #[derive(Clone, Default, Context)]
    /// # struct Account { balance: i64 }
    /// # #[process(inputs = [domain.balance], outputs = [domain.balance])]
    /// # fn deposit(ctx: Ctx<Account>, amount: i64) { *ctx.domain.balance += amount; }
    /// let engine = Engine::builder(Account::default()).process::<Deposit>().store(MemoryStore::new()).build()?;
    /// assert!(engine.hydrate("a-17")?.is_none());
    /// let account = engine.hydrate_or("a-17", Account::default)?;
    /// account.run(Deposit { amount: 5 })?;
    /// drop(account);
    /// let again = engine.hydrate("a-17")?.ok_or("it is there")?;
    /// assert_eq!(*again.snapshot()?.balance, 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError`]: where what is stored does not fit this program it says which field does not.
    pub fn hydrate(&self, name: impl Into<Arc<str>>) -> Result<Option<Self>, StoreError>
    where
        D: Default,
    {
        let shared = &self.core.shared;
        let core = existing(shared, Text::from(name.into()), D::default)?;
        Ok(core.map(|core| Self { core }))
    }

    /// The same; where the store has none of that name, it begins with this state, which is stored.
    ///
    /// Signal and Meta fields are as `first` has them in either case.
    ///
    /// # Errors
    /// As [`hydrate`](Self::hydrate).
    pub fn hydrate_or(&self, name: impl Into<Arc<str>>, first: impl FnOnce() -> D) -> Result<Self, StoreError> {
        Ok(Self { core: session(&self.core.shared, Text::from(name.into()), first)? })
    }

    /// The sessions that the store has, in the order of their names: at most so many of those after this one.
    ///
    /// # Errors
    /// Where the store cannot be read, or there is none.
    pub fn stored_sessions(&self, after: Option<&str>, most: usize) -> Result<Vec<SessionRow>, StoreError> {
        let store = &self.durable_engine()?.store.store;
        called(&**store, |store| store.sessions(after, most))
    }

    /// The session as a value: its Data zone, its version, the counters of rules, the events that wait. Where a workflow drives it, ask
    /// the [workflow](crate::workflow::WorkflowManager::dehydrate), which adds its position.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::SessionState;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Account { balance: i64 }
    /// # #[process(inputs = [domain.balance], outputs = [domain.balance])]
    /// # fn deposit(ctx: Ctx<Account>, amount: i64) { *ctx.domain.balance += amount; }
    /// let engine = Engine::builder(Account::default()).process::<Deposit>().build()?;
    /// engine.run(Deposit { amount: 5 })?;
    /// let text = serde_json::to_string(&engine.dehydrate()?)?;
    /// let state: SessionState = serde_json::from_str(&text)?;
    /// let again = engine.open_state("again", Account::default(), state)?;
    /// assert_eq!(*again.snapshot()?.balance, 5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`DehydrateError`]: where a value cannot be stored, or the session does not become free.
    pub fn dehydrate(&self) -> Result<SessionState, DehydrateError>
    where
        D::Fields: DurableFields,
    {
        let core = &self.core;
        let state = core.hold_beside_lease("dehydrate", None)?;
        let fields = (FieldFns::<D::Fields>::new::<D>().whole)(&state.fields)?;
        let ((step, chain), last_message) = match &core.durable {
            Some(durable) => (durable.step(), durable.last_message()),
            None => ((0, ChainHash::of_first(&fields)), 0),
        };
        let waiting = core.bus.waiting();
        let event = |(number, waiting): (u64, Waiting)| {
            let Waiting { event, urgent, internal, came } = waiting;
            StoredEvent { came, ..stored(&event, number, urgent, internal) }
        };
        Ok(SessionState {
            step,
            version: state.version(),
            chain,
            schema: D::VERSION,
            fields,
            events: (1..).zip(waiting).map(event).collect(),
            counts: core.shared.auditor.stored_counts(&core.audit),
            last_message,
            recorded: core.audit.recorded(),
            ..SessionState::default()
        })
    }

    /// Goes on, in memory, from a session as a value. Signal and Meta fields are as `first` has them.
    ///
    /// # Errors
    /// Where the state does not fit this program: it says which field does not.
    pub fn open_state(&self, name: impl Into<Arc<str>>, first: D, state: SessionState) -> Result<Self, StoreError>
    where
        D::Fields: DurableFields,
    {
        let (name, fields) = (Text::from(name.into()), FieldFns::<D::Fields>::new::<D>());
        let core = Core::new(Arc::clone(&self.core.shared), self.core.shared.auditor.session(name.clone()), first);
        let mut state = state;
        if let Some(durable) = &core.shared.durable
            && let Some(migrated) = durable.migrations.bring_up(&name, state.schema, &state.fields)?
        {
            state.fields = migrated;
        }
        fill(&core, &fields, &name, state, false)?;
        Ok(Self { core: Arc::new(core) })
    }

    /// An event is taken off the bus: it is out of the store before anybody has it, so that nobody has it twice.
    pub(super) fn taken_in_store(&self, event: Option<&Event>) -> Result<(), RunError<Infallible>> {
        let (Some(durable), Some(event)) = (&self.core.durable, event) else { return Ok(()) };
        let taken = self.core.bus.take_gone();
        if taken.is_empty() {
            return Ok(());
        }
        let write = Write { session: Arc::clone(&durable.name), taken: taken.clone(), ..Write::default() };
        durable.store.write(&self.core.shared.auditor, write).map_err(|error| {
            self.core.bus.put_back(event.clone(), taken);
            RunError::Store(error)
        })
    }

    /// Whether the sessions of this engine are kept by a store, where they are opened by name.
    pub(crate) fn has_store(&self) -> bool {
        self.core.shared.durable.is_some()
    }

    /// Whether somebody else has a handle on this session.
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.core) > 1
    }

    /// A session that is new, in the store too; none where that has one of the name. It is stored in one write with where its workflow
    /// begins: `begin` makes it.
    pub(crate) fn begin_kept(
        &self,
        name: &Arc<str>,
        first: D,
        begin: impl FnOnce(&Self) -> Result<(), StoreError>,
    ) -> Result<Option<Self>, StoreError> {
        let (shared, text) = (&self.core.shared, Text::from(Arc::clone(name)));
        let durable = self.durable_engine()?;
        // Of several who come here at once one begins it.
        let _opening = shared.live.opening(&text);
        if shared.live.get(&text).is_some() {
            return Ok(None);
        }
        let mut core = Core::new(Arc::clone(shared), shared.auditor.session(text.clone()), first);
        let fields = first_fields(&core, durable)?;
        core.is_kept(DurableSession::beginning(Arc::clone(name), Arc::clone(&durable.store), D::VERSION, fields));
        let engine = Self { core: Arc::new(core) };
        match begin(&engine) {
            Ok(()) => {}
            Err(StoreError::Exists { .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
        shared.live.insert(text, &engine.core);
        Ok(Some(engine))
    }

    /// A session that the store has.
    pub(crate) fn open_kept(&self, name: &Arc<str>, first: D) -> Result<Option<Self>, StoreError> {
        let core = existing(&self.core.shared, Text::from(Arc::clone(name)), || first)?;
        Ok(core.map(|core| Self { core }))
    }

    pub(super) fn durable_engine(&self) -> Result<&DurableEngine<D>, StoreError> {
        self.core.shared.durable.as_ref().ok_or(StoreError::NoStore)
    }
}

type Shared<D, G, E> = Arc<SharedEngine<D, G, E>>;
type Session<D, G, E> = Arc<Core<D, G, E>>;

/// What an engine begins with.
pub(super) fn begin(store: &dyn Store) -> Result<Beginning, StoreError> {
    called(store, Store::begin)
}

/// The session of this name, made with this state where there is none.
pub(super) fn session<D: Context, G: Context, E: Send + Sync + 'static>(
    shared: &Shared<D, G, E>,
    name: Text,
    first: impl FnOnce() -> D,
) -> Result<Session<D, G, E>, StoreError> {
    let durable = shared.durable.as_ref().ok_or(StoreError::NoStore)?;
    if let Some(core) = shared.live.get(&name) {
        return Ok(core);
    }
    // Before it is held: it may open sessions of its own.
    let domain = first();
    // Held until the session is among those that are open: who asks for it twice gets it twice.
    let _opening = shared.live.opening(&name);
    if let Some(core) = shared.live.get(&name) {
        return Ok(core);
    }
    let load = || called(&*durable.store.store, |store| store.load(&name));
    let mut core = Core::new(Arc::clone(shared), shared.auditor.session(name.clone()), domain);
    match load()? {
        Some(stored) => goes_on(&mut core, durable, &name, stored)?,
        None => {
            let fields = first_fields(&core, durable)?;
            let chain = ChainHash::of_first(&fields);
            let schema = D::VERSION;
            let write = Write { session: name.as_str().into(), first: Some(fields), schema, ..Write::default() };
            match (durable.store.write(&shared.auditor, write), load) {
                (Ok(()), _) => {
                    let (name, store) = (name.as_str().into(), Arc::clone(&durable.store));
                    core.is_kept(DurableSession::new(name, store, 0, chain, 1, 0));
                }
                // Another program has begun it meanwhile.
                (Err(StoreError::Exists { session }), load) => match load()? {
                    Some(stored) => goes_on(&mut core, durable, &name, stored)?,
                    None => return Err(StoreError::Exists { session }),
                },
                (Err(error), _) => return Err(error),
            }
        }
    }
    let core = Arc::new(core);
    shared.live.insert(name, &core);
    Ok(core)
}

/// The Data zone that a session begins with, as a store has it.
fn first_fields<D: Context, G: Context, E: Send + Sync + 'static>(
    core: &Core<D, G, E>,
    durable: &DurableEngine<D>,
) -> Result<Vec<Field>, StoreError> {
    let state = core.session.hold_beside_lease(|| core.request("hydrate", None));
    let state = state.map_err(|_| unexpected())?;
    (durable.fields.whole)(&state.fields)
}

/// The same where there is one.
fn existing<D: Context, G: Context, E: Send + Sync + 'static>(
    shared: &Shared<D, G, E>,
    name: Text,
    first: impl FnOnce() -> D,
) -> Result<Option<Session<D, G, E>>, StoreError> {
    let durable = shared.durable.as_ref().ok_or(StoreError::NoStore)?;
    if let Some(core) = shared.live.get(&name) {
        return Ok(Some(core));
    }
    let _opening = shared.live.opening(&name);
    if let Some(core) = shared.live.get(&name) {
        return Ok(Some(core));
    }
    let Some(stored) = called(&*durable.store.store, |store| store.load(&name))? else { return Ok(None) };
    let mut core = Core::new(Arc::clone(shared), shared.auditor.session(name.clone()), first());
    goes_on(&mut core, durable, &name, stored)?;
    let core = Arc::new(core);
    shared.live.insert(name, &core);
    Ok(Some(core))
}

/// The session goes on from what the store has of it.
fn goes_on<D: Context, G: Context, E: Send + Sync + 'static>(
    core: &mut Core<D, G, E>,
    durable: &DurableEngine<D>,
    name: &Text,
    mut stored: SessionState,
) -> Result<(), StoreError> {
    migrate(core, durable, &durable.store, name, &mut stored)?;
    let (step, chain, position) = (stored.step, stored.chain, stored.position.take());
    let settled = std::mem::take(&mut stored.settled);
    let (next, last_message) = (next_number(&stored.events), stored.last_message);
    fill(core, &durable.fields, name, stored, true)?;
    let session =
        DurableSession::new(name.as_str().into(), Arc::clone(&durable.store), step, chain, next, last_message);
    session.found(position, settled);
    core.is_kept(session);
    Ok(())
}

/// The session is as the value says.
fn fill<D: Context, G: Context, E: Send + Sync + 'static>(
    core: &Core<D, G, E>,
    fns: &FieldFns<D::Fields>,
    name: &Text,
    stored: SessionState,
    is_kept: bool,
) -> Result<(), StoreError> {
    let SessionState { format, version, fields, events, counts, .. } = stored;
    if format != SessionState::FORMAT {
        let store = format!("the state of the session `{name}`");
        return Err(StoreError::Newer { store, found: format, known: SessionState::FORMAT });
    }
    {
        let state = core.session.hold_beside_lease(|| core.request("hydrate", None));
        let mut state = state.map_err(|_| unexpected())?;
        (fns.bring_back)(&mut state.fields, name, fields)?;
        state.advance(version);
    }
    core.shared.auditor.bring_back_counts(&core.audit, &counts);
    let schema = if events.is_empty() { Schema::empty() } else { D::schema() };
    for event in events {
        let known = |path: &str, process: &str| core.known_signal(path, process);
        let redacts = |path: &str| schema.redacts(path.split('.').skip(1));
        let (event, urgent, number, is_internal, came) = read(name, event, known, redacts)?;
        // In memory it has one that no store is told of.
        let number = if is_kept { number } else { number | IN_MEMORY };
        if let Some(came) = came {
            core.bus.came_at(number, came);
        }
        match is_internal {
            true => core.bus.raise_stored(vec![(event, urgent)], if is_kept { number } else { 0 }),
            false => core.bus.bring_back(vec![(event, urgent)], number),
        }
    }
    Ok(())
}

impl<D: Context, G: Context, E> Core<D, G, E> {
    fn is_kept(&mut self, durable: DurableSession) {
        let durable = Arc::new(durable);
        self.bus.stored_by(Arc::clone(&durable) as Arc<dyn crate::signal::EventLog>);
        self.durable = Some(durable);
    }

    /// A signal of this path that this process raises, by the names that contracts have for them.
    fn known_signal(&self, path: &str, process: &str) -> Option<(&'static str, &'static str)> {
        let contract = self.shared.registry.named(process)?.contract;
        let output = contract.outputs.iter().find(|output| output.path == path)?;
        Some((output.path, contract.process))
    }

    /// Another program may have committed before this one had the session to itself: then it goes on from that.
    pub(super) fn catch_up(&self, session: &DurableSession, state: &mut State<D>) -> Result<(), StoreError> {
        let durable = self.shared.durable.as_ref().ok_or(StoreError::NoStore)?;
        let stored = called(&*durable.store.store, |store| store.load(&session.name))?;
        let (step, chain) = session.step();
        let found = stored.map(|stored| (stored.step, stored.chain));
        if found == Some((step, chain)) {
            return Ok(());
        }
        let (name, found) = (session.name.to_string(), found.map_or(0, |(step, _)| step));
        let why = StoreError::Conflict { session: name, expected: step, found };
        session.is_lost(why.clone());
        self.reload(session, state, why)
    }

    /// After a commit of which nobody knows what became: the state is what the store has. Not where a workflow drives the session,
    /// which would not know how it got there.
    pub(super) fn reload(
        &self,
        session: &DurableSession,
        state: &mut State<D>,
        why: StoreError,
    ) -> Result<(), StoreError> {
        if session.has_workflow() {
            return Err(why);
        }
        let durable = self.shared.durable.as_ref().ok_or(StoreError::NoStore)?;
        let stored = called(&*durable.store.store, |store| store.load(&session.name)).map_err(|_| why.clone())?;
        let Some(SessionState { step, version, chain, schema, fields, counts, events, last_message, .. }) = stored
        else {
            return Err(why);
        };
        if schema != D::VERSION {
            let (session, found, known) = (session.name.to_string(), schema, D::VERSION);
            return Err(StoreError::LaterContext { session, found, known });
        }
        // Apart first: what does not fit changes nothing.
        let mut brought_back = state.fields.share();
        (durable.fields.bring_back)(&mut brought_back, &session.name, fields)?;
        state.fields = brought_back;
        state.advance(version);
        self.shared.auditor.bring_back_counts(&self.audit, &counts);
        session.numbers_after(&events);
        session.sent_until(last_message);
        session.goes_on_at(step, chain);
        Ok(())
    }
}

/// Nobody else knows the session yet.
fn unexpected() -> StoreError {
    StoreError::Unavailable { store: "the session".to_owned(), reason: "it is in use while it is opened".to_owned() }
}

/// Why a session is not made a value.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DehydrateError {
    /// One of its values cannot be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It did not become free, or this is called from inside a body.
    #[error(transparent)]
    Run(#[from] RunError<Infallible>),
}

/// What the bus is given back, and the date at which it came.
type Read = (Event, bool, u64, bool, Option<u64>);

/// A stored event, as the bus has it.
fn read(
    session: &Text,
    stored: StoredEvent,
    known: impl Fn(&str, &str) -> Option<(&'static str, &'static str)>,
    redacts: impl Fn(&str) -> bool,
) -> Result<Read, StoreError> {
    let StoredEvent { number, name, payload, urgent, origin, internal, came, trace } = stored;
    let name = EventName::parse(&name).map_err(|error: EventNameError| StoreError::Corrupt {
        store: "the store".to_owned(),
        place: format!("the event {number} of the session `{session}`"),
        reason: error.to_string(),
    })?;
    // No commit of this life of the session has raised the signal: the field is at rest.
    let origin = match &origin {
        StoredOrigin::Signal { path, process } => match known(path, process) {
            Some((path, process)) => Origin::Signal { path, version: 0, process },
            None => Origin::External,
        },
        StoredOrigin::External => Origin::External,
    };
    let is_redacted = matches!(origin, Origin::Signal { path, .. } if redacts(path));
    let payload = payload.map(if is_redacted { Payload::redacted } else { Payload::new });
    Ok((Event { name, origin, payload, trace }, urgent, number, internal, came))
}
