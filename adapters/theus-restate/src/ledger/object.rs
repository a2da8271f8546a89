//! The object that has the shards.

use std::time::Duration;

use restate_sdk::context::{ContextReadState, ContextWriteState, ObjectContext, SharedObjectContext};
use restate_sdk::endpoint::{ContextInternal, Error};
use restate_sdk::errors::{HandlerResult, TerminalError};
use restate_sdk::serde::Json;
use restate_sdk::service::macro_support::{ServiceBoxFuture, service_definition};
use restate_sdk::service::{Service, ServiceDefinition};

use super::check::{Kept, check};
use super::shard::{Shard, TakeError, Taken, anchor_key, read};
use super::told::{Anchors, AnchorsAsk, Page, TakeAsk, VerifyAsk};
use crate::discovery::{About, Options, Way, answer, discovered};
use crate::error::ObjectError;

const HANDLERS: [About; 3] = [
    About("take", Way::Inner, true, "A session has put something on record: {session, recorded}."),
    About("verify", Way::Shared, true, "Are a session's records what was recorded: {session, head, from}."),
    About("anchors", Way::Shared, true, "A page of the shard's own ledger: {after}."),
];

/// So many anchors are told in one page.
const MOST_ANCHORS: u64 = 1_000;

/// The object of this name.
pub(crate) fn definition(name: &str) -> Result<ServiceDefinition, ObjectError> {
    let options = Options {
        retention: Duration::from_secs(60),
        inactivity: Duration::from_secs(60),
        abort: Duration::from_secs(60),
        // It grows, and a call needs a few entries of it.
        is_lazy: true,
    };
    Ok(service_definition(Dispatcher, discovered(name, &HANDLERS, options)?))
}

struct Dispatcher;

impl Service for Dispatcher {
    type Future = ServiceBoxFuture;

    fn handle(&self, ctx: ContextInternal) -> ServiceBoxFuture {
        Box::pin(async move {
            match ctx.handler_name() {
                "take" => {
                    let (Json(ask), metadata) = ctx.input::<Json<TakeAsk>>().await;
                    answer(&ctx, take(&ObjectContext::from((&ctx, metadata)), &ask).await);
                }
                "verify" => {
                    let (Json(ask), metadata) = ctx.input::<Json<VerifyAsk>>().await;
                    answer(&ctx, verify(&SharedObjectContext::from((&ctx, metadata)), &ask).await.map(Json));
                }
                "anchors" => {
                    let (Json(ask), metadata) = ctx.input::<Json<AnchorsAsk>>().await;
                    answer(&ctx, anchors(&SharedObjectContext::from((&ctx, metadata)), ask).await.map(Json));
                }
                other => return Err(Error::unknown_handler(ctx.service_name(), other)),
            }
            Ok(())
        })
    }
}

/// What cannot be taken is told where the server keeps what has failed, and lacks in the ledger: verifying finds it.
async fn take(ctx: &ObjectContext<'_>, ask: &TakeAsk) -> HandlerResult<()> {
    let keys = Shard::looks_at(ask);
    let [shard, head, block, fork] = &keys;
    let (shard, head) = (entry(ctx, shard).await?, entry(ctx, head).await?);
    let there = match Shard::goes_on(ask, head.as_deref()) {
        true => [shard, head, None, None],
        false => [shard, head, entry(ctx, block).await?, entry(ctx, fork).await?],
    };
    match Shard::take(ask, there.each_ref().map(Option::as_deref)) {
        Ok(Taken::New(writes)) => writes.into_iter().for_each(|(key, bytes)| ctx.set(&key, bytes)),
        Ok(Taken::Known) => {}
        Err(error) => return Err(terminal(error).into()),
    }
    Ok(())
}

async fn entry<'k>(ctx: &ObjectContext<'k>, key: &'k str) -> HandlerResult<Option<Vec<u8>>> {
    Ok(ctx.get(key).await?)
}

async fn looked<'k>(ctx: &SharedObjectContext<'k>, key: &'k str) -> Result<Option<Vec<u8>>, TerminalError> {
    ctx.get(key).await
}

struct Lazy<'c>(&'c SharedObjectContext<'c>);

impl Kept for Lazy<'_> {
    type Error = TerminalError;
    async fn get(&self, key: String) -> Result<Option<Vec<u8>>, TerminalError> {
        looked(self.0, &key).await
    }
}

async fn verify(ctx: &SharedObjectContext<'_>, ask: &VerifyAsk) -> HandlerResult<Page> {
    Ok(check(&Lazy(ctx), ask).await?)
}

async fn anchors(ctx: &SharedObjectContext<'_>, ask: AnchorsAsk) -> HandlerResult<Anchors> {
    let kept = Lazy(ctx);
    let key = super::shard::SHARD;
    let shard: Option<Shard> = read(key, kept.get(key.to_owned()).await?.as_deref()).map_err(terminal)?;
    let end = shard.unwrap_or_default().tail;
    let last = end.sequence.min(ask.after.saturating_add(MOST_ANCHORS));
    let mut lines = Vec::new();
    for number in ask.after.saturating_add(1)..=last {
        let line = kept.get(anchor_key(number)).await?.unwrap_or_default();
        lines.push(String::from_utf8_lossy(&line).into_owned());
    }
    Ok(Anchors { lines, end })
}

fn terminal(error: TakeError) -> TerminalError {
    TerminalError::new(error.to_string())
}
