//! The way of a run that is awaited and must not conflict: the session is this run's alone from begin to commit, and is not held
//! while the body awaits.

use super::admission::{admitted, nested, not_held};
use super::awaited::{Attempt, Awaited, Body, Execution};
use super::outside;
use super::run::{Asked, ErrorOf, RegisteredOf, ResultOf, Run, StateOf};
use super::workspace::{Closed, Counting};
use crate::engine::session::State;
use crate::panics::DropCaught;
use crate::process::Process;
use crate::transaction::{Lease, Request};

pub(super) async fn lease<P: Awaited>(run: &mut Run<'_, P>, mut command: DropCaught<P>) -> ResultOf<P> {
    let registered = admitted::<P>(run.core)?;
    leased(run, registered, &mut command).await
}

pub(super) async fn leased<P: Awaited>(
    run: &mut Run<'_, P>,
    registered: &RegisteredOf<P>,
    command: &mut DropCaught<P>,
) -> ResultOf<P> {
    loop {
        let lease = take_lease::<P>(run.asked, registered).await?;
        if let Some(result) = in_lease(run, registered, lease, command).await {
            return result;
        }
    }
}

/// One that is under no rule may have it beside others: a rule looks at whatever the recipe says.
async fn take_lease<'a, P: Process>(
    asked: Asked<'a, P>,
    registered: &RegisteredOf<P>,
) -> Result<Lease<'a, StateOf<P>>, ErrorOf<P>> {
    let request = asked.request();
    let is_ruled = || asked.core.shared.rules.table().of(registered.place).is_some();
    let contracts = request.contracts.filter(|_| !is_ruled());
    let request = Request { contracts, ..request };
    asked.core.session.take_lease(request, State::lease_over).await.map_err(not_held::<P>)
}

/// `None` where it has to wait until it is alone: it has the session beside others, and is under rules since.
async fn in_lease<P: Awaited>(
    run: &mut Run<'_, P>,
    registered: &RegisteredOf<P>,
    lease: Lease<'_, StateOf<P>>,
    command: &mut DropCaught<P>,
) -> Option<ResultOf<P>> {
    let opened = match lease.hold(|| run.request()) {
        Ok(mut state) => {
            let core = run.core;
            let mut in_force = || state.rules(&core.shared.rules, &core.audit).of(registered.place).is_some();
            let has_rules = run.rules.is_some() || in_force();
            if has_rules && lease.is_beside_others() {
                return None;
            }
            if !has_rules && run.is_step() {
                lease.share(&state, &[const { &P::CONTRACT }]);
            }
            run.open(registered, &mut state, command.get(), Counting::Now) // 1 and 2
        }
        Err(why) => return Some(Err(not_held::<P>(why))),
    };
    let mut attempt = match opened {
        Ok(work) => Attempt::Whole(work),
        Err(error) => return Some(Err(error)),
    };
    let Some(command) = command.take() else { return Some(Err(nested::<P>())) };
    let order = Run::<P>::begin(|| outside::begin(run.asked, run.epoch, Some(&command))); // 3
    let execution = Execution { core: run.core, order, command: Ok(command), lease: Some(&lease), limit: run.limit };
    P::Kind::execute(&mut attempt, execution).await; // 4 and 5
    let closed = match lease.hold(|| run.request()) {
        // Nothing that it reads can have changed since the input gate: it needs no second look at the command.
        Ok(mut state) => run.close_attempt(&mut state, attempt, None), // 6 and 7
        Err(why) => return Some(Err(not_held::<P>(why))),
    };
    drop(lease);
    Some(match closed {
        Closed::Finished(result) => result,
        Closed::Stale => Err(run.conflict()),
    })
}
