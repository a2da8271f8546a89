//! Runs and events under a key: asked again, the same answer.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::any::AnyProcess;
use super::durable::{DurableSession, asked_event};
use super::handle::Engine;
use super::pipeline::{self, Once};
use crate::context::Context;
use crate::panics::{DropCaught, Handle};
use crate::process::{OnDomain, OnGlobal, Process, RunError, SyncProcess, WithEffects};

use crate::signal::{EmitError, EventName, Origin, Payload};
use crate::store::{StoreError, decode, encode};

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// Runs a process once under this key: whoever asks again with the same command is given the answer of then, in this program or
    /// a later one, and nothing is run. The answer is stored in the same write as the commit, so there is no moment between.
    ///
    /// A run that does not end well leaves nothing under the key: it can be asked for again. Answers are kept until they are
    /// [pruned](Self::prune_answers).
    ///
    /// ```
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::MemoryStore;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Account { balance: i64 }
    /// # #[process(inputs = [domain.balance], outputs = [domain.balance])]
    /// # fn deposit(ctx: Ctx<Account>, amount: i64) -> i64 { *ctx.domain.balance += amount; *ctx.domain.balance }
    /// let engine = Engine::builder(Account::default()).process::<Deposit>().store(MemoryStore::new()).build()?;
    /// assert_eq!(engine.run_once("request 8f2", Deposit { amount: 5 })?, 5);
    /// assert_eq!(engine.run_once("request 8f2", Deposit { amount: 5 })?, 5, "the answer of then");
    /// assert_eq!(*engine.snapshot()?.balance, 5);
    /// let other = engine.run_once("request 8f2", Deposit { amount: 6 }).unwrap_err();
    /// assert!(other.to_string().contains("has answered something else under the key `request 8f2`"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`run`](Self::run); [`StoreError::KeyReused`] where the key was given to another command;
    /// [`StoreError::NotKept`] where no store keeps the session.
    pub fn run_once<P>(&self, key: &str, command: P) -> Result<P::Output, RunError<P::Error>>
    where
        P: SyncProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
        P::Output: Serialize + DeserializeOwned,
    {
        let (durable, once) = self.once(key, &command)?;
        if let Some(answer) = answer::<P>(durable, &once)? {
            return Ok(answer);
        }
        let ran = pipeline::run_once(&self.core, DropCaught::new(command), &once);
        or_answer(durable, &once, ran)
    }

    /// As [`run_once`](Self::run_once), for any process, waiting for the session without blocking the thread.
    ///
    /// # Errors
    /// As [`run_once`](Self::run_once).
    pub async fn run_once_async<P>(&self, key: &str, command: P) -> Result<P::Output, RunError<P::Error>>
    where
        P: AnyProcess + OnDomain<D> + OnGlobal<G> + WithEffects<E>,
        P::Output: Serialize + DeserializeOwned,
    {
        let (durable, once) = self.once(key, &command)?;
        if let Some(answer) = answer::<P>(durable, &once)? {
            return Ok(answer);
        }
        let core = Handle::of(&self.core);
        let ran = P::run_once_on(core, DropCaught::new(command), &once).await;
        or_answer(durable, &once, ran)
    }

    /// As [`bus().emit`](crate::signal::SignalBus::emit), once under this key: an event that has come under it before does not come
    /// again, however the first one fared.
    ///
    /// # Errors
    /// [`EmitError`], which says [`StoreError::KeyReused`] where something else came under the key.
    pub fn emit_once(&self, key: &str, name: &str) -> Result<(), EmitError> {
        self.kept_for("an event under a key")?;
        self.bus().bring_once(key, EventName::parse(name)?, None, false, Origin::External).map(drop)
    }

    /// The same with something that it brings along.
    ///
    /// # Errors
    /// As [`emit_once`](Self::emit_once).
    pub fn emit_once_with(&self, key: &str, name: &str, payload: impl Into<Payload>) -> Result<(), EmitError> {
        self.kept_for("an event under a key")?;
        let (name, payload) = (EventName::parse(name)?, Some(payload.into()));
        self.bus().bring_once(key, name, payload, false, Origin::External).map(drop)
    }

    /// Answers that were given under keys longer ago than this are gone: asked again, such a command runs again. Tells how many.
    ///
    /// # Errors
    /// Where the store cannot be written, or there is none.
    pub fn prune_answers(&self, older_than: std::time::Duration) -> Result<u64, StoreError> {
        let store = &self.durable_engine()?.store;
        let age = u64::try_from(older_than.as_nanos()).unwrap_or(u64::MAX);
        let before = store.now().saturating_sub(age);
        crate::store::called(&*store.store, |store| store.prune_answers(before))
    }

    /// What is known of an event that may have come under this key.
    pub(crate) fn asked_before(
        &self,
        key: &str,
        event: &EventName,
        payload: &Payload,
    ) -> Result<AskedBefore, StoreError> {
        let durable = self.kept(|| "an event under a key".to_owned())?;
        if durable.answer(key, &asked_event("event", event, Some(payload))?)?.is_none() {
            return Ok(AskedBefore::Never);
        }
        let answer = durable.answer(&key_of_answer(key), &asked_event("answer", event, Some(payload))?)?;
        Ok(answer.map_or(AskedBefore::Unanswered, |answer| AskedBefore::Answered(answer.gave)))
    }

    /// What the session has answered to the event that came under this key: it is pruned as all answers are.
    pub(crate) fn keep_answer(
        &self,
        key: &str,
        event: &EventName,
        payload: &Payload,
        gave: Vec<u8>,
    ) -> Result<(), StoreError> {
        let durable = self.kept(|| "an answer under a key".to_owned())?;
        durable.keep_answer(key_of_answer(key), asked_event("answer", event, Some(payload))?, gave)
    }

    fn once<P: Process>(&self, key: &str, command: &P) -> Result<(&DurableSession, Once<P>), RunError<P::Error>>
    where
        P::Output: Serialize,
    {
        let durable = self.kept(|| format!("`{}` under a key", P::CONTRACT.process)).map_err(RunError::Store)?;
        let process = P::CONTRACT.process;
        let asked = encode(&(process, command)).map_err(|error| {
            RunError::Store(StoreError::Encode { path: format!("the command of {process}"), error })
        })?;
        Ok((durable, Once { key: key.to_owned(), asked, encode: encode::<P::Output> }))
    }

    fn kept_for(&self, what: &str) -> Result<(), EmitError> {
        self.kept(|| what.to_owned()).map(|_| ()).map_err(EmitError::Store)
    }

    fn kept(&self, what: impl FnOnce() -> String) -> Result<&DurableSession, StoreError> {
        let not_kept = || StoreError::NotKept { session: self.session().to_owned(), what: what() };
        self.core.durable.as_deref().filter(|durable| durable.carriage.is_none()).ok_or_else(not_kept)
    }
}

/// What is known of an event that may have come under a key.
#[cfg_attr(not(feature = "workflow"), allow(dead_code, reason = "pools ask"))]
pub(crate) enum AskedBefore {
    /// None has come under it.
    Never,
    /// It has, and this was answered.
    Answered(Vec<u8>),
    /// It has, and what was answered is not kept, if anything was.
    Unanswered,
}

/// Under which key the answer to an event is kept: what has come under a key, and what it was answered, are two things.
fn key_of_answer(key: &str) -> String {
    format!("{key}\u{1f}answer")
}

/// What was given to the same command under this key.
fn answer<P: Process>(durable: &DurableSession, once: &Once<P>) -> Result<Option<P::Output>, RunError<P::Error>>
where
    P::Output: DeserializeOwned,
{
    let Some(answer) = durable.answer(&once.key, &once.asked).map_err(RunError::Store)? else { return Ok(None) };
    decode(&answer.gave).map(Some).map_err(|error| {
        let (session, path) = (durable.name.to_string(), format!("what {} gave", P::CONTRACT.process));
        RunError::Store(StoreError::Decode { session, path, error })
    })
}

/// Another program may have run it meanwhile.
fn or_answer<P: Process>(
    durable: &DurableSession,
    once: &Once<P>,
    ran: Result<P::Output, RunError<P::Error>>,
) -> Result<P::Output, RunError<P::Error>>
where
    P::Output: DeserializeOwned,
{
    match ran {
        Err(RunError::Store(error @ (StoreError::Answered { .. } | StoreError::Conflict { .. }))) => {
            answer::<P>(durable, once)?.ok_or(RunError::Store(error))
        }
        ran => ran,
    }
}
