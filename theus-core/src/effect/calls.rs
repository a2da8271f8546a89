//! How the calls of effects go from a body: made, and kept for the journal; or answered out of it.

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

#[cfg(feature = "store")]
use super::tape::{Begun, Tape};
use super::{Effect, Recorded};
#[cfg(feature = "store")]
use crate::store::{EncodeError, decode, encode, encode_into, list};
use crate::transaction::Order;

/// Where the calls of one effect go, within one run.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "store"), allow(dead_code, reason = "there is nobody to keep what they say"))]
pub struct Calls<'a> {
    order: &'a Order,
    effect: &'static str,
}

/// What an effect is asked with.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of an effect: it cannot be serialised",
    label = "an argument of an effect is kept in the journal",
    note = "derive it: `#[derive(serde::Serialize)]`"
)]
pub trait EffectArgument: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize> EffectArgument for T {}

/// An argument on its way into the journal. Its type is known no more, so that one which cannot be serialised is one error.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "store"), allow(dead_code, reason = "there is nobody to keep it"))]
pub struct Argument<'a>(&'a dyn Written);

trait Written {
    #[cfg(feature = "store")]
    fn write(&self, bytes: &mut Vec<u8>) -> Result<(), EncodeError>;
}

impl<T: Serialize> Written for T {
    #[cfg(feature = "store")]
    fn write(&self, bytes: &mut Vec<u8>) -> Result<(), EncodeError> {
        encode_into(self, bytes)
    }
}

impl std::fmt::Debug for Argument<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Argument(..)")
    }
}

/// What an effect is asked with, as the journal takes it.
#[inline]
pub const fn asked<T: EffectArgument>(argument: &T) -> Argument<'_> {
    Argument(argument)
}

/// What an effect gives.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the answer of an effect: it cannot be serialised and read again",
    label = "an answer of an effect is kept in the journal",
    note = "derive both: `#[derive(serde::Serialize, serde::Deserialize)]`, for the error of a `Result` too"
)]
pub trait EffectValue: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> EffectValue for T {}

/// One call, on its way.
#[derive(Debug)]
pub struct Call<'a>(Way<'a>);

enum Way<'a> {
    /// Nobody looks.
    Made,
    #[cfg(feature = "store")]
    Recorded(&'a Tape, usize),
    #[cfg(feature = "store")]
    Replayed(&'a Tape, Option<Vec<u8>>),
    #[cfg(not(feature = "store"))]
    #[allow(dead_code, reason = "the lifetime is of those with a store")]
    Never(std::convert::Infallible, std::marker::PhantomData<&'a ()>),
}

impl std::fmt::Debug for Way<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if matches!(self, Way::Made) { "made" } else { "of a journal" })
    }
}

impl<'a> Calls<'a> {
    /// A call, with its arguments.
    #[cfg(feature = "store")]
    #[must_use]
    pub fn call(self, call: &'static str, asked: &[Argument<'_>]) -> Call<'a> {
        if self.order.is_let_go() {
            leave();
        }
        let Some(tape) = self.order.tape() else { return Call(Way::Made) };
        let asked = list(asked.len(), |place, bytes| asked.get(place).map_or(Ok(()), |asked| asked.0.write(bytes)));
        match tape.begin(self.effect, call, asked) {
            Begun::Made(place) => Call(Way::Recorded(tape, place)),
            Begun::Gave(gave) => Call(Way::Replayed(tape, gave)),
            Begun::Parted => leave(),
            #[cfg(feature = "test")]
            Begun::Refused(why) => leave_for(why),
        }
    }

    /// A call, with its arguments.
    #[cfg(not(feature = "store"))]
    #[must_use]
    pub fn call(self, _: &'static str, _: &[Argument<'_>]) -> Call<'a> {
        if self.order.is_let_go() {
            leave();
        }
        Call(Way::Made)
    }
}

impl Call<'_> {
    /// Whether it is made and nobody looks.
    #[must_use]
    pub const fn is_unseen(&self) -> bool {
        matches!(self.0, Way::Made)
    }

    /// What it gives.
    pub fn answer<T: EffectValue>(self, make: impl FnOnce() -> T) -> T {
        match self.0 {
            Way::Made => make(),
            #[cfg(feature = "store")]
            Way::Recorded(tape, place) => recorded(tape, place, make()),
            #[cfg(feature = "store")]
            Way::Replayed(tape, Some(gave)) => read(tape, &gave),
            #[cfg(feature = "store")]
            Way::Replayed(tape, None) => {
                tape.unanswered();
                leave()
            }
            #[cfg(not(feature = "store"))]
            Way::Never(never, _) => match never {},
        }
    }

    /// What it gives, in the end.
    pub async fn answer_async<T: EffectValue, F: Future<Output = T>>(self, make: impl FnOnce() -> F) -> T {
        match self.0 {
            Way::Made => make().await,
            #[cfg(feature = "store")]
            Way::Recorded(tape, place) => recorded(tape, place, make().await),
            #[cfg(feature = "store")]
            Way::Replayed(tape, Some(gave)) => read(tape, &gave),
            // It had not given anything when the run went on.
            #[cfg(feature = "store")]
            Way::Replayed(_, None) => std::future::pending().await,
            #[cfg(not(feature = "store"))]
            Way::Never(never, _) => match never {},
        }
    }
}

#[cfg(feature = "store")]
fn recorded<T: Serialize>(tape: &Tape, place: usize, answer: T) -> T {
    tape.gave(place, encode(&answer));
    answer
}

#[cfg(feature = "store")]
fn read<T: DeserializeOwned>(tape: &Tape, gave: &[u8]) -> T {
    decode(gave).unwrap_or_else(|_| match tape.unreadable() {
        None => leave(),
        Some(why) => leave_for(why),
    })
}

/// Leaves the body of a run that is made again and cannot be, or that nobody waits for any more. There is no value that it could go
/// on with, and a plain `fn` is left in no other way; whoever has begun it catches this, and looks at the tape.
#[cold]
fn leave() -> ! {
    std::panic::resume_unwind(Box::new("a run was left half-way"))
}

/// The same for a reason that its result tells.
#[cfg(feature = "store")]
#[cold]
fn leave_for(why: String) -> ! {
    std::panic::resume_unwind(Box::new(why))
}

/// An effect as a process has declared it.
#[derive(Debug)]
pub struct EffectOf<'a, T: ?Sized>(pub &'a T, pub &'a Order, pub &'static str);

/// For effects whose answers are recorded.
pub trait SeenEffect {
    /// What a body has of it.
    type View;
    /// What a body has of it.
    fn view(&self) -> Self::View;
}

impl<'a, D: Recorded + ?Sized> SeenEffect for &EffectOf<'a, Effect<D>> {
    type View = D::View<'a>;
    fn view(&self) -> D::View<'a> {
        let EffectOf(effect, order, name) = self;
        D::view(&effect.0, Calls { order, effect: name })
    }
}

/// For all others.
pub trait UnseenEffect<'a, T: ?Sized> {
    /// The handle itself.
    fn view(&self) -> &'a T;
}

impl<'a, T: ?Sized> UnseenEffect<'a, T> for EffectOf<'a, T> {
    #[inline]
    fn view(&self) -> &'a T {
        #[cfg(feature = "store")]
        if let Some(tape) = self.1.tape()
            && !tape.unseen()
        {
            leave();
        }
        self.0
    }
}

/// The keys of one run.
#[cfg(feature = "store")]
#[derive(Clone, Copy, Debug)]
pub struct EffectKeys<'a>(&'a Order);

/// What a guard has keys by.
#[cfg(feature = "store")]
#[must_use]
pub const fn effect_keys(order: &Order) -> EffectKeys<'_> {
    EffectKeys(order)
}

#[cfg(feature = "store")]
impl EffectKeys<'_> {
    /// The next one.
    #[must_use]
    pub fn next(self) -> super::EffectKey {
        let calls = Calls { order: self.0, effect: "" };
        super::EffectKey(calls.call("key", &[]).answer(|| self.0.key()))
    }

    /// By which epoch of the interlock the run was let through.
    #[must_use]
    pub fn epoch(self) -> u64 {
        let calls = Calls { order: self.0, effect: "" };
        calls.call("epoch", &[]).answer(|| self.0.epoch())
    }
}
