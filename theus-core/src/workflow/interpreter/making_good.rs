//! A chain that does not go on: what it has committed is made good.

use std::task::Context;

use super::attempt::{Account, Attempt, Tried};
use super::beside::first_branch;
use super::chain::{Chain, Work};
use super::compensation::Compensation;
use super::context::InterpreterContext;
use super::failure::Failure;
use super::instance::{Live, Progress};
use super::steps::{Stepped, activation};
use crate::workflow::chart::{Configuration, Run, StateId};
use crate::workflow::trace::{Role, What};

impl Live {
    /// The chain does not go on: what it has committed is made good from here on.
    pub(super) fn break_off(&mut self, chain: &mut Chain, failure: Failure, context: InterpreterContext<'_>) {
        let (process, reason, compensating) = (failure.process, failure.reason.clone(), chain.compensations.len());
        self.trace.put(context.environment.now(), What::ChainFailed { process, reason, compensating });
        if let Some(unit) = &mut self.unit {
            unit.handled.failed = true;
            if unit.handled.fault.is_none() {
                unit.handled.fault = failure.fault.as_deref().cloned();
            }
        }
        chain.work = Work::None;
        chain.failure = Some(failure);
    }

    /// Whether the chain does not go on as a whole, not only the strand that failed.
    fn is_over_for(&self, chain: &Chain) -> bool {
        self.cancelled().is_some() || chain.failure.as_ref().is_some_and(|failure| failure.aborts)
    }

    /// What was committed last of what is to be made good now.
    fn next_compensation(&self, chain: &Chain) -> Option<usize> {
        if self.is_over_for(chain) {
            return chain.compensations.len().checked_sub(1);
        }
        let strand = chain.strand();
        chain.compensations.iter().rposition(|compensation| compensation.strand == strand)
    }

    /// Whether nothing is left of a chain that has failed that is to be made good.
    pub(super) fn is_made_good(&self, chain: &Chain) -> bool {
        self.next_compensation(chain).is_none()
    }

    /// The strand that failed is made good. True where the chain goes on with another one.
    pub(super) fn leave_strand(&self, chain: &mut Chain) -> bool {
        !self.is_over_for(chain) && chain.give_up_strand()
    }

    /// Begins to make good what was committed last.
    pub(super) fn begin_compensation(&self, chain: &mut Chain) -> Stepped {
        match self.next_compensation(chain) {
            None if self.leave_strand(chain) => Stepped::On,
            None => Stepped::End,
            Some(place) => {
                let compensation = chain.compensations.remove(place);
                let attempt = Attempt::new(compensation.arguments.clone());
                chain.work = Work::Compensation(Box::new(compensation), attempt);
                Stepped::On
            }
        }
    }

    /// Goes on with making good. One that fails is on record, and the others are made all the same.
    pub(super) fn make_good(
        &mut self,
        chain: &mut Chain,
        context: InterpreterContext<'_>,
        task: &mut Context<'_>,
    ) -> Stepped {
        #[cfg(feature = "store")]
        if let Err(error) = self.before_runs(chain, context) {
            return Stepped::Held(Progress::Unsaved(error));
        }
        let branch = first_branch(self.slot());
        let (Work::Compensation(compensation, attempt), Some(unit)) = (&mut chain.work, &mut self.unit) else {
            return Stepped::On;
        };
        let mut account = Account {
            trace: &mut self.trace,
            outcomes: &mut unit.handled.compensations,
            random: &mut self.random,
            role: Role::Compensation,
            is_kept: self.is_kept,
            branch,
        };
        let tried = attempt.go_on(&compensation.run, context, task, &mut account);
        self.follows &= !matches!(tried, Tried::Wait(_) | Tried::Ended(Err(_)));
        match tried {
            Tried::Pending(until) => Stepped::Held(Progress::Pending { until }),
            Tried::Wait(until) => Stepped::Held(Progress::Wait { until }),
            Tried::GoesOn => Stepped::On,
            #[cfg(feature = "store")]
            Tried::Unsaved(error) => Stepped::Held(Progress::Unsaved(error)),
            Tried::Ended(ended) => {
                let Work::Compensation(compensation, _) = std::mem::replace(&mut chain.work, Work::None) else {
                    return Stepped::On;
                };
                if let Err(failure) = ended {
                    self.not_made_good(&compensation, failure, context);
                }
                Stepped::On
            }
        }
    }
}

/// What makes good what has committed by now, should it come to that. One that cannot be prepared keeps none of the others from
/// being so.
pub(super) fn keep_compensations<'r>(
    chain: &mut Chain,
    at: &Configuration,
    committed: impl Iterator<Item = &'r Run>,
    saga: Option<StateId>,
    context: InterpreterContext<'_>,
) -> Result<(), Failure> {
    let mut prepared = Ok(());
    for run in committed {
        let compensation = Compensation::of(run, chain.strand(), saga, &activation(chain, at, context));
        match compensation {
            Ok(compensation) => chain.compensations.extend(compensation),
            Err(failure) => prepared = prepared.and(Err(failure)),
        }
    }
    prepared
}
