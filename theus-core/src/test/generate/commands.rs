//! Commands of one process.

use std::cell::OnceCell;
use std::fmt::{self, Debug};
use std::marker::PhantomData;

use proptest::prelude::*;
use proptest::strategy::NewTree;
use proptest::test_runner::TestRunner;
use serde::Serialize;

use super::error::GenerateError;
use super::made::Made;
use super::plan::{NotTaken, Part, Values, Words, given, plan, tree};
use crate::engine::read_arguments;
use crate::process::Process;

/// Any command of a process, by the shapes of its arguments: a strategy of `proptest`.
///
/// The ends of what a type can hold come often: the least and the greatest integer, 0, NaN and the infinities, the empty text. Each
/// variant of an enum comes as often as any other. What fails shrinks towards 0, the empty text, the first variant.
///
/// ```
/// use proptest::prelude::*;
/// use theus_core::prelude::*;
/// use theus_core::test::{Trial, commands, states};
///
/// #[derive(Clone, Debug, Default, Context)]
/// struct Bank { balance: i64 }
///
/// #[derive(Debug, thiserror::Error)]
/// #[error("there is not as much")]
/// struct TooMuch;
///
/// #[process(updates = [domain.balance], errors = [TooMuch])]
/// fn withdraw(ctx: Ctx<Bank>, amount: u32) -> Result<(), TooMuch> {
///     let left = ctx.domain.balance.checked_sub(amount.into()).filter(|left| *left >= 0);
///     *ctx.domain.balance = left.ok_or(TooMuch)?;
///     Ok(())
/// }
///
/// // What it says holds for any command on any state.
/// proptest!(|(bank in states::<Bank>(), command in commands::<Withdraw>())| {
///     let before = bank.balance;
///     let outcome = Trial::of(bank).run(command).unwrap();
///     prop_assert!(outcome.state.unwrap().balance >= before.min(0), "{:?}", outcome.changes);
/// });
/// ```
///
/// An argument whose type has no shape, or is written otherwise than its shape is, needs to be said: see [`argument`](Commands::argument).
#[must_use]
pub fn commands<P: Process + Debug>() -> Commands<P> {
    Commands { given: Vec::new(), made: OnceCell::new(), process: PhantomData }
}

/// Any command of a process: see [`commands`].
pub struct Commands<P> {
    given: Vec<(String, BoxedStrategy<Made>)>,
    made: OnceCell<Result<BoxedStrategy<P>, GenerateError>>,
    process: PhantomData<P>,
}

impl<P: Process + Debug> Commands<P> {
    /// What this argument can be, in the place of all that its shape allows: a strategy of its type, or of what is written as it is.
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::test::commands;
    /// # #[derive(Clone, Debug, Default, Context)]
    /// # struct Bank { balance: i64 }
    /// # #[process(updates = [domain.balance])]
    /// # fn withdraw(ctx: Ctx<Bank>, amount: i64) { *ctx.domain.balance -= amount; }
    /// let small = commands::<Withdraw>().argument("amount", 1..=50_i64);
    /// # assert!(small.checked().is_ok());
    /// ```
    #[must_use]
    pub fn argument<S>(mut self, name: &str, strategy: S) -> Self
    where
        S: Strategy + 'static,
        S::Value: Serialize,
    {
        self.given.push((name.to_owned(), given(strategy)));
        self.made = OnceCell::new();
        self
    }

    /// The same, where such commands can be made. Unchecked, a test that cannot begin fails with the error as its reason.
    ///
    /// # Errors
    /// [`GenerateError`]: an argument of which nothing is known, or that there is not.
    pub fn checked(self) -> Result<Self, GenerateError> {
        match self.made().as_ref() {
            Ok(_) => Ok(self),
            Err(error) => Err(error.clone()),
        }
    }

    fn made(&self) -> &Result<BoxedStrategy<P>, GenerateError> {
        self.made.get_or_init(|| self.make())
    }

    fn make(&self) -> Result<BoxedStrategy<P>, GenerateError> {
        let contract = const { &P::CONTRACT };
        let words = Words { kind: "argument", owner: contract.process.to_owned(), by: "`.argument(name, strategy)`" };
        let shapes = P::argument_shapes();
        let part = |(argument, shape): (&crate::process::Argument, _)| Part {
            name: argument.name.to_owned(),
            shape,
            given: None,
        };
        let mut parts: Vec<Part> = contract.arguments.iter().zip(shapes).map(part).collect();
        for (name, strategy) in &self.given {
            words.put(&mut parts, name, strategy)?;
        }
        let values = plan(parts, &words, false, &|values| command::<P>(values).map(drop))?;
        Ok(values.prop_filter_map("its arguments are taken", |values| command(values).ok()).boxed())
    }
}

fn command<P: Process>(values: Values) -> Result<P, NotTaken> {
    read_arguments(values)
}

impl<P: Process + Debug> Strategy for Commands<P> {
    type Tree = <BoxedStrategy<P> as Strategy>::Tree;
    type Value = P;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        tree(self.made(), runner)
    }
}

impl<P> Clone for Commands<P> {
    fn clone(&self) -> Self {
        Self { given: self.given.clone(), made: OnceCell::new(), process: PhantomData }
    }
}

impl<P> Debug for Commands<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Commands(..)")
    }
}
