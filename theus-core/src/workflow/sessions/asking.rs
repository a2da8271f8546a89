//! Those who wait for answers.

#[cfg(feature = "store")]
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::task::{Poll, Waker};

use dashmap::DashMap;
use parking_lot::Mutex;

use super::error::SessionError;
use crate::panics::{drop_caught, wake};
use crate::workflow::interpreter::Answer;

/// One who waits for an answer; dropped, nobody does.
#[derive(Default)]
pub(super) struct Question {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    told: Option<Told>,
    waker: Option<Waker>,
}

/// What one who waits is told.
pub(super) enum Told {
    /// What has come of it, or that nothing does.
    Answer(Box<Result<Answer, SessionError>>),
    /// Whom he relied on has failed: he asks himself.
    AskYourself,
}

impl Question {
    pub(super) fn tell(&self, told: Result<Answer, SessionError>) {
        self.is_told(Told::Answer(Box::new(told)));
    }

    /// Whom he relied on has failed.
    pub(super) fn is_asked_again(&self) {
        self.is_told(Told::AskYourself);
    }

    fn is_told(&self, told: Told) {
        let mut state = self.state.lock();
        if state.told.is_some() {
            return;
        }
        state.told = Some(told);
        let waker = state.waker.take();
        drop(state);
        // A waker is an executor's code: it is called with no lock held.
        if let Some(waker) = waker {
            wake(waker);
        }
    }

    pub(super) fn poll(&self, waker: &Waker) -> Poll<Told> {
        let waker = waker.clone();
        let mut state = self.state.lock();
        let told = state.told.take();
        let replaced = if told.is_none() { state.waker.replace(waker) } else { state.waker.take() };
        drop(state);
        drop_caught(replaced);
        told.map_or(Poll::Pending, Poll::Ready)
    }
}

/// Those who wait for answers, by the number of their session in its pool: hardly any session has any.
#[derive(Default)]
pub(super) struct Questions {
    asked: DashMap<usize, Vec<(u64, Weak<Question>)>>,
    /// Those who want to know where their session is when it has nothing to do: hardly ever there is one.
    #[cfg(feature = "store")]
    at_rest: DashMap<usize, Vec<Weak<Question>>>,
    #[cfg(feature = "store")]
    are_at_rest: AtomicUsize,
}

impl Questions {
    pub(super) fn add(&self, session: usize, number: u64, question: &Arc<Question>) {
        let mut all = self.asked.entry(session).or_default();
        // Those who gave up are let go of before the list grows.
        if all.len() == all.capacity() {
            all.retain(|(_, question)| question.strong_count() > 0);
            all.reserve(1);
        }
        all.push((number, Arc::downgrade(question)));
    }

    pub(super) fn remove(&self, session: usize, number: u64) -> Option<Arc<Question>> {
        let mut all = self.asked.get_mut(&session)?;
        let place = all.iter().position(|(other, _)| *other == number)?;
        let (_, question) = all.swap_remove(place);
        drop(all);
        self.asked.remove_if(&session, |_, all| all.is_empty());
        question.upgrade()
    }

    /// Some of them are told.
    pub(super) fn answer(&self, session: usize, answers: Vec<(u64, Answer)>) {
        for (number, answer) in answers {
            if let Some(question) = self.remove(session, number) {
                question.tell(Ok(answer));
            }
        }
    }

    /// Whether anybody wants to know where a session is when it has nothing to do.
    #[cfg(feature = "store")]
    #[inline]
    pub(super) fn are_some_at_rest(&self) -> bool {
        self.are_at_rest.load(Ordering::Acquire) > 0
    }

    /// One who does.
    #[cfg(feature = "store")]
    pub(super) fn at_rest(&self, session: usize, question: &Arc<Question>) {
        self.at_rest.entry(session).or_default().push(Arc::downgrade(question));
        self.are_at_rest.fetch_add(1, Ordering::AcqRel);
    }

    /// The session has nothing to do, and is there.
    #[cfg(feature = "store")]
    pub(super) fn rests(&self, session: usize, answer: &Answer) {
        self.take_at_rest(session).iter().for_each(|question| question.tell(Ok(answer.clone())));
    }

    #[cfg(feature = "store")]
    fn take_at_rest(&self, session: usize) -> Vec<Arc<Question>> {
        let Some((_, all)) = self.at_rest.remove(&session) else { return Vec::new() };
        self.are_at_rest.fetch_sub(all.len(), Ordering::AcqRel);
        all.iter().filter_map(Weak::upgrade).collect()
    }

    /// As [`end`](Self::end), of all sessions.
    pub(super) fn end_all(&self, why: impl Fn() -> SessionError) {
        let sessions: Vec<usize> = self.asked.iter().map(|all| *all.key()).collect();
        sessions.into_iter().for_each(|session| self.end(session, &why));
        #[cfg(feature = "store")]
        {
            let sessions: Vec<usize> = self.at_rest.iter().map(|all| *all.key()).collect();
            sessions.into_iter().for_each(|session| self.never_rests(session, &why));
        }
    }

    /// The session is gone: nobody is told any more where it is.
    #[cfg(feature = "store")]
    pub(super) fn never_rests(&self, session: usize, why: impl Fn() -> SessionError) {
        self.take_at_rest(session).iter().for_each(|question| question.tell(Err(why())));
    }

    /// No answer of this session comes any more.
    pub(super) fn end(&self, session: usize, why: impl Fn() -> SessionError) {
        let Some((_, all)) = self.asked.remove(&session) else { return };
        for question in all.into_iter().filter_map(|(_, question)| question.upgrade()) {
            question.tell(Err(why()));
        }
    }
}
