//! The messages that runs have sent, on their way out.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;

use super::durable::Handle;
use super::handle::Engine;
use crate::context::Context;
use crate::panics::{caught, tell};
use crate::store::{DecodeError, StoreError, StoredMessage, Write, called};

/// How many messages are read at once.
const PAGE: usize = 256;

/// The messages that the sessions of a store have sent and nobody has taken yet.
///
/// A message is in the store with the commit that has sent it, and leaves it once it was delivered: **at least once**, since a program
/// can die between the two. Of one session they are delivered in the order in which they were sent. One that cannot be delivered is
/// tried again, later each time, and what the session has sent after it waits for it; after so many attempts it is a
/// [dead letter](Self::dead_letters), which is kept, and the session's next one has its turn.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use theus_core::prelude::*;
/// use theus_core::store::MemoryStore;
///
/// #[derive(Clone, Default, Context)]
/// struct Account { balance: i64 }
/// #[derive(Serialize, Deserialize)]
/// struct Receipt { amount: i64, balance: i64 }
///
/// #[process(inputs = [domain.balance], outputs = [domain.balance], messages = [Receipt])]
/// fn deposit(ctx: Ctx<Account>, amount: i64) {
///     *ctx.domain.balance += amount;
///     ctx.send(Receipt { amount, balance: *ctx.domain.balance });
/// }
///
/// let engine = Engine::builder(Account::default()).process::<Deposit>().store(MemoryStore::new()).build()?;
/// engine.run(Deposit { amount: 5 })?;
///
/// let mut letters = Vec::new();
/// let delivery = engine.outbox()?.deliver(|message| {
///     let receipt: Receipt = message.read()?;
///     letters.push(format!("{}: {} paid in, {} there", message.key(), receipt.amount, receipt.balance));
///     Ok(())
/// })?;
/// assert_eq!(letters, ["main/1: 5 paid in, 5 there"]);
/// assert_eq!((delivery.delivered, delivery.waiting), (1, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Outbox {
    pub(super) store: Arc<Handle>,
    attempts: u32,
    pub(super) first_wait: Duration,
    longest_wait: Duration,
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    session: String,
    stored: StoredMessage,
}

/// Why a message was not delivered.
pub type NotDelivered = Box<dyn std::error::Error + Send + Sync>;

/// What came of going through the outbox once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// How many were delivered.
    pub delivered: u64,
    /// How many were tried, and will be again.
    pub failed: u64,
    /// How many were given up: they are dead letters now.
    pub died: u64,
    /// How many wait: those that have failed, and what their sessions have sent after them.
    pub waiting: u64,
    /// When the first of those may be tried again.
    pub next: Option<SystemTime>,
}

impl Message {
    /// The session that has sent it.
    #[must_use]
    pub fn session(&self) -> &str {
        &self.session
    }

    /// Its number in its session: later messages have greater ones.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.stored.number
    }

    /// What tells it from every other one of its store, for whoever receives it twice: `main/1`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.session, self.stored.number)
    }

    /// The step of the session that has sent it.
    #[must_use]
    pub const fn step(&self) -> u64 {
        self.stored.step
    }

    /// Its type, as the contract of the process has it.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.stored.topic
    }

    /// What it says.
    #[must_use]
    pub const fn body(&self) -> &serde_json::Value {
        &self.stored.body
    }

    /// How often it was tried before.
    #[must_use]
    pub const fn tries(&self) -> u32 {
        self.stored.tries
    }

    /// Why it is a dead letter, if it is one.
    #[must_use]
    pub fn dead(&self) -> Option<&str> {
        self.stored.dead.as_deref()
    }

    /// What it says, as a value of this type.
    ///
    /// # Errors
    /// Where it is no such value.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let read = caught(|| T::deserialize(&self.stored.body));
        let refused = |reason: String| DecodeError::new(format!("the message {}: {reason}", self.key()));
        match read {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(refused(error.to_string())),
            Err(panic) => Err(refused(format!("its code panicked: {}", panic.message()))),
        }
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Engine<D, G, E> {
    /// What the sessions of this engine's store have sent and nobody has taken yet.
    ///
    /// # Errors
    /// Where there is no store.
    pub fn outbox(&self) -> Result<Outbox, StoreError> {
        let store = Arc::clone(&self.durable_engine()?.store);
        Ok(Outbox { store, attempts: 10, first_wait: Duration::from_secs(1), longest_wait: Duration::from_secs(300) })
    }
}

impl Outbox {
    /// After so many attempts a message is a dead letter; 10 where nothing is said, at least 1.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// How long a message waits after its first attempt, and at most after a later one: twice as long after each. A second and five
    /// minutes where nothing is said.
    #[must_use]
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        (self.first_wait, self.longest_wait) = (first, longest.max(first));
        self
    }

    /// Goes through all messages that wait, once, and hands each to `deliver`, which says whether it has reached whom it is for. Where
    /// it panics that is an attempt that has failed.
    ///
    /// # Errors
    /// Where the store cannot be read or written. What was delivered until then is; one whose delivery could not be noted comes again.
    pub fn deliver(
        &self,
        mut deliver: impl FnMut(&Message) -> Result<(), NotDelivered>,
    ) -> Result<Delivery, StoreError> {
        let (mut done, mut held_up) = (Delivery::default(), None);
        self.pages(|page| {
            for messages in page.chunk_by(|one, next| one.session == next.session) {
                held_up = self.of_session(messages, held_up.take(), &mut deliver, &mut done)?;
            }
            Ok(())
        })?;
        Ok(done)
    }

    /// All messages that wait, page by page, in the order of sessions' names.
    pub(super) fn pages(&self, mut each: impl FnMut(Vec<Message>) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let mut last: Option<(String, u64)> = None;
        loop {
            let after = last.as_ref().map(|(session, number)| (session.as_str(), *number));
            let page = self.page(false, after, PAGE)?;
            let Some(message) = page.last() else { return Ok(()) };
            last = Some((message.session.clone(), message.stored.number));
            each(page)?;
        }
    }

    /// Those of one session, in order, until one has to wait. The session, where it is `held_up` by an earlier one, or by one of these.
    pub(super) fn of_session(
        &self,
        messages: &[Message],
        held_up: Option<String>,
        deliver: &mut impl FnMut(&Message) -> Result<(), NotDelivered>,
        done: &mut Delivery,
    ) -> Result<Option<String>, StoreError> {
        for (place, message) in messages.iter().enumerate() {
            let is_held_up = held_up.as_ref() == Some(&message.session);
            if is_held_up || !self.one(message, deliver, done)? {
                let rest = messages.len() - place - usize::from(!is_held_up);
                done.waiting += rest as u64;
                return Ok(Some(message.session.clone()));
            }
        }
        Ok(None)
    }

    /// Whether the session's next one has its turn.
    fn one(
        &self,
        message: &Message,
        deliver: &mut impl FnMut(&Message) -> Result<(), NotDelivered>,
        done: &mut Delivery,
    ) -> Result<bool, StoreError> {
        if message.stored.not_before > self.store.now() {
            done.waits_until(message.stored.not_before);
            return Ok(false);
        }
        let why = match caught(|| deliver(message)) {
            Ok(Ok(())) => {
                let delivered = vec![message.stored.number];
                self.write(Write { session: message.session.as_str().into(), delivered, ..Write::default() })?;
                done.delivered += 1;
                return Ok(true);
            }
            Ok(Err(error)) => error.to_string(),
            Err(panic) => format!("it panicked: {}", panic.message()),
        };
        let mut tried = message.stored.clone();
        tried.tries = tried.tries.saturating_add(1);
        let is_dead = tried.tries >= self.attempts;
        if is_dead {
            tell(|| {
                tracing::error!(target: "theus::outbox", message = %message.key(), topic = %message.topic(), %why,
                    attempts = tried.tries, "the message is a dead letter");
            });
            tried.dead = Some(why);
            done.died += 1;
        } else {
            // From its end on: an attempt can take longer than the wait.
            tried.not_before = self.store.now().saturating_add(nanos(self.wait_after(tried.tries)));
            done.failed += 1;
            done.waits_until(tried.not_before);
        }
        self.write(Write { session: message.session.as_str().into(), messages: vec![tried], ..Write::default() })?;
        Ok(is_dead)
    }

    fn wait_after(&self, tries: u32) -> Duration {
        let doubled = self.first_wait.checked_mul(1_u32.checked_shl(tries.saturating_sub(1)).unwrap_or(u32::MAX));
        doubled.unwrap_or(self.longest_wait).min(self.longest_wait)
    }

    /// At most so many of the messages that wait after this one, of a session and a number, in the order of sessions' names.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn waiting(&self, after: Option<(&str, u64)>, most: usize) -> Result<Vec<Message>, StoreError> {
        self.page(false, after, most)
    }

    /// The same of those that were given up.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn dead_letters(&self, after: Option<(&str, u64)>, most: usize) -> Result<Vec<Message>, StoreError> {
        self.page(true, after, most)
    }

    /// A dead letter waits again, as if it had not been tried.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn again(&self, dead: &Message) -> Result<(), StoreError> {
        let again = StoredMessage { tries: 0, not_before: 0, dead: None, ..dead.stored.clone() };
        self.write(Write { session: dead.session.as_str().into(), messages: vec![again], ..Write::default() })?;
        self.store.sent.tell(&dead.session, dead.stored.number);
        Ok(())
    }

    /// A message is gone, without having been delivered.
    ///
    /// # Errors
    /// Where the store cannot be written.
    pub fn discard(&self, message: &Message) -> Result<(), StoreError> {
        let delivered = vec![message.stored.number];
        self.write(Write { session: message.session.as_str().into(), delivered, ..Write::default() })
    }

    fn page(&self, is_dead: bool, after: Option<(&str, u64)>, most: usize) -> Result<Vec<Message>, StoreError> {
        let page = called(&*self.store.store, |store| store.outbox(is_dead, after, most))?;
        Ok(page.into_iter().map(|(session, stored)| Message { session, stored }).collect())
    }

    fn write(&self, write: Write) -> Result<(), StoreError> {
        crate::store::write(&*self.store.store, write)
    }
}

impl Delivery {
    fn waits_until(&mut self, nanos: u64) {
        self.waiting += 1;
        self.looks_at(SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos));
    }

    pub(super) fn looks_at(&mut self, then: SystemTime) {
        self.next = Some(self.next.map_or(then, |next| next.min(then)));
    }

    /// With what came of others, side by side.
    pub(super) fn and(&mut self, other: Self) {
        self.delivered += other.delivered;
        self.failed += other.failed;
        self.died += other.died;
        self.waiting += other.waiting;
        if let Some(next) = other.next {
            self.looks_at(next);
        }
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox").field("attempts", &self.attempts).finish_non_exhaustive()
    }
}
