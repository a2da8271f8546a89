//! The way of a run that is checked at its commit: the session is held for stages 1 and 2 and again for 6 and 7, with a
//! workspace between. What has changed by then makes it run again, and at last with the session to itself: a run that loses
//! each time to faster ones is done all the same.

use std::sync::Arc;

use super::super::backoff;
use super::super::rules::RuleTable;
use super::admission::{admitted, nested, not_held};
use super::awaited::{Attempt, Awaited, Body, Execution};
use super::catch::catch;
use super::drafts::Drafts;
use super::held::committed;
use super::lease::leased;
use super::outside;
use super::run::{Asked, By, CoreOf, FieldsOf, Proposed, ResultOf, Run, StateOf};
use super::workspace::{Closed, Counting, Work, copy_of};
use crate::audit::{Gate, Gates};
use crate::panics::{DropCaught, caught, drop_caught};
use crate::process::SyncProcess;
use crate::sync::nesting::Inside;
use crate::transaction::{Held, Limit};

/// What most runs are: the session is free both times, nobody has changed what was read, and where there are rules, they pass by
/// a look at numbers. Any other run goes on as [`checked`], from where this has come to.
#[inline(never)]
pub(super) fn checked_at_once<P: SyncProcess>(
    core: &CoreOf<P>,
    limit: Option<&Limit>,
    command: DropCaught<P>,
) -> ResultOf<P> {
    let registered = admitted::<P>(core)?;
    #[cfg(feature = "store")]
    if core.durable.is_some() {
        return from_here(core, limit, command, None);
    }
    let Some(mut state) = core.session.try_hold() else { return from_here(core, limit, command, None) };
    let (asked, place) = (Asked::new(core, By::Anyone, limit), registered.place);
    let table = state.begin(&core.shared.rules, &core.audit).1;
    if core.shared.attempts < 2 {
        return from_here(core, limit, command, Some(state));
    }
    if table.of(place).is_some() {
        let rules = Arc::clone(table);
        return at_once_under_rules(core, limit, command, state, (place, rules));
    }
    at_once::<P, false>(asked, command, state, place, None)
}

/// The same where there are rules for the process: those in force now hold for the run, to its end. What it is asked of comes in
/// parts, so that it need not stand in memory.
#[inline(never)]
fn at_once_under_rules<P: SyncProcess>(
    core: &CoreOf<P>,
    limit: Option<&Limit>,
    command: DropCaught<P>,
    state: Held<'_, StateOf<P>>,
    (place, rules): (usize, Arc<RuleTable>),
) -> ResultOf<P> {
    if !passes::<P>(rules.of(place), Gate::Input, &state.fields) {
        return from_here(core, limit, command, Some(state));
    }
    at_once::<P, true>(Asked::new(core, By::Anyone, limit), command, state, place, Some(rules))
}

/// From the end of its first stage on, which has found nothing. `RULED` says whether there are rules; it tells the two callers'
/// closures apart too: code that is reached in one way alone is no call.
#[inline(always)]
fn at_once<P: SyncProcess, const RULED: bool>(
    asked: Asked<'_, P>,
    command: DropCaught<P>,
    mut state: Held<'_, StateOf<P>>,
    place: usize,
    rules: Option<Arc<RuleTable>>,
) -> ResultOf<P> {
    let core = asked.core;
    let gates = if RULED { rules.as_ref().and_then(|rules| rules.of(place)) } else { None };
    let begun_at = if RULED { state.version() } else { 0 };
    let epoch = asked.refuse(1)?;
    let mut fields = Run::<P>::lock(&mut state); // 2
    state.release();
    let mut local = DropCaught::none();
    let proposed = {
        let _inside = Inside::enter(core.identity(), None);
        let mut stages = || {
            let order = Run::<P>::begin(|| outside::begin(asked, epoch, command.get())); // 3
            let command = command.get().cloned().ok_or_else(nested::<P>)?;
            let guard = Run::<P>::guard(&core.shared, &mut fields, local.get_or_insert_with(P::Local::default), &order); // 4
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
    if proposed.is_ok()
        && gates.is_some()
        && state.version() != begun_at
        && !passes::<P>(gates, Gate::Input, &state.fields)
    {
        let mut work = Work::new(fields, local);
        work.proposed = DropCaught::new(proposed);
        let run = run_from(asked, place, rules, begun_at);
        return close_here(run, state, work, command);
    }
    let mut drafts = Drafts::<P>::of(&mut state);
    let is_judged = gates.is_some_and(|gates| !gates.is_empty(Gate::Output));
    let is_stale =
        (Run::<P>::WRITES || is_judged) && proposed.is_ok() && !P::is_current(&mut fields, &mut drafts.fields);
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
        return again(run_from(asked, place, rules, begun_at), command);
    }
    let result = if proposed.is_err() || passes::<P>(gates, Gate::Output, &drafts.fields) {
        committed(asked, &mut drafts, proposed, &mut None) // 7
    } else {
        let run = run_from(asked, place, rules, drafts.version());
        judged_here(run, &mut drafts, proposed, local.get()) // 6 and 7
    };
    drop(local);
    drop(drafts);
    state.release();
    result
}

/// Whether there are no rules, or a look at numbers says that those of a gate pass. Where user code panics under that look it
/// does so again where the gate judges, and is told of there.
#[inline(always)]
fn passes<P: SyncProcess>(gates: Option<&Gates>, gate: Gate, fields: &FieldsOf<P>) -> bool {
    gates.is_none_or(|gates| caught(|| gates.passes_by_numbers(gate, fields)).unwrap_or(false))
}

/// A run that has come so far without anything to keep.
fn run_from<P: SyncProcess>(
    asked: Asked<'_, P>,
    place: usize,
    rules: Option<Arc<RuleTable>>,
    version: u64,
) -> Run<'_, P> {
    let mut run = Run::new(asked);
    (run.place, run.rules, run.version, run.attempts) = (place, rules, version, 1);
    run
}

/// Others have committed since it began, and now the input gate has more to do than to look at numbers.
#[cold]
#[inline(never)]
fn close_here<P: SyncProcess>(
    mut run: Run<'_, P>,
    mut state: Held<'_, StateOf<P>>,
    work: Work<P>,
    command: DropCaught<P>,
) -> ResultOf<P> {
    // 6 and 7
    match run.close(&mut state, work, command.get()) {
        Closed::Finished(result) => {
            state.release();
            result
        }
        Closed::Stale => {
            state.release();
            again(run, command)
        }
    }
}

/// Something that was read has changed since: the run goes on with its second attempt, under the rules that it has begun with.
#[cold]
#[inline(never)]
fn again<P: SyncProcess>(mut run: Run<'_, P>, command: DropCaught<P>) -> ResultOf<P> {
    backoff::wait(1, run.limit);
    checked(&mut run, command, None)
}

/// The output gate has more to do than to look at numbers.
#[inline(never)]
fn judged_here<P: SyncProcess>(
    mut run: Run<'_, P>,
    drafts: &mut Drafts<'_, P>,
    proposed: Proposed<P>,
    local: Option<&P::Local>,
) -> ResultOf<P> {
    let proposed = match proposed {
        // Another run may have latched the interlock while this one was under way: then nothing of it counts.
        Ok(output) => run.judged(output, |run| Ok(run.refuse_if_halted().map(drop)?)),
        refused => refused,
    };
    let proposed = run.audit_output_gate(proposed, &drafts.fields, local); // 6
    run.commit_or_roll_back(drafts, proposed) // 7
}

/// The same from its beginning, holding the session if it does.
#[cold]
#[inline(never)]
fn from_here<P: SyncProcess>(
    core: &CoreOf<P>,
    limit: Option<&Limit>,
    command: DropCaught<P>,
    held: Option<Held<'_, StateOf<P>>>,
) -> ResultOf<P> {
    let mut run = Run::new(Asked::new(core, By::Anyone, limit));
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
            work.execute(run.asked, run.epoch, command.get()); // 3, 4 and 5
            state = core.session.hold(|| run.request()).map_err(not_held::<P>)?;
        } else {
            work.execute(run.asked, run.epoch, command.get());
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
pub(super) async fn checked_async<P: Awaited>(run: &mut Run<'_, P>, mut command: DropCaught<P>) -> ResultOf<P> {
    let registered = admitted::<P>(run.core)?;
    while run.attempts < run.core.shared.attempts {
        let opened = match run.core.session.hold_async(run.request()).await {
            Ok(mut state) => run.open(registered, &mut state, command.get(), Counting::AtTheEnd), // 1 and 2
            Err(why) => return Err(not_held::<P>(why)),
        };
        let mut attempt = Attempt::Whole(opened?);
        let order = Run::<P>::begin(|| outside::begin(run.asked, run.epoch, command.get())); // 3
        let (core, limit) = (run.core, run.limit);
        let execution = Execution { core, order, command: copy_of(&command), lease: None, limit };
        P::Kind::execute(&mut attempt, execution).await; // 4 and 5
        let closed = match run.core.session.hold_async(run.request()).await {
            Ok(mut state) => run.close_attempt(&mut state, attempt, command.get()), // 6 and 7
            Err(why) => return Err(not_held::<P>(why)),
        };
        match closed {
            Closed::Finished(result) => return result,
            Closed::Stale => backoff::wait_async(run.attempts).await,
        }
    }
    leased(run, registered, &mut command).await
}
