//! A process of a library, at its place in a program.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::place::Mount;
use super::text::{MOST_PATHS, Text, moved, name, paths};
use crate::context::{Context, Shape, Value};
use crate::process::{
    Access, AsyncProcess, Asynchronous, Blocking, BlockingProcess, Contract, Gives, OnEach, OnPairs, Process, Scope,
    SyncProcess, Values,
};
use crate::transaction::Member;

/// A command of a process that is written for a part of the domain, for the part that [`Mount`] says.
///
/// [`Mount::of`] makes it: `engine.run(Left::of(Spin { by: 3.0 }))`. To the program it is a process like any other, of the name
/// `left.spin`, whose contract, rules, events and journal speak of `domain.left.speed`.
pub struct At<P, M> {
    command: P,
    place: PhantomData<fn() -> M>,
}

impl<P, M> At<P, M> {
    pub(super) const fn new(command: P) -> Self {
        Self { command, place: PhantomData }
    }

    /// The library's own command.
    #[must_use]
    pub fn into_inner(self) -> P {
        self.command
    }
}

impl<P: Process, M: Mount> At<P, M> {
    const FULL_NAME: Text = name(M::DOMAIN, P::CONTRACT.process);
    const INPUT_PATHS: [Text; MOST_PATHS] = paths(P::CONTRACT.inputs, M::DOMAIN, M::GLOBAL);
    const OUTPUT_PATHS: [Text; MOST_PATHS] = paths(P::CONTRACT.outputs, M::DOMAIN, M::GLOBAL);
    const INPUTS: [Access; MOST_PATHS] = moved(P::CONTRACT.inputs, &Self::INPUT_PATHS);
    const OUTPUTS: [Access; MOST_PATHS] = moved(P::CONTRACT.outputs, &Self::OUTPUT_PATHS);

    const NAME_TEXT: &'static Text = &Self::FULL_NAME;
    const INPUT_TABLE: &'static [Access] = &Self::INPUTS;
    const OUTPUT_TABLE: &'static [Access] = &Self::OUTPUTS;

    /// The path in the program of one that the library writes.
    fn path(inner: &'static str) -> &'static str {
        let place = P::CONTRACT.outputs.iter().position(|access| access.path == inner);
        place.and_then(|place| Self::OUTPUT_TABLE.get(place)).map_or(inner, |access| access.path)
    }
}

/// What is done with cells, told by their paths in the program.
struct Moved<'w, W, P, M> {
    work: &'w mut W,
    at: PhantomData<fn() -> At<P, M>>,
}

impl<W: OnEach, P: Process, M: Mount> OnEach for Moved<'_, W, P, M> {
    const NAMES: bool = W::NAMES;
    #[inline]
    fn input<C: Member>(&mut self, cell: &mut C) {
        self.work.input(cell);
    }
    #[inline]
    fn output<C: Member>(&mut self, path: &'static str, cell: &mut C) {
        let path = if W::NAMES { At::<P, M>::path(path) } else { path };
        self.work.output(path, cell);
    }
}

impl<P, M> Process for At<P, M>
where
    P: Process<Domain = M::Part, Global = M::PartOfGlobal, Effects = M::PartOfEffects>,
    M: Mount,
{
    type Domain = M::Domain;
    type Global = M::Global;
    type Effects = M::Effects;
    type Local = P::Local;
    type Output = P::Output;
    type Error = P::Error;
    type Kind = P::Kind;
    type Returned = P::Returned;
    type Values = P::Values;

    const CONTRACT: Contract = Contract {
        process: Self::NAME_TEXT.as_str(),
        inputs: Self::INPUT_TABLE.split_at(P::CONTRACT.inputs.len()).0,
        outputs: Self::OUTPUT_TABLE.split_at(P::CONTRACT.outputs.len()).0,
        ..P::CONTRACT
    };
    const DOC: &'static str = P::DOC;
    const ARGUMENT_DOCS: &'static [&'static str] = P::ARGUMENT_DOCS;
    const BODY: u32 = P::BODY;
    const ASKS_FOR_KEYS: bool = P::ASKS_FOR_KEYS;
    const NAME: &'static str = P::NAME;
    const ARGUMENTS: &'static [&'static str] = P::ARGUMENTS;

    fn outcome(returned: Self::Returned) -> Result<Self::Output, Self::Error> {
        P::outcome(returned)
    }
    fn values(&self) -> <Self::Values as Values>::References<'_> {
        self.command.values()
    }
    fn of(values: Self::Values) -> Self {
        Self::new(P::of(values))
    }
    fn output_as_json(output: &Self::Output) -> crate::__private::OutputJson {
        P::output_as_json(output)
    }
    fn gives() -> Gives {
        P::gives()
    }
    fn error_place(error: &Self::Error) -> usize {
        P::error_place(error)
    }
    fn error_as_json(error: &Self::Error) -> crate::__private::OutputJson {
        P::error_as_json(error)
    }
    fn error_shapes() -> Vec<Gives> {
        P::error_shapes()
    }
    fn argument_shapes() -> Vec<Shape> {
        P::argument_shapes()
    }
    #[inline]
    fn argument(&self, index: usize) -> Value<'_> {
        self.command.argument(index)
    }
    fn without_arguments() -> Option<Self> {
        P::without_arguments().map(Self::new)
    }
    #[inline]
    fn each<W: OnEach>(work: &mut W, fields: &mut <Self::Domain as Context>::Fields) {
        P::each(&mut Moved::<W, P, M> { work, at: PhantomData }, M::part_mut(fields));
    }
    #[inline]
    fn pairs<W: OnPairs>(
        work: &mut W,
        workspace: &mut <Self::Domain as Context>::Fields,
        base: &mut <Self::Domain as Context>::Fields,
    ) {
        P::pairs(work, M::part_mut(workspace), M::part_mut(base));
    }
}

/// What a library's process sees of a run of the program.
fn scope<'a, P, M>(scope: Scope<'a, At<P, M>>) -> Scope<'a, P>
where
    P: Process<Domain = M::Part, Global = M::PartOfGlobal, Effects = M::PartOfEffects>,
    M: Mount,
{
    let Scope { domain, global, effects, local, order } = scope;
    let domain = M::part_mut(domain);
    Scope { domain, global: M::part_of_global(global), effects: M::part_of_effects(effects), local, order }
}

impl<P, M> SyncProcess for At<P, M>
where
    P: SyncProcess<Domain = M::Part, Global = M::PartOfGlobal, Effects = M::PartOfEffects>,
    M: Mount,
{
    #[inline]
    fn execute(self, of: Scope<'_, Self>) -> Self::Returned {
        self.command.execute(scope(of))
    }
}

impl<P, M> BlockingProcess for At<P, M>
where
    P: BlockingProcess<Domain = M::Part, Global = M::PartOfGlobal, Effects = M::PartOfEffects>
        + SyncProcess<Kind = Blocking>,
    M: Mount,
{
}

impl<P, M> AsyncProcess for At<P, M>
where
    P: AsyncProcess<Domain = M::Part, Global = M::PartOfGlobal, Effects = M::PartOfEffects>
        + Process<Kind = Asynchronous>,
    M: Mount,
{
    fn execute(self, of: Scope<'_, Self>) -> impl Future<Output = Self::Returned> + Send {
        self.command.execute(scope(of))
    }
}

impl<P: Clone, M> Clone for At<P, M> {
    fn clone(&self) -> Self {
        Self::new(self.command.clone())
    }
}

impl<P: fmt::Debug, M> fmt::Debug for At<P, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.command.fmt(f)
    }
}

impl<P: Serialize, M> Serialize for At<P, M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.command.serialize(serializer)
    }
}

impl<'de, P: Deserialize<'de>, M> Deserialize<'de> for At<P, M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        P::deserialize(deserializer).map(Self::new)
    }
}
