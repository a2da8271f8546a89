//! One session among many: its engine, its workflow, and whether a worker has it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Context as Task, Wake, Waker};
use std::time::SystemTime;

use parking_lot::{Mutex, MutexGuard};

use super::alarm::Key;
use super::builder::Happening;
use super::handle::Shared;
use super::rota::Turn;
use crate::context::Context;
use crate::engine::Engine;
use crate::workflow::conductor::{Progress, Session, Status, World};

/// How many steps a session makes before others have their turn.
const STRETCH: usize = 32;

/// Nothing to do, as far as is known.
const IDLE: u8 = 0;
/// It waits for a worker.
const WAITING: u8 = 1;
/// A worker has it.
const DRIVEN: u8 = 2;
/// A worker has it, and something has happened meanwhile.
const DRIVEN_ANEW: u8 = 3;

/// One session.
pub(super) struct Slot<D: Context, G: Context, E> {
    pub(super) name: Arc<str>,
    pub(super) engine: Engine<D, G, E>,
    shared: Weak<Shared<D, G, E>>,
    stage: AtomicU8,
    /// Whether somebody waits to see what becomes of it.
    pub(super) watched: AtomicBool,
    inner: Mutex<Inner>,
}

/// What one worker at a time has.
pub(super) struct Inner {
    pub(super) session: Session,
    alarm: Option<Key>,
    is_closed: bool,
    /// What broke it: a panic that was no process's.
    pub(super) broken: Option<String>,
    /// What it could not handle, last.
    pub(super) trouble: Option<String>,
}

impl Inner {
    /// How the session stands, and whether it was cancelled.
    pub(super) fn status(&self, interlock: Option<&str>) -> Status {
        match (self.session.status(), interlock) {
            (Status::Running, Some(reason)) => Status::Halted { reason: reason.to_owned() },
            (status, _) => status,
        }
    }
}

/// What a stretch of steps ended with.
enum Stretch {
    /// There is more to do at once.
    More,
    /// Nothing until it is woken, or until this time.
    Rest(Option<SystemTime>),
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Slot<D, G, E> {
    pub(super) fn new(
        name: Arc<str>,
        engine: Engine<D, G, E>,
        session: Session,
        shared: Weak<Shared<D, G, E>>,
    ) -> Arc<Self> {
        let inner = Inner { session, alarm: None, is_closed: false, broken: None, trouble: None };
        Arc::new(Self {
            name,
            engine,
            shared,
            stage: AtomicU8::new(IDLE),
            watched: AtomicBool::new(false),
            inner: Mutex::new(inner),
        })
    }

    /// The session, between two of its steps.
    pub(super) fn look(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock()
    }

    fn home(&self) -> usize {
        // Sessions are spread over the workers by where they happen to be kept.
        std::ptr::from_ref(self).addr() >> 7
    }

    /// Steps until there is nothing to do, or until others should have their turn.
    fn stretch(self: &Arc<Self>, shared: &Shared<D, G, E>, steps: usize) -> Stretch {
        let waker = Waker::from(Arc::clone(self));
        let mut task = Task::from_waker(&waker);
        let world = World::new(&self.engine, &*shared.clock);
        for _ in 0..steps {
            world.time_passes();
            // Locked for one step at a time: who asks how it stands waits for one step at most.
            let mut inner = self.inner.lock();
            if inner.broken.is_some() || inner.is_closed {
                return Stretch::Rest(None);
            }
            let advanced = catch_unwind(AssertUnwindSafe(|| inner.session.advance(&world, &mut task)));
            let progress = match advanced {
                Ok(Ok(progress)) => progress,
                Ok(Err(trouble)) => {
                    inner.trouble = Some(trouble.to_string());
                    drop(inner);
                    shared.tell(&self.name, &Happening::Trouble(&trouble.to_string()));
                    continue;
                }
                Err(panic) => {
                    let message = crate::process::Panicked::message_of(&*panic);
                    tracing::error!(target: "theus::workflow", session = &*self.name, message, "a session broke");
                    inner.broken = Some(message);
                    return Stretch::Rest(None);
                }
            };
            drop(inner);
            match progress {
                Progress::Stepped => {}
                Progress::Handled(handled) => shared.tell(&self.name, &Happening::Handled(&handled)),
                Progress::Pending { until } | Progress::Idle { until } => return Stretch::Rest(until),
                Progress::Wait { until } => return Stretch::Rest(Some(until)),
                Progress::Paused | Progress::Halted(_) | Progress::Over => return Stretch::Rest(None),
            }
        }
        Stretch::More
    }

    /// Sets the alarm for when it goes on by itself.
    fn set_alarm(self: &Arc<Self>, shared: &Shared<D, G, E>, due: Option<SystemTime>) {
        let mut inner = self.inner.lock();
        if inner.is_closed || inner.alarm.map(|(time, _)| time) == due {
            return;
        }
        if let Some(key) = inner.alarm.take() {
            shared.alarm.unset(key);
        }
        inner.alarm = due.map(|due| {
            let this: Weak<Self> = Arc::downgrade(self);
            shared.alarm.set(due, this)
        });
    }

    /// It leaves the pool: nothing wakes it any more, and what it is doing ends with the step that it is at.
    pub(super) fn leave(&self, shared: &Shared<D, G, E>) {
        let mut inner = self.inner.lock();
        inner.is_closed = true;
        if let Some(key) = inner.alarm.take() {
            shared.alarm.unset(key);
        }
    }

    fn drive(self: Arc<Self>, steps: usize) {
        self.stage.store(DRIVEN, Ordering::Release);
        let Some(shared) = self.shared.upgrade() else { return };
        let stretch = self.stretch(&shared, steps);
        if self.watched.load(Ordering::Acquire) {
            shared.seen_by_watchers();
        }
        if let Stretch::Rest(due) = stretch {
            self.set_alarm(&shared, due);
            self.engine.rest();
            if self.stage.compare_exchange(DRIVEN, IDLE, Ordering::AcqRel, Ordering::Acquire).is_ok() {
                shared.rota.ended();
                return;
            }
        }
        self.stage.store(WAITING, Ordering::Release);
        let home = self.home();
        shared.rota.put(self, home);
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Turn for Slot<D, G, E> {
    fn go(self: Arc<Self>) {
        let steps = self.shared.upgrade().map_or(STRETCH, |shared| if shared.is_stepped { 1 } else { STRETCH });
        self.drive(steps);
    }

    fn wake(self: Arc<Self>) {
        let next = |stage| match stage {
            IDLE => Some(WAITING),
            DRIVEN => Some(DRIVEN_ANEW),
            _ => None,
        };
        let Ok(IDLE) = self.stage.fetch_update(Ordering::AcqRel, Ordering::Acquire, next) else { return };
        let Some(shared) = self.shared.upgrade() else { return };
        shared.rota.begun();
        let home = self.home();
        shared.rota.put(self, home);
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Wake for Slot<D, G, E> {
    fn wake(self: Arc<Self>) {
        Turn::wake(self);
    }
}
