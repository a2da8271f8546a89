//! Calls of any process of an engine, by name.

use std::cell::OnceCell;
use std::fmt;
use std::rc::Rc;

use proptest::prelude::*;
use proptest::strategy::{NewTree, Union};
use proptest::test_runner::TestRunner;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::error::GenerateError;
use super::made::Made;
use super::plan::{NotTaken, Part, Values, Words, given, plan, tree};
use crate::context::Context;
use crate::engine::{ArgumentError, Engine};
use crate::source::did_you_mean;

/// A call by name, as [`Engine::run_named`] takes it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Call {
    /// The process.
    pub process: &'static str,
    /// Its arguments, by their names.
    pub arguments: Json,
}

/// As in `withdraw {"amount":60}`.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.process, self.arguments)
    }
}

/// Any call of any process that an engine has, with arguments by their shapes: a strategy of `proptest`.
///
/// As [`commands`](super::commands), with what JSON can say: no NaN, and integers of 64 bits.
///
/// ```
/// use proptest::collection::vec;
/// use proptest::prelude::*;
/// use theus_core::prelude::*;
/// use theus_core::test::calls;
///
/// #[derive(Clone, Default, Context)]
/// struct Tank { level: u32 }
///
/// #[process(updates = [domain.level])]
/// fn fill(ctx: Ctx<Tank>, litres: u16) { *ctx.domain.level = (*ctx.domain.level + u32::from(litres)).min(1_000); }
///
/// #[process(outputs = [domain.level])]
/// fn drain(ctx: Ctx<Tank>) { ctx.domain.level.set(0); }
///
/// let new = || Engine::builder(Tank::default()).process::<Fill>().process::<Drain>().build();
/// let any = calls(&new()?);
/// proptest!(|(calls in vec(any, 0..8))| {
///     let tank = new().unwrap();
///     for call in calls {
///         let _ = tank.run_named(call.process, &call.arguments).unwrap();
///         prop_assert!(*tank.snapshot().unwrap().level <= 1_000, "after {}", call);
///     }
/// });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn calls<D: Context, G: Context, E: Send + Sync + 'static>(engine: &Engine<D, G, E>) -> Calls {
    let processes = engine.catalog().processes;
    let processes = processes.iter().map(|entry| {
        let parts = entry.contract.arguments.iter().zip(&entry.arguments).map(|(argument, shape)| Part {
            name: argument.name.to_owned(),
            shape: shape.clone(),
            given: None,
        });
        (entry.contract.process, parts.collect())
    });
    let processes = processes.collect();
    let engine = engine.clone();
    let take = Rc::new(move |process: &str, arguments: Map<String, Json>| engine.would_take(process, arguments));
    Calls { processes, take, wrong: None, made: OnceCell::new() }
}

type Take = dyn Fn(&str, Map<String, Json>) -> Result<(), ArgumentError>;

/// Any call: see [`calls`].
#[derive(Clone)]
pub struct Calls {
    processes: Vec<(&'static str, Vec<Part>)>,
    take: Rc<Take>,
    /// The first thing that was said wrongly.
    wrong: Option<GenerateError>,
    made: OnceCell<Result<BoxedStrategy<Call>, GenerateError>>,
}

const BY: &str = "`.argument(process, name, strategy)`";

impl Calls {
    /// What this argument of this process can be, in the place of all that its shape allows.
    #[must_use]
    pub fn argument<S>(mut self, process: &str, name: &str, strategy: S) -> Self
    where
        S: Strategy + 'static,
        S::Value: Serialize,
    {
        self.change(process, |parts| {
            Words { kind: "argument", owner: process.to_owned(), by: BY }.put(parts, name, &given(strategy))
        });
        self
    }

    /// Without the calls of this process.
    #[must_use]
    pub fn without(mut self, process: &str) -> Self {
        self.change(process, |_| Ok(()));
        self.processes.retain(|(name, _)| *name != process);
        self
    }

    fn change(&mut self, process: &str, change: impl FnOnce(&mut [Part]) -> Result<(), GenerateError>) {
        let changed = match self.processes.iter_mut().find(|(name, _)| *name == process) {
            Some((_, parts)) => change(parts),
            None => {
                let near = did_you_mean(process, self.processes.iter().map(|(name, _)| *name));
                let help = near.map(|help| format!("; {help}")).unwrap_or_default();
                Err(GenerateError::Unknown { of: format!("process `{process}`"), help })
            }
        };
        self.wrong = self.wrong.take().or(changed.err());
        self.made = OnceCell::new();
    }

    /// The same, where such calls can be made.
    ///
    /// # Errors
    /// [`GenerateError`]: an argument of which nothing is known, or something that there is not.
    pub fn checked(self) -> Result<Self, GenerateError> {
        match self.made() {
            Ok(_) => Ok(self),
            Err(error) => Err(error.clone()),
        }
    }

    fn made(&self) -> &Result<BoxedStrategy<Call>, GenerateError> {
        self.made.get_or_init(|| self.make())
    }

    fn make(&self) -> Result<BoxedStrategy<Call>, GenerateError> {
        if let Some(wrong) = &self.wrong {
            return Err(wrong.clone());
        }
        let mut all = Vec::with_capacity(self.processes.len());
        for (process, parts) in &self.processes {
            let process = *process;
            let words = Words { kind: "argument", owner: process.to_owned(), by: BY };
            let take = |values: Values| match (self.take)(process, as_json(values)?) {
                Err(ArgumentError::WrongValue { argument, problem, .. }) => Err((argument.to_owned(), problem)),
                Err(other) => Err((String::new(), other.to_string())),
                Ok(()) => Ok(()),
            };
            let values = plan(parts.clone(), &words, true, &take)?;
            let call = move |values| Some(Call { process, arguments: as_json(values).ok()?.into() });
            all.push(values.prop_filter_map("its arguments can be written as JSON", call).boxed());
        }
        match all.is_empty() {
            false => Ok(Union::new(all).boxed()),
            true => Err(GenerateError::Unknown { of: "process to call".to_owned(), help: String::new() }),
        }
    }
}

fn as_json(values: Values) -> Result<Map<String, Json>, NotTaken> {
    let json = |(name, value): (String, Made)| match value.into_json() {
        Some(json) => Ok((name, json)),
        None => Err((name, "it has what JSON cannot say".to_owned())),
    };
    values.into_iter().map(json).collect()
}

impl Strategy for Calls {
    type Tree = <BoxedStrategy<Call> as Strategy>::Tree;
    type Value = Call;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        tree(self.made(), runner)
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let processes: Vec<&str> = self.processes.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Calls").field("processes", &processes).finish_non_exhaustive()
    }
}
