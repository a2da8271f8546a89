//! An attempt that does not hold the session through its body: how it is opened, and how it is closed.

use super::admission::nested;
use super::catch::{Around, catch, panicked};
use super::drafts::Drafts;
use super::outside;
use super::run::{
    Asked, CommittedOf, CoreOf, ErrorOf, FieldsOf, Proposed, RegisteredOf, ResultOf, Run, SharedOf, StateOf,
};
use crate::audit::Gate;
use crate::panics::{DropCaught, caught, drop_caught};
use crate::process::{AsyncProcess, Process, SyncProcess};
use crate::sync::apart::LetGo;
use crate::sync::nesting::Inside;
#[cfg(feature = "store")]
use crate::transaction::Exchanged;
use crate::transaction::{Lease, Limit, Order};

/// What an attempt has to itself: its read set, its drafts, its local layer. Dropped half-way, it drops all of that caught.
pub(in crate::engine) struct Work<P: Process> {
    pub(super) fields: Box<FieldsOf<P>>,
    pub(super) local: DropCaught<P::Local>,
    /// What the body has come to; none until then.
    pub(super) proposed: DropCaught<Proposed<P>>,
    /// What it has sent, and asked its effects.
    #[cfg(feature = "store")]
    pub(super) exchanged: Exchanged,
}

impl<P: Process> Work<P> {
    /// Stages 3 to 5.
    pub(super) fn execute(&mut self, asked: Asked<'_, P>, epoch: u64, command: Option<&P>)
    where
        P: SyncProcess,
    {
        let core = asked.core;
        let _inside = Inside::enter(core.identity(), None);
        let Self { fields, local, .. } = self;
        let order = Run::<P>::begin(|| outside::begin(asked, epoch, command)); // 3
        let proposed = catch::<P, _>(|| {
            let command = command.cloned().ok_or_else(nested::<P>)?;
            let guard = Run::<P>::guard(&core.shared, fields, local.get_or_insert_with(P::Local::default), &order); // 4
            Run::<P>::execute(command, guard) // 5
        });
        self.proposed = DropCaught::new(proposed);
        self.has_exchanged(order);
    }

    /// Stages 4 and 5 of an `async fn`.
    pub(super) async fn execute_async(
        &mut self,
        core: &CoreOf<P>,
        order: Order,
        command: Result<P, Box<ErrorOf<P>>>,
        lease: Option<&Lease<'_, StateOf<P>>>,
        limit: Option<&Limit>,
    ) where
        P: AsyncProcess,
    {
        let proposed = match command {
            Ok(command) => {
                let local = self.local.get_or_insert_with(P::Local::default);
                let guard = Run::<P>::guard(&core.shared, &mut self.fields, local, &order); // 4
                let around = Around { engine: core.identity(), lease, limit };
                Run::<P>::execute_async(around, command, guard).await // 5
            }
            Err(error) => Err(error),
        };
        self.proposed = DropCaught::new(proposed);
        self.has_exchanged(order);
    }

    /// Stages 4 and 5 of a `fn` that blocks, on a thread of its own.
    pub(super) fn execute_apart(
        &mut self,
        shared: &SharedOf<P>,
        order: Order,
        command: Result<P, Box<ErrorOf<P>>>,
        let_go: &LetGo,
    ) where
        P: SyncProcess,
    {
        let Self { fields, local, .. } = self;
        let proposed = caught(|| {
            let command = command?;
            let guard = Run::<P>::guard(shared, fields, local.get_or_insert_with(P::Local::default), &order); // 4
            Run::<P>::execute(command, guard) // 5
        });
        self.proposed = DropCaught::new(proposed.unwrap_or_else(|panic| {
            // Where it was let go of it may have been left by an effect that is not asked any more, and nobody hears of it.
            Err(Box::new(if let_go.is_set() { nested::<P>() } else { panicked::<P>(&panic) }))
        }));
        self.has_exchanged(order);
    }

    /// Nothing of it yet but what it will read.
    pub(super) const fn new(fields: Box<FieldsOf<P>>, local: DropCaught<P::Local>) -> Self {
        Self {
            fields,
            local,
            proposed: DropCaught::none(),
            #[cfg(feature = "store")]
            exchanged: Exchanged::nothing(),
        }
    }

    #[cfg(feature = "store")]
    fn has_exchanged(&mut self, order: Order) {
        self.exchanged = order.exchanged(P::CONTRACT.process);
    }

    #[cfg(not(feature = "store"))]
    #[allow(clippy::unused_self, clippy::needless_pass_by_value, reason = "as where there are stores")]
    fn has_exchanged(&mut self, _: Order) {}
}

/// The arguments for one attempt of several.
pub(super) fn copy_of<P: Process>(command: &DropCaught<P>) -> Result<P, Box<ErrorOf<P>>> {
    catch::<P, _>(|| Ok(command.get().cloned().ok_or_else(nested::<P>)?))
}

/// How an attempt ended.
pub(super) enum Closed<P: Process> {
    Finished(ResultOf<P>),
    /// Something that was read has changed since: nothing was done.
    Stale,
}

/// When the outcomes of the input gate are counted.
#[derive(Clone, Copy)]
pub(super) enum Counting {
    /// At once: this attempt is the only one.
    Now,
    /// When the run ends: an attempt that meets a conflict does not count. What would refuse the run is counted at once.
    AtTheEnd,
}

impl<P: Process> Run<'_, P> {
    /// Stages 1 and 2.
    #[inline(always)]
    pub(super) fn open(
        &mut self,
        registered: &RegisteredOf<P>,
        state: &mut StateOf<P>,
        command: Option<&P>,
        counting: Counting,
    ) -> Result<Work<P>, ErrorOf<P>> {
        #[cfg(feature = "store")]
        self.begin_stored(state, command)?;
        if self.attempts == 0 {
            self.begin_with(state, registered);
        } else {
            self.version = state.version();
            self.attempts += 1;
        }
        let mut local = DropCaught::none();
        if self.rules.is_none() {
            self.epoch = self.refuse(self.attempts)?;
            return Ok(Work::new(Self::lock(state), local));
        }
        self.forget_outcomes();
        catch::<P, _>(|| {
            self.audit_input_gate(command, &state.fields, local.get_or_insert_with(P::Local::default))?;
            if self.refuses() || matches!(counting, Counting::Now) {
                self.count_outcomes()?;
            }
            Ok(())
        })
        .map_err(|error| self.stored_refusal(*error))?;
        Ok(Work::new(Self::lock(state), local))
    }

    /// Stages 6 and 7, where what was read still holds.
    #[inline(always)]
    pub(super) fn close(&mut self, state: &mut StateOf<P>, work: Work<P>, command: Option<&P>) -> Closed<P> {
        #[cfg(feature = "store")]
        let work = {
            let mut work = work;
            self.kept.exchanged = std::mem::take(&mut work.exchanged);
            work
        };
        let Work { mut fields, local, mut proposed, .. } = work;
        let mut drafts = Drafts::<P>::of(state);
        let proposed = match proposed.take() {
            Some(Ok(output)) if self.stands_as_it_began() => Some(Ok(output)),
            Some(Ok(output)) if !P::is_current(&mut fields, &mut drafts.fields) => {
                drop_caught(output);
                None
            }
            // The commit itself refuses what it must; there is nothing to judge before.
            Some(Ok(output)) if self.rules.is_none() => {
                self.version = drafts.version();
                P::stage_writes(&mut drafts.fields, &mut fields);
                Some(Ok(output))
            }
            Some(Ok(output)) => match self.judged(output, |run| Ok(run.confirm_input_gate(command, &drafts)?)) {
                Ok(output) => {
                    P::stage_writes(&mut drafts.fields, &mut fields);
                    Some(self.audit_output_gate(Ok(output), &drafts.fields, local.get()))
                }
                refused => Some(refused),
            },
            proposed => proposed,
        };
        P::clear(&mut fields);
        drafts.keep(fields);
        match proposed {
            Some(proposed) => Closed::Finished(self.commit_or_roll_back(&mut drafts, proposed)),
            None => Closed::Stale,
        }
    }

    /// Whether this attempt is right whatever others have committed since: what it read was of one moment, it writes nothing,
    /// and no rule looks at the state that it leaves or has something to count. It is as if it had ended where it began.
    fn stands_as_it_began(&self) -> bool {
        !Self::WRITES && !self.is_judged_at_its_end() && !self.has_outcomes()
    }

    /// Stage 1 as it holds at the commit. A rule may look at what is no input, which no version of an input guards: where
    /// others have committed since the attempt began, the gate judges anew, so that the run is as if it had begun now.
    fn confirm_input_gate(&mut self, command: Option<&P>, state: &CommittedOf<P>) -> Result<(), ErrorOf<P>> {
        // Another run may have latched the interlock while this one was under way.
        self.refuse_if_halted()?;
        if self.version != state.version() {
            self.version = state.version();
            if self.rules.is_some() {
                self.forget_outcomes();
                // The input gate sees the scratch as a run finds it, the output gate as this run left it.
                let mut local = DropCaught::none();
                let local = local.get_or_insert_with(P::Local::default);
                self.judge(Gate::Input, command, &state.fields, Some(local));
            }
        }
        if self.refuses() { self.count_outcomes() } else { Ok(()) }
    }
}
