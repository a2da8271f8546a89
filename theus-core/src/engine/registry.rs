//! The processes that an engine may run: found by type for a command, by name for a workflow.

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use super::block_on::block_on;
use super::handle::Engine;
use super::report::Report;
use super::session::RuleTable;
use crate::audit::{Auditor, Catalog, ProcessEntry, Violation};
use crate::context::Context;
use crate::process::{AsyncProcess, Asynchronous, Contract, Plain, Process, RunError, SyncProcess};

/// The registered processes of one engine.
pub(crate) struct Registry<D: Context, G: Context, E> {
    by_type: HashMap<TypeId, Registered<D, G, E>, BuildHasherDefault<TypeIdHasher>>,
    by_name: BTreeMap<&'static str, TypeId>,
}

/// One registered process.
pub(crate) struct Registered<D: Context, G: Context, E> {
    pub(crate) contract: &'static Contract,
    pub(crate) entry: ProcessEntry,
    /// Its place in the table of rules.
    pub(crate) place: usize,
    step: Option<StepFn<D, G, E>>,
}

type StepFn<D, G, E> = Arc<dyn Fn(&Engine<D, G, E>) -> StepReport + Send + Sync>;

/// What one step of a workflow did.
pub(crate) struct StepReport {
    pub(crate) result: Result<(), RunError<ProcessError>>,
    pub(crate) violations: Vec<Violation>,
    pub(crate) version: u64,
}

/// A process's own error, of whatever type.
#[derive(Debug)]
pub struct ProcessError(Box<dyn Error + Send + Sync>);

impl ProcessError {
    pub(crate) fn new(error: impl Error + Send + Sync + 'static) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Display for ProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for ProcessError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// How a workflow runs a process of this kind.
pub trait StepMaker<P: Process> {
    /// Runs the command on an engine and reports, whatever its types.
    #[doc(hidden)]
    fn run(engine: &Engine<P::Domain, P::Global, P::Effects>, command: P) -> Report<P>;
}

impl<P: SyncProcess> StepMaker<P> for Plain {
    fn run(engine: &Engine<P::Domain, P::Global, P::Effects>, command: P) -> Report<P> {
        engine.run_reported(command)
    }
}

impl<P: AsyncProcess> StepMaker<P> for Asynchronous {
    fn run(engine: &Engine<P::Domain, P::Global, P::Effects>, command: P) -> Report<P> {
        block_on(engine.run_async_reported(command))
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Registry<D, G, E> {
    pub(crate) fn new() -> Self {
        Self { by_type: HashMap::default(), by_name: BTreeMap::new() }
    }

    /// Adds a process. Says whether its name was free.
    pub(crate) fn add<P>(&mut self) -> bool
    where
        P: Process<Domain = D, Global = G, Effects = E>,
        P::Kind: StepMaker<P>,
    {
        let step = P::without_arguments().map(|command| {
            let step = move |engine: &Engine<D, G, E>| StepReport::of(P::Kind::run(engine, command()));
            Arc::new(step) as StepFn<D, G, E>
        });
        self.insert::<P>(step)
    }

    fn insert<P: Process>(&mut self, step: Option<StepFn<D, G, E>>) -> bool {
        let contract = const { &P::CONTRACT };
        if self.by_name.contains_key(contract.process) {
            return false;
        }
        self.by_name.insert(contract.process, TypeId::of::<P>());
        let entry = ProcessEntry { contract, arguments: P::argument_shapes(), local: <P::Local as Context>::schema() };
        let place = self.by_type.len();
        self.by_type.insert(TypeId::of::<P>(), Registered { contract, entry, place, step });
        true
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    #[inline]
    pub(crate) fn get<P: 'static>(&self) -> Option<&Registered<D, G, E>> {
        self.by_type.get(&TypeId::of::<P>())
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Registered<D, G, E>> {
        self.by_type.get(self.by_name.get(name)?)
    }

    /// In the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Registered<D, G, E>> {
        self.by_name.values().filter_map(|id| self.by_type.get(id))
    }

    /// What recipes are checked against.
    pub(crate) fn catalog(&self) -> Catalog {
        let processes = self.iter().map(|registered| registered.entry.clone()).collect();
        Catalog { processes, domain: D::schema(), global: G::schema() }
    }

    /// The rules that an auditor has for each process, in their places.
    pub(super) fn rules(&self, auditor: &Auditor) -> RuleTable {
        let mut table: Vec<_> = self.iter().map(|_| None).collect();
        for registered in self.iter() {
            if let Some(rules) = table.get_mut(registered.place) {
                *rules = auditor.rules(registered.contract.process);
            }
        }
        table.into()
    }
}

impl<D: Context, G: Context, E> Registered<D, G, E> {
    /// How a workflow runs it; only a process without arguments can be a step by its name alone.
    pub(crate) fn step(&self) -> Option<StepFn<D, G, E>> {
        self.step.clone()
    }
}

impl StepReport {
    pub(crate) fn of<P: Process>(report: Report<P>) -> Self {
        Self {
            result: report.result.map(|_| ()).map_err(|error| error.map_process(ProcessError::new)),
            violations: report.violations,
            version: report.version,
        }
    }
}

/// A `TypeId` is a hash already.
#[derive(Default)]
pub(crate) struct TypeIdHasher(u64);

impl Hasher for TypeIdHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    #[inline]
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}
