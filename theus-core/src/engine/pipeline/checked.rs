//! The way of a run that is checked at its commit: the session is held for stages 1 and 2 and again for 6 and 7, with a
//! workspace between. What has changed by then makes it run again, and at last with the session to itself: a run that loses
//! each time to faster ones is done all the same.

use super::super::backoff;
use super::admission::{admitted, nested, not_held};
use super::catch::catch;
use super::drafts::Drafts;
use super::held::committed;
use super::lease::{in_lease, take_lease};
use super::run::{Asked, By, CoreOf, ResultOf, Run, StateOf};
use super::workspace::{Closed, Counting, copy_of};
use crate::panics::{DropCaught, drop_caught};
use crate::process::{AsyncProcess, SyncProcess};
use crate::sync::nesting::Inside;
use crate::transaction::{Held, Limit};

/// What most runs are: the session is free both times, and nobody has changed what was read. Any other run goes on as
/// [`checked`], from where this has come to.
#[inline(never)]
pub(super) fn checked_at_once<P: SyncProcess>(
    core: &CoreOf<P>,
    limit: Option<&Limit>,
    command: DropCaught<P>,
) -> ResultOf<P> {
    let registered = admitted::<P>(core)?;
    #[cfg(feature = "store")]
    if core.durable.is_some() {
        return from_here(core, limit, command, 0, None);
    }
    let Some(mut state) = core.session.try_hold() else { return from_here(core, limit, command, 0, None) };
    let is_ruled = state.begin(&core.shared.rules, &core.audit).1.of(registered.place).is_some();
    if is_ruled || core.shared.attempts < 2 {
        return from_here(core, limit, command, 0, Some(state));
    }
    let asked = Asked::<P>::new(core, By::Anyone, limit);
    asked.refuse(1)?;
    let mut fields = Run::<P>::lock(&mut state); // 2
    state.release();
    let mut local = DropCaught::none();
    let proposed = {
        let _inside = Inside::enter(core.identity(), None);
        let mut stages = || {
            let command = command.get().cloned().ok_or_else(nested::<P>)?;
            let order = Run::<P>::begin(); // 3
            let guard = Run::<P>::guard(core, &mut fields, local.get_or_insert_with(P::Local::default), &order); // 4
            Run::<P>::execute(command, guard) // 5
        };
        catch::<P, _>(&mut stages)
    };
    let mut state = match core.session.try_hold() {
        Some(state) => state,
        None => match core.session.hold(|| asked.request()) {
            Ok(state) => state,
            Err(why) => {
                drop_caught(proposed);
                return Err(not_held::<P>(why));
            }
        },
    };
    let mut drafts = Drafts::<P>::of(&mut state);
    let is_stale = Run::<P>::WRITES && proposed.is_ok() && !P::is_current(&mut fields, &mut drafts.fields);
    if proposed.is_ok() && !is_stale {
        P::stage_writes(&mut drafts.fields, &mut fields);
    }
    P::clear(&mut fields);
    drafts.keep(fields);
    if is_stale {
        drop_caught(proposed);
        drop(local);
        drop(drafts);
        state.release();
        backoff::wait(1, limit);
        return from_here(core, limit, command, 1, None);
    }
    let result = committed(asked, &mut drafts, proposed, &mut None); // 7
    drop(local);
    drop(drafts);
    state.release();
    result
}

/// The same after so many attempts, holding the session if it does.
#[cold]
#[inline(never)]
fn from_here<P: SyncProcess>(
    core: &CoreOf<P>,
    limit: Option<&Limit>,
    command: DropCaught<P>,
    attempts: u32,
    held: Option<Held<'_, StateOf<P>>>,
) -> ResultOf<P> {
    let mut run = Run::new(Asked::new(core, By::Anyone, limit));
    run.attempts = attempts;
    checked(&mut run, command, held)
}

#[inline(never)]
pub(super) fn checked<P: SyncProcess>(
    run: &mut Run<'_, P>,
    command: DropCaught<P>,
    mut held: Option<Held<'_, StateOf<P>>>,
) -> ResultOf<P> {
    let core = run.core;
    // Who holds the session has been admitted.
    let registered = match &held {
        Some(_) => core.shared.registry.get::<P>().ok_or_else(nested::<P>)?,
        None => admitted::<P>(core)?,
    };
    loop {
        let mut state = match held.take() {
            Some(state) => state,
            None => core.session.hold(|| run.request()).map_err(not_held::<P>)?,
        };
        let is_last = run.attempts >= core.shared.attempts;
        let mut work = run.open(registered, &mut state, command.get(), Counting::AtTheEnd)?; // 1 and 2
        if !is_last {
            state.release();
            work.execute(core, command.get()); // 3, 4 and 5
            state = core.session.hold(|| run.request()).map_err(not_held::<P>)?;
        } else {
            work.execute(core, command.get());
        }
        match run.close(&mut state, work, command.get()) {
            // 6 and 7
            Closed::Finished(result) => {
                state.release();
                return result;
            }
            Closed::Stale if is_last => return Err(run.conflict()),
            Closed::Stale => {}
        }
        drop(state);
        if run.attempts < core.shared.attempts {
            backoff::wait(run.attempts, run.limit);
        }
    }
}

/// As [`checked`], without blocking the thread for as long as somebody has the session.
pub(super) async fn checked_async<P: AsyncProcess>(run: &mut Run<'_, P>, mut command: DropCaught<P>) -> ResultOf<P> {
    let registered = admitted::<P>(run.core)?;
    while run.attempts < run.core.shared.attempts {
        let opened = match run.core.session.hold_async(run.request()).await {
            Ok(mut state) => run.open(registered, &mut state, command.get(), Counting::AtTheEnd), // 1 and 2
            Err(why) => return Err(not_held::<P>(why)),
        };
        let mut work = opened?;
        work.execute_async(run.core, copy_of(&command), None, run.limit).await; // 3, 4 and 5
        let closed = match run.core.session.hold_async(run.request()).await {
            Ok(mut state) => run.close(&mut state, work, command.get()), // 6 and 7
            Err(why) => return Err(not_held::<P>(why)),
        };
        match closed {
            Closed::Finished(result) => return result,
            Closed::Stale => backoff::wait_async(run.attempts).await,
        }
    }
    let lease = take_lease::<P>(run.core, run.request()).await?;
    in_lease(run, registered, lease, &mut command).await
}
