//! The object that all processes ask.

use std::time::{Duration, SystemTime};

use restate_sdk::context::{
    ContextReadState, ContextSideEffects, ContextTimers, ContextWriteState, ObjectContext, SharedObjectContext,
};
use restate_sdk::endpoint::{ContextInternal, Error};
use restate_sdk::errors::{HandlerResult, TerminalError};
use restate_sdk::serde::Json;
use restate_sdk::service::macro_support::{ServiceBoxFuture, service_definition};
use restate_sdk::service::{Service, ServiceDefinition};
use theus_core::audit::Interlock;

use super::handle::Lease;
use super::status::{ResetAsk, ResetRecord, Status};
use crate::discovery::{About, Options, Way, answer, discovered};
use crate::error::ObjectError;

/// The object's name, and that of its one session.
pub(super) const NAME: &str = "Interlock";
pub(super) const ALL: &str = "all";

const STATUS: &str = "status";
const RECORDS: &str = "records";
/// So many resets are on record in the object; the latest.
const MOST_RECORDS: usize = 1_000;

const HANDLERS: [About; 4] = [
    About("latch", Way::Exclusive, true, "Stops all machines; answers when nothing begins on any of them any more."),
    About("reset", Way::Exclusive, true, "An operator lets all machines go on: {operator, reason}."),
    About("status", Way::Shared, false, "How the interlock stands: what machines ask for their leases."),
    About("records", Way::Shared, false, "The latest resets, and what had latched it."),
];

/// The object.
pub(crate) fn definition(lease: &Lease) -> Result<ServiceDefinition, ObjectError> {
    let options = Options {
        retention: Duration::from_secs(60),
        inactivity: Duration::from_secs(60),
        abort: Duration::from_secs(60),
        is_lazy: false,
    };
    Ok(service_definition(Dispatcher { lasting: lease.lasting() }, discovered(NAME, &HANDLERS, options)?))
}

struct Dispatcher {
    lasting: Duration,
}

impl Service for Dispatcher {
    type Future = ServiceBoxFuture;

    fn handle(&self, ctx: ContextInternal) -> ServiceBoxFuture {
        let lasting = self.lasting;
        Box::pin(async move {
            match ctx.handler_name() {
                "latch" => {
                    let (Json(stop), metadata) = ctx.input::<Json<Interlock>>().await;
                    answer(&ctx, latch(&ObjectContext::from((&ctx, metadata)), stop, lasting).await.map(Json));
                }
                "reset" => {
                    let (Json(ask), metadata) = ctx.input::<Json<ResetAsk>>().await;
                    answer(&ctx, reset(&ObjectContext::from((&ctx, metadata)), ask).await.map(Json));
                }
                "status" => {
                    let ((), metadata) = ctx.input::<()>().await;
                    let ctx_shared = SharedObjectContext::from((&ctx, metadata));
                    let status: Result<Option<Json<Status>>, _> = ctx_shared.get(STATUS).await;
                    answer(&ctx, status.map(Option::unwrap_or_default).map_err(Into::into));
                }
                "records" => {
                    let ((), metadata) = ctx.input::<()>().await;
                    let ctx_shared = SharedObjectContext::from((&ctx, metadata));
                    let records: Result<Option<Json<Vec<ResetRecord>>>, _> = ctx_shared.get(RECORDS).await;
                    answer(&ctx, records.map(Option::unwrap_or_default).map_err(Into::into));
                }
                other => return Err(Error::unknown_handler(ctx.service_name(), other)),
            }
            Ok(())
        })
    }
}

/// The first reason stays. What is answered is answered one lease after it was set, so that no answer of before is good any more: who
/// comes later comes after that, as one call at a time is made.
async fn latch(ctx: &ObjectContext<'_>, stop: Interlock, lasting: Duration) -> HandlerResult<Status> {
    let status = status(ctx).await?;
    if status.latched.is_some() {
        return Ok(status);
    }
    let status = Status { epoch: status.epoch.saturating_add(1), latched: Some(stop) };
    ctx.set(STATUS, Json(status.clone()));
    ctx.sleep(lasting).await?;
    Ok(status)
}

async fn reset(ctx: &ObjectContext<'_>, ask: ResetAsk) -> HandlerResult<Status> {
    let says = |text: &str| text.chars().any(char::is_alphanumeric);
    if !says(&ask.operator) || !says(&ask.reason) {
        return Err(TerminalError::new_with_code(400, "a reset names an operator and a reason").into());
    }
    let status = status(ctx).await?;
    let Some(latched) = status.latched else { return Ok(status) };
    let Json(at) = ctx.run(async || Ok(Json(crate::drive::millis_of(SystemTime::now())))).await?;
    let epoch = status.epoch.saturating_add(1);
    let records: Option<Json<Vec<ResetRecord>>> = ctx.get(RECORDS).await?;
    let mut records = records.map(Json::into_inner).unwrap_or_default();
    let ResetAsk { operator, reason } = ask;
    records.push(ResetRecord { epoch, latched, operator, reason, at });
    let first = records.len().saturating_sub(MOST_RECORDS);
    records.drain(..first);
    let status = Status { epoch, latched: None };
    ctx.set(RECORDS, Json(records));
    ctx.set(STATUS, Json(status.clone()));
    Ok(status)
}

async fn status(ctx: &ObjectContext<'_>) -> HandlerResult<Status> {
    let status: Option<Json<Status>> = ctx.get(STATUS).await?;
    Ok(status.map(Json::into_inner).unwrap_or_default())
}
