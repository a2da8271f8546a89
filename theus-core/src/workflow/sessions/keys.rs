//! What was asked under keys: asked again, the same answer.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Weak};

use dashmap::DashMap;
use parking_lot::Mutex;

use super::asking::Question;
use super::error::SessionError;
use crate::signal::{EventName, Payload};
use crate::workflow::interpreter::{Answer, Repeated};

/// How many answers a pool without a store keeps under their keys, of all its sessions: the oldest make room.
const KEPT: usize = 10_000;

/// What somebody has asked by.
#[derive(Clone)]
pub(super) struct AskedBy {
    pub(super) event: EventName,
    pub(super) payload: Payload,
}

/// What is under the key that somebody asks under.
pub(super) enum Begun {
    /// Nothing: he is the first.
    First,
    /// He is told what the first is told.
    Follows,
    /// It was answered.
    Kept(Box<Answer>),
    /// Something else.
    Reused,
}

/// What a key stands for.
struct Entry {
    asked: AskedBy,
    state: State,
}

enum State {
    /// It is not answered yet; these wait for the answer to the first.
    UnderWay(Vec<Weak<Question>>),
    Kept(Box<Answer>),
}

/// The keys of one session.
#[derive(Default)]
struct SessionKeys {
    entries: HashMap<Arc<str>, Entry>,
    /// Those under way, by the number by which the session knows who has asked first.
    numbers: HashMap<u64, Arc<str>>,
}

impl SessionKeys {
    fn take(&mut self, number: u64) -> Option<(Arc<str>, Entry)> {
        let key = self.numbers.remove(&number)?;
        self.entries.remove_entry(&key)
    }
}

/// The keys of a pool's sessions, by their numbers: those that are under way, and where no store keeps the answers, those too.
#[derive(Default)]
pub(super) struct Keys {
    sessions: DashMap<usize, SessionKeys>,
    /// Those that are kept, the oldest first.
    kept: Mutex<VecDeque<(usize, Arc<str>)>>,
}

impl Keys {
    /// Somebody asks.
    pub(super) fn begin(
        &self,
        session: usize,
        key: &Arc<str>,
        (asked, number): (&AskedBy, u64),
        question: &Arc<Question>,
    ) -> Begun {
        let mut keys = self.sessions.entry(session).or_default();
        let Some(entry) = keys.entries.get_mut(key) else {
            let state = State::UnderWay(Vec::new());
            keys.entries.insert(Arc::clone(key), Entry { asked: asked.clone(), state });
            keys.numbers.insert(number, Arc::clone(key));
            return Begun::First;
        };
        if entry.asked.event != asked.event || entry.asked.payload.value() != asked.payload.value() {
            return Begun::Reused;
        }
        match &mut entry.state {
            State::Kept(answer) => Begun::Kept(Box::new(answer.again(Repeated::Kept))),
            State::UnderWay(follow) => {
                follow.retain(|other| other.strong_count() > 0);
                follow.push(Arc::downgrade(question));
                Begun::Follows
            }
        }
    }

    /// What was asked first, by this number, is not answered by its session: who follows is told otherwise.
    pub(super) fn fails(&self, session: usize, number: u64, tell: impl Fn(&Question)) {
        let taken = self.sessions.get_mut(&session).and_then(|mut keys| keys.take(number));
        self.drop_if_empty(session);
        if let Some((_, Entry { state: State::UnderWay(follow), .. })) = taken {
            follow.iter().filter_map(Weak::upgrade).for_each(|question| tell(&question));
        }
    }

    /// The session has answered by this number: where it was asked under a key, `stores` is called, and says whether a store keeps
    /// the answer.
    pub(super) fn answered(
        &self,
        session: usize,
        number: u64,
        answer: &Answer,
        stores: impl FnOnce(&str, &AskedBy) -> bool,
    ) {
        let find = |keys: &SessionKeys| {
            let key = keys.numbers.get(&number)?;
            Some((Arc::clone(key), keys.entries.get(key)?.asked.clone()))
        };
        let Some((key, asked)) = self.sessions.get(&session).and_then(|keys| find(&keys)) else { return };
        // A store is somebody else's code: it is called with nothing held.
        let is_stored = stores(&key, &asked);
        let Some(mut keys) = self.sessions.get_mut(&session) else { return };
        let Some((_, entry)) = keys.take(number) else { return };
        if !is_stored {
            let state = State::Kept(Box::new(answer.clone()));
            keys.entries.insert(Arc::clone(&key), Entry { asked, state });
        }
        drop(keys);
        self.drop_if_empty(session);
        if !is_stored {
            self.makes_room(session, key);
        }
        if let State::UnderWay(follow) = entry.state {
            for question in follow.iter().filter_map(Weak::upgrade) {
                question.tell(Ok(answer.again(Repeated::Kept)));
            }
        }
    }

    /// One more is kept.
    fn makes_room(&self, session: usize, key: Arc<str>) {
        let mut kept = self.kept.lock();
        kept.push_back((session, key));
        let oldest = if kept.len() > KEPT { kept.pop_front() } else { None };
        drop(kept);
        let Some((session, key)) = oldest else { return };
        if let Some(mut keys) = self.sessions.get_mut(&session) {
            keys.entries.remove(&key);
        }
        self.drop_if_empty(session);
    }

    /// No answer of this session comes any more; those that it has given stay.
    pub(super) fn end(&self, session: usize, why: impl Fn() -> SessionError) {
        let Some(mut keys) = self.sessions.get_mut(&session) else { return };
        let numbers: Vec<u64> = keys.numbers.keys().copied().collect();
        let ended: Vec<_> = numbers.into_iter().filter_map(|number| keys.take(number)).collect();
        drop(keys);
        self.drop_if_empty(session);
        for (_, entry) in ended {
            if let State::UnderWay(follow) = entry.state {
                follow.iter().filter_map(Weak::upgrade).for_each(|question| question.tell(Err(why())));
            }
        }
    }

    /// As [`end`](Self::end), of all sessions.
    pub(super) fn end_all(&self, why: impl Fn() -> SessionError) {
        let sessions: Vec<usize> = self.sessions.iter().map(|keys| *keys.key()).collect();
        sessions.into_iter().for_each(|session| self.end(session, &why));
    }

    /// The session is gone, and what it has answered.
    pub(super) fn forget(&self, session: usize) {
        drop(self.sessions.remove(&session));
    }

    fn drop_if_empty(&self, session: usize) {
        self.sessions.remove_if(&session, |_, keys| keys.entries.is_empty());
    }
}
