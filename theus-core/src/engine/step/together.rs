//! Steps side by side on one session.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use parking_lot::Mutex;
use serde_json::Value;
use thiserror::Error;

use super::super::arguments::ArgumentError;
use super::super::core::Core;
use super::super::handle::Engine;
use super::super::locking::Isolation;
use super::super::session::State;
use super::super::turn::Turn;
use super::port::{Arguments, PreparedStep, StepFuture};
use super::report::StepReport;
use crate::context::Context;
use crate::process::{AccessConflict, Contract, RunError};
use crate::transaction::{NotHeld, Request};

/// The reports of steps side by side, in the order of the steps; `None` for one that was given up. Dropping it before it is
/// ready rolls back what has not committed.
pub(crate) type TogetherRun = Pin<Box<dyn Future<Output = Vec<Option<StepReport>>> + Send>>;

/// What is known of steps side by side while they are under way, in the order of the steps.
pub(crate) type Marks = Arc<[Mark]>;

/// What is known of one step of several while they are under way.
#[derive(Default)]
pub(crate) struct Mark {
    given_up: AtomicBool,
    committed: AtomicBool,
    /// What it gave, where that was asked for.
    gave: Mutex<Option<Box<Value>>>,
}

impl Mark {
    /// At the next poll it is dropped, which rolls it back, unless it is over.
    pub(crate) fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    /// Whether it has committed, though others may still be under way.
    pub(crate) fn has_committed(&self) -> bool {
        self.committed.load(Ordering::Relaxed)
    }

    /// What it gave, once.
    pub(crate) fn take_gave(&self) -> Option<Box<Value>> {
        self.gave.lock().take()
    }
}

/// Why steps were not started side by side: none of them was run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum TogetherError {
    /// One of them cannot be made.
    #[error(transparent)]
    Argument(#[from] ArgumentError),
    /// Two of them are in each other's way.
    #[error("they cannot run side by side: {0}")]
    Conflict(AccessConflict),
}

/// A step that waits for its start.
struct Member<D: Context, G: Context, E> {
    contract: &'static Contract,
    wants: bool,
    step: Box<dyn PreparedStep<Core<D, G, E>, State<D>>>,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// Starts several registered processes at once. Those that are awaited overlap; a plain `fn` runs between two polls of them.
    /// Of each: whether what it gives is asked for, which its [`Mark`] then has.
    ///
    /// Each commits by itself, the first as this step, the others as those after it. Where one that is awaited must have the session to itself, all of them share that lease.
    pub(crate) fn start_together(
        &self,
        steps: Vec<(&str, Option<Arguments>, bool)>,
        marks: Marks,
        first: Turn,
    ) -> Result<TogetherRun, TogetherError> {
        let mut members = Vec::with_capacity(steps.len());
        for (process, arguments, wants) in steps {
            let step = (self.core.shared.registry.step(process)?.boxed)(arguments)?;
            let Some(registered) = self.core.shared.registry.named(process) else { continue };
            members.push(Member { contract: registered.contract, wants, step });
        }
        for (index, member) in members.iter().enumerate() {
            for other in &members[..index] {
                if let Some(conflict) = other.contract.conflicts(member.contract).first() {
                    return Err(TogetherError::Conflict(*conflict));
                }
            }
        }
        let engine = self.clone();
        Ok(Box::pin(async move { engine.run_together(members, marks, first).await }))
    }

    async fn run_together(&self, members: Vec<Member<D, G, E>>, marks: Marks, first: Turn) -> Vec<Option<StepReport>> {
        let locking = self.core.shared.locking;
        let alone = |contract: &Contract| contract.is_awaited() && locking.isolation(contract) == Isolation::Alone;
        let lease = if members.iter().any(|member| alone(member.contract)) {
            let process =
                members.iter().find(|member| alone(member.contract)).map_or("", |member| member.contract.process);
            let contracts: Vec<&'static Contract> = members.iter().map(|member| member.contract).collect();
            let request = Request { contracts: Some(&contracts), ..self.core.request(process, None) };
            match self.core.session.take_lease(request, State::lease_over).await {
                Ok(lease) => {
                    // Each of them judges anew where another one has committed since: rules are in nobody's way.
                    if let Ok(held) = lease.hold(|| self.core.request(process, None)) {
                        lease.share(&held, &contracts);
                    }
                    Some(lease)
                }
                Err(why) => return members.iter().map(|member| Some(not_held(member.contract, why.clone()))).collect(),
            }
        } else {
            None
        };
        let mut running: Vec<Running<'_>> = Vec::with_capacity(members.len());
        for (place, Member { contract, wants, step }) in members.into_iter().enumerate() {
            let branch = first.branch.saturating_add(u32::try_from(place).unwrap_or(u32::MAX));
            let future = step.join(&self.core, lease.as_ref(), Turn { branch, wants, ..first });
            running.push(Running { place, is_awaited: contract.is_awaited(), future: Some(future), report: None });
        }
        // Those that will wait begin first: a plain `fn` is done at its first poll.
        running.sort_by_key(|running| !running.is_awaited);
        let mut reports = all(running, &marks).await;
        reports.sort_by_key(|(place, _)| *place);
        reports.into_iter().map(|(_, report)| report).collect()
    }
}

struct Running<'a> {
    place: usize,
    is_awaited: bool,
    future: Option<StepFuture<'a>>,
    report: Option<StepReport>,
}

/// Drives all of them until each is done or given up.
async fn all(mut running: Vec<Running<'_>>, marks: &Marks) -> Vec<(usize, Option<StepReport>)> {
    poll_fn(move |task| {
        for running in &mut running {
            let mark = marks.get(running.place);
            if mark.is_some_and(Mark::is_given_up) {
                running.future = None;
            }
            if let Some(future) = &mut running.future
                && let Poll::Ready(mut report) = future.as_mut().poll(task)
            {
                if let Some(mark) = mark {
                    *mark.gave.lock() = report.gave.take();
                    mark.committed.store(report.result.is_ok(), Ordering::Relaxed);
                }
                running.report = Some(report);
                running.future = None;
            }
        }
        if running.iter().any(|running| running.future.is_some()) {
            return Poll::Pending;
        }
        let done = std::mem::take(&mut running);
        Poll::Ready(done.into_iter().map(|running| (running.place, running.report)).collect())
    })
    .await
}

fn not_held(contract: &Contract, why: NotHeld) -> StepReport {
    StepReport::refused(RunError::not_held(contract.process, why))
}
