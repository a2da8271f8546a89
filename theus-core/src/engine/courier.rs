//! Who delivers messages as they come, on threads of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;

use super::durable::Handle;
use super::outbox::{Delivery, Message, NotDelivered, Outbox};
use crate::panics::tell;
use crate::store::StoreError;

const SHORTEST_REST: Duration = Duration::from_millis(1);
/// Another program may have sent something, and rings no bell here.
const LONGEST_REST: Duration = Duration::from_secs(1);
/// What another program has sent is left to it for so long: all of them see it, and whoever has sent it is at it already.
const OTHERS: Duration = Duration::from_secs(1);
/// So many messages of others are remembered; more have their turn when those are delivered.
const MOST_OTHERS: usize = 1 << 16;

impl Outbox {
    /// Delivers from now on, on a thread of its own: what has been sent at once, what has failed when its time has come. Until the
    /// [`Courier`] is dropped.
    ///
    /// Where sessions are [leased](crate::EngineBuilder::lease_sessions), each of several programs has a courier that sees the messages of
    /// all: what another one has sent is delivered here where it still waits a second after it was seen first.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(
        &self,
        deliver: impl FnMut(&Message) -> Result<(), NotDelivered> + Send + 'static,
    ) -> std::io::Result<Courier> {
        let deliver = Mutex::new(deliver);
        self.start_side_by_side(1, move |message| (deliver.lock())(message))
    }

    /// As [`start`](Self::start), with so many messages at a time, each of another session: for deliveries that wait for somebody.
    ///
    /// ```
    /// # use std::sync::mpsc;
    /// # use std::time::Duration;
    /// # use serde::{Deserialize, Serialize};
    /// # use theus_core::prelude::*;
    /// # use theus_core::store::MemoryStore;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Account { balance: i64 }
    /// # #[derive(Serialize, Deserialize)]
    /// # struct Receipt { amount: i64 }
    /// # #[process(inputs = [domain.balance], outputs = [domain.balance], messages = [Receipt])]
    /// # fn deposit(ctx: Ctx<Account>, amount: i64) { *ctx.domain.balance += amount; ctx.send(Receipt { amount }); }
    /// let engine = Engine::builder(Account::default()).process::<Deposit>().store(MemoryStore::new()).build()?;
    /// let (post, mail) = mpsc::channel();
    /// let courier = engine.outbox()?.start_side_by_side(8, move |message| Ok(post.send(message.key())?))?;
    /// engine.run(Deposit { amount: 5 })?;
    /// assert_eq!(mail.recv_timeout(Duration::from_secs(20))?, "main/1");
    /// # drop(courier);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start_side_by_side(
        &self,
        at_a_time: usize,
        deliver: impl Fn(&Message) -> Result<(), NotDelivered> + Send + Sync + 'static,
    ) -> std::io::Result<Courier> {
        let stop = Arc::new(AtomicBool::new(false));
        let (outbox, is_over) = (self.clone(), Arc::clone(&stop));
        let has_others = self.store.leasing.is_some();
        self.store.sent.is_listened_to(has_others);
        let thread = thread::Builder::new().name("theus outbox".to_owned()).spawn(move || {
            let mut turns = has_others.then(Turns::default);
            while !is_over.load(Ordering::Acquire) {
                let rung = outbox.store.sent.rung();
                let wait = match outbox.round(at_a_time, turns.as_mut(), &deliver) {
                    Ok(Delivery { next, .. }) => next.map_or(LONGEST_REST, |next| outbox.until(next)),
                    Err(error) => {
                        tell(|| tracing::error!(target: "theus::outbox", %error, "nothing is delivered for now"));
                        outbox.first_wait
                    }
                };
                if !is_over.load(Ordering::Acquire) {
                    outbox.store.sent.wait(rung, wait.clamp(SHORTEST_REST, LONGEST_REST));
                }
            }
        });
        let thread = thread.inspect_err(|_| self.store.sent.is_not_listened_to())?;
        Ok(Courier { stop, store: Arc::clone(&self.store), thread: Some(thread) })
    }

    /// Goes through all messages that wait and have their turn, once.
    fn round(
        &self,
        at_a_time: usize,
        mut turns: Option<&mut Turns>,
        deliver: &(impl Fn(&Message) -> Result<(), NotDelivered> + Sync),
    ) -> Result<Delivery, StoreError> {
        if let Some(turns) = &mut turns {
            turns.begin(self.store.sent.sent_here());
        }
        let (mut done, mut held_up) = (Delivery::default(), None);
        self.pages(|page| {
            let mut last = None;
            let mut sessions: Vec<(&[Message], Option<String>)> = Vec::new();
            for messages in page.chunk_by(|one, next| one.session() == next.session()) {
                let held_up = held_up.take();
                let turn = turns.as_mut().map_or(messages.len(), |turns| turns.of(messages));
                let (now, later) = messages.split_at(turn);
                done.waiting += later.len() as u64;
                last = later.first().map(|message| message.session().to_owned());
                if !later.is_empty() {
                    done.looks_at(self.time_after(OTHERS));
                }
                if !now.is_empty() {
                    sessions.push((now, held_up));
                }
            }
            let ends = self.side_by_side(at_a_time, &sessions, deliver, &mut done)?;
            held_up = last.or(ends);
            Ok(())
        })?;
        if let Some(turns) = turns {
            turns.end();
        }
        Ok(done)
    }

    /// Each session by one thread. The last one, where it is held up.
    fn side_by_side(
        &self,
        at_a_time: usize,
        sessions: &[(&[Message], Option<String>)],
        deliver: &(impl Fn(&Message) -> Result<(), NotDelivered> + Sync),
        done: &mut Delivery,
    ) -> Result<Option<String>, StoreError> {
        let (next, held_up, all) = (AtomicUsize::new(0), Mutex::new(None), Mutex::new(Ok(Delivery::default())));
        let work = || {
            let mut done = Delivery::default();
            let worked = loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some((messages, before)) = sessions.get(place) else { break Ok(()) };
                match self.of_session(messages, before.clone(), &mut |message| deliver(message), &mut done) {
                    Ok(ends) if place + 1 == sessions.len() => *held_up.lock() = ends,
                    Ok(_) => {}
                    Err(error) => break Err(error),
                }
            };
            let mut all = all.lock();
            match (&mut *all, worked) {
                (Ok(all), Ok(())) => all.and(done),
                (Ok(_), Err(error)) => *all = Err(error),
                (Err(_), _) => {}
            }
        };
        thread::scope(|scope| {
            for _ in 1..at_a_time.min(sessions.len()) {
                // Where the system gives none, there are fewer.
                let _ = thread::Builder::new().name("theus outbox".to_owned()).spawn_scoped(scope, work);
            }
            work();
        });
        done.and(all.into_inner()?);
        Ok(held_up.into_inner())
    }

    fn until(&self, time: SystemTime) -> Duration {
        time.duration_since(self.time_after(Duration::ZERO)).unwrap_or_default()
    }

    fn time_after(&self, time: Duration) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_nanos(self.store.now()).saturating_add(time)
    }
}

/// Which messages are delivered now, where several programs see all of them.
#[derive(Default)]
struct Turns {
    /// Sessions that have sent something here, with the number of the last message.
    here: BTreeMap<Arc<str>, u64>,
    /// Messages of others that waited in the last round, with when they were seen first; and those of this one.
    before: BTreeMap<(String, u64), Instant>,
    now: BTreeMap<(String, u64), Instant>,
    /// Sessions of this round that have sent something here.
    still_here: BTreeMap<Arc<str>, u64>,
}

impl Turns {
    fn begin(&mut self, sent: BTreeMap<Arc<str>, u64>) {
        self.here.extend(sent);
        self.now.clear();
        self.still_here.clear();
    }

    /// How many of these of one session have their turn.
    fn of(&mut self, messages: &[Message]) -> usize {
        let own = messages.first().and_then(|message| self.here.get_key_value(message.session()));
        let last = own.map(|(session, last)| {
            self.still_here.insert(Arc::clone(session), *last);
            *last
        });
        let now = Instant::now();
        let has_turn = |message: &Message| {
            if last.is_some_and(|last| message.number() <= last) {
                return true;
            }
            let key = (message.session().to_owned(), message.number());
            let since = self.before.get(&key).copied().unwrap_or(now);
            if self.now.len() < MOST_OTHERS {
                self.now.insert(key, since);
            }
            now.duration_since(since) >= OTHERS
        };
        // Of all of them it is noted when they were seen first.
        let turns: Vec<bool> = messages.iter().map(has_turn).collect();
        turns.into_iter().take_while(|has_turn| *has_turn).count()
    }

    /// What was not seen any more is delivered.
    fn end(&mut self) {
        std::mem::swap(&mut self.here, &mut self.still_here);
        std::mem::swap(&mut self.before, &mut self.now);
    }
}

/// Delivers on threads of its own, until it is dropped: a delivery that is under way then is waited for.
#[must_use = "what is dropped delivers no more"]
pub struct Courier {
    stop: Arc<AtomicBool>,
    store: Arc<Handle>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Courier {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        self.store.sent.ring();
        if let Some(thread) = self.thread.take().filter(|thread| thread.thread().id() != thread::current().id()) {
            // It panics nowhere; if it had, there would be nothing to be done about it.
            let _ = thread.join();
        }
        self.store.sent.is_not_listened_to();
    }
}

impl std::fmt::Debug for Courier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Courier").finish_non_exhaustive()
    }
}
