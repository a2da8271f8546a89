//! An object whose name is known only when the program runs: the SDK's macros fix it while it is compiled.
//!
//! What the macros write is written here by hand, on what they stand on (`macro_support`, which the SDK hides in its documentation): so the
//! SDK's version is pinned.

use restate_sdk::context::{ObjectContext, SharedObjectContext};
use restate_sdk::discovery::{
    Handler, HandlerName, HandlerType, InputPayload, OutputPayload, Service as Discovered, ServiceName, ServiceType,
};
use restate_sdk::endpoint::{ContextInternal, Error};
use restate_sdk::errors::HandlerResult;
use restate_sdk::serde::Json;
use restate_sdk::service::macro_support::{ServiceBoxFuture, service_definition};
use restate_sdk::service::{Service, ServiceDefinition};
use serde::de::DeserializeOwned;
use serde_json::Value;
use theus_axum::{Kind, Problem};

use crate::drive::{Ask, Told};
use crate::error::ObjectError;
use crate::handlers::Sessions;
use crate::object::Options;

/// How a handler is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// One at a time for each session.
    Exclusive,
    /// Beside those.
    Shared,
    /// One at a time, and not from outside.
    Inner,
}

/// A handler, as Restate is told of it: whether it takes something, and what it is.
pub(crate) struct About(pub(crate) &'static str, pub(crate) Way, pub(crate) bool, pub(crate) &'static str);

const HANDLERS: [About; 7] = [
    About("run", Way::Exclusive, true, "Runs a process: {process, with}."),
    About("emit", Way::Exclusive, true, "Sends an event to the workflow: {event, with, urgent}."),
    About(
        "ask",
        Way::Exclusive,
        true,
        "The same, and tells what has come of it; an event that no state has a use for is refused.",
    ),
    About(
        "control",
        Way::Exclusive,
        true,
        "Holds the workflow up, lets it go on, ends it: \"pause\", \"resume\", {cancel: reason}.",
    ),
    About("tick", Way::Inner, true, "The time has come that the session has waited for."),
    About("state", Way::Shared, false, "The session as it is."),
    About("explain", Way::Shared, true, "What the rules would say to a run: {process, with}."),
];

/// What is told to Restate of an object of this name.
pub(crate) fn discovered(name: &str, handlers: &[About], options: Options) -> Result<Discovered, ObjectError> {
    let wrong = |reason: String| ObjectError::Name { name: name.to_owned(), reason };
    let handlers = handlers.iter().map(|told| handler(told, options).map_err(wrong)).collect::<Result<_, _>>()?;
    let millis = |time: std::time::Duration| u64::try_from(time.as_millis()).ok();
    Ok(Discovered {
        ty: ServiceType::VirtualObject,
        name: ServiceName::try_from(name).map_err(|error| wrong(error.to_string()))?,
        handlers,
        documentation: Some("Sessions of Theus.".to_owned()),
        metadata: Default::default(),
        abort_timeout: millis(options.abort),
        inactivity_timeout: millis(options.inactivity),
        journal_retention: millis(options.retention),
        idempotency_retention: millis(options.retention),
        enable_lazy_state: Some(false),
        ingress_private: Some(false),
        // What fails here passes by itself: a lease that is out. Nobody is to resume it by hand.
        retry_policy_initial_interval: Some(50),
        retry_policy_max_interval: Some(2_000),
        retry_policy_max_attempts: Some(1_000_000_000),
        retry_policy_exponentiation_factor: Some(2.0),
        retry_policy_on_max_attempts: None,
    })
}

fn handler(About(name, way, takes, about): &About, options: Options) -> Result<Handler, String> {
    let millis = u64::try_from(options.retention.as_millis()).ok();
    let input = match takes {
        true => {
            InputPayload { content_type: Some("application/json".to_owned()), json_schema: None, required: Some(true) }
        }
        false => InputPayload::empty(),
    };
    let output = OutputPayload {
        content_type: Some("application/json".to_owned()),
        json_schema: None,
        set_content_type_if_empty: Some(false),
    };
    Ok(Handler {
        name: HandlerName::try_from(*name).map_err(|error| error.to_string())?,
        input: Some(input),
        output: Some(output),
        ty: (*way == Way::Shared).then_some(HandlerType::Shared),
        documentation: Some((*about).to_owned()),
        metadata: Default::default(),
        abort_timeout: None,
        inactivity_timeout: None,
        journal_retention: millis,
        idempotency_retention: (*way != Way::Inner).then_some(millis).flatten(),
        workflow_completion_retention: None,
        enable_lazy_state: None,
        ingress_private: Some(*way == Way::Inner),
        retry_policy_initial_interval: None,
        retry_policy_max_interval: None,
        retry_policy_max_attempts: None,
        retry_policy_exponentiation_factor: None,
        retry_policy_on_max_attempts: None,
    })
}

/// The object of these sessions.
pub(crate) fn definition(sessions: Sessions, options: Options) -> Result<ServiceDefinition, ObjectError> {
    let discovered = discovered(&sessions.name, &HANDLERS, options)?;
    Ok(service_definition(Dispatcher(sessions), discovered))
}

struct Dispatcher(Sessions);

impl Service for Dispatcher {
    type Future = ServiceBoxFuture;

    fn handle(&self, ctx: ContextInternal) -> ServiceBoxFuture {
        let sessions = self.0.clone();
        Box::pin(async move {
            match ctx.handler_name() {
                "run" => turn(&sessions, &ctx, Ask::Run).await,
                "emit" => turn(&sessions, &ctx, Ask::Emit).await,
                "ask" => turn(&sessions, &ctx, Ask::Ask).await,
                "control" => turn(&sessions, &ctx, Ask::Control).await,
                "tick" => {
                    let (Json(due), metadata) = ctx.input::<Json<u64>>().await;
                    let ticked = sessions.turn(&ObjectContext::from((&ctx, metadata)), Ask::Tick(due)).await;
                    answer(&ctx, ticked.map(|_| ()));
                }
                "state" => {
                    let ((), metadata) = ctx.input::<()>().await;
                    answer(&ctx, sessions.state(&SharedObjectContext::from((&ctx, metadata))).await);
                }
                "explain" => {
                    let (asked, metadata) = ctx.input::<Vec<u8>>().await;
                    let explained = match read(&asked) {
                        Ok(ask) => sessions.explain(&SharedObjectContext::from((&ctx, metadata)), ask).await,
                        Err(refused) => Ok(Json(serde_json::json!({ "refused": refused }))),
                    };
                    answer(&ctx, explained);
                }
                other => return Err(Error::unknown_handler(ctx.service_name(), other)),
            }
            Ok(())
        })
    }
}

/// A call that may change the session. That it is no call at all is an answer, too.
async fn turn<A: DeserializeOwned>(sessions: &Sessions, ctx: &ContextInternal, ask: fn(A) -> Ask) {
    let (asked, metadata) = ctx.input::<Vec<u8>>().await;
    let told = match read(&asked) {
        Ok(asked) => {
            let told = sessions.turn(&ObjectContext::from((ctx, metadata)), ask(asked)).await;
            told.map(Option::unwrap_or_default)
        }
        Err(refused) => Ok(Told { refused: Some(refused), status: "running".to_owned(), ..Told::default() }),
    };
    answer(ctx, told.map(Json));
}

fn read<A: DeserializeOwned>(asked: &[u8]) -> Result<A, Value> {
    serde_json::from_slice(asked).map_err(|error| {
        // The same each time: what is told here is not journaled.
        let problem = Problem::new(Kind::Malformed).detail(error.to_string());
        serde_json::to_value(problem).unwrap_or_default()
    })
}

pub(crate) fn answer<T: restate_sdk::serde::Serialize>(ctx: &ContextInternal, result: HandlerResult<T>) {
    ctx.handle_handler_result(result);
    ctx.end();
}
