//! A client that looks like the engine: sessions elsewhere, run by the types of their processes.

mod error;
mod session;
mod verify;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

pub use error::{Called, RemoteError};
pub use session::RemoteSession;
pub use verify::{Verdict, VerifyError};

use crate::error::Unreached;
use crate::ingress::Ingress;

/// Sessions of this context that Restate has. A clone is the same client.
///
/// ```no_run
/// use theus_core::prelude::*;
/// use theus_restate::Remote;
///
/// #[derive(Clone, Default, Context)]
/// struct Account { balance: i64 }
/// #[process(inputs = [domain.balance], outputs = [domain.balance])]
/// fn deposit(ctx: Ctx<Account>, amount: i64) -> i64 { *ctx.domain.balance += amount; *ctx.domain.balance }
///
/// # async fn call() -> Result<(), Box<dyn std::error::Error>> {
/// let accounts = Remote::<Account>::at("http://127.0.0.1:8080", "Accounts")?;
/// let balance: i64 = accounts.session("a-17").run(Deposit { amount: 5 }).await?.output;
/// # let _ = balance;
/// # Ok(())
/// # }
/// ```
pub struct Remote<D> {
    object: Arc<str>,
    ingress: Ingress,
    attempts: u32,
    context: PhantomData<fn() -> D>,
}

impl<D> Remote<D> {
    /// The sessions of an object, at the address of an ingress.
    ///
    /// # Errors
    /// [`Unreached::Address`].
    pub fn at(url: &str, object: impl Into<Arc<str>>) -> Result<Self, Unreached> {
        Ok(Self::by(Ingress::at(url)?, object))
    }

    /// The same by an ingress that others call, too.
    #[must_use]
    pub fn by(ingress: Ingress, object: impl Into<Arc<str>>) -> Self {
        Self { object: object.into(), ingress, attempts: 12, context: PhantomData }
    }

    /// How often a call is tried that has no answer: under one key, so that it is done once however often. Twelve times where nothing is
    /// said, which is half a minute.
    #[must_use]
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// The session of this name.
    #[must_use]
    pub fn session(&self, name: impl Into<String>) -> RemoteSession<D> {
        RemoteSession::new(self.clone(), name.into())
    }

    pub(crate) fn object(&self) -> &str {
        &self.object
    }

    pub(crate) const fn ingress(&self) -> &Ingress {
        &self.ingress
    }

    pub(crate) const fn tries(&self) -> u32 {
        self.attempts
    }
}

impl<D> Clone for Remote<D> {
    fn clone(&self) -> Self {
        let Self { object, ingress, attempts, context } = self;
        Self { object: Arc::clone(object), ingress: ingress.clone(), attempts: *attempts, context: *context }
    }
}

impl<D> fmt::Debug for Remote<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("object", &self.object).finish_non_exhaustive()
    }
}
