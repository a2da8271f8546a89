//! The way of an `async fn` that must not conflict: the session is this run's alone from begin to commit, and is not held
//! while the body awaits.

use super::admission::{admitted, nested, not_held};
use super::outside;
use super::run::{CoreOf, ErrorOf, RegisteredOf, ResultOf, Run, StateOf};
use super::workspace::{Closed, Counting};
use crate::engine::session::State;
use crate::panics::DropCaught;
use crate::process::{AsyncProcess, Process};
use crate::transaction::{Lease, Request};

pub(super) async fn lease<P: AsyncProcess>(run: &mut Run<'_, P>, mut command: DropCaught<P>) -> ResultOf<P> {
    let registered = admitted::<P>(run.core)?;
    let lease = take_lease::<P>(run.core, run.request()).await?;
    in_lease(run, registered, lease, &mut command).await
}

pub(super) async fn take_lease<'a, P: Process>(
    core: &'a CoreOf<P>,
    request: Request<'a>,
) -> Result<Lease<'a, StateOf<P>>, ErrorOf<P>> {
    core.session.take_lease(request, State::lease_over).await.map_err(not_held::<P>)
}

pub(super) async fn in_lease<P: AsyncProcess>(
    run: &mut Run<'_, P>,
    registered: &RegisteredOf<P>,
    lease: Lease<'_, StateOf<P>>,
    command: &mut DropCaught<P>,
) -> ResultOf<P> {
    let opened = match lease.hold(|| run.request()) {
        Ok(mut state) => run.open(registered, &mut state, command.get(), Counting::Now), // 1 and 2
        Err(why) => return Err(not_held::<P>(why)),
    };
    let mut work = opened?;
    let Some(command) = command.take() else { return Err(nested::<P>()) };
    let order = Run::<P>::begin(|| outside::begin(run.asked, Some(&command))); // 3
    work.execute_async(run.core, order, Ok(command), Some(&lease), run.limit).await; // 4 and 5
    let closed = match lease.hold(|| run.request()) {
        // Nothing can have changed since the input gate: it needs no second look at the command.
        Ok(mut state) => run.close(&mut state, work, None), // 6 and 7
        Err(why) => return Err(not_held::<P>(why)),
    };
    drop(lease);
    match closed {
        Closed::Finished(result) => result,
        Closed::Stale => Err(run.conflict()),
    }
}
