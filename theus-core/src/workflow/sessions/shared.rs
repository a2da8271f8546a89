//! What a pool and its sessions share.

#[cfg(feature = "store")]
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
#[cfg(feature = "store")]
use std::sync::Weak;
#[cfg(feature = "store")]
use std::sync::atomic::AtomicU64;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use dashmap::DashMap;
use parking_lot::Mutex;

use super::apart::{Count, Names};
use super::asking::Questions;
use super::channel::EntryChannel;
use super::error::SessionError;
use super::firsts::Firsts;
use super::happening::{Happening, Observer};
use super::keys::Keys;
use super::panicked::message_of;
use super::pending::Pending;
use super::real::Real;
use super::rooms::Rooms;
use super::run_queue::RunQueue;
#[cfg(feature = "store")]
use super::run_queue::Runnable;
use super::runs::Runs;
use super::slot::Slot;
#[cfg(feature = "store")]
use super::timer_queue::Key;
use super::timer_queue::TimerQueue;
use crate::context::Context;
use crate::engine::Engine;
use crate::panics::tell;
use crate::signal::Now;
use crate::workflow::chart::Definition;
#[cfg(feature = "store")]
use crate::workflow::clock::Moment;
use crate::workflow::clock::Timekeeper;

pub(super) struct SharedPool<D: Context, G: Context, E> {
    pub(super) engine: Engine<D, G, E>,
    pub(super) definition: Arc<Definition>,
    pub(super) keeper: Arc<Timekeeper>,
    /// What a session's bus is told the time by; `None` where the workflow waits for none.
    pub(super) arrivals: Option<Now>,
    pub(super) run_queue: Arc<RunQueue>,
    pub(super) timer_queue: Arc<TimerQueue>,
    pub(super) is_stepped: bool,
    /// How many steps a session makes before others have their turn.
    pub(super) budget: usize,
    /// For how long, where that is bounded too.
    pub(super) slice: Option<Duration>,
    pub(super) real: Real,
    pub(super) random: Mutex<fastrand::Rng>,
    pub(super) sessions: DashMap<Arc<str>, Arc<Slot<D, G, E>>>,
    pub(super) observer: Option<Observer>,
    pub(super) traced: usize,
    pub(super) seed: u64,
    pub(super) opened: AtomicUsize,
    pub(super) names: Names,
    pub(super) handled: Count,
    pub(super) troubles: Count,
    pub(super) discarded: Count,
    /// Those who look on at all sessions.
    pub(super) channels: Mutex<Vec<EntryChannel>>,
    pub(super) is_watched: AtomicBool,
    /// Who waits for the first of all sessions.
    pub(super) firsts: Firsts,
    /// How many events may wait in all sessions; none where there is no limit.
    pub(super) pending: Option<Pending>,
    /// Who waits for room on the bus of a session.
    pub(super) rooms: Rooms,
    /// Runs beside the workflows.
    pub(super) runs: Runs,
    /// Who waits for what comes of an event.
    pub(super) questions: Questions,
    /// What was asked under keys.
    pub(super) keys: Keys,
    /// No session begins anything new.
    pub(super) is_closing: AtomicBool,
    /// The workers have ended.
    pub(super) is_shut: AtomicBool,
    /// The sessions that the store has and that are not here.
    #[cfg(feature = "store")]
    pub(super) cold: Cold<D, G, E>,
}

/// What a pool knows of sessions that are in the store and not here.
#[cfg(feature = "store")]
pub(super) struct Cold<D: Context, G: Context, E> {
    /// About how many are here at most.
    pub(super) warm: usize,
    /// For how long a session is leased, where several programs have the store.
    pub(super) leased_for: Option<Duration>,
    /// Who looks every now and then for sessions that are nobody's.
    pub(super) lookout: std::sync::OnceLock<Arc<dyn Runnable>>,
    pub(super) rests: AtomicU64,
    pub(super) resting: Mutex<VecDeque<Resting<D, G, E>>>,
    /// The number of each when it did last.
    pub(super) rested: DashMap<Arc<str>, u64>,
    /// Those that are to be opened at a time, each with who opens it.
    pub(super) sleeping: DashMap<Arc<str>, Sleeping>,
}

/// Who opens one, and at what time.
#[cfg(feature = "store")]
pub(super) type Sleeping = (Arc<dyn Runnable>, Option<Key>);

/// One that has come to rest, when it did, by the number, and until when. The one that did longest ago is first; one that did again
/// since is there twice.
#[cfg(feature = "store")]
type Resting<D, G, E> = (Weak<Slot<D, G, E>>, u64, Option<Moment>);

#[cfg(feature = "store")]
impl<D: Context, G: Context, E> Cold<D, G, E> {
    pub(super) fn new(warm: usize, leased_for: Option<Duration>) -> Self {
        Self {
            warm,
            leased_for,
            lookout: std::sync::OnceLock::new(),
            rests: AtomicU64::new(0),
            resting: Mutex::default(),
            rested: DashMap::new(),
            sleeping: DashMap::new(),
        }
    }
}

impl<D: Context, G: Context, E> SharedPool<D, G, E> {
    /// The pool has ended: no session answers any more.
    pub(super) fn ends_all_questions(&self) {
        self.questions.end_all(|| SessionError::ShutDown);
        self.keys.end_all(|| SessionError::ShutDown);
    }

    /// No event is taken any more: who waits for room goes on, and is told so.
    pub(super) fn ends_waits_for_room(&self) {
        if let Some(pending) = &self.pending {
            pending.close();
        }
        self.rooms.close();
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> SharedPool<D, G, E> {
    pub(super) fn tell(&self, session: &str, home: usize, happening: &Happening<'_>) {
        let count = match happening {
            Happening::Handled(_) => &self.handled,
            Happening::Trouble { .. } => &self.troubles,
        };
        count.add_one(home);
        if let Some(observer) = &self.observer
            && let Err(panic) = catch_unwind(AssertUnwindSafe(|| observer(session, happening)))
        {
            // It is the observer's own fault: the session has done what it did, and goes on.
            self.troubles.add_one(home);
            let message = message_of(panic);
            tell(|| tracing::error!(target: "theus::workflow", session, message, "an observer panicked"));
        }
    }

    pub(super) fn is_watched(&self) -> bool {
        self.is_watched.load(Ordering::Relaxed)
    }

    pub(super) fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::Relaxed)
    }

    pub(super) fn slot(&self, name: &str) -> Result<Arc<Slot<D, G, E>>, SessionError> {
        let found = self.sessions.get(name).map(|slot| Arc::clone(&slot));
        found.ok_or_else(|| SessionError::Unknown { session: name.to_owned() })
    }

    /// The same, of those too that the store has.
    #[cfg(not(feature = "store"))]
    pub(super) fn reach(self: &Arc<Self>, name: &str) -> Result<Arc<Slot<D, G, E>>, SessionError> {
        self.slot(name)
    }

    /// All sessions, without holding the map: whoever looks at one may have to wait for it.
    pub(super) fn all(&self) -> Vec<Arc<Slot<D, G, E>>> {
        self.sessions.iter().map(|slot| Arc::clone(&slot)).collect()
    }

    pub(super) fn interlock(&self) -> Option<String> {
        self.engine.halted().map(|halted| halted.reason.into())
    }
}
