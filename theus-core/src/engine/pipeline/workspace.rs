//! An attempt that does not hold the session through its body: how it is opened, and how it is closed.

use std::sync::Arc;

use super::catch::catch;
use super::{ErrorOf, FieldsOf, Proposed, RegisteredOf, ResultOf, Run, StateOf};
use crate::audit::Gate;
use crate::process::Process;
use crate::transaction::shed;

/// What an attempt has to itself: what it pinned, its drafts, its local layer.
pub(super) struct Work<P: Process> {
    pub(super) fields: Box<FieldsOf<P>>,
    pub(super) local: P::Local,
}

/// How an attempt ended.
pub(super) enum Closed<P: Process> {
    Finished(ResultOf<P>),
    /// Something that was read has changed since: nothing was done.
    Stale,
}

/// When the findings of the input gate are counted.
#[derive(Clone, Copy)]
pub(super) enum Counting {
    /// At once: this attempt is the only one.
    Now,
    /// When the run ends: an attempt that meets a conflict does not count. What would refuse the run is counted at once.
    AtTheEnd,
}

impl<P: Process> Run<'_, P> {
    /// Stages 1 and 2.
    pub(super) fn open(
        &mut self,
        registered: &RegisteredOf<P>,
        state: &mut StateOf<P>,
        command: &P,
        counting: Counting,
    ) -> Result<Work<P>, ErrorOf<P>> {
        if self.attempts == 0 {
            self.begin_with(state, registered);
            if let Some(rules) = &self.rules {
                state.give_back(Arc::clone(rules));
            }
        } else {
            self.version = state.version();
            self.attempts += 1;
        }
        self.forget_findings();
        let local = catch::<P, _>(|| {
            let local = P::Local::default();
            self.audit_input_gate(command, &state.fields, &local)?;
            if self.refuses() || matches!(counting, Counting::Now) {
                self.count_findings()?;
            }
            Ok(local)
        })
        .map_err(|error| *error)?;
        let mut fields = state.workspace();
        Self::lock(&mut fields, &mut state.fields);
        Ok(Work { fields, local })
    }

    /// Stages 6 and 7, where what was read still holds.
    pub(super) fn close(
        &mut self,
        state: &mut StateOf<P>,
        mut work: Work<P>,
        command: Option<&P>,
        output: Proposed<P>,
    ) -> Closed<P> {
        let proposed = match output {
            Ok(output) if self.stands_as_it_began() => Some(self.refuse_if_halted().map(|()| output).map_err(Box::new)),
            Ok(output) if !P::is_current(&mut work.fields, &mut state.fields) => {
                shed(output);
                None
            }
            Ok(output) => Some(catch::<P, _>(|| {
                self.confirm_input_gate(command, state)?;
                P::propose(&mut state.fields, &mut work.fields);
                self.audit_output_gate(&state.fields, &work.local)?;
                Ok(output)
            })),
            Err(error) => Some(Err(error)),
        };
        P::clear(&mut work.fields);
        state.keep(work.fields);
        match proposed {
            Some(proposed) => Closed::Finished(self.commit_or_roll_back(state, proposed)),
            None => Closed::Stale,
        }
    }

    /// Whether this attempt is right whatever others have committed since: what it read was of one moment, it writes nothing,
    /// and no rule looks at the state that it leaves or has something to count. It is as if it had ended where it began.
    fn stands_as_it_began(&self) -> bool {
        let is_judged_at_its_end = self.rules().is_some_and(|rules| !rules.is_empty(Gate::Output));
        !Self::WRITES && !is_judged_at_its_end && !self.has_findings()
    }

    /// Stage 1 as it holds at the commit. A rule may look at what is no input, which no version of an input guards: where
    /// others have committed since the attempt began, the gate judges anew, so that the run is as if it had begun now.
    fn confirm_input_gate(&mut self, command: Option<&P>, state: &StateOf<P>) -> Result<(), ErrorOf<P>> {
        // Another run may have latched the interlock while this one was under way.
        self.refuse_if_halted()?;
        if self.version != state.version() {
            self.version = state.version();
            if self.rules.is_some() {
                self.forget_findings();
                // The input gate sees the scratch as a run finds it, the output gate as this run left it.
                self.judge(Gate::Input, command, &state.fields, &P::Local::default());
            }
        }
        if self.refuses() { self.count_findings() } else { Ok(()) }
    }
}
