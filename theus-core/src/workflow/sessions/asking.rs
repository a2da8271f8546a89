//! Those who wait for answers.

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
    told: Option<Result<Answer, SessionError>>,
    waker: Option<Waker>,
}

impl Question {
    fn tell(&self, told: Result<Answer, SessionError>) {
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

    pub(super) fn poll(&self, waker: &Waker) -> Poll<Result<Answer, SessionError>> {
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
pub(super) struct Questions(DashMap<usize, Vec<(u64, Weak<Question>)>>);

impl Questions {
    pub(super) fn add(&self, session: usize, number: u64, question: &Arc<Question>) {
        let mut all = self.0.entry(session).or_default();
        // Those who gave up are let go of before the list grows.
        if all.len() == all.capacity() {
            all.retain(|(_, question)| question.strong_count() > 0);
            all.reserve(1);
        }
        all.push((number, Arc::downgrade(question)));
    }

    pub(super) fn remove(&self, session: usize, number: u64) -> Option<Arc<Question>> {
        let mut all = self.0.get_mut(&session)?;
        let place = all.iter().position(|(other, _)| *other == number)?;
        let (_, question) = all.swap_remove(place);
        drop(all);
        self.0.remove_if(&session, |_, all| all.is_empty());
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

    /// No answer of this session comes any more.
    pub(super) fn end(&self, session: usize, why: impl Fn() -> SessionError) {
        let Some((_, all)) = self.0.remove(&session) else { return };
        for question in all.into_iter().filter_map(|(_, question)| question.upgrade()) {
            question.tell(Err(why()));
        }
    }
}
