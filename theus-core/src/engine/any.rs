//! A process of any kind.

use std::future::Future;

use super::core::Core;
#[cfg(feature = "store")]
use super::pipeline::Once;
use super::pipeline::{self, By};
use super::report::Report;
use crate::panics::{DropCaught, Handle};
#[cfg(feature = "store")]
use crate::process::RunError;
use crate::process::{AsyncProcess, Asynchronous, Blocking, BlockingProcess, Plain, Process, SyncProcess};
use crate::transaction::Limit;

/// A process of any kind, `fn` or `async fn`: what [`Engine::run_async`](super::Engine::run_async) takes. Every command
/// that `#[process]` makes is one.
///
/// ```
/// use theus_core::prelude::*;
/// use theus_core::engine::AnyProcess;
///
/// #[derive(Clone, Default, Context)]
/// struct Tank { level: i64 }
///
/// /// A handler of a web server, say: it takes whatever it is given.
/// async fn handle<P: AnyProcess<Domain = Tank, Global = (), Effects = ()>>(engine: Engine<Tank>, command: P) -> bool {
///     engine.run_async(command).await.is_ok()
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a process",
    label = "expected a command made by `#[process]`",
    note = "`#[process(..)] fn transfer(..)` makes the command `Transfer {{ .. }}`: pass that to the engine"
)]
#[allow(private_interfaces, reason = "only the engine calls it")]
pub trait AnyProcess: Process {
    /// Runs it as a task.
    #[doc(hidden)]
    fn run_on(
        core: Handle<Core<Self::Domain, Self::Global, Self::Effects>>,
        command: DropCaught<Self>,
        limit: Option<Limit>,
    ) -> impl Future<Output = Report<Self>> + Send;

    /// Runs it as a task, and keeps its answer.
    #[cfg(feature = "store")]
    #[doc(hidden)]
    fn run_once_on(
        core: Handle<Core<Self::Domain, Self::Global, Self::Effects>>,
        command: DropCaught<Self>,
        once: &Once<Self>,
    ) -> impl Future<Output = Result<Self::Output, RunError<Self::Error>>> + Send;
}

#[allow(private_interfaces, reason = "see the trait")]
#[diagnostic::do_not_recommend]
impl<P> AnyProcess for P
where
    P: Process,
    P::Kind: RunAsync<P>,
{
    fn run_on(
        core: Handle<Core<P::Domain, P::Global, P::Effects>>,
        command: DropCaught<P>,
        limit: Option<Limit>,
    ) -> impl Future<Output = Report<P>> + Send {
        P::Kind::run_on(core, command, limit)
    }

    #[cfg(feature = "store")]
    fn run_once_on(
        core: Handle<Core<P::Domain, P::Global, P::Effects>>,
        command: DropCaught<P>,
        once: &Once<P>,
    ) -> impl Future<Output = Result<P::Output, RunError<P::Error>>> + Send {
        P::Kind::run_once_on(core, command, once)
    }
}

/// How a process of this kind is run as a task.
#[allow(private_interfaces, reason = "only the engine calls it, for the kinds that there are")]
pub trait RunAsync<P: Process> {
    #[doc(hidden)]
    fn run_on(
        core: Handle<Core<P::Domain, P::Global, P::Effects>>,
        command: DropCaught<P>,
        limit: Option<Limit>,
    ) -> impl Future<Output = Report<P>> + Send;

    #[cfg(feature = "store")]
    #[doc(hidden)]
    fn run_once_on(
        core: Handle<Core<P::Domain, P::Global, P::Effects>>,
        command: DropCaught<P>,
        once: &Once<P>,
    ) -> impl Future<Output = Result<P::Output, RunError<P::Error>>> + Send;
}

#[allow(private_interfaces, reason = "see the trait")]
impl<P: SyncProcess> RunAsync<P> for Plain {
    async fn run_on(
        core: Handle<Core<P::Domain, P::Global, P::Effects>>,
        command: DropCaught<P>,
        limit: Option<Limit>,
    ) -> Report<P> {
        pipeline::run_plain_async(&core, command, By::Anyone, limit).await
    }

    #[cfg(feature = "store")]
    async fn run_once_on(
        core: Handle<Core<P::Domain, P::Global, P::Effects>>,
        command: DropCaught<P>,
        once: &Once<P>,
    ) -> Result<P::Output, RunError<P::Error>> {
        pipeline::run_plain_once(&core, command, once).await
    }
}

#[allow(private_interfaces, reason = "see the trait")]
impl<P: AsyncProcess> RunAsync<P> for Asynchronous {
    async fn run_on(
        core: Handle<Core<P::Domain, P::Global, P::Effects>>,
        command: DropCaught<P>,
        limit: Option<Limit>,
    ) -> Report<P> {
        pipeline::run_async(&core, command, By::Anyone, limit).await
    }

    #[cfg(feature = "store")]
    async fn run_once_on(
        core: Handle<Core<P::Domain, P::Global, P::Effects>>,
        command: DropCaught<P>,
        once: &Once<P>,
    ) -> Result<P::Output, RunError<P::Error>> {
        pipeline::run_async_once(&core, command, once).await
    }
}

#[allow(private_interfaces, reason = "see the trait")]
impl<P: BlockingProcess> RunAsync<P> for Blocking {
    async fn run_on(
        core: Handle<Core<P::Domain, P::Global, P::Effects>>,
        command: DropCaught<P>,
        limit: Option<Limit>,
    ) -> Report<P> {
        pipeline::run_async(&core, command, By::Anyone, limit).await
    }

    #[cfg(feature = "store")]
    async fn run_once_on(
        core: Handle<Core<P::Domain, P::Global, P::Effects>>,
        command: DropCaught<P>,
        once: &Once<P>,
    ) -> Result<P::Output, RunError<P::Error>> {
        pipeline::run_async_once(&core, command, once).await
    }
}
