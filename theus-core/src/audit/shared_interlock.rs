//! An interlock that several engines share: what stops one stops all of them.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use thiserror::Error;

use super::auditor::Auditor;
use super::error::ResetError;
use super::ledger;
use super::record::{AuditEvent, Interlock};
use crate::panics::{DropCaught, caught, tell};
use crate::sync::runtime::blocking;

/// What several engines, in one program or on several machines, stop each other by.
///
/// Each engine has an interlock of its own, which a violation of level S latches. Given one of these
/// ([`EngineBuilder::interlock`](crate::EngineBuilder::interlock)), a run begins and commits only where this one is open too.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use theus_core::audit::{Interlock, Look, SharedInterlock, Unreachable};
/// use theus_core::prelude::*;
///
/// #[derive(Clone, Default)]
/// struct Plant(Arc<Mutex<Option<Interlock>>>); // what all machines of a plant look at
///
/// impl SharedInterlock for Plant {
///     fn look(&self) -> Look {
///         match self.0.lock() {
///             Ok(stop) => stop.clone().map_or(Look::Open, Look::Latched),
///             Err(error) => Look::Unknown(error.to_string()),
///         }
///     }
///     fn latch(&self, stop: &Interlock) -> Result<(), Unreachable> {
///         self.0.lock().map_err(|error| Unreachable(error.to_string()))?.get_or_insert_with(|| stop.clone());
///         Ok(())
///     }
///     fn reset(&self, _operator: &str, _reason: &str) -> Result<(), Unreachable> {
///         *self.0.lock().map_err(|error| Unreachable(error.to_string()))? = None;
///         Ok(())
///     }
/// }
///
/// # #[derive(Clone, Default, Context)]
/// # struct Oven { temperature: f64 }
/// # #[process(outputs = [domain.temperature])]
/// # fn record(ctx: Ctx<Oven>, value: f64) { ctx.domain.temperature.set(value); }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let recipe = "process_recipes: { record: { outputs: [ { field: domain.temperature, max: 90, level: S } ] } }";
/// let oven = |plant: &Plant| {
///     Engine::builder(Oven::default()).process::<Record>().recipe("audit.yaml", recipe)?.interlock(plant.clone()).build()
/// };
/// let plant = Plant::default();
/// let (one, other) = (oven(&plant)?, oven(&plant)?);
/// assert!(one.run(Record { value: 95.0 }).is_err());
/// assert!(matches!(other.run(Record { value: 20.0 }), Err(RunError::Halted(_))));
///
/// other.reset_interlock("R. Lee", "the heater of the first is off")?;
/// assert!(one.run(Record { value: 20.0 }).is_ok());
/// # Ok(())
/// # }
/// ```
pub trait SharedInterlock: Send + Sync + 'static {
    /// Whether runs may go on, as far as is known at this moment.
    ///
    /// It is called twice in each run, which holds its session meanwhile: it looks at what is there and waits for nobody. Where
    /// machines share an interlock over a network, what it looks at is a lease that another task renews, and a lease that is out
    /// is [`Look::Unknown`]. A panic is `Unknown` too.
    fn look(&self) -> Look;

    /// The same, and how often it was latched or reset by then, of one moment. The run that is let through by it has the number as a fencing
    /// token for what it does outside: [`ctx.effects.epoch()`](mod@crate::effect#a-fencing-token). 0 where nobody counts.
    fn look_with_epoch(&self) -> (Look, u64) {
        (self.look(), 0)
    }

    /// Stops all engines. When this returns, every later [`look`](Self::look) anywhere is no longer [`Look::Open`]: it waits until
    /// what others may still believe is over. Where it is latched already, the first reason stays.
    ///
    /// The run that violated is told of it after this has returned, and its engine has stopped before.
    ///
    /// # Errors
    /// [`Unreachable`] where that cannot be said. The engine stays stopped, and calls this again with each run that it refuses
    /// and in [`Engine::spread_interlock`](crate::Engine::spread_interlock), until it is done.
    fn latch(&self, stop: &Interlock) -> Result<(), Unreachable>;

    /// Lets all engines go on; an operator has said so, and why. Each that has stopped by itself goes on when it next looks.
    ///
    /// # Errors
    /// [`Unreachable`] where that cannot be said: whoever resets it is told, and the engine stays stopped.
    fn reset(&self, operator: &str, reason: &str) -> Result<(), Unreachable>;
}

/// What a look at a shared interlock says.
#[derive(Clone, Debug)]
pub enum Look {
    /// Runs may go on.
    Open,
    /// It is latched.
    Latched(Interlock),
    /// It cannot be said, and why: nothing runs until it can.
    Unknown(String),
}

/// A shared interlock is not reached, and why.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the shared interlock is not reached: {0}")]
pub struct Unreachable(pub String);

/// Why nothing runs.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    Latched(Interlock),
    Unknown(String),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latched(interlock) => interlock.fmt(f),
            Self::Unknown(why) => write!(f, "whether the shared interlock is latched is not known: {why}"),
        }
    }
}

/// A shared interlock, and whether it knows of what has stopped this engine.
pub(super) struct Shared {
    interlock: DropCaught<Box<dyn SharedInterlock>>,
    /// Held by whoever tells it.
    telling: Mutex<()>,
    /// How often a violation has stopped this engine, and how many of those it has taken.
    stops: AtomicU64,
    taken: AtomicU64,
    /// Whether a sink did not take the record of a reset elsewhere: then an operator is needed here.
    needs_operator: AtomicBool,
}

impl Shared {
    pub(super) fn new(interlock: Box<dyn SharedInterlock>) -> Self {
        Self {
            interlock: DropCaught::new(interlock),
            telling: Mutex::new(()),
            stops: AtomicU64::new(0),
            taken: AtomicU64::new(0),
            needs_operator: AtomicBool::new(false),
        }
    }

    /// What it is asked is a user's code.
    fn ask<R>(&self, what: impl FnOnce(&dyn SharedInterlock) -> R) -> Result<R, String> {
        let Some(interlock) = self.interlock.get() else { return Err(String::from("it is gone")) };
        caught(|| what(&**interlock)).map_err(|panic| format!("it panicked: {}", panic.message()))
    }

    fn look(&self) -> (Look, u64) {
        self.ask(SharedInterlock::look_with_epoch).unwrap_or_else(|why| (Look::Unknown(why), 0))
    }

    pub(super) fn reset(&self, operator: &str, reason: &str) -> Result<(), ResetError> {
        let answer = self.ask(|interlock| interlock.reset(operator, reason));
        answer.unwrap_or_else(|panic| Err(Unreachable(panic))).map_err(ResetError::Unreachable)
    }

    /// Something has stopped this engine, of which it has not heard.
    pub(super) fn stopped(&self) {
        self.needs_operator.store(false, Ordering::Release);
        self.stops.fetch_add(1, Ordering::AcqRel);
    }

    fn knows(&self) -> bool {
        self.taken.load(Ordering::Acquire) == self.stops.load(Ordering::Acquire)
    }

    /// Tells it what has stopped this engine: one at a time.
    fn tell(&self, own: &Interlock) -> Result<(), Unreachable> {
        let stops = self.stops.load(Ordering::Acquire);
        // It waits for others: tasks of the same runtime go on meanwhile.
        let answer = blocking(|| self.ask(|interlock| interlock.latch(own)));
        let answer = answer.unwrap_or_else(|panic| Err(Unreachable(panic)));
        match &answer {
            Ok(()) => self.taken.store(stops, Ordering::Release),
            Err(error) => tell(|| {
                tracing::error!(target: "theus::audit", %error, "this engine is stopped, and the others do not know it yet");
            }),
        }
        answer
    }

    /// Whether it is latched, whatever is known of it here.
    pub(super) fn latched(&self) -> Option<Interlock> {
        match self.look().0 {
            Look::Latched(interlock) => Some(interlock),
            Look::Open | Look::Unknown(_) => None,
        }
    }
}

impl Auditor {
    /// From now on runs ask this one too.
    pub(crate) fn share(&mut self, interlock: Box<dyn SharedInterlock>) {
        self.shared = Some(Shared::new(interlock));
        self.asks.store(true, Ordering::Release);
    }

    /// Why nothing runs: asked where [`asks`](Self::asks) says that there may be a reason.
    pub(crate) fn stop(&self) -> Option<Stop> {
        self.let_through().err().map(|stop| *stop)
    }

    /// The same; where there is no reason, by which epoch of the shared interlock a run is let through.
    #[cold]
    #[inline(never)]
    pub(crate) fn let_through(&self) -> Result<u64, Box<Stop>> {
        let own = self.latched.load(Ordering::Acquire).then(|| self.state.lock().interlock.clone()).flatten();
        let Some(shared) = &self.shared else { return own.map_or(Ok(0), |own| Err(Box::new(Stop::Latched(own)))) };
        let Some(own) = own else {
            return match shared.look() {
                (Look::Open, epoch) => Ok(epoch),
                (Look::Latched(interlock), _) => Err(Box::new(Stop::Latched(interlock))),
                (Look::Unknown(why), _) => Err(Box::new(Stop::Unknown(why))),
            };
        };
        if shared.knows() {
            let (look, epoch) = shared.look();
            let follows = matches!(look, Look::Open) && !shared.needs_operator.load(Ordering::Acquire);
            if follows && self.follow_reset(shared, &own) {
                return Ok(epoch);
            }
        } else if let Some(_telling) = shared.telling.try_lock() {
            // It has told the log where it was in vain, and is tried again.
            let _ = shared.tell(&own);
        }
        Err(Box::new(Stop::Latched(own)))
    }

    /// Tells a shared interlock what has stopped this engine, and waits until it has taken it.
    pub(crate) fn spread(&self) -> Result<(), Unreachable> {
        let Some(shared) = &self.shared else { return Ok(()) };
        let _telling = shared.telling.lock();
        let Some(own) = self.state.lock().interlock.clone() else { return Ok(()) };
        if shared.knows() { Ok(()) } else { shared.tell(&own) }
    }

    /// The shared interlock was reset elsewhere, after it had taken what has stopped this engine: so this one goes on too. It does
    /// not where a sink that must have the record does not take it.
    fn follow_reset(&self, shared: &Shared, own: &Interlock) -> bool {
        // A sink cannot let its own engine go on.
        let Ok(delivery) = self.sinks.open() else { return false };
        let time = self.clock.now();
        let event = AuditEvent::InterlockReset {
            operator: "the shared interlock".into(),
            reason: "it was reset by another engine, and has who and why".into(),
        };
        let mut state = self.state.lock();
        let is_same = |now: &Interlock| now.violation.sequence == own.violation.sequence;
        if !state.interlock.as_ref().is_some_and(is_same) {
            return state.interlock.is_none();
        }
        let version = state.log.records().last().map_or(0, |record| record.version);
        let record = state.log.append(time, version, event).clone();
        let Some(mut delivery) = delivery else {
            self.unlatch(&mut state);
            drop(state);
            ledger::tell(&record);
            return true;
        };
        drop(state);
        let is_refused = self.offer(&mut delivery, &record).is_some();
        let mut records = vec![record];
        let mut state = self.state.lock();
        if is_refused {
            shared.needs_operator.store(true, Ordering::Release);
            let event = AuditEvent::Interlock { violation: own.violation.sequence };
            records.push(state.log.append(time, version, event).clone());
        } else {
            self.unlatch(&mut state);
        }
        drop(state);
        self.publish(Some(delivery), &mut records);
        !is_refused
    }
}
