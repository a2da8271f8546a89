//! A process that is run by its name, with arguments out of a map: for who knows of it only when the program runs.

use std::future::Future;
use std::sync::Arc;

use serde_json::Value;

use super::super::arguments::ArgumentError;
use super::super::handle::Engine;
use super::super::pipeline::{self, Awaited, By, CoreOf};
use super::named_report::{NamedFuture, NamedReport};
use super::port::Arguments;
use crate::context::{Context, Shape};
use crate::panics::DropCaught;
use crate::process::{Process, SyncProcess};

pub(super) fn plain_now<P: SyncProcess>(core: &CoreOf<P>, command: DropCaught<P>) -> NamedReport {
    NamedReport::of(pipeline::run_named(core, command))
}

pub(super) fn plain_later<P: SyncProcess>(core: &Arc<CoreOf<P>>, command: DropCaught<P>) -> NamedFuture {
    let core = Arc::clone(core);
    Box::pin(async move { NamedReport::of(pipeline::run_plain_async(&core, command, By::Anyone, None).await) })
}

pub(super) fn later<P: Awaited>(core: &Arc<CoreOf<P>>, command: DropCaught<P>) -> NamedFuture {
    let core = Arc::clone(core);
    Box::pin(async move { NamedReport::of(pipeline::run_async(&core, command, By::Anyone, None).await) })
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// Runs a registered process by its name, with its arguments as JSON: for tools of a model, commands over a network, scripts.
    /// It is the run that [`run_reported`](Self::run_reported) makes, under the same rules.
    ///
    /// ```
    /// use serde_json::json;
    /// use theus_core::prelude::*;
    ///
    /// #[derive(Clone, Default, Context)]
    /// struct Account { balance: i64 }
    /// #[process(inputs = [domain.balance], outputs = [domain.balance])]
    /// fn deposit(ctx: Ctx<Account>, amount: i64) -> i64 { *ctx.domain.balance += amount; *ctx.domain.balance }
    ///
    /// let engine = Engine::builder(Account::default()).process::<Deposit>().build()?;
    /// let report = engine.run_named("deposit", &json!({ "amount": 5 }))?;
    /// assert_eq!(report.result?, Some(json!(5)));
    /// let wrong = engine.run_named("deposit", &json!({ "amuont": 5 })).unwrap_err();
    /// assert!(wrong.to_string().contains("did you mean `amount`?"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ArgumentError`] where there is no such process, the arguments are not its own, or it is an `async fn`: nothing was run.
    /// Whatever becomes of a run is in the report.
    pub fn run_named(&self, process: &str, arguments: &Value) -> Result<NamedReport, ArgumentError> {
        let arguments = self.given(process, arguments)?;
        (self.core.shared.registry.step(process)?.named.now)(&self.core, arguments)
    }

    /// Arguments by their names; where there are none, nothing may stand for them. One that may be missing need not be told.
    fn given(&self, process: &str, arguments: &Value) -> Result<Option<Arguments>, ArgumentError> {
        let mut given = match arguments {
            Value::Null => Arguments::new(),
            Value::Object(arguments) => arguments.clone(),
            _ => return Err(ArgumentError::NoMap { process: process.to_owned() }),
        };
        if let Some(registered) = self.core.shared.registry.named(process) {
            let known = registered.contract.arguments.iter().zip(&registered.entry.arguments);
            for (argument, _) in known.filter(|(_, shape)| matches!(shape, Shape::Optional(_))) {
                given.entry(argument.name).or_insert(Value::Null);
            }
        }
        Ok((!given.is_empty()).then_some(given))
    }

    /// The command that these arguments are, as [`run_named`](Self::run_named) reads them: for who knows its type and has them as JSON,
    /// and runs it in some other way, as under a key.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use theus_core::prelude::*;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Account { balance: i64 }
    /// # #[process(inputs = [domain.balance], outputs = [domain.balance])]
    /// # fn deposit(ctx: Ctx<Account>, amount: i64, note: Option<String>) { let _ = note; *ctx.domain.balance += amount; }
    /// let engine = Engine::builder(Account::default()).process::<Deposit>().build()?;
    /// engine.run(engine.command::<Deposit>(&json!({ "amount": 5 }))?)?;
    /// assert!(engine.command::<Deposit>(&json!({ "amount": "much" })).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`run_named`](Self::run_named).
    pub fn command<P: Process<Domain = D>>(&self, arguments: &Value) -> Result<P, ArgumentError> {
        let process = const { &P::CONTRACT }.process;
        let arguments = self.given(process, arguments)?;
        // That it is registered.
        self.core.shared.registry.step(process)?;
        super::super::arguments::command::<P>(arguments)
    }

    /// Whether a call with these arguments could begin.
    #[cfg(feature = "proptest")]
    pub(crate) fn would_take(&self, process: &str, arguments: Arguments) -> Result<(), ArgumentError> {
        let arguments = (!arguments.is_empty()).then_some(arguments);
        (self.core.shared.registry.step(process)?.boxed)(arguments).map(drop)
    }

    /// As [`run_named`](Self::run_named), waiting for the session without blocking the thread; it takes `async fn`s too. The future
    /// owns what it needs; dropped before it is ready, it rolls the run back.
    ///
    /// # Errors
    /// As [`run_named`](Self::run_named), before anything is awaited.
    pub fn run_named_async(
        &self,
        process: &str,
        arguments: &Value,
    ) -> Result<impl Future<Output = NamedReport> + Send + use<D, G, E>, ArgumentError> {
        let arguments = self.given(process, arguments)?;
        (self.core.shared.registry.step(process)?.named.later)(&self.core, arguments)
    }
}
