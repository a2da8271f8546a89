//! `ctx.send(..)`: the messages of a run, which leave once it has committed.

use std::marker::PhantomData;

use serde::Serialize;

use super::traits::Process;
use crate::panics::caught;
use crate::store::EncodeError;
use crate::transaction::Order;

/// A message that a process may send: `#[process]` writes one for each type under `messages`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not declare that it sends `{M}`",
    label = "not declared under `messages`",
    note = "list the type in the contract: `#[process(.., messages = [..])]`"
)]
pub trait Sends<M: ?Sized> {
    /// Its type, as the contract has it.
    const TOPIC: &'static str;
}

/// What no message is.
#[derive(Debug)]
pub enum Nothing {}

/// Takes the messages of one run.
pub struct Outgoing<'a, P> {
    order: &'a Order,
    of: PhantomData<fn(P)>,
}

/// What a guard sends by.
#[must_use]
pub const fn outgoing<P: Process>(order: &Order) -> Outgoing<'_, P> {
    Outgoing { order, of: PhantomData }
}

impl<P> Outgoing<'_, P> {
    /// One more. One that cannot be written as JSON is told when the run would commit: it does not then.
    pub fn send<M: Serialize>(&self, message: &M)
    where
        P: Sends<M>,
    {
        let refused = |reason: String| EncodeError::refused(format!("the message `{}`: {reason}", P::TOPIC));
        // Code of the user's type.
        let body = match caught(|| serde_json::to_value(message)) {
            Ok(Ok(body)) => Ok((P::TOPIC, body)),
            Ok(Err(error)) => Err(refused(error.to_string())),
            Err(panic) => Err(refused(format!("its code panicked: {}", panic.message()))),
        };
        self.order.sends(body);
    }
}
