//! One session elsewhere.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use theus_core::Context;
use theus_core::process::Process;

use super::Remote;
use super::error::{Called, RemoteError};
use crate::drive::{ControlAsk, EmitAsk, RunAsk, Told};
use crate::error::Unreached;

/// One session elsewhere, by its name.
pub struct RemoteSession<D> {
    remote: Remote<D>,
    name: String,
}

const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(4);

impl<D> RemoteSession<D> {
    pub(super) const fn new(remote: Remote<D>, name: String) -> Self {
        Self { remote, name }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs a process. A call that has no answer is made again under its key, so it is done once.
    ///
    /// # Errors
    /// [`RemoteError`].
    pub async fn run<P>(&self, command: P) -> Result<Called<P::Output>, RemoteError>
    where
        D: Context,
        P: Process<Domain = D> + Serialize,
        P::Output: DeserializeOwned,
    {
        self.run_once(&key(), command).await
    }

    /// The same under a key of the caller's own: asked again under it, also by another program, it is not run again.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_once<P>(&self, key: &str, command: P) -> Result<Called<P::Output>, RemoteError>
    where
        D: Context,
        P: Process<Domain = D> + Serialize,
        P::Output: DeserializeOwned,
    {
        let unreadable = |error: serde_json::Error| Unreached::Answer(error.to_string());
        let with = serde_json::to_value(command).map_err(unreadable)?;
        let ask = RunAsk { process: P::CONTRACT.process.to_owned(), with };
        let mut told = self.told("run", &ask, key).await?;
        let result = told.result.take().unwrap_or_default();
        let output = serde_json::from_value(result).map_err(unreadable)?;
        Ok(Called { output, told })
    }

    /// Sends an event to its workflow, and waits until it was taken; what comes of it is another matter.
    ///
    /// # Errors
    /// [`RemoteError`].
    pub async fn emit(&self, event: &str, with: impl Into<Value>) -> Result<Told, RemoteError> {
        self.told("emit", &ask(event, with), &key()).await
    }

    /// The same, and tells what has come of it. An event that no active state has a use for is refused.
    ///
    /// # Errors
    /// [`RemoteError`].
    pub async fn ask(&self, event: &str, with: impl Into<Value>) -> Result<Told, RemoteError> {
        self.told("ask", &ask(event, with), &key()).await
    }

    /// The same under a key of the caller's own.
    ///
    /// # Errors
    /// [`RemoteError`].
    pub async fn ask_once(&self, key: &str, event: &str, with: impl Into<Value>) -> Result<Told, RemoteError> {
        self.told("ask", &ask(event, with), key).await
    }

    /// Holds its workflow up, lets it go on, or ends it.
    ///
    /// # Errors
    /// [`RemoteError`].
    pub async fn control(&self, control: &ControlAsk) -> Result<Told, RemoteError> {
        self.told("control", control, &key()).await
    }

    /// The session as it is: `data`, `states`, `status`, `version`. It waits for no call that is under way.
    ///
    /// # Errors
    /// [`RemoteError::Unreached`].
    pub async fn state(&self) -> Result<Value, RemoteError> {
        Ok(self.again("state", None::<&()>, None).await?)
    }

    async fn told(&self, handler: &str, asked: &(impl Serialize + Sync), key: &str) -> Result<Told, RemoteError> {
        let told: Told = self.again(handler, Some(asked), Some(key)).await?;
        if told.refused.is_some() { Err(RemoteError::of(told)) } else { Ok(told) }
    }

    /// A call, until it has an answer, or was tried so often.
    pub(super) async fn again<A: DeserializeOwned>(
        &self,
        handler: &str,
        asked: Option<&(impl Serialize + Sync)>,
        key: Option<&str>,
    ) -> Result<A, Unreached> {
        self.again_at((self.remote.object(), self.name.as_str(), handler), asked, key).await
    }

    /// The name of the object that it is of.
    pub(super) fn object(&self) -> &str {
        self.remote.object()
    }

    /// The same of a handler of whatever object.
    pub(super) async fn again_at<A: DeserializeOwned>(
        &self,
        at: (&str, &str, &str),
        asked: Option<&(impl Serialize + Sync)>,
        key: Option<&str>,
    ) -> Result<A, Unreached> {
        let ingress = self.remote.ingress();
        let (mut wait, mut tries) = (FIRST_WAIT, 1);
        loop {
            match ingress.call(at, asked, key).await {
                Err(error) if error.may_pass() && tries < self.remote.tries() => {
                    tracing::debug!(target: "theus::restate", %error, tries, "a call is made again, under its key");
                }
                answer => return answer,
            }
            tokio::time::sleep(wait).await;
            (wait, tries) = ((wait * 2).min(LONGEST_WAIT), tries + 1);
        }
    }
}

fn ask(event: &str, with: impl Into<Value>) -> EmitAsk {
    EmitAsk { event: event.to_owned(), with: with.into(), urgent: false }
}

/// A key that nobody else has.
fn key() -> String {
    format!("{:032x}", fastrand::u128(..))
}

impl<D> Clone for RemoteSession<D> {
    fn clone(&self) -> Self {
        Self { remote: self.remote.clone(), name: self.name.clone() }
    }
}

impl<D> fmt::Debug for RemoteSession<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteSession").field("name", &self.name).finish_non_exhaustive()
    }
}
