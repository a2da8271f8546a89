//! What one session knows of itself in the store.

use std::ops::Range;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use super::carriage::Carriage;
use super::lease::Held;
use super::shared::Handle;
use crate::signal::{Event, EventLog, EventName, Origin, Payload};
use crate::store::{
    self, ChainHash, Field, Place, Settled, StoreError, StoredAnswer, StoredEvent, StoredMessage, StoredOrigin, Write,
};
use crate::transaction::Message;

/// One session in the store. What it says of the session's step is changed only by who holds the session.
pub(in crate::engine) struct DurableSession {
    pub(in crate::engine) name: Arc<str>,
    pub(in crate::engine) store: Arc<Handle>,
    /// Its lease, where sessions are leased.
    pub(super) leased: Mutex<Option<Held>>,
    /// Where no store keeps it, and it is carried as a value.
    pub(in crate::engine) carriage: Option<Carriage>,
    /// Held by who writes an event beside the session, as one of several: who gives the session up waits for them.
    writing: RwLock<()>,
    at: Mutex<At>,
}

struct At {
    step: u64,
    chain: ChainHash,
    /// The number of the next event.
    next_event: u64,
    /// The number of the last message that was sent.
    last_message: u64,
    /// Where its workflow stands, as whoever drives it has said last.
    rider: Option<Rider>,
    /// Whether a workflow drives it.
    has_workflow: bool,
    /// Nobody knows what the store has of it: nothing is run until that is found out.
    lost: Option<StoreError>,
    /// What was found of its workflow when it was opened, until one asks for it.
    found: Option<Box<Found>>,
    /// The Data zone that it begins with, until the store has the session.
    first: Option<Box<First>>,
}

/// What a session begins with, and the version of the context that it has.
#[derive(Clone)]
pub(in crate::engine) struct First {
    pub(in crate::engine) fields: Vec<Field>,
    pub(in crate::engine) schema: u32,
}

/// Where a workflow stands: it goes with the next write.
struct Rider {
    place: Place,
    /// The events that it has taken and the store still has.
    taken: Vec<u64>,
    /// Which one it is: who has written an earlier one has not written this.
    number: u64,
    is_stored: bool,
}

/// What of a workflow goes with a write.
pub(in crate::engine) struct Riding {
    pub(in crate::engine) place: Place,
    pub(in crate::engine) taken: Vec<u64>,
    number: u64,
}

/// What a store has of a session's workflow.
pub(crate) struct Found {
    /// The position, as JSON.
    pub(crate) position: String,
    /// The runs that have committed since.
    pub(crate) settled: Vec<Settled>,
}

impl DurableSession {
    pub(in crate::engine) fn new(
        name: Arc<str>,
        store: Arc<Handle>,
        step: u64,
        chain: ChainHash,
        next_event: u64,
        last_message: u64,
    ) -> Self {
        let at = At {
            step,
            chain,
            next_event: next_event.max(1),
            last_message,
            rider: None,
            has_workflow: false,
            lost: None,
            found: None,
            first: None,
        };
        Self { name, store, leased: Mutex::default(), carriage: None, writing: RwLock::default(), at: Mutex::new(at) }
    }

    pub(in crate::engine) fn carried_by(mut self, carriage: Carriage) -> Self {
        self.carriage = Some(carriage);
        self
    }

    /// The number of the last message that was sent.
    pub(in crate::engine) fn last_message(&self) -> u64 {
        self.at.lock().last_message
    }

    /// One that the store has not got yet: it comes with the first place of its workflow.
    pub(in crate::engine) fn beginning(name: Arc<str>, store: Arc<Handle>, schema: u32, fields: Vec<Field>) -> Self {
        let mut session = Self::new(name, store, 0, ChainHash::of_first(&fields), 1, 0);
        session.at.get_mut().first = Some(Box::new(First { fields, schema }));
        session
    }

    /// What it begins with, where the store has not got it yet.
    pub(in crate::engine) fn first(&self) -> Option<Box<First>> {
        self.at.lock().first.clone()
    }

    /// Whether the store has not got it yet.
    pub(in crate::engine) fn is_beginning(&self) -> bool {
        self.at.lock().first.is_some()
    }

    /// The store has it.
    pub(in crate::engine) fn has_begun(&self) {
        self.at.lock().first = None;
    }

    /// How many commits it has had, and the chain over them.
    pub(in crate::engine) fn step(&self) -> (u64, ChainHash) {
        let at = self.at.lock();
        (at.step, at.chain)
    }

    pub(in crate::engine) fn goes_on_at(&self, step: u64, chain: ChainHash) {
        let mut at = self.at.lock();
        (at.step, at.chain, at.lost) = (step, chain, None);
    }

    /// Another program has given numbers to events too: the next one is beyond these.
    pub(in crate::engine) fn numbers_after(&self, events: &[StoredEvent]) {
        let mut at = self.at.lock();
        at.next_event = at.next_event.max(next_number(events));
    }

    pub(in crate::engine) fn lost(&self) -> Option<StoreError> {
        self.at.lock().lost.clone()
    }

    pub(in crate::engine) fn is_lost(&self, why: StoreError) {
        self.at.lock().lost = Some(why);
    }

    /// It goes on elsewhere, or is read again: no event is written by it from now on, and none is on its way.
    pub(in crate::engine) fn goes_elsewhere(&self, why: StoreError) {
        let _nobody_writes = self.writing.write();
        self.is_lost(why);
        self.lease_is_lost();
    }

    /// So many numbers for events: the first of them.
    pub(in crate::engine) fn numbers(&self, events: usize) -> u64 {
        let mut at = self.at.lock();
        let first = at.next_event;
        at.next_event += events as u64;
        first
    }

    /// What a run sends, with the numbers that it has if the run commits.
    pub(in crate::engine) fn messages(&self, step: u64, sent: Vec<Message>) -> Vec<StoredMessage> {
        let first = self.at.lock().last_message + 1;
        let numbered = (first..).zip(sent);
        let message = |(number, (topic, body)): (u64, Message)| StoredMessage {
            number,
            step,
            topic: topic.to_owned(),
            body,
            tries: 0,
            not_before: 0,
            dead: None,
        };
        numbered.map(message).collect()
    }

    pub(in crate::engine) fn has_sent(&self, number: u64) {
        self.at.lock().last_message = number;
        self.store.sent.tell(&self.name, number);
    }

    pub(in crate::engine) fn sent_until(&self, number: u64) {
        self.at.lock().last_message = number;
    }

    pub(in crate::engine) fn has_workflow(&self) -> bool {
        self.at.lock().has_workflow
    }

    pub(in crate::engine) fn found(&self, position: Option<String>, settled: Vec<Settled>) {
        self.at.lock().found = position.map(|position| Box::new(Found { position, settled }));
    }

    /// A workflow drives it from now on.
    pub(in crate::engine) fn is_driven(&self) {
        self.at.lock().has_workflow = true;
    }

    /// Where its workflow stands. Whoever drove it before in this program has said it last.
    pub(in crate::engine) fn workflow(&self) -> Option<Box<Found>> {
        let at = self.at.lock();
        let of = |position: &str, settled: &[Settled]| {
            Box::new(Found { position: position.to_owned(), settled: settled.to_vec() })
        };
        match (&at.rider, &at.found) {
            (Some(rider), _) => Some(of(&rider.place.position, &rider.place.settled)),
            (None, Some(found)) => Some(of(&found.position, &found.settled)),
            (None, None) => None,
        }
    }

    /// Where the workflow stands now, and the events that it has taken until then.
    /// What has settled of the steps whose branches are `goes_on` stays so: they are under way, and others of them are still to commit.
    pub(in crate::engine) fn rides(&self, mut place: Place, taken: Vec<u64>, goes_on: &[Range<u32>]) {
        let mut at = self.at.lock();
        let before = at.rider.take();
        if let Some(before) = before.as_ref().filter(|_| !goes_on.is_empty()) {
            let stays = |settled: &&Settled| goes_on.iter().any(|branches| branches.contains(&settled.branch));
            place.settled.extend(before.place.settled.iter().filter(stays).cloned());
        }
        let number = before.as_ref().map_or(0, |rider| rider.number) + 1;
        let taken = before.map(|rider| rider.taken).unwrap_or_default().into_iter().chain(taken).collect();
        at.rider = Some(Rider { place, taken, number, is_stored: false });
        at.found = None;
    }

    /// What the store has not got of it.
    pub(in crate::engine) fn riding(&self) -> Option<Riding> {
        self.at.lock().rider.as_ref().filter(|rider| !rider.is_stored).map(Rider::riding)
    }

    /// Whether the store has this place, and nothing has been taken or has settled since.
    pub(in crate::engine) fn is_stored_at(&self, place: &Place) -> bool {
        let at = self.at.lock();
        at.rider.as_ref().is_some_and(|rider| rider.is_stored && rider.place == *place && rider.taken.is_empty())
    }

    /// The same, with a run of the workflow's that commits now.
    pub(in crate::engine) fn riding_with(&self, settled: Settled) -> Option<Riding> {
        let mut riding = self.at.lock().rider.as_ref().map(Rider::riding)?;
        riding.place.settled.push(settled);
        riding.place.ready = true;
        Some(riding)
    }

    /// The store has it. The workflow may stand elsewhere by now: then that is still to be stored.
    pub(in crate::engine) fn has_stored(&self, Riding { place, taken, number }: Riding) {
        if let Some(rider) = &mut self.at.lock().rider {
            rider.taken.retain(|event| !taken.contains(event));
            if rider.number == number {
                (rider.place, rider.is_stored) = (place, true);
            }
        }
    }
}

impl Rider {
    fn riding(&self) -> Riding {
        Riding { place: self.place.clone(), taken: self.taken.clone(), number: self.number }
    }
}

impl EventLog for DurableSession {
    fn emitted(&self, event: &Event, urgent: bool, came: Option<u64>) -> Result<u64, StoreError> {
        self.emit(event, urgent, came, None)
    }

    fn now(&self) -> u64 {
        self.store.now()
    }

    fn is_well(&self) -> bool {
        self.store.is_well()
    }

    fn emitted_once(
        &self,
        event: &Event,
        urgent: bool,
        came: Option<u64>,
        key: &str,
    ) -> Result<Option<u64>, StoreError> {
        let asked = asked_event("event", &event.name, event.payload.as_ref())?;
        if self.answer(key, &asked)?.is_some() {
            return Ok(None);
        }
        let answer = StoredAnswer { key: key.to_owned(), step: 0, asked, gave: Vec::new(), at: self.store.now() };
        let asked = answer.asked.clone();
        match self.emit(event, urgent, came, Some(answer)) {
            Err(StoreError::Answered { .. }) => self.answer(key, &asked).map(|_| None),
            number => number.map(Some),
        }
    }
}

impl DurableSession {
    /// What was given under a key for what is asked now.
    pub(in crate::engine) fn answer(&self, key: &str, asked: &[u8]) -> Result<Option<StoredAnswer>, StoreError> {
        match store::called(&*self.store.store, |store| store.answer(&self.name, key))? {
            Some(answer) if answer.asked != asked => {
                Err(StoreError::KeyReused { session: self.name.to_string(), key: key.to_owned() })
            }
            answer => Ok(answer),
        }
    }

    /// What was given for something that goes on by itself, and so has no write of its own.
    pub(in crate::engine) fn keep_answer(&self, key: String, asked: Vec<u8>, gave: Vec<u8>) -> Result<(), StoreError> {
        let answer = Some(StoredAnswer { key, step: 0, asked, gave, at: self.store.now() });
        let write = Write { session: Arc::clone(&self.name), answer, ..Write::default() };
        match self.store.write_alone(write) {
            // Another program has seen it answered too.
            Err(StoreError::Answered { .. }) => Ok(()),
            written => written.map(drop),
        }
    }

    fn emit(
        &self,
        event: &Event,
        urgent: bool,
        came: Option<u64>,
        answer: Option<StoredAnswer>,
    ) -> Result<u64, StoreError> {
        let _writes = self.writing.read();
        let has_workflow = self.has_workflow();
        if has_workflow && let Some(why) = self.lost() {
            return Err(why);
        }
        let emit = || {
            let number = self.numbers(1);
            let raised = vec![StoredEvent { came, ..stored(event, number, urgent, false) }];
            // Under the lease, where there is one: whoever drives the session by now would not hear of it.
            let (answer, lease) = (answer.clone(), if has_workflow { self.lease() } else { None });
            let write = Write { session: Arc::clone(&self.name), raised, answer, lease, ..Write::default() };
            self.store.write_alone(write).map(|()| number)
        };
        match emit() {
            Err(StoreError::Conflict { .. }) => {
                if let Some(stored) = store::called(&*self.store.store, |store| store.load(&self.name))? {
                    self.numbers_after(&stored.events);
                }
                emit()
            }
            Err(error @ StoreError::Leased { .. }) => {
                self.is_lost(error.clone());
                Err(error)
            }
            emitted => emitted,
        }
    }
}

/// What is asked for by an event, encoded.
pub(in crate::engine) fn asked_event(
    what: &str,
    name: &EventName,
    payload: Option<&Payload>,
) -> Result<Vec<u8>, StoreError> {
    // Nothing and `null` are one.
    let payload = payload.map(Payload::value).filter(|payload| !payload.is_null());
    store::encode(&(what, name.to_string(), payload))
        .map_err(|error| StoreError::Encode { path: format!("the event {name}"), error })
}

/// The number after those of these events. One of an event that is gone may come again: nobody has it any more.
pub(in crate::engine) fn next_number(events: &[StoredEvent]) -> u64 {
    events.iter().map(|event| event.number).max().unwrap_or(0) + 1
}

/// An event, as a store has it.
pub(in crate::engine) fn stored(event: &Event, number: u64, urgent: bool, internal: bool) -> StoredEvent {
    let origin = match event.origin {
        Origin::Signal { path, process, .. } => {
            StoredOrigin::Signal { path: path.to_owned(), process: process.to_owned() }
        }
        Origin::External | Origin::Asked { .. } | Origin::Chain => StoredOrigin::External,
    };
    let payload = event.payload.as_ref().map(|payload| payload.value().clone());
    StoredEvent {
        number,
        name: event.name.to_string(),
        payload,
        urgent,
        origin,
        internal,
        came: None,
        trace: event.trace.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::time::SystemTime;

    use super::*;
    use crate::store::MemoryStore;

    fn place(position: &str) -> Place {
        Place { position: position.into(), settled: Vec::new(), due: None, ready: false }
    }

    fn session() -> DurableSession {
        let store = Arc::new(Handle::new(Arc::new(MemoryStore::new()), Arc::new(SystemTime::now), None));
        DurableSession::new("one".into(), store, 0, ChainHash::default(), 1, 0)
    }

    #[test]
    fn who_has_written_an_earlier_place_has_not_written_the_later_one() {
        let session = session();
        session.rides(place("a"), vec![1], &[]);
        let earlier = session.riding().unwrap();
        // While that is written the workflow goes on.
        session.rides(place("b"), vec![2], &[]);
        session.has_stored(earlier);
        let left = session.riding().unwrap();
        assert_eq!((&*left.place.position, left.taken.as_slice()), ("b", &[2][..]));
        let settled = session.riding_with(Settled { branch: 0, version: 7, gave: None }).unwrap();
        assert_eq!((&*settled.place.position, settled.place.settled.len()), ("b", 1));
    }

    #[test]
    fn what_has_settled_of_a_step_that_goes_on_stays_settled() {
        let session = session();
        session.rides(place("a"), vec![], &[]);
        for branch in [1 << 16, 1 << 16 | 1, 2 << 16] {
            session.has_stored(session.riding_with(Settled { branch, version: 7, gave: None }).unwrap());
        }
        session.rides(place("b"), vec![], std::slice::from_ref(&(1 << 16..2 << 16)));
        let settled = session.riding().unwrap().place.settled;
        assert_eq!(settled.iter().map(|settled| settled.branch).collect::<Vec<_>>(), [1 << 16, 1 << 16 | 1]);
    }

    #[test]
    fn what_was_written_does_not_go_with_the_next_write_and_what_has_settled_stays_so() {
        let session = session();
        session.rides(place("a"), vec![1], &[]);
        session.has_stored(session.riding_with(Settled { branch: 0, version: 7, gave: None }).unwrap());
        assert!(session.riding().is_none());
        let both = session.riding_with(Settled { branch: 1, version: 8, gave: None }).unwrap();
        assert_eq!((both.place.settled.len(), both.taken.len()), (2, 0));
    }
}
