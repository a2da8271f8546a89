//! Asking a session, and waiting for what comes of it.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context as Task, Poll, Waker};
use std::time::Duration;

use super::asking::{Question, Told};
use super::emit::ToEvent;
use super::error::SessionError;
use super::handle::Sessions;
use super::keys::AskedBy;
use super::once::KeyedQuestion;
use super::running::wait;
use super::shared::SharedPool;
use super::slot::Slot;
use crate::context::Context;
use crate::signal::{EventName, EventNameError, Origin, Payload};
use crate::workflow::interpreter::Answer;

static NUMBERS: AtomicU64 = AtomicU64::new(1);

/// A question to a session, made by [`Sessions::ask`]: a future, or [`wait`](Self::wait) for it. It is put when it is waited for first. Dropped
/// after that, its event is handled all the same, unless the program ends before: where a store keeps the session it is stored with what
/// comes of it, and not before, but [under a key](Self::once). Who must not ask twice asks under one; who needs no answer
/// [emits](Sessions::emit), which stores it at once.
#[must_use = "it is put when it is waited for"]
pub struct Ask<D: Context, G: Context, E> {
    shared: Arc<SharedPool<D, G, E>>,
    session: Arc<str>,
    /// What is to be sent; none when it was.
    unsent: Option<Result<Unsent, EventNameError>>,
    is_urgent: bool,
    and_work: bool,
    /// Under which key, where under one.
    key: Option<Arc<str>>,
    sent: Option<Sent<D, G, E>>,
}

struct Unsent {
    asked: AskedBy,
    /// The event as it was written.
    written: String,
}

struct Sent<D: Context, G: Context, E> {
    /// Held: what somebody waits for is not let go of.
    _slot: Arc<Slot<D, G, E>>,
    home: usize,
    question: Arc<Question>,
    number: u64,
    /// What is asked again where another has asked first under the key and was refused.
    again: Option<Unsent>,
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Sessions<D, G, E> {
    /// Sends an event from outside to a session, and gives what comes of it, when nothing follows from it any more. A step that fails
    /// is an answer; that the session cannot be asked is none.
    ///
    /// ```
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let mut future = std::pin::pin!(future);
    /// #     loop {
    /// #         let polled = future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    /// #         if let std::task::Poll::Ready(output) = polled { return output; }
    /// #     }
    /// # }
    /// use theus_core::prelude::*;
    /// use serde_json::json;
    /// use theus_core::workflow::Sessions;
    ///
    /// #[derive(Clone, Default, Context)]
    /// struct Card { spent: i64 }
    ///
    /// #[derive(Debug, thiserror::Error)]
    /// #[error("{0} is more than there is")]
    /// struct Declined(i64);
    ///
    /// #[process(inputs = [domain.spent], outputs = [domain.spent], errors = [Declined])]
    /// fn pay(ctx: Ctx<Card>, amount: i64) -> Result<(), Declined> {
    ///     *ctx.domain.spent += amount;
    ///     if *ctx.domain.spent > 100 { Err(Declined(amount)) } else { Ok(()) }
    /// }
    ///
    /// let flow = r#"
    /// external: [CMD_PAY]
    /// states:
    ///   OPEN:
    ///     reply: "${ {'left': 100 - domain.spent} }"
    ///     events: { CMD_PAY: { steps: { run: pay, with: { amount: "${ event.amount }" } } } }
    /// "#;
    /// let engine = Engine::builder(Card::default()).process::<Pay>().build()?;
    /// let cards = Sessions::of_text(&engine, "card.yaml", flow)?.workers(1).start()?;
    /// cards.open("ann", Card::default())?;
    /// # block_on(async {
    /// let paid = cards.ask("ann", "CMD_PAY", json!({ "amount": 70 })).await?;
    /// assert_eq!((paid.is_well(), paid.reply), (true, Some(json!({ "left": 30 }))));
    /// let declined = cards.ask("ann", "CMD_PAY", json!({ "amount": 70 })).await?;
    /// assert_eq!(declined.failure.and_then(|failure| failure.error).as_deref(), Some("Declined"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// An event that is deferred is answered when it was handled. What waits for a time, or for another event, is not waited for; what
    /// states have invoked only where that is [asked for](Ask::and_work).
    ///
    /// # Errors
    /// When it is waited for: [`SessionError::Unknown`], [`SessionError::Over`], also where the session ends before it handles the event, and
    /// all that [`emit`](Self::emit) is refused for.
    pub fn ask(&self, session: &str, event: impl ToEvent, payload: impl Into<Payload>) -> Ask<D, G, E> {
        let unsent = |name: Cow<'_, EventName>| Unsent {
            asked: AskedBy { event: name.into_owned(), payload: payload.into() },
            written: event.written(),
        };
        let named = event.named().map(unsent);
        Ask {
            shared: Arc::clone(&self.shared),
            session: session.into(),
            unsent: Some(named),
            is_urgent: false,
            and_work: false,
            key: None,
            sent: None,
        }
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Ask<D, G, E> {
    /// Waits for what states have invoked, too: until nothing of it is under way.
    pub const fn and_work(mut self) -> Self {
        self.and_work = true;
        self
    }

    /// It overtakes all that wait and are not urgent.
    pub const fn urgent(mut self) -> Self {
        self.is_urgent = true;
        self
    }

    /// Once under this key: an event that has come under it before is not sent again, and who asks again is given the answer of then, with
    /// [`repeated`](Answer::repeated), or the same answer as soon as it is there. Asked by something else, another event or payload, it
    /// is refused as [`SessionError::KeyReused`].
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use theus_core::prelude::*;
    /// # use theus_core::workflow::Sessions;
    /// # #[derive(Clone, Default, Context)]
    /// # struct Card { spent: i64 }
    /// # #[process(inputs = [domain.spent], outputs = [domain.spent])]
    /// # fn pay(ctx: Ctx<Card>, amount: i64) { *ctx.domain.spent += amount; }
    /// # let flow = r#"
    /// # external: [CMD_PAY]
    /// # states:
    /// #   OPEN:
    /// #     reply: "${ domain.spent }"
    /// #     events: { CMD_PAY: { steps: { run: pay, with: { amount: "${ event.amount }" } } } }
    /// # "#;
    /// # let engine = Engine::builder(Card::default()).process::<Pay>().build()?;
    /// # let cards = Sessions::of_text(&engine, "card.yaml", flow)?.workers(1).start()?;
    /// # cards.open("ann", Card::default())?;
    /// use serde_json::json;
    /// use theus_core::workflow::Repeated;
    ///
    /// let pay = || cards.ask("ann", "CMD_PAY", json!({ "amount": 70 })).once("request 8f2").wait(Duration::from_secs(5));
    /// let (paid, again) = (pay()?, pay()?);
    /// assert_eq!((paid.reply, paid.repeated), (Some(json!(70)), None));
    /// assert_eq!((again.reply, again.repeated), (Some(json!(70)), Some(Repeated::Kept)), "it has paid once");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Where a store keeps the session, key and event are stored in one write, and the answer under the key as soon as it is there, until
    /// it is [pruned](crate::Engine::prune_answers). Between the two the program may end: who asks again after that is told where the
    /// session is when it has nothing to do, as [`Repeated::Now`](crate::workflow::Repeated::Now). Without a store the pool keeps the last
    /// 10,000 answers in memory, and those of a session as long as it is open.
    ///
    /// What is refused leaves nothing under the key: it can be asked again.
    pub fn once(mut self, key: &str) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Waits with the thread blocked, for so long at most. Where the sessions are [`stepped`](super::SessionsBuilder::stepped) it is for
    /// whoever steps them.
    ///
    /// # Errors
    /// As [`Sessions::ask`]; [`SessionError::NoAnswer`] where the time is over: its event is handled all the same, unless the program ends before.
    pub fn wait(mut self, at_most: Duration) -> Result<Answer, SessionError> {
        let session = Arc::clone(&self.session);
        let waited = wait(&session, at_most, |task| self.poll_by(task.waker()))?;
        waited.unwrap_or_else(|| Err(SessionError::NoAnswer { session: session.to_string(), waited: at_most }))
    }

    fn poll_by(&mut self, waker: &Waker) -> Poll<Result<Answer, SessionError>> {
        loop {
            if let Some(unsent) = self.unsent.take() {
                match self.send(unsent) {
                    Ok(sent) => self.sent = Some(sent),
                    Err(error) => return Poll::Ready(Err(error)),
                }
            }
            let Some(sent) = &mut self.sent else {
                return Poll::Ready(Err(SessionError::Over { session: self.session.to_string() }));
            };
            match sent.question.poll(waker) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Told::Answer(told)) => return Poll::Ready(*told),
                // Another has asked first under the key, and was refused.
                Poll::Ready(Told::AskYourself) => self.unsent = sent.again.take().map(Ok),
            }
            self.sent = None;
        }
    }

    fn send(&self, unsent: Result<Unsent, EventNameError>) -> Result<Sent<D, G, E>, SessionError> {
        let emit = |source| SessionError::Emit { session: self.session.to_string(), source };
        let Unsent { asked, written } = unsent.map_err(|error| emit(error.into()))?;
        let (question, number) = (Arc::new(Question::default()), NUMBERS.fetch_add(1, Ordering::Relaxed));
        let (slot, again) = match &self.key {
            None => (self.send_once_more(asked, written, &question, number)?, None),
            Some(key) => {
                let slot = self.shared.reach(&self.session)?;
                if self.shared.is_closing() {
                    return Err(SessionError::ShutDown);
                }
                let (is_urgent, and_work) = (self.is_urgent, self.and_work);
                let keyed = KeyedQuestion { key, asked: &asked, number, question: &question, is_urgent, and_work };
                self.shared.ask_once(&slot, || written.clone(), &keyed)?;
                (slot, Some(Unsent { asked, written }))
            }
        };
        // Of one that was closed before it knew of who waits nobody drives it any more, as in a pool that has ended.
        if slot.is_closed() {
            slot.ends_questions();
        } else if self.shared.is_shut.load(Ordering::SeqCst) {
            self.shared.ends_all_questions();
        }
        Ok(Sent { home: slot.home(), _slot: slot, question, number, again })
    }

    /// Without a key, whatever was asked before.
    fn send_once_more(
        &self,
        AskedBy { event, payload }: AskedBy,
        written: String,
        question: &Arc<Question>,
        number: u64,
    ) -> Result<Arc<Slot<D, G, E>>, SessionError> {
        let slot = self.shared.takes_events(&self.session)?;
        self.shared.questions.add(slot.home(), number, question);
        let origin = Origin::Asked { number, and_work: self.and_work };
        if let Err(error) = self.shared.bring(&slot, &event, || written, (Some(payload), self.is_urgent, origin)) {
            self.shared.questions.remove(slot.home(), number);
            return Err(error);
        }
        Ok(slot)
    }
}

impl<D: Context, G: Context, E: Send + Sync + 'static> Future for Ask<D, G, E> {
    type Output = Result<Answer, SessionError>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        self.get_mut().poll_by(task.waker())
    }
}

impl<D: Context, G: Context, E> Unpin for Ask<D, G, E> {}

impl<D: Context, G: Context, E> Drop for Ask<D, G, E> {
    fn drop(&mut self) {
        if let Some(Sent { home, number, .. }) = &self.sent {
            drop(self.shared.questions.remove(*home, *number));
        }
    }
}

impl<D: Context, G: Context, E> std::fmt::Debug for Ask<D, G, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ask").field("session", &self.session).finish_non_exhaustive()
    }
}
