//! What a session's handlers do, by the SDK.
//!
//! All that can be another thing at a second attempt (the lease, the clock, what an effect gives) is read inside of a journaled step. What
//! is sent and kept follows from the journaled results, without anything that is awaited between.

use std::sync::Arc;
use std::time::Duration;

use restate_sdk::context::{
    ContextClient, ContextReadState, ContextSideEffects, ContextWriteState, ObjectContext, RequestTarget, RunFuture,
    SharedObjectContext,
};
use restate_sdk::errors::{HandlerError, HandlerResult, TerminalError};
use restate_sdk::serde::Json;
use serde_json::Value;
use theus_core::audit::SharedInterlock;
use tokio::runtime::Handle;

use crate::drive::{Around, Ask, Delivery, Entry, ExplainAsk, Hosted, StepError, StepInput, Stepped, Told, Turn};
use crate::interlock::Lease;

/// Where all of a session is kept.
pub(crate) const KEPT: &str = "session";

/// The sessions, and the interlock.
#[derive(Clone)]
pub(crate) struct Sessions {
    pub(crate) name: Arc<str>,
    pub(crate) hosted: Arc<dyn Hosted>,
    pub(crate) interlock: Option<Lease>,
}

impl Sessions {
    /// One call that may change the session; none where nothing was done.
    pub(crate) async fn turn(&self, ctx: &ObjectContext<'_>, ask: Ask) -> HandlerResult<Option<Told>> {
        let session = ctx.key();
        let kept: Option<Vec<u8>> = ctx.get(KEPT).await?;
        let mut turn = Turn::new(session, ctx.invocation_id(), read(session, kept)?, ask);
        while let Some(input) = turn.next_step() {
            let (name, sessions) = (format!("step {}", turn.steps() + 1), self.clone());
            let stepped = ctx.run(|| sessions.step(input)).name(name);
            let Json(stepped) = stepped.await?;
            turn.has_stepped(&*self.hosted, stepped);
        }
        let Some(after) = turn.over() else { return Ok(None) };
        for delivery in after.deliveries {
            deliver(ctx, delivery);
        }
        if let Some((due, left)) = after.tick {
            let target = RequestTarget::object(&*self.name, session, "tick");
            let _ = ctx.request::<_, ()>(target, Json(due)).send_after(Duration::from_millis(left));
        }
        if let Some(entry) = after.entry {
            // The last of all: whoever is cancelled before has changed nothing.
            ctx.set(KEPT, Json(entry));
        }
        Ok(Some(after.told))
    }

    async fn step(self, input: StepInput) -> HandlerResult<Json<Stepped>> {
        let runtime = Handle::current();
        let stepped = tokio::task::spawn_blocking(move || {
            let interlock = self.interlock.as_ref().map(|lease| lease as &dyn SharedInterlock);
            self.hosted.step(input, Around { runtime: &runtime, interlock })
        });
        match stepped.await {
            Ok(Ok(stepped)) => Ok(Json(stepped)),
            Ok(Err(error)) => Err(retried_or_not(error)),
            // A defect of this crate: it would be the same at every attempt.
            Err(panicked) => Err(TerminalError::new(format!("a step was not made: {panicked}")).into()),
        }
    }

    /// The session as people see it.
    pub(crate) async fn state(&self, ctx: &SharedObjectContext<'_>) -> HandlerResult<Json<Value>> {
        let (session, entry) = kept(ctx).await?;
        let hosted = Arc::clone(&self.hosted);
        let look = tokio::task::spawn_blocking(move || hosted.look(&session, entry));
        Ok(Json(look.await?.map_err(retried_or_not)?))
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

async fn kept(ctx: &SharedObjectContext<'_>) -> HandlerResult<(String, Option<Entry>)> {
    let session = ctx.key().to_owned();
    let kept: Option<Vec<u8>> = ctx.get(KEPT).await?;
    let entry = read(&session, kept)?;
    Ok((session, entry))
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
