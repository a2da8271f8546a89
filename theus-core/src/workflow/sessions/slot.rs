//! One session among many: its engine, its workflow, and whether a worker has it.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context as Task, Waker};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};

use super::awaited::wake_all;
use super::channel::TraceSubscription;
use super::error::SessionError;
use super::happening::Happening;
use super::inner::Inner;
use super::panicked::message_of;
use super::run_queue::Runnable;
use super::session_waker::SessionWaker;
use super::shared::SharedPool;
use super::stage::Stage;
use crate::context::Context;
use crate::engine::Engine;
use crate::panics::tell;
#[cfg(feature = "store")]
use crate::store::StoreError;
use crate::sync::nesting::holds_a_session;
use crate::workflow::clock::Moment;
use crate::workflow::interpreter::{Advanced as Progress, Environment, Interpreter, Requests, Troubled};

/// After so long it is tried again to store where a session is.
#[cfg(feature = "store")]
pub(super) const UNSAVED_AGAIN: std::time::Duration = std::time::Duration::from_millis(100);

/// How many steps a session makes before others have their turn.
pub(super) const STEP_BUDGET: usize = 32;
/// For how long it makes them where a worker is a future, whose executor has other things to do: a step that was begun by then
/// is the last.
pub(super) const SLICE: Duration = Duration::from_micros(50);

thread_local! {
    /// Whether this thread drives a session of some pool.
    static DRIVES: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread may not wait for a session: others may wait for the one that it has.
pub(super) fn must_not_wait() -> bool {
    DRIVES.get() || holds_a_session()
}

/// One session.
pub(super) struct Slot<D: Context, G: Context, E> {
    pub(super) name: Arc<str>,
    pub(super) engine: Engine<D, G, E>,
    /// The pool has its sessions, and they have it: the one lets go of the others when they are closed and when it is dropped,
    /// and nothing else keeps them alive. Handles that are counted for each turn would be one line of memory that all workers
    /// write to.
    pub(super) shared: Arc<SharedPool<D, G, E>>,
    /// Wakes it. It does not keep it alive: a run that awaits holds it, and so does the bus.
    session_waker: Waker,
    /// Its number, and so of which worker's queue it is.
    pub(super) home: usize,
    pub(super) stage: Stage,
    /// It has left the pool.
    pub(super) is_closed: AtomicBool,
    /// It handles no more events.
    pub(super) is_over: AtomicBool,
    requests: Requests,
    /// It goes on without this slot: another program has it, or it is read again. Its engine knows why.
    #[cfg(feature = "store")]
    pub(super) is_elsewhere: AtomicBool,
    /// It was opened because it had something to do, and the store has not heard yet that this is done.
    #[cfg(feature = "store")]
    pub(super) was_found: AtomicBool,
    pub(super) inner: Mutex<Inner>,
}

/// Whether a slot has the session that it drives.
#[cfg(feature = "store")]
pub(super) enum Holds {
    Session,
    /// Another program may have changed it.
    Nothing(StoreError),
    /// It is asked again then.
    Unknown(Option<Moment>),
}

/// How a budget of steps was spent.
pub(super) enum BudgetEnd {
    /// There is more to do at once.
    More,
    /// Nothing until it is woken, or until this time.
    Rest(Option<Moment>),
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Slot<D, G, E> {
    pub(super) fn new(
        engine: Engine<D, G, E>,
        name: Arc<str>,
        session: Interpreter,
        shared: &Arc<SharedPool<D, G, E>>,
        home: usize,
    ) -> Arc<Self> {
        let slot = Arc::new_cyclic(|this: &Weak<Self>| Self {
            name,
            engine,
            shared: Arc::clone(shared),
            session_waker: SessionWaker::of(this),
            home,
            stage: Stage::idle(),
            is_closed: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
            requests: Requests::default(),
            #[cfg(feature = "store")]
            is_elsewhere: AtomicBool::new(false),
            #[cfg(feature = "store")]
            was_found: AtomicBool::new(true),
            inner: Mutex::new(Inner::new(session)),
        });
        slot.engine.bus().listen(slot.session_waker.clone());
        slot
    }

    /// The session, between two of its steps.
    ///
    /// # Errors
    /// [`SessionError::Nested`] where this thread must not wait, and would have to.
    pub(super) fn look(&self) -> Result<MutexGuard<'_, Inner>, SessionError> {
        if must_not_wait() {
            self.inner.try_lock().ok_or_else(|| SessionError::Nested { session: self.name.to_string() })
        } else {
            Ok(self.inner.lock())
        }
    }

    /// Its number: of those that were opened in this pool.
    pub(super) const fn home(&self) -> usize {
        self.home
    }

    pub(super) fn pause(&self, paused: bool) {
        self.requests.pause(paused);
        self.session_waker.wake_by_ref();
    }

    pub(super) fn cancel(&self, reason: &str) {
        self.requests.cancel(reason.to_owned());
        self.session_waker.wake_by_ref();
    }

    /// What was asked of it is done now.
    pub(super) fn listen(&self, inner: &mut Inner, environment: &Environment<'_>) {
        let Some(asked) = self.requests.take() else { return };
        if let Some(paused) = asked.pause {
            inner.session.pause(paused, environment);
        }
        if let Some(reason) = asked.cancel {
            inner.session.cancel(reason, environment);
        }
    }

    /// It leaves the pool: nothing wakes it any more. What it is doing ends with the step that it is at, what it awaits is
    /// let go of.
    pub(super) fn leave(&self, shared: &SharedPool<D, G, E>) {
        self.is_closed.store(true, Ordering::Release);
        self.is_over.store(true, Ordering::SeqCst);
        self.has_room(shared);
        match self.look() {
            Ok(inner) => self.let_go(inner, shared),
            // The worker who has it will see that it is closed.
            Err(_) => self.session_waker.wake_by_ref(),
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    pub(super) fn let_go(&self, mut inner: MutexGuard<'_, Inner>, shared: &SharedPool<D, G, E>) {
        let environment = Environment::new(&self.engine, &shared.keeper);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| inner.session.interrupt(&environment))) {
            inner.breaks(panic, &environment);
        }
        shared.real.set(&mut inner.awaits, false);
        if let Some(key) = inner.timer.take() {
            shared.timer_queue.unset(key);
        }
        self.tell(inner, shared, true);
        self.ends_questions();
    }

    /// Tells those who wait for a state, and those who look on, what the step has come to.
    #[inline]
    fn tell(&self, inner: MutexGuard<'_, Inner>, shared: &SharedPool<D, G, E>, is_over: bool) {
        if inner.subscription.is_some() || !inner.awaited.is_empty() {
            self.tell_others(inner, shared, is_over);
        }
    }

    #[inline(never)]
    fn tell_others(&self, mut inner: MutexGuard<'_, Inner>, shared: &SharedPool<D, G, E>, is_over: bool) {
        let mut watching = Vec::new();
        if inner.subscription.is_some() {
            let all = shared.channels.lock();
            let Inner { subscription, .. } = &mut *inner;
            if subscription.as_mut().is_some_and(|subscription| !subscription.flow(&self.name, &all, &mut watching)) {
                *subscription = None;
            }
        }
        let Inner { session, awaited, .. } = &mut *inner;
        let woken = if awaited.is_empty() { Vec::new() } else { awaited.look(session, &self.name, is_over) };
        // Wakers are an executor's code: they are called with no lock held.
        drop(inner);
        wake_all(watching);
        for _ in 0..wake_all(woken) {
            shared.troubles.add_one(self.home);
        }
    }

    /// The same after a step; from the one on that ends it, it takes no events.
    fn tell_step(&self, mut inner: MutexGuard<'_, Inner>, shared: &SharedPool<D, G, E>) {
        let is_over = inner.is_broken || inner.session.is_over();
        if is_over {
            self.end(&mut inner, shared);
        }
        // What is not stored yet is told later.
        let is_told = !inner.session.has_answers();
        self.tell(inner, shared, is_over);
        if is_over && is_told {
            self.ends_questions();
        }
    }

    /// What a step has come to is told to who has asked for that.
    #[cold]
    #[inline(never)]
    fn answer(&self, inner: &mut Inner) {
        let answers = inner.session.take_answers();
        answers.iter().for_each(|(number, answer)| self.keeps_answer(*number, answer));
        self.shared.questions.answer(self.home, answers);
    }

    /// Nobody who waits for an answer gets one any more.
    #[cold]
    pub(super) fn ends_questions(&self) {
        let session = || self.name.to_string();
        let why = || match self.is_closed() {
            #[cfg(feature = "store")]
            true if self.is_elsewhere.load(Ordering::Acquire) => self.gone_elsewhere(),
            true => SessionError::Unknown { session: session() },
            false => SessionError::Over { session: session() },
        };
        self.shared.questions.end(self.home, why);
        self.shared.keys.end(self.home, why);
        if self.is_closed() {
            #[cfg(feature = "store")]
            self.shared.questions.never_rests(self.home, why);
            self.shared.keys.forget(self.home);
        }
    }

    /// It is over: nothing is taken any more, and what was taken before is on record as not handled.
    fn end(&self, inner: &mut Inner, shared: &SharedPool<D, G, E>) {
        self.is_over.store(true, Ordering::SeqCst);
        self.engine.end_session();
        let environment = Environment::new(&self.engine, &shared.keeper);
        for _ in 0..inner.session.take_discarded() {
            shared.discarded.add_one(self.home);
        }
        for event in self.engine.bus().take_unheard() {
            shared.discarded.add_one(self.home);
            inner.session.discard(event.name, &environment);
        }
    }

    /// One step. `None` where there may be more to do.
    fn step(&self, shared: &SharedPool<D, G, E>, environment: &Environment<'_>) -> Option<BudgetEnd> {
        // Locked for one step at a time: who asks how it stands waits for one step at most.
        let mut inner = self.inner.lock();
        if self.is_closed() {
            self.let_go(inner, shared);
            return Some(BudgetEnd::Rest(None));
        }
        if shared.is_shut.load(Ordering::Acquire) {
            return Some(BudgetEnd::Rest(None));
        }
        if inner.is_broken {
            self.tell_step(inner, shared);
            return Some(BudgetEnd::Rest(None));
        }
        #[cfg(feature = "store")]
        match self.holds(shared) {
            Holds::Session => {}
            Holds::Nothing(why) => return Some(self.goes_on_elsewhere(inner, why)),
            Holds::Unknown(again) => return Some(BudgetEnd::Rest(again)),
        }
        if inner.subscription.is_none() && shared.is_watched() {
            inner.subscription = Some(TraceSubscription::on(inner.session.trace_mut()));
        }
        let mut task = Task::from_waker(&self.session_waker);
        let advanced = catch_unwind(AssertUnwindSafe(|| {
            self.listen(&mut inner, environment);
            if shared.is_closing() && inner.session.is_between_events() {
                return None;
            }
            Some(inner.session.advance(environment, &mut task))
        }));
        let progress = match advanced {
            Ok(None) => {
                self.tell(inner, shared, false);
                return Some(BudgetEnd::Rest(None));
            }
            Ok(Some(Ok(progress))) => progress,
            #[cfg(feature = "store")]
            Ok(Some(Err(_))) if self.engine.lost().is_some() => Progress::Stepped,
            Ok(Some(Err(Troubled { trouble, handled }))) => {
                let problem = trouble.to_string();
                inner.trouble = Some(problem.as_str().into());
                if inner.session.has_answers() {
                    self.answer(&mut inner);
                }
                self.tell_step(inner, shared);
                shared.tell(&self.name, self.home, &Happening::Trouble { problem: &problem, handled: &handled });
                return None;
            }
            Err(panic) => {
                inner.breaks(panic, environment);
                let message = inner.trouble.as_deref().unwrap_or_default();
                tell(|| tracing::error!(target: "theus::workflow", session = &*self.name, message, "a session broke"));
                Progress::Over
            }
        };
        // What it has come to is not what the session has: nobody is told of it.
        #[cfg(feature = "store")]
        if let Some(why) = self.engine.lost() {
            return Some(self.goes_on_elsewhere(inner, why));
        }
        let awaits =
            matches!(progress, Progress::Pending { .. } | Progress::Working { .. }) && !environment.is_left_alone();
        shared.real.set(&mut inner.awaits, awaits);
        #[cfg(feature = "store")]
        let is_stored = !matches!(progress, Progress::Unsaved(_));
        #[cfg(not(feature = "store"))]
        let is_stored = true;
        if is_stored && inner.session.has_answers() {
            self.answer(&mut inner);
        }
        self.tell_step(inner, shared);
        match progress {
            Progress::Stepped => None,
            Progress::Handled(handled) => {
                shared.tell(&self.name, self.home, &Happening::Handled(&handled));
                Interpreter::done_with(handled);
                None
            }
            Progress::Pending { until } | Progress::Working { until, .. } | Progress::Idle { until } => {
                Some(BudgetEnd::Rest(environment.earlier(until)))
            }
            Progress::Wait { until } => Some(BudgetEnd::Rest(environment.earlier(Some(until)))),
            Progress::Paused | Progress::Halted(_) | Progress::Over => Some(BudgetEnd::Rest(None)),
            #[cfg(feature = "store")]
            Progress::Unsaved(error) => {
                tell(
                    || tracing::error!(target: "theus::store", session = &*self.name, %error, "its position is not stored yet"),
                );
                let again = shared.keeper.now().checked_add(UNSAVED_AGAIN);
                Some(BudgetEnd::Rest(again))
            }
        }
    }

    /// Steps until there is nothing to do, or until others should have their turn.
    fn spend_budget(&self, shared: &SharedPool<D, G, E>) -> BudgetEnd {
        let environment = Environment::new(&self.engine, &shared.keeper);
        let slice = shared.slice.map(|slice| (Instant::now(), slice));
        for _ in 0..shared.budget {
            environment.time_passes();
            let ended = self.step(shared, &environment);
            if shared.rooms.are_awaited() {
                self.has_room(shared);
            }
            if let Some(ended) = ended {
                return ended;
            }
            if slice.is_some_and(|(begin, slice)| begin.elapsed() >= slice) {
                break;
            }
        }
        BudgetEnd::More
    }

    /// It has nothing to do until then.
    #[cfg(not(feature = "store"))]
    #[allow(clippy::unused_self, reason = "as where there are stores")]
    const fn is_at_rest(self: &Arc<Self>, _: Option<Moment>) {}

    /// It waits for a worker.
    pub(super) fn queue(self: Arc<Self>) {
        // Counted once more than it need be: so the pool, which it keeps alive, is there until this has returned.
        let ready = Arc::clone(&self);
        self.shared.run_queue.put(ready, self.home);
    }

    /// Sets the timer for when it goes on by itself.
    fn set_timer(self: &Arc<Self>, shared: &SharedPool<D, G, E>, due: Option<Moment>) {
        let mut inner = self.inner.lock();
        inner.session.rest();
        let due = due.filter(|_| !self.is_closed());
        if inner.timer.is_some() || due.is_some() {
            let this: Weak<Self> = Arc::downgrade(self);
            inner.timer = shared.timer_queue.set(inner.timer, due, &(this as Weak<dyn Runnable>));
        }
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Runnable for Slot<D, G, E> {
    fn go(self: Arc<Self>) {
        let shared = &*self.shared;
        self.stage.take();
        let drove = DRIVES.replace(true);
        let ended = catch_unwind(AssertUnwindSafe(|| {
            let ended = self.spend_budget(shared);
            if let BudgetEnd::Rest(due) = ended {
                self.set_timer(shared, due);
                self.engine.rest();
                #[cfg(feature = "store")]
                if shared.cold.leased_for.is_some() {
                    self.rests_leased(shared);
                }
                #[cfg(feature = "store")]
                if shared.questions.are_some_at_rest() {
                    self.tell_at_rest();
                }
            }
            ended
        }));
        // Who was told or woken has panicked, between two steps: the session goes on, and so does the worker.
        let ended = ended.unwrap_or_else(|panic| {
            message_of(panic);
            shared.troubles.add_one(self.home);
            BudgetEnd::More
        });
        DRIVES.set(drove);
        if let BudgetEnd::Rest(due) = ended
            && self.stage.give_back()
        {
            self.is_at_rest(due);
            shared.run_queue.ended();
            return;
        }
        self.stage.put_back();
        self.queue();
    }

    fn wake(self: Arc<Self>) {
        let run_queue = &self.shared.run_queue;
        if self.stage.wake(|| run_queue.begun(), || run_queue.ended()) {
            self.queue();
        }
    }
}
