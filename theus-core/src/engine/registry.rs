//! The processes that an engine may run: found by type for a command, by name for a workflow.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
#[cfg(feature = "recipes")]
use std::sync::Arc;

#[cfg(feature = "workflow")]
use super::arguments::ArgumentError;
use super::session::State;
use super::step::MakeStep;
#[cfg(any(feature = "recipes", feature = "workflow"))]
use crate::audit::{Catalog, ProcessEntry};
#[cfg(feature = "recipes")]
use crate::audit::{Gates, InForce};
use crate::context::Context;
#[cfg(feature = "json")]
use crate::context::{Fields, Schema, Shape, Zone, to_json};
#[cfg(feature = "json")]
use crate::process::Access;
use crate::process::{Contract, Process};
use crate::signal::Payload;

/// The registered processes of one engine.
pub(crate) struct Registry<D: Context, C> {
    /// By their types, in a table that is mostly empty: each run looks its process up here, and nearly always at the first
    /// place. Its length is a power of two.
    by_type: Box<[Slot<D, C>]>,
    by_name: BTreeMap<&'static str, TypeId>,
    /// By where the names stand: a workflow has them of the contracts that are registered here, and need not compare them.
    #[cfg(feature = "workflow")]
    by_text: Box<[Option<(&'static str, TypeId)>]>,
}

type Slot<D, C> = Option<Box<Registered<D, C>>>;

/// How many places there are for each process at least.
const ROOM: usize = 4;

/// One registered process.
pub(crate) struct Registered<D: Context, C> {
    command: TypeId,
    pub(crate) contract: &'static Contract,
    #[cfg(any(feature = "recipes", feature = "workflow"))]
    pub(crate) entry: ProcessEntry,
    /// Its place in the table of rules.
    pub(crate) place: usize,
    make: MakeStep<C, State<D>>,
    /// The number of its body.
    #[cfg(feature = "store")]
    pub(crate) body: u32,
    /// The signals among its outputs that show more than that they are raised.
    #[cfg(feature = "json")]
    telling: Box<[TellingSignal]>,
}

/// A signal whose events have a payload.
#[cfg(feature = "json")]
struct TellingSignal {
    path: &'static str,
    indexes: Box<[usize]>,
    shape: Shape,
    /// Whether people are not shown it.
    redacts: bool,
}

impl<D: Context, C> Registry<D, C> {
    pub(crate) fn new() -> Self {
        Self {
            by_type: Box::default(),
            by_name: BTreeMap::new(),
            #[cfg(feature = "workflow")]
            by_text: Box::default(),
        }
    }

    /// Adds a process. Says whether its name was free.
    pub(super) fn add<P: Process<Domain = D>>(&mut self, make: MakeStep<C, State<D>>) -> bool {
        let contract = const { &P::CONTRACT };
        if self.by_name.contains_key(contract.process) {
            return false;
        }
        #[cfg(any(feature = "recipes", feature = "workflow"))]
        let entry = ProcessEntry {
            contract,
            arguments: P::argument_shapes(),
            local: <P::Local as Context>::schema(),
            gives: P::gives(),
            errors: P::error_shapes(),
        };
        let (command, place) = (TypeId::of::<P>(), self.by_name.len());
        #[cfg(feature = "json")]
        let telling = telling(contract, &D::schema());
        self.by_name.insert(contract.process, command);
        self.make_room();
        let registered = Registered {
            command,
            contract,
            #[cfg(any(feature = "recipes", feature = "workflow"))]
            entry,
            place,
            make,
            #[cfg(feature = "store")]
            body: P::BODY,
            #[cfg(feature = "json")]
            telling,
        };
        put(&mut self.by_type, Box::new(registered));
        #[cfg(feature = "workflow")]
        self.put_text(contract.process, command);
        true
    }

    /// Into its place, where that is free.
    #[cfg(feature = "workflow")]
    fn put_text(&mut self, name: &'static str, command: TypeId) {
        let places = self.by_type.len();
        let new = if self.by_text.len() == places {
            vec![(name, command)]
        } else {
            self.by_text = (0..places).map(|_| None).collect();
            self.by_name.iter().map(|(name, command)| (*name, *command)).collect()
        };
        for (name, command) in new {
            if let Some(place) = self.by_text.get_mut(place_of(name) & places.wrapping_sub(1)) {
                place.get_or_insert((name, command));
            }
        }
    }

    fn make_room(&mut self) {
        let places = (self.by_name.len() * ROOM).next_power_of_two();
        if self.by_type.len() < places {
            let mut wider: Box<[_]> = (0..places).map(|_| None).collect();
            let old = std::mem::take(&mut self.by_type);
            old.into_iter().flatten().for_each(|registered| put(&mut wider, registered));
            self.by_type = wider;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    #[inline(always)]
    pub(crate) fn get<P: 'static>(&self) -> Option<&Registered<D, C>> {
        self.of(TypeId::of::<P>())
    }

    pub(crate) fn named(&self, name: &str) -> Option<&Registered<D, C>> {
        self.of(*self.by_name.get(name)?)
    }

    #[inline(always)]
    fn of(&self, command: TypeId) -> Option<&Registered<D, C>> {
        let mut at = hash(command);
        loop {
            // Of an empty table there is no first place, and in any other an empty one comes in the end.
            at &= self.by_type.len().wrapping_sub(1);
            let registered = self.by_type.get(at)?.as_deref()?;
            if registered.command == command {
                return Some(registered);
            }
            at += 1;
        }
    }

    /// How a registered process is made a step.
    #[cfg(feature = "workflow")]
    pub(super) fn step(&self, process: &str) -> Result<&MakeStep<C, State<D>>, ArgumentError> {
        let place = place_of(process) & self.by_text.len().wrapping_sub(1);
        let found = match self.by_text.get(place) {
            // The same text at the same place is the same name.
            Some(Some((name, command))) if std::ptr::eq(*name, process) => self.of(*command),
            _ => self.named(process),
        };
        match found {
            Some(registered) => Ok(&registered.make),
            None => Err(ArgumentError::Unregistered {
                process: process.to_owned(),
                help: ArgumentError::help(process, self.by_name.keys().copied()),
            }),
        }
    }

    /// How a process of this name is run again, out of a journal.
    #[cfg(feature = "store")]
    pub(super) fn replay(&self, process: &str) -> Option<super::step::ReplayFn<C>> {
        self.named(process).map(|registered| registered.make.replay)
    }

    /// In the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Registered<D, C>> {
        self.by_name.values().filter_map(|command| self.of(*command))
    }

    /// What recipes are checked against.
    #[cfg(any(feature = "recipes", feature = "workflow"))]
    pub(crate) fn catalog<G: Context>(&self) -> Catalog {
        let processes = self.iter().map(|registered| registered.entry.clone()).collect();
        Catalog { processes, domain: D::schema(), global: G::schema() }
    }

    /// The rules that a recipe has for each process, in their places.
    #[cfg(feature = "recipes")]
    pub(super) fn rules(&self, recipe: &InForce) -> Box<[Option<Arc<Gates>>]> {
        let mut table: Box<[_]> = self.iter().map(|_| None).collect();
        for registered in self.iter() {
            if let Some(rules) = table.get_mut(registered.place) {
                *rules = recipe.gates(registered.contract.process);
            }
        }
        table
    }
}

impl<D: Context, C> Registered<D, C> {
    /// What the event of a signal brings along, as the signal is proposed.
    #[cfg(feature = "json")]
    pub(super) fn payload(&self, path: &'static str, fields: &D::Fields) -> Option<Payload> {
        let signal = self.telling.iter().find(|signal| signal.path == path)?;
        let value = to_json(fields.inspect(&signal.indexes), &signal.shape)?;
        Some(if signal.redacts { Payload::redacted(value) } else { Payload::new(value) })
    }

    /// Nothing: values come with the feature `json`.
    #[cfg(not(feature = "json"))]
    pub(super) const fn payload(&self, _: &'static str, _: &D::Fields) -> Option<Payload> {
        None
    }
}

#[cfg(feature = "json")]
fn telling(contract: &'static Contract, domain: &Schema) -> Box<[TellingSignal]> {
    let signals = contract.outputs.iter().filter(|output| output.zone == Zone::Signal);
    let telling = |output: &Access| {
        let names: Vec<&str> = output.path.split('.').skip(1).collect();
        let resolved = domain.resolve(&names).ok()?;
        let shape = resolved.field.shape.clone();
        match shape.innermost() {
            Shape::Opaque => None,
            // Without an option around it, it is raised or not: there is nothing more to say.
            Shape::Bool if shape == Shape::Bool => None,
            _ => Some(TellingSignal {
                path: output.path,
                indexes: resolved.indexes.into(),
                shape,
                redacts: domain.redacts(names),
            }),
        }
    };
    signals.filter_map(telling).collect()
}

/// Into the first place that is free, from the one that its hash says.
fn put<D: Context, C>(table: &mut [Slot<D, C>], registered: Box<Registered<D, C>>) {
    let first = hash(registered.command);
    let mut places = (0..table.len()).map(|after| first.wrapping_add(after) & (table.len() - 1));
    if let Some(free) = places.find(|place| table.get(*place).is_some_and(Option::is_none)) {
        table[free] = Some(registered);
    }
}

/// Where a name is looked for first, by where its text stands.
#[cfg(feature = "workflow")]
#[inline]
fn place_of(name: &str) -> usize {
    // Fibonacci hashing: addresses that differ little come far apart.
    name.as_ptr().addr().wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as usize) >> (usize::BITS / 2)
}

/// A `TypeId` is a hash already.
#[inline(always)]
fn hash(command: TypeId) -> usize {
    let mut hasher = TypeIdHasher(0);
    command.hash(&mut hasher);
    hasher.0 as usize
}

struct TypeIdHasher(u64);

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
