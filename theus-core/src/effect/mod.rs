//! Effects whose answers are recorded: what a process asks of the world outside, as a trait.
//!
//! Any type can be an effect of a process: it gets a reference to it. Where the session is kept in a store, such a process is not
//! made again by a [replay](crate::Engine::replay), since nobody knows what the world had answered. An effect that is a trait with
//! [`#[effect]`](macro@crate::effect), in an [`Effect`], is recorded: each call, with its arguments and its answer, is in the step of the
//! journal, in the same write as what the process has changed. A replay asks nobody: it gives the answers again, and tells where the
//! process asks something else than it did.
//!
//! ```
//! use serde::{Deserialize, Serialize};
//! use theus_core::effect::{Clock, Effect, SystemClock};
//! use theus_core::prelude::*;
//! use theus_core::store::MemoryStore;
//!
//! #[derive(Clone, Default, Context)]
//! struct Account { paid: i64, receipt: String, at: u64 }
//!
//! #[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
//! #[error("the card was declined")]
//! struct Declined;
//!
//! #[theus_core::effect]
//! trait Gateway {
//!     fn charge(&self, key: &str, amount: i64) -> Result<String, Declined>;
//! }
//!
//! /// The world outside; in a test, one that answers as the test likes.
//! struct Bank;
//! impl Gateway for Bank {
//!     fn charge(&self, key: &str, amount: i64) -> Result<String, Declined> {
//!         if amount > 1_000 { Err(Declined) } else { Ok(format!("receipt {}", &key[..4])) }
//!     }
//! }
//!
//! struct Ports { gateway: Effect<dyn Gateway>, clock: Effect<dyn Clock> }
//!
//! #[process(inputs = [domain.paid], outputs = [domain.paid, domain.receipt, domain.at], effects = [gateway, clock], errors = [Declined])]
//! fn charge(ctx: Ctx<Account, (), Ports>, amount: i64) -> Result<(), Declined> {
//!     let key = ctx.effects.key(); // the same for every attempt of this step: the bank takes one of them
//!     let receipt = ctx.effects.gateway.charge(key.as_str(), amount)?;
//!     let now = ctx.effects.clock.now();
//!     *ctx.domain.paid += amount;
//!     ctx.domain.receipt.set(receipt);
//!     ctx.domain.at.set(now.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs()));
//!     Ok(())
//! }
//!
//! let ports = Ports { gateway: Effect::new(Bank), clock: Effect::new(SystemClock) };
//! let engine = Engine::builder(Account::default()).effects(ports).process::<Charge>().store(MemoryStore::new()).build()?;
//! engine.run(Charge { amount: 40 })?;
//! let replay = engine.replay("main")?;
//! assert_eq!((replay.made, replay.divergence), (1, None)); // without asking the bank, or the clock
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A fencing token
//!
//! Where engines share an [interlock](crate::audit::SharedInterlock), `ctx.effects.epoch()` is how often it had been latched or reset when
//! this run was let through, by the look that let it through. What acts outside refuses a smaller number than it has seen: so a run that
//! was let through before a latch, and comes late, does nothing any more once a later one has been there. It is kept in the journal as what an effect
//! gives. Where nobody counts, as by an engine's own interlock, it is 0.
//!
//! ```
//! use std::sync::Mutex;
//! use theus_core::prelude::*;
//!
//! #[derive(Clone, Default, Context)]
//! struct Oven { on: bool }
//!
//! /// What switches the heater, and has seen an epoch.
//! #[derive(Default)]
//! struct Heater(Mutex<u64>);
//! impl Heater {
//!     fn switch(&self, epoch: u64) -> bool {
//!         let Ok(mut seen) = self.0.lock() else { return false };
//!         *seen = epoch.max(*seen);
//!         epoch == *seen
//!     }
//! }
//! struct Ports { heater: Heater }
//!
//! #[process(outputs = [domain.on], effects = [heater])]
//! fn heat(ctx: Ctx<Oven, (), Ports>) {
//!     let epoch = ctx.effects.epoch();
//!     let is_on = ctx.effects.heater.switch(epoch);
//!     ctx.domain.on.set(is_on);
//! }
//!
//! let engine = Engine::builder(Oven::default()).effects(Ports { heater: Heater::default() }).process::<Heat>().build()?;
//! engine.run(Heat)?;
//! assert!(*engine.snapshot()?.on);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # In code that is asynchronous
//!
//! A call can be an `async fn`. What implements the trait is then marked too: `#[effect] impl Gateway for Bank { async fn .. }`. Several
//! calls can be under way at once: a replay takes those of an `async fn` in any order, and those of a plain `fn` in theirs.
//!
//! A `fn` that says [`blocking`](macro@crate::process#a-body-that-blocks) may ask when nobody waits for its run any more: then its call is not
//! made, and ends its body, as a panic does that nobody is told of. Where a panic ends the program the call is made.
//!
//! # What is kept
//!
//! Arguments and answers, as values: they are `Serialize`, answers `Deserialize` as well. Where one of a run cannot be written, or the
//! process has another effect that is not recorded, that step is taken over by a replay, which says so. A call that was not waited for,
//! as by a `select!`, is kept without an answer.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

mod builtin;
mod calls;
#[cfg(all(feature = "store", feature = "test"))]
mod deck;
#[cfg(feature = "store")]
mod tape;

pub use builtin::{Clock, Random, SystemClock, SystemRandom};
#[doc(hidden)]
pub use calls::{Argument, Call, Calls, EffectArgument, EffectOf, EffectValue, SeenEffect, UnseenEffect, asked};
#[cfg(feature = "store")]
#[doc(hidden)]
pub use calls::{EffectKeys, effect_keys};
#[cfg(all(feature = "store", feature = "test"))]
pub(crate) use deck::{Asking, Deck, Played};
#[cfg(feature = "store")]
pub(crate) use tape::{Ended, Parted, Tape};

/// What an `async fn` of an effect gives.
pub type EffectFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An effect whose answers are recorded: `Effect<dyn Gateway>` is a member of the effects, where `Gateway` is a trait with
/// [`#[effect]`](macro@crate::effect).
///
/// In a process it is what the trait says, and its calls are seen. Outside it is a reference to what it was made of.
pub struct Effect<D: ?Sized>(Arc<D>);

impl<D: ?Sized> Effect<D> {
    /// Of what implements the trait.
    #[must_use]
    pub fn new<T>(implementation: T) -> Self
    where
        D: Holds<T>,
    {
        Self(D::hold(Arc::new(implementation)))
    }

    /// The same of what others have a handle on as well: a test, that looks at what it was asked.
    #[must_use]
    pub fn shared<T>(implementation: Arc<T>) -> Self
    where
        D: Holds<T>,
    {
        Self(D::hold(implementation))
    }
}

impl<D: ?Sized> Clone for Effect<D> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<D: ?Sized> Deref for Effect<D> {
    type Target = D;
    fn deref(&self) -> &D {
        &self.0
    }
}

impl<D: ?Sized> fmt::Debug for Effect<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Effect(..)")
    }
}

/// A trait of effects, as `dyn Gateway`: [`#[effect]`](macro@crate::effect) implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no effect",
    label = "expected `dyn Trait`, of a trait with `#[effect]`",
    note = "mark the trait: `#[theus_core::effect] trait ..`"
)]
pub trait Recorded: Send + Sync + 'static {
    /// What a process has of it.
    #[doc(hidden)]
    type View<'a>;
    /// What a process has of it.
    #[doc(hidden)]
    fn view<'a>(&'a self, calls: Calls<'a>) -> Self::View<'a>;
}

/// What can be made of an implementation: [`#[effect]`](macro@crate::effect) says it of its trait.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no effect that can be made of `{T}`",
    label = "expected what implements a trait with `#[effect]`",
    note = "mark the trait: `#[theus_core::effect] trait ..`"
)]
pub trait Holds<T> {
    /// The same, as what implements the trait.
    #[doc(hidden)]
    fn hold(implementation: Arc<T>) -> Arc<Self>;
}

/// What tells one call of one step from all others, so that the receiver of a call that comes twice takes one of them:
/// `ctx.effects.key()`, in a process with effects.
///
/// It is made of the store, the session, the step that the run would make, the process, its arguments, and how many keys the run has
/// had before. So whoever tries the same again, after a failure, a timeout or a crash, has the same key, as long as nothing else has
/// been committed in the session meanwhile. Without a store it is so within one run of the program.
///
/// A session that was [removed](crate::Engine::remove_stored) and begun again under its old name may come to keys that it has had.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EffectKey(String);

impl EffectKey {
    /// 32 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EffectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
