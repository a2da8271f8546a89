//! The object that has the counters.

use std::time::Duration;

use restate_sdk::context::{ContextReadState, ContextWriteState, ObjectContext, SharedObjectContext};
use restate_sdk::endpoint::{ContextInternal, Error};
use restate_sdk::errors::{HandlerResult, TerminalError};
use restate_sdk::serde::Json;
use restate_sdk::service::macro_support::{ServiceBoxFuture, service_definition};
use restate_sdk::service::{Service, ServiceDefinition};
use theus_core::audit::{CountForAll, Counted};

use super::told::{Decided, LookAsk};
use crate::discovery::{About, Options, Way, answer, discovered};
use crate::error::ObjectError;

/// Where a counter is kept.
const COUNTER: &str = "counter";

const HANDLERS: [About; 3] = [
    About("take", Way::Inner, true, "A session has added something."),
    About("decide", Way::Exclusive, true, "The same, and what a violation comes to by it."),
    About("look", Way::Shared, true, "What the counter holds; nothing where that is known: {known}."),
];

/// The object of this name.
pub(crate) fn definition(name: &str) -> Result<ServiceDefinition, ObjectError> {
    let options = Options {
        // So long a step may be made again that has asked, and is answered the same.
        retention: Duration::from_secs(24 * 3_600),
        inactivity: Duration::from_secs(60),
        abort: Duration::from_secs(60),
        is_lazy: false,
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
                    let (Json(counted), metadata) = ctx.input::<Json<Counted>>().await;
                    answer(&ctx, take(&ObjectContext::from((&ctx, metadata)), &counted).await);
                }
                "decide" => {
                    let (Json(counted), metadata) = ctx.input::<Json<Counted>>().await;
                    answer(&ctx, decide(&ObjectContext::from((&ctx, metadata)), &counted).await.map(Json));
                }
                "look" => {
                    let (Json(ask), metadata) = ctx.input::<Json<LookAsk>>().await;
                    answer(&ctx, look(&SharedObjectContext::from((&ctx, metadata)), &ask).await.map(Json));
                }
                other => return Err(Error::unknown_handler(ctx.service_name(), other)),
            }
            Ok(())
        })
    }
}

/// Each invocation is done once: so is what it takes.
async fn take(ctx: &ObjectContext<'_>, counted: &Counted) -> HandlerResult<()> {
    let mut counter = read(ctx.get(COUNTER).await?)?;
    counter.take(counted);
    ctx.set(COUNTER, Json(counter));
    Ok(())
}

async fn decide(ctx: &ObjectContext<'_>, counted: &Counted) -> HandlerResult<Decided> {
    let mut counter = read(ctx.get(COUNTER).await?)?;
    let verdict = counter.decide(counted).pop();
    ctx.set(COUNTER, Json(counter.clone()));
    Ok(Decided { verdict, counter })
}

async fn look(ctx: &SharedObjectContext<'_>, ask: &LookAsk) -> HandlerResult<Option<CountForAll>> {
    let counter = read(ctx.get(COUNTER).await?)?;
    Ok((ask.known != Some(counter.changes())).then_some(counter))
}

fn read(kept: Option<Vec<u8>>) -> Result<CountForAll, TerminalError> {
    let Some(kept) = kept else { return Ok(CountForAll::default()) };
    serde_json::from_slice(&kept).map_err(|error| TerminalError::new(format!("the counter cannot be read: {error}")))
}
