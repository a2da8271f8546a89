//! Asking under a key.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::asking::Question;
use super::error::SessionError;
use super::keys::{AskedBy, Begun};
#[cfg(feature = "store")]
use super::run_queue::Runnable;
use super::shared::SharedPool;
use super::slot::Slot;
use crate::context::Context;
#[cfg(feature = "store")]
use crate::engine::AskedBefore;
#[cfg(feature = "store")]
use crate::panics::tell;
#[cfg(feature = "store")]
use crate::signal::EmitError;
use crate::signal::Origin;
#[cfg(feature = "store")]
use crate::store::StoreError;
use crate::workflow::interpreter::Answer;
#[cfg(feature = "store")]
use crate::workflow::interpreter::{Environment, Repeated};

/// A question under a key.
pub(super) struct KeyedQuestion<'a> {
    pub(super) key: &'a Arc<str>,
    pub(super) asked: &'a AskedBy,
    pub(super) number: u64,
    pub(super) question: &'a Arc<Question>,
    pub(super) is_urgent: bool,
    pub(super) and_work: bool,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> SharedPool<D, G, E> {
    /// Asks, unless that was done under the key: then the question is told what is known of it.
    pub(super) fn ask_once(
        self: &Arc<Self>,
        slot: &Arc<Slot<D, G, E>>,
        written: impl FnOnce() -> String,
        keyed: &KeyedQuestion<'_>,
    ) -> Result<(), SessionError> {
        let KeyedQuestion { key, asked, number, question, .. } = *keyed;
        match self.keys.begin(slot.home(), key, (asked, number), question) {
            Begun::First => {}
            Begun::Follows => return Ok(()),
            Begun::Kept(answer) => {
                question.tell(Ok(*answer));
                return Ok(());
            }
            Begun::Reused => return Err(reused(slot, key)),
        }
        match self.ask_first(slot, written, keyed) {
            Ok(Asked::Now) => Ok(()),
            #[cfg(feature = "store")]
            Ok(Asked::Before(answer)) => {
                self.keys.fails(slot.home(), number, |follows| follows.tell(Ok((*answer).clone())));
                question.tell(Ok(*answer));
                Ok(())
            }
            #[cfg(feature = "store")]
            Ok(Asked::Unknown) => {
                self.keys.fails(slot.home(), number, Question::is_asked_again);
                self.tells_at_rest(slot, question);
                Ok(())
            }
            Err(error) => {
                self.keys.fails(slot.home(), number, Question::is_asked_again);
                Err(error)
            }
        }
    }

    fn ask_first(
        self: &Arc<Self>,
        slot: &Arc<Slot<D, G, E>>,
        written: impl FnOnce() -> String,
        keyed: &KeyedQuestion<'_>,
    ) -> Result<Asked, SessionError> {
        let KeyedQuestion { asked, number, question, is_urgent, and_work, .. } = *keyed;
        let is_over = || SessionError::Over { session: slot.name.to_string() };
        let origin = Origin::Asked { number, and_work };
        #[cfg(feature = "store")]
        if slot.engine.is_kept() {
            let key = keyed.key;
            match slot
                .engine
                .asked_before(key, &asked.event, &asked.payload)
                .map_err(|error| of_store(slot, key, error))?
            {
                AskedBefore::Never => {}
                AskedBefore::Answered(answer) => match Answer::of_stored(&answer) {
                    Some(answer) => return Ok(Asked::Before(Box::new(answer.again(Repeated::Kept)))),
                    // It was written by a later version of Theus.
                    None => return Ok(Asked::Unknown),
                },
                AskedBefore::Unanswered => return Ok(Asked::Unknown),
            }
            if slot.is_over.load(Ordering::Acquire) {
                return Err(is_over());
            }
            self.questions.add(slot.home(), number, question);
            let came = self
                .bring_once(slot, (&asked.event, asked.payload.clone()), written, (key, is_urgent, origin))
                .map_err(|error| reused_in_store(slot, key, error));
            if !matches!(came, Ok(true)) {
                self.questions.remove(slot.home(), number);
            }
            // Another program may have been asked meanwhile.
            return Ok(if came? { Asked::Now } else { Asked::Unknown });
        }
        if slot.is_over.load(Ordering::Acquire) {
            return Err(is_over());
        }
        self.questions.add(slot.home(), number, question);
        let brought = self.bring(slot, &asked.event, written, (Some(asked.payload.clone()), is_urgent, origin));
        if brought.is_err() {
            self.questions.remove(slot.home(), number);
        }
        brought.map(|()| Asked::Now)
    }

    /// Somebody is told where the session is when it has nothing to do.
    #[cfg(feature = "store")]
    fn tells_at_rest(&self, slot: &Arc<Slot<D, G, E>>, question: &Arc<Question>) {
        self.questions.at_rest(slot.home(), question);
        Runnable::wake(Arc::clone(slot));
    }
}

/// What has come of asking first in this program.
enum Asked {
    Now,
    /// It was asked before, and answered.
    #[cfg(feature = "store")]
    Before(Box<Answer>),
    /// It was asked before, and nobody knows what it was answered.
    #[cfg(feature = "store")]
    Unknown,
}

/// The store may find out that the key is taken.
#[cfg(feature = "store")]
fn reused_in_store<D: Context, G: Context, E>(slot: &Slot<D, G, E>, key: &str, error: SessionError) -> SessionError {
    match error {
        SessionError::Emit { source: EmitError::Store(StoreError::KeyReused { .. }), .. } => reused(slot, key),
        error => error,
    }
}

fn reused<D: Context, G: Context, E>(slot: &Slot<D, G, E>, key: &str) -> SessionError {
    SessionError::KeyReused { session: slot.name.to_string(), key: key.to_owned() }
}

#[cfg(feature = "store")]
fn of_store<D: Context, G: Context, E>(slot: &Slot<D, G, E>, key: &str, error: StoreError) -> SessionError {
    match error {
        StoreError::KeyReused { .. } => reused(slot, key),
        error => SessionError::Store(error),
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Slot<D, G, E> {
    /// What the session has answered is kept under the key that it was asked under, if under one.
    pub(super) fn keeps_answer(&self, number: u64, answer: &Answer) {
        self.shared.keys.answered(self.home(), number, answer, |key, asked| self.stores_answer(key, asked, answer));
    }

    #[cfg(not(feature = "store"))]
    #[allow(clippy::unused_self, reason = "as where there are stores")]
    const fn stores_answer(&self, _: &str, _: &super::keys::AskedBy, _: &Answer) -> bool {
        false
    }

    /// Whether the store of the session, if there is one, has it, or what is left of it: then it is not kept here.
    #[cfg(feature = "store")]
    fn stores_answer(&self, key: &str, asked: &super::keys::AskedBy, answer: &Answer) -> bool {
        if !self.engine.is_kept() {
            return false;
        }
        let kept = self.engine.keep_answer(key, &asked.event, &asked.payload, answer.to_stored());
        if let Err(error) = kept {
            tell(
                || tracing::warn!(target: "theus::store", session = &*self.name, key, %error, "its answer is not kept: who asks again is told where the session is then"),
            );
        }
        true
    }

    /// Those who want to know where it is when it has nothing to do are told.
    #[cfg(feature = "store")]
    #[cold]
    #[inline(never)]
    pub(super) fn tell_at_rest(&self) {
        if self.is_closed() {
            return self.ends_questions();
        }
        let inner = self.inner.lock();
        let session = &inner.session;
        let is_over = inner.is_broken || session.is_over();
        let has_nothing_to_do = session.is_between_events() && self.engine.bus().is_empty();
        if !(is_over || has_nothing_to_do) {
            return;
        }
        let environment = Environment::new(&self.engine, &self.shared.keeper);
        let answer = session.where_it_is(&environment).again(Repeated::Now);
        drop(inner);
        self.shared.questions.rests(self.home(), &answer);
    }
}
