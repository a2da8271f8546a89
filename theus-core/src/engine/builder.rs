//! Puts an engine together.

use std::sync::Arc;
use std::time::Duration;
#[cfg(feature = "recipes")]
use std::time::SystemTime;

use super::core::{Core, SharedEngine};
use super::defaults::Defaults;
#[cfg(feature = "store")]
use super::durable::{DurableEngine, FieldFns, Handle, Leasing, Migration, Migrations, code_print, data_outputs};
use super::error::BuildError;
use super::handle::Engine;
#[cfg(feature = "store")]
use super::hydrate::{self, begin};
#[cfg(feature = "store")]
use super::live::Live;
use super::locking::Locking;
use super::registry::Registry;
use super::rules::Rules;
use super::step::{self, StepMaker};
#[cfg(any(feature = "recipes", feature = "workflow"))]
use crate::audit::Catalog;
use crate::audit::{Auditor, Text};
#[cfg(feature = "recipes")]
use crate::audit::{Beginning, MAX_RECORDS, Offered, Recipe, SharedInterlock, Sink, SinkOptions, log_warnings};
use crate::context::{Context, EventNames};
#[cfg(feature = "recipes")]
use crate::panics::DropCaught;
use crate::process::{OnDomain, OnGlobal, WithEffects};
use crate::signal::BusOptions;
#[cfg(feature = "recipes")]
use crate::source::Document;
#[cfg(any(feature = "recipes", feature = "workflow"))]
use crate::source::Fragment;
#[cfg(feature = "store")]
use crate::store::{Store, by_chance};
use crate::telemetry::Watch;

#[cfg(any(feature = "recipes", feature = "workflow"))]
mod fragments;
#[cfg(feature = "store")]
mod kept;
#[cfg(feature = "recipes")]
mod recipes;
mod signals;
mod told;

/// How often a run is attempted where nothing else is said.
const DEFAULT_ATTEMPTS: u32 = 32;
/// How long a run waits for another one where nothing else is said.
const DEFAULT_LOCK_TIMEOUT: Duration = Duration::from_secs(60);
/// How many events wait at most where nothing else is said.
const DEFAULT_SIGNAL_CAPACITY: usize = 65_536;

/// What the session is called in records where nothing else is said.
const DEFAULT_SESSION: &str = "main";

#[cfg(feature = "recipes")]
type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Builds an [`Engine`]: the layers first, then the processes, the recipe and the options.
///
/// ```
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default, Context)]
/// struct Tank { level: i64 }
/// #[derive(Clone, Default, Context)]
/// struct Limits { most: i64 }
///
/// #[process(inputs = [global.most], outputs = [domain.level])]
/// fn fill_up(ctx: Ctx<Tank, Limits>) { ctx.domain.level.set(*ctx.global.most); }
///
/// let engine = Engine::builder(Tank::default())
///     .global(Limits { most: 100 })
///     .process::<FillUp>()
///     .recipe("audit.yaml", "process_recipes: { fill_up: { outputs: [ { field: domain.level, max: 90 } ] } }")?
///     .locking(Locking::Optimistic)
///     .build()?;
/// let refused = engine.run(FillUp {}).unwrap_err();
/// assert!(matches!(refused, RunError::Blocked(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct EngineBuilder<D: Context, G: Context = (), E = ()> {
    domain: D,
    global: G,
    effects: E,
    registry: Registry<D, Core<D, G, E>>,
    events: EventNames,
    #[cfg(feature = "recipes")]
    recipes: Vec<Document>,
    #[cfg(any(feature = "recipes", feature = "workflow"))]
    fragments: Vec<Fragment>,
    locking: Locking,
    attempts: u32,
    lock_timeout: Duration,
    bus: BusOptions,
    telemetry: Option<Watch>,
    #[cfg(feature = "recipes")]
    clock: Option<Clock>,
    session: String,
    #[cfg(feature = "recipes")]
    records: usize,
    #[cfg(feature = "recipes")]
    sinks: Vec<Offered>,
    #[cfg(feature = "recipes")]
    interlock: Option<Box<dyn SharedInterlock>>,
    #[cfg(feature = "store")]
    store: Option<StoreOffer<D::Fields>>,
    #[cfg(feature = "store")]
    migrations: Vec<Migration>,
    #[cfg(feature = "store")]
    leases: Option<Duration>,
    /// What others are told who has a session, before what tells this start of the program from others.
    #[cfg(feature = "store")]
    owner: Option<Box<str>>,
    #[cfg(all(feature = "store", feature = "test"))]
    deck: Option<Arc<dyn crate::effect::Deck>>,
    /// Whether the engine's own session is in the store too.
    #[cfg(feature = "store")]
    is_kept: bool,
    /// Whether its sessions are carried as values, and the store is none.
    #[cfg(feature = "store")]
    is_carried: bool,
    /// The first thing that was wrong; told by `build`.
    wrong: Option<BuildError>,
}

/// A store, and what the context does for it.
#[cfg(feature = "store")]
struct StoreOffer<F> {
    store: Arc<dyn Store>,
    fields: FieldFns<F>,
}

impl<D: Context> Engine<D> {
    /// Starts an engine with the first state of its domain.
    pub fn builder(domain: D) -> EngineBuilder<D> {
        EngineBuilder::new(domain)
    }
}

impl<D: Context> EngineBuilder<D> {
    pub(super) fn new(domain: D) -> Self {
        let (events, wrong) = match EventNames::checked(&D::schema()) {
            Ok(events) => (events, None),
            Err(clash) => (EventNames::default(), Some(clash.into())),
        };
        Self {
            domain,
            global: (),
            effects: (),
            registry: Registry::new(),
            events,
            #[cfg(feature = "recipes")]
            recipes: Vec::new(),
            #[cfg(any(feature = "recipes", feature = "workflow"))]
            fragments: Vec::new(),
            locking: Locking::default(),
            attempts: DEFAULT_ATTEMPTS,
            lock_timeout: DEFAULT_LOCK_TIMEOUT,
            bus: BusOptions::new(DEFAULT_SIGNAL_CAPACITY),
            telemetry: None,
            #[cfg(feature = "recipes")]
            clock: None,
            session: DEFAULT_SESSION.to_owned(),
            #[cfg(feature = "recipes")]
            records: MAX_RECORDS,
            #[cfg(feature = "recipes")]
            sinks: Vec::new(),
            #[cfg(feature = "recipes")]
            interlock: None,
            #[cfg(feature = "store")]
            store: None,
            #[cfg(feature = "store")]
            migrations: Vec::new(),
            #[cfg(feature = "store")]
            leases: None,
            #[cfg(feature = "store")]
            owner: None,
            #[cfg(all(feature = "store", feature = "test"))]
            deck: None,
            #[cfg(feature = "store")]
            is_kept: true,
            #[cfg(feature = "store")]
            is_carried: false,
            wrong,
        }
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> EngineBuilder<D, G, E> {
    /// The global layer: read-only for as long as the engine lives.
    pub fn global<G2: Context>(self, global: G2) -> EngineBuilder<D, G2, E> {
        self.retyped("global", |_, effects| (global, effects))
    }

    /// The handles to the world outside, of which each process gets those that it declares.
    pub fn effects<E2: Send + Sync + 'static>(self, effects: E2) -> EngineBuilder<D, G, E2> {
        self.retyped("effects", |global, _| (global, effects))
    }

    fn retyped<G2: Context, E2: Send + Sync + 'static>(
        self,
        call: &'static str,
        layers: impl FnOnce(G, E) -> (G2, E2),
    ) -> EngineBuilder<D, G2, E2> {
        let late = (!self.registry.is_empty()).then_some(BuildError::Order { call });
        let (global, effects) = layers(self.global, self.effects);
        EngineBuilder {
            domain: self.domain,
            global,
            effects,
            registry: Registry::new(),
            events: self.events,
            #[cfg(feature = "recipes")]
            recipes: self.recipes,
            #[cfg(any(feature = "recipes", feature = "workflow"))]
            fragments: self.fragments,
            locking: self.locking,
            attempts: self.attempts,
            lock_timeout: self.lock_timeout,
            bus: self.bus,
            telemetry: self.telemetry,
            #[cfg(feature = "recipes")]
            clock: self.clock,
            session: self.session,
            #[cfg(feature = "recipes")]
            records: self.records,
            #[cfg(feature = "recipes")]
            sinks: self.sinks,
            #[cfg(feature = "recipes")]
            interlock: self.interlock,
            #[cfg(feature = "store")]
            store: self.store,
            #[cfg(feature = "store")]
            migrations: self.migrations,
            #[cfg(feature = "store")]
            leases: self.leases,
            #[cfg(feature = "store")]
            owner: self.owner,
            #[cfg(all(feature = "store", feature = "test"))]
            deck: self.deck,
            #[cfg(feature = "store")]
            is_kept: self.is_kept,
            #[cfg(feature = "store")]
            is_carried: self.is_carried,
            wrong: self.wrong.or(late),
        }
    }

    /// Registers a process. Only registered processes run, and recipes and workflows know them by name.
    pub fn process<P>(mut self) -> Self
    where
        P: OnDomain<D> + OnGlobal<G> + WithEffects<E>,
        P::Kind: StepMaker<P>,
    {
        if !self.registry.add::<P>(step::make::<P>()) {
            self.wrong.get_or_insert(BuildError::DuplicateProcess { name: P::CONTRACT.process });
        }
        self
    }

    /// How runs are kept apart; [`Locking::ByKind`] where not given.
    pub const fn locking(mut self, locking: Locking) -> Self {
        self.locking = locking;
        self
    }

    /// How often an optimistic run is attempted beside others: 32 where not given, at least once. Where each attempt finds that
    /// something it has read was changed meanwhile, the next one has the session to itself, and so comes to its end.
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// How long anything waits for the session while one and the same run has it: a minute where not given;
    /// [`Duration::MAX`] is for ever. After that it is [`TimedOut`](crate::RunError::TimedOut), with nothing changed.
    ///
    /// It is a bound for waits that would never end and cannot be recognised: a body that joins a thread, or awaits a task,
    /// which runs the same engine. Where runs line up behind each other the time begins anew with each that gets the session.
    /// [`Engine::within`] is the limit of one run.
    ///
    /// ```
    /// # use std::{thread, time::Duration};
    /// # use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Tank { level: i64 }
    /// # struct Ports { rest: Rest }
    /// # struct Rest;
    /// # #[process(outputs = [domain.level], effects = [rest])]
    /// # fn fill_slowly(ctx: Ctx<Tank, (), Ports>) { let _ = &ctx.effects.rest; thread::sleep(Duration::from_millis(200)); ctx.domain.level.set(1); }
    /// let engine = Engine::builder(Tank::default())
    ///     .effects(Ports { rest: Rest })
    ///     .process::<FillSlowly>()
    ///     .lock_timeout(Duration::from_millis(20))
    ///     .build()?;
    /// let other = engine.clone();
    /// let filling = thread::spawn(move || other.run(FillSlowly {}).is_ok());
    /// while engine.try_snapshot()?.is_some() { thread::yield_now(); }
    /// assert!(matches!(engine.run(FillSlowly {}), Err(RunError::TimedOut(_))));
    /// assert_eq!(filling.join().ok(), Some(true));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn lock_timeout(mut self, at_most: Duration) -> Self {
        self.lock_timeout = at_most;
        self
    }

    /// The clock that audit records are dated by: the system's where not given, and where it panics, which `tracing` tells.
    #[cfg(feature = "recipes")]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// What the session is called in audit records: `main` where not given.
    pub fn session(mut self, name: impl Into<String>) -> Self {
        self.session = name.into();
        self
    }

    /// How many audit records are kept in memory: [`MAX_RECORDS`] where not given, at least one.
    #[cfg(feature = "recipes")]
    pub const fn records(mut self, records: usize) -> Self {
        self.records = records;
        self
    }

    /// Sends the audit's records on, besides `tracing`, which always has them: to a
    /// [`FileSink`](crate::audit::FileSink), or to a [`Sink`] of one's own. The options say what happens where it fails.
    #[cfg(feature = "recipes")]
    pub fn sink(mut self, sink: impl Sink, options: SinkOptions) -> Self {
        self.sinks.push((DropCaught::new(Box::new(sink)), options));
        self
    }

    /// Shares its interlock with other engines: what stops one of them stops all, until an operator lets them go on.
    #[cfg(feature = "recipes")]
    pub fn interlock(mut self, interlock: impl SharedInterlock) -> Self {
        self.interlock = Some(Box::new(interlock));
        self
    }

    /// What files are checked against, as far as it is known by now.
    #[cfg(any(feature = "recipes", feature = "workflow"))]
    pub(crate) fn catalog(&self) -> Result<Catalog, &BuildError> {
        self.wrong.as_ref().map_or_else(|| Ok(self.registry.catalog::<G>()), Err)
    }

    /// Checks the recipe against the processes and the contexts, and builds the engine.
    ///
    /// # Errors
    /// Everything that is wrong with the recipe, each with file, line, column and a suggestion; two processes of one name; a
    /// sink that cannot be used.
    pub fn build(self) -> Result<Engine<D, G, E>, BuildError> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        let session = Text::from(self.session);
        #[cfg(feature = "store")]
        let mut identity = by_chance();
        #[cfg(feature = "recipes")]
        let auditor = {
            let mut auditor = if self.recipes.is_empty() {
                Auditor::without_rules()
            } else {
                Auditor::new(Recipe::load_including(&self.recipes, &self.fragments, &self.registry.catalog::<G>())?)
            };
            if let Some(clock) = self.clock {
                auditor = auditor.with_clock(clock);
            }
            let recipe = (!self.recipes.is_empty()).then(|| Recipe::name_of(&self.recipes));
            let sinks = self.sinks;
            #[cfg(feature = "store")]
            if let Some(StoreOffer { store, .. }) = self.store.as_ref().filter(|_| !self.is_carried) {
                let found = begin(&**store)?;
                identity = found.identity;
                auditor.continue_from_store(&found);
            }
            if let Some(interlock) = self.interlock {
                auditor.share(interlock);
            }
            auditor.begin(Beginning { session: session.clone(), capacity: self.records, recipe, sinks })?;
            log_warnings(&auditor.recipe_warnings());
            auditor
        };
        #[cfg(not(feature = "recipes"))]
        let auditor = Auditor;
        #[cfg(feature = "recipes")]
        let rules = Rules::new(auditor.with_recipe(|recipe| self.registry.rules(recipe)));
        #[cfg(not(feature = "recipes"))]
        let rules = Rules::new(Box::default());
        #[cfg(feature = "store")]
        if self.store.is_none()
            && let Some(sender) = self.registry.iter().find(|registered| !registered.contract.messages.is_empty())
        {
            return Err(BuildError::NoOutbox { process: sender.contract.process });
        }
        #[cfg(feature = "store")]
        let migrations = Migrations::new(D::VERSION, self.migrations).map_err(|wrong| BuildError::Migration {
            from: wrong.from,
            to: wrong.to,
            reason: wrong.reason,
        })?;
        #[cfg(feature = "store")]
        let leasing = self.leases.map(|lasting| Leasing { owner: kept::owner(self.owner.as_deref()), lasting });
        #[cfg(feature = "store")]
        let durable = self.store.map(|StoreOffer { store, fields }| {
            let domain = D::schema();
            let mut processes: Vec<_> = self.registry.iter().collect();
            processes.sort_by_key(|registered| registered.place);
            let outputs = processes.iter().map(|registered| data_outputs(registered.contract, &domain)).collect();
            let print = |body, contract| code_print(body, contract, &domain);
            let code = processes.iter().map(|registered| print(registered.body, registered.contract)).collect();
            let store = Arc::new(Handle::new(store, auditor.clock(), leasing).apart(self.is_carried));
            DurableEngine { store, fields, migrations, outputs, code }
        });
        let shared = SharedEngine {
            global: self.global.into_fields(),
            effects: self.effects,
            defaults: Defaults::new(),
            #[cfg(any(feature = "recipes", feature = "workflow"))]
            fragments: self.fragments.into(),
            auditor,
            registry: self.registry,
            events: self.events,
            rules,
            locking: self.locking,
            attempts: self.attempts,
            lock_timeout: self.lock_timeout,
            bus: Arc::new(told::bus(self.bus, self.telemetry.as_ref())),
            telemetry: self.telemetry,
            #[cfg(feature = "store")]
            identity,
            #[cfg(feature = "store")]
            durable,
            #[cfg(all(feature = "store", feature = "test"))]
            deck: self.deck,
            #[cfg(feature = "store")]
            live: Live::default(),
        };
        #[cfg(feature = "store")]
        if shared.durable.is_some() && self.is_kept {
            return Ok(Engine { core: hydrate::session(&Arc::new(shared), session, || self.domain)? });
        }
        let session = shared.auditor.session(session);
        Ok(Engine::new(Core::new(Arc::new(shared), session, self.domain)))
    }
}
