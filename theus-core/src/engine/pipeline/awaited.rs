//! Stage 5 of a run that does not hold its session meanwhile: the body of an `async fn` is polled, that of a `fn` which blocks is
//! on a thread of its own.
//!
//! There it works on the workspace of its attempt, which goes to the thread and comes back with what the body has come to. Gates,
//! lock and commit stay where the run is driven. So who lets go of such a run needs no word with its body: that may go on to its
//! end, and its workspace ends with it.

use std::future::Future;

use super::admission::nested;
use super::catch::{Around, catch_async, panicked};
use super::drafts::Drafts;
use super::run::{CoreOf, ErrorOf, Run, StateOf};
use super::workspace::{Closed, Work};
use crate::panics::Handle;
use crate::process::{AsyncProcess, Asynchronous, Blocking, BlockingProcess, Process};
use crate::sync::apart::{LetGo, apart};
use crate::sync::nesting::Inside;
use crate::transaction::{Lease, Limit, Order};

/// A process whose body is awaited, by its kind.
pub(in crate::engine) trait Awaited: Process<Kind: Body<Self>, Output: Send, Local: Send> {}

impl<P: Process<Kind: Body<Self>, Output: Send, Local: Send>> Awaited for P {}

/// An attempt that is under way.
pub(in crate::engine) enum Attempt<P: Process> {
    Whole(Work<P>),
    /// Its workspace is with a body that is not waited for any more, for this reason.
    LetGo(Box<ErrorOf<P>>),
}

/// What its body is executed with.
pub(in crate::engine) struct Execution<'a, P: Process> {
    pub(super) core: &'a CoreOf<P>,
    pub(super) order: Order,
    pub(super) command: Result<P, Box<ErrorOf<P>>>,
    /// The lease that it has, or shares.
    pub(super) lease: Option<&'a Lease<'a, StateOf<P>>>,
    pub(super) limit: Option<&'a Limit>,
}

/// How the body of a process of this kind is executed.
pub(in crate::engine) trait Body<P: Process> {
    /// Stages 4 and 5.
    fn execute(attempt: &mut Attempt<P>, execution: Execution<'_, P>) -> impl Future<Output = ()> + Send;
}

impl<P: AsyncProcess> Body<P> for Asynchronous {
    async fn execute(attempt: &mut Attempt<P>, execution: Execution<'_, P>) {
        let Execution { core, order, command, lease, limit } = execution;
        if let Attempt::Whole(work) = attempt {
            work.execute_async(core, order, command, lease, limit).await;
        }
    }
}

impl<P: BlockingProcess> Body<P> for Blocking {
    async fn execute(attempt: &mut Attempt<P>, execution: Execution<'_, P>) {
        let Execution { core, mut order, command, lease, limit } = execution;
        let while_apart = Attempt::LetGo(Box::new(nested::<P>()));
        let Attempt::Whole(mut work) = std::mem::replace(attempt, while_apart) else { return };
        let let_go = LetGo::default();
        if const { !P::CONTRACT.effects.is_empty() } {
            order.until(let_go.clone());
        }
        let (engine, session) = (core.identity(), lease.map(Lease::session));
        // As long as the body runs the engine lives, and no other one has its number.
        let shared = Handle::of(&core.shared);
        let seen = let_go.clone();
        let body = move || {
            let _inside = Inside::enter(engine, session);
            work.execute_apart(&shared, order, command, &seen);
            work
        };
        let around = Around { engine, lease, limit };
        *attempt = match catch_async::<P, _>(around, apart(let_go, body)).await {
            Ok(Ok(work)) => Attempt::Whole(work),
            Ok(Err(panic)) => Attempt::LetGo(Box::new(panicked::<P>(&panic))),
            Err(error) => Attempt::LetGo(error),
        };
    }
}

impl<P: Process> Run<'_, P> {
    /// Stages 6 and 7. Of a body that was let go of there is nothing to judge.
    pub(super) fn close_attempt(
        &mut self,
        state: &mut StateOf<P>,
        attempt: Attempt<P>,
        command: Option<&P>,
    ) -> Closed<P> {
        match attempt {
            Attempt::Whole(work) => self.close(state, work, command),
            Attempt::LetGo(error) => {
                let mut drafts = Drafts::<P>::of(state);
                Closed::Finished(self.commit_or_roll_back(&mut drafts, Err(error)))
            }
        }
    }
}
