//! The seven stages of a run, each a function below, in this order:
//!
//! 1. [`Run::audit_input_gate`], 2. [`Run::lock`], 3. [`Run::begin`], 4. [`Run::guard`], 5. [`Run::execute`],
//! 6. [`Run::audit_output_gate`], 7. [`Run::commit_or_roll_back`].
//!
//! Three ways lead through them: [`held`] for a run that has the session throughout, [`checked`] for one that is checked at
//! its commit, [`lease`] for one that is [`awaited`] and has the session under its lease. [`start`] chooses between them. Runs side by side
//! can share a lease: [`within`].
//!
//! What a run has drafted belongs to a guard, [`Drafts`], that discards it unless it was committed. Code of a user's types runs
//! before a commit or after it, caught; in it runs none.
//!
//! The input gate judges the very values that the process is given: so the session is held before stage 1, as the first half of
//! stage 2, and until its second half has taken what the body will read. That is why each way begins with a hold:
//!
//! | | held | checked | lease |
//! |---|---|---|---|
//! | before 1 | holds the session, until 7 | holds the session | takes the session under its lease, and holds it |
//! | 1 audit input gate | judges | judges | judges |
//! | 2 lock | it is held | takes versions, lets go | takes versions, lets go; the lease stays |
//! | 3 begin, 4 guard, 5 execute | in the session's own cells | in a workspace | in a workspace |
//! | before 6 | | holds again; where a version has changed, from the start | holds again |
//! | 6 audit output gate | judges | judges | judges |
//! | 7 commit or roll back | and lets go | and lets go | and lets go, of the lease too |

mod admission;
mod awaited;
mod catch;
mod checked;
mod drafts;
#[cfg(feature = "store")]
mod durable;
mod gate_view;
mod held;
mod judging;
#[cfg(feature = "store")]
mod kept;
mod lease;
mod notes;
mod outside;
#[cfg(feature = "store")]
mod replay;
mod run;
mod start;
mod within;
mod workspace;

use self::catch::{Around, catch, catch_async};
use self::drafts::Drafts;
use self::notes::Notes;
use self::run::{Asked, CommittedOf, ErrorOf, FieldsOf, Proposed, ResultOf, Run, SharedOf};
use crate::audit::{Gate, Gates};
use crate::context::Zone;
use crate::panics::drop_caught;
use crate::process::{AsyncProcess, Contract, Process, RunError, Scope, SyncProcess};
use crate::signal::{Event, Origin};
use crate::telemetry::Watch;
use crate::transaction::{Order, Raised};

pub(super) use awaited::Awaited;
#[cfg(feature = "recipes")]
pub(super) use gate_view::explain;
#[cfg(feature = "store")]
pub(super) use kept::Once;
#[cfg(feature = "store")]
pub(super) use replay::{not_replayed, replay, replay_async};
pub(super) use run::{By, CoreOf, StateOf};
#[cfg(feature = "workflow")]
pub(super) use start::run_named;
pub(super) use start::{run, run_async, run_plain_async, run_reported, try_run_reported};
#[cfg(feature = "store")]
pub(super) use start::{run_async_once, run_once, run_plain_once};
pub(super) use within::{run_async_within, run_within};

impl<P: Process> Run<'_, P> {
    const RAISES_SIGNALS: bool = raises_signals(&P::CONTRACT);
    const WRITES: bool = !P::CONTRACT.outputs.is_empty();
    #[cfg(feature = "store")]
    const SENDS: bool = !P::CONTRACT.messages.is_empty();

    /// Stage 1. The arguments and the state, as the process will be given them, against the recipe.
    #[inline(always)]
    fn audit_input_gate(
        &mut self,
        command: Option<&P>,
        fields: &FieldsOf<P>,
        local: &P::Local,
    ) -> Result<(), ErrorOf<P>> {
        self.epoch = self.refuse(self.attempts)?;
        if let Some(gates) = self.rules.as_ref().and_then(|rules| rules.of(self.place)) {
            self.asked.audit_input_gate(gates, &mut self.notes, command, fields, local);
        }
        Ok(())
    }

    /// Stage 2. A run that holds the session throughout has locked it by that. Any other takes handles and versions of what it
    /// reads into a workspace, by which the commit will know whether they still hold.
    #[inline(always)]
    fn lock(state: &mut CommittedOf<P>) -> Box<FieldsOf<P>> {
        let mut work = state.workspace();
        P::fill_read_set(&mut work, &mut state.fields);
        work
    }

    /// Stage 3. A draft begins where the guard is written to, and nowhere else: nothing is copied here. What begins is the
    /// order in which signals are written.
    ///
    /// Of a run with effects it is also what becomes of what it asks them: `outside` begins that, and is not called for others,
    /// since a command that is looked at stands in memory.
    #[inline(always)]
    fn begin(outside: impl FnOnce() -> Order) -> Order {
        if const { P::CONTRACT.effects.is_empty() } { Order::default() } else { outside() }
    }

    /// Stage 4. Out of this, and nothing else, generated code makes the process's own guard.
    #[inline(always)]
    fn guard<'s>(
        shared: &'s SharedOf<P>,
        fields: &'s mut FieldsOf<P>,
        local: &'s mut P::Local,
        order: &'s Order,
    ) -> Scope<'s, P> {
        Scope { domain: fields, global: &shared.global, effects: &shared.effects, local, order }
    }

    /// Stage 5. The body.
    #[inline(always)]
    fn execute(command: P, guard: Scope<'_, P>) -> Proposed<P>
    where
        P: SyncProcess,
    {
        P::outcome(P::execute(command, guard)).map_err(|error| Box::new(RunError::Process(error)))
    }

    /// Stage 5 of an `async fn`. That of a `fn` which blocks is [`awaited`] too.
    async fn execute_async(around: Around<'_, P>, command: P, guard: Scope<'_, P>) -> Proposed<P>
    where
        P: AsyncProcess,
    {
        let returned = catch_async::<P, _>(around, P::execute(command, guard)).await?;
        P::outcome(returned).map_err(|error| Box::new(RunError::Process(error)))
    }

    /// Stage 6. The state as it would be after the commit, against the recipe.
    #[inline(always)]
    fn audit_output_gate(
        &mut self,
        proposed: Proposed<P>,
        fields: &FieldsOf<P>,
        local: Option<&P::Local>,
    ) -> Proposed<P> {
        match proposed {
            Ok(output) if self.is_judged_at_its_end() || self.has_outcomes() => self.judged(output, |run| {
                if !run.passes_by_numbers(Gate::Output, fields) {
                    run.judge(Gate::Output, None, fields, local);
                }
                Ok(run.count_outcomes()?)
            }),
            proposed => proposed,
        }
    }

    /// Stage 7. All of what was proposed becomes the committed state, or none of it.
    #[inline(always)]
    fn commit_or_roll_back(&mut self, drafts: &mut Drafts<'_, P>, proposed: Proposed<P>) -> ResultOf<P> {
        let output = match proposed {
            Ok(output) => output,
            Err(error) => return Err(self.roll_back(drafts, *error)),
        };
        #[cfg(feature = "store")]
        let committed = match &self.core.durable {
            Some(durable) => self.commit_durably(durable, drafts, &output),
            None => self.commit(drafts, self.attempts),
        };
        #[cfg(not(feature = "store"))]
        let committed = self.commit(drafts, self.attempts);
        match committed {
            Ok(version) => {
                self.version = version.unwrap_or(self.version);
                Ok(output)
            }
            Err(error) => {
                let error = self.roll_back(drafts, error);
                drop_caught(output);
                Err(error)
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn roll_back(&mut self, drafts: &mut Drafts<'_, P>, error: ErrorOf<P>) -> ErrorOf<P> {
        drafts.discard();
        // What the input gate found counts, whatever became of the run; if it acts only now, that is what is told.
        let error = match self.count_outcomes() {
            Ok(()) => error,
            Err(refusal) => {
                drop_caught(error);
                refusal
            }
        };
        self.stored_refusal(error)
    }

    /// Where a store keeps the session, what the audit has found is there before anybody hears of it.
    #[cfg(feature = "store")]
    fn stored_refusal(&self, error: ErrorOf<P>) -> ErrorOf<P> {
        match &self.core.durable {
            Some(durable) => self.store_refusal(durable, error),
            None => error,
        }
    }

    #[cfg(not(feature = "store"))]
    const fn stored_refusal(&self, error: ErrorOf<P>) -> ErrorOf<P> {
        error
    }
}

impl<P: Process> Asked<'_, P> {
    /// Stage 1 of a run that is under rules.
    #[inline(always)]
    fn audit_input_gate(
        self,
        gates: &Gates,
        notes: &mut Option<Box<Notes<P>>>,
        command: Option<&P>,
        fields: &FieldsOf<P>,
        local: &P::Local,
    ) {
        if gates.asks_input() {
            judge_input(self.core, gates, notes, command, fields, local);
        }
    }

    /// The version that was committed; none where the process writes nothing.
    #[inline(always)]
    fn commit(self, drafts: &mut Drafts<'_, P>, attempts: u32) -> Result<Option<u64>, ErrorOf<P>> {
        let version = drafts.version().wrapping_add(1);
        if Run::<P>::RAISES_SIGNALS {
            let events = self.events(drafts, version)?;
            self.refuse_if_closed(attempts)?;
            if events.is_empty() {
                drafts.commit(version);
            } else {
                self.commit_with_signals(drafts, version, events)?;
            }
        } else {
            self.refuse_if_closed(attempts)?;
            if !Run::<P>::WRITES {
                return Ok(None);
            }
            drafts.commit(version);
        }
        drafts.tell_change();
        Ok(Some(version))
    }

    /// Another run may have latched the interlock while this one was under way: from then on no commit begins, and no run ends
    /// well, be it one that has written nothing.
    #[inline(always)]
    fn refuse_if_closed(self, attempts: u32) -> Result<(), ErrorOf<P>> {
        self.refuse_if_halted()?;
        self.refuse_if_late(attempts)
    }

    /// What the signals say that were raised. They say it themselves: code of a user's types, and nothing is committed yet.
    #[inline(never)]
    fn events(self, drafts: &mut Drafts<'_, P>, version: u64) -> Result<Vec<Event>, ErrorOf<P>> {
        let process = P::CONTRACT.process;
        let events = catch::<P, _>(|| {
            let mut raised = Vec::new();
            P::collect_raised(&mut drafts.fields, &mut raised);
            raised.sort_by_key(|signal| signal.order);
            let registered = self.core.shared.registry.get::<P>();
            let trace = self.core.shared.telemetry.as_ref().and_then(Watch::here);
            let event = |signal: Raised| Event {
                name: self.core.shared.events.of_signal(signal.path),
                origin: Origin::Signal { path: signal.path, version, process },
                payload: registered.and_then(|registered| registered.payload(signal.path, &drafts.fields)),
                trace: trace.clone(),
            };
            Ok(raised.into_iter().map(event).collect())
        });
        events.map_err(|error| *error)
    }

    /// The signals leave after the commit, all together: room for them is taken before it.
    fn commit_with_signals(
        self,
        drafts: &mut Drafts<'_, P>,
        version: u64,
        events: Vec<Event>,
    ) -> Result<(), ErrorOf<P>> {
        let (bus, commit) = (&self.core.bus, || drafts.commit(version));
        let published = match self.by {
            By::Anyone => bus.publish_with(events, commit),
            By::Workflow { .. } => bus.raise_with(events, commit),
        };
        published.map_err(|full| RunError::BusFull { process: P::CONTRACT.process, capacity: full.capacity })
    }
}

/// A call, so that the rest of a run is none.
#[inline(never)]
fn judge_input<P: Process>(
    core: &CoreOf<P>,
    gates: &Gates,
    notes: &mut Option<Box<Notes<P>>>,
    command: Option<&P>,
    fields: &FieldsOf<P>,
    local: &P::Local,
) {
    if gates.reads_arguments(Gate::Output) && notes.is_none() {
        *notes = Some(Notes::with(command.cloned()));
    }
    if gates.passes_by_numbers(Gate::Input, fields) || gates.is_empty(Gate::Input) {
        return;
    }
    Asked::<P>::new(core, By::Anyone, None).judge(gates, Gate::Input, notes, command, fields, Some(local));
}

const fn raises_signals(contract: &Contract) -> bool {
    let mut at = 0;
    while at < contract.outputs.len() {
        if matches!(contract.outputs[at].zone, Zone::Signal) {
            return true;
        }
        at += 1;
    }
    false
}
