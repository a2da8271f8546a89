//! Waiting for the first of several sessions to come to one of several states.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use super::awaited::{First, Unpark};
use super::error::SessionError;
use super::handle::Sessions;
use super::inner::Inner;
use super::shared::SharedPool;
use super::slot::{Slot, must_not_wait};
use crate::context::Context;
use crate::workflow::chart::StateId;

/// Which sessions [`Sessions::wait_for_any`] waits for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Among<'a> {
    /// All that are in memory, and all that come while it waits: opened, or out of a store.
    All,
    /// Those of these names.
    Named(&'a [&'a str]),
}

impl<'a> From<&'a [&'a str]> for Among<'a> {
    fn from(names: &'a [&'a str]) -> Self {
        Self::Named(names)
    }
}

impl<'a, const N: usize> From<&'a [&'a str; N]> for Among<'a> {
    fn from(names: &'a [&'a str; N]) -> Self {
        Self::Named(names)
    }
}

/// The session that came first, and where.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Reached {
    /// The session.
    pub session: String,
    /// The state.
    pub state: String,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> SharedPool<D, G, E> {
    /// A session has come into the pool: who waits for the first of all waits for it too.
    pub(super) fn joins(&self, slot: &Slot<D, G, E>) {
        for (first, states) in self.firsts.all() {
            slot.is_one_of(&first, &states);
        }
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Slot<D, G, E> {
    /// It is one of those of which the first is waited for.
    fn is_one_of(&self, first: &Arc<First>, states: &[StateId]) {
        // Nobody waits here: a worker has it for one step.
        let mut inner = self.inner.lock();
        let Inner { session, awaited, .. } = &mut *inner;
        // Of one that is over nothing is told any more.
        let is_over = self.is_over.load(Ordering::Acquire);
        let woken = awaited.add_first((first, states), &self.name, session, is_over);
        drop(inner);
        woken.into_iter().for_each(crate::panics::wake);
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Sessions<D, G, E> {
    /// Waits until the first of some sessions is in one of these states, at any depth, and says which and where. One that is there
    /// already is the first. As with [`wait_for`](Self::wait_for), no state is passed unseen, and sessions that are
    /// [`stepped`](super::SessionsBuilder::stepped) step meanwhile.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use theus_core::prelude::*;
    /// # use theus_core::workflow::Sessions;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Job { cmd_end: bool, cmd_fail: bool }
    /// # let engine = Engine::builder(Job::default()).build()?;
    /// # let flow = "states: { RUNS: { events: { CMD_END: DONE, CMD_FAIL: FAILED } }, DONE: { final: true }, FAILED: { final: true } }";
    /// use theus_core::workflow::sessions::Among;
    ///
    /// let jobs = Sessions::of_text(&engine, "job.yaml", flow)?.workers(1).start()?;
    /// for name in ["a", "b", "c"] {
    ///     jobs.open(name, Job::default())?;
    /// }
    /// jobs.emit("b", "CMD_FAIL")?;
    /// let first = jobs.wait_for_any(&["a", "b"], &["DONE", "FAILED"], Duration::from_secs(5))?;
    /// assert_eq!((first.session.as_str(), first.state.as_str()), ("b", "FAILED"));
    /// jobs.emit("c", "CMD_END")?;
    /// assert_eq!(jobs.wait_for_any(Among::All, &["DONE"], Duration::from_secs(5))?.session, "c");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`SessionError::NoneInTime`], at once where all that were named are over elsewhere; [`SessionError::UnknownState`];
    /// [`SessionError::Unknown`]; [`SessionError::Nested`]; [`SessionError::Store`], as where another program has one that was named.
    pub fn wait_for_any<'a>(
        &self,
        among: impl Into<Among<'a>>,
        states: &[&str],
        at_most: Duration,
    ) -> Result<Reached, SessionError> {
        if must_not_wait() {
            return Err(SessionError::Nested { session: "any".to_owned() });
        }
        let begin = Instant::now();
        let end = begin.checked_add(at_most);
        let mut waits = self.first(among.into(), states)?;
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        loop {
            if let Poll::Ready(answer) = self.poll_first(&mut waits, states, begin, &waker) {
                return answer;
            }
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            let is_stuck = self.shared.is_stepped && !self.step() && !self.wait_for_what_is_real(None);
            if is_stuck || left.is_some_and(|left| left.is_zero()) {
                return Err(none_in_time(states, begin));
            }
            match left {
                _ if self.shared.is_stepped => {}
                Some(left) => std::thread::park_timeout(left),
                None => std::thread::park(),
            }
        }
    }

    /// As [`wait_for_any`](Self::wait_for_any), without blocking a thread, and without an end of its own.
    ///
    /// # Errors
    /// As [`wait_for_any`](Self::wait_for_any), where all that were named are over elsewhere.
    pub async fn wait_for_any_async<'a>(
        &self,
        among: impl Into<Among<'a>>,
        states: &[&str],
    ) -> Result<Reached, SessionError> {
        let begin = Instant::now();
        let mut waits = self.first(among.into(), states)?;
        poll_fn(|task| self.poll_first(&mut waits, states, begin, task.waker())).await
    }

    fn first(&self, among: Among<'_>, states: &[&str]) -> Result<Waits<D, G, E>, SessionError> {
        let states = states.iter().map(|state| self.state(state)).collect::<Result<Arc<[StateId]>, _>>()?;
        match among {
            Among::All => {
                let first = Arc::new(First::of_all());
                // Before those that are here: none comes in between.
                self.shared.firsts.add(&first, &states);
                self.shared.all().into_iter().for_each(|slot| slot.is_one_of(&first, &states));
                Ok(Waits { first, states, named: Vec::new() })
            }
            Among::Named(names) => self.first_of(names.iter().copied().collect(), states),
        }
    }

    fn first_of(&self, names: BTreeSet<&str>, states: Arc<[StateId]>) -> Result<Waits<D, G, E>, SessionError> {
        let named = names.into_iter().map(|name| self.shared.reach(name)).collect::<Result<Vec<_>, _>>()?;
        let first = Arc::new(First::of(named.len()));
        named.iter().for_each(|slot| slot.is_one_of(&first, &states));
        Ok(Waits { first, states, named })
    }

    fn poll_first(
        &self,
        waits: &mut Waits<D, G, E>,
        states: &[&str],
        begin: Instant,
        waker: &Waker,
    ) -> Poll<Result<Reached, SessionError>> {
        let first = &waits.first;
        first.wakes(waker);
        // Whether all are over is asked first: the last of them may have come there with its last step.
        let are_over = first.are_over();
        if let Some((session, state)) = first.found() {
            let state = self.shared.definition.state(state).map(|state| state.name.clone()).unwrap_or_default();
            return Poll::Ready(Ok(Reached { session: session.to_string(), state }));
        }
        #[cfg(feature = "store")]
        if waits.named.iter().any(|slot| slot.is_elsewhere.load(Ordering::Acquire)) {
            // One goes on without its slot: it is waited for where it is read again; where another program has it, that is the answer.
            let names: Vec<Arc<str>> = waits.named.iter().map(|slot| Arc::clone(&slot.name)).collect();
            *waits = self.first_of(names.iter().map(|name| &**name).collect(), Arc::clone(&waits.states))?;
            waker.wake_by_ref();
            return Poll::Pending;
        }
        if are_over { Poll::Ready(Err(none_in_time(states, begin))) } else { Poll::Pending }
    }
}

/// One who waits for the first.
struct Waits<D: Context, G: Context, E> {
    first: Arc<First>,
    #[cfg_attr(not(feature = "store"), allow(dead_code, reason = "no session is given up"))]
    states: Arc<[StateId]>,
    /// Those that were named; none where all are meant.
    #[cfg_attr(not(feature = "store"), allow(dead_code, reason = "no session is given up"))]
    named: Vec<Arc<Slot<D, G, E>>>,
}

fn none_in_time(states: &[&str], begin: Instant) -> SessionError {
    SessionError::NoneInTime { states: states.join(" or "), waited: begin.elapsed() }
}
