//! What a session's handlers do, by the SDK.
//!
//! All that can be another thing at a second attempt (the lease, the clock, what an effect gives) is read inside of a journaled step. What
//! is sent and kept follows from the journaled results, without anything that is awaited between.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use restate_sdk::context::{
    ContextClient, ContextReadState, ContextSideEffects, ContextWriteState, ObjectContext, RequestTarget, RunFuture,
    SharedObjectContext,
};
use restate_sdk::errors::{HandlerError, HandlerResult, TerminalError};
use restate_sdk::serde::Json;
use serde_json::Value;
use theus_axum::{Kind, Problem};
use theus_core::audit::SharedInterlock;
use theus_core::store::Field;
use tokio::runtime::Handle;

use crate::counters;
use crate::drive::parts::{self, Change, Kept, SteppedInParts, Warm};
use crate::drive::{
    Around, Ask, Delivery, Entry, ExplainAsk, Hosted, Recorded, SharedCounters, StepError, StepInput, Stepped, Told,
    Turn,
};
use crate::interlock::Lease;
use crate::ledger::{self, Cursor, Ledger, Page, TakeAsk, VerifyAsk};

/// Where all of a session is kept.
pub(crate) const KEPT: &str = "session";

/// The sessions, and the interlock.
#[derive(Clone)]
pub(crate) struct Sessions {
    pub(crate) name: Arc<str>,
    pub(crate) hosted: Arc<dyn Hosted>,
    pub(crate) interlock: Option<Lease>,
    /// Where they are kept in parts: those that are known here.
    pub(crate) warm: Option<Arc<Warm>>,
    pub(crate) ledger: Option<Ledger>,
    pub(crate) counting: Option<SharedCounting>,
}

/// The counters of the rules of these sessions, and the name of the object that has them.
#[derive(Clone)]
pub(crate) struct SharedCounting {
    pub(crate) object: Arc<str>,
    /// Under which name they are there.
    pub(crate) group: Arc<str>,
    pub(crate) counters: Arc<dyn SharedCounters>,
}

impl Sessions {
    /// One call that may change the session; none where nothing was done.
    pub(crate) async fn turn(&self, ctx: &ObjectContext<'_>, ask: Ask) -> HandlerResult<Option<Told>> {
        let session = ctx.key();
        let kept: Option<Vec<u8>> = ctx.get(KEPT).await?;
        let entry = read(session, kept)?;
        let mut parts = self.warm.as_ref().map(|warm| InParts::new(warm, entry.as_ref()));
        let mut written = Vec::new();
        let entry = match (entry, &parts) {
            // It was kept in parts, and is whole from now on.
            (Some(mut entry), None) if entry.parts.is_some() => {
                entry.state.fields = Reader::Own(ctx).fields(session, &entry).await?.map_err(retried_or_not)?;
                let kept = entry.parts.take().unwrap_or_default();
                written.extend(kept.iter().flat_map(parts::all).map(|name| (name, None)));
                Some(entry)
            }
            (entry, _) => entry,
        };
        let mut turn = Turn::new(session, ctx.invocation_id(), entry, ask);
        while let Some(input) = turn.next_step() {
            let name = format!("step {}", turn.steps() + 1);
            let stepped = match &mut parts {
                None => self.journaled(ctx, name, input).await?,
                Some(parts) => parts.journaled(self, ctx, name, input).await?,
            };
            turn.has_stepped(&*self.hosted, stepped);
        }
        let Some(after) = turn.over() else { return Ok(None) };
        if let (Some(parts), Some(entry)) = (&parts, &after.entry) {
            written = parts.change.written(session, entry).map_err(retried_or_not)?;
        }
        for delivery in after.deliveries {
            deliver(ctx, delivery);
        }
        if let Some(ledger) = &self.ledger {
            for recorded in after.recorded {
                record(ctx, ledger, &self.name, recorded);
            }
        }
        if let Some(counting) = &self.counting {
            for counted in after.counted {
                let place = counters::place(&counting.group, &counted.rule);
                // Dropped, it is sent all the same.
                let target = RequestTarget::object(&*counting.object, place, "take");
                let _ = ctx.request::<_, ()>(target, Json(counted)).send();
            }
        }
        if let Some((due, left)) = after.tick {
            let target = RequestTarget::object(&*self.name, session, "tick");
            let _ = ctx.request::<_, ()>(target, Json(due)).send_after(Duration::from_millis(left));
        }
        for (name, bytes) in written {
            match bytes {
                Some(bytes) => ctx.set(&name.key(), bytes),
                None => ctx.clear(&name.key()),
            }
        }
        if let Some(entry) = after.entry {
            // The last of all, and nothing is awaited from the first on: whoever is cancelled before has changed nothing.
            ctx.set(KEPT, Json(entry));
        }
        Ok(Some(after.told))
    }

    async fn journaled(&self, ctx: &ObjectContext<'_>, name: String, input: StepInput) -> HandlerResult<Stepped> {
        let sessions = self.clone();
        let step = |around: Around<'_>, sessions: &Self| sessions.hosted.step(input, around);
        let stepped = ctx.run(|| blocking(sessions, step)).name(name);
        let Json(stepped) = stepped.await?;
        Ok(stepped)
    }

    /// The session as people see it.
    pub(crate) async fn state(&self, ctx: &SharedObjectContext<'_>) -> HandlerResult<Json<Value>> {
        let (session, entry) = kept(ctx).await?;
        let hosted = Arc::clone(&self.hosted);
        let look = tokio::task::spawn_blocking(move || hosted.look(&session, entry));
        Ok(Json(look.await?.map_err(retried_or_not)?))
    }

    /// A page of what its ledger says of its records, beside its own entry.
    pub(crate) async fn verify(
        &self,
        ctx: &SharedObjectContext<'_>,
        from: Option<Cursor>,
    ) -> HandlerResult<Json<Value>> {
        let Some(ledger) = &self.ledger else {
            let problem = Problem::new(Kind::NotFound).detail("these sessions have no ledger");
            return Ok(Json(serde_json::json!({ "refused": problem })));
        };
        let (session, entry) = kept(ctx).await?;
        let head = entry.map(|entry| entry.state.recorded).unwrap_or_default();
        let shard = ledger.shard_of(&self.name, &session).to_string();
        let ask = VerifyAsk { session: ledger::named(&self.name, &session), head, from };
        let target = RequestTarget::object(ledger.name(), shard.as_str(), "verify");
        let Json(page) = ctx.request::<_, Json<Page>>(target, Json(ask)).call().await?;
        let page = Page { ledger: ledger.name().to_owned(), shard, ..page };
        Ok(Json(serde_json::to_value(page)?))
    }

    /// What the rules would say to a run.
    pub(crate) async fn explain(&self, ctx: &SharedObjectContext<'_>, ask: ExplainAsk) -> HandlerResult<Json<Value>> {
        let (session, entry) = kept(ctx).await?;
        let hosted = Arc::clone(&self.hosted);
        let explained = tokio::task::spawn_blocking(move || hosted.explain(&session, entry, &ask));
        Ok(Json(match explained.await?.map_err(retried_or_not)? {
            Ok(explanation) => explanation,
            Err(problem) => serde_json::json!({ "refused": problem }),
        }))
    }
}

/// So often who looks reads a session in parts again that is being written meanwhile.
const TRIES: u32 = 16;

/// The session, for who looks. One in parts may be written between two of them: what is not of one time is read again, and each time anew.
async fn kept(ctx: &SharedObjectContext<'_>) -> HandlerResult<(String, Option<Entry>)> {
    let session = ctx.key().to_owned();
    let mut tries = 0;
    loop {
        let kept: Option<Vec<u8>> = ctx.get(KEPT).await?;
        let mut entry = read(&session, kept)?;
        if let Some(entry) = &mut entry
            && entry.parts.is_some()
        {
            tries += 1;
            match Reader::Shared(ctx).fields(&session, entry).await? {
                Ok(fields) => entry.state.fields = fields,
                Err(_) if tries < TRIES => continue,
                Err(error) => return Err(retried_or_not(error)),
            }
        }
        return Ok((session, entry));
    }
}

/// Who reads what is kept.
#[derive(Clone, Copy)]
enum Reader<'a> {
    Own(&'a ObjectContext<'a>),
    Shared(&'a SharedObjectContext<'a>),
}

/// What is under way of what is kept.
type Read<'a> = Pin<Box<dyn Future<Output = Result<Option<Vec<u8>>, TerminalError>> + Send + 'a>>;

impl<'a> Reader<'a> {
    /// It is asked for at once, and comes when it is awaited.
    fn get<'k>(self, key: &'k str) -> Read<'k>
    where
        'a: 'k,
    {
        match self {
            Self::Own(ctx) => Box::pin(ctx.get(key)),
            Self::Shared(ctx) => Box::pin(ctx.get(key)),
        }
    }

    /// The fields that have places of their own, of a session that is kept in parts.
    async fn apart(self, session: &str, kept: &[Kept]) -> HandlerResult<Result<Vec<Field>, StepError>> {
        // All of them under way at once: a session may have many.
        let names: Vec<_> = kept.iter().flat_map(parts::of).map(|name| (name.key(), name)).collect();
        let asked: Vec<_> = names.iter().map(|(key, _)| self.get(key)).collect();
        let mut read = BTreeMap::new();
        for ((_, name), bytes) in names.iter().zip(asked) {
            if let Some(bytes) = bytes.await? {
                read.insert(name.clone(), bytes);
            }
        }
        Ok(parts::fields(session, kept, |name| read.remove(name)))
    }

    /// All fields of a session that is kept in parts.
    async fn fields(self, session: &str, entry: &Entry) -> HandlerResult<Result<Vec<Field>, StepError>> {
        let apart = self.apart(session, entry.parts.as_deref().unwrap_or_default()).await?;
        Ok(apart.and_then(|apart| parts::together(session, entry, apart)))
    }
}

/// What a step is made by, off the runtime's workers.
async fn blocking<T: Send + 'static + serde::Serialize>(
    sessions: Sessions,
    step: impl FnOnce(Around<'_>, &Sessions) -> Result<T, StepError> + Send + 'static,
) -> HandlerResult<Json<T>> {
    let runtime = Handle::current();
    let stepped = tokio::task::spawn_blocking(move || {
        let interlock = sessions.interlock.as_ref().map(|lease| lease as &dyn SharedInterlock);
        let counters = sessions.counting.as_ref().map(|counting| &counting.counters);
        step(Around { runtime: &runtime, interlock, counters }, &sessions)
    });
    match stepped.await {
        Ok(Ok(stepped)) => Ok(Json(stepped)),
        Ok(Err(error)) => Err(retried_or_not(error)),
        // A defect of this crate: it would be the same at every attempt.
        Err(panicked) => Err(TerminalError::new(format!("a step was not made: {panicked}")).into()),
    }
}

/// A session that is kept in parts, in one call.
struct InParts {
    warm: Arc<Warm>,
    /// Where they are when the call begins.
    began_with: Vec<Kept>,
    /// As they were when the call began, where they had to be read.
    fields: Option<Vec<Field>>,
    /// What its steps have changed since.
    change: Change,
}

impl InParts {
    fn new(warm: &Arc<Warm>, entry: Option<&Entry>) -> Self {
        let began_with = entry.and_then(|entry| entry.parts.clone()).unwrap_or_default();
        Self { warm: Arc::clone(warm), began_with, fields: None, change: Change::default() }
    }

    /// Whether a step finds the fields here, or they are to be read, is in its result: so it is the same at a second attempt, elsewhere.
    async fn journaled(
        &mut self,
        sessions: &Sessions,
        ctx: &ObjectContext<'_>,
        name: String,
        input: StepInput,
    ) -> HandlerResult<Stepped> {
        loop {
            let fields = self.fields.as_ref().map(|fields| parts::now(fields, &self.change));
            let (warm, asked, sessions) = (Arc::clone(&self.warm), input.clone(), sessions.clone());
            let step = move |around: Around<'_>, sessions: &Sessions| {
                parts::step(&*sessions.hosted, asked, fields, &warm, around)
            };
            let stepped = ctx.run(|| blocking(sessions, step)).name(name.clone());
            match stepped.await? {
                Json(SteppedInParts::Stepped { stepped, change }) => {
                    self.change.then(change);
                    return Ok(*stepped);
                }
                Json(SteppedInParts::Unread) => {
                    // As the call has found them: nothing is written before its end.
                    let fields = Reader::Own(ctx).apart(&input.session, &self.began_with).await?;
                    self.fields = Some(fields.map_err(retried_or_not)?);
                }
            }
        }
    }
}

fn read(session: &str, kept: Option<Vec<u8>>) -> Result<Option<Entry>, HandlerError> {
    kept.map(|kept| Entry::read(session, &kept)).transpose().map_err(retried_or_not)
}

/// What may pass by itself is tried again by Restate; what cannot be read is told to who has called.
fn retried_or_not(error: StepError) -> HandlerError {
    match error {
        StepError::Later(_) => error.into(),
        error => TerminalError::new(error.to_string()).into(),
    }
}

fn record(ctx: &ObjectContext<'_>, ledger: &Ledger, object: &str, recorded: Recorded) {
    let (session, shard) = (ledger::named(object, ctx.key()), ledger.shard_of(object, ctx.key()).to_string());
    let target = RequestTarget::object(ledger.name(), shard, "take");
    // Dropped, it is sent all the same.
    let _ = ctx.request::<_, ()>(target, Json(TakeAsk { session, recorded })).send();
}

fn deliver(ctx: &ObjectContext<'_>, delivery: Delivery) {
    // Dropped, it is sent all the same.
    let _ = match delivery {
        Delivery::Event { object, session, event } => {
            ctx.request::<_, ()>(RequestTarget::object(object, session, "emit"), Json(event)).send()
        }
        Delivery::Run { object, session, run } => {
            ctx.request::<_, ()>(RequestTarget::object(object, session, "run"), Json(run)).send()
        }
    };
}
