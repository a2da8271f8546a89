//! What `#[process]` implements for a command.

use std::error::Error;
use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::cells::{Clear, Collect, Commit, Discard, FillReadSet, IsCurrent, OnEach, OnPairs, StageWrites};
use super::scope::Scope;
use super::values::Values;
use super::{Contract, Gives};
use crate::context::{Context, EffectHandles, Shape, Value};
use crate::transaction::Raised;

/// A command: one call of a process as a value, with the contract under which it runs.
///
/// `#[process]` makes the struct and this implementation; `fn transfer(..)` becomes `Transfer { .. }`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a process",
    label = "expected a command made by `#[process]`",
    note = "`#[process(..)] fn transfer(..)` makes the command `Transfer {{ .. }}`: pass that to the engine"
)]
pub trait Process: Clone + Serialize + DeserializeOwned + Send + 'static {
    /// The domain layer it works on.
    type Domain: Context;
    /// The global layer it reads.
    type Global: Context;
    /// The handles to the world outside, of which it uses the declared ones.
    type Effects: EffectHandles;
    /// Its scratch, created fresh for each run; `()` where it has none.
    type Local: Context + Default;
    /// What it returns when it succeeds.
    type Output;
    /// What it can fail with; [`Infallible`](std::convert::Infallible) where it declares no error.
    type Error: DeclaredError;

    /// What it reads, writes, touches outside and can fail with.
    const CONTRACT: Contract;

    /// Its doc comment.
    #[doc(hidden)]
    const DOC: &'static str = "";
    /// The doc comments of its arguments, in order; empty where none has any.
    #[doc(hidden)]
    const ARGUMENT_DOCS: &'static [&'static str] = &[];

    /// A number for the tokens of its body: another one where it was written otherwise.
    #[doc(hidden)]
    const BODY: u32;

    /// Whether its body may ask for keys of its effects.
    #[doc(hidden)]
    const ASKS_FOR_KEYS: bool = false;

    /// Whether it is a plain `fn`, one that blocks or an `async fn`: [`Plain`], [`Blocking`] or [`Asynchronous`].
    #[doc(hidden)]
    type Kind;
    /// What its function returns.
    #[doc(hidden)]
    type Returned;
    /// Its value, told apart into success and failure.
    ///
    /// # Errors
    /// The process's own.
    #[doc(hidden)]
    fn outcome(returned: Self::Returned) -> Result<Self::Output, Self::Error>;

    /// The name of the command's struct.
    #[doc(hidden)]
    const NAME: &'static str;
    /// The names of its arguments, in order.
    #[doc(hidden)]
    const ARGUMENTS: &'static [&'static str];
    /// The types of its arguments, each before the rest: `(A, (B, ()))`.
    #[doc(hidden)]
    type Values: Values;
    /// Its arguments.
    #[doc(hidden)]
    fn values(&self) -> <Self::Values as Values>::References<'_>;
    /// The command with these arguments.
    #[doc(hidden)]
    fn of(values: Self::Values) -> Self;

    /// What it returned, as JSON, where its type has that.
    #[doc(hidden)]
    fn output_as_json(_output: &Self::Output) -> crate::__private::OutputJson {
        Default::default()
    }

    /// What it returns, as workflows may use it.
    #[doc(hidden)]
    fn gives() -> Gives {
        Gives::Nothing
    }

    /// Which of the contract's errors it is, by its place there.
    #[doc(hidden)]
    fn error_place(_error: &Self::Error) -> usize {
        0
    }
    /// What an error holds, as JSON, where its type has that.
    #[doc(hidden)]
    fn error_as_json(_error: &Self::Error) -> crate::__private::OutputJson {
        Default::default()
    }
    /// What the contract's errors hold, in order, as workflows may use it.
    #[doc(hidden)]
    fn error_shapes() -> Vec<Gives> {
        Vec::new()
    }

    /// The shapes of the arguments, in order.
    #[doc(hidden)]
    fn argument_shapes() -> Vec<Shape> {
        Vec::new()
    }
    /// A look at one argument.
    #[doc(hidden)]
    #[inline]
    fn argument(&self, _index: usize) -> Value<'_> {
        Value::Opaque
    }
    /// The command, where it needs no arguments.
    #[doc(hidden)]
    fn without_arguments() -> Option<Self> {
        None
    }

    /// Shows each cell that the contract names.
    #[doc(hidden)]
    #[inline]
    fn each<W: OnEach>(_work: &mut W, _fields: &mut <Self::Domain as Context>::Fields) {}
    /// Shows each cell that the contract names, in a workspace and in the session.
    #[doc(hidden)]
    #[inline]
    fn pairs<W: OnPairs>(
        _work: &mut W,
        _workspace: &mut <Self::Domain as Context>::Fields,
        _base: &mut <Self::Domain as Context>::Fields,
    ) {
    }

    /// Takes handles on what is read, into a workspace.
    #[doc(hidden)]
    #[inline]
    fn fill_read_set(work: &mut <Self::Domain as Context>::Fields, base: &mut <Self::Domain as Context>::Fields) {
        Self::pairs(&mut FillReadSet, work, base);
    }
    /// Whether what was read is still the committed state.
    #[doc(hidden)]
    #[inline]
    fn is_current(work: &mut <Self::Domain as Context>::Fields, base: &mut <Self::Domain as Context>::Fields) -> bool {
        let mut answer = IsCurrent(true);
        Self::pairs(&mut answer, work, base);
        answer.0
    }
    /// Moves the drafts of a workspace into the session.
    #[doc(hidden)]
    #[inline]
    fn stage_writes(base: &mut <Self::Domain as Context>::Fields, work: &mut <Self::Domain as Context>::Fields) {
        Self::pairs(&mut StageWrites, work, base);
    }
    /// Lets go of what a workspace holds.
    #[doc(hidden)]
    #[inline]
    fn clear(work: &mut <Self::Domain as Context>::Fields) {
        Self::each(&mut Clear, work);
    }
    /// The signals that the drafts raise.
    #[doc(hidden)]
    #[inline]
    fn collect_raised(fields: &mut <Self::Domain as Context>::Fields, raised: &mut Vec<Raised>) {
        Self::each(&mut Collect(raised), fields);
    }
    /// Makes the drafts the committed state.
    #[doc(hidden)]
    #[inline]
    fn commit(fields: &mut <Self::Domain as Context>::Fields, version: u64) {
        Self::each(&mut Commit(version), fields);
    }
    /// Drops the drafts.
    #[doc(hidden)]
    #[inline]
    fn discard(fields: &mut <Self::Domain as Context>::Fields) {
        Self::each(&mut Discard, fields);
    }
}

/// A process that is a plain `fn`: run it with [`Engine::run`](crate::Engine::run).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a synchronous process",
    label = "cannot be run with `run`",
    note = "a process that is an `async fn` runs with `engine.run_async(..).await`, which takes every process"
)]
pub trait SyncProcess: Process {
    /// Runs the body on the scope, through the guard.
    #[doc(hidden)]
    fn execute(self, scope: Scope<'_, Self>) -> Self::Returned;
}

/// A process that is an `async fn`: run it with [`Engine::run_async`](crate::Engine::run_async).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an asynchronous process",
    label = "expected the command of an `async fn`",
    note = "a plain `fn` runs with `engine.run(..)`; `engine.run_async(..).await` takes both"
)]
pub trait AsyncProcess: Process<Kind = Asynchronous, Returned: Send, Output: Send, Local: Send> {
    /// Runs the body on the scope, through the guard.
    #[doc(hidden)]
    fn execute(self, scope: Scope<'_, Self>) -> impl Future<Output = Self::Returned> + Send;
}

/// A `fn` that says `blocking`: what it works on goes to another thread, and comes back.
#[doc(hidden)]
pub trait BlockingProcess: SyncProcess<Kind = Blocking, Output: Send, Local: Send> {}

/// The kind of a process that is a plain `fn`.
#[doc(hidden)]
#[derive(Debug)]
pub enum Plain {}

/// The kind of a process that is a `fn` which says `blocking`.
#[doc(hidden)]
#[derive(Debug)]
pub enum Blocking {}

/// The kind of a process that is an `async fn`.
#[doc(hidden)]
#[derive(Debug)]
pub enum Asynchronous {}

/// What a declared error must be.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a declared error",
    label = "a declared error implements `std::error::Error + Send + Sync + 'static`",
    note = "derive it: `#[derive(Debug, thiserror::Error)]` with `#[error(\"..\")]`"
)]
pub trait DeclaredError: Error + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<E: Error + Send + Sync + 'static> DeclaredError for E {}

/// The same question in generated code, which asks it always in the same way.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a declared error",
    label = "a declared error implements `std::error::Error + Send + Sync + 'static`",
    note = "derive it: `#[derive(Debug, thiserror::Error)]` with `#[error(\"..\")]`"
)]
pub trait ErrorValue {
    /// The same, as any error.
    fn as_error(&self) -> &(dyn Error + 'static);
}

#[diagnostic::do_not_recommend]
impl<E: Error + Send + Sync + 'static> ErrorValue for E {
    fn as_error(&self) -> &(dyn Error + 'static) {
        self
    }
}
